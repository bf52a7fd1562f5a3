"""How many were not placed, by need and reason: exact for managers, naming nobody, never added up."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from refuge.beds.models import Hold, HoldEnd
from refuge.database import new_ref, now
from refuge.london import london_date
from refuge.placements.forms.turn_aways import year_before
from refuge.placements.models import TurnAway
from refuge.placements.queries.hold_counts import hold_counts
from refuge.placements.queries.turn_away_counts import turn_away_counts
from refuge.placements.views.turn_aways import share
from refuge.referrals.models import Answer, Child, ChildSex, Need, NeedLevel, Recourse, ReferralState
from tests.builders import Pilot, add_referral

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from refuge.database import Database
    from refuge.placements.queries.turn_away_counts import Counts

THEN = datetime(2016, 3, 1, 12, tzinfo=UTC)
PERIOD = (date(2015, 12, 1), date(2016, 9, 30))
PLACED, AWAY, GONE = ReferralState.PLACED, ReferralState.TURNED_AWAY, ReferralState.WITHDRAWN


def referred(
    db: Session,
    state: ReferralState = PLACED,
    reason: str = "",
    *,
    by: str = "worker.wall",
    at: datetime = THEN,
    needs: dict[str, str] | None = None,
    children: tuple[int, ...] = (),
    recourse: str = "",
    **told: Any,  # noqa: ANN401  any column
) -> None:
    """Add a referral of the period; `reason` of a turn-away or a withdrawal."""
    ended: dict[str, Any] = {"closed_at": at} if state in {AWAY, GONE} else {}
    if state is GONE:
        ended["outcome"] = reason
    levels = [Need(need=need, level=NeedLevel(level)) for need, level in (needs or {}).items()]
    rows: dict[str, Any] = {
        "needs": levels,
        "children": [Child(position=place, age=age, sex=ChildSex.GIRL) for place, age in enumerate(children)],
        "recourse": Recourse(status=recourse, routes=[]) if recourse else None,
    }
    row = add_referral(db, by, received_at=at, state=state, **rows, **ended, **told)
    if state is AWAY and reason:
        db.add(
            TurnAway(
                ref=new_ref(db, TurnAway), referral_id=row.id, ended_by="service", reason=reason, contributing=[],
                barriers={}, note="Said", decided_by_id=Pilot().person(db, by).id, decided_at=at,
            ),
        )  # fmt: skip
    db.flush()


def count(db: Session, name: str = "manager.wall", since: date = PERIOD[0], until: date = PERIOD[1]) -> Counts:
    return turn_away_counts(db, Pilot().person(db, name), since=since, until=until)


def paper(db: Session) -> None:
    """Add the referrals that the partnership's paper counts: 6 of 23 and 7 of 11, two women with both needs."""
    both = {"mental_health": "high", "alcohol": "low"}
    for _ in range(2):
        referred(db, AWAY, "C07", needs=both)
    for place in range(21):
        referred(db, AWAY if place < 4 else PLACED, "C04" if place < 4 else "", needs={"mental_health": "medium"})
    for place in range(9):
        referred(db, AWAY if place < 5 else PLACED, "C05" if place < 5 else "", needs={"drugs": "low"})


