"""Figures in words for a page, a file or paper: the same rows everywhere, made from what is shown only. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from refuge.charts import Series, bar_chart
from refuge.statistics.catalogue import PERCENT
from refuge.statistics.counting import ALL, PLACED, RECEIVED, SERVICE
from refuge.statistics.facts import NEEDS
from refuge.statistics.judging import Rag, Travel, rag, travel
from refuge.statistics.profiles import HIDDEN
from refuge.statistics.published import number_words, percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from refuge.statistics.profiles import Profile
    from refuge.statistics.published import Shown, ShownFigure

KINDS = {Rag.GREEN: "good", Rag.AMBER: "warning", Rag.RED: "danger", Rag.NONE: "neutral"}
"""How the tag of each colour looks: its shape says it too."""
TRAVELS = {
    Travel.IMPROVING: "↗", Travel.WORSENING: "↘", Travel.STABLE: "→", Travel.UP: "↑", Travel.DOWN: "↓",
}  # fmt: skip
NEED_HEADS = ("Need", "Received", "Placed", "Unmet by refuges", "Share unmet", "Before")
KPI_HEADS = ("Figure", "Now", "Before", "Target", "Standing", "Direction")


class KpiRow(NamedTuple):
    """One figure of the catalogue on a page."""

    code: str
    title: str
    now: str
    before: str
    target: str
    standing: str
    """Letter and word."""
    kind: str
    direction: str
    """Arrow and word."""
    why: str
    """Who judged it otherwise than computed, when and why; empty: nobody did."""

    @property
    def cells(self) -> list[str]:
        """Return the row as a file has it."""
        return [f"{self.code} {self.title}", self.now, self.before, self.target, self.standing, self.direction]


@dataclass(frozen=True)
class Sight:
    """What a page, a file or paper shows of one period."""

    tables: Mapping[str, Shown]
    figures: Mapping[str, ShownFigure]
    profile: Profile
    before_tables: Mapping[str, Shown]
    before_figures: Mapping[str, ShownFigure]
    same_meaning: frozenset[str] = frozenset()
    """Codes of figures that meant the same in the period before."""

    def headline(self) -> list[tuple[str, str]]:
        """Return the figures at the head of the page: a number and what it counts."""
        need, households = self.tables["need"], self.tables["household"]
        typical = self.figures.get("K10")
        found = [
            (number_words(households.count(ALL, RECEIVED)), "households referred"),
            (_with_share(need, PLACED, self.profile), "referrals given a place"),
            (self.figures["K07"].words if "K07" in self.figures else "–", "unsuccessful, all"),
            (self._unmet(), "unmet by the refuges"),
        ]
        return [*found, (typical.words, "decided within 24 hours")] if typical is not None else found

    def _unmet(self) -> str:
        """Return the share unmet, or how many where the share would say how few were not for this service."""
        figure = self.figures.get("K08")
        if figure is None:
            return "–"
        return number_words(self.tables["need"].count(ALL, SERVICE)) if figure.hidden else figure.words

    def by_need(self) -> list[list[str]]:
        """Return the table that the board asks for: each need with its share and that of the period before."""
        table, before = self.tables["need"], self.before_tables.get("need")

        def share(told: Shown | None, row: str) -> str:
            return "–" if told is None else percent(told.count(row, SERVICE), told.count(row, RECEIVED), self.profile)

        return [
            [
                words, *(number_words(table.count(row, column)) for column in (RECEIVED, PLACED, SERVICE)),
                share(table, row), share(before, row),
            ]
            for row, words, _ in table.rows
        ]  # fmt: skip

    def kpis(self) -> list[KpiRow]:
        """Return every figure of the catalogue with its target, standing and direction."""
        return [self._kpi(figure) for figure in self.figures.values()]

    def _kpi(self, figure: ShownFigure) -> KpiRow:
        before = self.before_figures.get(figure.code)
        standing = rag(figure.value, figure.meaning)
        same = before is None or figure.code in self.same_meaning
        went = travel(figure.value, None if before is None else before.value, figure.meaning, same_meaning=same)
        words = "Too few to judge" if figure.value.few and figure.number is not None else standing.word
        if figure.judged is not None:
            standing, words = Rag(figure.judged[0]), f"{Rag(figure.judged[0]).word}, as a person judged"
        return KpiRow(
            figure.code, figure.title, figure.words, "–" if before is None else before.words, _target(figure),
            words if standing is Rag.NONE else f"{standing.letter}: {words}", KINDS[standing],
            f"{TRAVELS.get(went, '')} {went.word}".strip(),
            "" if figure.judged is None else f"{figure.judged[1]}, {figure.judged[2]}: {figure.judged[3]}",
        )  # fmt: skip


def rows_of(table: Shown) -> list[list[str]]:
    """Return a table in words."""
    return [[words, *(number_words(number) for number in numbers)] for _, words, numbers in table.rows]


def heads_of(table: Shown) -> list[str]:
    """Return the heads of a table; the first column holds the words of its rows."""
    return ["", *(words for _, words in table.columns)]


def _with_share(table: Shown, column: str, profile: Profile) -> str:
    some, of = table.count(ALL, column), table.count(ALL, RECEIVED)
    share = percent(some, of, profile)
    return number_words(some) if share in {HIDDEN, "–"} else f"{number_words(some)} ({share})"


def _target(figure: ShownFigure) -> str:
    if figure.target is None:
        return "–"
    return f"{figure.target:g}{PERCENT}" if figure.unit == PERCENT else f"{figure.target:g} {figure.unit}"


def over_time(quarters: Sequence[tuple[str, Mapping[str, Shown]]]) -> tuple[list[str], list[list[str]]]:
    """Return heads and rows of what was unmet, by need and quarter."""
    heads = ["Quarter", "All referrals", *NEEDS.values()]
    rows = [
        [label, *(number_words(tables["need"].count(row, SERVICE)) for row in (ALL, *NEEDS))]
        for label, tables in quarters
    ]
    return heads, rows


def unmet_chart(quarters: Sequence[tuple[str, Mapping[str, Shown]]]) -> Markup | None:
    """Draw the same: heights are those of the counts as shown, and a hidden one has none."""
    if not quarters:
        return None
    series = tuple(
        (words, tuple(tables["need"].count(row, SERVICE) for _, tables in quarters))
        for row, words in ((ALL, "All referrals"), *list(NEEDS.items())[:3])
    )
    return _drawn(tuple(label for label, _ in quarters), series)


@lru_cache(maxsize=64)
def _drawn(labels: tuple[str, ...], series: tuple[tuple[str, tuple[int | None, ...]], ...]) -> Markup:
    """Draw once what is frozen: the next reader waits for nothing."""
    return bar_chart(
        "Unmet by the refuges, by need and quarter",
        "Referrals that ended because no bed was free or nothing could meet the need. The table below has the numbers.",
        labels, [Series(name, values) for name, values in series], unit="referrals",
    )  # fmt: skip
