"""Cover: what each house is promised against what the rota gives, week by week, each gap with its cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flask import render_template

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.database import now, session
from refuge.london import london_date
from refuge.permissions import Permission, requires
from refuge.rota import words
from refuge.rota.queries import cover as queries
from refuge.rota.views.room import blueprint, week_asked

if TYPE_CHECKING:
    from datetime import date

    from flask.typing import ResponseReturnValue

    from refuge.rota.cover import Covered, Gap
    from refuge.rota.models import Worker


class Said(NamedTuple):
    """One promise of a house as the page says it."""

    label: str
    promised: str
    given: str
    kept: bool
    gaps: list[tuple[str, str]]
    """When, and why."""


@blueprint.get("/rota/cover")
@requires(Permission.COVER_SEE)
def cover_page() -> ResponseReturnValue:
    """Show what each house is promised and what the rota gives in a week; names only to who sees the rota."""
    asked, at = week_asked(), now()
    found = queries.cover(session, user(), asked.monday, asked.sunday)
    record(session, "cover.seen", by=current_actor(), at=at, week=asked.number)
    names = found.names if user().may(Permission.ROTA_SEE) else {}
    houses = [
        (house.refuge, [_said(line, names, london_date(at)) for line in house.lines])
        for house in found.houses
        if house.lines
    ]
    promises = [line for _, lines in houses for line in lines]
    return render_template(
        "rota/cover.html",
        week=asked,
        houses=houses,
        without=[house.refuge for house in found.houses if not house.lines],
        figures=[
            (f"{sum(line.kept for line in promises)} of {len(promises)}", "promises kept this week"),
            (sum(len(line.gaps) for line in promises), "gaps"),
        ],
    )


def _said(line: queries.Line, names: dict[int, Worker], today: date) -> Said:
    return Said(
        line.row.promised.label,
        words.promise_words(line.row),
        given_words(line.covered),
        line.covered.is_kept,
        [_gap(gap, names, today) for gap in line.covered.gaps],
    )


def given_words(covered: Covered) -> str:
    """Return what the rota gives of a promise: `2 of 3 days`, `all of 40 h`, `32 h of 40 h`."""
    if covered.promise.days_a_week is not None:
        return f"{min(covered.days_given, covered.days_promised)} of {covered.days_promised} days"
    if not covered.days_promised:
        return "nothing is promised this week"
    promised = words.amount_words(covered.promised)
    return f"all of {promised}" if not covered.gaps else f"{words.amount_words(covered.given)} of {promised}"


def _gap(gap: Gap, names: dict[int, Worker], today: date) -> tuple[str, str]:
    why = []
    for cause in gap.causes:
        worker = names.get(cause.worker_id) if cause.worker_id is not None else None
        own = worker is not None and worker.agency_id == user().agency_id
        why.append(words.cause_words(cause.why, worker.name if worker else None, own=own))
    return words.span_words(gap.from_at, gap.until_at, today=today), ", ".join(dict.fromkeys(why))
