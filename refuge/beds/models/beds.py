"""A bed: a room or flat let to one household."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.beds.models.refuges import Refuge
from refuge.database import Referable


class Bed(Referable):
    """One bed space: a room or flat let to one household."""

    __tablename__ = "bed"
    __table_args__ = (
        UniqueConstraint("refuge_id", "name"),
        CheckConstraint("adults >= 1 AND adults <= 6", name="adults"),
        CheckConstraint("children >= 0 AND children <= 12", name="children"),
        CheckConstraint("cots >= 0 AND cots <= 4", name="cots"),
        CheckConstraint("retired_on IS NULL OR retired_on > opened_on", name="retires_after_it_opens"),
    )
    prefix = "B"

    refuge_id: Mapped[int] = mapped_column(ForeignKey("refuge.id"))
    name: Mapped[str] = mapped_column(String(40))
    """What staff call it: Room 3, Flat 2."""
    position: Mapped[int] = mapped_column(default=0)
    """Where it stands on the board, so that Room 10 follows Room 9."""
    adults: Mapped[int]
    """How many adults it sleeps, her included."""
    children: Mapped[int]
    """How many children it sleeps, cots not counted."""
    cots: Mapped[int]
    """How many cots fit beside that, for babies under 2."""
    self_contained: Mapped[bool]
    """Own kitchen and bathroom; otherwise shared."""
    step_free: Mapped[bool]
    adapted: Mapped[bool]
    """Adapted for a wheelchair: doors, turning space, bathroom."""
    ground_floor: Mapped[bool]
    en_suite: Mapped[bool]
    notes: Mapped[str] = mapped_column(Text, default="")
    opened_on: Mapped[date]
    """From this day it counts as a bed of the refuge."""
    retired_on: Mapped[date | None]
    """From this day it no longer does."""
    version: Mapped[int] = mapped_column(default=1)

    refuge: Mapped[Refuge] = relationship(lazy="joined")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class
