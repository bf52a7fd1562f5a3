"""The baseline: scarcest beds first, each to the first in order of priority who fits, as waiting lists are worked."""

from __future__ import annotations

from collections import defaultdict

from allocation.beds.core import Core


def first_fit(core: Core) -> dict[str, str]:
    """Return who gets which bed when scarce beds are given out first, each to the highest risk that waited longest."""
    rows, columns = core.pairs
    fitting: dict[int, list[int]] = defaultdict(list)
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        fitting[column].append(row)
    households, beds = core.table.households, core.table.beds
    limits = {number: side.limit for number, side in enumerate(core.sides)}
    watched = defaultdict(list)
    for number, side in enumerate(core.sides):
        for ref in side.households:
            watched[ref].append(number)
    given: dict[str, str] = {}
    for column in sorted(fitting, key=lambda column: (len(fitting[column]), column)):
        bed = beds[column].ref
        for row in sorted(fitting[column], key=lambda row: (-households[row].risk, -households[row].waiting_days, row)):
            ref = households[row].ref
            rules = [number for number in watched[ref] if bed in core.sides[number].beds]
            if ref not in given and all(limits[number] > 0 for number in rules):
                given[ref] = bed
                for number in rules:
                    limits[number] -= 1
                break
    return given
