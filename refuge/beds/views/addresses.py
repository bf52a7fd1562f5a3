"""Revealing where a refuge is, and keeping it. The address is on no other page, in no log and in no web address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.beds.forms.addresses import AddressForm, RevealForm
from refuge.beds.service import addresses as service
from refuge.beds.views.blueprint import blueprint, own_refuge
from refuge.codes.queries import lists
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import london_date
from refuge.permissions import Permission, requires

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.route("/refuges/<ref>/address", methods=["GET", "POST"])
@requires(Permission.ADDRESS_REVEAL)
def reveal_address(ref: str) -> ResponseReturnValue:
    """Ask why the address is needed, then show it once."""
    refuge = own_refuge(ref)
    at = now()
    form = RevealForm(lists(session, ["address_reason"], on=london_date(at))["address_reason"])
    if form.validate_on_submit():
        try:
            address = service.reveal_address(
                session,
                refuge,
                reason=form.reason.data,
                note=form.note.typed,
                by=user(),
                actor=current_actor(),
                at=at,
            )
        except Refused as refusal:
            form.refuse(refusal.sentence, refusal.field)
        else:
            session.commit()
            return render_template("beds/address.html", refuge=refuge, address=address)
    return render_template("beds/reveal_address.html", form=form, refuge=refuge)


@blueprint.route("/refuges/<ref>/address/change", methods=["GET", "POST"])
@requires(Permission.REFUGE_CHANGE)
def change_address(ref: str) -> ResponseReturnValue:
    """Keep or replace the address, without showing the one that is kept."""
    refuge = own_refuge(ref)
    form = AddressForm()
    if form.validate_on_submit():
        service.set_address(session, refuge, form.address.typed, by=user(), actor=current_actor(), at=now())
        flash(f"The address of {refuge.name} is kept.", "success")
        session.commit()
        return redirect(url_for("beds.refuge", ref=ref))
    return render_template(
        "beds/change_address.html", form=form, refuge=refuge, kept=service.has_address(session, refuge)
    )
