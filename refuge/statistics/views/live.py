"""Live figures for managers: their own service exactly, as of now, with the referrals behind each number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import london_date
from refuge.permissions import Permission, requires
from refuge.placements.forms.turn_aways import PeriodForm
from refuge.statistics.catalogue import comparable
from refuge.statistics.counting import Basis, Counting, by_need, cross, in_period
from refuge.statistics.dimensions import dimensions
from refuge.statistics.facts import NEEDS, Outcome
from refuge.statistics.forms import JudgeForm, TargetForm
from refuge.statistics.kpis import behind as figure_behind
from refuge.statistics.kpis import figures
from refuge.statistics.models import Judged
from refuge.statistics.periods import Period, last_quarters, quarter_of
from refuge.statistics.profiles import INTERNAL, profiles
from refuge.statistics.published import shown, shown_figure
from refuge.statistics.queries import facts as queries
from refuge.statistics.queries.behind import PAGE, refs_behind
from refuge.statistics.queries.given import offered_to
from refuge.statistics.queries.targets import judgements, meanings
from refuge.statistics.queries.told import told
from refuge.statistics.queries.words import words
from refuge.statistics.service.judging import judge, set_target
from refuge.statistics.shown import Sight, over_time, rows_of, unmet_chart
from refuge.statistics.views.room import QUARTERS, blueprint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from refuge.statistics.facts import Fact
    from refuge.statistics.published import Shown, ShownFigure

PAPER = Period(date(2015, 12, 1), date(2016, 9, 30))
"""The window that the partnership's paper counts."""


def _period(form: PeriodForm) -> tuple[Period, bool]:
    """Return the period that the address asks for, and whether it could be read; nothing asked: this quarter."""
    if not request.args.get("since") and not request.args.get("until"):
        period = Period(quarter_of(form.on).since, form.on)
        form.since.data, form.until.data = _days(period).values()  # the form says what is counted, as the heading does
        return period, True
    fine = form.validate()
    return (Period(*form.period()) if fine else quarter_of(form.on).before), fine


@blueprint.get("/statistics")
@requires(Permission.STATISTICS_SEE)
def dashboard() -> ResponseReturnValue:
    """Show the figures of her own service over a period, beside the period before."""
    on = london_date(now())
    form = PeriodForm(request.args, on=on)
    period, fine = _period(form)
    basis = _basis()
    record(session, "statistics.seen", by=current_actor(), at=now(), since=str(period.since), until=str(period.until))
    last = last_quarters(on, QUARTERS)
    whole = Period(min(period.before.since, last[0].since), max(period.until, last[-1].until))
    found = list(queries.facts(session, user().network_id, whole, agency_id=user().agency_id))
    sight = _sight(period, basis, found)
    quarters = _by_quarter(last, found)
    page = render_template(
        "statistics/dashboard.html", form=form, period=period, basis=basis.value, sight=sight, rows_of=rows_of,
        profile=profiles()[INTERNAL], chart=unmet_chart(quarters), over_time=over_time(quarters), needs=NEEDS,
        outcomes=[one for one in Outcome if one is not Outcome.OPEN], links=_asked(period, basis),
        quarters=[(one.label, _days(one)) for one in last_quarters(on, 4)[::-1]],
    )  # fmt: skip
    return page, 200 if fine else 422


@blueprint.get("/statistics/figures/<code>/referrals")
@requires(Permission.STATISTICS_SEE)
def behind_figure(code: str) -> ResponseReturnValue:
    """List the referrals on which a figure of her own service rests."""
    form = PeriodForm(request.args, on=london_date(now()))
    period, fine = _period(form)
    reader = user()
    meant = meanings(session, reader.network_id, period.until).get(code)
    if not fine or meant is None:
        abort(404)
    basis = _basis()
    known = told(session, reader.network_id, period, at=now(), agency_id=reader.agency_id, basis=basis)
    numbers = figure_behind(code, known)
    if code in OF_SESSIONS:
        numbers = offered_to(session, reader.network_id, period, at=now(), agency_id=reader.agency_id)
    return _listed(numbers or [], period, basis, code, meant.title, nobody=numbers is None)


OF_SESSIONS = frozenset({"K15", "K16"})


