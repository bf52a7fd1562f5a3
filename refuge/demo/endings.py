"""How invented stays and referrals end, as rows: moving on, asked to leave, turned away, searched for elsewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from refuge.london import london_date
from refuge.placements.models import Exclusion, MoveOn, Search, TurnAway
from refuge.referrals.models import Answer

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from refuge.accounts.models import Person
    from refuge.beds.models import Stay
    from refuge.demo.courses import Course
    from refuge.demo.loading import Loading
    from refuge.referrals.models import Referral

UNPLANNED = {
    "LA_TEMP": "choice", "PERPETRATOR": "choice", "ABANDONED": "choice", "EVICTED": "asked_to_leave",
    "HOSPITAL": "needs", "UNKNOWN": "other",
}  # fmt: skip
"""Destinations that are not planned, each with the reason that goes with it (codes of list `move_on_reason`)."""
OTHER_REASON = "She left while the office was closed and gave no address."
PLACED_ELSEWHERE = frozenset({"PLACED_OTHER_LOCAL", "PLACED_OUT_OF_AREA"})
ASKED = (
    ("The national list of vacancies", ""), ("Refuges in the West Midlands", "E12000005"),
    ("Refuges in Yorkshire and the Humber", "E12000003"), ("Refuges in the East of England", "E12000006"),
)  # fmt: skip
"""Whom staff asked outside the network, with the code of the area."""
NOTHING_FOUND = ("no_space", "no_space", "cannot_meet", "no_reply")
EXCLUDED_FOR = timedelta(days=180)


def end_stay(loading: Loading, stay: Stay, destination: str, *, by: Person, back_on_day: float | None = None) -> None:
    """Add where she went when her stay ended; nothing while she lives there."""
    if stay.ended_at is None:
        return
    reason = UNPLANNED.get(destination, "needs" if destination == "OTHER_REFUGE" else "ready")
    loading.db.add(
        MoveOn(
            stay_id=stay.id, destination=destination, planned=destination not in UNPLANNED, reason=reason,
            note=OTHER_REASON if reason == "other" else "", recorded_by_id=by.id, recorded_at=stay.ended_at,
        ),
    )  # fmt: skip
    if reason == "asked_to_leave":
        left_on = london_date(stay.ended_at)
        until = left_on + EXCLUDED_FOR if back_on_day is None else loading.day(back_on_day)
        bed = next(bed for bed in loading.beds.values() if bed.id == stay.bed_id)
        loading.db.add(
            Exclusion(
                refuge_id=bed.refuge_id, referral_id=stay.referral_id, until=until, made_by_id=by.id,
                why="Told somebody where the house is", made_at=stay.ended_at,
            ),
        )  # fmt: skip


def turn_away(loading: Loading, course: Course, referral: Referral, *, by: Person, chance: Random) -> None:
    """Add why no place was found, and where else somebody asked for her."""
    ended, at = course.ended, referral.closed_at
    if ended is None or at is None:
        return
    becomes = course.woman.becomes
    loading.db.add(
        TurnAway(
            ref=loading.ref(TurnAway), referral_id=referral.id, ended_by=ended.by, reason=ended.reason,
            contributing=list(ended.contributing), proposed=ended.proposed, barriers=ended.barriers,
            could_have=ended.could_have, decided_by_id=by.id, decided_at=at, outcome=becomes,
            found_elsewhere=_found(becomes),
        ),
    )  # fmt: skip
    if ended.reason.startswith("C"):
        _search(loading, referral, by=by, at=at, found=becomes in PLACED_ELSEWHERE, chance=chance)


def _found(becomes: str) -> Answer:
    if becomes in PLACED_ELSEWHERE:
        return Answer.YES
    return Answer.NOT_ASKED if becomes == "UNKNOWN" else Answer.NO


def _search(loading: Loading, referral: Referral, *, by: Person, at: datetime, found: bool, chance: Random) -> None:
    asked = chance.sample(ASKED, chance.randrange(1, len(ASKED)))
    for place, (whom, area) in enumerate(asked, start=1):
        last = place == len(asked)
        loading.db.add(
            Search(
                referral_id=referral.id, asked=whom, area=area, searched_by_id=by.id,
                result="offered" if last and found else chance.choice(NOTHING_FOUND),
                at=max(referral.received_at, at - timedelta(hours=len(asked) - place + 1)),
            ),
        )  # fmt: skip
