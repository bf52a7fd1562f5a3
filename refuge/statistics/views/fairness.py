"""Fairness within her own service: who is given a place beside what could have taken her, and what staff overrode."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import render_template, request
from werkzeug.datastructures import MultiDict

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.codes.queries import labels
from refuge.database import now, session
from refuge.london import day_begins, london_date
from refuge.permissions import Permission, requires
from refuge.placements.forms.turn_aways import PeriodForm
from refuge.placements.queries.followed import Followed, HeldBed, beds_at_turn_away, held_beds, passed
from refuge.statistics.counting import Basis, in_period
from refuge.statistics.dimensions import dimensions
from refuge.statistics.fairness import fairness
from refuge.statistics.periods import Period
from refuge.statistics.queries import facts as queries
from refuge.statistics.queries.words import words
from refuge.statistics.views.room import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/statistics/fairness", endpoint="fairness")
@requires(Permission.STATISTICS_SEE)
def fairness_page() -> ResponseReturnValue:
    """Show acceptance by group, and how people used what was proposed. Nothing asked: the last twelve months."""
    form = PeriodForm(request.args, on=london_date(now()))
    fine = form.validate()
    period = Period(*(form.period() if fine else PeriodForm(MultiDict(), on=form.on).period()))
    reader = user()
    since, until = day_begins(period.since), day_begins(period.until + timedelta(days=1))
    held = held_beds(session, reader.agency_id, since, until)
    beds = {one.referral_id: one.open_beds for one in held if one.open_beds is not None}
    beds |= beds_at_turn_away(session, reader.agency_id)
    found = queries.facts(session, reader.network_id, period, agency_id=reader.agency_id)
    groups = fairness(in_period(found, period, Basis.DECIDED), beds, dimensions(words(session))["ethnicity"])
    checks = labels(session, ["check"])["check"]
    record(session, "statistics.seen", by=current_actor(), at=now(), since=str(period.since), until=str(period.until))
    page = render_template(
        "statistics/fairness.html", form=form, period=period, groups=groups, followed=_followed(held),
        passed=passed(session, reader.agency_id, since, until, checks),
    )  # fmt: skip
    return page, 200 if fine else 422


def _followed(held: list[HeldBed]) -> list[list[str]]:
    counted = Counter(one.followed for one in held)
    return [[one.label, str(counted[one])] for one in Followed]
