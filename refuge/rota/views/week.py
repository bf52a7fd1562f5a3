"""The week: who of the network's workers is where, and who is away."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flask import render_template

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.beds import queries as beds
from refuge.database import now, session
from refuge.london import clock_words, london_date
from refuge.permissions import Permission, requires
from refuge.rota.models import Worker
from refuge.rota.queries.shifts import rota_of
from refuge.rota.queries.workers import workers
from refuge.rota.views.room import Week, blueprint, week_asked
from refuge.rota.words import cause_words

if TYPE_CHECKING:
    from datetime import date

    from flask.typing import ResponseReturnValue

    from refuge.rota.hours import Missed, Shift


class Slot(NamedTuple):
    """Hours of a day in the week."""

    hours: str
    where: str


class Cell(NamedTuple):
    """One worker on one day."""

    on: date
    slots: list[Slot]
    off: list[str]
    """Why hours of her pattern are not worked."""


@blueprint.get("/rota")
@requires(Permission.ROTA_SEE)
def week() -> ResponseReturnValue:
    """Show the week of every worker of the network."""
    asked, at = week_asked(), now()
    found = workers(session, user())
    record(session, "rota.seen", by=current_actor(), at=at, week=asked.number)
    rota = rota_of(session, [one.id for one in found], asked.monday, asked.sunday)
    houses = {one.id: one.name for one in beds.refuges(session, user())}
    here = [one for one in found if _is_here(one, asked)]
    return render_template(
        "rota/week.html",
        week=asked,
        today=london_date(at),
        rows=[(one, [_cell(one, on, rota.shifts, rota.missed, houses) for on in asked.days]) for one in here],
    )


def _is_here(worker: Worker, asked: Week) -> bool:
    return worker.assigned_from <= asked.sunday and (
        worker.assigned_until is None or worker.assigned_until >= asked.monday
    )


def _cell(
    worker: Worker, on: date, shifts: tuple[Shift, ...], missed: tuple[Missed, ...], houses: dict[int, str]
) -> Cell:
    own = worker.agency_id == user().agency_id
    slots = [
        Slot(hours_of(one), " and ".join(houses.get(refuge, "another house") for refuge in one.refuge_ids))
        for one in shifts
        if one.worker_id == worker.id and london_date(one.from_at) == on
    ]
    why = [one.why.value for one in missed if one.shift.worker_id == worker.id and london_date(one.shift.from_at) == on]
    return Cell(on, slots, [_sentence(cause_words(one, None, own=own)) for one in dict.fromkeys(why)])


def hours_of(shift: Shift) -> str:
    """Return the hours of a shift by the clock: `09:00 to 17:00`."""
    return f"{clock_words(shift.from_at)} to {clock_words(shift.until_at)}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
