"""What can be done next about a referral: the first thing on its page, in words, as far as the reader may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from refuge.accounts.models import AgencyKind
from refuge.codes.queries import labels
from refuge.london import instant_words
from refuge.permissions import Permission
from refuge.placements.models import OfferAnswer
from refuge.placements.queries.askings import standing_checks
from refuge.placements.queries.holds import held, lapsed_hold
from refuge.placements.queries.residents import current_stay
from refuge.placements.queries.turn_aways import ref_of_turn_away, taken_back, turn_away
from refuge.referrals.models import ReferralState
from refuge.referrals.queries import answers_for, waits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.beds.models import Hold
    from refuge.placements.models import Asking, Offer
    from refuge.placements.queries.holds import Held
    from refuge.referrals.models import Referral


class Act(NamedTuple):
    """Something that the reader can do or read next: words, endpoint, ref of its subject."""

    words: str
    endpoint: str
    ref: str
    posts: bool = False
    """Whether it is done at once by its button."""


@dataclass(frozen=True)
class Step:
    """What stands on top of a referral."""

    title: str
    facts: Sequence[tuple[str, str]] = ()
    warnings: Sequence[str] = ()
    first: Act | None = None
    """What is most likely next: a button."""
    more: Sequence[Act] = ()
    waits_again: bool = False
    """Whether a hold has lapsed and she waits again, though no job has noticed yet."""


def step_of(session: Session, reader: Person, referral: Referral, *, at: datetime) -> Step | None:
    """Return what can be done next by this reader, who may see the referral; None where that is nothing."""
    if reader.agency_kind is not AgencyKind.REFUGE_PROVIDER:
        return None
    if waits(session, referral, at=at):
        return _waiting(session, reader, referral, at)
    if referral.state is ReferralState.HELD:
        found = held(session, reader, referral, at=at)
        return _HELD_ELSEWHERE if found is None else _held(session, reader, referral, found, at)
    if referral.state is ReferralState.PLACED:
        return _placed(session, reader, referral)
    if referral.state is ReferralState.TURNED_AWAY:
        return _turned_away(session, reader, referral)
    return None


_HELD_ELSEWHERE = Step(
    "A bed of the network is held for her", (("Where", "At another refuge, which offers it to her"),)
)


def _waiting(session: Session, reader: Person, referral: Referral, at: datetime) -> Step:
    gone = lapsed_hold(session, reader, referral, at=at)
    warnings = [f"The hold on {_bed_words(gone)} lapsed at {instant_words(gone.until_at, now=at)}."] if gone else []
    warnings += _checks_words(session, reader, referral)
    more = []
    if reader.may(Permission.RESIDENT_MOVE):
        more.append(Act("She is at the door: move her in", "placements.admit", referral.ref))
    if reader.may(Permission.TURNAWAY_RECORD):
        if answers_for(referral, reader):
            more.append(Act("Turn away", "placements.turn_away", referral.ref))
        more.append(Act("Log a search elsewhere", "placements.searches", referral.ref))
        if answers_for(referral, reader):
            more.append(Act("Set a day to look again", "placements.review", referral.ref))
    first = Act("Can we take her?", "placements.can_she", referral.ref) if reader.may(Permission.MATCH_SEE) else None
    before = taken_back(session, reader, referral)
    if before is not None and before.taken_back_by is not None and before.taken_back_at is not None:
        when = instant_words(before.taken_back_at, now=at)
        warnings.append(f"{before.taken_back_by.name} took back a turn-away, {when}: {before.taken_back_why}")
        more.append(Act("The turn-away that was taken back", "placements.turned_away", before.ref))
    return Step("She waits for a place", (), warnings, first, more, waits_again=referral.state is ReferralState.HELD)


def _bed_words(hold: Hold) -> str:
    return f"{hold.bed.refuge.name} {hold.bed.name}"


def _held(session: Session, reader: Person, referral: Referral, found: Held, at: datetime) -> Step:
    hold, offer = found.hold, found.offer
    own = hold.bed.refuge.agency_id == reader.agency_id
    refused = found.override is not None and found.override.agrees is False
    acts = _acts(referral, offer, own=own, refused=refused)
    if hold.renewed_at is None and not refused:
        acts.append(Act("Hold it longer, once", "placements.renew", referral.ref, posts=True))
    acts.append(Act("Let this bed go", "placements.release", referral.ref))
    warnings = _checks_words(session, reader, referral)
    if found.override is not None:
        warnings = _override_words(found.override, reader) + warnings
        if found.override.second_id == reader.id:
            acts.insert(0, Act(_asked(found.override), "placements.agree", found.override.ref))
    facts = [*hold_facts(session, found, at)]
    if not own:
        facts.append(("Next", f"{hold.bed.refuge.name} offers it to her and admits her"))
    leads = own or refused
    return Step(
        f"{_bed_words(hold)} is held for her", facts, warnings, acts[0] if leads else None, acts[1:] if leads else acts
    )


def _acts(referral: Referral, offer: Offer | None, *, own: bool, refused: bool) -> list[Act]:
    """Return what the refuge that has the bed can do, most likely first."""
    if not own or refused:
        return []
    offer_it = Act("Offer it to her", "placements.offer", referral.ref)
    answer = Act("Note her answer", "placements.answer", referral.ref)
    moved_in = Act("She has moved in", "placements.admit", referral.ref)
    if offer is None or offer.answer in {OfferAnswer.DECLINED, OfferAnswer.NO_ANSWER, OfferAnswer.WITHDRAWN}:
        return [offer_it, moved_in]
    return [answer, moved_in] if offer.answer is OfferAnswer.OPEN else [moved_in]


def _asked(override: Asking) -> str:
    return "Say whether you agree" if override.agrees is None else "Change what you said"


def _override_words(override: Asking, reader: Person) -> list[str]:
    by = "You" if override.by_id == reader.id else override.by.name
    second = "you" if override.second_id == reader.id else override.second.name
    said = {
        None: "has not been answered yet",
        True: "was answered yes",
        False: "was answered NO",
    }
    waits = "" if override.agrees else " She cannot be admitted until it is answered yes."
    return [
        f"{by} held it against what stands in the way: {override.reason}",
        f"The question to {second} as second person {said[override.agrees]}.{waits}",
    ]


def _checks_words(session: Session, reader: Person, referral: Referral) -> list[str]:
    """Return how the question stands whether she may be admitted past a check, to those of the refuge that asked."""
    asking = standing_checks(session, referral)
    if asking is None or reader.agency_id != asking.second.agency_id:
        return []
    second = "You were" if asking.second_id == reader.id else f"{asking.second.name} was"
    said = {None: "not answered yet", True: "the answer is yes", False: "the answer is NO"}[asking.agrees]
    return [f"{second} asked to decide if she moves into {asking.bed.name} although a check is not done: {said}."]


def hold_facts(session: Session, found: Held, at: datetime) -> list[tuple[str, str]]:
    """Return a hold in words: until when, by whom, why, and how far the offer has come."""
    hold, offer = found.hold, found.offer
    renewed = ", renewed" if hold.renewed_at is not None else ""
    facts = [("Until", instant_words(hold.until_at, now=at) + renewed), ("Held by", hold.held_by.name)]
    if hold.reason:
        facts.append(("Why", hold.reason))
    if offer is not None:
        how = labels(session, ["told_how"])["told_how"].get(offer.told_how, offer.told_how)
        facts.append(("Offered", f"{instant_words(offer.made_at, now=at)}, {how[:1].lower()}{how[1:]}"))
        facts.append(("Her answer", "None yet" if offer.answer is OfferAnswer.OPEN else offer.answer.label))
    return facts


def _placed(session: Session, reader: Person, referral: Referral) -> Step | None:
    stay = current_stay(session, reader, referral)
    if stay is None:
        return None
    title = f"She lives in {stay.bed.refuge.name} {stay.bed.name}"
    return Step(title, first=Act("See the resident", "placements.resident", stay.ref))


def _turned_away(session: Session, reader: Person, referral: Referral) -> Step | None:
    ref = ref_of_turn_away(session, reader, referral)
    found = None if ref is None else turn_away(session, reader, ref)
    if found is None:
        return None
    row, _ = found
    words = labels(session, ["turnaway_reason", "ended_by"])
    facts = [
        ("Who ended it", words["ended_by"].get(row.ended_by, row.ended_by)),
        ("Reason", words["turnaway_reason"].get(row.reason, row.reason)),
    ]
    first = Act("Why, and what happened next", "placements.turned_away", row.ref)
    return Step("She was turned away", facts, first=first)
