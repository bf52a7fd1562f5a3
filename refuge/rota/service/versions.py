"""Nobody overwrites what somebody else saved while she was typing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from refuge.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from refuge.rota.models import SessionRoom, Worker, Workshop

STALE = "stale"
SAYS = (
    "Somebody else changed this while you were typing, so nothing was saved. What you typed is still below. "
    "Look at the page again in another tab, or save again to keep yours."
)


def refuse_if_stale(version: int, seen: int) -> None:
    """Raise Refused if the row has changed since the form was opened."""
    if version != seen:
        raise Refused(SAYS, code=STALE)


def set_columns(row: Worker | SessionRoom | Workshop, values: Mapping[str, Any]) -> list[str]:
    """Set these columns and return the names of those that changed."""
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, values[name])
    return changed
