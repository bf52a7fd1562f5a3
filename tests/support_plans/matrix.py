"""The routes of plans for the policy matrix: who enters, what each page leaves in the audit chain, and what is made."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from refuge.audit.service import SYSTEM
from refuge.database import new_ref, now
from refuge.london import london_date
from refuge.rota.models import Discipline
from support_plans.categories import Category
from support_plans.models import (
    Action,
    ActionOwner,
    AlertKind,
    Allocation,
    BrokenGlass,
    Goal,
    GoalState,
    Part,
    PlanArea,
    PrivacyAlert,
    PrivacyOfficer,
)
from support_plans.service.needs import NeedDetails, ask_for_sessions
from tests.builders import Pilot
from tests.support_plans.rows import add_asking, add_note, add_resident, agree, worker_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from refuge.referrals.models import Referral

HOUSES = {"own": "WALL", "other": "Panahghar", "hidden": "Panahghar", "elsewhere": "Elsewhere"}
WRITERS = {"other": "worker.panahghar", "hidden": "worker.panahghar", "elsewhere": "worker.elsewhere"}
ALL_WHO_WORK, REFUGES_ONLY = "WMP", "WM"
PARTS = {
    "note": "plan_note", "area": "plan_area", "goal": "plan_goal", "step": "plan_step", "sharing": "plan_sharing",
    "need": "plan_need", "worker": "plan_worker", "asking": "plan_asking",
}  # fmt: skip
"""The last variable of an address of a plan, and what is made for it."""
OPENED = {
    "/plans/<ref>": "plan.seen",
    "/plans/<ref>/notes": "plan.notes_seen",
    "/plans/<ref>/notes/<note>": "note.seen",
    "/plans/<ref>/history": "plan.history_seen",
    "/plans/<ref>/looked": "plan.looks_listed",
    "/plans/<ref>/copy": "plan.copied",
}
"""Pages that are read only, with the event that each leaves."""
WRITTEN = {
    "/plans/<ref>/words": "plan.seen",
    "/plans/<ref>/areas/<area>": "plan.seen",
    "/plans/<ref>/areas/<area>/goal": "plan.seen",
    "/plans/<ref>/goals/<goal>": "plan.seen",
    "/plans/<ref>/goals/<goal>/step": "plan.seen",
    "/plans/<ref>/agree": "plan.seen",
    "/plans/<ref>/review": "plan.seen",
    "/plans/<ref>/notes/new": "plan.seen",
    "/plans/<ref>/sharing": "plan.sharing_seen",
    "/plans/<ref>/sessions/new": "plan.seen",
    "/plans/<ref>/sessions/<need>": "plan.seen",
    "/plans/<ref>/sessions/<need>/end": "plan.seen",
    "/plans/<ref>/times": "plan.seen",
    "/plans/<ref>/people": "plan.seen",
    "/plans/<ref>/people/ask": "plan.seen",
    "/plans/asked/<ref>": "asking.seen",
    "/plans/<ref>/apart/perpetrator": "plan.apart_seen",
    "/privacy/<ref>": "glass.seen",
}
"""Pages with a form, for everybody who works with residents."""
FOR_REFUGES = {
    "/plans/<ref>/apart/immigration": "plan.apart_seen",
    "/plans/<ref>/apart/offence": "plan.apart_seen",
}
ACTS = (
    "/plans/<ref>/steps/<step>", "/plans/<ref>/sharing/<sharing>/withdraw", "/plans/<ref>/people/<worker>/end",
    "/plans/<ref>/people/asked/<asking>/end", "/privacy/<ref>/away",
)  # fmt: skip
"""What is only ever sent."""
AUDITED = {
    **OPENED, **WRITTEN, **FOR_REFUGES, "/plans": "plans.listed", "/plans/<ref>/sharing/without": "plan.sharing_seen",
    "/privacy": "privacy.listed", "/people/officers": "officers.listed",
    "/privacy/sample": "sample.seen",
}  # fmt: skip
SHOWS_NOBODY = {"/glass", "/plans/settings"}
ENTERS: dict[tuple[str, str], tuple[str, bool]] = {
    **{("GET", rule): (ALL_WHO_WORK, True) for rule in (*OPENED, *WRITTEN)},
    **{("POST", rule): (ALL_WHO_WORK, True) for rule in (*WRITTEN, *ACTS)},
    **{(method, rule): (REFUGES_ONLY, True) for rule in FOR_REFUGES for method in ("GET", "POST")},
    **{(method, "/plans/<ref>/sharing/without"): ("MP", True) for method in ("GET", "POST")},
    **{(method, "/glass"): (ALL_WHO_WORK, False) for method in ("GET", "POST")},
    **{(method, "/plans/settings"): ("M", False) for method in ("GET", "POST")},
    **{(method, "/people/officers"): ("A", False) for method in ("GET", "POST")},
    ("GET", "/plans"): ("P", False),
    ("GET", "/privacy"): (ALL_WHO_WORK, False),
    **{(method, "/privacy/sample"): (ALL_WHO_WORK, False) for method in ("GET", "POST")},
}
"""Who enters, and whether it is about somebody: then only their own get in. A practitioner's own: allocated to her."""


