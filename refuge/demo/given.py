"""Whom `pilot.toml` gives a bed, as the simulation must know them: it leaves their beds to them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from refuge.demo.simulation import Given

if TYPE_CHECKING:
    from datetime import date

NEEDS = ("mental_health", "self_harm", "alcohol", "drugs")


def givens(told: dict[str, Any], today: date) -> list[Given]:
    """Return the residents of the file, past ones too, and the beds that are closed from a day on."""
    stays = [_resident(number, stay, today) for number, stay in enumerate(told["stays"])]
    closed = [
        Given(ref=f"closed/{number}", bed=closure["bed"], from_on=_day(today, closure["from"]), lives_there=False)
        for number, closure in enumerate(told["closures"])
    ]
    return stays + closed


def _resident(number: int, stay: dict[str, Any], today: date) -> Given:
    return Given(
        ref=f"given/{number}",
        bed=stay["bed"],
        from_on=_day(today, stay["from"]),
        until=_day(today, stay["until"]) if "until" in stay else None,
        high_support="high" in [stay.get(need) for need in NEEDS],
        funded_place=stay.get("funded_place", False),
    )


def _day(today: date, days: float) -> date:
    return today + timedelta(days=int(days))
