"""What every bed says to one household, in words and in an order that a tired worker can use. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from allocation.beds.solution import Verdict
from refuge.beds.words import counted
from refuge.placements.shown.run import free_words, is_free, nearest, only_a_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from allocation.beds.solution import Barrier, Pair
    from refuge.placements.queries.verdicts import Verdicts
    from refuge.placements.shown.names import Names, Place

NO_BED, UNDECIDED = "none", "undecided"
"""What can be chosen beside a bed: none for now; nothing, so that matching proposes again."""
PHYSICAL = frozenset({"not_free_in_time", "too_small", "not_shared"})
"""Barriers that nobody can override: no place to sleep, or she did not agree."""
TOO_LATE = "not_free_in_time"
RANKS = {Verdict.YES: 0, Verdict.ASK: 1, Verdict.NO: 2}
KINDS = {Verdict.YES: ("Yes", "good"), Verdict.ASK: ("Ask first", "waiting"), Verdict.NO: ("No", "closed")}
MOST_ASKS = 12


@dataclass(frozen=True)
class Choice:
    """A bed and what it says to her."""

    place: Place
    verdict: Verdict
    free: str
    noes: tuple[str, ...]
    asks: tuple[str, ...]
    out: tuple[str, ...]
    """Of the barriers, those that nobody can override."""
    change: str
    """What would lift the only barrier; empty where there are more."""
    possible: bool
    """Whether it can be chosen at all."""
    now: bool
    """Whether it is free today, so that it can be held."""
    ring: bool
    """Whether only the refuge can hold it."""
    unknown: bool
    """Whether nobody can say when it is free, and there is no more to say of it."""

    @property
    def words(self) -> str:
        """The verdict in words."""
        return KINDS[self.verdict][0]

    @property
    def kind(self) -> str:
        """The kind of its tag."""
        return KINDS[self.verdict][1]

    @property
    def overrides(self) -> bool:
        """Whether holding it needs an override."""
        return self.verdict is Verdict.NO and self.possible


@dataclass(frozen=True)
class House:
    """A refuge with its beds as they answer her."""

    name: str
    ref: str
    own: bool
    open: tuple[Choice, ...]
    """Beds that say yes or ask."""
    blocked: tuple[Choice, ...]
    """Beds that say no and are free or will be."""
    taken: str
    """Beds that are not free, and nobody can say when, in words."""


@dataclass(frozen=True)
class CanShe:
    """The answer to "Can we take her?": one sentence, what to ask her now, and then each refuge."""

    answer: str
    kind: str
    asks: tuple[tuple[str, tuple[str, ...]], ...]
    """A question, and the refuges or beds that need its answer."""
    houses: tuple[House, ...]
    refs: tuple[str, ...]
    """The refs of the beds that say yes or ask."""


def choice_of(found: Verdicts, pair: Pair, names: Names) -> Choice:
    """Return what one bed says, in words."""
    noes = [barrier for barrier in pair.barriers if barrier.verdict is Verdict.NO]
    asks = [barrier for barrier in pair.barriers if barrier.verdict is Verdict.ASK]
    day_known = any(bed.ref == pair.bed and bed.free_on is not None for bed in found.problem.beds)
    return Choice(
        place=names.places[pair.bed], verdict=pair.verdict, free=free_words(found.problem, pair.bed),
        noes=_sentences(_telling(noes), names), asks=_sentences(asks, names), change=_change(noes, names),
        out=_sentences([barrier for barrier in noes if barrier.code in PHYSICAL], names),
        possible=not any(barrier.code in PHYSICAL for barrier in noes), unknown=not day_known,
        now=is_free(found.problem, pair.bed), ring=pair.household in names.wary and not names.owns(pair.bed),
    )  # fmt: skip


def _telling(noes: Sequence[Barrier]) -> Sequence[Barrier]:
    """Return the barriers without the day on which it is free, where others stand and the day is said beside it."""
    return [barrier for barrier in noes if barrier.from_on is None or barrier.code != TOO_LATE] or noes


def choices(found: Verdicts, names: Names) -> list[Choice]:
    """Return every bed: yes first, then ask, then no; her reader's own refuges first, then the board's order.

    `found` is what the reader may know (`queries.verdicts.told_to`).
    """
    return sorted((choice_of(found, pair, names) for pair in found.pairs), key=_order)


def _order(choice: Choice) -> tuple[object, ...]:
    return (
        RANKS[choice.verdict],
        choice.unknown,
        not choice.possible,
        not choice.place.own,
        len(choice.noes),
        len(choice.asks),
        choice.place.order,
    )


def can_she(found: Verdicts, names: Names) -> CanShe:
    """Return the answer for a household, the reader's own refuges first."""
    every = choices(found, names)
    open_ = [choice for choice in every if choice.verdict is not Verdict.NO]
    answer, kind = _answer(found, open_, names)
    return CanShe(answer, kind, _asks(found, names), tuple(_houses(every)), tuple(choice.place.ref for choice in open_))


