"""Where a refuge is: never written over unseen, never shown to somebody who may not see it, each showing kept once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError

from refuge.audit.models import AuditEvent
from refuge.beds.models import AddressReveal, Refuge, RefugeAddress
from refuge.beds.service.addresses import reveal_address
from refuge.database import now
from refuge.errors import Refused
from refuge.permissions import MAY, Permission, Role
from tests.beds.test_refuges import STREET, audited
from tests.builders import ADDRESS, Pilot

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from refuge.database import Database

THEIRS, MINE = "2 Canary Row", "3 Sparrow Lane"
STALE = "Somebody else has changed this address"


@pytest.fixture
def wall(app: Flask) -> Refuge:
    with app.extensions["database"].reading() as db:
        return Pilot().refuge(db, "WALL")


@pytest.fixture
def path(wall: Refuge) -> str:
    return f"/refuges/{wall.ref}/address"


@pytest.fixture
def manager(sign_in_as: Callable[[str], FlaskClient]) -> FlaskClient:
    return sign_in_as("manager.wall")


@pytest.fixture
def colleague(sign_in_as: Callable[[str], FlaskClient]) -> FlaskClient:
    return sign_in_as("manager.wall")


@pytest.fixture
def without_a_right_to_see(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network whose managers may change an address and not read it."""
    monkeypatch.setitem(MAY, Role.REFUGE_MANAGER, MAY[Role.REFUGE_MANAGER] - {Permission.ADDRESS_REVEAL})


def form_of(page: str) -> dict[str, str]:
    """Return what a page carries unseen."""
    return dict(re.findall(r'<input id="(?:key|version)" name="(key|version)" type="hidden" value="([^"]*)"', page))


def kept(app: Flask, wall: Refuge) -> list[tuple[str, int]]:
    with app.extensions["database"].reading() as db:
        rows = db.execute(
            select(RefugeAddress.address, RefugeAddress.version).where(RefugeAddress.refuge_id == wall.id)
        )
        return [(address, version) for address, version in rows]


def reveals(app: Flask) -> list[AddressReveal]:
    with app.extensions["database"].reading() as db:
        return list(db.scalars(select(AddressReveal).order_by(AddressReveal.id)))


def test_a_manager_replaces_the_address_without_seeing_it(
    app: Flask, manager: FlaskClient, wall: Refuge, path: str
) -> None:
    opened = manager.get(f"{path}/change").text
    assert STREET not in opened
    nothing = manager.post(f"{path}/change", data={**form_of(opened), "address": " "}).text
    assert "Enter the address" in nothing
    assert manager.post(f"{path}/change", data={**form_of(nothing), "address": THEIRS}).status_code == 302
    assert kept(app, wall) == [(THEIRS, 2)]
    with app.extensions["database"].reading() as db:
        assert not any("Canary" in facts for facts in db.scalars(select(AuditEvent.facts)))


def test_the_form_sent_twice_replaces_it_once(app: Flask, manager: FlaskClient, wall: Refuge, path: str) -> None:
    typed = {**form_of(manager.get(f"{path}/change").text), "address": THEIRS}
    for _ in range(2):
        answer = manager.post(f"{path}/change", data=typed)
        assert (answer.status_code, answer.location) == (302, f"/refuges/{wall.ref}")
    assert kept(app, wall) == [(THEIRS, 2)]
    assert len(audited(app, "address.changed")) == 1


@pytest.mark.parametrize("version", ["", "0", "-1", "99999999999", "²"])
def test_a_form_that_does_not_say_what_it_was_opened_on_replaces_nothing(
    app: Flask, manager: FlaskClient, wall: Refuge, path: str, version: str
) -> None:
    answer = manager.post(f"{path}/change", data={"address": MINE, "version": version})
    assert answer.status_code == 409
    assert STALE in answer.text
    assert kept(app, wall) == [(ADDRESS, 1)]
    assert audited(app, "address.changed") == []


def test_of_two_who_replace_it_the_second_overwrites_nothing_and_sees_both_when_she_asks(
    app: Flask, manager: FlaskClient, colleague: FlaskClient, wall: Refuge, path: str
) -> None:
    opened = form_of(manager.get(f"{path}/change").text)
    colleague.post(f"{path}/change", data={**form_of(colleague.get(f"{path}/change").text), "address": THEIRS})
    refused = manager.post(f"{path}/change", data={**opened, "address": MINE})
    assert refused.status_code == 409
    assert STALE in refused.text
    assert MINE in refused.text
    assert THEIRS not in refused.text
    assert audited(app, "address.revealed") == []
    again = {**form_of(refused.text), "address": MINE}
    assert manager.post(f"{path}/change", data=again).status_code == 409
    both = manager.post(f"{path}/change", data={**again, "do": "compare"})
    assert both.status_code == 200
    assert THEIRS in both.text
    assert MINE in both.text
    assert kept(app, wall) == [(THEIRS, 2)]
    assert audited(app, "address.revealed") == [(wall.ref, {"reason": "check"})]
    assert manager.post(f"{path}/change", data={**form_of(both.text), "address": MINE}).status_code == 302
    assert kept(app, wall) == [(MINE, 3)]
    assert "To check that the address kept here is right" in manager.get(f"/refuges/{wall.ref}").text


