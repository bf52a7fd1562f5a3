"""Moving in: from the bed that is held for her, or into a free one if she is at the door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.beds.queries import own_bed
from refuge.codes.queries import labels
from refuge.database import now, session
from refuge.errors import Refused
from refuge.permissions import Permission, Role, requires
from refuge.placements.forms.residents import AdmitForm
from refuge.placements.queries.askings import managers, standing_checks
from refuge.placements.queries.holds import standing_hold
from refuge.placements.queries.residents import free_beds
from refuge.placements.service.admitting import admit as begin_stay
from refuge.placements.service.admitting import ask_a_manager, checks_question, outstanding
from refuge.placements.service.asking import covered
from refuge.placements.views.room import blueprint
from refuge.referrals.models import CheckState, ReferralState
from refuge.referrals.shown import household_words
from refuge.referrals.views.room import referral_or_404

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from refuge.beds.models import Bed
    from refuge.referrals.models import Referral

WAITS = frozenset({ReferralState.WAITING, ReferralState.HELD})
HELD_ELSEWHERE = "A bed is held for her at another refuge. It must be let go before she can move in here."


@blueprint.route("/referrals/<ref>/admit", methods=["GET", "POST"])
@requires(Permission.RESIDENT_MOVE)
def admit(ref: str) -> ResponseReturnValue:
    """Note that she has moved in."""
    posted = request.method == "POST"
    found = referral_or_404(ref, lock=posted)
    if posted and (led := once.led_to(session, user().id, request.form.get("key", ""))):
        return redirect(led)
    if found.state not in WAITS:
        raise Refused(f"She does not wait: the referral is {found.state.label.lower()}.", code="not_waiting")
    held, at = _held_here(found), now()
    form = AdmitForm(free_beds(session, user(), at=at), managers(session, user()), at=at)
    if not posted:
        form.key.data = once.new_key()
        form.bed.data = request.args.get("bed", "")
        record(session, "referral.seen", found.ref, by=current_actor(), at=at, groups=["admit"])
        return _page(found, held, form)
    bed = held or _chosen(form)
    if not form.validate() or bed is None:
        if bed is None:
            form.say("bed", "Choose the bed that she has moved into")
        return _page(found, held, form), 422
    return _ask(found, bed, form) if request.form.get("do") == "ask" else _begin(found, bed, form)


def _ask(found: Referral, bed: Bed, form: AdmitForm) -> ResponseReturnValue:
    """Ask a manager to decide about checks that are not done."""
    at, ref = now(), found.ref
    try:
        ask_a_manager(
            session, found, bed, form.ask_reason.typed, form.manager.data or "", by=user(), actor=current_actor(),
            at=at,
        )  # fmt: skip
        led = url_for("referrals.referral", ref=ref)
        once.remember(session, user().id, form.key.data or "", address=led, at=at)
        session.commit()
    except Refused as refused:
        session.rollback()
        return _again(ref, form, refused)
    flash("The manager is asked, and answers on her Today page. Ring her too.", "success")
    return redirect(led)


def _begin(found: Referral, bed: Bed, form: AdmitForm) -> ResponseReturnValue:
    at, ref = now(), found.ref
    try:
        stay = begin_stay(session, found, bed, form.details(), by=user(), actor=current_actor(), at=at)
        led = url_for("placements.resident", ref=stay.ref)
        once.remember(session, user().id, form.key.data or "", address=led, at=at)
        session.commit()
    except Refused as refused:
        session.rollback()
        return _again(ref, form, refused)
    flash(f"She has moved into {bed.refuge.name} {bed.name}. Her number stays {stay.called}.", "success")
    return redirect(led)


def _again(ref: str, form: AdmitForm, refused: Refused) -> ResponseReturnValue:
    found = referral_or_404(ref)
    if found.state not in WAITS:
        raise refused
    if refused.field == "came":
        form.say("came_time", refused.sentence)
    elif refused.field == "reason":
        form.say("ask_reason", refused.sentence)
    elif refused.field in form:
        form.refuse(refused.sentence, refused.field)
    else:
        flash(refused.sentence, "warning")
    return _page(found, _held_here(found), form), 409


def _held_here(found: Referral) -> Bed | None:
    """Return the bed of her own agency that is held for this referral. Raise Refused where another's is."""
    hold = standing_hold(session, found.id, at=now())
    if hold is None:
        return None
    if hold.bed.refuge.agency_id != user().agency_id:
        raise Refused(HELD_ELSEWHERE, code="woman.held_twice")
    return hold.bed


def _chosen(form: AdmitForm) -> Bed | None:
    ref = form.bed.data or ""
    return (own_bed(session, user(), ref) or abort(404)) if ref else None


def _page(found: Referral, held: Bed | None, form: AdmitForm) -> str:
    bed = held or (own_bed(session, user(), form.bed.data) if form.bed.data else None)
    words = labels(session, ["check"])["check"]
    states = {row.check: row.state for row in found.checks}
    undone = [] if bed is None else outstanding(found, bed)
    asking = standing_checks(session, found)
    return render_template(
        "placements/admit.html", referral=found, held=held, form=form, household=household_words(found),
        undone=[f"{words.get(code, code)}: {_state(states.get(code))}" for code in undone],
        asking=asking, is_manager=user().role is Role.REFUGE_MANAGER,
        passed=bed is not None and covered(session, asking, bed, checks_question(found, bed).facts),
    )  # fmt: skip


def _state(state: CheckState | None) -> str:
    return (state or CheckState.NOT_STARTED).label.lower()
