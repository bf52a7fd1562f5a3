"""Configuration: what is unsafe is refused with a plain reason, and the data cannot be read without the key."""

from __future__ import annotations

import multiprocessing
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from refuge.accounts.models import Network
from refuge.app import create_app
from refuge.config import Config, ConfigError, Setting, load_config
from refuge.database import new_ref
from refuge.schema import migrate
from tests.databases import KEY, make_config, open_database

if TYPE_CHECKING:
    from refuge.database import Database

GOOD = {
    "ALLOCATIONS_SETTING": "production",
    "ALLOCATIONS_KEY": KEY.hex(),
    "ALLOCATIONS_HOSTS": "allocations.example.org",
    "ALLOCATIONS_PROXIES": "1",
}
CANARY = "Canary network seven"


def test_a_good_production_configuration_is_taken(tmp_path: Path) -> None:
    config = load_config(GOOD, tmp_path)
    assert (config.setting, config.key, config.secure) == (Setting.PRODUCTION, KEY, True)
    assert config.trusted_hosts == ("allocations.example.org",)
    assert not (tmp_path / "key").exists()
    assert KEY.hex() not in repr(config)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"ALLOCATIONS_SETTING": "live"}, "Set ALLOCATIONS_SETTING to demo, development or production"),
        ({"ALLOCATIONS_KEY": ""}, "Production needs a key"),
        ({"ALLOCATIONS_KEY": "secret"}, "64 hexadecimal digits"),
        ({"ALLOCATIONS_KEY": "zz" * 32}, "64 hexadecimal digits"),
        ({"ALLOCATIONS_KEY": "00" * 32}, "made by chance"),
        ({"ALLOCATIONS_KEY": KEY.hex()[:-2]}, "64 hexadecimal digits"),
        ({"ALLOCATIONS_KEY": "", "ALLOCATIONS_KEY_FILE": "/nowhere/key"}, "cannot be read: FileNotFoundError"),
        ({"ALLOCATIONS_HOSTS": " , "}, "Production needs ALLOCATIONS_HOSTS"),
        ({"FLASK_DEBUG": "1"}, "Production refuses FLASK_DEBUG"),
        ({"DATABASE_URL": "mysql://root@db/allocations"}, "DATABASE_URL must begin with postgresql://"),
        ({"ALLOCATIONS_PROXIES": ""}, "Production needs ALLOCATIONS_PROXIES"),
        ({"ALLOCATIONS_PROXIES": "one"}, "ALLOCATIONS_PROXIES must be a whole number"),
        ({"ALLOCATIONS_LEAVE_TO": "http://example.org"}, "must be an https address"),
        ({"ALLOCATIONS_LEAVE_TO": "javascript:alert(1)"}, "must be an https address"),
    ],
)
def test_a_bad_production_configuration_is_refused_with_a_plain_reason(
    tmp_path: Path, change: dict[str, str], reason: str
) -> None:
    with pytest.raises(ConfigError, match=reason):
        load_config({**GOOD, **change}, tmp_path)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "given"
    file.write_text(KEY.hex())
    file.chmod(mode)
    environ = {**GOOD, "ALLOCATIONS_KEY": "", "ALLOCATIONS_KEY_FILE": str(file)}
    with pytest.raises(ConfigError, match="give it mode 0600"):
        load_config(environ, tmp_path)
    file.chmod(0o600)
    assert load_config(environ, tmp_path).key == KEY


def test_development_makes_a_key_that_only_its_owner_reads_and_keeps_it(tmp_path: Path) -> None:
    first = load_config({}, tmp_path / "instance")
    assert (tmp_path / "instance" / "key").stat().st_mode & 0o777 == 0o600
    assert load_config({}, tmp_path / "instance").key == first.key
    assert load_config({}, tmp_path / "elsewhere").key != first.key


def _key_of(folder: str, start: multiprocessing.synchronize.Barrier, keys: multiprocessing.Queue[str]) -> None:
    start.wait(60)
    keys.put(load_config({}, Path(folder)).key.hex())


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    for attempt in range(5):
        start, keys = context.Barrier(4), context.Queue()
        folder = str(tmp_path / str(attempt))
        processes = [context.Process(target=_key_of, args=(folder, start, keys)) for _ in range(4)]
        for process in processes:
            process.start()
        found = {keys.get(timeout=60) for _ in processes}
        for process in processes:
            process.join()
        assert len(found) == 1


def test_each_purpose_has_a_key_of_its_own() -> None:
    config = make_config("sqlite:///x")
    derived = {config.derived_key(purpose) for purpose in ("cookies", "database", "audit", "sign-in attempts")}
    assert len(derived) == 4
    assert config.key not in derived


@pytest.fixture
def file_with_canary(tmp_path: Path) -> Path:
    """An embedded database that holds a name nobody else has."""
    path = tmp_path / "test.db"
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    with database.write() as db:
        db.add(Network(ref=new_ref(db, Network), name=CANARY))
    assert found_anywhere(tmp_path, b"Canary") == []  # also not in the write-ahead log, while it is open
    database.engine.dispose()
    return path


def found_anywhere(folder: Path, text: bytes) -> list[str]:
    """Return which files hold this text."""
    return [file.name for file in sorted(folder.iterdir()) if text in file.read_bytes()]


def test_the_database_file_is_encrypted(file_with_canary: Path) -> None:
    for text in (b"Canary", b"SQLite format 3", b"CREATE TABLE", b"audit_event"):
        assert found_anywhere(file_with_canary.parent, text) == []
    connection = sqlite3.connect(file_with_canary)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        connection.execute("SELECT * FROM network")
    connection.close()


def test_another_key_does_not_open_the_database(file_with_canary: Path) -> None:
    config = Config(Setting.DEVELOPMENT, bytes(reversed(KEY)), f"sqlite:///{file_with_canary}")
    database: Database = create_app(config).extensions["database"]
    with pytest.raises(Exception, match="not a database"), database.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1 FROM network")
    database.engine.dispose()
