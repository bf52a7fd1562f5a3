"""One session: what it is, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, jsonify, redirect, render_template, request, url_for

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.beds.forms.fields import offered
from refuge.codes.queries import labels, lists
from refuge.database import now, session
from refuge.errors import Refused
from refuge.inreach.forms.fields import read_day, read_slot
from refuge.inreach.forms.sessions import CameForm, CancelForm, InterpreterForm, JoinForm, MoveForm, OutcomeForm
from refuge.inreach.models import BookingKind, BookingState
from refuge.inreach.queries.again import times_again
from refuge.inreach.queries.bookings import bookable_workers, may_change, may_note, series_ref
from refuge.inreach.queries.broken import house_for
from refuge.inreach.queries.diaries import Days, Wish, asked_for
from refuge.inreach.queries.women import residents, women_of
from refuge.inreach.service import booking as service
from refuge.inreach.service.interpreting import needs_with_interpreter
from refuge.inreach.service.outcomes import note_how_many_came, note_outcome
from refuge.inreach.shown_session import came_of, facts_of, state_words
from refuge.inreach.shown_slots import DAYS, days_offered, until
from refuge.inreach.slots import free_slots
from refuge.inreach.views.room import blueprint, booking_or_404
from refuge.london import clock_words, date_words, london_date
from refuge.permissions import Permission, requires
from refuge.referrals.views.room import whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from flask.typing import ResponseReturnValue

    from refuge.beds.forms.fields import RoomForm
    from refuge.codes.queries import Lists
    from refuge.inreach.models import Booking, BookingPerson
    from refuge.inreach.queries.women import Woman
    from refuge.rota.models import Worker

LISTS = ("session_outcome", "session_cancelled")
HER_AGENCY = "Only the worker’s own agency notes what came of a session."
NOT_HERS = "Only the worker’s agency or the house where it is changes a session."

OTHER_WORKER = "That worker does not do this work, or is not of those whose sessions you book."


def code_lists(at: datetime) -> Lists:
    """Return the lists that forms of this page offer."""
    return lists(session, LISTS, on=london_date(at))


@blueprint.get("/in-reach/sessions/<ref>")
@requires(Permission.SESSION_SEE)
def booking(ref: str) -> ResponseReturnValue:
    """Show one session, with what can be done next on top."""
    return page(booking_or_404(ref))


@blueprint.post("/in-reach/sessions/<ref>/outcome")
@requires(Permission.SESSION_RECORD)
def outcome(ref: str) -> ResponseReturnValue:
    """Note what came of it for one woman, by one tap or with minutes and a next step."""
    found, at = booking_or_404(ref, lock=True), now()
    refuse_unless(may_note(user(), found), HER_AGENCY)
    form = OutcomeForm(code_lists(at))
    row = _row(found, form.woman.data)
    if not form.validate() or row is None:
        if row is None:
            form.say("woman", "Choose whose outcome it is")
        return page(found, outcome=form), 422
    details = form.details()
    return do(
        ref, form, "outcome",
        lambda: note_outcome(
            session, found, row, details, version=whole(request.form, "version"), by=user(), actor=current_actor(),
            at=at,
        ),
        "The outcome is kept.",
    )  # fmt: skip


def _row(found: Booking, row_id: str | None) -> BookingPerson | None:
    return next((row for row in found.people if str(row.id) == row_id), None)


@blueprint.post("/in-reach/sessions/<ref>/came")
@requires(Permission.SESSION_RECORD)
def came(ref: str) -> ResponseReturnValue:
    """Note how many came to a drop-in."""
    found, at, form = booking_or_404(ref, lock=True), now(), CameForm()
    refuse_unless(may_note(user(), found), HER_AGENCY)
    if not form.validate():
        return page(found, came=form), 422
    number, version = form.came.number, whole(request.form, "version")
    return do(
        ref, form, "came",
        lambda: note_how_many_came(session, found, number, version=version, actor=current_actor(), at=at),
        "The number is kept.",
    )  # fmt: skip


@blueprint.post("/in-reach/sessions/<ref>/interpreter")
@requires(Permission.SESSION_BOOK)
def interpreter(ref: str) -> ResponseReturnValue:
    """Note how far the interpreter is; with one confirmed, the session is."""
    found, at, form = booking_or_404(ref, lock=True), now(), InterpreterForm()
    refuse_unless(may_change(user(), found), NOT_HERS)
    if not form.validate():
        return page(found, interpreter=form), 422
    details, version = form.details(london_date(found.from_at)), whole(request.form, "version")
    return do(
        ref, form, "interpreter",
        lambda: service.note_interpreter(session, found, details, version=version, actor=current_actor(), at=at),
        "How far the interpreter is, is kept.",
    )  # fmt: skip


@blueprint.route("/in-reach/sessions/<ref>/cancel", methods=["GET", "POST"])
@requires(Permission.SESSION_BOOK)
def cancel(ref: str) -> ResponseReturnValue:
    """Call it off: the time is free again for worker, woman and room."""
    posted, at = request.method == "POST", now()
    found = booking_or_404(ref, lock=posted)
    refuse_unless(may_change(user(), found), NOT_HERS)
    form = CancelForm(code_lists(at))
    if not posted:
        return _cancelling(found, form)
    if not form.validate():
        return _cancelling(found, form), 422
    version = whole(request.form, "version")
    try:
        service.cancel(session, found, form.why.data, version=version, actor=current_actor(), at=at)
        session.commit()
    except Refused as refused:
        session.rollback()
        again = booking_or_404(ref)
        form.refuse(refused.sentence, "why")
        return _cancelling(again, form), 409
    flash("The session is called off. Its time is free again.", "success")
    return redirect(_back(found))


def _cancelling(found: Booking, form: CancelForm) -> str:
    form.version.data = str(found.version)
    _seen(found)
    services = labels(session, ["session_service"])["session_service"]
    return render_template("inreach/cancel.html", booking=found, form=form, facts=facts_of(found, services, {}))


@blueprint.route("/in-reach/sessions/<ref>/move", methods=["GET", "POST"])
@requires(Permission.SESSION_BOOK)
def move(ref: str) -> ResponseReturnValue:
    """Move it to another free time. A script of the calendar sends the same and is answered in JSON."""
    posted, at = request.method == "POST", now()
    found = booking_or_404(ref, lock=posted)
    refuse_unless(may_change(user(), found), NOT_HERS)
    workers = _workers_for(found, at)
    asked = request.form if posted else request.args
    worker = next((one for one in workers if one.ref == asked.get("worker")), found.worker)
    form = MoveForm()
    form.worker.choices = offered([(one.ref, one.name) for one in workers])
    form.worker.data = worker.ref
    if not posted:
        return _moving(found, form, worker, at)
    to = read_slot(asked.get("slot"))
    if to is None:
        form.say("slot", "Choose one of the free times")
        return _moving(found, form, worker, at), 422
    try:
        version = whole(request.form, "version")
        refuse_unless(asked.get("worker", worker.ref) == worker.ref, OTHER_WORKER)
        service.move(session, found, worker, to, version=version, actor=current_actor(), at=at)
        session.commit()
    except Refused as refused:
        session.rollback()
        if _wants_json():
            return jsonify(refused=refused.sentence), 409
        form.refuse(refused.sentence, "slot")
        return _moving(booking_or_404(ref), form, worker, at), 409
    day = date_words(london_date(to), today=london_date(at))
    again = booking_or_404(ref)
    moved = f"Moved to {day} at {clock_words(to)}."
    if again.state is BookingState.UNCONFIRMED:
        moved += " It is not confirmed: ask the interpreter for the new time."
    if _wants_json():
        return jsonify(moved=moved, version=again.version)
    flash(moved, "success")
    return redirect(url_for("inreach.booking", ref=ref))


def _wants_json() -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _workers_for(found: Booking, at: datetime) -> list[Worker]:
    """Return who can give the session: its worker, and others of her discipline whom the reader books."""
    workers = bookable_workers(session, user(), on=london_date(at))
    return [found.worker] + [
        one for one in workers if one.discipline is found.worker.discipline and one.id != found.worker_id
    ]


def _moving(found: Booking, form: MoveForm, worker: Worker, at: datetime) -> str:
    form.version.data = str(found.version)
    _seen(found)
    today = london_date(at)
    asked = request.form if request.method == "POST" else request.args
    from_on = max(read_day(asked.get("from"), today=max(today, london_date(found.from_at))), today)
    refuge = house_for(session, found)
    wish = Wish(
        worker, refuge, int((found.until_at - found.from_at).total_seconds() // 60),
        tuple(row.referral_id for row in found.people), found.room_id is not None, instead_of=found.id,
    )  # fmt: skip
    asking = asked_for(session, wish, Days(from_on, until(from_on)), at=at)
    slots = (slot for slot in free_slots(asking, found.room_id) if london_date(slot.from_at) >= from_on)
    services = labels(session, ["session_service"])["session_service"]
    return render_template(
        "inreach/move.html", booking=found, form=form, facts=facts_of(found, services, {}), worker=worker,
        days=days_offered(slots), new_house=refuge.name if refuge.id != found.refuge_id else "",
        **_around(from_on, today),
    )  # fmt: skip


def _around(from_on: date, today: date) -> dict[str, Any]:
    from datetime import timedelta  # noqa: PLC0415

    earlier = max(from_on - timedelta(days=DAYS), today)
    return {
        "from_on": from_on,
        "earlier": earlier if from_on > today else None,
        "later": from_on + timedelta(days=DAYS),
    }


def refuse_unless(may: bool, sentence: str) -> None:  # noqa: FBT001  the condition itself
    """Raise Refused with this sentence where she may not."""
    if not may:
        raise Refused(sentence, code="session.not_hers")


def do(ref: str, form: RoomForm, name: str, act: Callable[[], object], done: str) -> ResponseReturnValue:
    """Do something with a session and go back to its page; show a refusal beside what was typed."""
    try:
        act()
        session.commit()
    except Refused as refused:
        session.rollback()
        if refused.field is not None and refused.field in form:
            form.say(refused.field, refused.sentence)
        else:
            flash(refused.sentence, "warning")
        return page(booking_or_404(ref), **{name: form}), 409
    flash(done, "success")
    return redirect(_back(booking_or_404(ref)))


def _back(found: Booking) -> str:
    """Return where a tap leads: to the day that it was made on, or to the session."""
    if request.form.get("back") == "day":
        return url_for("inreach.week", on=london_date(found.from_at), day=1)
    if request.form.get("back") == "today":
        return url_for("home.today")
    return url_for("inreach.booking", ref=found.ref)


def _seen(found: Booking) -> None:
    women = women_of(session, user(), [row.referral_id for row in found.people], at=now())
    refs = sorted(woman.ref for woman in women.values())
    record(session, "session.seen", found.ref, by=current_actor(), at=now(), refs=refs)


def page(found: Booking, **typed: RoomForm) -> str:
    """Return the page of one session, with the forms that were typed wrong as they were."""
    at, reader = now(), user()
    women = women_of(session, reader, [row.referral_id for row in found.people], at=at)
    _seen(found)
    given = code_lists(at)
    words = labels(session, ["session_service", "session_cancelled"])
    open_now = found.state in {BookingState.UNCONFIRMED, BookingState.BOOKED}
    notes, begun = may_note(reader, found), found.from_at <= at
    changes = may_change(reader, found)
    forms: dict[str, Any] = {
        "outcome": OutcomeForm(given, formdata=None), "came": CameForm(formdata=None),
        "interpreter": _interpreter_form(found), "join": JoinForm(joining(found, at), formdata=None), **typed,
    }  # fmt: skip
    asked = needs_with_interpreter(session, [row.referral_id for row in found.people])
    for form in forms.values():
        form.version.data = str(found.version)
    knows = reader.agency_id == found.worker.agency_id
    return render_template(
        "inreach/session.html", booking=found, state=state_words(found, at),
        facts=facts_of(found, words["session_service"], words["session_cancelled"]),
        people=came_of(found, women, given, knows=knows),
        outcomes=given["session_outcome"], forms=forms, form=next(iter(typed.values()), None),
        may_move=changes and open_now and found.until_at > at, may_cancel=changes and open_now,
        may_note=notes and begun and found.state is not BookingState.CANCELLED,
        needs_interpreter=changes and open_now and found.kind is not BookingKind.DROP_IN,
        is_drop_in=found.kind is BookingKind.DROP_IN, series=series_ref(session, found), asks=asked,
        may_join=changes and open_now and found.kind is BookingKind.GROUP,
        again=days_offered(times_again(session, found, at=at)) if changes else [], again_key=once.new_key(),
        languages=labels(session, ["language"])["language"],
    )  # fmt: skip


def _interpreter_form(found: Booking) -> InterpreterForm:
    """Return the form as it is kept: the interpreter's hours, or the session's own until some are."""
    begins, ends = found.interpreter_from_at or found.from_at, found.interpreter_until_at or found.until_at
    kept = found.interpreter_from_at is not None
    return InterpreterForm(
        formdata=None, interpreter=found.interpreter.value, there_from=clock_words(begins),
        there_until=clock_words(ends), is_woman=kept, not_from_community=kept,
    )  # fmt: skip


def joining(found: Booking, at: datetime) -> list[Woman]:
    """Return the women whom the reader may know of, who live where a group is held and are not in it."""
    there = {row.referral_id for row in found.people}
    if found.kind is not BookingKind.GROUP:
        return []
    return [
        one
        for one in residents(session, user(), at=at)
        if one.refuge_id == found.refuge_id and one.referral_id not in there
    ]
