"""How many referrals of the network were turned away, by need and reason: for managers, exact, naming nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from werkzeug.datastructures import MultiDict

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.database import now, session
from refuge.london import london_date
from refuge.permissions import Permission, requires
from refuge.placements.forms.turn_aways import PeriodForm
from refuge.placements.queries.hold_counts import hold_counts
from refuge.placements.queries.turn_away_counts import NEEDS, Counts, turn_away_counts
from refuge.placements.views.room import blueprint

if TYPE_CHECKING:
    from datetime import date

    from flask.typing import ResponseReturnValue

PAPER = ("December 2015 to September 2016", "1 12 2015", "30 9 2016")
"""The period that the partnership's own paper counts, one press away."""
NOTHING = "–"


@blueprint.get("/turn-aways")
@requires(Permission.TURNAWAY_COUNT)
def turn_aways() -> ResponseReturnValue:
    """Show how many of those received in a period were not placed, by need and by reason."""
    on = london_date(now())
    form = PeriodForm(request.args, on=on)
    fine = form.validate()
    since, until = form.period() if fine else PeriodForm(MultiDict(), on=on).period()
    counts = turn_away_counts(session, user(), since=since, until=until)
    held = hold_counts(session, user(), since=since, until=until, at=now())
    record(session, "turn_away.counted", by=current_actor(), at=now())
    words, first, last = PAPER
    page = render_template(
        "placements/turn_aways.html", form=form, period=_period(since, until), twice=counts.twice,
        any_received=counts.needs["all"].received, by_need=_by_need(counts), by_reason=_by_reason(counts),
        needs=list(NEEDS.values()), paper=(words, url_for("placements.turn_aways", since=first, until=last)),
        held=[[row.words, _number(row.number)] for row in held], any_held=any(row.number for row in held),
    )  # fmt: skip
    return page, 200 if fine else 422


def _period(since: date, until: date) -> str:
    return f"{since.day} {since:%B %Y} to {until.day} {until:%B %Y}"


def _by_need(counts: Counts) -> list[list[str]]:
    """Return a row for each need: received, decided, and both headline rates."""
    return [
        [
            NEEDS[need],
            str(count.received),
            str(count.decided),
            share(count.unplaced, count.decided),
            share(count.capacity, count.for_us),
        ]
        for need, count in counts.needs.items()
    ]


def _by_reason(counts: Counts) -> list[list[str]]:
    """Return a row for each reason that occurs: how many of each need, and the sum below."""
    rows = [
        [
            f"{reason.group}: {reason.label}" if reason.group else reason.label,
            *(_number(count.reasons[reason.code]) for count in counts.needs.values()),
        ]
        for reason in counts.reasons
    ]
    return [*rows, ["Not placed, all reasons", *(_number(count.unplaced) for count in counts.needs.values())]]


def share(some: int, of: int) -> str:
    """Return `6 of 23 (26%)`, or a dash where there is nothing to hold it against."""
    return f"{some} of {of} ({round(100 * some / of)}%)" if of else NOTHING


def _number(some: int) -> str:
    return str(some) if some else NOTHING
