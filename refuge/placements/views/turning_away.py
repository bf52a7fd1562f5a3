"""Turning a referral away with its reason, and adding later what happened next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm.exc import StaleDataError

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.codes.queries import labels, lists
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import instant_words, london_date
from refuge.permissions import Permission, requires
from refuge.placements.forms.turning_away import (
    LISTS,
    AfterwardsForm,
    TakeBackForm,
    TurnAwayForm,
    kept_form,
    proposed_form,
)
from refuge.placements.queries import turn_aways as queries
from refuge.placements.service.turning_away import (
    HELD,
    NOT_WAITING,
    STALE,
    TOO_LATE,
    add_what_happened,
    may_take_back,
    take_back,
)
from refuge.placements.service.turning_away import turn_away as record_turn_away
from refuge.placements.told import note_told
from refuge.placements.views.room import blueprint
from refuge.referrals.models import ReferralState
from refuge.referrals.queries import answers_for, waits
from refuge.referrals.shown import household_words
from refuge.referrals.views.room import referral_or_404, whole

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from refuge.codes.queries import Lists
    from refuge.placements.models import TurnAway
    from refuge.placements.queries.turn_aways import Proposal
    from refuge.referrals.models import Referral


def answerable_or_404(ref: str, *, lock: bool = False) -> Referral:
    """Return a referral about which her agency decides; another refuge's is the same as none."""
    found = referral_or_404(ref, lock=lock)
    if not answers_for(found, user()):
        abort(404)
    return found


@blueprint.route("/referrals/<ref>/turn-away", methods=["GET", "POST"])
@requires(Permission.TURNAWAY_RECORD)
def turn_away(ref: str) -> ResponseReturnValue:
    """End a referral without a place: the reason is proposed from what blocks her, and a person decides."""
    posted = request.method == "POST"
    found, at = answerable_or_404(ref, lock=posted), now()
    if posted and (led := once.led_to(session, user().id, request.form.get("key", ""))):
        return redirect(led)
    if (refusal := _refusal(found)) is not None:
        return refusal
    proposal = queries.propose(session, user(), found, at=at)
    if posted:
        return _end(found, TurnAwayForm(_lists(), request.form), proposal)
    record(session, "referral.seen", found.ref, by=current_actor(), at=at, groups=["turn_away"])
    note_told(session, found.ref, proposal.barriers, by=current_actor(), at=at)
    return _page(found, proposed_form(_lists(), proposal, version=found.version, key=once.new_key()), proposal)


def _end(found: Referral, form: TurnAwayForm, proposal: Proposal) -> ResponseReturnValue:
    if not form.validate():
        return _page(found, form, proposal), 422
    ref, at, version = found.ref, now(), whole(request.form, "version")
    try:
        row = record_turn_away(
            session, found, form.details(), proposal, version=version, by=user(), actor=current_actor(), at=at,
        )  # fmt: skip
        led = url_for("placements.turned_away", ref=row.ref)
        once.remember(session, user().id, form.key.data or "", address=led, at=at)
        session.commit()
    except (Refused, StaleDataError) as refused:
        session.rollback()
        flash(refused.sentence if isinstance(refused, Refused) else STALE, "warning")
        found = answerable_or_404(ref)
        if (refusal := _refusal(found)) is not None:
            return refusal
        form.version.data = str(found.version)
        return _page(found, form, proposal), 409
    flash(f"{ref} is turned away. Add what happened next when you learn it.", "success")
    return redirect(led)


def _refusal(found: Referral) -> ResponseReturnValue | None:
    """Return where to go instead if she does not wait."""
    if waits(session, found, at=now()):
        return None
    if (made := queries.ref_of_turn_away(session, user(), found)) is not None:
        return redirect(url_for("placements.turned_away", ref=made))
    flash(HELD if found.state is ReferralState.HELD else NOT_WAITING, "warning")
    return redirect(url_for("referrals.referral", ref=found.ref))


def _page(found: Referral, form: TurnAwayForm, proposal: Proposal) -> str:
    return render_template(
        "placements/turn_away.html", referral=found, form=form, proposal=proposal, household=household_words(found),
        because=queries.barrier_words(proposal.barriers), groups=form.groups(proposal.reason),
        takes_over=found.agency_id != user().agency_id,
    )  # fmt: skip


