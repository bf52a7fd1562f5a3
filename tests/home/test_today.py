"""Today shows each person what she should do next, and nothing that is not hers to see."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.audit.models import AuditEvent
from refuge.beds.models import Closure, Hold, Refuge, Stay
from refuge.database import new_ref, now
from refuge.london import london_date
from refuge.referrals.models import Child, ReferralState
from refuge.referrals.models.household import ChildSex
from tests.builders import Pilot, add_referral

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from refuge.database import Database

REF = re.compile(r"\b[RW]-\d{5}\b")


def add_stay(db: Session, refuge: str, room: str, **told: object) -> Stay:
    """Let a woman live in a bed since three days ago."""
    referral = add_referral(db, state=ReferralState.PLACED)
    stay = Stay(
        ref=new_ref(db, Stay),
        bed_id=Pilot().bed(db, refuge, room).id,
        referral_id=referral.id,
        started_at=now() - timedelta(days=3),
        **told,
    )
    db.add(stay)
    db.flush()
    return stay


def test_what_is_due_in_her_own_houses_comes_most_urgent_first(
    database: Database,
    pilot: Pilot,
    sign_in_as: Callable[[str], FlaskClient],
) -> None:
    today = london_date(now())
    with database.write() as db:
        for refuge in db.scalars(select(Refuge)):
            refuge.confirmed_at = now()
        late = add_stay(db, "WALL", "Room 1", plan_agreed_on=today, expected_move_on=today - timedelta(days=1)).called
        worker = pilot.person(db, "worker.wall").id
        closed = pilot.bed(db, "WALL", "Room 2").id
        db.add(
            Closure(
                bed_id=closed,
                from_at=now() - timedelta(days=2),
                reason="repair",
                closed_by_id=worker,
                expected_ready=today + timedelta(days=3),
            ),
        )
        theirs = add_stay(db, "Panahghar", "Room 1", expected_move_on=today).called
    page = sign_in_as("worker.wall").get("/").text
    assert page.index(f"Move-on of {late} was expected yesterday") < page.index("Closed: back expected")
    assert theirs not in page


def test_a_hold_that_lapses_today_is_said_now(database: Database, sign_in_as: Callable[[str], FlaskClient]) -> None:
    with database.write() as db:
        referral = add_referral(db, state=ReferralState.HELD)
        bed = Pilot().bed(db, "WALL", "Room 3")
        worker = Pilot().person(db, "worker.wall").id
        until = now() + timedelta(minutes=1)
        hold = Hold(bed_id=bed.id, referral_id=referral.id, from_at=now(), until_at=until, held_by_id=worker)
        db.add(hold)
        ref = referral.ref
    today = london_date(now()) == london_date(until)
    assert (f"Hold for {ref} lapses at" in sign_in_as("worker.wall").get("/").text) is today


def test_a_hold_of_your_own_leads_to_what_is_next_for_her(
    database: Database, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    with database.write() as db:
        referral = add_referral(db, state=ReferralState.HELD)
        bed, worker = Pilot().bed(db, "WALL", "Room 3").id, Pilot().person(db, "worker.wall").id
        until = now() + timedelta(days=2)
        db.add(Hold(bed_id=bed, referral_id=referral.id, from_at=now(), until_at=until, held_by_id=worker))
        ref = referral.ref
    page = sign_in_as("worker.wall").get("/").text
    assert f"Held for {ref} until" in page
    assert f'href="/referrals/{ref}">WALL Room 3' in page
    assert ref not in sign_in_as("worker.panahghar").get("/").text


def test_those_who_wait_are_listed_by_risk_and_only_to_those_who_may_see_them(
    database: Database,
    sign_in_as: Callable[[str], FlaskClient],
) -> None:
    with database.write() as db:
        shared = add_referral(db, children=[Child(position=0, age=3, sex=ChildSex.GIRL)]).ref
        urgent = add_referral(db, judgement="high").ref
        kept = add_referral(db, shared=False).ref
    seen = {who: REF.findall(sign_in_as(who).get("/").text) for who in ("worker.wall", "worker.panahghar")}
    assert list(dict.fromkeys(seen["worker.wall"])) == [urgent, shared, kept]
    assert list(dict.fromkeys(seen["worker.panahghar"])) == [urgent, shared]
    for who in ("practitioner", "commissioner", "administrator", "referrer", "worker.elsewhere"):
        assert REF.findall(sign_in_as(who).get("/").text) == []


def test_what_today_showed_of_people_is_in_the_audit(
    database: Database,
    sign_in_as: Callable[[str], FlaskClient],
) -> None:
    with database.write() as db:
        waits = add_referral(db).ref
        lives = add_stay(db, "WALL", "Room 1").ref
    sign_in_as("worker.wall").get("/")
    with database.reading() as db:
        event = db.scalars(select(AuditEvent).where(AuditEvent.action == "today.seen")).one()
        assert set(json.loads(event.facts)["refs"]) >= {waits, lives}


def test_health_says_only_that_the_database_answers(sign_in_as: Callable[[str], FlaskClient]) -> None:
    answer = sign_in_as("worker.wall").get("/health")
    assert (answer.status_code, answer.text) == (200, "ok")
