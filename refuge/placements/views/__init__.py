"""The pages of matching, holding, moving in and on, and turning away."""

from refuge.placements.views import (
    admitting,
    asking,
    can_she,
    holding,
    limits,
    matching,
    offering,
    places,
    residents,
    rules,
    turn_aways,
    turning_away,
    waiting,
)
from refuge.placements.views.room import blueprint

__all__ = [
    "admitting",
    "asking",
    "blueprint",
    "can_she",
    "holding",
    "limits",
    "matching",
    "offering",
    "places",
    "residents",
    "rules",
    "turn_aways",
    "turning_away",
    "waiting",
]
