"""Houses as the rota sees them: rooms for sessions, what is promised, and how far it is to the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.beds import queries as beds
from refuge.beds.words import hours_words
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import date_words, london_date
from refuge.permissions import Permission, requires
from refuge.rota import words
from refuge.rota.forms.houses import PromiseForm, SessionRoomForm, travel_form
from refuge.rota.forms.patterns import EndForm
from refuge.rota.queries import places as queries
from refuge.rota.queries.cover import promises_of
from refuge.rota.service.houses import add_promise, add_room, change_room, end_promise, set_travel, travel_shown
from refuge.rota.views.room import blueprint, own_refuge, read_version, seen_refuge
from refuge.seen import mark

if TYPE_CHECKING:
    from datetime import date

    from flask.typing import ResponseReturnValue

    from refuge.rota.models import SessionRoom


@blueprint.get("/rota/houses")
@requires(Permission.ROTA_SEE)
def houses() -> ResponseReturnValue:
    """Show the houses of the network with their rooms."""
    today = london_date(now())
    found = beds.refuges(session, user())
    rooms = queries.rooms(session, [one.id for one in found], on=today)
    return render_template(
        "rota/houses.html",
        houses=[(one, [_room(room) for room in rooms if room.refuge_id == one.id]) for one in found],
    )


def _room(room: SessionRoom) -> tuple[SessionRoom, str]:
    """Return a room with its hours: days with the same hours together."""
    by_hours: dict[str, list[int]] = {}
    for row in room.hours:
        by_hours.setdefault(hours_words(row.opens, row.closes), []).append(row.weekday)
    return room, "; ".join(f"{words.days_words(days)} {hours}" for hours, days in by_hours.items())


@blueprint.get("/rota/houses/<ref>")
@requires(Permission.ROTA_SEE)
def house(ref: str) -> ResponseReturnValue:
    """Show the rooms, the promises and the distances of one house."""
    refuge, today = seen_refuge(ref), london_date(now())
    own = refuge.agency_id == user().agency_id and user().may(Permission.HOUSE_ROTA_CHANGE)
    return render_template(
        "rota/house.html",
        refuge=refuge,
        rooms=[_room(one) for one in queries.rooms(session, [refuge.id], on=today)],
        promises=[
            (one, one.promised.label, words.promise_words(one), _valid(one.valid_from, one.valid_until, today))
            for one in promises_of(session, refuge, on=today)
        ],
        travel=[
            (other.name, f"{minutes} minutes" if minutes is not None else "Not entered: an hour is assumed")
            for other, minutes in queries.travel_from(session, user(), refuge)
        ],
        may_change=own,
    )


def _valid(valid_from: date, valid_until: date | None, today: date) -> str:
    return words.valid_words(valid_from, valid_until, today=today)


@blueprint.route("/rota/houses/<ref>/rooms/new", methods=["GET", "POST"])
@requires(Permission.HOUSE_ROTA_CHANGE)
def room_new(ref: str) -> ResponseReturnValue:
    """Add a room for sessions to a house of her agency."""
    refuge, at = own_refuge(ref), now()
    form = SessionRoomForm()
    if request.method == "GET":
        form.key.data = once.new_key()
    elif led := once.led_to(session, user().id, form.key.data or ""):
        return redirect(led)
    elif form.validate_on_submit():
        try:
            add_room(session, refuge, form.details(), actor=current_actor(), at=at)
            led = url_for("rota.house", ref=ref)
            once.remember(session, user().id, form.key.data or "", address=led, at=at)
        except Refused as refusal:
            form.refuse(refusal.sentence, refusal.field)
        else:
            session.commit()
            flash("The room can be used for sessions.", "success")
            return redirect(led)
    return render_template("rota/room_form.html", form=form, refuge=refuge, room=None), 422 if form.errors else 200


@blueprint.route("/rota/rooms/<ref>/edit", methods=["GET", "POST"])
@requires(Permission.HOUSE_ROTA_CHANGE)
def room_edit(ref: str) -> ResponseReturnValue:
    """Change a room of her agency's house, or say from when it is no longer used."""
    room, at = _own_room(ref), now()
    form = SessionRoomForm(room)
    if form.validate_on_submit():
        try:
            version = read_version(form.version.data)
            change_room(session, room, form.details(), version=version, actor=current_actor(), at=at)
        except Refused as refusal:
            session.rollback()
            form.refuse(refusal.sentence, refusal.field)
            form.version.data = str(_own_room(ref).version)
        else:
            session.commit()
            flash("Saved.", "success")
            return redirect(url_for("rota.house", ref=room.refuge.ref))
    room = _own_room(ref)
    page = render_template("rota/room_form.html", form=form, refuge=room.refuge, room=room)
    return page, 422 if form.errors else 200


