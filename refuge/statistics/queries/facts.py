"""Reading the facts that are counted: one network, some days, few queries however many referrals; nobody's name.

Names and birth dates are read only to make a household's pseudonym, and go no further than this file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import String, Text, and_, case, cast, exists, func, or_, select, type_coerce

from refuge.accounts.models import Agency
from refuge.beds.models import Bed, Hold, Refuge, Stay
from refuge.codes.models import Code
from refuge.database import AUDIT_KEY
from refuge.london import day_begins
from refuge.placements.models import Offer, OfferAnswer, Search, TurnAway
from refuge.referrals.models import Answer, Child, Need, NeedLevel, PossibleSame, Recourse, Referral, ReferralState
from refuge.statistics.facts import BIT, NEEDS, SIDE_OF, TWICE, Fact, Outcome
from refuge.statistics.pseudonyms import Same, pseudonym, pseudonym_key

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Result
    from sqlalchemy.orm import Session

    from refuge.statistics.periods import Period

SUPPORTED = (NeedLevel.LOW, NeedLevel.MEDIUM, NeedLevel.HIGH)
SUBSTANCES = ("alcohol", "drugs")
WITH_FUNDS = ("RECOURSE", "MVDAC_LEAVE", "NOT_KNOWN")
"""Recourse to public funds, or nobody knows."""
NOT_KNOWN = "NOT_KNOWN"
ENDED = frozenset({ReferralState.TURNED_AWAY, ReferralState.WITHDRAWN})
MIND, SUBSTANCE, NRPF, CHILDREN, ACCESS = (BIT[need] for need in NEEDS)
AT_ONCE = 10_000
"""Rows that are read at a time, so that a million referrals need no more memory than they must."""


def facts(session: Session, network_id: int, period: Period, *, agency_id: int | None = None) -> Generator[Fact]:
    """Give every referral of the network that was received or decided in the period; `agency_id` keeps to one service.

    A turn-away that was taken back leaves its referral open or placed, and is counted as that.
    """
    which = _touching(network_id, period)
    if agency_id is not None:
        which = and_(which, Referral.agency_id == agency_id)
    beside = _Beside(session, network_id, which)
    rows: Result[Any] = session.execute(
        select(
            Referral.id, Referral.agency_id, _as_text(Referral.state), Referral.received_at, Referral.closed_at,
            Referral.outcome, Referral.source, Referral.from_area, Referral.ethnicity, _as_text(Referral.children_come),
            _has_any(Referral.access), Referral.access_asked, Referral.adult_dependants, Referral.name_key,
            Referral.born_on,
        ).where(which).execution_options(yield_per=AT_ONCE),
    )  # fmt: skip
    try:
        for row in rows:
            fact = _fact(row, beside)
            if fact.reason != TWICE:
                yield fact
    finally:
        rows.close()  # whoever wanted no more of them leaves no cursor open on the server


def _touching(network_id: int, period: Period) -> ColumnElement[bool]:
    """Return which referrals can belong to a period by either day."""
    begins, ends = day_begins(period.since), day_begins(period.until + timedelta(days=1))
    moved_in = exists().where(Stay.referral_id == Referral.id, Stay.started_at >= begins)
    in_time = (Referral.received_at >= begins, Referral.closed_at >= begins, moved_in)
    return and_(Referral.network_id == network_id, Referral.received_at < ends, or_(*in_time))


@dataclass
class _Beside:
    """What stands in other tables about the referrals that are read, by referral."""

    session: Session
    network_id: int
    which: ColumnElement[bool]
    same: Same = field(default_factory=Same)
    apart: set[int] = field(default_factory=set)
    """Referrals that a worker said are not the woman whose name and birth date they share."""

    def __post_init__(self) -> None:
        self.key = pseudonym_key(self.session.info[AUDIT_KEY])
        self.agencies = dict(self._all(select(Agency.id, Agency.name).where(Agency.network_id == self.network_id)))
        self.refuges = {row.id: row for row in self._all(self._refuges())}
        self.only_refuge = _only(self.refuges.values())
        self.groups = dict(self._all(select(Code.code, Code.group).where(Code.list_name == "turnaway_reason")))
        self.turn_aways = {row[0]: row for row in self._all(self._turn_aways())}
        self.needs = {number: _said(*counted) for number, *counted in self._all(self._needs())}
        self.children = dict(self._all(self._counted(Child)))
        self.searches = dict(self._all(self._counted(Search)))
        self.recourse = dict(self._all(select(Recourse.referral_id, Recourse.status).where(self._theirs(Recourse))))
        self.offered = dict(self._all(self._offers()))
        self.stays: dict[int, Any] = {}
        for stay in self._all(self._stays()):
            self.stays.setdefault(stay[0], stay)
        self._pairs = self._all(self._decided_pairs())
        self.apart = {high for _, high, same, *_ in self._pairs if not same}
        self.same.join(self._joined())

    def _all(self, query: Any) -> Any:  # noqa: ANN401  the rows differ
        return self.session.execute(query).all()

    def _theirs(self, table: Any) -> ColumnElement[bool]:  # noqa: ANN401  any table that hangs on a referral
        return exists().where(Referral.id == table.referral_id, self.which)

    def _counted(self, table: Any) -> Any:  # noqa: ANN401  the same
        return select(table.referral_id, func.count()).where(self._theirs(table)).group_by(table.referral_id)

    def _refuges(self) -> Any:  # noqa: ANN401  the type of a query is long and says nothing
        return select(Refuge.id, Refuge.name, Refuge.agency_id).where(Refuge.network_id == self.network_id)

    def _turn_aways(self) -> Any:  # noqa: ANN401  the same
        told = (TurnAway.referral_id, TurnAway.reason, TurnAway.decided_at, TurnAway.outcome, TurnAway.could_have)
        return select(*told).where(self._theirs(TurnAway), TurnAway.taken_back_at.is_(None))

    def _needs(self) -> Any:  # noqa: ANN401  the same
        supported, asked = Need.level.in_(SUPPORTED), Need.level != NeedLevel.NOT_ASKED
        return (
            select(
                Need.referral_id,
                _times(Need.need == "mental_health", supported), _times(Need.need.in_(SUBSTANCES), supported),
                _times(Need.need == "mental_health", asked), _times(Need.need.in_(SUBSTANCES), asked),
            ).where(self._theirs(Need)).group_by(Need.referral_id)
        )  # fmt: skip

    def _offers(self) -> Any:  # noqa: ANN401  the same
        return (
            select(Hold.referral_id, func.min(Offer.made_at))
            .join(Offer, Offer.hold_id == Hold.id)
            .where(Offer.answer == OfferAnswer.ACCEPTED, self._theirs(Hold))
            .group_by(Hold.referral_id)
        )

    def _stays(self) -> Any:  # noqa: ANN401  the same
        told = (Stay.referral_id, Stay.started_at, Bed.refuge_id)
        return select(*told).join(Bed, Bed.id == Stay.bed_id).where(self._theirs(Stay)).order_by(Stay.started_at)

    def _decided_pairs(self) -> Any:  # noqa: ANN401  the same
        low, high = Referral.__table__.alias("low"), Referral.__table__.alias("high")
        return (
            select(
                PossibleSame.low_id, PossibleSame.high_id, PossibleSame.same,
                low.c.name_key, low.c.born_on, high.c.name_key, high.c.born_on,
            )
            .join(low, low.c.id == PossibleSame.low_id)
            .join(high, high.c.id == PossibleSame.high_id)
            .where(PossibleSame.same.is_not(None), low.c.network_id == self.network_id)
        )  # fmt: skip

    def _joined(self) -> Iterator[tuple[int, int]]:
        for low, high, same, low_name, low_born, high_name, high_born in self._pairs:
            if same:
                yield self.household(low, low_name, low_born), self.household(high, high_name, high_born)

    def household(self, number: int, name_key: str, born_on: Any) -> int:  # noqa: ANN401  a date or None
        """Return the pseudonym of a referral's household."""
        name = "" if number in self.apart else name_key
        return self.same.of(pseudonym(self.key, name_key=name, born_on=born_on, number=number))


