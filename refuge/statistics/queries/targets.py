"""What a network holds figures against, and what people judged: with the definitions of the catalogue."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.accounts.models import Person
from refuge.statistics.catalogue import Definition, definitions
from refuge.statistics.models import KpiJudgement, KpiTarget

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from refuge.statistics.periods import Period


def meanings(session: Session, network_id: int, on: date) -> dict[str, Definition]:
    """Return the definitions that hold on a day, each with the network's own target where it set one."""
    found = {one.code: one for one in definitions(on)}
    rows = session.scalars(
        select(KpiTarget)
        .where(KpiTarget.network_id == network_id, KpiTarget.from_on <= on)
        .order_by(KpiTarget.from_on, KpiTarget.id),
    )
    for row in rows:
        if row.code in found:
            source = f"Set by the network from {row.from_on.day} {row.from_on:%B %Y}: {row.why}"
            found[row.code] = replace(found[row.code], target=row.target, amber=row.amber, source=source)
    return found


def judgements(session: Session, network_id: int, period: Period) -> dict[str, tuple[str, str, str, str]]:
    """Return code -> what a person judged of this period, her name, the day and why; the last one holds."""
    rows = session.execute(
        select(KpiJudgement, Person.name)
        .join(Person, Person.id == KpiJudgement.judged_by_id)
        .where(
            KpiJudgement.network_id == network_id,
            KpiJudgement.since == period.since,
            KpiJudgement.until == period.until,
        )
        .order_by(KpiJudgement.judged_at, KpiJudgement.id),
    )
    return {
        row.code: (row.judged.value, name, f"{row.judged_at.day} {row.judged_at:%B %Y}", row.reason)
        for row, name in rows
    }
