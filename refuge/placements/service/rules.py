"""Changing the rules of matching: never the row that holds, always a new version, with who and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from refuge.audit.service import record
from refuge.errors import Refused
from refuge.placements.models import RuleSet
from refuge.placements.queries.rules import rules_now

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor

STALE = "stale"
STALE_WORDS = (
    "Somebody changed the rules while you were here, so nothing of yours was saved. Below is what you chose and what "
    "holds now. Preview again if you still want it."
)
SAME, SAME_WORDS = "same", "These are the rules that hold now: there is nothing to save."


@dataclass(frozen=True)
class RuleDetails:
    """Rules, limits and goals as a person chose them."""

    strictness: dict[str, str]
    """Code of a barrier -> `ask` or `off`; `no` is left out."""
    days_ahead: int
    round_the_clock_from: dict[str, int]
    """Need -> level from 1 to 3."""
    goals: tuple[str, ...]
    hold_hours: int
    hold_hours_longest: int


def details_of(rules: RuleSet) -> RuleDetails:
    """Return what a version holds, to be compared with what somebody chose."""
    return RuleDetails(
        strictness={code: str(how) for code, how in sorted(rules.strictness.items()) if how != "no"},
        days_ahead=rules.days_ahead,
        round_the_clock_from={need: int(level) for need, level in sorted(rules.round_the_clock_from.items())},
        goals=tuple(rules.goals),
        hold_hours=rules.hold_hours,
        hold_hours_longest=rules.hold_hours_longest,
    )


def rule_set(details: RuleDetails, network_id: int, *, version: int, at: datetime) -> RuleSet:
    """Return a version that is not saved, for a preview or to be added."""
    return RuleSet(
        network_id=network_id, version=version, from_at=at, strictness=dict(details.strictness),
        days_ahead=details.days_ahead, round_the_clock_from=dict(details.round_the_clock_from),
        goals=list(details.goals), hold_hours=details.hold_hours, hold_hours_longest=details.hold_hours_longest,
    )  # fmt: skip


def change_rules(
    session: Session,
    details: RuleDetails,
    *,
    version: int,
    why: str,
    by: Person,
    actor: Actor,
    at: datetime,
) -> RuleSet:
    """Add the next version of the rules of a person's network, from now on.

    `version` is the one that the form was made from: Refused with code `stale` if another holds by now, and with code
    `same` if nothing would change.
    """
    holds = rules_now(session, by.network_id, at=at)
    if holds.version != version:
        raise Refused(STALE_WORDS, code=STALE)
    before = details_of(holds)
    if before == details:
        raise Refused(SAME_WORDS, code=SAME)
    made = rule_set(details, by.network_id, version=version + 1, at=at)
    made.made_by_id, made.why = by.id, why
    session.add(made)
    try:
        session.flush()
    except IntegrityError as error:  # two people saved at once: the unique version lets one
        raise Refused(STALE_WORDS, code=STALE) from error
    changed = sorted(name for name, value in asdict(details).items() if asdict(before)[name] != value)
    record(session, "rules.changed", by=actor, at=at, version=made.version, changed=changed)
    return made
