"""What agencies wrote in forms of their own: her safety plan, clinical records, and each child in its own right."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import abort, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import date_words, instant_words, london_date
from refuge.once import new_key
from refuge.permissions import Permission, requires
from refuge.referrals.views.room import whole
from support_plans.forms.records import begun, record_form
from support_plans.kinds import KINDS, As, Kind, written_by
from support_plans.queries import records as queries
from support_plans.service.records import RecordDetails, write_record
from support_plans.views.caring.room import blueprint, done, refuse, resident_or_404, saw, sent_before

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from refuge.referrals.models import Referral
    from support_plans.forms.records import RecordForm
    from support_plans.kinds import Field
    from support_plans.models import CareRecord


@blueprint.get("/care/<ref>/records")
@requires(Permission.PLAN_SEE)
def records(ref: str) -> ResponseReturnValue:
    """Show what is written about her, and what she may write."""
    resident, at = resident_or_404(ref), now()
    rows = [row for row in queries.records(session, user(), resident, at=at) if row.child is None]
    saw("records.listed", resident.ref, refs=[row.ref for row in rows])
    return render_template(
        "care/records.html", resident=resident, rows=[_line(row) for row in rows],
        writes=_left_to_write(rows, None, about_child=False),
    )  # fmt: skip


@blueprint.get("/care/<ref>/children")
@requires(Permission.PLAN_SEE)
def children(ref: str) -> ResponseReturnValue:
    """Show each of her children with what is written about that child."""
    resident, at = resident_or_404(ref), now()
    rows = [row for row in queries.records(session, user(), resident, at=at) if row.child is not None]
    saw("children.seen", resident.ref, refs=[row.ref for row in rows])
    shown = []
    for number, child in enumerate(sorted(resident.children, key=lambda one: one.position), start=1):
        hers = [row for row in rows if row.child == number]
        shown.append((number, child, [_line(row) for row in hers], _left_to_write(hers, number, about_child=True)))
    return render_template("care/children.html", resident=resident, shown=shown)


def _line(row: CareRecord) -> tuple[CareRecord, Kind, str, str, bool]:
    """Return a record with its kind, when it was written, when it is looked at again, and whether that is overdue."""
    at = now()
    today = london_date(at)
    review = "" if row.review_on is None else date_words(row.review_on, today=today)
    return (
        row,
        KINDS[row.kind],
        instant_words(row.at, now=at),
        review,
        row.review_on is not None and row.review_on < today,
    )


def _left_to_write(rows: list[CareRecord], child: int | None, *, about_child: bool) -> list[Kind]:
    """Return the kinds that she may begin: not those of which her agency has its one already."""
    own = {row.kind for row in rows if row.agency_id == user().agency_id and row.child == child}
    return [
        kind for kind in written_by(user().agency_kind, about_child=about_child) if kind.many or kind.code not in own
    ]


@blueprint.get("/care/<ref>/records/<written>")
@requires(Permission.PLAN_SEE)
def care_record(ref: str, written: str) -> ResponseReturnValue:
    """Show one version of one record."""
    resident, at = resident_or_404(ref), now()
    row = queries.care_record(session, user(), resident, written, at=at) or abort(404)
    saw("record.seen", row.ref, referral=resident.ref)
    _, kind, when, review, overdue = _line(row)
    today = london_date(at)
    facts = [
        (field.label, _said(field, row.told[field.name], today)) for field in kind.fields if field.name in row.told
    ]
    return render_template(
        "care/record.html", resident=resident, row=row, kind=kind, when=when, review=review, overdue=overdue,
        facts=facts, newer=queries.replaced_by(session, row), older=queries.version_before(session, row),
        own=row.agency_id == user().agency_id,
    )  # fmt: skip


def _said(field: Field, told: str, today: date) -> str:
    return date_words(date.fromisoformat(told), today=today) if field.as_ is As.DAY else field.said(told)


@blueprint.route("/care/<ref>/records/new/<kind>", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def write(ref: str, kind: str) -> ResponseReturnValue:
    """Write a record for the first time."""
    resident = resident_or_404(ref, lock=request.method == "POST")
    wanted = KINDS.get(kind) or abort(404)
    if user().agency_kind not in wanted.writers:
        abort(404)
    child = whole(request.args, "child") or None
    if wanted.about_child and not (child and child <= len(resident.children)):
        abort(404)
    return _form(resident, wanted, child if wanted.about_child else None, None)


@blueprint.route("/care/<ref>/records/<written>/update", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def update(ref: str, written: str) -> ResponseReturnValue:
    """Write a new version of a record of her own agency."""
    resident = resident_or_404(ref, lock=request.method == "POST")
    row = queries.care_record(session, user(), resident, written, at=now(), own=True) or abort(404)
    return _form(resident, KINDS[row.kind], row.child, row)


def _form(resident: Referral, kind: Kind, child: int | None, old: CareRecord | None) -> ResponseReturnValue:
    if again := sent_before():
        return again
    made = record_form(kind)
    if request.method == "GET":
        saw("record.seen" if old else "resident.seen", old.ref if old else resident.ref, referral=resident.ref)
        kept = begun(kind, old.told, old.review_on) if old else {}
        return _page(resident, kind, child, made(key=new_key(), **kept))
    form = made()
    if not form.validate():
        return _page(resident, kind, child, form), 422
    try:
        row = write_record(
            session, resident, kind, RecordDetails(form.told(), child, form.review_on()), replaces=old, by=user(),
            actor=current_actor(), at=now(),
        )  # fmt: skip
        led = url_for("care.care_record", ref=resident.ref, written=row.ref)
        return done(led, f"{kind.name} is kept.")
    except Refused as refused:
        refuse(form, refused)
        return _page(resident, kind, child, form), 409


def _page(resident: Referral, kind: Kind, child: int | None, form: RecordForm) -> str:
    endpoint = "care.children" if kind.about_child else "care.records"
    back = (f"Back to {'her children' if kind.about_child else 'what is written'}", url_for(endpoint, ref=resident.ref))
    about = f"{kind.name}: {resident.ref}" + (f", child {child}" if child else "")
    intro = ["It belongs to your agency. Others read it only as far as she agreed, or where another basis is recorded."]
    return render_template("care/form.html", title=about, intro=intro, form=form, back=back)
