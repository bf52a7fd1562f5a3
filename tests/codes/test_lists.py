"""Code lists are dated: an old record keeps the words that it was made with."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, update

from refuge.codes.models import Code
from refuge.codes.queries import labels, lists
from refuge.codes.service import SINCE, load_codes

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from refuge.database import Database

TODAY = date(2026, 11, 22)
YESTERDAY = TODAY - timedelta(days=1)


def now_called(db: Session, code: str, label: str) -> None:
    """Pretend that a code was called something else until now."""
    db.execute(update(Code).where(Code.list_name == "need", Code.code == code).values(label=label))


def needs_on(db: Session, day: date) -> dict[str, str]:
    """Return the needs that can be chosen on a day."""
    return {code.code: code.label for code in lists(db, ["need"], on=day)["need"]}


def test_a_changed_label_begins_a_new_row_and_the_old_one_still_reads(database: Database) -> None:
    with database.write() as db:
        now_called(db, "drugs", "Drug use")
        assert load_codes(db, on=TODAY) == 1
        db.flush()
        assert needs_on(db, YESTERDAY)["drugs"] == "Drug use"
        assert needs_on(db, TODAY)["drugs"] == "Drugs"
        assert labels(db, ["need"])["need"]["drugs"] == "Drugs"


def test_a_code_that_left_its_file_ends_and_a_new_one_begins_on_that_day(database: Database) -> None:
    with database.write() as db:
        db.execute(delete(Code).where(Code.list_name == "need", Code.code == "alcohol"))
        db.add(Code(list_name="need", code="gambling", label="Gambling", position=9, source="test", valid_from=SINCE))
        load_codes(db, on=TODAY)
        db.flush()
        assert "gambling" in needs_on(db, YESTERDAY)
        assert "alcohol" not in needs_on(db, YESTERDAY)
        assert "gambling" not in needs_on(db, TODAY)
        assert "alcohol" in needs_on(db, TODAY)
        assert labels(db, ["need"])["need"]["gambling"] == "Gambling"


def test_loading_again_changes_nothing(database: Database) -> None:
    with database.write() as db:
        assert load_codes(db, on=TODAY) == 0
        assert db.scalars(select(Code).where(Code.valid_until.is_not(None))).all() == []


@pytest.mark.parametrize(
    ("code", "name"),
    [("E06000016", "Leicester"), ("E07000130", "Charnwood"), ("E07000132", "Hinckley"), ("E07000134", "North West")],
)
def test_area_codes_name_the_right_district(code: str, name: str, database: Database) -> None:
    with database.reading() as db:
        assert labels(db, ["area"])["area"][code].startswith(name)
