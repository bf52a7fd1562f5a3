"""Recourse to public funds: kept apart, with its own permission, in no list and no export."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.database import Base, one_of


class RouteState(StrEnum):
    """How far one way of paying for her place has come."""

    NOT_TRIED = "not_tried"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    NOT_POSSIBLE = "not_possible"

    @property
    def label(self) -> str:
        """The state in words."""
        return self.value.replace("_", " ").capitalize()


class Recourse(Base):
    """Whether she has recourse to public funds, and the ways of paying for her place. Guidance, never a refusal."""

    __tablename__ = "referral_recourse"

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), unique=True)
    status: Mapped[str] = mapped_column(String(40))
    """Code list `recourse_status`; `not_known` where nobody asked."""
    leave_expires: Mapped[date | None]
    """When a time-limited leave with recourse (MVDAC) ends."""

    routes: Mapped[list[FundingRoute]] = relationship(cascade="all, delete-orphan", lazy="selectin")


class FundingRoute(Base):
    """One way of paying for her place."""

    __tablename__ = "referral_funding_route"
    __table_args__ = (UniqueConstraint("recourse_id", "route"),)

    recourse_id: Mapped[int] = mapped_column(ForeignKey("referral_recourse.id"))
    route: Mapped[str] = mapped_column(String(40))
    """Code list `funding_route`."""
    state: Mapped[RouteState] = mapped_column(one_of(RouteState, "state"))
    on: Mapped[date | None] = mapped_column("on_date")
    """When it came to this state."""
