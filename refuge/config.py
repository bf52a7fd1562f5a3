"""What the application is told from outside: where its data lives, its key, and what kind of place it runs in."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from click import ClickException

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY_BYTES = 32
DATABASE_FILE = "allocations.db"
VARIABLES = {"key": "KEY_FILE", "password": "SMTP_PASSWORD_FILE"}
"""What a private file holds -> the variable that names it, after `ALLOCATIONS_`."""


class ConfigError(ClickException):
    """The application cannot start as configured; its text says what to change, and a command prints that alone."""


class Setting(StrEnum):
    """What kind of place this is. Only production may hold a real person's data."""

    DEMO = "demo"
    DEVELOPMENT = "development"
    PRODUCTION = "production"


@dataclass(frozen=True)
class MailServer:
    """The server that our e-mails to staff go through, over TLS."""

    host: str
    port: int
    sender: str
    """The address that they come from; it should say nothing about what this system is for."""
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Config:
    """All that the application is told from outside, checked."""

    setting: Setting
    key: bytes = field(repr=False)
    """The one secret, 32 bytes. Every other key is derived from it by purpose."""
    database_url: str
    """A SQLAlchemy URL: `sqlite:///path` (encrypted with our key) or `postgresql+psycopg://...`."""
    trusted_hosts: tuple[str, ...] = ()
    """Host names that requests may name. Empty: any, which production refuses."""
    proxies: int = 0
    """How many reverse proxies stand before us, each trusted to add one forwarded address."""

    leave_to: str = "https://www.bbc.co.uk/weather"
    """Where "Leave this page" leads: a page that says nothing about whoever looks at it."""

    mail: MailServer | None = None
    """None: e-mails are kept in the tray and sent nowhere."""

    @property
    def secure(self) -> bool:
        """Whether cookies travel over HTTPS only. The demo and development are served on this machine over HTTP."""
        return self.setting is Setting.PRODUCTION

    def derived_key(self, purpose: str) -> bytes:
        """Return 32 bytes that only this purpose uses (HMAC-SHA-256 of the purpose under the one key)."""
        return hmac.digest(self.key, purpose.encode(), hashlib.sha256)


def load_config(environ: Mapping[str, str], instance: Path) -> Config:
    """Read the configuration from the environment.

    `ALLOCATIONS_SETTING` is `development` (default), `demo` or `production`; `ALLOCATIONS_KEY` holds 64 hexadecimal
    digits, or `ALLOCATIONS_KEY_FILE` names a file of mode 0600 that does; `DATABASE_URL` is a PostgreSQL URL, without
    which the data is an encrypted file in the instance folder; `ALLOCATIONS_HOSTS` is a comma-separated list of host
    names; `ALLOCATIONS_PROXIES` a number; `ALLOCATIONS_LEAVE_TO` the https address that "Leave this page" leads to;
    `ALLOCATIONS_SMTP` is the `host:port` that e-mails to staff go through, with `ALLOCATIONS_MAIL_FROM` and, if it asks
    for them, `ALLOCATIONS_SMTP_USER` and `ALLOCATIONS_SMTP_PASSWORD_FILE`. Raises ConfigError.
    """
    try:
        setting = Setting(environ.get("ALLOCATIONS_SETTING") or "development")
    except ValueError:
        message = "Set ALLOCATIONS_SETTING to demo, development or production."
        raise ConfigError(message) from None
    hosts = tuple(host.strip() for host in environ.get("ALLOCATIONS_HOSTS", "").split(",") if host.strip())
    if setting is Setting.PRODUCTION:
        _refuse_unsafe_production(environ, hosts)
    return Config(
        setting=setting,
        key=_given_key(environ) or _own_key(instance),
        database_url=_database_url(environ, instance),
        trusted_hosts=hosts,
        proxies=_whole_number(environ, "ALLOCATIONS_PROXIES"),
        leave_to=_neutral_site(environ, setting),
        mail=_mail_server(environ, setting),
    )


def _mail_server(environ: Mapping[str, str], setting: Setting) -> MailServer | None:
    """Return the mail server, if one is named. The demonstration writes to nobody, whatever it is told."""
    told = environ.get("ALLOCATIONS_SMTP", "")
    if not told or setting is Setting.DEMO:
        return None
    host, _, port = told.rpartition(":")
    sender = environ.get("ALLOCATIONS_MAIL_FROM", "")
    if not host or not port.isdecimal() or "@" not in sender:
        message = "ALLOCATIONS_SMTP must be host:port, and ALLOCATIONS_MAIL_FROM the address that e-mails come from."
        raise ConfigError(message)
    named = environ.get("ALLOCATIONS_SMTP_PASSWORD_FILE")
    password = _read_private(Path(named), "password").strip() if named else ""
    return MailServer(host, int(port), sender, environ.get("ALLOCATIONS_SMTP_USER", ""), password)


