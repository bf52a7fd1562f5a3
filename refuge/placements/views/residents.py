"""Residents of her own agency: who lives there, the expected day, another bed, and moving on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import abort, current_app, flash, redirect, render_template, request, url_for

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.beds.queries import own_bed
from refuge.beds.words import due_words
from refuge.codes.queries import labels, lists
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import Telling, date_words, instant_words, london_date
from refuge.permissions import Permission, requires
from refuge.placements.forms.residents import LISTS, DatesForm, MoveForm, MoveOnForm
from refuge.placements.models import Asking
from refuge.placements.queries import residents as queries
from refuge.placements.queries.askings import seconds, standing_move
from refuge.placements.service import moving as service
from refuge.placements.views.room import blueprint
from refuge.referrals.views.room import whole

if TYPE_CHECKING:
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from refuge.beds.models import Bed, Stay
    from refuge.placements.queries.residents import Resident

NEWLY = timedelta(days=7)
"""For how long after she left her page says whom her bed would fit."""
ANY_FORM = DatesForm | MoveForm | MoveOnForm


def stay_or_404(ref: str, *, lock: bool = False) -> Stay:
    """Return a stay in a bed of her own agency; not found and not hers are the same."""
    return queries.resident(session, user(), ref, lock=lock) or abort(404)


def living_or_refuse(ref: str, *, lock: bool = False) -> Stay:
    """Return a stay that goes on in a bed of her own agency. Raise Refused once it is over."""
    stay = stay_or_404(ref, lock=lock)
    if stay.ended_at is not None:
        raise Refused(f"{stay.called} has left {stay.bed.name} already. Look at her page again.", code="stay.over")
    return stay


@blueprint.get("/residents")
@requires(Permission.RESIDENT_SEE)
def residents() -> ResponseReturnValue:
    """Show who lives in the refuges of her agency."""
    at = now()
    rows = queries.residents(session, user(), at=at)
    refs = [row.stay.ref for row in rows]
    record(session, "residents.listed", by=current_actor(), at=at, refs=refs)
    return render_template("placements/residents.html", rows=[_line(row, at) for row in rows])


def _line(row: Resident, at: datetime) -> tuple[Stay, str, str, bool, str, bool]:
    """Return stay, day, move-on and whether it is overdue, what is due and whether that is."""
    move_on, due = row.stay.expected_move_on, row.now.due
    expected = "Not known yet" if move_on is None else date_words(move_on, today=london_date(at))
    owed = "" if due is None else due_words(due, Telling(at))
    late = due is not None and due.overdue
    return row.stay, f"Day {row.now.day}", expected, row.now.move_on_overdue, _begun(owed), late


def _begun(words: str) -> str:
    """Return words as a line begins."""
    return words[:1].upper() + words[1:]


@blueprint.get("/residents/<ref>")
@requires(Permission.RESIDENT_SEE)
def resident(ref: str) -> ResponseReturnValue:
    """Show one stay: where, since when, until when, and what can be done."""
    stay, at = stay_or_404(ref), now()
    referral = queries.referral_of(session, stay)
    record(session, "resident.seen", stay.ref, by=current_actor(), at=at, referral=referral.ref)
    return render_template(
        "placements/resident.html", stay=stay, referral=referral, facts=_facts(stay, at),
        moved_to=queries.moved_to(session, stay), fits_url=fits_url(stay), asked=asked_words(stay),
        fitting=queries.would_fit(session, stay.bed, at=at) if just_left(stay, at) else 0,
    )  # fmt: skip


def _facts(stay: Stay, at: datetime) -> list[tuple[str, str]]:
    since = queries.began_at(session, [stay])[stay.id]
    facts = [("Bed", f"{stay.bed.refuge.name} {stay.bed.name}"), ("Here since", instant_words(since, now=at))]
    facts += [
        (
            "Before that",
            f"{before.bed.refuge.name} {before.bed.name}, until {instant_words(before.ended_at or at, now=at)}",
        )
        for before in queries.earlier_beds(session, stay)
    ]
    if stay.ended_at is not None:
        return [*facts, ("Left this bed", instant_words(stay.ended_at, now=at)), *_left(stay)]
    today, move_on = london_date(at), stay.expected_move_on
    now_there = queries.lives_there(stay, since, at)
    overdue = " (overdue)" if now_there.move_on_overdue else ""
    facts.append(("Day", str(now_there.day)))
    facts.append(
        ("Expected to move on", "Not known yet" if move_on is None else date_words(move_on, today=today) + overdue)
    )
    return [*facts, ("Due", _begun(due_words(now_there.due, Telling(at))))] if now_there.due is not None else facts


def _left(stay: Stay) -> list[tuple[str, str]]:
    gone = queries.move_on_of(session, stay)
    if gone is None:
        return []
    words = labels(session, LISTS)
    place = words["move_on_destination"].get(gone.destination, gone.destination)
    return [
        ("Went to", f"{place} ({'planned' if gone.planned else 'not planned'})"),
        ("Why", words["move_on_reason"].get(gone.reason, gone.reason)),
        *([("Note", gone.note)] if gone.note else []),
        ("Noted by", gone.recorded_by.name),
    ]


def asked_words(stay: Stay) -> str:
    """Return how the question stands whether she may move to another bed; empty where nobody asked."""
    asking = standing_move(session, stay) if stay.ended_at is None else None
    if asking is None:
        return ""
    said = {None: "has not answered yet", True: "said yes: you can move her", False: "said no"}[asking.agrees]
    return f"{asking.second.name} was asked if she may move to {asking.bed.name}, and {said}."


def just_left(stay: Stay, at: datetime) -> bool:
    """Return whether her bed has become free these days."""
    return stay.ended_at is not None and stay.ended_at > at - NEWLY


def fits_url(stay: Stay) -> str | None:
    """Return where those are shown whom this bed would fit, once she has left it."""
    if stay.ended_at is None or "placements.fits" not in current_app.view_functions:
        return None
    return url_for("placements.fits", ref=stay.bed.ref)


@blueprint.route("/residents/<ref>/dates", methods=["GET", "POST"])
@requires(Permission.RESIDENT_MOVE)
def dates(ref: str) -> ResponseReturnValue:
    """Change the day on which she is expected to leave."""
    posted, at = request.method == "POST", now()
    stay = living_or_refuse(ref, lock=posted)
    form = DatesForm(at=at) if posted else DatesForm(at=at, expected_move_on=stay.expected_move_on)
    if not posted:
        return _page("stay_dates", stay, form)
    if not form.validate():
        return _page("stay_dates", stay, form), 422
    expected, version = form.expected_move_on.data, whole(request.form, "version")
    try:
        changed = service.change_expected(session, stay, expected, version=version, actor=current_actor(), at=at)
        session.commit()
    except Refused as refused:
        return _again("stay_dates", ref, form, refused)
    flash("The date is kept." if changed else "Nothing was changed.", "success")
    return redirect(url_for("placements.resident", ref=ref))


@blueprint.route("/residents/<ref>/move", methods=["GET", "POST"])
@requires(Permission.RESIDENT_MOVE)
def move(ref: str) -> ResponseReturnValue:
    """Move her to another free bed of her own agency."""
    posted, at = request.method == "POST", now()
    if posted and (led := once.led_to(session, user().id, request.form.get("key", ""))):
        return redirect(led)
    stay = living_or_refuse(ref, lock=posted)
    form = MoveForm(queries.free_beds(session, user(), at=at), seconds(session, user(), stay.bed))
    if not posted:
        form.key.data, asked = once.new_key(), standing_move(session, stay)
        if asked is not None:
            form.bed.data, form.reason.data, form.second.data = asked.bed.ref, asked.reason, asked.second.ref
        return _page("move", stay, form)
    bed = _bed_of(form)
    if not form.validate() or bed is None:
        if bed is None:
            form.say("bed", "Choose the bed that she moves to")
        return _page("move", stay, form), 422
    act = service.ask_about_move if request.form.get("do") == "ask" else service.move_between_beds
    try:
        made = act(
            session, stay, bed, form.details(), version=whole(request.form, "version"), by=user(),
            actor=current_actor(), at=at,
        )  # fmt: skip
        led = url_for("placements.resident", ref=ref if isinstance(made, Asking) else made.ref)
        once.remember(session, user().id, form.key.data or "", address=led, at=at)
        session.commit()
    except Refused as refused:
        return _again("move", ref, form, refused)
    asked_words = "The question is asked. She can be moved once it is answered yes."
    moved_words = f"She has moved to {bed.name}. Here she is {made.ref} from now on."
    flash(asked_words if isinstance(made, Asking) else moved_words, "success")
    return redirect(led)


def _bed_of(form: MoveForm) -> Bed | None:
    return (own_bed(session, user(), form.bed.data) or abort(404)) if form.bed.data else None


@blueprint.route("/residents/<ref>/move-on", methods=["GET", "POST"])
@requires(Permission.RESIDENT_MOVE)
def move_on(ref: str) -> ResponseReturnValue:
    """Note that she has left, where to and why: from then on the bed is free, or closed for cleaning first."""
    posted, at = request.method == "POST", now()
    stay = living_or_refuse(ref, lock=posted)
    form = MoveOnForm(lists(session, LISTS, on=london_date(at)), at=at)
    if not posted:
        return _page("move_on", stay, form)
    if not form.validate():
        return _page("move_on", stay, form), 422
    try:
        closed = service.move_on(
            session,
            stay,
            form.details(),
            version=whole(request.form, "version"),
            by=user(),
            actor=current_actor(),
            at=at,
        )
        session.commit()
    except Refused as refused:
        return _again("move_on", ref, form, refused)
    flash(f"She has left. {stay.bed.name} is {'closed for cleaning' if closed else 'free'} now.", "success")
    return redirect(url_for("placements.resident", ref=ref))


def _again(name: str, ref: str, form: ANY_FORM, refused: Refused) -> ResponseReturnValue:
    """Show what was typed and what is kept now: nothing of either is lost."""
    session.rollback()
    stay = living_or_refuse(ref)
    if refused.field in form:
        form.refuse(refused.sentence, refused.field)
    else:
        flash(refused.sentence, "warning")
    return _page(name, stay, form), 409


def _page(name: str, stay: Stay, form: ANY_FORM) -> str:
    at = now()
    form.version.data = str(stay.version)
    record(session, "resident.seen", stay.ref, by=current_actor(), at=at)
    referral_ref = queries.referral_of(session, stay).ref
    return render_template(
        f"placements/{name}.html", stay=stay, form=form, facts=_facts(stay, at), referral_ref=referral_ref
    )