def _has_any(codes: Any) -> ColumnElement[bool]:  # noqa: ANN401  a column of codes
    """Return whether a list of codes has any, asked of the database: to read a million lists takes long."""
    return cast(codes, Text).not_in(("[]", "null")).label("access")


def _as_text(column: Any) -> Any:  # noqa: ANN401  a column of one of a few words
    """Return the word itself, which compares with its `StrEnum`: to make a million of these takes long."""
    return type_coerce(column, String)


def _times(*which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((and_(*which), 1), else_=0))


def _only(refuges: Iterable[Any]) -> dict[int, str]:
    """Return the refuge of each agency that runs exactly one."""
    found: dict[int, list[str]] = {}
    for refuge in refuges:
        found.setdefault(refuge.agency_id, []).append(refuge.name)
    return {agency: names[0] for agency, names in found.items() if len(names) == 1}


def _fact(row: Sequence[Any], beside: _Beside) -> Fact:
    (
        number, agency_id, state, received_at, closed_at, withdrawn_for, source, area, ethnicity, come, access,
        access_asked, adults, name_key, born_on,
    ) = row  # fmt: skip
    away = beside.turn_aways.get(number) if state == ReferralState.TURNED_AWAY else None
    stay = beside.stays.get(number) if state == ReferralState.PLACED else None
    outcome, reason = _ended(state, withdrawn_for, away, beside.groups)
    children = beside.children.get(number, 0)
    money = beside.recourse.get(number, NOT_KNOWN)
    needs, unasked = _needs_of(
        beside.needs.get(number, NOBODY_ASKED), money, come, children > 0, bool(access), bool(access_asked)
    )
    if stay is not None:
        refuge = beside.refuges[stay[2]].name
    else:
        refuge = beside.only_refuge.get(agency_id, "") if state in ENDED else ""
    return Fact(
        number=number, household=beside.household(number, name_key, born_on), received_at=received_at,
        decided_at=_decided_at(number, state, closed_at, away, stay, beside), outcome=outcome,
        agency=beside.agencies[agency_id], refuge=refuge, placed_at=None if stay is None else stay[1],
        reason=reason, needs=needs, unasked=unasked, ethnicity=ethnicity, area=area, source=source,
        children=children, adults=adults or 0, searches=beside.searches.get(number, 0),
        elsewhere="" if away is None else away[3], could_have=0 if away is None else away[4],
    )  # fmt: skip


