"""Why a household and a bed cannot be paired, or what must be asked first: one named function for each rule.

Every function takes the context, the household and the bed, and returns its barrier or None. It says `no` for what is
known to stand in the way and `ask` where an answer that nobody has yet could make it a no. Sentences name beds,
refuges and households by ref, and never say whom she must not meet.
"""

from __future__ import annotations

from collections.abc import Sequence

from allocation.beds.problem import NEEDS, Answer, Bed, Check, Funding, Household, Level
from allocation.beds.solution import Barrier, Verdict
from allocation.beds.standing import Context
from allocation.beds.words import (
    ACCESS_CHANGES,
    ACCESS_WORDS,
    NEED_WORDS,
    and_list,
    capital,
    count,
    day,
    specialism_words,
)

BABY_UNDER = 2
"""A cot takes a child under this age, in years."""


def a_no(code: str, sentence: str, change: str = "") -> Barrier:
    """Return a barrier that cannot be passed."""
    return Barrier(code, Verdict.NO, sentence, change)


def an_ask(code: str, sentence: str, change: str = "") -> Barrier:
    """Return a barrier that an answer or a decision would clear."""
    return Barrier(code, Verdict.ASK, sentence, change)


def not_free_in_time(context: Context, household: Household, bed: Bed) -> Barrier | None:
    """Hold the bed's first free day against the day she needs it, and the days ahead that the network allows."""
    if bed.free_on is None:
        sentence = "It is not free, and nobody has said when it will be."
        return a_no("not_free_in_time", sentence, "if its day were known and near")
    needed = context.needed_on(household)
    if (bed.free_on - needed).days <= context.problem.rules.days_ahead:
        return None
    now = needed == context.problem.on
    sentence = f"It is free from {day(bed.free_on)}; she needs it {'now' if now else f'by {day(needed)}'}."
    ready = "now" if now else f"by {day(needed)}"
    change = f"if it were ready {ready}, or she could wait until {day(bed.free_on)}"
    return Barrier("not_free_in_time", Verdict.NO, sentence, change, from_on=bed.free_on)


def too_many_children(household: Household, bed: Bed) -> int:
    """Return how many of her children have no place: babies take cots first, spare adult places take children."""
    babies = sum(child.age < BABY_UNDER for child in household.children)
    beside_cots = len(household.children) - min(babies, bed.cots)
    return beside_cots - bed.children - (bed.adults - household.adults)


def too_small(_context: Context, household: Household, bed: Bed) -> Barrier | None:
    """Count adults against adult places, and children against cots, child places and spare adult places."""
    if household.adults > bed.adults:
        sentence = f"Sleeps {count(bed.adults, 'adult')}; she comes with {household.adults - 1} more."
        more = count(household.adults - bed.adults, "more adult")
        return a_no("too_small", sentence, f"if it slept {more}")
    over = too_many_children(household, bed)
    if over > 0:
        family = count(len(household.children), "child", "children")
        more = count(over, "more child", "more children")
        return a_no("too_small", f"{_sleeps(bed)}; she comes with {family}.", f"if it slept {more}")
    if not household.children_known and over == 0:
        sentence = f"{_sleeps(bed)}; nobody has asked if {'more ' if household.children else ''}children come."
        return an_ask("too_small", sentence, "if no more children come")
    return None


def _sleeps(bed: Bed) -> str:
    adults = "" if bed.adults == 1 else f"{bed.adults} adults and "
    children = count(bed.children, "child", "children") if bed.children else "no children"
    cots = f"has {count(bed.cots, 'cot')}" if bed.cots else "has no cot"
    return f"Sleeps {adults}{children} and {cots}"


def son_too_old(context: Context, household: Household, bed: Bed) -> Barrier | None:
    """Hold the ages of her sons against the oldest age at which a son can come."""
    limit = context.refuge_of(bed).son_age_limit
    if limit is None:
        return None
    over = [child for child in household.children if child.age > limit and child.son is not Answer.NO]
    sons = [child.age for child in over if child.son is Answer.YES]
    if sons:
        sentence = f"Takes sons up to {limit}; hers is {and_list(str(age) for age in sorted(sons))}."
        change = f"if her son could stay elsewhere or the age limit were raised to {max(sons)}"
        return a_no("son_too_old", sentence, change)
    if over:
        ages = and_list(str(child.age) for child in over)
        sentence = f"Takes sons up to {limit}; nobody has asked if her child of {ages} is a son."
        return an_ask("son_too_old", sentence, "if the child is a daughter")
    return None


def gives(bed: Bed, need: str) -> bool:
    """Say whether a bed gives one kind of access."""
    if need == "step_free":
        return bed.step_free or bed.adapted
    if need == "ground_floor":
        return bed.ground_floor or bed.step_free
    return bed.adapted


