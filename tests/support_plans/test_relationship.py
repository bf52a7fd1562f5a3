"""How long somebody works with a woman: access ends by itself, what was written stays its agency's, no form in vain."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from refuge.beds.models import Stay
from refuge.database import now
from refuge.errors import Refused
from refuge.london import london_date
from support_plans import access
from support_plans.categories import Category
from support_plans.models import BrokenGlass, Incident, Note, Part, TaskKind
from support_plans.queries.incidents import incidents
from support_plans.queries.tasks import open_tasks
from support_plans.service.allocating import allocate, end_allocation
from support_plans.service.glass import break_glass, name_officer
from support_plans.service.tasks import add_task, finish_task
from support_plans.shown import LOOKS
from tests.builders import Pilot
from tests.placements.deciding import database_of
from tests.support_plans.rows import actor_of, add_note, add_resident, agree, move_to, worker_of
from tests.support_plans.served import add_incident, referral_of, resident, rows
from tests.support_plans.served import allocate as allocated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from refuge.database import Database
    from refuge.referrals.models import Referral

    SignIn = Callable[[str], FlaskClient]

TWO_WEEKS = timedelta(days=14)


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.writing() as db:
        yield db


def opens(db: Session, name: str, referral: Referral, at: datetime | None = None) -> bool:
    return access.resident(db, Pilot().person(db, name), referral.ref, at=at or now()) is not None


def reads(db: Session, name: str, referral: Referral, at: datetime | None = None) -> set[str]:
    may = access.readable(db, Pilot().person(db, name), Note, at=at or now())
    return set(db.scalars(select(Note.words).where(Note.referral_id == referral.id, may)))


def test_a_former_house_opens_nothing_once_she_lives_in_another(db: Session) -> None:
    referral = add_resident(db, "WALL")
    add_note(db, referral, "worker.wall", words="Written at the first house")
    move_to(db, referral, "Panahghar")
    add_note(db, referral, "worker.panahghar", words="Written at the second house")
    agree(db, referral, "Wall agency", [Category.MENTAL_HEALTH])
    assert opens(db, "worker.panahghar", referral)
    for name in ("worker.wall", "manager.wall"):
        assert not opens(db, name, referral)
        assert reads(db, name, referral) == set()
    assert reads(db, "worker.panahghar", referral) == {"Written at the second house"}
    assert len(db.scalars(select(Note).where(Note.referral_id == referral.id)).all()) == 2


def test_the_house_that_she_left_last_has_two_weeks_for_its_handover(db: Session) -> None:
    left = now() - timedelta(hours=1)
    referral = add_resident(db, left=left)
    assert opens(db, "worker.wall", referral, left + TWO_WEEKS - timedelta(seconds=1))
    assert not opens(db, "worker.wall", referral, left + TWO_WEEKS)
    assert not opens(db, "manager.wall", referral, left + TWO_WEEKS)


def test_a_call_that_she_agreed_to_opens_her_record_until_it_was_made(db: Session) -> None:
    referral, by = add_resident(db, left=now() - timedelta(days=60), days=90), Pilot().person(db, "worker.wall")
    assert not opens(db, "worker.wall", referral)
    due = london_date(now() + timedelta(days=3))
    told: dict[str, Any] = {"owner": by, "actor": actor_of(by), "at": now(), "referral": referral}
    add_task(db, TaskKind.ASKED, "Send on a letter", due, **told)
    assert not opens(db, "worker.wall", referral)
    call = add_task(db, TaskKind.FOLLOW_UP, "Call her, as she agreed", due, **told)
    assert opens(db, "worker.wall", referral)
    assert not opens(db, "worker.panahghar", referral)
    assert not opens(db, "worker.wall", referral, now() + timedelta(days=18))
    finish_task(db, call, "She is well", version=1, by=by, actor=actor_of(by), at=now())
    assert not opens(db, "worker.wall", referral)


def test_what_is_hers_to_do_stays_on_her_list_when_the_record_closes(db: Session) -> None:
    referral, by = add_resident(db, left=now() - timedelta(days=60), days=90), Pilot().person(db, "worker.wall")
    add_task(
        db, TaskKind.ASKED, "Send on a letter", london_date(now()), owner=by, actor=actor_of(by), at=now(),
        referral=referral,
    )  # fmt: skip
    add_incident(db, Pilot().person(db, "manager.wall"), referral_id=referral.id)
    assert len(open_tasks(db, by, at=now())) == 1
    assert open_tasks(db, Pilot().person(db, "manager.wall"), at=now()) == []
    assert len(incidents(db, by, at=now(), since=now())) == 1
    assert incidents(db, Pilot().person(db, "worker.panahghar"), at=now(), since=now()) == []


def test_glass_opens_to_a_former_house_what_that_house_wrote_and_no_more(db: Session) -> None:
    referral, by = add_resident(db, left=now() - timedelta(days=60), days=90), Pilot().person(db, "manager.wall")
    add_note(db, referral, "worker.wall", words="Ours")
    add_note(db, referral, "practitioner", words="Of the trust")
    break_glass(
        db, referral, "after_she_left", "She asks for a copy of her record", by=by, actor=actor_of(by), at=now()
    )
    assert reads(db, "manager.wall", referral) == {"Ours"}
    reach = access.reach_of(db, by, referral.id, at=now())
    assert reach is not None
    assert not reach.may_read(Category.MENTAL_HEALTH)
    assert reads(db, "manager.wall", referral, now() + timedelta(hours=1)) == set()


def test_a_practitioner_says_who_of_her_own_agency_sees_a_woman_and_of_no_other(db: Session) -> None:
    referral, house = add_resident(db), Pilot().person(db, "worker.wall")
    recovery, health = (Pilot().person(db, name) for name in ("recovery", "practitioner"))
    hers = worker_of(db, "practitioner")
    told: dict[str, Any] = {"actor": actor_of(recovery), "at": now()}
    with pytest.raises(Refused, match="Ask that agency"):
        allocate(db, referral, hers, Part.PRACTITIONER, by=recovery, **told)
    allocate(db, referral, hers, Part.PRACTITIONER, by=health, **told)
    assert opens(db, "practitioner", referral)
    with pytest.raises(Refused, match="Ask that agency"):
        end_allocation(db, referral, hers, by=recovery, **told)
    assert opens(db, "practitioner", referral)
    end_allocation(db, referral, hers, by=house, **told)
    assert not opens(db, "practitioner", referral)


def test_no_page_offers_a_practitioner_to_end_anothers_work(app: Flask, sign_in_as: SignIn) -> None:
    ref = resident(app, seen_by=["recovery", "practitioner"])
    with database_of(app).reading() as db:
        hers, theirs = worker_of(db, "recovery").ref, worker_of(db, "practitioner").ref
    browser = sign_in_as("recovery")
    page = browser.get(f"/plans/{ref}/people").text
    assert f"/people/{hers}/end" in page
    assert f"/people/{theirs}/end" not in page
    assert f'value="{theirs}"' not in page
    answer = browser.post(f"/plans/{ref}/people/{theirs}/end", follow_redirects=True)
    assert "Ask that agency" in answer.text
    assert f"/people/{theirs}/end" in sign_in_as("worker.wall").get(f"/plans/{ref}/people").text


FORMS = (
    "plans/{}/words", "plans/{}/areas/housing", "plans/{}/areas/housing/goal", "plans/{}/agree", "plans/{}/review",
    "plans/{}/sharing", "plans/{}/people", "plans/{}/times", "plans/{}/sessions/new", "plans/{}/apart/perpetrator",
    "care/{}/scores/new/PHQ_9", "care/{}/leaving/tell", "care/{}/leaving/steps/calls", "care/{}/warnings/new",
)  # fmt: skip


def under_glass(app: Flask, ref: str, name: str = "worker.panahghar") -> None:
    with database_of(app).write() as db:
        by = Pilot().person(db, name)
        break_glass(
            db, referral_of(db, ref), "risk_to_life", "She rang us in danger", by=by, actor=actor_of(by), at=now()
        )


@pytest.mark.parametrize("path", FORMS)
def test_no_form_opens_under_broken_glass_so_that_nobody_types_in_vain(
    app: Flask, sign_in_as: SignIn, path: str
) -> None:
    ref = resident(app)
    under_glass(app, ref)
    answer = sign_in_as("worker.panahghar").get("/" + path.format(ref))
    assert answer.status_code == 409
    assert "opened this for an hour" in answer.text
    assert '<form method="post" novalidate' not in answer.text


def test_under_broken_glass_pages_offer_a_note_and_nothing_else(app: Flask, sign_in_as: SignIn) -> None:
    ref = resident(app)
    under_glass(app, ref)
    browser = sign_in_as("worker.panahghar")
    page = browser.get(f"/plans/{ref}").text
    assert f"/plans/{ref}/notes/new" in page
    for path in ("words", "agree", "review", "sharing", "people", "times", "sessions/new", "areas/housing", "apart"):
        assert f"/plans/{ref}/{path}" not in page, path
    for path in ("", "/risk", "/scores", "/records", "/signposts", "/leaving"):
        page = browser.get(f"/care/{ref}{path}").text
        for offered in ("/new", "/warnings/", "/steps/", "/tell"):
            assert f'href="/care/{ref}{offered}' not in page, (path, offered)


def test_whoever_works_with_her_by_right_is_not_held_up_by_glass_that_she_broke_before(
    app: Flask, sign_in_as: SignIn
) -> None:
    ref = resident(app)
    under_glass(app, ref, "recovery")
    browser = sign_in_as("recovery")
    assert browser.get(f"/plans/{ref}/words").status_code == 409
    with database_of(app).write() as db:
        allocated(db, referral_of(db, ref), "recovery")
    assert browser.get(f"/plans/{ref}/areas/housing").status_code == 200
    assert f"/plans/{ref}/areas/" in browser.get(f"/plans/{ref}").text


def test_the_review_of_a_broken_glass_lists_all_that_was_read_of_her(app: Flask, sign_in_as: SignIn) -> None:
    ref, other = resident(app), resident(app)
    with database_of(app).write() as db:
        officer = Pilot().person(db, "manager.panahghar")
        name_officer(db, officer, by=officer, actor=actor_of(officer), at=now())
        note = add_note(db, referral_of(db, ref), "worker.wall").ref
    under_glass(app, ref)
    under_glass(app, other)
    browser = sign_in_as("worker.panahghar")
    for path in (f"plans/{ref}/notes/{note}", f"care/{ref}/scores", f"care/{ref}/risk", "huddle", f"care/{other}/risk"):
        assert browser.get(f"/{path}").status_code == 200, path
    glass = rows(app, BrokenGlass)[0].ref
    page = sign_in_as("manager.panahghar").get(f"/privacy/{glass}").text
    for words in ("One note", note, "Her scores", "Risk and safety", "The huddle of her house", "Opened without"):
        assert words in page, words
    assert page.count("Risk and safety") == 1
    assert other not in page


def test_a_review_that_is_late_stands_with_everybody_who_can_see_to_it(app: Flask, sign_in_as: SignIn) -> None:
    ref = resident(app)
    with database_of(app).write() as db:
        by = Pilot().person(db, "recovery")
        long_ago = now() - timedelta(hours=73)
        told: dict[str, Any] = {"by": by, "actor": actor_of(by), "at": long_ago}
        glass = break_glass(db, referral_of(db, ref), "risk_to_life", "She is in danger", **told).ref
        officer = Pilot().person(db, "manager.wall")
        name_officer(db, officer, by=officer, actor=actor_of(officer), at=now())
    assert "remind your privacy officer" in sign_in_as("manager.wall").get("/").text
    today = sign_in_as("administrator").get("/").text
    assert "name another privacy officer" in today
    assert glass in today
    assert ref not in today
    for name in ("recovery", "practitioner", "manager.panahghar", "worker.wall"):
        assert glass not in sign_in_as(name).get("/").text, name


def test_she_is_told_of_every_kind_of_look(app: Flask, sign_in_as: SignIn) -> None:
    ref = resident(app, seen_by=["recovery"])
    with database_of(app).write() as db:
        note = add_note(db, referral_of(db, ref), "recovery").ref
    browser = sign_in_as("recovery")
    pages = {f"plans/{ref}/notes/{note}": "note.seen", f"care/{ref}/scores": "assessments.listed"}
    pages |= {f"care/{ref}/risk": "risk.seen", f"care/{ref}/leaving": "leaving.seen", f"care/{ref}": "care.seen"}
    for path in pages:
        assert browser.get(f"/{path}").status_code == 200, path
    told = sign_in_as("worker.wall").get(f"/plans/{ref}/looked").text
    for path, event in pages.items():
        assert LOOKS[event] in told, path


def test_a_page_of_somebody_who_left_leads_to_no_closed_door(app: Flask, sign_in_as: SignIn) -> None:
    ref = resident(app)
    browser = sign_in_as("worker.wall")
    with database_of(app).write() as db:
        stay = db.scalars(select(Stay).where(Stay.referral_id == referral_of(db, ref).id)).one()
        where = stay.ref
    assert f"/plans/{ref}" in browser.get(f"/residents/{where}").text
    with database_of(app).write() as db:
        db.scalars(select(Stay).where(Stay.ref == where)).one().ended_at = now() - timedelta(days=1)
        stay = db.scalars(select(Stay).where(Stay.ref == where)).one()
        stay.started_at, stay.ended_at = now() - timedelta(days=60), now() - timedelta(days=20)
    page = browser.get(f"/residents/{where}").text
    assert f"/plans/{ref}" not in page
    assert "closed now that she has left" in page
    assert rows(app, Incident) == []
