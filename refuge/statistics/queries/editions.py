"""Reading editions: as commissioners do, through a session that sees nothing else; and as the next one needs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from refuge.statistics.models import Edition, EditionTable, EditionWorking
from refuge.statistics.periods import Period
from refuge.statistics.published import Shown, ShownFigure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from sqlalchemy.orm import Session

KPIS = "kpi"
"""Key of the table that holds the figures of the catalogue."""


@dataclass(frozen=True)
class Published:
    """An edition as one profile shows it."""

    edition: Edition
    tables: Mapping[str, Shown]
    figures: Mapping[str, ShownFigure]
    before: Published | None = None
    """The edition of the period before, for the direction of travel."""

    @property
    def period(self) -> Period:
        """The period that it is about."""
        return Period(self.edition.since, self.edition.until)


def editions(published: Session, network_id: int) -> Sequence[Edition]:
    """Return the editions of a network, the latest period first, of each the latest edition first."""
    query = select(Edition).where(Edition.network_id == network_id)
    return published.scalars(query.order_by(Edition.until.desc(), Edition.since.desc(), Edition.number.desc())).all()


def edition(published: Session, network_id: int, ref: str, profile: str) -> Published | None:
    """Return one edition of the network as a profile shows it, with the one before; None: there is none."""
    row = published.scalar(select(Edition).where(Edition.network_id == network_id, Edition.ref == ref))
    return None if row is None else read(published, row, profile, with_before=True)


def latest(published: Session, network_id: int, period: Period) -> Edition | None:
    """Return the latest edition of a period."""
    return published.scalar(
        select(Edition)
        .where(Edition.network_id == network_id, Edition.since == period.since, Edition.until == period.until)
        .order_by(Edition.number.desc())
        .limit(1),
    )


def read(published: Session, row: Edition, profile: str, *, with_before: bool = False) -> Published:
    """Return what an edition says to a profile."""
    told = published.execute(
        select(EditionTable.table_key, EditionTable.content)
        .where(EditionTable.edition_id == row.id, EditionTable.profile == profile)
        .order_by(EditionTable.position),
    ).all()
    tables = {key: Shown.from_json(content) for key, content in told if key != KPIS}
    figures = [ShownFigure.from_json(one) for key, content in told if key == KPIS for one in content["figures"]]
    earlier = latest(published, row.network_id, Period(row.since, row.until).before) if with_before else None
    before = None if earlier is None else read(published, earlier, profile)
    return Published(row, tables, {figure.code: figure for figure in figures}, before)


def last_quarters(published: Session, row: Edition, profile: str, *, how_many: int) -> list[Published]:
    """Return the editions of the quarters up to this one's end, the oldest first, for what changed over time."""
    newest = (
        select(Edition.since, Edition.until, func.max(Edition.number).label("number"))
        .where(Edition.network_id == row.network_id, Edition.until <= row.until)
        .group_by(Edition.since, Edition.until)
        .subquery()
    )
    rows = published.scalars(
        select(Edition)
        .join(
            newest,
            (newest.c.since == Edition.since) & (newest.c.until == Edition.until) & (newest.c.number == Edition.number),
        )
        .where(Edition.network_id == row.network_id)
        .order_by(Edition.until.desc()),
    )
    quarters = [one for one in rows if Period(one.since, one.until).kind == "quarter"][:how_many]
    return [read(published, one, profile) for one in reversed(quarters)]


def workings(session: Session, network_id: int, period: Period) -> list[tuple[Edition, dict[str, Any]]]:
    """Return every edition of a period with its exact counts, the first first: for whoever makes the next one."""
    rows = session.execute(
        select(Edition, EditionWorking.content)
        .join(EditionWorking, EditionWorking.edition_id == Edition.id)
        .where(Edition.network_id == network_id, Edition.since == period.since, Edition.until == period.until)
        .order_by(Edition.number),
    )
    return [(row, content) for row, content in rows]
