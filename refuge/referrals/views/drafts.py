"""Taking a call: the draft is saved as she speaks, and becomes a referral when it is sent."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.datastructures import MultiDict

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import clock_words, instant_words
from refuge.permissions import Permission, requires
from refuge.referrals import queries, risk
from refuge.referrals.duplicates import Probe, digits_of, quoted_refs
from refuge.referrals.forms import SECTIONS, ReferralForm, add_row, referral_form, sound
from refuge.referrals.forms.fields import read_date
from refuge.referrals.queries.pairs import known_so_far
from refuge.referrals.service import (
    Opening,
    discard_draft,
    make_referral,
    save_draft,
    say_known,
    start_draft,
    take_up_draft,
)
from refuge.referrals.views.changing import add_to_sent
from refuge.referrals.views.room import blueprint, code_lists, draft_or_404, show_beside, today, whole

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from refuge.referrals.models import ReferralDraft
    from refuge.referrals.service.drafts import Saved

KEPT_OUT = frozenset({"csrf_token", "saves", "base", "page", "do", "again"})
"""What travels in the form and is not about her."""
AUTOSAVE = {"pause": 1000, "first_retry": 2000, "longest_retry": 30_000}
"""In milliseconds: after how long a pause in typing the page saves, and how long it waits before it tries again."""
MOST_SAID = 3
"""How many referrals that may be the same woman are named while she is on the telephone."""
NEWER = (
    "This call is open in another tab too, or was saved after you opened this page: at {at}. This page shows what you "
    "typed here. Press the button again to keep this page instead."
)
DISCARDED = (
    "The call {ref} was discarded at {at}, perhaps in another tab. This page shows what you typed here. "
    "Press the button again to take the call up with it."
)
GONE = "The call {ref} was discarded at {at}. What was typed is gone."
AGAIN = "yes"


@blueprint.post("/referrals/new")
@requires(Permission.REFERRAL_MAKE)
def new() -> ResponseReturnValue:
    """Begin a call."""
    at, key = now(), request.form.get("key", "")
    if led := once.led_to(session, user().id, key):
        return redirect(led)
    draft = start_draft(session, by=user(), actor=current_actor(), at=at)
    led = url_for("referrals.draft", ref=draft.ref)
    once.remember(session, user().id, key, address=led, at=at)
    session.commit()
    return redirect(led)


@blueprint.app_template_global("new_key")
def new_key() -> str:
    """Return a key for a form that begins something by one press: sent twice, it begins it once."""
    return once.new_key()


@blueprint.get("/referrals/drafts/<ref>")
@requires(Permission.REFERRAL_MAKE)
def draft(ref: str) -> ResponseReturnValue:
    """Show the form of a call as far as it was filled."""
    found = draft_or_404(ref)
    if made := _made(found):
        return redirect(url_for("referrals.referral", ref=made))
    if found.discarded_at is not None:
        return _gone(found)
    record(session, "draft.seen", found.ref, by=current_actor(), at=now())
    return _page(found, _form(sound(_flat(found.typed))), Opening(secrets.token_hex(8), found.saves), found.saves)


@blueprint.post("/referrals/drafts/<ref>")
@requires(Permission.REFERRAL_MAKE)
def send(ref: str) -> ResponseReturnValue:
    """Save the whole page, and do what its button says: send it, come back later, or add a row."""
    found = draft_or_404(ref, lock=True)
    typed = _typed()
    if made := _made(found):
        return _sent_already(found, made, typed)
    if not _is_open(found):
        flash(DISCARDED.format(ref=found.ref, at=_discarded(found)), "warning")
        return _page(found, _form(typed), _opening(), found.saves, again=AGAIN), 409
    do = request.form.get("do", "later")
    if do.startswith("add_"):
        add_row(typed, do.removeprefix("add_"))
    if (refusal := _refused_to_keep(found, typed)) is not None:
        return refusal
    if do == "send":
        return _send(found, typed)
    session.commit()
    if do == "later":
        flash(f"Saved. The call {found.ref} is waiting for you in the list of calls you have begun.", "success")
        return redirect(url_for("referrals.index"))
    return redirect(url_for("referrals.draft", ref=ref, _anchor=_anchor(do)))


@blueprint.post("/referrals/drafts/<ref>/save")
@requires(Permission.REFERRAL_MAKE)
def save(ref: str) -> ResponseReturnValue:
    """Save what is typed so far, and say how it went."""
    found = draft_or_404(ref, lock=True)  # so that it waits for a page that is sending this call now
    if made := _made(found):
        return jsonify(sent=url_for("referrals.referral", ref=made))
    if not _is_open(found):
        return jsonify(discarded=_discarded(found))
    typed = _typed()
    try:
        saved = _save(found, typed)
    except Refused as refused:
        return jsonify(refused=refused.sentence), 413
    known = _known_so_far(found, typed) if saved.taken else []
    session.commit()
    return jsonify(
        saves=saved.saves,
        saved_at=clock_words(saved.saved_at),
        taken=saved.taken,
        elsewhere=saved.elsewhere,
        risk=_risk_words(typed),
        known=known,
    )


@blueprint.get("/referrals/drafts/<ref>/token")
@requires(Permission.REFERRAL_MAKE)
def token(ref: str) -> ResponseReturnValue:
    """Give a page that stayed open while she signed in again the token that its form needs."""
    draft_or_404(ref)
    return jsonify(csrf_token=generate_csrf())


@blueprint.route("/referrals/drafts/<ref>/discard", methods=["GET", "POST"])
@requires(Permission.REFERRAL_MAKE)
def discard(ref: str) -> ResponseReturnValue:
    """Ask, then put a call aside and empty it."""
    found = draft_or_404(ref, lock=request.method == "POST")
    if made := _made(found):
        return redirect(url_for("referrals.referral", ref=made))
    if found.discarded_at is not None:
        return _gone(found)
    if request.method == "GET":
        return _discard_page(found)
    try:
        discard_draft(session, found, saves=whole(request.form, "saves", -1), actor=current_actor(), at=now())
    except Refused as refused:
        flash(refused.sentence, "warning")
        return _discard_page(found), 409
    session.commit()
    return _gone(found)


def _refused_to_keep(found: ReferralDraft, typed: MultiDict[str, str]) -> ResponseReturnValue | None:
    """Keep what was typed; return the page again, with all of it, where that would lose something."""
    try:
        saved = _save(found, typed)
    except Refused as refused:
        flash(refused.sentence, "warning")
        return _page(found, _form(typed), _opening(), whole(request.form, "saves")), 413
    if not saved.taken and found.typed != typed.to_dict(flat=False):
        session.rollback()
        flash(NEWER.format(at=clock_words(saved.saved_at)), "warning")
        return _page(found, _form(typed), Opening(_opening().token, saved.saves), saved.saves), 409
    return None


def _discard_page(found: ReferralDraft) -> str:
    saved_at = instant_words(found.saved_at, now=now()) if found.saves else None
    began = instant_words(found.started_at, now=now())
    return render_template("referrals/discard.html", draft=found, began=began, saved_at=saved_at)


def _gone(found: ReferralDraft) -> ResponseReturnValue:
    flash(GONE.format(ref=found.ref, at=_discarded(found)), "success")
    return redirect(url_for("referrals.index"))


def _discarded(found: ReferralDraft) -> str:
    return clock_words(found.discarded_at) if found.discarded_at else ""


def _is_open(found: ReferralDraft) -> bool:
    """Return whether the call can be saved; one that was discarded in another tab can if this page takes it up."""
    if found.discarded_at is not None and request.form.get("again") == AGAIN:
        take_up_draft(session, found, page=_opening(), actor=current_actor(), at=now())
    return found.discarded_at is None


def _sent_already(found: ReferralDraft, made: str, typed: MultiDict[str, str]) -> ResponseReturnValue:
    """Go to the referral; but where a page says something else than was sent, show both: nobody's words are lost."""
    is_same_page = _opening().token == found.saved_from and whole(request.form, "saves") <= found.saves
    return redirect(url_for("referrals.referral", ref=made)) if is_same_page else add_to_sent(made, typed)


