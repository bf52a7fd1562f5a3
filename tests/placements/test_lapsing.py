"""A hold is over at its hour: whoever reads or acts sees it so at once, and one process notices it for good."""

from __future__ import annotations

import multiprocessing
import runpy
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from refuge.app import ROOT, create_app
from refuge.audit.models import AuditEvent
from refuge.audit.service import record
from refuge.beds.models import Hold
from refuge.database import now
from refuge.jobs import run_jobs, start_jobs
from refuge.london import london_date
from refuge.placements.models import Offer, OfferAnswer
from refuge.placements.problem.border import build_problem
from refuge.placements.queries.rules import first_rules
from refuge.placements.service.holding import lapse_holds
from refuge.referrals.models import Referral, ReferralState
from tests.builders import Pilot, add_bed
from tests.databases import make_config
from tests.placements.deciding import (
    add_clear,
    audited,
    bed_ref,
    clear,
    database_of,
    holds,
    put_hold,
    put_offer,
    put_stay,
    quick,
    referral_of,
)
from tests.placements.lapsers import PATIENCE, lapse
from tests.placements.test_matching import words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from apscheduler.schedulers.background import BackgroundScheduler
    from flask import Flask
    from flask.testing import FlaskClient

    from refuge.database import Database

    SignIn = Callable[[str], FlaskClient]

PROCESSES = 6
HOLDS = 20


@pytest.fixture
def over(app: Flask) -> str:
    """The ref of a referral whose hold on Room 1 of WALL is over since half an hour, and nobody has noticed."""
    ref = clear(app)
    put_hold(app, ref, bed_ref(app), ago=3, hours=-0.5)
    return ref


def test_a_hold_past_its_hour_lapses_and_she_waits_again(app: Flask, over: str) -> None:
    put_offer(app, over)
    assert run_jobs(database_of(app)) == 1
    assert holds(app)[0].lapsed_at is not None
    assert holds(app)[0].ended_at is None
    assert referral_of(app, over).state is ReferralState.WAITING
    with database_of(app).reading() as db:
        assert db.scalars(select(Offer.answer)).one() is OfferAnswer.WITHDRAWN
        event = db.scalars(select(AuditEvent).where(AuditEvent.action == "hold.lapsed")).one()
    assert (event.actor_ref, event.subject_ref) == ("system", over)
    assert run_jobs(database_of(app)) == 0


def test_a_hold_before_its_hour_and_one_that_was_ended_do_not_lapse(app: Flask) -> None:
    stands, ended = clear(app), clear(app)
    put_hold(app, stands, bed_ref(app))
    put_hold(app, ended, bed_ref(app, room="Room 2"), ago=3, hours=-0.5)
    with database_of(app).write() as db:
        earlier = now() - timedelta(hours=2)
        db.execute(update(Hold).where(Hold.until_at < now()).values(ended_at=earlier, ended_how="released"))
    with database_of(app).write() as db:
        assert lapse_holds(db, now()) == 0
    assert referral_of(app, stands).state is ReferralState.HELD


@pytest.mark.parametrize("state", [ReferralState.PLACED, ReferralState.WAITING])
def test_a_lapse_does_not_change_a_referral_that_is_no_longer_held(app: Flask, over: str, state: ReferralState) -> None:
    with database_of(app).write() as db:
        db.execute(update(Referral).where(Referral.ref == over).values(state=state))
    assert run_jobs(database_of(app)) == 1
    assert referral_of(app, over).state is state


def test_a_lapse_does_not_undo_a_later_hold(app: Flask, over: str) -> None:
    put_hold(app, over, bed_ref(app, room="Room 2"), ago=0.1)
    assert run_jobs(database_of(app)) == 1
    assert referral_of(app, over).state is ReferralState.HELD


# ── Before any job has run


def test_before_the_job_has_run_the_page_says_that_it_lapsed_and_what_to_do(sign_in_as: SignIn, over: str) -> None:
    page = sign_in_as("worker.wall").get(f"/referrals/{over}").text
    assert "She waits for a place" in page
    assert "The hold on WALL Room 1 lapsed at" in page
    assert "Can we take her?" in page
    assert "She is at the door: move her in" in page
    assert "A bed is held" not in page


