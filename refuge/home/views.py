"""Today, what the navigation shows, and whether the application is well."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from flask import Blueprint, render_template, url_for
from sqlalchemy import text

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.beds.queries.board import refs_of_people
from refuge.codes.queries import labels
from refuge.database import now, session
from refuge.home.queries import Waiting, day, waiting
from refuge.home.tasks import decisions, due
from refuge.london import clock_words, day_words, instant_words, london_date, long_date_words
from refuge.permissions import Permission, Role, open_to_everyone, signed_in
from refuge.referrals.shown import lines
from support_plans.shown_tasks import shown_morning

if TYPE_CHECKING:
    from datetime import datetime

    from flask.typing import ResponseReturnValue

blueprint = Blueprint("home", __name__)
WORDS = ("now_at", "area", "outcome", "withdrawal")
"""The code lists that a line about a referral is worded with."""


class Link(NamedTuple):
    """One entry of the navigation."""

    label: str
    url: str
    current: bool


ENTRIES: tuple[tuple[str, str, tuple[str, ...], Permission | None], ...] = (
    ("Today", "home.today", (), None),
    ("Beds", "beds.board", ("/beds",), Permission.BOARD_SEE),
    ("Referrals", "referrals.index", ("/referrals",), Permission.REFERRAL_SEE),
    ("Matches", "placements.matches", ("/matches",), Permission.MATCH_SEE),
    ("Residents", "placements.residents", ("/residents", "/plans", "/care"), Permission.RESIDENT_SEE),
    ("Residents", "plans.index", ("/plans", "/care"), Permission.PLAN_LIST),
    ("In-reach", "inreach.week", ("/in-reach",), Permission.SESSION_SEE),
    ("Rota", "rota.week", ("/rota", "/training"), Permission.ROTA_SEE),
    ("Tasks", "care.tasks", ("/tasks",), Permission.TASK_SEE),
    ("Figures", "statistics.dashboard", ("/statistics", "/published", "/replays"), Permission.STATISTICS_SEE),
    ("Refuges", "beds.refuges", ("/refuges",), Permission.REFUGE_SEE),
    ("People", "accounts.people", ("/people",), Permission.PERSON_MANAGE),
)
"""What the navigation shows: words, endpoint, beginnings of its paths, and the permission that it needs."""
FIGURES: tuple[tuple[str, str, str, Permission, Permission], ...] = (
    ("Published", "statistics.editions", "/published", Permission.EDITION_READ, Permission.STATISTICS_SEE),
    ("What would help", "replays.index", "/replays", Permission.REPLAY_SEE, Permission.STATISTICS_SEE),
    ("Cover", "rota.cover_page", "/rota/cover", Permission.COVER_SEE, Permission.ROTA_SEE),
    ("Training", "rota.training_totals", "/training", Permission.TRAINING_COUNT, Permission.TRAINING_SEE),
)
"""The same for who sees figures only: whoever holds the last permission sees more, and needs no such entry."""

HERS = {(Role.PRACTITIONER, "In-reach"): "My week"}
"""What an entry is called where it is about the reader's own work."""


def navigation(path: str) -> list[Link]:
    """Return the navigation of the signed-in person, with the entry she is at marked."""
    return [
        Link(
            HERS.get((user().role, label), label),
            url_for(endpoint),
            path.startswith(starts) if starts else path == "/",
        )
        for label, endpoint, starts, permission in ENTRIES
        if permission is None or user().may(permission)
    ] + [
        Link(label, url_for(endpoint), path.startswith(start))
        for label, endpoint, start, permission, more in FIGURES
        if user().may(permission) and not user().may(more)
    ]


def find_url() -> str | None:
    """Return where the signed-in person finds a referral by its number, or None if she has none to find."""
    return url_for("referrals.index", _anchor="find") if user().may(Permission.REFERRAL_SEE) else None


@blueprint.get("/")
@signed_in
def today() -> ResponseReturnValue:
    """Show what she should do next."""
    at = now()
    found = day(session, user(), at)
    own = [bed for house in found.board.houses if house.own for bed in house.beds] if found.board else []
    refs = [row.ref for row in found.first] + [row.ref for row in found.reviews] + refs_of_people(own)
    refs += [one.referral_ref for one in (*found.asked, *found.disagreed, *found.agreed)]
    refs += [*(hold.referral_ref for hold in found.lapsed)]
    refs += [task.ref for task in found.morning.due] + [one.referral_ref for one in found.morning.moved_in]
    refs += [one.referral_ref for one in found.morning.missed]
    refs += [hold.referral_ref for hold in found.elsewhere]
    if refs:
        record(session, "today.seen", by=current_actor(), at=at, refs=refs)
    return render_template(
        "home/today.html",
        day=found,
        date=long_date_words(london_date(at)),
        time=clock_words(at),
        waiting_lines=lines(found.first, labels(session, WORDS), own=user().agency_id, at=at) if found.first else [],
        drafts=[(draft.ref, instant_words(draft.saved_at, now=at)) for draft in found.drafts or ()],
        reviews=[
            (row.ref, row.set_by, day_words(row.review_on, today=london_date(at)), row.note) for row in found.reviews
        ],
        morning=shown_morning(found.morning, at),
        tasks=decisions(found, at) + (due(found.board) if found.board else []),
        free=Counter(bed.occupancy.state for bed in found.board.beds) if found.board else None,
    )


def _waited(since: datetime, at: datetime) -> str:
    days = (london_date(at) - london_date(since)).days
    return "since today" if days == 0 else f"{days} day{'' if days == 1 else 's'}"


def waiting_words(found: Waiting, at: datetime) -> tuple[int, str]:
    """Return the figure of those who wait: how many, and what the number counts."""
    households = "household waiting" if found.count == 1 else "households waiting"
    return found.count, households if found.since is None else f"{households}, longest {_waited(found.since, at)}"


@blueprint.app_template_global("households_waiting")
def households_waiting() -> list[tuple[int, str]]:
    """Return the same figure for the board: the room of beds stands below referrals and knows nothing of them."""
    return [waiting_words(waiting(session, user(), at=now()), now())] if user().may(Permission.REFERRAL_SEE) else []


@blueprint.get("/health")
@open_to_everyone
def health() -> ResponseReturnValue:
    """Say whether the database answers. Nothing else."""
    session.execute(text("SELECT 1"))
    return "ok", 200, {"Content-Type": "text/plain; charset=utf-8"}
