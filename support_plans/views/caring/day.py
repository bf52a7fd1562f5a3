"""The day: the page of a resident, the huddle of the house, and the e-mail that says that something waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.codes.queries import labels
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import instant_words, london_date
from refuge.permissions import Permission, requires
from refuge.post.service import USUAL, choose_digest
from support_plans.forms.digest import NO, YES, DigestForm
from support_plans.queries import risks
from support_plans.queries.digest import digest_of
from support_plans.queries.huddle import huddle as read_huddle
from support_plans.queries.tasks import tasks_about
from support_plans.shown_doors import doors
from support_plans.shown_tasks import told
from support_plans.views.caring.room import blueprint, refuse, resident_or_404, saw

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from refuge.referrals.models import Referral
    from support_plans.models import Caution


@blueprint.get("/care/<ref>")
@requires(Permission.PLAN_SEE)
def resident(ref: str) -> ResponseReturnValue:
    """Show what hangs on her plan: warnings first, what is due, and where to go on."""
    found, at = resident_or_404(ref), now()
    cautions, tasks = risks.cautions(session, user(), found, at=at), tasks_about(session, user(), found, at=at)
    saw("care.seen", found.ref)
    return render_template(
        "care/resident.html", resident=found, cautions=cautions,
        kinds=labels(session, ["warning_kind"])["warning_kind"],
        tasks=[(row, told(row, today=london_date(at), now=at)) for row in tasks], own=user().agency_id,
        doors=doors(session, user(), found, at=at),
    )  # fmt: skip


@blueprint.app_template_global("cautions_of")
def cautions_of(woman: Referral) -> Sequence[Caution]:
    """Return the warnings that stand first on her plan, too."""
    return risks.cautions(session, user(), woman, at=now())


@blueprint.app_template_global("caution_kinds")
def caution_kinds() -> Mapping[str, str]:
    """Return what a warning can be about, in words."""
    return labels(session, ["warning_kind"])["warning_kind"]


@blueprint.get("/huddle")
@requires(Permission.TASK_SEE)
def huddle() -> ResponseReturnValue:
    """Show each house as it is read out in the daily huddle."""
    at = now()
    found = read_huddle(session, user(), at=at)
    women = [woman for house in found.houses for woman in house.women]
    saw("huddle.seen", "-", refs=[woman.referral_ref for woman in women])
    return render_template(
        "care/huddle.html", houses=found.houses, other_tasks=found.other_tasks,
        kinds=labels(session, ["warning_kind"])["warning_kind"],
        told=lambda task: told(task, today=london_date(at), now=at), since=lambda when: instant_words(when, now=at),
    )  # fmt: skip


@blueprint.route("/account/digest", methods=["GET", "POST"])
@requires(Permission.TASK_SEE)
def digest() -> ResponseReturnValue:
    """Choose whether and when she is told by e-mail that something waits. The e-mail says no more than that."""
    kept = digest_of(session, user())
    minute = USUAL if kept is None else kept.at_minute
    form = DigestForm(
        wanted=NO if kept is not None and not kept.wanted else YES, at_time=f"{minute // 60:02}:{minute % 60:02}"
    )
    if request.method == "GET":
        return _digest_page(form)
    if not form.validate():
        return _digest_page(form), 422
    try:
        wanted = form.wanted.data == YES
        choose_digest(
            session, user(), wanted=wanted, at_minute=form.at_time.minutes or USUAL, actor=current_actor(), at=now()
        )
        session.commit()
    except Refused as refused:
        refuse(form, refused)
        return _digest_page(form), 409
    flash("Saved." if wanted else "You will get no e-mail.", "success")
    return redirect(url_for("accounts.account"))


def _digest_page(form: DigestForm) -> str:
    intro = [
        "It says only that something waits, and to sign in. No name, no place, no number is in it.",
        "Nothing is sent between 20:00 and 07:00.",
    ]
    back = ("Back to your account", url_for("accounts.account"))
    return render_template("care/form.html", title="Daily e-mail", intro=intro, form=form, back=back)
