"""Gathers what the figures of a period are computed from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.codes.models import Code
from refuge.statistics.counting import Basis, in_period
from refuge.statistics.kpis import Told
from refuge.statistics.queries.care import care
from refuge.statistics.queries.facts import facts
from refuge.statistics.queries.given import given
from refuge.statistics.queries.stays import held, spells, units

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.statistics.facts import Fact
    from refuge.statistics.periods import Period


def told(
    session: Session,
    network_id: int,
    period: Period,
    *,
    at: datetime,
    agency_id: int | None = None,
    basis: Basis = Basis.RECEIVED,
    known: Iterable[Fact] | None = None,
) -> Told:
    """Return the facts of the period and what stands beside them; `known`: facts that were read already, and more."""
    found = facts(session, network_id, period, agency_id=agency_id) if known is None else known
    return Told(
        period, in_period(found, period, basis),
        spells(session, network_id, period, agency_id=agency_id), units(session, network_id, agency_id=agency_id),
        held(session, network_id, agency_id=agency_id), at,
        care(session, network_id, period, at=at, agency_id=agency_id),
        given(session, network_id, period, at=at, agency_id=agency_id),
    )  # fmt: skip


def sides(session: Session) -> dict[str, str]:
    """Return code of list `turnaway_reason` -> its group."""
    rows = session.execute(select(Code.code, Code.group).where(Code.list_name == "turnaway_reason"))
    return {code: group for code, group in rows}  # noqa: C416  a row is no pair to the type checker
