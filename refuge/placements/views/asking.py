"""The answer of a second person: to an override, to a move past a barrier, or to admitting past a check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.codes.queries import labels
from refuge.database import now, session
from refuge.permissions import Permission, requires
from refuge.placements.forms.holding import AgreeForm
from refuge.placements.models import AskedAbout
from refuge.placements.queries.askings import asked_of, facts_of
from refuge.placements.queries.runs import names_for
from refuge.placements.service.admitting import checks_question
from refuge.placements.service.asking import answer
from refuge.placements.service.standing import judge
from refuge.placements.told import note_told
from refuge.placements.views.room import blueprint
from refuge.referrals.models import CheckState, Referral
from refuge.referrals.shown import household_words
from refuge.referrals.views.room import whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.typing import ResponseReturnValue

    from refuge.placements.facts import Fact
    from refuge.placements.models import Asking

STALE = "Something about this changed while you had it open. Nothing was kept: read how it is now, then answer."
ASKED = {
    AskedAbout.HOLD: "holds the bed against what stands in the way, and named you as the second person who decides it",
    AskedAbout.MOVE: "wants to move her there against what stands in the way, and named you as the second person",
    AskedAbout.CHECKS: "wants to admit her although a check is not done, and asks you to decide as a manager",
}
UNTIL = {
    AskedAbout.HOLD: "Until you say yes, nobody can admit her to this bed.",
    AskedAbout.MOVE: "Until you say yes, nobody can move her there.",
    AskedAbout.CHECKS: "Until a manager says yes, nobody can admit her.",
}


@blueprint.route("/asked/<ref>", methods=["GET", "POST"])
@requires(Permission.BED_HOLD)
def agree(ref: str) -> ResponseReturnValue:
    """Ask the second person whether she agrees, and keep what she says."""
    posted, at = request.method == "POST", now()
    asking, referral = _asked_or_404(ref, lock=posted)
    form = AgreeForm()
    if not posted:
        form.version.data = str(referral.version)
        return _page(asking, referral, form)
    if not form.validate():
        return _page(asking, referral, form), 422
    if whole(request.form, "version") != referral.version:
        form.version.data = str(referral.version)
        flash(STALE, "warning")
        return _page(asking, referral, form), 409
    agrees = form.agrees.data == "yes"
    answer(session, asking, referral, agrees=agrees, by=user(), actor=current_actor(), at=at)
    session.commit()
    flash("Your yes is kept." if agrees else "Your no is kept. It goes no further as things are.", "success")
    return redirect(url_for("home.today"))


def _asked_or_404(ref: str, *, lock: bool) -> tuple[Asking, Referral]:
    """Return a question that she was asked and that still matters, with whom it is about: the referral locked first."""
    found = asked_of(session, user(), ref, at=now()) or abort(404)
    referral = session.get_one(
        Referral, found.referral_id, with_for_update={"of": Referral} if lock else None, populate_existing=lock
    )
    if lock:
        found = asked_of(session, user(), ref, at=now(), lock=True) or abort(404)
    return found, referral


def _page(asking: Asking, referral: Referral, form: AgreeForm) -> str:
    at, facts = now(), facts_of(session, asking)
    stands = _stands_now(asking, referral)
    record(session, "referral.seen", referral.ref, by=current_actor(), at=at, groups=["asked", asking.about.value])
    note_told(session, referral.ref, {fact.code for fact in facts | stands}, by=current_actor(), at=at)
    return render_template(
        "placements/asked.html", referral=referral, asking=asking, form=form, household=household_words(referral),
        asked=ASKED[asking.about], until=UNTIL[asking.about], facts=_words(asking, referral, facts),
        gone=_words(asking, referral, facts - stands), new=_words(asking, referral, stands - facts),
    )  # fmt: skip


def _stands_now(asking: Asking, referral: Referral) -> frozenset[Fact]:
    if asking.about is AskedAbout.CHECKS:
        return checks_question(referral, asking.bed).facts
    return judge(session, referral, asking.bed, at=now()).facts


def _words(asking: Asking, referral: Referral, facts: Iterable[Fact]) -> list[str]:
    """Return facts in words, each sentence once: none says about whom it is."""
    if asking.about is AskedAbout.CHECKS:
        words = labels(session, ["check"])["check"]
        return sorted(f"{words.get(fact.code, fact.code)}: {CheckState(fact.says).label.lower()}" for fact in facts)
    names = names_for(session, user(), [referral.ref])
    return sorted({names.words(fact.says) for fact in facts})
