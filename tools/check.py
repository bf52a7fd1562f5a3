"""Run every check and every test, say how each went, and fail if any failed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
PYTHON = str(BIN / "python")

CHECKS: tuple[tuple[str, list[str]], ...] = (
    ("ruff check", [str(BIN / "ruff"), "check", "."]),
    ("ruff format", [str(BIN / "ruff"), "format", "--check", "."]),
    ("mypy --strict", [str(BIN / "mypy")]),
    ("import contracts", [str(BIN / "lint-imports")]),
    ("servers for the tests", [PYTHON, "-m", "tests.servers"]),
    ("pytest", [PYTHON, "-m", "pytest", "-n", "auto", "--dist", "loadfile"]),
)
NEEDS = {"pytest": "servers for the tests"}
"""A check that would only repeat an earlier failure at length is not started."""


def main() -> int:
    """Run all checks in order; the words after `--` go to pytest."""
    results: dict[str, tuple[bool, float]] = {}
    for name, command in CHECKS:
        needed = NEEDS.get(name)
        if needed is not None and not results[needed][0]:
            results[name] = (False, 0.0)
            continue
        print(f"── {name} …", flush=True)
        began = time.monotonic()
        extra = sys.argv[1:] if name == "pytest" else []
        code = subprocess.run([*command, *extra], cwd=ROOT, check=False).returncode
        results[name] = (code == 0, time.monotonic() - began)
    print("── result", flush=True)
    for name, (passed, seconds) in results.items():
        print(f"{'passed' if passed else 'FAILED'}  {name} ({seconds:.1f} s)", flush=True)
    return 0 if all(passed for passed, _ in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
