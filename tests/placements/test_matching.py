"""Matching as staff see it: it proposes and places nobody, says why, and shows each reader what she may see."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from refuge.audit.models import AuditEvent
from refuge.beds.models import Closure, Hold, Refuge, Stay
from refuge.beds.models.refuges import SupportLevel
from refuge.database import new_ref, now
from refuge.once import new_key
from refuge.placements.models import MatchRun
from refuge.placements.service import matching
from refuge.placements.service.matching import problem_in, solution_in
from refuge.referrals.models import (
    Child,
    ChildSex,
    ConflictPair,
    Judgement,
    Need,
    NeedLevel,
    Recourse,
    Referral,
    ReferralState,
)
from tests.builders import Pilot, add_referral

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from flask.testing import FlaskClient

    from refuge.database import Database

SignIn = "Callable[[str], FlaskClient]"


@dataclass
class Network:
    """The small network, where each test says who waits and which beds are closed."""

    database: Database

    def waits(self, who: str = "worker.wall", **told: Any) -> str:  # noqa: ANN401  any column
        """Add a referral that waits since yesterday; return its ref."""
        told.setdefault("received_at", now() - timedelta(days=1))
        with self.database.write() as db:
            return add_referral(db, who, **told).ref

    def close(self, *rooms: str, ready: date | None = None) -> None:
        """Close beds, named as `WALL Room 1`, until a day if one is known."""
        with self.database.write() as db:
            by = Pilot().person(db, "worker.wall").id
            for name in rooms:
                refuge, room = name.split(" ", 1)
                bed = Pilot().bed(db, refuge, room)
                begins = now() - timedelta(hours=1)
                db.add(
                    Closure(
                        bed_id=bed.id, from_at=begins, reason="repair", closed_by_id=by, expected_ready=ready,
                    )
                )  # fmt: skip

    def ref_of(self, refuge: str, room: str) -> str:
        """Return the ref of a bed."""
        with self.database.reading() as db:
            return Pilot().bed(db, refuge, room).ref

    def runs(self) -> list[MatchRun]:
        """Return every run, oldest first."""
        with self.database.reading() as db:
            return list(db.scalars(select(MatchRun).order_by(MatchRun.id)))

    def count(self, *kinds: type) -> int:
        """Return how many rows of these kinds there are."""
        with self.database.reading() as db:
            return sum(db.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds)

    def events(self) -> list[str]:
        """Return the actions of the audit chain."""
        with self.database.reading() as db:
            return list(db.scalars(select(AuditEvent.action).order_by(AuditEvent.sequence)))


ALL_BUT_ONE = ("WALL Room 1", "WALL Room 2", "WALL Room 3", "Panahghar Room 2", "Panahghar Room 3")


@pytest.fixture
def network(database: Database) -> Network:
    return Network(database)


def match(browser: FlaskClient) -> str:
    """Let the solver propose, and return the page that it leads to."""
    answer = browser.post("/matches", data={"key": new_key()}, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def words_of(page: str) -> str:
    """Return what a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


# ── A run proposes and places nobody


def test_before_the_first_run_the_page_says_so_and_offers_one(sign_in_as: Callable[[str], FlaskClient]) -> None:
    page = sign_in_as("worker.wall").get("/matches").text
    assert "Nobody has asked for a proposal yet" in page
    assert "Match now" in page


