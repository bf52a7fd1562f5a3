"""Days off: the bank holidays of England, closure days added by hand, and which agencies work on them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.models import AgencyKind
from refuge.accounts.sessions import current_actor
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import london_date, long_date_words
from refuge.permissions import Permission, requires
from refuge.rota.forms.days import BankHolidayForm, DayForm
from refuge.rota.forms.fields import NO, YES
from refuge.rota.models import DISCIPLINES_OF
from refuge.rota.queries import calendar as queries
from refuge.rota.service.days import add_closure_day, remove_closure_day, set_bank_holidays
from refuge.rota.views.room import blueprint
from refuge.seen import mark

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

AHEAD = timedelta(days=400)
WORDS = {True: "works on bank holidays", False: "does not work on bank holidays"}
NOT_SAID = {
    True: "has not said: its houses are taken to be staffed as on other days",
    False: "has not said: its workers are taken to be off",
}
"""What holds while nobody has said: by whether it is an agency that runs refuges."""


@blueprint.get("/rota/days")
@requires(Permission.ROTA_SEE)
def days() -> ResponseReturnValue:
    """Show the days on which agencies do not work."""
    return _page(DayForm(), _bank_form())


def _kept() -> bool | None:
    """Return whether her own agency works on bank holidays, as it has said so far."""
    works = {agency.id: works for agency, works in queries.agencies_on_bank_holidays(session, user())}
    return works.get(user().agency_id)


def _bank_form() -> BankHolidayForm | None:
    """Return the form of her own agency, if it has workers here and she may change them."""
    if not user().may(Permission.ROTA_CHANGE) or user().agency.kind not in DISCIPLINES_OF:
        return None
    kept = _kept()
    return BankHolidayForm(data={"works": {None: None, True: YES, False: NO}[kept], "seen": mark(kept)})


def _page(form: DayForm, bank: BankHolidayForm | None) -> tuple[str, int]:
    today, everybody = london_date(now()), user().may(Permission.HOUSE_ROTA_CHANGE)
    if not form.key.data:
        form.key.data = once.new_key()
    rows = [
        (
            long_date_words(one.on), one.name, one.agency.name if one.agency else "Everybody, as a bank holiday",
            one.ref if _may_remove(one.agency_id, everybody=everybody) else None,
        )
        for one in queries.closure_days(session, user(), since=today)
    ]  # fmt: skip
    page = render_template(
        "rota/days.html",
        form=form if form.errors or not (bank and bank.errors) else bank,
        day_form=form,
        bank_form=bank,
        may_everybody=everybody,
        agencies=[
            (agency.name, WORDS[works] if works is not None else NOT_SAID[agency.kind is AgencyKind.REFUGE_PROVIDER])
            for agency, works in queries.agencies_on_bank_holidays(session, user())
        ],
        closures=rows,
        holidays=[(long_date_words(one.on), one.name) for one in queries.bank_holidays(today, today + AHEAD)],
    )
    return page, 422 if form.errors or (bank and bank.errors) else 200


def _may_remove(agency_id: int | None, *, everybody: bool) -> bool:
    if not user().may(Permission.ROTA_CHANGE):
        return False
    return everybody if agency_id is None else agency_id == user().agency_id


@blueprint.post("/rota/days")
@requires(Permission.ROTA_CHANGE)
def day_add() -> ResponseReturnValue:
    """Add a day by hand."""
    form = DayForm()
    if led := once.led_to(session, user().id, form.key.data or ""):
        return redirect(led)
    if not form.validate_on_submit():
        return _page(form, _bank_form())
    if form.for_everybody and not user().may(Permission.HOUSE_ROTA_CHANGE):
        form.say("whose", "A bank holiday for everybody is added by a manager of a refuge")
        return _page(form, _bank_form())
    led = url_for("rota.days")
    try:
        add_closure_day(
            session, form.on.data, form.name.typed, for_everybody=form.for_everybody,
            by=user(), actor=current_actor(), at=now(),
        )  # fmt: skip
        once.remember(session, user().id, form.key.data or "", address=led, at=now())
    except Refused as refusal:
        form.refuse(refusal.sentence, refusal.field)
        return _page(form, _bank_form())
    session.commit()
    flash("The day is on the list.", "success")
    return redirect(led)


@blueprint.post("/rota/days/<ref>/remove")
@requires(Permission.ROTA_CHANGE)
def day_remove(ref: str) -> ResponseReturnValue:
    """Take away a day that was added by hand."""
    everybody = user().may(Permission.HOUSE_ROTA_CHANGE)
    row = queries.changeable_day(session, user(), ref, may_for_everybody=everybody) or abort(404)
    remove_closure_day(session, row, actor=current_actor(), at=now())
    session.commit()
    flash("The day was taken off the list.", "success")
    return redirect(url_for("rota.days"))


@blueprint.post("/rota/days/bank-holidays")
@requires(Permission.ROTA_CHANGE)
def bank_holidays_set() -> ResponseReturnValue:
    """Say whether her own agency works on bank holidays."""
    form = BankHolidayForm(request.form)
    if not form.validate_on_submit():
        return _page(DayForm(formdata=None), form)
    seen = form.seen.data or ""
    try:
        set_bank_holidays(session, works=form.works.data == YES, seen=seen, by=user(), actor=current_actor(), at=now())
    except Refused as refusal:
        form.refuse(refusal.sentence, refusal.field)
        form.seen.data = mark(_kept())
        page, _ = _page(DayForm(formdata=None), form)
        return page, 409
    session.commit()
    flash("Saved: the rota follows it from now on.", "success")
    return redirect(url_for("rota.days"))
