"""A chart is a picture that a page under our policy may show, that is named, and that can be read in grey."""

from __future__ import annotations

import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from markupsafe import Markup

from refuge.charts import LOOKS, SVG, Series, Zone, bar_chart, line_chart

DAYS = [date(2026, 1, 5) + timedelta(days=30 * number) for number in range(8)]
ZONES = (Zone(0, 4, "Minimal"), Zone(5, 9, "Mild"))


def line(title: str = "Scores over time", *values: float | None) -> Markup:
    given = tuple(values) or (20, 18, None, 12, 11, 8, 6, 5)
    return line_chart(title, "From 20 down to 5.", DAYS, [Series("PHQ-9", given)], most=27, zones=ZONES)


def bars() -> Markup:
    series = [Series("Before", (3, 2)), Series("After", (None, 1))]
    return bar_chart("Needs", "Fewer after.", ["Sleep & rest", "Money"], series)


@pytest.mark.parametrize("drawn", [line, bars])
def test_a_chart_brings_no_style_and_no_script(drawn: object) -> None:
    assert callable(drawn)
    svg = drawn()
    assert "style" not in svg
    assert "<script" not in svg
    assert not re.search(r"\son\w+=", svg)
    assert "http" not in svg.replace(SVG, "").replace("http://www.w3.org/1999/xlink", "")


def test_a_chart_says_what_it_is() -> None:
    root = ET.fromstring(line("PHQ-9 <over> time"))  # noqa: S314  our own
    title, desc = root.find(f"{{{SVG}}}title"), root.find(f"{{{SVG}}}desc")
    assert title is not None
    assert desc is not None
    assert (root.get("role"), title.text, desc.text) == ("img", "PHQ-9 <over> time", "From 20 down to 5.")
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"


def test_words_on_a_chart_are_words_and_are_escaped() -> None:
    svg = bars()
    assert "Sleep &amp; rest" in svg
    assert "hidden" in svg
    assert "Minimal" in line()


def test_two_charts_of_a_page_share_no_id_and_each_use_finds_its_own() -> None:
    first, second = line("One"), line("Two")
    ids = [set(re.findall(r' id="([^"]+)"', svg)) for svg in (first, second)]
    assert not ids[0] & ids[1]
    for svg, own in zip((first, second), ids, strict=True):
        used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
        assert used
        assert used <= own


def test_the_same_chart_is_drawn_the_same_way() -> None:
    assert line() == line()


def test_what_is_missing_leaves_a_gap() -> None:
    assert len(re.findall(r" M | L ", line("A", 1, 2, 3, 4, 5, 6, 7, 8))) != len(
        re.findall(r" M | L ", line("A", 1, 2, None, 4, 5, 6, 7, 8))
    )


def test_each_series_differs_in_more_than_its_colour() -> None:
    assert len({look[1:] for look in LOOKS}) == len(LOOKS)
