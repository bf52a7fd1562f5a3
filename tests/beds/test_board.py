"""The board: who sees how much of which bed, what it counts, and how it is confirmed."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import event, select, update

from refuge.audit.models import AuditEvent
from refuge.beds.models import Bed, Closure, Hold, Refuge, Stay
from refuge.database import new_ref, now
from refuge.london import london_date
from tests.builders import Pilot, add_bed, add_referral

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

FOREIGN = ("worker.panahghar", "practitioner", "recovery", "counsellor")


@pytest.fixture
def refs(app: Flask) -> dict[str, str]:
    """Room 1 of WALL is lived in, Room 2 held, Room 3 closed; nobody has Panahghar's. Return the refs of the women."""
    at = now()
    with app.extensions["database"].write() as db:
        by = Pilot().person(db, "worker.wall")
        hers, anothers = add_referral(db), add_referral(db)
        lives = Stay(
            ref=new_ref(db, Stay), bed_id=_room(db, 1), referral_id=hers.id, started_at=at - timedelta(days=40),
            expected_move_on=london_date(at) + timedelta(days=3), plan_agreed_on=london_date(at) - timedelta(days=30),
            review_due_on=london_date(at) - timedelta(days=2),
        )  # fmt: skip
        kept = Hold(
            bed_id=_room(db, 2), referral_id=anothers.id, from_at=at - timedelta(hours=1),
            until_at=at + timedelta(hours=5), held_by_id=by.id,
        )  # fmt: skip
        shut = Closure(
            bed_id=_room(db, 3), from_at=at - timedelta(days=1), reason="repair", note="Boiler is cold",
            closed_by_id=by.id,
        )  # fmt: skip
        db.add_all([lives, kept, shut])
        db.flush()
        return {
            "stay": lives.called,
            "lived": lives.ref,
            "hold": anothers.ref,
            "bed": Pilot().bed(db, "WALL", "Room 1").ref,
        }


def _room(db: Session, number: int) -> int:
    return Pilot().bed(db, "WALL", f"Room {number}").id


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def events(app: Flask, action: str) -> list[AuditEvent]:
    with app.extensions["database"].reading() as db:
        return list(db.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.sequence)))


def test_her_own_beds_show_who_is_in_them_and_what_is_owed(
    sign_in_as: Callable[[str], FlaskClient], refs: dict[str, str]
) -> None:
    page = sign_in_as("worker.wall").get("/beds").text
    seen = text_of(page)
    assert f"{refs['stay']}, day 41" in seen
    assert f"for {refs['hold']} by Worker Wall" in seen
    assert "review overdue since" in seen
    assert f"/beds/{refs['bed']}" in page
    assert "Confirm these beds" in seen


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("path", ["/beds", "/beds/print"])
def test_another_agency_sees_what_a_bed_is_and_not_who_is_in_it(
    sign_in_as: Callable[[str], FlaskClient], refs: dict[str, str], name: str, path: str
) -> None:
    page = sign_in_as(name).get(path).text
    seen = text_of(page)
    assert "Occupied" in seen
    assert "Held to" in seen
    assert "Repair" in seen
    for hidden in (refs["stay"], refs["hold"], "Worker Wall", "Boiler", "plan", "review", "day 41", refs["bed"]):
        assert hidden not in seen, hidden
    assert refs["bed"] not in page


def test_a_board_that_showed_women_is_audited_with_their_refs(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], refs: dict[str, str]
) -> None:
    sign_in_as("worker.wall").get("/beds")
    sign_in_as("practitioner").get("/beds")
    sign_in_as("worker.wall").get("/beds?state=free")
    seen = events(app, "board.seen")
    assert [json.loads(one.facts)["refs"] for one in seen] == [sorted([refs["lived"], refs["hold"]])]


def test_nobody_sees_another_networks_beds(sign_in_as: Callable[[str], FlaskClient], refs: dict[str, str]) -> None:
    page = sign_in_as("worker.elsewhere").get("/beds").text
    assert "WALL" not in page
    assert refs["stay"] not in page
    assert "Elsewhere" in page


@pytest.mark.parametrize("name", ["commissioner", "referrer", "administrator"])
def test_those_without_the_board_are_kept_out(sign_in_as: Callable[[str], FlaskClient], name: str) -> None:
    browser = sign_in_as(name)
    assert browser.get("/beds").status_code == 403
    assert browser.get("/beds/print").status_code == 403


