"""Why a session has no time, what speaks for a time proposed, and what must be asked first: in words for staff."""

from __future__ import annotations

from collections.abc import Iterable

from allocation.sessions.eligibility import Choice
from allocation.sessions.problem import Booking, Wanted
from allocation.sessions.solution import Reason
from allocation.sessions.standing import Context

BARRIERS: dict[str, str] = {
    "no_such_worker": "No worker on the rota can give this session.",
    "out_of_time": "There is no time between the earliest and the latest at which it makes sense.",
    "not_on_rota": "No such worker is on the rota at {house} in that time.",
    "worker_away": "Whoever could give it is away or busy with something else.",
    "her_times": "Every such time clashes with times when she can’t come.",
    "in_another_session": "Every such time clashes with sessions that she has already.",
    "no_room": "No room at {house} is free and large enough.",
    "interpreter": "The interpreter is not there at any such time.",
    "childcare": "Nobody minds children at any such time.",
    "spacing": "Every such day is too near another session of the same need.",
    "worker_busy": "Whoever could give it is in other sessions or on the way between houses.",
    "day_full": "The days of whoever could give it hold as many sessions as they may.",
    "changes_house": "Whoever could give it is in another house on those days.",
    "no_break": "It would cost whoever could give it the break.",
    "used_by_others": "Every time that would do is used by sessions that come first or fit together better.",
    "decided": "A person left it for now.",
}
"""By code: why a session has no time, in words."""


def reasons_of(context: Context, wanted: Wanted, choice: Choice) -> Iterable[Reason]:
    """Return what speaks for a time."""
    if choice.worker == wanted.preferred_worker:
        yield Reason("preferred_worker", "She would rather see this worker.")
    elif choice.worker == wanted.previous_worker:
        yield Reason("same_worker", "It is the worker whom she saw before.")
    if choice.gladly and len(choice.come) == 1:
        yield Reason("preferred_time", "It is at a time that she prefers.")
    elif choice.gladly:
        yield Reason("preferred_time", f"{choice.gladly} of {len(choice.come)} prefer this time.")
    if wanted.deadline_at is not None and not choice.late:
        yield Reason("in_time", "It is before the deadline.")
    language = wanted.interpreter.language if wanted.interpreter else None
    if language is not None and language in context.workers[choice.worker].languages:
        yield Reason("language", "The worker speaks her language, so no interpreter is needed.")
    if choice.again:
        yield Reason("again", "It was proposed before.")


def asks_of(context: Context, wanted: Wanted, choice: Choice) -> Iterable[Reason]:
    """Return what must be asked or done before a time can be booked."""
    needed = wanted.interpreter
    speaks = needed is not None and needed.language in context.workers[choice.worker].languages
    if needed is not None and not speaks and needed.booking is not Booking.CONFIRMED:
        waits = needed.booking is Booking.BOOKED
        yield Reason("interpreter", "The interpreter must confirm." if waits else "An interpreter must be booked.")
    if wanted.childcare and context.houses[context.house_of(wanted)].childcare is None:
        yield Reason("childcare", "Somebody must be found to mind her children.")
    if choice.late:
        yield Reason("late", "It is after the deadline: no time before it is possible.")