def _ended(state: str, withdrawn_for: str, away: Any, groups: Mapping[str, str]) -> tuple[Outcome, str]:  # noqa: ANN401  a row or None
    """Return the side that ended it and the reason; a withdrawal is kept in codes of the same list."""
    if state == ReferralState.PLACED:
        return Outcome.PLACED, ""
    if state not in ENDED:
        return Outcome.OPEN, ""
    reason = away[1] if away is not None else (withdrawn_for if state == ReferralState.WITHDRAWN else "")
    if reason not in groups:
        return Outcome.OTHER, ""
    return SIDE_OF.get(groups[reason], Outcome.OTHER), reason


def _decided_at(
    number: int,
    state: str,
    closed_at: datetime | None,
    away: Any,  # noqa: ANN401  a row or None
    stay: Any,  # noqa: ANN401  the same
    beside: _Beside,
) -> datetime | None:
    """Return when it was decided: the offer that she took, the turn-away, the withdrawal."""
    if state == ReferralState.PLACED:
        moved_in = None if stay is None else stay[1]
        offered = beside.offered.get(number)
        known = [at for at in (moved_in, offered) if at is not None]
        return min(known) if known else None
    if state not in ENDED:
        return None
    decided: datetime | None = closed_at if away is None else away[2]
    return decided


class _Said(NamedTuple):
    """What the needs that were recorded of a referral say."""

    mind: bool
    substance: bool
    mind_asked: bool
    substances_asked: bool


NOBODY_ASKED = _Said(mind=False, substance=False, mind_asked=False, substances_asked=False)


@cache
def _said(mind: int, substance: int, mind_asked: int, substances_asked: int) -> _Said:
    """Return what so many rows say: there are few ways, so that a million referrals share them."""
    return _Said(mind > 0, substance > 0, mind_asked > 0, substances_asked == len(SUBSTANCES))


@cache
def _needs_of(said: _Said, money: str, come: str, children: bool, access: bool, access_asked: bool) -> tuple[int, int]:  # noqa: FBT001  remembered by place
    """Return the needs that she has and those that nobody asked about, as bits."""
    needs = unasked = 0
    for bit, there, asked in (
        (MIND, said.mind, said.mind_asked),
        (SUBSTANCE, said.substance, said.substances_asked),
        (NRPF, money not in WITH_FUNDS, money != NOT_KNOWN),
        (CHILDREN, children or come == Answer.YES, come != Answer.NOT_ASKED),
        (ACCESS, access, access_asked),
    ):
        if there:
            needs |= bit
        elif not asked:
            unasked |= bit
    return needs, unasked
