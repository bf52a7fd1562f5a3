"""Judges an answer from the problem alone: it shares no line with what solved it, and knows no barrier but its own.

Every rule is derived here a second time, straight from the problem's data, so that one mistake cannot hide another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from allocation.beds.problem import Answer, Bed, Funding, Household, Level, Problem, Refuge, Strictness
from allocation.beds.solution import Solution


@dataclass(frozen=True)
class Broken:
    """A rule that an answer breaks."""

    rule: str
    household: str
    bed: str
    sentence: str


Asked = tuple[Problem, Household, Bed, Refuge]


def in_time(problem: Problem, household: Household, bed: Bed, _refuge: Refuge) -> bool:
    """A bed is free by the day she needs it, or so many days after as the network allows."""
    latest = _first_night(problem, household) + timedelta(days=problem.rules.days_ahead)
    return bed.free_on is not None and bed.free_on <= latest


def _first_night(problem: Problem, household: Household) -> date:
    """Return the day she needs a bed; one that has passed means that she needs it on the day of the run."""
    wanted = household.needed_by
    return problem.on if wanted is None or wanted < problem.on else wanted


def large_enough(_problem: Problem, household: Household, bed: Bed, _refuge: Refuge) -> bool:
    """Adults have adult places; babies under 2 a cot, or else with the others a child's or a spare adult's place."""
    spare = bed.adults - 1 - household.adult_dependants
    babies = len([child for child in household.children if child.age <= 1])
    places_needed = len(household.children) - babies + max(0, babies - bed.cots)
    return spare >= 0 and places_needed <= bed.children + spare


def sons_young_enough(_problem: Problem, household: Household, _bed: Bed, refuge: Refuge) -> bool:
    """No son is older than the refuge takes."""
    sons = [child.age for child in household.children if child.son is Answer.YES]
    return refuge.son_age_limit is None or not sons or max(sons) <= refuge.son_age_limit


def she_can_get_in(_problem: Problem, household: Household, bed: Bed, _refuge: Refuge) -> bool:
    """A bed is adapted, step-free or on the ground floor as she needs."""
    given = {"adapted"} if bed.adapted else set()
    if bed.step_free:
        given |= {"step_free", "ground_floor"}
    if bed.adapted:
        given.add("step_free")
    if bed.ground_floor:
        given.add("ground_floor")
    return set(household.access) <= given


def safe_area(_problem: Problem, household: Household, _bed: Bed, refuge: Refuge) -> bool:
    """The refuge is in no area that is unsafe for her."""
    return refuge.area not in household.unsafe_areas


def apart_from_residents(problem: Problem, household: Household, bed: Bed, refuge: Refuge) -> bool:
    """Nobody whom she must not meet has a place in the refuge, but for whoever leaves her that bed."""
    there = {one.ref for one in problem.occupants if one.refuge == refuge.ref and one.bed != bed.ref}
    return not any(household.ref in pair and there & set(pair) for pair in problem.conflicts)


def supported(_problem: Problem, household: Household, _bed: Bed, refuge: Refuge) -> bool:
    """No need of hers is above what the refuge supports."""
    return all(
        level is None or level <= refuge.support.get(need, Level.NONE) for need, level in household.needs.items()
    )


def staffed(problem: Problem, household: Household, _bed: Bed, refuge: Refuge) -> bool:
    """Staff are there round the clock where the network's rules ask for it."""
    for need, least in problem.rules.round_the_clock_from.items():
        level = household.needs.get(need)
        if level is not None and level >= least and not refuge.round_the_clock:
            return False
    return True


def a_high_support_place(problem: Problem, household: Household, bed: Bed, refuge: Refuge) -> bool:
    """The occupants leave a high-support place, where she needs one."""
    return not _wants_high(household) or _left_high(problem, refuge) > 0 or _follows(problem, bed, high=True)


def a_paid_place(problem: Problem, household: Household, bed: Bed, refuge: Refuge) -> bool:
    """The occupants leave a funded place, where nothing else pays for hers."""
    return not _wants_funded(household) or _left_funded(problem, refuge) > 0 or _follows(problem, bed, high=False)


