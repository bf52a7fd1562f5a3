"""While she lives here and when she leaves: the expected day, another bed, moving on. Then her bed is free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from refuge.audit.service import record
from refuge.beds.models import Stay
from refuge.beds.service.closures import turn_around
from refuge.beds.service.occupy import settled_by_database, take_bed
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.london import instant_words, london_date
from refuge.placements.models import AskedAbout, BedMove, Exclusion, MoveOn
from refuge.placements.queries.askings import seconds, standing_move
from refuge.placements.queries.residents import referral_of
from refuge.placements.service.asking import SAID_NO, SAY_WHY, Question, ask, close_questions, covered
from refuge.placements.service.following import do_what_follows, do_what_follows_change
from refuge.placements.service.standing import in_words, judge, lock_place, refuse_if_no_place, refuse_if_not_free
from refuge.placements.told import without_told
from support_plans.service.leavings import leave

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from allocation.beds.solution import Barrier
    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.beds.models import Bed
    from refuge.placements.models import Asking
    from refuge.referrals.models import Referral

STALE = "stale"
CONFIRM = "confirm"
ASKED_TO_LEAVE = "asked_to_leave"
"""Of code list `move_on_reason`: then it says until when she cannot come back."""


@dataclass(frozen=True)
class MoveDetails:
    """Why she moves to another bed, and who else decided it where something stands in the way."""

    reason: str
    second_ref: str = ""
    """The ref of the second person."""


@dataclass(frozen=True)
class LeavingDetails:
    """When she had really left, where to and why; and until when she cannot come back, if she was asked to leave."""

    left_at: datetime
    destination: str
    """Code list `move_on_destination`."""
    planned: bool
    reason: str
    """Code list `move_on_reason`."""
    note: str = ""
    excluded_until: date | None = None
    excluded_why: str = ""


def change_expected(
    session: Session, stay: Stay, expected: date | None, *, version: int, actor: Actor, at: datetime
) -> bool:
    """Change the day on which she is expected to leave; return whether it changed. The caller has locked the stay."""
    _refuse_if_over(stay)
    _refuse_if_stale(stay, version)
    if expected is not None and expected < london_date(at) and expected != stay.expected_move_on:
        raise Refused("Enter today or a later day, or leave it empty", field="expected_move_on")
    if stay.expected_move_on == expected:
        return False
    stay.expected_move_on = expected
    session.flush()
    record(session, "stay.changed", stay.ref, by=actor, at=at, fields=["expected_move_on"])
    return True


def move_between_beds(
    session: Session,
    stay: Stay,
    bed: Bed,
    details: MoveDetails,
    *,
    version: int,
    by: Person,
    actor: Actor,
    at: datetime,
) -> Stay:
    """End her stay in one bed and begin it in another at the same moment; return the new stay.

    Raise Refused where the bed is taken, or something stands in the way to which no second person has said yes
    herself. The caller has locked the stay, and both beds are of the actor's own agency.
    """
    referral = _ready_to_move(session, stay, bed, version, by, at)
    judged = judge(session, referral, bed, at=at)
    refuse_if_no_place(bed, judged.noes)
    asking = standing_move(session, stay)
    if judged.facts and not covered(session, asking, bed, judged.facts):
        raise Refused(_not_agreed(asking, bed, judged.noes), code=CONFIRM, field="second")
    new = _begin_next(session, stay, bed, at)
    session.add(
        BedMove(
            from_stay_id=stay.id, to_stay_id=new.id, reason=details.reason, moved_by_id=by.id,
            second_id=asking.second_id if asking is not None and judged.facts else None, at=at,
        ),
    )  # fmt: skip
    close_questions(session, referral, at=at)
    turn_around(session, stay.bed, left_at=at, by=by, actor=actor, at=at)
    session.flush()
    codes = without_told(barrier.code for barrier in judged.noes)
    record(session, "stay.moved", stay.ref, by=actor, at=at, to=new.ref, bed=bed.ref, barriers=codes)
    if bed.refuge_id != stay.bed.refuge_id:
        do_what_follows_change(session, stay, new, actor=actor, at=at)
    return new


def ask_about_move(
    session: Session, stay: Stay, bed: Bed, details: MoveDetails, *, version: int, by: Person, actor: Actor,
    at: datetime,
) -> Asking:  # fmt: skip
    """Ask a second person whether she may move to a bed that something stands against. The caller has locked the stay.

    Nothing is kept free for her meanwhile: her own bed is hers until she moves.
    """
    referral = _ready_to_move(session, stay, bed, version, by, at)
    judged = judge(session, referral, bed, at=at)
    refuse_if_no_place(bed, judged.noes)
    if not judged.facts:
        raise Refused("Nothing stands in the way any more: she can move without asking.", field="bed")
    second = next((one for one in seconds(session, by, bed) if one.ref == details.second_ref), None)
    if second is None:
        raise Refused("Choose the second person: somebody else of your agency", field="second")
    question = Question(AskedAbout.MOVE, referral, bed, judged.facts, stay=stay)
    return ask(session, question, details.reason, second, by=by, actor=actor, at=at)


def _ready_to_move(session: Session, stay: Stay, bed: Bed, version: int, by: Person, at: datetime) -> Referral:
    """Return the locked referral of a resident who can move there. Raise Refused where she cannot, as things are."""
    _refuse_if_over(stay)
    _refuse_if_stale(stay, version)
    if bed.id == stay.bed_id:
        raise Refused("Choose another bed: she lives in this one", field="bed")
    referral = referral_of(session, stay, lock=True)
    lock_place(session, bed)
    refuse_if_not_free(session, by, bed, at=at)
    return referral


def _not_agreed(asking: Asking | None, bed: Bed, against: tuple[Barrier, ...]) -> str:
    if asking is not None and asking.bed_id == bed.id and not asking.agrees:
        answered = "has not answered yet." if asking.agrees is None else SAID_NO
        return f"{asking.second.name} was asked about this move, and {answered}"
    since = " that nobody was asked about" if asking is not None and asking.bed_id == bed.id else ""
    return f"Something stands in the way{since} ({in_words(against)}). {_HOW}"


_HOW = f"Say why she moves there all the same, in {SAY_WHY} characters or more, choose who else decides, and ask her."


def _begin_next(session: Session, stay: Stay, bed: Bed, at: datetime) -> Stay:
    stay.ended_at = at
    session.flush()
    new = Stay(
        ref=new_ref(session, Stay), bed_id=bed.id, referral_id=stay.referral_id, started_at=at,
        expected_move_on=stay.expected_move_on, plan_agreed_on=stay.plan_agreed_on, review_due_on=stay.review_due_on,
    )  # fmt: skip
    take_bed(session, new)
    return new


def move_on(
    session: Session,
    stay: Stay,
    details: LeavingDetails,
    *,
    version: int,
    by: Person,
    actor: Actor,
    at: datetime,
) -> bool:
    """Note that she has left; return whether her bed is closed for cleaning now. The caller has locked the stay."""
    _refuse_if_over(stay)
    _refuse_if_stale(stay, version)
    _refuse_leaving(stay, details, at)
    referral = referral_of(session, stay, lock=True)
    leave(
        session, referral, planned=details.planned, destination=details.destination, by=by, actor=actor, at=at,
    )  # fmt: skip
    with settled_by_database(session):
        stay.ended_at = details.left_at
        session.flush()
    session.add(
        MoveOn(
            stay_id=stay.id, destination=details.destination, planned=details.planned, reason=details.reason,
            note=details.note, recorded_by_id=by.id, recorded_at=at,
        ),
    )  # fmt: skip
    if details.excluded_until is not None:
        _exclude(session, stay, details, details.excluded_until, by=by, at=at)
    session.flush()
    record(
        session, "stay.ended", stay.ref, by=actor, at=at, destination=details.destination, planned=details.planned,
        reason=details.reason, excluded=details.excluded_until is not None,
    )  # fmt: skip
    do_what_follows(session, stay, actor=actor, at=at)
    return turn_around(session, stay.bed, left_at=details.left_at, by=by, actor=actor, at=at) is not None


def _exclude(session: Session, stay: Stay, details: LeavingDetails, until: date, *, by: Person, at: datetime) -> None:
    session.add(
        Exclusion(
            refuge_id=stay.bed.refuge_id, referral_id=stay.referral_id, until=until, why=details.excluded_why,
            made_by_id=by.id, made_at=at,
        ),
    )  # fmt: skip


def _refuse_leaving(stay: Stay, details: LeavingDetails, at: datetime) -> None:
    if details.left_at > at:
        raise Refused("Enter a time that is not in the future: a bed is free once she has really left", field="left")
    if details.left_at <= stay.started_at:
        when = instant_words(stay.started_at, now=at)
        raise Refused(f"She came to this bed at {when}. Enter a later time", field="left")
    if details.reason != ASKED_TO_LEAVE:
        return
    if details.excluded_until is None or details.excluded_until <= london_date(details.left_at):
        raise Refused("Enter the first day on which she can come back", field="excluded_until")
    if not details.excluded_why:
        raise Refused("Say why she was asked to leave", field="excluded_why")


def _refuse_if_over(stay: Stay) -> None:
    if stay.ended_at is not None:
        raise Refused(f"{stay.called} has left {stay.bed.name} already. Look at her page again.", code="stay.over")


def _refuse_if_stale(stay: Stay, version: int) -> None:
    if stay.version != version:
        raise Refused(
            "Somebody else changed this while you had it open, and nothing of yours is saved yet. "
            "Read what is saved now, above, then save again.",
            code=STALE,
        )
