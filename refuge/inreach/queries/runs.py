"""Runs of planning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.inreach.models import SessionRun
from refuge.permissions import Permission

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person


def last_run(session: Session, network_id: int) -> SessionRun | None:
    """Return the newest run of a network: the only one whose proposals stand."""
    return session.scalar(
        select(SessionRun)
        .where(SessionRun.network_id == network_id)
        .order_by(SessionRun.made_at.desc(), SessionRun.id.desc())
        .limit(1),
    )


def one_run(session: Session, reader: Person, ref: str) -> SessionRun | None:
    """Return the run with this ref if it is of the reader's network and she plans."""
    if not reader.may(Permission.SESSION_PLAN):
        return None
    return session.scalar(select(SessionRun).where(SessionRun.network_id == reader.network_id, SessionRun.ref == ref))


def run_before(session: Session, run: SessionRun) -> SessionRun | None:
    """Return the run that was the newest when this one was made."""
    return session.scalar(
        select(SessionRun)
        .where(SessionRun.network_id == run.network_id, SessionRun.id < run.id)
        .order_by(SessionRun.id.desc())
        .limit(1),
    )
