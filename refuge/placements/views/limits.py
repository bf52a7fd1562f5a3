"""Changing what a refuge offers: shown first on those who wait now, then saved. The form itself is of the room of beds.

It is here because beds know nothing of those who wait; adding a refuge rules nobody out, and stays there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.beds.forms.refuges import LISTS, RefugeForm
from refuge.beds.service.refuges import change_refuge
from refuge.beds.service.versions import STALE, refuse_if_stale
from refuge.beds.views.blueprint import own_refuge, read_version
from refuge.codes.queries import lists
from refuge.database import database, now, session
from refuge.errors import Refused
from refuge.london import london_date
from refuge.permissions import Permission, requires
from refuge.placements.forms.rules import mark_of
from refuge.placements.problem.beds import house_with
from refuge.placements.queries.preview import limits_impact
from refuge.placements.queries.runs import names_for
from refuge.placements.shown.limits import limits_words
from refuge.placements.views.room import blueprint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask.typing import ResponseReturnValue

    from refuge.beds.models import Refuge
    from refuge.placements.queries.preview import Impact

LOOK_FIRST = "Look at whom this would rule out. If you still want it, save again."


@blueprint.post("/refuges/<ref>/preview")
@requires(Permission.REFUGE_CHANGE)
def preview_limits(ref: str) -> ResponseReturnValue:
    """Show whom a change of a refuge of her agency would rule out. Nothing is saved."""
    return _checked(ref, _preview)


@blueprint.post("/refuges/<ref>/edit")
@requires(Permission.REFUGE_CHANGE)
def change_limits(ref: str) -> ResponseReturnValue:
    """Change what a refuge of her agency offers; where that rules somebody out, not before she has seen whom."""
    return _checked(ref, _save)


def _checked(ref: str, act: Callable[[Refuge, RefugeForm], ResponseReturnValue]) -> ResponseReturnValue:
    """Do this with what was typed, or show the form again with what is wrong with it."""
    refuge = own_refuge(ref)
    form = RefugeForm(lists(session, LISTS, on=london_date(now())), refuge)
    if form.validate():
        try:
            refuse_if_stale(refuge, read_version(form.version.data), form.details().columns())
            return act(refuge, form)
        except Refused as refusal:
            if refusal.code == STALE:
                form.version.data, form.seen.data = str(refuge.version), ""
            form.refuse(refusal.sentence, refusal.field)
    return _page(refuge, form)


def _preview(refuge: Refuge, form: RefugeForm) -> str:
    return _shown(refuge, form, _impact(refuge, form))


def _save(refuge: Refuge, form: RefugeForm) -> ResponseReturnValue:
    details, version = form.details(), read_version(form.version.data)
    if form.seen.data != mark_of(details):
        found = _impact(refuge, form)
        if found.ruled_out:
            flash(LOOK_FIRST, "warning")
            return _shown(refuge, form, found)
    change_refuge(session, refuge, details, version=version, by=user(), actor=current_actor(), at=now())
    flash(f"What {refuge.name} offers has been saved.", "success")
    session.commit()
    return redirect(url_for("beds.refuge", ref=refuge.ref))


def _impact(refuge: Refuge, form: RefugeForm) -> Impact:
    """Work out what the change would do, without holding the database while the solver thinks."""
    changed = (refuge.id, house_with(refuge, form.details()))
    session.rollback()
    with database().reading() as reading:
        return limits_impact(reading, user().network_id, changed, at=now())


def _shown(refuge: Refuge, form: RefugeForm, found: Impact) -> str:
    names = names_for(session, user(), {*found.ruled_out, *found.let_in, *found.other_bed})
    record(
        session, "limits.previewed", refuge.ref, by=current_actor(), at=now(), refs=sorted(names.households),
        ruled_out=len(found.ruled_out), nowhere=len(found.nowhere), let_in=len(found.let_in),
        fewer=found.placed - found.would_place,
    )  # fmt: skip
    session.commit()
    form.seen.data = mark_of(form.details())
    return _page(refuge, form, preview=limits_words(found, names))


def _page(refuge: Refuge, form: RefugeForm, *, preview: Sequence[str] = ()) -> str:
    return render_template(
        "beds/refuge_form.html", form=form, refuge=refuge, heading=f"Change {refuge.name}", preview=preview
    )
