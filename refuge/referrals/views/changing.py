"""Correcting a referral, keeping its checks up, and withdrawing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.codes.queries import lists
from refuge.database import now, session
from refuge.errors import Refused
from refuge.permissions import Permission, requires
from refuge.referrals import queries, risk
from refuge.referrals.forms import (
    SECTIONS,
    WithdrawForm,
    add_row,
    checks_of,
    differs,
    dump_opened,
    filled,
    labels_of,
    merge,
    merged_words,
    progress_filled,
    progress_form,
    read_opened,
    referral_form,
    routes_of,
    sound,
)
from refuge.referrals.queries.confidential import may_see
from refuge.referrals.service import change_referral, update_progress, withdraw_referral
from refuge.referrals.service.referrals import STALE
from refuge.referrals.views.room import (
    blueprint,
    changeable_or_404,
    code_lists,
    progressing_or_404,
    show_beside,
    today,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from refuge.accounts.models import Person
    from refuge.referrals.forms import ProgressForm, ReferralForm
    from refuge.referrals.models import Referral


LETS_GO_CODE = "lets_go"
"""The refusal that tells whoever saves what follows; the form carries it back once it was read."""
SENT = (
    "This call was sent already, from another page, and became {ref}. This page says something else in: {fields}. "
    "Nothing of that is saved yet: read it through, then save the changes or leave it as it was."
)
KEPT_OUT = frozenset({"csrf_token", "version", "opened", "do", "sure"})
"""What travels in the form and is not about her."""


@blueprint.get("/referrals/<ref>/edit")
@requires(Permission.REFERRAL_CHANGE)
def edit(ref: str) -> ResponseReturnValue:
    """Show the form filled with the referral as it stands."""
    found, actor, at = changeable_or_404(ref), current_actor(), now()
    if (refusal := _refusal(found)) is not None:
        return refusal
    record(session, "referral.seen", found.ref, by=actor, at=at, groups=["edit"])
    saved = _as_typed(found)
    return _page(found, referral_form(saved, code_lists(), on=today()), found.version, dump_opened(saved))


@blueprint.post("/referrals/<ref>/edit")
@requires(Permission.REFERRAL_CHANGE)
def change(ref: str) -> ResponseReturnValue:
    """Keep what was corrected."""
    found = changeable_or_404(ref, lock=True)
    if (refusal := _refusal(found)) is not None:
        return refusal
    version = whole(request.form, "version")
    opened = request.form.get("opened", "")
    typed = sound(pair for pair in request.form.items(multi=True) if pair[0] not in KEPT_OUT)
    do = request.form.get("do", "")
    if do.startswith("add_"):
        add_row(typed, do.removeprefix("add_"))
        return _page(found, referral_form(typed, code_lists(), on=today()), version, opened)
    form = referral_form(typed, code_lists(), on=today(), is_new=False)
    if not form.validate():
        return _page(found, form, version, opened), 422
    try:
        changed = change_referral(
            session, found, form.details(), version=version, by=user(), actor=current_actor(), at=now(),
            sure=request.form.get("sure") == LETS_GO_CODE,
        )  # fmt: skip
        session.commit()
    except (Refused, StaleDataError) as refused:
        session.rollback()
        if isinstance(refused, Refused) and refused.field:
            show_beside(form, refused)
            sure = LETS_GO_CODE if refused.code == LETS_GO_CODE else ""
            return _page(changeable_or_404(ref), form, version, opened, sure=sure), 409
        return _merged(ref, typed, opened), 409
    flash("The changes are kept." if changed else "Nothing was changed.", "success")
    return redirect(url_for("referrals.referral", ref=ref))


@blueprint.route("/referrals/<ref>/progress", methods=["GET", "POST"])
@requires(Permission.REFERRAL_CHANGE)
def progress(ref: str) -> ResponseReturnValue:
    """Keep how far the checks and the ways of paying have come."""
    posted = request.method == "POST"
    found, actor, at = progressing_or_404(ref, lock=posted), current_actor(), now()
    if (refusal := _refusal(found, may=queries.may_progress)) is not None:
        return refusal
    money = may_see(found, user(), Permission.IMMIGRATION_SEE)
    recourse = None if posted else queries.recourse(session, user(), found, by=actor, at=at)
    typed = MultiDict(request.form.items(multi=True) if posted else progress_filled(found, recourse))
    form = progress_form(typed, code_lists(), on=today(), money=money)
    if not posted:
        record(session, "referral.seen", found.ref, by=actor, at=at, groups=["progress"])
        return _small_page("progress", found, form, found.version)
    version = whole(request.form, "version")
    if not form.validate():
        return _small_page("progress", found, form, version), 422
    routes = routes_of(form) if money else None
    try:
        update_progress(session, found, checks_of(form), routes, version=version, actor=actor, at=at)
        session.commit()
    except (Refused, StaleDataError) as refused:
        return _refused("progress", progressing_or_404, ref, form, refused)
    flash("Checks and ways of paying are up to date.", "success")
    return redirect(url_for("referrals.referral", ref=ref))


@blueprint.route("/referrals/<ref>/withdraw", methods=["GET", "POST"])
@requires(Permission.REFERRAL_CHANGE)
def withdraw(ref: str) -> ResponseReturnValue:
    """End a referral that waits, with a reason."""
    posted = request.method == "POST"
    found = changeable_or_404(ref, lock=posted)
    if (refusal := _refusal(found)) is not None:
        return refusal
    reasons = lists(session, ("withdrawal",), on=today())["withdrawal"]
    form = WithdrawForm(request.form if posted else None, reasons)
    version = whole(request.form, "version") if posted else found.version
    if not posted or not form.validate():
        return _small_page("withdraw", found, form, version), 422 if posted else 200
    try:
        withdraw_referral(session, found, form.reason.data, version=version, actor=current_actor(), at=now())
        session.commit()
    except (Refused, StaleDataError) as refused:
        return _refused("withdraw", changeable_or_404, ref, form, refused)
    flash(f"The referral {ref} is withdrawn.", "success")
    return redirect(url_for("referrals.referral", ref=ref))


def _refusal(
    found: Referral, may: Callable[[Referral, Person], bool] = queries.may_change
) -> ResponseReturnValue | None:
    """Return where to go instead if she may no longer change it: an agency that refers, once it does not wait."""
    if may(found, user()):
        return None
    flash("This referral no longer waits, so it cannot be changed here. Ring the refuge.", "warning")
    return redirect(url_for("referrals.referral", ref=found.ref))


def _small_page(name: str, found: Referral, form: ProgressForm | WithdrawForm, version: int) -> str:
    money = may_see(found, user(), Permission.IMMIGRATION_SEE)
    return render_template(f"referrals/{name}.html", referral=found, form=form, money=money, version=version)


def _refused(
    name: str,
    find: Callable[[str], Referral],
    ref: str,
    form: ProgressForm | WithdrawForm,
    why: Exception,
) -> ResponseReturnValue:
    """Show the page again with what was typed and why it was not kept. The next press is about the newest version."""
    session.rollback()
    flash(why.sentence if isinstance(why, Refused) else STALE, "warning")
    found = find(ref)
    may = queries.may_progress if name == "progress" else queries.may_change
    if (refusal := _refusal(found, may)) is not None:
        return refusal
    return _small_page(name, found, form, found.version), 409


def _as_typed(found: Referral) -> MultiDict[str, str]:
    """Return what somebody would have typed to make the referral as it stands; what that shows is in the audit."""
    actor, at = current_actor(), now()
    people = queries.must_not_meet(session, user(), found, by=actor, at=at)
    return filled(found, people, queries.recourse(session, user(), found, by=actor, at=at))


def _merged(ref: str, typed: MultiDict[str, str], opened: str) -> str:
    """Show what both typed: nobody's words are lost, and nothing is kept until she has read it."""
    found = changeable_or_404(ref)
    saved = _as_typed(found)
    session.commit()  # what she is shown is in the audit
    merged = merge(read_opened(opened, typed), saved, typed)
    form = referral_form(merged.typed, code_lists(), on=today())
    flash(merged_words(form, merged), "warning")
    return _page(found, form, found.version, dump_opened(saved))


def add_to_sent(ref: str, typed: MultiDict[str, str]) -> ResponseReturnValue:
    """Show a referral that was sent from another page of the same call, with what this page says besides."""
    found = changeable_or_404(ref)
    if (refusal := _refusal(found)) is not None:
        return refusal
    saved = _as_typed(found)
    merged = merge({}, saved, typed)
    form = referral_form(merged.typed, code_lists(), on=today())
    if not (added := differs(merged.typed, saved)):
        return redirect(url_for("referrals.referral", ref=ref))
    session.commit()  # what she is shown is in the audit
    flash(SENT.format(ref=ref, fields=labels_of(form, added)), "warning")
    return _page(found, form, found.version, dump_opened(saved)), 409


def _page(found: Referral, form: ReferralForm, version: int, opened: str, *, sure: str = "") -> str:
    words = risk.in_words(found.risk_tool, found.risk_count, found.judgement)
    return render_template(
        "referrals/edit.html", referral=found, form=form, version=version, opened=opened, sections=SECTIONS,
        risk_words=words, sure=sure,
    )  # fmt: skip
