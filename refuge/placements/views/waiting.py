"""Logging searches outside the network, and setting the day to look again at a referral that waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.codes.queries import labels, lists
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import day_words, instant_words, london_date
from refuge.permissions import Permission, requires
from refuge.placements.forms.waiting import LISTS, ReviewForm, SearchForm
from refuge.placements.queries import waiting as queries
from refuge.placements.service.waiting import log_search, set_review
from refuge.placements.views.room import blueprint
from refuge.placements.views.turning_away import answerable_or_404
from refuge.referrals.queries import waits
from refuge.referrals.shown import household_words
from refuge.referrals.views.room import referral_or_404

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from refuge.referrals.models import Referral


@blueprint.route("/referrals/<ref>/searches", methods=["GET", "POST"])
@requires(Permission.TURNAWAY_RECORD)
def searches(ref: str) -> ResponseReturnValue:
    """Show whom was asked outside the network for her, and keep that somebody was asked now."""
    posted = request.method == "POST"
    found, at = referral_or_404(ref, lock=posted), now()
    if posted and (led := once.led_to(session, user().id, request.form.get("key", ""))):
        return redirect(led)
    offered = lists(session, LISTS, on=london_date(at))
    if not posted:
        record(session, "referral.seen", found.ref, by=current_actor(), at=at, groups=["searches"])
        return _searches_page(found, SearchForm(offered, key=once.new_key()))
    form = SearchForm(offered, request.form)
    if not form.validate():
        return _searches_page(found, form), 422
    log_search(session, found, form.details(), by=user(), actor=current_actor(), at=at)
    led = url_for("placements.searches", ref=ref)
    once.remember(session, user().id, form.key.data or "", address=led, at=at)
    session.commit()
    flash("The search is kept.", "success")
    return redirect(led)


def _searches_page(found: Referral, form: SearchForm) -> str:
    words, at = labels(session, LISTS), now()
    rows = [
        (
            instant_words(row.at, now=at),
            ", ".join(filter(None, [row.asked, words["area"].get(row.area, "")])),
            words["search_result"].get(row.result, row.result) + (f": {row.note}" if row.note else ""),
            row.searched_by.name,
        )
        for row in queries.searches(session, user(), found)
    ]
    return render_template(
        "placements/searches.html", referral=found, form=form, rows=rows, household=household_words(found)
    )


@blueprint.route("/referrals/<ref>/review", methods=["GET", "POST"])
@requires(Permission.TURNAWAY_RECORD)
def review(ref: str) -> ResponseReturnValue:
    """Set the day to look again at a referral that waits."""
    posted = request.method == "POST"
    found, at = answerable_or_404(ref, lock=posted), now()
    if not waits(session, found, at=at):
        flash("This referral no longer waits, so there is no day to look again.", "warning")
        return redirect(url_for("referrals.referral", ref=ref))
    form = _review_form(found)
    if not posted:
        record(session, "referral.seen", found.ref, by=current_actor(), at=at, groups=["review"])
        return _review_page(found, form)
    if not form.validate() or form.review_on.typed is None:
        return _review_page(found, form), 422
    if (stale := _stale(found)) is not None:
        flash(stale, "warning")
        return _review_page(found, form), 409
    try:
        kept = set_review(
            session, found, form.review_on.typed, form.note.typed, by=user(), actor=current_actor(), at=at,
        )  # fmt: skip
        session.commit()
    except Refused as refused:
        session.rollback()
        form.review_on.errors = [refused.sentence]
        return _review_page(found, form), 422
    flash(f"Look again at {ref}: {day_words(kept.review_on, today=london_date(at))}.", "success")
    return redirect(url_for("referrals.referral", ref=ref))


def _stale(found: Referral) -> str | None:
    """Return what somebody else has set since the form was opened; None if nobody has."""
    if request.form.get("seen", "") == _seen(found):
        return None
    kept = queries.review_of(session, user(), found)
    if kept is None:
        return "The day was taken away while you had this open. Nothing of yours is saved yet."
    day = day_words(kept.review_on, today=london_date(now()))
    note = f" ({kept.note})" if kept.note else ""
    return f"{kept.set_by.name} set another day while you were here: {day}{note}. Nothing of yours is saved yet."


def _seen(found: Referral) -> str:
    """Return which day a form was opened with: when somebody set it."""
    kept = queries.review_of(session, user(), found)
    return "" if kept is None else kept.set_at.isoformat()


def _review_form(found: Referral) -> ReviewForm:
    kept, on = queries.review_of(session, user(), found), london_date(now())
    data = {}
    if kept is not None:
        day = kept.review_on
        data = {"review_on": f"{day.day} {day.month} {day.year}", "note": kept.note}
    return ReviewForm(request.form if request.method == "POST" else None, on=on, kept=data)


def _review_page(found: Referral, form: ReviewForm) -> str:
    return render_template(
        "placements/review.html", referral=found, form=form, household=household_words(found), seen=_seen(found)
    )
