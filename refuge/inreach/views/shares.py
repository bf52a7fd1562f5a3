"""What the page of a worker says about hours that she divides between houses: agreed, and given."""

from __future__ import annotations

from refuge.database import now, session
from refuge.inreach.queries.shares import shares_of
from refuge.inreach.views.room import blueprint
from refuge.rota.words import amount_words


@blueprint.app_template_global("shares_given")
def shares_given(worker_id: int) -> list[str]:
    """Return a sentence for each house of a worker's divided hours."""
    return [
        f"{one.house}: {one.agreed}% agreed, "
        + (
            f"{round(100 * one.given / one.whole)}% given ({amount_words(one.given)})"
            if one.whole
            else "none given yet"
        )
        for one in shares_of(session, worker_id, at=now())
    ]
