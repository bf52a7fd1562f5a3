"""Writing the audit chain: events wait in the session and are chained as it commits, so act and event share a fate."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import event, insert, select
from sqlalchemy.orm import Session

from refuge.audit.chain import FIRST, mac_of
from refuge.audit.models import AuditEvent
from refuge.database import AUDIT_KEY, lock_for_writing

if TYPE_CHECKING:
    from datetime import datetime

WAITING = "audit events waiting"


@dataclass(frozen=True)
class Actor:
    """Who acts, and from where: refs only."""

    ref: str
    agency_ref: str
    role: str
    request_id: str = "-"
    source: str = "-"


SYSTEM = Actor("system", "-", "system")
NOBODY = Actor("-", "-", "-")


def record(
    session: Session,
    action: str,
    subject: str = "-",
    *,
    by: Actor,
    at: datetime,
    **facts: Any,  # noqa: ANN401  anything that JSON can hold
) -> None:
    """Add an audit event to this transaction. `facts` are refs, codes and field names; never a value of a record."""
    session.info.setdefault(WAITING, []).append(
        {
            "at": at,
            "actor_ref": by.ref,
            "agency_ref": by.agency_ref,
            "role": by.role,
            "action": action,
            "subject_ref": subject,
            "facts": json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True),
            "request_id": by.request_id,
            "source": by.source,
        },
    )


@event.listens_for(Session, "before_commit")
def chain_waiting_events(session: Session) -> None:
    """Chain what waits, last thing before the commit, so that the lock on the chain is held only for a moment."""
    if session.in_nested_transaction():
        return  # a savepoint is not yet the act
    waiting = session.info.pop(WAITING, [])
    if not waiting:
        return
    session.flush()
    key = session.info[AUDIT_KEY]
    lock_for_writing(session, "audit chain")
    head = session.execute(
        select(AuditEvent.sequence, AuditEvent.mac).order_by(AuditEvent.sequence.desc()).limit(1),
    ).first()
    sequence, mac = head or (0, FIRST)
    rows = []
    for fields in waiting:
        sequence += 1
        row = {**fields, "sequence": sequence, "previous_mac": mac}
        mac = row["mac"] = mac_of(key, row, mac)
        rows.append(row)
    session.execute(insert(AuditEvent), rows)


@event.listens_for(Session, "after_rollback")
def forget_waiting_events(session: Session) -> None:
    """Drop what waits: what was undone did not happen."""
    session.info.pop(WAITING, None)
