"""One bed of her own agency: what it is like, what it is now and next; adding, changing and retiring one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.beds import queries, words
from refuge.beds.forms.beds import BedForm, ServiceForm
from refuge.beds.occupancy import Held, Occupancy, Occupied, occupancy
from refuge.beds.queries.board import BoardBed, refs_of_people
from refuge.beds.service import beds as service
from refuge.beds.service.closures import seen_as
from refuge.beds.service.versions import STALE
from refuge.beds.views.blueprint import blueprint, own_bed, own_refuge, read_version, words_of
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import Telling, date_words, instant_words, london_date
from refuge.permissions import Permission, requires

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from flask.typing import ResponseReturnValue

    from refuge.beds.models import Bed, Closure


@blueprint.get("/beds/<ref>")
@requires(Permission.BOARD_SEE)
def bed(ref: str) -> ResponseReturnValue:
    """Show one bed: what it is like, what it is now and next, and when it was closed."""
    row = own_bed(ref)
    at = now()
    telling = Telling(at)
    found = occupancy(queries.life_of_bed(session, user(), row, at), at)
    if refs := refs_of_people([BoardBed(row, found, own=True)]):
        record(session, "bed.seen", row.ref, by=current_actor(), at=at, refs=refs)
    reasons, closures = words_of("closure_reason"), queries.closures_of(session, user(), row)
    open_closure = next((one for one in closures if one.ended_at is None), None)
    return render_template(
        "beds/bed.html",
        bed=row,
        facts=_facts(row, london_date(at)),
        said=words.said_of(Occupancy(found.now), reasons, telling),
        resident=found.now.stay if isinstance(found.now, Occupied) else None,
        held_for=found.now.hold.referral_ref if isinstance(found.now, Held) else None,
        coming=[words.following_words(step, reasons, telling) for step in found.coming if step.span is not None],
        open_closure=open_closure,
        seen="" if open_closure is None else seen_as(open_closure),
        closed_now=found.state.value == "closed",
        closures=[(one, reasons.get(one.reason, one.reason), *_span_words(one, at)) for one in closures],
    )


@blueprint.route("/refuges/<ref>/beds/new", methods=["GET", "POST"])
@requires(Permission.REFUGE_CHANGE)
def bed_new(ref: str) -> ResponseReturnValue:
    """Add a bed to a refuge of her agency."""
    refuge = own_refuge(ref)
    at = now()
    if led := once.led_to(session, user().id, request.form.get("key", "")):
        return redirect(led)
    form = BedForm()
    if request.method == "GET":
        form.key.data = once.new_key()
    if form.validate_on_submit():
        try:
            made = service.add_bed(
                session, refuge, form.details(), opened_on=london_date(at), actor=current_actor(), at=at
            )
            led = url_for("beds.refuge", ref=ref)
            once.remember(session, user().id, form.key.data or "", address=led, at=at)
        except Refused as refusal:
            form.refuse(refusal.sentence, refusal.field)
        else:
            flash(f"{made.name} has been added and is free from today.", "success")
            session.commit()
            return redirect(led)
    return render_template("beds/bed_form.html", form=form, bed=None, refuge=refuge, heading="Add a bed")


@blueprint.route("/beds/<ref>/edit", methods=["GET", "POST"])
@requires(Permission.REFUGE_CHANGE)
def bed_edit(ref: str) -> ResponseReturnValue:
    """Change what a bed of her agency is like."""
    row = own_bed(ref)
    form = BedForm(row)
    if form.validate_on_submit():
        try:
            version = read_version(form.version.data)
            service.change_bed(session, row, form.details(), version=version, actor=current_actor(), at=now())
        except Refused as refusal:
            if refusal.code == STALE:
                form.version.data = str(row.version)
            form.refuse(refusal.sentence, refusal.field)
        else:
            flash(f"{row.name} has been saved.", "success")
            session.commit()
            return redirect(url_for("beds.bed", ref=ref))
    return render_template("beds/bed_form.html", form=form, bed=row, refuge=row.refuge, heading=f"Change {row.name}")


@blueprint.route("/beds/<ref>/retire", methods=["GET", "POST"])
@requires(Permission.REFUGE_CHANGE)
def retire(ref: str) -> ResponseReturnValue:
    """Ask whether a bed is to leave service for good, then take it out."""
    row = own_bed(ref)
    said, over = f"{row.name} is out of service from today.", row.retired_on is not None
    return _ask_service(
        "retire", row, service.retire_bed, said, over=over, then=url_for("beds.refuge", ref=row.refuge.ref)
    )


@blueprint.route("/beds/<ref>/restore", methods=["GET", "POST"])
@requires(Permission.REFUGE_CHANGE)
def restore(ref: str) -> ResponseReturnValue:
    """Ask whether a bed that left service is to come back, then put it back."""
    row = own_bed(ref)
    said, over = f"{row.name} is back in service.", row.retired_on is None
    return _ask_service("restore", row, service.restore_bed, said, over=over, then=url_for("beds.bed", ref=ref))


def _ask_service(
    page: str, row: Bed, act: Callable[..., None], said: str, *, over: bool, then: str
) -> ResponseReturnValue:
    """Ask, do it with the version that was shown and go on; where it is done already, lead to the bed."""
    form, refusal = ServiceForm(), None
    if form.validate_on_submit():
        try:
            act(session, row, version=read_version(form.version.data), by=user(), actor=current_actor(), at=now())
        except Refused as refused:
            refusal = refused.sentence
        else:
            flash(said, "success")
            session.commit()
            return redirect(then)
    elif over:
        return redirect(url_for("beds.bed", ref=row.ref))
    return _service_page(page, row, form, refusal)


def _service_page(name: str, row: Bed, form: ServiceForm, refusal: str | None) -> ResponseReturnValue:
    """Ask before a bed leaves service or comes back: about the bed as it is now."""
    form.version.data = str(row.version)
    page = render_template(
        f"beds/{name}.html", bed=row, form=form, refusal=refusal, facts=_facts(row, london_date(now()))
    )
    return page, 409 if refusal else 200


def _facts(row: Bed, today: date) -> list[tuple[str, str]]:
    facts = [
        ("Refuge", row.refuge.name),
        ("Sleeps", words.sleeps_words(row)),
        ("What it is like", words.feature_words(row)),
        ("In service since", date_words(row.opened_on, today=today)),
    ]
    if row.retired_on is not None:
        facts.append(("Out of service since", date_words(row.retired_on, today=today)))
    return [*facts, ("Notes", row.notes)] if row.notes else facts


def _span_words(closure: Closure, at: datetime) -> tuple[str, str]:
    """Return from when and until when a bed was closed."""
    begins = instant_words(closure.from_at, now=at)
    if closure.ended_at is not None:
        never = closure.ended_at == closure.from_at
        return begins, "called off" if never else instant_words(closure.ended_at, now=at)
    if closure.expected_ready is None:
        return begins, "not known yet"
    return begins, f"expected {date_words(closure.expected_ready, today=london_date(at))}"
