"""What a commissioner sees on Today: the headline of what was published last. Nothing that was not published."""

from __future__ import annotations

from dataclasses import dataclass

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.database import database, now, session
from refuge.permissions import Permission
from refuge.statistics.profiles import CONTRACT
from refuge.statistics.queries import editions as queries
from refuge.statistics.shown import Sight
from refuge.statistics.views.reading import label_of_edition, made_words
from refuge.statistics.views.room import blueprint, sight_of


@dataclass(frozen=True)
class Newest:
    """The edition of the latest period, as the contract profile shows it."""

    ref: str
    label: str
    made: str
    sight: Sight


@blueprint.app_template_global("newest_published")
def newest_published() -> Newest | None:
    """Return what was published last, for whoever reads editions only; None: nothing, or she has the live figures."""
    if not user().may(Permission.EDITION_READ) or user().may(Permission.STATISTICS_SEE):
        return None
    with database().published() as narrow:
        rows = queries.editions(narrow, user().network_id)
        found = queries.read(narrow, rows[0], CONTRACT, with_before=True) if rows else None
    if found is None:
        return None
    row = found.edition
    record(session, "edition.read", row.ref, by=current_actor(), at=now(), profile=CONTRACT)
    return Newest(row.ref, label_of_edition(row), made_words(row), sight_of(found, CONTRACT))
