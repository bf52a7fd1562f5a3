"""Why: what speaks for each match, and for each household without one what is in the way and what would help.

What is said to be possible was tried: each bed that she could have had is given to her and the problem solved again,
and each change is made and the problem solved again. Nothing here is guessed from prices. In a large network only a few
refuges are solved again around some of the beds, so that a sentence says what a bed would cost at most.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from allocation.beds.core import Core
from allocation.beds.goals import GOALS
from allocation.beds.nearby import Nearby, around
from allocation.beds.small import Plan, force, with_another
from allocation.beds.solution import Barrier, Change, Missed, Pair, Unplaced, Verdict, Worse
from allocation.beds.turnaway import imply_reason
from allocation.beds.words import count, day

MOST_CHANGES = 6
"""How many changes are named: those that cost nobody a place come first."""
MOST_ALIKE = 2
MOST_TOGETHER = 3
"""How many things may have to change at one bed: more are no small change. They are tried where fewer do not help."""
MOST_TRIED = 8
"""Around how many beds a large network is solved again for one household."""
AT_MOST = "That is the most it would cost: a few refuges were solved again, not the whole network."
NOT_TRIED = "The network is too large to say of every bed what it would cost to give it to her."
LOSES = {
    "place_those_at_highest_risk": "{by} fewer of those at highest risk would have a place",
    "place_as_many_as_possible": "{by} fewer would have a place",
    "place_those_who_waited_longest": "those placed would have waited {days} less between them",
    "fit_the_need": "beds would fit needs and wishes less well (points lost: {by})",
    "spare_scarce_beds": "scarce beds would be used by those who need them less (points lost: {by})",
    "leave_few_open_questions": "{questions} would be open",
    "keep_the_last_proposal": "{by} more would be proposed another bed than last time",
}
"""By goal: what it means that it would worsen by so much."""


@dataclass
class Explainer:
    """Explains the households without a bed in one answer, by solving again around each."""

    core: Core
    placed: Mapping[str, str]
    plan: Plan | None
    """None for a large problem, of which only the part around a bed is solved again."""
    holder: dict[str, str] = field(init=False)
    again: bool = True
    """Whether to solve again around each; without, what blocks her is said, and of no bed what it would cost."""
    parts: dict[tuple[str, str], Nearby] = field(default_factory=dict)
    """Parts of a large problem that were solved already, by household and bed."""

    def __post_init__(self) -> None:
        self.holder = {bed: household for household, bed in self.placed.items()}

    def explain(self, ref: str) -> Unplaced:
        """Return why a household has no bed."""
        pairs = self.core.table.pairs_of(ref)
        blocked = tuple(sorted((pair for pair in pairs if pair.verdict is Verdict.NO), key=_nearness))
        decided = ref in self.core.set_aside
        could = [pair.bed for pair in pairs if pair.verdict is not Verdict.NO]
        most = 0 if not self.again else len(could) if self.plan is not None else MOST_TRIED
        tried = set(sorted(could, key=self._priority)[:most])
        missed = tuple(self._missed(ref, bed, tried=bed in tried) for bed in could)
        reason, contributing = imply_reason(self.core.context, ref, blocked, missed)
        changes = () if decided or not self.again else tuple(self._changes(ref, blocked, missed)[:MOST_CHANGES])
        return Unplaced(ref, blocked, missed, changes, reason, contributing, decided=decided)

    def _priority(self, bed: str) -> tuple[bool, int, int, str]:
        """Order beds by what they are likely to cost: free ones, then those of low risk who have not waited long."""
        holder = self.core.context.households.get(self.holder.get(bed, ""))
        return (holder is not None, holder.risk, holder.waiting_days, bed) if holder else (False, 0, 0, bed)

    def _missed(self, ref: str, bed: str, *, tried: bool) -> Missed:
        """Return what would be lost if she had a bed that she could have had."""
        has_it = self.holder.get(bed)
        if ref in self.core.set_aside:
            return Missed(bed, has_it, None, (), "A person decided to leave her without a bed for now.")
        if has_it is not None and has_it in self.core.decided:
            return Missed(bed, has_it, None, (has_it,), f"A person gave it to {has_it}.")
        if not tried:
            return Missed(bed, has_it, None, (), f"{_who_has(has_it)} {NOT_TRIED}")
        worse, loses, possible = self._if_forced(ref, bed)
        if not possible:
            return Missed(bed, has_it, None, (), "What a person decided leaves no place for her there.")
        return Missed(bed, has_it, worse, loses, _said(has_it, worse, loses, at_most=self.plan is None))

    def _if_forced(
        self, ref: str, bed: str, lifted: Collection[str] = ()
    ) -> tuple[Worse | None, tuple[str, ...], bool]:
        """Return the first goal that worsens, who loses a place, and whether it is possible at all."""
        plan, before = self._solved(ref, bed)
        found = force(plan, ref, bed, lifted)
        if found is None:
            return None, (), False
        now = plan.placed(found)
        loses = tuple(
            sorted(
                other
                for other in self.placed
                if other in plan.lefts and other not in now and other not in self.core.decided
            )
        )
        return self._first_worse(before, plan.totals(found.weight)), loses, True

    def _solved(self, ref: str, bed: str) -> tuple[Plan, tuple[int, ...]]:
        """Return what can be asked again about a bed, and what the present answer reaches of each goal there."""
        if self.plan is not None:
            return self.plan, self.plan.totals(self.plan.found.weight)
        if (ref, bed) not in self.parts:
            self.parts[ref, bed] = around(self.core, self.placed, ref, bed)
        part = self.parts[ref, bed]
        return part.plan, part.before

    def _first_worse(self, before: tuple[int, ...], after: tuple[int, ...]) -> Worse | None:
        for name, was, is_now in zip(self.core.goals, before, after, strict=True):
            if is_now > was:
                return None
            if is_now < was:
                return Worse(name, was - is_now)
        return None

    def _changes(self, ref: str, blocked: tuple[Pair, ...], missed: tuple[Missed, ...]) -> list[Change]:
        """Return the smallest changes that would give her a place: those that cost nobody anything first."""
        found: list[tuple[bool, int, Change]] = []
        for together in range(1, MOST_TOGETHER + 1):
            wishes = _wishes(blocked, together)
            for pair, barriers in wishes if self.plan is not None else wishes[:MOST_TRIED]:
                found += self._try(ref, pair.bed, barriers)
            if self.plan is not None and together == 1:
                for one in missed:
                    found += self._try_place(self.plan, ref, one)
                found += self._try_another(self.plan, ref, missed)
            if found:
                break
        found.sort(key=lambda entry: (entry[0], entry[1]))
        return _once([change for _worse, _order, change in found])

    def _try(self, ref: str, bed: str, barriers: tuple[Barrier, ...]) -> list[tuple[bool, int, Change]]:
        """Lift all barriers of a bed and solve again with her in it."""
        if self.holder.get(bed) in self.core.decided or bed not in self._solved(ref, bed)[0].rights:
            return []
        lifted = [PLACES[barrier.code][0] for barrier in barriers if barrier.code in PLACES]
        worse, loses, possible = self._if_forced(ref, bed, lifted)
        if not possible:
            return []
        return [(worse is not None, len(loses), _change(bed, barriers, loses))]

    def _try_place(self, plan: Plan, ref: str, missed: Missed) -> list[tuple[bool, int, Change]]:
        """Give her refuge one more place of the kind that is used up, and solve again with her in that bed."""
        if missed.bed not in plan.rights or missed.has_it is not None:
            return []
        context = self.core.context
        pair = context.households[ref], context.beds[missed.bed]
        codes = [
            code
            for code, takes in (("no_funded_place", context.takes_funded), ("high_support_full", context.takes_high))
            if takes(*pair)
        ]
        worse, _loses, possible = self._if_forced(ref, missed.bed, [PLACES[code][0] for code in codes])
        if not codes or not possible or worse is not None:
            return []
        sentence = " and ".join(PLACES[code][1] for code in codes)
        return [(False, 0, Change(missed.bed, tuple(codes), f"{missed.bed}: if {sentence}"))]

    def _try_another(self, plan: Plan, ref: str, missed: tuple[Missed, ...]) -> list[tuple[bool, int, Change]]:
        """Add one more bed like one that she could have had, solve again, and see if she has a place then."""
        for one in missed:
            if one.bed in plan.rights and plan.lefts[ref] in with_another(plan, one.bed).matched:
                return [(False, 1, Change(None, (), f"if there were another bed like {one.bed}"))]
        return []


PLACES = {
    "no_funded_place": ("refuge_funded_places", "one more NRPF place were funded there"),
    "high_support_full": ("refuge_high_support_places", "one more high-support place were staffed there"),
}
"""By barrier: the side rule that counts such places, and the one that would have to be added, in words."""


def _nearness(pair: Pair) -> tuple[int, int, str]:
    """Order blocked pairs: fewest barriers that say no first, then fewest in all."""
    return sum(barrier.verdict is Verdict.NO for barrier in pair.barriers), len(pair.barriers), pair.bed


def _wishes(blocked: tuple[Pair, ...], together: int) -> list[tuple[Pair, tuple[Barrier, ...]]]:
    """Return the pairs that exactly so many barriers say no to, if each is one that may be wished away."""
    found = []
    for pair in blocked:
        noes = tuple(barrier for barrier in pair.barriers if barrier.verdict is Verdict.NO)
        if len(noes) == together and all(barrier.change for barrier in noes):
            found.append((pair, noes))
    return found


def _change(bed: str, barriers: tuple[Barrier, ...], loses: tuple[str, ...]) -> Change:
    """Return a change in words; `loses` names who would have no place then."""
    first, from_on = barriers[0], barriers[0].from_on if len(barriers) == 1 else None
    if from_on is not None:
        sentence = f"from {day(from_on)}, {bed}"
    elif len(barriers) == 1 and first.change.startswith("if it "):
        sentence = f"if {bed} {first.change.removeprefix('if it ')}"
    else:
        sentence = f"{bed}: {', and '.join(barrier.change for barrier in barriers)}"
    if loses:
        sentence += f", but then {' and '.join(loses)} would have no place"
    return Change(bed, tuple(barrier.code for barrier in barriers), sentence, from_on)


def _once(changes: list[Change]) -> list[Change]:
    """Return the changes, no more than two that lift the same barriers: one example says as much as ten."""
    found: list[Change] = []
    for change in changes:
        if sum(other.codes == change.codes for other in found) < MOST_ALIKE:
            found.append(change)
    return found


def _who_has(has_it: str | None) -> str:
    return f"{has_it} has it." if has_it else "Nobody has it: a place there is used up, or she must not meet somebody."


def _said(has_it: str | None, worse: Worse | None, loses: tuple[str, ...], *, at_most: bool) -> str:
    first = _who_has(has_it)
    if worse is None:
        return f"{first} If she had it instead, every goal would be reached just as well: a person may choose."
    days, questions = count(worse.by, "day"), count(worse.by, "more question")
    result = LOSES[worse.goal].format(by=worse.by, days=days, questions=questions)
    who = f" ({', '.join(loses)} would lose theirs)" if loses else ""
    if at_most:
        return f"{first} If she had it instead and only refuges near it changed, {result}{who}. {AT_MOST}"
    return f"{first} If she had it instead, {result}{who}."


assert LOSES.keys() == GOALS.keys()  # noqa: S101 — a goal without its sentence is a mistake of ours, found at once.
