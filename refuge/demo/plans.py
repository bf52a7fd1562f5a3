"""The support plans of the demonstration as rows, by the same verbs that people use, as `plans.toml` tells."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from refuge.audit.service import Actor
from refuge.beds.models import Stay
from refuge.london import day_begins, london_date
from refuge.referrals.models import Referral
from refuge.rota.models import Discipline, Worker
from support_plans.areas import areas_of
from support_plans.categories import Category
from support_plans.models import Action, ActionOwner, Allocation, Basis, GoalState, Part, Plan, PlanAgreement, TimeKind
from support_plans.service import plans as verbs
from support_plans.service.asking import AskingDetails, ask_for_worker, decline
from support_plans.service.changes import open_plan
from support_plans.service.glass import break_glass, name_officer
from support_plans.service.needs import NeedDetails, Time, ask_for_sessions, set_times
from support_plans.service.sharing import SharingDetails, share, withdraw

if TYPE_CHECKING:
    from datetime import datetime

    from refuge.accounts.models import Person
    from refuge.demo.loading import Loading
    from support_plans.models import Goal

PLANS = Path(__file__).parent / "plans.toml"
SOON_AFTER = timedelta(days=2)
"""How long after she came her words were written down."""


def load_plans(loading: Loading) -> None:
    """Open a plan for every stay of today, and write those that the file tells of."""
    loading.say("Loading support plans: her words, goals, what she agreed to share …")
    told: dict[str, Any] = tomllib.loads(PLANS.read_text("utf-8"))
    for stay in loading.db.scalars(select(Stay).where(Stay.ended_at.is_(None)).order_by(Stay.id)).all():
        _open(loading, stay)
    for given in told["plan"]:
        _write(loading, given)
    for agency, email in told["officers"].items():
        person = loading.people[email]
        if person.agency.name != agency:
            message = f"{email} is not of {agency}."
            raise ValueError(message)
        name_officer(loading.db, person, by=person, actor=_actor(person), at=loading.moment(-90))
    glass = told["glass"]
    who = loading.people[glass["by"]]
    referral, _stay = _resident(loading, glass["bed"])
    break_glass(loading.db, referral, glass["reason"], glass["words"], by=who, actor=_actor(who), at=loading.moment(-4))


def _open(loading: Loading, stay: Stay) -> Plan:
    referral = loading.db.get_one(Referral, stay.referral_id)
    beds = {bed.id: bed for bed in loading.beds.values()}
    agency = beds[stay.bed_id].refuge.agency
    keeper = loading.team(agency)[0]
    plan = open_plan(loading.db, referral, agency.id, by=keeper, at=stay.started_at)
    if stay.plan_agreed_on is not None:
        loading.db.add(
            PlanAgreement(
                referral_id=referral.id, number=plan.version, agreed_on=stay.plan_agreed_on, how="together",
                her_words="", by_id=keeper.id, at=day_begins(stay.plan_agreed_on) + timedelta(hours=14),
            ),
        )  # fmt: skip
        loading.db.flush()
    return plan


def _resident(loading: Loading, bed: str) -> tuple[Referral, Stay]:
    stay = loading.db.scalars(
        select(Stay).where(Stay.bed_id == loading.beds[bed].id, Stay.ended_at.is_(None)),
    ).one()
    return loading.db.get_one(Referral, stay.referral_id), stay


def _actor(person: Person) -> Actor:
    return Actor(person.ref, person.agency.ref, person.role)


def _by(loading: Loading, email: str, at: datetime) -> verbs.By:
    person = loading.people[email]
    return verbs.By(person, _actor(person), at)


def _write(loading: Loading, told: dict[str, Any]) -> None:
    referral, stay = _resident(loading, told["bed"])
    began = stay.started_at + SOON_AFTER
    by = _by(loading, told["keeper"], began)
    words = verbs.WordsDetails(told["her_words"], told.get("good_day", ""))
    verbs.set_words(loading.db, referral, words, seen="1", by=by)
    _add_people(loading, referral, told, stay)
    for area in told["areas"]:
        _add_area(loading, referral, area, began)
    for email, category, note, *sealed in told["notes"]:
        written = _by(loading, email, loading.moment(-6))
        verbs.write_note(loading.db, referral, Category(category), note, sealed=bool(sealed), by=written)
    for given in told["shares"]:
        _add_sharing(loading, referral, given, told["keeper"], began)
    _add_needs(loading, referral, told, by)
    for given in told.get("asks", []):
        _ask_for_worker(loading, referral, given, told["keeper"])


def _add_people(loading: Loading, referral: Referral, told: dict[str, Any], stay: Stay) -> None:
    made_by = loading.people[told["keeper"]].id
    parts = [(told["keyworker"], Part.KEYWORKER), *((email, Part.PRACTITIONER) for email in told["works_with"])]
    for email, part in parts:
        worker = _worker(loading, loading.people[email])
        loading.db.add(
            Allocation(
                worker_id=worker.id, referral_id=referral.id, part=part, from_on=london_date(stay.started_at),
                made_by_id=made_by, made_at=stay.started_at,
            ),
        )  # fmt: skip
    loading.db.flush()


def _worker(loading: Loading, person: Person) -> Worker:
    """Return a person as a worker. Who keeps a plan in a house is one too, on no rota of in-reach."""
    found = loading.db.scalar(select(Worker).where(Worker.person_id == person.id))
    if found is not None:
        return found
    made = Worker(
        ref=loading.ref(Worker), network_id=loading.network.id, agency_id=person.agency_id, person_id=person.id,
        name=person.name, discipline=Discipline.SUPPORT_WORKER, languages=[], assigned_from=loading.day(-365),
    )  # fmt: skip
    loading.db.add(made)
    loading.db.flush()
    return made


def _add_area(loading: Loading, referral: Referral, told: dict[str, Any], began: datetime) -> None:
    by = _by(loading, told["by"], began)
    kind = areas_of(loading.db, referral.network_id, at=loading.at)[told["area"]]
    details = verbs.AreaDetails(told["now"], told["wanted"])
    area = verbs.write_area(loading.db, referral, kind, details, row=None, version=0, by=by)
    for given in told["goals"]:
        goal = verbs.set_goal(loading.db, referral, area, given["words"], by=by)
        for what, owner, due, done in given["steps"]:
            _add_step(loading, referral, goal, (what, owner, due), done=done, by=by)
        for number, moved in enumerate(given["progress"]):
            seen = _by(loading, told["by"], loading.moment(-9 + 3 * number))
            verbs.add_progress(loading.db, referral, goal, moved, GoalState.OPEN, version=goal.version, by=seen)


def _add_step(
    loading: Loading, referral: Referral, goal: Goal, told: tuple[str, str, int], *, done: bool, by: verbs.By
) -> Action:
    what, owner, due = told
    person = loading.people[owner].id if owner else None
    kind = ActionOwner.HERSELF if person is None else ActionOwner.PERSON
    details = verbs.ActionDetails(what, kind, person, None, loading.day(due))
    step = verbs.add_action(loading.db, referral, goal, details, by=by)
    if done:
        noted = verbs.By(by.person, by.actor, loading.moment(due))
        verbs.mark_action(loading.db, referral, step, done=True, by=noted)
    return step


def _add_sharing(loading: Loading, referral: Referral, told: dict[str, Any], keeper: str, began: datetime) -> None:
    by = _by(loading, keeper, began)
    decided = told.get("decided_by")
    if decided is not None:
        by = _by(loading, decided, loading.moment(-5))
    details = SharingDetails(
        loading.people[told["with"]].agency_id, tuple(Category(one) for one in told["categories"]),
        told.get("purpose", "To work with her on her plan"), loading.moment(told["days"]),
        how_given="" if decided else "spoken", basis=Basis(told.get("basis", "consent")),
        why_necessary=told.get("necessary", ""), why_proportionate=told.get("proportionate", ""),
        decided_by_id=None if decided is None else loading.people[decided].id,
    )  # fmt: skip
    row = share(loading.db, referral, details, by=by.person, actor=by.actor, at=by.at)
    if "withdrawn" in told:
        at = loading.moment(told["withdrawn"])
        withdraw(loading.db, referral, row, by=by.person, actor=by.actor, at=at)


def _ask_for_worker(loading: Loading, referral: Referral, told: dict[str, Any], keeper: str) -> None:
    at = loading.at + timedelta(hours=told["hours"])
    asked, by = _worker(loading, loading.people[told["of"]]), _by(loading, keeper, at)
    categories = tuple(Category(one) for one in told["categories"])
    details = AskingDetails(
        asked.agency_id,
        asked.discipline,
        told["words"],
        "spoken",
        categories,
        loading.moment(90) if categories else None,
    )
    row = ask_for_worker(loading.db, referral, details, by=by.person, actor=by.actor, at=at)
    if "no" in told:
        answers = _by(loading, told["of"], at + timedelta(hours=4))
        decline(loading.db, row, told["no"], told["answer"], by=answers.person, actor=answers.actor, at=answers.at)


def _add_needs(loading: Loading, referral: Referral, told: dict[str, Any], by: verbs.By) -> None:
    for service, discipline, minutes, every in told["needs"]:
        details = NeedDetails(
            service, Discipline(discipline), minutes, london_date(by.at),
            every_days=every or None, how_many=None if every else 1,
        )  # fmt: skip
        ask_for_sessions(loading.db, referral, details, by=by.person, actor=by.actor, at=by.at)
    times = [
        Time(begins, ends, TimeKind(kind), why, weekday=weekday)
        for weekday, begins, ends, kind, why in told.get("times", [])
    ]
    if times:
        set_times(loading.db, referral, times, by=by.person, actor=by.actor, at=by.at)
