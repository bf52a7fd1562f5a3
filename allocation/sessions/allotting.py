"""Gives every session of a plan its room. The model only counts rooms; here each session gets one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from allocation.sessions.eligibility import rooms_for
from allocation.sessions.greedy import Plan
from allocation.sessions.problem import Room
from allocation.sessions.standing import Context


def rooms_of_plan(context: Context, plan: Plan) -> tuple[dict[str, str], set[str]]:
    """Return the room of each session, and the houses where no way was found to give each session one."""
    found: dict[str, str] = {}
    stuck: set[str] = set()
    for (house, _day), refs in sorted(_by_house(context, plan).items()):
        given: dict[str, Room] = {}
        if _give(context, plan, refs, given):
            found |= {ref: room.ref for ref, room in given.items()}
        else:
            stuck.add(house)
    return found, stuck


def _by_house(context: Context, plan: Plan) -> dict[tuple[str, int], list[str]]:
    """Return the sessions that need a room by house and day, in order of time."""
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for ref in sorted(plan.at, key=lambda ref: (plan.at[ref], ref)):
        wanted = context.wanted[ref]
        if wanted.needs_room:
            found[context.house_of(wanted), plan.choices[ref].day].append(ref)
    return found


def _give(context: Context, plan: Plan, refs: Sequence[str], given: dict[str, Room]) -> bool:
    """Give the rest of the sessions rooms, and take back what leads nowhere.

    The room of the last proposal comes first, then the smallest that will do.
    """
    if len(given) == len(refs):
        return True
    ref = refs[len(given)]
    wanted, at, last = context.wanted[ref], plan.at[ref], context.last.get(ref)
    before = last.room if last else None
    for room in sorted(rooms_for(context, wanted), key=lambda one: (one.ref != before, one.capacity, one.ref)):
        if context.room_free(room, at, at + wanted.minutes) and not _taken(context, plan, given, room, at):
            given[ref] = room
            if _give(context, plan, refs, given):
                return True
            del given[ref]
    return False


def _taken(context: Context, plan: Plan, given: dict[str, Room], room: Room, at: int) -> bool:
    return any(one == room and plan.at[ref] + context.wanted[ref].minutes > at for ref, one in given.items())
