"""Searches outside the network: whom somebody asked, and what they said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from refuge.audit.models import AuditEvent
from refuge.placements.models import Search
from tests.builders import add_referral
from tests.referrals.test_views import fields_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from refuge.database import Database

ASKED = {"asked": "Women’s Aid in Derby", "area": "E06000016", "result": "no_space", "note": "Ring again on Friday"}


@pytest.fixture
def worker(sign_in_as: Callable[[str], FlaskClient]) -> FlaskClient:
    return sign_in_as("worker.wall")


def path(database: Database, by: str = "worker.wall", **told: Any) -> str:  # noqa: ANN401  any column
    with database.write() as db:
        return f"/referrals/{add_referral(db, by, **told).ref}/searches"


def ask(client: FlaskClient, url: str, **told: str) -> Any:  # noqa: ANN401  a response
    return client.post(url, data={**fields_of(client.get(url).text), **ASKED, **told})


def test_a_search_is_kept_and_shown_with_who_asked(worker: FlaskClient, database: Database) -> None:
    url = path(database)
    assert "Nobody outside the network has been asked" in worker.get(url).text
    assert ask(worker, url).location == url
    page = worker.get(url).text
    for words in ("Women’s Aid in Derby, Leicester", "No space: Ring again on Friday", "Worker Wall"):
        assert words in page
    with database.reading() as db:
        event = db.scalars(select(AuditEvent).where(AuditEvent.action == "referral.searched")).one()
    assert json.loads(event.facts) == {"area": "E06000016", "result": "no_space"}


@pytest.mark.parametrize(
    ("told", "said"), [({"asked": " "}, "Enter whom you asked"), ({"result": "x"}, "Choose what they said")]
)
def test_the_form_says_what_to_do(worker: FlaskClient, database: Database, told: dict[str, str], said: str) -> None:
    answer = ask(worker, path(database), **told)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_form_sent_twice_logs_one_search(worker: FlaskClient, database: Database) -> None:
    url = path(database)
    sent = {**fields_of(worker.get(url).text), **ASKED}
    assert [worker.post(url, data=sent).location for _ in range(2)] == [url, url]
    with database.reading() as db:
        assert len(db.scalars(select(Search)).all()) == 1


def test_refuges_that_look_for_her_share_what_was_asked(
    worker: FlaskClient, sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    url = path(database, "referrer")
    ask(worker, url)
    assert "Derby" in sign_in_as("worker.panahghar").get(url).text
    assert sign_in_as("referrer").get(url).status_code == 403
    assert sign_in_as("worker.elsewhere").get(url).status_code == 404


def test_a_referral_that_is_not_shared_keeps_its_searches_to_its_agency(
    worker: FlaskClient, sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    url = path(database, shared=False)
    ask(worker, url)
    assert sign_in_as("worker.panahghar").get(url).status_code == 404