def test_the_figures_count_every_bed_filtered_or_not(
    sign_in_as: Callable[[str], FlaskClient], refs: dict[str, str]
) -> None:
    del refs
    for path in ("/beds", "/beds?state=held"):
        seen = text_of(sign_in_as("worker.wall").get(path).text)
        assert re.search(r"beds free now 3 held, first lapses \S+.*? 1 expected free in 7 days 1 ", seen), path


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("state=held", ["Room 2"]),
        ("state=held&state=closed", ["Room 2", "Room 3"]),
        ("children=3", ["Family room"]),
        ("has=step_free&has=cot", ["Family room"]),
        ("has=adapted", []),
    ],
)
def test_filters_show_what_was_asked_for_and_say_how_many(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], refs: dict[str, str], asked: str, shown: list[str]
) -> None:
    del refs
    with app.extensions["database"].write() as db:
        add_bed(db, Pilot().refuge(db, "Panahghar"), "Family room", children=4, step_free=True)
    page = sign_in_as("worker.wall").get(f"/beds?{asked}").text
    assert re.findall(r'bed__name">([^<]+)<', page) == shown
    assert f"{len(shown)} of 7 beds" in text_of(page)
    assert "Clear filter" in page


@pytest.mark.parametrize(
    "asked", ["house=H-00000", "state=nonsense", "children=-1", "children=x", "has=nonsense&has=id"]
)
def test_filters_that_make_no_sense_do_no_harm(sign_in_as: Callable[[str], FlaskClient], asked: str) -> None:
    assert sign_in_as("worker.wall").get(f"/beds?{asked}").status_code == 200


def test_a_worker_confirms_the_beds_of_her_own_refuge_with_one_tap(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], pilot: Pilot
) -> None:
    with app.extensions["database"].reading() as db:
        own, other = pilot.refuge(db, "WALL"), pilot.refuge(db, "Panahghar")
    browser = sign_in_as("worker.wall")
    assert "Never confirmed" in browser.get("/beds").text
    shown = {"seen": seen_on(browser.get("/beds").text)}
    page = browser.post(f"/refuges/{own.ref}/confirm", data=shown, follow_redirects=True).text
    assert "today by Worker Wall" in page
    assert [(one.subject_ref, one.role) for one in events(app, "beds.confirmed")] == [(own.ref, "refuge_worker")]
    assert (
        "have just been confirmed"
        in browser.post(f"/refuges/{own.ref}/confirm", data=shown, follow_redirects=True).text
    )
    assert len(events(app, "beds.confirmed")) == 1, "a second press is the same act"
    assert browser.post(f"/refuges/{other.ref}/confirm", data=shown).status_code == 404
    seen = sign_in_as("practitioner")
    assert "Worker Wall" not in seen.get("/beds").text
    assert seen.post(f"/refuges/{own.ref}/confirm").status_code == 403
    with app.extensions["database"].reading() as db:
        unchanged = db.scalars(select(Refuge).where(Refuge.ref == own.ref)).one()
        assert unchanged.version == own.version, "an open form about the refuge is still good"


@pytest.fixture
def wall(app: Flask, pilot: Pilot) -> Refuge:
    with app.extensions["database"].reading() as db:
        return pilot.refuge(db, "WALL")


def seen_on(page: str) -> str:
    """Return what the form of the one house that she can confirm carries."""
    (seen,) = re.findall(r'name="seen" value="([^"]*)"', page)
    return str(seen)


def confirmed_at(app: Flask, wall: Refuge) -> datetime | None:
    with app.extensions["database"].reading() as db:
        at: datetime | None = db.scalars(select(Refuge.confirmed_at).where(Refuge.id == wall.id)).one()
        return at


def test_beds_that_changed_since_she_looked_are_shown_and_not_confirmed_before_she_has_seen_them(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], wall: Refuge
) -> None:
    browser = sign_in_as("worker.wall")
    shown = seen_on(browser.get("/beds").text)
    with app.extensions["database"].write() as db:
        hers = add_referral(db)
        stay = Stay(ref=new_ref(db, Stay), bed_id=_room(db, 1), referral_id=hers.id, started_at=now())
        db.add(stay)
        db.flush()
        called = stay.called
        Pilot().bed(db, "WALL", "Room 2").adults = 4
        add_bed(db, wall, "Room 9")
        db.execute(update(Bed).where(Bed.id == _room(db, 3)).values(retired_on=london_date(now())))
    path = f"/refuges/{wall.ref}/confirm"
    answer = browser.post(path, data={"seen": shown})
    assert answer.status_code == 409
    told = text_of(answer.text)
    assert "Room 1 was shown as free. Now:" in told
    assert f"{called}, day 1" in told
    assert "Room 2 was shown as free, with other details. Now:" in told
    assert "4 adults" in told
    assert "Room 9 was not shown. Now:" in told
    assert "Room 3 is out of service." in told
    assert confirmed_at(app, wall) is None
    assert stay.ref in events(app, "board.seen")[-1].facts
    assert browser.post(path, data={"seen": seen_on(answer.text)}).status_code == 302
    assert confirmed_at(app, wall) is not None


