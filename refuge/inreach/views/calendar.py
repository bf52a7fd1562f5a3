"""What the calendar on top of the week reads. It is drawn by a script; the table beside it says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.database import now, session
from refuge.inreach.forms.fields import read_day
from refuge.inreach.queries.bookings import bookable_workers
from refuge.inreach.queries.weeks import days_seen
from refuge.inreach.queries.women import residents
from refuge.inreach.views.room import blueprint
from refuge.inreach.views.week import days_of, houses_shown
from refuge.inreach.week import Look, rows_by_worker
from refuge.london import LONDON, london_date
from refuge.permissions import Permission, requires

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from refuge.inreach.queries.women import Woman
    from refuge.inreach.week import Item

MOVABLE = (Look.BOOKED, Look.UNCONFIRMED)


@blueprint.get("/in-reach/calendar.json")
@requires(Permission.SESSION_SEE)
def calendar() -> ResponseReturnValue:
    """Give workers, houses and women, hours and sessions of one week, in London's time as on the wall.

    Which of them stand side by side is chosen in the calendar: all workers, those of one house, or one woman's week.
    """
    at = now()
    on = read_day(request.args.get("on"), today=london_date(at))
    seen = days_seen(session, user(), days_of(on, one_day=False), at=at)
    women = sorted(woman.ref for woman in seen.women.values())
    record(session, "week.seen", by=current_actor(), at=at, on=str(on), rows="calendar", refs=women)
    refs = {worker.id: worker.ref for worker in seen.workers}
    houses = {house.id: house.ref for house in seen.houses}
    books = {worker.id for worker in bookable_workers(session, user(), on=on)}
    return {
        "resources": [
            {
                "id": row.ref, "title": row.name,
                "extendedProps": {"off": {str(cell.on): cell.off for cell in row.cells if cell.off}},
            }
            for row in rows_by_worker(seen.told, seen.workers)
        ],
        "houses": [{"id": house.ref, "title": house.name} for house in houses_shown(seen)],
        "women": [
            {"id": woman.ref, "title": f"{woman.ref} · {woman.house}"} for woman in residents(session, user(), at=at)
        ],
        "events": [
            {**_event(item, refs, seen.women, books=item.worker_id in books), "house": houses[item.refuge_id]}
            for item in seen.told.items
            if item.worker_id in refs
        ],
        "hours": [
            {
                "resourceIds": [refs[shift.worker_id]], "start": _wall(shift.from_at), "end": _wall(shift.until_at),
                "display": "background", "houses": [houses[one] for one in shift.refuge_ids if one in houses],
            }
            for shift in seen.told.rota.shifts
        ],
    }  # fmt: skip


def _event(item: Item, refs: Mapping[int, str], women: Mapping[int, Woman], *, books: bool) -> dict[str, Any]:
    proposed = item.look is Look.PROPOSED
    parts = [item.who, item.service, item.house, item.wrong] if item.mine else ["Taken", item.house]
    endpoint = "inreach.run" if proposed else "inreach.booking"
    movable = item.mine and books and item.look in MOVABLE
    return {
        "id": f"{item.ref}-{item.from_at:%d%H%M}-{refs[item.worker_id]}",
        "resourceIds": [refs[item.worker_id]],
        "start": _wall(item.from_at),
        "end": _wall(item.until_at),
        "title": f"{item.look.word}: {' · '.join(part for part in parts if part)}",
        "classNames": [f"slot--{item.tone}", f"slot--{item.look.value}"],
        "startEditable": movable,
        "women": [women[one].ref for one in item.referral_ids if one in women],
        "extendedProps": {
            "worker": refs[item.worker_id],
            "with": item.worker,
            "url": url_for(endpoint, ref=item.ref) if item.mine else None,
            "move": url_for("inreach.move", ref=item.ref) if movable else None,
            "version": item.version,
        },
    }


def _wall(at: datetime) -> str:
    return at.astimezone(LONDON).strftime("%Y-%m-%dT%H:%M:00")
