"""What residents and partners say of us, by a form of their own that shows nothing about anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, current_app, redirect, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor, source_of_request
from refuge.accounts.throttle import TooManyTries, count_guess, forgive_guess, marks_of_source
from refuge.accounts.views.signing_in import end_here
from refuge.codes.queries import lists
from refuge.database import close_session, database, now, session
from refuge.errors import Refused
from refuge.london import london_date, long_date_words
from refuge.permissions import Permission, open_to_everyone, requires
from support_plans.forms.saying import HERE, AskFeedbackForm, SayForm
from support_plans.models import Giver
from support_plans.service import saying as service
from support_plans.views.caring.room import blueprint, refuse

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

THEMES = ("feedback_theme",)
NOT_FOUND, MANY = 404, 429


@blueprint.route("/feedback/ask", methods=["GET", "POST"])
@requires(Permission.FEEDBACK_KEEP)
def ask_feedback() -> ResponseReturnValue:
    """Open a form for one answer: on this device, after signing out; or by an address that is shown this once."""
    form = AskFeedbackForm()
    if request.method == "GET":
        return _ask_page(form)
    if not form.validate():
        return _ask_page(form), 422
    at, here = now(), form.how.data == HERE
    lives = service.HERE if here else service.SENT
    giver = Giver(form.giver.data)
    token = service.make_feedback_link(session, giver, lives, by=user(), actor=current_actor(), at=at)
    session.commit()
    if here:
        end_here("session.handed_over", why="handed_over")
        return redirect(url_for("care.say", token=token))
    address, until = url_for("care.say", token=token, _external=True), long_date_words(london_date(at + lives))
    return render_template("care/feedback_link.html", address=address, until=until)


def _ask_page(form: AskFeedbackForm) -> str:
    back = ("Back to feedback", url_for("care.feedback"))
    intro = ["No name is asked for and none is kept. One form takes one answer."]
    return render_template("care/form.html", title="Ask what somebody thinks of us", intro=intro, form=form, back=back)


@blueprint.route("/say/<token>", methods=["GET", "POST"])
@open_to_everyone
def say(token: str) -> ResponseReturnValue:
    """Take one answer from whoever was given this address. It shows nothing of what is kept here."""
    at = now()
    guess = _count_guess() if request.method == "POST" else []
    if service.usable_feedback_link(session, token, at=at) is None:
        return render_template("care/said.html", over=True), NOT_FOUND
    form = SayForm(lists(session, THEMES, on=london_date(at)))
    if request.method == "GET":
        return render_template("care/say.html", form=form)
    forgive_guess(session, guess)
    if not form.validate():
        session.commit()
        return render_template("care/say.html", form=form), 422
    try:
        if not service.say(session, token, form.details(london_date(at)), at=at):
            return render_template("care/said.html", over=True), NOT_FOUND
        session.commit()
    except Refused as refused:
        refuse(form, refused)
        return render_template("care/say.html", form=form), 409
    return render_template("care/said.html", over=False)


def _count_guess() -> list[int]:
    """Count a try at a secret address against where it comes from, in a transaction of its own."""
    key = current_app.config["CONFIG"].derived_key("sign-in attempts")
    close_session()
    try:
        with database().write() as db:
            return count_guess(db, marks_of_source(key, source_of_request()), at=now())
    except TooManyTries:
        abort(MANY)
