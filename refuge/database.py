"""One way to the database: an encrypted SQLite file or PostgreSQL, the same rules on both.

Writers on SQLite begin with IMMEDIATE and readers plainly; on PostgreSQL a writer locks the parent row first. Either
way the constraints of the database settle a race, never a check made before (`docs/decisions/0002`).
"""

from __future__ import annotations

import re
import secrets
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, cast

import sqlcipher3.dbapi2
from flask import current_app, g, has_request_context, request
from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Enum,
    Integer,
    MetaData,
    NullPool,
    QueuePool,
    String,
    create_engine,
    event,
    select,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator
from werkzeug.local import LocalProxy

from refuge.sealed import give_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from enum import StrEnum

    from sqlalchemy import Connection, Dialect, Engine

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
REF = re.compile(r"[A-Z]{1,2}-[0-9]{5}")
OLDEST_SAFE_SQLITE = (3, 51, 3)
"""Before it, two processes that write at once can corrupt a write-ahead log (`security.md` finding 4)."""
PUBLISHED = ("edition", "edition_table")
"""The tables that hold what was published: all that commissioners' pages can read."""
PUBLISHED_ROLE = "allocations_published"
"""The role of PostgreSQL that may read those tables and nothing else (migration 0011)."""
AUDIT_KEY = "audit key"
"""Where a session keeps the key that chains its audit events."""
POSTGRES_LIMITS = (
    "-c timezone=UTC -c lock_timeout=5s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"
)


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. Refuses a value without a zone, stores UTC, gives UTC back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC; SQLite keeps no zone, so it is given none."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "An instant needs a time zone."
            raise ValueError(message)
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Give UTC back on both engines. SQLite's text is read at once with its zone: figures read millions."""
        del coltype
        return _utc_of_text if dialect.name == "sqlite" else _utc


def _utc_of_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


def _utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


def one_of(kind: type[StrEnum], column: str) -> Enum:
    """Return a type for a column that holds one of a fixed set of words, kept by a check constraint on both engines."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
        name=f"{column}_is_known",
    )


class Base(DeclarativeBase):
    """Every table: a number that never leaves the database, and constraint names that migrations can rely on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        },
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime(),
        date: Date(),
        int: Integer(),
        str: String(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
    }

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    """Known only inside the database. Outside, a row is known by its `ref`."""


class Referable(Base):
    """A row that people name: by a short ref that says nothing about a person, in addresses, logs and on the phone."""

    __abstract__ = True
    prefix: ClassVar[str]
    """The letter, or two letters, that a ref of this kind begins with."""

    ref: Mapped[str] = mapped_column(String(12), unique=True)
    """Drawn by chance, so that two refs tell nobody how many came between. Never a control on access."""


def is_ref(text: str) -> bool:
    """Return whether this reads as a ref: only such text may stand in the audit."""
    return REF.fullmatch(text) is not None


def new_ref(session: Session, kind: type[Referable]) -> str:
    """Return an unused ref such as `R-48213`. The unique constraint has the last word."""
    while True:
        ref = f"{kind.prefix}-{10_000 + secrets.randbelow(90_000)}"
        if session.scalar(select(kind.id).where(kind.ref == ref)) is None:
            return ref