def test_the_period_of_the_paper_reads_6_of_23_and_7_of_11(
    sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    with database.write() as db:
        paper(db)
        needs = count(db).needs
    assert (needs["mental_health"].unplaced, needs["mental_health"].decided) == (6, 23)
    assert (needs["substance"].unplaced, needs["substance"].decided) == (7, 11)
    assert (needs["all"].unplaced, needs["all"].decided) == (11, 32)
    page = sign_in_as("manager.panahghar").get("/turn-aways?since=1+12+2015&until=30+9+2016").text
    assert "6 of 23 (26%)" in page
    assert "7 of 11 (64%)" in page
    assert "1 December 2015 to 30 September 2016" in page
    assert "never add the rows up" in page
    assert "referral events" in page


def test_the_two_headline_rates_are_two_numbers(database: Database) -> None:
    with database.write() as db:
        for state, reason in (
            (PLACED, ""), (AWAY, "C01"), (AWAY, "K03"), (AWAY, "I02"), (GONE, "K05"), (GONE, "I01"),
            (ReferralState.WAITING, ""), (ReferralState.HELD, ""),
        ):  # fmt: skip
            referred(db, state, reason)
        every = count(db).needs["all"]
    assert (every.received, every.decided, every.unplaced) == (8, 6, 5)
    assert (every.capacity, every.for_us) == (1, 4)
    assert every.reasons == {"C01": 1, "K03": 1, "I02": 1, "K05": 1, "I01": 1}


@pytest.mark.parametrize(("state", "reason"), [(AWAY, "I03"), (GONE, "I03")])
def test_what_was_recorded_twice_is_counted_nowhere_and_said(
    database: Database, state: ReferralState, reason: str
) -> None:
    with database.write() as db:
        referred(db, state, reason)
        found = count(db)
    assert found.needs["all"].received == 0
    assert found.twice == 1


@pytest.mark.parametrize(
    ("told", "needs"),
    [
        ({"needs": {"mental_health": "low"}}, {"mental_health"}),
        ({"needs": {"mental_health": "no", "alcohol": "no"}}, set()),
        ({"needs": {"alcohol": "high"}}, {"substance"}),
        ({"needs": {"drugs": "medium", "self_harm": "high"}}, {"substance"}),
        ({"needs": {"alcohol": "low", "drugs": "low"}}, {"substance"}),
        ({"recourse": "NRPF_CONDITION"}, {"nrpf"}),
        ({"recourse": "OVERSTAYER_OR_NONE"}, {"nrpf"}),
        ({"recourse": "NOT_KNOWN"}, set()),
        ({"recourse": "MVDAC_LEAVE"}, set()),
        ({"children_come": Answer.YES}, {"children"}),
        ({"children": [2, 3]}, {"children"}),
        ({"access": ["step_free"]}, {"access"}),
        ({"access_asked": True}, set()),
    ],
)  # fmt: skip
def test_each_need_counts_whom_it_should(database: Database, told: dict[str, Any], needs: set[str]) -> None:
    with database.write() as db:
        referred(db, **told)
        found = count(db).needs
    assert {need for need, row in found.items() if row.received} == {"all", *needs}
    assert all(row.received in {0, 1} for row in found.values())


@pytest.mark.parametrize(
    ("at", "counted"),
    [
        (datetime(2015, 11, 30, 23, 59, tzinfo=UTC), 0),
        (datetime(2015, 12, 1, 0, 0, tzinfo=UTC), 1),
        (datetime(2016, 9, 30, 22, 59, tzinfo=UTC), 1),
        (datetime(2016, 9, 30, 23, 0, tzinfo=UTC), 0),
    ],
)
def test_the_period_is_of_london_days_by_the_day_received(database: Database, at: datetime, counted: int) -> None:
    with database.write() as db:
        referred(db, at=at)
        assert count(db).needs["all"].received == counted


def test_the_whole_network_is_counted_also_what_was_not_shared_and_no_other(database: Database) -> None:
    with database.write() as db:
        for by in ("worker.wall", "worker.panahghar", "referrer"):
            referred(db, by=by, shared=False)
        referred(db, by="worker.elsewhere")
        assert count(db).needs["all"].received == 3
        assert count(db, "manager.elsewhere").needs["all"].received == 1


@pytest.mark.parametrize("name", ["worker.wall", "commissioner", "referrer", "practitioner", "administrator"])
def test_only_managers_of_refuges_count(
    sign_in_as: Callable[[str], FlaskClient], database: Database, name: str
) -> None:
    assert sign_in_as(name).get("/turn-aways").status_code == 403
    with database.write() as db:
        referred(db)
        assert count(db, name).needs["all"].received == 0


def test_the_page_names_nobody(sign_in_as: Callable[[str], FlaskClient], database: Database) -> None:
    with database.write() as db:
        referred(db, AWAY, "C03", name="Danielle", by="worker.panahghar")
    page = sign_in_as("manager.wall").get("/turn-aways?since=1+12+2015&until=30+9+2016").text
    assert "No accessible bed" in page
    assert "Danielle" not in page
    assert "Panahghar" not in page
    assert not re.search(r"\b[RT]-[0-9]{5}\b", page)


def test_what_nobody_gave_a_reason_for_is_said_so(database: Database) -> None:
    with database.write() as db:
        referred(db, AWAY)
        found = count(db)
    assert [reason.label for reason in found.reasons] == ["No reason was recorded"]


def test_at_first_the_last_twelve_months_are_shown(
    sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    today = london_date(now())
    with database.write() as db:
        referred(db, AWAY, "C09", at=now() - timedelta(hours=1))
        referred(db, AWAY, "C10", at=now() - timedelta(days=370))
    page = sign_in_as("manager.wall").get("/turn-aways").text
    assert f"to {today.day} {today:%B %Y}" in page
    assert "bed cannot be funded" in page
    assert "Age or sex of a child" not in page


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("since=nonsense", "Enter the first day"),
        ("since=1+9+2016&until=1+8+2016", "not before the first"),
        ("until=1+1+2030", "not in the future"),
    ],
)
def test_a_period_that_makes_no_sense_is_asked_for_again(
    sign_in_as: Callable[[str], FlaskClient], asked: str, said: str
) -> None:
    answer = sign_in_as("manager.wall").get(f"/turn-aways?{asked}")
    assert answer.status_code == 422
    assert said in answer.text


