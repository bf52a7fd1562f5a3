"""Her leaving: the checklist, where she goes, calls afterwards, and the discharge by the mental health practitioner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.models import AgencyKind
from refuge.accounts.sessions import current_actor
from refuge.codes.queries import labels, lists
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import date_words, london_date
from refuge.once import new_key
from refuge.permissions import Permission, requires
from refuge.referrals.views.room import whole
from support_plans import access
from support_plans.categories import Category
from support_plans.forms.leavings import LISTS, YES, CallsForm, DischargeForm, LeavingForm, StepForm
from support_plans.leaving import SAID, How, Step, standing
from support_plans.models import Leaving
from support_plans.queries import leavings as queries
from support_plans.queries.assessments import assessments
from support_plans.queries.tasks import colleagues
from support_plans.service import leavings as service
from support_plans.shown_scores import pairs
from support_plans.views.caring.room import blueprint, chosen, done, refuse, resident_or_404, saw, sent_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from refuge.beds.forms.fields import RoomForm
    from refuge.referrals.models import Referral
    from support_plans.models import Discharge, LeavingStep

WAYS = {
    Step.DISCHARGE: "care.discharge", Step.SAFE_CONTACT: "care.tell_leaving", Step.HER_WORDS: "care.tell_leaving",
    Step.DESTINATION: "care.tell_leaving", Step.CALLS: "care.calls", Step.FINAL_SCORES: "care.scores",
}  # fmt: skip
"""Where a step is done."""
ANOTHERS = "Another agency began this. Ask her whether you may read what it wrote about her safety, then go on with it."


def _is_house() -> bool:
    return user().agency_kind is AgencyKind.REFUGE_PROVIDER


@blueprint.get("/care/<ref>/leaving")
@requires(Permission.PLAN_SEE)
def leaving(ref: str) -> ResponseReturnValue:
    """Show what is seen to before she leaves, and how each of it stands."""
    resident, at = resident_or_404(ref), now()
    row = queries.leaving_of(session, resident.id)
    reads = row is not None and _may_read(row)
    saw("leaving.seen", resident.ref)
    reach = access.reach_of(session, user(), resident.id, at=at) or abort(404)
    said = {
        one.step: one
        for one in queries.steps_of(session, resident.id)
        if reach.may_read(Category.SAFETY, written_by=one.by.agency_id)
    }
    stands = standing(queries.facts_of(session, resident.id, row))
    today, words = london_date(at), labels(session, LISTS)
    return render_template(
        "care/leaving.html", resident=resident, row=row if reads else None, over=row is not None and row.ended_at,
        steps=[(step, how, said.get(step), _way(step, resident)) for step, how in stands.items()],
        pairs=pairs(assessments(session, user(), resident, at=at), today=today), is_house=_is_house(),
        destination=words["move_on_destination"].get(row.destination, "Not known yet") if row and reads else "",
        planned_on=date_words(row.planned_on, today=today) if row and reads and row.planned_on else "Not known yet",
        unfinished=[Step(code).label for code in row.open_steps] if row else [],
    )  # fmt: skip


def _may_read(row: Leaving) -> bool:
    reach = access.reach_of(session, user(), row.referral_id, at=now())
    return reach is not None and reach.may_read(Category.SAFETY, written_by=row.agency_id)


def _refuse_unread(row: Leaving | None) -> None:
    """Raise Refused where another agency wrote it and the reader has no basis to read, let alone to write over it."""
    if row is not None and not _may_read(row):
        raise Refused(ANOTHERS, code="leaving.anothers")


def _way(step: Step, resident: Referral) -> str | None:
    """Return where the reader does a step; None where it is somebody else's to do."""
    if step is Step.DISCHARGE and not queries.writes_discharges(user()):
        return None
    if step in {Step.SAFE_CONTACT, Step.HER_WORDS, Step.DESTINATION, Step.CALLS} and not _is_house():
        return None
    return url_for(WAYS[step], ref=resident.ref) if step in WAYS else None


