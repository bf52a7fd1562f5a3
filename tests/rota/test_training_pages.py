"""Workshops on screens: announced, booked, attended, judged, counted."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import time_machine
from sqlalchemy import select

from refuge.once import new_key
from refuge.rota.models import Place, Workshop, WorkshopPlace
from refuge.rota.queries.training import places
from refuge.seen import mark
from tests.builders import Pilot
from tests.rota.rows import MONDAY, at
from tests.rota.served import boxes

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.rota.served import Desk


def told(**changed: Any) -> dict[str, Any]:  # noqa: ANN401  whatever a form sends
    """Return what the form of a workshop sends."""
    plain = {
        "key": new_key(), "title": "Trauma-informed practice", "audience": "frontline", "skill": "trauma_informed",
        "on": boxes(MONDAY), "from_time": "10", "until_time": "13:00", "venue": "The library", "places": "2",
    }  # fmt: skip
    return {**plain, **changed}


def announced(desk: Desk, **changed: Any) -> str:  # noqa: ANN401  whatever a form sends
    """Announce a workshop of the therapy charity and return its ref."""
    answer = desk.sign_in("counsellor").post("/training/new", data=told(**changed))
    assert answer.status_code == 302
    return str(answer.location).rsplit("/", 1)[1]


def book(desk: Desk, name: str, workshop: str, who: str) -> tuple[int, str]:
    answer = desk.sign_in(name).post(f"/training/{workshop}/book", data={"who": who})
    return answer.status_code, answer.text


def test_anybody_books_for_her_own_agency_until_it_is_full(desk: Desk) -> None:
    workshop, dawn = announced(desk), desk.worker()
    worker = desk.person("worker.wall")
    assert book(desk, "practitioner", workshop, dawn)[0] == 302
    assert book(desk, "manager.wall", workshop, worker.ref)[0] == 302
    assert "has a place already" in book(desk, "practitioner", workshop, dawn)[1]
    full = book(desk, "recovery", workshop, desk.person("recovery").ref)
    assert (full[0], "the workshop is full" in full[1]) == (422, True)
    assert book(desk, "recovery", workshop, dawn)[0] == 422
    back = desk.sign_in("practitioner").post(f"/training/{workshop}/cancel-place", data={"who": dawn})
    assert back.status_code == 302
    assert book(desk, "recovery", workshop, desk.person("recovery").ref)[0] == 302


def test_only_the_agency_that_holds_it_sees_everybody_who_booked(desk: Desk) -> None:
    workshop, dawn = announced(desk), desk.worker()
    book(desk, "practitioner", workshop, dawn)
    book(desk, "worker.wall", workshop, desk.person("worker.wall").ref)
    pages = {name: desk.sign_in(name).get(f"/training/{workshop}").text for name in ("counsellor", "worker.wall")}
    main = {name: page.split("has a place</h2>")[1] for name, page in pages.items()}
    assert "Practitioner" in main["counsellor"]
    assert "Worker Wall" in main["counsellor"]
    assert "Worker Wall" in main["worker.wall"]
    assert "Practitioner" not in main["worker.wall"]


def shown_places(desk: Desk) -> str:
    """Return what the form of who came would carry before it can be opened: the places in the order of their names."""
    with desk.database.reading() as db:
        rows = places(db, Pilot().person(db, "counsellor"), db.scalars(select(Workshop)).unique().one())
        return mark(*((row.id, row.state.value) for row in rows))


def came(browser: FlaskClient, workshop: str, told: dict[str, str], *, seen: str = "") -> TestResponse:
    """Open the page of a workshop and note who came; or send a form that was opened before."""
    page = browser.get(f"/training/{workshop}").text
    (newest,) = re.findall(r'name="seen" value="([^"]*)"', page)
    return browser.post(f"/training/{workshop}/attendance", data={**told, "seen": seen or newest})


def test_who_came_is_not_noted_of_somebody_else_because_the_list_moved(desk: Desk) -> None:
    workshop, dawn = announced(desk), desk.worker()
    book(desk, "practitioner", workshop, dawn)
    book(desk, "worker.wall", workshop, desk.person("worker.wall").ref)
    with time_machine.travel(at(MONDAY, 14), tick=False):
        holder = desk.sign_in("counsellor")
        (opened,) = re.findall(r'name="seen" value="([^"]*)"', holder.get(f"/training/{workshop}").text)
        with desk.database.write() as db:
            hers = select(WorkshopPlace).where(WorkshopPlace.worker_id == desk.kept(dawn).id)
            db.scalars(hers).unique().one().state = Place.CANCELLED
        for seen in (opened, "-"):
            stale = came(holder, workshop, {"came_1": "yes", "came_2": "no"}, seen=seen)
            assert (stale.status_code, "Somebody has changed who came" in stale.text) == (409, True)
        with desk.database.reading() as db:
            assert set(db.scalars(select(WorkshopPlace.state))) == {Place.CANCELLED, Place.BOOKED}


def test_whoever_attended_has_the_skill_with_its_day_and_loses_it_if_she_did_not(desk: Desk) -> None:
    workshop, dawn = announced(desk), desk.worker()
    book(desk, "practitioner", workshop, dawn)
    book(desk, "worker.wall", workshop, desk.person("worker.wall").ref)
    holder = desk.sign_in("counsellor")
    early = holder.post(f"/training/{workshop}/attendance", data={"came_1": "yes", "seen": shown_places(desk)})
    assert (early.status_code, "when the workshop has begun" in early.text) == (409, True)
    with time_machine.travel(at(MONDAY, 14), tick=False):
        holder = desk.sign_in("counsellor")
        came(holder, workshop, {"came_1": "yes", "came_2": "no"})
        assert [(one.skill, one.gained_on) for one in desk.kept(dawn).skills] == [("trauma_informed", MONDAY)]
        came(holder, workshop, {"came_1": "no"})
        assert desk.kept(dawn).skills == []
        came(holder, workshop, {"came_1": "yes"})
        taken_back = desk.sign_in("practitioner").post(
            f"/rota/workers/{dawn}/skills/remove", data={"skill": "trauma_informed", "gained_on": MONDAY.isoformat()}
        )
        assert (taken_back.status_code, "comes from a workshop" in taken_back.text) == (409, True)


def test_feedback_is_given_by_who_came_and_shown_without_her_name(desk: Desk) -> None:
    workshop, dawn = announced(desk), desk.worker()
    book(desk, "practitioner", workshop, dawn)
    assert desk.sign_in("practitioner").get(f"/training/{workshop}/feedback").status_code == 404
    with time_machine.travel(at(MONDAY, 14), tick=False):
        came(desk.sign_in("counsellor"), workshop, {"came_1": "yes"})
        hers = desk.sign_in("practitioner")
        assert "Choose how useful it was" in hers.post(f"/training/{workshop}/feedback", data={}).text
        given = hers.post(f"/training/{workshop}/feedback", data={"rating": "5", "words": "Clear and kind"})
        assert given.status_code == 302
        assert "5 of 5: Clear and kind" in desk.sign_in("counsellor").get(f"/training/{workshop}").text
        assert "Clear and kind" not in desk.sign_in("worker.wall").get(f"/training/{workshop}").text
        assert desk.sign_in("recovery").get(f"/training/{workshop}/feedback").status_code == 404


def test_totals_count_attendances_by_agency_and_audience_and_name_nobody(desk: Desk) -> None:
    workshop, dawn = announced(desk), desk.worker()
    book(desk, "practitioner", workshop, dawn)
    book(desk, "worker.wall", workshop, desk.person("worker.wall").ref)
    announced(desk, title="Leading", audience="leadership", on=boxes(MONDAY + timedelta(days=1)))
    with time_machine.travel(at(MONDAY, 14), tick=False):
        came(desk.sign_in("counsellor"), workshop, {"came_1": "yes", "came_2": "no"})
        page = desk.sign_in("commissioner").get("/training/totals").text
    assert "Health trust" in page
    assert "Wall agency" not in page
    assert "4 places in all" in page
    assert "Practitioner" not in page
    before = desk.sign_in("commissioner").get("/training/totals?year=2025").text
    assert "Nobody’s attendance is noted" in before


def test_a_workshop_is_changed_within_its_bookings_and_cancelled_before_it_begins(desk: Desk) -> None:
    workshop, dawn = announced(desk), desk.worker()
    book(desk, "practitioner", workshop, dawn)
    book(desk, "worker.wall", workshop, desk.person("worker.wall").ref)
    holder = desk.sign_in("counsellor")

    def version() -> int:
        with desk.database.reading() as db:
            return db.scalars(select(Workshop.version)).one()

    small = holder.post(f"/training/{workshop}/edit", data=told(places="1", version=version()))
    assert (small.status_code, "more people are booked than that" in small.text) == (422, True)
    late = holder.post(f"/training/{workshop}/edit", data=told(version=version() - 1))
    assert (late.status_code, "Somebody else changed this" in late.text) == (422, True)
    assert holder.post(f"/training/{workshop}/edit", data=told(places="5", version=version())).status_code == 302
    gone = holder.post(f"/training/{workshop}/edit", data={"do": "cancel", "version": version()})
    assert gone.status_code == 302
    assert "Cancelled" in desk.sign_in("practitioner").get("/training").text
    assert "was cancelled" in book(desk, "recovery", workshop, desk.person("recovery").ref)[1]
    with desk.database.reading() as db:
        assert len(db.scalars(select(WorkshopPlace)).all()) == 2


def test_a_workshop_that_cannot_be_says_why(desk: Desk) -> None:
    browser = desk.sign_in("counsellor")
    for wrong, sentence in (
        ({"title": ""}, "Enter what it is about"),
        ({"audience": ""}, "Choose for whom it is"),
        ({"on": boxes(None)}, "Enter the day"),
        ({"until_time": "09:00"}, "Enter a time later than it begins"),
        ({"from_time": ""}, "Enter a time like 10:00"),
        ({"places": "0"}, "Enter how many people can come, from 1 to 500"),
        ({"on": boxes(date(2027, 3, 28)), "from_time": "01:30"}, "That hour does not exist on this day"),
    ):
        answer = browser.post("/training/new", data=told(**wrong))
        assert (answer.status_code, sentence in answer.text) == (422, True)
