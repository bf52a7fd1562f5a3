"""Whoever asks for records that are not hers leaves a trace, and learns nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.audit.models import AuditEvent
from tests.builders import add_referral

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from refuge.database import Database


def test_guessed_refs_are_in_the_audit_and_other_text_is_not(
    database: Database,
    sign_in_as: Callable[[str], FlaskClient],
) -> None:
    with database.write() as db:
        theirs = add_referral(db, "worker.panahghar", shared=False).ref
    worker = sign_in_as("worker.wall")
    assert worker.get(f"/referrals/{theirs}").status_code == 404
    assert worker.post(f"/referrals/{theirs}/withdraw", data={"reason": "K05"}).status_code == 404
    assert worker.get("/referrals/Danielle Example").status_code == 404
    with database.reading() as db:
        missed = select(AuditEvent.subject_ref).where(AuditEvent.action == "record.missed")
        assert list(db.scalars(missed.order_by(AuditEvent.sequence))) == [theirs, theirs, "-"]
