"""A year is made of its quarters as they were published: counted again, their difference would tell of a few."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from refuge.errors import Refused
from refuge.statistics.counting import ALL, RECEIVED, Share
from refuge.statistics.family import OF_EVENTS, parts_of
from refuge.statistics.kpis import Figure
from refuge.statistics.published import NUMBER_OF_REFERRALS, OF_RECORDS
from refuge.statistics.queries.editions import workings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from refuge.statistics.counting import Table
    from refuge.statistics.periods import Period

Cells = dict[str, int]
"""The exact counts of a published quarter, by key."""


def published_quarters(session: Session, network_id: int, year: Period) -> list[Cells]:
    """Return what the quarters of a year were made of. Raise Refused unless each was published."""
    found = []
    for quarter in year.quarters():
        published = workings(session, network_id, quarter)
        if not published:
            raise Refused(f"Publish {quarter.label} first: a year is made of its quarters.", code="edition.quarters")
        found.append(dict(published[-1][1]["family"]["cells"]))
    return found


def summed_tables(tables: Sequence[Table], quarters: Sequence[Cells]) -> list[Table]:
    """Return the tables of a year, those of events with the sums of its quarters."""
    counts = _sums(quarters)
    return [_summed(table, counts) if table.key in OF_EVENTS else table for table in tables]


def _summed(table: Table, counts: Mapping[str, int]) -> Table:
    keys = [parts_of(key) for key in counts if key.startswith(f"{table.key}/")]
    labels = dict(table.rows)
    rows = [*table.rows, *sorted({(row, row) for _, row, _ in keys if row not in labels})]
    sums = {(row, column): counts[f"{table.key}/{row}/{column}"] for _, row, column in keys}
    return replace(table, rows=rows, counts=sums)


def summed_figures(figures: Mapping[str, Figure], quarters: Sequence[Cells]) -> dict[str, Figure]:
    """Return the figures of a year: what percentages rest on is the sum of its quarters.

    A percentage that some quarter does not have, for it was published before there was one, the year does not have.
    """
    counts = _sums(quarters)
    found = {NUMBER_OF_REFERRALS: Figure(NUMBER_OF_REFERRALS, counts[f"outcome/{ALL}/{RECEIVED}"])}
    for code, figure in figures.items():
        if figure.share is None or code == OF_RECORDS:
            found.setdefault(code, figure)
            continue
        some, of = (f"kpi/{code}/{part}" for part in ("some", "of"))
        if all(of in cells for cells in quarters):
            found[code] = replace(figure, share=Share(counts[some], counts[of]))
    return {code: found[code] for code in figures if code in found}


def _sums(quarters: Sequence[Cells]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for cells in quarters:
        counts.update(cells)
    return counts
