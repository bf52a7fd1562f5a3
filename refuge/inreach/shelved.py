"""The problem and the answer of a run, read as they were kept."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from allocation.documents import read, write
from allocation.sessions.problem import Problem
from allocation.sessions.solution import Solution
from refuge.errors import Refused

if TYPE_CHECKING:
    from refuge.inreach.models import SessionRun, SessionRunContent


def problem_in(run: SessionRun) -> Problem:
    """Return the problem of a run as it was kept. Raise Refused once that is erased."""
    problem: Problem = read(Problem, _content(run).problem)
    return problem


def solution_in(run: SessionRun) -> Solution:
    """Return the answer of a run as it was kept. Raise Refused once that is erased."""
    solution: Solution = read(Solution, _content(run).answer)
    return solution


def _content(run: SessionRun) -> SessionRunContent:
    if run.content is None:
        raise Refused("What this plan was about has been erased. Plan again.", code="erased")
    return run.content


def digest_of(problem: Problem) -> str:
    """Return the SHA-256 of a problem."""
    return hashlib.sha256(json.dumps(write(problem), sort_keys=True, ensure_ascii=True).encode()).hexdigest()
