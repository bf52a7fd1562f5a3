"""Processes that race for a bed through HTTP, each as a browser on which somebody is signed in."""

from __future__ import annotations

import html
import re
from http.client import HTTPConnection
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Barrier

PATIENCE = 240


class Race(NamedTuple):
    """What one browser does in one race: opens a page, and sends its form with these fields besides."""

    path: str
    opened_as: str
    """The path with what a link to it carries."""
    fields: dict[str, str]


class Outcome(NamedTuple):
    """How it was answered: the status, where it led, and all that the page said."""

    status: int
    location: str
    said: str


def race(port: int, cookie: str, races: list[Race], start: Barrier, told: Connection) -> None:
    """Send each form at the moment at which all the others send theirs, and tell how each was answered."""
    told.send([_run(port, cookie, one, start) for one in races])
    told.close()


def _run(port: int, cookie: str, one: Race, start: Barrier) -> Outcome:
    page = _ask(port, "GET", one.opened_as, cookie)
    fields = {name: html.unescape(value) for name, value in re.findall(HIDDEN, page.said)}
    start.wait(PATIENCE)
    return _ask(port, "POST", one.path, cookie, {**fields, **one.fields})


HIDDEN = r'<input id="(csrf_token|key|version)" name="(?:csrf_token|key|version)" type="hidden" value="([^"]*)"'


def _ask(port: int, method: str, path: str, cookie: str, fields: dict[str, str] | None = None) -> Outcome:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request(method, path, urlencode(fields or {}), headers)
    answer = connection.getresponse()
    outcome = Outcome(answer.status, answer.getheader("Location", ""), answer.read().decode())
    connection.close()
    return outcome
