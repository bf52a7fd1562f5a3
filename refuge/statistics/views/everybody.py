"""The page for everybody, without signing in: what was published last, at the public profile, if the network shows it.

Which network it is and whether it shows the page goes through the ordinary session; every figure goes through the
session that sees nothing but what was published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, g, make_response, redirect, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.database import database, now, session
from refuge.errors import Refused
from refuge.permissions import Permission, open_to_everyone, requires
from refuge.statistics.profiles import PUBLIC, profiles
from refuge.statistics.queries import beside
from refuge.statistics.queries import editions as queries
from refuge.statistics.service import beside as service
from refuge.statistics.shown import KPI_HEADS, over_time, rows_of, unmet_chart
from refuge.statistics.views.reading import label_of_edition
from refuge.statistics.views.room import QUARTERS, blueprint, sight_of

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

KEPT_FOR = 300
"""Seconds that a browser, or whatever stands between, may show the page again without asking."""


@blueprint.get("/public/<ref>")
@open_to_everyone
def for_everybody(ref: str) -> Response:
    """Show what a network published last, as everybody may read it."""
    network = beside.public_network(session, ref)
    if network is None:
        abort(404)
    with database().published() as narrow:
        rows = queries.editions(narrow, network.id)
        answer = make_response()
        answer.set_etag(f"{rows[0].ref if rows else ''}-{network.ref}")
        if request.if_none_match.contains(answer.get_etag()[0] or "") and g.web_session is None:
            answer.make_conditional(request)
            return _kept(answer)
        found = queries.read(narrow, rows[0], PUBLIC, with_before=True) if rows else None
        quarters = queries.last_quarters(narrow, rows[0], PUBLIC, how_many=QUARTERS) if rows else []
    told = [(one.period.label.partition(" (")[0], one.tables) for one in quarters]
    page = render_template(
        "statistics/everybody.html", network=network.name, row=None if found is None else found.edition,
        label="" if found is None else label_of_edition(found.edition), profile=profiles()[PUBLIC],
        sight=None if found is None else sight_of(found, PUBLIC), rows_of=rows_of, kpi_heads=KPI_HEADS,
        chart=unmet_chart(told), over_time=over_time(told),
        recorded=None if found is None else found.figures.get("K22"),
    )  # fmt: skip
    answer.set_data(page)
    return _kept(answer)


def _kept(answer: Response) -> Response:
    """Let the page be kept for a while: it is the same for everybody who is not signed in."""
    if g.web_session is None:
        answer.cache_control.public, answer.cache_control.max_age = True, KEPT_FOR
    return answer


@blueprint.route("/published/public", methods=["GET", "POST"])
@requires(Permission.EDITION_PUBLISH)
def public_page() -> ResponseReturnValue:
    """Let a manager say whether everybody can read what was published last."""
    if request.method == "GET":
        return _choice_page()
    try:
        seen = request.form.get("seen", "")
        service.choose_public(
            session, shown=request.form.get("shown") == "yes",
            seen=int(seen) if seen.isdecimal() and len(seen) < 7 else 0,  # noqa: PLR2004  what a page held
            by=user(), actor=current_actor(), at=now(),
        )  # fmt: skip
        session.commit()
    except Refused as refusal:
        session.rollback()
        flash(refusal.sentence, "warning")
        return _choice_page(), 409
    flash("Kept.", "success")
    return redirect(url_for("statistics.public_page"))


def _choice_page() -> str:
    kept = beside.public_choice(session, user().network_id)
    return render_template("statistics/public_page.html", kept=kept, network=user().agency.network)
