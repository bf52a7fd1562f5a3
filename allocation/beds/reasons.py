"""What speaks for a match, in words for staff: the most telling first, and never more than four."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from allocation.beds.barriers import BABY_UNDER, too_many_children
from allocation.beds.core import Core
from allocation.beds.goals import (
    is_by_and_for_as_preferred,
    is_in_preferred_area,
    is_self_contained_as_preferred,
    is_specialist_for,
    speaks_her_language,
)
from allocation.beds.problem import Bed, Household, Level
from allocation.beds.solution import Reason
from allocation.beds.words import NEED_WORDS, and_list, capital, day, specialism_words

MOST = 4


@dataclass
class Reasons:
    """Tells the reasons of one answer's matches; what all of them look at is counted once."""

    core: Core
    placed: Mapping[str, str]

    def of(self, ref: str) -> tuple[Reason, ...]:
        """Return what speaks for the bed that a household has in the answer."""
        context = self.core.context
        household, bed = context.households[ref], context.beds[self.placed[ref]]
        found = (reason for tell in TELLERS for reason in tell(self, household, bed))
        return tuple(islice(found, MOST))

    @cached_property
    def used(self) -> tuple[Counter[str], Counter[str]]:
        """By refuge: how many high-support places, and how many funded places, the answer uses."""
        context = self.core.context
        pairs = [(context.households[ref], context.beds[bed]) for ref, bed in self.placed.items()]
        high = Counter(bed.refuge for household, bed in pairs if context.takes_high(household, bed))
        return high, Counter(bed.refuge for household, bed in pairs if context.takes_funded(household, bed))

    @cached_property
    def fitting(self) -> dict[tuple[object, ...], list[str]]:
        """By size of family: two of the beds with a day that fit it, or fewer if there are not so many."""
        return {}

    def beds_that_fit(self, household: Household) -> list[str]:
        """Return up to two of the beds with a day that are large enough for a household."""
        family = household.adults, tuple(sorted(min(child.age, BABY_UNDER) for child in household.children))
        if family not in self.fitting:
            beds = (bed for bed in self.core.table.beds if bed.free_on is not None and bed.adults >= household.adults)
            found = (bed.ref for bed in beds if too_many_children(household, bed) <= 0)
            self.fitting[family] = list(islice(found, 2))
        return self.fitting[family]


Teller = Callable[[Reasons, Household, Bed], Iterator[Reason]]


def _specialist(told: Reasons, household: Household, bed: Bed) -> Iterator[Reason]:
    words = specialism_words(told.core.context.refuge_of(bed).specialism)
    if is_by_and_for_as_preferred(told.core.context, household, bed):
        yield Reason("by_and_for", f"{capital(words)}, and she asked for that.")
    elif is_specialist_for(told.core.context, household, bed):
        yield Reason("specialist", f"A specialist refuge ({words}) whose specification is for her.")


def _access(_told: Reasons, household: Household, bed: Bed) -> Iterator[Reason]:
    if "adapted" in household.access and bed.adapted:
        yield Reason("adapted", "Adapted for a wheelchair, as she needs.")
    elif "step_free" in household.access and (bed.step_free or bed.adapted):
        yield Reason("step_free", "Step-free, as she needs.")
    elif "ground_floor" in household.access and (bed.ground_floor or bed.step_free):
        yield Reason("ground_floor", "On the ground floor or step-free, as she needs.")


def _only_fit(told: Reasons, household: Household, bed: Bed) -> Iterator[Reason]:
    people = household.adults + len(household.children)
    if people > 1 and told.beds_that_fit(household) == [bed.ref]:
        yield Reason("only_bed_that_fits", f"The only bed that fits a family of {people}.")


def _support(told: Reasons, household: Household, bed: Bed) -> Iterator[Reason]:
    high = [words for need, words in NEED_WORDS.items() if household.needs.get(need) is Level.HIGH]
    if high and told.core.context.refuge_of(bed).support:
        yield Reason("supports_high_needs", f"Supports her high need with {and_list(high)}.")


def _last_places(told: Reasons, household: Household, bed: Bed) -> Iterator[Reason]:
    context, (high, funded) = told.core.context, told.used
    if context.takes_high(household, bed) and high[bed.refuge] == context.spare_high[bed.refuge]:
        yield Reason("last_high_support_place", "Uses the last high-support place at this refuge.")
    if context.takes_funded(household, bed) and funded[bed.refuge] == context.spare_funded[bed.refuge]:
        yield Reason("last_funded_place", "Uses the last funded NRPF place at this refuge.")
    elif context.takes_funded(household, bed) and funded[bed.refuge] < context.spare_funded[bed.refuge]:
        yield Reason("funded_place", "The refuge has a funded NRPF place for her.")


def _wishes(told: Reasons, household: Household, bed: Bed) -> Iterator[Reason]:
    if speaks_her_language(told.core.context, household, bed):
        yield Reason("language", f"Staff speak her language: {household.language}.")
    if household.needs_self_contained and bed.self_contained:
        yield Reason("self_contained", "Self-contained, as she needs.")
    elif is_self_contained_as_preferred(told.core.context, household, bed):
        yield Reason("self_contained", "Self-contained, as she would rather have.")
    if is_in_preferred_area(told.core.context, household, bed):
        yield Reason("area", "In an area that she would rather live in.")


def _safety(told: Reasons, household: Household, bed: Bed) -> Iterator[Reason]:
    foes = told.core.context.must_not_meet.get(household.ref, frozenset())
    if foes and not told.core.context.met_at(household, bed):
        yield Reason("apart", "Away from everybody whom she must not meet.")
    if household.pets and told.core.context.refuge_of(bed).takes_pets:
        yield Reason("pets", "Takes her pet.")
    if not foes:
        yield Reason("no_known_conflict", "No known conflict with residents.")


def _kept(_told: Reasons, household: Household, bed: Bed) -> Iterator[Reason]:
    if household.last_proposed == bed.ref:
        yield Reason("kept", "Proposed for her last time too.")


def _when(told: Reasons, _household: Household, bed: Bed) -> Iterator[Reason]:
    if bed.free_on is not None:
        now = bed.free_on <= told.core.context.problem.on
        yield Reason("free", "Free now." if now else f"Free from {day(bed.free_on)}.")


TELLERS: tuple[Teller, ...] = (_only_fit, _access, _specialist, _support, _last_places, _wishes, _safety, _when, _kept)
"""In the order in which staff read them."""
