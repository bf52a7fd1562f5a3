"""What these tests share: what people send, and what is in the database afterwards."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from refuge.audit.models import AuditEvent
from refuge.beds.models import Bed, Closure, Hold, Stay
from refuge.database import new_ref, now
from refuge.once import new_key
from refuge.placements.facts import Fact
from refuge.placements.models import AskedAbout, AskedFact, Asking, Offer, OfferAnswer
from refuge.placements.service.standing import judge
from refuge.referrals.models import AdmissionCheck, Answer, CheckState, Need, NeedLevel, Referral, ReferralState
from tests.builders import Pilot, add_referral

if TYPE_CHECKING:
    from datetime import date

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from refuge.database import Database

WHY = "Her sister works there and can be with her"


def database_of(app: Flask) -> Database:
    """Return the database of an application."""
    found: Database = app.extensions["database"]
    return found


def add_clear(db: Session, taken_by: str = "worker.wall", **told: Any) -> Referral:  # noqa: ANN401  any column
    """Add a referral that waits and against which nothing stands in WALL or Panahghar; its check is done."""
    plain: dict[str, Any] = {
        "children_come": Answer.NO, "access_asked": True, "harm_asked": True, "pets": 0, "ethnicity": "A2",
        "safe_number": "07700 900001", "received_at": now() - timedelta(days=1),
    }  # fmt: skip
    referral = add_referral(db, taken_by, **{**plain, **told})
    db.add_all(
        Need(referral_id=referral.id, need=need, level=NeedLevel.LOW)
        for need in ("mental_health", "self_harm", "alcohol", "drugs")
    )
    db.add(AdmissionCheck(referral_id=referral.id, check="background", state=CheckState.DONE))
    db.flush()
    return referral


def clear(app: Flask, taken_by: str = "worker.wall", **told: Any) -> str:  # noqa: ANN401  any column
    """Add such a referral and return its ref."""
    with database_of(app).write() as db:
        return add_clear(db, taken_by, **told).ref


def blocked(app: Flask, taken_by: str = "worker.wall") -> str:
    """Add a referral that `pets` stands against everywhere, which can be overridden, and return its ref."""
    return clear(app, taken_by, pets=2)


def bed_ref(app: Flask, refuge: str = "WALL", room: str = "Room 1") -> str:
    """Return the ref of a bed."""
    with database_of(app).reading() as db:
        return Pilot().bed(db, refuge, room).ref


def person_ref(app: Flask, name: str) -> str:
    """Return the ref of a person."""
    with database_of(app).reading() as db:
        return Pilot().person(db, name).ref


def put_hold(
    app: Flask, ref: str, bed: str, *, by: str = "worker.wall", hours: float = 5, ago: float = 1, **told: Any  # noqa: ANN401  any column
) -> None:  # fmt: skip
    """Hold a bed for a referral from so many hours ago until so many hours from now, past the application."""
    with database_of(app).write() as db:
        referral = db.scalars(select(Referral).where(Referral.ref == ref)).one()
        room = db.scalars(select(Bed).where(Bed.ref == bed)).one()
        person = Pilot().person(db, by)
        db.add(
            Hold(
                bed_id=room.id, referral_id=referral.id, from_at=now() - timedelta(hours=ago),
                until_at=now() + timedelta(hours=hours), held_by_id=person.id, **told,
            ),
        )  # fmt: skip
        referral.state = ReferralState.HELD


def put_offer(app: Flask, ref: str, **told: Any) -> str:  # noqa: ANN401  any column
    """Offer the bed that is held for a referral, and return the ref of the offer."""
    with database_of(app).write() as db:
        hold = hold_of(db, ref)
        offer = Offer(
            ref=new_ref(db, Offer), hold_id=hold.id, made_by_id=hold.held_by_id, made_at=now(), told_how="in_person",
            **{"answer": OfferAnswer.OPEN, **told},
        )  # fmt: skip
        db.add(offer)
        return offer.ref


def put_override(app: Flask, ref: str, *, second: str, agrees: bool | None = None) -> str:
    """Say that what stands against the bed held for a referral was overridden; return the ref of the question."""
    with database_of(app).write() as db:
        hold = hold_of(db, ref)
        referral = db.scalars(select(Referral).where(Referral.ref == ref)).unique().one()
        bed = db.get_one(Bed, hold.bed_id)
        facts = judge(db, referral, bed, at=now()).facts or {Fact("pets", "", "Takes no pets; she brings 2.")}
        asking = Asking(
            ref=new_ref(db, Asking), about=AskedAbout.HOLD, referral_id=referral.id, bed_id=bed.id, hold_id=hold.id,
            reason=WHY, by_id=hold.held_by_id, second_id=Pilot().person(db, second).id, at=now(), agrees=agrees,
            answered_at=None if agrees is None else now(),
        )  # fmt: skip
        db.add(asking)
        db.flush()
        db.add_all(AskedFact(asking_id=asking.id, **fact._asdict()) for fact in facts)
        return asking.ref


def asked(app: Flask, about: AskedAbout = AskedAbout.HOLD) -> Asking:
    """Return what a second person was asked last about such a thing."""
    with database_of(app).reading() as db:
        return db.scalars(select(Asking).where(Asking.about == about).order_by(Asking.id.desc())).first() or Asking()


def facts_asked(app: Flask, ref: str) -> set[tuple[str, str, str]]:
    """Return what exactly a question is about."""
    with database_of(app).reading() as db:
        rows = db.scalars(select(AskedFact).join(Asking, Asking.id == AskedFact.asking_id).where(Asking.ref == ref))
        return {(row.code, row.about, row.says) for row in rows}


def say(browser: FlaskClient, app: Flask, ref: str, agrees: str, **told: str) -> TestResponse:
    """Answer a question as the second person."""
    with database_of(app).reading() as db:
        version = db.scalar(
            select(Referral.version).join(Asking, Asking.referral_id == Referral.id).where(Asking.ref == ref)
        )
    return browser.post(f"/asked/{ref}", data={"agrees": agrees, "version": str(version), **told})


def put_stay(app: Flask, bed: str, *, move_on: date | None = None, days: float = 9, **told: Any) -> str:  # noqa: ANN401  any column
    """Let a woman of the bed's agency live in a bed since so many days ago, and return the ref of her stay."""
    with database_of(app).write() as db:
        room = db.scalars(select(Bed).where(Bed.ref == bed)).one()
        worker = "worker.panahghar" if room.refuge.name == "Panahghar" else "worker.wall"
        referral = add_clear(db, worker, state=ReferralState.PLACED, **told)
        stay = Stay(
            ref=new_ref(db, Stay), bed_id=room.id, referral_id=referral.id, started_at=now() - timedelta(days=days),
            expected_move_on=move_on,
        )  # fmt: skip
        db.add(stay)
        return stay.ref


