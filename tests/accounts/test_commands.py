"""The commands: the first administrator, and the audit chain checked from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, text

from refuge.accounts.models import Agency, Network, Person
from refuge.audit.service import SYSTEM, record
from refuge.database import now
from refuge.permissions import Role
from tests.accounts.conftest import OTHER_PASSWORD

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from refuge.database import Database


def remove_administrators(database: Database) -> None:
    """Make the network one that nobody looks after yet."""
    with database.write() as db:
        db.execute(delete(Person).where(Person.role == Role.SYSTEM_ADMINISTRATOR))


def test_the_first_administrator_is_made_with_a_link_and_no_password(app: Flask, database: Database) -> None:
    remove_administrators(database)
    app.config["WTF_CSRF_ENABLED"] = False
    command = ["first-administrator", "Boss@Example.org", "The Boss", "--network", "North"]
    result = app.test_cli_runner().invoke(args=command)
    assert result.exit_code == 0, result.output
    with database.reading() as db:
        person = db.scalars(select(Person).where(Person.email == "boss@example.org")).one()
    assert (person.role, person.password_hash, person.agency.network.name) == ("system_administrator", None, "North")
    link = result.output.strip().splitlines()[-1]
    browser = app.test_client()
    assert browser.post(link, data={"new": OTHER_PASSWORD}).status_code == 302
    told = {"email": "boss@example.org", "password": OTHER_PASSWORD}
    assert browser.post("/sign-in", data=told).status_code == 302
    assert browser.get("/people").status_code == 200


def test_a_second_first_administrator_is_refused_unless_asked_for(app: Flask, database: Database) -> None:
    run = app.test_cli_runner().invoke
    refused = run(args=["first-administrator", "boss@example.org", "Boss"])
    assert refused.exit_code == 1
    assert "There is an administrator already" in refused.output
    assert (
        run(args=["first-administrator", "boss@example.org", "Boss", "--network", "Pilot", "--another"]).exit_code == 0
    )
    with database.reading() as db:
        assert db.scalars(select(Network.name).order_by(Network.name)).all() == ["Elsewhere", "Pilot"]
        assert len(db.scalars(select(Agency).where(Agency.kind == "system")).all()) == 1


def write_events(database: Database, count: int) -> None:
    """Write so many events."""
    for number in range(count):
        with database.write() as db:
            record(db, "test.done", by=SYSTEM, at=now(), number=number)


def lift_guards(database: Database) -> None:
    """Take the append-only guards away, as somebody who owns the database could."""
    with database.write() as db:
        if database.is_sqlite:
            db.execute(text("DROP TRIGGER audit_is_append_only_update"))
            db.execute(text("DROP TRIGGER audit_is_append_only_delete"))
        else:
            db.execute(text("ALTER TABLE audit_event DISABLE TRIGGER USER"))


def test_a_whole_chain_is_said_to_be_whole(app: Flask, database: Database, tmp_path: Path) -> None:
    run, anchor = app.test_cli_runner().invoke, str(tmp_path / "anchors.txt")
    write_events(database, 3)
    assert run(args=["audit", "anchor", anchor]).exit_code == 0
    write_events(database, 2)
    assert run(args=["audit", "anchor", anchor]).exit_code == 0
    result = run(args=["audit", "verify", "--anchor", anchor])
    assert (result.exit_code, result.output) == (0, "The audit chain is whole: 5 events, 2 anchors agree.\n")
    assert run(args=["audit", "verify"]).exit_code == 0


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        ("UPDATE audit_event SET actor_ref = 'P-00000' WHERE sequence = 3", "Event 3 is not as it was written"),
        ("DELETE FROM audit_event WHERE sequence = 2", "Event 2 is missing"),
        ("DELETE FROM audit_event WHERE sequence = 1", "Event 1 is missing"),
    ],
)
def test_a_change_made_in_the_database_itself_is_found(app: Flask, database: Database, attack: str, said: str) -> None:
    write_events(database, 5)
    lift_guards(database)
    with database.write() as db:
        db.execute(text(attack))
    result = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert result.exit_code == 1
    assert said in result.output


def test_a_cut_off_end_is_found_with_an_anchor_and_not_without(app: Flask, database: Database, tmp_path: Path) -> None:
    run, anchor = app.test_cli_runner().invoke, str(tmp_path / "anchors.txt")
    write_events(database, 5)
    run(args=["audit", "anchor", anchor])
    lift_guards(database)
    with database.write() as db:
        db.execute(text("DELETE FROM audit_event WHERE sequence > 3"))
    without = run(args=["audit", "verify"])
    assert without.exit_code == 0
    assert "without an anchor a cut-off end cannot be seen" in without.output
    result = run(args=["audit", "verify", "--anchor", anchor])
    assert result.exit_code == 1
    assert "The chain ends at event 3, but event 5 was anchored" in result.output


def test_an_anchor_file_that_was_changed_is_not_trusted(app: Flask, tmp_path: Path) -> None:
    anchor = tmp_path / "anchors.txt"
    anchor.write_text("5 abc now\n")
    result = app.test_cli_runner().invoke(args=["audit", "verify", "--anchor", str(anchor)])
    assert result.exit_code == 1
    assert "Line 1 of the anchor file" in result.output
