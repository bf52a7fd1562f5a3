"""Published national figures, `data/national.toml`: each with its year, its source and what can be compared. Pure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from refuge.statistics.profiles import DATA

GRADES = {"A": "read in the publisher’s own text", "B": "read in a secondary copy, or worked out from such figures"}


@dataclass(frozen=True)
class NationalFigure:
    """One published figure."""

    kpi: str
    title: str
    value: str
    year: str
    source: str
    grade: str
    comparable: str
    alike: str
    unlike: str
    percent: float | None = None

    @property
    def graded(self) -> str:
        """Where it was read."""
        return f"{self.grade}: {GRADES[self.grade]}"


@cache
def national_version() -> str:
    """Return the version of the table."""
    return str(_file()["version"])


@cache
def national() -> tuple[NationalFigure, ...]:
    """Return every figure of the table, in its order."""
    return tuple(
        NationalFigure(alike=told.pop("is"), unlike=told.pop("not"), **told)
        for told in (dict(one) for one in _file()["figure"])
    )


def _file() -> dict[str, Any]:
    return tomllib.loads((DATA / "national.toml").read_text("utf-8"))
