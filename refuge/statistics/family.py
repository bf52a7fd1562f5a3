"""The border post to hiding: which cells of all tables together, and of earlier editions, add up to which. Pure.

What a reader can subtract stands here as a sum, or is not protected: a new table adds its sums.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allocation.hiding.problem import Cell, Problem, Standing, Sum, small
from refuge.statistics.counting import ALL, HOUSEHOLDS, PLACED, RECEIVED, REST, SERVICE, SHORT, Table
from refuge.statistics.dimensions import COMBINED, EIGHT
from refuge.statistics.facts import BIT, NEEDS, SIDE_OF, Outcome
from refuge.statistics.given import ATTENDED, BY_HOUSE, BY_PROVIDER, CONTACTS, MISSED, OFFERED

if TYPE_CHECKING:
    from refuge.statistics.counting import Share
    from refuge.statistics.profiles import Profile

ADDING_UP = ("combination", "refuge", "ethnicity", "area", "source", "children", "searches")
"""Tables with the columns `SHORT` whose rows add up to all referrals."""
SESSIONS = (BY_PROVIDER, BY_HOUSE)
"""Tables of the same sessions of in-reach, by two things."""
OF_EVENTS = frozenset({"need", "outcome", "reason", "waiting", *ADDING_UP, *SESSIONS})
"""Tables of what happened on a day: those of a year are the sum of its quarters'."""
WITHIN = {"K12": "K13", "K17-mental_health": "K13", "K17-substance": "K13", "K21": "K18"}
"""Figures that rest on some of those on whom another rests: what is left of these can be worked out."""
WEIGHTS: Mapping[str, int] = {
    "need": 14, "outcome": 14, "household": 12, "refuge": 10, "reason": 9, "why": 9, "kpi": 9, "people": 8,
    "waiting": 7, BY_PROVIDER: 6, BY_HOUSE: 6, "ethnicity": 6, "combination": 5, "children": 5, "area": 4,
    "source": 4, "searches": 3,
}  # fmt: skip
"""What hiding a cell of a table costs its readers; a total costs three times as much."""
OF_ALL = 3


@dataclass
class Family:
    """Exact counts of one period and how they hang together."""

    cells: dict[str, int] = field(default_factory=dict)
    """Key such as `need/nrpf/service` -> count."""
    sums: list[Sum] = field(default_factory=list)
    unseen: set[str] = field(default_factory=set)
    """Cells that stand in no table, though a reader can work them out."""
    rests: set[str] = field(default_factory=set)
    """Those of them that count women: all but those with a need. They are protected where the profile says so."""
    forced: set[str] = field(default_factory=set)
    """Cells that are hidden whatever their size: a refuge with few referrals, a group that all ended one way."""
    empty: set[str] = field(default_factory=set)
    """Noughts of rows without any referral: that they are hidden says most of all."""

    def add(self, total: str, parts: Sequence[str]) -> None:
        """Say that a cell is the sum of others, if all are there; a sum without parts is nought."""
        there = [part for part in parts if part in self.cells]
        if total in self.cells and there:
            self.sums.append(Sum(total, tuple(there)))

    def rest(self, total: str, parts: Sequence[str], name: str, *, of_women: bool = True) -> None:
        """Say what is left of a cell when others are taken away: in no table, but anybody can subtract."""
        there = [part for part in parts if part in self.cells]
        if total not in self.cells or not there:
            return
        left = self.cells[total] - sum(self.cells[part] for part in there)
        if left < 0:
            return  # counted apart, they need not fit: then nothing can be worked out either
        self.cells[name] = left
        self.unseen.add(name)
        if of_women:
            self.rests.add(name)
        self.sums.append(Sum(total, (*there, name)))

    def as_json(self) -> dict[str, Any]:
        """Return what later editions need of it."""
        return {
            "cells": self.cells, "sums": [[one.total, list(one.parts)] for one in self.sums],
            "unseen": sorted(self.unseen), "rests": sorted(self.rests), "empty": sorted(self.empty),
        }  # fmt: skip

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Family:
        """Return what an earlier edition kept."""
        sums = [Sum(total, tuple(parts)) for total, parts in told["sums"]]
        return cls(dict(told["cells"]), sums, set(told["unseen"]), set(told["rests"]), set(), set(told["empty"]))


