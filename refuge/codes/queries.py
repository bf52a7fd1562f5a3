"""Reading the code lists. They hold nothing about anybody, so every signed-in person may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from refuge.codes.models import Code

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

Lists = dict[str, list[Code]]


def lists(session: Session, names: Sequence[str], *, on: date) -> Lists:
    """Return the named lists as they can be chosen on this day, each in its order, in one query."""
    rows = session.scalars(
        select(Code)
        .where(Code.list_name.in_(names), Code.valid_from <= on, or_(Code.valid_until.is_(None), Code.valid_until > on))
        .order_by(Code.list_name, Code.position),
    )
    found: Lists = {name: [] for name in names}
    for row in rows:
        found[row.list_name].append(row)
    return found


def labels(session: Session, names: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    """Return list name -> code -> label, ended codes included, so that an old record can still be read."""
    rows = session.scalars(select(Code).where(Code.list_name.in_(names)).order_by(Code.valid_from, Code.position))
    found: dict[str, dict[str, str]] = {name: {} for name in names}
    for row in rows:
        found[row.list_name][row.code] = row.label
    return found
