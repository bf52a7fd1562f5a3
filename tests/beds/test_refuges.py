"""What refuges offer, who may change it, and where they are: the one thing nobody finds by looking."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from refuge.audit.models import AuditEvent
from refuge.beds.models import AddressReveal, Bed, Refuge, RefugeAddress, Stay
from refuge.database import new_ref, now
from tests.builders import ADDRESS, Pilot, add_referral

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

STREET = "Nowhere Street"
REFUGE: dict[str, Any] = {
    "name": "Haven", "specialism": "general", "accommodation_type": "REFUGE", "area": "E06000016", "staffed": "by_day",
    "telephone_cover": "yes", "mental_health_support": "1", "alcohol_support": "0", "drugs_support": "0",
    "self_harm_support": "2", "high_support_places": "1", "nrpf_places": "0", "son_age_limit": "", "takes_pets": "no",
    "women_only": "yes", "checks": ["background"], "languages": ["en", "pl"], "excludes": ["arson"],
    "turnaround_days": "3", "opens_0": "9", "closes_0": "17:30", "opens_1": "09:00", "closes_1": "1730", "version": "0",
}  # fmt: skip
BED = {
    "name": "Room 9",
    "adults": "1",
    "children": "2",
    "cots": "1",
    "features": ["step_free"],
    "notes": "",
    "version": "1",
}

NUMBERS = ["2147483648", str(2**63), "9" * 5000, "-1", "٣"]


@pytest.fixture
def wall(app: Flask) -> Refuge:
    with app.extensions["database"].reading() as db:
        return Pilot().refuge(db, "WALL")


def refuge_named(app: Flask, name: str) -> Refuge | None:
    with app.extensions["database"].reading() as db:
        found: Refuge | None = db.scalars(select(Refuge).where(Refuge.name == name)).one_or_none()
        return found


def audited(app: Flask, action: str) -> list[tuple[str, dict[str, Any]]]:
    with app.extensions["database"].reading() as db:
        rows = db.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.sequence))
        return [(row.subject_ref, json.loads(row.facts)) for row in rows]


@pytest.mark.parametrize("name", ["worker.wall", "manager.panahghar", "practitioner", "commissioner"])
def test_the_network_sees_what_a_refuge_offers_and_never_where_it_is(
    sign_in_as: Callable[[str], FlaskClient], wall: Refuge, name: str
) -> None:
    browser = sign_in_as(name)
    listed, one = browser.get("/refuges").text, browser.get(f"/refuges/{wall.ref}").text
    assert "WALL" in listed
    assert "Elsewhere" not in listed
    assert "24 hours, every day" in one
    assert "Room 3" in one
    for page in (listed, one):
        assert STREET not in page
        assert "Occupied" not in page
    assert ("Reveal the address" in one) is (name == "worker.wall")


def test_another_networks_refuge_is_as_if_it_were_not_there(
    sign_in_as: Callable[[str], FlaskClient], wall: Refuge
) -> None:
    for name in ("worker.elsewhere", "manager.elsewhere"):
        assert sign_in_as(name).get(f"/refuges/{wall.ref}").status_code == 404
    for name in ("referrer", "administrator"):
        assert sign_in_as(name).get("/refuges").status_code == 403


def test_a_manager_adds_a_refuge_and_it_says_when_it_is_staffed(
    app: Flask, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    page = sign_in_as("manager.wall").post("/refuges/new", data=REFUGE, follow_redirects=True).text
    assert "Haven has been added" in page
    assert "Mon and Tue 09:00 to 17:30, telephone at other times" in page
    made = refuge_named(app, "Haven")
    assert made is not None
    assert made.agency.name == "Wall agency"
    assert (made.excludes, made.turnaround_days) == (["arson"], 3)
    assert "Arson or fire-setting" in page
    assert audited(app, "refuge.added") == [(made.ref, {})]
    assert sign_in_as("worker.wall").get("/refuges/new").status_code == 403


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": " "}, "Enter a code name"),
        ({"name": "wall"}, "Another refuge of the network has this name"),
        ({"specialism": ""}, "Choose who it is for"),
        ({"area": "X"}, "Choose the district"),
        ({"telephone_cover": ""}, "Choose whether staff answer the telephone"),
        ({"alcohol_support": "9"}, "Choose the highest level of support"),
        ({"nrpf_places": "many"}, "Enter how many NRPF places are funded, from 0 to 100"),
        ({"son_age_limit": "40"}, "Enter an age in years, from 0 to 17"),
        ({"turnaround_days": "15"}, "Enter how many days, from 0 to 14"),
        ({"excludes": ["noise"]}, "Choose from this list only"),
        ({"opens_2": "9"}, "Enter both times for Wednesday, or neither"),
        ({"opens_2": "17", "closes_2": "9"}, "Wednesday must end later than it begins"),
        ({"closes_0": "half five"}, "Enter a time like 09:00"),
        ({"opens_0": "", "closes_0": "", "opens_1": "", "closes_1": ""}, "Enter the hours of at least one day"),
        ({"languages": ["klingon"]}, "Choose from this list only"),
    ],
)
def test_the_form_says_what_to_do_and_saves_nothing(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], typed: dict[str, Any], said: str
) -> None:
    answer = sign_in_as("manager.wall").post("/refuges/new", data={**REFUGE, **typed})
    assert answer.status_code == 200
    assert said in answer.text
    assert "There is a problem" in answer.text
    assert refuge_named(app, "Haven") is None


def test_a_change_is_audited_by_the_names_of_what_changed(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], wall: Refuge
) -> None:
    browser = sign_in_as("manager.wall")
    form = {**REFUGE, "name": "WALL", "version": str(wall.version)}
    assert browser.post(f"/refuges/{wall.ref}/edit", data=form).status_code == 302
    changed = audited(app, "refuge.changed")
    assert changed[0][0] == wall.ref
    assert {"hours", "nrpf_places", "specialism"} <= set(changed[0][1]["fields"])
    assert "name" not in changed[0][1]["fields"]
    after = refuge_named(app, "WALL")
    assert after is not None
    assert [(row.weekday, row.opens, row.closes) for row in after.hours] == [(0, 540, 1050), (1, 540, 1050)]
    again = {**form, "version": str(after.version), "staffed": "always"}
    assert browser.post(f"/refuges/{wall.ref}/edit", data=again).status_code == 302
    assert audited(app, "refuge.changed")[1][1] == {"fields": ["hours"]}


def test_nobody_overwrites_what_somebody_else_saved_meanwhile(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], wall: Refuge
) -> None:
    browser = sign_in_as("manager.wall")
    hours_only = {**REFUGE, "name": "WALL", "version": str(wall.version)}
    browser.post(f"/refuges/{wall.ref}/edit", data=hours_only)
    late = {**hours_only, "nrpf_places": "7", "opens_6": "10:15", "closes_6": "11:45"}
    page = browser.post(f"/refuges/{wall.ref}/edit", data=late).text
    assert "Somebody else changed this while you were typing" in page
    assert "10:15" in page
    kept = refuge_named(app, "WALL")
    assert kept is not None
    assert kept.nrpf_places == 0
    assert f'name="version" type="hidden" value="{kept.version}"' in page
    assert browser.post(f"/refuges/{wall.ref}/edit", data={**late, "version": str(kept.version)}).status_code == 302


def test_only_its_own_managers_change_a_refuge_and_its_beds(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], wall: Refuge
) -> None:
    with app.extensions["database"].reading() as db:
        bed = Pilot().bed(db, "WALL", "Room 1")
    paths = [
        f"/refuges/{wall.ref}/edit",
        f"/refuges/{wall.ref}/beds/new",
        f"/refuges/{wall.ref}/address/change",
        f"/beds/{bed.ref}/edit",
        f"/beds/{bed.ref}/retire",
        f"/beds/{bed.ref}/restore",
    ]
    for name, status in {"manager.panahghar": 404, "manager.elsewhere": 404, "worker.wall": 403}.items():
        browser = sign_in_as(name)
        for path in paths:
            assert browser.get(path).status_code == status, path
            assert browser.post(path, data={**REFUGE, **BED}).status_code == status, path


def test_a_bed_is_added_changed_and_taken_out_of_service(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], wall: Refuge
) -> None:
    browser = sign_in_as("manager.wall")
    assert (
        "Room 9 has been added" in browser.post(f"/refuges/{wall.ref}/beds/new", data=BED, follow_redirects=True).text
    )
    with app.extensions["database"].reading() as db:
        made, old = Pilot().bed(db, "WALL", "Room 9"), Pilot().bed(db, "WALL", "Room 1")
    assert (made.position, made.step_free, made.adapted) == (4, True, False)
    changed = {**BED, "features": ["step_free", "adapted"], "children": "5", "version": str(made.version)}
    assert browser.post(f"/beds/{made.ref}/edit", data=changed).status_code == 302
    assert audited(app, "bed.changed") == [(made.ref, {"fields": ["adapted", "children"]})]
    assert "Somebody else changed this" in browser.post(f"/beds/{made.ref}/edit", data=changed).text
    twice = {**BED, "name": "room 2"}
    assert "Another bed of this refuge has this name" in browser.post(f"/refuges/{wall.ref}/beds/new", data=twice).text
    retire = {"data": {"version": "1"}, "follow_redirects": True}
    assert "out of service from today" in browser.post(f"/beds/{old.ref}/retire", **retire).text
    assert old.ref not in browser.get("/beds").text
    assert audited(app, "bed.retired") == [(old.ref, {})]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_that_no_database_holds_is_answered_in_words(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], wall: Refuge, number: str
) -> None:
    browser = sign_in_as("manager.wall")
    with app.extensions["database"].reading() as db:
        bed = Pilot().bed(db, "WALL", "Room 1")
    for path, form in {f"/beds/{bed.ref}/edit": BED, f"/refuges/{wall.ref}/edit": {**REFUGE, "name": "WALL"}}.items():
        assert "Somebody else changed this" in browser.post(path, data={**form, "version": number}).text
    adults = browser.post(f"/refuges/{wall.ref}/beds/new", data={**BED, "adults": number}).text
    assert "Enter how many adults it sleeps, from 1 to 6" in adults
    close = {"reason": "repair", "start": "later", "from_on": [number, "1", number], "from_time": number}
    assert "Enter a real date" in browser.post(f"/beds/{bed.ref}/close", data=close).text
    assert "Room 3" in browser.get("/beds", query_string={"children": number, "house": wall.ref}).text
    assert browser.get(f"/beds/{number}").status_code == 404


def test_a_name_in_use_is_noticed_in_any_script(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], wall: Refuge
) -> None:
    browser = sign_in_as("manager.wall")
    for name, status in {"Ängel": 302, "ÄNGEL": 200}.items():
        assert browser.post(f"/refuges/{wall.ref}/beds/new", data={**BED, "name": name}).status_code == status
        assert browser.post("/refuges/new", data={**REFUGE, "name": name}).status_code == status
    assert refuge_named(app, "ÄNGEL") is None


def test_a_bed_is_not_taken_out_of_service_while_a_woman_lives_there(
    app: Flask, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    with app.extensions["database"].write() as db:
        bed = Pilot().bed(db, "WALL", "Room 1")
        db.add(Stay(ref=new_ref(db, Stay), bed_id=bed.id, referral_id=add_referral(db).id, started_at=now()))
    answer = sign_in_as("manager.wall").post(f"/beds/{bed.ref}/retire", data={"version": "1"})
    assert answer.status_code == 409
    assert "Somebody lives in Room 1" in answer.text
    with app.extensions["database"].reading() as db:
        assert db.scalars(select(Bed.retired_on).where(Bed.ref == bed.ref)).one() is None


def test_an_address_is_shown_once_with_a_reason_that_is_kept(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], wall: Refuge
) -> None:
    browser = sign_in_as("worker.wall")
    path = f"/refuges/{wall.ref}/address"
    assert STREET not in browser.get(path).text
    assert "Choose why you need the address" in browser.post(path, data={}).text
    assert "Say in a few words" in browser.post(path, data={"reason": "other"}).text
    assert audited(app, "address.revealed") == []
    answer = browser.post(path, data={"reason": "directions", "note": "for R-12345"})
    assert ADDRESS in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert STREET not in browser.get(path).text
    assert audited(app, "address.revealed") == [(wall.ref, {"reason": "directions"})]
    assert "for R-12345" in sign_in_as("manager.wall").get(f"/refuges/{wall.ref}").text
    assert "for R-12345" not in browser.get(f"/refuges/{wall.ref}").text


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("worker.panahghar", 404), ("manager.panahghar", 404), ("worker.elsewhere", 404), ("practitioner", 403),
        ("commissioner", 403), ("referrer", 403), ("administrator", 403),
    ],
)  # fmt: skip
def test_nobody_else_can_reveal_it(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], wall: Refuge, name: str, status: int
) -> None:
    browser = sign_in_as(name)
    for answer in (
        browser.get(f"/refuges/{wall.ref}/address"),
        browser.post(f"/refuges/{wall.ref}/address", data={"reason": "repair"}),
    ):
        assert answer.status_code == status
        assert STREET not in answer.text
    with app.extensions["database"].reading() as db:
        assert db.scalars(select(AddressReveal)).all() == []


def test_a_refuge_without_an_address_says_who_can_add_one(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], wall: Refuge
) -> None:
    with app.extensions["database"].write() as db:
        db.delete(db.scalars(select(RefugeAddress).where(RefugeAddress.refuge_id == wall.id)).one())
    page = sign_in_as("worker.wall").post(f"/refuges/{wall.ref}/address", data={"reason": "repair"}).text
    assert "No address is kept for this refuge" in page
    assert audited(app, "address.revealed") == []
