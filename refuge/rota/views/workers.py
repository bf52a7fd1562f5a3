"""The workers of the network: who they are, how to reach them, what they can do, and when they work."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.beds import queries as beds
from refuge.codes.queries import labels, lists
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import date_words, london_date
from refuge.permissions import Permission, requires
from refuge.rota import words
from refuge.rota.forms.workers import LISTS, SkillForm, WorkerForm
from refuge.rota.hours import Shift
from refuge.rota.queries import workers as queries
from refuge.rota.queries.shifts import rota_of
from refuge.rota.rest import WEEKS, concerns
from refuge.rota.service.workers import add_skill, add_worker, change_worker, remove_skill
from refuge.rota.views.room import blueprint, own_worker, read_version, seen_worker
from refuge.rota.views.week import hours_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from flask.typing import ResponseReturnValue

    from refuge.rota.models import Pattern, RotaException, Worker

AHEAD = timedelta(days=13)
"""How far her page shows her shifts."""
SOON = timedelta(days=30)
"""From how many days before it an end or a review is pointed out."""


@blueprint.get("/rota/workers")
@requires(Permission.ROTA_SEE)
def workers() -> ResponseReturnValue:
    """Show the workers of the network with how to reach them."""
    at = now()
    today, known = london_date(at), labels(session, LISTS)
    found = queries.workers(session, user())
    record(session, "workers.listed", by=current_actor(), at=at)
    return render_template(
        "rota/workers.html",
        rows=[(one, words.listed(one.languages, known["language"]), _notices(one, today)) for one in found],
        today=today,
    )


@blueprint.get("/rota/workers/<ref>")
@requires(Permission.ROTA_SEE)
def worker(ref: str) -> ResponseReturnValue:
    """Show one worker."""
    shown, at = seen_worker(ref), now()
    today, known = london_date(at), labels(session, LISTS)
    record(session, "worker.seen", shown.ref, by=current_actor(), at=at)
    own = shown.agency_id == user().agency_id
    may_change = own and user().may(Permission.ROTA_CHANGE)
    patterns = queries.patterns_of(session, shown)
    return render_template(
        "rota/worker.html",
        worker=shown,
        today=today,
        facts=_facts(shown, known, today),
        notices=_notices(shown, today),
        skills=[_skill(shown, known["worker_skill"], position, today) for position in range(len(shown.skills))],
        patterns=[_pattern(one, today) for one in patterns if one.valid_until is None or one.valid_until >= today],
        past=[_pattern(one, today) for one in patterns if one.valid_until is not None and one.valid_until < today],
        exceptions=[_exception(one, own, today) for one in queries.exceptions_of(session, shown, since=at)],
        shifts=_shifts(shown, today),
        rest=_rest(shown, today) if own else [],
        may_change=may_change,
    )


def _facts(shown: Worker, known: Mapping[str, Mapping[str, str]], today: date) -> list[tuple[str, str]]:
    until = f"until {words.full_date(shown.assigned_until)}" if shown.assigned_until else "no end agreed"
    begins = "since" if shown.assigned_from <= today else "from"
    return [
        ("Agency", shown.agency.name),
        ("Kind of work", shown.discipline.label),
        ("E-mail", shown.email or "Not entered"),
        ("Mobile", shown.mobile or "Not entered"),
        ("Languages", words.listed(shown.languages, known["language"])),
        ("Gender", shown.gender.label),
        ("With the network", f"{begins} {words.full_date(shown.assigned_from)}, {until}"),
        ("Yearly review", words.full_date(shown.review_on) if shown.review_on else "Not set"),
        ("Contacts a day", f"At most {words.amount_words(timedelta(minutes=shown.longest_contact_minutes))}"),
        ("Break", _break(shown)),
        ("Between sessions", f"{shown.gap_minutes} minutes"),
        ("Kept free for advice and drop-in", f"{shown.free_share}% of her hours"),
    ]


def _break(shown: Worker) -> str:
    if not shown.break_minutes:
        return "None here"
    after = words.amount_words(timedelta(minutes=shown.break_after_minutes))
    return f"{shown.break_minutes} minutes, after {after} at most"


def _notices(shown: Worker, today: date) -> list[str]:
    """Return what somebody should see to: an end, a review, a skill to renew."""
    found = []
    if shown.assigned_until is not None and shown.assigned_until <= today + SOON:
        verb = "ended" if shown.assigned_until < today else "ends"
        found.append(f"Assignment {verb} {date_words(shown.assigned_until, today=today)}")
    if shown.review_on is not None and shown.review_on <= today + SOON:
        verb = "was due" if shown.review_on < today else "due"
        found.append(f"Yearly review {verb} {date_words(shown.review_on, today=today)}")
    return found


def _skill(shown: Worker, known: Mapping[str, str], position: int, today: date) -> dict[str, object]:
    row = shown.skills[position]
    return {
        "row": row,
        "words": known.get(row.skill, row.skill),
        "gained": words.full_date(row.gained_on),
        "expires": words.full_date(row.expires_on) if row.expires_on else "",
        "expired": row.expires_on is not None and row.expires_on <= today,
    }


def _pattern(row: Pattern, today: date) -> tuple[Pattern, str, str, str]:
    valid = words.valid_words(row.valid_from, row.valid_until, today=today)
    return row, words.pattern_words(row), words.places_words(row.places), valid


def _exception(row: RotaException, own: bool, today: date) -> dict[str, object]:  # noqa: FBT001  a fact, passed on
    kind = row.kind.label if own else ("Extra hours" if row.works else "Away")
    return {
        "row": row,
        "kind": f"{kind}: working" if row.works and own else kind,
        "span": words.span_words(row.from_at, row.until_at, today=today),
        "where": " and ".join(place.refuge.name for place in row.places),
        "note": row.note if own else "",
        "by": row.entered_by.name if own else "",
    }


def _shifts(shown: Worker, today: date) -> list[tuple[str, str, str]]:
    """Return her shifts of two weeks: day, hours, where; and what is off with why."""
    rota = rota_of(session, [shown.id], today, today + AHEAD)
    houses = {one.id: one.name for one in beds.refuges(session, user())}
    own = shown.agency_id == user().agency_id
    lines: list[tuple[Shift, str, str]] = [
        (one, hours_of(one), " and ".join(houses.get(house, "another house") for house in one.refuge_ids))
        for one in rota.shifts
    ]
    lines += [
        (one.shift, hours_of(one.shift), f"Off: {words.cause_words(one.why.value, None, own=own)}")
        for one in rota.missed
    ]
    lines.sort(key=lambda line: line[0].from_at)
    return [(date_words(london_date(shift.from_at), today=today), hours, where) for shift, hours, where in lines]


def _rest(shown: Worker, today: date) -> list[str]:
    """Return what the rules of rest ask and her rota does not give in the weeks to come."""
    rota = rota_of(session, [shown.id], today, today + timedelta(weeks=WEEKS))
    return [
        f"From {date_words(one.on, today=today)} she {one.words}." for one in concerns(rota.shifts, shown.break_minutes)
    ][:5]


@blueprint.route("/rota/workers/new", methods=["GET", "POST"])
@requires(Permission.ROTA_CHANGE)
def worker_new() -> ResponseReturnValue:
    """Enter a worker of her agency."""
    at = now()
    form = WorkerForm(
        lists(session, LISTS, on=london_date(at)), user().agency.kind, queries.people_to_link(session, user(), None)
    )
    if request.method == "GET":
        form.key.data = once.new_key()
    elif led := once.led_to(session, user().id, form.key.data or ""):
        return redirect(led)
    elif form.validate_on_submit():
        try:
            made = add_worker(session, form.details(), by=user(), actor=current_actor(), at=at)
            led = url_for("rota.worker", ref=made.ref)
            once.remember(session, user().id, form.key.data or "", address=led, at=at)
        except Refused as refusal:
            form.refuse(refusal.sentence, refusal.field)
        else:
            session.commit()
            flash(f"{made.name} is on the rota. Add when she works next.", "success")
            return redirect(led)
    return render_template("rota/worker_form.html", form=form, worker=None), 422 if form.errors else 200


@blueprint.route("/rota/workers/<ref>/edit", methods=["GET", "POST"])
@requires(Permission.ROTA_CHANGE)
def worker_edit(ref: str) -> ResponseReturnValue:
    """Change what is known of a worker of her agency."""
    shown, at = own_worker(ref), now()
    people = queries.people_to_link(session, user(), shown)
    form = WorkerForm(lists(session, LISTS, on=london_date(at)), user().agency.kind, people, shown)
    if form.validate_on_submit():
        try:
            version = read_version(form.version.data)
            change_worker(session, shown, form.details(), version=version, actor=current_actor(), at=at)
        except Refused as refusal:
            session.rollback()
            form.refuse(refusal.sentence, refusal.field)
            form.version.data = str(own_worker(ref).version)
        else:
            session.commit()
            flash("Saved.", "success")
            return redirect(url_for("rota.worker", ref=ref))
    return render_template("rota/worker_form.html", form=form, worker=own_worker(ref)), 422 if form.errors else 200


@blueprint.route("/rota/workers/<ref>/skills", methods=["GET", "POST"])
@requires(Permission.ROTA_CHANGE)
def skills(ref: str) -> ResponseReturnValue:
    """Add what a worker of her agency was trained in."""
    shown, at = own_worker(ref), now()
    form = SkillForm(lists(session, LISTS, on=london_date(at)), today=london_date(at))
    if form.validate_on_submit():
        told = (form.skill.data, form.gained_on.data, form.expires_on.data)
        try:
            add_skill(session, shown, *told, actor=current_actor(), at=at)
        except Refused as refusal:
            form.refuse(refusal.sentence, refusal.field)
        else:
            session.commit()
            flash("The skill is kept.", "success")
            return redirect(url_for("rota.worker", ref=ref))
    known = labels(session, LISTS)["worker_skill"]
    kept = [_skill(shown, known, position, london_date(at)) for position in range(len(shown.skills))]
    return render_template("rota/skills.html", form=form, worker=shown, skills=kept), 422 if form.errors else 200


@blueprint.post("/rota/workers/<ref>/skills/remove")
@requires(Permission.ROTA_CHANGE)
def skill_remove(ref: str) -> ResponseReturnValue:
    """Take back a skill that was entered by mistake."""
    shown = own_worker(ref)
    given = (request.form.get("skill", ""), request.form.get("gained_on", ""))
    row = next((one for one in shown.skills if (one.skill, one.gained_on.isoformat()) == given), None)
    if row is None:
        flash("This skill is no longer kept.", "warning")
        return redirect(url_for("rota.skills", ref=ref))
    remove_skill(session, shown, row.skill, row.gained_on, actor=current_actor(), at=now())
    session.commit()
    flash("The skill was taken back.", "success")
    return redirect(url_for("rota.skills", ref=ref))
