"""A run as a reader may see it: proposals with reasons, and those not placed with what stands in the way. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from operator import itemgetter
from typing import TYPE_CHECKING

from allocation.beds.eligibility import BARRIERS, Context
from allocation.beds.eligibility import pair as judge
from allocation.beds.goals import GOALS
from allocation.beds.solution import Pair, Verdict
from refuge.placements.narrowing import LABEL, MEETING, THEIRS, narrowed_unplaced
from refuge.placements.shown.household import Who, who
from refuge.placements.shown.names import REF

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from allocation.beds.problem import Problem
    from allocation.beds.solution import Change, GoalResult, Placement, Reason, Solution, Unplaced
    from refuge.placements.shown.household import Labels
    from refuge.placements.shown.names import Names, Place

NEAREST = 3
"""How many of the beds that she cannot have are shown at once; the rest are one press away."""
MOST_CHANGES = 3
SOON = 14
"""Within how many days a bed that is only not free yet is nearer than one that something else keeps from her."""
SAID_BESIDE = "free"
"""Code of the reason that stands beside the bed already: when it is free."""
SUPPORTS, SUPPORT = "supports_high_needs", "support_level"
"""A reason, and the barrier beside which it must not stand: of a bed that a person chose against what says no."""


@dataclass(frozen=True)
class Proposed:
    """A household and the bed proposed for it."""

    who: Who
    place: Place
    free: str
    now: bool
    """Whether it is free today, so that it can be held."""
    reasons: tuple[str, ...]
    asks: tuple[str, ...]
    against: tuple[str, ...]
    """What says no to a bed that a person chose all the same: holding it needs an override."""
    decided: bool
    ring: bool
    """Whether only the refuge can hold it."""


@dataclass(frozen=True)
class Blocked:
    """A bed and why she cannot have it."""

    place: Place
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Gone:
    """A bed that she could have had: who has it, and what would be lost if she had it instead."""

    place: Place
    sentence: str


@dataclass(frozen=True)
class Group:
    """One reason, and the beds that it rules out."""

    label: str
    beds: tuple[str, ...]


@dataclass(frozen=True)
class NotPlaced:
    """A household without a proposal."""

    who: Who
    headline: str
    closest: str
    missed: tuple[Gone, ...]
    nearest: tuple[Blocked, ...]
    groups: tuple[Group, ...]
    count: int
    """How many beds she cannot have."""
    changes: tuple[str, ...]
    reason: str
    contributing: tuple[str, ...]
    decided: bool


@dataclass(frozen=True)
class GoalLine:
    """A goal in words and what was reached of it."""

    sentence: str
    value: str
    proof: str
    proven: bool


@dataclass(frozen=True)
class RunShown:
    """All that a reader is shown of a run."""

    proposed: tuple[Proposed, ...]
    not_placed: tuple[NotPlaced, ...]
    hidden_beds: tuple[str, ...]
    """Names of beds that are proposed for households which she may not see."""
    hidden_unplaced: int
    goals: tuple[GoalLine, ...]
    notes: tuple[str, ...]
    """About the run as a whole. What is about one household stands on its line, for those who may see it."""
    waiting: int
    placed: int
    told: tuple[tuple[str, frozenset[str]], ...]
    """Ref of each household that is shown with the codes of all that is said of it, for the audit."""

    @property
    def refs(self) -> list[str]:
        """The refs of households that are shown, for the audit."""
        return sorted([line.who.ref for line in self.proposed] + [line.who.ref for line in self.not_placed])


def run_shown(problem: Problem, solution: Solution, names: Names, labels: Labels, *, at: datetime) -> RunShown:
    """Return a run as this reader may see it, the households in the order of risk and waiting."""
    show = _Showing(problem, names, labels, at)
    mine = [made for made in solution.placements if names.sees(made.household) and made.bed in names.places]
    theirs = [made for made in solution.placements if not names.sees(made.household) and made.bed in names.places]
    own = names.own_beds
    seen = [one for one in solution.unplaced if names.sees(one.household)]
    left = [narrowed_unplaced(problem, one, own, wary=one.household in names.wary) for one in seen]
    told = [*(_told_of(made, show.judged(made)) for made in mine), *(_told_of_unplaced(one) for one in left)]
    return RunShown(
        proposed=tuple(sorted((show.proposed(made) for made in mine), key=lambda line: _urgency(line.who))),
        not_placed=tuple(sorted((show.not_placed(one) for one in left), key=lambda line: _urgency(line.who))),
        hidden_beds=tuple(sorted(names.places[made.bed].name for made in theirs)),
        hidden_unplaced=len(solution.unplaced) - len(left),
        goals=tuple(goal_line(goal) for goal in solution.goals),
        notes=tuple(note for note in solution.notes if not REF.search(note)),
        waiting=len(problem.households),
        placed=len(solution.placements),
        told=tuple(sorted(told, key=itemgetter(0))),
    )


def _told_of(made: Placement, judged: Pair | None) -> tuple[str, frozenset[str]]:
    """Return a household and the codes of all that a line says of it; `judged`: the pair, where what is against it."""
    barriers = (*made.asks, *(judged.barriers if judged is not None else ()))
    return made.household, frozenset({reason.code for reason in made.reasons} | {one.code for one in barriers})


def _told_of_unplaced(one: Unplaced) -> tuple[str, frozenset[str]]:
    return one.household, frozenset(barrier.code for found in one.blocked for barrier in found.barriers)


def _urgency(line: Who) -> tuple[int, int, str]:
    return -line.rank, -line.days, line.ref


def goal_line(goal: GoalResult) -> GoalLine:
    """Return a goal with what was reached and whether more can be."""
    sentence = GOALS[goal.goal].sentence if goal.goal in GOALS else goal.goal.replace("_", " ").capitalize()
    could = f"{goal.bound} might be possible" if goal.bound is not None else "nobody knows how much better it could be"
    proof = "proven best" if goal.proven else f"not proven best: {could}"
    return GoalLine(sentence.rstrip("."), str(goal.value), proof, goal.proven)


@dataclass(frozen=True)
class _Showing:
    """What every line of one run is worded with."""

    problem: Problem
    names: Names
    labels: Labels
    at: datetime

    def proposed(self, made: Placement) -> Proposed:
        return Proposed(
            who(self.names.households[made.household], self.labels, at=self.at),
            self.names.places[made.bed],
            free_words(self.problem, made.bed),
            is_free(self.problem, made.bed),
            self._for(made),
            self._asks(made),
            self._against(made),
            made.decided,
            made.household in self.names.wary and not self.names.owns(made.bed),
        )

    def _for(self, made: Placement) -> tuple[str, ...]:
        judged = self.judged(made)
        too_much = judged is not None and any(barrier.code == SUPPORT for barrier in judged.barriers)
        unsaid = {SAID_BESIDE, SUPPORTS} if too_much else {SAID_BESIDE}
        if made.household in self.names.wary and not self.names.owns(made.bed):
            unsaid |= MEETING
        return tuple(self._reason(reason, made.household) for reason in made.reasons if reason.code not in unsaid)

    def _reason(self, reason: Reason, household: str) -> str:
        if reason.code != "language":
            return self.names.words(reason.sentence)
        spoken = self.names.households[household].language
        return f"Staff speak {self.labels['language'].get(spoken, 'her language')}."

    def _asks(self, made: Placement) -> tuple[str, ...]:
        told = self.names.narrow(Pair(made.household, made.bed, Verdict.ASK, made.asks))
        return tuple(self.names.words(ask.sentence) for ask in told.barriers)

    def _against(self, made: Placement) -> tuple[str, ...]:
        found = self.judged(made)
        return () if found is None else blocked_words(found, self.names).sentences

    def judged(self, made: Placement) -> Pair | None:
        """Return what stands against a bed that a person chose, as the reader may know it; None: nobody chose it."""
        if not made.decided:
            return None
        context = Context(self.problem)
        found = judge(context, context.households[made.household], context.beds[made.bed])
        return self.names.narrow(found)

    def not_placed(self, one: Unplaced) -> NotPlaced:
        reasons = self.labels["turnaway_reason"]
        blocked = [pair for pair in one.blocked if pair.bed in self.names.places]
        near = nearest(self.problem, blocked)
        return NotPlaced(
            who=who(self.names.households[one.household], self.labels, at=self.at),
            headline=_headline(one),
            closest=next((self._closest(pair) for pair in near if only_a_day(pair)), ""),
            missed=tuple(
                Gone(self.names.places[missed.bed], self.names.words(missed.sentence))
                for missed in one.missed
                if missed.bed in self.names.places
            ),
            nearest=tuple(blocked_words(pair, self.names) for pair in near[:NEAREST]),
            groups=groups_of(blocked, self.names),
            count=len(blocked),
            changes=tuple(change_words(change, self.names) for change in one.changes[:MOST_CHANGES]),
            reason=reasons.get(one.turnaway_reason, one.turnaway_reason),
            contributing=tuple(reasons.get(code, code) for code in one.contributing),
            decided=one.decided,
        )

    def _closest(self, pair: Pair) -> str:
        days = (barrier.from_on for barrier in pair.barriers if barrier.verdict is Verdict.NO)
        day = max(on for on in days if on is not None)
        return f"{self.names.places[pair.bed].name}, from {day:%-d %B}"


def _headline(one: Unplaced) -> str:
    if one.decided:
        return "None for now: somebody decided so"
    if not one.missed and not one.blocked:  # so many wait that why was not worked out for each
        return "No bed proposed"
    return "Others need the beds that fit more" if one.missed else "No bed fits today"


def change_words(change: Change, names: Names) -> str:
    """Return a smallest change as a sentence, such as `Would fit if WALL Room 8 had a ramp or lift`."""
    told = change.sentence
    if told.startswith(("if ", "from ")):
        return f"{names.words(f'would fit {told}')}."
    bed, _, rest = told.partition(": ")
    return f"{names.words(f'{bed} would fit {rest}')}."


def free_words(problem: Problem, bed: str) -> str:
    """Return from when a bed of the problem is free: `free now`, `free from 3 December`."""
    on = next((one.free_on for one in problem.beds if one.ref == bed), None)
    if on is None:
        return "not free"
    return "free now" if on <= problem.on else f"free from {on:%-d %B}"


def is_free(problem: Problem, bed: str) -> bool:
    """Return whether a bed is free on the day of the problem: only then can it be held."""
    return any(one.ref == bed and one.free_on is not None and one.free_on <= problem.on for one in problem.beds)


def blocked_words(pair: Pair, names: Names) -> Blocked:
    """Return a bed and what says no to it, in words."""
    return Blocked(
        names.places[pair.bed],
        tuple(
            names.words(barrier.sentence)
            for barrier in pair.barriers
            if barrier.verdict is Verdict.NO or barrier.code == THEIRS
        ),
    )


def nearest(problem: Problem, pairs: Iterable[Pair]) -> list[Pair]:
    """Return beds that she cannot have, nearest first; none of which nobody can say when they are free.

    Fewest reasons first; of these, first those for which she only has to wait a little, and then the soonest.
    """
    days = {bed.ref: bed.free_on for bed in problem.beds if bed.free_on is not None}
    soon = problem.on + timedelta(days=SOON)
    known = [pair for pair in pairs if pair.bed in days]
    return sorted(
        known,
        key=lambda pair: (
            _noes(pair),
            not (only_a_day(pair) and days[pair.bed] <= soon),
            days[pair.bed],
            pair.bed,
        ),
    )


def _noes(pair: Pair) -> int:
    return sum(barrier.verdict is Verdict.NO for barrier in pair.barriers)


def only_a_day(pair: Pair) -> bool:
    """Return whether nothing but a known day stands between a household and a bed."""
    return [barrier.from_on is None for barrier in pair.barriers if barrier.verdict is Verdict.NO] == [False]


def groups_of(pairs: Iterable[Pair], names: Names) -> tuple[Group, ...]:
    """Return each reason with the beds that it rules out, the most common first."""
    found: dict[str, list[Place]] = {}
    for pair in pairs:
        for barrier in pair.barriers:
            if barrier.verdict is Verdict.NO or barrier.code == THEIRS:
                found.setdefault(barrier.code, []).append(names.places[pair.bed])
    order = sorted(found, key=lambda code: (-len(found[code]), code))
    return tuple(Group(label_of(code), by_refuge(found[code])) for code in order)


def label_of(code: str) -> str:
    """Return the name of a rule for staff."""
    if code == THEIRS:
        return LABEL
    return BARRIERS[code].label if code in BARRIERS else code.replace("_", " ")


def by_refuge(places: Iterable[Place]) -> tuple[str, ...]:
    """Return beds as `WALL Room 1, Room 2`, one text a refuge."""
    found: dict[str, list[str]] = {}
    for place in sorted(places, key=lambda place: place.order):
        found.setdefault(place.refuge, []).append(place.bed)
    return tuple(f"{refuge}: {', '.join(beds)}" for refuge, beds in found.items())
