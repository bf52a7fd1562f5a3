"""Every column has a class, a reader and a term: a new one that nobody thought about stops here."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import refuge.app  # noqa: F401  brings every table in
from refuge.database import PUBLISHED, Base
from refuge.sealed import Sealed

TOLD: dict[str, Any] = tomllib.loads((Path(__file__).parent.parent / "docs" / "data-classes.toml").read_text("utf-8"))
TABLES = {table.name: table for table in Base.metadata.tables.values()}


def classes_of(table: str) -> dict[str, str]:
    """Return the class of each column that the file tells of."""
    return {column: kind for kind in TOLD["class"] for column in TOLD["table"][table].get(kind, [])}


def test_every_column_is_classified_once_and_none_that_is_gone() -> None:
    assert set(TOLD["table"]) == set(TABLES), "Add the new table to docs/data-classes.toml, or take the old one out"
    wrong = []
    for name, table in TABLES.items():
        listed = [column for kind in TOLD["class"] for column in TOLD["table"][name].get(kind, [])]
        there = [column.name for column in table.columns]
        wrong += [f"{name}.{column} has no class" for column in there if column not in listed]
        wrong += [f"{name}.{column} is gone" for column in listed if column not in there]
        wrong += [f"{name}.{column} stands twice" for column in set(listed) if listed.count(column) > 1]
    assert wrong == []


def test_every_table_says_who_sees_it_and_how_long_it_is_kept() -> None:
    for name, told in TOLD["table"].items():
        assert set(told) - {"kept", "who"} <= set(TOLD["class"]), f"{name} names a class that there is not"
        assert told["kept"] in TOLD["kept"], name
        assert len(told["who"]) > 3, name


def test_what_is_published_holds_nothing_about_a_person() -> None:
    for name in PUBLISHED:
        assert set(classes_of(name).values()) <= {"technical", "public"}, name


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("refuge_address.address", "location"), ("stay.bed_id", "location"), ("apart_record.words", "special"),
        ("plan_note.words", "special"), ("person.password_hash", "secret"), ("leaving.safe_contact", "location"),
        ("referral.safe_number", "personal"), ("referral_recourse.status", "special"),
    ],
)  # fmt: skip
def test_the_most_dangerous_columns_have_the_class_that_a_reader_would_expect(column: str, kind: str) -> None:
    table, name = column.split(".")
    assert classes_of(table)[name] == kind


def test_the_file_names_the_columns_that_are_sealed() -> None:
    sealed = [
        column.type.column
        for table in TABLES.values()
        for column in table.columns
        if isinstance(column.type, Sealed)
    ]  # fmt: skip
    assert sorted(sealed) == sorted(TOLD["sealed"])
    assert {classes_of(name.split(".")[0])[name.split(".")[1]] for name in sealed} <= {
        "location",
        "special",
        "personal",
    }


def test_a_hash_is_a_secret() -> None:
    named = [(name, column.name) for name, table in TABLES.items() for column in table.columns]
    hashes = [(table, column) for table, column in named if column.endswith("_hash") or column == "mac"]
    assert hashes
    assert {classes_of(table)[column] for table, column in hashes} == {"secret"}