def test_what_she_saw_beside_hers_and_was_replaced_again_is_not_written_over_either(
    app: Flask, manager: FlaskClient, colleague: FlaskClient, wall: Refuge, path: str
) -> None:
    opened = form_of(manager.get(f"{path}/change").text)
    for address in (THEIRS, "4 Wren Close"):
        colleague.post(f"{path}/change", data={**form_of(colleague.get(f"{path}/change").text), "address": address})
        if address == THEIRS:
            both = manager.post(f"{path}/change", data={**opened, "address": MINE, "do": "compare"})
    assert manager.post(f"{path}/change", data={**form_of(both.text), "address": MINE}).status_code == 409
    assert kept(app, wall) == [("4 Wren Close", 3)]


@pytest.mark.usefixtures("without_a_right_to_see")
def test_who_may_change_it_and_not_see_it_is_never_shown_what_somebody_else_kept(
    app: Flask, manager: FlaskClient, wall: Refuge, path: str
) -> None:
    for do in ({}, {"do": "compare"}):
        answer = manager.post(f"{path}/change", data={"address": MINE, "version": "0", **do})
        assert answer.status_code == (403 if do else 409)
        assert STREET not in answer.text
        assert "beside mine" not in answer.text
    assert kept(app, wall) == [(ADDRESS, 1)]
    assert reveals(app) == []


def test_one_press_or_two_show_an_address_once_and_keep_it_once(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], wall: Refuge, path: str
) -> None:
    browser = sign_in_as("worker.wall")
    opened = {**form_of(browser.get(path).text), "reason": "repair"}
    assert [ADDRESS in browser.post(path, data=opened).text for _ in range(2)] == [True, True]
    assert [(row.key, row.version) for row in reveals(app)] == [(opened["key"], 1)]
    assert audited(app, "address.revealed") == [(wall.ref, {"reason": "repair"})]
    browser.get(path)
    browser.head(path)
    assert len(reveals(app)) == 1


def test_a_page_reloaded_later_asks_again_why(app: Flask, sign_in_as: Callable[[str], FlaskClient], path: str) -> None:
    browser = sign_in_as("worker.wall")
    opened = {**form_of(browser.get(path).text), "reason": "repair"}
    browser.post(path, data=opened)
    with app.extensions["database"].write() as db:
        db.execute(update(AddressReveal).values(at=now() - timedelta(minutes=2)))
    later = browser.post(path, data=opened)
    assert STREET not in later.text
    assert "Say again why you need it" in later.text
    assert ADDRESS in browser.post(path, data={**opened, **form_of(later.text)}).text
    assert len(reveals(app)) == 2


def test_a_form_that_showed_one_address_shows_no_other_unnoticed(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], path: str, manager: FlaskClient
) -> None:
    browser = sign_in_as("worker.wall")
    opened = {**form_of(browser.get(path).text), "reason": "repair"}
    browser.post(path, data=opened)
    with app.extensions["database"].write() as db:
        own, other = Pilot().refuge(db, "WALL"), Pilot().refuge(db, "Panahghar")
        db.execute(update(RefugeAddress).where(RefugeAddress.refuge_id == other.id).values(address=THEIRS, version=2))
        db.execute(update(Refuge).where(Refuge.id == other.id).values(agency_id=own.agency_id))
    answer = browser.post(f"/refuges/{other.ref}/address", data=opened)
    assert THEIRS not in answer.text
    assert "Say again why you need it" in answer.text
    manager.post(f"{path}/change", data={"address": MINE, "version": "1"})
    assert MINE not in browser.post(path, data=opened).text
    assert len(reveals(app)) == 1


def test_an_address_that_is_gone_is_refused_in_words_beside_hers_too(
    app: Flask, manager: FlaskClient, wall: Refuge, path: str
) -> None:
    with app.extensions["database"].write() as db:
        db.execute(delete(RefugeAddress).where(RefugeAddress.refuge_id == wall.id))
    answer = manager.post(f"{path}/change", data={"address": MINE, "version": "1", "do": "compare"})
    assert answer.status_code == 409
    assert "No address is kept for this refuge" in answer.text
    assert MINE in answer.text


def test_the_service_itself_lets_nobody_of_another_agency_read_or_replace_it(app: Flask) -> None:
    with app.extensions["database"].writing() as db:
        refuge, by = Pilot().refuge(db, "WALL"), Pilot().person(db, "manager.panahghar")
        told: dict[str, Any] = {"by": by, "actor": None, "at": now()}
        with pytest.raises(Refused, match="Only the agency"):
            reveal_address(db, refuge, reason="check", note="", key="", **told)


@pytest.mark.parametrize(
    "change", ["version = version", "version = version + 2", "version = version + 1, refuge_id = -1"]
)
def test_the_database_refuses_an_address_that_is_written_over(database: Database, change: str) -> None:
    with pytest.raises(IntegrityError, match="address_not_written_over"), database.write() as db:
        db.execute(text(f"UPDATE refuge_address SET address = 'x', {change}"))  # noqa: S608  of our parameters


def test_the_database_keeps_one_reveal_for_one_form(database: Database) -> None:
    with database.write() as db:
        refuge, person = Pilot().refuge(db, "WALL").id, Pilot().person(db, "worker.wall").id
    told = {"refuge_id": refuge, "person_id": person, "at": now(), "reason": "repair"}
    for key, most in {None: 2, "k" * 43: 1}.items():
        for number in range(2):
            if number < most:
                with database.write() as db:
                    db.add(AddressReveal(**told, key=key))
            else:
                with pytest.raises(IntegrityError), database.write() as db:
                    db.add(AddressReveal(**told, key=key))
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(AddressReveal)) == 3
