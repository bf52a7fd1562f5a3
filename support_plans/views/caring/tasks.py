"""Tasks: one's own, one's agency's, each with its owner, its day and what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import abort, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import london_date
from refuge.once import new_key
from refuge.permissions import Permission, requires
from refuge.referrals.views.room import whole
from support_plans import access
from support_plans.forms.tasks import DoneForm, HandOverForm, TaskForm
from support_plans.queries import tasks as queries
from support_plans.service import tasks as service
from support_plans.shown_tasks import Told, told
from support_plans.views.caring.room import blueprint, chosen, done, refuse, saw, sent_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from support_plans.models import Task

LATELY = timedelta(days=7)


@blueprint.get("/tasks")
@requires(Permission.TASK_SEE)
def tasks() -> ResponseReturnValue:
    """Show what she has to do, then what her agency has to do, then what was done this week."""
    at = now()
    found = queries.open_tasks(session, user(), at=at)
    finished = queries.done_tasks(session, user(), since=at - LATELY, at=at)
    saw("tasks.listed", "-", refs=[row.ref for row in found])
    mine = [row for row in found if row.owner_id == user().id]
    others = [row for row in found if row.owner_id != user().id]
    return render_template("care/tasks.html", mine=_lines(mine), others=_lines(others), finished=_lines(finished))


def _lines(rows: Sequence[Task]) -> list[tuple[Task, Told]]:
    at = now()
    return [(row, told(row, today=london_date(at), now=at)) for row in rows]


@blueprint.route("/tasks/new", methods=["GET", "POST"])
@requires(Permission.TASK_SEE)
def new_task() -> ResponseReturnValue:
    """Give herself or a colleague something to do."""
    at, people = now(), queries.colleagues(session, user())
    if again := sent_before():
        return again
    if request.method == "GET":
        form = TaskForm(people, at=at, key=new_key(), about=request.args.get("about", "")[:12], owner=user().ref)
        return _new_page(form)
    form = TaskForm(people, at=at)
    if not form.validate():
        return _new_page(form), 422
    owner, about = chosen(people, form.owner.data), form.about.typed.upper()
    resident = access.resident(session, user(), about, at=at) if about else None
    if owner is None or (about and resident is None):
        field = "owner" if owner is None else "about"
        form.say(field, "Choose who does it" if owner is None else "No woman whose record you may open has this number")
        return _new_page(form), 422
    try:
        row = service.make_task(
            session, form.details(), owner=owner, referral=resident, by=user(), actor=current_actor(), at=at
        )
        return done(url_for("care.task", ref=row.ref), "The task is made.")
    except Refused as refused:
        refuse(form, refused)
        return _new_page(form), 409


def _new_page(form: TaskForm) -> str:
    back = ("Back to tasks", url_for("care.tasks"))
    return render_template("care/form.html", title="A new task", form=form, back=back)


@blueprint.get("/tasks/<ref>")
@requires(Permission.TASK_SEE)
def task(ref: str) -> ResponseReturnValue:
    """Show one task, and what can be done with it."""
    row = queries.task(session, user(), ref, at=now()) or abort(404)
    saw("task.seen", row.ref)
    people = queries.colleagues(session, user())
    version = str(row.version)
    hand_over = HandOverForm(people, version=version, owner=row.owner.ref)
    return _task_page(row, DoneForm(version=version), hand_over, people_count=len(people))


def _task_page(row: Task, form: DoneForm, hand_over: HandOverForm, *, people_count: int) -> str:
    at = now()
    return render_template(
        "care/task.html", row=row, told=told(row, today=london_date(at), now=at), form=form, hand_over=hand_over,
        many=people_count > 1,
    )  # fmt: skip


@blueprint.post("/tasks/<ref>/done")
@requires(Permission.TASK_SEE)
def finish_task(ref: str) -> ResponseReturnValue:
    """Say that a task is done."""
    at, form = now(), DoneForm()
    row = queries.task(session, user(), ref, at=at, lock=True) or abort(404)
    if not form.validate():
        return _again(row, form, 422)
    try:
        service.finish_task(
            session, row, form.outcome.typed, version=whole(request.form, "version"), by=user(),
            actor=current_actor(), at=at,
        )  # fmt: skip
    except Refused as refused:
        refuse(form, refused)
        return _again(queries.task(session, user(), ref, at=at) or abort(404), form, 409)
    return done(url_for("care.tasks"), "Done.")


def _again(row: Task, form: DoneForm, status: int) -> ResponseReturnValue:
    people = queries.colleagues(session, user())
    form.version.data = str(row.version)
    hand_over = HandOverForm(people, formdata=None, version=str(row.version), owner=row.owner.ref)
    return _task_page(row, form, hand_over, people_count=len(people)), status


@blueprint.post("/tasks/<ref>/hand-over")
@requires(Permission.TASK_SEE)
def hand_over(ref: str) -> ResponseReturnValue:
    """Give a task to a colleague."""
    at, people = now(), queries.colleagues(session, user())
    row = queries.task(session, user(), ref, at=at, lock=True) or abort(404)
    owner = chosen(people, request.form.get("owner"))
    if owner is None:
        raise Refused("Choose somebody of your own agency.")
    version = whole(request.form, "version")
    changed = service.hand_over_task(session, row, owner, version=version, actor=current_actor(), at=at)
    return done(url_for("care.tasks"), f"{owner.name} has it now." if changed else "Nothing was changed.")