def within_specification(_problem: Problem, household: Household, _bed: Bed, refuge: Refuge) -> bool:
    """The refuge's specification is not known to leave her out."""
    return refuge.specialism == "general" or household.specialisms.get(refuge.specialism) is not Answer.NO


def pets_taken(_problem: Problem, household: Household, _bed: Bed, refuge: Refuge) -> bool:
    """Her pets may come."""
    return refuge.takes_pets or not household.pets


def own_front_door(_problem: Problem, household: Household, bed: Bed, _refuge: Refuge) -> bool:
    """The place is self-contained where she needs that."""
    return bed.self_contained or not household.needs_self_contained


def may_come_back(problem: Problem, household: Household, bed: Bed, refuge: Refuge) -> bool:
    """The refuge did not ask her to leave until a later day."""
    back_on = household.asked_to_leave.get(refuge.ref)
    moves_in = max(_first_night(problem, household), bed.free_on or problem.on)
    return back_on is None or back_on <= moves_in


def not_excluded(_problem: Problem, household: Household, _bed: Bed, refuge: Refuge) -> bool:
    """The refuge excludes nothing that is known of her past."""
    return set(household.harm).isdisjoint(refuge.excludes)


def shared_with(_problem: Problem, household: Household, _bed: Bed, refuge: Refuge) -> bool:
    """She agreed that the refuge may see her referral."""
    return household.only_refuges is None or refuge.ref in household.only_refuges


PAIR_RULES: dict[str, Callable[[Problem, Household, Bed, Refuge], bool]] = {
    "not_free_in_time": in_time,
    "too_small": large_enough,
    "son_too_old": sons_young_enough,
    "access": she_can_get_in,
    "unsafe_area": safe_area,
    "conflict": apart_from_residents,
    "support_level": supported,
    "not_round_the_clock": staffed,
    "high_support_full": a_high_support_place,
    "no_funded_place": a_paid_place,
    "specialism": within_specification,
    "pets": pets_taken,
    "not_self_contained": own_front_door,
    "asked_to_leave": may_come_back,
    "harm_excluded": not_excluded,
    "not_shared": shared_with,
}
"""By code of the barrier that a broken one is."""
NEVER_SOFTENED = {
    "not_free_in_time",
    "too_small",
    "unsafe_area",
    "conflict",
    "high_support_full",
    "asked_to_leave",
    "not_shared",
}


def broken_rules(problem: Problem, solution: Solution) -> list[Broken]:
    """Return every rule that an answer breaks. What people decided may break rules of pairs; nothing else may."""
    unknown = list(_unknown(problem, solution))
    if unknown:
        return unknown
    return [
        *_twice(solution),
        *_decisions_kept(problem, solution),
        *_everyone_answered(problem, solution),
        *_pairs(problem, solution),
        *_places(problem, solution),
        *_apart(problem, solution),
    ]


def _unknown(problem: Problem, solution: Solution) -> Iterator[Broken]:
    households = {household.ref for household in problem.households}
    beds = {bed.ref for bed in problem.beds}
    for one in solution.placements:
        if one.household not in households or one.bed not in beds:
            yield Broken("known_refs", one.household, one.bed, "There is no such household or bed in the problem.")


def _twice(solution: Solution) -> Iterator[Broken]:
    households = Counter(one.household for one in solution.placements)
    beds = Counter(one.bed for one in solution.placements)
    for one in solution.placements:
        if households[one.household] > 1:
            yield Broken("household_takes_at_most_one_bed", one.household, one.bed, "She is given two beds.")
        if beds[one.bed] > 1:
            yield Broken("bed_takes_at_most_one_household", one.household, one.bed, "The bed is given twice.")


def _decisions_kept(problem: Problem, solution: Solution) -> Iterator[Broken]:
    given = {one.household: one.bed for one in solution.placements}
    for decision in problem.decisions:
        if given.get(decision.household) != decision.bed:
            sentence = "A person decided otherwise."
            yield Broken("decisions_kept", decision.household, given.get(decision.household, ""), sentence)


