"""How long an edition over a million referrals takes, and a page over ten years of a pilot-sized network.

Run: `.venv/bin/python -m benchmarks.statistics [REFERRALS]`. Encrypted files, like those that people use.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select, text

from refuge.accounts.models import Network, Person
from refuge.accounts.sessions import ServerSessions, start_session
from refuge.app import create_app
from refuge.audit.service import SYSTEM
from refuge.config import Config, Setting
from refuge.database import now
from refuge.demo.load import load_demo
from refuge.referrals.models import Referral
from refuge.schema import migrate
from refuge.statistics.periods import quarter_of
from refuge.statistics.service.editions import publish

if TYPE_CHECKING:
    from flask import Flask

MILLION = 1_000_000
PILOT_TEN_YEARS = 2_000
"""Referrals of ten years of the pilot network, 200 a year."""
TEN_YEARS_MINUTES = 3_600_000
EDITION_LIMIT, PAGE_LIMIT = 60.0, 0.2
RUNS = 5
TEN_YEARS = "since=1+1+2017&until=1+11+2026"
BEGAN = datetime(2019, 7, 1, 12, tzinfo=UTC)
CHANGED = {
    "id": ":base + n", "ref": "'Z-' || n", "name_key": "''", "draft_id": "NULL", "version": "1",
    "received_at": "datetime(:began, '+' || (n * :minutes / :many) || ' minutes')",
    "closed_at": "CASE WHEN n % 5 < 3 THEN datetime(:began, '+' || (n * :minutes / :many + 600) || ' minutes') END",
    "state": "CASE WHEN n % 5 < 3 THEN 'withdrawn' ELSE 'waiting' END",
    "outcome": "CASE n % 5 WHEN 0 THEN 'K05' WHEN 1 THEN 'C01' WHEN 2 THEN 'I01' ELSE '' END",
}  # fmt: skip
"""What differs from one referral to the next; the rest is copied from one that is there."""


def add_many(app: Flask, how_many: int, minutes: int) -> None:
    """Copy one referral as often as that over so many minutes, with mental health needs for two of three."""
    columns = [column.name for column in Referral.__table__.columns]
    chosen = ", ".join(CHANGED.get(name, name) for name in columns)
    numbers = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :many) "
    with app.extensions["database"].write() as db:
        base = db.scalar(select(Referral.id).order_by(Referral.id.desc()).limit(1)) or 0
        told = {"base": base, "many": how_many, "began": f"{BEGAN:%Y-%m-%d %H:%M:%S}.000000", "minutes": minutes}
        db.execute(
            text(
                f"INSERT INTO referral ({', '.join(columns)}) {numbers}"  # noqa: S608  names of our own columns
                f"SELECT {chosen} FROM numbers, (SELECT * FROM referral WHERE id = :base)",
            ),
            told,
        )
        db.execute(
            text(
                f"INSERT INTO referral_need (referral_id, need, level) {numbers}"  # noqa: S608  the same
                "SELECT :base + n, 'mental_health', 'high' FROM numbers WHERE n % 3 < 2",
            ),
            {"base": base, "many": how_many},
        )


def prepare(folder: Path, how_many: int, minutes: int) -> Flask:
    """Return the demonstration with so many referrals more."""
    app = create_app(Config(Setting.DEMO, bytes(range(32)), f"sqlite:///{folder / f'{how_many}.db'}"))
    with app.app_context():
        database = app.extensions["database"]
        migrate(database)
        with database.write() as db:
            load_demo(db, at=now())
        add_many(app, how_many, minutes)
    return app


def edition(app: Flask) -> float:
    """Return the seconds of one edition of the quarter that holds them all."""
    began = time.perf_counter()
    with app.extensions["database"].write() as db:
        network = db.scalars(select(Network.id).order_by(Network.id)).first() or 0
        publish(db, network, quarter_of(BEGAN.date()), by=SYSTEM, name="Benchmark", at=now())
    return time.perf_counter() - began


def pages(app: Flask) -> dict[str, float]:
    """Return the median seconds of each page, for a manager over ten years and for a commissioner."""
    found = {}
    app.config["WTF_CSRF_ENABLED"] = False
    for who, paths in (
        (
            "farah@wall.example",
            ("/statistics?since=1+1+2017&until=1+11+2026", "/statistics/by?since=1+1+2017&until=1+11+2026"),
        ),
        ("grace@council.example", ("/published", None)),
    ):
        with app.extensions["database"].write() as db:
            token = start_session(db, db.scalars(select(Person).where(Person.email == who)).one(), at=now())
        client = app.test_client()
        client.set_cookie(ServerSessions.token_cookie(app), token)
        for path in paths:
            address = path or "/published/" + client.get("/published").text.partition("/published/SE-")[2][:5].join(
                ("SE-", "")
            )
            found[address.partition("?")[0]] = middle(client, address)
    return found


def middle(client: object, path: str) -> float:
    """Return the median seconds of a page that was loaded once before."""
    times = []
    for _ in range(RUNS + 1):
        began = time.perf_counter()
        answer = client.get(path)  # type: ignore[attr-defined]  # Flask's test client
        times.append(time.perf_counter() - began)
        assert answer.status_code == 200, (path, answer.status_code)  # noqa: S101, PLR2004  a failure is no measurement
    return sorted(times[1:])[RUNS // 2]


def main() -> None:
    """Measure both and say whether they are within their limits."""
    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else MILLION
    with tempfile.TemporaryDirectory() as folder:
        small = prepare(Path(folder), PILOT_TEN_YEARS, TEN_YEARS_MINUTES)
        for path, seconds in pages(small).items():
            print(f"{path:<40} {1000 * seconds:7.0f} ms {'ok' if seconds < PAGE_LIMIT else 'TOO SLOW'}")
        seconds = edition(prepare(Path(folder), how_many, 90 * 24 * 60))
        print(
            f"an edition over {how_many:,} referrals {seconds:7.1f} s {'ok' if seconds < EDITION_LIMIT else 'TOO SLOW'}"
        )


if __name__ == "__main__":
    main()
