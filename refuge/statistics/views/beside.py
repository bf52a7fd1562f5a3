"""Pages beside the figures: what weighs most, what the country reports, partners' scores, the calendar of returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.database import database, now, session
from refuge.errors import Refused
from refuge.london import london_date
from refuge.permissions import Permission, requires
from refuge.statistics.facts import NEEDS
from refuge.statistics.forms_beside import HarmForm, ReturnForm, SentForm
from refuge.statistics.national import national, national_version
from refuge.statistics.periods import Kind, Period, last_quarters
from refuge.statistics.profiles import CONTRACT
from refuge.statistics.queries import beside
from refuge.statistics.queries import editions as queries
from refuge.statistics.returns import return_kinds
from refuge.statistics.risk import Scored, Theme, likelihood
from refuge.statistics.service import beside as service
from refuge.statistics.views.mapping import mark_of
from refuge.statistics.views.reading import label_of_edition, made_words
from refuge.statistics.views.room import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from refuge.statistics.beside import HarmScore
    from refuge.statistics.queries.beside import Line
    from refuge.statistics.queries.editions import Published


def _newest_quarter() -> Published | None:
    """Return the last quarter that was published, as commissioners see it, whoever asks."""
    with database().published() as narrow:
        rows = queries.editions(narrow, user().network_id)
        row = next((one for one in rows if Period(one.since, one.until).kind is Kind.QUARTER), None)
        found = None if row is None else queries.read(narrow, row, CONTRACT)
    if found is not None:
        record(session, "edition.read", found.edition.ref, by=current_actor(), at=now(), profile=CONTRACT)
    return found


@blueprint.get("/published/risk")
@requires(Permission.EDITION_READ)
def risk() -> ResponseReturnValue:
    """Show which unmet need weighs most, by theme: the published share times the mean of partners' scores."""
    found = _newest_quarter()
    if found is None:
        return render_template("statistics/risk.html", themes=[], label="", made="", found=None)
    kept = beside.harm_scores(session, user().network_id, found.edition.since)
    themes = []
    for key, title in NEEDS.items():
        share, why = likelihood(found.figures.get(f"K09-{key}"))
        scores = sorted(Scored(row.agency.name, row.score, row.why) for (theme, _), row in kept.items() if theme == key)
        themes.append(Theme(key, title, share, why, tuple(scores)))
    return render_template(
        "statistics/risk.html", themes=sorted(themes, key=_weight, reverse=True),
        label=label_of_edition(found.edition), made=made_words(found.edition), found=found,
        recorded=found.figures.get("K22"),
    )  # fmt: skip


def _weight(theme: Theme) -> int:
    return -1 if theme.score is None else theme.score


@blueprint.get("/published/compared")
@requires(Permission.EDITION_READ)
def compared() -> ResponseReturnValue:
    """Show the network's published figures beside those of the country."""
    found = _newest_quarter()
    rows = [
        (one, found.figures[one.kpi].words if found is not None and one.kpi in found.figures else "–")
        for one in national()
    ]
    return render_template(
        "statistics/compared.html", rows=rows, version=national_version(),
        label="" if found is None else label_of_edition(found.edition),
        recorded=None if found is None else found.figures.get("K22"),
    )  # fmt: skip


@blueprint.route("/statistics/harm", methods=["GET", "POST"])
@requires(Permission.HARM_SCORE)
def harm() -> ResponseReturnValue:
    """Let a partner score how much harm each theme of unmet need does."""
    at, reader = now(), user()
    quarter = last_quarters(london_date(at), 1)[0]
    form = HarmForm(request.form if request.method == "POST" else None, kept=_own_scores(quarter))
    if request.method == "GET":
        return _harm_page(form, quarter)
    if not form.validate():
        return _harm_page(form, quarter), 422
    try:
        service.score_harm(
            session, form.scores(), form.seen_numbers(), round_on=quarter.since, by=reader, actor=current_actor(), at=at
        )
        session.commit()
    except Refused as refusal:
        session.rollback()
        flash(refusal.sentence, "warning")
        return _harm_page(form, quarter), 409
    flash("Your agency’s scores are kept. You can change them until the next quarter.", "success")
    return redirect(url_for("statistics.harm"))


