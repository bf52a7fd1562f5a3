"""What a review of the room found: who sees a referral and for how long, and input that nobody's page sends."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from threading import Thread
from time import sleep
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from refuge.audit.models import AuditEvent
from refuge.audit.service import Actor
from refuge.beds.models import Stay
from refuge.database import new_ref
from refuge.referrals import queries
from refuge.referrals.forms import add_row
from refuge.referrals.forms.fields import read_date
from refuge.referrals.models import Answer, Child, Referral, ReferralDraft, ReferralState
from refuge.referrals.service import Opening, change_referral, save_draft, start_draft
from tests.builders import Pilot
from tests.referrals.told import AT, LEAST, ON, details, take

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from refuge.database import Database

FETCH = {"X-Requested-With": "fetch", "Accept": "application/json"}
PAGE = {"page": "first", "base": "0"}
ABSURD = ("2147483648", str(2**63), "9" * 5000, "-1", "-2147483649", "1e3", "²", "٣")


@pytest.fixture
def worker(sign_in_as: Callable[[str], FlaskClient]) -> FlaskClient:
    return sign_in_as("worker.wall")


def begin(client: FlaskClient) -> str:
    return client.post("/referrals/new").location


def move_in(db: Session, referral: Referral, refuge: str) -> Stay:
    referral.state = ReferralState.PLACED
    bed = Pilot().bed(db, refuge, "Room 1")
    stay = Stay(ref=new_ref(db, Stay), bed_id=bed.id, referral_id=referral.id, started_at=AT)
    db.add(stay)
    db.flush()
    return stay


def rows_of(page: str) -> dict[str, str]:
    return dict(re.findall(r"<dt[^>]*>([^<]*)</dt><dd[^>]*>([^<]*)</dd>", page))


@pytest.mark.parametrize("state", ReferralState)
def test_another_agencys_shared_referral_is_seen_only_while_it_is_open(
    worker: FlaskClient,
    database: Database,
    state: ReferralState,
) -> None:
    with database.write() as db:
        row = take(db, "worker.panahghar", name="Kiran Pretend")
        ref, row.state = row.ref, state
        row.closed_at = AT if state in {ReferralState.TURNED_AWAY, ReferralState.WITHDRAWN} else None
    is_open = state in {ReferralState.WAITING, ReferralState.HELD}
    assert worker.get(f"/referrals/{ref}").status_code == (200 if is_open else 404)
    assert (ref in worker.get("/referrals?state=all").text) is is_open
    assert (ref in worker.post("/referrals/find", data={"words": "Kiran"}).text) is is_open


@pytest.mark.parametrize(("refuge", "sees"), [("WALL", True), ("Panahghar", False)])
def test_the_agency_in_whose_bed_she_lived_keeps_its_residents_record(
    worker: FlaskClient,
    database: Database,
    refuge: str,
    *,
    sees: bool,
) -> None:
    with database.write() as db:
        row = take(db, "referrer")
        ref = row.ref
        move_in(db, row, refuge).ended_at = AT + timedelta(days=9)
    assert worker.get(f"/referrals/{ref}").status_code == (200 if sees else 404)


def test_a_ref_that_she_may_not_see_reads_another_household(
    sign_in_as: Callable[[str], FlaskClient],
    database: Database,
) -> None:
    with database.write() as db:
        secret = take(db, name="Hidden Person", shared="no", safe_number="07700 900001")
        seen = take(db, safe_number="07700 900002")
        stay = move_in(db, take(db, shared="no", safe_number="07700 900003"), "WALL")
        named = f"Sister of {secret.ref.lower()}"
        ref = take(
            db, safe_number="07700 900004",
            **{
                "must_not_meet-0-who": secret.ref, "must_not_meet-1-who": stay.ref, "must_not_meet-2-who": seen.ref,
                "must_not_meet-3-who": "Tracy Invented", "must_not_meet-4-who": named,
                "must_not_meet-5-who": "Ann", "must_not_meet-5-why": f"Shared a room with {stay.ref}",
            },
        ).ref  # fmt: skip
        hidden = (secret.ref, stay.ref, secret.ref.lower())
    theirs = sign_in_as("worker.panahghar").get(f"/referrals/{ref}").text
    assert not [other for other in hidden if other in theirs]
    assert theirs.count("another household") == 4
    assert seen.ref in theirs
    assert "Tracy Invented" in theirs
    own = sign_in_as("worker.wall").get(f"/referrals/{ref}").text
    assert not [other for other in hidden if other not in own]


def test_a_person_told_of_while_she_could_be_seen_stays_when_the_list_is_added_to(database: Database) -> None:
    with database.write() as db:
        other = take(db, "worker.panahghar", safe_number="07700 900001")
        told = {"must_not_meet-0-who": other.ref, "safe_number": "07700 900002"}
        row = take(db, **told)
        other.state = ReferralState.PLACED
        db.flush()
        person = Pilot().person(db, "worker.wall")
        more = details(db, **told, **{"must_not_meet-1-who": "Tracy Invented"})
        change_referral(
            db, row, more, version=1, by=person, actor=Actor(person.ref, person.agency.ref, person.role), at=AT,
        )  # fmt: skip
        assert next(kept.who_key for kept in row.must_not_meet) == other.ref


def test_the_form_says_what_is_shared(worker: FlaskClient) -> None:
    assert "whom you must not meet and how your place could be paid for" in worker.get(begin(worker)).text


def test_a_save_that_meets_the_sending_of_its_call_fills_nothing_again(
    worker: FlaskClient,
    database: Database,
) -> None:
    url = begin(worker)
    answers: list[object] = []

    def save() -> None:
        data = {**PAGE, "saves": 7, "name": "Danielle"}
        answers.append(worker.post(f"{url}/save", data=data, headers=FETCH).get_json())

    with database.writing() as db:
        draft = queries.draft(db, Pilot().person(db, "worker.wall"), url.rsplit("/", 1)[-1], lock=True)
        made = take(db, draft=draft)
        db.flush()
        late = Thread(target=save)
        late.start()
        sleep(0.5)
        db.commit()
        late.join(20)
    assert answers == [{"sent": f"/referrals/{made.ref}"}]
    with database.reading() as db:
        assert db.scalars(select(ReferralDraft.typed)).one() == {}


def test_a_draft_that_became_a_referral_takes_no_save(database: Database) -> None:
    with database.write() as db:
        person = Pilot().person(db, "worker.wall")
        actor = Actor(person.ref, person.agency.ref, person.role)
        draft = start_draft(db, by=person, actor=actor, at=AT)
        db.flush()
        take(db, draft=draft)
        db.flush()
        late = save_draft(db, draft, {"name": ["late"]}, page=Opening("p", 0), saves=9, actor=actor, at=AT)
        assert (late.taken, draft.typed) == (False, {})


def test_a_call_does_not_follow_its_worker_to_another_agency(worker: FlaskClient, database: Database) -> None:
    url = begin(worker)
    with database.write() as db:
        Pilot().person(db, "worker.wall").agency_id = Pilot().agency(db, "Panahghar agency").id
    assert worker.get(url).status_code == 404
    assert worker.post(f"{url}/save", data=PAGE, headers=FETCH).status_code == 404
    assert "Go on with" not in worker.get("/referrals").text


@pytest.mark.parametrize(
    "text", ["99999999999999999999 3 1991", "27 99999999999999999999 1991", "1 99999999999999999999"]
)
def test_a_day_with_an_absurd_number_is_none(text: str) -> None:
    assert read_date(text, on=ON, past=False) is None


def test_an_absurd_date_is_answered_with_a_sentence(worker: FlaskClient) -> None:
    typed = {**LEAST, **PAGE, "saves": 1, "born_on": "99999999999999999999 3 1991", "do": "send"}
    answer = worker.post(begin(worker), data=typed)
    assert answer.status_code == 422
    assert "Enter a date of birth" in answer.text


POISON = (
    "children-²-age", f"children-{'9' * 5000}-age", f"childrenX{'9' * 5000}", "children-1000-age", "children--age",
    "must_not_meet-²-who", "must_not_meet-٣-who", "children-0-", "children²",
)  # fmt: skip


def test_names_of_rows_that_no_page_sends_are_dropped(worker: FlaskClient, database: Database) -> None:
    url = begin(worker)
    typed = {**dict.fromkeys(POISON, "7"), "children-0-age": "4", "name": "Danielle"}
    assert worker.post(f"{url}/save", data={**PAGE, "saves": 1, **typed}, headers=FETCH).status_code == 200
    with database.reading() as db:
        assert set(db.scalars(select(ReferralDraft.typed)).one()) == {"children-0-age", "name"}
    with database.write() as db:
        db.scalars(select(ReferralDraft)).one().typed = {name: ["7"] for name in typed}
    assert worker.get(url).status_code == 200
    for do in ("add_children", "add_must_not_meet", "add_nothing", "send"):
        data = {**typed, "page": do, "base": "900", "saves": "901", "do": do}
        assert worker.post(url, data=data).status_code in {302, 409, 422}


@pytest.mark.parametrize("rows", ["children", "must_not_meet", "", "name", "children-0"])
@pytest.mark.parametrize("names", [POISON, ("children-999-age", "must_not_meet-999-who"), ("children-", "children")])
def test_adding_a_row_survives_anything(rows: str, names: tuple[str, ...]) -> None:
    typed = MultiDict(dict.fromkeys(names, "7"))
    add_row(typed, rows)
    assert len(typed) == len(names) + (rows in {"children", "must_not_meet"})


@pytest.mark.parametrize("number", ABSURD)
def test_an_absurd_number_in_a_request_is_no_fault(worker: FlaskClient, database: Database, number: str) -> None:
    url = begin(worker)
    with database.write() as db:
        ref = take(db).ref
    told = {"page": number, "base": number, "saves": number, "version": number}
    answers = [
        worker.get("/referrals", query_string={"page": number}),
        worker.post(f"{url}/save", data=told, headers=FETCH),
        worker.post(url, data={**told, "do": "later"}),
        *(worker.post(f"/referrals/{ref}/{act}", data={**told, **LEAST, "reason": "K05"}) for act in ACTS),
    ]
    assert [answer.status_code for answer in answers if answer.status_code not in {200, 302, 409, 422}] == []
    with database.reading() as db:
        assert db.scalars(select(Referral.state)).one() is ReferralState.WAITING


ACTS = ("edit", "progress", "withdraw")


def test_the_audit_notes_that_a_page_saved_and_not_each_keystroke(worker: FlaskClient, database: Database) -> None:
    url = begin(worker)
    for saves in (1, 2, 3):
        worker.post(f"{url}/save", data={**PAGE, "saves": saves, "name": "x" * saves}, headers=FETCH)
    refused = worker.post(f"{url}/save", data={"page": "second", "base": 1, "saves": 9}, headers=FETCH).get_json()
    assert refused["elsewhere"]
    worker.post(f"{url}/save", data={"page": "third", "base": 3, "saves": 4, "name": "more"}, headers=FETCH)
    with database.reading() as db:
        saved = db.scalars(select(AuditEvent).where(AuditEvent.action == "draft.saved")).all()
    assert [event.subject_ref for event in saved] == [url.rsplit("/", 1)[-1]] * 2
    assert {json.dumps(json.loads(event.facts)) for event in saved} == {"{}"}


@pytest.mark.parametrize(
    ("typed", "sentence", "beside"),
    [
        ({f"children-{place}-age": "5" for place in range(16)}, "Keep to 15 children", "children-15-age"),
        (
            {f"must_not_meet-{place}-who": f"Person {place}" for place in range(21)},
            "Keep to 20",
            "must_not_meet-20-who",
        ),
    ],
)
def test_more_rows_than_are_kept_are_refused_and_none_is_dropped(
    worker: FlaskClient,
    database: Database,
    typed: dict[str, str],
    sentence: str,
    beside: str,
) -> None:
    answer = worker.post(begin(worker), data={**LEAST, **PAGE, **typed, "saves": 1, "do": "send"})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'href="#{beside}"' in answer.text
    for name in typed:
        assert f'name="{name}"' in answer.text
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Referral)) == 0


def test_a_late_update_of_checks_is_answered_on_its_own_page_with_what_was_typed(
    worker: FlaskClient,
    database: Database,
) -> None:
    with database.write() as db:
        ref = take(db).ref
    worker.post(f"/referrals/{ref}/progress", data={"version": 1, "check_background": "asked"})
    late = {"version": 1, "check_background": "done", "check_background_on": "20 11 2026"}
    answer = worker.post(f"/referrals/{ref}/progress", data=late)
    assert answer.status_code == 409
    assert "Somebody else changed" in answer.text
    assert 'value="20 11 2026"' in answer.text
    assert 'name="version" value="2"' in answer.text


def test_a_late_withdrawal_is_answered_on_its_own_page_with_the_reason(
    worker: FlaskClient,
    database: Database,
) -> None:
    with database.write() as db:
        ref = take(db).ref
    worker.post(f"/referrals/{ref}/progress", data={"version": 1, "check_background": "asked"})
    answer = worker.post(f"/referrals/{ref}/withdraw", data={"version": 1, "reason": "K05"})
    assert answer.status_code == 409
    assert "Somebody else changed" in answer.text
    assert re.search(r'value="K05"[^>]* checked', answer.text)
    assert worker.post(f"/referrals/{ref}/withdraw", data={"version": 2, "reason": "K05"}).status_code == 302


@pytest.mark.parametrize(("refuge", "told"), [("WALL", True), ("Panahghar", False)])
def test_only_stays_in_ones_own_refuges_are_told(
    worker: FlaskClient,
    database: Database,
    refuge: str,
    *,
    told: bool,
) -> None:
    with database.write() as db:
        old = take(db, name="Fatima Example")
        move_in(db, old, refuge)
        ref, before = take(db, name="Fatima Example").ref, old.ref
    page = worker.get(f"/referrals/{ref}").text
    assert before in page
    assert ("She has stayed in a refuge here before" in page) is told


@pytest.mark.parametrize(
    ("typed", "shown", "answer"),
    [
        ({}, "Not asked", Answer.NOT_ASKED),
        ({"children_come": "no"}, "None", Answer.NO),
        ({"children_come": "yes"}, "Yes, ages not asked", Answer.YES),
        ({"children-0-age": "7", "children-0-sex": "boy"}, "7 (boy)", Answer.YES),
    ],
)
def test_no_children_is_not_the_same_as_not_asked(
    worker: FlaskClient,
    database: Database,
    typed: dict[str, str],
    shown: str,
    answer: Answer,
) -> None:
    with database.write() as db:
        row = take(db, **typed)
        ref, kept = row.ref, row.children_come
    page = worker.get(f"/referrals/{ref}").text
    assert (rows_of(page)["Children"], kept) == (shown, answer)
    assert ("<li>whether children come with her</li>" in page) is (answer is Answer.NOT_ASKED)
    assert ("children not asked" in worker.get("/referrals").text) is (answer is Answer.NOT_ASKED)


def test_a_child_beside_no_children_is_refused_in_words(worker: FlaskClient, database: Database) -> None:
    typed = {**LEAST, **PAGE, "saves": 1, "children_come": "no", "children-0-age": "7", "do": "send"}
    answer = worker.post(begin(worker), data=typed)
    assert answer.status_code == 422
    assert "You said that no child comes" in answer.text
    with database.reading() as db:
        assert db.scalars(select(Child)).all() == []
