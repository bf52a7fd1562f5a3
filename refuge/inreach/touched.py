"""Which proposals of a plan can no longer be, and why, once something has changed: leave, a move. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from allocation.sessions.calendar import beginning, minute
from refuge.inreach.shown_plan import when_words, who_of

if TYPE_CHECKING:
    from allocation.sessions.problem import Booked, Problem, Span
    from allocation.sessions.solution import Proposal, Solution
    from refuge.inreach.shown_plan import Names


@dataclass(frozen=True)
class Standing:
    """A proposal as today's problem counts, and that problem."""

    one: Proposal
    from_at: int
    until_at: int
    today: Problem

    def meets(self, spans: Iterable[Span]) -> bool:
        """Return whether one of these times overlaps it."""
        return any(span.from_at < self.until_at and self.from_at < span.until_at for span in spans)

    def meets_booked(self, of: Callable[[Booked], bool]) -> bool:
        """Return whether a session that is booked, and is one of these, overlaps it."""
        return any(one.from_at < self.until_at and self.from_at < one.until_at for one in self.today.booked if of(one))


def touched(
    then: Problem,
    answer: Solution,
    today: Problem,
    accepted: Iterable[str],
    names: Names,
    *,
    at: datetime,
    called_off: Collection[str] = (),
) -> list[str]:
    """Return a sentence for each proposal that cannot be any more, and for each session that is new or due again."""
    moved = minute(today.days[0].on, beginning(then.days[0].on))
    past, booked = minute(today.days[0].on, at), set(accepted)
    wanted_then = {one.ref: one for one in then.wanted}
    found = []
    for one in sorted(answer.proposals, key=lambda one: one.from_at):
        if one.session in booked or one.from_at + moved <= past or not names.knows(one.residents):
            continue
        standing = Standing(one, one.from_at + moved, one.until_at + moved, today)
        why = next((sentence for rule in RULES if (sentence := rule(standing)) is not None), None)
        if why is not None:
            who = who_of(wanted_then[one.session], one.residents)
            found.append(f"{who}, {when_words(then, one.from_at, at=at)}: {names.words(why)}")
    new = {one.need or one.ref: one for one in today.wanted}
    known = {one.need or one.ref for one in then.wanted} | {one.need for one in then.booked}
    wanted_now = {one.ref: one for one in today.wanted} | {one.need or one.ref: one for one in today.wanted}
    for ref in sorted(called_off):
        again = wanted_now.get(ref) or wanted_now.get(wanted_then[ref].need or ref)
        if again is not None and names.knows(again.residents):
            found.append(f"{who_of(again, again.residents)}: a session was called off, so it is due again.")
    return found + [
        f"{who_of(one, one.residents)}: a session is due that the plan does not know."
        for need, one in sorted(new.items())
        if need not in known and names.knows(one.residents)
    ]


def she_has_left(standing: Standing) -> str | None:
    """A session is for women who live there."""
    here = {resident.ref: resident.house for resident in standing.today.residents}
    if all(here.get(ref) == standing.one.house for ref in standing.one.residents):
        return None
    return "she does not live there any more."


def it_is_not_wanted(standing: Standing) -> str | None:
    """A session that nobody asks for any more is not held."""
    if standing.one.session in {one.ref for one in standing.today.wanted}:
        return None
    return "it is booked already, or no longer asked for."


def worker_is_away(standing: Standing) -> str | None:
    """A worker is on the rota."""
    worker = next((one for one in standing.today.workers if one.ref == standing.one.worker), None)
    shifts = worker.shifts if worker is not None else ()
    if any(
        shift.from_at <= standing.from_at and standing.until_at <= shift.until_at and standing.one.house in shift.houses
        for shift in shifts
    ):
        return None
    return f"{standing.one.worker} is not on the rota there then."


def worker_is_taken(standing: Standing) -> str | None:
    """A worker has one session at a time."""
    one = standing.one
    if standing.meets_booked(lambda booked: booked.worker == one.worker):
        return f"{one.worker} has been booked for something else."
    return None


def she_is_taken(standing: Standing) -> str | None:
    """A woman has one session at a time."""
    hers = set(standing.one.residents)
    if standing.meets_booked(lambda booked: bool(hers.intersection(booked.residents))):
        return "she has been booked for something else."
    return None


def she_cannot(standing: Standing) -> str | None:
    """Her own times come first."""
    for resident in standing.today.residents:
        if resident.ref in standing.one.residents and standing.meets(resident.cannot):
            return "she cannot come then."
    return None


def room_is_taken(standing: Standing) -> str | None:
    """A room is open and free."""
    ref = standing.one.room
    room = next((one for one in standing.today.rooms if one.ref == ref), None)
    if ref is None:
        return None
    if room is None or not any(
        span.from_at <= standing.from_at and standing.until_at <= span.until_at for span in room.open
    ):
        return f"{ref} is not open then."
    if standing.meets_booked(lambda booked: booked.room == ref):
        return f"{ref} has been booked for something else."
    return None


RULES: tuple[Callable[[Standing], str | None], ...] = (
    she_has_left,
    worker_is_away,
    worker_is_taken,
    she_is_taken,
    she_cannot,
    room_is_taken,
    it_is_not_wanted,
)
"""What must still hold, asked in this order."""