@blueprint.route("/care/<ref>/leaving/tell", methods=["GET", "POST"])
@requires(Permission.RESIDENT_MOVE)
def tell_leaving(ref: str) -> ResponseReturnValue:
    """Keep where she goes, how she can be reached afterwards, and what she says of her time here."""
    posted, at = request.method == "POST", now()
    resident = resident_or_404(ref, lock=posted)
    offered = lists(session, LISTS, on=london_date(at))
    row = queries.leaving_of(session, resident.id, lock=posted)
    _refuse_unread(row)
    if not posted:
        saw("leaving.seen", resident.ref)
        return _tell_page(resident, LeavingForm(offered, **_kept(row)))
    form = LeavingForm(offered)
    if not form.validate():
        return _tell_page(resident, form), 422
    try:
        version = whole(request.form, "version")
        if row is None and version == 0:
            row = service.prepare(session, resident, by=user(), actor=current_actor(), at=at)
            version = row.version
        service.tell(session, resident, row, form.details(), version=version, actor=current_actor(), at=at)
    except Refused as refused:
        refuse(form, refused)
        form.version.data = str(_version(queries.leaving_of(session, resident.id)))
        return _tell_page(resident, form), 409
    return done(url_for("care.leaving", ref=ref), "Saved.")


def _version(row: Leaving | None) -> int:
    return 0 if row is None else row.version


def _kept(row: Leaving | None) -> dict[str, Any]:
    if row is None:
        return {"version": "0"}
    told = {name: getattr(row, name) for name in ("planned_on", "destination", "safe_contact", "her_words")}
    return {**told, "version": str(row.version)}


def _tell_page(resident: Referral, form: LeavingForm) -> str:
    return _form_page(resident, form, "Where she goes", [])


@blueprint.route("/care/<ref>/leaving/calls", methods=["GET", "POST"])
@requires(Permission.RESIDENT_MOVE)
def calls(ref: str) -> ResponseReturnValue:
    """Keep whether she agreed to be called after she has left; each day becomes a task."""
    posted, at, people = request.method == "POST", now(), colleagues(session, user())
    resident = resident_or_404(ref, lock=posted)
    intro = [
        "Without her agreement nobody calls. Each day becomes a task; whoever calls reads first how to do it safely."
    ]
    if again := sent_before():
        return again
    _refuse_unread(queries.leaving_of(session, resident.id))
    if not posted:
        saw("leaving.seen", resident.ref)
        return _form_page(resident, CallsForm(people, key=new_key()), "Calls after she has left", intro)
    form = CallsForm(people)
    owner = chosen(people, form.owner.data)
    if not form.validate() or owner is None:
        if owner is None:
            form.say("owner", "Choose who calls her")
        return _form_page(resident, form, "Calls after she has left", intro), 422
    try:
        row = service.prepare(session, resident, by=user(), actor=current_actor(), at=at)
        service.ask_for_calls(
            session,
            resident,
            row,
            form.days(),
            agreed=form.agreed.data == YES,
            owner=owner,
            actor=current_actor(),
            at=at,
        )
        return done(url_for("care.leaving", ref=ref), "Saved.")
    except Refused as refused:
        refuse(form, refused)
        return _form_page(resident, form, "Calls after she has left", intro), 409