def _own_room(ref: str) -> SessionRoom:
    return queries.own_room(session, user(), ref) or abort(404)


@blueprint.route("/rota/houses/<ref>/promises/new", methods=["GET", "POST"])
@requires(Permission.HOUSE_ROTA_CHANGE)
def promise_new(ref: str) -> ResponseReturnValue:
    """Keep what a house of her agency is promised."""
    refuge, at = own_refuge(ref), now()
    form = PromiseForm()
    if request.method == "GET":
        form.key.data, form.at_least.data = once.new_key(), 1
    elif led := once.led_to(session, user().id, form.key.data or ""):
        return redirect(led)
    elif form.validate_on_submit():
        add_promise(session, refuge, form.details(), actor=current_actor(), at=at)
        led = url_for("rota.house", ref=ref)
        once.remember(session, user().id, form.key.data or "", address=led, at=at)
        session.commit()
        flash("The promise is kept, and cover is measured against it.", "success")
        return redirect(led)
    return render_template("rota/promise_form.html", form=form, refuge=refuge), 422 if form.errors else 200


@blueprint.route("/rota/promises/<ref>/end", methods=["GET", "POST"])
@requires(Permission.HOUSE_ROTA_CHANGE)
def promise_end(ref: str) -> ResponseReturnValue:
    """End a promise to a house of her agency."""
    row, at = queries.own_promise(session, user(), ref) or abort(404), now()
    form = EndForm(data={"version": row.version})
    if form.validate_on_submit():
        try:
            version = read_version(form.version.data)
            end_promise(session, row, form.last_on.data, version=version, actor=current_actor(), at=at)
        except Refused as refusal:
            form.refuse(refusal.sentence, refusal.field)
            form.version.data = str(row.version)
        else:
            session.commit()
            flash(f"Promised until {date_words(form.last_on.data, today=london_date(at))}.", "success")
            return redirect(url_for("rota.house", ref=row.refuge.ref))
    page = render_template("rota/promise_end.html", form=form, row=row, words=words.promise_words(row))
    return page, 422 if form.errors else 200


@blueprint.route("/rota/houses/<ref>/travel", methods=["GET", "POST"])
@requires(Permission.HOUSE_ROTA_CHANGE)
def travel(ref: str) -> ResponseReturnValue:
    """Say how long the way from a house of her agency to the others takes."""
    refuge, at = own_refuge(ref), now()
    kept = queries.travel_from(session, user(), refuge)
    shown = mark(*travel_shown({one.id: minutes for one, minutes in kept}))
    form = travel_form(kept, seen=shown)
    if form.validate_on_submit():
        try:
            set_travel(session, refuge, form.details(), seen=form.seen.data or "", actor=current_actor(), at=at)
        except Refused as refusal:
            form.refuse_stale(refusal.sentence, kept)
            form.seen.data = shown
            return render_template("rota/travel.html", form=form, refuge=refuge), 409
        session.commit()
        flash("Saved.", "success")
        return redirect(url_for("rota.house", ref=ref))
    return render_template("rota/travel.html", form=form, refuge=refuge), 422 if form.errors else 200
