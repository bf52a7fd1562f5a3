"""Nobody overwrites what somebody else saved while she was typing, or takes a name that is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refuge.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from refuge.beds.models import Bed, Refuge

STALE = "stale"


def refuse_if_stale(row: Bed | Refuge, version: int, values: Mapping[str, Any]) -> None:
    """Raise Refused if the row has changed since the form was opened, and name what would be changed back."""
    if row.version == version:
        return
    differs = [
        f"{name.replace('_', ' ')} (saved: {_in_words(getattr(row, name))})"
        for name, value in values.items()
        if getattr(row, name) != value
    ]
    raise Refused(
        "Somebody else changed this while you were typing, so nothing was saved. What you typed is still below. "
        f"It differs from what is saved now in: {', '.join(differs) or 'the hours'}. "
        "Correct it, or save again to keep yours.",
        code=STALE,
    )


def _in_words(value: object) -> str:
    """Return a saved value as staff would say it."""
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def set_columns(row: Bed | Refuge, values: Mapping[str, Any]) -> list[str]:
    """Set these columns and return the names of those that changed."""
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, values[name])
    return changed


def is_in_use(session: Session, name: str, rows: Select[int, str], except_for: int | None) -> bool:
    """Return whether another of these rows, of id and name, has this name in small letters or capitals."""
    with session.no_autoflush:
        found = session.execute(rows).all()
    return any(one.casefold() == name.casefold() for row_id, one in found if row_id != except_for)
