"""The week of in-reach: by worker, by house, by woman; a day at a time on a phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import render_template, request

from refuge.accounts.current import user
from refuge.accounts.models import AgencyKind
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.codes.queries import lists
from refuge.database import now, session
from refuge.inreach.forms.fields import read_day
from refuge.inreach.queries.runs import last_run
from refuge.inreach.queries.weeks import days_seen
from refuge.inreach.queries.women import residents
from refuge.inreach.views.room import blueprint
from refuge.inreach.week import Look, monday_of, rows_by, rows_by_worker
from refuge.london import instant_words, london_date, long_date_words
from refuge.permissions import Permission, requires

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from flask.typing import ResponseReturnValue

    from refuge.beds.models import Refuge
    from refuge.inreach.queries.weeks import Seen
    from refuge.inreach.week import Row

WEEKDAYS, WHOLE_WEEK = 5, 7
BY = {"worker": "Workers", "house": "Houses", "woman": "Women"}
"""How the rows of the week are made."""


@blueprint.get("/in-reach")
@requires(Permission.SESSION_SEE)
def week() -> ResponseReturnValue:
    """Show a week, or one day of it."""
    at = now()
    today = london_date(at)
    on, one_day = read_day(request.args.get("on"), today=today), request.args.get("day") == "1"
    by = request.args.get("by", "worker")
    by = by if by in BY else "worker"
    seen = days_seen(session, user(), days_of(on, one_day=one_day), at=at)
    days = _without_idle_weekend(seen, one_day=one_day)
    record(
        session, "week.seen", by=current_actor(), at=at, on=str(on), rows=by,
        refs=sorted(woman.ref for woman in seen.women.values()),
    )  # fmt: skip
    rows = _rows(seen, by, days, at)
    run = last_run(session, user().network_id) if user().may(Permission.SESSION_PLAN) else None
    step = timedelta(days=1 if one_day else WHOLE_WEEK)
    return render_template(
        "inreach/week.html", rows=[row for row in rows if not row.idle],
        idle=[row.name for row in rows if row.idle], days=days, by=by, kinds=BY, on=on, one_day=one_day,
        today=today, title=_title(on, one_day=one_day), before=on - step, after=on + step, run=run,
        run_made=instant_words(run.made_at, now=at) if run else "",
        outcomes=lists(session, ["session_outcome"], on=today)["session_outcome"] if one_day else (),
        wrong=sum(bool(item.wrong) for row in rows for cell in row.cells for item in cell.sessions),
        proposed=sum(item.look is Look.PROPOSED for item in seen.told.items),
        no_weekend=not one_day and len(days) == WEEKDAYS,
        practitioner=user().agency_kind is not AgencyKind.REFUGE_PROVIDER,
    )  # fmt: skip


def days_of(on: date, *, one_day: bool) -> Sequence[date]:
    """Return the days that are shown: one, or the whole week of it."""
    if one_day:
        return [on]
    monday = monday_of(on)
    return [monday + timedelta(days=number) for number in range(WHOLE_WEEK)]


def houses_shown(seen: Seen) -> Sequence[Refuge]:
    """Return the houses whose week the reader is shown: a refuge its own, who works in several all of them."""
    everywhere = user().agency_kind is not AgencyKind.REFUGE_PROVIDER
    return [house for house in seen.houses if everywhere or house.agency_id == user().agency_id]


def _title(on: date, *, one_day: bool) -> str:
    if one_day:
        return long_date_words(on)
    monday = monday_of(on)
    return f"Week of {monday.day} {monday:%B}"


def _without_idle_weekend(seen: Seen, *, one_day: bool) -> Sequence[date]:
    """Leave out Saturday and Sunday where nothing is on them."""
    days = list(seen.told.days)
    if one_day:
        return days
    worked = {london_date(shift.from_at) for shift in seen.told.rota.shifts}
    worked |= {london_date(item.from_at) for item in seen.told.items}
    return [on for on in days if on.weekday() < WEEKDAYS or on in worked]


def _rows(seen: Seen, by: str, days: Sequence[date], at: datetime) -> list[Row]:
    told = replace(seen.told, days=days)
    if by == "worker":
        return rows_by_worker(told, seen.workers)
    if by == "house":
        houses = [(house.id, house.name, house.ref) for house in houses_shown(seen)]
        return rows_by(told, houses, lambda item: [item.refuge_id])
    women = [(woman.referral_id, woman.ref, woman.ref) for woman in residents(session, user(), at=at)]
    return rows_by(told, women, lambda item: item.referral_ids)
