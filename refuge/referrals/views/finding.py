"""The list of referrals, and finding one without a name in the address."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flask import render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.codes.queries import labels
from refuge.database import now, session
from refuge.london import instant_words
from refuge.permissions import Permission, requires
from refuge.referrals import queries
from refuge.referrals.forms import FindForm
from refuge.referrals.models import ReferralState
from refuge.referrals.shown import Labels, Line, lines, passed_on_words
from refuge.referrals.views.room import blueprint, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from refuge.referrals.models import Referral


class Scope(NamedTuple):
    """A part of the list: what its tab says, and which states it shows."""

    words: str
    states: tuple[ReferralState, ...]


OPEN = "open"
SCOPES = {
    OPEN: Scope("Open", (ReferralState.WAITING, ReferralState.HELD)),
    "placed": Scope("Placed", (ReferralState.PLACED,)),
    "turned_away": Scope("Turned away", (ReferralState.TURNED_AWAY,)),
    "withdrawn": Scope("Withdrawn", (ReferralState.WITHDRAWN,)),
    "all": Scope("All", tuple(ReferralState)),
}


@blueprint.get("/referrals")
@requires(Permission.REFERRAL_SEE)
def index() -> ResponseReturnValue:
    """Show the referrals that she may see: waiting first."""
    asked = request.args.get("state", "")
    scope = asked if asked in SCOPES else OPEN
    number = max(1, whole(request.args, "page", 1))
    page = queries.page(session, user(), states=SCOPES[scope].states, number=number, at=now())
    passed_on = queries.passed_on(session, user(), states=SCOPES[scope].states, at=now())
    refs = [row.ref for row in page.rows] + [row.ref for row in passed_on]
    record(session, "referral.listed", by=current_actor(), at=now(), refs=refs)
    shown = _lines(page.rows)
    return _page(shown, FindForm(), scope=scope, number=number, total=page.total, passed_on=passed_on)


@blueprint.post("/referrals/find")
@requires(Permission.REFERRAL_SEE)
def find() -> ResponseReturnValue:
    """Show the referrals that a ref, a name or a number finds."""
    form = FindForm(request.form)
    if not form.validate():
        return _page([], form, searched=True), 422
    rows = queries.found(session, user(), form.words.typed, at=now())
    record(session, "referral.found", by=current_actor(), at=now(), refs=[row.ref for row in rows])
    shown = _lines(rows)
    session.commit()
    return _page(shown, form, searched=True)


def _lines(rows: Sequence[Referral]) -> list[Line]:
    days = queries.review_days(session, user(), rows)
    return lines(rows, _words(), own=user().agency_id, at=now(), reviews=days)


def _words() -> Labels:
    return labels(session, ("now_at", "area", "outcome", "withdrawal"))


def _page(
    shown: Sequence[Line],
    form: FindForm,
    *,
    scope: str | None = None,
    number: int = 1,
    total: int = 0,
    searched: bool = False,
    passed_on: Sequence[queries.PassedOn] = (),
) -> str:
    at = now()
    words = _words() if passed_on else {}
    return render_template(
        "referrals/index.html", lines=shown, form=form, scope=scope, scopes=SCOPES, searched=searched,
        total=total, number=number, pages=_pages(scope, number, total),
        words_at=lambda then: instant_words(then, now=at),
        passed_on=[(row, passed_on_words(row, words)) for row in passed_on],
        drafts=queries.my_drafts(session, user()) if user().may(Permission.REFERRAL_MAKE) else [],
    )  # fmt: skip


def _pages(scope: str | None, number: int, total: int) -> dict[str, object] | None:
    last = -(-total // queries.PAGE)
    if last <= 1:
        return None
    pages: dict[str, object] = {}
    for name, other, words in (("previous", number - 1, "Previous"), ("next", number + 1, "Next")):
        if 1 <= other <= last:
            href = url_for("referrals.index", state=scope, page=other)
            pages[name] = {"href": href, "text": words, "labelText": f"{other} of {last}"}
    return pages
