"""The demonstration loaded once on each engine, for tests that only read it."""

from __future__ import annotations

import shutil
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.engine import make_url

from refuge.demo.load import load_demo
from tests.databases import named, on_server, open_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from refuge.database import Database

LOADED = datetime(2026, 11, 23, 14, 20, tzinfo=UTC)
"""A Monday in winter. The year behind it has both changes of the clock."""


@pytest.fixture(scope="session")
def demonstration(template_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The demonstration as it stands at `LOADED`, beside the small network of other tests."""
    if template_url.startswith("sqlite"):
        copy = tmp_path_factory.mktemp("demonstration") / "demo.db"
        shutil.copyfile(template_url.removeprefix("sqlite:///"), copy)
        yield _loaded(f"sqlite:///{copy}")
        return
    template = make_url(template_url)
    name, server = f"demo_{uuid.uuid4().hex}", named(template_url, "postgres")
    on_server(server, f"CREATE DATABASE {name} TEMPLATE {template.database} STRATEGY FILE_COPY")
    database = _loaded(named(template_url, name))
    yield database
    database.engine.dispose()
    on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def _loaded(url: str) -> Database:
    database = open_database(url)
    with database.write() as db:
        assert load_demo(db, at=LOADED)
    return database


@pytest.fixture
def demo(demonstration: Database) -> Iterator[Session]:
    """A session that reads the loaded demonstration."""
    with demonstration.reading() as session:
        yield session
