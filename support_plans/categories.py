"""What a record is about, for the gate that opens it: the words with which she says what may be shared."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from refuge.permissions import Permission, Role, may

if TYPE_CHECKING:
    from collections.abc import Mapping


class Category(StrEnum):
    """What a record of her plan is about. She agrees by category; an area of need belongs to one."""

    GENERAL = "general"
    SAFETY = "safety"
    MENTAL_HEALTH = "mental_health"
    SUBSTANCE_USE = "substance_use"
    PHYSICAL_HEALTH = "physical_health"
    CHILDREN = "children"
    PRACTICAL = "practical"
    PERSONAL = "personal"
    IMMIGRATION = "immigration"
    PERPETRATOR = "perpetrator"
    OFFENCE = "offence"

    @property
    def label(self) -> str:
        """The category as a form offers it."""
        return LABELS[self]


LABELS: Mapping[Category, str] = {
    Category.GENERAL: "In general: her own words, how the plan stands",
    Category.SAFETY: "Safety and risk",
    Category.MENTAL_HEALTH: "Mental health",
    Category.SUBSTANCE_USE: "Substance use",
    Category.PHYSICAL_HEALTH: "Physical health",
    Category.CHILDREN: "Her children",
    Category.PRACTICAL: "Housing, money, work and learning",
    Category.PERSONAL: "Culture, faith and relationships",
    Category.IMMIGRATION: "Immigration status",
    Category.PERPETRATOR: "The person who harms her",
    Category.OFFENCE: "Criminal offences",
}
NEEDED: Mapping[Category, Permission] = {
    Category.IMMIGRATION: Permission.IMMIGRATION_SEE,
    Category.PERPETRATOR: Permission.PERPETRATOR_SEE,
    Category.OFFENCE: Permission.OFFENCE_SEE,
}
"""The categories kept apart: what a role needs beside everything else. Breaking the glass does not open them."""
ORDINARY: tuple[Category, ...] = tuple(category for category in Category if category not in NEEDED)


def open_to(role: Role) -> frozenset[Category]:
    """Return the categories that a role could ever read."""
    return frozenset(category for category in Category if category not in NEEDED or may(role, NEEDED[category]))
