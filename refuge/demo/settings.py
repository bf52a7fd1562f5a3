"""The settings that the demonstration's year is drawn from, read from `settings.toml`, where each has its grade."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SETTINGS = Path(__file__).parent / "settings.toml"


@dataclass(frozen=True)
class Stream:
    """Who is referred to one sort of refuge: shares of 1, but for the rate."""

    referrals_per_bed_year: float
    mental_health: float
    alcohol: float
    drugs: float
    self_harm: float
    nrpf: float
    honour_based: float
    interpreter: float
    offending: float
    childless: float
    white_british: float


@dataclass(frozen=True)
class Arrivals:
    """When referrals come, and where from."""

    week_spread: float
    """Shape of the gamma that scales each week; the smaller, the more weeks differ."""
    out_of_hours: float
    unsafe_area: float
    from_outside: float


@dataclass(frozen=True)
class Families:
    """What is drawn alike for every household."""

    wheelchair: float
    limited_mobility: float
    pregnant: float
    more_children: float
    children_at_most: int
    teenage_son: float
    age_median: float
    age_spread: float
    dash_mean: float
    dash_spread: float
    pets: float
    harm_if_offending: float
    arson_of_harm: float
    other_route: float
    wants_self_contained: float


@dataclass(frozen=True)
class Needs:
    """How needs come together and how high they are."""

    with_mental_health: float
    levels: dict[str, list[float]]
    """Need -> weights of low, medium and high."""


@dataclass(frozen=True)
class Stays:
    """How long women stay, in days, and how beds turn around."""

    median_days: float
    spread: float
    """Sigma of the lognormal."""
    nrpf_times: float
    longest_days: int
    moves_bed: float
    turnaround_days: list[int]


@dataclass(frozen=True)
class Endings:
    """How referrals end without a place for other reasons than barriers, as shares of all; and how long women wait."""

    declines: float
    inappropriate: float
    not_known: float
    days_waited: float
    days_at_most: int
    overrides_a_year: int


@dataclass(frozen=True)
class Settings:
    """Everything that the year is drawn from."""

    streams: dict[str, Stream]
    """By specialism of the refuge that is asked first."""
    arrivals: Arrivals
    families: Families
    needs: Needs
    stays: Stays
    endings: Endings
    weights: dict[str, dict[str, float]]
    """Choice -> code -> weight."""


def read_settings() -> Settings:
    """Return the settings of the file; TypeError where it leaves one out or has one too many."""
    told: dict[str, Any] = tomllib.loads(SETTINGS.read_text("utf-8"))
    return Settings(
        streams={specialism: Stream(**stream) for specialism, stream in told["stream"].items()},
        arrivals=Arrivals(**told["arrivals"]),
        families=Families(**told["household"]),
        needs=Needs(**told["needs"]),
        stays=Stays(**told["stay"]),
        endings=Endings(**told["ending"]),
        weights=told["weights"],
    )