def test_before_the_job_has_run_the_bed_can_be_held_for_another_and_another_bed_for_her(
    app: Flask, sign_in_as: SignIn, over: str
) -> None:
    browser = sign_in_as("worker.wall")
    assert quick(browser, clear(app), bed_ref(app)).status_code == 302
    assert quick(browser, over, bed_ref(app, room="Room 2")).status_code == 302
    assert [row.lapsed_at is not None for row in holds(app)] == [True, False, False]
    assert audited(app, "hold.lapsed") == [(over, {"bed": bed_ref(app)})]


def test_before_the_job_has_run_she_can_be_turned_away_and_is_matched_with_all_who_wait(
    app: Flask, sign_in_as: SignIn, over: str
) -> None:
    with database_of(app).reading() as db:
        network = Pilot().agency(db, "Wall agency").network_id
        problem = build_problem(db, network, at=now(), rules=first_rules(network, now()))
    assert [household.ref for household in problem.households] == [over]
    told = {"ended_by": "woman", "reason": "K05", "version": str(referral_of(app, over).version)}
    browser = sign_in_as("worker.wall")
    assert browser.get(f"/referrals/{over}/turn-away").status_code == 200
    assert browser.post(f"/referrals/{over}/turn-away", data=told).status_code == 302
    assert referral_of(app, over).state is ReferralState.TURNED_AWAY


@pytest.mark.parametrize("path", ["renew", "release", "offer", "answer"])
def test_nobody_acts_on_a_hold_that_is_over(sign_in_as: SignIn, over: str, path: str) -> None:
    answer = sign_in_as("worker.wall").post(f"/referrals/{over}/{path}", data={"told_how": "in_person"})
    assert answer.status_code == 409
    assert "No bed is held for her any more" in answer.text


# ── Today


@pytest.mark.parametrize("job", [True, False])
@pytest.mark.parametrize("who", ["worker.wall", "manager.panahghar"])
def test_today_offers_the_bed_to_the_next_for_whoever_held_it_and_whose_it_is(
    app: Flask, sign_in_as: SignIn, who: str, *, job: bool
) -> None:
    ref, bed = clear(app), bed_ref(app, "Panahghar")
    put_hold(app, ref, bed, ago=3, hours=-0.5)
    if job:
        run_jobs(database_of(app))
    page = sign_in_as(who).get("/").text
    assert f"The hold for {ref} lapsed at" in page
    assert f"/beds/{bed}/fits" in page
    assert f"/beds/{bed}/fits" not in sign_in_as("worker.elsewhere").get("/").text


@pytest.mark.usefixtures("over")
def test_today_is_silent_once_somebody_has_the_bed_or_after_a_day(app: Flask, sign_in_as: SignIn) -> None:
    long_over = clear(app)
    put_hold(app, long_over, bed_ref(app, room="Room 2"), ago=60, hours=-30)
    put_stay(app, bed_ref(app), days=0.001)
    assert "lapsed at" not in sign_in_as("worker.wall").get("/").text
    assert "lapsed at" not in sign_in_as("worker.panahghar").get("/").text


def test_before_the_job_has_run_every_list_and_count_says_that_she_waits(
    app: Flask, sign_in_as: SignIn, over: str
) -> None:
    stands = clear(app)
    put_hold(app, stands, bed_ref(app, room="Room 2"))
    browser = sign_in_as("worker.wall")
    today, listed = browser.get("/").text, browser.get("/referrals").text
    assert "1 household waiting" in words_of(today)
    assert f"/referrals/{over}" in today
    assert words_of(listed).count("A bed is held") == 1
    assert listed.index(over) < listed.index(stands)
    found = browser.post("/referrals/find", data={"words": over}).text
    assert "A bed is held" not in found
    assert referral_of(app, over).state is ReferralState.HELD, "reading writes nothing"


def test_before_the_job_has_run_a_day_to_look_again_can_be_set(app: Flask, sign_in_as: SignIn, over: str) -> None:
    browser = sign_in_as("worker.wall")
    assert browser.get(f"/referrals/{over}/review").status_code == 200
    on = london_date(now()) + timedelta(days=2)
    answer = browser.post(f"/referrals/{over}/review", data={"review_on": f"{on.day} {on.month} {on.year}"})
    assert answer.status_code == 302
    assert referral_of(app, over).state is ReferralState.WAITING
    assert audited(app, "referral.review_set") == [(over, {})]


