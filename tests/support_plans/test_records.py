"""Structured records belong to the agency that wrote them, keep every version, and open only where she agreed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from refuge.database import now
from refuge.london import london_date
from refuge.referrals.models import Child
from refuge.referrals.models.household import ChildSex
from support_plans.categories import Category
from support_plans.kinds import KINDS
from support_plans.models import CareRecord
from tests.placements.deciding import audited, boxes, database_of
from tests.support_plans.served import referral_of, resident, rows, send, share_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    SignIn = Callable[[str], FlaskClient]

CANARY = "CANARY-8831 what she told"
CLINICAL = {"her_words": "I do not sleep", "risk_self": CANARY, "summary": "Watchful waiting"}


@pytest.fixture
def her(app: Flask) -> str:
    """A woman with one child, with whom three practitioners work."""
    ref = resident(app, seen_by=["practitioner", "recovery", "counsellor"])
    with database_of(app).write() as db:
        db.add(Child(referral_id=referral_of(db, ref).id, position=0, age=4, sex=ChildSex.GIRL))
    return ref


def test_a_record_is_written_read_and_written_anew(app: Flask, sign_in_as: SignIn, her: str) -> None:
    browser = sign_in_as("practitioner")
    send(browser, f"/care/{her}/records/new/mh_assessment", **CLINICAL)
    [old] = rows(app, CareRecord)
    assert CANARY in browser.get(f"/care/{her}/records/{old.ref}").text
    path = f"/care/{her}/records/{old.ref}/update"
    assert CANARY in browser.get(path).text
    send(browser, path, **{**CLINICAL, "summary": "Better"})
    old, new = rows(app, CareRecord)
    assert (new.replaces_id, old.told["summary"], new.told["summary"]) == (old.id, "Watchful waiting", "Better")
    listed = browser.get(f"/care/{her}/records").text
    assert new.ref in listed
    assert old.ref not in listed
    assert "An earlier version" in browser.get(f"/care/{her}/records/{old.ref}").text
    facts = {"referral": her, "kind": "mh_assessment", "child": None, "replaces": None}
    assert audited(app, "record.written")[0] == (old.ref, facts)
    assert CANARY not in str(audited(app, "record.written"))


def test_of_two_versions_at_once_the_second_is_told_and_keeps_its_words(
    app: Flask, sign_in_as: SignIn, her: str
) -> None:
    browser = sign_in_as("practitioner")
    send(browser, f"/care/{her}/records/new/mh_assessment", **CLINICAL)
    [old] = rows(app, CareRecord)
    path = f"/care/{her}/records/{old.ref}/update"
    send(browser, path, **CLINICAL)
    answer = send(browser, path, **{**CLINICAL, "summary": "Mine"})
    assert answer.status_code == 409
    assert "Mine" in answer.text
    assert send(browser, f"/care/{her}/records/new/mh_assessment", **CLINICAL).status_code == 409
    assert len(rows(app, CareRecord)) == 2


@pytest.mark.parametrize(
    ("kind", "who"), [("mh_assessment", "worker.wall"), ("recovery_plan", "practitioner"), ("pre_therapy", "recovery")]
)
def test_each_agency_writes_its_own_kinds(sign_in_as: SignIn, her: str, kind: str, who: str) -> None:
    assert sign_in_as(who).get(f"/care/{her}/records/new/{kind}").status_code == 404
    assert KINDS[kind].name not in sign_in_as(who).get(f"/care/{her}/records").text


def test_nobody_else_reads_it_without_a_basis_and_a_basis_opens_one_category(
    app: Flask, sign_in_as: SignIn, her: str
) -> None:
    send(sign_in_as("practitioner"), f"/care/{her}/records/new/mh_assessment", **CLINICAL)
    [row] = rows(app, CareRecord)
    readers = ("worker.wall", "manager.wall", "recovery", "counsellor")
    paths = [f"/care/{her}", f"/care/{her}/records", f"/care/{her}/records/{row.ref}", "/huddle", "/", "/tasks"]
    for name in readers:
        share_with(app, her, {"recovery": "Recovery agency"}.get(name, "Therapy charity"), Category.SUBSTANCE_USE)
        pages = [sign_in_as(name).get(path) for path in paths]
        assert pages[2].status_code == 404
        assert not [page for page in pages if CANARY in page.text or row.ref in page.text]
    share_with(app, her, "Recovery agency", Category.MENTAL_HEALTH)
    assert CANARY in sign_in_as("recovery").get(paths[2]).text
    assert sign_in_as("recovery").get(f"{paths[2]}/update").status_code == 404
    assert sign_in_as("counsellor").get(paths[2]).status_code == 404


def test_a_child_has_records_of_its_own(app: Flask, sign_in_as: SignIn, her: str) -> None:
    browser = sign_in_as("worker.wall")
    told: dict[str, Any] = {"place": "goes", "where": "Invented Primary", "safe": "Her aunt may collect her"}
    send(browser, f"/care/{her}/records/new/child_school?child=1", **told)
    day = boxes("on", london_date(now()) - timedelta(days=1))
    for why in ("Bruises", "A second time"):
        send(browser, f"/care/{her}/records/new/child_safeguarding?child=1", to="Children’s services", why=why, **day)
    page = browser.get(f"/care/{her}/children").text
    assert "Child 1: Girl, 4" in page
    assert [row.ref in page for row in rows(app, CareRecord)] == [True] * 3
    assert ">School or nursery<" in page
    assert [row.child for row in rows(app, CareRecord)] == [1, 1, 1]
    for child in ("", "?child=2", "?child=0", "?child=x"):
        assert browser.get(f"/care/{her}/records/new/child_school{child}").status_code == 404
    assert "Invented Primary" not in browser.get(f"/care/{her}/records").text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"her_words": ""}, "enter it"),
        (boxes("review", london_date(now()) - timedelta(days=1)), "Enter today or a later day"),
        ({"review": ["31", "2", "2027"]}, "Enter a real date"),
    ],
)
def test_what_is_missing_is_asked_for(
    app: Flask, sign_in_as: SignIn, her: str, told: dict[str, Any], said: str
) -> None:
    answer = send(sign_in_as("practitioner"), f"/care/{her}/records/new/mh_assessment", **{**CLINICAL, **told})
    assert answer.status_code in {409, 422}
    assert said in answer.text
    assert CANARY in answer.text
    assert rows(app, CareRecord) == []
