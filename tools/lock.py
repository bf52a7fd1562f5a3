"""Resolve the newest allowed packages again and write every lock file, with hashes and no addresses."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRATCH = ROOT / "build" / "lock"
UV = "uv==0.13.9"
PYTHON_VERSION = "3.11"
LOCKS = ("requirements", "requirements-dev", "requirements-build")
"""In this order: the second is constrained by the first."""


def run(*command: str) -> None:
    """Run a command from the top of the project, and stop if it fails."""
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def lock_python() -> None:
    """Pin every Python package, for every platform, by hash."""
    if not (SCRATCH / "bin" / "uv").exists():
        venv.create(SCRATCH, with_pip=True, clear=True)
        run(str(SCRATCH / "bin" / "python"), "-m", "pip", "install", "--quiet", UV)
    for name in LOCKS:
        print(f"Locking {name}.in …", flush=True)
        run(
            str(SCRATCH / "bin" / "uv"),
            *("pip", "compile", "--quiet", "--universal", "--upgrade", "--generate-hashes"),
            *(
                "--python-version",
                PYTHON_VERSION,
                "--no-annotate",
                "--no-emit-index-url",
                "--no-emit-find-links",
            ),
            *("--custom-compile-command", "make lock", f"{name}.in", "--output-file", f"{name}.txt"),
        )


def lock_node() -> None:
    """Pin every npm package by hash, without download addresses."""
    print("Locking assets/package.json …", flush=True)
    run(sys.executable, str(ROOT / "assets" / "build.py"), "--lock")


if __name__ == "__main__":
    lock_python()
    lock_node()
