"""The KPI catalogue as data: what each figure means, since when, and what it is held against. Pure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache

from refuge.statistics.profiles import DATA

PERCENT = "%"


@dataclass(frozen=True)
class Definition:
    """One figure as it is defined from a day on."""

    code: str
    title: str
    definition: str
    unit: str
    polarity: int
    """1: higher is better; -1: lower is better; 0: context, neither."""
    owner: str
    since: date
    source: str
    stability: float
    """A smaller change is none: points for shares, per cent of the value for others."""
    target: float | None = None
    amber: float = 0
    """How far from the target is still amber."""
    within: int = 0
    """How long there is, for a figure of what is done in time: in the unit that the definition names."""


@cache
def catalogue() -> tuple[Definition, ...]:
    """Return every definition of the file, in its order."""
    told = tomllib.loads((DATA / "kpis.toml").read_text("utf-8"))
    return tuple(Definition(**given) for given in told["kpi"])


@cache
def definitions_version() -> str:
    """Return which version of the catalogue this code counts by; an edition keeps it."""
    version: str = tomllib.loads((DATA / "kpis.toml").read_text("utf-8"))["definitions"]["version"]
    return version


def definitions(on: date) -> list[Definition]:
    """Return the definitions that hold on a day, the latest of each code."""
    found: dict[str, Definition] = {}
    for one in catalogue():
        if one.since <= on and (one.code not in found or found[one.code].since <= one.since):
            found[one.code] = one
    return list(found.values())


def within(code: str, on: date) -> int:
    """Return how long there is by the definition that holds on a day; before the first of them, by that."""
    known = [one for one in catalogue() if one.code == code]
    return max((one for one in known if one.since <= on), key=lambda one: one.since, default=known[0]).within


def comparable(code: str, on: date, then: date) -> bool:
    """Return whether a figure meant the same on two days."""
    meant = [next((one for one in definitions(day) if one.code == code), None) for day in (on, then)]
    return meant[0] is not None and meant[0] == meant[1]
