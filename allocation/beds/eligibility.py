"""Which household could have which bed, and what stands in the way: the hinge that prunes, explains and is counted.

`BARRIERS` is the table of the rules. One pair is looked at with `barriers` or `pair`; all pairs at once with
`eligibility`, which asks each rule once for every two sorts of household and bed that it can tell apart.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from allocation.beds import barriers as rule
from allocation.beds.problem import Bed, Household, Problem, Strictness
from allocation.beds.solution import Barrier, Pair, Verdict
from allocation.beds.standing import Context

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["BARRIERS", "FIXED", "Context", "Rule", "Table", "barriers", "eligibility", "pair"]

BLOCK = 200
"""How many households are looked at together: enough to be quick, few enough to stay in near memory."""
BARRED = 128
"""Counted among questions while they are added up: more than there are rules, so that it stays."""
NO = 255
"""What -1 is as a number without sign."""


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


def _soften(barrier: Barrier | None, strictness: Strictness) -> Barrier | None:
    if barrier is None or strictness is Strictness.NO or barrier.verdict is Verdict.ASK:
        return barrier
    return replace(barrier, verdict=Verdict.ASK)


def barriers(context: Context, household: Household, bed: Bed) -> tuple[Barrier, ...]:
    """Return what stands between a household and a bed, in the order of `BARRIERS`; empty: nothing does."""
    found = (_soften(rule_.find(context, household, bed), how) for _code, rule_, how in held(context))
    return tuple(barrier for barrier in found if barrier is not None)


def pair(context: Context, household: Household, bed: Bed) -> Pair:
    """Return a household and a bed with the verdict and its reasons."""
    found = barriers(context, household, bed)
    verdicts = {barrier.verdict for barrier in found}
    verdict = Verdict.NO if Verdict.NO in verdicts else Verdict.ASK if verdicts else Verdict.YES
    return Pair(household.ref, bed.ref, verdict, found)


@dataclass(frozen=True)
class Table:
    """The verdict on every pair. Rows are households and columns beds, both sorted by ref."""

    context: Context
    households: tuple[Household, ...]
    beds: tuple[Bed, ...]
    asks: NDArray[np.int8]
    """How many barriers ask something; -1 where one says no."""

    def verdict(self, household: str, bed: str) -> Verdict:
        """Return the verdict on one pair, by refs; KeyError if there is no such pair."""
        asks = int(self.asks[self.rows[household], self.columns[bed]])
        return Verdict.NO if asks < 0 else Verdict.ASK if asks else Verdict.YES

    def pair(self, household: str, bed: str) -> Pair:
        """Return one pair with its reasons, by refs; KeyError if there is no such pair."""
        return pair(self.context, self.context.households[household], self.context.beds[bed])

    def pairs(self) -> Iterator[Pair]:
        """Go through all pairs with their reasons: meant for small networks and for one household at a time."""
        for household in self.households:
            for bed in self.beds:
                yield pair(self.context, household, bed)

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of each household."""
        return {household.ref: row for row, household in enumerate(self.households)}

    @cached_property
    def columns(self) -> dict[str, int]:
        """The column of each bed."""
        return {bed.ref: column for column, bed in enumerate(self.beds)}


def eligibility(problem: Problem | Context) -> Table:
    """Return the verdict on all pairs: 100 million take some seconds and 100 MB."""
    import numpy as np  # noqa: PLC0415 — importing this module must cost nothing.

    context = problem if isinstance(problem, Context) else Context(problem)
    households = tuple(sorted(context.problem.households, key=lambda household: household.ref))
    beds = tuple(sorted(context.problem.beds, key=lambda bed: bed.ref))
    asks = np.zeros((len(households), len(beds)), dtype=np.uint8)
    table = Table(context, households, beds, asks.view(np.int8))
    found = [_found(rule_, strictness, table) for _code, rule_, strictness in held(context)] if beds else []
    for start in range(0, len(households), BLOCK):
        some = asks[start : start + BLOCK]
        for one in found:
            one.add(some, start)
        some[some >= BARRED] = NO
    return table


def sorts(
    keys: list[Hashable],
) -> tuple[NDArray[np.intp], list[int]]:
    """Return for each key the number of its sort, and for each sort the first place where it occurs."""
    import numpy as np  # noqa: PLC0415 — the same.

    numbers: dict[Hashable, int] = {}
    firsts: list[int] = []
    for place, key in enumerate(keys):
        if key not in numbers:
            numbers[key] = len(firsts)
            firsts.append(place)
    return np.array([numbers[key] for key in keys], dtype=np.intp), firsts


@dataclass(frozen=True)
class Found:
    """What one rule found: for the households that it can bar, by sort what they meet at every bed."""

    rows: NDArray[np.intp]
    sort: NDArray[np.intp]
    asking: NDArray[np.uint8] | None
    barred: NDArray[np.uint8] | None

    def add(self, asks: NDArray[np.uint8], start: int) -> None:
        """Add it to some rows of a table, of which `start` is the first."""
        import numpy as np  # noqa: PLC0415 — the same.

        first, last = np.searchsorted(self.rows, (start, start + len(asks)))
        if first == last:
            return
        sort = self.sort[first:last]
        # All rows are a slice, which is not copied.
        some = slice(None) if len(sort) == len(asks) else self.rows[first:last] - start
        if self.asking is not None:
            asks[some] += np.take(self.asking, sort, axis=0)
        if self.barred is not None:
            asks[some] |= np.take(self.barred, sort, axis=0)


def _found(rule_: Rule, strictness: Strictness, table: Table) -> Found:
    """Return what one rule finds: asked once for each two sorts of household and bed."""
    import numpy as np  # noqa: PLC0415 — the same.

    context = table.context
    keys = [rule_.of_household(context, household) for household in table.households]
    rows = np.array([row for row, key in enumerate(keys) if key is not None], dtype=np.intp)
    household_sort, households = sorts([keys[row] for row in rows])
    bed_sort, beds = sorts([rule_.of_bed(context, bed) for bed in table.beds])
    found = np.zeros((len(households), len(beds)), dtype=np.uint8)
    for i, place in enumerate(households):
        household = table.households[rows[place]]
        for j, column in enumerate(beds):
            barrier = _soften(rule_.find(context, household, table.beds[column]), strictness)
            if barrier is not None:
                found[i, j] = 1 if barrier.verdict is Verdict.ASK else BARRED
    everywhere = np.ascontiguousarray(found[:, bed_sort])
    asking, barred = everywhere & np.uint8(BARRED - 1), everywhere & np.uint8(BARRED)
    return Found(rows, household_sort, asking if asking.any() else None, barred if barred.any() else None)
