"""Turning a referral away: two axes, the reason that the barriers propose, and what happened next."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from refuge.audit.models import AuditEvent
from refuge.beds.models import Hold
from refuge.database import new_ref, now
from refuge.permissions import Role
from refuge.placements.models import TakingOver, TurnAway
from refuge.placements.service.turning_away import nonsense
from refuge.referrals.models import Answer, Child, ChildSex, Referral, ReferralState
from tests.builders import LONG_AGO, Pilot, add_referral
from tests.referrals.test_views import fields_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from refuge.database import Database

SERVICE = {"ended_by": "service", "reason": "C01", "outcome": "", "found_elsewhere": "not_asked", "note": ""}


@pytest.fixture
def worker(sign_in_as: Callable[[str], FlaskClient]) -> FlaskClient:
    return sign_in_as("worker.wall")


def waiting(database: Database, by: str = "worker.wall", **told: Any) -> str:  # noqa: ANN401  any column
    with database.write() as db:
        return add_referral(db, by, **told).ref


def too_many_children(database: Database) -> str:
    """Return the ref of a household that no bed of the network has room for."""
    children = [Child(position=place, age=5, sex=ChildSex.GIRL) for place in range(9)]
    return waiting(database, children=children, children_come=Answer.YES)


def typed(client: FlaskClient, ref: str, **told: Any) -> dict[str, Any]:  # noqa: ANN401  any field
    """Return what the form sends, with what was told in place of what it proposed."""
    return {**fields_of(client.get(f"/referrals/{ref}/turn-away").text), **SERVICE, **told}


def end(client: FlaskClient, ref: str, **told: Any) -> Any:  # noqa: ANN401  a response
    return client.post(f"/referrals/{ref}/turn-away", data=typed(client, ref, **told))


def kept(database: Database) -> tuple[TurnAway, Referral]:
    with database.reading() as db:
        row = db.scalars(select(TurnAway)).one()
        return row, db.get_one(Referral, row.referral_id)


def events(database: Database, action: str) -> list[tuple[str, dict[str, Any]]]:
    with database.reading() as db:
        rows = db.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.sequence))
        return [(row.subject_ref, json.loads(row.facts)) for row in rows]


def test_the_reason_that_blocks_her_is_proposed_first_and_chosen(worker: FlaskClient, database: Database) -> None:
    ref = too_many_children(database)
    page = worker.get(f"/referrals/{ref}/turn-away").text
    assert re.search(r"Proposed because of what blocks her:.*6 beds: too few places or cots", page, re.DOTALL)
    chosen = fields_of(page)
    assert (chosen["reason"], chosen["ended_by"]) == (["C02"], ["service"])
    assert page.index('value="C02"') < page.index('value="C01"')


def test_beds_that_could_take_her_are_named_by_their_number_before_she_is_turned_away(
    worker: FlaskClient, database: Database
) -> None:
    page = worker.get(f"/referrals/{waiting(database)}/turn-away").text
    assert "6 beds could take her now" in page
    assert "Proposed" not in page
    assert "reason" not in fields_of(page)


def test_what_a_person_chose_stands_beside_what_was_proposed(worker: FlaskClient, database: Database) -> None:
    ref = too_many_children(database)
    answer = end(
        worker, ref, reason="C13", contributing=["C02", "C13"], note="Two babies already", outcome="STAYED_PUT"
    )
    row, referral = kept(database)
    assert answer.location == f"/turn-aways/{row.ref}"
    assert (row.reason, row.proposed, row.contributing) == ("C13", "C02", ["C02"])
    assert row.barriers["too_small"] == 6
    assert row.could_have == 0
    assert (referral.state, referral.outcome) == (ReferralState.TURNED_AWAY, "STAYED_PUT")
    assert referral.closed_at == row.decided_at
    [(subject, facts)] = events(database, "referral.turned_away")
    assert subject == ref
    assert facts["as_proposed"] is False
    assert facts["turn_away"] == row.ref
    assert "babies" not in json.dumps(facts)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"ended_by": ""}, "Choose who ended it"),
        ({"reason": "X99"}, "Choose the reason"),
        ({"ended_by": "woman", "reason": "C01"}, "She decided against it: choose her reason"),
        ({"ended_by": "service", "reason": "K03"}, "That is a reason of hers"),
        ({"reason": "O01"}, "Say in the note what the other reason was"),
        ({"outcome": "PLACED_OUT_OF_AREA", "found_elsewhere": "no"}, "Correct one of the two"),
    ],
)
def test_nonsense_is_answered_in_plain_words_and_nothing_is_kept(
    worker: FlaskClient, database: Database, told: dict[str, str], said: str
) -> None:
    ref = waiting(database)
    answer = end(worker, ref, **told)
    assert answer.status_code == 422
    assert said in answer.text
    with database.reading() as db:
        assert db.scalars(select(TurnAway)).all() == []


@pytest.mark.parametrize(
    ("ended_by", "goes", "does_not"),
    [
        ("service", {"C01", "C14", "I01", "O01", "O02"}, {"K01", "K07"}),
        ("woman", {"K01", "K06", "O01"}, {"C01", "I01", "K07"}),
        ("referrer", {"I01", "K06", "O02"}, {"C01", "K07"}),
        ("nobody", {"K07", "I04", "O02"}, {"C01", "K01", "I01"}),
    ],
)
def test_the_two_axes_go_together(ended_by: str, goes: set[str], does_not: set[str]) -> None:
    groups = {"C": "Capacity", "K": "She declined", "I": "Not for this service", "O": "Other"}
    assert {reason for reason in goes | does_not if nonsense(ended_by, reason, groups[reason[0]])} == does_not


def test_a_place_elsewhere_says_by_itself_that_one_was_found(worker: FlaskClient, database: Database) -> None:
    end(worker, waiting(database), outcome="PLACED_OTHER_LOCAL")
    assert kept(database)[0].found_elsewhere is Answer.YES


def test_a_form_sent_twice_turns_her_away_once(worker: FlaskClient, database: Database) -> None:
    ref = waiting(database)
    sent = typed(worker, ref)
    first, again = (worker.post(f"/referrals/{ref}/turn-away", data=sent) for _ in range(2))
    assert first.status_code == again.status_code == 302
    assert first.location == again.location
    assert len(events(database, "referral.turned_away")) == 1
    assert worker.get(f"/referrals/{ref}/turn-away").location == first.location


def test_a_referral_that_changed_meanwhile_is_shown_again_with_what_was_typed(
    worker: FlaskClient, database: Database
) -> None:
    ref = waiting(database)
    sent = typed(worker, ref, note="Typed before")
    with database.write() as db:
        db.scalars(select(Referral).where(Referral.ref == ref)).one().diet = "Vegan"
    answer = worker.post(f"/referrals/{ref}/turn-away", data=sent)
    assert answer.status_code == 409
    assert "Somebody else changed this" in answer.text
    assert "Typed before" in answer.text
    assert worker.post(f"/referrals/{ref}/turn-away", data={**sent, **fields_of(answer.text)}).status_code == 302


def test_a_held_bed_is_let_go_first(worker: FlaskClient, database: Database) -> None:
    ref = waiting(database, state=ReferralState.HELD)
    with database.write() as db:
        held = db.scalars(select(Referral.id).where(Referral.ref == ref)).one()
        span = {"from_at": now(), "until_at": now() + timedelta(hours=1)}
        by = Pilot().person(db, "worker.wall").id
        db.add(Hold(bed_id=Pilot().bed(db, "WALL", "Room 1").id, referral_id=held, held_by_id=by, **span))
    for answer in (
        worker.get(f"/referrals/{ref}/turn-away", follow_redirects=True),
        worker.post(f"/referrals/{ref}/turn-away", data=SERVICE, follow_redirects=True),
    ):
        assert "Let that bed go first" in answer.text
    with database.reading() as db:
        assert db.scalars(select(TurnAway)).all() == []


def test_a_placed_woman_is_not_turned_away(worker: FlaskClient, database: Database) -> None:
    ref = waiting(database, state=ReferralState.PLACED)
    assert "no longer waits" in worker.get(f"/referrals/{ref}/turn-away", follow_redirects=True).text


def test_another_refuges_referral_is_theirs_to_end(worker: FlaskClient, database: Database) -> None:
    ref = waiting(database, "worker.panahghar")
    assert worker.get(f"/referrals/{ref}").status_code == 200
    assert worker.get(f"/referrals/{ref}/turn-away").status_code == 404
    assert worker.post(f"/referrals/{ref}/turn-away", data=SERVICE).status_code == 404
    assert "Turn her away" not in worker.get(f"/referrals/{ref}").text


def test_a_refuge_takes_over_what_it_turns_away_for_an_agency_that_only_refers(
    worker: FlaskClient, sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    ref = waiting(database, "referrer")
    assert "becomes your agency’s record" in worker.get(f"/referrals/{ref}/turn-away").text
    led = end(worker, ref, reason="C12", note="Found out by us", outcome="LA_TEMP_ACCOM").location
    row, referral = kept(database)
    with database.reading() as db:
        assert referral.agency_id == Pilot().agency(db, "Wall agency").id
        assert db.scalars(select(TakingOver)).one().referral_id == referral.id
    police = sign_in_as("referrer")
    page = police.get(f"/referrals/{ref}").text
    assert "Turned away" in page
    assert "Council temporary accommodation" in page
    assert "Found out" not in page
    assert "history" not in page
    assert police.get(led).status_code == 403
    assert sign_in_as("worker.panahghar").get(f"/turn-aways/{row.ref}").status_code == 404


@pytest.mark.parametrize("name", ["worker.panahghar", "manager.panahghar", "worker.elsewhere"])
def test_what_was_recorded_is_for_the_agency_that_recorded_it(
    worker: FlaskClient, sign_in_as: Callable[[str], FlaskClient], database: Database, name: str
) -> None:
    led = end(worker, waiting(database)).location
    other = sign_in_as(name)
    assert other.get(led).status_code == 404
    assert other.post(led, data={"version": "1"}).status_code == 404
    assert sign_in_as("manager.wall").get(led).status_code == 200


def test_what_happened_next_is_added_later_and_whoever_referred_her_reads_it(
    worker: FlaskClient, sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    ref = waiting(database, "referrer")
    led = end(worker, ref).location
    form = fields_of(worker.get(led).text)
    answer = worker.post(led, data={**form, "outcome": "FAMILY_FRIENDS", "note": "Her sister rang"})
    assert answer.location == led
    row, referral = kept(database)
    assert (row.outcome, row.note, referral.outcome) == ("FAMILY_FRIENDS", "Her sister rang", "FAMILY_FRIENDS")
    assert "With family or friends" in sign_in_as("referrer").get(f"/referrals/{ref}").text
    [(subject, facts)] = events(database, "turn_away.changed")
    assert (subject, facts["fields"]) == (row.ref, ["note", "outcome"])
    assert "sister" not in json.dumps(facts)


def test_nothing_changed_is_said_and_leaves_no_event(worker: FlaskClient, database: Database) -> None:
    led = end(worker, waiting(database)).location
    again = worker.post(led, data=fields_of(worker.get(led).text), follow_redirects=True)
    assert "Nothing was changed" in again.text
    assert events(database, "turn_away.changed") == []


def test_two_people_who_add_what_happened_see_what_each_other_wrote(
    worker: FlaskClient, sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    led = end(worker, waiting(database)).location
    form = fields_of(worker.get(led).text)
    assert sign_in_as("manager.wall").post(led, data={**form, "note": "Theirs"}).status_code == 302
    late = worker.post(led, data={**form, "note": "Mine"})
    assert late.status_code == 409
    assert "Theirs" in late.text
    assert "Mine" in late.text
    assert kept(database)[0].note == "Theirs"
    assert worker.post(led, data=fields_of(late.text)).status_code == 302
    assert kept(database)[0].note == "Mine"


def test_another_reason_keeps_its_words(worker: FlaskClient, database: Database) -> None:
    led = end(worker, waiting(database), reason="O01", note="The boiler broke").location
    form = fields_of(worker.get(led).text)
    answer = worker.post(led, data={**form, "note": " "})
    assert answer.status_code == 422
    assert "Say in the note" in answer.text
    assert kept(database)[0].note == "The boiler broke"


def test_a_turn_away_without_a_proposal_can_still_be_read(worker: FlaskClient, database: Database) -> None:
    with database.write() as db:
        referral = add_referral(db, state=ReferralState.TURNED_AWAY, closed_at=LONG_AGO, outcome="UNKNOWN")
        person = Pilot().person(db, "worker.wall")
        assert person.role is Role.REFUGE_WORKER
        row = TurnAway(
            ref=new_ref(db, TurnAway), referral_id=referral.id, ended_by="woman", reason="K02", contributing=[],
            barriers={}, decided_by_id=person.id, decided_at=LONG_AGO,
        )  # fmt: skip
        db.add(row)
        ref = row.ref
    page = worker.get(f"/turn-aways/{ref}").text
    assert "Too far; caring" in page
    assert "Nothing: some bed could have been hers" in page


def test_two_refuges_that_turn_her_away_at_once_end_it_once(
    sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    ref = waiting(database, "referrer")
    names = ("worker.wall", "worker.panahghar", "manager.wall", "worker.wall")
    sent = [(client := sign_in_as(name), typed(client, ref)) for name in names]
    with ThreadPoolExecutor(len(sent)) as pool:
        answers = list(pool.map(lambda one: one[0].post(f"/referrals/{ref}/turn-away", data=one[1]).status_code, sent))
    assert set(answers) <= {302, 404, 409}
    assert answers.count(302) >= 1
    assert len(events(database, "referral.turned_away")) == 1
    with database.reading() as db:
        assert len(db.scalars(select(TurnAway)).all()) == 1
