"""How long each page takes on the server, and how many queries it asks: the demonstration, and ten times as much.

Run: `.venv/bin/python -m benchmarks.pages`. Both sizes are measured in one run, on encrypted files.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import event, select

from refuge.accounts.models import Person
from refuge.accounts.sessions import ServerSessions, start_session
from refuge.app import create_app
from refuge.beds.models import Bed, Refuge, Stay
from refuge.config import Config, Setting
from refuge.database import database, now
from refuge.demo.load import load_demo
from refuge.referrals.models import Referral
from refuge.schema import migrate
from tests.more import add_much_more
from tests.support_plans.more import add_two_years

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

PAGES = (
    "/", "/beds", "/beds/print", "/refuges", "/referrals", "/residents", "/matches/rules", "/turn-aways",
    "/plans/<resident>",
)  # fmt: skip
"""The plan has two years of notes behind it, and 150 ms."""
WHO = "farah@wall.example"
RUNS = 40
LIMIT_MS = 100.0
PLAN_LIMIT_MS = 150.0


def prepare(folder: Path, times: int) -> Flask:
    """Return the demonstration with `times` as many beds and referrals."""
    app = create_app(Config(Setting.DEMO, bytes(range(32)), f"sqlite:///{folder / f'{times}.db'}"))
    with app.app_context():
        migrate(database())
        with database().write() as db:
            load_demo(db, at=now())
            db.flush()
            add_much_more(db, times=times)
            _two_years_of_a_plan(db)
    return app


def _two_years_of_a_plan(db: Session) -> None:
    """Let the plan of the first resident of the reader's agency have two years behind it."""
    by = db.scalars(select(Person).where(Person.email == WHO)).one()
    add_two_years(db, db.scalars(select(Referral).where(Referral.id == _first_resident(db, by))).unique().one(), by)


def _first_resident(db: Session, by: Person) -> int:
    stays = select(Stay.referral_id).join(Bed, Bed.id == Stay.bed_id).join(Refuge, Refuge.id == Bed.refuge_id)
    return (
        db.scalars(stays.where(Refuge.agency_id == by.agency_id, Stay.ended_at.is_(None)).order_by(Stay.id)).first()
        or 0
    )


def measure(app: Flask, path: str) -> tuple[float, float, int]:
    """Return the median and the worst milliseconds of one page, and its number of queries."""
    engine = app.extensions["database"].engine
    with app.extensions["database"].write() as db:
        by = db.scalars(select(Person).where(Person.email == WHO)).one()
        token = start_session(db, by, at=now())
        ref = db.scalars(select(Referral.ref).where(Referral.id == _first_resident(db, by))).one()
    path = path.replace("<resident>", ref)
    client = app.test_client()
    client.set_cookie(ServerSessions.token_cookie(app), token)
    client.get(path)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    times = []
    for _ in range(RUNS):
        asked.clear()
        began = time.perf_counter()
        answer = client.get(path)
        times.append((time.perf_counter() - began) * 1000)
        if not answer.text:
            message = f"{path} answered nothing."
            raise RuntimeError(message)
    return statistics.median(times), max(times), len(asked)


def main() -> None:
    """Print one line for each page and size."""
    with tempfile.TemporaryDirectory() as folder:
        apps = {times: prepare(Path(folder), times) for times in (1, 10)}
        print(f"{'page':<20}{'size':>6}{'median ms':>12}{'worst ms':>12}{'queries':>10}")
        for path in PAGES:
            for times, app in apps.items():
                median, worst, queries = measure(app, path)
                limit = PLAN_LIMIT_MS if path.startswith("/plans") else LIMIT_MS
                mark = "" if times > 1 or median < limit else f"  over the limit of {limit:.0f} ms"
                print(f"{path:<20}{times:>5}x{median:>12.1f}{worst:>12.1f}{queries:>10}{mark}")


if __name__ == "__main__":
    main()
