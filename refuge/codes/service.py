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

    A code whose words changed ends on that day and goes on as a new row; one that left its file ends.
    """
    now = {(row.list_name, row.code): row for row in session.scalars(select(Code).where(Code.valid_until.is_(None)))}
    wanted = {(code.list_name, code.code): code for code in _codes_of_files()}
    added = 0
    for key, code in wanted.items():
        old = now.pop(key, None)
        if old is not None and (old.label, old.hint, old.group) == (code.label, code.hint, code.group):
            old.position, old.source = code.position, code.source
            continue
        if old is not None:
            if old.valid_from >= on:
                old.label, old.hint, old.group = code.label, code.hint, code.group
                continue
            old.valid_until = on
            code.valid_from = on
        session.add(code)
        added += 1
    for gone in now.values():
        if gone.valid_from < on:
            gone.valid_until = on
        else:
            session.delete(gone)
    return added


def _codes_of_files() -> list[Code]:
    codes = []
    for path in sorted(LISTS.glob("*.toml")):
        for name, given in tomllib.loads(path.read_text("utf-8")).items():
            for position, row in enumerate(given["codes"]):
                code, label, hint, group = (*row, "", "", "")[:4]
                codes.append(
                    Code(
                        list_name=name, code=code, label=label, hint=hint, group=group,
                        position=position, source=given["source"], valid_from=SINCE,
                    ),
                )  # fmt: skip
    return codes