def test_a_run_proposes_a_bed_with_reasons_and_places_nobody(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    ref = network.waits(judgement=Judgement.HIGH)
    page = words_of(match(sign_in_as("worker.wall")))
    assert "1 waiting · 1 with a proposal" in page
    assert "proven best" in page
    assert ref in page
    assert "High risk" in page
    assert "Not yet checked: background." in page
    assert "Hold this bed" in page
    assert network.count(Hold, Stay) == 0
    with network.database.reading() as db:
        assert db.scalars(select(Referral.state).where(Referral.ref == ref)).one() is ReferralState.WAITING


def test_a_run_is_kept_whole_with_its_rules_and_an_event(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    ref = network.waits()
    match(sign_in_as("worker.wall"))
    (run,) = network.runs()
    assert [one.ref for one in problem_in(run).households] == [ref]
    assert [made.household for made in solution_in(run).placements] == [ref]
    assert (run.waiting, run.placed, run.proven, run.rules_version) == (1, 1, True, 0)
    assert {"match.made", "match.seen"} <= set(network.events())


def test_a_form_sent_twice_makes_one_run(network: Network, sign_in_as: Callable[[str], FlaskClient]) -> None:
    network.waits()
    browser, key = sign_in_as("worker.wall"), new_key()
    first, second = (browser.post("/matches", data={"key": key}) for _ in range(2))
    assert first.location == second.location
    assert len(network.runs()) == 1


def test_an_answer_that_breaks_a_rule_is_neither_shown_nor_kept(
    network: Network, sign_in_as: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    network.waits()
    monkeypatch.setattr(matching, "broken_rules", lambda _problem, _solution: ["bed_takes_at_most_one_household"])
    answer = sign_in_as("worker.wall").post("/matches", data={"key": new_key()})
    assert answer.status_code == 409
    assert "failed its own check" in answer.text
    assert network.runs() == []


def test_the_button_holds_the_bed_that_is_proposed(network: Network, sign_in_as: Callable[[str], FlaskClient]) -> None:
    ref = network.waits()
    network.close(*ALL_BUT_ONE)
    page = match(sign_in_as("worker.wall"))
    form = re.search(rf'<form method="post" action="/referrals/{ref}/hold">.*?</form>', page, re.DOTALL)
    assert form
    assert f'name="bed" value="{network.ref_of("Panahghar", "Room 1")}"' in form[0]
    assert re.search(r'name="key" value="[A-Za-z0-9_-]{43}"', form[0])
    assert 'name="do" value="quick"' in form[0]


def test_a_household_that_no_longer_waits_has_no_button(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    ref, browser = network.waits(), sign_in_as("worker.wall")
    match(browser)
    with network.database.write() as db:
        row = db.scalars(select(Referral).where(Referral.ref == ref)).one()
        row.state, row.closed_at = ReferralState.WITHDRAWN, now()
    page = browser.get("/matches").text
    assert "Withdrawn" in page
    assert f"/referrals/{ref}/hold" not in page


# ── Who sees what


def test_a_referral_that_is_not_shared_is_another_household_to_other_agencies(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    hidden = network.waits("worker.panahghar", shared=False)
    network.close(*ALL_BUT_ONE)
    page = match(sign_in_as("worker.wall"))
    assert hidden not in page
    assert "Panahghar Room 1 : proposed for another household." in words_of(page)
    assert "1 waiting · 1 with a proposal" in words_of(page)
    assert hidden in sign_in_as("worker.panahghar").get("/matches").text


def test_who_has_the_bed_that_she_could_have_had_is_not_told_to_those_who_may_not_see_her(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    hidden = network.waits("worker.panahghar", shared=False, judgement=Judgement.HIGH)
    ref = network.waits("worker.wall")
    network.close(*ALL_BUT_ONE)
    page = match(sign_in_as("worker.wall"))
    assert hidden not in page
    assert "Panahghar Room 1 : Another household has it." in words_of(page)
    assert f'id="{ref}"' in page
    assert hidden in words_of(sign_in_as("manager.panahghar").get("/matches").text)


def test_households_of_others_without_a_bed_are_counted_and_not_named(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    hidden = network.waits("worker.panahghar", shared=False)
    network.close("Panahghar Room 1", *ALL_BUT_ONE)
    page = match(sign_in_as("worker.wall"))
    assert hidden not in page
    assert "1 household of another agency: no bed proposed." in words_of(page)


def test_whom_she_must_not_meet_is_never_named(network: Network, sign_in_as: Callable[[str], FlaskClient]) -> None:
    ref = network.waits()
    with network.database.write() as db:
        her = db.scalars(select(Referral).where(Referral.ref == ref)).one()
        lives = add_referral(db, "worker.panahghar", shared=False, state=ReferralState.PLACED)
        bed = Pilot().bed(db, "Panahghar", "Room 2")
        db.add(Stay(ref=new_ref(db, Stay), bed_id=bed.id, referral_id=lives.id, started_at=now() - timedelta(days=3)))
        db.add(ConflictPair(low_id=her.id, high_id=lives.id, recorded_at=now(), found_by="name"))
        lived = lives.ref
    network.close("WALL Room 1", "WALL Room 2", "WALL Room 3", "Panahghar Room 3")
    browser = sign_in_as("worker.wall")
    page = match(browser)
    assert lived not in page
    assert lived not in browser.get(f"/referrals/{ref}/beds").text
    own = sign_in_as("worker.panahghar").get(f"/referrals/{ref}/beds").text
    assert "Somebody whom she must not meet has a place there." in own
    assert lived not in own


def test_how_her_place_is_paid_for_stands_in_no_line_about_her(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    network.waits(name="Nobody Invented", safe_number="07700 900123")
    page = match(sign_in_as("worker.wall"))
    facts = re.findall(r'<p class="match__facts">(.*?)</p>', page, re.DOTALL)
    assert not any(word in " ".join(facts).lower() for word in ("recourse", "nrpf", "funded"))
    assert "Invented" not in page
    assert "07700" not in page


def test_a_reason_that_says_how_her_place_is_paid_for_is_a_reading_of_that_record(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    ref = network.waits()
    with network.database.write() as db:
        her = db.scalars(select(Referral).where(Referral.ref == ref)).one()
        db.add(Recourse(referral_id=her.id, status="NRPF_CONDITION"))
    browser = sign_in_as("worker.wall")
    page = match(browser)
    assert "last funded NRPF place" in page
    browser.get(f"/referrals/{ref}/beds")
    with network.database.reading() as db:
        seen = db.scalars(select(AuditEvent.subject_ref).where(AuditEvent.action == "recourse.seen")).all()
    assert ref in seen


# ── Not placed


def test_not_placed_says_which_beds_are_nearest_what_would_help_and_what_a_turn_away_would_say(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    ref = network.waits(access=["step_free"], access_asked=True)
    page = words_of(match(sign_in_as("worker.wall")))
    assert "No bed fits today" in page
    assert "She needs a bed that is step-free; this one is not." in page
    assert "Would fit if" in page
    assert "had a ramp or lift." in page
    assert "A turn-away would say: No accessible bed" in page
    assert "All 6 beds that say no" in page
    assert "Not step-free or adapted, where she needs it" in page
    assert f"Record turn-away of {ref}" in page


def test_the_refuge_that_may_not_turn_her_away_has_no_button_for_it(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    ref = network.waits("worker.panahghar", access=["step_free"], access_asked=True)
    match(sign_in_as("worker.panahghar"))
    assert f"/referrals/{ref}/turn-away" not in sign_in_as("worker.wall").get("/matches").text
    assert f"/referrals/{ref}/turn-away" in sign_in_as("worker.panahghar").get("/matches").text


# ── Whether it still holds


def test_a_proposal_says_that_nothing_has_changed_or_what_has(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    network.waits()
    browser = sign_in_as("worker.wall")
    assert "Nothing has changed since" in match(browser)
    seen, hidden = network.waits(), network.waits("worker.panahghar", shared=False)
    network.close("WALL Room 1")
    page = browser.get("/matches").text
    assert "3 things have changed since." in words_of(page)
    assert f"{seen} waits now." in page
    assert "Another household waits now." in page
    assert "WALL Room 1: not free; it was free now." in page
    assert hidden not in page


def test_an_older_proposal_leads_to_the_newest(network: Network, sign_in_as: Callable[[str], FlaskClient]) -> None:
    network.waits()
    browser = sign_in_as("worker.wall")
    match(browser)
    match(browser)
    older, newer = network.runs()
    assert "This is an older proposal" in browser.get(f"/matches/{older.ref}").text
    assert "This is an older proposal" not in browser.get(f"/matches/{newer.ref}").text


# ── Choosing another bed


def choose(browser: FlaskClient, run: MatchRun, referral: str, bed: str) -> Any:  # noqa: ANN401  Flask's answer
    """Choose a bed for one household of a run."""
    return browser.post(f"/matches/{run.ref}/choose/{referral}", data={"bed": bed, "key": new_key()})


def test_what_a_person_chose_is_kept_and_the_rest_is_solved_again_around_it(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    high, low = network.waits(judgement=Judgement.HIGH), network.waits()
    network.close(*ALL_BUT_ONE)
    bed, browser = network.ref_of("Panahghar", "Room 1"), sign_in_as("worker.wall")
    match(browser)
    assert choose(browser, network.runs()[-1], low, bed).status_code == 302
    answer = solution_in(network.runs()[-1])
    assert [(made.household, made.decided) for made in answer.placements] == [(low, True)]
    assert [one.household for one in answer.unplaced] == [high]
    assert "Chosen by a person" in browser.get("/matches").text
    match(browser)  # what people decided carries over
    assert [made.household for made in solution_in(network.runs()[-1]).placements] == [low]
    choose(browser, network.runs()[-1], low, "undecided")
    assert [made.household for made in solution_in(network.runs()[-1]).placements] == [high]
    assert network.count(Hold, Stay) == 0


def test_none_for_now_gives_the_bed_to_the_next(network: Network, sign_in_as: Callable[[str], FlaskClient]) -> None:
    high, low = network.waits(judgement=Judgement.HIGH), network.waits()
    network.close(*ALL_BUT_ONE)
    browser = sign_in_as("worker.wall")
    match(browser)
    choose(browser, network.runs()[-1], high, "none")
    answer = solution_in(network.runs()[-1])
    assert [made.household for made in answer.placements] == [low]
    assert "None for now: somebody decided so" in browser.get("/matches").text


def test_a_bed_in_which_she_cannot_sleep_cannot_be_chosen(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    ref = network.waits()
    with network.database.write() as db:
        her = db.scalars(select(Referral).where(Referral.ref == ref)).one()
        db.add_all(Child(referral_id=her.id, position=place, age=9, sex=ChildSex.GIRL) for place in range(4))
    browser = sign_in_as("worker.wall")
    match(browser)
    run = network.runs()[-1]
    page = words_of(browser.get(f"/matches/{run.ref}/choose/{ref}").text)
    assert "6 beds that cannot be chosen" in page
    assert "Sleeps 2 children and has 1 cot; she comes with 4 children." in page
    answer = choose(browser, run, ref, network.ref_of("WALL", "Room 1"))
    assert answer.status_code == 422
    assert "Choose a bed, or “None for now”." in answer.text
    assert len(network.runs()) == 1


def test_a_barrier_that_a_person_may_override_can_be_chosen_and_says_what_holding_needs(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    ref = network.waits(access=["step_free"], access_asked=True)
    browser = sign_in_as("worker.wall")
    match(browser)
    run = network.runs()[-1]
    assert "needs an override: a reason and a second person" in browser.get(f"/matches/{run.ref}/choose/{ref}").text
    choose(browser, run, ref, network.ref_of("WALL", "Room 1"))
    page = words_of(browser.get("/matches").text)
    assert "She needs a bed that is step-free; this one is not." in page
    assert "Holding it needs an override: a reason and a second person." in page


def test_a_bed_that_was_chosen_against_her_need_is_never_said_to_support_it(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    ref = network.waits(needs=[Need(need="alcohol", level=NeedLevel.HIGH)])
    with network.database.write() as db:
        db.scalars(select(Refuge).where(Refuge.name == "Panahghar")).one().alcohol_support = SupportLevel.LOW
    browser = sign_in_as("worker.wall")
    match(browser)
    choose(browser, network.runs()[-1], ref, network.ref_of("Panahghar", "Room 1"))
    page = words_of(browser.get("/matches").text)
    assert "Her need with alcohol is high" in page
    assert "Supports her high need" not in page
    assert "Hold with an override" in page


def test_what_two_people_choose_at_once_is_never_overwritten(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    one, other = network.waits(), network.waits()
    jo, asha = sign_in_as("worker.wall"), sign_in_as("worker.panahghar")
    match(jo)
    seen_by_both = network.runs()[-1]
    choose(jo, seen_by_both, one, "none")
    answer = choose(asha, seen_by_both, other, "none")
    newest = network.runs()[-1]
    assert answer.location == f"/matches/{newest.ref}#{other}"
    assert "Somebody matched again while you were here" in asha.get(answer.location).text
    assert [made.household for made in problem_in(newest).decisions] == [one]
    assert len(network.runs()) == 2


def test_an_older_proposal_holds_nothing(network: Network, sign_in_as: Callable[[str], FlaskClient]) -> None:
    network.waits()
    browser = sign_in_as("worker.wall")
    match(browser)
    match(browser)
    older, newer = network.runs()
    assert "Hold this bed" not in browser.get(f"/matches/{older.ref}").text
    assert "Hold this bed" in browser.get(f"/matches/{newer.ref}").text


def test_what_was_decided_for_a_household_of_another_agency_says_nothing_about_her(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    hidden = network.waits("worker.panahghar", shared=False, access=["step_free"], access_asked=True)
    asha = sign_in_as("worker.panahghar")
    match(asha)
    choose(asha, network.runs()[-1], hidden, network.ref_of("Panahghar", "Room 1"))
    assert "She needs a bed that is step-free" in asha.get("/matches").text
    page = sign_in_as("worker.wall").get("/matches").text
    assert "She needs" not in page
    assert hidden not in page
    assert "proposed for another household" in page


def test_no_bed_is_chosen_for_somebody_who_no_longer_waits(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    ref = network.waits(state=ReferralState.PLACED)
    network.waits()
    browser = sign_in_as("worker.wall")
    match(browser)
    answer = choose(browser, network.runs()[-1], ref, "none")
    assert answer.status_code == 409
    assert "no longer waits" in answer.text
