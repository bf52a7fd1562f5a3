"""Two sendings or two deciders at one moment: whoever comes second is told what to do, never that it broke."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import OperationalError

from refuge import once
from refuge.database import now
from refuge.errors import SentTwice
from refuge.placements.service import holding
from tests.builders import Pilot
from tests.placements.deciding import bed_ref, clear, database_of, holds, quick

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    SignIn = Callable[[str], FlaskClient]


class Lost(Exception):  # noqa: N818  as a driver names what it raises
    """What a driver raises where somebody else holds the lock."""

    def __init__(self, sqlstate: str | None, words: str = "") -> None:
        super().__init__(words)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("lost", "status"),
    [
        (Lost("55P03"), 503), (Lost("40P01"), 503), (Lost("40001"), 503), (Lost(None, "database is locked"), 503),
        (Lost("42P01"), 500),
    ],
)  # fmt: skip
def test_who_waits_too_long_for_a_lock_is_asked_to_try_again(
    app: Flask, sign_in_as: SignIn, monkeypatch: pytest.MonkeyPatch, lost: Lost, status: int
) -> None:
    def wait(*_: object, **__: object) -> None:
        raise OperationalError("SELECT 1", {}, lost)

    monkeypatch.setattr(holding, "hold_bed", wait)
    answer = quick(sign_in_as("worker.wall"), clear(app), bed_ref(app))
    assert answer.status_code == status
    assert ("Try again in a few seconds. Nothing was changed." in answer.text) is (status == 503)
    assert holds(app) == []


def test_of_two_sendings_of_one_form_at_one_moment_the_second_follows_the_first(app: Flask) -> None:
    key = once.new_key()
    with database_of(app).writing() as db:
        worker = Pilot().person(db, "worker.wall").id
        once.remember(db, worker, key, address="/referrals/R-00001", at=now())
        with pytest.raises(SentTwice) as second:
            once.remember(db, worker, key, address="/referrals/R-00002", at=now())
        assert str(second.value) == "/referrals/R-00001"
        assert once.led_to(db, worker, key) == "/referrals/R-00001"
        assert once.led_to(db, Pilot().person(db, "worker.panahghar").id, key) is None