def _listed(
    numbers: list[int], period: Period, basis: Basis, title: str, what: str, *, nobody: bool = False
) -> ResponseReturnValue:
    """Show a page of referrals; the event names those that she saw, and the page says how many there are."""
    last = max(1, -(-len(numbers) // PAGE))
    typed = request.args.get("page", "1")
    page = int(typed) if typed.isdecimal() else 0
    if not 1 <= page <= last:
        abort(404)
    rows = refs_behind(session, user(), numbers, page)
    record(session, "referral.listed", by=current_actor(), at=now(), refs=[ref for ref, _ in rows])
    others = {
        name: {"href": _page_address(other), "text": words, "labelText": f"{other} of {last}"}
        for name, other, words in (("previous", page - 1, "Previous"), ("next", page + 1, "Next"))
        if 1 <= other <= last
    }
    return render_template(
        "statistics/behind.html", rows=rows, period=period, need=what, outcome=title, back=_asked(period, basis),
        nobody=nobody, total=len(numbers), begins=(page - 1) * PAGE + 1, pages=others, basis=basis.value,
    )  # fmt: skip


def _page_address(page: int) -> str:
    told = {**request.args.to_dict(), **(request.view_args or {}), "page": page}
    return url_for(request.endpoint or "", **told)


def _basis() -> Basis:
    """Return by which day the address asks referrals to be counted."""
    return Basis.DECIDED if request.args.get("by") == Basis.DECIDED else Basis.RECEIVED


def _asked(period: Period, basis: Basis) -> dict[str, str]:
    """Return what an address says of the days and of what is counted by, so that the next page counts the same."""
    return _days(period) | ({"by": basis.value} if basis is Basis.DECIDED else {})


def _sight(period: Period, basis: Basis, found: list[Fact]) -> Sight:
    """Return her own service in a period, beside the one before, and which figures meant the same then."""
    tables, made = _counted(period, basis, found)
    tables_before, made_before = _counted(period.before, basis, found)
    same = frozenset(code for code in made if comparable(code, period.until, period.before.until))
    return Sight(tables, made, profiles()[INTERNAL], tables_before, made_before, same)


def _days(period: Period) -> dict[str, str]:
    def typed(day: object) -> str:
        return f"{day:%-d %-m %Y}"

    return {"since": typed(period.since), "until": typed(period.until)}


def _counted(period: Period, basis: Basis, known: list[Fact]) -> tuple[dict[str, Shown], dict[str, ShownFigure]]:
    """Count a period of her own service, exactly."""
    reader, profile, nothing = user(), profiles()[INTERNAL], frozenset[str]()
    found = told(session, reader.network_id, period, at=now(), agency_id=reader.agency_id, basis=basis, known=known)
    counted = [*Counting(words(session)).add_all(found.facts).tables(), *found.given.tables()]
    meant = meanings(session, reader.network_id, period.until)
    judged = judgements(session, reader.network_id, period)
    made = {
        code: shown_figure(one, meant[code], nothing, profile) for code, one in figures(found).items() if code in meant
    }
    return {table.key: shown(table, nothing, profile) for table in counted}, _judged(made, judged)


def _judged(made: dict[str, ShownFigure], judged: Mapping[str, tuple[str, str, str, str]]) -> dict[str, ShownFigure]:
    return {code: replace(one, judged=judged.get(code)) for code, one in made.items()}


def _by_quarter(quarters: list[Period], found: list[Fact]) -> list[tuple[str, dict[str, Shown]]]:
    """Return the name and the table by need of each quarter."""
    nothing, profile = frozenset[str](), profiles()[INTERNAL]
    told = []
    for quarter in quarters:
        counted = Counting({}).add_all(in_period(found, quarter)).tables()
        tables = {table.key: shown(table, nothing, profile) for table in counted if table.key == "need"}
        told.append((quarter.label.partition(" (")[0], tables))
    return told


@blueprint.get("/statistics/by")
@requires(Permission.STATISTICS_SEE)
def by() -> ResponseReturnValue:
    """Break the referrals of her own service down by any two things."""
    form = PeriodForm(request.args, on=london_date(now()))
    period, fine = _period(form)
    known = dimensions(words(session))
    rows, columns = (known.get(request.args.get(name, "")) or known[other] for name, other in AXES)
    reader = user()
    found = in_period(queries.facts(session, reader.network_id, period, agency_id=reader.agency_id), period)
    table = shown(cross(found, rows, columns), frozenset(), profiles()[INTERNAL])
    record(session, "statistics.seen", by=current_actor(), at=now(), rows=rows.key, columns=columns.key)
    page = render_template(
        "statistics/by.html", form=form, period=period, table=table, rows_of=rows_of, rows=rows, columns=columns,
        dimensions=known.values(), profile=profiles()[INTERNAL],
    )  # fmt: skip
    return page, 200 if fine else 422


AXES = (("rows", "need"), ("columns", "outcome"))


@blueprint.get("/statistics/referrals")
@requires(Permission.STATISTICS_SEE)
def behind() -> ResponseReturnValue:
    """List the referrals of her own service behind a number."""
    form = PeriodForm(request.args, on=london_date(now()))
    period, fine = _period(form)
    need, outcome = request.args.get("need", ""), request.args.get("outcome", "")
    if not fine or (need and need not in NEEDS) or (outcome and outcome not in set(Outcome)):
        abort(404)
    reader = user()
    basis = _basis()
    found = in_period(queries.facts(session, reader.network_id, period, agency_id=reader.agency_id), period, basis)
    chosen = [fact for fact in found if (not need or fact.has(need)) and (not outcome or fact.outcome == outcome)]
    ended = Outcome(outcome).label if outcome else "Any outcome"
    return _listed([fact.number for fact in chosen], period, basis, ended, NEEDS.get(need, "All referrals"))


@blueprint.get("/statistics/paper")
@requires(Permission.TURNAWAY_COUNT)
def paper() -> ResponseReturnValue:
    """Show what the partnership's paper of 2017 counts, over the whole network: the same window, counted again."""
    found = in_period(queries.facts(session, user().network_id, PAPER), PAPER)
    rates = by_need(found)
    record(session, "statistics.seen", by=current_actor(), at=now(), since=str(PAPER.since), until=str(PAPER.until))
    rows = [
        [label, str(rates[need].unsuccessful), str(rates[need].unmet)]
        for need, label in NEEDS.items()
        if need in {"mental_health", "substance"}
    ]
    return render_template("statistics/paper.html", period=PAPER, rows=rows)


@blueprint.get("/statistics/figures/<code>")
@requires(Permission.STATISTICS_SEE)
def meaning(code: str) -> ResponseReturnValue:
    """Explain a figure, and let a manager judge it or set its target."""
    return _meaning(code, JudgeForm(), TargetForm())


@blueprint.post("/statistics/figures/<code>", endpoint="judge")
@requires(Permission.EDITION_PUBLISH)
def judge_or_set(code: str) -> ResponseReturnValue:
    """Keep a judgement of the last quarter, or a target from today on."""
    sets = request.form.get("do") == "target"
    form: JudgeForm | TargetForm = TargetForm(request.form) if sets else JudgeForm(request.form)
    if code not in meanings(session, user().network_id, london_date(now())):
        abort(404)
    key, led = request.form.get("key", ""), url_for("statistics.meaning", code=code)
    if once.led_to(session, user().id, key):
        return redirect(led)
    if not form.validate():
        return _meaning(code, *((JudgeForm(), form) if isinstance(form, TargetForm) else (form, TargetForm()))), 422
    try:
        _keep(code, form)
        once.remember(session, user().id, key, address=led, at=now())
        session.commit()
    except Refused as refusal:
        session.rollback()
        flash(refusal.sentence, "warning")
        return _meaning(code, JudgeForm(), TargetForm()), 409
    flash("Saved. It stands in whatever is published from now on.", "success")
    return redirect(led)


def _keep(code: str, form: JudgeForm | TargetForm) -> None:
    reader, at = user(), now()
    if isinstance(form, TargetForm):
        target, amber = form.number(form.target.typed), form.number(form.amber.typed)
        set_target(
            session, code, target or 0.0, amber or 0.0, why=form.why.typed, by=reader, actor=current_actor(), at=at
        )
        return
    quarter = last_quarters(london_date(at), 1)[0]
    judged = Judged(form.judged.data)
    judge(session, code, quarter, judged, reason=form.reason.typed, by=reader, actor=current_actor(), at=at)


def _meaning(code: str, judging: JudgeForm, target: TargetForm) -> str:
    on = london_date(now())
    known = meanings(session, user().network_id, on).get(code) or abort(404)
    quarter = last_quarters(on, 1)[0]
    judged = judgements(session, user().network_id, quarter).get(code)
    failed = next((form for form in (judging, target) if form.errors), None)
    period, _ = _period(PeriodForm(request.args, on=on))
    basis = _basis()
    whole = Period(period.before.since, period.until)
    sight = _sight(period, basis, list(queries.facts(session, user().network_id, whole, agency_id=user().agency_id)))
    return render_template(
        "statistics/meaning.html", meaning=known, judging=judging, target=target, form=failed, quarter=quarter.label,
        judged=judged, may_set=user().may(Permission.EDITION_PUBLISH), asked=_asked(period, basis), period=period,
        basis=basis.value, kpi=next((row for row in sight.kpis() if row.code == code), None),
        figure=sight.figures.get(code), recorded=sight.figures.get("K22"),
    )  # fmt: skip
