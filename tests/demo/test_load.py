"""Loading the demonstration: the database takes it, it holds every hard case, and it reads as the seed paper does."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import and_, func, or_, select

from allocation.beds.eligibility import pair
from allocation.beds.solution import Verdict
from allocation.beds.standing import Context
from refuge.accounts.models import Network, Person
from refuge.audit.models import AuditEvent
from refuge.beds.filters import Filters
from refuge.beds.models import Bed, Closure, Hold, Refuge, Stay
from refuge.beds.occupancy import Closed, Free, Held, Occupied
from refuge.beds.queries import board
from refuge.codes.queries import labels
from refuge.database import Base, Referable
from refuge.demo.load import load_demo
from refuge.demo.paper import FIRST, LAST
from refuge.demo.replays import publish_replay
from refuge.london import day_begins
from refuge.placements.changes import what_changed
from refuge.placements.models import (
    Asking,
    BedMove,
    Exclusion,
    MatchRun,
    MoveOn,
    Offer,
    Search,
    TakingOver,
    TurnAway,
    WaitingReview,
)
from refuge.placements.problem.border import build_problem
from refuge.placements.queries.rules import rules_now
from refuge.placements.queries.turn_away_counts import turn_away_counts
from refuge.placements.service.matching import problem_in, solution_in
from refuge.referrals.models import (
    ConflictPair,
    Need,
    NeedLevel,
    PossibleSame,
    Recourse,
    Referral,
    ReferralState,
)
from refuge.replays.models import ReplayState
from refuge.replays.queries import replays
from refuge.schema import migrate
from support_plans.models import Task, TaskKind
from tests.databases import open_database
from tests.demo.conftest import LOADED

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from refuge.database import Database

A_TELEPHONE_NUMBER = re.compile(r"\+?\d[\d ()-]{7,}\d")
GIVEN_TO_NOBODY = re.compile(r"07700 ?900 ?\d{3}")
NEEDING = {"mental_health": ("mental_health",), "substance": ("alcohol", "drugs")}


@pytest.fixture
def network(demo: Session) -> int:
    return demo.scalars(select(Network.id).where(Network.name.startswith("Leicester"))).one()


def waiting(demo: Session, network: int) -> list[Referral]:
    mine = and_(Referral.network_id == network, Referral.state == ReferralState.WAITING)
    return list(demo.scalars(select(Referral).where(mine)))


@pytest.mark.parametrize(("need", "received", "unplaced"), [("mental_health", 23, 6), ("substance", 11, 7)])
def test_the_period_of_the_seed_paper_reads_as_the_paper_does(
    demo: Session, network: int, need: str, received: int, unplaced: int
) -> None:
    since, until = day_begins(FIRST), day_begins(LAST + timedelta(days=1))
    had_it = Referral.needs.any(
        and_(Need.need.in_(NEEDING[need]), Need.level.in_(set(NeedLevel) - {"no", "not_asked"}))
    )
    mine = and_(Referral.network_id == network, Referral.received_at >= since, Referral.received_at < until, had_it)
    rows = demo.scalars(select(Referral).where(mine)).all()
    away = set(demo.scalars(select(TurnAway.referral_id)))
    assert (len(rows), sum(row.id in away for row in rows)) == (received, unplaced)
    reader = demo.scalars(select(Person).where(Person.email == "farah@wall.example")).one()
    count = turn_away_counts(demo, reader, since=FIRST, until=LAST).needs[need]
    assert (count.received, count.decided, count.unplaced, count.capacity) == (received, received, unplaced, unplaced)


def test_the_two_rows_of_the_paper_share_women_and_never_add_up_to_people(demo: Session, network: int) -> None:
    until = day_begins(date(2017, 1, 1))
    mine = and_(Referral.network_id == network, Referral.received_at < until)
    assert demo.scalar(select(func.count()).select_from(Referral).where(mine)) == 29


def test_about_ten_households_wait_and_every_hard_case_is_among_them(demo: Session, network: int) -> None:
    rows = waiting(demo, network)
    assert 9 <= len(rows) <= 12
    unfunded = set(demo.scalars(select(Recourse.referral_id).where(Recourse.status == "NRPF_CONDITION")))
    apart = {one for pair in demo.execute(select(ConflictPair.low_id, ConflictPair.high_id)) for one in pair}
    same = set(demo.scalars(select(PossibleSame.high_id).where(PossibleSame.same.is_(True))))
    needs = {row.id: {need.need: need.level for need in row.needs} for row in rows}
    cases = {
        "a wheelchair user": [row for row in rows if "adapted" in row.access],
        "no recourse and three children": [row for row in rows if row.id in unfunded and len(row.children) == 3],
        "a son of 15": [row for row in rows if any(child.age == 15 and child.sex == "boy" for child in row.children)],
        "high mental health need and a conflict": [
            row for row in rows if row.id in apart and needs[row.id].get("mental_health") == "high"
        ],
        "pets": [row for row in rows if row.pets],
        "violence": [row for row in rows if "violence" in row.harm],
        "needed next week": [row for row in rows if row.needed_by and row.needed_by > LOADED.date()],
        "known before": [row for row in rows if row.id in same],
    }
    assert [case for case, found in cases.items() if not found] == []


def test_a_woman_who_was_asked_to_leave_is_kept_from_that_refuge_until_the_day(demo: Session, network: int) -> None:
    problem = build_problem(demo, network, at=LOADED, rules=rules_now(demo, network, at=LOADED))
    left = [household for household in problem.households if household.asked_to_leave]
    assert len(left) == 1
    assert all(until > LOADED.date() for until in left[0].asked_to_leave.values())


def test_matching_has_something_to_propose_and_somebody_to_explain(demo: Session, network: int) -> None:
    problem = build_problem(demo, network, at=LOADED, rules=rules_now(demo, network, at=LOADED))
    context = Context(problem)
    verdicts = Counter(
        pair(context, household, bed).verdict for household in problem.households for bed in problem.beds
    )
    assert verdicts[Verdict.YES] > 0
    assert verdicts[Verdict.ASK] > 0
    assert verdicts[Verdict.NO] > 0


def test_the_first_look_at_matches_shows_a_proposal_with_reasons_that_still_holds(demo: Session, network: int) -> None:
    run = demo.scalars(select(MatchRun).where(MatchRun.network_id == network)).one()
    today = build_problem(demo, network, at=LOADED, rules=rules_now(demo, network, at=LOADED))
    answer = solution_in(run)
    assert what_changed(problem_in(run), today) == []
    assert answer.proven
    assert answer.placements
    assert all(placement.reasons for placement in answer.placements)
    assert any(unplaced.changes for unplaced in answer.unplaced)
    assert all(unplaced.turnaway_reason for unplaced in answer.unplaced)


def test_beds_are_free_held_closed_and_lived_in(demo: Session) -> None:
    reader = demo.scalars(select(Person).where(Person.email == "farah@wall.example")).one()
    states = Counter(
        type(bed.occupancy.now) for house in board(demo, reader, LOADED, Filters()).houses for bed in house.beds
    )
    assert states == {Occupied: 20, Free: 6, Closed: 3, Held: 2}


def test_the_year_has_everything_that_follows_matching(demo: Session, network: int) -> None:
    year = day_begins(LOADED.date() - timedelta(days=365))
    mine = and_(Referral.network_id == network, Referral.received_at >= year)
    states = Counter(demo.scalars(select(Referral.state).where(mine)))
    assert states[ReferralState.PLACED] > 50
    assert states[ReferralState.TURNED_AWAY] > 50
    assert states[ReferralState.WITHDRAWN] > 5
    for kind in (MoveOn, Offer, Search, WaitingReview, TakingOver, Exclusion, BedMove, Asking):
        assert demo.scalar(select(func.count()).select_from(kind)), kind.__name__
    assert set(demo.scalars(select(Hold.ended_how))) == {None, "used", "released"}


def test_whoever_left_has_a_destination_and_whoever_was_turned_away_a_reason(demo: Session, network: int) -> None:
    moved = select(BedMove.from_stay_id)
    told = select(MoveOn.stay_id)
    ended = and_(Stay.ended_at.is_not(None), Stay.id.not_in(moved), Stay.id.not_in(told))
    assert demo.scalars(select(Stay.id).where(ended)).all() == []
    away = and_(Referral.network_id == network, Referral.state == ReferralState.TURNED_AWAY)
    silent = Referral.id.not_in(select(TurnAway.referral_id))
    assert demo.scalars(select(Referral.id).where(away, silent)).all() == []


def test_no_bed_was_lived_in_while_it_was_closed_or_lived_in_by_somebody_else(demo: Session) -> None:
    spans: dict[int, list[tuple[object, object]]] = {}
    for kind in (
        select(Stay.bed_id, Stay.started_at, Stay.ended_at),
        select(Closure.bed_id, Closure.from_at, Closure.ended_at),
    ):
        for bed, begins, ends in demo.execute(kind):
            spans.setdefault(bed, []).append((begins, ends or LOADED))
    for found in spans.values():
        found.sort()
        assert all(one[1] <= other[0] for one, other in pairwise(found))  # type: ignore[operator]


def test_every_code_is_in_its_list(demo: Session) -> None:
    columns = {
        "turnaway_reason": (TurnAway.reason,), "ended_by": (TurnAway.ended_by,), "told_how": (Offer.told_how,),
        "move_on_destination": (MoveOn.destination,), "move_on_reason": (MoveOn.reason,),
        "search_result": (Search.result,), "referral_source": (Referral.source,), "ethnicity": (Referral.ethnicity,),
        "language": (Referral.language,), "area": (Referral.from_area, Search.area), "now_at": (Referral.now_at,),
        "decline_reason": (Offer.decline_reason,), "outcome": (TurnAway.outcome,), "closure_reason": (Closure.reason,),
    }  # fmt: skip
    known = labels(demo, list(columns))
    for name, of_list in columns.items():
        for column in of_list:
            assert set(demo.scalars(select(column).distinct())) - {""} <= set(known[name]), name


def test_no_telephone_number_could_be_anybodys(demo: Session) -> None:
    found = A_TELEPHONE_NUMBER.findall(
        "\n".join(demo.scalars(select(Referral.safe_number + "\n" + Referral.contact_note)))
    )
    assert len(found) >= 12
    assert [number for number in found if not GIVEN_TO_NOBODY.fullmatch(number)] == []


def test_nobody_in_the_history_has_a_name(demo: Session, network: int) -> None:
    week = day_begins(LOADED.date() - timedelta(days=5))
    told = or_(Referral.name != "", Referral.born_on.is_not(None), Referral.safe_number != "")
    mine = and_(Referral.network_id == network, Referral.received_at < week, told)
    named = demo.scalars(select(Referral.name).where(mine)).all()
    assert sorted(named) == ["Bina Fictional", "Lianne Not-Real", "Tracy Invented"]


def everything(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {
            mapper.local_table.name: session.scalar(select(func.count()).select_from(mapper.local_table)) or 0  # type: ignore[attr-defined]
            for mapper in Base.registry.mappers
        }


def test_loading_it_again_changes_nothing(demonstration: Database) -> None:
    before = everything(demonstration)
    with demonstration.write() as db:
        assert not load_demo(db, at=LOADED + timedelta(days=1))
    assert everything(demonstration) == before
    with demonstration.reading() as db:
        assert db.scalars(select(AuditEvent.action).where(AuditEvent.action == "demo.loaded")).all() == ["demo.loaded"]


def test_the_same_day_loads_the_same(database: Database, demonstration: Database) -> None:
    with database.write() as db:
        said: list[str] = []
        assert load_demo(db, at=LOADED, say=said.append)
    assert any(re.fullmatch(r"Loading a year of referrals … 40 of \d+", line) for line in said)
    for kind in (Referral, Stay, TurnAway, Bed, Refuge):
        assert refs(database, kind) == refs(demonstration, kind)


def refs(database: Database, kind: type[Referable]) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(kind.ref).order_by(kind.id)))


def test_what_an_answer_asks_for_is_to_be_done_today_and_was_done_on_the_days_before(demo: Session) -> None:
    alarms = demo.scalars(select(Task).where(Task.kind == TaskKind.ALARM)).all()
    to_do, done = ([task.due_on for task in alarms if (task.done_at is None) is still] for still in (True, False))
    assert len(to_do) == 1
    assert done
    assert max(done) < to_do[0]


def test_commissioners_find_what_would_have_helped(demonstration: Database) -> None:
    publish_replay(demonstration)
    with demonstration.reading() as db:
        commissioner = db.scalars(select(Person).where(Person.email == "grace@council.example")).one()
        assert [row.state for row in replays(db, commissioner)] == [ReplayState.DONE]


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 25, 0, 20, tzinfo=UTC), datetime(2026, 11, 25, 8, 45, tzinfo=UTC),
        datetime(2027, 3, 28, 2, 0, tzinfo=UTC), datetime(2028, 2, 29, 23, 55, tzinfo=UTC),
    ],
)  # fmt: skip
def test_it_loads_at_any_hour(tmp_path: Path, at: datetime) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'demo.db'}")
    migrate(database)
    with database.write() as db:
        assert load_demo(db, at=at)
    database.engine.dispose()
