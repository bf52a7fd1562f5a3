"""Publishing an edition: a manager chooses a closed period; a correction says what it corrects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import london_date
from refuge.once import led_to, new_key, remember
from refuge.permissions import Permission, requires
from refuge.statistics.forms import PublishForm
from refuge.statistics.service.editions import publish as publish_edition
from refuge.statistics.views.room import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/published/new")
@requires(Permission.EDITION_PUBLISH)
def publish() -> ResponseReturnValue:
    """Ask which period."""
    return _page(PublishForm(on=london_date(now()), key=new_key()))


@blueprint.post("/published/new", endpoint="do_publish")
@requires(Permission.EDITION_PUBLISH)
def do_publish() -> ResponseReturnValue:
    """Count, hide, check and freeze the period."""
    at = now()
    form = PublishForm(request.form, on=london_date(at))
    if not form.validate():
        return _page(form), 422
    if (led := led_to(session, user().id, form.key.data or "")) is not None:
        return redirect(led)
    try:
        row = publish_edition(
            session, user().network_id, form.chosen(), by=current_actor(), name=user().name, at=at,
            change_note=form.change_note.typed,
        )  # fmt: skip
        address = url_for("statistics.edition", ref=row.ref)
        remember(session, user().id, form.key.data or "", address=address, at=at)
        session.commit()
    except Refused as refusal:
        session.rollback()
        field = form.change_note if refusal.code == "edition.note" else form.period
        field.errors = [refusal.sentence]
        return _page(form), 422
    flash("Published. Commissioners of the network can read it now.", "success")
    return redirect(address)


def _page(form: PublishForm) -> str:
    return render_template("statistics/publish.html", form=form)
