"""Planted secrets of one woman: no page, paper, file, feed, e-mail or log shows one to whoever may not know."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from refuge.beds.models import Stay
from refuge.database import new_ref, now
from refuge.inreach.service.feeds import make_feed
from refuge.london import london_date
from refuge.post.models import OutgoingMail
from refuge.referrals.models import Answer, Referral
from support_plans.categories import NEEDED, Category
from support_plans.leaving import How, Step
from support_plans.models import (
    Action,
    ActionOwner,
    ApartRecord,
    Assessment,
    CareRecord,
    Caution,
    Feedback,
    Giver,
    Goal,
    GoalState,
    Leaving,
    LeavingStep,
    Occasion,
    Plan,
    PlanArea,
    PlanChange,
    PlanReview,
    Progress,
    Signpost,
    TaskKind,
)
from support_plans.service.digest import let_know
from support_plans.service.tasks import add_task
from tests.builders import ADDRESS, Pilot
from tests.inreach.rows import add_session, furnish
from tests.placements.deciding import database_of
from tests.rota.rows import DAWN
from tests.support_plans.rows import actor_of, add_note, add_resident, move_to
from tests.support_plans.served import add_incident, add_service, allocate, referral_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from refuge.accounts.models import Person

    SignIn = Callable[[str], FlaskClient]

CANARY = "canary"
STRANGERS = (
    "practitioner", "counsellor", "worker.panahghar", "manager.panahghar", "worker.elsewhere", "manager.elsewhere",
    "commissioner", "referrer", "administrator",
)  # fmt: skip
"""Who has nothing to do with her, each in a role of her own."""
LEAVES = re.compile(r"sign-out|/leave|static|health|\.ics")
WORDS_THAT_TELL = re.compile(r"refuge|domestic|abuse|canary|R-\d{5}.*R-\d{5}", re.IGNORECASE)


def plant(db: Session, referral: Referral, by: Person) -> None:
    """Let somebody have written a canary into every field of a plan and of what hangs on it."""
    owned: dict[str, Any] = {"referral_id": referral.id, "agency_id": by.agency_id}
    at, today = now(), london_date(now())
    safety, health = {**owned, "category": Category.SAFETY}, {**owned, "category": Category.MENTAL_HEALTH}
    db.add(Plan(**owned, opened_at=at, her_words="canary-words", good_day="canary-good-day"))
    for category in Category:
        if category in NEEDED:
            words = f"canary-apart-{category}"
            db.add(ApartRecord(**owned, category=category, words=words, changed_by_id=by.id, changed_at=at))
        else:
            add_note(db, referral, by.email.split("@")[0], category, words=f"canary-note-{category}")
    area = PlanArea(**health, area="mental_health", now_words="canary-now", wanted_words="canary-wanted", opened_at=at)
    db.add(area)
    db.flush()
    goal = Goal(
        ref=new_ref(db, Goal), **health, area_id=area.id, words="canary-goal", made_at=at, made_by_id=by.id,
        state=GoalState.OPEN,
    )  # fmt: skip
    db.add(goal)
    db.flush()
    db.add_all([
        Action(
            ref=new_ref(db, Action), **health, goal_id=goal.id, what="canary-step", owner_kind=ActionOwner.HERSELF,
            made_at=at,
        ),
        Progress(**health, goal_id=goal.id, words="canary-moved", at=at, by_id=by.id),
        PlanReview(**health, reviewed_on=today, with_her=True, words="canary-review", at=at, by_id=by.id),
        PlanChange(**health, number=1, at=at, by_id=by.id, part="goal", before="canary-before", after="canary-after"),
        Assessment(
            ref=new_ref(db, Assessment), **health, tool="PHQ_9", tool_version="1999", occasion=Occasion.START,
            taken_on=today, answers={"phq9_1": 1}, complete=False, total=None, note="canary-score-note",
            taken_by_id=by.id, recorded_at=at,
        ),
        Caution(
            ref=new_ref(db, Caution), **safety, kind="other", words="canary-caution", made_by_id=by.id, made_at=at
        ),
        CareRecord(
            ref=new_ref(db, CareRecord), **safety, kind="safety_plan", at=at, written_by_id=by.id,
            told={"her_words": "canary-safety-plan", "staff": "canary-staff"},
        ),
        Signpost(
            ref=new_ref(db, Signpost), **health, service_id=add_service(db, by).id, why="canary-why", told_on=today,
            told_by_id=by.id, recorded_at=at,
        ),
        Leaving(
            **safety, started_at=at, started_by_id=by.id, open_steps=[], safe_contact="canary-contact",
            her_words="canary-of-her-time", calls=Answer.NO,
        ),
        LeavingStep(
            referral_id=referral.id, step=Step.FINAL_SCORES, how=How.NOT_NEEDED, at=at, note="canary-step-note",
            by_id=by.id,
        ),
        Feedback(
            network_id=by.network_id, agency_id=by.agency_id, giver=Giver.RESIDENT, on_day=today, rating=4,
            words="canary-feedback", themes=[], kept_by_id=by.id, kept_at=at,
        ),
    ])  # fmt: skip
    add_incident(db, by, referral_id=referral.id, words="canary-incident")
    add_task(
        db, TaskKind.ASKED, "canary-task", today, owner=by, actor=actor_of(by), at=at, referral=referral, by=by
    )  # fmt: skip


@pytest.fixture
def her(app: Flask) -> str:
    """A woman in WALL about whom worker.wall wrote a canary into everything."""
    with database_of(app).write() as db:
        referral = add_resident(db)
        plant(db, referral, Pilot().person(db, "worker.wall"))
        return referral.ref


def addresses(app: Flask, *refs: str) -> list[str]:
    """Return every page of the house that can be asked for: those about something, with each of these refs."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or LEAVES.search(rule.rule):
            continue
        told = sorted(rule.arguments)
        if not told:
            found.append(rule.rule)
        elif len(told) == 1:
            found += [re.sub(r"<[^>]+>", ref, rule.rule) for ref in refs]
        else:
            found += [_filled(rule.rule, ref) for ref in refs]
    return found


