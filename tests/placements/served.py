"""The application as it is served for real: several processes, each with threads, on a test's own database."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.databases import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60
WORKERS = ("--workers", "4", "--threads", "4")


@contextmanager
def served(database_url: str) -> Iterator[int]:
    """Serve the application on this database, and give the port on 127.0.0.1; stop it afterwards.

    A SQLite file must be `allocations.db` of its folder, where the application looks for it.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sqlite = database_url.startswith("sqlite")
    environ = {
        **os.environ, "ALLOCATIONS_SETTING": "development", "ALLOCATIONS_KEY": KEY.hex(),
        "DATABASE_URL": "" if sqlite else database_url,
        "ALLOCATIONS_INSTANCE": str(Path(database_url.removeprefix("sqlite:///")).parent) if sqlite else "",
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", *WORKERS]
    command += ["--no-control-socket", "--log-level", "warning", "wsgi:app"]
    server = subprocess.Popen(command, cwd=ROOT, env=environ)  # noqa: S603  the command that `make run` uses
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(PATIENCE)


def where_served(database_url: str) -> str:
    """Put a test's database where the served application looks for it, and return its address from then on."""
    if not database_url.startswith("sqlite"):
        return database_url
    file = Path(database_url.removeprefix("sqlite:///"))
    return f"sqlite:///{file.rename(file.with_name('allocations.db'))}"


def _wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                assert answer.read() == b"ok"
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
