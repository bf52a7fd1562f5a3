"""Revealing where a refuge is, and keeping it. The address is on no other page, in no log and in no web address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.beds.forms.addresses import AddressForm, RevealForm
from refuge.beds.service import addresses as service
from refuge.beds.service.versions import STALE
from refuge.beds.views.blueprint import blueprint, own_refuge, read_version
from refuge.codes.queries import lists
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import london_date
from refuge.permissions import Permission, requires

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from refuge.beds.models import Refuge

COMPARE = "compare"
"""The press that asks to see the kept address beside the one that was typed."""


@blueprint.route("/refuges/<ref>/address", methods=["GET", "POST"])
@requires(Permission.ADDRESS_REVEAL)
def reveal_address(ref: str) -> ResponseReturnValue:
    """Ask why the address is needed, then show it once."""
    refuge = own_refuge(ref)
    at = now()
    form = RevealForm(lists(session, ["address_reason"], on=london_date(at))["address_reason"])
    if request.method == "GET":
        form.key.data = once.new_key()
    if form.validate_on_submit():
        try:
            kept = service.reveal_address(
                session,
                refuge,
                reason=form.reason.data,
                note=form.note.typed,
                key=form.key.data or "",
                by=user(),
                actor=current_actor(),
                at=at,
            )
        except Refused as refusal:
            form.key.data = once.new_key()
            form.refuse(refusal.sentence, refusal.field)
        else:
            session.commit()
            return render_template("beds/address.html", refuge=refuge, address=kept.address)
    return render_template("beds/reveal_address.html", form=form, refuge=refuge)


@blueprint.route("/refuges/<ref>/address/change", methods=["GET", "POST"])
@requires(Permission.REFUGE_CHANGE)
def change_address(ref: str) -> ResponseReturnValue:
    """Keep or replace the address, without showing the one that is kept."""
    refuge = own_refuge(ref)
    if led := once.led_to(session, user().id, request.form.get("key", "")):
        return redirect(led)
    form = AddressForm()
    if request.form.get("do") == COMPARE:
        return _both(form, refuge)
    if request.method == "GET":
        form.key.data, form.version.data = once.new_key(), str(service.version_kept(session, refuge))
    if form.validate_on_submit():
        at, led = now(), url_for("beds.refuge", ref=ref)
        try:
            version = read_version(form.version.data)
            service.set_address(
                session, refuge, form.address.typed, version=version, by=user(), actor=current_actor(), at=at
            )
            once.remember(session, user().id, form.key.data or "", address=led, at=at)
        except Refused as refusal:
            if led := once.led_to(session, user().id, form.key.data or ""):  # her own first press was kept meanwhile
                return redirect(led)
            form.refuse(refusal.sentence, refusal.field)
            return _page(form, refuge, stale=refusal.code == STALE), 409
        flash(f"The address of {refuge.name} is kept.", "success")
        session.commit()
        return redirect(led)
    return _page(form, refuge)


def _both(form: AddressForm, refuge: Refuge) -> ResponseReturnValue:
    """Show the kept address beside what she typed: she has read it then, and it is kept that she did."""
    if not user().may(Permission.ADDRESS_REVEAL):
        abort(403)
    try:
        kept = service.reveal_address(
            session, refuge, reason=service.TO_CHECK, note="", key=form.key.data or "", by=user(),
            actor=current_actor(), at=now(),
        )  # fmt: skip
    except Refused as refusal:
        form.key.data = once.new_key()
        form.refuse(refusal.sentence, refusal.field)
        return _page(form, refuge), 409
    form.key.data, form.version.data = once.new_key(), str(kept.version)
    session.commit()
    return _page(form, refuge, beside=kept.address)


def _page(form: AddressForm, refuge: Refuge, *, stale: bool = False, beside: str = "") -> str:
    return render_template(
        "beds/change_address.html", form=form, refuge=refuge, beside=beside, stale=stale,
        kept=service.version_kept(session, refuge) > 0,
    )  # fmt: skip
