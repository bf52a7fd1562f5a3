"""One referral, and the decision whether it is about a woman known already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.codes.queries import labels
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import day_words, instant_words, london_date
from refuge.permissions import Permission, requires
from refuge.referrals import queries
from refuge.referrals.forms import LISTS
from refuge.referrals.models import ReferralState
from refuge.referrals.queries.confidential import may_see
from refuge.referrals.service import decide_same
from refuge.referrals.shown import household_words, missing, passed_on_words, sections, state_words, waited
from refuge.referrals.views.room import blueprint, referral_or_404, today

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from refuge.referrals.models import Referral


@blueprint.get("/referrals/<ref>")
@requires(Permission.REFERRAL_SEE)
def referral(ref: str) -> ResponseReturnValue:
    """Show everything about a referral that she may see, or how one stands that her agency passed on."""
    found, reader, actor, at = queries.one(session, user(), ref), user(), current_actor(), now()
    if found is None:
        return _passed_on(ref)
    queries.say_who_waits_again(session, [found], at=at)
    people = queries.must_not_meet(session, reader, found, by=actor, at=at)
    told = queries.told_to(session, reader, found, people)
    recourse = queries.recourse(session, reader, found, by=actor, at=at)
    known = queries.known_already(session, reader, found)
    words = labels(session, (*LISTS, "outcome", "withdrawal"))
    shown = sections(
        found, words, today=today(), people=told if may_see(found, reader, Permission.CONFLICT_SEE) else None,
        recourse=recourse, money=may_see(found, reader, Permission.IMMIGRATION_SEE),
    )  # fmt: skip
    groups = [section.anchor for section in shown]
    record(session, "referral.seen", found.ref, by=actor, at=at, groups=groups)
    if said := [other.ref for other in known]:
        record(session, "duplicate.seen", found.ref, by=actor, at=at, refs=said)
    return render_template(
        "referrals/referral.html", referral=found, sections=shown, known=known, missing=missing(found, recourse),
        state_words=state_words(found, words), may_change=queries.may_change(found, reader),
        may_progress=queries.may_progress(found, reader),
        answers=queries.answers_for(found, reader), review=_review(found),
        waits=found.state is ReferralState.WAITING, household=household_words(found), waited=waited(found, at),
        received=instant_words(found.received_at, now=at), month=lambda then: f"{london_date(then):%B %Y}",
    )  # fmt: skip


def _review(found: Referral) -> str:
    on = queries.review_days(session, user(), [found]).get(found.id)
    return "" if on is None else f"Look again {day_words(on, today=today())}"


def _passed_on(ref: str) -> str:
    at = now()
    row = queries.passed_on_one(session, user(), ref, at=at)
    if row is None:
        abort(404)
    record(session, "referral.seen", row.ref, by=current_actor(), at=at, groups=["passed_on"])
    state = passed_on_words(row, labels(session, ("outcome", "withdrawal")))
    received = instant_words(row.received_at, now=at)
    return render_template("referrals/passed_on.html", row=row, state=state, received=received)


@blueprint.post("/referrals/<ref>/same")
@requires(Permission.DUPLICATE_SEE)
def same(ref: str) -> ResponseReturnValue:
    """Keep what she decided: the same woman, or someone else."""
    found = referral_or_404(ref)
    other = referral_or_404(request.form.get("other", ""))
    said, seen = request.form.get("same"), request.form.get("seen", "")
    if said not in {"yes", "no"}:
        abort(400)
    is_same = said == "yes"
    try:
        decide_same(session, found, other, same=is_same, seen=seen, by=user(), actor=current_actor(), at=now())
    except Refused as refused:
        flash(refused.sentence, "warning")
        return redirect(url_for("referrals.referral", ref=ref))
    session.commit()
    flash(f"Noted: {other.ref} is {'the same woman' if is_same else 'someone else'}.", "success")
    return redirect(url_for("referrals.referral", ref=ref))
