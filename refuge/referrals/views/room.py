"""What every page of this room needs: the blueprint, and rows or a 404 that says nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Blueprint, abort

from refuge.accounts.current import user
from refuge.codes.queries import Lists, lists
from refuge.database import now, session
from refuge.london import london_date
from refuge.referrals import queries
from refuge.referrals.forms import LISTS, say_beside

if TYPE_CHECKING:
    from datetime import date

    from werkzeug.datastructures import MultiDict

    from refuge.errors import Refused
    from refuge.referrals.forms import ReferralForm
    from refuge.referrals.models import Referral, ReferralDraft

blueprint = Blueprint("referrals", __name__)


def today() -> date:
    """Return the London date."""
    return london_date(now())


def code_lists() -> Lists:
    """Return the lists that the form offers today."""
    return lists(session, LISTS, on=today())


def whole(given: MultiDict[str, str], name: str, default: int = 0) -> int:
    """Return a whole number that a request carries, if it is one that every database holds."""
    text = given.get(name, "")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else default


def referral_or_404(ref: str, *, lock: bool = False) -> Referral:
    """Return a referral that she may see. Not found and not hers are the same."""
    found = queries.one(session, user(), ref, lock=lock)
    if found is None:
        abort(404)
    if not lock:
        queries.say_who_waits_again(session, [found], at=now())
    return found


def changeable_or_404(ref: str, *, lock: bool = False) -> Referral:
    """Return a referral that she may change; one of another agency is the same as none."""
    found = referral_or_404(ref, lock=lock)
    if not queries.is_own(found, user()):
        abort(404)
    return found


def progressing_or_404(ref: str, *, lock: bool = False) -> Referral:
    """Return a referral whose checks she may keep up: her agency's, or one that her refuge may yet place."""
    found = referral_or_404(ref, lock=lock)
    if not (queries.is_own(found, user()) or queries.may_progress(found, user())):
        abort(404)
    return found


def draft_or_404(ref: str, *, lock: bool = False) -> ReferralDraft:
    """Return her own draft, whatever became of it."""
    found = queries.draft(session, user(), ref, lock=lock)
    if found is None:
        abort(404)
    return found


def show_beside(form: ReferralForm, refused: Refused) -> None:
    """Put a refusal beside the field that it is about."""
    if refused.field == "must_not_meet":
        rows = [entry.form for entry in form.must_not_meet.entries]
        about = [row for row in rows if row.who.typed and row.who.typed.upper() in refused.sentence]
        say_beside(form.must_not_meet, (about or rows)[0], refused.sentence)
    else:
        form[refused.field or "shared"].errors = [refused.sentence]
