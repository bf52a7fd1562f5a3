"""What people say of a figure: another judgement than the computed one, and the network's own target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from refuge.audit.service import record
from refuge.errors import Refused
from refuge.london import london_date
from refuge.statistics.models import KpiJudgement, KpiTarget

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.statistics.models import Judged
    from refuge.statistics.periods import Period


def judge(
    session: Session, code: str, period: Period, judged: Judged, *, reason: str, by: Person, actor: Actor, at: datetime
) -> None:
    """Judge a figure of a period otherwise than it was computed. It stands in the next edition of that period."""
    session.add(
        KpiJudgement(
            network_id=by.network_id, code=code, since=period.since, until=period.until, judged=judged, reason=reason,
            judged_by_id=by.id, judged_at=at,
        ),
    )  # fmt: skip
    record(session, "kpi.judged", by=actor, at=at, code=code, since=str(period.since), judged=judged.value)


def set_target(
    session: Session, code: str, target: float, amber: float, *, why: str, by: Person, actor: Actor, at: datetime
) -> None:
    """Set what the network holds a figure against from today on. Raise Refused if that was done today already."""
    try:
        with session.begin_nested():
            session.add(
                KpiTarget(
                    network_id=by.network_id, code=code, from_on=london_date(at), target=target, amber=amber, why=why,
                    set_by_id=by.id, set_at=at,
                ),
            )  # fmt: skip
    except IntegrityError as error:
        sentence = "A target of this figure was set today already. It can be changed again tomorrow."
        raise Refused(sentence, code="target.today") from error
    record(session, "kpi.target_set", by=actor, at=at, code=code)
