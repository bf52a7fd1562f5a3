"""Sealed columns: a copy of the database says nothing without the key, and a value opens only in its own column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from refuge.beds.models import RefugeAddress
from refuge.schema import migrate
from refuge.sealed import MARK, SealError, seal, unseal
from support_plans.categories import Category
from support_plans.models import ApartRecord
from tests.builders import Pilot
from tests.support_plans.rows import add_resident

if TYPE_CHECKING:
    from refuge.database import Database

KEY, OTHER = bytes(range(32)), bytes(32)


def test_what_is_sealed_opens_again_and_never_looks_the_same_twice() -> None:
    words = "12 Linden Row · naïve ☎"
    first, second = (seal(words, KEY, "table.column") for _ in range(2))
    assert first != second
    assert first.startswith(MARK)
    assert unseal(first, KEY, "table.column") == words


@pytest.mark.parametrize(
    ("key", "column", "spoil"),
    [(OTHER, "table.column", ""), (KEY, "table.other", ""), (KEY, "table.column", "x"), (KEY, "table.column", "plain")],
)
def test_another_key_another_column_and_a_changed_value_do_not_open(key: bytes, column: str, spoil: str) -> None:
    value = seal("12 Linden Row", KEY, "table.column")
    spoilt = {"": value, "x": value[:-6] + "AAAA" + value[-2:], "plain": "12 Linden Row"}[spoil]
    with pytest.raises(SealError) as refused:
        unseal(spoilt, key, column)
    assert "Linden" not in str(refused.value)


def test_the_database_holds_no_word_of_an_address_or_of_what_is_kept_apart(database: Database) -> None:
    with database.write() as db:
        by, referral = Pilot().person(db, "worker.wall"), add_resident(db)
        kept = db.scalars(select(RefugeAddress)).first()
        assert kept is not None
        kept.address = "canary-address"
        db.add(
            ApartRecord(
                referral_id=referral.id, agency_id=by.agency_id, category=Category.IMMIGRATION, words="canary-status",
                changed_by_id=by.id, changed_at=referral.received_at,
            ),
        )  # fmt: skip
    with database.reading() as db:
        assert "canary-address" in db.scalars(select(RefugeAddress.address)).all()
        assert db.scalars(select(ApartRecord.words)).all() == ["canary-status"]
        query = "SELECT address FROM refuge_address UNION ALL SELECT words FROM apart_record"
        raw = db.scalars(text(query)).all()
    assert len(raw) > 1
    assert all(value.startswith(MARK) and "canary" not in value for value in raw)


def test_what_was_written_before_columns_were_sealed_is_sealed_by_the_migration(database: Database) -> None:
    query = text("SELECT address FROM refuge_address ORDER BY id")
    with database.reading() as db:
        addresses = db.scalars(select(RefugeAddress.address).order_by(RefugeAddress.id)).all()
    migrate(database, "0019")
    with database.reading() as db:
        assert db.scalars(query).all() == addresses
    migrate(database)
    with database.reading() as db:
        assert all(value.startswith(MARK) for value in db.scalars(query))
        assert db.scalars(select(RefugeAddress.address).order_by(RefugeAddress.id)).all() == addresses