def _send(found: ReferralDraft, typed: MultiDict[str, str]) -> ResponseReturnValue:
    form = _form(typed)
    if form.validate():
        try:
            made = make_referral(session, form.details(), draft=found, by=user(), actor=current_actor(), at=now())
        except Refused as refused:
            show_beside(form, refused)
        else:
            session.commit()
            flash(f"The referral {made.ref} is waiting for a bed.", "success")
            return redirect(url_for("referrals.referral", ref=made.ref))
    session.commit()  # what was typed is kept, valid or not
    return _page(found, form, Opening(_opening().token, found.saves), found.saves), 422


def _page(found: ReferralDraft, form: ReferralForm, opening: Opening, saves: int, *, again: str = "") -> str:
    return render_template(
        "referrals/draft.html", draft=found, form=form, opening=opening, saves=saves, again=again, sections=SECTIONS,
        autosave=AUTOSAVE, saved_at=clock_words(found.saved_at) if found.saves else None,
        risk_words=_risk_words(MultiDict(_flat(found.typed))), may_see_same=user().may(Permission.DUPLICATE_SEE),
    )  # fmt: skip


def _form(typed: MultiDict[str, str]) -> ReferralForm:
    return referral_form(typed, code_lists(), on=today())


def _made(found: ReferralDraft) -> str | None:
    return queries.made_of_draft(session, user(), found.id)


