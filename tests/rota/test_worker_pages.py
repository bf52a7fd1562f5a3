"""Workers and their patterns on screens: who sees what, who changes what, and how each refusal reads."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from refuge.audit.models import AuditEvent
from refuge.once import new_key
from refuge.rota.models import Pattern, Worker
from refuge.rota.queries import shifts
from tests.rota.rows import MONDAY
from tests.rota.served import boxes

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.rota.served import Desk


def details(**told: Any) -> dict[str, Any]:  # noqa: ANN401  whatever a form sends
    """Return what the form of a worker sends."""
    plain = {
        "key": new_key(), "name": "Mary O.", "person": "", "discipline": "mental_health_practitioner",
        "gender": "woman", "languages": ["en", "pa"], "email": "mary@example.org", "mobile": "07700 900321",
        "is_agency_contact": "yes", "assigned_from": boxes(date(2026, 4, 1)), "assigned_until": boxes(None),
        "review_on": boxes(date(2027, 4, 1)), "longest_contact_minutes": "300", "break_after_minutes": "360",
        "break_minutes": "30", "gap_minutes": "10", "free_share": "20",
    }  # fmt: skip
    return {**plain, **told}


def hours(**told: Any) -> dict[str, Any]:  # noqa: ANN401  whatever a form sends
    """Return what the form of a pattern sends, but for the houses."""
    plain = {
        "key": new_key(), "weekdays": ["0", "2"], "from_time": "9", "until_time": "17:00",
        "valid_from": boxes(date(2026, 6, 1)), "valid_until": boxes(None),
    }  # fmt: skip
    return {**plain, **told}


def shares(desk: Desk, **told: int) -> dict[str, str]:
    """Return the shares of houses as the form sends them."""
    with desk.database.reading() as db:
        from refuge.beds.models import Refuge  # noqa: PLC0415  only here

        ids = {one.name: one.id for one in db.scalars(select(Refuge)).unique()}
    return {f"share_{ids[name]}": str(share) for name, share in told.items()}


def test_a_practitioner_enters_her_colleague_once_even_if_the_form_is_sent_twice(desk: Desk) -> None:
    browser, told = desk.sign_in("practitioner"), details()
    first = browser.post("/rota/workers/new", data=told)
    again = browser.post("/rota/workers/new", data=told)
    assert (first.status_code, again.location) == (302, first.location)
    with desk.database.reading() as db:
        (worker,) = db.scalars(select(Worker)).unique()
        assert (worker.name, worker.agency.name, worker.is_agency_contact) == ("Mary O.", "Health trust", True)
        assert "worker.added" in db.scalars(select(AuditEvent.action)).all()
        assert "Mary" not in "".join(db.scalars(select(AuditEvent.facts)))
    page = desk.sign_in("worker.wall").get("/rota/workers").text
    assert "07700 900321" in page
    assert "Point of contact" in page


def test_what_is_missing_or_cannot_be_is_said_beside_its_field_and_what_was_typed_stays(desk: Desk) -> None:
    browser = desk.sign_in("practitioner")
    answer = browser.post(
        "/rota/workers/new",
        data=details(
            name="",
            discipline="",
            email="nowhere",
            mobile="x",
            assigned_until=boxes(date(2026, 3, 1)),
            gap_minutes="500",
        ),
    )
    assert answer.status_code == 422
    for sentence in (
        "Enter her name",
        "Choose what kind of work she does",
        "Enter an e-mail address like",
        "Enter a telephone number like",
        "Her last day cannot lie before her first",
        "Enter minutes, from 0 to 120",
    ):
        assert sentence in answer.text
    assert 'value="nowhere"' in answer.text


def test_a_new_point_of_contact_takes_over_from_the_one_before(desk: Desk) -> None:
    browser = desk.sign_in("practitioner")
    browser.post("/rota/workers/new", data=details())
    browser.post("/rota/workers/new", data=details(name="Lena"))
    with desk.database.reading() as db:
        contacts = db.scalars(select(Worker).where(Worker.is_agency_contact.is_(True))).unique().all()
    assert [one.name for one in contacts] == ["Lena"]


def test_a_discipline_of_another_kind_of_agency_is_not_offered(desk: Desk) -> None:
    answer = desk.sign_in("recovery").post("/rota/workers/new", data=details())
    assert answer.status_code == 422
    assert "Choose what kind of work she does" in answer.text


def test_nobody_saves_over_what_a_colleague_saved_meanwhile(desk: Desk) -> None:
    ref = desk.worker(pattern=False)
    browser = desk.sign_in("practitioner")
    old = desk.kept(ref).version
    assert browser.post(f"/rota/workers/{ref}/edit", data=details(version=old, mobile="1234567")).status_code == 302
    late = browser.post(f"/rota/workers/{ref}/edit", data=details(version=old, mobile="7654321"))
    assert late.status_code == 422
    assert "Somebody else changed this while you were typing" in late.text
    assert "7654321" in late.text
    assert desk.kept(ref).mobile == "1234567"


def test_a_pattern_over_days_and_houses_gives_its_shifts(desk: Desk) -> None:
    ref = desk.worker(pattern=False)
    browser = desk.sign_in("practitioner")
    told = hours() | shares(desk, WALL=60, Panahghar=40)
    assert browser.post(f"/rota/workers/{ref}/patterns/new", data=told).status_code == 302
    with desk.database.reading() as db:
        found = shifts(db, [desk.kept(ref).id], MONDAY, MONDAY + timedelta(days=6))
    assert [one.from_at.day for one in found] == [8, 10]
    page = browser.get(f"/rota/workers/{ref}").text
    assert "Mon and Wed, 09:00 to 17:00" in page
    assert "WALL (60%) and Panahghar (40%)" in page


def test_alternating_weeks_are_two_patterns_each_told_by_its_letter(desk: Desk) -> None:
    ref = desk.worker(pattern=False)
    browser = desk.sign_in("practitioner")
    assert "is a week" in browser.get(f"/rota/workers/{ref}/patterns/new").text
    for weeks, house in (("a", "WALL"), ("b", "Panahghar")):
        told = hours(weeks=weeks) | shares(desk, **{house: 100})
        assert browser.post(f"/rota/workers/{ref}/patterns/new", data=told).status_code == 302
    page = browser.get(f"/rota/workers/{ref}").text
    assert "Mon and Wed in weeks A, 09:00 to 17:00" in page
    assert "Mon and Wed in weeks B, 09:00 to 17:00" in page


def test_a_night_ends_on_the_next_day(desk: Desk) -> None:
    ref = desk.worker(pattern=False)
    told = hours(from_time="22:00", until_time="08:00") | shares(desk, WALL=100)
    desk.sign_in("practitioner").post(f"/rota/workers/{ref}/patterns/new", data=told)
    with desk.database.reading() as db:
        (row,) = db.scalars(select(Pattern))
    assert (row.from_minute, row.until_minute) == (22 * 60, 32 * 60)
    assert "22:00 to 08:00 the next day" in desk.sign_in("practitioner").get(f"/rota/workers/{ref}").text


def test_a_pattern_that_cannot_be_says_why(desk: Desk) -> None:
    ref = desk.worker()
    browser = desk.sign_in("practitioner")

    def refused(**told: Any) -> str:  # noqa: ANN401  whatever a form sends
        answer = browser.post(f"/rota/workers/{ref}/patterns/new", data={**hours(), **shares(desk, WALL=100), **told})
        assert answer.status_code == 422
        return answer.text

    assert "She already has a pattern at these hours on one of these days" in refused()
    assert "Choose at least one day" in refused(weekdays=[])
    assert "Enter when she begins" in refused(from_time="")
    assert "it must come to 100 per cent" in refused(**shares(desk, WALL=50))
    assert "The last day cannot lie before the first" in refused(valid_until=boxes(date(2026, 5, 1)))
    assert "She is not assigned to the network on that day" in refused(valid_from=boxes(date(2019, 12, 1)))
    assert "Enter the first day on which this holds" in refused(valid_from=boxes(None))


def ended(desk: Desk, ref: str, **told: Any) -> TestResponse:  # noqa: ANN401  whatever a form sends
    """Send the form that ends the pattern of a worker."""
    with desk.database.reading() as db:
        row = db.scalars(select(Pattern).where(Pattern.worker_id == desk.kept(ref).id)).one()
    sent = {"version": row.version, "last_on": boxes(None)} | told
    return desk.sign_in("practitioner").post(f"/rota/patterns/{row.ref}/end", data=sent)


def test_an_ended_pattern_keeps_what_was_worked(desk: Desk) -> None:
    ref = desk.worker()
    assert "what has been worked stays as it was" in ended(desk, ref, last_on=boxes(date(2026, 5, 1))).text
    assert "Enter the last day" in ended(desk, ref).text
    assert "It has begun" in ended(desk, ref, do="withdraw").text
    assert ended(desk, ref, last_on=boxes(MONDAY)).status_code == 302
    with desk.database.reading() as db:
        found = shifts(db, [desk.kept(ref).id], date(2026, 6, 4), date(2026, 6, 30))
    assert [one.from_at.day for one in found] == [4, 5, 8]


def test_a_pattern_that_has_not_begun_can_be_taken_away(desk: Desk) -> None:
    ref = desk.worker(pattern=False)
    told = hours(valid_from=boxes(MONDAY)) | shares(desk, WALL=100)
    desk.sign_in("practitioner").post(f"/rota/workers/{ref}/patterns/new", data=told)
    assert ended(desk, ref, do="withdraw").status_code == 302
    with desk.database.reading() as db:
        assert db.scalars(select(Pattern)).all() == []


def test_a_skill_is_added_with_its_day_and_taken_back(desk: Desk) -> None:
    ref = desk.worker(pattern=False)
    browser = desk.sign_in("practitioner")
    told = {"skill": "dash", "gained_on": boxes(date(2026, 5, 4)), "expires_on": boxes(date(2026, 5, 31))}
    assert browser.post(f"/rota/workers/{ref}/skills", data=told).status_code == 302
    assert "is kept with this day already" in browser.post(f"/rota/workers/{ref}/skills", data=told).text
    assert "not in the future" in browser.post(
        f"/rota/workers/{ref}/skills", data={**told, "gained_on": boxes(MONDAY)}
    ).text  # fmt: skip
    assert "Renew since 31 May 2026" in browser.get(f"/rota/workers/{ref}").text
    browser.post(f"/rota/workers/{ref}/skills/remove", data={"skill": "dash", "gained_on": "2026-05-04"})
    assert desk.kept(ref).skills == []


def test_the_week_names_the_iso_week_and_shows_who_is_where(desk: Desk) -> None:
    desk.worker("practitioner", "WALL", "Panahghar")
    browser = desk.sign_in("worker.panahghar")
    page = browser.get("/rota?week=2026-W24").text
    assert "Mon 8 to Sun 14 June 2026" in page
    assert "WALL and Panahghar" in page
    assert "Mon 28 December 2026 to Sun 3 January 2027" in browser.get("/rota?week=2026-W53").text
    assert "Mon 1 to Sun 7 June 2026" in browser.get("/rota?week=2027-W53").text
    assert "Mon 1 to Sun 7 June 2026" in browser.get("/rota?week=9999-W01").text
    christmas = browser.get("/rota?week=2026-W52").text
    assert "Bank holiday" in christmas