def kind_of(rule: str) -> str | None:
    """Return what the last variable of an address of a plan names, or None for another room's."""
    if "<" not in rule or not rule.startswith(("/plans/", "/privacy/")):
        return None
    if rule.startswith("/privacy/"):
        return "plan_alert" if rule.endswith("/away") else "plan_glass"
    if rule.startswith("/plans/asked/"):
        return "plan_asked"
    return PARTS.get(rule.rsplit("<", 1)[1].split(">", maxsplit=1)[0], "plan_whole")


class PlanWorld:
    """Makes residents and the parts of their plans, each in the relation that the matrix asks for."""

    @staticmethod
    def _resident_of(db: Session, reader: str, relation: str) -> tuple[Referral, str]:
        """Return a resident and who writes about her: the reader herself, where she is the reader's own."""
        referral = add_resident(db, HOUSES[relation])
        if relation != "own":
            return referral, WRITERS[relation]
        if reader == "practitioner":
            worker = worker_of(db, reader)
            db.add(
                Allocation(
                    worker_id=worker.id, referral_id=referral.id, part=Part.PRACTITIONER, from_on=london_date(now()),
                    made_by_id=Pilot().person(db, "worker.wall").id, made_at=now(),
                ),
            )  # fmt: skip
            db.flush()
        return referral, reader

    @classmethod
    def _plan_whole(cls, db: Session, reader: str, relation: str) -> str:
        return cls._resident_of(db, reader, relation)[0].ref

    @classmethod
    def _plan_note(cls, db: Session, reader: str, relation: str) -> str:
        referral, by = cls._resident_of(db, reader, relation)
        return f"{referral.ref} {add_note(db, referral, by).ref}"

    @classmethod
    def _plan_area(cls, db: Session, reader: str, relation: str) -> str:
        return f"{cls._resident_of(db, reader, relation)[0].ref} housing"

    @classmethod
    def _goal(cls, db: Session, reader: str, relation: str) -> tuple[Referral, Goal]:
        referral, name = cls._resident_of(db, reader, relation)
        by = Pilot().person(db, name)
        owned: dict[str, Any] = {
            "referral_id": referral.id, "agency_id": by.agency_id, "category": Category.PRACTICAL,
        }  # fmt: skip
        area = PlanArea(**owned, area="housing", opened_at=now(), now_words="", wanted_words="")
        db.add(area)
        db.flush()
        goal = Goal(
            ref=new_ref(db, Goal), **owned, area_id=area.id, words="A home", made_at=now(), made_by_id=by.id,
            state=GoalState.OPEN,
        )  # fmt: skip
        db.add(goal)
        db.flush()
        return referral, goal

    @classmethod
    def _plan_goal(cls, db: Session, reader: str, relation: str) -> str:
        referral, goal = cls._goal(db, reader, relation)
        return f"{referral.ref} {goal.ref}"

    @classmethod
    def _plan_step(cls, db: Session, reader: str, relation: str) -> str:
        referral, goal = cls._goal(db, reader, relation)
        step = Action(
            ref=new_ref(db, Action), referral_id=referral.id, agency_id=goal.agency_id, category=goal.category,
            goal_id=goal.id, what="Apply", owner_kind=ActionOwner.HERSELF, made_at=now(),
        )  # fmt: skip
        db.add(step)
        return f"{referral.ref} {step.ref}"

    @classmethod
    def _plan_sharing(cls, db: Session, reader: str, relation: str) -> str:
        referral, _ = cls._resident_of(db, reader, relation)
        agency = "Elsewhere agency" if relation == "elsewhere" else "Health trust"
        return f"{referral.ref} {agree(db, referral, agency, [Category.PRACTICAL]).ref}"

    @classmethod
    def _plan_need(cls, db: Session, reader: str, relation: str) -> str:
        referral, name = cls._resident_of(db, reader, relation)
        details = NeedDetails("keywork", Discipline.SUPPORT_WORKER, 50, london_date(now()), every_days=7)
        need = ask_for_sessions(db, referral, details, by=Pilot().person(db, name), actor=SYSTEM, at=now())
        return f"{referral.ref} {need.ref}"

    @classmethod
    def _plan_worker(cls, db: Session, reader: str, relation: str) -> str:
        referral, name = cls._resident_of(db, reader, relation)
        worker = worker_of(db, name)
        standing = select(Allocation.id).where(Allocation.referral_id == referral.id)
        if db.scalar(standing) is None:
            db.add(
                Allocation(
                    worker_id=worker.id, referral_id=referral.id, part=Part.KEYWORKER, from_on=london_date(now()),
                    made_by_id=Pilot().person(db, name).id, made_at=now(),
                ),
            )  # fmt: skip
        return f"{referral.ref} {worker.ref}"

    @classmethod
    def _plan_asking(cls, db: Session, reader: str, relation: str) -> str:
        referral, name = cls._resident_of(db, reader, relation)
        to = "Elsewhere police" if relation == "elsewhere" else "Therapy charity"
        return f"{referral.ref} {add_asking(db, referral, name, to).ref}"

    @classmethod
    def _plan_asked(cls, db: Session, reader: str, relation: str) -> str:
        """Return a question that her own agency can answer; else one that another of her network, or of none, can."""
        if relation == "elsewhere":
            return add_asking(db, add_resident(db, "Elsewhere"), "worker.elsewhere", "Elsewhere police").ref
        to = Pilot().person(db, reader).agency.name if relation == "own" else "Therapy charity"
        by = "recovery" if to == "Wall agency" else "worker.wall"
        return add_asking(db, add_resident(db), by, to).ref

    @classmethod
    def _plan_glass(cls, db: Session, reader: str, relation: str) -> str:
        referral = add_resident(db, HOUSES[relation])
        by = Pilot().person(db, {"own": "counsellor"}.get(relation, WRITERS.get(relation, "")))
        row = BrokenGlass(
            ref=new_ref(db, BrokenGlass), referral_id=referral.id, person_id=by.id, agency_id=by.agency_id,
            reason="cover", words="x" * 10, at=now(), until_at=now() + timedelta(hours=1),
        )  # fmt: skip
        db.add(row)
        cls._alert(db, AlertKind.BROKEN_GLASS, row.ref, reader if relation == "own" else by.email.split("@")[0])
        return row.ref

    @classmethod
    def _plan_alert(cls, db: Session, reader: str, relation: str) -> str:
        referral, _ = cls._resident_of(db, reader, relation)
        name = reader if relation == "own" else WRITERS[relation]
        note = add_note(db, referral, WRITERS.get(relation, "worker.wall"), sealed=True)
        cls._alert(db, AlertKind.SEALED_NOTE, note.ref, name)
        return note.ref

    @staticmethod
    def _alert(db: Session, kind: AlertKind, about: str, officer: str) -> None:
        person = Pilot().person(db, officer)
        row = db.scalar(select(PrivacyOfficer).where(PrivacyOfficer.agency_id == person.agency_id))
        if row is None:
            row = PrivacyOfficer(agency_id=person.agency_id)
            db.add(row)
        row.person_id, row.named_by_id, row.named_at = person.id, person.id, now()
        db.add(PrivacyAlert(agency_id=person.agency_id, kind=kind, about_ref=about, at=now()))
        db.flush()
