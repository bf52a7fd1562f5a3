"""The board, the refuges of the network, and their beds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from refuge.permissions import Permission, requires

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("beds", __name__)


@blueprint.get("/beds")
@requires(Permission.BOARD_SEE)
def board() -> ResponseReturnValue:
    """Show every bed of the network as it is now and next."""
    return render_template("beds/board.html")


@blueprint.get("/refuges")
@requires(Permission.REFUGE_SEE)
def refuges() -> ResponseReturnValue:
    """Show what each refuge of the network offers."""
    return render_template("beds/refuges.html")
