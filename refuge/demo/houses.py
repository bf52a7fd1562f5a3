"""The refuges and beds of `pilot.toml` as matching takes them, known by the names that the file uses."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocation.beds.problem import Bed, Level, Refuge

if TYPE_CHECKING:
    from collections.abc import Mapping

PILOT = Path(__file__).parent / "pilot.toml"
ROUND_THE_CLOCK = {"every": [0, 24 * 60]}


@dataclass(frozen=True)
class Houses:
    """The network without anybody in it."""

    refuges: tuple[Refuge, ...]
    beds: tuple[Bed, ...]
    """Free on no day; a bed is called `WALL/Room 1`."""

    def beds_by_specialism(self) -> dict[str, int]:
        """Return how many beds there are of each specialism."""
        special = {refuge.ref: refuge.specialism for refuge in self.refuges}
        return dict(Counter(special[bed.refuge] for bed in self.beds))


def read_pilot() -> dict[str, Any]:
    """Return the file of the pilot network."""
    return tomllib.loads(PILOT.read_text("utf-8"))


def houses_of(told: Mapping[str, Any]) -> Houses:
    """Return the refuges and beds that the file tells of."""
    return Houses(
        tuple(_refuge(refuge) for refuge in told["refuge"]),
        tuple(_bed(refuge["name"], bed) for refuge in told["refuge"] for bed in refuge["beds"]),
    )


def _refuge(told: Mapping[str, Any]) -> Refuge:
    return Refuge(
        ref=told["name"],
        area=told["area"],
        specialism=told["specialism"],
        support={need: Level(level) for need, level in told["support"].items()},
        round_the_clock=told["hours"] == ROUND_THE_CLOCK,
        high_support_places=told["high_support_places"],
        nrpf_places=told["nrpf_places"],
        son_age_limit=told["son_age_limit"],
        takes_pets=told.get("takes_pets", False),
        excludes=tuple(told.get("excludes", ())),
        checks=tuple(told["checks"]),
        languages=tuple(told["languages"]),
    )


def _bed(refuge: str, told: Mapping[str, Any]) -> Bed:
    return Bed(
        ref=f"{refuge}/{told['name']}",
        refuge=refuge,
        free_on=None,
        adults=told.get("adults", 1),
        children=told["children"],
        cots=told.get("cots", 0),
        self_contained=told.get("self_contained", False),
        step_free=told.get("step_free", False),
        adapted=told.get("adapted", False),
        ground_floor=told.get("ground_floor", False),
    )
