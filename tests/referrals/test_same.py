"""Whether two referrals are about one woman: decided once, on what was shown, by whoever was first."""

from __future__ import annotations

import json
import multiprocessing
import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from refuge.audit.models import AuditEvent
from refuge.referrals.models import PossibleSame, Referral
from tests.referrals.deciders import PATIENCE, WON, decide
from tests.referrals.told import take

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from refuge.database import Database

RACERS = 4
WOMEN = {
    "Fatima Example": "07700 900111", "Grainne Pattern": "07700 900222", "Xiomara Sample": "07700 900333",
    "Bronwen Specimen": "07700 900444", "Tuulikki Template": "07700 900555",
}  # fmt: skip


@pytest.fixture
def worker(sign_in_as: Callable[[str], FlaskClient]) -> FlaskClient:
    return sign_in_as("worker.wall")


@pytest.fixture
def two(database: Database) -> tuple[str, str]:
    """Two referrals that look like one woman's."""
    with database.write() as db:
        return take(db, name="Fatima Example").ref, take(db, name="Fatima Example").ref


def shown(browser: FlaskClient, ref: str) -> dict[str, str]:
    """Return what the form on a referral carries."""
    page = browser.get(f"/referrals/{ref}").text
    return dict(re.findall(r'name="(other|seen)" value="([^"]*)"', page))


def decided(database: Database) -> tuple[bool | None, list[dict[str, Any]]]:
    """Return what stands, and what the audit says of how it came to that."""
    with database.reading() as db:
        facts = db.scalars(select(AuditEvent.facts).where(AuditEvent.action == "duplicate.decided")).all()
        return db.scalars(select(PossibleSame.same)).one(), [json.loads(text) for text in facts]


def test_a_person_decides_whether_it_is_the_same_woman(
    worker: FlaskClient, database: Database, two: tuple[str, str]
) -> None:
    old, new = two
    form = shown(worker, new)
    assert form["other"] == old
    for _ in range(2):
        assert worker.post(f"/referrals/{new}/same", data={**form, "same": "no"}).status_code == 302
    assert "known already" not in worker.get(f"/referrals/{new}").text
    assert decided(database) == (False, [{"other": old, "same": False}])


def test_of_two_who_decide_otherwise_the_second_is_told_so_and_changes_nothing(
    worker: FlaskClient, database: Database, two: tuple[str, str]
) -> None:
    old, new = two
    form = shown(worker, new)
    worker.post(f"/referrals/{new}/same", data={**form, "same": "yes"})
    page = worker.post(f"/referrals/{new}/same", data={**form, "same": "no"}, follow_redirects=True).text
    assert f"Somebody decided meanwhile that {old} is the same woman" in page
    assert decided(database) == (True, [{"other": old, "same": True}])


def test_what_was_found_anew_since_she_looked_is_told_before_she_decides(
    worker: FlaskClient, database: Database, two: tuple[str, str]
) -> None:
    old, new = two
    form = shown(worker, new)
    with database.write() as db:
        db.execute(update(PossibleSame).values(grounds=["same number"]))
    page = worker.post(f"/referrals/{new}/same", data={**form, "same": "yes"}, follow_redirects=True).text
    assert f"What is known of {old} has changed since you looked: it is now same number" in page
    assert decided(database) == (None, [])
    worker.post(f"/referrals/{new}/same", data={**shown(worker, new), "same": "yes"})
    assert decided(database)[0] is True


@pytest.mark.parametrize("told", [{}, {"same": "perhaps"}, {"same": "yes", "seen": ""}, {"same": "no", "seen": "x"}])
def test_a_press_that_does_not_say_what_was_shown_or_decided_keeps_nothing(
    worker: FlaskClient, database: Database, two: tuple[str, str], told: dict[str, str]
) -> None:
    old, new = two
    worker.post(f"/referrals/{new}/same", data={"other": old, **told})
    assert decided(database) == (None, [])


def test_two_who_are_no_longer_alike_are_not_decided(
    worker: FlaskClient, database: Database, two: tuple[str, str]
) -> None:
    form = shown(worker, two[1])
    with database.write() as db:
        db.delete(db.scalars(select(PossibleSame)).one())
    page = worker.post(f"/referrals/{two[1]}/same", data={**form, "same": "yes"}, follow_redirects=True).text
    assert "no longer looks like the same woman" in page


def test_of_those_who_decide_at_one_moment_nobody_overwrites_another(database: Database, database_url: str) -> None:
    with database.write() as db:
        pairs = [
            (take(db, name=name, safe_number=number).ref, take(db, name=name, safe_number=number).ref)
            for name, number in WOMEN.items()
        ]
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(RACERS)
    pipes = [context.Pipe(duplex=False) for _ in range(RACERS)]
    racers = [
        context.Process(target=decide, args=(database_url, pairs, bool(number % 2), start, told))
        for number, (_, told) in enumerate(pipes)
    ]
    for racer in racers:
        racer.start()
    outcomes = [heard.recv() if heard.poll(2 * PATIENCE) else [] for heard, _ in pipes]
    for racer in racers:
        racer.join(PATIENCE)
        assert racer.exitcode == 0
    with database.reading() as db:
        refs = {row_id: ref for row_id, ref in db.execute(select(Referral.id, Referral.ref))}  # noqa: C416  a row is not a pair to the type checker
        all_pairs = db.scalars(select(PossibleSame)).all()
        stands = {(refs[pair.low_id], refs[pair.high_id]): pair.same for pair in all_pairs}
        told = db.scalars(select(AuditEvent.facts).where(AuditEvent.action == "duplicate.decided")).all()
    assert len(told) == len(pairs)
    for pair, answers in zip(pairs, zip(*outcomes, strict=True), strict=True):
        assert [answer == WON for answer in answers] == [bool(number % 2) is stands[pair] for number in range(RACERS)]
        assert set(answers) == {WON, "stale"}
