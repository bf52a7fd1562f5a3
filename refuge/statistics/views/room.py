"""What every page of this room needs: the blueprint, and one edition as the reader may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, request

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.database import database, now, session
from refuge.statistics.catalogue import comparable
from refuge.statistics.periods import Period
from refuge.statistics.profiles import CONTRACT, PUBLIC, profiles
from refuge.statistics.queries import editions as queries
from refuge.statistics.shown import Sight

if TYPE_CHECKING:
    from refuge.statistics.queries.editions import Published

blueprint = Blueprint("statistics", __name__)
QUARTERS = 5
"""How many quarters are shown beside each other: a year, and the same quarter of the year before."""


def profile_asked() -> str:
    """Return the profile that the address asks for: the public one, or else that of the contract."""
    return PUBLIC if request.args.get("for") == PUBLIC else CONTRACT


def edition_or_404(ref: str) -> tuple[Published, list[Published]]:
    """Return an edition of her own network and the quarters up to it, through a session that sees nothing else."""
    key = profile_asked()
    with database().published() as narrow:
        found = queries.edition(narrow, user().network_id, ref, key)
        if found is None:
            abort(404)
        quarters = queries.last_quarters(narrow, found.edition, key, how_many=QUARTERS)
    record(session, "edition.read", ref, by=current_actor(), at=now(), profile=key)
    return found, quarters


def sight_of(found: Published, key: str) -> Sight:
    """Return what is shown of an edition."""
    before = found.before
    then = Period(found.edition.since, found.edition.until).before
    same = frozenset(code for code in found.figures if comparable(code, found.edition.until, then.until))
    return Sight(
        found.tables, found.figures, profiles()[key], {} if before is None else before.tables,
        {} if before is None else before.figures, same,
    )  # fmt: skip
