"""What crosses the border into matching: each fact of a referral, a refuge and a bed as its code, and nothing else."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from allocation.beds.problem import (
    Answer,
    Bed,
    Check,
    Child,
    Decision,
    Funding,
    Household,
    Level,
    Occupant,
    Problem,
    Refuge,
    Risk,
    Strictness,
)
from refuge.beds.models import StaffingHours
from refuge.placements.models import Exclusion, MatchRun, MatchRunContent
from refuge.placements.problem.border import build_problem
from refuge.placements.queries.rules import first_rules
from refuge.referrals.models import (
    AdmissionCheck,
    CheckState,
    ChildSex,
    ConflictPair,
    FundingRoute,
    Judgement,
    Need,
    NeedLevel,
    PossibleSame,
    Recourse,
    Referral,
    ReferralState,
    RouteState,
    UnsafeArea,
)
from refuge.referrals.models import Answer as Told
from refuge.referrals.models import Child as ChildRow
from tests.beds.rows import NOON, closure, day, hold, stay
from tests.builders import Pilot, add_bed, add_referral

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from refuge.beds.models import Bed as BedRow
    from refuge.database import Database

TODAY = NOON.date()


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.writing() as db:
        yield db


def problem_of(db: Session, **told: Any) -> Problem:  # noqa: ANN401  any argument of `build_problem`
    network = Pilot().agency(db, "Wall agency").network_id
    db.flush()
    return build_problem(db, network, at=NOON, rules=told.pop("rules", first_rules(network, NOON)), **told)


def household(db: Session, row: Referral, **told: Any) -> Household:  # noqa: ANN401  any argument of `build_problem`
    return next(found for found in problem_of(db, **told).households if found.ref == row.ref)


def bed(db: Session, row: BedRow, **told: Any) -> Bed:  # noqa: ANN401  any argument of `build_problem`
    return next(found for found in problem_of(db, **told).beds if found.ref == row.ref)


def refuge(db: Session, name: str) -> Refuge:
    ref = Pilot().refuge(db, name).ref
    return next(found for found in problem_of(db).refuges if found.ref == ref)


def room(db: Session, name: str = "Room 1", of: str = "WALL") -> BedRow:
    return Pilot().bed(db, of, name)


# ── Whom it is about


def test_it_is_about_everybody_who_waits_in_the_network_whoever_referred_her_and_nobody_of_another(db: Session) -> None:
    waiting = {
        add_referral(db, who, shared=who != "worker.panahghar").ref for who in ("worker.wall", "worker.panahghar")
    }
    add_referral(db, "worker.elsewhere")
    add_referral(db, state=ReferralState.PLACED)
    assert {found.ref for found in problem_of(db).households} == waiting


def test_a_referral_that_is_asked_for_is_looked_at_though_it_does_not_wait(db: Session) -> None:
    held = add_referral(db, state=ReferralState.HELD)
    db.add(hold(db, room(db), held.id, -0.1, 1))
    asked = problem_of(db, also=[held.id])
    assert [found.ref for found in asked.households] == [held.ref]
    assert asked.occupants == ()
    assert next(found for found in asked.beds if found.ref == room(db).ref).free_on == TODAY


def test_nothing_but_refs_codes_and_numbers_crosses(db: Session) -> None:
    add_referral(
        db, name="Nobody Invented", safe_number="07700 900123", contact_note="Ask for the garden",
        elsewhere_unsafe="Mill Lane", preferences="Near a park", judgement_reason="He has a key",
        pets_note="Old dog", refuge_history="Was in R-00001",
    )  # fmt: skip
    told = str(asdict(problem_of(db)))
    for words in ("Invented", "07700", "garden", "Mill", "park", "key", "dog", "R-00001", "WALL", "Room", "Nowhere"):
        assert words not in told


def test_the_number_of_queries_does_not_grow_with_the_network(db: Session, database: Database) -> None:
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))

    def queries() -> int:
        db.flush()
        db.expunge_all()
        asked.clear()
        problem_of(db)
        return len(asked)

    add_referral(db)
    before = queries()
    for number in range(30):
        row = add_referral(db, "worker.panahghar")
        db.add(ChildRow(referral_id=row.id, position=0, age=number % 9, sex=ChildSex.GIRL))
        add_bed(db, Pilot().refuge(db, "WALL"), f"Flat {number}")
    assert queries() == before


# ── The household


def test_her_plain_facts_are_carried(db: Session) -> None:
    row = add_referral(
        db, judgement=Judgement.HIGH, received_at=day(-3), needed_by=TODAY + timedelta(days=2), adult_dependants=1,
        pets=2, needs_self_contained=True, prefers_by_and_for=Told.YES, prefers_self_contained=Told.YES,
        preferred_areas=["E06000017"], language="pa", elsewhere_unsafe="Mill Lane",
    )  # fmt: skip
    db.add(UnsafeArea(referral_id=row.id, area="E06000016"))
    found = household(db, row)
    assert found.risk is Risk.HIGH
    assert (found.waiting_days, found.needed_by) == (3, TODAY + timedelta(days=2))
    assert (found.adults, found.pets, found.needs_self_contained) == (2, 2, True)
    assert (found.prefers_by_and_for, found.prefers_self_contained) == (True, True)
    assert (found.preferred_areas, found.language) == (("E06000017",), "pa")
    assert (found.unsafe_areas, found.unsafe_elsewhere) == (("E06000016",), True)


def test_the_higher_of_count_and_judgement_is_her_risk(db: Session) -> None:
    row = add_referral(db, risk_tool="DASH_RIC", risk_count=15, judgement=Judgement.MEDIUM)
    assert household(db, row).risk is Risk.HIGH
    assert household(db, add_referral(db)).risk is Risk.NOT_ASSESSED


@pytest.mark.parametrize(("come", "known"), [(Told.NOT_ASKED, False), (Told.YES, False), (Told.NO, True)], ids=str)
def test_an_empty_list_of_children_says_nothing_until_somebody_asked(db: Session, come: Told, known: bool) -> None:  # noqa: FBT001  a case
    assert household(db, add_referral(db, children_come=come)).children_known is known


def test_her_children_come_with_their_ages_and_whether_they_are_sons(db: Session) -> None:
    row = add_referral(db)
    for place, (age, sex) in enumerate([(15, ChildSex.BOY), (0, ChildSex.GIRL), (4, ChildSex.NOT_ASKED)]):
        db.add(ChildRow(referral_id=row.id, position=place, age=age, sex=sex))
    found = household(db, row)
    assert found.children == (Child(15, Answer.YES), Child(0, Answer.NO), Child(4, Answer.NOT_ASKED))
    assert found.children_known


def test_a_need_that_nobody_asked_about_is_not_no_need(db: Session) -> None:
    row = add_referral(db)
    levels = {"mental_health": NeedLevel.HIGH, "alcohol": NeedLevel.NO, "drugs": NeedLevel.NOT_ASKED}
    db.add_all(Need(referral_id=row.id, need=need, level=level) for need, level in levels.items())
    found = household(db, row)
    assert found.needs == {"mental_health": Level.HIGH, "alcohol": Level.NONE, "drugs": None}
    assert found.needs_high_support


def test_only_the_needs_that_a_refuge_states_a_level_for_cross(db: Session) -> None:
    row = add_referral(db)
    db.add(Need(referral_id=row.id, need="learning", level=NeedLevel.HIGH))
    assert household(db, row).needs == {}
    assert not household(db, row).needs_high_support


def test_access_and_harm_are_known_only_where_somebody_asked(db: Session) -> None:
    silent = household(db, add_referral(db))
    assert (silent.access_known, silent.harm_known) == (False, False)
    asked = household(db, add_referral(db, access_asked=True, harm_asked=True))
    assert (asked.access, asked.access_known, asked.harm, asked.harm_known) == ((), True, (), True)
    told = household(db, add_referral(db, access=["step_free", "sight"], harm=["arson"]))
    assert (told.access, told.access_known, told.harm, told.harm_known) == (("step_free",), True, ("arson",), True)


@pytest.mark.parametrize(
    ("status", "route", "state", "funding"),
    [
        (None, None, None, Funding.NOT_KNOWN),
        ("NOT_KNOWN", "section_17", RouteState.CONFIRMED, Funding.NOT_KNOWN),
        ("RECOURSE", None, None, Funding.PUBLIC_FUNDS),
        ("MVDAC_LEAVE", None, None, Funding.PUBLIC_FUNDS),
        ("NRPF_CONDITION", None, None, Funding.FUNDED_PLACE),
        ("NRPF_CONDITION", "section_17", RouteState.CONFIRMED, Funding.OTHER_ROUTE),
        ("NRPF_CONDITION", "section_17", RouteState.ASKED, Funding.FUNDED_PLACE),
        ("OVERSTAYER_OR_NONE", "in_house", RouteState.CONFIRMED, Funding.FUNDED_PLACE),
    ],
)
def test_how_her_place_can_be_paid_for(
    db: Session, status: str | None, route: str | None, state: RouteState | None, funding: Funding
) -> None:
    row = add_referral(db)
    if status:
        routes = [FundingRoute(route=route, state=state)] if route else []
        db.add(Recourse(referral_id=row.id, status=status, routes=routes))
    assert household(db, row).funding is funding


def test_leave_that_has_run_out_pays_for_nothing(db: Session) -> None:
    row = add_referral(db)
    db.add(Recourse(referral_id=row.id, status="MVDAC_LEAVE", leave_expires=TODAY - timedelta(days=1)))
    assert household(db, row).funding is Funding.FUNDED_PLACE


@pytest.mark.parametrize(
    ("levels", "answer"),
    [
        (dict.fromkeys(("mental_health", "self_harm", "alcohol", "drugs"), NeedLevel.NO), Answer.NO),
        ({"mental_health": NeedLevel.LOW}, Answer.YES),
        ({"mental_health": NeedLevel.NO}, Answer.NOT_ASKED),
        ({}, Answer.NOT_ASKED),
    ],
)
def test_a_refuge_for_complex_needs_is_for_her_if_any_need_is(
    db: Session, levels: dict[str, NeedLevel], answer: Answer
) -> None:
    row = add_referral(db)
    db.add_all(Need(referral_id=row.id, need=need, level=level) for need, level in levels.items())
    assert household(db, row).specialisms["complex_needs"] is answer


@pytest.mark.parametrize(
    ("told", "answer"),
    [
        ({"ethnicity": "A2"}, Answer.YES),
        ({"ethnicity": "W1", "abuse": ["hba"]}, Answer.NO),
        ({}, Answer.NOT_ASKED),
        ({"language": "en"}, Answer.NOT_ASKED),
        ({"ethnicity": "prefer_not", "language": "ur"}, Answer.YES),
        ({"abuse": ["forced_marriage"]}, Answer.YES),
        ({"prefers_by_and_for": Told.YES}, Answer.YES),
    ],
)
def test_whether_a_by_and_for_refuge_is_for_her(db: Session, told: dict[str, Any], answer: Answer) -> None:
    assert household(db, add_referral(db, **told)).specialisms["by_and_for_bme"] is answer


def test_a_check_is_outstanding_until_it_is_done(db: Session) -> None:
    row = add_referral(db)
    states = {"background": CheckState.DONE, "refuge_history": CheckState.ASKED, "risk_assessment": CheckState.CONCERN}
    db.add_all(AdmissionCheck(referral_id=row.id, check=check, state=state) for check, state in states.items())
    checks = {"background": Check.DONE, "refuge_history": Check.OUTSTANDING, "risk_assessment": Check.CONCERN}
    assert household(db, row).checks == checks


def test_a_woman_who_did_not_agree_to_share_can_only_go_where_she_told_it(db: Session) -> None:
    row = add_referral(db, "worker.panahghar", shared=False)
    assert household(db, row).only_refuges == (Pilot().refuge(db, "Panahghar").ref,)
    assert household(db, add_referral(db)).only_refuges is None


# ── Asked to leave, and must not meet


def asked(db: Session, row: Referral, until: date, of: str = "WALL") -> None:
    by = Pilot().person(db, "manager.wall").id
    db.add(
        Exclusion(
            refuge_id=Pilot().refuge(db, of).id,
            referral_id=row.id,
            until=until,
            why="-",
            made_by_id=by,
            made_at=day(-9),
        )
    )


def same(db: Session, one: Referral, other: Referral, decided: bool | None) -> None:  # noqa: FBT001  what was decided
    low, high = sorted((one.id, other.id))
    db.add(PossibleSame(low_id=low, high_id=high, score=80, grounds=[], same=decided))


def test_where_she_was_asked_to_leave_under_this_or_another_referral_of_hers(db: Session) -> None:
    now, before, long_before = add_referral(db), *(add_referral(db, state=ReferralState.PLACED) for _ in range(2))
    asked(db, long_before, TODAY + timedelta(days=30))
    same(db, now, before, decided=True)
    same(db, before, long_before, decided=True)
    wall = Pilot().refuge(db, "WALL").ref
    assert household(db, now).asked_to_leave == {wall: TODAY + timedelta(days=30)}
    assert household(db, now).maybe_asked_to_leave == ()


def test_while_nobody_has_decided_whether_she_is_the_woman_who_was_asked_to_leave_it_is_a_question(db: Session) -> None:
    now, before = add_referral(db), add_referral(db, state=ReferralState.PLACED)
    asked(db, before, TODAY + timedelta(days=30))
    same(db, now, before, decided=None)
    assert household(db, now).asked_to_leave == {}
    assert household(db, now).maybe_asked_to_leave == (Pilot().refuge(db, "WALL").ref,)


def test_somebody_else_or_a_day_that_has_passed_keeps_nobody_out(db: Session) -> None:
    now, other = add_referral(db), add_referral(db, state=ReferralState.PLACED)
    asked(db, other, TODAY + timedelta(days=30))
    same(db, now, other, decided=False)
    asked(db, now, TODAY)
    assert (household(db, now).asked_to_leave, household(db, now).maybe_asked_to_leave) == ({}, ())


def test_pairs_that_must_not_meet_cross_among_those_who_wait_or_have_a_place(db: Session) -> None:
    waits, lives, gone = add_referral(db), *(add_referral(db, state=ReferralState.PLACED) for _ in range(2))
    db.add(stay(db, room(db), lives.id, -5))
    db.add(ConflictPair(low_id=waits.id, high_id=lives.id, recorded_at=NOON, found_by="ref"))
    db.add(ConflictPair(low_id=waits.id, high_id=gone.id, recorded_at=NOON, found_by="ref"))
    assert problem_of(db).conflicts == ((waits.ref, lives.ref),)


# ── Refuges, beds and who has them


def test_a_refuge_crosses_with_what_it_gives_and_where_it_stops(db: Session) -> None:
    row = Pilot().refuge(db, "WALL")
    row.excludes, row.self_harm_support = ["arson"], 1
    found = refuge(db, "WALL")
    assert found.support == {"mental_health": 3, "self_harm": 1, "alcohol": 3, "drugs": 3}
    assert (found.high_support_places, found.nrpf_places, found.son_age_limit) == (2, 1, 14)
    assert (found.excludes, found.checks, found.languages) == (("arson",), ("background",), ("en",))
    assert (found.specialism, found.area, found.takes_pets) == ("complex_needs", "E06000016", False)
    assert found.round_the_clock


def test_one_night_without_staff_is_not_round_the_clock(db: Session) -> None:
    sunday = next(hours for hours in Pilot().refuge(db, "WALL").hours if hours.weekday == 6)
    sunday.closes = 1380
    assert not refuge(db, "WALL").round_the_clock
    db.delete(sunday)
    db.flush()
    assert db.query(StaffingHours).count() == 20
    assert not refuge(db, "WALL").round_the_clock


def test_a_bed_that_nobody_has_is_free_today(db: Session) -> None:
    assert bed(db, room(db)) == Bed(room(db).ref, Pilot().refuge(db, "WALL").ref, TODAY, 1, 2, 1)


def test_a_bed_is_free_after_the_move_on_and_the_days_for_cleaning(db: Session) -> None:
    lives = add_referral(db, state=ReferralState.PLACED)
    room(db).refuge.turnaround_days = 2
    db.add(stay(db, room(db), lives.id, -5, expected_move_on=TODAY + timedelta(days=3)))
    assert bed(db, room(db)).free_on == TODAY + timedelta(days=5)


@pytest.mark.parametrize("move_on", [None, TODAY - timedelta(days=1)])
def test_a_move_on_that_nobody_planned_or_that_is_overdue_promises_nothing(db: Session, move_on: date | None) -> None:
    lives = add_referral(db, state=ReferralState.PLACED)
    db.add(stay(db, room(db), lives.id, -5, expected_move_on=move_on))
    assert bed(db, room(db)).free_on is None


@pytest.mark.parametrize(("ready", "free"), [(2, 2), (0, 0), (-1, None), (None, None)])
def test_a_closed_bed_is_free_on_the_day_it_is_expected_back(db: Session, ready: int | None, free: int | None) -> None:
    on = None if ready is None else TODAY + timedelta(days=ready)
    db.add(closure(db, room(db), -1, expected_ready=on))
    assert bed(db, room(db)).free_on == (None if free is None else TODAY + timedelta(days=free))


def test_a_bed_that_is_held_or_will_be_held_or_closed_is_not_free(db: Session) -> None:
    held = [add_referral(db, state=ReferralState.HELD) for _ in range(2)]
    db.add(hold(db, room(db, "Room 1"), held[0].id, -0.1, 1))
    db.add(hold(db, room(db, "Room 2"), held[1].id, 1, 2))
    db.add(closure(db, room(db, "Room 3"), 1))
    assert [bed(db, room(db, name)).free_on for name in ("Room 1", "Room 2", "Room 3")] == [None, None, None]


def test_a_hold_whose_hour_has_passed_holds_nothing(db: Session) -> None:
    db.add(hold(db, room(db), add_referral(db).id, -1, -0.1))
    assert bed(db, room(db)).free_on == TODAY


def test_a_bed_that_leaves_use_before_it_is_free_is_never_free(db: Session) -> None:
    db.add(closure(db, room(db), -1, expected_ready=TODAY + timedelta(days=4)))
    room(db).retired_on = TODAY + timedelta(days=4)
    assert bed(db, room(db)).free_on is None


def test_residents_and_those_a_bed_is_held_for_have_their_places(db: Session) -> None:
    lives, held = add_referral(db, state=ReferralState.PLACED), add_referral(db, state=ReferralState.HELD)
    db.add(stay(db, room(db, "Room 1"), lives.id, -5))
    db.add(hold(db, room(db, "Room 2"), held.id, -0.1, 1))
    db.add(Need(referral_id=lives.id, need="drugs", level=NeedLevel.HIGH))
    db.add(Recourse(referral_id=held.id, status="NRPF_CONDITION"))
    wall = Pilot().refuge(db, "WALL").ref
    assert problem_of(db).occupants == (
        Occupant(lives.ref, wall, room(db, "Room 1").ref, high_support=True),
        Occupant(held.ref, wall, room(db, "Room 2").ref, funded_place=True),
    )


def test_who_has_moved_on_has_no_place(db: Session) -> None:
    db.add(stay(db, room(db), add_referral(db, state=ReferralState.PLACED).id, -5, -1))
    assert problem_of(db).occupants == ()


# ── Rules, decisions and the last run


def test_the_rules_of_the_network_cross_with_their_version(db: Session) -> None:
    rules = first_rules(1, NOON)
    rules.version, rules.strictness, rules.days_ahead = 4, {"pets": "ask"}, 3
    rules.goals = list(reversed(rules.goals))
    found = problem_of(db, rules=rules)
    assert (found.rules.version, found.goals_version) == ("4", "4")
    assert found.rules.strictness == {"pets": Strictness.ASK}
    assert (found.rules.days_ahead, found.rules.round_the_clock_from) == (3, {"self_harm": Level.HIGH})
    assert found.goals == tuple(rules.goals)


def test_a_decision_about_somebody_who_no_longer_waits_is_left_out(db: Session) -> None:
    waits, gone = add_referral(db), add_referral(db, state=ReferralState.WITHDRAWN, closed_at=NOON)
    kept = Decision(waits.ref, room(db).ref)
    decisions = [kept, Decision(gone.ref, None)]
    assert problem_of(db, decisions=decisions).decisions == (kept,)
    assert problem_of(db, decisions=[Decision(waits.ref, "B-00000")]).decisions == ()


def test_the_bed_that_the_last_run_proposed_is_remembered(db: Session) -> None:
    row = add_referral(db)
    run = MatchRun(
        content=MatchRunContent(problem={}, answer={"placements": [{"household": row.ref, "bed": room(db).ref}]})
    )
    assert household(db, row, last_run=run).last_proposed == room(db).ref
    assert household(db, row).last_proposed is None
