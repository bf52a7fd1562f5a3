"""What only one refuge may know is told to no other: not in words, by a day, by a reason, or by overriding it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect, select

from allocation.beds.solution import Barrier, Pair, Verdict
from refuge.beds.models import Refuge, StaffingHours, Stay
from refuge.database import new_ref, now
from refuge.london import london_date
from refuge.placements.models import Exclusion, TurnAway
from refuge.placements.narrowing import for_reasons, narrowed
from refuge.referrals.models import ConflictPair, PossibleSame, Referral, ReferralState
from tests.builders import Pilot, add_bed
from tests.placements.deciding import (
    WHY,
    add_clear,
    audited,
    bed_ref,
    clear,
    database_of,
    holds,
    person_ref,
    put_hold,
    quick,
)
from tests.placements.test_matching import match, words_of
from tests.placements.test_turning_away import end

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    SignIn = Callable[[str], FlaskClient]

RING = "Ring this refuge first: there is something about her that each refuge must decide for itself."
LEAVE = ("asked to leave", "asked a woman to leave", "come back", "have her back")


def lived_there(app: Flask, ref: str, *, same: bool | None = True) -> None:
    """Say that Panahghar asked the woman of a referral to leave, under a record that only its agency may see."""
    with database_of(app).write() as db:
        her = db.scalars(select(Referral).where(Referral.ref == ref)).unique().one()
        before = add_clear(db, "worker.panahghar", shared=False, state=ReferralState.PLACED)
        by, at = Pilot().person(db, "worker.panahghar"), now()
        db.add(
            Exclusion(
                refuge_id=Pilot().refuge(db, "Panahghar").id, referral_id=before.id, why="A fire",
                until=london_date(at) + timedelta(days=90), made_by_id=by.id, made_at=at,
            )
        )  # fmt: skip
        low, high = sorted((her.id, before.id))
        decided = {"decided_by_id": by.id, "decided_at": at} if same is not None else {}
        db.add(PossibleSame(low_id=low, high_id=high, score=9, grounds=["name"], same=same, **decided))


def must_not_meet_a_resident(app: Flask, ref: str) -> str:
    """Let a woman whom she must not meet live in Panahghar, unknown to other agencies; return the ref of her stay."""
    with database_of(app).write() as db:
        her = db.scalars(select(Referral).where(Referral.ref == ref)).unique().one()
        lives = add_clear(db, "worker.panahghar", shared=False, state=ReferralState.PLACED)
        room = Pilot().bed(db, "Panahghar", "Room 3")
        stay = Stay(ref=new_ref(db, Stay), bed_id=room.id, referral_id=lives.id, started_at=now() - timedelta(days=3))
        low, high = sorted((her.id, lives.id))
        db.add_all([stay, ConflictPair(low_id=low, high_id=high, recorded_at=now(), found_by="name")])
        return stay.ref


def pages(browser: FlaskClient, app: Flask, ref: str) -> dict[str, str]:
    """Return the words of every page that weighs beds for a referral."""
    run = match(browser)
    path = browser.get("/matches", follow_redirects=True)
    assert path.status_code == 200
    bed = bed_ref(app, "Panahghar")
    return {
        "run": words_of(run),
        "beds": words_of(browser.get(f"/referrals/{ref}/beds").text),
        "hold": words_of(browser.get(f"/referrals/{ref}/hold?bed={bed}").text),
        "fits": words_of(browser.get(f"/beds/{bed}/fits").text),
        "turn away": words_of(browser.get(f"/referrals/{ref}/turn-away").text),
    }


@pytest.mark.parametrize("same", [True, None])
def test_no_refuge_learns_that_another_asked_a_woman_to_leave(
    app: Flask,
    sign_in_as: SignIn,
    same: bool | None,  # noqa: FBT001  a case
) -> None:
    ref = clear(app, adult_dependants=0)
    lived_there(app, ref, same=same)
    for name, page in pages(sign_in_as("worker.wall"), app, ref).items():
        for words in LEAVE:
            assert words not in page.lower(), name
    own = words_of(sign_in_as("worker.panahghar").get(f"/referrals/{ref}/beds").text)
    assert "come back from" in own if same else "asked a woman to leave who may be the same" in own


def test_no_refuge_learns_where_somebody_lives_whom_a_woman_must_not_meet(app: Flask, sign_in_as: SignIn) -> None:
    ref = clear(app)
    stay = must_not_meet_a_resident(app, ref)
    for name, page in pages(sign_in_as("worker.wall"), app, ref).items():
        assert "must not meet has a place there" not in page, name
        assert "Somebody there whom she must not meet" not in page, name
        assert stay not in page, name
    assert RING in words_of(sign_in_as("worker.wall").get(f"/referrals/{ref}/beds").text)
    before = len(audited(app, "conflict.seen"))
    own = sign_in_as("worker.panahghar").get(f"/referrals/{ref}/beds").text
    assert "Somebody whom she must not meet has a place there." in own
    assert audited(app, "conflict.seen")[before:] == [(ref, {})]


def test_what_only_the_refuge_may_know_only_the_refuge_overrides(app: Flask, sign_in_as: SignIn) -> None:
    ref, bed = clear(app), bed_ref(app, "Panahghar")
    must_not_meet_a_resident(app, ref)
    told = {"bed": bed, "how_long": "usual", "override_reason": WHY, "second": person_ref(app, "manager.panahghar")}
    answer = sign_in_as("worker.wall").post(f"/referrals/{ref}/hold", data=told)
    assert answer.status_code == 409
    assert "it decides, and can hold the bed itself" in words_of(answer.text)
    assert "meet" not in words_of(answer.text)
    assert holds(app) == []
    assert sign_in_as("worker.panahghar").post(f"/referrals/{ref}/hold", data=told).status_code == 302
    assert audited(app, "second.asked")[0][1]["barriers"] == []


def test_a_turn_away_keeps_and_proposes_nothing_that_only_another_refuge_may_know(
    app: Flask, sign_in_as: SignIn
) -> None:
    ref = clear(app)
    lived_there(app, ref)
    for room in ("Room 1", "Room 2", "Room 3"):
        put_hold(app, clear(app), bed_ref(app, room=room))
    answer = end(sign_in_as("worker.wall"), ref, reason="C13")
    assert answer.status_code == 302
    with database_of(app).reading() as db:
        row = db.scalars(select(TurnAway)).one()
    assert "asked_to_leave" not in row.barriers
    assert row.barriers["theirs"] == 3
    assert row.proposed != "C12"
    assert "that only the refuge may tell" in sign_in_as("worker.wall").get(answer.location).text


def barrier(code: str, verdict: Verdict = Verdict.NO) -> Barrier:
    return Barrier(code, verdict, code, "if it were otherwise", from_on=None)


def test_both_read_alike_hide_nothing_else_and_are_never_a_no_by_themselves() -> None:
    other, leave, meet = barrier("pets"), barrier("asked_to_leave"), barrier("conflict")
    one, two = (
        narrowed(Pair("R-00001", "B-00001", Verdict.NO, told), own=False, wary=True)
        for told in ((other, leave), (meet, other))
    )
    assert one == two
    assert one.verdict is Verdict.NO
    assert [told.code for told in one.barriers] == ["pets", "theirs"]
    both = Pair("R-00001", "B-00001", Verdict.NO, (leave, meet))
    nothing = Pair("R-00001", "B-00001", Verdict.YES, ())
    assert narrowed(both, own=False, wary=True) == narrowed(nothing, own=False, wary=True)
    assert narrowed(both, own=False, wary=True).verdict is Verdict.ASK
    assert narrowed(nothing, own=False, wary=False) == nothing
    assert narrowed(both, own=True, wary=True) == for_reasons(both, own=True) == both
    assert {told.code for told in for_reasons(both, own=False).barriers} == {"conflict"}


@pytest.fixture
def third(app: Flask) -> str:
    """The ref of a free bed in a third refuge, of an agency that is neither WALL's nor Panahghar's."""
    with database_of(app).write() as db:
        like = Pilot().refuge(db, "Panahghar")
        kept = {column.key: getattr(like, column.key) for column in inspect(Refuge).columns}
        told = {**kept, "ref": new_ref(db, Refuge), "name": "Third", "agency_id": Pilot().agency(db, "Council").id}
        del told["id"]
        refuge = Refuge(**told, hours=[StaffingHours(weekday=day, opens=0, closes=1440) for day in range(7)])
        db.add(refuge)
        db.flush()
        return add_bed(db, refuge, "Room 1").ref


@pytest.mark.parametrize("how", [must_not_meet_a_resident, lived_there])
def test_at_which_refuge_it_is_cannot_be_read_off(
    app: Flask, sign_in_as: SignIn, third: str, how: Callable[[Flask, str], object]
) -> None:
    ref, worker = clear(app), sign_in_as("worker.wall")
    how(app, ref)
    page = worker.get(f"/referrals/{ref}/beds").text
    there, innocent = bed_ref(app, "Panahghar"), third
    assert words_of(page).count("Ring this refuge first") >= 1
    assert f'name="bed" value="{there}"' not in page
    assert f'name="bed" value="{innocent}"' not in page
    assert f'name="bed" value="{bed_ref(app)}"' in page
    refused = [quick(worker, ref, bed) for bed in (there, innocent)]
    assert [answer.status_code for answer in refused] == [409, 409]
    assert {"Ring this refuge first: it decides" in words_of(answer.text) for answer in refused} == {True}
    assert holds(app) == []
    assert quick(worker, ref, bed_ref(app)).status_code == 302


def test_it_is_said_even_where_whom_she_must_not_meet_has_no_place(app: Flask, sign_in_as: SignIn, third: str) -> None:
    ref, other = clear(app), clear(app, "worker.panahghar", shared=False)
    with database_of(app).write() as db:
        rows = db.scalars(select(Referral).where(Referral.ref.in_([ref, other]))).unique().all()
        low, high = sorted(row.id for row in rows)
        db.add(ConflictPair(low_id=low, high_id=high, recorded_at=now(), found_by="name"))
    worker = sign_in_as("worker.wall")
    assert quick(worker, ref, third).status_code == 409
    assert quick(worker, clear(app), third).status_code == 302
