"""Columns that are sealed one by one, so that a copy of the database without the key tells nobody where she is.

AES-256-GCM, a fresh nonce for each value, and the name of the column as associated data: a value put into another
column does not open. The file of SQLite is encrypted as a whole besides; on PostgreSQL this is what keeps these shut.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy import Dialect, Engine

MARK = "s1:"
"""How a sealed value begins: the first key. A later key gets another mark, and both can be read meanwhile."""
NONCE = 12
_KEY = "sealing_key"


class SealError(RuntimeError):
    """A sealed value does not open: another key, another column, or somebody changed it."""


def seal(text: str, key: bytes, column: str) -> str:
    """Return a text so that only who has the key can read it, as a value of this column and of no other."""
    nonce = os.urandom(NONCE)
    return MARK + b64encode(nonce + AESGCM(key).encrypt(nonce, text.encode(), column.encode())).decode()


def unseal(value: str, key: bytes, column: str) -> str:
    """Return what was sealed. Raises SealError, whose words hold nothing of it."""
    if not value.startswith(MARK):
        raise SealError(f"A value of {column} is not sealed.")
    raw = b64decode(value.removeprefix(MARK))
    try:
        return AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], column.encode()).decode()
    except InvalidTag as error:
        raise SealError(f"A value of {column} does not open with this key.") from error


def give_key(engine: Engine, key: bytes) -> None:
    """Let connections of this engine seal and open such columns."""
    setattr(engine.dialect, _KEY, key)


def key_of(dialect: Dialect) -> bytes:
    """Return the key that the connections of an engine were given."""
    key: bytes = getattr(dialect, _KEY)
    return key


class Sealed(TypeDecorator[str]):
    """A text that is kept sealed. Empty stays empty. It can be neither searched nor sorted by: read it and compare."""

    impl = Text
    cache_ok = True

    def __init__(self, column: str) -> None:
        """Name the column that it is of, `table.column`."""
        super().__init__()
        self.column = column

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Seal what is written."""
        return seal(value, key_of(dialect), self.column) if value else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Open what is read."""
        return unseal(value, key_of(dialect), self.column) if value else value
