"""A plan's page asks the database no more after two years than on the first day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import event, select

from refuge.database import now
from refuge.london import london_date
from refuge.referrals.models import Referral
from support_plans.models import Assessment, CareRecord, Caution, Signpost, TaskKind
from support_plans.service.tasks import add_task
from tests.builders import Pilot
from tests.placements.deciding import database_of
from tests.support_plans.more import add_two_years
from tests.support_plans.rows import actor_of, add_resident
from tests.support_plans.served import add_incident, written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person

SHORT = 1 / 12
PAGES = ("", "/notes", "/history", "/sharing", "/looked")


def queries_of(app: Flask, browser: FlaskClient, pages: Sequence[str]) -> list[int]:
    """Return how many queries each of these pages asks."""
    asked: list[str] = []
    listen = app.extensions["database"].engine
    event.listen(listen, "before_cursor_execute", lambda *told: asked.append(told[2]))
    counts = []
    for path in pages:
        asked.clear()
        assert browser.get(path).status_code == 200
        counts.append(len(asked))
    return counts


def test_two_years_of_notes_cost_no_query_more(app: Flask, sign_in_as: Callable[[str], FlaskClient]) -> None:
    with database_of(app).write() as db:
        referral = add_resident(db)
        by = Pilot().person(db, "worker.wall")
        add_two_years(db, referral, by, area="first", years=SHORT)
        ref = referral.ref
    browser = sign_in_as("worker.wall")
    browser.get(f"/plans/{ref}")
    pages = [f"/plans/{ref}{path}" for path in PAGES]
    before = queries_of(app, browser, pages)
    with database_of(app).write() as db:
        add_two_years(db, db.scalars(select(Referral).where(Referral.ref == ref)).unique().one(), by)
    after = queries_of(app, browser, pages)
    assert after == before
    assert max(after) < 40


CARE = ("/care/{}", "/care/{}/scores", "/care/{}/risk", "/care/{}/records", "/care/{}/signposts", "/care/{}/leaving")
EVERYBODYS = ("/tasks", "/huddle", "/incidents", "/directory", "/")


def add_what_hangs_on_it(db: Session, referral: Referral, by: Person, times: int) -> None:
    """Add so many of each thing that hangs on a plan."""
    for number in range(times):
        for kind in (Assessment, Caution, CareRecord, Signpost):
            written(db, kind, referral, by)
        add_task(
            db, TaskKind.ASKED, f"Ring the school {number}", london_date(now()), owner=by, actor=actor_of(by),
            at=now(), referral=referral,
        )  # fmt: skip
        add_incident(db, by, referral_id=referral.id)


def test_what_hangs_on_a_plan_costs_no_query_more_however_much_it_is(
    app: Flask, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    with database_of(app).write() as db:
        referral = add_resident(db)
        add_what_hangs_on_it(db, referral, Pilot().person(db, "worker.wall"), 2)
        ref = referral.ref
    browser, pages = sign_in_as("worker.wall"), [path.format(ref) for path in (*CARE, *EVERYBODYS)]
    browser.get("/")
    before = queries_of(app, browser, pages)
    with database_of(app).write() as db:
        again = db.scalars(select(Referral).where(Referral.ref == ref)).unique().one()
        add_what_hangs_on_it(db, again, Pilot().person(db, "worker.wall"), 40)
    after = queries_of(app, browser, pages)
    assert after == before, dict(zip(pages, zip(before, after, strict=True), strict=True))
