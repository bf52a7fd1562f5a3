"""Training: workshops, who booked and came, what they said, and totals for the funder."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import mean
from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.codes.queries import labels, lists
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import clock_words, london_date, long_date_words
from refuge.permissions import Permission, requires
from refuge.rota.forms.training import FeedbackForm, PlaceForm, WorkshopForm
from refuge.rota.models import Audience, Place
from refuge.rota.queries import training as queries
from refuge.rota.service import training as service
from refuge.rota.views.room import blueprint, read_version
from refuge.seen import mark, refuse_if_other

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from refuge.rota.models import Workshop, WorkshopPlace

LISTS = ("worker_skill",)
PAST = timedelta(days=366)
APRIL = 4
KINDS = {Place.BOOKED: "info", Place.ATTENDED: "good", Place.DID_NOT_ATTEND: "neutral", Place.CANCELLED: "closed"}


@blueprint.get("/training")
@requires(Permission.TRAINING_SEE)
def training() -> ResponseReturnValue:
    """Show the workshops to come, and those of the last year."""
    at = now()
    found = queries.workshops(session, user(), since=at - PAST)
    return render_template(
        "rota/training.html",
        coming=[_line(one, at) for one in found if one.workshop.until_at >= at],
        past=[_line(one, at) for one in reversed(found) if one.workshop.until_at < at],
    )


def _line(one: queries.Listed, at: datetime) -> dict[str, object]:
    free = one.workshop.places - one.taken
    state, kind = ("Cancelled", "closed") if one.workshop.cancelled_at else ("", "")
    if not state and one.workshop.from_at > at:
        state, kind = (f"{free} free", "good") if free else ("Full", "closed")
    return {
        "workshop": one.workshop,
        "when": when_words(one.workshop),
        "state": state,
        "kind": kind,
        "counts": f"{one.attended} came"
        if one.workshop.until_at < at
        else f"{one.taken} of {one.workshop.places} booked",
    }


def when_words(workshop: Workshop) -> str:
    """Return when a workshop is: `Tuesday 1 December 2026, 10:00 to 13:00`."""
    hours = f"{clock_words(workshop.from_at)} to {clock_words(workshop.until_at)}"
    return f"{long_date_words(london_date(workshop.from_at))}, {hours}"


@blueprint.get("/training/<ref>")
@requires(Permission.TRAINING_SEE)
def workshop(ref: str) -> ResponseReturnValue:
    """Show one workshop with its places, as far as they are the reader's business."""
    row = _seen(ref)
    return _page(row, PlaceForm(queries.can_be_booked(session, user())))


def _page(row: Workshop, form: PlaceForm) -> tuple[str, int]:
    at = now()
    record(session, "workshop.seen", row.ref, by=current_actor(), at=at)
    holds = row.held_by_id == user().agency_id and user().may(Permission.TRAINING_KEEP)
    rows = queries.places(session, user(), row)
    hers = queries.her_place(session, user(), row)
    taken = next(one.taken for one in queries.workshops(session, user(), since=row.until_at) if one.workshop is row)
    page = render_template(
        "rota/workshop.html",
        workshop=row,
        form=form,
        when=when_words(row),
        skill=labels(session, LISTS)["worker_skill"].get(row.skill, ""),
        free=row.places - taken,
        places=[(one, queries.name_of(one), one.state.label, KINDS[one.state]) for one in rows],
        seen=mark(*_shown(one for one in rows if one.state is not Place.CANCELLED)),
        begun=row.from_at <= at,
        holds=holds,
        own_agency={one.id for one in rows if queries.agency_of(one) == user().agency_id},
        may_tell=hers is not None and hers.state is Place.ATTENDED,
        told=queries.told_of(session, row) if holds else [],
    )
    return page, 422 if form.errors else 200


def _shown(places: Iterable[WorkshopPlace]) -> tuple[tuple[int, str], ...]:
    """Return what the form of who came shows, in its order."""
    return tuple((one.id, one.state.value) for one in places)


@blueprint.route("/training/new", methods=["GET", "POST"])
@requires(Permission.TRAINING_KEEP)
def workshop_new() -> ResponseReturnValue:
    """Announce a workshop that her agency holds."""
    at = now()
    form = WorkshopForm(lists(session, LISTS, on=london_date(at)))
    if request.method == "GET":
        form.key.data = once.new_key()
    elif led := once.led_to(session, user().id, form.key.data or ""):
        return redirect(led)
    elif form.validate_on_submit():
        row = service.announce_workshop(session, form.details(), by=user(), actor=current_actor(), at=at)
        led = url_for("rota.workshop", ref=row.ref)
        once.remember(session, user().id, form.key.data or "", address=led, at=at)
        session.commit()
        flash("The workshop is announced. Anybody of the network can book a place.", "success")
        return redirect(led)
    return render_template("rota/workshop_form.html", form=form, workshop=None), 422 if form.errors else 200