def test_before_the_job_has_run_she_can_be_withdrawn_and_the_lapse_is_still_noticed(
    app: Flask, sign_in_as: SignIn, over: str
) -> None:
    told = {"reason": "I03", "version": str(referral_of(app, over).version)}
    assert sign_in_as("worker.wall").post(f"/referrals/{over}/withdraw", data=told).status_code == 302
    assert run_jobs(database_of(app)) == 1
    assert referral_of(app, over).state is ReferralState.WITHDRAWN


def test_before_the_job_has_run_a_bed_can_be_chosen_for_her(sign_in_as: SignIn, over: str) -> None:
    browser = sign_in_as("worker.wall")
    page = browser.post("/matches", follow_redirects=True)
    path = page.request.path
    assert browser.get(f"{path}/choose/{over}").status_code == 200


# ── Many processes


def test_each_hold_is_noticed_by_one_of_many_processes(database: Database, database_url: str) -> None:
    with database.write() as db:
        refuge, by = Pilot().refuge(db, "WALL"), Pilot().person(db, "worker.wall").id
        for number in range(HOLDS):
            referral = add_clear(db, state=ReferralState.HELD)
            bed = add_bed(db, refuge, f"Lapse {number}")
            span = {"from_at": now() - timedelta(hours=3), "until_at": now() - timedelta(hours=1)}
            db.add(Hold(bed_id=bed.id, referral_id=referral.id, held_by_id=by, **span))
    assert sum(_run(database_url)) == HOLDS
    with database.reading() as db:
        lapsed = list(db.scalars(select(AuditEvent.subject_ref).where(AuditEvent.action == "hold.lapsed")))
        states = set(db.scalars(select(Referral.state)))
    assert len(lapsed) == len(set(lapsed)) == HOLDS
    assert states == {ReferralState.WAITING}


def _run(url: str) -> list[int]:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(PROCESSES)
    pipes = [context.Pipe(duplex=False) for _ in range(PROCESSES)]
    processes = [context.Process(target=lapse, args=(url, start, told)) for _, told in pipes]
    for process in processes:
        process.start()
    counts = [heard.recv() if heard.poll(PATIENCE) else -1 for heard, _ in pipes]
    for process in processes:
        process.join(PATIENCE)
        assert process.exitcode == 0
    return counts


def test_one_hold_that_cannot_lapse_does_not_keep_the_others_and_is_logged_without_a_record(
    app: Flask, over: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = clear(app)
    put_hold(app, other, bed_ref(app, room="Room 2"), ago=3, hours=-0.5)

    def fail_once(session: object, action: str, subject: str, **told: object) -> None:
        if subject == over:
            raise RuntimeError(over)
        record(session, action, subject, **told)  # type: ignore[arg-type]  # whatever it was given

    monkeypatch.setattr("refuge.placements.service.holding.record", fail_once)
    assert run_jobs(database_of(app)) == 1
    said = capsys.readouterr().out
    assert "job failed" in said
    assert over not in said
    assert referral_of(app, other).state is ReferralState.WAITING
    monkeypatch.undo()
    assert run_jobs(database_of(app)) == 1


def test_every_process_of_a_server_runs_the_jobs_each_minute_and_no_test_or_command_does(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[BackgroundScheduler] = []
    monkeypatch.setattr("refuge.jobs.start_jobs", lambda served: started.append(start_jobs(served)))
    create_app(make_config("sqlite://"))
    assert started == []
    runpy.run_path(str(ROOT / "gunicorn.conf.py"))["post_worker_init"](SimpleNamespace(wsgi=app))
    [scheduler] = started
    jobs = {job.id: (job.func, job.trigger.interval) for job in scheduler.get_jobs()}
    scheduler.shutdown()
    assert jobs["jobs"] == (run_jobs, timedelta(seconds=60))


def test_the_command_runs_the_jobs_once(app: Flask, over: str) -> None:
    runner = app.test_cli_runner()
    assert "1 hold has lapsed." in runner.invoke(args=["jobs"]).output
    assert "0 holds have lapsed." in runner.invoke(args=["jobs"]).output
    assert referral_of(app, over).state is ReferralState.WAITING
