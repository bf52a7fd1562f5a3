"""Figures, editions of them, and replays."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.audit.service import SYSTEM
from refuge.database import new_ref, now
from refuge.london import london_date
from refuge.replays.models import Replay, ReplayState
from refuge.statistics.models import Edition
from refuge.statistics.periods import quarter_of
from refuge.statistics.queries.beside import public_choice
from refuge.statistics.service.beside import choose_public
from refuge.statistics.service.editions import publish
from tests.builders import Pilot

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class FigureWorld:
    """What is counted and published by a network."""

    @staticmethod
    def _due(_db: Session, _reader: str, _relation: str) -> str:
        return f"quarter_report {quarter_of(london_date(now())).before.since}"

    @staticmethod
    def _return_kind(_db: Session, _reader: str, _relation: str) -> str:
        return "quarter_report"

    @staticmethod
    def _kpi(_db: Session, _reader: str, _relation: str) -> str:
        return "K07"

    @classmethod
    def _explained(cls, db: Session, reader: str, relation: str) -> str:
        return f"{cls._edition(db, reader, relation)} K07"

    @staticmethod
    def _edition(db: Session, _reader: str, relation: str) -> str:
        """Publish a quarter without anything in it, once for a network: nothing can change an edition."""
        person = Pilot().person(db, "worker.elsewhere" if relation == "elsewhere" else "manager.panahghar")
        made = db.scalar(select(Edition.ref).where(Edition.network_id == person.network_id))
        if made is not None:
            return made
        quarter = quarter_of(date(2019, 5, 1))
        return publish(db, person.network_id, quarter, by=SYSTEM, name="Somebody", at=now()).ref

    @classmethod
    def _public_page(cls, db: Session, reader: str, _relation: str) -> str:
        """Show what was published to everybody, as the network chose once."""
        cls._edition(db, reader, "own")
        by = Pilot().person(db, "manager.wall")
        kept = public_choice(db, by.network_id)
        if kept is None or not kept.shown:
            choose_public(db, shown=True, seen=kept.number if kept else 0, by=by, actor=SYSTEM, at=now())
        return by.agency.network.ref

    @staticmethod
    def _priced(_db: Session, _reader: str, _relation: str) -> str:
        return "one_more_bed"

    @staticmethod
    def _replay(db: Session, _reader: str, relation: str) -> str:
        by = Pilot().person(db, "manager.elsewhere" if relation == "elsewhere" else "manager.wall")
        at = now()
        row = Replay(
            ref=new_ref(db, Replay), network_id=by.network_id, asked_by_id=by.id, asked_at=at, first=date(2025, 4, 1),
            last=date(2026, 3, 31), changes=[], draws=0, seed=1, state=ReplayState.DONE, steps=1, done=1, ended_at=at,
            answer={"gains": [], "check": {"sought": 0, "placed_really": 0, "placed_here": 0, "placed_both": 0,
                                           "placed_under": {}}},
        )  # fmt: skip
        if relation != "hidden":
            row.published_at, row.published_by_id = at, by.id
        db.add(row)
        return row.ref