def _own_scores(quarter: Period) -> dict[str, HarmScore]:
    kept = beside.harm_scores(session, user().network_id, quarter.since)
    return {theme: row for (theme, agency), row in kept.items() if agency == user().agency_id}


def _harm_page(form: HarmForm, quarter: Period) -> str:
    return render_template("statistics/harm.html", form=form, label=quarter.label, themes=NEEDS)


@blueprint.get("/statistics/returns")
@requires(Permission.RETURN_KEEP)
def returns() -> ResponseReturnValue:
    """Show which returns are due, and who sent what when."""
    on = london_date(now())
    rows = beside.calendar(session, user().network_id, on)
    settings = beside.return_settings(session, user().network_id)
    return render_template(
        "statistics/returns.html", rows=rows, on=on, keeps_returns=beside.keeps_returns, mapping_mark=mark_of(on),
        kinds=[(kind, settings.get(kind.key)) for kind in return_kinds().values()],
    )  # fmt: skip


@blueprint.app_template_global("returns_to_send")
def returns_to_send() -> list[Line]:
    """Return what Today reminds the reader of: overdue or due soon, hers, or nobody's."""
    return beside.returns_waiting(session, user(), at=now())


@blueprint.route("/statistics/returns/<kind>/due", methods=["GET", "POST"])
@requires(Permission.RETURN_KEEP)
def return_due(kind: str) -> ResponseReturnValue:
    """Say when a kind of return is due and who is reminded."""
    which = return_kinds().get(kind) or abort(404)
    kept = beside.return_settings(session, user().network_id).get(kind)
    people = beside.owners(session, user().network_id)
    typed = request.form if request.method == "POST" else None
    form = ReturnForm(typed, days=kept.days if kept else which.days, kept=kept, people=people)
    if typed is None:
        return render_template("statistics/return_due.html", form=form, kind=which)
    if not form.validate():
        return render_template("statistics/return_due.html", form=form, kind=which), 422
    try:
        service.set_return(
            session, kind, form.days.typed or which.days, form.people[form.owner.data], seen=_number(form.seen.data),
            by=user(), actor=current_actor(), at=now(),
        )  # fmt: skip
        session.commit()
    except Refused as refusal:
        session.rollback()
        form.days.errors = [refusal.sentence]
        return render_template("statistics/return_due.html", form=form, kind=which), 409
    flash("Kept. The calendar goes by it from now on.", "success")
    return redirect(url_for("statistics.returns"))


@blueprint.route("/statistics/returns/<kind>/<since>", methods=["GET", "POST"])
@requires(Permission.RETURN_KEEP)
def return_sent(kind: str, since: str) -> ResponseReturnValue:
    """Note that the return of a period was sent."""
    at = now()
    on = london_date(at)
    lines = beside.calendar(session, user().network_id, on)
    line = next((one for one in lines if (one.due.kind.key, str(one.due.period.since)) == (kind, since)), None)
    if line is None or not line.due.period.closed(on):
        abort(404)
    due, row = line.due, line.sent
    with database().published() as narrow:
        rows = queries.editions(narrow, user().network_id)
    of_period = [
        (one, label_of_edition(one)) for one in rows if (one.since, one.until) == (due.period.since, due.period.until)
    ]
    typed = request.form if request.method == "POST" else None
    form = SentForm(typed, on=on, seen=row.number if row else 0, editions=of_period)
    if typed is None:
        return render_template("statistics/return_sent.html", form=form, due=due, sent=row)
    if not form.validate():
        return render_template("statistics/return_sent.html", form=form, due=due, sent=row), 422
    try:
        service.mark_sent(
            session, due, on=form.sent_on.typed or on, to=form.sent_to.typed,
            edition=form.editions.get(form.edition.data or ""), seen=_number(form.seen.data), by=user(),
            actor=current_actor(), at=at,
        )  # fmt: skip
        session.commit()
    except Refused as refusal:
        session.rollback()
        form.sent_on.errors = [refusal.sentence]
        return render_template("statistics/return_sent.html", form=form, due=due, sent=row), 409
    flash("Kept: the return was sent.", "success")
    return redirect(url_for("statistics.returns"))


def _number(typed: str | None) -> int:
    return int(typed) if typed and typed.isdecimal() and len(typed) < 7 else 0  # noqa: PLR2004  what a page held
