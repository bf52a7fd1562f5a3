"""What a call says, for tests: the little that is required, and more on request."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import MultiDict

from refuge.audit.service import Actor
from refuge.codes.queries import lists
from refuge.referrals.forms import LISTS, referral_form
from refuge.referrals.service import make_referral
from tests.builders import Pilot

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from refuge.referrals.details import ReferralDetails
    from refuge.referrals.models import Referral

ON = date(2026, 11, 21)
AT = datetime(2026, 11, 21, 10, 2, tzinfo=UTC)
LEAST = {"source": "SELF", "safe_number": "07700 900123", "shared": "yes"}


def details(db: Session, **told: str) -> ReferralDetails:
    """Return the details of a call."""
    form = referral_form(MultiDict({**LEAST, **told}), lists(db, LISTS, on=ON), on=ON)
    assert form.validate(), form.errors
    return form.details()


def take(db: Session, by: str = "worker.wall", *, draft: Any = None, **told: str) -> Referral:  # noqa: ANN401  so that `told` can be unpacked
    """Make a referral of a call: `draft` is a ReferralDraft or None."""
    person = Pilot().person(db, by)
    actor = Actor(person.ref, person.agency.ref, person.role)
    return make_referral(db, details(db, **told), by=person, actor=actor, at=AT, draft=draft)
