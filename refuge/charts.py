"""Charts as inline SVG: drawn by matplotlib, and cleaned so that a page without inline style may show them.

A chart is never the only place of a figure: a table with the same numbers stands beside it. It can be read in grey:
each series has a line and a mark of its own, and each bar its hatching. What is hidden (None) leaves a gap.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
INK, QUIET, LINE = "#0b0c0c", "#505a5f", "#cecece"
LOOKS = (
    ("#4b2e5a", "-", "o", ""),
    ("#00703c", "--", "s", "///"),
    ("#b26a00", "-.", "^", "..."),
    ("#1d70b8", ":", "D", "xxx"),
    ("#7d0d19", "-", "v", "\\\\\\"),
    ("#505a5f", "--", "P", "+++"),
)
"""Colour, line, mark and hatching of each series in turn; after the last the first comes again."""
WIDTH, HEIGHT = 7.2, 3.2
"""Inches at 72 points: the picture scales to its place."""
SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.size": 11,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.linewidth": 0.8,
}


@dataclass(frozen=True)
class Series:
    """One line or one kind of bar: its name, and a value for each place; None leaves a gap."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Zone:
    """A part of the upright scale with a name, such as a band of scores: both ends included."""

    least: float
    most: float
    name: str


def line_chart(
    title: str,
    description: str,
    days: Sequence[date],
    series: Sequence[Series],
    *,
    most: float | None = None,
    zones: Sequence[Zone] = (),
    unit: str = "",
) -> Markup:
    """Draw values over time. `title` names it and `description` says in a sentence or two what it shows."""
    figure, axes = _begin()
    for number, one in enumerate(series):
        colour, line, mark, _ = LOOKS[number % len(LOOKS)]
        values = [float("nan") if value is None else value for value in one.values]
        axes.plot(days, values, color=colour, linestyle=line, marker=mark, linewidth=2, markersize=6, label=one.name)  # type: ignore[arg-type]  # matplotlib takes dates
    _date_axis(axes, days)
    _value_axis(axes, most, unit)
    for number, zone in enumerate(zones):
        _shade(axes, zone, dark=number % 2 == 1)
    return _finish(figure, axes, title, description, legend=len(series) > 1)


def bar_chart(
    title: str,
    description: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    most: float | None = None,
    unit: str = "",
) -> Markup:
    """Draw values side by side, a group of bars for each label."""
    figure, axes = _begin()
    wide = 0.8 / max(1, len(series))
    for number, one in enumerate(series):
        colour, _, _, hatch = LOOKS[number % len(LOOKS)]
        places = [place - 0.4 + wide * (number + 0.5) for place in range(len(labels))]
        heights = [0.0 if value is None else value for value in one.values]
        axes.bar(places, heights, wide * 0.9, color=colour, hatch=hatch, edgecolor="#ffffff", label=one.name)
        for place, value in zip(places, one.values, strict=True):
            if value is None:
                axes.annotate("hidden", (place, 0), ha="center", va="bottom", rotation=90, fontsize=9, color=QUIET)
    axes.set_xticks(range(len(labels)), labels)
    _value_axis(axes, most, unit)
    return _finish(figure, axes, title, description, legend=len(series) > 1)


def _begin() -> tuple[Figure, Axes]:
    from matplotlib import rc_context  # noqa: PLC0415  it takes a second to load, which only a page with a chart may cost
    from matplotlib.figure import Figure  # noqa: PLC0415  the same

    with rc_context(SETTINGS):
        figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
        axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color=LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    return figure, axes


def _date_axis(axes: Axes, days: Sequence[date]) -> None:
    """Name at most six days, so that their words never run into each other."""
    step = max(1, -(-len(days) // 6))
    shown = list(days)[::step]
    axes.set_xticks(shown, [f"{on.day} {on:%b %y}" for on in shown])  # type: ignore[arg-type]  # the same
    axes.margins(x=0.08)


def _value_axis(axes: Axes, most: float | None, unit: str) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415  as above

    axes.set_ylim(0, most or None)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    if unit:
        axes.set_ylabel(unit)


def _shade(axes: Axes, zone: Zone, *, dark: bool) -> None:
    axes.axhspan(zone.least, zone.most + 1, color="#ece4f1" if dark else "#faf8fb", zorder=0)
    axes.annotate(
        zone.name, (1, zone.least), xycoords=("axes fraction", "data"), xytext=(-4, 2), textcoords="offset points",
        ha="right", va="bottom", fontsize=9, color=QUIET,
    )  # fmt: skip


def _finish(figure: Figure, axes: Axes, title: str, description: str, *, legend: bool) -> Markup:
    from matplotlib import rc_context  # noqa: PLC0415  as above

    if legend:
        axes.legend(frameon=False, fontsize=10, loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=3)
    mark = sha256(f"{title}\0{description}".encode()).hexdigest()[:10]
    drawn = io.BytesIO()
    with rc_context({**SETTINGS, "svg.hashsalt": mark}):
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return clean(drawn.getvalue(), title, description, mark)


def clean(svg: bytes, title: str, description: str, mark: str) -> Markup:
    """Return an SVG that a page may hold: no style of its own, ids of its own, a title, a description."""
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", XLINK)
    root = ET.fromstring(svg)  # noqa: S314  matplotlib wrote it a moment ago
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in {f"{{{SVG}}}style", f"{{{SVG}}}metadata"}:
                parent.remove(child)
    for element in root.iter():
        _present(element.attrib, mark)
    _name(root, title, description, mark)
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704  ElementTree escapes what it writes


def _present(attributes: dict[str, Any], mark: str) -> None:
    """Turn style into presentation attributes, and give every id and every use of one this picture's mark."""
    for declaration in attributes.pop("style", "").split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font":
            attributes.update(_font(value))
        elif name and name not in {"white-space", "font-family"}:
            attributes[name] = value
    for name in ("id", f"{{{XLINK}}}href", "clip-path", "fill"):
        if name == "id" and name in attributes:
            attributes[name] = f"c{mark}-{attributes[name]}"
        elif name in attributes:
            attributes[name] = re.sub(r"#(?=[A-Za-z_])(?![0-9a-f]{6}$)", f"#c{mark}-", attributes[name])


def _font(value: str) -> dict[str, str]:
    """Return size and weight of the short form of a font; the typeface is that of the page around it."""
    found = re.fullmatch(r"(?:(\S+) )?([\d.]+)px .+", value)
    if found is None:
        return {}
    return {"font-size": found[2]} | ({"font-weight": found[1]} if found[1] else {})


def _name(root: ET.Element, title: str, description: str, mark: str) -> None:
    for name, words in (("desc", description), ("title", title)):
        element = ET.Element(f"{{{SVG}}}{name}", {"id": f"c{mark}-{name}"})
        element.text = words
        root.insert(0, element)
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    root.attrib |= {
        "role": "img",
        "class": "chart",
        "aria-labelledby": f"c{mark}-title c{mark}-desc",
        "preserveAspectRatio": "xMidYMid meet",
    }
