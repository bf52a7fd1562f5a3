"""Who sees what, through the pages: consent, sharing without it, broken glass, sealed notes, who looked, canaries."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from refuge.accounts.passwords import hash_password
from refuge.audit.models import AuditEvent
from refuge.database import now
from refuge.london import london_date
from refuge.once import new_key
from refuge.seen import mark
from support_plans.categories import Category
from support_plans.models import (
    Allocation,
    ApartRecord,
    BrokenGlass,
    Note,
    Part,
    Plan,
    PlanArea,
    PrivacyAlert,
    SessionNeed,
    Sharing,
    TimeOfHers,
)
from support_plans.service.allocating import allocate
from support_plans.service.glass import name_officer
from tests.builders import ADDRESS, Pilot
from tests.placements.deciding import audited, boxes, database_of
from tests.support_plans.rows import actor_of, add_note, add_resident, worker_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    SignIn = Callable[[str], FlaskClient]

PASSWORD = "correct horse battery staple"
CANARIES = {category: f"canary-{category.value}" for category in Category}


@pytest.fixture
def ref(app: Flask) -> str:
    """A woman in WALL, to whom the recovery worker is allocated; in every category somebody wrote something."""
    with database_of(app).write() as db:
        referral = add_resident(db)
        by = Pilot().person(db, "worker.wall")
        recovery = Pilot().person(db, "recovery")
        told: dict[str, Any] = {"by": recovery, "actor": actor_of(recovery), "at": now()}
        allocate(db, referral, worker_of(db, "recovery"), Part.PRACTITIONER, **told)
        owned = {"referral_id": referral.id, "agency_id": by.agency_id}
        db.add(Plan(**owned, opened_at=now(), her_words="canary-words"))
        for category, canary in CANARIES.items():
            if category in {Category.IMMIGRATION, Category.PERPETRATOR, Category.OFFENCE}:
                db.add(ApartRecord(**owned, category=category, words=canary, changed_by_id=by.id, changed_at=now()))
            else:
                add_note(db, referral, "worker.wall", category, words=canary)
        add_note(db, referral, "worker.wall", Category.GENERAL, words="canary-sealed", sealed=True)
        return referral.ref


def agency_ref(app: Flask, name: str) -> str:
    with database_of(app).reading() as db:
        return Pilot().agency(db, name).ref


def consent(app: Flask, *categories: Category, days: int = 30, **told: str) -> dict[str, Any]:
    return {
        "agency": agency_ref(app, "Recovery agency"), "categories": [one.value for one in categories],
        "purpose": "Her recovery", "agrees": "yes", "how_given": "spoken", "key": new_key(),
        **boxes("until_on", london_date(now()) + timedelta(days=days)), **told,
    }  # fmt: skip


PAGES = ("", "/notes", "/history", "/sharing", "/looked", "/people", "/times", "/sessions/new", "/apart/perpetrator")


def all_that_she_reads(browser: FlaskClient, ref: str) -> str:
    """Return everything that a reader is shown about a resident, her copy on paper too."""
    pages = [browser.get(f"/plans/{ref}{path}") for path in PAGES]
    pages += [browser.get(path) for path in ("/", "/plans", "/beds", "/residents", "/privacy")]
    shown = "\n".join(page.text + str(page.headers) for page in pages)
    copied = browser.get(f"/plans/{ref}/copy")
    if copied.status_code == 200:
        shown += "\n".join(page.extract_text() for page in PdfReader(BytesIO(copied.data)).pages)
    return shown


def test_an_agency_reads_nothing_until_she_agrees_and_then_only_that(app: Flask, sign_in_as: SignIn, ref: str) -> None:
    recovery, worker = sign_in_as("recovery"), sign_in_as("worker.wall")
    assert "canary" not in all_that_she_reads(recovery, ref)
    told = consent(app, Category.SUBSTANCE_USE)
    for _ in range(2):
        assert worker.post(f"/plans/{ref}/sharing", data=told).status_code == 302
    shown = all_that_she_reads(recovery, ref)
    assert "canary-substance_use" in shown
    assert shown.count("canary") == shown.count("canary-substance_use")
    with database_of(app).reading() as db:
        row = db.scalars(select(Sharing)).one()
    assert "Her recovery" in worker.get(f"/plans/{ref}/sharing").text
    assert worker.post(f"/plans/{ref}/sharing/{row.ref}/withdraw").status_code == 302
    assert "canary" not in all_that_she_reads(recovery, ref)
    assert "already" in worker.post(f"/plans/{ref}/sharing/{row.ref}/withdraw", follow_redirects=True).text


def test_a_refuge_reads_its_own_but_what_is_sealed_stays_with_its_writer(sign_in_as: SignIn, ref: str) -> None:
    shown = all_that_she_reads(sign_in_as("manager.wall"), ref)
    for category in (Category.GENERAL, Category.MENTAL_HEALTH, Category.PERPETRATOR):
        assert CANARIES[category] in shown or category is Category.GENERAL
    assert "canary-sealed" not in shown
    assert "canary-sealed" in sign_in_as("worker.wall").get(f"/plans/{ref}/notes").text


@pytest.mark.parametrize("who", ["practitioner", "worker.panahghar", "worker.elsewhere", "commissioner", "referrer"])
def test_who_has_nothing_to_do_with_her_is_shown_nothing(sign_in_as: SignIn, ref: str, who: str) -> None:
    assert "canary" not in all_that_she_reads(sign_in_as(who), ref)


def test_what_is_kept_apart_stands_on_its_own_page_only(app: Flask, sign_in_as: SignIn, ref: str) -> None:
    worker = sign_in_as("worker.wall")
    everywhere = "".join(worker.get(f"/plans/{ref}{path}").text for path in PAGES if "apart" not in path)
    for category in (Category.IMMIGRATION, Category.PERPETRATOR, Category.OFFENCE):
        assert CANARIES[category] not in everywhere
        page = f"/plans/{ref}/apart/{category.value}"
        assert CANARIES[category] in worker.get(page).text
        assert worker.post(page, data={"words": "Changed", "version": "1"}).status_code == 302
        stale = worker.post(page, data={"words": "Mine", "version": "1"})
        assert stale.status_code == 409
        assert "Changed" in stale.text
    assert sign_in_as("recovery").get(f"/plans/{ref}/apart/immigration").status_code == 403
    worker.post(f"/plans/{ref}/sharing", data=consent(app, Category.PERPETRATOR, Category.IMMIGRATION))
    with database_of(app).reading() as db:
        opened = {one.category for row in db.scalars(select(Sharing)) for one in row.categories}
    assert opened == {Category.PERPETRATOR}


def test_a_no_is_noted_and_changes_nothing(app: Flask, sign_in_as: SignIn, ref: str) -> None:
    worker = sign_in_as("worker.wall")
    told = {"agency": agency_ref(app, "Recovery agency"), "agrees": "no", "key": new_key()}
    page = worker.post(f"/plans/{ref}/sharing", data=told, follow_redirects=True).text
    assert "same support whether she agrees or not" in page
    with database_of(app).reading() as db:
        assert db.scalars(select(Sharing)).all() == []
    assert "She did not agree to share" in worker.get(f"/plans/{ref}/history").text


def test_consent_asks_for_what_it_needs_and_loses_nothing(app: Flask, sign_in_as: SignIn, ref: str) -> None:
    worker = sign_in_as("worker.wall")
    page = worker.post(f"/plans/{ref}/sharing", data={"purpose": "Something typed"})
    assert page.status_code == 422
    for words in ("Choose what she said", "with which agency", "how she agreed", "at least one thing", "the last day"):
        assert words in page.text
    assert "Something typed" in page.text
    answer = worker.post(f"/plans/{ref}/sharing", data=consent(app, Category.SAFETY, days=500))
    assert answer.status_code == 409
    assert "within the next year" in answer.text


def test_sharing_without_consent_has_a_form_of_its_own(app: Flask, sign_in_as: SignIn, ref: str) -> None:
    path = f"/plans/{ref}/sharing/without"
    assert sign_in_as("worker.wall").get(path).status_code == 403
    manager = sign_in_as("manager.wall")
    assert manager.post(path, data={}).status_code == 422
    with database_of(app).reading() as db:
        decided = Pilot().person(db, "manager.wall").ref
    told = consent(app, Category.SAFETY, basis="marac", decided_by=decided, told_her="no")
    short = manager.post(path, data={**told, "why_necessary": "x", "why_proportionate": "y"})
    assert short.status_code == 409
    assert "somebody else can judge" in short.text
    why = {"why_necessary": "He has found her twice", "why_proportionate": "Only her safety plan"}
    assert manager.post(path, data={**told, **why}).status_code == 302
    page = manager.get(f"/plans/{ref}/sharing").text
    for words in ("He has found her twice", "Only her safety plan", "Manager Wall", "telling her is not safe"):
        assert words in page
    assert "canary-safety" in sign_in_as("recovery").get(f"/plans/{ref}/notes").text


def glass_of(app: Flask, whose: str, **told: str) -> dict[str, str]:
    with database_of(app).write() as db:
        Pilot().person(db, "worker.panahghar").password_hash = hash_password(PASSWORD)
    plain = {"ref": whose, "reason": "risk_to_life", "words": "She rang us and is in danger", "password": PASSWORD}
    return {**plain, **told}


def test_broken_glass_opens_for_an_hour_alerts_and_is_reviewed(app: Flask, sign_in_as: SignIn, ref: str) -> None:
    with database_of(app).write() as db:
        for name in ("manager.wall", "manager.panahghar"):
            officer = Pilot().person(db, name)
            name_officer(db, officer, by=officer, actor=actor_of(officer), at=now())
    told = glass_of(app, ref)
    worker, reviewer = sign_in_as("worker.panahghar"), sign_in_as("manager.panahghar")
    assert worker.get(f"/plans/{ref}").status_code == 404
    assert worker.post("/glass", data=told).location == f"/plans/{ref}"
    page = worker.get(f"/plans/{ref}").text
    assert "without the usual right" in page
    assert "canary-mental_health" in worker.get(f"/plans/{ref}/notes").text
    assert "canary-sealed" not in worker.get(f"/plans/{ref}/notes").text
    with database_of(app).reading() as db:
        row = db.scalars(select(BrokenGlass)).one()
        alerts = db.scalars(select(PrivacyAlert)).all()
    assert len(alerts) == 2
    today = reviewer.get("/").text
    assert "A record was opened without the usual right" in today
    assert ref not in today
    assert "Worker Panahghar" not in today
    listed = reviewer.get("/privacy").text
    assert row.ref in listed
    assert ref not in listed
    assert "Worker Panahghar" not in listed
    review = reviewer.get(f"/privacy/{row.ref}").text
    for words in ("Worker Panahghar", "She rang us and is in danger", "The plan", "Notes"):
        assert words in review
    assert sign_in_as("worker.panahghar").get(f"/privacy/{row.ref}").status_code == 404
    found = {"found": "justified", "review_words": "She had rung from the station"}
    assert reviewer.post(f"/privacy/{row.ref}", data={**found, "review_words": ""}).status_code == 422
    assert reviewer.post(f"/privacy/{row.ref}", data=found).status_code == 302
    assert reviewer.post(f"/privacy/{row.ref}", data=found).status_code == 409
    assert "Opened without the usual right" in sign_in_as("worker.wall").get(f"/plans/{ref}/looked").text


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"password": "wrong"}, "not your password"),
        ({"ref": "R-00000"}, "Nobody who lives"),
        ({"words": "short"}, "somebody else can judge"),
        ({"reason": ""}, "why you must open it"),
    ],
)
def test_glass_is_not_broken_lightly(
    app: Flask, sign_in_as: SignIn, ref: str, told: dict[str, str], words: str
) -> None:
    answer = sign_in_as("worker.panahghar").post("/glass", data=glass_of(app, ref, **told))
    assert answer.status_code == 422
    assert words in answer.text
    with database_of(app).reading() as db:
        assert db.scalars(select(BrokenGlass)).all() == []


def test_trying_to_open_a_sealed_note_alerts_the_officer_of_its_agency(
    app: Flask, sign_in_as: SignIn, ref: str
) -> None:
    with database_of(app).write() as db:
        officer = Pilot().person(db, "manager.wall")
        name_officer(db, officer, by=officer, actor=actor_of(officer), at=now())
        sealed = db.scalars(select(Note.ref).where(Note.sealed)).one()
    assert sign_in_as("recovery").get(f"/plans/{ref}/notes/{sealed}").status_code == 404
    assert audited(app, "note.refused")[0][0] == sealed
    manager = sign_in_as("manager.wall")
    assert sealed in manager.get("/privacy").text
    assert manager.post(f"/privacy/{sealed}/away").status_code == 302
    assert sealed not in manager.get("/privacy").text
    assert manager.post(f"/privacy/{sealed}/away").status_code == 404


def test_she_can_be_told_who_looked(sign_in_as: SignIn, ref: str) -> None:
    sign_in_as("recovery").get(f"/plans/{ref}")
    page = sign_in_as("worker.wall").get(f"/plans/{ref}/looked").text
    assert "Who looked at your record" in page
    assert "Recovery agency" in page
    assert "WALL" not in page


def test_no_word_of_a_record_stands_in_the_audit(app: Flask, sign_in_as: SignIn, ref: str) -> None:
    worker = sign_in_as("worker.wall")
    all_that_she_reads(worker, ref)
    worker.post(f"/plans/{ref}/words", data={"her_words": "canary-new", "seen": "1"})
    worker.post(f"/plans/{ref}/notes/new", data={"words": "canary-note", "category": "general"})
    worker.post(f"/plans/{ref}/sharing", data=consent(app, Category.SAFETY, purpose="canary-purpose"))
    with database_of(app).reading() as db:
        facts = "".join(f"{row.action}{row.subject_ref}{row.facts}" for row in db.scalars(select(AuditEvent)))
    assert "canary" not in facts


def test_the_copy_for_her_names_neither_place_nor_agency(app: Flask, sign_in_as: SignIn, ref: str) -> None:
    worker = sign_in_as("worker.wall")
    words = "At WALL I feel safe. The Recovery agency helps me."
    with database_of(app).write() as db:
        plan = db.scalars(select(Plan)).one()
        plan.her_words = words
        by = Pilot().person(db, "worker.wall")
        db.add(
            PlanArea(
                referral_id=plan.referral_id, agency_id=by.agency_id, category=Category.PRACTICAL, area="housing",
                now_words="A room in WALL", wanted_words="A flat", opened_at=now(),
            ),
        )  # fmt: skip
    for size in ("", "?print=large"):
        answer = worker.get(f"/plans/{ref}/copy{size}")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="my-plan.pdf"'
        read = PdfReader(BytesIO(answer.data))
        text = "\n".join(page.extract_text() for page in read.pages)
        assert "I feel safe" in text
        assert "A flat" in text
        for secret in ("WALL", "Recovery agency", "Wall agency", ref, ADDRESS, "canary"):
            assert secret not in text + str(read.metadata)
    worker.post(f"/plans/{ref}/words", data={"her_words": words, "copy_names_agencies": "y", "seen": "1"})
    read = PdfReader(BytesIO(worker.get(f"/plans/{ref}/copy").data))
    assert "Recovery agency helps me" in read.pages[0].extract_text()
    assert "WALL" not in read.pages[0].extract_text()
    assert sign_in_as("recovery").get(f"/plans/{ref}/copy").status_code == 404


def test_sessions_and_times_are_asked_for_by_the_plan(app: Flask, sign_in_as: SignIn, ref: str) -> None:
    worker = sign_in_as("worker.wall")
    told = {
        "service": "recovery", "discipline": "recovery_worker", "minutes": "50", "every": "7", "urgency": "soon",
        "interpreter": "not_needed", "key": new_key(),
    }  # fmt: skip
    assert worker.post(f"/plans/{ref}/sessions/new", data={**told, "service": "", "every": ""}).status_code == 422
    for _ in range(2):
        assert worker.post(f"/plans/{ref}/sessions/new", data=told).status_code == 302
    with database_of(app).reading() as db:
        need = db.scalars(select(SessionNeed)).one()
    assert "Recovery session (recovery worker)" in worker.get(f"/plans/{ref}").text
    path = f"/plans/{ref}/sessions/{need.ref}"
    changed = {**told, "minutes": "30", "version": "1", "key": "", **boxes("earliest_on", need.earliest_on)}
    assert worker.post(path, data=changed).status_code == 302
    stale = worker.post(path, data=changed)
    assert stale.status_code == 409
    assert "30 minutes" in stale.text
    assert worker.post(f"{path}/end", data={"why": "She has finished"}).status_code == 302
    assert "She has finished" in worker.get(f"/plans/{ref}").text
    time = {"when": "0", "begins": "8:30", "ends": "9:15", "kind": "cannot", "why": "school_run"}
    assert worker.post(f"/plans/{ref}/times", data={**time, "ends": "8:00"}).status_code == 422
    assert worker.post(f"/plans/{ref}/times", data=time).status_code == 302
    assert "Mondays 08:30 to 09:15: school run" in worker.get(f"/plans/{ref}").text
    with database_of(app).reading() as db:
        row = db.scalars(select(TimeOfHers)).one()
    assert worker.post(f"/plans/{ref}/times", data={"gone": str(row.id)}).status_code == 302
    assert "No times are noted" in worker.get(f"/plans/{ref}").text


def test_who_works_with_her_is_named_and_released(app: Flask, sign_in_as: SignIn, ref: str) -> None:
    worker = sign_in_as("worker.wall")
    with database_of(app).write() as db:
        key = worker_of(db, "manager.wall").ref
        recovery = worker_of(db, "recovery").ref
    assert worker.post(f"/plans/{ref}/people", data={"worker": ""}).status_code == 422
    told = {"worker": key, "part": "keyworker", "key": new_key()}
    assert worker.post(f"/plans/{ref}/people", data=told).status_code == 302
    assert worker.post(f"/plans/{ref}/people", data={**told, "key": new_key()}).status_code == 409
    assert "Manager Wall" in worker.get(f"/plans/{ref}").text
    assert worker.post(f"/plans/{ref}/people/{recovery}/end").status_code == 302
    assert sign_in_as("recovery").get(f"/plans/{ref}").status_code == 404
    with database_of(app).reading() as db:
        assert len(db.scalars(select(Allocation).where(Allocation.until_on.is_(None))).all()) == 1


def test_an_administrator_names_the_privacy_officers(app: Flask, sign_in_as: SignIn) -> None:
    with database_of(app).reading() as db:
        manager, council = Pilot().person(db, "manager.wall").ref, Pilot().person(db, "commissioner").ref
    browser = sign_in_as("administrator")
    told = {"person": manager, "seen": mark(None)}
    assert browser.post("/people/officers", data=told).status_code == 302
    stale = browser.post("/people/officers", data=told)
    assert stale.status_code == 409
    assert "Somebody else has just named Manager Wall" in stale.text
    assert browser.post("/people/officers", data={"person": council}).status_code == 400
    assert "Manager Wall" in browser.get("/people/officers").text
    assert "Manager Wall" in sign_in_as("worker.wall").get("/privacy").text


def test_an_hour_of_broken_glass_opens_nothing_for_longer(app: Flask, sign_in_as: SignIn, ref: str) -> None:
    told = glass_of(app, ref)
    worker = sign_in_as("worker.panahghar")
    assert worker.post("/glass", data=told).status_code == 302
    agree_to = consent(app, Category.SAFETY)
    share = sign_in_as("worker.wall").post(f"/plans/{ref}/sharing", data=agree_to)
    assert share.status_code == 302
    agree_to = consent(app, Category.MENTAL_HEALTH)
    with database_of(app).write() as db:
        mine = worker_of(db, "worker.panahghar").ref
        before = len(db.scalars(select(Sharing)).all()), len(db.scalars(select(Allocation)).all())
        shared = db.scalars(select(Sharing.ref)).first()
    for path, sent in (
        ("sharing", agree_to), ("people", {"worker": mine, "part": "keyworker"}), (f"sharing/{shared}/withdraw", {}),
    ):  # fmt: skip
        answer = worker.post(f"/plans/{ref}/{path}", data=sent)
        assert answer.status_code == 409, path
        assert "opened this for an hour" in answer.text
    with database_of(app).reading() as db:
        assert (len(db.scalars(select(Sharing)).all()), len(db.scalars(select(Allocation)).all())) == before


def test_under_broken_glass_a_note_can_be_written_and_nothing_changed(app: Flask, sign_in_as: SignIn, ref: str) -> None:
    worker = sign_in_as("worker.panahghar")
    assert worker.post("/glass", data=glass_of(app, ref)).status_code == 302
    for path in ("plans/{}/words", "plans/{}/review", "care/{}/leaving/tell", "care/{}/scores/new/PHQ_9"):
        answer = worker.post("/" + path.format(ref), data={})
        assert answer.status_code == 409, path
        assert "opened this for an hour" in answer.text
    assert worker.post(f"/plans/{ref}/notes/new", data={}).status_code == 422
    assert worker.get(f"/plans/{ref}").status_code == 200
