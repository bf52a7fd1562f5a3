"""The words of rows: code lists, ended codes included, so that an old referral is still counted under its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.codes.models import Code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

LISTS = ("turnaway_reason", "outcome", "area", "referral_source", "ethnicity", "search_result", "closure_reason",
         "move_on_destination")  # fmt: skip


def words(session: Session) -> Mapping[str, Mapping[str, str]]:
    """Return list -> code -> label, each in its order; and `ethnicity_group`: code -> group."""
    rows = session.execute(
        select(Code.list_name, Code.code, Code.label, Code.group)
        .where(Code.list_name.in_(LISTS))
        .order_by(Code.position, Code.valid_from),
    )
    found: dict[str, dict[str, str]] = {name: {} for name in (*LISTS, "ethnicity_group")}
    for name, code, label, group in rows:
        found[name][code] = label
        if name == "ethnicity":
            found["ethnicity_group"][code] = group
    return found
