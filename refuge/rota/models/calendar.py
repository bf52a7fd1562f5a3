"""The days on which an agency does not work: its answer to bank holidays, and closure days added by hand."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Agency
from refuge.database import Base, Referable


class AgencyRota(Base):
    """How an agency keeps its rota. An agency without a row does not work on bank holidays."""

    __tablename__ = "agency_rota"

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), unique=True)
    works_bank_holidays: Mapped[bool]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class


class ClosureDay(Referable):
    """A day added by hand: one agency does not work then; or, for everybody, a bank holiday announced late."""

    __tablename__ = "closure_day"
    __table_args__ = (
        Index(
            "uq_closure_day_agency",
            "agency_id",
            "on_day",
            unique=True,
            sqlite_where=text("agency_id IS NOT NULL"),
            postgresql_where=text("agency_id IS NOT NULL"),
        ),
        Index(
            "uq_closure_day_network",
            "network_id",
            "on_day",
            unique=True,
            sqlite_where=text("agency_id IS NULL"),
            postgresql_where=text("agency_id IS NULL"),
        ),
    )
    prefix = "KD"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    """None: an extra bank holiday for everybody, worked by the agencies that work bank holidays."""
    on: Mapped[date] = mapped_column("on_day")
    name: Mapped[str] = mapped_column(String(80))

    agency: Mapped[Agency | None] = relationship(lazy="joined")