def _filled(rule: str, ref: str) -> str:
    known = {"area": "mental_health", "kind": "safety_plan", "tool": "PHQ_9", "step": "final_scores"}
    return re.sub(r"<(?:[^:>]+:)?([^>]+)>", lambda name: known.get(name[1], ref), rule)


def read(answer: TestResponse) -> str:
    """Return what a page, a paper or a file says, with its headers."""
    if answer.mimetype == "application/pdf":
        paper = PdfReader(BytesIO(answer.data))
        return "\n".join(page.extract_text() for page in paper.pages) + str(paper.metadata)
    return answer.get_data().decode("utf-8", "replace") + str(answer.headers)


def refs_of(app: Flask, her: str) -> list[str]:
    with database_of(app).reading() as db:
        stay = db.scalars(select(Stay.ref).join(Referral, Referral.id == Stay.referral_id).where(Referral.ref == her))
        return [her, *stay]


def told_to(app: Flask, browser: FlaskClient, refs: list[str]) -> Iterator[tuple[str, str]]:
    for path in addresses(app, *refs):
        answer = browser.get(path)
        assert answer.status_code < 500, path
        yield path, read(answer)


@pytest.mark.parametrize("who", STRANGERS)
def test_no_page_paper_or_file_shows_a_stranger_anything_of_her(
    app: Flask, sign_in_as: SignIn, her: str, who: str
) -> None:
    refs = refs_of(app, her)
    for path, shown in told_to(app, sign_in_as(who), refs):
        assert CANARY not in shown, path
        assert ADDRESS not in shown or "refuges" in path, path


def test_whoever_works_with_her_reads_nothing_of_others_without_a_basis(
    app: Flask, sign_in_as: SignIn, her: str
) -> None:
    with database_of(app).write() as db:
        allocate(db, referral_of(db, her), "recovery")
    for path, shown in told_to(app, sign_in_as("recovery"), refs_of(app, her)):
        assert CANARY not in shown, path


def test_a_house_that_she_left_for_another_is_shown_nothing_but_its_own_log(
    app: Flask, sign_in_as: SignIn, her: str
) -> None:
    with database_of(app).write() as db:
        move_to(db, referral_of(db, her), "Panahghar")
    own = {"canary-incident", "canary-feedback", "canary-task"}
    for path, shown in told_to(app, sign_in_as("manager.wall"), refs_of(app, her)):
        assert set(re.findall(r"canary-[a-z_-]+", shown)) <= own, path


def test_no_title_address_or_name_of_a_file_tells_on_her(app: Flask, sign_in_as: SignIn, her: str) -> None:
    for path, shown in told_to(app, sign_in_as("worker.wall"), refs_of(app, her)):
        title = re.search(r"<title[^>]*>(.*?)</title>", shown, re.DOTALL)
        file = re.search(r"filename=[^\r\n]*", shown)
        said = (title[1] if title else "") + (file[0] if file else "")
        assert not WORDS_THAT_TELL.search(said), (path, said)


def test_no_line_of_the_log_has_a_word_of_her_even_when_something_breaks(
    app: Flask, sign_in_as: SignIn, her: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = sign_in_as("worker.wall")
    for path in ("", "/notes", "/history", "/looked", "/copy"):
        assert worker.get(f"/plans/{her}{path}").status_code == 200
    worker.post(f"/plans/{her}/words", data={"her_words": "canary-typed", "seen": "1"})
    worker.post(f"/plans/{her}/notes/new", data={"words": "canary-typed", "category": "general"})
    worker.get("/directory?words=canary-looked-for")

    def breaks(*_told: object, **_more: object) -> None:
        message = "canary-in-a-fault"
        raise ValueError(message)

    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr("support_plans.views.planning.plan.shown_plan", breaks)
    broken = worker.get(f"/plans/{her}")
    assert broken.status_code == 500
    assert CANARY not in broken.text
    out, err = capfd.readouterr()
    assert CANARY not in out + err


def test_neither_a_calendar_nor_an_email_has_a_word_of_her(app: Flask, browser: FlaskClient) -> None:
    with database_of(app).write() as db:
        house = furnish(db)
        by = Pilot().person(db, "worker.wall")
        plant(db, house.her, by)
        add_session(db, house.dawn, "WALL", now() + timedelta(days=1), house.her)
        person = Pilot().person(db, DAWN)
        token = make_feed(db, house.dawn, by=person, actor=actor_of(person), at=now())
        assert let_know(db, by.id, at=now())
        mail = "".join(str(vars(row)) for row in db.scalars(select(OutgoingMail)))
        her = house.her.ref
    feed = browser.get(f"/calendar/{token}.ics")
    assert feed.status_code == 200
    assert "BEGIN:VEVENT" in feed.text
    for secret in (CANARY, her, ADDRESS):
        assert secret not in feed.text + str(feed.headers)
        assert secret not in mail
