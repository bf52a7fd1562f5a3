"""Pairs of referrals: perhaps the same woman, or two who must not meet. Found silently, told to few."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import and_, delete, or_, select

from refuge.audit.service import record
from refuge.errors import Refused
from refuge.referrals.duplicates import block_keys, name_key, same_name
from refuge.referrals.models import ConflictPair, MatchKey, MustNotMeet, PossibleSame, Referral
from refuge.referrals.queries.pairs import mark_of, matches, probe_of
from refuge.referrals.queries.referrals import visible_refs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.referrals.models import ReferralDraft

Pair = TypeVar("Pair", PossibleSame, ConflictPair)
STALE = "stale"
REF = re.compile(r"[RW]-[0-9]{5}")


def compare_with_network(session: Session, referral: Referral, *, at: datetime) -> None:
    """Find who may be the same woman and who must not meet her, in her network, and keep the pairs.

    Call it after every save of a referral, with the row flushed and the network locked.
    """
    _remember_keys(session, referral)
    _find_same(session, referral)
    _find_conflicts(session, referral, at=at)


def who_key_of(session: Session, who: str, *, by: Person) -> str:
    """Return the key by which a person she must not meet is found: the ref of a referral, or a folded name.

    Refuses a ref of a referral or resident that the worker may not see, in the same words as one that is none.
    """
    ref = who.strip().upper()
    if not REF.fullmatch(ref):
        return name_key(who)
    found = visible_refs(session, by, [ref]).get(ref)
    if found is None:
        raise Refused(f"{ref} is not a referral that you can see. Write the name instead.", field="must_not_meet")
    return found


def say_known(
    session: Session,
    draft: ReferralDraft,
    refs: Sequence[str],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Note in the audit which other referrals she was told of while she took the call, each once."""
    new = [ref for ref in refs if ref not in draft.said]
    if new:
        draft.said = [*draft.said, *new]
        record(session, "duplicate.seen", draft.ref, by=actor, at=at, refs=new)


def decide_same(
    session: Session,
    referral: Referral,
    other: Referral,
    *,
    same: bool,
    seen: str,
    by: Person,
    actor: Actor,
    at: datetime,
) -> None:
    """Keep what a worker who may see both decided: the same woman, or someone else. Decided twice alike is once.

    Raise Refused if the two are not said to be alike on the grounds that she was shown, or somebody decided otherwise.
    """
    low, high = sorted((referral.id, other.id))
    both = select(PossibleSame).where(PossibleSame.low_id == low, PossibleSame.high_id == high)
    pair = session.scalar(both.with_for_update().execution_options(populate_existing=True))
    if pair is None:
        raise Refused(f"{other.ref} no longer looks like the same woman. Nothing was changed.", code=STALE)
    if pair.same is same:
        return
    if pair.same is not None:
        said = "the same woman" if pair.same else "someone else"
        raise Refused(f"Somebody decided meanwhile that {other.ref} is {said}. Nothing was changed.", code=STALE)
    if mark_of(pair.same, pair.grounds) != seen:
        grounds = ", ".join(pair.grounds)
        raise Refused(
            f"What is known of {other.ref} has changed since you looked: it is now {grounds}. Decide again.", code=STALE
        )
    pair.same, pair.decided_by_id, pair.decided_at = same, by.id, at
    record(session, "duplicate.decided", referral.ref, by=actor, at=at, other=other.ref, same=same)


def _remember_keys(session: Session, referral: Referral) -> None:
    wanted = block_keys(referral.name, referral.born_on, referral.safe_number_digits)
    there = set(session.scalars(select(MatchKey.key).where(MatchKey.referral_id == referral.id)))
    if gone := there - wanted:
        session.execute(delete(MatchKey).where(MatchKey.referral_id == referral.id, MatchKey.key.in_(gone)))
    session.add_all(MatchKey(referral_id=referral.id, key=key) for key in sorted(wanted - there))


def _network(referral: Referral) -> ColumnElement[bool]:
    return and_(Referral.network_id == referral.network_id, Referral.id != referral.id)


def _find_same(session: Session, referral: Referral) -> None:
    """Keep likely pairs. One that a person has decided stays; an undecided one that is no longer alike goes."""
    found = {match.id: match.likeness for match in matches(session, probe_of(referral), _network(referral))}
    for pair in _pairs_of(session, PossibleSame, referral):
        likeness = found.pop(_other(pair, referral), None)
        if likeness is not None:
            pair.score, pair.grounds = likeness.score, list(likeness.grounds)
        elif pair.same is None and not _quotes(session, pair, referral):
            session.delete(pair)
    for other, likeness in found.items():
        low, high = sorted((referral.id, other))
        session.add(PossibleSame(low_id=low, high_id=high, score=likeness.score, grounds=list(likeness.grounds)))


def _quotes(session: Session, pair: PossibleSame, referral: Referral) -> bool:
    """Return whether the other referral quotes this one, which only its own text can tell."""
    other = session.get_one(Referral, _other(pair, referral))
    return referral.ref in probe_of(other).quotes


def _find_conflicts(session: Session, referral: Referral, *, at: datetime) -> None:
    wanted = {**_who_names_her(session, referral), **_whom_she_names(session, referral)}
    for pair in _pairs_of(session, ConflictPair, referral):
        if wanted.pop(_other(pair, referral), None) is None:
            session.delete(pair)
    for other, how in wanted.items():
        low, high = sorted((referral.id, other))
        session.add(ConflictPair(low_id=low, high_id=high, recorded_at=at, found_by=how))


def _whom_she_names(session: Session, referral: Referral) -> dict[int, str]:
    """Return the referrals that her own list names, and how: by ref or by name."""
    told = session.execute(
        select(MustNotMeet.who, MustNotMeet.who_key).where(MustNotMeet.referral_id == referral.id),
    ).all()
    refs = [key for _, key in told if REF.fullmatch(key)]
    found = dict.fromkeys(session.scalars(select(Referral.id).where(_network(referral), Referral.ref.in_(refs))), "ref")
    for who, key in told:
        if REF.fullmatch(key):
            continue
        for row, name in _named_like(session, referral, who):
            if same_name(who, name):
                found.setdefault(row, "name")
    return found


def _named_like(session: Session, referral: Referral, who: str) -> Iterable[tuple[int, str]]:
    keys = block_keys(who, None, "")
    rows = session.execute(
        select(Referral.id, Referral.name).where(
            _network(referral),
            Referral.id.in_(select(MatchKey.referral_id).where(MatchKey.key.in_(keys))),
        ),
    )
    return [(row, name) for row, name in rows]


def _who_names_her(session: Session, referral: Referral) -> dict[int, str]:
    """Return the referrals whose lists name her. Few women name anybody, so the lists of the network are read whole."""
    rows = session.execute(
        select(MustNotMeet.referral_id, MustNotMeet.who, MustNotMeet.who_key)
        .join(Referral, Referral.id == MustNotMeet.referral_id)
        .where(_network(referral)),
    )
    found = {}
    for row, who, key in rows:
        if key == referral.ref:
            found[row] = "ref"
        elif not REF.fullmatch(key) and same_name(who, referral.name):
            found.setdefault(row, "name")
    return found


def _pairs_of(session: Session, kind: type[Pair], referral: Referral) -> Sequence[Pair]:
    return session.scalars(select(kind).where(or_(kind.low_id == referral.id, kind.high_id == referral.id))).all()


def _other(pair: PossibleSame | ConflictPair, referral: Referral) -> int:
    return pair.high_id if pair.low_id == referral.id else pair.low_id
