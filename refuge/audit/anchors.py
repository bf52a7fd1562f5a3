"""Anchors: the head of the audit chain, written down from time to time in a file that this system cannot rewrite."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from refuge.audit.queries import Head

LINE = re.compile(r"(\d+) ([0-9a-f]{64}) (\S+)")


class UnreadableAnchorError(Exception):
    """An anchor file that does not read as one; its text names the line."""


def line_of(head: Head, at: datetime) -> str:
    """Return the line that anchors this head."""
    return f"{head.sequence} {head.mac} {at:%Y-%m-%dT%H:%M:%SZ}"


def parse_anchors(lines: Iterable[str]) -> dict[int, str]:
    """Return the MAC of each anchored event. Raises UnreadableAnchorError, also if two lines contradict."""
    anchors: dict[int, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        found = LINE.fullmatch(line.strip())
        if found is None:
            raise UnreadableAnchorError(f"Line {number} of the anchor file is not an anchor.")
        sequence, mac = int(found[1]), found[2]
        if anchors.setdefault(sequence, mac) != mac:
            raise UnreadableAnchorError(f"Line {number} of the anchor file contradicts an earlier line.")
    anchors.pop(0, None)  # the head of an empty chain says nothing
    return anchors
