"""A plan made as a good coordinator makes it by hand: the most pressing first, each at the best time still free.

The solver starts from it, falls back on it, and is never worse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from allocation.sessions.duties import too_much
from allocation.sessions.eligibility import Choice, rooms_for
from allocation.sessions.goals import GOALS, PLACING
from allocation.sessions.problem import Booked, Room, Wanted
from allocation.sessions.standing import Context


@dataclass
class Plan:
    """Which choice each session has and when it begins."""

    choices: dict[str, Choice] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)


@dataclass
class Board:
    """A week that fills up: what is fixed, and what was put beside it."""

    context: Context
    """Its own, for it is written into."""
    plan: Plan = field(default_factory=Plan)

    def put(self, wanted: Wanted, choice: Choice, at: int, room: Room | None) -> None:
        """Put a session where it fits."""
        context = self.context
        until, house = at + wanted.minutes, context.house_of(wanted)
        name = room.ref if room else None
        context.stand(Booked(wanted.ref, choice.worker, house, at, until, choice.come, name, wanted.needs_ref))
        self.plan.choices[wanted.ref], self.plan.at[wanted.ref] = choice, at

    def fits(self, wanted: Wanted, choice: Choice, at: int) -> bool:
        """Say whether a session can begin then, rooms not looked at."""
        return (
            self._she_is_free(wanted, choice, at)
            and self._in_order(wanted, choice, at)
            and self._day(choice, wanted, at)
        )

    def room(self, wanted: Wanted, at: int) -> Room | None:
        """Return the smallest room that is free for it."""
        free = (
            room for room in rooms_for(self.context, wanted) if self.context.room_free(room, at, at + wanted.minutes)
        )
        return min(free, key=lambda room: (room.capacity, room.ref), default=None)

    def _she_is_free(self, wanted: Wanted, choice: Choice, at: int) -> bool:
        until = at + wanted.minutes
        return not any(
            span.from_at < until and at < span.until_at
            for ref in choice.come
            for span in self.context.with_her.get(ref, ())
        )

    def _in_order(self, wanted: Wanted, choice: Choice, at: int) -> bool:
        """Say whether it keeps the spacing and the order of its need."""
        need = wanted.needs_ref
        least = self.context.apart[need]
        if any(abs(day - choice.day) < least for day in self.context.need_days.get(need, ())):
            return False
        order = self.context.order[need]
        place = order.index(wanted.ref)
        before = [self.plan.at[ref] for ref in order[:place] if ref in self.plan.at]
        after = [self.plan.at[ref] for ref in order[place + 1 :] if ref in self.plan.at]
        return all(one < at for one in before) and all(at < one for one in after)

    def _day(self, choice: Choice, wanted: Wanted, at: int) -> bool:
        context = self.context
        worker = context.workers[choice.worker]
        lines = context.lines.get((choice.worker, choice.day), [])
        around = [line for line in context.held.get(choice.worker, ()) if line not in lines]
        line = (at, at + wanted.minutes, context.house_of(wanted))
        return too_much(context, worker, choice.day, sorted([*lines, line]), around) is None

    def adds_a_change(self, wanted: Wanted, choice: Choice) -> bool:
        """Say whether the worker is in other houses only on that day."""
        lines = self.context.lines.get((choice.worker, choice.day), [])
        return bool(lines) and all(house != self.context.house_of(wanted) for _at, _until, house in lines)


def by_hand(context: Context, choices: Mapping[str, Sequence[Choice]], sessions: Sequence[Wanted]) -> Plan:
    """Return a plan for some sessions; `context` stays as it is."""
    board = Board(Context(context.problem, context.fixed))
    for wanted in sorted(sessions, key=lambda one: _priority(context, one, choices)):
        place(board, wanted, choices[wanted.ref])
    return board.plan


def place(board: Board, wanted: Wanted, choices: Iterable[Choice], known_as: Choice | None = None) -> bool:
    """Put a session at the best time that is free, and say whether there was one.

    `known_as` is the choice that one narrowed to some of its beginnings stands for.
    """
    for choice in sorted(choices, key=lambda one: _worth(board, wanted, one)):
        for at in choice.starts:
            if board.fits(wanted, choice, at):
                room = board.room(wanted, at)
                if room is not None or not wanted.needs_room:
                    board.put(wanted, known_as or choice, at, room)
                    return True
    return False


def merged(context: Context, choices: Mapping[str, Sequence[Choice]], plan: Plan, sessions: Sequence[Wanted]) -> Plan:
    """Return a plan near one in which residents or rooms may clash: what fits as it is stays, the rest finds a time.

    First each session is put where the plan has it; then those that clash at another beginning that is worth the same;
    and then, with those that the plan leaves out, wherever there is a time.
    """
    board = Board(Context(context.problem, context.fixed))
    left = []
    for wanted in sorted(sessions, key=lambda one: (plan.at.get(one.ref, 0), one.ref)):
        choice = plan.choices.get(wanted.ref)
        if choice is None or not place(board, wanted, [replace(choice, starts=(plan.at[wanted.ref],))], choice):
            left.append(wanted)
    still = []
    for wanted in left:
        choice = plan.choices.get(wanted.ref)
        if choice is None or not place(board, wanted, [choice]):
            still.append(wanted)
    for wanted in sorted(still, key=lambda one: _priority(context, one, choices)):
        place(board, wanted, choices[wanted.ref])
    return board.plan


def _priority(context: Context, wanted: Wanted, choices: Mapping[str, Sequence[Choice]]) -> tuple[object, ...]:
    """Order sessions as the goals do: what counts for the first goals first, then the earliest deadline."""
    first = next(iter(choices[wanted.ref]), None)
    gains = [
        -goal.weigh(context, wanted, first) if first and (goal := GOALS[name]).weigh else 0
        for name in context.problem.goals
        if name in PLACING
    ]
    due = wanted.deadline_at if wanted.deadline_at is not None else context.latest(wanted)
    free = sum(len(choice.starts) for choice in choices[wanted.ref])
    return (*gains, due, free, wanted.ref)


def _worth(board: Board, wanted: Wanted, choice: Choice) -> tuple[object, ...]:
    """Order choices as the goals do that say how good a time is."""
    gains: list[int] = []
    for name in board.context.problem.goals:
        goal = GOALS[name]
        if goal.weigh is None:
            gains.append(int(board.adds_a_change(wanted, choice)))
        elif name not in PLACING:
            gains.append(-int(goal.sense) * goal.weigh(board.context, wanted, choice))
    return (*gains, choice.day, choice.worker, choice.starts)
