"""Leaves a fresh proposal in the demonstration, so that whoever looks first sees what matching says and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refuge.audit.service import SYSTEM
from refuge.placements.service.matching import make_run

if TYPE_CHECKING:
    from refuge.demo.loading import Loading

ASKS = "jo@wall.example"


def load_match(loading: Loading) -> None:
    """Let the solver propose for everybody who waits, as a worker does who presses the button."""
    loading.say("Matching those who wait …")
    make_run(loading.db, loading.network.id, by=loading.people[ASKS], actor=SYSTEM, at=loading.at)
