"""What every page of this room needs: the blueprint, the week asked for, and finding her own or answering 404."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from flask import Blueprint, abort, request

from refuge.accounts.current import user
from refuge.beds import queries as beds
from refuge.database import now, session
from refuge.london import london_date
from refuge.rota.queries import workers as queries

if TYPE_CHECKING:
    from refuge.beds.models import Refuge
    from refuge.rota.models import Pattern, RotaException, Worker

blueprint = Blueprint("rota", __name__)
WEEK = re.compile(r"([0-9]{4})-W([0-9]{1,2})")
FIRST_YEAR, LAST_YEAR = 2015, 2099
VERSION = re.compile(r"[0-9]{1,9}")


class Week(NamedTuple):
    """A week by its Monday, with its ISO number: the last of 2026 is week 53."""

    monday: date

    @property
    def days(self) -> list[date]:
        """Monday to Sunday."""
        return [self.monday + timedelta(days=day) for day in range(7)]

    @property
    def sunday(self) -> date:
        """The last day."""
        return self.monday + timedelta(days=6)

    @property
    def number(self) -> str:
        """How it is called in an address: `2026-W53`. The year is that of the ISO week."""
        year, week, _ = self.monday.isocalendar()
        return f"{year}-W{week:02}"

    @property
    def before(self) -> str:
        """The week before."""
        return Week(self.monday - timedelta(days=7)).number

    @property
    def after(self) -> str:
        """The week after."""
        return Week(self.monday + timedelta(days=7)).number

    @property
    def words(self) -> str:
        """It in words: `Mon 23 to Sun 29 November 2026`."""
        begin = f"{self.monday:%a} {self.monday.day}"
        if self.monday.year != self.sunday.year:
            begin += f" {self.monday:%B %Y}"
        elif self.monday.month != self.sunday.month:
            begin += f" {self.monday:%B}"
        return f"{begin} to {self.sunday:%a} {self.sunday.day} {self.sunday:%B %Y}"


def week_asked() -> Week:
    """Return the week that the address names; this one, if it names none that there is."""
    today = london_date(now())
    found = WEEK.fullmatch(request.args.get("week", ""))
    if found and FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        try:
            return Week(date.fromisocalendar(int(found[1]), int(found[2]), 1))
        except ValueError:  # a week 53 of a year that has 52
            pass
    return Week(today - timedelta(days=today.weekday()))


def seen_worker(ref: str) -> Worker:
    """Return a worker that she may see, or answer that there is none."""
    return queries.find_worker(session, user(), ref) or abort(404)


def own_worker(ref: str) -> Worker:
    """Return a worker of her own agency, or answer that there is none."""
    return queries.own_worker(session, user(), ref) or abort(404)


def own_pattern(ref: str) -> Pattern:
    """Return a pattern of her own agency's worker, or answer that there is none."""
    return queries.own_pattern(session, user(), ref) or abort(404)


def own_exception(ref: str) -> RotaException:
    """Return an exception of her own agency's worker, or answer that there is none."""
    return queries.own_exception(session, user(), ref) or abort(404)


def seen_refuge(ref: str) -> Refuge:
    """Return a house of her network, or answer that there is none."""
    return beds.find_refuge(session, user(), ref) or abort(404)


def own_refuge(ref: str) -> Refuge:
    """Return a house of her own agency, or answer that there is none."""
    return beds.own_refuge(session, user(), ref) or abort(404)


def read_version(text: object) -> int:
    """Return the version that a form carries; one that makes no sense is older than any."""
    return int(str(text)) if VERSION.fullmatch(str(text)) else -1