def _typed() -> MultiDict[str, str]:
    return sound(pair for pair in request.form.items(multi=True) if pair[0] not in KEPT_OUT)


def _flat(typed: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in typed.items() for value in values]


def _opening() -> Opening:
    return Opening(request.form.get("page", "")[:16], whole(request.form, "base"))


def _save(found: ReferralDraft, typed: MultiDict[str, str]) -> Saved:
    # The page's script counts up before it sends; a page without a script sends the counter that it was given.
    saves = max(whole(request.form, "saves"), _opening().base + 1)
    return save_draft(
        session, found, typed.to_dict(flat=False), page=_opening(), saves=saves, actor=current_actor(), at=now(),
    )  # fmt: skip


def _anchor(do: str) -> str:
    return {"add_children": "household", "add_must_not_meet": "unsafe"}.get(do, "contact")


def _risk_words(typed: MultiDict[str, str]) -> str:
    count = typed.get("risk_count", "").strip()
    number = int(count) if count.isdecimal() and len(count) < 3 else None  # noqa: PLR2004  no tool counts to a hundred
    return risk.in_words(typed.get("risk_tool", ""), number, typed.get("judgement", ""))


def _known_so_far(found: ReferralDraft, typed: MultiDict[str, str]) -> list[dict[str, object]]:
    age = typed.get("age", "").strip()
    probe = Probe(
        found.ref, typed.get("name", "")[:120], read_date(typed.get("born_on", ""), on=today(), past=True),
        int(age) if age.isdecimal() and len(age) <= 3 else None,  # noqa: PLR2004  an age in years
        digits_of(typed.get("safe_number", "")),
        quoted_refs(typed.get("refuge_history", ""), typed.get("name", "")), today(),
    )  # fmt: skip
    matches = known_so_far(session, user(), probe)[:MOST_SAID]
    say_known(session, found, [match.ref for match in matches], actor=current_actor(), at=now())
    return [
        {
            "ref": match.ref,
            "url": url_for("referrals.referral", ref=match.ref),
            "words": ", ".join(match.likeness.grounds),
        }
        for match in matches
    ]
