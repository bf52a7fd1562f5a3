"""Editions, for commissioners and for managers. Nothing here reads anything but what was published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, render_template

from refuge.accounts.current import user
from refuge.database import database
from refuge.london import instant_words
from refuge.permissions import Permission, requires
from refuge.statistics.periods import Period
from refuge.statistics.profiles import PUBLISHED, profiles
from refuge.statistics.queries import editions as queries
from refuge.statistics.shown import over_time, rows_of, unmet_chart
from refuge.statistics.views.mapping import mark_of
from refuge.statistics.views.room import blueprint, edition_or_404, profile_asked, sight_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from refuge.statistics.models import Edition


@blueprint.get("/published")
@requires(Permission.EDITION_READ)
def editions() -> ResponseReturnValue:
    """List the editions of her network, the latest first."""
    with database().published() as narrow:
        rows = queries.editions(narrow, user().network_id)
    return render_template("statistics/editions.html", rows=[(row, label_of_edition(row)) for row in rows])


@blueprint.get("/published/<ref>")
@requires(Permission.EDITION_READ)
def edition(ref: str) -> ResponseReturnValue:
    """Show an edition: headline figures, by need, over time, the catalogue, and every table."""
    found, quarters = edition_or_404(ref)
    key = profile_asked()
    told = [(one.period.label.partition(" (")[0], one.tables) for one in quarters]
    return render_template(
        "statistics/edition.html", found=found, row=found.edition, label=found.period.label, profile=profiles()[key],
        profiles=[profiles()[one] for one in PUBLISHED], sight=sight_of(found, key), rows_of=rows_of,
        made=made_words(found.edition), chart=unmet_chart(told), over_time=over_time(told),
        mapping_mark=mark_of(found.edition.until),
    )  # fmt: skip


@blueprint.get("/published/<ref>/figures/<code>")
@requires(Permission.EDITION_READ)
def figure(ref: str, code: str) -> ResponseReturnValue:
    """Explain one figure: what it means, what it rests on, which edition it is of."""
    found, _ = edition_or_404(ref)
    shown = found.figures.get(code) or abort(404)
    row = next(one for one in sight_of(found, profile_asked()).kpis() if one.code == code)
    return render_template(
        "statistics/figure.html", figure=shown, kpi=row, row=found.edition, label=found.period.label,
        profile=profiles()[profile_asked()], made=made_words(found.edition), recorded=found.figures.get("K22"),
    )  # fmt: skip


def label_of_edition(row: Edition) -> str:
    """Return the period of an edition in words."""
    return Period(row.since, row.until).label


def made_words(row: Edition) -> str:
    """Return which edition it is, and when, by whom and with what it was made."""
    when = instant_words(row.made_at, now=row.made_at).split(" ")[0]
    return (
        f"Edition {row.number}, made on {row.made_at.day} {row.made_at:%B %Y} at {when} by {row.made_by}. "
        f"Definitions {row.definitions_version}, program {row.code_version}."
    )