def put_closure(app: Flask, bed: str, *, hours: float = -1) -> None:
    """Close a bed from so many hours from now."""
    with database_of(app).write() as db:
        room = db.scalars(select(Bed).where(Bed.ref == bed)).one()
        by = Pilot().person(db, "worker.wall").id
        db.add(Closure(bed_id=room.id, from_at=now() + timedelta(hours=hours), reason="repair", closed_by_id=by))


def hold_of(db: Session, ref: str) -> Hold:
    """Return the latest hold of a referral."""
    return (
        db.scalars(
            select(Hold)
            .join(Referral, Referral.id == Hold.referral_id)
            .where(Referral.ref == ref)
            .order_by(Hold.id.desc()),
        ).first()
        or Hold()
    )


def holds(app: Flask) -> list[Hold]:
    """Return every hold, the first first."""
    with database_of(app).reading() as db:
        return list(db.scalars(select(Hold).order_by(Hold.id)))


def stays(app: Flask) -> list[Stay]:
    """Return every stay, the first first."""
    with database_of(app).reading() as db:
        return list(db.scalars(select(Stay).order_by(Stay.id)))


def referral_of(app: Flask, ref: str) -> Referral:
    """Return a referral as it is now."""
    with database_of(app).reading() as db:
        return db.scalars(select(Referral).where(Referral.ref == ref)).unique().one()


def audited(app: Flask, action: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the subject and the facts of every event of this kind."""
    with database_of(app).reading() as db:
        rows = db.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.sequence))
        return [(row.subject_ref, json.loads(row.facts)) for row in rows]


def quick(browser: FlaskClient, ref: str, bed: str, key: str = "") -> TestResponse:
    """Press the button that holds a bed at once."""
    return browser.post(f"/referrals/{ref}/hold", data={"do": "quick", "bed": bed, "key": key or new_key()})


def boxes(name: str, on: date) -> dict[str, list[str]]:
    """Return a date as it is typed."""
    return {name: [str(on.day), str(on.month), str(on.year)]}
