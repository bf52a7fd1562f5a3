"""Writing a plan with her: her words, areas, goals, steps, progress, agreement, reviews, notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for

from refuge.accounts.current import user
from refuge.codes.queries import lists
from refuge.database import session
from refuge.errors import Refused
from refuge.london import london_date
from refuge.once import new_key
from refuge.permissions import Permission, requires
from refuge.referrals.views.room import whole
from support_plans.areas import areas_of, suggestions
from support_plans.categories import Category
from support_plans.forms.plans import (
    AgreeForm,
    AreaForm,
    GoalForm,
    NoteForm,
    ProgressForm,
    ReviewForm,
    StepForm,
    WordsForm,
)
from support_plans.models import GoalState
from support_plans.queries import people, plans
from support_plans.service import plans as service
from support_plans.shown import shown_goal
from support_plans.views.planning.room import (
    blueprint,
    by_now,
    done,
    plan_url,
    refuse,
    resident_or_404,
    saw_to_write,
    sent_before,
    write_page,
)

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from refuge.referrals.models import Referral
    from support_plans.access import Reach
    from support_plans.areas import Area
    from support_plans.models import Goal, PlanArea


@blueprint.route("/plans/<ref>/words", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def words(ref: str) -> ResponseReturnValue:
    """Keep what she wants, in her own words."""
    posted = request.method == "POST"
    referral, reach = resident_or_404(ref, lock=posted)
    kept = plans.plan_of(session, referral.id)
    if kept is not None and not reach.may_read(Category.GENERAL, written_by=kept.agency_id):
        abort(404)
    if not posted:
        saw_to_write(referral, "words")
        form = WordsForm(obj=kept)
        form.seen.data = service.seen_of(kept)
        return _words_page(referral, form)
    form = WordsForm()
    if not form.validate():
        return _words_page(referral, form), 422
    try:
        changed = service.set_words(session, referral, form.details(), seen=form.seen.data or "0", by=by_now())
        return done(plan_url(referral), "Her words are kept." if changed else "Nothing was changed.")
    except Refused as refused:
        refuse(form, refused)
        kept = plans.plan_of(session, referral.id)
        form.seen.data = service.seen_of(kept)
        saved = [] if kept is None else [("What she wants", kept.her_words), ("What helps her", kept.good_day)]
        return _words_page(referral, form, saved=saved), 409


def _words_page(referral: Referral, form: WordsForm, saved: list[tuple[str, str]] | None = None) -> str:
    lead = ["Write what she says, as she says it. It stands first in her plan."]
    return write_page(referral, form, "Her own words", "Keep her words", lead=lead, saved=saved or ())


@blueprint.route("/plans/<ref>/areas/<area>", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def area(ref: str, area: str) -> ResponseReturnValue:
    """Begin an area of need with her, or go on with it, as her own agency writes it."""
    posted = request.method == "POST"
    referral, reach = resident_or_404(ref, lock=posted)
    kind = areas_of(session, referral.network_id, at=reach.at).get(area) or abort(404)
    row = plans.own_area(session, user(), referral, area, lock=posted)
    if not posted:
        saw_to_write(referral, "area")
        form = AreaForm(at=reach.at, obj=row)
        form.version.data = str(0 if row is None else row.version)
        return _area_page(referral, kind, form)
    form = AreaForm(at=reach.at)
    if not form.validate():
        return _area_page(referral, kind, form), 422
    try:
        service.write_area(
            session, referral, kind, form.details(), row=row, version=whole(request.form, "version"), by=by_now()
        )
        return done(plan_url(referral, f"area-{area}"), f"{kind.label} is kept.")
    except Refused as refused:
        refuse(form, refused)
        row = plans.own_area(session, user(), referral, area)
        form.version.data = str(0 if row is None else row.version)
        return _area_page(referral, kind, form, row), 409


def _area_page(referral: Referral, kind: Area, form: AreaForm, saved: PlanArea | None = None) -> str:
    kept = (
        [] if saved is None else [("Where she is now", saved.now_words), ("Where she wants to be", saved.wanted_words)]
    )
    return write_page(referral, form, kind.label, "Keep this area", saved=kept, ideas=suggestions(kind.code)[0])


@blueprint.route("/plans/<ref>/areas/<area>/goal", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def new_goal(ref: str, area: str) -> ResponseReturnValue:
    """Write down a goal, and its first step."""
    referral, reach = resident_or_404(ref, lock=request.method == "POST")
    kind = areas_of(session, referral.network_id, at=reach.at).get(area) or abort(404)
    row = plans.own_area(session, user(), referral, area, lock=request.method == "POST")
    if again := sent_before():
        return again
    form = GoalForm(
        people.people_of_network(session, user()), people.agencies(session, user()), at=reach.at,
        **({"key": new_key()} if request.method == "GET" else {}),
    )  # fmt: skip
    if request.method == "GET":
        saw_to_write(referral, "goal")
        return _goal_form_page(referral, kind, form)
    if not form.validate():
        return _goal_form_page(referral, kind, form), 422
    by = by_now()
    if row is None:
        begun = service.AreaDetails("", "", None)
        row = service.write_area(session, referral, kind, begun, row=None, version=0, by=by)
    goal = service.set_goal(session, referral, row, form.words.typed, by=by)
    if (step := form.step()) is not None:
        service.add_action(session, referral, goal, step, by=by)
    return done(plan_url(referral, f"area-{area}"), "The goal is kept.")


def _goal_form_page(referral: Referral, kind: Area, form: GoalForm) -> str:
    lead = ["One goal, in her words. The first step can wait."]
    return write_page(
        referral, form, f"A goal: {kind.label.lower()}", "Keep the goal", lead=lead, ideas=suggestions(kind.code)[1]
    )


def _goal_or_404(reach: Reach, goal: str, *, lock: bool = False) -> Goal:
    return plans.goal(session, reach, goal, lock=lock) or abort(404)


@blueprint.route("/plans/<ref>/goals/<goal>", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def goal(ref: str, goal: str) -> ResponseReturnValue:
    """Show a goal with all that has moved, and write down more."""
    posted = request.method == "POST"
    referral, reach = resident_or_404(ref, lock=posted or None)
    found = _goal_or_404(reach, goal, lock=posted)
    if again := sent_before():
        return again
    if not posted:
        saw_to_write(referral, "goal")
        form = ProgressForm(state=found.state.value, key=new_key())
        return _goal_page(referral, reach, found, form)
    form = ProgressForm()
    if not form.validate():
        return _goal_page(referral, reach, found, form), 422
    try:
        service.add_progress(
            session, referral, found, form.words.typed, GoalState(form.state.data),
            version=whole(request.form, "version"), by=by_now(),
        )  # fmt: skip
        return done(plan_url(referral), "The progress is kept.")
    except Refused as refused:
        refuse(form, refused)
        return _goal_page(referral, reach, _goal_or_404(reach, goal), form), 409


def _goal_page(referral: Referral, reach: Reach, found: Goal, form: ProgressForm) -> str:
    form.version.data = str(found.version)
    actions, progress, area = plans.whole_goal(session, reach, found)
    kind = areas_of(session, referral.network_id, at=reach.at).get(area.area)
    shown = shown_goal(found, actions, progress, at=reach.at)
    return render_template(
        "support_plans/goal.html", resident=referral, form=form, goal=shown, area="" if kind is None else kind.label
    )


@blueprint.route("/plans/<ref>/goals/<goal>/step", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def new_step(ref: str, goal: str) -> ResponseReturnValue:
    """Agree a further step towards a goal."""
    posted = request.method == "POST"
    referral, reach = resident_or_404(ref, lock=posted)
    found = _goal_or_404(reach, goal, lock=posted)
    if again := sent_before():
        return again
    form = StepForm(
        people.people_of_network(session, user()), people.agencies(session, user()), at=reach.at,
        **({} if posted else {"key": new_key()}),
    )  # fmt: skip
    lead = [found.words]
    if not posted:
        saw_to_write(referral, "step")
        return write_page(referral, form, "A step", "Keep the step", lead=lead)
    if not form.validate() or (step := form.step()) is None:
        return write_page(referral, form, "A step", "Keep the step", lead=lead), 422
    service.add_action(session, referral, found, step, by=by_now())
    return done(plan_url(referral), "The step is kept.")


@blueprint.post("/plans/<ref>/steps/<step>")
@requires(Permission.PLAN_WRITE)
def mark_step(ref: str, step: str) -> ResponseReturnValue:
    """Note that a step is done, or is not yet."""
    referral, reach = resident_or_404(ref, lock=True)
    found = plans.action(session, reach, step, lock=True) or abort(404)
    is_done = request.form.get("done") == "yes"
    service.mark_action(session, referral, found, done=is_done, by=by_now())
    session.commit()
    flash("Noted as done." if is_done else "Noted as not done yet.", "success")
    return redirect(plan_url(referral))


@blueprint.route("/plans/<ref>/agree", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def agree(ref: str) -> ResponseReturnValue:
    """Note that she agreed to the plan as it is now."""
    referral, reach = resident_or_404(ref, lock=request.method == "POST")
    if again := sent_before():
        return again
    offered = lists(session, ["agreed_how"], on=london_date(reach.at))
    lead = ["Read the plan through with her first. The copy for her to keep is on its page."]
    if request.method == "GET":
        saw_to_write(referral, "agreement")
        form = AgreeForm(offered, at=reach.at, on=london_date(reach.at), key=new_key())
        return write_page(referral, form, "She agrees to the plan", "Keep her agreement", lead=lead)
    form = AgreeForm(offered, at=reach.at)
    if not form.validate():
        return write_page(referral, form, "She agrees to the plan", "Keep her agreement", lead=lead), 422
    try:
        service.agree_plan(
            session, referral, on=form.on.data, how=form.how.data, her_words=form.her_words.typed,
            next_on=form.next_on.data, by=by_now(),
        )  # fmt: skip
        return done(plan_url(referral), "Her agreement is kept.")
    except Refused as refused:
        refuse(form, refused)
        return write_page(referral, form, "She agrees to the plan", "Keep her agreement", lead=lead), 409


@blueprint.route("/plans/<ref>/review", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def review(ref: str) -> ResponseReturnValue:
    """Note that the plan was reviewed, and when it is next."""
    referral, reach = resident_or_404(ref, lock=request.method == "POST")
    if again := sent_before():
        return again
    if request.method == "GET":
        saw_to_write(referral, "review")
        form = ReviewForm(at=reach.at, on=london_date(reach.at), key=new_key())
        return write_page(referral, form, "Review of the plan", "Keep the review")
    form = ReviewForm(at=reach.at)
    if not form.validate():
        return write_page(referral, form, "Review of the plan", "Keep the review"), 422
    try:
        service.review_plan(
            session, referral, on=form.on.data, next_on=form.next_on.data, with_her=form.with_her.data == "yes",
            words=form.words.typed, by=by_now(),
        )  # fmt: skip
        return done(plan_url(referral), "The review is kept.")
    except Refused as refused:
        refuse(form, refused)
        return write_page(referral, form, "Review of the plan", "Keep the review"), 409


@blueprint.route("/plans/<ref>/notes/new", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def new_note(ref: str) -> ResponseReturnValue:
    """Write a note of her own agency."""
    referral, _reach = resident_or_404(ref, lock=request.method == "POST", under_glass=True)
    if again := sent_before():
        return again
    lead = [f"It belongs to {user().agency.name}. Another agency reads it only while she agreed that it may."]
    if request.method == "GET":
        saw_to_write(referral, "note")
        return write_page(referral, NoteForm(key=new_key()), "A note", "Keep the note", lead=lead)
    form = NoteForm()
    if not form.validate():
        return write_page(referral, form, "A note", "Keep the note", lead=lead), 422
    service.write_note(session, referral, form.about(), form.words.typed, sealed=bool(form.sealed.data), by=by_now())
    return done(url_for("plans.notes", ref=ref), "The note is kept.")
