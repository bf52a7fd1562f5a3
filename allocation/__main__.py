"""Solve a problem that stands in a JSON file: `python -m allocation beds problem.json`, or `-` for standard input."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from allocation.documents import BadProblem

BAD = 2
"""The exit status for a problem that cannot be read."""


def solve_beds(text: str) -> str:
    """Return the answer to a problem of beds, both as JSON."""
    from allocation.beds.document import read_problem, write_solution  # noqa: PLC0415 — each kind loads its own.
    from allocation.beds.solver import solve  # noqa: PLC0415 — the same.

    return write_solution(solve(read_problem(text)))


def beds_schema() -> str:
    """Return the JSON Schema of a problem of beds."""
    from allocation.beds.document import problem_schema  # noqa: PLC0415 — the same.

    return json.dumps(problem_schema(), ensure_ascii=False, indent=2)


def solve_sessions(text: str) -> str:
    """Return the answer to a problem of sessions, both as JSON."""
    from allocation.sessions.document import read_problem, write_solution  # noqa: PLC0415 — the same.
    from allocation.sessions.solver import solve  # noqa: PLC0415 — the same.

    return write_solution(solve(read_problem(text)))


def sessions_schema() -> str:
    """Return the JSON Schema of a problem of sessions."""
    from allocation.sessions.document import problem_schema  # noqa: PLC0415 — the same.

    return json.dumps(problem_schema(), ensure_ascii=False, indent=2)


KINDS: dict[str, tuple[str, Callable[[str], str], Callable[[], str]]] = {
    "beds": ("match waiting households to beds", solve_beds, beds_schema),
    "sessions": ("plan sessions of workers with residents", solve_sessions, sessions_schema),
}
"""By name of the command: what it does, how it solves, and its schema."""


def main(words: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m allocation", description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    for name, (about, _solve, _schema) in KINDS.items():
        kind = kinds.add_parser(name, help=about)
        kind.add_argument("problem", nargs="?", help="a JSON file, or - for standard input")
        kind.add_argument("--schema", action="store_true", help="print the JSON Schema of a problem")
    told = parser.parse_args(words)
    _about, solve, schema = KINDS[told.kind]
    if not told.schema and told.problem is None:
        parser.error("name a problem, - for standard input, or --schema")
    try:
        print(schema() if told.schema else solve(_text(told.problem)))  # noqa: T201 — the answer is what was asked for.
    except BadProblem as error:
        print(f"{told.problem}: {error}", file=sys.stderr)  # noqa: T201 — the same.
        return BAD
    return 0


def _text(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadProblem("", f"it cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise BadProblem("", f"this is not UTF-8: byte {error.start + 1} belongs to no character") from None


if __name__ == "__main__":
    sys.exit(main())
