"""A call that is open in two tabs, and sent, saved or discarded in one of them: nobody's words are lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from refuge.audit.models import AuditEvent
from refuge.referrals.models import Referral, ReferralDraft
from tests.referrals.test_views import PAGE, begin, save
from tests.referrals.told import LEAST

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from refuge.database import Database

OTHER = {"page": "second", "base": "0"}


@pytest.fixture
def worker(sign_in_as: Callable[[str], FlaskClient]) -> FlaskClient:
    return sign_in_as("worker.wall")


def kept(database: Database) -> dict[str, Any]:
    """Return what is typed in the one draft."""
    with database.reading() as db:
        typed: dict[str, Any] = db.scalars(select(ReferralDraft.typed)).one()
        return typed


def happened(database: Database, action: str) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).where(AuditEvent.action == action)) or 0


def test_a_call_begun_by_two_presses_is_one_call(worker: FlaskClient, database: Database) -> None:
    key = {"key": "k" * 43}
    assert len({worker.post("/referrals/new", data=key).location for _ in range(2)}) == 1
    assert happened(database, "draft.started") == 1


def test_what_another_tab_says_of_a_call_that_was_sent_is_shown_beside_it(
    worker: FlaskClient, database: Database
) -> None:
    url = begin(worker)
    ref = worker.post(url, data={**LEAST, **PAGE, "saves": 1, "do": "send", "name": "Danielle"}).location[-7:]
    late = {**LEAST, **OTHER, "saves": 1, "do": "later", "name": "Danielle Example", "safe_times": "Mornings"}
    answer = worker.post(url, data=late)
    assert answer.status_code == 409
    assert f"became {ref}" in answer.text
    assert 'value="Danielle Example"' in answer.text
    assert "Mornings" in answer.text
    assert f'action="/referrals/{ref}/edit"' in answer.text
    with database.reading() as db:
        made = db.scalars(select(Referral)).unique().one()
        assert (made.name, made.safe_times) == ("Danielle", "")


def test_the_same_words_from_another_tab_lead_to_the_referral(worker: FlaskClient) -> None:
    url = begin(worker)
    first = worker.post(url, data={**LEAST, **PAGE, "saves": 1, "do": "send", "name": "Danielle"})
    again = worker.post(url, data={**LEAST, **OTHER, "saves": 7, "do": "send", "name": "Danielle"})
    assert (again.status_code, again.location) == (302, first.location)


def test_a_page_from_before_the_last_save_is_not_said_to_be_saved(worker: FlaskClient, database: Database) -> None:
    url = begin(worker)
    save(worker, url, saves=3, name="Danielle")
    answer = worker.post(url, data={**PAGE, "saves": 2, "do": "later", "name": "Dani"})
    assert answer.status_code == 409
    assert "was saved after you opened this page" in answer.text
    assert 'value="Dani"' in answer.text
    assert kept(database)["name"] == ["Danielle"]
    assert worker.post(url, data={**PAGE, "saves": 3, "do": "later", "name": "Danielle"}).status_code == 302


def test_more_than_can_be_kept_is_not_lost(worker: FlaskClient) -> None:
    url = begin(worker)
    answer = worker.post(url, data={**LEAST, **PAGE, "saves": 1, "do": "send", "contact_note": "x" * 210_000})
    assert answer.status_code == 413
    assert "too long to keep" in answer.text
    assert "x" * 210_000 in answer.text


def test_a_call_that_was_saved_since_is_not_discarded_unseen(worker: FlaskClient, database: Database) -> None:
    url = begin(worker)
    save(worker, url, saves=1, name="Danielle")
    assert 'name="saves" value="1"' in worker.get(f"{url}/discard").text
    save(worker, url, saves=2, name="Danielle Example")
    for saves in ({"saves": 1}, {}):
        answer = worker.post(f"{url}/discard", data=saves)
        assert answer.status_code == 409
        assert "was saved since you opened this page" in answer.text
        assert 'name="saves" value="2"' in answer.text
    assert kept(database)["name"] == ["Danielle Example"]
    assert worker.post(f"{url}/discard", data={"saves": 2}).status_code == 302
    assert kept(database) == {}


def test_what_is_typed_in_another_tab_of_a_discarded_call_can_take_it_up_again(
    worker: FlaskClient, database: Database
) -> None:
    url = begin(worker)
    save(worker, url, saves=4, name="Danielle")
    worker.post(f"{url}/discard", data={"saves": 4})
    assert "discarded" in save(worker, url, saves=5, name="Danielle Example")
    refused = worker.post(url, data={**LEAST, **OTHER, "saves": 1, "do": "send", "name": "Danielle Example"})
    assert refused.status_code == 409
    assert "Press the button again to take the call up with it" in refused.text
    assert 'name="again" value="yes"' in refused.text
    assert 'value="Danielle Example"' in refused.text
    assert kept(database) == {}
    again = {**LEAST, **OTHER, "saves": 1, "again": "yes", "do": "send", "name": "Danielle Example"}
    assert worker.post(url, data=again).location.startswith("/referrals/R-")
    assert happened(database, "draft.taken_up") == 1


def test_the_page_itself_takes_a_discarded_call_up_and_an_older_save_does_not(
    worker: FlaskClient, database: Database
) -> None:
    url = begin(worker)
    save(worker, url, saves=4, name="Danielle")
    worker.post(f"{url}/discard", data={"saves": 4})
    assert save(worker, url, saves=5, again="yes", name="Danielle Example")["taken"] is True
    assert save(worker, url, saves=3, name="Dan")["taken"] is False
    assert kept(database)["name"] == ["Danielle Example"]


def test_nobody_takes_up_or_discards_the_call_of_another(
    worker: FlaskClient, sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    url = begin(worker)
    save(worker, url, saves=1, name="Danielle")
    colleague = sign_in_as("manager.wall")
    assert colleague.post(f"{url}/discard", data={"saves": 1}).status_code == 404
    worker.post(f"{url}/discard", data={"saves": 1})
    for path in (url, f"{url}/save", f"{url}/discard"):
        assert colleague.post(path, data={**PAGE, "saves": 2, "again": "yes"}).status_code == 404
    assert happened(database, "draft.taken_up") == 0
