"""Posting: `post` puts an e-mail in the tray and `deliver` empties it. Nothing else sends anything."""

from __future__ import annotations

import smtplib
import ssl
from datetime import timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from refuge.audit.service import SYSTEM, record
from refuge.database import now
from refuge.errors import Refused
from refuge.post.models import Digest, DigestSetting, OutgoingMail
from refuge.post.words import SAYS

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.config import Config, MailServer
    from refuge.database import Database
    from refuge.post.words import Template

log = structlog.get_logger()
USUAL = 8 * 60
"""When the daily word goes out unless a person chose another time: 08:00 in London."""
QUIET_FROM, QUIET_UNTIL = 20 * 60, 7 * 60
"""Between these minutes of the London day nothing goes out: a telephone that lights up at night is seen by others."""
TRIES = 3
STUCK = timedelta(minutes=10)
"""After how long what a process took and did not send is taken again."""
GONE = "disabled"
"""Why nothing is sent to somebody whose account has ended."""
PATIENCE = 20
"""Seconds that a mail server has to answer."""


def is_quiet(minute: int) -> bool:
    """Return whether this minute of the London day lies in the quiet hours."""
    return minute >= QUIET_FROM or minute < QUIET_UNTIL


def choose_digest(
    session: Session, person: Person, *, wanted: bool, at_minute: int, actor: Actor, at: datetime
) -> None:
    """Keep whether and when a person wants her daily word."""
    if wanted and is_quiet(at_minute):
        raise Refused("Enter a time between 07:00 and 20:00: nothing is sent at night", field="at_time")
    row = session.scalar(select(DigestSetting).where(DigestSetting.person_id == person.id))
    if row is None:
        row = DigestSetting(person_id=person.id)
        session.add(row)
    row.wanted, row.at_minute = wanted, at_minute if wanted else row.at_minute or USUAL
    session.flush()
    record(session, "digest.chosen", person.ref, by=actor, at=at, wanted=wanted)


def claim_digest(session: Session, person_id: int, on: date, *, at: datetime) -> bool:
    """Return whether it falls to this process to see to a person's word of this day: the unique key decides."""
    try:
        with session.begin_nested():
            session.add(Digest(person_id=person_id, on_day=on, seen_to_at=at))
    except IntegrityError:
        return False
    return True


def post(session: Session, person: Person, template: Template, *, at: datetime) -> OutgoingMail:
    """Put an e-mail to a person of staff in the tray."""
    row = OutgoingMail(person_id=person.id, template=template, made_at=at)
    session.add(row)
    session.flush()
    record(session, "mail.posted", person.ref, by=SYSTEM, at=at, template=template)
    return row


def deliver(database: Database, config: Config) -> int:
    """Send what is in the tray; return how many e-mails this process sent. Each is sent by one process."""
    at = now()
    free = or_(OutgoingMail.taken_at.is_(None), OutgoingMail.taken_at < at - STUCK)
    waiting = OutgoingMail.sent_at.is_(None) & (OutgoingMail.tries < TRIES) & free
    with database.reading() as db:
        found = list(db.scalars(select(OutgoingMail.id).where(waiting).order_by(OutgoingMail.id)))
    return sum(_send_one(database, config, mail_id) for mail_id in found)


def _send_one(database: Database, config: Config, mail_id: int) -> bool:
    at = now()
    free = or_(OutgoingMail.taken_at.is_(None), OutgoingMail.taken_at < at - STUCK)
    with database.write() as db:
        taken = db.execute(
            update(OutgoingMail)
            .where(OutgoingMail.id == mail_id, OutgoingMail.sent_at.is_(None), free)
            .values(taken_at=at, tries=OutgoingMail.tries + 1)
            .returning(OutgoingMail.id),
        ).scalar()
        if taken is None:
            return False
        row = db.scalars(
            select(OutgoingMail).where(OutgoingMail.id == mail_id).options(joinedload(OutgoingMail.person))
        ).one()
        address, template, gone = row.person.email, row.template, not row.person.is_active
    failed = GONE if gone else _hand_over(config.mail, address, template)
    with database.write() as db:
        row = db.get_one(OutgoingMail, mail_id)
        row.failed, row.sent_at = failed, None if failed else now()
        if failed:
            row.taken_at, row.tries = None, TRIES if gone else row.tries
    return not failed


def _hand_over(server: MailServer | None, address: str, template: Template) -> str:
    """Give an e-mail to the mail server; return what kind of error it ended in, empty for none."""
    if server is None:
        log.info("mail kept", template=template.value)
        return ""
    said, message = SAYS[template], EmailMessage()
    message["From"], message["To"], message["Subject"] = server.sender, address, said.subject
    message.set_content(said.text)
    try:
        with smtplib.SMTP(server.host, server.port, timeout=PATIENCE) as line:
            line.starttls(context=ssl.create_default_context())
            if server.user:
                line.login(server.user, server.password)
            line.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail failed", template=template.value, error=type(error).__name__)
        return type(error).__name__[:60]
    return ""