@blueprint.route("/training/<ref>/edit", methods=["GET", "POST"])
@requires(Permission.TRAINING_KEEP)
def workshop_edit(ref: str) -> ResponseReturnValue:
    """Change a workshop that her agency holds, or cancel it."""
    row, at = _own(ref), now()
    form = WorkshopForm(lists(session, LISTS, on=london_date(at)), row)
    cancel = request.form.get("do") == "cancel"
    if request.method == "POST" and (cancel or form.validate()):
        version = read_version(form.version.data)
        try:
            if cancel:
                service.cancel_workshop(session, row, version=version, actor=current_actor(), at=at)
            else:
                service.change_workshop(session, row, form.details(), version=version, actor=current_actor(), at=at)
        except Refused as refusal:
            session.rollback()
            form.refuse(refusal.sentence, refusal.field)
            form.version.data = str(_own(ref).version)
        else:
            session.commit()
            flash("The workshop is cancelled. Tell those who had a place." if cancel else "Saved.", "success")
            return redirect(url_for("rota.workshop", ref=ref))
    row = _own(ref)
    page = render_template(
        "rota/workshop_form.html", form=form, workshop=row, may_cancel=row.from_at > at and row.cancelled_at is None
    )
    return page, 422 if form.errors else 200


@blueprint.post("/training/<ref>/book")
@requires(Permission.TRAINING_SEE)
def place_book(ref: str) -> ResponseReturnValue:
    """Book a place for herself or for somebody of her agency."""
    row = _seen(ref)
    form = PlaceForm(queries.can_be_booked(session, user()))
    if not form.validate_on_submit():
        return _page(row, form)
    try:
        service.book_place(session, row, form.chosen, by=user(), actor=current_actor(), at=now())
    except Refused as refusal:
        form.refuse(refusal.sentence, "who")
        return _page(row, form)
    session.commit()
    flash(f"{form.chosen.name} has a place.", "success")
    return redirect(url_for("rota.workshop", ref=ref))


@blueprint.post("/training/<ref>/cancel-place")
@requires(Permission.TRAINING_SEE)
def place_cancel(ref: str) -> ResponseReturnValue:
    """Give back a place of somebody of her agency."""
    row = _seen(ref)
    form = PlaceForm(queries.can_be_booked(session, user()))
    if not form.validate_on_submit():
        return _page(row, form)
    service.cancel_place(session, row, form.chosen, actor=current_actor(), at=now())
    session.commit()
    flash(f"The place of {form.chosen.name} is free again.", "success")
    return redirect(url_for("rota.workshop", ref=ref))


@blueprint.post("/training/<ref>/attendance")
@requires(Permission.TRAINING_KEEP)
def attendance(ref: str) -> ResponseReturnValue:
    """Note who came to a workshop that her agency holds."""
    row = _own(ref)
    service.lock_workshop(session, row)
    booked = [one for one in queries.places(session, user(), row) if one.state is not Place.CANCELLED]
    refuse_if_other(
        request.form.get("seen", ""), _shown(booked),
        "Somebody has changed who came, or who has a place, since you opened the page. Nothing of yours is saved: "
        "look at the workshop again.",
    )  # fmt: skip
    answers = {one.id: request.form.get(f"came_{position}") for position, one in enumerate(booked, start=1)}
    came = {place_id: answer == "yes" for place_id, answer in answers.items() if answer in {"yes", "no"}}
    service.note_attendance(session, row, came, actor=current_actor(), at=now())
    session.commit()
    flash("Noted. Whoever came has the skill on her page, with the day.", "success")
    return redirect(url_for("rota.workshop", ref=ref))


@blueprint.route("/training/<ref>/feedback", methods=["GET", "POST"])
@requires(Permission.TRAINING_SEE)
def feedback(ref: str) -> ResponseReturnValue:
    """Tell what she thought of a workshop that she attended."""
    row = _seen(ref)
    hers = queries.her_place(session, user(), row)
    if hers is None or hers.state is not Place.ATTENDED:
        abort(404)
    form = FeedbackForm(data={"rating": str(hers.rating or ""), "words": hers.feedback})
    if form.validate_on_submit():
        told = (int(form.rating.data), form.words.typed)
        service.give_feedback(session, row, hers, *told, actor=current_actor(), at=now())
        session.commit()
        flash("Thank you. It is shown without your name.", "success")
        return redirect(url_for("rota.workshop", ref=ref))
    return render_template("rota/feedback.html", form=form, workshop=row), 422 if form.errors else 200


@blueprint.get("/training/totals")
@requires(Permission.TRAINING_COUNT)
def training_totals() -> ResponseReturnValue:
    """Show how many people were trained in a financial year: no one named."""
    today = london_date(now())
    this = today.year if today.month >= APRIL else today.year - 1
    asked = request.args.get("year", "")
    year = int(asked) if asked.isdecimal() and 2015 <= int(asked) <= this else this  # noqa: PLR2004  the oldest year kept
    found = queries.totals(session, user(), date(year, APRIL, 1), date(year + 1, APRIL, 1) - timedelta(days=1))
    agencies = sorted({agency for agency, _ in found.attended})
    rating = f"{mean(found.ratings):.1f} of 5, from {len(found.ratings)}" if found.ratings else "none given yet"
    return render_template(
        "rota/totals.html",
        year=year,
        years=list(range(this, this - 4, -1)),
        figures=[
            (found.workshops, "workshops held or planned"),
            (found.came, "times somebody attended"),
            (found.did_not, "times somebody did not come"),
        ],
        rows=[(agency, *(found.attended.get((agency, audience), 0) for audience in Audience)) for agency in agencies],
        rating=rating,
        cancelled=found.cancelled,
        places=found.places,
    )


def _seen(ref: str) -> Workshop:
    return queries.find_workshop(session, user(), ref) or abort(404)


def _own(ref: str) -> Workshop:
    return queries.own_workshop(session, user(), ref) or abort(404)