def access(_context: Context, household: Household, bed: Bed) -> Barrier | None:
    """Hold the access that she needs against what the bed gives."""
    missing = [need for need in ACCESS_WORDS if need in household.access and not gives(bed, need)]
    if missing:
        sentence = f"She needs a bed that is {and_list(ACCESS_WORDS[need] for need in missing)}; this one is not."
        strongest = "adapted" if "adapted" in missing else missing[0]
        return a_no("access", sentence, ACCESS_CHANGES[strongest])
    if not household.access_known and not gives(bed, "step_free"):
        sentence = "It is not step-free, and nobody has asked if she can manage stairs."
        return an_ask("access", sentence, "if she can manage stairs")
    return None


def unsafe_area(context: Context, household: Household, bed: Bed) -> Barrier | None:
    """Keep her out of areas where she would not be safe."""
    if context.refuge_of(bed).area in household.unsafe_areas:
        return a_no("unsafe_area", "It is in an area where she would not be safe.")
    if household.unsafe_elsewhere:
        sentence = "She named an unsafe place that has no area code: read it, and decide if this area is safe for her."
        return an_ask("unsafe_area", sentence)
    return None


def conflict(context: Context, household: Household, bed: Bed) -> Barrier | None:
    """Keep her apart from whoever has a place in the refuge and must not meet her."""
    if context.met_at(household, bed):
        return a_no("conflict", "Somebody whom she must not meet has a place there.")
    return None


def needs_above(context: Context, household: Household, bed: Bed) -> list[str]:
    """Return the needs of hers that are known to be above what the refuge supports."""
    support = context.refuge_of(bed).support
    return [need for need in NEEDS if (household.needs.get(need) or Level.NONE) > support.get(need, Level.NONE)]


def support_level(context: Context, household: Household, bed: Bed) -> Barrier | None:
    """Hold her needs against the highest level that the refuge supports."""
    support = context.refuge_of(bed).support
    above = needs_above(context, household, bed)
    if above:
        said = and_list(_above(need, household, support.get(need, Level.NONE)) for need in above)
        words = and_list(NEED_WORDS[need] for need in above)
        return a_no("support_level", f"{capital(said)}.", f"if the refuge had more support for {words}")
    unasked = [need for need in NEEDS if household.needs.get(need) is None and support.get(need, 0) < Level.HIGH]
    if unasked:
        words = and_list(NEED_WORDS[need] for need in unasked)
        sentence = f"Nobody has asked how much support she needs with {words}, and the refuge cannot give high support."
        return an_ask("support_level", sentence, "if she needs no more than it gives")
    return None


def _above(need: str, household: Household, level: Level) -> str:
    hers = household.needs.get(need) or Level.NONE
    gives_it = f"supports up to {level.name.lower()}" if level else "gives no support with it"
    return f"her need with {NEED_WORDS[need]} is {hers.name.lower()} and the refuge {gives_it}"


def not_round_the_clock(context: Context, household: Household, bed: Bed) -> Barrier | None:
    """Ask for staff at every hour where a need is as high as the network's rules say."""
    if context.refuge_of(bed).round_the_clock:
        return None
    limits = context.problem.rules.round_the_clock_from
    needing = [need for need in limits if (household.needs.get(need) or Level.NONE) >= limits[need]]
    if needing:
        words = and_list(NEED_WORDS.get(need, need) for need in sorted(needing))
        sentence = f"Staff are not there round the clock, and her need with {words} asks for it."
        return a_no("not_round_the_clock", sentence, "if staff were there round the clock")
    unasked = [need for need in limits if household.needs.get(need) is None]
    if unasked:
        words = and_list(NEED_WORDS.get(need, need) for need in sorted(unasked))
        sentence = f"Staff are not there round the clock, and nobody has asked about her need with {words}."
        return an_ask("not_round_the_clock", sentence, "if she needs no staff at night")
    return None


def high_support_full(context: Context, household: Household, bed: Bed) -> Barrier | None:
    """Hold her high support need against the refuge's places for it that no occupant uses."""
    if not context.takes_high(household, bed) or context.spare_high[bed.refuge] > 0:
        return None
    places = context.refuge_of(bed).high_support_places
    used = count(places, "place is", "places are")
    sentence = (
        f"She needs high support; the refuge’s {used} used." if places else "The refuge has no high-support place."
    )
    return a_no("high_support_full", sentence, "if one more high-support place were staffed")


