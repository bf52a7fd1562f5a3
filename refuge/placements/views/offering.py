"""Offering a held bed to the woman, and keeping her answer. How to reach her safely stands first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.codes.queries import lists
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import london_date
from refuge.permissions import Permission, requires
from refuge.placements.forms.offering import AnswerForm, OfferForm
from refuge.placements.models import Offer, OfferAnswer
from refuge.placements.next_step import hold_facts
from refuge.placements.service import offering as service
from refuge.placements.service.asking import refuse_if_second_said_no
from refuge.placements.service.holding import STALE
from refuge.placements.views.holding import held_or_refuse
from refuge.placements.views.room import blueprint
from refuge.referrals.views.room import referral_or_404

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from refuge.codes.models import Code
    from refuge.placements.queries.holds import Held
    from refuge.referrals.models import Referral


@blueprint.route("/referrals/<ref>/offer", methods=["GET", "POST"])
@requires(Permission.BED_HOLD)
def offer(ref: str) -> ResponseReturnValue:
    """Note that the held bed was offered to her, and how she was told."""
    posted, at = request.method == "POST", now()
    found = referral_or_404(ref, lock=posted)
    if posted and (led := once.led_to(session, user().id, request.form.get("key", ""))):
        return redirect(led)
    held = held_or_refuse(found, own=True)
    data = {} if posted else {"key": once.new_key()}
    form = OfferForm([way for way in _codes("told_how") if _safe(found, way)], **data)
    if not posted:
        refuse_if_second_said_no(session, held.hold)
        _seen(found, "offer")
        return _page("offer", found, held, form)
    if not form.validate():
        return _page("offer", found, held, form), 422
    service.make_offer(session, found, held.hold, form.told_how.data, by=user(), actor=current_actor(), at=at)
    led = url_for("referrals.referral", ref=ref)
    once.remember(session, user().id, form.key.data or "", address=led, at=at)
    session.commit()
    flash("The offer is kept. Note her answer when she gives it.", "success")
    return redirect(led)


@blueprint.route("/referrals/<ref>/answer", methods=["GET", "POST"])
@requires(Permission.BED_HOLD)
def answer(ref: str) -> ResponseReturnValue:
    """Keep what she answers. Anything but a yes lets the bed go, and she waits again."""
    posted = request.method == "POST"
    found = referral_or_404(ref, lock=posted)
    held = held_or_refuse(found, own=True)
    made = _open_offer(held)
    form = AnswerForm(_codes("decline_reason"))
    if not posted:
        form.offer.data = made.ref
        _seen(found, "answer")
        return _page("answer", found, held, form)
    if not form.validate():
        return _page("answer", found, held, form), 422
    if form.offer.data != made.ref:
        form.offer.data = made.ref
        flash(STALE, "warning")
        return _page("answer", found, held, form), 409
    return _keep(found, held, made, form)


def _keep(found: Referral, held: Held, made: Offer, form: AnswerForm) -> ResponseReturnValue:
    details, ref = form.details(), found.ref
    service.answer_offer(session, found, held.hold, made, details, by=user(), actor=current_actor(), at=now())
    session.commit()
    if details.answer is OfferAnswer.ACCEPTED:
        flash("She accepts. Note here when she has moved in.", "success")
    else:
        flash(
            "Her answer is kept, the bed is free again, and she waits. Turn her away if she wants no other place.",
            "success",
        )
    return redirect(url_for("referrals.referral", ref=ref))


def _open_offer(held: Held) -> Offer:
    if held.offer is None or held.offer.answer is not OfferAnswer.OPEN:
        raise Refused("No offer waits for her answer. Look at the referral again.", code="no_offer")
    return held.offer


def _codes(name: str) -> list[Code]:
    return lists(session, [name], on=london_date(now()))[name]


def _safe(found: Referral, way: Code) -> bool:
    """Return whether she agreed that she can be told in this way."""
    return {"safe_text": found.may_text, "safe_number": bool(found.safe_number)}.get(way.code, True)


def _seen(found: Referral, what: str) -> None:
    record(session, "referral.seen", found.ref, by=current_actor(), at=now(), groups=["contact", what])


def _page(name: str, found: Referral, held: Held, form: OfferForm | AnswerForm) -> str:
    facts = hold_facts(session, held, now())
    return render_template(f"placements/{name}.html", referral=found, held=held, form=form, facts=facts)