@blueprint.route("/care/<ref>/leaving/steps/<step>", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def say_step(ref: str, step: str) -> ResponseReturnValue:
    """Say that a step is done, or is not needed and why."""
    resident = resident_or_404(ref, lock=request.method == "POST")
    named = Step(step) if step in set(Step) else abort(404)
    row = queries.step_of(session, resident.id, named)
    _refuse_unread_step(row, resident)
    if request.method == "GET":
        saw("leaving.seen", resident.ref)
        kept = {} if row is None else {"how": row.how.value, "note": row.note, "version": str(row.version)}
        return _step_page(resident, named, StepForm(can_be_done=named in SAID, **kept))
    form = StepForm(can_be_done=named in SAID)
    if not form.validate():
        return _step_page(resident, named, form), 422
    try:
        service.say_step(
            session, resident, named,
            service.StepDetails(How(form.how.data), form.note.typed, whole(request.form, "version")),
            by=user(), actor=current_actor(), at=now(),
        )  # fmt: skip
    except Refused as refused:
        refuse(form, refused)
        row = queries.step_of(session, resident.id, named)
        form.version.data = str(row.version if row else 0)
        return _step_page(resident, named, form, row), 409
    return done(url_for("care.leaving", ref=ref), "Saved.")


def _refuse_unread_step(row: LeavingStep | None, resident: Referral) -> None:
    """Raise Refused where another agency said it and the reader has no basis to read what it said."""
    reach = access.reach_of(session, user(), resident.id, at=now()) or abort(404)
    if row is not None and not reach.may_read(Category.SAFETY, written_by=row.by.agency_id):
        raise Refused(ANOTHERS, code="leaving.anothers")


def _step_page(resident: Referral, step: Step, form: StepForm, saved: LeavingStep | None = None) -> str:
    words = [] if saved is None else [(f"{saved.how.label}, {saved.by.name}", saved.note)]
    return _form_page(resident, form, step.label, [], saved=words)


@blueprint.route("/care/<ref>/leaving/discharge", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def discharge(ref: str) -> ResponseReturnValue:
    """Write the discharge: agreed with her, the pathway that she wants, the handover and who accepted it."""
    posted, at = request.method == "POST", now()
    resident = resident_or_404(ref, lock=posted)
    if not queries.writes_discharges(user()):
        abort(404)
    row = queries.discharge_of(session, user(), resident.id, lock=posted)
    offered = lists(session, LISTS, on=london_date(at))
    if not posted:
        saw("discharge.seen", resident.ref)
        return _discharge_page(resident, row, DischargeForm(offered, **_written(row)))
    form = DischargeForm(offered)
    if not form.validate():
        return _discharge_page(resident, row, form), 422
    try:
        service.write_discharge(
            session, resident, row, form.details(), version=whole(request.form, "version"), by=user(),
            actor=current_actor(), at=at,
        )  # fmt: skip
    except Refused as refused:
        refuse(form, refused)
        row = queries.discharge_of(session, user(), resident.id)
        form.version.data = str(row.version if row else 0)
        return _discharge_page(resident, row, form), 409
    return done(url_for("care.discharge", ref=ref), "Saved.")


def _written(row: Discharge | None) -> dict[str, Any]:
    names = ("agreed_with_her_on", "her_words", "pathway", "handover", "accepted_by", "accepted_on")
    return {} if row is None else {**{name: getattr(row, name) for name in names}, "version": str(row.version)}


def _discharge_page(resident: Referral, row: Discharge | None, form: DischargeForm) -> str:
    return render_template(
        "care/discharge.html", resident=resident, row=row, form=form,
        may_agree=row is not None and row.practitioner_id != user().id and row.senior_agreed_at is None,
    )  # fmt: skip


@blueprint.post("/care/<ref>/leaving/discharge/agree")
@requires(Permission.PLAN_WRITE)
def agree_discharge(ref: str) -> ResponseReturnValue:
    """Agree to a discharge that another practitioner of her agency wrote."""
    resident = resident_or_404(ref, lock=True)
    row = queries.discharge_of(session, user(), resident.id, lock=True) or abort(404)
    service.senior_agrees(
        session, resident, row, version=whole(request.form, "version"), by=user(), actor=current_actor(), at=now()
    )
    return done(url_for("care.discharge", ref=ref), "You agreed to the discharge.")


def _form_page(
    resident: Referral, form: RoomForm, title: str, intro: list[str], *, saved: Sequence[tuple[str, str]] = ()
) -> str:
    back = ("Back to her leaving", url_for("care.leaving", ref=resident.ref))
    return render_template(
        "care/form.html", title=f"{title}: {resident.ref}", intro=intro, form=form, back=back, saved=saved
    )
