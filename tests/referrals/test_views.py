"""The pages of referrals: a call that nothing is lost of, and a record that only the right people read."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, func, select

from refuge.audit.models import AuditEvent
from refuge.referrals.models import Referral, ReferralDraft, ReferralState
from tests.builders import add_hold
from tests.referrals.told import LEAST, take

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from refuge.database import Database

FETCH = {"X-Requested-With": "fetch", "Accept": "application/json"}
PAGE = {"page": "first", "base": "0"}


def begin(client: FlaskClient) -> str:
    """Begin a call and return the address of its page."""
    answer = client.post("/referrals/new")
    assert answer.status_code == 302
    return answer.location


def save(client: FlaskClient, url: str, saves: int = 1, **typed: str) -> dict[str, Any]:
    answer = client.post(f"{url}/save", data={**PAGE, "saves": saves, **typed}, headers=FETCH)
    assert answer.status_code == 200
    told: dict[str, Any] = answer.get_json()
    return told


def made(database: Database, by: str = "worker.wall", **told: str) -> str:
    with database.write() as db:
        return take(db, by, **told).ref


def events(database: Database, action: str) -> list[dict[str, Any]]:
    with database.reading() as db:
        facts = db.scalars(select(AuditEvent.facts).where(AuditEvent.action == action)).all()
    return [json.loads(text) for text in facts]


@pytest.fixture
def worker(sign_in_as: Callable[[str], FlaskClient]) -> FlaskClient:
    return sign_in_as("worker.wall")


def test_what_was_typed_is_there_again_after_a_dropped_line(worker: FlaskClient) -> None:
    url = begin(worker)
    told = save(worker, url, name="Danielle", born_on="not a date", risk_tool="DASH_RIC", risk_count="15")
    assert told["saves"] == 1
    assert re.fullmatch(r"\d\d:\d\d", told["saved_at"])
    assert told["risk"].startswith("High")
    page = worker.get(url).text
    assert 'value="Danielle"' in page
    assert 'value="not a date"' in page
    assert "There is a problem" not in page
    assert url.rsplit("/", 1)[-1] in worker.get("/referrals").text


def test_beginning_a_call_takes_a_post(worker: FlaskClient) -> None:
    assert worker.get("/referrals/new").status_code in {404, 405}


@pytest.mark.parametrize("other", ["manager.wall", "worker.panahghar", "referrer", "worker.elsewhere"])
def test_a_draft_is_only_for_the_person_who_takes_the_call(
    worker: FlaskClient,
    sign_in_as: Callable[[str], FlaskClient],
    other: str,
) -> None:
    url = begin(worker)
    stranger = sign_in_as(other)
    assert stranger.get(url).status_code == 404
    assert stranger.post(f"{url}/save", data=PAGE, headers=FETCH).status_code == 404
    assert stranger.post(url, data={**LEAST, "do": "send"}).status_code == 404
    assert stranger.get(f"{url}/discard").status_code == 404
    assert stranger.get(f"{url}/token").status_code == 404


def test_a_save_after_the_sign_in_ended_is_answered_so_that_the_page_can_say_so(
    worker: FlaskClient,
    browser: FlaskClient,
) -> None:
    url = begin(worker)
    assert browser.post(f"{url}/save", data=PAGE, headers=FETCH).status_code == 401


def test_a_call_without_a_script_is_saved_and_found_again(worker: FlaskClient) -> None:
    url = begin(worker)
    answer = worker.post(url, data={**PAGE, "saves": 0, "name": "Danielle", "do": "later"})
    assert answer.location == "/referrals"
    assert "Go on with" in worker.get("/referrals").text
    more = worker.post(url, data={"page": "next", "base": 1, "saves": 1, "children-0-age": "4", "do": "add_children"})
    assert more.location.startswith(url)
    page = worker.get(url).text
    assert 'name="children-1-age"' in page
    assert 'value="4"' in page


def test_an_incomplete_call_is_answered_beside_the_fields_and_nothing_is_lost(
    worker: FlaskClient,
    database: Database,
) -> None:
    url = begin(worker)
    answer = worker.post(url, data={**PAGE, "saves": 1, "name": "Danielle", "children-0-age": "x", "do": "send"})
    assert answer.status_code == 422
    for sentence in ("Choose who rings", "Enter a safe number", "ask her", "Enter the child’s age"):
        assert sentence in answer.text
    assert 'href="#children-0-age"' in answer.text
    assert 'id="children-0-age"' in answer.text
    assert 'value="Danielle"' in answer.text
    with database.reading() as db:
        assert db.scalars(select(ReferralDraft.typed)).one()["name"] == ["Danielle"]


def test_a_call_becomes_one_referral_and_its_draft_is_emptied(worker: FlaskClient, database: Database) -> None:
    url = begin(worker)
    typed = {**LEAST, **PAGE, "saves": 1, "do": "send"}
    first = worker.post(url, data=typed)
    again = worker.post(url, data=typed)
    assert first.status_code == again.status_code == 302
    assert first.location == again.location == worker.get(url).location
    assert save(worker, url, saves=9, name="late") == {"sent": first.location}
    with database.reading() as db:
        assert db.scalars(select(ReferralDraft.typed)).one() == {}
        assert len(db.scalars(select(Referral)).all()) == 1
    assert "Go on with" not in worker.get("/referrals").text


def test_a_discarded_call_keeps_nothing_that_was_typed(worker: FlaskClient, database: Database) -> None:
    url = begin(worker)
    save(worker, url, name="Danielle")
    assert "will be gone" in worker.get(f"{url}/discard").text
    for _ in range(2):
        assert worker.post(f"{url}/discard", data={"saves": 1}).location == "/referrals"
        assert "What was typed is gone" in worker.get("/referrals").text
    assert worker.get(url).location == "/referrals"
    with database.reading() as db:
        assert db.scalars(select(ReferralDraft.typed)).one() == {}
        discarded = select(func.count()).where(AuditEvent.action == "draft.discarded")
        assert db.scalar(discarded) == 1


def test_another_tab_is_not_overwritten_by_a_button_either(worker: FlaskClient, database: Database) -> None:
    url = begin(worker)
    save(worker, url, saves=5, name="First tab")
    answer = worker.post(
        url, data={**LEAST, "page": "second", "base": 0, "saves": 0, "name": "Second tab", "do": "send"}
    )
    assert answer.status_code == 409
    assert "open in another tab" in answer.text
    assert 'value="Second tab"' in answer.text
    with database.reading() as db:
        assert db.scalars(select(ReferralDraft.typed)).one()["name"] == ["First tab"]
        assert db.scalar(select(Referral)) is None


def test_she_is_said_to_be_known_while_she_is_still_on_the_telephone(
    worker: FlaskClient,
    sign_in_as: Callable[[str], FlaskClient],
    database: Database,
) -> None:
    ref = made(database, "worker.panahghar", name="Fatima Example")
    secret = made(database, "worker.panahghar", name="Fatima Example", shared="no")
    url = begin(worker)
    told = save(worker, url, safe_number="+44 7700 900123")
    assert [other["ref"] for other in told["known"]] == [ref]
    save(worker, url, saves=2, safe_number="+44 7700 900123")
    assert events(database, "duplicate.seen") == [{"refs": [ref]}]
    referrer = sign_in_as("referrer")
    assert save(referrer, begin(referrer), safe_number="07700 900123")["known"] == []
    assert secret not in json.dumps(told)


READERS = ("worker.wall", "manager.wall", "worker.panahghar", "referrer", "other.referrer", "worker.elsewhere")
SEES = {
    ("worker.wall", "no"): {"worker.wall", "manager.wall"},
    ("worker.wall", "yes"): {"worker.wall", "manager.wall", "worker.panahghar"},
    ("referrer", "yes"): {"referrer", "worker.wall", "manager.wall", "worker.panahghar"},
}


@pytest.mark.parametrize(("by", "shared"), SEES)
def test_a_referral_is_seen_by_its_agency_and_if_she_agreed_by_the_refuges_of_the_network(
    sign_in_as: Callable[[str], FlaskClient],
    database: Database,
    by: str,
    shared: str,
) -> None:
    ref = made(database, by, shared=shared, name="Danielle Example")
    for reader in READERS:
        client = sign_in_as(reader)
        sees = reader in SEES[by, shared]
        assert client.get(f"/referrals/{ref}").status_code == (200 if sees else 404), reader
        assert (ref in client.get("/referrals").text) is sees, reader
        assert (ref in client.post("/referrals/find", data={"words": "danielle"}).text) is sees, reader
        own = sees and reader.rsplit(".")[-1] == by.rsplit(".", maxsplit=1)[-1]
        assert client.get(f"/referrals/{ref}/edit").status_code == (200 if own else 404), reader
        assert client.post(f"/referrals/{ref}/withdraw", data={"reason": "K05"}).status_code != 302 or own


@pytest.mark.parametrize("role", ["commissioner", "practitioner", "administrator", "counsellor"])
def test_nobody_else_enters(sign_in_as: Callable[[str], FlaskClient], database: Database, role: str) -> None:
    ref = made(database)
    client = sign_in_as(role)
    for address in ("/referrals", f"/referrals/{ref}", f"/referrals/{ref}/edit"):
        assert client.get(address).status_code == 403


def test_a_read_leaves_its_events_and_no_name(worker: FlaskClient, database: Database) -> None:
    ref = made(
        database, name="Danielle Example", recourse_status="NRPF_CONDITION", **{"must_not_meet-0-who": "Tracy Invented"}
    )
    page = worker.get(f"/referrals/{ref}").text
    assert "Tracy Invented" in page
    assert "a condition of her leave" in page
    assert "money" in events(database, "referral.seen")[0]["groups"]
    assert len(events(database, "recourse.seen")) == len(events(database, "conflict.seen")) == 1
    worker.get("/referrals")
    worker.post("/referrals/find", data={"words": "Danielle"})
    assert events(database, "referral.listed") == events(database, "referral.found") == [{"refs": [ref]}]
    with database.reading() as db:
        every = " ".join(db.scalars(select(AuditEvent.facts)))
    assert not re.search("danielle|tracy|07700", every, re.IGNORECASE)


def test_an_agency_that_refers_is_told_the_outcome_and_never_the_place(
    sign_in_as: Callable[[str], FlaskClient],
    database: Database,
) -> None:
    ref = made(database, "referrer")
    client = sign_in_as("referrer")
    with database.write() as db:
        row = db.scalars(select(Referral)).one()
        add_hold(db, row)
    page = client.get(f"/referrals/{ref}").text
    assert "A bed is held" in page
    assert "Change" not in page
    assert not re.search("WALL|Panahghar", page)
    assert client.get(f"/referrals/{ref}/edit").location == f"/referrals/{ref}"


def test_safe_contact_says_the_voicemail_rule_beside_the_number(worker: FlaskClient, database: Database) -> None:
    ref = made(database)
    page = worker.get(f"/referrals/{ref}").text
    number, rule = page.index("07700 900123"), page.index("Leave no message")
    assert number < rule < page.index("Who rings, and for whom")
    assert "Do not text" in page


def test_what_nobody_asked_is_shown_as_not_asked_and_no_as_no(worker: FlaskClient, database: Database) -> None:
    ref = made(database, need_alcohol="no")
    page = worker.get(f"/referrals/{ref}").text
    rows = dict(re.findall(r"<dt[^>]*>([^<]*)</dt><dd[^>]*>([^<]*)</dd>", page))
    assert (rows["Alcohol"], rows["Drugs"]) == ("No", "Not asked")
    assert "Ask next time" in page


def test_a_correction_is_prefilled_and_changes_only_what_was_changed(worker: FlaskClient, database: Database) -> None:
    ref = made(
        database, name="Danielle Example", need_drugs="high", unsafe_areas="E06000016", route_charity="asked",
        **{"must_not_meet-0-who": "Tracy Invented", "children-0-age": "7", "children-0-sex": "boy"},
    )  # fmt: skip
    form = fields_of(worker.get(f"/referrals/{ref}/edit").text)
    assert worker.post(f"/referrals/{ref}/edit", data=form).location == f"/referrals/{ref}"
    assert events(database, "referral.changed") == []
    form["may_leave_message"] = ["yes"]
    assert worker.post(f"/referrals/{ref}/edit", data=form).location == f"/referrals/{ref}"
    assert events(database, "referral.changed") == [{"fields": ["may_leave_message"]}]
    form["name"] = ["Typed too late"]
    late = worker.post(f"/referrals/{ref}/edit", data=form)
    assert late.status_code == 409
    assert "Somebody else changed" in late.text
    assert "Typed too late" in late.text
    with database.reading() as db:
        assert db.scalars(select(Referral.name)).one() == "Danielle Example"


def fields_of(page: str) -> dict[str, list[str]]:
    """Return what a browser would send of the form on this page."""
    start = page.find('class="call__form"')
    form = page[start if start >= 0 else page.index('id="main-content"') :]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        named = dict(re.findall(r'\s([\w-]+)="([^"]*)"', tag))
        if named.get("type") not in {"radio", "checkbox"} or re.search(r"\bchecked\b", tag):
            found.setdefault(named["name"], []).append(unescape(named.get("value", "")))
    for name, inner in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>([^<]*)</textarea>', form):
        found[name] = [unescape(inner)]
    for name, inner in re.findall(r'<select[^>]* name="([\w-]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        found[name] = [chosen[1] if chosen else ""]
    return found


def test_checks_and_ways_of_paying_are_kept_up_quickly(worker: FlaskClient, database: Database) -> None:
    ref = made(database)
    told = {"version": 1, "check_background": "done", "check_background_on": "20 11 2026", "route_charity": "confirmed"}
    assert worker.post(f"/referrals/{ref}/progress", data=told).location == f"/referrals/{ref}"
    page = worker.get(f"/referrals/{ref}").text
    assert "Done, Fri 20 Nov" in page
    assert "Confirmed" in page
    assert worker.post(f"/referrals/{ref}/progress", data=told).status_code == 409


def test_a_withdrawn_referral_says_why(worker: FlaskClient, database: Database) -> None:
    ref = made(database)
    assert "Choose why it ends" in worker.post(f"/referrals/{ref}/withdraw", data={"version": 1}).text
    assert worker.post(f"/referrals/{ref}/withdraw", data={"version": 1, "reason": "K05"}).status_code == 302
    assert "Withdrawn: She changed her mind" in worker.get(f"/referrals/{ref}").text


def test_finding_by_an_address_is_not_possible(worker: FlaskClient, database: Database) -> None:
    ref = made(database, name="Danielle Example")
    assert worker.get("/referrals/find?words=Danielle").status_code in {404, 405}
    for words in (ref.lower(), "+447700900123", "Exampel Danielle"[8:]):
        assert ref in worker.post("/referrals/find", data={"words": words}).text
    assert "Enter a number such as" in worker.post("/referrals/find", data={"words": " "}).text


@pytest.mark.parametrize("page", ["list", "referral"])
def test_the_work_of_a_page_does_not_grow_with_what_it_shows(
    app: Flask,
    worker: FlaskClient,
    database: Database,
    page: str,
) -> None:
    told = {"name": "Fatima Example", "children-0-age": "3", "need_drugs": "low", "unsafe_areas": "E06000016"}
    ref = made(database, **told)
    address = "/referrals" if page == "list" else f"/referrals/{ref}"
    made(database, **told)
    few = len(list(_queries(app, worker, address)))
    for _ in range(6):
        made(database, "worker.panahghar", **told)
    assert len(list(_queries(app, worker, address))) == few


def _queries(app: Flask, client: FlaskClient, address: str) -> Iterator[str]:
    said: list[str] = []
    engine = app.extensions["database"].engine

    @event.listens_for(engine, "before_cursor_execute")
    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    assert client.get(address).status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    yield from said


def test_no_name_stands_in_an_address(worker: FlaskClient, database: Database) -> None:
    ref = made(database, name="Danielle Example")
    for address in ("/referrals", f"/referrals/{ref}", f"/referrals/{ref}/edit"):
        links = re.findall(r'(?:href|action)="([^"]*)"', worker.get(address).text)
        assert not [link for link in links if re.search("danielle|07700", link, re.IGNORECASE)]


def test_an_agency_without_beds_cannot_keep_a_referral_from_the_refuges(
    database: Database,
    sign_in_as: Callable[[str], FlaskClient],
) -> None:
    referrer = sign_in_as("referrer")
    url = begin(referrer)
    answer = referrer.post(url, data={**PAGE, **LEAST, "shared": "no", "name": "Danielle", "do": "send"})
    assert answer.status_code == 422
    assert "Without her yes no refuge can see this referral" in answer.text
    assert 'value="Danielle"' in answer.text
    with database.reading() as db:
        assert db.scalars(select(Referral)).all() == []


def test_a_list_names_only_the_women_of_ones_own_agency(
    database: Database,
    sign_in_as: Callable[[str], FlaskClient],
) -> None:
    own = made(database, "worker.wall", name="Danielle Example", shared="yes")
    theirs = made(database, "worker.panahghar", name="Kiran Pretend", shared="yes")
    page = sign_in_as("worker.wall").get("/referrals").text
    assert own in page
    assert "Danielle Example" in page
    assert theirs in page
    assert "Kiran Pretend" not in page


def test_the_list_opens_with_those_who_still_wait(database: Database, worker: FlaskClient) -> None:
    waits, placed = made(database), made(database)
    with database.write() as db:
        db.scalars(select(Referral).where(Referral.ref == placed)).one().state = ReferralState.PLACED
    assert waits in worker.get("/referrals").text
    assert placed not in worker.get("/referrals").text
    assert placed in worker.get("/referrals?state=placed").text
    everything = worker.get("/referrals?state=all").text
    assert waits in everything
    assert placed in everything
