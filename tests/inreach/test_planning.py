"""Planning: what is proposed, accepted, chosen otherwise, and mended after leave; runs are kept whole."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from allocation.sessions.check import broken_rules
from allocation.sessions.problem import Decision, Kind, Urgency
from refuge.audit.service import SYSTEM
from refuge.database import now
from refuge.errors import Refused
from refuge.inreach.models import Booking, BookingPerson, BookingState
from refuge.inreach.problem import build_problem
from refuge.inreach.queries.proposals import proposals_of
from refuge.inreach.service.planning import accept, erase_plans, keep_run, plan, proposal_or_refuse
from refuge.inreach.shelved import digest_of, problem_in, solution_in
from refuge.inreach.shown_plan import Names
from refuge.inreach.touched import touched
from refuge.london import day_begins, london_date
from support_plans import models as plans
from support_plans.models import Interpreter, TimeKind
from support_plans.service.needs import Time, set_times
from tests.builders import Pilot
from tests.inreach.rows import add_room, ask, book_one, furnish, held, moment, stay_ref
from tests.rota.rows import DAWN, MARK, add_exception
from tests.support_plans.rows import actor_of, add_resident

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.database import Database
    from refuge.inreach.models import SessionRun
    from tests.inreach.rows import House


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.writing() as db:
        yield db


@pytest.fixture
def house(db: Session) -> House:
    return furnish(db)


@pytest.fixture
def dawn(db: Session) -> Person:
    return Pilot().person(db, DAWN)


def planned(db: Session, dawn: Person, *, mend: bool = False, decisions: tuple[Decision, ...] = ()) -> SessionRun:
    """Plan as the page does, and keep the run."""
    made = plan(db, dawn.network_id, at=now(), decisions=decisions, mend=mend)
    return keep_run(db, made, by=dawn, actor=actor_of(dawn), at=now())


def test_a_plan_proposes_what_is_due_and_passes_its_check(db: Session, house: House, dawn: Person) -> None:
    for woman in (house.her, house.there):
        ask(db, woman)
    run = planned(db, dawn)
    problem, answer = problem_in(run), solution_in(run)
    assert broken_rules(problem, answer) == []
    assert digest_of(problem) == run.problem_digest
    assert run.placed == run.asked >= 4
    assert run.proven
    assert {one.house for one in answer.proposals} == {Pilot().refuge(db, name).ref for name in ("WALL", "Panahghar")}
    assert db.scalars(select(Booking)).all() == []


def test_what_a_need_says_reaches_the_solver(db: Session, house: House, dawn: Person) -> None:
    add_resident(db, "Elsewhere")
    held(db, house, 5, "attended")
    need = ask(
        db, house.her, service="mental_health_assessment", every_days=None, how_many=1, urgency=plans.Urgency.URGENT,
        latest_on=london_date(now()) + timedelta(days=5), excluded_worker_id=house.mark.id, childcare=True,
        interpreter=Interpreter.NEEDED, interpreter_language="fa",
    )  # fmt: skip
    time = Time(600, 660, TimeKind.CANNOT, "court", on_date=london_date(now()) + timedelta(days=1))
    set_times(db, house.her, [time], by=dawn, actor=actor_of(dawn), at=now())
    problem = build_problem(db, dawn.network_id, at=now())
    wanted = next(one for one in problem.wanted if one.need == need.ref)
    assert (wanted.kind, wanted.urgency, wanted.childcare) == (Kind.ASSESSMENT, Urgency.URGENT, True)
    assert wanted.excluded_workers == (house.mark.ref,)
    assert wanted.interpreter is not None
    assert wanted.interpreter.language == "fa"
    resident = next(one for one in problem.residents if one.ref == stay_ref(db, house.her))
    assert [span.until_at - span.from_at for span in resident.cannot] == [60]
    assert {one.ref for one in problem.residents} == {
        stay_ref(db, one) for one in (house.her, house.other, house.there)
    }
    assert {one.ref for one in problem.workers} == {house.dawn.ref, house.mark.ref}


def test_women_who_asked_for_a_group_are_planned_together(db: Session, house: House, dawn: Person) -> None:
    add_room(db, name="Lounge", capacity=8)
    for woman in (house.her, house.other):
        ask(db, woman, service="group", minutes=90)
    run = planned(db, dawn)
    first = proposals_of(db, run, at=now())[0]
    assert first.is_group
    booking = accept(db, run, first, by=dawn, actor=actor_of(dawn), at=now())
    rows = db.scalars(select(BookingPerson).where(BookingPerson.booking_id == booking.id)).all()
    assert {row.referral_id for row in rows} == {house.her.id, house.other.id}
    assert all(row.need_id is not None for row in rows)


def test_an_accepted_proposal_is_booked_and_never_moved_by_planning(db: Session, house: House, dawn: Person) -> None:
    ask(db, house.her)
    run = planned(db, dawn)
    one = proposals_of(db, run, at=now())[0]
    booking = accept(db, run, one, by=dawn, actor=actor_of(dawn), at=now())
    assert (booking.from_at, booking.state, booking.run_id) == (one.from_at, BookingState.BOOKED, run.id)
    assert one.session not in {left.session for left in proposals_of(db, run, at=now())}
    with pytest.raises(Refused, match="no longer proposed"):
        proposal_or_refuse(db, run, one.session, at=now())
    ask(db, house.other, urgency=plans.Urgency.URGENT)
    again = problem_in(planned(db, dawn))
    assert [(kept.ref, kept.until_at - kept.from_at) for kept in again.booked] == [(booking.ref, 50)]
    assert one.session not in {wanted.ref for wanted in again.wanted}


def test_what_is_accepted_without_an_interpreter_is_kept_and_not_confirmed(
    db: Session, house: House, dawn: Person
) -> None:
    ask(db, house.her, interpreter=Interpreter.NEEDED, interpreter_language="fa")
    run = planned(db, dawn)
    one = proposals_of(db, run, at=now())[0]
    assert one.asks == ("interpreter",)
    booking = accept(db, run, one, by=dawn, actor=actor_of(dawn), at=now())
    assert (booking.state, booking.interpreter) == (BookingState.UNCONFIRMED, Interpreter.NEEDED)


def test_a_proposal_whose_time_was_taken_is_refused_and_books_nothing(db: Session, house: House, dawn: Person) -> None:
    ask(db, house.her)
    run = planned(db, dawn)
    one = proposals_of(db, run, at=now())[0]
    refuge = Pilot().refuge(db, "WALL")
    assert one.refuge_id == refuge.id
    taken = book_one(db, house, one.from_at, people=[])
    with pytest.raises(Refused, match="another session"):
        accept(db, run, one, by=dawn, actor=actor_of(dawn), at=now())
    assert db.scalars(select(Booking.id)).all() == [taken.id]


def test_another_time_is_kept_and_the_rest_planned_around_it(db: Session, house: House, dawn: Person) -> None:
    need = ask(db, house.her, every_days=None, how_many=1)
    run = planned(db, dawn)
    was = proposals_of(db, run, at=now())[0]
    to = was.from_at + timedelta(days=1)
    to = moment(11) if to.weekday() > 4 else to
    problem = problem_in(run)
    minutes = int((to - day_begins(run.from_on)).total_seconds() // 60)
    room = problem.rooms[0].ref if problem.rooms[0].house == Pilot().refuge(db, "WALL").ref else problem.rooms[1].ref
    again = planned(db, dawn, decisions=(Decision(was.session, house.dawn.ref, minutes, room),))
    now_is = proposals_of(db, again, at=now())[0]
    assert (now_is.session, now_is.from_at) == (was.session, to)
    assert solution_in(again).proposals[0].decided
    assert problem_in(again).decisions[0].session.startswith(need.ref)
    left = planned(db, dawn, decisions=(Decision(was.session),))
    assert [one.decided for one in solution_in(left).unplaced] == [True]


def test_leave_lists_what_it_touches_and_mending_moves_nothing_else(db: Session, house: House, dawn: Person) -> None:
    for woman in (house.her, house.other, house.there):
        ask(db, woman)
    run = planned(db, dawn)
    before = {one.session: (one.worker_id, one.from_at) for one in proposals_of(db, run, at=now())}
    day = min(at for _, at in before.values())
    on = london_date(day)
    hit = {session for session, (_, at) in before.items() if london_date(at) == on}
    add_exception(db, house.dawn, day_begins(on), day_begins(on + timedelta(days=1)))
    women = frozenset(stay_ref(db, woman) for woman in (house.her, house.other, house.there))
    today = build_problem(db, dawn.network_id, at=now())
    names = Names({house.dawn.ref: "Dawn"}, women)
    said = touched(problem_in(run), solution_in(run), today, (), names, at=now())
    assert len(said) == len(hit)
    assert all("Dawn is not on the rota there then" in sentence for sentence in said)
    mended = planned(db, dawn, mend=True)
    after = {one.session: (one.worker_id, one.from_at) for one in proposals_of(db, mended, at=now())}
    assert {session for session in before if before[session] != after.get(session)} == hit
    assert mended.why == "mended"
    assert touched(problem_in(mended), solution_in(mended), today, (), names, at=now()) == []


def test_a_need_that_nobody_can_meet_says_why(db: Session, house: House, dawn: Person) -> None:
    ask(db, house.there, MARK)
    run = planned(db, dawn)
    assert run.placed == 0
    unplaced = solution_in(run).unplaced
    assert len(unplaced) == run.asked
    assert all(one.barriers for one in unplaced)


def test_what_a_plan_was_about_is_erased_and_its_figures_stay(db: Session, house: House, dawn: Person) -> None:
    ask(db, house.her)
    run = planned(db, dawn)
    figures = run.asked, run.placed
    assert erase_plans(db, before=now() + timedelta(days=1), actor=SYSTEM, at=now()) == 1
    db.expire_all()
    assert (run.asked, run.placed) == figures
    with pytest.raises(Refused, match="erased"):
        problem_in(run)
    assert planned(db, dawn).asked == figures[0]
