"""Databases for tests: one of each kind, made as the application would make them."""

from __future__ import annotations

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from refuge.config import Config, Setting
from refuge.database import Database

KEY = bytes(range(32))
ENGINES = ("sqlite", "postgresql")


def make_config(url: str) -> Config:
    """Return a configuration for a test's own database."""
    return Config(Setting.DEVELOPMENT, KEY, url)


def open_database(url: str) -> Database:
    """Open a test's database as the application would."""
    config = make_config(url)
    return Database(
        url, key=config.derived_key("database"), audit_key=config.derived_key("audit"),
        sealing_key=config.derived_key("sealed columns"),
    )  # fmt: skip


def on_server(url: str, *statements: str) -> None:
    """Run statements on a PostgreSQL server outside any transaction."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def named(url: str, name: str) -> str:
    """Return the address of another database on the same server."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)