def family(tables: Iterable[Table], shares: Mapping[str, Share], sides: Mapping[str, str], profile: Profile) -> Family:
    """Return the family of a period; `sides`: code of list `turnaway_reason` -> its group."""
    found = Family()
    by_key = {table.key: table for table in tables}
    for table in by_key.values():
        if table.hidden_as is None:
            _take(found, table)
    for code, share in shares.items():
        found.cells |= {f"kpi/{code}/some": share.some, f"kpi/{code}/of": share.of}
    _across(found, by_key)
    _outcomes(found, by_key, sides)
    _needs(found)
    _people(found)
    _shares(found, shares)
    _reasons(found, by_key["why"])
    _sessions(found, by_key)
    _force(found, by_key, profile)
    return found


def _take(found: Family, table: Table) -> None:
    for row, _ in table.rows:
        whole = table.count(row, table.columns[0][0])
        for column, _ in table.columns:
            key = f"{table.key}/{row}/{column}"
            found.cells[key] = table.count(row, column)
            if not whole and not table.count(row, column):
                found.empty.add(key)


def _across(found: Family, tables: Mapping[str, Table]) -> None:
    """Rows add up across, and where each referral has one row they add up down."""
    for key in ("need", *ADDING_UP):
        rows = [row for row, _ in tables[key].rows]
        for row in rows:
            found.add(f"{key}/{row}/{RECEIVED}", [f"{key}/{row}/{column}" for column in (PLACED, SERVICE, REST)])
        if key != "need":
            for column in SHORT:
                found.add(f"need/{ALL}/{column}", [f"{key}/{row}/{column}" for row in rows])


def _outcomes(found: Family, tables: Mapping[str, Table], sides: Mapping[str, str]) -> None:
    """Join outcomes to the columns of the first row, and reasons to the side that ended it."""

    def one(outcome: str) -> str:
        return f"outcome/{outcome}/{RECEIVED}"

    same = {ALL: RECEIVED, Outcome.PLACED: PLACED, Outcome.SERVICE: SERVICE}
    for outcome, column in same.items():
        found.add(f"need/{ALL}/{column}", [one(outcome)])
    others = (Outcome.WOMAN, Outcome.NOT_FOR_US, Outcome.OTHER, Outcome.OPEN)
    found.add(f"need/{ALL}/{REST}", [one(outcome) for outcome in others])
    found.rest(one(ALL), [one(Outcome.OPEN)], "sum/decided", of_women=False)
    found.add("sum/decided", [f"waiting/{row}/{RECEIVED}" for row, _ in tables["waiting"].rows])
    by_side: dict[Outcome, list[str]] = {}
    for row, _ in tables["reason"].rows:
        side: Outcome = SIDE_OF.get(sides.get(row, ""), Outcome.OTHER)
        by_side.setdefault(side, []).append(f"reason/{row}/{RECEIVED}")
    for side, theirs in by_side.items():
        found.add(one(side), theirs)


def _needs(found: Family) -> None:
    """Those without a need are what is left; combinations add up to each need that they hold."""
    for column in SHORT:
        for need in NEEDS:
            found.rest(f"need/{ALL}/{column}", [f"need/{need}/{column}"], f"rest/{need}/{column}")
        for need in COMBINED:
            parts = [f"combination/{bits}/{column}" for bits in range(EIGHT) if bits & BIT[need]]
            found.add(f"need/{need}/{column}", parts)
        with_children = [f"children/{row}/{column}" for row in ("1", "2", "3")]
        found.rest(f"need/children/{column}", with_children, f"sum/children-untold/{column}", of_women=False)


def _people(found: Family) -> None:
    """Join women to households, and households to their referrals: they are no more than these."""
    for column in HOUSEHOLDS:
        found.add(f"household/{ALL}/{column}", [f"people/women/{column}"])
        found.rest(f"need/{ALL}/{column}", [f"household/{ALL}/{column}"], f"sum/again/{column}", of_women=False)
        for need in NEEDS:
            found.rest(f"household/{ALL}/{column}", [f"household/{need}/{column}"], f"rest/household-{need}/{column}")
    for row in (ALL, *NEEDS):
        for column in (PLACED, SERVICE):
            name = f"rest/household-{row}-not/{column}"
            found.rest(f"household/{row}/{RECEIVED}", [f"household/{row}/{column}"], name)