@pytest.mark.parametrize(
    ("on", "begins"),
    [
        (date(2026, 11, 24), date(2025, 11, 25)),
        (date(2028, 2, 29), date(2027, 3, 1)),
        (date(2027, 2, 28), date(2026, 3, 1)),
    ],
)
def test_twelve_months_are_never_a_day_more(on: date, begins: date) -> None:
    assert year_before(on) == begins


def test_nothing_is_divided_by_nothing() -> None:
    assert share(0, 0) == "–"
    assert share(0, 3) == "0 of 3 (0%)"


def test_the_work_does_not_grow_with_the_referrals(database: Database) -> None:
    said: list[str] = []

    def queries() -> int:
        said.clear()
        with database.reading() as db:
            turn_away_counts(db, Pilot().person(db, "manager.wall"), since=PERIOD[0], until=PERIOD[1])
        return len(said)

    event.listen(database.engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    with database.write() as db:
        referred(db, AWAY, "C01")
    few = queries()
    with database.write() as db:
        paper(db)
    assert queries() == few


def test_what_became_of_held_beds_is_counted_with_why_they_were_let_go(
    database: Database, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    at = now()
    ends: list[dict[str, Any]] = [
        {"ended_at": at, "ended_how": HoldEnd.USED},
        {"ended_at": at, "ended_how": HoldEnd.RELEASED, "release_reason": "not_coming"},
        {"ended_at": at, "ended_how": HoldEnd.RELEASED, "release_reason": "not_coming"},
        {"until_at": at - timedelta(minutes=30)},
    ]
    with database.write() as db:
        for number, told in enumerate(ends):
            referral = add_referral(db)
            begun = at - timedelta(days=number + 1)
            more = {"until_at": begun + timedelta(days=2), **told}
            if "ended_at" in told:
                more["ended_at"] = begun + timedelta(minutes=5)
            else:
                more["until_at"] = begun + timedelta(minutes=30)
            db.add(
                Hold(
                    bed_id=Pilot().bed(db, "WALL", "Room 1").id, referral_id=referral.id, from_at=begun,
                    held_by_id=referral.taken_by_id, **more,
                ),
            )  # fmt: skip
        db.flush()
        today = london_date(at)
        period: dict[str, Any] = {"since": today - timedelta(days=9), "until": today, "at": at}
        told = {row.words: row.number for row in hold_counts(db, Pilot().person(db, "manager.wall"), **period)}
        assert told == {"She moved in": 1, "It lapsed": 1, "It still stands": 0, "Let go: she is not coming": 2}
        assert hold_counts(db, Pilot().person(db, "worker.wall"), **period) == []
        others = hold_counts(db, Pilot().person(db, "manager.elsewhere"), **period)
        assert sum(row.number for row in others) == 0
    page = sign_in_as("manager.wall").get("/turn-aways").text
    assert "Let go: she is not coming" in page
