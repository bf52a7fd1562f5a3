"""Why a worker is not on the rota on a day, in words that everybody who sees the week may read. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refuge.london import london_date
from refuge.rota.hours import Why

if TYPE_CHECKING:
    from datetime import date

    from refuge.rota.hours import Rota

OPEN = (Why.BANK_HOLIDAY, Why.CLOSURE_DAY)
"""What says nothing about a person."""
AWAY = "Away"
NOT_ON_ROTA = "Not on rota"


def off_words(rota: Rota, worker_id: int, on: date, *, own_agency: bool = False) -> str | None:
    """Return why hours of a worker's pattern are not worked on this day; None if none are missing.

    Leave, sickness and the like are named to her own agency; others read that she is away.
    """
    whys = [
        missed.why
        for missed in rota.missed
        if missed.shift.worker_id == worker_id and london_date(missed.shift.from_at) == on
    ]
    if not whys:
        return None
    why = next((one for one in whys if one in OPEN), whys[0])
    return why.label if own_agency or why in OPEN else AWAY
