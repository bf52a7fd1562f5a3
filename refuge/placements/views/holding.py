"""Holding a bed for a referral, holding it longer, and letting it go."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import abort, current_app, flash, redirect, render_template, request, url_for

from allocation.beds.solution import Pair, Verdict
from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.beds.queries import find_bed
from refuge.codes.queries import lists
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import instant_words, london_date
from refuge.permissions import Permission, requires
from refuge.placements.forms.holding import HoldForm, ReleaseForm
from refuge.placements.next_step import Step, hold_facts, step_of
from refuge.placements.queries import holds as queries
from refuge.placements.queries.askings import seconds
from refuge.placements.queries.rules import rules_now
from refuge.placements.queries.runs import names_for
from refuge.placements.service import holding as service
from refuge.placements.service.standing import (
    judge,
    refuse_if_hers_to_lift,
    refuse_if_no_place,
    refuse_if_not_free,
    refuse_if_theirs_to_lift,
)
from refuge.placements.told import note_told
from refuge.placements.views.room import blueprint
from refuge.referrals.models import Referral
from refuge.referrals.queries import waits
from refuge.referrals.shown import household_words
from refuge.referrals.views.room import referral_or_404, whole

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from refuge.beds.models import Bed
    from refuge.placements.queries.holds import Held


@blueprint.app_template_global("next_step")
def next_step(referral: Referral) -> Step | None:
    """Return what stands on top of a referral: the room of referrals is below this one and knows nothing of it."""
    return step_of(session, user(), referral, at=now())


def held_or_refuse(referral: Referral, *, own: bool = False) -> Held:
    """Return the hold that stands for a referral and is hers to act on; `own`: of a bed of her agency."""
    found = queries.held(session, user(), referral, at=now())
    if found is None:
        raise Refused(service.NOTHING_HELD, code="not_held")
    if own and found.hold.bed.refuge.agency_id != user().agency_id:
        house = found.hold.bed.refuge.name
        raise Refused(f"This bed is of {house}: ring them. They offer it to her and admit her.", code="not_your_bed")
    return found


@blueprint.route("/referrals/<ref>/hold", methods=["GET", "POST"])
@requires(Permission.BED_HOLD)
def hold(ref: str) -> ResponseReturnValue:
    """Hold a bed for a referral: at once (`do=quick`), or with a reason, an end, and a second person where needed."""
    posted = request.method == "POST"
    found = referral_or_404(ref, lock=posted)
    if posted and (led := once.led_to(session, user().id, request.form.get("key", ""))):
        return redirect(led)
    if not request.values.get("bed"):
        flash("Choose which bed to hold for her.", "warning")
        return redirect(beds_for(ref))
    bed = find_bed(session, user(), request.values["bed"]) or abort(404)
    if not posted:
        record(session, "referral.seen", found.ref, by=current_actor(), at=now(), groups=["hold"])
        return _opened(found, bed)
    return _hold(found, bed)


def _opened(found: Referral, bed: Bed) -> ResponseReturnValue:
    try:
        refuse_if_not_free(session, user(), bed, at=now())
    except Refused as refused:
        return _refused_page(found, bed, refused)
    return _hold_page(found, bed, _hold_form(found, bed))


def beds_for(ref: str) -> str:
    """Return where a bed for a referral is chosen."""
    there = "placements.can_she" in current_app.view_functions
    return url_for("placements.can_she" if there else "referrals.referral", ref=ref)


def _hold(found: Referral, bed: Bed) -> ResponseReturnValue:
    form, at, ref = _hold_form(found, bed), now(), found.ref
    quick = request.form.get("do") == "quick"
    if not quick and not form.validate():
        return _hold_page(found, bed, form), 422
    details = service.HoldDetails() if quick else form.details()
    try:
        made = service.hold_bed(session, found, bed, details, by=user(), actor=current_actor(), at=at)
        until = instant_words(made.until_at, now=at)
        once.remember(session, user().id, form.key.data or "", address=_page_of(ref), at=at)
        session.commit()
    except Refused as refused:
        session.rollback()
        return _hold_again(ref, form, refused)
    flash(f"{bed.refuge.name} {bed.name} is held for {ref} until {until}.", "success")
    return redirect(_page_of(ref))


def _page_of(ref: str) -> str:
    return url_for("referrals.referral", ref=ref)


def _hold_again(ref: str, form: HoldForm, refused: Refused) -> ResponseReturnValue:
    """Show the form again with why it was not held; nothing that was typed is lost."""
    found = referral_or_404(ref)
    bed = find_bed(session, user(), form.bed.data or "") or abort(404)
    if refused.field in form:
        form.refuse(refused.sentence, refused.field)
        return _hold_page(found, bed, form), 409
    return _refused_page(found, bed, refused)


def _refused_page(found: Referral, bed: Bed, refused: Refused) -> ResponseReturnValue:
    return render_template(
        "placements/hold_refused.html", referral=found, bed=bed, sentence=refused.sentence,
        beds_url=beds_for(found.ref),
    ), 409  # fmt: skip


def _hold_form(found: Referral, bed: Bed) -> HoldForm:
    at = now()
    rules = rules_now(session, found.network_id, at=at)
    people = seconds(session, user(), bed)
    data = {} if request.method == "POST" else {"bed": bed.ref, "key": once.new_key()}
    form = HoldForm(at + timedelta(hours=rules.hold_hours), people, at=at, **data)
    form.bed.data = bed.ref
    return form


def _hold_page(found: Referral, bed: Bed, form: HoldForm) -> str:
    at = now()
    if not waits(session, found, at=at):
        raise Refused(f"She does not wait: the referral is {found.state.label.lower()}.", code="not_waiting")
    judged = judge(session, found, bed, at=at)
    against = judged.noes
    refuse_if_hers_to_lift(against)
    refuse_if_theirs_to_lift(session, user(), found, bed, against)
    refuse_if_no_place(bed, against)
    names = names_for(session, user(), [found.ref])
    told = names.narrow(Pair(found.ref, bed.ref, Verdict.ASK, judged.barriers)).barriers
    note_told(session, found.ref, [barrier.code for barrier in told], by=current_actor(), at=at)
    asks = [names.words(barrier.sentence) for barrier in told if barrier.verdict is Verdict.ASK]
    return render_template(
        "placements/hold.html", referral=found, bed=bed, form=form, household=household_words(found), asks=asks,
        against=[names.words(barrier.sentence) for barrier in against],
        longest=rules_now(session, found.network_id, at=at).hold_hours_longest,
    )  # fmt: skip


@blueprint.post("/referrals/<ref>/renew")
@requires(Permission.BED_HOLD)
def renew(ref: str) -> ResponseReturnValue:
    """Hold the bed longer, once. Out of date, it shows how the hold stands now and asks again."""
    found, at = referral_or_404(ref, lock=True), now()
    held = held_or_refuse(found)
    if whole(request.form, "version") != found.version and held.hold.renewed_at is None:
        flash(service.STALE, "warning")
        facts = hold_facts(session, held, at)
        return render_template("placements/renew.html", referral=found, held=held, facts=facts), 409
    service.renew_hold(session, found, held.hold, actor=current_actor(), at=at)
    until = instant_words(held.hold.until_at, now=at)
    session.commit()
    flash(f"It is held until {until}. That was its one renewal.", "success")
    return redirect(_page_of(ref))


@blueprint.route("/referrals/<ref>/release", methods=["GET", "POST"])
@requires(Permission.BED_HOLD)
def release(ref: str) -> ResponseReturnValue:
    """Let a held bed go, with a reason."""
    posted, at = request.method == "POST", now()
    found = referral_or_404(ref, lock=posted)
    held = held_or_refuse(found)
    form = ReleaseForm(lists(session, ["release_reason"], on=london_date(at))["release_reason"])
    if not posted:
        form.version.data = str(found.version)
        return _release_page(found, held, form)
    if not form.validate():
        return _release_page(found, held, form), 422
    if whole(request.form, "version") != found.version:
        form.version.data = str(found.version)
        flash(service.STALE, "warning")
        return _release_page(found, held, form), 409
    service.release_hold(session, found, held.hold, form.reason.data, actor=current_actor(), at=at)
    session.commit()
    flash(f"The bed is free again, and {ref} waits.", "success")
    return redirect(_page_of(ref))


def _release_page(found: Referral, held: Held, form: ReleaseForm) -> str:
    facts = hold_facts(session, held, now())
    return render_template("placements/release.html", referral=found, held=held, form=form, facts=facts)
