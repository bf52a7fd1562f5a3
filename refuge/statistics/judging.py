"""Red, amber, green and the direction of travel: computed, so that no arrow contradicts its number. Pure.

A letter, a word and a shape say it together; colour comes last.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from refuge.statistics.catalogue import PERCENT

if TYPE_CHECKING:
    from refuge.statistics.catalogue import Definition

FEWEST = 10
"""Fewer than so many behind a figure are too few to judge."""
TOO_FULL = 98.0


class Rag(StrEnum):
    """How a figure stands against its target."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    NONE = "none"
    """No target, too few to judge, or hidden."""

    @property
    def letter(self) -> str:
        """The letter of it."""
        return "–" if self is Rag.NONE else self.value[0].upper()

    @property
    def word(self) -> str:
        """The word for it."""
        return {"green": "On target", "amber": "Near target", "red": "Off target", "none": "No target"}[self.value]

    @property
    def shape(self) -> str:
        """The shape of it, which a stylesheet draws."""
        return {"green": "circle", "amber": "triangle", "red": "square", "none": "none"}[self.value]


class Travel(StrEnum):
    """How a figure has changed since the period before."""

    IMPROVING = "improving"
    STABLE = "stable"
    WORSENING = "worsening"
    UP = "up"
    DOWN = "down"
    NOT_COMPARABLE = "not comparable"
    TOO_FEW = "too few to judge"
    UNKNOWN = "no earlier figure"

    @property
    def word(self) -> str:
        """The word for it."""
        return self.value[:1].upper() + self.value[1:]


@dataclass(frozen=True)
class Value:
    """A figure of one period, as far as the reader sees it."""

    number: float | None
    """None: hidden, or there is nothing to count."""
    base: int | None
    """How many are behind it; None: hidden, or it does not rest on people."""

    @property
    def few(self) -> bool:
        """Whether too few are behind it to judge."""
        return self.base is not None and self.base < FEWEST


def rag(value: Value, definition: Definition) -> Rag:
    """Return how a figure stands. Bands leave no gap: at the target green, within the tolerance amber, else red."""
    target = definition.target
    if target is None or value.number is None or value.few:
        return Rag.NONE
    if definition.polarity == 0:
        off = abs(value.number - target) if value.number < target else max(0.0, value.number - TOO_FULL)
    else:
        off = (target - value.number) * definition.polarity
    if off <= 0:
        return Rag.GREEN
    return Rag.AMBER if off <= definition.amber else Rag.RED


def travel(value: Value, before: Value | None, definition: Definition, *, same_meaning: bool) -> Travel:
    """Return the direction of travel: about better and worse, not about up and down."""
    if not same_meaning:
        return Travel.NOT_COMPARABLE
    if before is None or before.number is None or value.number is None:
        return Travel.UNKNOWN
    if value.few or before.few:
        return Travel.TOO_FEW
    change = value.number - before.number
    least = definition.stability if definition.unit == PERCENT else abs(before.number) * definition.stability / 100
    if abs(change) <= least:
        return Travel.STABLE
    if definition.polarity == 0:
        return Travel.UP if change > 0 else Travel.DOWN
    return Travel.IMPROVING if change * definition.polarity > 0 else Travel.WORSENING
