"""Make the project ready to run: a virtual environment, the locked packages, the compiled stylesheet.

Only the standard library, because this runs before anything is installed. Running it again does nothing
unless a lock file or a source of the stylesheet has changed.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"
OLDEST_PYTHON = (3, 11)
PANGO = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
PANGO_OF_MACOS = ("libpango-1.0.dylib", "libpangoft2-1.0.dylib", "libharfbuzz-subset.dylib")
PANGO_OF_DEBIAN = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
TO_RUN = ("requirements.txt", "requirements-build.txt")
TO_TEST = (*TO_RUN, "requirements-dev.txt")


def say(sentence: str) -> None:
    """Print one line of progress at once, even into a pipe."""
    print(sentence, flush=True)


def stop(sentence: str) -> None:
    """End with a sentence that says what to do."""
    sys.exit("Set-up stopped. " + sentence)


def check_python() -> None:
    """Refuse a Python that cannot run the app, before it fails in a puzzling way."""
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(str(part) for part in sys.version_info[:3])
        stop(
            "Python 3.11 or newer is needed, and this is Python "
            + found
            + ". Install one (on Debian: apt install python3 python3-venv)"
            + " or name it: make run PYTHON=python3.11"
        )
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian ships venv without it, and venv's own message is long.
        import venv  # noqa: F401, PLC0415 - Debian may leave this module out altogether.
    except ImportError:
        stop("Python's venv module is missing. Install it (on Debian: apt install python3-venv) and try again.")


def venv_python() -> Path:
    """Where the virtual environment keeps its Python."""
    return VENV / "bin" / "python"


def venv_works() -> bool:
    """Tell whether this Python can use what is there: a moved folder or an upgraded Python breaks it."""
    question = "import sys; print(sys.version_info[0], sys.version_info[1], sys.prefix)"
    try:
        answer = subprocess.run(
            [str(venv_python()), "-c", question], capture_output=True, text=True, check=True
        ).stdout.split(maxsplit=2)
    except (OSError, subprocess.CalledProcessError):
        return False
    wanted = [str(sys.version_info[0]), str(sys.version_info[1])]
    return answer[:2] == wanted and Path(answer[2].strip()) == VENV


def run(command: list[str], what_failed: str) -> None:
    """Run a command quietly; show all that it said only when it failed."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        say(done.stdout)
        stop(what_failed)


def make_venv() -> None:
    """Create the virtual environment where there is none that works."""
    if venv_works():
        return
    say("Making a virtual environment in .venv …")
    run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        "The virtual environment could not be made. Install python3-venv and try again.",
    )


def fingerprint(name: str) -> str:
    """Give the hash of one lock file."""
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()


def installed() -> dict[str, str]:
    """Which lock files this environment was last filled from, with their hashes."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def install(locks: tuple[str, ...]) -> None:
    """Install what the lock files name, each file checked against its hash, only where a lock has changed."""
    before = installed()
    changed = [name for name in locks if before.get(name) != fingerprint(name)]
    if not changed:
        return
    count = sum(
        1 for name in changed for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if "==" in line
    )
    say(f"Installing {count} locked packages ({', '.join(changed)}); a minute or two the first time …")
    # A runtime lock that changed may move what the others were resolved beside, so all of them are given.
    command = [str(venv_python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--require-hashes", *(part for name in locks for part in ("-r", name))]
    run(command, "The packages could not be installed; what pip said is above. Is the network reachable?")
    STAMP.write_text(
        json.dumps({**before, **{name: fingerprint(name) for name in locks}}, indent=2) + "\n",
        encoding="utf-8",
    )


def pango_loads() -> bool:
    """Tell whether the library that lays out paper copies can be loaded."""
    try:
        for name in PANGO_OF_MACOS if sys.platform == "darwin" else PANGO:
            ctypes.CDLL(name)
    except OSError:
        return False
    return True


def install_pango() -> None:
    """Install Pango by apt where that can be done without asking; otherwise say what to do."""
    if sys.platform == "win32" or pango_loads():
        return
    apt, sudo = shutil.which("apt-get"), shutil.which("sudo")
    rights = [] if os.geteuid() == 0 else [sudo, "-n"] if sudo else None
    if apt is not None and rights is not None:
        say("Installing Pango for paper copies of plans …")
        quiet = [*rights, "env", "DEBIAN_FRONTEND=noninteractive", apt]
        wanted = [*quiet, "install", "-y", "-qq", "--no-install-recommends", *PANGO_OF_DEBIAN]
        if not worked(wanted):
            worked([*quiet, "update", "-qq"])
            worked(wanted)
    if not pango_loads():
        stop(
            "Paper copies of plans need the library Pango. Install it (on Debian: apt install "
            + " ".join(PANGO_OF_DEBIAN)
            + "; on macOS: brew install pango) and try again."
        )


def worked(command: list[str]) -> bool:
    """Tell whether a command succeeded; what it says is not shown."""
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=600).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def build_assets() -> None:
    """Compile the stylesheet and copy scripts, fonts and icons; skips by itself when nothing has changed."""
    done = subprocess.run([str(venv_python()), str(ROOT / "assets" / "build.py")], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def main() -> None:
    """Set up for running, or with --dev for testing too."""
    check_python()
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--dev", action="store_true", help="install what the tests and checks need too")
    parser.add_argument("--no-assets", action="store_true", help="leave the stylesheet alone")
    wanted = parser.parse_args()
    make_venv()
    install(TO_TEST if wanted.dev else TO_RUN)
    install_pango()
    if not wanted.no_assets:
        build_assets()


if __name__ == "__main__":
    main()
