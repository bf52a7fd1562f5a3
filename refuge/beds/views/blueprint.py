"""The blueprint of this room, and what its views share: finding her own, or answering as if it were not there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Blueprint, abort

from refuge.accounts.current import user
from refuge.beds import queries
from refuge.codes.queries import labels
from refuge.database import session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from refuge.beds.models import Bed, Refuge

blueprint = Blueprint("beds", __name__)
VERSION = re.compile(r"[0-9]{1,9}")
"""What fits a whole number of either database."""


def seen_refuge(ref: str) -> Refuge:
    """Return a refuge that she may know of, or answer that there is none."""
    return queries.find_refuge(session, user(), ref) or abort(404)


def own_refuge(ref: str) -> Refuge:
    """Return a refuge of her own agency, or answer that there is none."""
    return queries.own_refuge(session, user(), ref) or abort(404)


def own_bed(ref: str) -> Bed:
    """Return a bed of her own agency, or answer that there is none."""
    return queries.own_bed(session, user(), ref) or abort(404)


def words_of(name: str) -> Mapping[str, str]:
    """Return code -> words of one list, ended codes included."""
    return labels(session, [name])[name]


def read_version(text: object) -> int:
    """Return the version that a form carries; one that makes no sense is older than any."""
    return int(str(text)) if VERSION.fullmatch(str(text)) else -1
