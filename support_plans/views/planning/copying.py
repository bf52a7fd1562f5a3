"""The copy of her plan for her, as a PDF: in ordinary print and in large print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, render_template, request

from refuge.accounts.current import user
from refuge.database import session
from refuge.london import london_date
from refuge.paper import as_download, pdf
from refuge.permissions import Permission, requires
from support_plans.areas import areas_of
from support_plans.categories import Category
from support_plans.copying import copy_of
from support_plans.queries import people, plans
from support_plans.views.planning.room import blueprint, resident_or_404, saw

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

LARGE = "large"


@blueprint.get("/plans/<ref>/copy")
@requires(Permission.PLAN_SEE)
def copy(ref: str) -> ResponseReturnValue:
    """Give the copy that she carries. It says neither where she lives nor, unless she wants it, who works with her."""
    referral, reach = resident_or_404(ref)
    parts = plans.parts_of(session, reach)
    if parts.plan is not None and not reach.may_read(Category.GENERAL, written_by=parts.plan.agency_id):
        abort(404)
    stay, large = plans.stay_of(session, referral.id), request.args.get("print") == LARGE
    named = parts.plan is not None and parts.plan.copy_names_agencies
    shown = copy_of(
        parts, areas_of(session, referral.network_id, at=reach.at),
        names=people.names_to_leave_out(session, user(), agencies=not named), today=london_date(reach.at),
        review_on=None if stay is None or stay.ended_at is not None else stay.review_due_on,
    )  # fmt: skip
    saw("plan.copied", referral.ref, large=large)
    made = pdf(render_template("support_plans/copy.html", copy=shown, large=large))
    return as_download(made, "my-plan.pdf")
