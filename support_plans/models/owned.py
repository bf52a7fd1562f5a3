"""What every record of a plan carries: whose resident it is about, the agency that wrote it, and what it is about."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from refuge.database import one_of
from support_plans.categories import Category


class Owned:
    """A record of one resident. It belongs to the agency that wrote it; `access.readable` says who else may read it."""

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    """Her time here. Beds may change, the referral that brought her does not."""
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    """The agency that wrote it, and whose record it is."""
    category: Mapped[Category] = mapped_column(one_of(Category, "category"))
    """What it is about: other agencies read it only while she agreed, or another basis is recorded."""
