"""Runs of matching, and the rows that their refs stand for as far as a reader may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.beds.queries.beds import visible_beds
from refuge.beds.queries.refuges import runs as own
from refuge.beds.words import feature_words, sleeps_words
from refuge.permissions import Permission
from refuge.placements.models import MatchRun
from refuge.placements.queries.wary import wary_of
from refuge.placements.shown.names import Names, Place
from refuge.referrals.models import Referral
from refuge.referrals.queries import visible_to

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person


def last_run(session: Session, network_id: int) -> MatchRun | None:
    """Return the newest run of a network: what the next run starts from, whoever makes it."""
    return session.scalar(
        select(MatchRun)
        .where(MatchRun.network_id == network_id)
        .order_by(MatchRun.made_at.desc(), MatchRun.id.desc())
        .limit(1),
    )


def newest_run(session: Session, reader: Person) -> MatchRun | None:
    """Return the newest run of the reader's network."""
    return last_run(session, reader.network_id) if reader.may(Permission.MATCH_SEE) else None


def one_run(session: Session, reader: Person, ref: str) -> MatchRun | None:
    """Return the run with this ref if it is of the reader's network."""
    if not reader.may(Permission.MATCH_SEE):
        return None
    return session.scalar(select(MatchRun).where(MatchRun.network_id == reader.network_id, MatchRun.ref == ref))


def names_for(session: Session, reader: Person, households: Collection[str]) -> Names:
    """Return what the refs of a problem stand for: every bed and refuge by name, and these households if she sees them.

    A household that she may not see is left out, and reads "another household" wherever it is named.
    """
    beds = session.scalars(visible_beds(reader)).all()
    seen = session.scalars(select(Referral).where(visible_to(reader), Referral.ref.in_(list(households)))).unique()
    return Names(
        places={
            bed.ref: Place(
                ref=bed.ref, refuge=bed.refuge.name, bed=bed.name, refuge_ref=bed.refuge.ref,
                facts=f"{sleeps_words(bed)} · {feature_words(bed)}", own=own(reader, bed.refuge),
                order=(bed.refuge.name, bed.position, bed.id),
            )
            for bed in beds
        },
        refuges={bed.refuge.ref: bed.refuge.name for bed in beds},
        households={row.ref: row for row in seen},
        wary=wary_of(session, households),
    )  # fmt: skip