@blueprint.route("/turn-aways/<ref>", methods=["GET", "POST"])
@requires(Permission.TURNAWAY_RECORD)
def turned_away(ref: str) -> ResponseReturnValue:
    """Show what was recorded, and keep what happened next."""
    posted = request.method == "POST"
    row, referral = _turn_away_or_404(ref, lock=posted)
    if not posted:
        record(session, "turn_away.seen", row.ref, by=current_actor(), at=now(), referral=referral.ref)
        note_told(session, referral.ref, row.barriers, by=current_actor(), at=now())
        return _shown(row, referral, kept_form(_lists(), row))
    form = AfterwardsForm(_lists(), request.form)
    if not form.validate():
        return _shown(row, referral, form), 422
    version = whole(request.form, "version")
    try:
        changed = add_what_happened(
            session, row, referral, form.afterwards(), version=version, actor=current_actor(), at=now(),
        )  # fmt: skip
        session.commit()
    except (Refused, StaleDataError) as refused:
        session.rollback()
        return _shown_again(ref, form, refused)
    flash("What happened next is kept." if changed else "Nothing was changed.", "success")
    return redirect(url_for("placements.turned_away", ref=ref))


def _shown_again(ref: str, form: AfterwardsForm, refused: Refused | StaleDataError) -> ResponseReturnValue:
    """Show what was typed and, above it, what is kept now: nothing of either is lost."""
    row, referral = _turn_away_or_404(ref)
    if isinstance(refused, Refused) and refused.field:
        form[refused.field].errors = [refused.sentence]
        return _shown(row, referral, form), 422
    flash(STALE, "warning")
    form.version.data = str(row.version)
    return _shown(row, referral, form), 409


@blueprint.route("/turn-aways/<ref>/take-back", methods=["GET", "POST"])
@requires(Permission.TURNAWAY_RECORD)
def take_back_turn_away(ref: str) -> ResponseReturnValue:
    """Take back a turn-away that was a mistake, with a reason: she waits again."""
    posted, at = request.method == "POST", now()
    row, referral = _turn_away_or_404(ref, lock=posted)
    if not may_take_back(row, user(), at=at):
        raise Refused(TOO_LATE if row.taken_back_at is None else "It has been taken back already.", code="too_late")
    form = TakeBackForm(request.form if posted else None, data={} if posted else {"version": row.version})
    if not posted:
        record(session, "turn_away.seen", row.ref, by=current_actor(), at=at, referral=referral.ref)
        return _take_back_page(row, referral, form)
    if not form.validate():
        return _take_back_page(row, referral, form), 422
    try:
        take_back(
            session, row, referral, form.why.typed, version=whole(request.form, "version"), by=user(),
            actor=current_actor(), at=at,
        )  # fmt: skip
        session.commit()
    except (Refused, StaleDataError) as refused:
        session.rollback()
        if isinstance(refused, Refused) and refused.code != "stale":
            raise
        row, referral = _turn_away_or_404(ref)
        flash(STALE, "warning")
        form.version.data = str(row.version)
        return _take_back_page(row, referral, form), 409
    flash(f"The turn-away is taken back. {referral.ref} waits again.", "success")
    return redirect(url_for("referrals.referral", ref=referral.ref))


def _take_back_page(row: TurnAway, referral: Referral, form: TakeBackForm) -> str:
    return render_template("placements/take_back.html", row=row, referral=referral, form=form, facts=_facts(row))


def _turn_away_or_404(ref: str, *, lock: bool = False) -> tuple[TurnAway, Referral]:
    found = queries.turn_away(session, user(), ref, lock=lock)
    if found is None:
        abort(404)
    return found


def _shown(row: TurnAway, referral: Referral, form: AfterwardsForm) -> str:
    gone = ""
    if row.taken_back_at is not None and row.taken_back_by is not None:
        when = instant_words(row.taken_back_at, now=now())
        gone = f"Taken back by {row.taken_back_by.name}, {when}: {row.taken_back_why}"
    return render_template(
        "placements/turned_away.html", row=row, referral=referral, form=form, facts=_facts(row), gone=gone,
        may_take_back=may_take_back(row, user(), at=now()),
    )  # fmt: skip


def _facts(row: TurnAway) -> list[tuple[str, str]]:
    words = labels(session, LISTS)
    reasons = words["turnaway_reason"]
    return [
        ("Who ended it", words["ended_by"].get(row.ended_by, row.ended_by)),
        ("Reason", reasons.get(row.reason, row.reason)),
        ("What else played a part", "; ".join(reasons.get(code, code) for code in row.contributing) or "Nothing"),
        ("Proposed", reasons.get(row.proposed, "") if row.proposed else "Nothing: some bed could have been hers"),
        ("Beds that could have taken her", str(row.could_have)),
        ("What blocked her", "; ".join(queries.barrier_words(row.barriers)) or "Nothing"),
        ("Decided", f"{row.decided_by.name}, {instant_words(row.decided_at, now=now())}"),
        ("What happened next", words["outcome"].get(row.outcome, row.outcome)),
        ("A place found elsewhere", row.found_elsewhere.label),
        ("Note", row.note or "None"),
    ]


def _lists() -> Lists:
    return lists(session, LISTS, on=london_date(now()))
