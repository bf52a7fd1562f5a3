"""Networks and the agencies in them. For system administrators only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, url_for

from refuge.accounts import queries, service
from refuge.accounts.forms import AgencyForm, NetworkForm, refuse
from refuge.accounts.sessions import current_actor
from refuge.accounts.views.blueprint import blueprint
from refuge.database import now, session
from refuge.errors import Refused
from refuge.permissions import Permission, requires

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.route("/people/networks/new", methods=["GET", "POST"])
@requires(Permission.PERSON_MANAGE)
def new_network() -> ResponseReturnValue:
    """Add a network."""
    form = NetworkForm()
    if form.validate_on_submit():
        try:
            service.add_network(session, form.details(), by=current_actor(), at=now())
        except Refused as refusal:
            refuse(form, refusal.sentence, refusal.field or "name")
        else:
            session.commit()
            flash("The network is added. Now add its agencies.", "success")
            return redirect(url_for("accounts.new_agency"))
    return render_template("accounts/network_new.html", form=form)


@blueprint.route("/people/agencies/new", methods=["GET", "POST"])
@requires(Permission.PERSON_MANAGE)
def new_agency() -> ResponseReturnValue:
    """Add an agency."""
    form = AgencyForm()
    networks = queries.networks(session)
    form.offer(networks)
    if form.validate_on_submit():
        told = form.details()
        network = next(network for network in networks if network.ref == told.network_ref)
        try:
            service.add_agency(session, network, told.kind, told.name, by=current_actor(), at=now())
        except Refused as refusal:
            refuse(form, refusal.sentence, refusal.field or "name")
        else:
            session.commit()
            flash("The agency is added. Now add its people.", "success")
            return redirect(url_for("accounts.people"))
    return render_template("accounts/agency_new.html", form=form)
