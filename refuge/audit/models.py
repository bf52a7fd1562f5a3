"""The audit chain: one row for each read of a person's record and each change."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from refuge.database import Base


class AuditEvent(Base):
    """One thing that somebody saw or did. Never changed, never deleted: the database refuses both."""

    __tablename__ = "audit_event"

    sequence: Mapped[int] = mapped_column(unique=True)
    """1, 2, 3 ... without a gap."""
    at: Mapped[datetime]
    actor_ref: Mapped[str] = mapped_column(String(12))
    """Who, by ref; `-` for nobody signed in, `system` for a command or a job."""
    agency_ref: Mapped[str] = mapped_column(String(12))
    role: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(60))
    """What, as noun.verb: `referral.seen`, `bed.closed`."""
    subject_ref: Mapped[str] = mapped_column(String(12), index=True)
    """Whose or which record, by ref; `-` for none."""
    facts: Mapped[str] = mapped_column(Text)
    """Canonical JSON of refs, codes and field names. Never a name, a number to ring, or words of a record."""
    request_id: Mapped[str] = mapped_column(String(32))
    source: Mapped[str] = mapped_column(String(45))
    """The network address that the request came from, `-` for a command."""
    previous_mac: Mapped[str] = mapped_column(String(64))
    mac: Mapped[str] = mapped_column(String(64))
    """HMAC-SHA-256 over the fields above, in hexadecimal, under the audit key."""