def _answer(found: Verdicts, open_: Sequence[Choice], names: Names) -> tuple[str, str]:
    sure = [choice for choice in open_ if choice.verdict is Verdict.YES]
    first = open_[0].place.name if open_ else ""
    if len(open_) == 1:
        return f"{'Yes' if sure else 'Perhaps'}: {first}{'' if sure else ', once you have asked'}.", _kind(sure)
    if sure:
        more = (
            f", and {counted(len(open_) - len(sure), 'more', 'more')} once you have asked" if open_[len(sure) :] else ""
        )
        return f"Yes: {counted(len(sure), 'bed', 'beds')}, {first} first{more}.", "good"
    if open_:
        return f"Perhaps: {counted(len(open_), 'bed', 'beds')} once you have asked, {first} first.", "waiting"
    return f"Not tonight. {_nearest(found, names)}", "closed"


def _kind(sure: Sequence[Choice]) -> str:
    return "good" if sure else "waiting"


def _nearest(found: Verdicts, names: Names) -> str:
    near = nearest(found.problem, [pair for pair in found.pairs if pair.bed in names.places])
    if not near:
        return "No bed of the network is free, and no day is known."
    if only_a_day(near[0]):
        return f"Nearest: {names.places[near[0].bed].name}, {free_words(found.problem, near[0].bed)}."
    noes = [barrier for barrier in near[0].barriers if barrier.verdict is Verdict.NO]
    said = " ".join(_sentences(noes, names))
    return f"Nearest: {names.places[near[0].bed].name}. {said}"


def _asks(found: Verdicts, names: Names) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what must be asked for the beds that say ask, each question once, those of most beds first."""
    where: dict[str, list[Place]] = {}
    for pair in found.could_have:
        for barrier in pair.barriers:
            where.setdefault(names.words(barrier.sentence), []).append(names.places[pair.bed])
    order = sorted(where, key=lambda sentence: (-len(where[sentence]), sentence))
    every = {names.places[pair.bed] for pair in found.could_have}
    return tuple((sentence, _in_short(where[sentence], every)) for sentence in order[:MOST_ASKS])


def _in_short(places: Sequence[Place], every: Iterable[Place]) -> tuple[str, ...]:
    """Return beds by name, or by their refuge alone where it is about all of hers that are open to her."""
    rest = {place.refuge_ref for place in every if place not in places}
    names = {place.name if place.refuge_ref in rest else place.refuge: None for place in places}
    return tuple(names)


def _houses(every: Iterable[Choice]) -> Iterable[House]:
    board = sorted(every, key=lambda choice: (not choice.place.own, choice.place.order))
    houses = []
    for (ref, name, own), beds in groupby(
        board, key=lambda choice: (choice.place.refuge_ref, choice.place.refuge, choice.place.own)
    ):
        mine = sorted(beds, key=_order)
        taken = [choice for choice in mine if choice.verdict is Verdict.NO and choice.unknown]
        houses.append(
            House(
                name=name, ref=ref, own=own,
                open=tuple(choice for choice in mine if choice.verdict is not Verdict.NO),
                blocked=tuple(choice for choice in mine if choice.verdict is Verdict.NO and not choice.unknown),
                taken=", ".join(choice.place.bed for choice in sorted(taken, key=lambda one: one.place.order)),
            )
        )  # fmt: skip
    return sorted(houses, key=lambda house: (not house.own, not house.open, house.name))


def _sentences(barriers: Iterable[Barrier], names: Names) -> tuple[str, ...]:
    return tuple(names.words(barrier.sentence) for barrier in barriers)


def _change(barriers: Sequence[Barrier], names: Names) -> str:
    """Return the change that would lift the only barrier, if there is one and it is not a matter of waiting."""
    only = barriers[0] if len(barriers) == 1 and barriers[0].from_on is None else None
    if only is None or not only.change:
        return ""
    joint = " " if only.change.startswith("if ") else ": "
    return f"{names.words(f'it would do{joint}{only.change}')}."
