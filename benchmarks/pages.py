"""How long each page takes on the server, and how many queries it asks: the demonstration, and ten times as much.

Run: `.venv/bin/python -m benchmarks.pages`. Both sizes are measured in one run, on encrypted files.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import event

from refuge.accounts.models import Person
from refuge.accounts.sessions import ServerSessions, start_session
from refuge.app import create_app
from refuge.config import Config, Setting
from refuge.database import database, now
from refuge.demo.load import load_demo
from refuge.schema import migrate
from tests.more import add_much_more

if TYPE_CHECKING:
    from flask import Flask

PAGES = ("/", "/beds", "/beds/print", "/refuges", "/referrals", "/residents", "/matches/rules", "/turn-aways")
WHO = "farah@wall.example"
RUNS = 40
LIMIT_MS = 100.0


def prepare(folder: Path, times: int) -> Flask:
    """Return the demonstration with `times` as many beds and referrals."""
    app = create_app(Config(Setting.DEMO, bytes(range(32)), f"sqlite:///{folder / f'{times}.db'}"))
    with app.app_context():
        migrate(database())
        with database().write() as db:
            load_demo(db, at=now())
            db.flush()
            add_much_more(db, times=times)
    return app


def measure(app: Flask, path: str) -> tuple[float, float, int]:
    """Return the median and the worst milliseconds of one page, and its number of queries."""
    engine = app.extensions["database"].engine
    with app.extensions["database"].write() as db:
        token = start_session(db, db.query(Person).filter_by(email=WHO).one(), at=now())
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
        print(f"{'page':<14}{'size':>6}{'median ms':>12}{'worst ms':>12}{'queries':>10}")
        for path in PAGES:
            for times, app in apps.items():
                median, worst, queries = measure(app, path)
                mark = "" if times > 1 or median < LIMIT_MS else "  over the limit of 100 ms"
                print(f"{path:<14}{times:>5}x{median:>12.1f}{worst:>12.1f}{queries:>10}{mark}")


if __name__ == "__main__":
    main()
