"""Loads the pilot network, its invented households, a year of history and the period of the seed paper."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from refuge.accounts.models import Network
from refuge.audit.service import SYSTEM, record
from refuge.beds.models import Closure, Hold, Stay
from refuge.codes.service import load_codes
from refuge.demo.beside import load_beside
from refuge.demo.care import load_care
from refuge.demo.endings import end_stay
from refuge.demo.history import load_history
from refuge.demo.households import add_referral
from refuge.demo.houses import read_pilot
from refuge.demo.inreach import load_inreach
from refuge.demo.loading import Loading
from refuge.demo.matching import load_match
from refuge.demo.network import PASSWORD, add_people, add_refuge
from refuge.demo.paper import load_paper_period
from refuge.demo.plans import load_plans
from refuge.demo.replays import load_replay
from refuge.demo.rota import load_rota
from refuge.demo.statistics import load_editions
from refuge.london import london_date
from refuge.referrals.models import PossibleSame, Referral, ReferralState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

__all__ = ["PASSWORD", "load_demo"]

NEEDS = ("mental_health", "self_harm", "alcohol", "drugs")


def load_demo(db: Session, *, at: datetime, say: Callable[[str], None] | None = None) -> bool:
    """Load the pilot network as it stands at this instant; return whether it was loaded now and not before.

    `say` is told how far it has come, a line at a time.
    """
    load_codes(db, on=london_date(at))
    db.flush()
    told = read_pilot()
    if db.scalar(select(Network).where(Network.name == told["network"])) is not None:
        return False
    loading = Loading(db, at, Network(name=told["network"]))
    if say is not None:
        loading.say = say
    loading.network.ref = loading.ref(Network)
    db.add(loading.network)
    add_people(loading, told)
    for refuge in told["refuge"]:
        add_refuge(loading, refuge)
    _add_today(loading, told)
    loading.say("Loading the period of the seed paper, December 2015 to September 2016 …")
    load_paper_period(loading)
    load_history(loading, told)
    load_rota(loading)
    load_plans(loading)
    load_care(loading)
    load_inreach(loading)
    load_replay(loading)
    load_editions(loading)
    load_beside(loading)
    load_match(loading)
    record(db, "demo.loaded", loading.network.ref, by=SYSTEM, at=at)
    return True


def _add_today(loading: Loading, told: dict[str, Any]) -> None:
    """Add who lives where and who waits today, as the file tells of them one by one."""
    for stay in told["stays"]:
        _add_stay(loading, stay)
    for closure in told["closures"]:
        _add_closure(loading, closure)
    for referral in told["referral"]:
        _add_waiting(loading, referral)


def _add_stay(loading: Loading, told: dict[str, Any]) -> None:
    db, bed = loading.db, loading.beds[told["bed"]]
    worker = loading.team(bed.refuge.agency)[0]
    status = {"status": "NRPF_CONDITION", "routes": {"in_house": "confirmed"}} if told.get("funded_place") else {}
    known: dict[str, Any] = {name: told[name] for name in ("name", "born_on") if name in told}
    referral = add_referral(
        loading,
        worker,
        received_at=loading.moment(told["from"] - 2),
        told={
            "source": "OTHER",
            "judgement": "high",
            "needs": {need: told.get(need, "no") for need in NEEDS},
            "children": [[age, "girl"] for age in told.get("children", [])],
            "recourse": status or {"status": "RECOURSE", "routes": {}},
            **known,
        },
        state=ReferralState.PLACED,
    )
    until = told.get("until")
    stay = Stay(
        ref=loading.ref(Stay),
        bed_id=bed.id,
        referral_id=referral.id,
        started_at=loading.moment(told["from"]),
        ended_at=None if until is None else loading.moment(until),
        expected_move_on=loading.day(told["move_on"]) if "move_on" in told else None,
        plan_agreed_on=loading.day(told["plan"]) if "plan" in told else None,
        review_due_on=loading.day(told["review"]) if "review" in told else None,
    )
    db.add(stay)
    db.flush()
    end_stay(loading, stay, told.get("to", "SOC_TENANCY"), by=worker, back_on_day=told.get("back_on"))


def _add_closure(loading: Loading, told: dict[str, Any]) -> None:
    loading.db.add(
        Closure(
            bed_id=loading.beds[told["bed"]].id,
            from_at=loading.moment(told["from"]) + timedelta(hours=1),
            reason=told["reason"],
            note=told["note"],
            expected_ready=loading.day(told["ready"]),
            closed_by_id=loading.people[told["by"]].id,
        ),
    )
    loading.db.flush()


def _add_waiting(loading: Loading, told: dict[str, Any]) -> None:
    db, hold = loading.db, told.get("hold")
    needed = {"needed_by": loading.day(told["needed_in"])} if "needed_in" in told else {}
    referral = add_referral(
        loading,
        loading.people[told["taken_by"]],
        received_at=loading.at - timedelta(hours=told["hours_ago"]),
        told={**told, **needed},
        state=ReferralState.HELD if hold else ReferralState.WAITING,
    )
    if "same_decided_by" in told:
        _say_the_same(loading, referral, told["same_decided_by"])
    if hold:
        db.add(
            Hold(
                bed_id=loading.beds[hold["bed"]].id,
                referral_id=referral.id,
                from_at=loading.at - timedelta(minutes=30),
                until_at=loading.at + timedelta(hours=hold["hours"]),
                held_by_id=loading.people[hold["by"]].id,
            ),
        )
        db.flush()


def _say_the_same(loading: Loading, referral: Referral, email: str) -> None:
    """Let a worker have decided that whoever is like her is the same woman."""
    alike = or_(PossibleSame.low_id == referral.id, PossibleSame.high_id == referral.id)
    for pair in loading.db.scalars(select(PossibleSame).where(alike)):
        pair.same, pair.decided_by_id, pair.decided_at = True, loading.people[email].id, referral.received_at
    loading.db.flush()
