"""Migrations go up from empty and down again on both engines, and the schema keeps every guard on the way."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError

from migrations.invariants import INVARIANTS, assert_invariants, missing_invariants
from refuge import once
from refuge.accounts import models as accounts
from refuge.audit import models as audit
from refuge.audit.service import SYSTEM, record
from refuge.beds import models as beds
from refuge.codes import models as codes
from refuge.database import Base, Database, now
from refuge.inreach import models as inreach
from refuge.placements import models as placements
from refuge.post import models as post
from refuge.referrals import models as referrals
from refuge.replays import models as replays
from refuge.rota import models as rota
from refuge.schema import MIGRATIONS, migrate
from refuge.statistics import beside
from refuge.statistics import models as statistics
from support_plans import models as support_plans
from tests.databases import ENGINES, named, on_server, open_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAPPED = (
    accounts,
    audit,
    beds,
    beside,
    codes,
    inreach,
    once,
    placements,
    post,
    referrals,
    replays,
    rota,
    statistics,
    support_plans,
)
REVISIONS = [script.revision for script in reversed(list(ScriptDirectory(str(MIGRATIONS)).walk_revisions()))]


@pytest.fixture(params=ENGINES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        database = open_database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield database
        database.engine.dispose()
        return
    server = request.getfixturevalue("postgres")
    name = f"empty_{uuid.uuid4().hex}"
    on_server(server, f"CREATE DATABASE {name}")
    database = open_database(named(server, name))
    yield database
    database.engine.dispose()
    on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def test_each_migration_goes_up_and_down_and_up_again_with_its_guards(empty: Database) -> None:
    for step in (*REVISIONS, *reversed(REVISIONS[:-1]), "base", *REVISIONS):
        migrate(empty, step)
        with empty.engine.connect() as connection:
            assert missing_invariants(connection, None if step == "base" else step) == set()
            at = MigrationContext.configure(connection).get_current_revision()
            assert at == (None if step == "base" else step)


def test_going_down_to_nothing_leaves_nothing(empty: Database) -> None:
    migrate(empty)
    migrate(empty, "base")
    with empty.engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
        if not empty.is_sqlite:
            left = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            assert connection.execute(text(left)).scalars().all() == []


def test_the_models_and_the_migrated_schema_are_the_same(empty: Database) -> None:
    assert MAPPED
    migrate(empty)
    with empty.engine.connect() as connection:
        guards = {name for engines in INVARIANTS.values() for names in engines.values() for name in names}
        context = MigrationContext.configure(
            connection,
            opts={"include_object": lambda _object, name, *_more: name not in guards, "compare_type": True},
        )
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize("column", ["id", "sequence"])
def test_no_audit_event_is_written_over(database: Database, column: str) -> None:
    for _ in range(2):
        with database.write() as db:
            record(db, "test.done", by=SYSTEM, at=now())
    columns = [one.name for one in audit.AuditEvent.__table__.columns]
    other = "sequence" if column == "id" else "id"
    taken = ", ".join({"action": "'test.forged'", other: f"{other} + 100"}.get(one, one) for one in columns)
    select_first = f"({', '.join(columns)}) SELECT {taken} FROM audit_event WHERE sequence = 1"  # noqa: S608  of our columns
    attack = f"INSERT OR REPLACE INTO audit_event {select_first}"
    if not database.is_sqlite:
        attack = f"INSERT INTO audit_event {select_first} ON CONFLICT ({column}) DO UPDATE SET action = 'test.forged'"
    with pytest.raises(IntegrityError, match="never changed"), database.write() as db:
        db.execute(text(attack))
    with database.reading() as db:
        assert db.scalars(select(audit.AuditEvent.action)).all() == ["test.done", "test.done"]


@pytest.mark.parametrize("guard", ["stay_taken_insert", "audit_is_append_only_delete", "audit_is_append_only_insert"])
def test_a_lost_trigger_is_noticed(guard: str, tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'lost.db'}")
    migrate(database)
    with database.engine.connect() as connection:
        connection.execute(text(f"DROP TRIGGER {guard}"))
        with pytest.raises(RuntimeError, match=guard):
            assert_invariants(connection, "0002")
    database.engine.dispose()
