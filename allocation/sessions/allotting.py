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
        given = _as_before(context, plan, refs)
        if not _give(context, plan, [ref for ref in refs if ref not in given], given):
            given = {}
        if given or _give(context, plan, refs, given):
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


def _as_before(context: Context, plan: Plan, refs: Sequence[str]) -> dict[str, Room]:
    """Return the rooms of the last proposal for what is proposed again, where they are free."""
    given: dict[str, Room] = {}
    for ref in refs:
        last = context.last.get(ref)
        if last is not None and plan.choices[ref].again:
            room = next((one for one in rooms_for(context, context.wanted[ref]) if one.ref == last.room), None)
            if room is not None and _is_free(context, plan, given, room, ref):
                given[ref] = room
    return given


def _give(context: Context, plan: Plan, refs: Sequence[str], given: dict[str, Room]) -> bool:
    """Give sessions rooms, the smallest that will do first, and take back what leads nowhere."""
    if not refs:
        return True
    ref = refs[0]
    for room in sorted(rooms_for(context, context.wanted[ref]), key=lambda one: (one.capacity, one.ref)):
        if _is_free(context, plan, given, room, ref):
            given[ref] = room
            if _give(context, plan, refs[1:], given):
                return True
            del given[ref]
    return False


def _is_free(context: Context, plan: Plan, given: dict[str, Room], room: Room, ref: str) -> bool:
    at = plan.at[ref]
    until = at + context.wanted[ref].minutes
    return context.room_free(room, at, until) and not any(
        used == room and plan.at[one] < until and at < plan.at[one] + context.wanted[one].minutes
        for one, used in given.items()
    )
