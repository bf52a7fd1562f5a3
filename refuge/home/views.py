"""Today, what the navigation shows, and whether the application is well."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flask import Blueprint, render_template, url_for
from sqlalchemy import text

from refuge.accounts.current import user
from refuge.database import session
from refuge.permissions import Permission, open_to_everyone, signed_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("home", __name__)


class Link(NamedTuple):
    """One entry of the navigation."""

    label: str
    url: str
    current: bool


ENTRIES: tuple[tuple[str, str, str, Permission | None], ...] = (
    ("Today", "home.today", "/", None),
    ("Beds", "beds.board", "/beds", Permission.BOARD_SEE),
    ("Refuges", "beds.refuges", "/refuges", Permission.REFUGE_SEE),
    ("Referrals", "referrals.index", "/referrals", Permission.REFERRAL_SEE),
    ("People", "accounts.people", "/people", Permission.PERSON_MANAGE),
)
"""What the navigation shows: words, endpoint, beginning of the path, and the permission without which it is left out."""


def navigation(path: str) -> list[Link]:
    """Return the navigation of the signed-in person, with the entry she is at marked."""
    return [
        Link(label, url_for(endpoint), path == start if start == "/" else path.startswith(start))
        for label, endpoint, start, permission in ENTRIES
        if permission is None or user().may(permission)
    ]


@blueprint.get("/")
@signed_in
def today() -> ResponseReturnValue:
    """Show what she should do next."""
    return render_template("home/today.html")


@blueprint.get("/health")
@open_to_everyone
def health() -> ResponseReturnValue:
    """Say whether the database answers. Nothing else."""
    session.execute(text("SELECT 1"))
    return "ok", 200, {"Content-Type": "text/plain; charset=utf-8"}
