"""An edition as files: the report on paper, tables as ODS and CSV, the annual return. Each equals the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import make_response, render_template

from refuge.accounts.current import user
from refuge.paper import as_download, pdf
from refuge.permissions import Permission, requires
from refuge.statistics.profiles import profiles
from refuge.statistics.shown import NEED_HEADS, over_time, rows_of, unmet_chart
from refuge.statistics.views.mapping import mark_of
from refuge.statistics.views.reading import made_words
from refuge.statistics.views.room import blueprint, edition_or_404, profile_asked, sight_of
from refuge.statistics.workbooks import Book, as_csv, as_ods, as_return

if TYPE_CHECKING:
    from flask import Response

    from refuge.statistics.queries.editions import Published

ODS = "application/vnd.oasis.opendocument.spreadsheet"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _book(found: Published) -> Book:
    profile = profiles()[profile_asked()]
    notes = [
        ("Period", found.period.label), ("Edition", made_words(found.edition)), ("For", profile.who),
        ("Marks", profile.note()), ("Counted by", "The day on which a referral was received"),
        ("Correction", found.edition.change_note or "None: this is the first edition of the period"),
        *((f"{one.code} {one.title}", f"{one.definition} Source: {one.source}.") for one in found.figures.values()),
    ]  # fmt: skip
    return Book(f"{user().agency.network.name}: {found.period.label}", notes, sight_of(found, profile_asked()))


def _file(made: bytes, kind: str, name: str) -> Response:
    answer = make_response(made)
    answer.headers["Content-Type"] = kind
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _named(found: Published, ending: str) -> str:
    """Return a neutral name: the period, the edition and for whom."""
    row = found.edition
    return f"figures-{row.since:%Y-%m}-to-{row.until:%Y-%m}-edition-{row.number}-{profile_asked()}.{ending}"


@blueprint.get("/published/<ref>/csv")
@requires(Permission.EDITION_READ)
def csv(ref: str) -> Response:
    """Give every table as comma-separated values."""
    found, _ = edition_or_404(ref)
    return _file(as_csv(_book(found)), "text/csv; charset=utf-8", _named(found, "csv"))


@blueprint.get("/published/<ref>/ods")
@requires(Permission.EDITION_READ)
def ods(ref: str) -> Response:
    """Give every table as a spreadsheet with a notes sheet."""
    found, _ = edition_or_404(ref)
    return _file(as_ods(_book(found)), ODS, _named(found, "ods"))


@blueprint.get("/published/<ref>/return")
@requires(Permission.EDITION_READ)
def annual_return(ref: str) -> Response:
    """Give the annual return as a workbook, in the department's categories."""
    found, _ = edition_or_404(ref)
    return _file(as_return(_book(found), mark_of(found.edition.until)), XLSX, _named(found, "xlsx"))


@blueprint.get("/published/<ref>/pdf")
@requires(Permission.EDITION_READ)
def report(ref: str) -> Response:
    """Give the report of the period on paper."""
    found, quarters = edition_or_404(ref)
    book = _book(found)
    told = [(one.period.label.partition(" (")[0], one.tables) for one in quarters]
    html = render_template(
        "statistics/report.html", book=book, found=found, label=found.period.label, made=made_words(found.edition),
        sight=book.sight, profile=book.sight.profile, rows_of=rows_of, need_heads=NEED_HEADS, chart=unmet_chart(told),
        over_time=over_time(told),
    )  # fmt: skip
    return as_download(pdf(html), _named(found, "pdf"))