def _shares(found: Family, shares: Mapping[str, Share]) -> None:
    """Join what percentages rest on to the cells that it is made of; what is left of it counts women too."""
    for code in shares:
        found.rest(f"kpi/{code}/of", [f"kpi/{code}/some"], f"rest/kpi-{code}/some")
    found.add("sum/decided", ["kpi/K07/of"])
    found.add("kpi/K07/of", ["kpi/K07/some", f"outcome/{Outcome.PLACED}/{RECEIVED}"])
    found.add("kpi/K07/of", ["kpi/K08/of", f"outcome/{Outcome.NOT_FOR_US}/{RECEIVED}"])
    found.add(f"need/{ALL}/{SERVICE}", ["kpi/K08/some"])
    for need in NEEDS:
        found.add(f"need/{need}/{SERVICE}", [f"kpi/K09-{need}/some"])
        found.rest(f"need/{need}/{RECEIVED}", [f"kpi/K09-{need}/of"], f"sum/not-for-us-or-open/{need}")
    found.add("kpi/K10/some", [f"waiting/{row}/{RECEIVED}" for row in ("4h", "24h")])
    found.rest("kpi/K10/of", ["sum/decided"], "sum/overdue/of")

    for some, whole in WITHIN.items():
        found.rest(f"kpi/{whole}/of", [f"kpi/{some}/of"], f"rest/kpi-{some}/of")


def _sessions(found: Family, tables: Mapping[str, Table]) -> None:
    """Join sessions by provider and by house, which are the same, and what their figure rests on."""
    for key in SESSIONS:
        rows = [row for row, _ in tables[key].rows] if key in tables else []
        for row in rows:
            found.add(f"{key}/{row}/{OFFERED}", [f"{key}/{row}/{column}" for column in CONTACTS if column != OFFERED])
        for column in CONTACTS if rows else ():
            found.add(f"{key}/{ALL}/{column}", [f"{key}/{row}/{column}" for row in rows if row != ALL])
            found.add(f"{BY_PROVIDER}/{ALL}/{column}", [f"{BY_HOUSE}/{ALL}/{column}"] if key == BY_HOUSE else [])
    found.add("kpi/K15/some", [f"{BY_PROVIDER}/{ALL}/{MISSED}"])
    found.add("kpi/K15/of", [f"{BY_PROVIDER}/{ALL}/{column}" for column in (MISSED, ATTENDED)])


def _reasons(found: Family, table: Table) -> None:
    """Join households turned away for a reason to its referrals, and all of them to all households."""
    for row, _ in table.rows:
        if row != ALL:
            found.rest(
                f"reason/{row}/{RECEIVED}", [f"why/{row}/{RECEIVED}"], f"sum/again-{row}/{RECEIVED}", of_women=False
            )
            found.rest(f"why/{ALL}/{RECEIVED}", [f"why/{row}/{RECEIVED}"], f"rest/why-{row}/{RECEIVED}")
    found.rest(f"household/{ALL}/{RECEIVED}", [f"why/{ALL}/{RECEIVED}"], f"rest/why-not/{RECEIVED}")
    found.rest("kpi/K07/some", [f"why/{ALL}/{RECEIVED}"], f"sum/again-unplaced/{RECEIVED}", of_women=False)