def _refuse_unsafe_production(environ: Mapping[str, str], hosts: tuple[str, ...]) -> None:
    if not (environ.get("ALLOCATIONS_KEY") or environ.get("ALLOCATIONS_KEY_FILE")):
        message = (
            "Production needs a key: set ALLOCATIONS_KEY_FILE to a file of mode 0600 that holds 64 hexadecimal digits. "
            "Keep a copy of it apart from the backups: without it the data cannot be read."
        )
        raise ConfigError(message)
    if not hosts:
        message = "Production needs ALLOCATIONS_HOSTS: the host names that people type, separated by commas."
        raise ConfigError(message)
    if not environ.get("ALLOCATIONS_PROXIES"):
        message = (
            "Production needs ALLOCATIONS_PROXIES: how many reverse proxies stand in front (0 for none). Without it "
            "everybody would seem to come from one address."
        )
        raise ConfigError(message)
    if environ.get("FLASK_DEBUG", "0") not in {"", "0", "false", "False"}:
        message = "Production refuses FLASK_DEBUG: take it out of the environment."
        raise ConfigError(message)


def _database_url(environ: Mapping[str, str], instance: Path) -> str:
    url = environ.get("DATABASE_URL", "")
    if not url:
        instance.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{instance / DATABASE_FILE}"
    for given in ("postgresql://", "postgres://"):
        if url.startswith(given):
            return "postgresql+psycopg://" + url.removeprefix(given)
    if url.startswith(("postgresql+psycopg://", "sqlite:///")):
        return url
    message = "DATABASE_URL must begin with postgresql:// or be left out for the encrypted file of the instance folder."
    raise ConfigError(message)


def _neutral_site(environ: Mapping[str, str], setting: Setting) -> str:
    address = environ.get("ALLOCATIONS_LEAVE_TO") or Config.leave_to
    secure = address.startswith("https://") or (setting is not Setting.PRODUCTION and address.startswith("http://"))
    if not secure or not address.isprintable() or not address.isascii():
        message = "ALLOCATIONS_LEAVE_TO must be an https address of a page that says nothing about whoever opens it."
        raise ConfigError(message)
    return address


def _whole_number(environ: Mapping[str, str], name: str) -> int:
    try:
        return int(environ.get(name) or 0)
    except ValueError:
        message = f"{name} must be a whole number."
        raise ConfigError(message) from None


def _given_key(environ: Mapping[str, str]) -> bytes | None:
    text = environ.get("ALLOCATIONS_KEY", "")
    source = "ALLOCATIONS_KEY"
    if not text and (name := environ.get("ALLOCATIONS_KEY_FILE")):
        source = "The file that ALLOCATIONS_KEY_FILE names"
        text = _read_private(Path(name))
    return _parse_key(text, source) if text else None


def _parse_key(text: str, source: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES or len(set(key)) == 1:
        message = f"{source} must hold 64 hexadecimal digits, made by chance (`openssl rand -hex 32` makes them)."
        raise ConfigError(message)
    return key


def _read_private(path: Path, what: str = "key") -> str:
    try:
        mode = path.stat().st_mode & 0o777
        text = path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        message = f"The {what} file cannot be read: {type(error).__name__}. Check ALLOCATIONS_{VARIABLES[what]}."
        raise ConfigError(message) from error
    if mode & 0o077:
        message = f"The {what} file can be read by others on this machine: give it mode 0600 (`chmod 600`)."
        raise ConfigError(message)
    return text


def _own_key(instance: Path) -> bytes:
    """Read the instance folder's key, made on first use. Processes that start together agree on one."""
    instance.mkdir(parents=True, exist_ok=True)
    path = instance / "key"
    if not path.exists():
        _make_key(path)
    return _parse_key(_read_private(path), "The key file of the instance folder")


def _make_key(path: Path) -> None:
    """Make a key file that appears whole or not at all, and never replaces one: the first process wins."""
    handle, name = tempfile.mkstemp(dir=path.parent)  # mode 0600
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES))
    with contextlib.suppress(FileExistsError):
        os.link(name, path)
    Path(name).unlink()
