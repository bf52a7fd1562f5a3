"""Rules of the house and its rooms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocation.sessions.check.case import Case, Held, overlap, twice_at_a_time, within
from allocation.sessions.problem import Wanted
from allocation.sessions.solution import Proposal


def is_in_its_house(case: Case, wanted: Wanted, one: Proposal) -> bool:
    """A session takes place where its residents live, or where it was asked for."""
    return one.house == case.house(wanted)


def has_a_room(case: Case, wanted: Wanted, one: Proposal) -> bool:
    """Where a room is needed, it is one of that house, large enough, open, and not used for something else."""
    if not wanted.needs_room:
        return one.room is None
    if one.room is None or case.rooms[one.room].house != one.house:
        return False
    room = case.rooms[one.room]
    most = len(wanted.residents) if wanted.capacity is None else min(wanted.capacity, len(wanted.residents))
    free = not any(overlap(span, one) for span in room.blocked)
    return free and room.capacity >= most + 1 and within(one, room.open)


def room_holds_one_session(_case: Case, held: Sequence[Held]) -> Iterator[str]:
    """A room holds one session at a time."""
    yield from twice_at_a_time(held, lambda one: () if one.room is None else (one.room,))
