"""Scores as a page shows them: charts, tables and words. It says what the numbers are, never what to do about them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from flask import url_for
from markupsafe import Markup

from refuge.charts import Series, Zone, line_chart
from refuge.london import date_words
from support_plans.scoring import TOOLS, TOP, Tool

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from support_plans.models import Assessment

ENOUGH = 2
"""From how many results on a line can be drawn."""


class Table(NamedTuple):
    """The results of one questionnaire, the latest first."""

    tool: Tool
    heads: list[str | tuple[str, str]]
    rows: list[list[str | Markup]]


def _by_tool(rows: Sequence[Assessment]) -> dict[str, list[Assessment]]:
    """Return the results by questionnaire, in the order of the form."""
    places = list(TOOLS)
    found = sorted(rows, key=lambda row: places.index(row.tool))
    return {code: list(group) for code, group in groupby(found, key=lambda row: row.tool)}


def charts(rows: Sequence[Assessment], *, today: date) -> dict[str, Markup]:
    """Return code of a questionnaire -> its chart, where there is enough to draw."""
    found = {}
    for code, group in _by_tool(rows).items():
        drawn = _ratings(group, today) if code == TOP.code else _totals(TOOLS[code], group, today)
        if drawn is not None:
            found[code] = drawn
    return found


def _totals(tool: Tool, group: list[Assessment], today: date) -> Markup | None:
    whole = [row for row in group if row.total is not None]
    if len(whole) < ENOUGH:
        return None
    first, last = whole[0], whole[-1]
    words = (
        f"{len(whole)} results: {first.total} on {date_words(first.taken_on, today=today)}, "
        f"{last.total} on {date_words(last.taken_on, today=today)}. The table says them all."
    )
    zones = [Zone(band.least, band.most, band.words) for band in tool.bands]
    series = [Series(tool.name, tuple(row.total for row in whole))]
    return line_chart(
        f"{tool.name} over time", words, [row.taken_on for row in whole], series, most=tool.most, zones=zones,
        unit="Total",
    )  # fmt: skip


def _ratings(group: list[Assessment], today: date) -> Markup | None:
    if len(group) < ENOUGH:
        return None
    rated = [item for item in TOP.items if item.hint.startswith("0 (poor)")]
    series = [Series(item.words, tuple(row.answers.get(item.key) for row in group)) for item in rated]
    first, last = (date_words(row.taken_on, today=today) for row in (group[0], group[-1]))
    words = f"Three ratings from {first} to {last}. The table says when; each day leads to its answers."
    return line_chart(
        "TOP ratings over time", words, [row.taken_on for row in group], series, most=20, unit="0 poor, 20 good"
    )


def tables(rows: Sequence[Assessment], *, today: date, ref: str) -> list[Table]:
    """Return a table for each questionnaire that she has filled in."""
    return [
        Table(
            TOOLS[code],
            ["Day", ("Total", "number"), "Band", "Occasion", "With"],
            [_line(row, ref, today) for row in reversed(group)],
        )
        for code, group in _by_tool(rows).items()
    ]


def _line(row: Assessment, ref: str, today: date) -> list[str | Markup]:
    url = url_for("care.score", ref=ref, assessment=row.ref)
    day = Markup('<a class="govuk-link" href="{}">{}</a>').format(url, date_words(row.taken_on, today=today))
    return [day, total_words(row), band_words(row), row.occasion.label, f"{row.taken_by.name}, {row.agency.name}"]


def total_words(row: Assessment) -> str:
    """Return the total, or why there is none."""
    if row.total is not None:
        return str(row.total)
    return "Incomplete" if not row.complete else "–"


def band_words(row: Assessment) -> str:
    """Return the band in words; of a questionnaire without bands, that it has none here."""
    return next((band.words for band in TOOLS[row.tool].bands if band.code == row.band), "–")


def said(row: Assessment) -> list[tuple[str, str]]:
    """Return each question with what was answered."""
    tool = TOOLS[row.tool]
    return [
        (f"{number}. {item.words}", item.said(row.answers[item.key]) if item.key in row.answers else "Not answered")
        for number, item in enumerate(tool.asked, start=1)
    ]


def pairs(rows: Sequence[Assessment], *, today: date) -> list[list[str]]:
    """Return the first and the last total of each questionnaire beside each other, where there are two."""
    found = []
    for code, group in _by_tool(rows).items():
        whole = [row for row in group if row.total is not None]
        if len(whole) < ENOUGH:
            continue
        first, last = whole[0], whole[-1]
        told = [f"{row.total} ({date_words(row.taken_on, today=today)})" for row in (first, last)]
        found.append([TOOLS[code].name, *told, f"{(last.total or 0) - (first.total or 0):+d}".replace("-", "−")])
    return found
