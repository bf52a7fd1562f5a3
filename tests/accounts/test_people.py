"""Looking after people: only by administrators, within what an agency is, and never locking everybody out."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import select

from refuge.accounts import service
from refuge.accounts.models import Agency, AgencyKind, Network, OneTimeLink, Person
from refuge.accounts.passwords import hash_password
from refuge.accounts.service import LINK_LIVES
from refuge.accounts.sessions import hash_token
from refuge.app import create_app
from refuge.audit.models import AuditEvent
from refuge.audit.service import SYSTEM, Actor
from refuge.database import now
from refuge.errors import Refused
from refuge.permissions import Role
from tests.accounts.conftest import OTHER_PASSWORD, PASSWORD
from tests.builders import Pilot
from tests.databases import make_config

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from refuge.database import Database

SECOND = timedelta(seconds=1)


@pytest.fixture
def administrator(sign_in_as: Callable[[str], FlaskClient], with_password: Callable[..., None]) -> FlaskClient:
    """A signed-in system administrator."""
    with_password("administrator")
    return sign_in_as("administrator")


def ref_of(database: Database, name: str) -> str:
    """Return the ref of a person by her e-mail name."""
    with database.reading() as db:
        return Pilot().person(db, name).ref


def link_in(page: str) -> str:
    """Return the path of the one-time link that a page shows."""
    return "/welcome/" + page.split("/welcome/")[1].split('"', maxsplit=1)[0]


def add(administrator: FlaskClient, database: Database, **told: str) -> str:
    """Add a worker through the form, and return the page that answers."""
    with database.reading() as db:
        agency = Pilot().agency(db, "Wall agency").ref
    plain = {"name": "New Colleague", "email": "New.Colleague@Example.org", "agency": agency, "role": "refuge_worker"}
    return administrator.post("/people/new", data={**plain, **told}).text


def test_the_list_shows_everybody_and_whether_she_can_sign_in(administrator: FlaskClient) -> None:
    page = administrator.get("/people").text
    assert "Worker Wall" in page
    assert "Worker Elsewhere" in page
    assert "No password yet" in page
    assert "Never" in page


def test_a_new_colleague_chooses_her_password_by_a_link_and_signs_in(
    administrator: FlaskClient, database: Database, app: Flask
) -> None:
    link = link_in(add(administrator, database))
    hers = app.test_client()
    assert "new.colleague@example.org" in hers.get(link).text
    chosen = hers.post(link, data={"new": OTHER_PASSWORD})
    assert chosen.location == "/sign-in"
    assert hers.get("/account").status_code == 302, "the link signs nobody in by itself"
    signed_in = hers.post("/sign-in", data={"email": "new.colleague@example.org", "password": OTHER_PASSWORD})
    assert signed_in.location == "/"
    with database.reading() as db:
        said = db.scalars(select(AuditEvent.action).order_by(AuditEvent.sequence)).all()
        kept = db.scalars(select(OneTimeLink.token_hash)).one()
    assert said == ["person.added", "person.link_made", "person.password_chosen", "sign_in.succeeded"]
    assert kept == hash_token(link.removeprefix("/welcome/"))


def test_a_link_is_shown_once_and_works_once(administrator: FlaskClient, database: Database, app: Flask) -> None:
    link = link_in(add(administrator, database))
    with database.reading() as db:
        ref = db.scalars(select(Person.ref).where(Person.email == "new.colleague@example.org")).one()
    assert "/welcome/" not in administrator.get(f"/people/{ref}").text
    hers = app.test_client()
    assert hers.post(link, data={"new": "short"}).status_code == 200
    assert hers.post(link, data={"new": OTHER_PASSWORD}).status_code == 302
    assert hers.get(link).status_code == hers.post(link, data={"new": PASSWORD}).status_code == 404


@pytest.mark.parametrize(("late", "status"), [(-SECOND, 302), (SECOND, 404)])
def test_a_link_works_for_a_day_and_no_longer(database: Database, app: Flask, late: timedelta, status: int) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with time_machine.travel(now(), tick=False) as clock:
        with database.write() as db:
            token = service.make_link(db, Pilot().person(db, "recovery"), by=SYSTEM, at=now())
        clock.shift(LINK_LIVES + late)
        assert app.test_client().post(f"/welcome/{token}", data={"new": OTHER_PASSWORD}).status_code == status
    assert timedelta(hours=24) >= LINK_LIVES


def test_a_new_link_ends_the_one_before_and_the_password(database: Database, app: Flask) -> None:
    with database.write() as db:
        person = Pilot().person(db, "recovery")
        person.password_hash = hash_password(PASSWORD)
        first = service.make_link(db, person, by=SYSTEM, at=now())
        second = service.make_link(db, person, by=SYSTEM, at=now())
    with database.reading() as db:
        assert Pilot().person(db, "recovery").password_hash is None
    assert app.test_client().get(f"/welcome/{first}").status_code == 404
    assert app.test_client().get(f"/welcome/{second}").status_code == 200


def test_the_link_of_a_disabled_person_is_dead(database: Database, app: Flask) -> None:
    with database.write() as db:
        person = Pilot().person(db, "recovery")
        token = service.make_link(db, person, by=SYSTEM, at=now())
        service.disable_person(db, person, by=SYSTEM, at=now())
    assert app.test_client().get(f"/welcome/{token}").status_code == 404


def test_of_eight_who_use_a_link_at_once_one_succeeds(database_url: str, database: Database) -> None:
    with database.write() as db:
        token = service.make_link(db, Pilot().person(db, "recovery"), by=SYSTEM, at=now())
    app = create_app(make_config(database_url))
    app.config["WTF_CSRF_ENABLED"] = False
    start, answers = threading.Barrier(8), list[int]()

    def use(number: int) -> None:
        browser = app.test_client()
        start.wait(10)
        told = {"new": f"{number} lanterns above wet cobblestones"}
        answers.append(browser.post(f"/welcome/{token}", data=told).status_code)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    app.extensions["database"].engine.dispose()
    assert sorted(answers) == [302] + [404] * 7


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"email": "worker.wall@example.org"}, "Somebody signs in with that e-mail address already"),
        ({"email": "not an address"}, "Enter an e-mail address like name@example.org"),
        ({"name": "  "}, "Enter her name"),
        ({"role": "commissioner"}, "Wall agency can have people of this role only: refuge worker or refuge manager"),
        ({"agency": ""}, "Choose an agency"),
    ],
)
def test_a_colleague_who_does_not_fit_is_not_added(
    administrator: FlaskClient, database: Database, told: dict[str, str], said: str
) -> None:
    page = add(administrator, database, **told)
    assert said in page
    with database.reading() as db:
        assert db.scalar(select(Person).where(Person.email == "new.colleague@example.org")) is None


def test_networks_and_agencies_are_added_once(administrator: FlaskClient, database: Database) -> None:
    assert administrator.post("/people/networks/new", data={"name": " North  "}).location == "/people/agencies/new"
    assert "network of that name already" in administrator.post("/people/networks/new", data={"name": "north"}).text
    with database.reading() as db:
        north = db.scalars(select(Network.ref).where(Network.name == "North")).one()
    told = {"network": north, "name": "North agency", "kind": "referrer"}
    assert administrator.post("/people/agencies/new", data=told).location == "/people"
    assert "agency of that name already" in administrator.post("/people/agencies/new", data=told).text
    with database.reading() as db:
        assert db.scalars(select(Agency.kind).where(Agency.name == "North agency")).one() is AgencyKind.REFERRER


def test_a_disabled_person_cannot_sign_in_until_she_is_enabled(
    administrator: FlaskClient, database: Database, app: Flask, with_password: Callable[..., None]
) -> None:
    with_password("worker.wall")
    ref = ref_of(database, "worker.wall")
    told = {"email": "worker.wall@example.org", "password": PASSWORD}
    assert administrator.post(f"/people/{ref}/disable").location == f"/people/{ref}"
    assert app.test_client().post("/sign-in", data=told).status_code == 200
    assert administrator.post(f"/people/{ref}/enable").location == f"/people/{ref}"
    assert app.test_client().post("/sign-in", data=told).status_code == 302


def seen_at(browser: FlaskClient, ref: str) -> str:
    """Return what the form of her role and agency carries of where she is."""
    (seen,) = re.findall(r'name="seen" type="hidden" value="([^"]*)"', browser.get(f"/people/{ref}/place").text)
    return str(seen)


def test_a_role_changes_within_what_the_agency_is(administrator: FlaskClient, database: Database) -> None:
    ref = ref_of(database, "worker.wall")
    with database.reading() as db:
        wall, council = Pilot().agency(db, "Wall agency").ref, Pilot().agency(db, "Council").ref
    page = administrator.post(f"/people/{ref}/place", data={"agency": wall, "role": "practitioner"}).text
    assert "of this role only: refuge worker or refuge manager" in page
    first = seen_at(administrator, ref)
    manages = {"agency": wall, "role": "refuge_manager", "seen": first}
    assert administrator.post(f"/people/{ref}/place", data=manages).status_code == 302
    pays = {"agency": council, "role": "commissioner", "seen": first}
    stale = administrator.post(f"/people/{ref}/place", data=pays).text
    assert "Somebody else has moved her meanwhile: she is refuge manager of Wall agency now" in stale
    pays["seen"] = seen_at(administrator, ref)
    assert administrator.post(f"/people/{ref}/place", data=pays).status_code == 302
    with database.reading() as db:
        person = Pilot().person(db, "worker.wall")
        said = db.scalars(select(AuditEvent.action).order_by(AuditEvent.sequence)).all()
    assert (person.role, person.agency.name) == (Role.COMMISSIONER, "Council")
    assert said == ["person.role_changed", "person.agency_changed"]


def test_the_last_administrator_cannot_shut_herself_out(administrator: FlaskClient, database: Database) -> None:
    ref = ref_of(database, "administrator")
    with database.reading() as db:
        wall = Pilot().agency(db, "Wall agency").ref
    refused = administrator.post(f"/people/{ref}/disable")
    assert refused.status_code == 409
    assert "You are the last who looks after accounts" in refused.text
    moved = administrator.post(f"/people/{ref}/place", data={"agency": wall, "role": "refuge_worker"})
    assert "You cannot change your own role or agency" in moved.text
    assert administrator.post(f"/people/{ref}/link").status_code == 409
    assert administrator.get("/people").status_code == 200


def test_two_administrators_cannot_disable_each_other_at_once(database: Database) -> None:
    with database.write() as db:
        agency = Pilot().agency(db, "System")
        hers = Pilot().person(db, "administrator")
        hers.password_hash = hash_password(PASSWORD)
        second = service.add_person(
            db, agency, Role.SYSTEM_ADMINISTRATOR, name="Second", email="second@example.org", by=SYSTEM, at=now()
        )
        second.password_hash = hash_password(PASSWORD)
        refs = (hers.ref, second.ref)
    start, refused = threading.Barrier(2), list[str]()

    def disable(by: str, whom: str) -> None:
        start.wait(10)
        try:
            with database.write() as db:
                person = db.scalars(select(Person).where(Person.ref == whom)).one()
                service.disable_person(db, person, by=Actor(by, "-", Role.SYSTEM_ADMINISTRATOR), at=now())
        except Refused as refusal:
            refused.append(refusal.sentence)

    threads = [threading.Thread(target=disable, args=pair) for pair in (refs, refs[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1


@pytest.mark.parametrize("name", ["worker.wall", "manager.wall", "recovery", "commissioner", "referrer"])
def test_nobody_else_looks_after_people(
    sign_in_as: Callable[[str], FlaskClient], database: Database, name: str
) -> None:
    browser, ref = sign_in_as(name), ref_of(database, "worker.panahghar")
    assert browser.get("/people").status_code == browser.get(f"/people/{ref}").status_code == 403
    assert browser.post(f"/people/{ref}/disable").status_code == 403
