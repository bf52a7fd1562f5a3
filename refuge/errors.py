"""Refusals that people read, and the pages they are shown on. No traceback ever reaches a user."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import structlog
from flask import g, redirect, render_template, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, SecurityError

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response as AnyResponse

log = structlog.get_logger()


class Refused(Exception):  # noqa: N818  a refusal is an answer that people read, not a fault
    """An act that the rules do not allow now, with a sentence for the person who asked; `code` is for counting."""

    def __init__(self, sentence: str, *, code: str = "refused", field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.field = field
        """The form field beside which the sentence belongs, if one does."""


class SentTwice(Exception):  # noqa: N818  the answer to a second press, not a fault
    """A form was sent twice at one moment. The other sending was kept, nothing of this one; it goes where that led."""

    def __init__(self, led_to: str) -> None:
        super().__init__(led_to)
        self.led_to = led_to


TITLES = {
    400: ("That could not be read", "Go back, check what you typed and try again. Nothing was changed."),
    401: ("You were signed out", "Sign in again. What you typed in a referral is kept."),
    403: (
        "You do not have access to this",
        "If you need it for your work, ask the person who looks after accounts in your agency.",
    ),
    404: (
        "Page not found",
        "It may have moved, or it may belong to another agency. Check the address, or start from Today.",
    ),
    405: ("That cannot be done here", "Go back and use the buttons on the page. Nothing was changed."),
    413: ("That is too long", "Go back and shorten what you typed. Nothing was changed."),
    429: ("Too many tries", "Wait five minutes, then try again."),
    503: ("Busy for a moment", "Try again in a few seconds. Nothing was changed."),
}
BUSY = {"40001", "40P01", "55P03"}
"""PostgreSQL: serialization, deadlock, lock timeout. Somebody else was deciding: nothing is wrong with the act."""
FAULT = (
    "Sorry, something went wrong",
    "Nothing was changed. Try again; if it happens again, tell us the number below.",
)


def register_error_pages(app: Flask) -> None:
    """Answer every error with a page that says what to do next."""

    @app.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> tuple[str, int] | tuple[str, int, dict[str, str]]:
        if isinstance(error, SecurityError):  # under a name that is not ours no page of ours can be built
            return "Unknown host.", 400, {"Content-Type": "text/plain; charset=utf-8"}
        status = error.code or 500
        title, advice = TITLES.get(status, FAULT)
        return render_template("error.html", heading=title, advice=advice, reference=None), status

    @app.errorhandler(Refused)
    def explain(error: Refused) -> tuple[str, int]:
        return render_template(
            "error.html", heading="That cannot be done now", advice=error.sentence, reference=None
        ), 409

    @app.errorhandler(SentTwice)
    def follow_the_first(error: SentTwice) -> AnyResponse:
        return redirect(error.led_to)

    @app.errorhandler(DBAPIError)
    def ask_again(error: DBAPIError) -> tuple[str, int]:
        if getattr(error.orig, "sqlstate", None) not in BUSY and "database is locked" not in str(error.orig):
            return apologise(error)
        title, advice = TITLES[503]
        return render_template("error.html", heading=title, advice=advice, reference=None), 503

    @app.errorhandler(Exception)
    def apologise(error: Exception) -> tuple[str, int]:
        reference = g.get("request_id") or secrets.token_hex(4)
        # The endpoint and the kind of error are enough to find the fault; no value of a record reaches the log.
        log.error(
            "fault",
            reference=reference,
            endpoint=request.endpoint,
            error=type(error).__name__,
            where=_where(error),
        )
        title, advice = FAULT
        return render_template("error.html", heading=title, advice=advice, reference=reference), 500


def _where(error: Exception) -> list[str]:
    """Return the code places that the error passed, without any value."""
    places = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}:{code.co_name}")
        trace = trace.tb_next
    return places[-6:]
