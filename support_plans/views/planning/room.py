"""What every page of this room needs: the blueprint, the resident or a 404 that says nothing, and how a form ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.database import now, session
from refuge.errors import Refused
from support_plans import access
from support_plans.service.plans import By

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from refuge.beds.forms.fields import RoomForm
    from refuge.referrals.models import Referral
    from support_plans.access import Reach

blueprint = Blueprint("plans", __name__)


def resident_or_404(ref: str, *, lock: bool | None = None, under_glass: bool = False) -> tuple[Referral, Reach]:
    """Return the resident whose record she may open at this moment, and how far; else a 404 that says nothing.

    `lock` is said by whoever changes something: False as the form opens, True as it is sent. Broken glass allows
    neither, so that nothing is typed in vain, but what says `under_glass`.
    """
    at = now()
    found = access.resident(session, user(), ref, at=at, lock=bool(lock)) or abort(404)
    if lock is not None and not under_glass:
        access.refuse_glass(session, user(), found, at=at)
    return found, access.reach_of(session, user(), found.id, at=at) or abort(404)


@blueprint.app_template_global("may_change_plan")
def may_change_plan(woman: Referral) -> bool:
    """Return whether pages offer the reader to write about this resident."""
    return access.may_change(session, user(), woman, at=now())


@blueprint.app_template_global("may_open_plan")
def may_open_plan(woman: Referral) -> bool:
    """Return whether her plan opens to the reader: to a refuge it closes some time after she has left."""
    return access.resident(session, user(), woman.ref, at=now()) is not None


def by_now() -> By:
    """Return who acts in this request, and when."""
    return By(user(), current_actor(), now())


def saw(action: str, subject: str, **facts: Any) -> None:  # noqa: ANN401  refs, codes and names of fields
    """Note in the audit chain that she read this."""
    record(session, action, subject, by=current_actor(), at=now(), **facts)


def saw_to_write(referral: Referral, what: str) -> None:
    """Note that she opened a form about a resident, which shows what is kept."""
    saw("plan.seen", referral.ref, groups=[what])


def sent_before() -> ResponseReturnValue | None:
    """Return where the first sending of this form led, if it was sent before."""
    led = once.led_to(session, user().id, request.form.get("key", "")) if request.method == "POST" else None
    return None if led is None else redirect(led)


def done(led: str, words: str) -> ResponseReturnValue:
    """Commit, remember where the form led, and go there with a word about it."""
    once.remember(session, user().id, request.form.get("key", ""), address=led, at=now())
    session.commit()
    flash(words, "success")
    return redirect(led)


def plan_url(referral: Referral, anchor: str | None = None) -> str:
    """Return the address of her plan."""
    return url_for("plans.plan", ref=referral.ref, _anchor=anchor)


def refuse(form: RoomForm, refused: Refused) -> None:
    """Undo what was begun, and put the sentence beside its field."""
    session.rollback()
    form.refuse(refused.sentence, refused.field)


def write_page(
    referral: Referral,
    form: RoomForm,
    heading: str,
    do: str,
    *,
    lead: Sequence[str] = (),
    saved: Sequence[tuple[str, str]] = (),
    ideas: Sequence[str] = (),
) -> str:
    """Return the page of a form about a resident: `saved` stands above it where somebody else was quicker."""
    return render_template(
        "support_plans/write.html", resident=referral, form=form, heading=heading, do=do, lead=lead, saved=saved,
        ideas=ideas,
    )  # fmt: skip


def page_number() -> int:
    """Return which page of a list was asked for."""
    asked = request.args.get("page", "1")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < len("10000") else 1
