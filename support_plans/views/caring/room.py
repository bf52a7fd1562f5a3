"""What every page of this room needs: the blueprint, and the resident or a 404 that says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, redirect, request

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.database import now, session
from support_plans import access

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.typing import ResponseReturnValue

    from refuge.accounts.models import Person
    from refuge.beds.forms.fields import RoomForm
    from refuge.errors import Refused
    from refuge.referrals.models import Referral

blueprint = Blueprint("care", __name__)


def resident_or_404(ref: str, *, lock: bool | None = None) -> Referral:
    """Return the resident whose record she may open at this moment; not there and not hers are the same.

    `lock` is said by whoever changes something: False as the form opens, True as it is sent. Whom broken glass let in
    may do neither, so that she types nothing in vain.
    """
    found = access.resident(session, user(), ref, at=now(), lock=bool(lock)) or abort(404)
    if lock is not None:
        access.refuse_glass(session, user(), found, at=now())
    return found


def saw(action: str, subject: str, **facts: Any) -> None:  # noqa: ANN401  refs, codes and names of fields
    """Note in the audit chain that she read this."""
    record(session, action, subject, by=current_actor(), at=now(), **facts)


def sent_before() -> ResponseReturnValue | None:
    """Return where the first sending of this form led, if it was sent before."""
    led = once.led_to(session, user().id, request.form.get("key", "")) if request.method == "POST" else None
    return None if led is None else redirect(led)


def done(led: str, words: str) -> ResponseReturnValue:
    """Commit, remember where the form led, and go there with a word about it."""
    once.remember(session, user().id, request.form.get("key", ""), address=led, at=now())
    session.commit()
    flash(words, "success")
    return redirect(led)


def refuse(form: RoomForm, refused: Refused) -> None:
    """Undo what was begun, and put the sentence beside its field."""
    session.rollback()
    form.refuse(refused.sentence, refused.field)


def chosen(people: Iterable[Person], ref: str | None) -> Person | None:
    """Return the person with this ref among those who were offered."""
    return next((one for one in people if one.ref == ref), None)
