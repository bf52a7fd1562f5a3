"""Places used, for the board: the room of beds stands below this one and knows nothing of what residents need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refuge.accounts.current import user
from refuge.database import now, session
from refuge.placements.queries.places import places_used
from refuge.placements.views.room import blueprint

if TYPE_CHECKING:
    from collections.abc import Callable

    from refuge.beds.models import Refuge


@blueprint.app_template_global("places_used_in")
def places_used_in() -> Callable[[Refuge], list[str]]:
    """Return what says of a refuge how many of its few places are used; asked once a page, read for every house."""
    used = places_used(session, user(), at=now())

    def words(refuge: Refuge) -> list[str]:
        found = used.get(refuge.id)
        told = [
            _of(None if found is None else found.high_support, refuge.high_support_places, "high-support"),
            _of(None if found is None else found.funded, refuge.nrpf_places, "funded NRPF"),
        ]
        return [said for said in told if said]

    return words


def _of(used: int | None, places: int, what: str) -> str:
    """Return how many places are used; where that is not hers to know, how many there are."""
    if used is None:
        return f"{places} {what} {'place' if places == 1 else 'places'}" if places else ""
    if not places:
        return f"no {what} place" + (f", {used} used" if used else "")
    return f"{used} of {places} {what} {'place' if places == 1 else 'places'} used"
