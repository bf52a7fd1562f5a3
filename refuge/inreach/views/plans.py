"""Plans: let the solver propose, read what it proposes and what found no time, accept, choose another time, mend."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from allocation.sessions.calendar import minute
from allocation.sessions.problem import Decision
from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.beds.models import Refuge
from refuge.codes.queries import labels
from refuge.database import database, lock_for_writing, now, session
from refuge.errors import Refused
from refuge.inreach.forms.fields import read_day, read_slot
from refuge.inreach.problem import build_problem
from refuge.inreach.queries.bookings import bookable_workers
from refuge.inreach.queries.diaries import Days, Wish, asked_for
from refuge.inreach.queries.proposals import accepted_of, called_off_of, proposals_of, rows_of
from refuge.inreach.queries.runs import last_run, one_run, run_before
from refuge.inreach.queries.women import women_of
from refuge.inreach.service.planning import accept, decide, keep_run, plan, proposal_or_refuse
from refuge.inreach.shelved import problem_in, solution_in
from refuge.inreach.shown_plan import Context, Names, differences, plan_shown, who_of
from refuge.inreach.shown_slots import DAYS, days_offered, until
from refuge.inreach.slots import free_slots
from refuge.inreach.touched import touched
from refuge.inreach.views.room import blueprint
from refuge.london import instant_words, london_date
from refuge.permissions import Permission, requires
from refuge.rota.models import SessionRoom, Worker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from flask.typing import ResponseReturnValue

    from allocation.sessions.problem import Problem, Wanted
    from refuge.inreach.models import SessionRun
    from refuge.inreach.slots import Asked

PLANNED_AGAIN = (
    "Somebody planned again while you were here, so nothing of yours was kept. This is the newest plan: look at it, "
    "and choose again if you still want to."
)
LEAVE = "leave"
"""What the choosing page sends for `leave it for now`."""
UNDECIDED = "undecided"


@blueprint.get("/in-reach/plans")
@requires(Permission.SESSION_PLAN)
def plans() -> ResponseReturnValue:
    """Lead to the newest plan, or say that there is none yet."""
    run = last_run(session, user().network_id)
    if run is not None:
        return redirect(url_for("inreach.run", ref=run.ref))
    return render_template("inreach/no_plan.html", key=once.new_key())


@blueprint.post("/in-reach/plans")
@requires(Permission.SESSION_PLAN)
def plan_now() -> ResponseReturnValue:
    """Plan every session that is due in two weeks; what people decided in the newest plan is kept.

    `mend`: keep the last plan wherever it still holds, and change the least.
    """
    run = last_run(session, user().network_id)
    decisions = problem_in(run).decisions if run is not None and run.content is not None else ()
    return _plan(run, decisions, mend=request.form.get("mend") == "yes")


@blueprint.get("/in-reach/plans/<ref>")
@requires(Permission.SESSION_PLAN)
def run(ref: str) -> ResponseReturnValue:
    """Show one plan as far as she may see it."""
    return _page(_run_or_404(ref))


@blueprint.post("/in-reach/plans/<ref>/accept")
@requires(Permission.SESSION_PLAN)
def accept_one(ref: str) -> ResponseReturnValue:
    """Book what is proposed for one session."""
    found, at = _run_or_404(ref), now()
    one = proposal_or_refuse(session, found, request.form.get("session", ""), at=at)
    _refuse_others(one.worker_id)
    if not _knows(one.referral_ids, at):
        raise Refused(NOT_KNOWN, code="session.not_hers")
    made = accept(session, found, one, by=user(), actor=current_actor(), at=at)
    session.commit()
    flash("The session is booked." if made.state.value == "booked" else NOT_CONFIRMED, "success")
    return redirect(url_for("inreach.run", ref=ref, _anchor=_anchor(one.session)))


NOT_KNOWN = "This is proposed for women with whom you do not work. Somebody who works with them accepts it."
NOT_CONFIRMED = "The time is kept. It is confirmed once the interpreter is."


@blueprint.post("/in-reach/plans/<ref>/accept-all")
@requires(Permission.SESSION_PLAN)
def accept_all(ref: str) -> ResponseReturnValue:
    """Book everything that is proposed for workers whose sessions she books; say what could not be."""
    found, at, by = _run_or_404(ref), now(), user()
    if last_run(session, by.network_id) is not found:
        raise Refused("Somebody planned again. Accept what the newest plan proposes.", code="proposal.gone")
    mine = {worker.id for worker in bookable_workers(session, by, on=london_date(at))}
    booked, refused = 0, []
    for one in proposals_of(session, found, at=at):
        if one.worker_id not in mine or not _knows(one.referral_ids, at):
            continue
        try:
            accept(session, found, one, by=by, actor=current_actor(), at=at)
            booked += 1
        except Refused as refusal:
            refused.append(refusal.sentence)
    session.commit()
    flash(f"{booked} {'session is' if booked == 1 else 'sessions are'} booked.", "success")
    for sentence in dict.fromkeys(refused):
        flash(f"Not booked: {sentence}", "warning")
    return redirect(url_for("inreach.run", ref=ref))


def _knows(referral_ids: Sequence[int], at: datetime) -> bool:
    return len(women_of(session, user(), referral_ids, at=at)) == len(set(referral_ids))


def _refuse_others(worker_id: int) -> None:
    if worker_id not in {worker.id for worker in bookable_workers(session, user(), on=london_date(now()))}:
        raise Refused("The sessions of this worker are booked by her own agency.", code="session.not_hers")


@blueprint.route("/in-reach/plans/<ref>/choose", methods=["GET", "POST"])
@requires(Permission.SESSION_PLAN)
def choose(ref: str) -> ResponseReturnValue:
    """Choose another time for one session, or leave it for now, and plan the rest again around it."""
    found = _run_or_404(ref)
    asked = request.form if request.method == "POST" else request.args
    if not asked.get("session"):
        return redirect(url_for("inreach.run", ref=ref))
    wanted = next((one for one in problem_in(found).wanted if one.ref == asked.get("session")), None)
    at = now()
    if wanted is None or not _named(wanted, at):
        abort(404)
    if request.method == "GET":
        return _choosing(found, wanted)
    chosen = asked.get("do") or asked.get("slot", "")
    if chosen == UNDECIDED:
        return _plan(found, decide(problem_in(found).decisions, None, wanted.ref), about=wanted.ref)
    if chosen == LEAVE:
        return _plan(found, decide(problem_in(found).decisions, Decision(wanted.ref), wanted.ref), about=wanted.ref)
    made = _decision(found, wanted, chosen)
    if made is None:
        return _choosing(found, wanted, error="Choose one of the free times, or “Leave it for now”"), 422
    return _plan(found, decide(problem_in(found).decisions, made, wanted.ref), about=wanted.ref)


def _named(wanted: Wanted, at: datetime) -> bool:
    ids = rows_of(session, user().network_id).referrals
    people = [ids[ref] for ref in wanted.residents if ref in ids]
    return len(people) == len(wanted.residents) and _knows(people, at)


def _decision(found: SessionRun, wanted: Wanted, chosen: str) -> Decision | None:
    """Return the decision that a choice stands for: `worker ref`, a blank, the slot."""
    worker_ref, _, slot = chosen.partition(" ")
    worker, to = _worker(worker_ref, wanted), read_slot(slot)
    if worker is None or to is None:
        return None
    asked = _asked(wanted, worker, london_date(to), london_date(to))
    one = next((free for free in free_slots(asked) if free.from_at == to), None)
    if one is None:
        return None
    room = session.get(SessionRoom, one.room_id) if one.room_id else None
    return Decision(wanted.ref, worker.ref, minute(found.from_on, to), room.ref if room else None)


def _worker(ref: str | None, wanted: Wanted) -> Worker | None:
    return next((one for one in _workers_for(wanted) if one.ref == ref), None)


def _workers_for(wanted: Wanted) -> list[Worker]:
    """Return who can give a session, her hoped-for worker first."""
    found = [
        one
        for one in bookable_workers(session, user(), on=london_date(now()))
        if one.discipline.value in wanted.disciplines and one.ref not in wanted.excluded_workers
    ]
    return sorted(found, key=lambda one: (one.ref != wanted.hoped_worker, one.name))


def _asked(wanted: Wanted, worker: Worker, from_on: date, until_on: date) -> Asked:
    rows = rows_of(session, user().network_id)
    people = tuple(rows.referrals[ref] for ref in wanted.residents)
    women = women_of(session, user(), people, at=now())
    refuge = session.get_one(Refuge, women[people[0]].refuge_id)
    wish = Wish(worker, refuge, wanted.minutes, people, wanted.needs_room)
    return asked_for(session, wish, Days(from_on, until_on), at=now())


def _choosing(found: SessionRun, wanted: Wanted, error: str = "") -> str:
    at = now()
    today = london_date(at)
    asked = request.form if request.method == "POST" else request.args
    from_on = max(read_day(asked.get("from"), today=today), today)
    workers = _workers_for(wanted)
    worker = _worker(asked.get("worker"), wanted) or (workers[0] if workers else None)
    days = []
    if worker is not None:
        asking = _asked(wanted, worker, from_on, until(from_on))
        days = days_offered(slot for slot in free_slots(asking) if london_date(slot.from_at) >= from_on)
    record(session, "session.offered", by=current_actor(), at=at, refs=sorted(wanted.residents), run=found.ref)
    earlier = max(from_on - timedelta(days=DAYS), today)
    return render_template(
        "inreach/choose.html", run=found, wanted=wanted, who=who_of(wanted, wanted.residents), days=days, error=error,
        workers=workers, worker=worker, from_on=from_on, earlier=earlier if from_on > today else None,
        later=from_on + timedelta(days=DAYS), key=once.new_key(), leave=LEAVE, undecided=UNDECIDED,
        decided=wanted.ref in {made.session for made in problem_in(found).decisions},
        service=labels(session, ["session_service"])["session_service"].get(wanted.service, wanted.service),
    )  # fmt: skip


def _plan(
    base: SessionRun | None, decisions: Sequence[Decision], about: str | None = None, *, mend: bool = False
) -> ResponseReturnValue:
    """Plan without holding the database, then keep the run, if nobody else has made one from the same `base`."""
    by, at, key, begun_from = user(), now(), request.form.get("key", ""), base.id if base is not None else None
    if led := once.led_to(session, by.id, key):
        return redirect(led)
    session.rollback()
    with database().reading() as reading:
        made = plan(reading, by.network_id, at=at, decisions=decisions, mend=mend)
    lock_for_writing(session, f"planning of network {by.network_id}")
    if led := once.led_to(session, by.id, key):  # sent twice: the first was kept while this one was being solved
        return redirect(led)
    newest = last_run(session, by.network_id)
    if newest is not None and newest.id != begun_from:
        flash(PLANNED_AGAIN, "warning")
        return redirect(url_for("inreach.run", ref=newest.ref))
    kept = keep_run(session, made, by=by, actor=current_actor(), at=at)
    address = url_for("inreach.run", ref=kept.ref, _anchor=_anchor(about) if about else None)
    once.remember(session, by.id, key, address=address, at=at)
    session.commit()
    return redirect(address)


def _anchor(session_ref: str) -> str:
    return session_ref.replace(".", "-")


def _page(found: SessionRun) -> str:
    at, reader = now(), user()
    if found.content is None:
        record(session, "session_plan.seen", found.ref, by=current_actor(), at=at, refs=[])
        return render_template("inreach/plan_erased.html", run=found, key=once.new_key())
    problem, answer = problem_in(found), solution_in(found)
    names = _names(problem, at)
    newest = last_run(session, reader.network_id)
    is_newest = newest is not None and newest.id == found.id
    bookable = {worker.ref for worker in bookable_workers(session, reader, on=london_date(at))} if is_newest else set()
    shown = plan_shown(
        Context(
            problem, answer, names, labels(session, ["session_service"])["session_service"],
            accepted_of(session, found), frozenset(bookable), at,
        ),
    )  # fmt: skip
    before = run_before(session, found)
    changed = []
    if before is not None and before.content is not None:
        earlier = problem_in(before), solution_in(before)
        changed = differences(earlier, (problem, answer), names, at=at)
    record(session, "session_plan.seen", found.ref, by=current_actor(), at=at, refs=sorted(shown.refs))
    return render_template(
        "inreach/plan.html", run=found, shown=shown, newest=is_newest, made=instant_words(found.made_at, now=at),
        touched=_touched(found, problem, at) if is_newest else [], changed=changed, key=once.new_key,
        acceptable=sum(line.may_accept for line in shown.proposed), anchor=_anchor,
        horizon=(found.from_on, found.until_on),
    )  # fmt: skip


def _names(problem: Problem, at: datetime) -> Names:
    network_id = user().network_id
    workers = session.execute(select(Worker.ref, Worker.name).where(Worker.network_id == network_id))
    houses = session.execute(select(Refuge.ref, Refuge.name).where(Refuge.network_id == network_id))
    rooms = session.execute(
        select(SessionRoom.ref, SessionRoom.name)
        .join(Refuge, Refuge.id == SessionRoom.refuge_id)
        .where(Refuge.network_id == network_id),
    )
    ids = rows_of(session, network_id).referrals
    people = {ids[one.ref] for one in problem.residents if one.ref in ids}
    women = women_of(session, user(), people, at=at)
    return Names(
        {ref: name for rows in (workers, houses, rooms) for ref, name in rows},
        frozenset(woman.ref for woman in women.values()),
    )


def _touched(found: SessionRun, then: Problem, at: datetime) -> list[str]:
    """Return the proposals of the newest plan that can no longer be, because something has changed since."""
    today = build_problem(session, found.network_id, at=at)
    return touched(
        then,
        solution_in(found),
        today,
        accepted_of(session, found),
        _names(then, at),
        at=at,
        called_off=called_off_of(session, found),
    )


def _run_or_404(ref: str) -> SessionRun:
    """Return a plan of her network. Not found and another network's are the same."""
    return one_run(session, user(), ref) or abort(404)