@pytest.mark.parametrize(
    "seen", ["", "-", "x y z", "- B-12345:free:0000000000000000", "- B-12345:lost:0000000000000000"]
)
def test_a_press_that_does_not_say_what_was_shown_confirms_nothing(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], wall: Refuge, seen: str
) -> None:
    answer = sign_in_as("worker.wall").post(f"/refuges/{wall.ref}/confirm", data={"seen": seen})
    assert answer.status_code == 409
    assert "Room 1 was not shown" in answer.text
    assert confirmed_at(app, wall) is None


def test_time_that_passes_changes_no_bed_and_a_hold_that_lapses_does(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], refs: dict[str, str], wall: Refuge
) -> None:
    assert refs
    shown = {"seen": seen_on(sign_in_as("worker.wall").get("/beds").text)}
    path = f"/refuges/{wall.ref}/confirm"
    with app.extensions["database"].reading() as db:
        until = db.scalars(select(Hold.until_at)).one()
    with time_machine.travel(until - timedelta(minutes=1), tick=False):
        assert sign_in_as("worker.wall").post(path, data=shown).status_code == 302
    with time_machine.travel(until + timedelta(minutes=1), tick=False):
        answer = sign_in_as("worker.wall").post(path, data=shown)
        assert answer.status_code == 409
        assert "Room 2 was shown as held. Now:" in text_of(answer.text)


def test_what_a_filter_hides_is_not_confirmed_unseen(sign_in_as: Callable[[str], FlaskClient], wall: Refuge) -> None:
    page = sign_in_as("worker.wall").get(f"/beds?house={wall.ref}").text
    assert seen_on(page)
    narrowed = sign_in_as("worker.wall").get("/beds?children=6").text
    assert 'name="seen"' not in narrowed


def test_the_sheet_to_print_holds_every_bed_and_no_address(
    sign_in_as: Callable[[str], FlaskClient], refs: dict[str, str]
) -> None:
    page = sign_in_as("worker.wall").get("/beds/print").text
    seen = text_of(page)
    assert page.count('<th scope="row">') == 6
    assert refs["stay"] in seen
    assert "staffed 24 hours" in seen
    assert "Nowhere Street" not in page
    assert "Lines to write on" in page


def test_retired_beds_and_beds_to_come_are_not_on_the_board(
    app: Flask, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    today = london_date(now())
    with app.extensions["database"].write() as db:
        refuge = Pilot().refuge(db, "WALL")
        add_bed(db, refuge, "Gone", retired_on=today)
        add_bed(db, refuge, "To come", opened_on=today + timedelta(days=1))
        add_bed(db, refuge, "Leaving", retired_on=today + timedelta(days=1))
    page = sign_in_as("worker.wall").get("/beds").text
    assert "Leaving" in page
    assert "Gone" not in page
    assert "To come" not in page


def test_the_board_asks_the_database_no_more_often_for_more_beds(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], refs: dict[str, str]
) -> None:
    del refs
    browser = sign_in_as("worker.wall")

    def asked() -> int:
        count = 0

        def counted(*_: object) -> None:
            nonlocal count
            count += 1

        engine = app.extensions["database"].engine
        event.listen(engine, "before_cursor_execute", counted)
        assert browser.get("/beds").status_code == 200
        event.remove(engine, "before_cursor_execute", counted)
        return count

    few = asked()
    at = now()
    with app.extensions["database"].write() as db:
        refuge = Pilot().refuge(db, "WALL")
        for number in range(20):
            bed = add_bed(db, refuge, f"More {number}")
            db.add(
                Stay(
                    ref=new_ref(db, Stay), bed_id=bed.id, referral_id=add_referral(db).id, started_at=at - timedelta(9)
                ),
            )
    assert asked() == few
    assert few <= 25
