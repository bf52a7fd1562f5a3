"""Keeps the code lists of the database in step with the files under `lists/`."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.codes.models import Code

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LISTS = Path(__file__).parent / "lists"
SINCE = date(2015, 1, 1)
"""From when the first version of a list holds: before the oldest record that the pilot network looks back on."""


def load_codes(session: Session, *, on: date) -> int:
    """Bring the lists up to their files, as from `on`; return how many rows were added.

    The first time, every code holds since `SINCE`. Later, a code whose words changed ends on that day and goes on as a
    new row; one that left its file ends.
    """
    rows = session.scalars(select(Code).where(Code.valid_until.is_(None))).all()
    begins = on if rows else SINCE
    old = {(row.list_name, row.code): row for row in rows}
    added = 0
    for code in _codes_of_files():
        code.valid_from = begins
        added += _take_over(session, old.pop((code.list_name, code.code), None), code)
    for gone in old.values():
        _end(session, gone, begins)
    return added


def _take_over(session: Session, old: Code | None, code: Code) -> bool:
    """Let a code of the files follow what was there; return whether that took a new row."""
    if old is not None:
        same = (old.label, old.hint, old.group) == (code.label, code.hint, code.group)
        if same or old.valid_from >= code.valid_from:
            old.position, old.source = code.position, code.source
            old.label, old.hint, old.group = code.label, code.hint, code.group
            return False
        old.valid_until = code.valid_from
    session.add(code)
    return True


def _end(session: Session, gone: Code, on: date) -> None:
    if gone.valid_from < on:
        gone.valid_until = on
    else:
        session.delete(gone)


def _codes_of_files() -> list[Code]:
    codes = []
    for path in sorted(LISTS.glob("*.toml")):
        for name, given in tomllib.loads(path.read_text("utf-8")).items():
            for position, row in enumerate(given["codes"]):
                code, label, hint, group = (*row, "", "", "")[:4]
                codes.append(
                    Code(
                        list_name=name, code=code, label=label, hint=hint, group=group,
                        position=position, source=given["source"],
                    ),
                )  # fmt: skip
    return codes
