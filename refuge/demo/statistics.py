"""Publishes the demonstration's closed quarters, so that commissioners have something to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refuge.audit.service import SYSTEM
from refuge.london import london_date
from refuge.statistics.periods import last_quarters
from refuge.statistics.service.editions import JOB, publish

if TYPE_CHECKING:
    from refuge.demo.loading import Loading

QUARTERS = 2
SECONDS = 2.0
"""For hiding, so that the demonstration is ready soon."""


def load_editions(loading: Loading) -> None:
    """Publish the last quarters, as the job would have done."""
    loading.say("Publishing the figures of the last two quarters …")
    for quarter in last_quarters(london_date(loading.at), QUARTERS):
        publish(loading.db, loading.network.id, quarter, by=SYSTEM, name=JOB, at=loading.at, seconds=SECONDS)