def _everyone_answered(problem: Problem, solution: Solution) -> Iterator[Broken]:
    answered = Counter(one.household for one in solution.placements)
    answered.update(one.household for one in solution.unplaced)
    for household in problem.households:
        if answered[household.ref] != 1:
            yield Broken("everyone_answered", household.ref, "", "She is not either placed or unplaced, once.")


def _pairs(problem: Problem, solution: Solution) -> Iterator[Broken]:
    refuges = {refuge.ref: refuge for refuge in problem.refuges}
    for household, bed in _proposed(problem, solution):
        for code, keeps in PAIR_RULES.items():
            if _is_held(problem, code) and not keeps(problem, household, bed, refuges[bed.refuge]):
                yield Broken(code, household.ref, bed.ref, f"It breaks a rule: {keeps.__doc__}")


def _proposed(problem: Problem, solution: Solution) -> list[tuple[Household, Bed]]:
    """Return the pairs that no person decided."""
    households = {household.ref: household for household in problem.households}
    beds = {bed.ref: bed for bed in problem.beds}
    decided = {decision.household for decision in problem.decisions}
    return [(households[one.household], beds[one.bed]) for one in solution.placements if one.household not in decided]


def _is_held(problem: Problem, code: str) -> bool:
    return code in NEVER_SOFTENED or problem.rules.strictness.get(code, Strictness.NO) is Strictness.NO


def _wants_high(household: Household) -> bool:
    return Level.HIGH in household.needs.values()


def _wants_funded(household: Household) -> bool:
    return household.funding is Funding.FUNDED_PLACE


def _left_high(problem: Problem, refuge: Refuge) -> int:
    return refuge.high_support_places - sum(one.high_support for one in problem.occupants if one.refuge == refuge.ref)


def _left_funded(problem: Problem, refuge: Refuge) -> int:
    return refuge.nrpf_places - sum(one.funded_place for one in problem.occupants if one.refuge == refuge.ref)


def _follows(problem: Problem, bed: Bed, *, high: bool) -> bool:
    return any(one.bed == bed.ref and (one.high_support if high else one.funded_place) for one in problem.occupants)


def _places(problem: Problem, solution: Solution) -> Iterator[Broken]:
    """Count places in use: nobody who was only proposed may take one that is not there."""
    decided = {decision.household for decision in problem.decisions}
    households = {household.ref: household for household in problem.households}
    beds = {bed.ref: bed for bed in problem.beds}
    everyone = [(households[one.household], beds[one.bed]) for one in solution.placements]
    funded = problem.rules.strictness.get("no_funded_place", Strictness.NO)
    for refuge in problem.refuges:
        here = [(household, bed) for household, bed in everyone if bed.refuge == refuge.ref]
        high = [one for one, bed in here if _wants_high(one) and not _follows(problem, bed, high=True)]
        paid = [one for one, bed in here if _wants_funded(one) and not _follows(problem, bed, high=False)]
        left = _left_funded(problem, refuge)
        counted = funded is Strictness.NO or (funded is Strictness.ASK and left > 0)
        yield from _too_many("refuge_high_support_places", refuge, high, _left_high(problem, refuge), decided)
        yield from _too_many("refuge_funded_places", refuge, paid if counted else [], left, decided)


def _too_many(rule: str, refuge: Refuge, taking: list[Household], left: int, decided: set[str]) -> Iterator[Broken]:
    proposed = [household.ref for household in taking if household.ref not in decided]
    if proposed and len(taking) > max(left, 0):
        sentence = f"{refuge.ref} has {max(left, 0)} such places left, and {len(taking)} are used."
        yield Broken(rule, proposed[-1], "", sentence)


def _apart(problem: Problem, solution: Solution) -> Iterator[Broken]:
    refuge_of = {bed.ref: bed.refuge for bed in problem.beds}
    lives_in = {one.household: refuge_of[one.bed] for one in solution.placements}
    decided = {decision.household for decision in problem.decisions}
    for one, other in problem.conflicts:
        together = one != other and one in lives_in and lives_in[one] == lives_in.get(other)
        if together and not {one, other} <= decided:
            sentence = "Two who must not meet are in one refuge."
            yield Broken("conflicting_households_apart", one, "", sentence)
