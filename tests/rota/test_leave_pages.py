"""Leave, sickness, extra hours and swaps on screens: what they touch is shown first, and who may know why."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.rota.models import RotaException, Worker
from refuge.rota.queries import rota_of
from tests.rota.rows import MONDAY, add_exception, add_pattern, add_promise, add_worker, at
from tests.rota.served import boxes, extra, leave

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.rota.served import Desk

MARCH, OCTOBER = date(2027, 3, 28), date(2026, 10, 25)


def kept(desk: Desk) -> list[RotaException]:
    """Return every exception, in order."""
    with desk.database.reading() as db:
        return list(db.scalars(select(RotaException).order_by(RotaException.id)))


def seen_of(text: str) -> str:
    """Return the mark of what a page showed."""
    return text.split('name="seen"')[1].split('value="')[1].split('"', maxsplit=1)[0]


def saved_after_warning(browser: FlaskClient, ref: str, **told: object) -> str:
    """Send leave, then save it over what was shown; return what was shown."""
    shown = leave(browser, ref, **told)
    assert shown.status_code == 200
    assert leave(browser, ref, seen=seen_of(shown.text), **told).status_code == 302
    return shown.text


def test_leave_that_makes_no_gap_is_saved_at_once(desk: Desk) -> None:
    ref = desk.worker()
    assert leave(desk.sign_in("practitioner"), ref).status_code == 302
    (row,) = kept(desk)
    assert (row.from_at, row.until_at) == (at(MONDAY, 0), at(MONDAY + timedelta(days=1), 0))


def test_leave_shows_the_gaps_that_it_makes_before_it_is_saved(desk: Desk) -> None:
    ref = desk.worker()
    with desk.database.write() as db:
        add_promise(db)
    browser = desk.sign_in("practitioner")
    shown = leave(browser, ref, note="Wedding")
    assert "WALL: no mental health practitioner, Mon 8 Jun, 09:00 to 17:00" in shown.text
    assert 'value="Wedding"' in shown.text
    assert kept(desk) == []
    assert leave(browser, ref, seen="forged").status_code == 200
    assert kept(desk) == []
    assert leave(browser, ref, seen=seen_of(shown.text)).status_code == 302
    assert len(kept(desk)) == 1


def test_a_gap_that_stood_before_is_not_blamed_on_the_leave(desk: Desk) -> None:
    ref = desk.worker()
    with desk.database.write() as db:
        add_promise(db, "Panahghar")
    assert leave(desk.sign_in("practitioner"), ref).status_code == 302


def test_the_room_of_sessions_says_what_is_booked_at_that_time(desk: Desk, app: Flask) -> None:
    ref = desk.worker()
    asked: list[tuple[object, ...]] = []

    def touched(*told: object) -> list[tuple[str, str | None]]:
        asked.append(told)
        return [("S-12345 at WALL, 10:00", "/inreach/S-12345")]

    app.jinja_env.globals["touched_by_leave"] = touched
    shown = saved_after_warning(desk.sign_in("practitioner"), ref)
    assert "S-12345 at WALL, 10:00" in shown
    assert asked[0] == (desk.kept(ref).id, at(MONDAY, 0), at(MONDAY + timedelta(days=1), 0))


def test_a_half_day_and_hours_take_only_theirs(desk: Desk) -> None:
    ref = desk.worker()
    browser = desk.sign_in("practitioner")
    leave(browser, ref, part="morning")
    leave(browser, ref, from_on=boxes(MONDAY + timedelta(days=1)), part="afternoon")
    leave(browser, ref, from_on=boxes(MONDAY + timedelta(days=2)), part="hours", from_time="10", until_time="11:30")
    with desk.database.reading() as db:
        found = rota_of(db, [desk.kept(ref).id], MONDAY, MONDAY + timedelta(days=2)).shifts
    assert [(one.from_at, one.until_at) for one in found] == [
        (at(MONDAY, 13), at(MONDAY, 17)),
        (at(MONDAY + timedelta(days=1), 9), at(MONDAY + timedelta(days=1), 13)),
        (at(MONDAY + timedelta(days=2), 9), at(MONDAY + timedelta(days=2), 10)),
        (at(MONDAY + timedelta(days=2), 11, 30), at(MONDAY + timedelta(days=2), 17)),
    ]


def test_a_day_of_leave_of_a_night_worker_is_her_night(desk: Desk) -> None:
    with desk.database.write() as db:
        worker = add_worker(db)
        add_pattern(db, worker, weekdays=127, from_minute=22 * 60, until_minute=32 * 60)
        ref = worker.ref
    leave(desk.sign_in("practitioner"), ref)
    with desk.database.reading() as db:
        found = rota_of(db, [desk.kept(ref).id], MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)).shifts
    assert [(one.from_at.day, one.length) for one in found] == [(7, timedelta(hours=10)), (9, timedelta(hours=10))]


def test_two_at_one_time_are_refused_in_words(desk: Desk) -> None:
    ref = desk.worker()
    browser = desk.sign_in("practitioner")
    leave(browser, ref)
    again = leave(browser, ref, kind="sickness")
    assert again.status_code == 422
    assert "Something is entered for her at this time already" in again.text


def test_what_cannot_be_is_said_beside_its_field(desk: Desk) -> None:
    ref = desk.worker()
    browser = desk.sign_in("practitioner")
    for told, sentence in (
        ({"kind": ""}, "Choose what it is"),
        ({"from_on": boxes(None)}, "Enter the first day away"),
        ({"from_on": ["31", "2", "2026"]}, "Enter a real date"),
        ({"until_on": boxes(MONDAY - timedelta(days=1))}, "Enter a day on or after the first"),
        ({"until_on": boxes(MONDAY + timedelta(days=1)), "part": "morning"}, "are of one day"),
        ({"part": "hours"}, "Enter from when until when"),
        ({"part": "hours", "from_time": "10", "until_time": "10"}, "Enter a time later than it begins"),
        ({"from_on": boxes(MONDAY.replace(year=2036))}, "Enter a day within two years"),
    ):
        answer = leave(browser, ref, **told)
        assert answer.status_code == 422
        assert sentence in answer.text
    assert kept(desk) == []


def test_a_time_in_the_missing_hour_is_refused_and_in_the_repeated_hour_asked(desk: Desk) -> None:
    ref = desk.worker()
    browser = desk.sign_in("practitioner")
    house = desk.refuge("WALL")
    told = {"extra_from": "01:30", "extra_until": "05:00", "refuges": [house]}
    missing = extra(browser, ref, extra_on=boxes(MARCH), **told)
    assert missing.status_code == 422
    assert "That hour does not exist on this day" in missing.text
    first = extra(browser, ref, extra_on=boxes(OCTOBER), **told)
    assert first.status_code == 302
    (row,) = kept(desk)
    assert row.until_at - row.from_at == timedelta(hours=4, minutes=30)
    asked = extra(browser, ref, extra_on=boxes(OCTOBER), **told)
    assert "the hour from 01:00 comes twice. Which one?" in asked.text


def test_the_second_time_of_an_hour_that_comes_twice_can_be_meant(desk: Desk) -> None:
    ref = desk.worker()
    told = {"extra_from": "01:30", "extra_until": "05:00", "refuges": [desk.refuge("WALL")], "which": "second"}
    extra(desk.sign_in("practitioner"), ref, extra_on=boxes(OCTOBER), **told)
    (row,) = kept(desk)
    assert row.until_at - row.from_at == timedelta(hours=3, minutes=30)


def test_extra_hours_are_worked_where_they_are_said_to_be(desk: Desk) -> None:
    ref = desk.worker()
    browser = desk.sign_in("practitioner")
    assert "Choose at which house she works" in extra(browser, ref).text
    assert extra(browser, ref, refuges=[desk.refuge("Panahghar")]).status_code == 302
    page = browser.get(f"/rota/workers/{ref}").text
    assert "Extra day: working" in page
    elsewhere = extra(browser, ref, refuges=[desk.refuge("Elsewhere")])
    assert elsewhere.status_code == 422


def test_a_swap_takes_and_gives_and_is_withdrawn_as_a_whole(desk: Desk) -> None:
    ref = desk.worker()
    browser = desk.sign_in("practitioner")
    house = desk.refuge("WALL")
    assert extra(browser, ref, kind="swap", from_on=boxes(MONDAY), refuges=[house]).status_code == 302
    with desk.database.reading() as db:
        found = rota_of(db, [desk.kept(ref).id], MONDAY, MONDAY + timedelta(days=6)).shifts
    assert [one.from_at.day for one in found] == [9, 10, 11, 12, 13]
    first = kept(desk)[0]
    assert browser.get(f"/rota/exceptions/{first.ref}/withdraw").status_code == 200
    gone = browser.post(f"/rota/exceptions/{first.ref}/withdraw", data={"version": first.version})
    assert gone.status_code == 302
    assert all(one.withdrawn_at is not None for one in kept(desk))
    again = browser.post(f"/rota/exceptions/{first.ref}/withdraw", data={"version": first.version})
    assert (again.status_code, "withdrawn already" in again.text) == (409, True)


def test_what_is_over_is_not_withdrawn(desk: Desk) -> None:
    ref = desk.worker()
    browser = desk.sign_in("practitioner")
    leave(browser, ref, from_on=boxes(date(2026, 5, 20)))
    (row,) = kept(desk)
    answer = browser.post(f"/rota/exceptions/{row.ref}/withdraw", data={"version": row.version})
    assert (answer.status_code, "it is what happened" in answer.text) == (409, True)


def test_only_her_own_agency_reads_why_she_is_away(desk: Desk) -> None:
    ref = desk.worker()
    with desk.database.write() as db:
        add_promise(db)
    saved_after_warning(desk.sign_in("practitioner"), ref, kind="sickness", note="Back on Tuesday")
    own = desk.sign_in("practitioner")
    assert "Sickness" in own.get(f"/rota/workers/{ref}").text
    assert "Practitioner: sickness" in own.get("/rota/cover?week=2026-W24").text
    for name in ("manager.wall", "worker.panahghar", "recovery"):
        browser = desk.sign_in(name)
        pages = [browser.get(path).text for path in (f"/rota/workers/{ref}", "/rota?week=2026-W24")]
        pages.append(browser.get("/rota/cover?week=2026-W24").text)
        assert all("ickness" not in page and "Back on Tuesday" not in page for page in pages)
        assert "Practitioner: away" in pages[-1]


def test_cover_names_nobody_to_a_commissioner(desk: Desk) -> None:
    ref = desk.worker()
    with desk.database.write() as db:
        add_promise(db)
    saved_after_warning(desk.sign_in("practitioner"), ref)
    page = desk.sign_in("commissioner").get("/rota/cover?week=2026-W24").text
    assert "Mon 8 Jun, 09:00 to 17:00: away" in page
    assert "32 h of 40 h" in page
    assert "Practitioner:" not in page
    assert "leave" not in page.split('id="main-content"')[1].split("</main>")[0]


def test_leave_of_many_weeks_is_looked_at_to_its_end_and_told_in_one_line(desk: Desk) -> None:
    ref = desk.worker()
    with desk.database.write() as db:
        add_promise(db)
    last = MONDAY + timedelta(weeks=12, days=4)
    shown = leave(desk.sign_in("practitioner"), ref, until_on=boxes(last)).text
    assert f"WALL: no mental health practitioner on 64 days, 8 June 2026 to {last.day} {last:%B %Y}" in shown


def test_leave_is_changed_in_one_go_and_what_stood_before_can_be_read(desk: Desk) -> None:
    ref = desk.worker()
    browser = desk.sign_in("practitioner")
    leave(browser, ref, note="Wedding")
    (row,) = kept(desk)
    form = browser.get(f"/rota/exceptions/{row.ref}/edit").text
    assert 'value="Wedding"' in form
    told = {
        "key": "k" * 43, "kind": "leave", "from_on": boxes(MONDAY), "until_on": boxes(None), "part": "morning",
        "which": "first", "note": "Wedding", "version": row.version,
    }  # fmt: skip
    assert browser.post(f"/rota/exceptions/{row.ref}/edit", data=told).status_code == 302
    before, after = kept(desk)
    assert before.withdrawn_at is not None
    assert (after.from_at, after.until_at) == (at(MONDAY, 0), at(MONDAY, 13))
    late = browser.post(f"/rota/exceptions/{row.ref}/edit", data={**told, "key": "l" * 43})
    assert late.status_code == 302
    assert len(kept(desk)) == 2


def test_a_swap_is_changed_as_a_whole_and_shows_what_was_typed(desk: Desk) -> None:
    ref = desk.worker()
    browser, house = desk.sign_in("practitioner"), desk.refuge("WALL")
    extra(browser, ref, kind="swap", from_on=boxes(MONDAY), refuges=[house])
    first = kept(desk)[0]
    form = browser.get(f"/rota/exceptions/{first.ref}/edit").text
    assert 'value="10:00"' in form
    told = {
        "key": "k" * 43, "kind": "swap", "extra_on": boxes(MONDAY + timedelta(days=5)), "extra_from": "11:00",
        "extra_until": "15:00", "part": "whole", "which": "first", "from_on": boxes(MONDAY), "until_on": boxes(None),
        "refuges": [house], "version": first.version,
    }  # fmt: skip
    assert browser.post(f"/rota/exceptions/{first.ref}/edit", data=told).status_code == 302
    standing = [row for row in kept(desk) if row.withdrawn_at is None]
    assert len(standing) == 2
    assert next(row for row in standing if row.works).from_at == at(MONDAY + timedelta(days=5), 11)


def test_leave_that_has_begun_keeps_its_first_day_and_may_end_earlier(desk: Desk) -> None:
    ref = desk.worker()
    with desk.database.write() as db:
        worker = db.scalars(select(Worker).where(Worker.ref == ref)).one()
        add_exception(db, worker, at(MONDAY - timedelta(days=10), 0), at(MONDAY + timedelta(days=4), 0))
    browser = desk.sign_in("practitioner")
    (row,) = kept(desk)
    told = {
        "key": "k" * 43, "kind": "leave", "from_on": boxes(MONDAY), "until_on": boxes(None), "part": "whole",
        "which": "first", "version": row.version,
    }  # fmt: skip
    refused = browser.post(f"/rota/exceptions/{row.ref}/edit", data=told)
    assert refused.status_code == 422
    assert "what has been stays as it was" in refused.text
    first = MONDAY - timedelta(days=10)
    told |= {"from_on": boxes(first), "until_on": boxes(MONDAY - timedelta(days=5))}
    assert browser.post(f"/rota/exceptions/{row.ref}/edit", data=told).status_code == 302
    assert [one.until_at for one in kept(desk) if one.withdrawn_at is None] == [at(MONDAY - timedelta(days=4), 0)]
