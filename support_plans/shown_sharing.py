"""What is shared, with whom and on what basis, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from refuge.london import instant_words
from support_plans.categories import LABELS
from support_plans.models import Basis
from support_plans.queries.people import is_standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from support_plans.models import Sharing


@dataclass(frozen=True)
class ShownSharing:
    """One basis as the page shows it."""

    ref: str
    agency: str
    basis: str
    state: str
    kind: str
    stands: bool
    facts: Sequence[tuple[str, str]]


def shown_sharings(rows: Iterable[Sharing], ways: Mapping[str, str], *, at: datetime) -> list[ShownSharing]:
    """Return every basis in words, as they stand at this instant."""
    return [_shown(row, ways, at) for row in rows]


def _shown(row: Sharing, ways: Mapping[str, str], at: datetime) -> ShownSharing:
    stands = is_standing(row, at)
    if stands:
        state = f"Open until {instant_words(row.until_at, now=at)}"
    elif row.withdrawn_at is not None:
        state = f"Withdrawn {instant_words(row.withdrawn_at, now=at)}"
    else:
        state = f"Over since {instant_words(row.until_at, now=at)}"
    facts = [
        ("What it may read", ", ".join(LABELS[one.category] for one in row.categories)),
        ("What for", row.purpose),
    ]
    if row.basis is Basis.CONSENT:
        facts.append(("How she agreed", ways.get(row.how_given, row.how_given)))
    else:
        facts += [
            ("Why it is necessary", row.why_necessary),
            ("Why it is proportionate", row.why_proportionate),
            ("Who decided", "" if row.decided_by is None else row.decided_by.name),
            ("Was she told?", "Yes" if row.told_her else "No: telling her is not safe"),
        ]
    facts.append(("Noted by", f"{row.recorded_by.name}, {instant_words(row.recorded_at, now=at)}"))
    kind = "good" if stands else "closed"
    return ShownSharing(row.ref, row.to_agency.name, row.basis.label, state, kind, stands, facts)
