"""What every test can ask for: an application on a real database of each kind, people in it, and browsers signed in."""

from __future__ import annotations

import shutil
import uuid
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.engine import make_url

from refuge.accounts.sessions import ServerSessions, start_session
from refuge.app import create_app
from refuge.codes.service import SINCE, load_codes
from refuge.database import now
from refuge.schema import migrate
from tests.builders import Pilot, build_pilot
from tests.databases import ENGINES, make_config, named, on_server, open_database
from tests.servers import postgres_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from refuge.accounts.models import Person
    from refuge.database import Database


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a running PostgreSQL server where tests may make databases."""
    with postgres_url() as url:
        yield url


@pytest.fixture(scope="session", params=ENGINES)
def template_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated database with the code lists and a small network, copied for each test."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('template') / 'template.db'}"
        _fill(url)
        yield url
        return
    server = request.getfixturevalue("postgres")
    name = f"template_{uuid.uuid4().hex}"
    on_server(server, f"CREATE DATABASE {name}")
    url = named(server, name)
    _fill(url)
    yield url
    on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def _fill(url: str) -> None:
    database = open_database(url)
    migrate(database)
    with database.write() as db:
        load_codes(db, on=SINCE)
        db.flush()
        build_pilot(db)
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()


@pytest.fixture
def database_url(template_url: str, tmp_path: Path) -> Iterator[str]:
    """A database of this test's own, on each engine in turn."""
    if template_url.startswith("sqlite"):
        copy = tmp_path / "test.db"
        shutil.copyfile(template_url.removeprefix("sqlite:///"), copy)
        yield f"sqlite:///{copy}"
        return
    template = make_url(template_url)
    name = f"test_{uuid.uuid4().hex}"
    server = named(template_url, "postgres")
    on_server(server, f"CREATE DATABASE {name} TEMPLATE {template.database} STRATEGY FILE_COPY")
    yield named(template_url, name)
    on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The database, opened outside a request."""
    opened = open_database(database_url)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The application on this test's database."""
    app = create_app(make_config(database_url))
    app.testing = False  # errors are answered as a user would see them
    yield app
    app.extensions["database"].engine.dispose()


@pytest.fixture
def pilot() -> Pilot:
    """The refs of the small network that every test database holds."""
    return Pilot()


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """A browser that is not signed in. The guard against forged forms is off: it has tests of its own."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


@pytest.fixture
def sign_in_as(app: Flask) -> Callable[[str], FlaskClient]:
    """Sign a person in by her e-mail name (`worker.wall`) on a new browser, and return the browser."""
    app.config["WTF_CSRF_ENABLED"] = False

    def sign_in(name: str) -> FlaskClient:
        with app.extensions["database"].write() as db:
            person: Person = Pilot().person(db, name)
            token = start_session(db, person, at=now())
        client = app.test_client()
        client.set_cookie(ServerSessions.token_cookie(app), token)
        return client

    return sign_in
