"""Areas of need: those of everybody, those that a network added, and words to begin with, never compulsory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.codes.queries import lists
from refuge.london import london_date
from support_plans.categories import Category
from support_plans.models import NetworkArea

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Area:
    """An area of need that can be chosen."""

    code: str
    label: str
    category: Category
    of_network: bool = False


def areas_of(session: Session, network_id: int, *, at: datetime) -> dict[str, Area]:
    """Return code -> area, as they can be chosen today, in their order; the network's own last."""
    common = lists(session, ["plan_area"], on=london_date(at))["plan_area"]
    own = session.scalars(
        select(NetworkArea)
        .where(NetworkArea.network_id == network_id, NetworkArea.ended_at.is_(None))
        .order_by(NetworkArea.label),
    )
    found = [Area(row.code, row.label, Category(row.group)) for row in common]
    found += [Area(row.code, row.label, row.category, of_network=True) for row in own]
    return {area.code: area for area in found}


PROMPTS: Mapping[str, tuple[str, ...]] = {
    "safety": ("Where does she feel safe, and where not?", "Who knows where she is?", "What keeps her children safe?"),
    "mental_health": (
        "What is a good day like?",
        "What helped before?",
        "What are the first signs that it gets worse?",
    ),
    "substance_use": ("What does she use it for?", "What would she like to change?", "Who can she ring at night?"),
    "physical_health": ("Has she a GP here?", "Which medicines does she take?", "What is hard to do alone?"),
    "children": ("What do they need first?", "School and nursery", "Contact: what is agreed, what is safe?"),
    "housing": ("What must a home have?", "Which areas are safe?", "Is she on the housing register?"),
    "money": ("What comes in, and what is owed?", "Has she recourse to public funds?", "Is her account hers alone?"),
    "legal": ("Orders and hearings with dates", "Has she a solicitor?", "Who explains letters to her?"),
    "culture": ("What matters to her and her family?", "Food, prayer, festivals", "Whom would she like to meet?"),
    "relationships": ("Whom does she trust?", "Whom does she miss?", "What would she like to be different?"),
    "work": ("What is she good at?", "What would she like to learn?", "What stands in the way?"),
}
"""Questions that may help to begin, by area. Nobody has to answer them, and they are not kept."""

STEPS: Mapping[str, tuple[str, ...]] = {
    "safety": ("Go through the safety plan together", "Check phones and accounts for tracking"),
    "mental_health": ("Register with a GP", "Ask for an assessment by the mental health practitioner"),
    "substance_use": ("Meet the recovery worker", "Agree what to do in a crisis"),
    "physical_health": ("Register with a GP", "Book a dentist"),
    "children": ("Find a school place", "Meet the health visitor"),
    "housing": ("Apply to the housing register", "Gather papers for an application"),
    "money": ("Apply for benefits", "Open an account of her own"),
    "legal": ("Find a legal aid solicitor", "Write down the dates of hearings"),
    "culture": ("Find the nearest place of worship", "Ask who in the house shares her language"),
    "relationships": ("Decide who may know where she is",),
    "work": ("Find an English or a college course", "Write a CV together"),
}
"""Steps that are often taken, by area: a template, offered beside the form."""


def suggestions(code: str) -> tuple[Sequence[str], Sequence[str]]:
    """Return questions to begin with and steps that are often taken, of an area; none for a network's own."""
    return PROMPTS.get(code, ()), STEPS.get(code, ())
