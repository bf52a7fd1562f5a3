"""Events, households and people: three units, counted by hand, never mixed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from refuge.database import now
from refuge.placements.models import Search, TurnAway
from refuge.referrals.models import PossibleSame
from refuge.statistics.counting import (
    ALL,
    PLACED,
    RECEIVED,
    REST,
    SERVICE,
    Basis,
    Counting,
    Share,
    Unit,
    by_need,
    cross,
    half_up,
    headlines,
    in_period,
)
from refuge.statistics.dimensions import BANDS, band, combination_words, dimensions, needs_in
from refuge.statistics.facts import NEEDS, Outcome
from refuge.statistics.periods import Period, quarter_of
from refuge.statistics.pseudonyms import Same
from refuge.statistics.queries.facts import facts
from refuge.statistics.queries.words import words
from tests.builders import Pilot
from tests.statistics.rows import AWAY, GONE, THEN, WAITING, fact, lived, paper, referred

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from refuge.database import Database
    from refuge.statistics.counting import Table
    from refuge.statistics.facts import Fact

PAPER = Period(date(2015, 12, 1), date(2016, 9, 30))
OUTCOMES = st.sampled_from(list(Outcome))


def read(db: Session, period: Period = PAPER) -> list[Fact]:
    return list(facts(db, Pilot().person(db, "manager.wall").network_id, period))


def tables(found: list[Fact], lists: dict[str, dict[str, str]] | None = None) -> dict[str, Table]:
    return {table.key: table for table in Counting(lists or {}).add_all(found).tables()}


def test_the_papers_window_says_6_of_23_and_7_of_11_and_that_they_may_overlap(database: Database) -> None:
    with database.write() as db:
        paper(db)
        found = in_period(read(db), PAPER)
    rates = by_need(found)
    assert str(rates["mental_health"].unsuccessful) == "6 of 23 (26%)"
    assert str(rates["substance"].unsuccessful) == "7 of 11 (64%)"
    assert rates[ALL].unsuccessful.of == 32, "two women have both needs: never 34"
    assert "never add the rows up" in tables(found)["need"].note


def test_the_three_units_are_counted_apart(database: Database) -> None:
    with database.write() as db:
        twice: dict[str, Any] = {"name_key": "ann invented", "born_on": date(1990, 5, 1)}
        referred(db, AWAY, "C01", children=(3,), **twice)
        referred(db, children=(3, 9), adult_dependants=1, **twice)
        referred(db, AWAY, "C01", name_key="ann invented")  # no birth date: she may be another Ann
        counted = tables(read(db))
    assert counted["need"].row(ALL) == {RECEIVED: 3, PLACED: 1, SERVICE: 2, REST: 0}
    assert counted["household"].row(ALL) == {RECEIVED: 2, PLACED: 1, SERVICE: 2}, "a later place erases nothing"
    assert counted["people"].row("women") == {RECEIVED: 2, PLACED: 1, SERVICE: 2}
    assert counted["people"].row("children") == {RECEIVED: 2, PLACED: 2, SERVICE: 2}, "the largest family told"
    assert counted["people"].row("adults")[RECEIVED] == 1
    assert {table.unit for table in counted.values()} == {Unit.EVENTS, Unit.HOUSEHOLDS, Unit.PEOPLE}


def test_whom_a_worker_said_to_be_one_woman_is_one_household_and_whom_not_is_two(database: Database) -> None:
    told: dict[str, Any] = {"name_key": "bo invented", "born_on": date(1991, 1, 1)}
    with database.write() as db:
        one, other = referred(db, name_key="bee"), referred(db, name_key="bea")
        like, unlike = referred(db, **told), referred(db, **told)
        for (low, high), same in (((one, other), True), ((like, unlike), False)):
            db.add(PossibleSame(low_id=low.id, high_id=high.id, score=80, grounds=[], same=same, decided_at=now()))
        db.flush()
        found = {fact.number: fact.household for fact in read(db)}
    assert found[one.id] == found[other.id]
    assert found[like.id] != found[unlike.id]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20), st.permutations(range(10)))
def test_households_that_are_one_are_found_as_one_in_whatever_order_they_are_asked_for(
    pairs: list[tuple[int, int]], order: list[int]
) -> None:
    joined = {one: {one} for one in range(10)}
    for one, other in pairs:
        whole = joined[one] | joined[other]
        joined |= dict.fromkeys(whole, whole)
    same = Same()
    same.join(pairs)
    for _ in range(2):
        assert {one: same.of(one) for one in order} == {one: min(joined[one]) for one in order}


def test_a_pseudonym_needs_the_key_and_tells_nothing(database: Database) -> None:
    with database.write() as db:
        referred(db, name_key="cy invented", born_on=date(1992, 2, 2))
        before = read(db)[0].household
        db.info["audit key"] = b"another installation"
        assert read(db)[0].household != before


def test_not_asked_is_never_no(database: Database) -> None:
    with database.write() as db:
        referred(db)  # nobody asked anything
        referred(
            db, needs={"mental_health": "no", "alcohol": "no", "drugs": "no"}, recourse="RECOURSE", access_asked=True
        )
        referred(db, needs={"mental_health": "not_asked", "alcohol": "low"}, recourse="NOT_KNOWN")
        unasked = Counter(need for fact in read(db) for need in needs_in(fact.unasked))
        counted = tables(read(db))["need"]
    assert unasked["mental_health"] == 2
    assert unasked["substance"] == 1, "one said no, one is known to need help"
    assert unasked["nrpf"] == 2
    assert (counted.count("mental_health", RECEIVED), counted.count("substance", RECEIVED)) == (0, 1)


def test_both_days_are_there_and_each_figure_goes_by_one(database: Database) -> None:
    march = datetime(2026, 3, 31, 22, tzinfo=UTC)  # 23:00 in London
    with database.write() as db:
        referred(db, AWAY, "C01", at=march, hours=3)
        first, second = quarter_of(date(2026, 3, 1)), quarter_of(date(2026, 4, 1))
        assert len(in_period(read(db, first), first)) == 1
        assert in_period(read(db, second), second) == []
        assert in_period(read(db, first), first, Basis.DECIDED) == []
        assert len(in_period(read(db, second), second, Basis.DECIDED)) == 1


def test_one_recorded_twice_is_counted_nowhere_and_a_turn_away_taken_back_is_open(database: Database) -> None:
    with database.write() as db:
        referred(db, GONE, "I03")
        back = referred(db, AWAY, "C01")
        back.state, back.closed_at = WAITING, None
        db.flush()
        taken = db.scalars(select(TurnAway).where(TurnAway.referral_id == back.id)).one()
        taken.taken_back_at, taken.taken_back_by_id, taken.taken_back_why = THEN, taken.decided_by_id, "She rang again."
        db.flush()
        found = read(db)
        assert [one.outcome for one in found] == [Outcome.OPEN]
        assert found[0].decided_at is None
        again = referred(db, AWAY, "C04")
        standing = db.scalars(select(TurnAway).where(TurnAway.referral_id == again.id)).one()
        taken.referral_id = again.id
        db.flush()
        assert standing.reason in {one.reason for one in read(db)}, "the one that stands, not the one taken back"


def test_the_sides_are_told_apart_and_both_rates_stand_together(database: Database) -> None:
    with database.write() as db:
        for reason in ("C01", "C04", "K02", "I01", "O02"):
            referred(db, AWAY, reason)
        referred(db, GONE, "K06")
        referred(db)
        referred(db, WAITING)
        found = read(db)
    rates = headlines(found)
    assert str(rates.unsuccessful) == "6 of 7 (86%)"
    assert str(rates.unmet) == "2 of 6 (33%)", "of those decided that were for this service"
    assert tables(found)["need"].row(ALL) == {RECEIVED: 8, PLACED: 1, SERVICE: 2, REST: 5}


def test_a_placed_referral_counts_at_her_refuge_and_a_turn_away_where_it_was_decided(
    database: Database,
) -> None:
    with database.write() as db:
        lived(db, referred(db, by="referrer"), "Panahghar/Room 1", THEN + timedelta(hours=30))
        referred(db, AWAY, "C01")
        referred(db, AWAY, "C01", by="referrer")
        found = read(db)
    assert Counter(one.refuge for one in found) == {"Panahghar": 1, "WALL": 1, "": 1}
    assert next(one for one in found if one.refuge == "Panahghar").hours_to_decision == 30


def test_another_networks_referrals_are_not_counted(database: Database) -> None:
    with database.write() as db:
        referred(db, by="worker.elsewhere")
        assert read(db) == []


def test_need_by_outcome_reason_refuge_area_referrer_and_together(database: Database) -> None:
    with database.write() as db:
        person = Pilot().person(db, "worker.wall")
        told: dict[str, Any] = {"from_area": "E06000016", "source": "POLICE", "ethnicity": "A2"}
        row = referred(
            db, AWAY, "C07", needs={"mental_health": "high", "drugs": "low"}, recourse="NRPF_CONDITION", **told
        )
        db.add(Search(referral_id=row.id, asked="A list", result="no_space", searched_by_id=person.id, at=THEN))
        referred(db, needs={"mental_health": "low"})
        db.flush()
        found, by = read(db), dimensions(words(db))
        counted = {table.key: table for table in Counting(words(db)).add_all(found).tables()}
    assert cross(found, by["need"], by["outcome"]).count("mental_health", "service") == 1
    assert cross(found, by["need"], by["outcome"]).row("mental_health")[ALL] == 2
    assert cross(found, by["need"], by["reason"]).count("nrpf", "C07") == 1
    assert cross(found, by["area"], by["source"]).count("E06000016", "POLICE") == 1
    assert counted["combination"].row("7")[SERVICE] == 1
    assert dict(counted["combination"].rows)["7"] == "Mental health, alcohol or drugs and no recourse"
    assert dict(counted["combination"].rows)["1"] == "Mental health only"
    assert counted["ethnicity"].row("Asian or Asian British")[RECEIVED] == 1
    assert counted["searches"].row("1")[SERVICE] == 1
    assert counted["reason"].count("C07", RECEIVED) == 1


def test_counting_asks_as_many_queries_for_a_hundred_as_for_one(database: Database) -> None:
    from sqlalchemy import event  # noqa: PLC0415  only here

    asked: list[str] = []
    with database.write() as db:
        for _ in range(100):
            referred(db)
        event.listen(database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
        assert len(read(db)) == 100
    assert len(asked) < 15


@given(st.lists(st.tuples(OUTCOMES, st.sets(st.sampled_from(list(NEEDS))), st.integers(0, 5)), max_size=40))
def test_every_table_adds_up_to_the_whole(drawn: list[tuple[Outcome, set[str], int]]) -> None:
    found = [fact(outcome, number % 7, *needs, children=kids) for number, (outcome, needs, kids) in enumerate(drawn)]
    counted = tables(found)
    whole = counted["need"].row(ALL)
    for key in ("combination", "refuge", "ethnicity", "area", "source", "children", "searches"):
        table = counted[key]
        assert {column: sum(table.count(row, column) for row, _ in table.rows) for column, _ in table.columns} == whole
        for row, _ in table.rows:
            told = table.row(row)
            assert told[RECEIVED] == told[PLACED] + told[SERVICE] + told[REST]
    assert counted["household"].count(ALL, RECEIVED) == len({one.household for one in found})


@given(st.floats(0, 10_000))
def test_bands_of_waiting_leave_no_gap(hours: float) -> None:
    limits = [below for below, _ in BANDS.values()]
    assert list(BANDS).index(band(hours)) == sum(hours > below for below in limits)


def test_rounding_is_half_up_and_nothing_of_nothing_is_a_dash() -> None:
    assert [half_up(number) for number in (0.5, 1.5, 2.5, 2.49)] == [1, 2, 3, 2]
    assert str(Share(0, 0)) == "–"
    assert len(combination_words()) == 8
