"""Quick updates while she waits: how far the checks and the ways of paying have come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import attributes

from refuge.audit.service import record
from refuge.errors import Refused
from refuge.referrals.models import Recourse
from refuge.referrals.service.rows import sync_checks, sync_routes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.audit.service import Actor
    from refuge.referrals.details import CheckDetails, RouteDetails
    from refuge.referrals.models import Referral


def update_progress(
    session: Session,
    referral: Referral,
    checks: Sequence[CheckDetails],
    routes: Sequence[RouteDetails] | None,
    *,
    version: int,
    actor: Actor,
    at: datetime,
) -> bool:
    """Keep how far checks and, if given, ways of paying have come; return whether anything changed."""
    if referral.version != version:
        raise Refused("Somebody else changed this referral while you had it open. Look at it again.", code="stale")
    fields = ["checks"] if sync_checks(referral, checks) else []
    if routes is not None:
        if referral.recourse is None:
            referral.recourse = Recourse(status="NOT_KNOWN", routes=[])
        fields += ["recourse"] if sync_routes(referral.recourse, routes) else []
    if fields:
        attributes.flag_modified(referral, "shared")
        record(session, "referral.changed", referral.ref, by=actor, at=at, fields=fields)
    return bool(fields)
