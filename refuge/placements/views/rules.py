"""The rules of matching: read by everybody who matches, changed by managers after a preview on those who wait now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.codes.queries import labels
from refuge.database import database, now, session
from refuge.errors import Refused
from refuge.london import instant_words
from refuge.permissions import Permission, requires
from refuge.placements.forms.rules import SOFT, mark_of, rules_form
from refuge.placements.queries.preview import impact
from refuge.placements.queries.rules import first_rules, rule_history, rules_now
from refuge.placements.queries.runs import names_for
from refuge.placements.service.rules import STALE, change_rules, details_of, rule_set
from refuge.placements.shown.rules import FIXED_RULES, difference, impact_words
from refuge.placements.views.room import blueprint
from refuge.referrals.views.room import whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from refuge.placements.forms.rules import RulesForm
    from refuge.placements.models import RuleSet

NO_REASON = "Say in a few words why you change this"
LOOK_FIRST = "What you chose has changed since the preview. Look at what it would do, and then save."


@dataclass(frozen=True)
class Version:
    """One version in the history."""

    number: int
    when: str
    by: str
    why: str
    changed: tuple[str, ...]


@blueprint.get("/matches/rules")
@requires(Permission.MATCH_SEE)
def rules() -> ResponseReturnValue:
    """Show the rules, limits and goals of matching, and who changed them when and why."""
    return _page(rules_form(_holding()))


@blueprint.post("/matches/rules", endpoint="change_rules")
@requires(Permission.RULES_CHANGE)
def change() -> ResponseReturnValue:
    """Show what a change would do to those who wait, or save what was shown."""
    holding = _holding()
    form = rules_form(holding, request.form)
    if not form.validate():
        return _page(form), 422
    if request.form.get("do") != "save":
        return _preview(form, holding)
    if form.seen.data != mark_of(form.details()):
        flash(LOOK_FIRST, "warning")
        return _preview(form, holding)
    if not form.why.typed:
        form.why.errors = [NO_REASON]
        return _preview(form, holding, status=422)
    return _save(form)


def _save(form: RulesForm) -> ResponseReturnValue:
    version = whole(request.form, "version")
    try:
        made = change_rules(
            session, form.details(), version=version, why=form.why.typed, by=user(), actor=current_actor(), at=now(),
        )  # fmt: skip
        session.commit()
    except Refused as refusal:
        session.rollback()
        flash(refusal.sentence, "warning")
        return _stale(form) if refusal.code == STALE else (_page(form), 409)
    flash(f"The rules are version {made.version} from now on. Match again to see what they do.", "success")
    return redirect(url_for("placements.rules"))


def _stale(form: RulesForm) -> ResponseReturnValue:
    """Show what was chosen beside what holds by now; nothing is overwritten."""
    holding = _holding()
    form.version.data, form.seen.data = str(holding.version), ""
    return _page(form, clash=difference(details_of(holding), form.details())), 409


def _preview(form: RulesForm, holding: RuleSet, *, status: int = 200) -> ResponseReturnValue:
    """Work out what the change would do, without holding the database while the solver thinks."""
    at, reader, details = now(), user(), form.details()
    if whole(request.form, "version") != holding.version:
        return _stale(form)
    session.rollback()
    with database().reading() as reading:
        then = rule_set(details, reader.network_id, version=holding.version + 1, at=at)
        found = impact(reading, rules_now(reading, reader.network_id, at=at), then, at=at)
    names = names_for(session, reader, {*found.ruled_out, *found.let_in, *found.other_bed})
    record(session, "rules.previewed", by=current_actor(), at=at, refs=sorted(names.households))
    session.commit()
    form.seen.data = mark_of(details)
    changed = difference(details_of(_holding()), details)
    return _page(form, preview=impact_words(found, names), changed=changed), status


def _holding() -> RuleSet:
    return rules_now(session, user().network_id, at=now())


def _page(form: RulesForm, **more: Sequence[str]) -> str:
    holding, needs = _holding(), labels(session, ["need"])["need"]
    levels = [field for field in form if field.name.startswith("need_")]
    ranks = [field for field in form if field.name.startswith("rank_")]
    return render_template(
        "placements/rules.html", form=form, rules=holding, fixed=FIXED_RULES,
        soft=[(form[f"rule_{code}"].label.text, form[f"rule_{code}"]) for code in SOFT],
        needs=[(needs.get(field.name.removeprefix("need_"), field.label.text), field) for field in levels],
        ranks=sorted(ranks, key=lambda field: (int(field.data or 99), field.name)), history=_history(),
        may_change=user().may(Permission.RULES_CHANGE), **more,
    )  # fmt: skip


def _history() -> list[Version]:
    at, network = now(), user().network_id
    rows = rule_history(session, network)
    befores = [*rows, first_rules(network, at)][1:]
    return [
        Version(
            row.version, instant_words(row.from_at, now=at), row.made_by.name if row.made_by else "the system", row.why,
            tuple(difference(details_of(before), details_of(row))),
        )
        for row, before in zip(rows, befores, strict=True)
    ]  # fmt: skip
