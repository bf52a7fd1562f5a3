"""Residents as these tests meet them: through pages, with what is in the database afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from refuge.database import new_ref, now
from refuge.london import london_date
from refuge.once import new_key
from refuge.referrals.models import Answer, Referral
from support_plans.categories import Category
from support_plans.incidents import IncidentKind
from support_plans.models import (
    Allocation,
    Assessment,
    CareRecord,
    Caution,
    Incident,
    Leaving,
    Occasion,
    Part,
    Service,
    Signpost,
    Task,
)
from tests.builders import Pilot
from tests.placements.deciding import database_of
from tests.support_plans.rows import add_resident, agree, worker_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from refuge.accounts.models import Person
    from refuge.database import Base
    from support_plans.models import Owned


def resident(app: Flask, refuge: str = "WALL", *, seen_by: Sequence[str] = (), days: float = 9) -> str:
    """Let a woman live in a refuge, let these practitioners work with her, and return the ref of her referral."""
    with database_of(app).write() as db:
        referral = add_resident(db, refuge, days=days)
        for name in seen_by:
            allocate(db, referral, name)
        return referral.ref


def allocate(db: Session, referral: Referral, name: str) -> None:
    """Let a practitioner work with her since she came."""
    by = Pilot().person(db, "worker.wall")
    db.add(
        Allocation(
            worker_id=worker_of(db, name).id, referral_id=referral.id, part=Part.PRACTITIONER,
            from_on=referral.received_at.date(), made_by_id=by.id, made_at=referral.received_at,
        ),
    )  # fmt: skip
    db.flush()


def share_with(app: Flask, ref: str, agency: str, *categories: Category) -> None:
    """Let her agree that an agency reads these categories."""
    with database_of(app).write() as db:
        agree(db, referral_of(db, ref), agency, categories)


def referral_of(db: Session, ref: str) -> Referral:
    """Return a referral."""
    return db.scalars(select(Referral).where(Referral.ref == ref)).unique().one()


def add_service(db: Session, by: Person, **told: Any) -> Service:  # noqa: ANN401  any column
    """Add a service to the directory of somebody's network."""
    ref = new_ref(db, Service)
    plain = {"name": f"Invented advice {ref}", "kind": "housing", "checked_on": london_date(now())}
    row = Service(ref=ref, network_id=by.network_id, checked_by_id=by.id, **{**plain, **told})
    db.add(row)
    db.flush()
    return row


def add_incident(db: Session, by: Person, **told: Any) -> Incident:  # noqa: ANN401  any column
    """Let somebody have logged an incident just now."""
    plain: dict[str, Any] = {
        "kind": IncidentKind.INCIDENT, "words": "A window was broken", "happened_at": now(), "logged_at": now(),
        "answer_by": now() + timedelta(hours=24), "owner_id": by.id,
    }  # fmt: skip
    row = Incident(
        ref=new_ref(db, Incident), network_id=by.network_id, agency_id=by.agency_id, logged_by_id=by.id,
        **{**plain, **told},
    )  # fmt: skip
    db.add(row)
    db.flush()
    return row


def put_leaving(app: Flask, ref: str, **told: Any) -> None:  # noqa: ANN401  any column
    """See to everything that her planned leaving waits for."""
    with database_of(app).write() as db:
        referral, by = referral_of(db, ref), Pilot().person(db, "worker.wall")
        db.add(
            Leaving(
                referral_id=referral.id, agency_id=by.agency_id, category=Category.SAFETY, started_at=now(),
                started_by_id=by.id, open_steps=[],
                **{"safe_contact": "By text", "her_words": "I can sleep", "calls": Answer.NO, **told},
            ),
        )  # fmt: skip


def written(db: Session, kind: type[Owned], referral: Referral, by: Person) -> Any:  # noqa: ANN401  a row of this kind
    """Add what somebody wrote about her: a questionnaire, a warning, a record."""
    owned = {"referral_id": referral.id, "agency_id": by.agency_id}
    row: Any
    if kind is Assessment:
        row = Assessment(
            **owned, ref=new_ref(db, Assessment), category=Category.MENTAL_HEALTH, tool="PHQ_9", tool_version="1999",
            occasion=Occasion.START, taken_on=london_date(now()), answers={"phq9_1": 1}, complete=False, total=None,
            taken_by_id=by.id, recorded_at=now(),
        )  # fmt: skip
    elif kind is Caution:
        row = Caution(
            **owned, ref=new_ref(db, Caution), category=Category.SAFETY, kind="other", words="Ring twice",
            made_by_id=by.id, made_at=now(),
        )  # fmt: skip
    elif kind is Signpost:
        row = Signpost(
            **owned, ref=new_ref(db, Signpost), category=Category.PRACTICAL, service_id=add_service(db, by).id,
            told_on=london_date(now()), told_by_id=by.id, recorded_at=now(),
        )  # fmt: skip
    else:
        row = CareRecord(
            **owned, ref=new_ref(db, CareRecord), category=Category.SAFETY, kind="safety_plan",
            told={"her_words": "To sleep through", "staff": "Knock"}, written_by_id=by.id, at=now(),
        )  # fmt: skip
    db.add(row)
    db.flush()
    return row


def send(browser: FlaskClient, path: str, **told: Any) -> TestResponse:  # noqa: ANN401  any field
    """Send a form with a fresh key."""
    return browser.post(path, data={"key": new_key(), **told})


def rows(app: Flask, kind: type[Base]) -> list[Any]:
    """Return every row of a table, the first first."""
    with database_of(app).reading() as db:
        return list(db.scalars(select(kind).order_by(kind.id)).unique())


def tasks(app: Flask) -> list[Task]:
    """Return every task."""
    found: list[Task] = rows(app, Task)
    return found
