"""When something of a given length can begin: sets of instants as ranges, both ends included, in order and apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from allocation.sessions.problem import Span

Ranges = list[tuple[int, int]]


def inside(spans: Iterable[Span], minutes: int) -> Ranges:
    """Return when something can begin that lies inside one of the spans; spans that touch count as one."""
    whole: Ranges = []
    for span in sorted(spans, key=lambda one: (one.from_at, one.until_at)):
        if whole and span.from_at <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], span.until_at))
        else:
            whole.append((span.from_at, span.until_at))
    return [(low, high - minutes) for low, high in whole if high - minutes >= low]


def without(ranges: Sequence[tuple[int, int]], gaps: Iterable[tuple[int, int]]) -> Ranges:
    """Return what is left of ranges when gaps are taken out; both ends of a gap are part of it."""
    left = list(ranges)
    for gap_low, gap_high in gaps:
        if gap_low > gap_high:
            continue
        cut: Ranges = []
        for low, high in left:
            if high < gap_low or low > gap_high:
                cut.append((low, high))
                continue
            if low < gap_low:
                cut.append((low, gap_low - 1))
            if high > gap_high:
                cut.append((gap_high + 1, high))
        left = cut
    return left


def clash(spans: Iterable[Span], minutes: int) -> Ranges:
    """Return when something begins that overlaps one of the spans, as gaps for `without`."""
    return [(span.from_at - minutes + 1, span.until_at - 1) for span in spans]


def both(one: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]]) -> Ranges:
    """Return what is in both."""
    found: Ranges = []
    at = there = 0
    while at < len(one) and there < len(other):
        low, high = max(one[at][0], other[there][0]), min(one[at][1], other[there][1])
        if low <= high:
            found.append((low, high))
        if one[at][1] < other[there][1]:
            at += 1
        else:
            there += 1
    return found


def either(many: Iterable[Sequence[tuple[int, int]]]) -> Ranges:
    """Return what is in any of them."""
    found: Ranges = []
    for low, high in sorted(one for ranges in many for one in ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def on_grid(ranges: Sequence[tuple[int, int]], step: int) -> list[int]:
    """Return the multiples of a step that lie in the ranges."""
    return [at for low, high in ranges for at in range(-(-low // step) * step, high + 1, step)]