def no_funded_place(context: Context, household: Household, bed: Bed) -> Barrier | None:
    """Hold her need of a funded place against those that no occupant uses."""
    if household.funding is Funding.NOT_KNOWN:
        return an_ask(
            "no_funded_place", "Nobody has asked how her place can be paid for.", "if her place can be paid for"
        )
    if not context.takes_funded(household, bed) or context.spare_funded[bed.refuge] > 0:
        return None
    places = context.refuge_of(bed).nrpf_places
    used = count(places, "place funded for that is", "places funded for that are")
    why = f"the refuge’s {used} used" if places else "the refuge has no place funded for that"
    sentence = f"She has no recourse to public funds; {why}."
    return a_no("no_funded_place", sentence, "if one more NRPF place were funded, or another way of paying were found")


def specialism(context: Context, household: Household, bed: Bed) -> Barrier | None:
    """Hold the refuge's specification against whether it is for her."""
    special = context.refuge_of(bed).specialism
    answer = Answer.YES if special == "general" else household.specialisms.get(special, Answer.NOT_ASKED)
    words = specialism_words(special)
    if answer is Answer.NO:
        sentence = f"The refuge is for women within its specification ({words}), and she is not."
        return a_no("specialism", sentence, "if the refuge took somebody outside its specification")
    if answer is Answer.NOT_ASKED:
        sentence = f"Nobody has asked if the refuge’s specification ({words}) is for her."
        return an_ask("specialism", sentence, "if its specification is for her")
    return None


def check_outstanding(context: Context, household: Household, bed: Bed) -> Barrier | None:
    """Ask for each check before admission that is not done, or that a manager must read."""
    required = context.refuge_of(bed).checks
    worries = [check for check in required if household.checks.get(check) is Check.CONCERN]
    undone = [check for check in required if household.checks.get(check, Check.OUTSTANDING) is Check.OUTSTANDING]
    said = []
    if worries:
        said.append(f"A check raised a concern, and a manager must read it first: {_checks(worries)}.")
    if undone:
        said.append(f"Not yet checked: {_checks(undone)}.")
    change = "if a manager agrees" if worries else "if the checks are done"
    return an_ask("check_outstanding", " ".join(said), change) if said else None


def _checks(names: Sequence[str]) -> str:
    return and_list(name.replace("_", " ") for name in names)


def pets(context: Context, household: Household, bed: Bed) -> Barrier | None:
    """Hold her pets against whether the refuge takes any."""
    if context.refuge_of(bed).takes_pets or household.pets == 0:
        return None
    if household.pets is None:
        return an_ask("pets", "Takes no pets, and nobody has asked if she brings one.", "if she brings no pet")
    sentence = f"Takes no pets; she brings {household.pets}."
    return a_no("pets", sentence, "if her pet could be fostered for the time")


def not_self_contained(_context: Context, household: Household, bed: Bed) -> Barrier | None:
    """Hold her need of a self-contained place against a shared one."""
    if household.needs_self_contained and not bed.self_contained:
        return a_no("not_self_contained", "She needs a self-contained place; this one is shared.", "if she could share")
    return None


def asked_to_leave(context: Context, household: Household, bed: Bed) -> Barrier | None:
    """Keep her from a refuge that asked her to leave, until the day on which she can come back."""
    back_on = household.asked_to_leave.get(bed.refuge)
    if back_on is not None and back_on > max(context.needed_on(household), bed.free_on or context.problem.on):
        sentence = f"She was asked to leave this refuge and can come back from {day(back_on)}."
        change = "if the refuge agreed to have her back sooner"
        return Barrier("asked_to_leave", Verdict.NO, sentence, change, from_on=back_on)
    if bed.refuge in household.maybe_asked_to_leave:
        sentence = "This refuge asked a woman to leave who may be the same: decide first if she is."
        return an_ask("asked_to_leave", sentence, "if she is not the same woman")
    return None


def harm_excluded(context: Context, household: Household, bed: Bed) -> Barrier | None:
    """Hold what is known of her past against what the refuge excludes."""
    excluded = context.refuge_of(bed).excludes
    known = [kind for kind in excluded if kind in household.harm]
    if known:
        sentence = f"The refuge takes nobody with a history of {and_list(known)}."
        return a_no("harm_excluded", sentence, "if the refuge made an exception after reading her risk assessment")
    if excluded and not household.harm_known:
        sentence = f"The refuge takes nobody with a history of {and_list(excluded)}, and nobody has asked."
        return an_ask("harm_excluded", sentence, "if nothing of the kind is known")
    return None


def not_shared(_context: Context, household: Household, bed: Bed) -> Barrier | None:
    """Keep her referral from refuges that she did not agree should see it."""
    if household.only_refuges is None or bed.refuge in household.only_refuges:
        return None
    return a_no("not_shared", "She agreed that only another agency may see her referral.", "if she agreed to share it")
