"""Four people press Save at one moment: each is answered in words, and the second sees what the first did."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, func, select

from refuge.audit.models import AuditEvent
from refuge.beds.models import Bed, Refuge, RefugeAddress
from tests.beds.test_board import seen_on
from tests.beds.test_closures import CLOSE
from tests.beds.test_refuges import BED, REFUGE
from tests.builders import Pilot, add_bed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

PEOPLE = ["manager.wall", "manager.wall", "manager.panahghar", "manager.panahghar"]
ROUNDS = 3
Post = tuple[str, dict[str, Any]]


@pytest.fixture
def db(app: Flask) -> Iterator[Session]:
    with app.extensions["database"].reading() as db:
        yield db


@pytest.fixture
def managers(sign_in_as: Callable[[str], FlaskClient]) -> list[FlaskClient]:
    return [sign_in_as("manager.wall") for _ in PEOPLE]


def at_once(browsers: list[FlaskClient], posts: list[Post]) -> list[TestResponse]:
    """Return how each post was answered, all sent at one moment."""
    start = Barrier(len(posts))

    def send(browser: FlaskClient, post: Post) -> TestResponse:
        path, data = post
        start.wait(30)
        return browser.post(path, data=data)

    with ThreadPoolExecutor(len(posts)) as people:
        return list(people.map(send, browsers, posts))


def one_wins(answers: list[TestResponse], said: str, *, status: int = 200) -> None:
    """Check that one was let through and the others were told why not."""
    assert sorted(answer.status_code for answer in answers) == sorted([302, *[status] * (len(answers) - 1)])
    assert all(said in answer.text for answer in answers if answer.status_code == status)


def test_one_of_those_who_add_a_bed_of_one_name_adds_it(db: Session, managers: list[FlaskClient]) -> None:
    path = f"/refuges/{Pilot().refuge(db, 'WALL').ref}/beds/new"
    for number in range(ROUNDS):
        answers = at_once(managers, [(path, {**BED, "name": f"Ärla {number}"})] * len(PEOPLE))
        one_wins(answers, "Another bed of this refuge has this name")


def test_one_of_those_who_rename_beds_to_one_name_does(app: Flask, db: Session, managers: list[FlaskClient]) -> None:
    with app.extensions["database"].write() as writing:
        refuge = Pilot().refuge(writing, "WALL")
        refs = [add_bed(writing, refuge, f"Old {number}").ref for number in range(len(PEOPLE) * ROUNDS)]
    for number in range(ROUNDS):
        four = refs[number * len(PEOPLE) : (number + 1) * len(PEOPLE)]
        answers = at_once(managers, [(f"/beds/{ref}/edit", {**BED, "name": f"New {number}"}) for ref in four])
        one_wins(answers, "Another bed of this refuge has this name")
    assert db.scalar(select(func.count()).where(Bed.name.like("New %"))) == ROUNDS


def test_one_of_those_who_add_a_refuge_of_one_name_adds_it(sign_in_as: Callable[[str], FlaskClient]) -> None:
    browsers = [sign_in_as(name) for name in PEOPLE]
    for number in range(ROUNDS):
        answers = at_once(browsers, [("/refuges/new", {**REFUGE, "name": f"Haven {number}"})] * len(PEOPLE))
        one_wins(answers, "Another refuge of the network has this name")


def test_one_of_those_who_rename_refuges_to_one_name_does(
    db: Session, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    browsers = [sign_in_as(name) for name in ("manager.wall", "manager.panahghar")]
    two = [Pilot().agency(db, name).id for name in ("Wall agency", "Panahghar agency")]
    for number in range(ROUNDS):
        db.rollback()  # to see what the last round left
        rows = db.scalars(select(Refuge).where(Refuge.agency_id.in_(two)).order_by(Refuge.id)).all()
        typed = {**REFUGE, "name": f"Same {number}"}
        posts = [(f"/refuges/{row.ref}/edit", {**typed, "version": str(row.version)}) for row in rows]
        one_wins(at_once(browsers, posts), "Another refuge of the network has this name")


def test_one_of_those_who_first_keep_an_address_keeps_it(app: Flask, db: Session, managers: list[FlaskClient]) -> None:
    refuge = Pilot().refuge(db, "WALL")
    for _ in range(ROUNDS):
        with app.extensions["database"].write() as writing:
            writing.execute(delete(RefugeAddress).where(RefugeAddress.refuge_id == refuge.id))
        typed = {"address": "2 Canary Row", "version": "0"}
        answers = at_once(managers, [(f"/refuges/{refuge.ref}/address/change", typed)] * 4)
        one_wins(answers, "Somebody else has changed this address", status=409)
    assert db.scalar(select(func.count()).where(RefugeAddress.refuge_id == refuge.id)) == 1


def test_one_of_those_who_take_a_bed_out_of_service_does(db: Session, managers: list[FlaskClient]) -> None:
    for number in range(1, ROUNDS + 1):
        path = f"/beds/{Pilot().bed(db, 'WALL', f'Room {number}').ref}/retire"
        one_wins(at_once(managers, [(path, {"version": "1"})] * len(PEOPLE)), "is out of service already", status=409)


def test_a_bed_is_either_closed_or_taken_out_of_service_first(db: Session, managers: list[FlaskClient]) -> None:
    for number in range(1, ROUNDS + 1):
        path = f"/beds/{Pilot().bed(db, 'WALL', f'Room {number}').ref}"
        answers = at_once(managers, [(f"{path}/retire", {"version": "1"}), (f"{path}/close", CLOSE)] * 2)
        assert {answer.status_code for answer in answers} <= {200, 302, 409}
        assert sum(answer.status_code == 302 for answer in answers[::2]) == 1


def test_beds_that_several_confirm_at_one_moment_are_confirmed_once(db: Session, managers: list[FlaskClient]) -> None:
    path = f"/refuges/{Pilot().refuge(db, 'WALL').ref}/confirm"
    for number in range(1, ROUNDS + 1):
        seen = {"seen": seen_on(managers[0].get("/beds").text)}
        assert {answer.status_code for answer in at_once(managers, [(path, seen)] * len(PEOPLE))} == {302}
        db.rollback()  # to see what this round left
        assert db.scalar(select(func.count()).where(AuditEvent.action == "beds.confirmed")) == number
