"""Reading a plan: the list of a practitioner, the plan, its notes, its versions, and who looked at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, render_template

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.codes.queries import labels
from refuge.database import database, now, session
from refuge.london import instant_words, london_date
from refuge.permissions import Permission, requires
from support_plans.areas import areas_of
from support_plans.queries import looks as look_queries
from support_plans.queries import people as people_queries
from support_plans.queries import plans as queries
from support_plans.service.glass import note_sealed_try
from support_plans.shown import shown_changes, shown_list, shown_looks, shown_notes, shown_plan
from support_plans.views.planning.room import blueprint, page_number, resident_or_404, saw

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from refuge.referrals.models import Referral

WORDS = ("session_service", "language", "time_of_hers", "agreed_how", "plan_area")


@blueprint.get("/plans")
@requires(Permission.PLAN_LIST)
def index() -> ResponseReturnValue:
    """Show the women whom she works with, in whichever house they live."""
    at = now()
    rows = queries.listed(session, user(), at=at)
    saw("plans.listed", "-", refs=[row.ref for row in rows])
    return render_template("support_plans/index.html", rows=shown_list(rows, at=at))


@blueprint.get("/plans/<ref>")
@requires(Permission.PLAN_SEE)
def plan(ref: str) -> ResponseReturnValue:
    """Show her plan: of it, what this reader may see."""
    referral, reach = resident_or_404(ref)
    parts = queries.parts_of(session, reach)
    read = sorted({category.value for category in reach.until})
    saw("plan.seen", referral.ref, shared=read, glass=reach.glass_until is not None)
    return render_template(
        "support_plans/plan.html",
        resident=referral,
        plan=shown_plan(
            parts, reach, stay=queries.stay_of(session, referral.id), words=labels(session, WORDS),
            areas=areas_of(session, referral.network_id, at=reach.at), due_days=user().agency.network.plan_due_days,
        ),
        people=people_queries.allocations(session, referral.id, at=reach.at),
        contacts=people_queries.contacts(session, user(), at=reach.at),
        readers=people_queries.agencies_that_read(session, referral.id, at=reach.at),
    )  # fmt: skip


@blueprint.get("/plans/<ref>/notes")
@requires(Permission.PLAN_SEE)
def notes(ref: str) -> ResponseReturnValue:
    """Show the notes that she may read, the latest first."""
    referral, reach = resident_or_404(ref)
    number = page_number()
    rows, count = queries.notes(session, reach, number=number)
    saw("plan.notes_seen", referral.ref, refs=[row.ref for row in rows])
    return render_template(
        "support_plans/notes.html", resident=referral, notes=shown_notes(rows, reach), count=count, number=number,
        pages=_pages(count),
    )  # fmt: skip


@blueprint.get("/plans/<ref>/notes/<note>")
@requires(Permission.PLAN_SEE)
def one_note(ref: str, note: str) -> ResponseReturnValue:
    """Show one note. A sealed one is there for its writer alone; for others trying raises an alert."""
    referral, reach = resident_or_404(ref)
    found = queries.note(session, reach, note)
    if found is None:
        _alert_if_sealed(referral, note)
        abort(404)
    saw("note.seen", found.ref, referral=referral.ref)
    return render_template("support_plans/notes.html", resident=referral, notes=shown_notes([found], reach), pages=0)


def _alert_if_sealed(referral: Referral, ref: str) -> None:
    """Raise the alert in a transaction of its own: the page that was asked for is not there."""
    if queries.sealed_note(session, referral, ref) is None:
        return
    actor = current_actor()
    with database().write() as db:
        sealed = queries.sealed_note(db, referral, ref)
        if sealed is not None:
            note_sealed_try(db, sealed, actor=actor, at=now())


@blueprint.get("/plans/<ref>/history")
@requires(Permission.PLAN_SEE)
def history(ref: str) -> ResponseReturnValue:
    """Show what was changed, by whom and when: the latest first."""
    referral, reach = resident_or_404(ref)
    number = page_number()
    rows, count = queries.changes(session, reach, number=number)
    areas = areas_of(session, referral.network_id, at=reach.at)
    saw("plan.history_seen", referral.ref)
    return render_template(
        "support_plans/history.html", resident=referral, rows=shown_changes(rows, areas, at=reach.at), count=count,
        number=number, pages=_pages(count),
    )  # fmt: skip


@blueprint.get("/plans/<ref>/looked")
@requires(Permission.PLAN_SEE)
def looked(ref: str) -> ResponseReturnValue:
    """Show who looked at her record, so that she can be told; it prints on its own."""
    referral, reach = resident_or_404(ref)
    rows = look_queries.looks(session, referral)
    record(session, "plan.looks_listed", referral.ref, by=current_actor(), at=reach.at)
    return render_template(
        "support_plans/looked.html", resident=referral, rows=shown_looks(rows, at=reach.at),
        now=instant_words(reach.at, now=reach.at), today=london_date(reach.at),
    )  # fmt: skip


def _pages(count: int) -> int:
    return -(-count // queries.A_PAGE)
