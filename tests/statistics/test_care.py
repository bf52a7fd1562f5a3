"""The figures of what was done with residents and of what in-reach gave, counted by hand: K12 to K17 and K19 to K21."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from refuge.database import new_ref
from refuge.inreach.models import Booking, BookingKind, BookingPerson, BookingState
from refuge.placements.models import MoveOn
from refuge.rota.models import Audience, Place, WorkshopPlace
from refuge.statistics.counting import ALL
from refuge.statistics.given import ATTENDED, FOR_CONTACT, MISSED, OFFERED, ROSTERED
from refuge.statistics.kpis import figures
from refuge.statistics.periods import Period, quarter_of
from refuge.statistics.queries.told import told
from support_plans.categories import Category
from support_plans.models import (
    Allocation,
    Assessment,
    Judgement,
    Leaving,
    Occasion,
    Part,
    PlanAgreement,
    PlanReview,
    RiskAssessment,
)
from tests.builders import Pilot
from tests.rota.rows import MARK, add_pattern, add_promise, add_worker, add_workshop, at
from tests.statistics.rows import lived, referred

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from refuge.database import Database
    from refuge.referrals.models import Referral
    from refuge.rota.models import Worker
    from refuge.statistics.kpis import Figure, Told

QUARTER = quarter_of(date(2026, 2, 1))
COUNTED_AT = datetime(2026, 4, 20, 12, tzinfo=UTC)
NEW_YEAR, MON_5, MON_12 = date(2026, 1, 1), date(2026, 1, 5), date(2026, 1, 12)


def noon(on: date) -> datetime:
    return at(on, 12)


def read(db: Session, period: Period = QUARTER, counted_at: datetime = COUNTED_AT, service: str = "") -> Told:
    network = Pilot().person(db, "manager.wall").network_id
    agency = Pilot().agency(db, service).id if service else None
    return told(db, network, period, at=counted_at, agency_id=agency)


def counted(db: Session, period: Period = QUARTER, counted_at: datetime = COUNTED_AT) -> dict[str, Figure]:
    return figures(read(db, period, counted_at))


def resident(
    db: Session,
    room: str,
    came: date,
    left: date | None = None,
    *,
    planned: bool = True,
    to: str = "PRS",
    **more: Any,  # noqa: ANN401  any column
) -> Referral:
    """Add a woman who lived in a room such as `WALL/Room 1`."""
    row = referred(db, at=noon(came) - timedelta(days=1), **more)
    stay = lived(db, row, room, noon(came), None if left is None else noon(left))
    if left is not None:
        by = Pilot().person(db, "worker.wall").id
        db.add(
            MoveOn(
                stay_id=stay.id, destination=to, planned=planned, reason="ready", recorded_by_id=by,
                recorded_at=COUNTED_AT,
            )
        )  # fmt: skip
        db.flush()
    return row


def owned(db: Session, her: Referral, name: str = "worker.wall") -> dict[str, Any]:
    return {"referral_id": her.id, "agency_id": Pilot().person(db, name).agency_id, "category": Category.GENERAL}


def agreed(db: Session, her: Referral, *days: date) -> None:
    by = Pilot().person(db, "worker.wall").id
    for number, on in enumerate(days, start=1):
        db.add(PlanAgreement(referral_id=her.id, number=number, agreed_on=on, how="together", by_id=by, at=noon(on)))
    db.flush()


def reviewed(db: Session, her: Referral, *days: date) -> None:
    by = Pilot().person(db, "worker.wall").id
    for on in days:
        db.add(PlanReview(**owned(db, her), reviewed_on=on, with_her=True, by_id=by, at=noon(on)))
    db.flush()


def assessed(db: Session, her: Referral, on: date) -> None:
    db.add(
        RiskAssessment(
            **owned(db, her), ref=new_ref(db, RiskAssessment), tool="DASH_RIC", tool_version="2009", taken_on=on,
            yes_count=3, judgement=Judgement.HIGH, reason="He has found her before", review_on=on,
            taken_by_id=Pilot().person(db, "worker.wall").id, recorded_at=noon(on),
        ),
    )  # fmt: skip
    db.flush()


def score(
    db: Session,
    her: Referral,
    occasion: Occasion,
    on: date,
    total: int,
    tool: str = "PHQ_9",
    **told: Any,  # noqa: ANN401  any column
) -> Assessment:
    row = Assessment(
        **owned(db, her, "practitioner"), ref=new_ref(db, Assessment), tool=tool, tool_version="1999",
        occasion=occasion, taken_on=on, answers={}, complete=True, total=total,
        taken_by_id=Pilot().person(db, "practitioner").id, recorded_at=noon(on), **told,
    )  # fmt: skip
    db.add(row)
    db.flush()
    return row


def session(
    db: Session,
    worker: Worker,
    on: date,
    *women: Referral,
    hour: int = 10,
    outcome: str = "",
    **told: Any,  # noqa: ANN401  any column
) -> Booking:
    """Add a session of an hour in WALL, with what came of it for each of these women."""
    plain: dict[str, Any] = {
        "kind": BookingKind.ONE_TO_ONE, "state": BookingState.DONE if outcome else BookingState.BOOKED, "live": True,
        "refuge_id": Pilot().refuge(db, "WALL").id,
    }  # fmt: skip
    by = Pilot().person(db, "practitioner").id
    minutes = told.pop("minutes", None)
    row = Booking(
        ref=new_ref(db, Booking), worker_id=worker.id, service="one_to_one", from_at=at(on, hour),
        until_at=at(on, hour + 1), made_by_id=by, made_at=at(on, 9), **{**plain, **told},
    )  # fmt: skip
    db.add(row)
    db.flush()
    noted = {"outcome": outcome, "outcome_at": row.until_at, "outcome_by_id": by} if outcome else {}
    for her in women:
        db.add(
            BookingPerson(
                booking_id=row.id, referral_id=her.id, from_at=row.from_at, until_at=row.until_at, live=row.live,
                minutes=minutes, **noted,
            ),
        )  # fmt: skip
    db.flush()
    return row


def test_a_plan_is_in_time_within_five_working_days_and_counts_once_it_is_due(database: Database) -> None:
    with database.write() as db:
        in_time = resident(db, "WALL/Room 1", MON_5)  # due on Monday the 12th
        agreed(db, in_time, MON_12, date(2026, 2, 20))
        late = resident(db, "WALL/Room 2", MON_5)
        agreed(db, late, date(2026, 1, 13))
        resident(db, "WALL/Room 3", MON_5, date(2026, 1, 9))  # left before it was due
        resident(db, "Panahghar/Room 1", date(2025, 12, 29))  # moved in before the quarter
        on_her_stay = referred(db, at=noon(MON_5))
        lived(db, on_her_stay, "Panahghar/Room 2", noon(MON_5)).plan_agreed_on = date(2026, 1, 8)
        resident(db, "Panahghar/Room 3", MON_12)  # never agreed
        db.flush()
        found = counted(db)
        soon = counted(db, Period(NEW_YEAR, MON_12), noon(MON_12))
    assert str(found["K12"].share) == "2 of 4 (50%)"
    assert str(soon["K12"].share) == "–", "whatever is due today is not over yet"


def test_risk_is_assessed_by_the_end_of_the_next_day(database: Database) -> None:
    with database.write() as db:
        for room, on in (("WALL/Room 1", MON_5), ("WALL/Room 2", date(2026, 1, 6)), ("WALL/Room 3", date(2026, 1, 7))):
            assessed(db, resident(db, room, MON_5), on)
        assessed(db, resident(db, "Panahghar/Room 1", MON_5), date(2026, 1, 2))  # before she came: not here
        resident(db, "Panahghar/Room 2", MON_5, MON_5 + timedelta(days=1))
        found = counted(db)
    assert str(found["K13"].share) == "2 of 5 (40%)"


def test_a_review_is_due_six_weeks_after_the_plan_was_agreed_or_last_reviewed(database: Database) -> None:
    with database.write() as db:
        her = resident(db, "WALL/Room 1", date(2025, 12, 1))
        agreed(db, her, date(2025, 12, 8))  # due on 19 January: reviewed then
        reviewed(db, her, date(2026, 1, 19), date(2026, 3, 10))  # due on 2 March: late by eight days
        early = resident(db, "WALL/Room 2", date(2026, 1, 5))
        agreed(db, early, date(2026, 1, 6))  # due on 17 February, done on the 3rd; the next on 17 March: never done
        reviewed(db, early, date(2026, 2, 3))
        gone = resident(db, "WALL/Room 3", date(2026, 1, 5), date(2026, 2, 1))
        agreed(db, gone, date(2026, 1, 6))  # she left before it was due
        found = counted(db)
    assert str(found["K14"].share) == "2 of 4 (50%)"


def test_sessions_not_attended_are_held_against_those_attended_and_nothing_else(database: Database) -> None:
    with database.write() as db:
        dawn = add_worker(db)
        her = resident(db, "WALL/Room 1", MON_5)
        other = resident(db, "WALL/Room 2", MON_5)
        for day, outcome in enumerate(("attended", "late", "did_not_attend", "unwell", "declined", "crisis", "")):
            session(db, dawn, MON_12 + timedelta(days=day), her, outcome=outcome)
        session(db, dawn, MON_12, her, other, hour=14, outcome="attended")
        called_off: dict[str, Any] = {"state": BookingState.CANCELLED, "live": False, "cancelled_at": noon(MON_5)}
        session(db, dawn, MON_12, her, hour=15, cancelled_why="by_her", **called_off)
        session(db, dawn, MON_12, her, hour=16, cancelled_why="replanned", **called_off)  # stands elsewhere again
        session(db, dawn, date(2026, 4, 1), her, outcome="did_not_attend")  # the next quarter
        known = read(db)
        tables = {table.key: table for table in known.given.tables()}
        elsewhere = read(db, service="Panahghar agency").given
    assert str(figures(known)["K15"].share) == "1 of 5 (20%)"
    for row in (ALL, "Health trust"):
        assert tables["provider"].row(row) == {
            "offered": 10, "attended": 4, "missed": 1, "otherwise": 3, "called_off": 1, "not_noted": 1,
        }  # fmt: skip
    assert tables["house"].count("WALL", OFFERED) == 10
    assert tables["hours"].row("Health trust") == {
        ROSTERED: 0, FOR_CONTACT: 0, OFFERED: 9, ATTENDED: 3, MISSED: 1,
    }, "a group of two is one hour"  # fmt: skip
    assert elsewhere.contacts == {}


def test_time_used_is_held_against_what_is_rostered_for_contact(database: Database) -> None:
    week = Period(MON_12, MON_12 + timedelta(days=6))
    with database.write() as db:
        dawn = add_worker(db, free_share=20, longest_contact_minutes=300)
        add_pattern(db, dawn, "WALL")  # 40 hours; for contact no more than 5 a day
        mark = add_worker(db, MARK, free_share=50)
        add_pattern(db, mark, "Panahghar", weekdays=0b1, until_minute=780)  # Mondays 9 to 13; half is left free
        add_pattern(db, add_worker(db, "worker.wall"), "WALL")  # staff of the house do not visit
        her = resident(db, "WALL/Room 1", MON_5)
        session(db, dawn, MON_12, her, outcome="attended", minutes=90)  # it took longer than an hour
        session(db, mark, MON_12, her, hour=11, outcome="attended")
        session(
            db, dawn, MON_12, kind=BookingKind.DROP_IN, hour=15, came=2, state=BookingState.DONE
        )  # nobody is booked  # fmt: skip
        known = read(db, week)
        wall = read(db, week, service="Wall agency").given.rostered
        years = read(db, Period(date(2016, 1, 1), MON_12))
    found = figures(known)
    assert known.given.rostered == {"Health trust": (2400, 1500), "Recovery agency": (240, 120)}
    assert wall == {"Health trust": (2400, 1500)}
    assert found["K16"].number == pytest.approx(100 * 210 / 1620)
    assert found["K16"].more == "4 of 27 hours", "3 and a half, half up"
    assert figures(years)["K16"].number is None, "counted over a year at most"
    assert figures(years)["K20"].number is None
    assert "longer" in next(table.note for table in years.given.tables() if table.key == "hours")


def test_a_need_is_answered_by_the_right_worker_within_seven_days(database: Database) -> None:
    with database.write() as db:
        dawn, mark = add_worker(db), add_worker(db, MARK)
        minds: dict[str, Any] = {"needs": {"mental_health": "high"}}
        both: dict[str, Any] = {"needs": {"mental_health": "low", "drugs": "medium"}}
        seen = resident(db, "WALL/Room 1", MON_5, **both)
        session(db, dawn, date(2026, 1, 11), seen, outcome="did_not_attend")  # the seventh day: offered all the same
        session(db, dawn, date(2026, 1, 8), seen, hour=14, outcome="attended")
        late = resident(db, "WALL/Room 2", MON_5, **minds)
        session(db, dawn, MON_12, late, outcome="attended")  # the eighth
        wrong = resident(db, "WALL/Room 3", MON_5, **minds)
        session(db, mark, date(2026, 1, 7), wrong, hour=9, outcome="attended")  # no answer to this need
        session(
            db, dawn, date(2026, 1, 7), wrong, hour=15, state=BookingState.CANCELLED, live=False,
            cancelled_why="worker_away", cancelled_at=noon(MON_5),
        )  # fmt: skip
        resident(db, "Panahghar/Room 1", MON_5, date(2026, 1, 10), **minds)  # left before it was due
        resident(db, "Panahghar/Room 2", MON_5, needs={"mental_health": "no"})
        found = counted(db)
    assert str(found["K17-mental_health"].share) == "1 of 3 (33%)"
    assert str(found["K17-substance"].share) == "0 of 1 (0%)"


def test_scores_are_compared_in_pairs_only(database: Database) -> None:
    start, end = Occasion.START, Occasion.END
    with database.write() as db:
        better = resident(db, "WALL/Room 1", MON_5)
        for tool, first, last in (("PHQ_9", 20, 9), ("GAD_7", 10, 11), ("CORE_10", 30, 20)):
            score(db, better, start, MON_5, first, tool)
            score(db, better, end, date(2026, 3, 1), last, tool)
        same = resident(db, "WALL/Room 2", MON_5)
        score(db, same, start, MON_5, 12)
        score(db, same, end, date(2026, 3, 1), 12)
        one = resident(db, "WALL/Room 3", MON_5)  # no last one
        score(db, one, start, MON_5, 12)
        another = resident(db, "Panahghar/Room 1", MON_5)  # of different questionnaires
        score(db, another, start, MON_5, 12, "PHQ_9")
        score(db, another, end, date(2026, 3, 1), 2, "GAD_7")
        mended = resident(db, "Panahghar/Room 2", MON_5)
        score(db, mended, start, MON_5, 12)
        typo = score(db, mended, end, date(2026, 3, 1), 2)
        score(db, mended, end, date(2026, 3, 1), 20, replaces_id=typo.id)
        found = counted(db)
    assert str(found["K19"].share) == "1 of 3 (33%)", "two of three better; the same; worse once it was corrected"


def test_cover_gaps_count_bank_holidays_weekends_and_nights_apart_from_office_hours(database: Database) -> None:
    days = Period(NEW_YEAR, MON_12 - timedelta(days=1))  # Thursday, a bank holiday, to the second Sunday
    with database.write() as db:
        add_pattern(db, add_worker(db), "WALL", weekdays=0b0001111)  # Monday to Thursday
        add_promise(db, on_bank_holidays=True)  # Monday to Friday 9 to 17: missing on the 1st, and on two Fridays
        add_promise(db, weekdays=0b1000000, on_bank_holidays=True)  # Sundays: missing on two
        add_promise(db, weekdays=0b0000001, until_minute=1080, on_bank_holidays=True)  # Mondays to 18:00: one
        add_promise(db, weekdays=0b0011111, days_a_week=4)  # four days a week: kept in the one whole week
        found = counted(db, days)
        shorter = counted(db, days, noon(NEW_YEAR) + timedelta(days=1))
        other = figures(read(db, days, service="Panahghar agency"))
    assert found["K20"].number == 4
    assert found["K20"].more == "25 hours; 2 others in office hours"
    assert shorter["K20"].number == 1, "today is not over"
    assert other["K20"].number == 0


def test_handover_is_asked_of_those_with_whom_a_pathway_works(database: Database) -> None:
    last = date(2026, 3, 2)
    with database.write() as db:
        workers = [add_worker(db), add_worker(db, MARK)]
        by = Pilot().person(db, "worker.wall").id

        def leaves(room: str, open_steps: list[str] | None, *, works: int | None = 0, to: str = "PRS") -> None:
            her = resident(db, room, MON_5, last, to=to, planned=not open_steps)
            if works is not None:
                db.add(
                    Allocation(
                        worker_id=workers[works].id, referral_id=her.id, part=Part.PRACTITIONER, from_on=MON_5,
                        made_by_id=by, made_at=noon(MON_5),
                    )
                )  # fmt: skip
            if open_steps is not None:
                db.add(
                    Leaving(
                        **owned(db, her), started_at=noon(last), started_by_id=by, ended_at=noon(last),
                        planned=not open_steps, still_open=len(open_steps), open_steps=open_steps,
                    )
                )  # fmt: skip
            db.flush()

        leaves("WALL/Room 1", [])
        leaves("WALL/Room 2", ["her_words"], works=1)  # what she says is no handover
        leaves("WALL/Room 3", ["recovery_handover", "calls"], works=1)
        leaves("Panahghar/Room 1", None)  # left without any preparation
        leaves("Panahghar/Room 2", [], works=None)  # no pathway
        leaves("Panahghar/Room 3", ["discharge"], to="DIED")
        found = counted(db)
    assert str(found["K21"].share) == "2 of 4 (50%)"


def test_training_is_counted_in_workshops_places_and_attendances(database: Database) -> None:
    with database.write() as db:
        frontline = add_workshop(db, from_at=at(MON_12, 10), until_at=at(MON_12, 12), places=5)
        leaders = add_workshop(
            db, from_at=at(MON_12, 13), until_at=at(MON_12, 15), places=3, audience=Audience.LEADERSHIP
        )
        add_workshop(db, from_at=at(MON_12, 16), until_at=at(MON_12, 17), cancelled_at=noon(MON_5))
        for workshop, name, state in (
            (frontline, "worker.wall", Place.ATTENDED), (frontline, "worker.panahghar", Place.DID_NOT_ATTEND),
            (leaders, "manager.wall", Place.ATTENDED), (leaders, "manager.panahghar", Place.CANCELLED),
        ):  # fmt: skip
            person = Pilot().person(db, name)
            db.add(
                WorkshopPlace(
                    workshop_id=workshop.id, person_id=person.id, state=state, booked_by_id=person.id,
                    booked_at=noon(MON_5),
                )
            )  # fmt: skip
        db.flush()
        table = next(table for table in read(db).given.tables() if table.key == "training")
        wall = read(db, service="Panahghar agency").given.training
    assert [table.count(row, "number") for row, _ in table.rows] == [2, 8, 1, 1, 1]
    assert (wall.frontline, wall.leadership, wall.missed) == (0, 0, 1), "a service counts its own people"
