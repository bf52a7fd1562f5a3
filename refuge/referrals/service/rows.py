"""The rows beside a referral, brought in step with what was told: changed in place, added, or taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from refuge.referrals.models import (
    AdmissionCheck,
    CheckState,
    Child,
    FundingRoute,
    Need,
    NeedLevel,
    Recourse,
    RouteState,
    UnsafeArea,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from refuge.referrals.details import (
        CheckDetails,
        ChildDetails,
        RecourseDetails,
        RouteDetails,
    )
    from refuge.referrals.models import Referral

Row = TypeVar("Row")


def sync_children(referral: Referral, told: Sequence[ChildDetails]) -> bool:
    """Bring the children in step; return whether anything changed."""
    wanted = {position: {"age": child.age, "sex": child.sex} for position, child in enumerate(told)}
    return _sync(referral.children, "position", wanted, Child)


def sync_needs(referral: Referral, told: Sequence[tuple[str, NeedLevel]]) -> bool:
    """Bring the needs in step: what was not asked has no row."""
    wanted = {need: {"level": level} for need, level in told if level is not NeedLevel.NOT_ASKED}
    return _sync(referral.needs, "need", wanted, Need)


def sync_areas(referral: Referral, told: Sequence[str]) -> bool:
    """Bring the unsafe areas in step."""
    return _sync(referral.unsafe_areas, "area", {area: {} for area in told}, UnsafeArea)


def sync_checks(referral: Referral, told: Sequence[CheckDetails]) -> bool:
    """Bring the checks in step: one that was not started has no row."""
    wanted = {
        check.check: {"state": check.state, "done_on": check.done_on}
        for check in told
        if check.state is not CheckState.NOT_STARTED or check.done_on
    }
    return _sync(referral.checks, "check", wanted, AdmissionCheck)


def sync_recourse(referral: Referral, told: RecourseDetails) -> bool:
    """Bring recourse to public funds in step."""
    row = referral.recourse
    if row is None:
        row = referral.recourse = Recourse(routes=[])
    changed = (row.status, row.leave_expires) != (told.status, told.leave_expires)
    row.status, row.leave_expires = told.status, told.leave_expires
    return sync_routes(row, told.routes) or changed


def sync_routes(recourse: Recourse, told: Sequence[RouteDetails]) -> bool:
    """Bring the ways of paying in step: one that was not tried has no row."""
    wanted = {
        route.route: {"state": route.state, "on": route.on}
        for route in told
        if route.state is not RouteState.NOT_TRIED or route.on
    }
    return _sync(recourse.routes, "route", wanted, FundingRoute)


def _sync(rows: list[Row], key: str, wanted: Mapping[Any, Mapping[str, Any]], make: Callable[..., Row]) -> bool:
    """Make `rows` those of `wanted`. A row that stays is changed in place: the database keeps its key unique."""
    there = {getattr(row, key): row for row in rows}
    changed = False
    for gone in there.keys() - wanted.keys():
        rows.remove(there[gone])
        changed = True
    for name, values in wanted.items():
        row = there.get(name)
        if row is None:
            rows.append(make(**{key: name}, **values))
            changed = True
            continue
        for column, value in values.items():
            if getattr(row, column) != value:
                setattr(row, column, value)
                changed = True
    return changed
