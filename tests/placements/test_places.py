"""The board says of each house how many of its few places are used, as far as the reader may know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from refuge.database import now
from refuge.placements.queries.places import Used, places_used
from refuge.referrals.models import Need, NeedLevel, Recourse, Referral
from tests.builders import Pilot
from tests.placements.deciding import bed_ref, clear, database_of, put_hold, put_stay, stays
from tests.placements.test_matching import words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    SignIn = Callable[[str], FlaskClient]


def needs_much(app: Flask, referral_id: int) -> None:
    """Say that a woman needs high support and has no recourse to public funds."""
    with database_of(app).write() as db:
        db.execute(
            update(Need)
            .where(Need.referral_id == referral_id, Need.need == "mental_health")
            .values(level=NeedLevel.HIGH)
        )
        db.add(Recourse(referral_id=referral_id, status="NRPF_CONDITION"))


def test_residents_and_those_who_are_held_a_bed_use_the_places(app: Flask, sign_in_as: SignIn) -> None:
    put_stay(app, bed_ref(app))
    needs_much(app, stays(app)[0].referral_id)
    ref = clear(app)
    put_hold(app, ref, bed_ref(app, room="Room 2"))
    with database_of(app).reading() as db:
        her = db.scalars(select(Referral.id).where(Referral.ref == ref)).one()
    needs_much(app, her)
    page = words_of(sign_in_as("worker.panahghar").get("/beds").text)
    assert "2 of 2 high-support places used" in page
    assert "2 of 1 funded NRPF place used" in page
    assert "0 of 2 high-support places used" in page


def test_whoever_may_not_know_reads_nothing_of_it(app: Flask, sign_in_as: SignIn) -> None:
    put_stay(app, bed_ref(app))
    page = sign_in_as("practitioner").get("/beds").text
    assert "places used" not in page
    with database_of(app).reading() as db:
        assert places_used(db, Pilot().person(db, "commissioner"), at=now()) == {}
        wall = Pilot().refuge(db, "WALL").id
        assert places_used(db, Pilot().person(db, "worker.wall"), at=now())[wall] == Used(0, 0)
        elsewhere = places_used(db, Pilot().person(db, "worker.elsewhere"), at=now())
        assert wall not in elsewhere


def test_the_sheet_of_paper_says_it_too_and_the_board_says_it_once(app: Flask, sign_in_as: SignIn) -> None:
    put_stay(app, bed_ref(app))
    needs_much(app, stays(app)[0].referral_id)
    worker = sign_in_as("worker.wall")
    assert "1 of 2 high-support places used" in words_of(worker.get("/beds/print").text)
    board = words_of(worker.get("/beds").text)
    assert "1 of 2 high-support places used" in board
    assert "2 high-support places ·" not in board
    told_less = words_of(sign_in_as("practitioner").get("/beds/print").text)
    assert "2 high-support places" in told_less
    assert "places used" not in told_less
