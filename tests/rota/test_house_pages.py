"""Rooms, promises, travel and days off on screens."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from refuge.once import new_key
from refuge.rota.models import ClosureDay, CoverPromise, SessionRoom
from refuge.rota.queries import shifts, travel_minutes
from refuge.seen import mark
from tests.builders import Pilot
from tests.rota.rows import MONDAY
from tests.rota.served import boxes

if TYPE_CHECKING:
    from tests.rota.served import Desk

CHRISTMAS = date(2026, 12, 25)


def room(**told: Any) -> dict[str, Any]:  # noqa: ANN401  whatever a form sends
    """Return what the form of a room sends."""
    times = {f"{edge}_{day}": "" for edge in ("opens", "closes") for day in range(7)}
    plain = {"key": new_key(), "name": "Quiet room", "capacity": "4", "opens_0": "09:00", "closes_0": "17:00"}
    return {**times, "retired_on": boxes(None), **plain, **told}


def promise(**told: Any) -> dict[str, Any]:  # noqa: ANN401  whatever a form sends
    """Return what the form of a promise sends."""
    plain = {
        "key": new_key(), "promised": "recovery_worker", "weekdays": ["0", "1", "2", "3", "4"], "from_time": "09:00",
        "until_time": "17:00", "days_a_week": "3", "at_least": "1", "on_bank_holidays": "no",
        "valid_from": boxes(date(2026, 6, 1)),
    }  # fmt: skip
    return {**plain, **told}


def test_a_manager_adds_a_room_and_says_when_it_is_no_longer_used(desk: Desk) -> None:
    browser, house = desk.sign_in("manager.wall"), desk.refuge("WALL")
    assert browser.post(f"/rota/houses/{house}/rooms/new", data=room()).status_code == 302
    again = browser.post(f"/rota/houses/{house}/rooms/new", data=room())
    assert "This house has a room of that name already" in again.text
    with desk.database.reading() as db:
        (kept,) = db.scalars(select(SessionRoom)).unique()
    assert "Quiet room: 4 people, Mon 09:00 to 17:00" in desk.sign_in("practitioner").get("/rota/houses").text
    changed = room(version=kept.version, opens_2="10", closes_2="12", retired_on=boxes(MONDAY))
    assert browser.post(f"/rota/rooms/{kept.ref}/edit", data=changed).status_code == 302
    late = browser.post(f"/rota/rooms/{kept.ref}/edit", data=changed)
    assert (late.status_code, "Somebody else changed this" in late.text) == (422, True)
    with desk.database.reading() as db:
        (kept,) = db.scalars(select(SessionRoom)).unique()
        assert [(one.weekday, one.opens, one.closes) for one in kept.hours] == [(0, 540, 1020), (2, 600, 720)]
        assert kept.retired_on == MONDAY


def test_the_hours_of_a_room_make_sense_or_say_why_not(desk: Desk) -> None:
    browser, house = desk.sign_in("manager.wall"), desk.refuge("WALL")
    for told, sentence in (
        ({"opens_0": "", "closes_0": ""}, "Enter the hours of at least one day"),
        ({"closes_0": ""}, "Enter both times for Monday, or neither"),
        ({"closes_0": "08:00"}, "Monday must end later than it begins"),
        ({"capacity": "0"}, "Enter how many people fit, from 1 to 60"),
        ({"name": ""}, "Enter what the room is called"),
    ):
        answer = browser.post(f"/rota/houses/{house}/rooms/new", data=room(**told))
        assert (answer.status_code, sentence in answer.text) == (422, True)


def test_a_promise_is_measured_from_its_first_day_and_ended(desk: Desk) -> None:
    browser, house = desk.sign_in("manager.wall"), desk.refuge("WALL")
    desk.worker("recovery")
    assert browser.post(f"/rota/houses/{house}/promises/new", data=promise()).status_code == 302
    page = desk.sign_in("commissioner").get("/rota/cover?week=2026-W24").text
    assert "3 of 3 days" in page
    assert "1 of 1" in page
    with desk.database.reading() as db:
        (row,) = db.scalars(select(CoverPromise)).unique()
    told = {"version": row.version, "last_on": boxes(date(2026, 5, 1))}
    assert "Enter today or a later day" in browser.post(f"/rota/promises/{row.ref}/end", data=told).text
    told["last_on"] = boxes(MONDAY)
    assert browser.post(f"/rota/promises/{row.ref}/end", data=told).status_code == 302
    assert "No house has said yet" in desk.sign_in("commissioner").get("/rota/cover?week=2026-W25").text


def test_more_days_than_there_are_cannot_be_promised(desk: Desk) -> None:
    browser, house = desk.sign_in("manager.wall"), desk.refuge("WALL")
    told = promise(weekdays=["0"], days_a_week="2")
    assert "Choose at least as many days above" in browser.post(f"/rota/houses/{house}/promises/new", data=told).text


def test_a_house_staffed_round_the_clock_keeps_its_promise_of_staff_and_telephone(desk: Desk) -> None:
    browser, house = desk.sign_in("manager.wall"), desk.refuge("WALL")
    always = {
        "weekdays": [str(day) for day in range(7)],
        "from_time": "00:00",
        "until_time": "24:00",
        "days_a_week": "",
    }
    for kind in ("staff", "telephone"):
        told = promise(promised=kind, on_bank_holidays="yes", **always)
        assert browser.post(f"/rota/houses/{house}/promises/new", data=told).status_code == 302
    for week, hours in (("2026-W24", 168), ("2026-W52", 168), ("2026-W43", 169)):
        assert browser.get(f"/rota/cover?week={week}").text.count(f"all of {hours} h") == 2
    browser.post("/rota/days/bank-holidays", data={"works": "no", "seen": mark(None)})
    page = browser.get("/rota/cover?week=2026-W52").text
    assert "120 h of 168 h" in page
    assert "bank holiday" in page


def seen_on(page: str) -> str:
    """Return what the form on this page carries of what is kept."""
    (seen,) = re.findall(r'name="seen" type="hidden" value="([^"]*)"', page)
    return str(seen)


def test_travel_is_kept_for_both_ways_and_forgotten_when_emptied(desk: Desk) -> None:
    browser, house = desk.sign_in("manager.wall"), desk.refuge("WALL")
    with desk.database.reading() as db:
        wall, panahghar = (Pilot().refuge(db, name) for name in ("WALL", "Panahghar"))
    for typed, minutes in (("25", 25), ("30", 30), ("", 60)):
        told = {f"to_{panahghar.id}": typed, "seen": seen_on(browser.get(f"/rota/houses/{house}/travel").text)}
        assert browser.post(f"/rota/houses/{house}/travel", data=told).status_code == 302
        with desk.database.reading() as db:
            assert travel_minutes(db, wall.network_id)[panahghar.id, wall.id] == minutes
    stale = browser.post(f"/rota/houses/{house}/travel", data={**told, f"to_{panahghar.id}": "40"})
    assert (stale.status_code, "Kept now: nothing" in stale.text, 'value="40"' in stale.text) == (409, True, True)
    wrong = browser.post(f"/rota/houses/{house}/travel", data={f"to_{panahghar.id}": "far"})
    assert (wrong.status_code, "Enter minutes, from 0 to 480" in wrong.text) == (422, True)


def day(**told: Any) -> dict[str, Any]:  # noqa: ANN401  whatever a form sends
    """Return what the form of a closure day sends."""
    return {"key": new_key(), "on": boxes(MONDAY), "name": "Away day", "whose": "ours", **told}


def on_christmas(desk: Desk, ref: str) -> int:
    with desk.database.reading() as db:
        return len(shifts(db, [desk.kept(ref).id], CHRISTMAS, CHRISTMAS))


def test_an_agency_says_whether_it_works_on_bank_holidays(desk: Desk) -> None:
    ref = desk.worker()
    browser = desk.sign_in("practitioner")
    assert on_christmas(desk, ref) == 0
    assert "Choose yes or no" in browser.post("/rota/days/bank-holidays", data={}).text
    told = {"works": "yes", "seen": seen_on(browser.get("/rota/days").text)}
    assert browser.post("/rota/days/bank-holidays", data=told).status_code == 302
    stale = browser.post("/rota/days/bank-holidays", data={**told, "works": "no"})
    assert (stale.status_code, "Somebody has just said yes" in stale.text) == (409, True)
    assert on_christmas(desk, ref) == 1
    assert "Health trust works on bank holidays" in browser.get("/rota/days").text


def test_a_closure_day_is_off_for_its_agency_only_and_can_be_taken_off_by_it_only(desk: Desk) -> None:
    dawn, mark = desk.worker(), desk.worker("recovery")
    browser = desk.sign_in("practitioner")
    assert browser.post("/rota/days", data=day()).status_code == 302
    assert "This day is on the list already" in browser.post("/rota/days", data=day()).text
    with desk.database.reading() as db:
        found = shifts(db, [desk.kept(dawn).id, desk.kept(mark).id], MONDAY, MONDAY)
        ref = db.scalars(select(ClosureDay.ref)).one()
    assert [one.worker_id for one in found] == [desk.kept(mark).id]
    assert desk.sign_in("recovery").post(f"/rota/days/{ref}/remove").status_code == 404
    assert browser.post(f"/rota/days/{ref}/remove").status_code == 302


def test_a_bank_holiday_for_everybody_is_added_by_a_manager_of_a_refuge(desk: Desk) -> None:
    ref = desk.worker()
    told = day(whose="everybody", name="Coronation")
    refused = desk.sign_in("practitioner").post("/rota/days", data=told)
    assert (refused.status_code, "added by a manager of a refuge" in refused.text) == (422, True)
    assert desk.sign_in("manager.wall").post("/rota/days", data=told).status_code == 302
    with desk.database.reading() as db:
        assert shifts(db, [desk.kept(ref).id], MONDAY, MONDAY) == ()


def test_a_day_that_is_over_is_not_added(desk: Desk) -> None:
    answer = desk.sign_in("practitioner").post("/rota/days", data=day(on=boxes(date(2026, 5, 1)), name=""))
    assert "Say in a few words what it is" in answer.text
    answer = desk.sign_in("practitioner").post("/rota/days", data=day(on=boxes(date(2026, 5, 1))))
    assert "Enter a day that is not over" in answer.text
