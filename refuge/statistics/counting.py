"""Counting: referral events, households and people kept apart, and named on every table. Exact and pure.

A referral is counted by the day on which it was received, unless the table says that it goes by the day of decision.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from refuge.london import day_begins
from refuge.statistics.dimensions import NOT_SAID, Dimension, Lists, band, dimensions, needs_in
from refuge.statistics.facts import NEEDS, UNSUCCESSFUL, Fact, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from refuge.statistics.periods import Period

ALL = "all"
RECEIVED, PLACED, SERVICE, REST = "received", "placed", "service", "rest"
SHORT: Mapping[str, str] = {
    RECEIVED: "Received", PLACED: "Placed", SERVICE: "Unmet by refuges", REST: "Ended otherwise, or open",
}  # fmt: skip
"""The columns of most tables: the first is the sum of the others."""
HOUSEHOLDS: Mapping[str, str] = {RECEIVED: "Referred", PLACED: "Placed", SERVICE: "Unmet at least once"}
"""The columns of households: one may have been turned away and placed later, so they never add up."""
OVERLAP = "A referral may have several of these needs: never add the rows up. They may be the same women."


class Unit(StrEnum):
    """What is counted. Never divide one by another."""

    EVENTS = "referral events"
    HOUSEHOLDS = "households"
    PEOPLE = "people"
    CONTACTS = "sessions of one resident"
    HOURS = "hours"
    STAFF = "workshops, places and attendances of staff"


class Basis(StrEnum):
    """By which day a referral belongs to a period."""

    RECEIVED = "received"
    DECIDED = "decided"


@dataclass
class Table:
    """Counts under rows and columns. A cell that is not in `counts` is nought."""

    key: str
    title: str
    unit: Unit
    rows: Sequence[tuple[str, str]]
    columns: Sequence[tuple[str, str]]
    counts: Mapping[tuple[str, str], int]
    note: str = ""
    about_her: bool = False
    hidden_as: str | None = None
    """Key of the table whose hidden cells are hidden here too; empty: none are; None: its own."""

    def count(self, row: str, column: str) -> int:
        """Return one count."""
        return self.counts.get((row, column), 0)

    def row(self, key: str) -> dict[str, int]:
        """Return the counts of one row by column."""
        return {column: self.count(key, column) for column, _ in self.columns}


def in_period(facts: Iterable[Fact], period: Period, basis: Basis = Basis.RECEIVED) -> list[Fact]:
    """Return the facts that belong to a period, by the day received or by the day decided."""
    begins, ends = day_begins(period.since), day_begins(period.until + timedelta(days=1))
    if basis is Basis.RECEIVED:
        return [fact for fact in facts if begins <= fact.received_at < ends]
    return [fact for fact in facts if fact.decided and fact.decided_at is not None and begins <= fact.decided_at < ends]


def short_of(fact: Fact) -> str:
    """Return the column of `SHORT` that it stands in, beside `received`."""
    if fact.outcome is Outcome.PLACED:
        return PLACED
    return SERVICE if fact.outcome is Outcome.SERVICE else REST


def cross(facts: Iterable[Fact], rows: Dimension, columns: Dimension) -> Table:
    """Count referral events by two dimensions, with the whole of each row."""
    counts: Counter[tuple[str, str]] = Counter()
    across: set[str] = set()
    for fact in facts:
        theirs = list(columns.keys_of(fact))
        across.update(theirs)
        for row in rows.keys_of(fact):
            counts[row, ALL] += bool(theirs)
            counts.update((row, column) for column in theirs)
    down = rows.in_order({row for row, _ in counts})
    return Table(
        f"{rows.key}-{columns.key}", f"{rows.title} by {_begun(columns.title)}", Unit.EVENTS,
        [(row, rows.word(row)) for row in down],
        [(ALL, "All"), *((column, columns.word(column)) for column in columns.in_order(across))],
        counts, OVERLAP if rows.overlaps or columns.overlaps else "", rows.about_her or columns.about_her,
    )  # fmt: skip


@dataclass(slots=True)
class Household:
    """What is known of a household over all its referrals of the period."""

    needs: int = 0
    children: int = 0
    adults: int = 0
    placed: bool = False
    unmet: bool = False

    def add(self, fact: Fact) -> None:
        """Take a referral into account: the largest family that was told, and whatever happened at least once."""
        self.needs |= fact.needs
        self.children = max(self.children, fact.children)
        self.adults = max(self.adults, fact.adults)
        self.placed |= fact.outcome is Outcome.PLACED
        self.unmet |= fact.outcome is Outcome.SERVICE


@dataclass
class Counting:
    """One pass over the referrals of a period, whatever their number; `tables` gives what was counted."""

    lists: Lists
    events: dict[str, Counter[tuple[str, str]]] = field(default_factory=lambda: defaultdict(Counter))
    households: dict[int, Household] = field(default_factory=lambda: defaultdict(Household))
    why: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    """Reason -> the households that were turned away for it at least once."""

    def __post_init__(self) -> None:
        self.by = dimensions(self.lists)

    def add_all(self, facts: Iterable[Fact]) -> Counting:
        """Count every fact; return itself."""
        found: dict[tuple[Any, ...], Fact] = {}
        numbers: Counter[tuple[Any, ...]] = Counter()
        for fact in facts:
            shape = (
                fact.outcome, fact.reason, fact.needs, fact.refuge, fact.ethnicity, fact.area, fact.source,
                fact.children, fact.searches, band(fact.hours_to_decision),
            )  # fmt: skip
            numbers[shape] += 1
            found.setdefault(shape, fact)
            self.households[fact.household].add(fact)
            if fact.outcome in UNSUCCESSFUL:
                self.why[fact.reason or NOT_SAID].add(fact.household)
        for shape, fact in found.items():
            self._add(fact, numbers[shape])
        return self

    def _add(self, fact: Fact, number: int) -> None:
        """Count so many referrals that stand in the same rows as this one."""
        columns = (RECEIVED, short_of(fact))
        for column in columns:
            self.events[ALL][ALL, column] += number
        for key in SHAPES:
            counts = self.events[key]
            for row in self.by[key].keys_of(fact):
                for column in columns:
                    counts[row, column] += number
        told = ("outcome", "reason", "waiting") if fact.decided else ("outcome", "reason")
        for key in told:
            for row in self.by[key].keys_of(fact):
                self.events[key][row, RECEIVED] += number

    def tables(self) -> list[Table]:
        """Return every table, each with its unit."""
        return [
            self._outcomes(), self._short(self.by["need"], first=(ALL, "All referrals")),
            *(self._short(self.by[key]) for key in SHAPES if key != "need"),
            self._single("reason", "Why: main reason of those not placed"),
            self._single("waiting", "From referral to decision (decided)"),
            self._of_households(), self._of_people(), self._of_reasons(),
        ]  # fmt: skip

    def _outcomes(self) -> Table:
        counts = {**self.events["outcome"], (ALL, RECEIVED): self.events[ALL][ALL, RECEIVED]}
        rows = [(ALL, "All referrals"), *((one.value, one.label) for one in Outcome)]
        return Table("outcome", "How referrals ended", Unit.EVENTS, rows, [(RECEIVED, "Referrals")], counts)

    def _short(self, by: Dimension, first: tuple[str, str] | None = None) -> Table:
        counts = dict(self.events[by.key])
        keys = set(NEEDS) if by.key == "need" else {row for row, _ in counts}
        rows = [(row, by.word(row)) for row in by.in_order(keys)]
        if first is not None:
            counts |= self.events[ALL]
            rows.insert(0, first)
        note = OVERLAP if by.overlaps else ""
        return Table(
            by.key, f"By {_begun(by.title)}", Unit.EVENTS, rows, list(SHORT.items()), counts, note, by.about_her
        )

    def _single(self, key: str, title: str) -> Table:
        by, counts = self.by[key], self.events[key]
        rows = [
            (row, "None recorded" if row == NOT_SAID else by.word(row)) for row in by.in_order(r for r, _ in counts)
        ]
        return Table(key, title, Unit.EVENTS, rows, [(RECEIVED, "Referrals")], counts)

    def _of_households(self) -> Table:
        counts: Counter[tuple[str, str]] = Counter()
        alike = Counter((one.needs, one.placed, one.unmet) for one in self.households.values())
        for (needs, placed, unmet), number in alike.items():
            for row in (ALL, *needs_in(needs)):
                counts[row, RECEIVED] += number
                counts[row, PLACED] += number * placed
                counts[row, SERVICE] += number * unmet
        rows = [(ALL, "All households"), *NEEDS.items()]
        note = "A household counts once, however often it was referred. A later place does not erase that it was unmet."
        return Table(
            "household", "Households by need", Unit.HOUSEHOLDS, rows, list(HOUSEHOLDS.items()), counts, note, True
        )

    def _of_reasons(self) -> Table:
        by = self.by["reason"]
        counts = {(row, RECEIVED): len(theirs) for row, theirs in self.why.items()}
        counts[ALL, RECEIVED] = len(set().union(*self.why.values()))
        rows = [(row, "None recorded" if row == NOT_SAID else by.word(row)) for row in by.in_order(self.why)]
        note = "A household may have been turned away for several reasons: never add the rows up."
        title = "Households that were not placed, by reason"
        every = (ALL, "All households that were not placed at least once")
        return Table("why", title, Unit.HOUSEHOLDS, [every, *rows], [(RECEIVED, "Households")], counts, note)

    def _of_people(self) -> Table:
        counts: Counter[tuple[str, str]] = Counter()
        alike = Counter((one.adults, one.children, one.placed, one.unmet) for one in self.households.values())
        for (adults, children, placed, unmet), women in alike.items():
            for row, number in (("women", women), ("adults", women * adults), ("children", women * children)):
                counts[row, RECEIVED] += number
                counts[row, PLACED] += number * placed
                counts[row, SERVICE] += number * unmet
        rows = [("women", "Women"), ("adults", "Adults who depend on them"), ("children", "Children")]
        note = "The people of those households: the largest family that was told of each."
        return Table("people", "People", Unit.PEOPLE, rows, list(HOUSEHOLDS.items()), counts, note)


SHAPES = ("need", "combination", "refuge", "ethnicity", "area", "source", "children", "searches")
"""The dimensions that are counted with the columns `SHORT`."""


@dataclass(frozen=True)
class Share:
    """So many of so many: a rate that never comes without what it rests on."""

    some: int
    of: int

    @property
    def percent(self) -> float | None:
        """The rate, or None where there is nothing to hold it against."""
        return 100 * self.some / self.of if self.of else None

    def __str__(self) -> str:
        """Return `6 of 23 (26%)`, or a dash."""
        return f"{self.some} of {self.of} ({half_up(100 * self.some / self.of)}%)" if self.of else "–"


def half_up(number: float) -> int:
    """Round half up, as people do on paper: 2.5 is 3."""
    return int(number + 0.5)


@dataclass(frozen=True)
class Headlines:
    """The two rates that always stand together."""

    unsuccessful: Share
    """All that ended without a place, of those decided."""
    unmet: Share
    """Those that the refuges could not meet, of those decided that were for this service."""


def headlines(facts: Iterable[Fact]) -> Headlines:
    """Return both rates of these referrals."""
    return _rates(Counter(fact.outcome for fact in facts))


def by_need(facts: Iterable[Fact]) -> dict[str, Headlines]:
    """Return both rates of all, and of those with each need, whatever their number in one pass."""
    found: dict[str, Counter[Outcome]] = {row: Counter() for row in (ALL, *NEEDS)}
    for (needs, outcome), number in Counter((fact.needs, fact.outcome) for fact in facts).items():
        for row in (ALL, *needs_in(needs)):
            found[row][outcome] += number
    return {row: _rates(counted) for row, counted in found.items()}


def _rates(counted: Counter[Outcome]) -> Headlines:
    decided = counted.total() - counted[Outcome.OPEN]
    for_us = decided - counted[Outcome.NOT_FOR_US]
    return Headlines(Share(decided - counted[Outcome.PLACED], decided), Share(counted[Outcome.SERVICE], for_us))


def _begun(words: str) -> str:
    return words[:1].lower() + words[1:]