class Database:
    """The engine and its two ways in: `reading()` and `writing()`."""

    def __init__(self, url: str, *, key: bytes, audit_key: bytes, sealing_key: bytes) -> None:
        """Open `url`; a SQLite file is encrypted with the 32 bytes of `key`. `audit_key` chains audit events.

        `sealing_key` opens the columns that are sealed one by one, on both engines.
        """
        self._info = {AUDIT_KEY: audit_key}
        self.engine = _sqlite_engine(url, key) if url.startswith("sqlite") else _postgres_engine(url)
        give_key(self.engine, sealing_key)
        self._writer = self.engine.execution_options(write=True)
        self._published = _narrow(url, key) if self.is_sqlite else self.engine.execution_options(published=True)

    @property
    def is_sqlite(self) -> bool:
        """Whether the data is in the encrypted file."""
        return self.engine.dialect.name == "sqlite"

    def reading(self) -> Session:
        """Return a session that only reads."""
        return Session(self.engine, expire_on_commit=False, info=dict(self._info))

    def writing(self) -> Session:
        """Return a session whose transaction may write from its first statement."""
        return Session(self._writer, expire_on_commit=False, info=dict(self._info))

    @contextmanager
    def published(self) -> Iterator[Session]:
        """Give a session that can read what was published and nothing else: the database itself refuses the rest.

        On PostgreSQL the transaction acts as a role without any other grant; on SQLite the connection itself is one
        that may read no other table (an authorizer, asked by the database before each statement is even prepared).
        """
        with Session(self._published, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a writing session and commit it at the end; for commands, jobs and the bookkeeping of a request."""
        with self.writing() as session:
            yield session
            session.commit()


def _sqlite_engine(url: str, key: bytes) -> Engine:
    path = url.removeprefix("sqlite:///")
    if sqlcipher3.dbapi2.sqlite_version_info < OLDEST_SAFE_SQLITE:
        message = f"SQLite {sqlcipher3.dbapi2.sqlite_version} is too old to be written by several processes."
        raise RuntimeError(message)

    def connect() -> Any:  # noqa: ANN401  the driver has no types
        connection = sqlcipher3.dbapi2.connect(path, timeout=30, check_same_thread=False)
        connection.isolation_level = None  # the driver begins nothing by itself; `begin` below does
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for setting in ("journal_mode=WAL", "busy_timeout=30000", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {setting}")
        return connection

    engine = create_engine("sqlite://", creator=connect, module=sqlcipher3.dbapi2, poolclass=QueuePool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _narrow(url: str, key: bytes) -> Engine:
    """Open the file once more, for connections that may read what was published and nothing else."""
    path = url.removeprefix("sqlite:///")

    def connect() -> Any:  # noqa: ANN401  the driver has no types
        connection = sqlcipher3.dbapi2.connect(path, timeout=30, check_same_thread=False)
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA query_only=ON")
        connection.set_authorizer(_only_published)
        return connection

    return create_engine("sqlite://", creator=connect, module=sqlcipher3.dbapi2, poolclass=NullPool)


def _only_published(action: int, name: str | None, value: str | None, *_more: str | None) -> int:
    """Answer SQLite, which asks before it prepares a statement: reading two tables, and nothing else.

    One setting can be read, not set: the library that speaks to the database asks for it.
    """
    driver = sqlcipher3.dbapi2
    asks = action == driver.SQLITE_PRAGMA and name == "read_uncommitted" and value is None
    reads = asks or (action == driver.SQLITE_READ and name in PUBLISHED)
    harmless = {driver.SQLITE_SELECT, driver.SQLITE_TRANSACTION, driver.SQLITE_FUNCTION}
    return int(driver.SQLITE_OK if reads or action in harmless else driver.SQLITE_DENY)


def _postgres_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"options": POSTGRES_LIMITS}, pool_pre_ping=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("published"):
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            connection.exec_driver_sql(f"SET LOCAL ROLE {PUBLISHED_ROLE}")

    return engine


def lock_for_writing(session: Session, name: str) -> None:
    """Let one transaction at a time pass here, until it ends. On SQLite a writer is alone already."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": name})


def database() -> Database:
    """Return the database of the running application."""
    return cast("Database", current_app.extensions["database"])


def _session() -> Session:
    """Return this request's session: it may write if the method may."""
    if "session" not in g:
        g.session = (
            database().reading() if has_request_context() and request.method in SAFE_METHODS else database().writing()
        )
    return cast("Session", g.session)


session: Session = cast("Session", LocalProxy(_session))
"""This request's session. One request, one actor, one transaction."""


def close_session(_error: BaseException | None = None) -> None:
    """Give the connection back; whatever was not committed is undone."""
    if "session" in g:
        g.pop("session").close()


def now() -> datetime:
    """Return this instant in UTC. Services take `at`/`on` as arguments; only views and commands ask the clock."""
    return datetime.now(UTC)
