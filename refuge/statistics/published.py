"""Tables and figures as a profile shows them: frozen as JSON, with nothing hidden in them. Pure.

Percentages are worked out from what is shown, never from what is behind it; so are heights, tooltips and orders.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from refuge.statistics.catalogue import PERCENT, Definition
from refuge.statistics.counting import ALL, RECEIVED, Share, Table, Unit, half_up
from refuge.statistics.given import ATTENDED, BY_PROVIDER
from refuge.statistics.judging import FEWEST, Value
from refuge.statistics.kpis import FIELDS, Figure
from refuge.statistics.profiles import HIDDEN, Profile

Row = tuple[str, str, tuple[int | None, ...]]
WITH_WORDS = frozenset({"K01", "K02", "K03", "K16", "K20"})
"""Figures of bed-nights and of the rota, whose further words count no women."""
OF_RECORDS = "K22"
NUMBER_OF_REFERRALS = "K06"
RESTS_ON = {NUMBER_OF_REFERRALS: f"need/{ALL}/{RECEIVED}", "K16": f"{BY_PROVIDER}/{ALL}/{ATTENDED}"}
"""Figures that are hidden where a cell is from which they are made."""


@dataclass(frozen=True)
class Shown:
    """One table as it is shown."""

    key: str
    title: str
    unit: str
    note: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    """Key, words, and a number for each column; None is hidden."""

    def count(self, row: str, column: str) -> int | None:
        """Return one count as shown; None: hidden. A row that is not there counts nothing."""
        place = [key for key, _ in self.columns].index(column)
        return next((numbers[place] for key, _, numbers in self.rows if key == row), 0)

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Shown:
        """Return what was kept."""
        columns = tuple((key, words) for key, words in told["columns"])
        rows = tuple((key, words, tuple(numbers)) for key, words, numbers in told["rows"])
        return cls(told["key"], told["title"], told["unit"], told["note"], columns, rows)


def shown(table: Table, hidden: AbstractSet[str], profile: Profile) -> Shown:
    """Return a table with what is hidden left out and the rest rounded as the profile says."""
    name = table.key if table.hidden_as is None else table.hidden_as
    rows = tuple(
        (
            row, words,
            tuple(
                None if f"{name}/{row}/{column}" in hidden else _rounded(table, row, column, profile)
                for column, _ in table.columns
            ),
        )
        for row, words in table.rows
    )  # fmt: skip
    columns = tuple((key, words) for key, words in table.columns)
    return Shown(table.key, table.title, table.unit.value, table.note, columns, rows)


def _rounded(table: Table, row: str, column: str, profile: Profile) -> int:
    """Return a count as the profile shows it; what staff did is about no resident, and is shown as it is."""
    number = table.count(row, column)
    return number if table.unit is Unit.STAFF else profile.shown(number)


@dataclass(frozen=True)
class ShownFigure:
    """One figure of the catalogue as it is shown, with all that explains it."""

    code: str
    title: str
    definition: str
    unit: str
    polarity: int
    owner: str
    source: str
    stability: float
    target: float | None
    amber: float
    number: float | None
    some: int | None
    of: int | None
    base: int | None
    more: str = ""
    judged: tuple[str, str, str, str] | None = None
    """What a person judged instead, her name, the day and why."""

    @property
    def value(self) -> Value:
        """What is judged."""
        return Value(self.number, self.base)

    @property
    def meaning(self) -> Definition:
        """Its definition as it was frozen, for judging."""
        return Definition(
            self.code, self.title, self.definition, self.unit, self.polarity, self.owner, date.min, self.source,
            self.stability, self.target, self.amber,
        )  # fmt: skip

    @property
    def words(self) -> str:
        """The figure in words: `26% (6 of 23)`, `14 days`, `[c]`."""
        if self.number is None:
            few = f"{self.some} of {self.of}" if self.of else "–"
            return HIDDEN if self.hidden else few
        if self.unit == PERCENT:
            percent = f"{half_up(self.number)}%"
            return percent if self.some is None else f"{percent} ({self.some} of {self.of})"
        return f"{self.number:,.0f} {self.unit}"

    @property
    def hidden(self) -> bool:
        """Whether it is left out because too few are behind it, not because there is nothing to count."""
        return self.number is None and self.base is None and self.of is None

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> ShownFigure:
        """Return what was kept."""
        return cls(**{**told, "judged": None if told["judged"] is None else tuple(told["judged"])})


def shown_figure(figure: Figure, meaning: Definition, hidden: AbstractSet[str], profile: Profile) -> ShownFigure:
    """Return a figure as the profile shows it, worked out from what is shown of what it rests on."""
    number, some, of, base = _numbers(figure, hidden, profile)
    exact = not profile.threshold
    return ShownFigure(
        figure.code, meaning.title, meaning.definition, meaning.unit, meaning.polarity, meaning.owner, meaning.source,
        meaning.stability, meaning.target, meaning.amber, number, some, of, base,
        figure.more if exact or (figure.code in WITH_WORDS and number is not None) else "",
    )  # fmt: skip


def _numbers(
    figure: Figure, hidden: AbstractSet[str], profile: Profile
) -> tuple[float | None, int | None, int | None, int | None]:
    """Return the number, what it rests on (some, of) and the base, as far as they are shown."""
    if figure.code == OF_RECORDS:
        return _recorded(figure.share or Share(0, 0), profile)
    if RESTS_ON.get(figure.code) in hidden:
        return None, None, None, None
    if figure.code == NUMBER_OF_REFERRALS:
        count = profile.shown(int(figure.number or 0))
        return count, None, None, count
    if figure.share is not None:
        return _share(figure, hidden, profile)
    return _number(figure, profile)


def _number(figure: Figure, profile: Profile) -> tuple[float | None, int | None, int | None, int | None]:
    if figure.base is None:  # it rests on beds, or on the rota
        return figure.number, None, None, 0 if figure.number is None else BEDS
    if figure.base < profile.mean_base:
        return None, None, None, None if figure.base else 0
    # Only whether it is enough to judge: how many women left or moved in may be hidden in a table.
    return figure.number, None, None, min(figure.base, BEDS) if profile.threshold else figure.base


BEDS = FEWEST
"""The base of figures about beds: always enough to judge."""


def _share(
    figure: Figure, hidden: AbstractSet[str], profile: Profile
) -> tuple[float | None, int | None, int | None, int | None]:
    share = figure.share or Share(0, 0)
    if not share.of:
        return None, 0, 0, 0
    if hidden & {f"kpi/{figure.code}/some", f"kpi/{figure.code}/of"}:
        return None, None, None, None
    some, of = profile.shown(share.some), profile.shown(share.of)
    if of < max(profile.percent_base, 1):
        return None, some, of, None
    return 100 * min(some, of) / of, some, of, of


def _recorded(share: Share, profile: Profile) -> tuple[float | None, int | None, int | None, int | None]:
    """Return a percentage in whole points without its counts: they would tell how many referrals there were."""
    referrals = share.of // FIELDS
    if referrals < max(profile.percent_base, 1):
        return None, None, None, None if referrals else 0
    return float(half_up(share.percent or 0)), None, None, BEDS


def percent(some: int | None, of: int | None, profile: Profile) -> str:
    """Return a percentage of two shown counts; `[c]` where one is hidden, a dash where too few are behind it."""
    if some is None or of is None:
        return HIDDEN
    return f"{half_up(100 * min(some, of) / of)}%" if of and of >= profile.percent_base else "–"


def number_words(number: int | None) -> str:
    """Return a count as it is shown."""
    return HIDDEN if number is None else f"{number:,}"
