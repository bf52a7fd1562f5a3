"""Taking and reading referrals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from refuge.permissions import Permission, requires

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("referrals", __name__)


@blueprint.get("/referrals")
@requires(Permission.REFERRAL_SEE)
def index() -> ResponseReturnValue:
    """Show the referrals that she may see."""
    return render_template("referrals/index.html")