def _force(found: Family, tables: Mapping[str, Table], profile: Profile) -> None:
    """Hide a refuge with few referrals or sessions, and a small group of whom all ended one way."""
    for key in SESSIONS:
        for row, _ in tables[key].rows if key in tables else ():
            if row != ALL and 0 < tables[key].count(row, OFFERED) < profile.refuge_base:
                found.forced |= {f"{key}/{row}/{column}" for column in CONTACTS}
    for row, _ in tables["refuge"].rows:
        received = tables["refuge"].count(row, RECEIVED)
        if 0 < received < profile.refuge_base:
            found.forced |= {f"refuge/{row}/{column}" for column in SHORT}
    for key in ("need", *ADDING_UP):
        if not tables[key].about_her:
            continue
        for row, _ in tables[key].rows:
            told = tables[key].row(row)
            if row == ALL or not 0 < told[RECEIVED] < profile.group_base:
                continue
            all_one_way = [column for column in (PLACED, SERVICE, REST) if told[column] == told[RECEIVED]]
            found.forced |= {f"{key}/{row}/{column}" for column in all_one_way}


@dataclass(frozen=True)
class Earlier:
    """A family that was published before, and what it hid from this profile."""

    name: str
    family: Family
    hidden: frozenset[str]


def problem(
    found: Family,
    profile: Profile,
    *,
    must_hide: Iterable[str] = (),
    earlier: Sequence[Earlier] = (),
    links: Sequence[tuple[str, Sequence[str]]] = (),
    seconds: float = 20.0,
) -> Problem:
    """Return what hiding is asked: this period's cells, and those of editions that they add up with.

    `links`: the name of a period (empty: this one) and the names of the periods that add up to it, cell by cell.
    """
    forced = found.forced | set(must_hide)
    cells = [_cell(key, value, found, profile, hide=key in forced) for key, value in found.cells.items()]
    sums = list(found.sums)
    families = {"": found}
    for one in earlier:
        families[one.name] = one.family
        cells += [_known(one, key, value, profile) for key, value in one.family.cells.items()]
        sums += [Sum(f"{one.name}:{s.total}", tuple(f"{one.name}:{part}" for part in s.parts)) for s in one.family.sums]
    for whole, parts in links:
        sums += _linked(families, whole, parts)
    return Problem(cells, sums, profile.width, seconds=seconds)


def _cell(key: str, value: int, found: Family, profile: Profile, *, hide: bool) -> Cell:
    tiny = small(value, profile.threshold)
    cover = (1, profile.threshold) if tiny else None
    if key in found.unseen:
        return Cell(key, value, Standing.UNSEEN, cover if key in found.rests and profile.complements else None)
    standing = Standing.HIDDEN if tiny or hide else Standing.FREE
    low, high = profile.spread(value)
    table, row, column = parts_of(key)
    whole = row == ALL or column in {RECEIVED, OFFERED, "of"}
    times = OF_ALL * (OF_ALL if table == "need" and row == ALL else 1) if whole or key in found.empty else 1
    weight = WEIGHTS[table] * times + int(math.log2(1 + value))
    return Cell(key, value, standing, cover, low, high, weight)


def _known(one: Earlier, key: str, value: int, profile: Profile) -> Cell:
    """Return a cell of an earlier edition: it stays as it was published."""
    name = f"{one.name}:{key}"
    tiny = small(value, profile.threshold)
    cover = (1, profile.threshold) if tiny else None
    if key in one.family.unseen:
        return Cell(name, value, Standing.UNSEEN, cover if key in one.family.rests and profile.complements else None)
    low, high = profile.spread(value)
    return Cell(name, value, Standing.HIDDEN if key in one.hidden else Standing.SHOWN, cover, low, high)


def _linked(families: Mapping[str, Family], whole: str, parts: Sequence[str]) -> list[Sum]:
    """Return that a year's events are its quarters', cell by cell, where each is there and they do add up."""
    found = []
    for key, value in families[whole].cells.items():
        if key.split("/")[0] not in {*OF_EVENTS, "kpi"}:
            continue
        named = [(part, key) for part in parts if key in families[part].cells]
        if named and sum(families[part].cells[key] for part in parts if key in families[part].cells) == value:
            found.append(Sum(_name(whole, key), tuple(_name(*one) for one in named)))
    return found


def parts_of(key: str) -> tuple[str, str, str]:
    """Return table, row and column of a cell; a row may be a name with a stroke in it."""
    table, _, rest = key.partition("/")
    row, _, column = rest.rpartition("/")
    return table, row, column


def _name(family_name: str, key: str) -> str:
    return f"{family_name}:{key}" if family_name else key
