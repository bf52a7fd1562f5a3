"""The page for everybody, and the annual return's mapping: off until somebody says so, no more than was published."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from sqlalchemy import delete, event, select, update
from sqlalchemy.exc import DBAPIError

from refuge.audit.models import AuditEvent
from refuge.audit.service import SYSTEM
from refuge.database import now
from refuge.london import london_date
from refuge.statistics.beside import MappingCheck, PublicPage
from refuge.statistics.crosswalk import UNCHECKED, crosswalk
from refuge.statistics.models import Edition
from refuge.statistics.periods import financial_year_of, last_quarters
from refuge.statistics.service.beside import choose_public
from refuge.statistics.service.editions import publish
from refuge.statistics.views import mapping
from tests.builders import Pilot
from tests.statistics.test_views import ref, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from refuge.database import Database

__all__ = ["ref"]
NAMES = ("Farah", "Wall agency", "manager.wall")
"""Who made the edition, whose the page is."""


def show(database: Database, *, shown: bool = True) -> str:
    """Choose whether the network shows its page, and return its address."""
    with database.write() as db:
        by = Pilot().person(db, "manager.wall")
        seen = len(db.scalars(select(PublicPage.id)).all())
        choose_public(db, shown=shown, seen=seen, by=by, actor=SYSTEM, at=now())
        return f"/public/{by.agency.network.ref}"


def tables_of(page: str) -> dict[str, list[str]]:
    """Return caption and row -> the cells of every table of a page, without the words of links."""
    found = {}
    for caption, body in re.findall(
        r"<caption[^>]*>([^<]*)</caption>.*?<tbody[^>]*>(.*?)</tbody>", page, flags=re.DOTALL
    ):
        for row, cells in re.findall(r'<th[^>]*scope="row"[^>]*>(.*?)</th>(.*?)</tr>', body, flags=re.DOTALL):
            told = re.findall(r"<td[^>]*>(.*?)</td>", cells, flags=re.DOTALL)
            found[f"{caption}: {text_of(row).strip()}"] = [text_of(one).strip() for one in told]
    return found


@pytest.mark.usefixtures("ref")
def test_nobody_reads_the_public_page_until_a_manager_shows_it_and_when_she_no_longer_does(
    browser: FlaskClient, sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    with database.reading() as db:
        address = f"/public/{Pilot().person(db, 'manager.wall').agency.network.ref}"
        elsewhere = f"/public/{Pilot().person(db, 'manager.elsewhere').agency.network.ref}"
    assert browser.get(address).status_code == 404
    manager = sign_in_as("manager.wall")
    assert "Not shown" in manager.get("/published/public").text
    assert manager.post("/published/public", data={"shown": "yes", "seen": "0"}).status_code == 302
    assert address in manager.get("/published/public").text
    assert browser.get(address).status_code == 200
    assert [browser.get(path).status_code for path in (elsewhere, "/public/N-00000", "/public/x")] == [404] * 3
    assert manager.post("/published/public", data={"shown": "no", "seen": "0"}).status_code == 409
    assert browser.get(address).status_code == 200
    assert manager.post("/published/public", data={"shown": "no", "seen": "1"}).status_code == 302
    assert browser.get(address).status_code == 404
    with database.reading() as db:
        assert list(db.scalars(select(AuditEvent.action))).count("public_page.chosen") == 2


def test_it_equals_the_newest_edition_at_the_public_profile_and_names_nobody(
    ref: str, browser: FlaskClient, sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    page = browser.get(show(database)).text
    public = tables_of(sign_in_as("commissioner").get(f"/published/{ref}?for=public").text)
    told = tables_of(page)
    captions = {key.partition(":")[0] for key in told}
    assert {"Turned away by need (referral events)", "Figures of the catalogue"} <= captions
    same = {key: cells for key, cells in public.items() if not key.startswith("Figures of the catalogue")}
    assert {key: cells for key, cells in told.items() if not key.startswith("Figures of the catalogue")} == same
    kpis = {key: cells[0] for key, cells in public.items() if key.startswith("Figures of the catalogue")}
    assert {key: cells[0] for key, cells in told.items() if key.startswith("Figures of the catalogue")} == kpis
    exact = tables_of(sign_in_as("commissioner").get(f"/published/{ref}").text)
    assert (
        exact["Turned away by need (referral events): All referrals"]
        != told["Turned away by need (referral events): All referrals"]
    )
    assert "made on" in page
    assert not [name for name in NAMES if name in text_of(page)]
    assert not re.findall(r'href="/(?:published|statistics|replays)', page)


@pytest.mark.usefixtures("ref")
def test_it_sets_no_cookie_can_be_kept_for_a_while_and_is_not_sent_again_unchanged(
    browser: FlaskClient, sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    address = show(database)
    answer = browser.get(address)
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    again = browser.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert sign_in_as("referrer").get(address).headers["Cache-Control"] == "no-store"
    show(database, shown=False)
    gone = browser.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (gone.status_code, gone.headers["Cache-Control"]) == (404, "no-store")
    show(database)
    with database.write() as db:
        row = db.scalars(select(Edition)).one()
        newer = last_quarters(london_date(now()), 1)[0]
        publish(db, row.network_id, newer, by=SYSTEM, name="Farah", at=now(), change_note="Corrected two referrals")
    newest = browser.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert newest.status_code == 200
    assert "Edition 2" in newest.text


def test_it_reads_who_shows_it_and_what_was_published_and_nothing_else(
    ref: str, app: Flask, browser: FlaskClient, database: Database
) -> None:
    address, asked = show(database), []
    event.listen(app.extensions["database"].engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    assert ref
    assert browser.get(address).status_code == 200
    read = {name for statement in asked for name in re.findall(r"\b(?:FROM|JOIN) (\w+)", statement)}
    assert read <= {"network", "public_page", "person", "agency", "edition", "edition_table"}


def test_before_anything_is_published_it_says_so(browser: FlaskClient, database: Database) -> None:
    assert "Nothing was published yet" in browser.get(show(database)).text


def marks(browser: FlaskClient, edition: str) -> set[str]:
    """Return the mark of the page and of each sheet of the workbook."""
    workbook = load_workbook(io.BytesIO(browser.get(f"/published/{edition}/return").data))
    found = {workbook["Notes"]["B3"].value}
    found |= {workbook[name]["A1"].value for name in ("Households unable to support", "People supported")}
    page = text_of(browser.get(f"/published/{edition}").text)
    [on_page] = re.findall(r"Mapping of the annual return: (.*?)\.", page)
    return {str(one) for one in found} | {on_page.strip()}


def test_page_and_workbook_are_marked_until_a_person_compares_the_mapping_and_again_for_a_new_version(
    ref: str, sign_in_as: Callable[[str], FlaskClient], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager, on = sign_in_as("manager.wall"), london_date(now())
    with database.reading() as db:
        name = Pilot().person(db, "manager.wall").name
        until = db.scalars(select(Edition.until).where(Edition.ref == ref)).one()
    year = financial_year_of(until)
    assert marks(sign_in_as("commissioner"), ref) == {UNCHECKED}
    told = {"year": str(year.since), "checked_on": f"{on:%d %m %Y}", "version": crosswalk().version}
    assert manager.post("/statistics/mapping", data={**told, "year": ""}).status_code == 422
    assert manager.post("/statistics/mapping", data={**told, "checked_on": "1 1 2099"}).status_code == 422
    stale = manager.post("/statistics/mapping", data={**told, "version": "2020-01"})
    assert stale.status_code == 422
    assert "has changed since you opened this page" in stale.text
    assert marks(manager, ref) == {UNCHECKED}
    assert manager.post("/statistics/mapping", data=told).status_code == 302
    assert manager.post("/statistics/mapping", data=told).status_code == 409
    which = year.label.partition(" (")[0]
    words = f"Version {crosswalk().version} was checked against the form of {which} by {name} on {on.day} {on:%B %Y}"
    assert marks(sign_in_as("commissioner"), ref) == {words}
    assert words in text_of(manager.get("/statistics/mapping").text)
    assert UNCHECKED in text_of(sign_in_as("manager.elsewhere").get("/statistics/mapping").text)
    with database.reading() as db:
        assert list(db.scalars(select(AuditEvent.action))).count("mapping.checked") == 1
    monkeypatch.setattr(mapping, "crosswalk", lambda: replace(crosswalk(), version="2027-04"))
    assert marks(manager, ref) == {UNCHECKED}


def test_every_reason_of_the_mapping_is_shown_with_its_category(sign_in_as: Callable[[str], FlaskClient]) -> None:
    page = tables_of(sign_in_as("manager.wall").get("/statistics/mapping").text)
    assert sorted(cells for cells in page.values()) == sorted(
        [crosswalk().categories[one]] for one in crosswalk().reasons.values()
    )


def rows(db: Session, network: str) -> list[MappingCheck | PublicPage]:
    """Return one row of each kind, made by Wall's manager: of the network of some person."""
    by, of = Pilot().person(db, "manager.wall"), Pilot().person(db, network)
    return [
        MappingCheck(
            network_id=of.network_id, version="1", year_on=date(2026, 4, 1), checked_on=date(2026, 5, 1),
            checked_by_id=by.id, recorded_at=now(),
        ),
        PublicPage(network_id=of.network_id, number=1, shown=True, set_by_id=by.id, set_at=now()),
    ]  # fmt: skip


def test_the_database_keeps_what_was_compared_and_chosen(database: Database) -> None:
    with database.write() as db:
        db.add_all(rows(db, "manager.wall"))
    changes = (
        update(MappingCheck).values(version="2"), delete(MappingCheck), update(PublicPage).values(shown=False),
        delete(PublicPage),
    )  # fmt: skip
    for statement in changes:
        with pytest.raises(DBAPIError), database.write() as db:
            db.execute(statement)


@pytest.mark.parametrize("which", range(2))
def test_the_database_refuses_a_choice_of_another_network(database: Database, which: int) -> None:
    with pytest.raises(DBAPIError, match="two networks"), database.write() as db:
        db.add(rows(db, "manager.elsewhere")[which])
