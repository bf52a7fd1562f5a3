"""The demonstration, served as `make run` serves it, and a Chromium that opens it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from refuge.demo.load import PASSWORD
from tests.databases import ENGINES, named, on_server
from tests.servers import CHROMIUM_ARGUMENTS, chromium_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).parent.parent.parent
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
PATIENCE = 60


@dataclass(frozen=True)
class Site:
    """The demonstration as it is served."""

    url: str

    def at(self, path: str) -> str:
        """Return the address of a path."""
        return self.url + path


@contextmanager
def serve(environ: dict[str, str]) -> Iterator[Site]:
    """Serve the demonstration with two processes on a free port, and stop them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {**os.environ, **environ, "ALLOCATIONS_SETTING": "demo"}
    subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi", "demo"], cwd=ROOT, env=given, check=True)
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
    command += ["--workers", "2", "--threads", "4", "--no-control-socket", "--log-level", "warning", "wsgi:app"]
    server = subprocess.Popen(command, cwd=ROOT, env=given)
    try:
        site = Site(f"http://127.0.0.1:{port}")
        _wait_for(site)
        yield site
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _wait_for(site: Site) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(site.at("/health"), timeout=5) as answer:
                assert answer.read() == b"ok"
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


class Weather(BaseHTTPRequestHandler):
    """Another site, for those who leave ours."""

    def do_GET(self) -> None:
        """Answer every address alike."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>Weather</title>Light rain")

    def log_message(self, *_told: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[str]:
    """The address of another site."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Weather)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session", params=ENGINES)
def site(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    elsewhere: str,
) -> Iterator[Site]:
    """The demonstration on each kind of database."""
    environ = {
        "ALLOCATIONS_INSTANCE": str(tmp_path_factory.mktemp("instance")),
        "ALLOCATIONS_LEAVE_TO": elsewhere,
        "DATABASE_URL": "",
    }
    if request.param == "sqlite":
        with serve(environ) as site:
            yield site
        return
    server = request.getfixturevalue("postgres")
    name = f"browser_{uuid.uuid4().hex}"
    on_server(server, f"CREATE DATABASE {name}")
    with serve({**environ, "DATABASE_URL": named(server, name)}) as site:
        yield site
    on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium with its back/forward cache, which Playwright would turn off: leaving is tested against it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(),
            args=list(CHROMIUM_ARGUMENTS),
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        browser.close()


@pytest.fixture
def open_context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Open browser windows of a given size that share nothing; whatever a page complains of fails the test."""
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(size: dict[str, int] | None = None) -> BrowserContext:
        context = chromium.new_context(viewport=size or WIDE, reduced_motion="reduce")  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        context.on("weberror", lambda fault: complaints.append(str(fault.error)))
        context.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()
    assert complaints == []


@pytest.fixture
def sign_in(site: Site, open_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Sign a person of the demonstration in through the sign-in page, and return the page she lands on."""

    def go(email: str, size: dict[str, int] | None = None) -> Page:
        page = open_context(size).new_page()
        page.goto(site.at("/sign-in"))
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(site.at("/"))
        return page

    return go
