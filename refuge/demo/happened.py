"""What became of invented referrals, as rows: in three steps for many at once, so that the database is asked seldom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING

from refuge.accounts.models import AgencyKind
from refuge.beds.models import Closure, Hold, HoldEnd, Stay
from refuge.demo.endings import end_stay, turn_away
from refuge.demo.loading import SEED
from refuge.demo.told import referral_of
from refuge.london import instant_of
from refuge.placements.models import (
    AskedAbout,
    AskedFact,
    Asking,
    BedMove,
    Offer,
    OfferAnswer,
    TakingOver,
    WaitingReview,
)
from refuge.referrals.models import Referral, ReferralState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from refuge.accounts.models import Agency, Person
    from refuge.demo.courses import Course, Offered, Spell
    from refuge.demo.loading import Loading

REFERRERS = {"POLICE": "Leicestershire Police", "NAT_DA_HELPLINE": "Domestic abuse helpline"}
"""Which agency of the network may make a referral from a source itself."""
MADE_THEMSELVES = 0.6
"""The share of those that are made in the system and not on the telephone (D)."""
MORNING, LEFT, CLEANED, LATEST = time(10, 30), time(10, 15), time(9, 30), time(21)
HELD_FOR = timedelta(hours=24)
OVERRIDE_REASON = "Staff of the night line ring her at 22:00 and 02:00 until the crisis team has seen her."


@dataclass
class Story:
    """One course with the rows that it has become so far."""

    course: Course
    referral: Referral
    taken_by: Person
    home: Agency
    """The agency that answers for her: of her bed, or else of the refuge that was asked."""
    chance: Random
    hold: Hold | None = None
    stays: list[Stay] = field(default_factory=list)

    @property
    def changes_agency(self) -> bool:
        """Whether a refuge took the record over from the agency that made it."""
        ended = self.course.ended
        acted = ended is None or not ended.withdrawn
        from_outside = self.taken_by.agency_kind is not AgencyKind.REFUGE_PROVIDER
        return self.taken_by.agency_id != self.home.id and (self.course.placed or (from_outside and acted))


def add_what_happened(loading: Loading, courses: Sequence[Course]) -> list[Story]:
    """Add referrals with everything that became of them; return them as stories."""
    db, stories = loading.db, [_story(loading, course) for course in courses]
    db.add_all(story.referral for story in stories)
    db.flush()
    for story in stories:
        _take_bed(loading, story)
    db.flush()
    for story in stories:
        _write_down(loading, story)
    db.flush()
    return stories


def _story(loading: Loading, course: Course) -> Story:
    woman, chance = course.woman, Random(f"{SEED}/{course.woman.ref}")  # noqa: S311  the same each time
    asked = next(bed.refuge.agency for bed in loading.beds.values() if bed.refuge.specialism == woman.asked)
    taken_by = _taken_by(loading, course, asked, chance)
    home = loading.beds[course.spells[-1].bed].refuge.agency if course.placed else asked
    story = Story(course, referral_of(woman, loading.ref(Referral)), taken_by, home, chance)
    referral = story.referral
    referral.network_id, referral.taken_by_id = loading.network.id, taken_by.id
    referral.agency_id = home.id if story.changes_agency else taken_by.agency_id
    referral.received_at = instant_of(woman.received_on, time(woman.minute // 60, woman.minute % 60))
    referral.state = _state(course)
    if course.ended is not None:
        referral.closed_at = _ended_at(story)
        referral.outcome = course.ended.reason if course.ended.withdrawn else woman.becomes
    return story


def _taken_by(loading: Loading, course: Course, asked: Agency, chance: Random) -> Person:
    made_by = loading.agencies.get(REFERRERS.get(course.woman.source, ""))
    if made_by is not None and chance.random() < MADE_THEMSELVES:
        return loading.team(made_by)[0]
    return chance.choice(loading.team(asked))


def _state(course: Course) -> ReferralState:
    if course.ended is None:
        return ReferralState.PLACED
    return ReferralState.WITHDRAWN if course.ended.withdrawn else ReferralState.TURNED_AWAY


def _held_at(story: Story, offered: Offered) -> datetime:
    """Return when the bed was held: in the morning, or soon after the call."""
    return max(instant_of(offered.on, MORNING), story.referral.received_at + timedelta(minutes=45))


def _came_at(held_at: datetime, on: date) -> datetime:
    """Return when she came: some hours after, the next morning if that would be at night."""
    came_at = held_at + timedelta(hours=4)
    return came_at if came_at <= instant_of(on, LATEST) else instant_of(on + timedelta(days=1), time(11))


def _ended_at(story: Story) -> datetime:
    """Return when it ended without a place: after her answer, or in the afternoon of the day."""
    course = story.course
    if course.offered is not None:
        return _held_at(story, course.offered) + timedelta(hours=3)
    ended_on = course.ended.on if course.ended is not None else course.woman.received_on
    return max(instant_of(ended_on, time(16)), story.referral.received_at + timedelta(hours=1))


def _take_bed(loading: Loading, story: Story) -> None:
    """Add what takes beds: the hold, the stays, and the closures while each bed is made ready."""
    offered = story.course.offered
    if offered is None:
        return
    held_at = _held_at(story, offered)
    used_at = _came_at(held_at, offered.on) if offered.accepted else held_at + timedelta(hours=2)
    bed, how = loading.beds[offered.bed], HoldEnd.USED if offered.accepted else HoldEnd.RELEASED
    story.hold = Hold(
        bed_id=bed.id, referral_id=story.referral.id, from_at=held_at, until_at=held_at + HELD_FOR, ended_at=used_at,
        ended_how=how, held_by_id=loading.team(bed.refuge.agency)[0].id,
    )  # fmt: skip
    loading.db.add(story.hold)
    starts = used_at
    for place, spell in enumerate(story.course.spells):
        last = place == len(story.course.spells) - 1
        ends = None if spell.until is None else instant_of(spell.until, LEFT if last else time(12))
        _stay(loading, story, spell, starts, ends)
        starts = ends or starts


def _stay(loading: Loading, story: Story, spell: Spell, starts: datetime, ends: datetime | None) -> None:
    bed = loading.beds[spell.bed]
    stay = Stay(
        ref=loading.ref(Stay), bed_id=bed.id, referral_id=story.referral.id, started_at=starts, ended_at=ends,
        expected_move_on=spell.until, plan_agreed_on=spell.from_on + timedelta(days=story.chance.randrange(3, 9)),
    )  # fmt: skip
    story.stays.append(stay)
    loading.db.add(stay)
    if ends is not None and spell.ready is not None:
        loading.db.add(
            Closure(
                bed_id=bed.id, from_at=ends + timedelta(hours=1), reason="cleaning", expected_ready=spell.ready,
                closed_by_id=loading.team(bed.refuge.agency)[0].id, ended_at=instant_of(spell.ready, CLEANED),
            ),
        )  # fmt: skip


def _write_down(loading: Loading, story: Story) -> None:
    """Add what people decided, beside the rows that take beds."""
    home = loading.team(story.home)
    if story.hold is not None and story.course.offered is not None:
        _offer(loading, story, story.course.offered, story.hold)
    for left, entered in zip(story.stays, story.stays[1:], strict=False):
        moved = BedMove(
            from_stay_id=left.id, to_stay_id=entered.id, reason="Closer to the bathroom", moved_by_id=home[0].id,
            at=entered.started_at,
        )  # fmt: skip
        loading.db.add(moved)
    if story.stays:
        end_stay(loading, story.stays[-1], story.course.woman.destination, by=story.chance.choice(home))
    if story.course.ended is not None and not story.course.ended.withdrawn:
        turn_away(loading, story.course, story.referral, by=story.chance.choice(home), chance=story.chance)
    if story.changes_agency:
        _take_over(loading, story, by=home[0])
    _review(loading, story, by=home[0])


def _offer(loading: Loading, story: Story, offered: Offered, hold: Hold) -> None:
    answered_at = min(hold.from_at + timedelta(hours=2), hold.ended_at or hold.until_at)
    loading.db.add(
        Offer(
            ref=loading.ref(Offer), hold_id=hold.id, made_by_id=hold.held_by_id,
            made_at=hold.from_at + timedelta(minutes=20), told_how="safe_number",
            answer=OfferAnswer.ACCEPTED if offered.accepted else OfferAnswer.DECLINED, answered_at=answered_at,
            answered_to_id=hold.held_by_id, decline_reason="" if offered.accepted else story.course.woman.declines,
        ),
    )  # fmt: skip
    if offered.overridden:
        second = loading.team(loading.beds[offered.bed].refuge.agency)[1]
        asking = Asking(
            ref=loading.ref(Asking), about=AskedAbout.HOLD, referral_id=hold.referral_id, bed_id=hold.bed_id,
            hold_id=hold.id, reason=OVERRIDE_REASON, by_id=hold.held_by_id, second_id=second.id, at=hold.from_at,
            agrees=True, answered_at=hold.from_at + timedelta(minutes=15),
        )  # fmt: skip
        loading.db.add(asking)
        loading.db.flush()
        loading.db.add_all(AskedFact(asking_id=asking.id, code=code) for code in offered.overridden)


def _take_over(loading: Loading, story: Story, *, by: Person) -> None:
    acted_at = story.hold.from_at if story.hold is not None else story.referral.closed_at
    loading.db.add(
        TakingOver(
            referral_id=story.referral.id, from_agency_id=story.taken_by.agency_id, taken_by_id=by.id,
            at=acted_at or story.referral.received_at,
        ),
    )  # fmt: skip


def _review(loading: Loading, story: Story, *, by: Person) -> None:
    """Add the day on which somebody looked again, where she waited longer than a few days."""
    received_on, course = story.course.woman.received_on, story.course
    until = course.ended.on if course.ended is not None else course.spells[0].from_on
    review_on = received_on + timedelta(days=3)
    if until > review_on:
        row = WaitingReview(
            referral_id=story.referral.id, review_on=review_on, set_by_id=by.id, set_at=story.referral.received_at
        )
        loading.db.add(row)
