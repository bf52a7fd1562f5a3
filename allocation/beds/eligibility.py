"""Which household could have which bed, and what stands in the way: the hinge that prunes, explains and is counted.

`BARRIERS` is the table of the rules. One pair is looked at with `barriers` or `pair`; all pairs at once in `table`, for
which every rule says all of a household and of a bed that it looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace

from allocation.beds import barriers as rule
from allocation.beds.problem import Bed, Household, Strictness
from allocation.beds.solution import Barrier, Pair, Verdict
from allocation.beds.standing import Context

__all__ = ["BARRIERS", "FIXED", "Context", "Rule", "barriers", "held", "judged", "pair", "soften"]


@dataclass(frozen=True)
class Rule:
    """One rule that can bar a pair."""

    find: Callable[[Context, Household, Bed], Barrier | None]
    label: str
    """For staff, as the name of the rule in lists of rules."""
    turnaway_reason: str
    """Code of list `turnaway_reason` that it implies; `explanation` refines it for `support_level`."""
    of_household: Callable[[Context, Household], Hashable]
    """All of a household that the rule looks at; None: it can never bar her."""
    of_bed: Callable[[Context, Bed], Hashable]
    """All of a bed and its refuge that the rule looks at."""
    fixed: bool = False
    """Whether no network may soften it, because it is a matter of space, safety or her consent."""


def _family(_context: Context, household: Household) -> Hashable:
    babies = sum(child.age < rule.BABY_UNDER for child in household.children)
    return household.adults, babies, len(household.children), household.children_known


def _size(_context: Context, bed: Bed) -> Hashable:
    return bed.adults, bed.children, bed.cots


def _refuge(_context: Context, bed: Bed) -> Hashable:
    return bed.refuge


def _needs(_context: Context, household: Household) -> Hashable:
    return tuple(sorted(household.needs.items(), key=lambda item: item[0]))


def _nights(context: Context, household: Household) -> Hashable:
    return tuple(household.needs.get(need) for need in context.problem.rules.round_the_clock_from)


def _support(context: Context, bed: Bed) -> Hashable:
    return tuple(sorted(context.refuge_of(bed).support.items()))


def _checks_done(_context: Context, household: Household) -> Hashable:
    return tuple(sorted(household.checks.items()))


def _left(context: Context, household: Household) -> Hashable:
    if not household.asked_to_leave and not household.maybe_asked_to_leave:
        return None
    back = tuple(sorted(household.asked_to_leave.items()))
    return back, household.maybe_asked_to_leave, context.needed_on(household)


def _access_to(_context: Context, bed: Bed) -> Hashable:
    return bed.step_free, bed.adapted, bed.ground_floor


def _unsafe(_context: Context, household: Household) -> Hashable:
    return (household.unsafe_areas, household.unsafe_elsewhere) if _has_unsafe(household) else None


def _has_unsafe(household: Household) -> bool:
    return bool(household.unsafe_areas) or household.unsafe_elsewhere


def _foes(context: Context, household: Household) -> Hashable:
    foes = context.must_not_meet.get(household.ref, frozenset())
    return household.ref if any(ref in context.occupants for ref in foes) else None


def _where(context: Context, bed: Bed) -> Hashable:
    return bed.refuge, bed.ref if bed.ref in context.follows else None


BARRIERS: dict[str, Rule] = {
    "not_free_in_time": Rule(
        rule.not_free_in_time,
        "The bed is not free in time",
        "C01",
        lambda context, household: context.needed_on(household),
        lambda _context, bed: bed.free_on or "nobody can say",
        fixed=True,
    ),
    "too_small": Rule(rule.too_small, "Too few places or cots", "C02", _family, _size, fixed=True),
    "son_too_old": Rule(
        rule.son_too_old,
        "A son over the age limit",
        "C10",
        lambda _context, household: household.children or None,
        lambda context, bed: context.refuge_of(bed).son_age_limit,
    ),
    "access": Rule(
        rule.access,
        "Not step-free or adapted, where she needs it",
        "C03",
        lambda _context, household: None if _moves_freely(household) else (household.access, household.access_known),
        _access_to,
    ),
    "unsafe_area": Rule(
        rule.unsafe_area,
        "An area where she would not be safe",
        "C14",
        _unsafe,
        lambda context, bed: context.refuge_of(bed).area,
        fixed=True,
    ),
    "conflict": Rule(rule.conflict, "Somebody there whom she must not meet", "C13", _foes, _where, fixed=True),
    "support_level": Rule(rule.support_level, "More support than the refuge can give", "C04", _needs, _support),
    "not_round_the_clock": Rule(
        rule.not_round_the_clock,
        "Staff not there round the clock, where the risk needs it",
        "C04",
        _nights,
        lambda context, bed: context.refuge_of(bed).round_the_clock,
    ),
    "high_support_full": Rule(
        rule.high_support_full,
        "All high-support places used",
        "C13",
        lambda _context, household: household.needs_high_support or None,
        lambda context, bed: (bed.refuge, context.follows_high(bed)),
        fixed=True,
    ),
    "no_funded_place": Rule(
        rule.no_funded_place,
        "No funded place, and no other way of paying",
        "C09",
        lambda _context, household: household.funding,
        lambda context, bed: (bed.refuge, context.follows_funded(bed)),
    ),
    "specialism": Rule(
        rule.specialism,
        "The refuge’s specification is not for her",
        "I02",
        lambda _context, household: tuple(sorted(household.specialisms.items())),
        lambda context, bed: context.refuge_of(bed).specialism,
    ),
    "check_outstanding": Rule(
        rule.check_outstanding,
        "A required check is outstanding",
        "I04",
        _checks_done,
        lambda context, bed: context.refuge_of(bed).checks,
    ),
    "pets": Rule(
        rule.pets,
        "Takes no pets",
        "C15",
        lambda _context, household: "not asked" if household.pets is None else household.pets or None,
        lambda context, bed: context.refuge_of(bed).takes_pets,
    ),
    "not_self_contained": Rule(
        rule.not_self_contained,
        "Not self-contained, where she needs it",
        "C02",
        lambda _context, household: household.needs_self_contained or None,
        lambda _context, bed: bed.self_contained,
    ),
    "asked_to_leave": Rule(
        rule.asked_to_leave,
        "Asked to leave before",
        "C12",
        _left,
        lambda _context, bed: (bed.refuge, bed.free_on),
        fixed=True,
    ),
    "harm_excluded": Rule(
        rule.harm_excluded,
        "Arson or violence, where the refuge excludes it",
        "C12",
        lambda _context, household: (household.harm, household.harm_known),
        lambda context, bed: context.refuge_of(bed).excludes,
    ),
    "not_shared": Rule(
        rule.not_shared,
        "She did not agree to share her referral there",
        "C01",
        lambda _context, household: household.only_refuges,
        _refuge,
        fixed=True,
    ),
}
"""The rules by code, in the order in which staff read them."""

FIXED = frozenset(code for code, rule_ in BARRIERS.items() if rule_.fixed)
"""The codes of rules that no network may soften."""


def _moves_freely(household: Household) -> bool:
    return household.access_known and not household.access


def held(context: Context) -> Iterator[tuple[str, Rule, Strictness]]:
    """Go through the rules that the network holds, with how strictly."""
    for code, rule_ in BARRIERS.items():
        strictness = Strictness.NO if rule_.fixed else context.strictness(code)
        if strictness is not Strictness.OFF:
            yield code, rule_, strictness


def soften(barrier: Barrier | None, strictness: Strictness) -> Barrier | None:
    """Return what is left of a barrier where the network only asks instead of refusing."""
    if barrier is None or strictness is Strictness.NO or barrier.verdict is Verdict.ASK:
        return barrier
    return replace(barrier, verdict=Verdict.ASK)


def barriers(context: Context, household: Household, bed: Bed) -> tuple[Barrier, ...]:
    """Return what stands between a household and a bed, in the order of `BARRIERS`; empty: nothing does."""
    found = (soften(rule_.find(context, household, bed), how) for _code, rule_, how in held(context))
    return tuple(barrier for barrier in found if barrier is not None)


def pair(context: Context, household: Household, bed: Bed) -> Pair:
    """Return a household and a bed with the verdict and its reasons."""
    return judged(household, bed, barriers(context, household, bed))


def judged(household: Household, bed: Bed, found: tuple[Barrier, ...]) -> Pair:
    """Return a household and a bed with the verdict that what stands between them comes to."""
    verdicts = {barrier.verdict for barrier in found}
    verdict = Verdict.NO if Verdict.NO in verdicts else Verdict.ASK if verdicts else Verdict.YES
    return Pair(household.ref, bed.ref, verdict, found)
