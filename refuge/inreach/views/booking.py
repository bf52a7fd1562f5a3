"""Booking by hand: say what is wanted, see the times that are really free, choose one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.models import AgencyKind
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.beds.models import Refuge
from refuge.beds.words import counted
from refuge.codes.queries import labels, lists
from refuge.database import now, session
from refuge.errors import Refused
from refuge.inreach.forms.booking import USUAL_MINUTES, BookForm
from refuge.inreach.forms.fields import read_day, slot_value
from refuge.inreach.models import BookingKind
from refuge.inreach.queries.bookings import bookable_workers
from refuge.inreach.queries.diaries import Days, asked_for
from refuge.inreach.queries.needs import need_words, open_needs
from refuge.inreach.queries.women import residents
from refuge.inreach.service.booking import Attending, BookingDetails, book
from refuge.inreach.service.interpreting import interpreter_with
from refuge.inreach.service.series import SeriesDetails, book_series
from refuge.inreach.shown_slots import DAYS, days_offered, until
from refuge.inreach.slots import Span, free_slots, why_not
from refuge.inreach.views.room import blueprint
from refuge.london import LONDON, clock_words, date_words, london_date
from refuge.permissions import Permission, requires

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from flask.typing import ResponseReturnValue

    from refuge.inreach.queries.women import Woman
    from refuge.inreach.shown_slots import DayOffered
    from refuge.rota.models import Worker
    from support_plans.models import SessionNeed

CHOOSE_TIME = "Choose one of the free times"
CARRIED = ("kind", "need", "woman", "house", "women", "worker", "service", "minutes", "room", "repeat")
"""What a link to other days carries on."""


@dataclass(frozen=True)
class Asking:
    """Who can be booked with whom, and what is asked for so far."""

    women: Sequence[Woman]
    workers: Sequence[Worker]
    needs: Sequence[SessionNeed]
    form: BookForm
    at: datetime

    @property
    def attending(self) -> list[Woman]:
        """The women who were chosen."""
        kind = self.form.booking_kind
        if kind is BookingKind.DROP_IN:
            return []
        chosen = {self.form.woman.data} if kind is BookingKind.ONE_TO_ONE else set(self.form.women.data or ())
        return [one for one in self.women if one.ref in chosen]

    @property
    def worker(self) -> Worker | None:
        """The worker who was chosen."""
        return next((one for one in self.workers if one.ref == self.form.worker.data), None)

    @property
    def need(self) -> SessionNeed | None:
        """The need that was chosen, if it is one of hers."""
        return next((one for one in self.needs if one.ref == self.form.need.data), None)


@blueprint.route("/in-reach/book", methods=["GET", "POST"])
@requires(Permission.SESSION_BOOK)
def book_session() -> ResponseReturnValue:
    """Show free times for what is asked by address, or book the one that was chosen."""
    at = now()
    asking = _asking(at)
    if request.method == "GET":
        return _page(asking)
    key = asking.form.key.data or ""
    if led := once.led_to(session, user().id, key):
        return redirect(led)
    valid, details = asking.form.validate(), _details(asking)
    if not valid or details is None:
        return _page(asking), 422
    try:
        address = _book(asking, details)
        once.remember(session, user().id, key, address=address, at=at)
        session.commit()
    except Refused as refused:
        session.rollback()
        again = _asking(at)
        again.form.refuse(refused.sentence, refused.field or "slot")
        return _page(again), 409
    return redirect(address)


def _asking(at: datetime) -> Asking:
    """Read what is asked: from the address, and from the form once one is sent."""
    sent = request.method == "POST"
    asked, on = request.form if sent else request.args, london_date(at)
    women, workers = residents(session, user(), at=at), bookable_workers(session, user(), on=on)
    if user().agency_kind is AgencyKind.REFUGE_PROVIDER:
        own = set(session.scalars(select(Refuge.id).where(Refuge.agency_id == user().agency_id)))
        women = [one for one in women if one.refuge_id in own]
    her = next((one for one in women if one.ref == asked.get("woman")), None)
    needs = open_needs(session, user(), her.referral_id, at=at) if her else []
    codes = lists(session, ["session_service"], on=on)["session_service"]
    words = labels(session, ["session_service"])["session_service"]
    told = [(need.ref, need_words(need, words)) for need in needs]
    form = BookForm(women, workers, codes, told, formdata=asked or None)
    asking = Asking(women, workers, needs, form, at)
    if not sent:
        _begin(asking, asked.get("service"), asked.get("worker"))
    return asking


def _begin(asking: Asking, service: str | None, worker: str | None) -> None:
    """Fill in what follows from the need, and the reader herself as the worker."""
    form, need = asking.form, asking.need
    if need is not None and not service:
        form.service.data, form.minutes.data = need.service, need.minutes
    if form.minutes.data is None:
        form.minutes.data = USUAL_MINUTES
    if worker is None:
        me = next((one for one in asking.workers if one.person_id == user().id), None)
        form.worker.data = me.ref if me else ""


def _house(asking: Asking) -> Refuge | None:
    """Return the house where it is: hers, or the one chosen for a group or a drop-in."""
    query = select(Refuge).where(Refuge.network_id == user().network_id)
    if asking.form.booking_kind is BookingKind.ONE_TO_ONE:
        here = asking.attending
        return session.scalar(query.where(Refuge.id == here[0].refuge_id)) if here else None
    if asking.form.house.data not in {one.house for one in asking.women}:
        return None
    return session.scalar(query.where(Refuge.name == asking.form.house.data))


def _details(asking: Asking) -> BookingDetails | None:
    """Return what is to be booked; None, with a sentence beside the field, if something is missing."""
    form, refuge, worker = asking.form, _house(asking), asking.worker
    one = form.booking_kind is BookingKind.ONE_TO_ONE
    if refuge is None:
        form.say("woman" if one else "house", "Choose who it is for" if one else "Choose the house")
    elif worker is None:
        form.say("worker", "Choose a worker")
    elif form.service.data not in form.services:
        form.say("service", "Choose what it is for")
    elif form.slot_at is None:
        form.say("slot", CHOOSE_TIME)
    elif form.every_weeks is not None and form.until_on.data is None:
        form.say("until_on", "Enter the last day, or choose “Only once”")
    else:
        return _wanted(asking, refuge, worker, form.slot_at)
    return None


def _wanted(asking: Asking, refuge: Refuge, worker: Worker, from_at: datetime) -> BookingDetails:
    form, need = asking.form, asking.need
    return BookingDetails(
        kind=form.booking_kind,
        service=form.service.data,
        worker=worker,
        refuge=refuge,
        from_at=from_at,
        minutes=form.minutes.number,
        people=[Attending(one.referral_id, need.id if need else None) for one in asking.attending],
        needs_room=form.needs_room,
        interpreter=interpreter_with(session, [one.referral_id for one in asking.attending], worker),
    )


def _book(asking: Asking, details: BookingDetails) -> str:
    """Book it once or as a series; return where that leads."""
    by, actor, at, weeks = user(), current_actor(), asking.at, asking.form.every_weeks
    if weeks is None:
        made = book(session, details, by=by, actor=actor, at=at)
        day = date_words(london_date(made.from_at), today=london_date(at))
        flash(f"The time is kept: {day} at {clock_words(made.from_at)}.", "success")
        return url_for("inreach.booking", ref=made.ref)
    begins, last = details.from_at.astimezone(LONDON), asking.form.until_on.data
    wished = SeriesDetails(
        details, begins.hour * 60 + begins.minute, begins.date(), last or begins.date(), every_weeks=weeks
    )
    series, booked = book_series(session, wished, by=by, actor=actor, at=at)
    kept, left = counted(len(booked), "session is", "sessions are"), counted(len(series.skipped), "day is", "days are")
    flash(f"{kept} booked, {left} left out.", "success")
    return url_for("inreach.series", ref=series.ref)


def _page(asking: Asking) -> str:
    form, today = asking.form, london_date(asking.at)
    asked = request.form if request.method == "POST" else request.args
    from_on = max(read_day(asked.get("from"), today=today), today)
    days, complete = _times(asking, from_on)
    chosen = slot_value(form.slot_at.astimezone(UTC)) if form.slot_at else ""
    refs = sorted(one.ref for one in asking.attending)
    record(session, "session.offered", by=current_actor(), at=asking.at, refs=refs)
    form.key.data = form.key.data or once.new_key()
    return render_template(
        "inreach/book.html", form=form, days=days, complete=complete, kind=form.booking_kind, from_on=from_on,
        earlier=from_on - timedelta(days=DAYS) if from_on > today else None, later=from_on + timedelta(days=DAYS),
        asked={name: form[name].data for name in CARRIED if form[name].data}, kinds=BookingKind, worker=asking.worker,
        chosen=chosen,
    )  # fmt: skip


def _times(asking: Asking, from_on: date) -> tuple[list[DayOffered], bool]:
    """Return the free times of some days, and whether enough is asked to know them.

    A time that the address asks for, as a press in the calendar does, is judged: what stands against it is said.
    """
    refuge, worker, minutes = _house(asking), asking.worker, asking.form.minutes
    if refuge is None or worker is None or not minutes.least <= minutes.number <= minutes.most:
        return [], False
    wish = _wanted(asking, refuge, worker, asking.at).wish
    asked = asked_for(session, wish, Days(from_on, until(from_on)), at=asking.at)
    to = asking.form.slot_at
    if request.method == "GET" and to is not None and from_on <= london_date(to) <= until(from_on):
        against = why_not(asked, Span(to, to + wish.length))
        if against is not None:
            asking.form.say("slot", against)
    return days_offered(slot for slot in free_slots(asked) if london_date(slot.from_at) >= from_on), True
