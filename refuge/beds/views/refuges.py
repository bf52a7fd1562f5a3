"""What the refuges of the network offer, and changing one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.beds import queries, words
from refuge.beds.changes import change_words
from refuge.beds.forms.refuges import LISTS, RefugeForm
from refuge.beds.service import addresses
from refuge.beds.service import refuges as service
from refuge.beds.views.blueprint import blueprint, own_refuge, seen_refuge
from refuge.codes.queries import labels, lists
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import instant_words, london_date
from refuge.permissions import Permission, requires

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from refuge.beds.models import Refuge

Facts = list[tuple[str, str]]


@blueprint.get("/refuges")
@requires(Permission.REFUGE_SEE)
def refuges() -> ResponseReturnValue:
    """Show what each refuge of the network offers."""
    known = labels(session, LISTS)
    found = queries.refuges(session, user())
    return render_template(
        "beds/refuges.html",
        refuges=[(row, _short_facts(row, known), queries.runs(user(), row)) for row in found],
    )


@blueprint.get("/refuges/<ref>")
@requires(Permission.REFUGE_SEE)
def refuge(ref: str) -> ResponseReturnValue:
    """Show what one refuge offers, and its beds."""
    row = seen_refuge(ref)
    own = queries.runs(user(), row)
    at = now()
    beds = queries.beds_of(session, user(), row, on=london_date(at))
    may_reveal = own and user().may(Permission.ADDRESS_REVEAL)
    may_change = own and user().may(Permission.REFUGE_CHANGE)
    return render_template(
        "beds/refuge.html",
        refuge=row,
        facts=_facts(row, labels(session, LISTS)),
        beds=[(bed, words.sleeps_words(bed), words.feature_words(bed)) for bed in beds],
        retired=queries.retired_beds_of(session, user(), row, on=london_date(at)) if may_change else [],
        own=own,
        may_reveal=may_reveal,
        may_change=may_change,
        has_address=may_change and addresses.version_kept(session, row) > 0,
        reveals=_reveals(row) if may_change else [],
        changes=_changes(row),
    )


@blueprint.route("/refuges/new", methods=["GET", "POST"])
@requires(Permission.REFUGE_CHANGE)
def refuge_new() -> ResponseReturnValue:
    """Add a refuge that her agency runs."""
    at = now()
    if led := once.led_to(session, user().id, request.form.get("key", "")):
        return redirect(led)
    form = RefugeForm(lists(session, LISTS, on=london_date(at)))
    if request.method == "GET":
        form.key.data = once.new_key()
    if form.validate_on_submit():
        try:
            made = service.add_refuge(session, form.details(), by=user(), actor=current_actor(), at=at)
            led = url_for("beds.refuge", ref=made.ref)
            once.remember(session, user().id, form.key.data or "", address=led, at=at)
        except Refused as refusal:
            form.refuse(refusal.sentence, refusal.field)
        else:
            flash(f"{made.name} has been added. Add its beds next.", "success")
            session.commit()
            return redirect(led)
    return render_template("beds/refuge_form.html", form=form, refuge=None, heading="Add a refuge")


@blueprint.get("/refuges/<ref>/edit")
@requires(Permission.REFUGE_CHANGE)
def refuge_edit(ref: str) -> ResponseReturnValue:
    """Show what a refuge of her agency offers, to be changed: what is sent goes to matching, which knows who waits."""
    row = own_refuge(ref)
    form = RefugeForm(lists(session, LISTS, on=london_date(now())), row)
    return render_template("beds/refuge_form.html", form=form, refuge=row, heading=f"Change {row.name}")


def _short_facts(row: Refuge, known: Mapping[str, Mapping[str, str]]) -> Facts:
    """Return what tells one refuge from another on the list."""
    return [
        ("For", known["specialism"].get(row.specialism, row.specialism)),
        ("District", known["area"].get(row.area, row.area)),
        ("Staffed", _sentence(words.staffed_words(row.hours, telephone=row.telephone_cover))),
        ("Support", _support(row)),
        ("Sons", words.sons_words(row.son_age_limit)),
    ]


def _facts(row: Refuge, known: Mapping[str, Mapping[str, str]]) -> Facts:
    """Return all that a refuge offers. Never where it is."""
    return [
        ("Run by", row.agency.name),
        ("Who it is for", known["specialism"].get(row.specialism, row.specialism)),
        ("Kind of accommodation", known["accommodation_type"].get(row.accommodation_type, row.accommodation_type)),
        ("District", known["area"].get(row.area, row.area)),
        ("Staff in the house", _sentence(words.staffed_words(row.hours, telephone=row.telephone_cover))),
        ("Support with mental health", words.level_words(row.mental_health_support)),
        ("Support with alcohol", words.level_words(row.alcohol_support)),
        ("Support with drugs", words.level_words(row.drugs_support)),
        ("Support with self-harm", words.level_words(row.self_harm_support)),
        ("High-support places", f"{row.high_support_places} at a time"),
        ("Funded NRPF places", f"{row.nrpf_places} at a time"),
        ("Sons", words.sons_words(row.son_age_limit)),
        ("Pets", "Yes" if row.takes_pets else "No"),
        ("Women only", "Yes" if row.women_only else "No"),
        ("Checks before she is admitted", _listed(row.checks, known["check"])),
        ("Cannot take the risk of", _listed(row.excludes, known["harm"])),
        ("Days to clean a bed", str(row.turnaround_days)),
        ("Languages that staff speak", _listed(row.languages, known["language"])),
    ]


def _support(row: Refuge) -> str:
    levels = {"mental health": row.mental_health_support, "alcohol": row.alcohol_support, "drugs": row.drugs_support}
    return _sentence(", ".join(f"{need} {words.level_words(level).lower()}" for need, level in levels.items()))


def _listed(codes: list[str], known: Mapping[str, str]) -> str:
    return ", ".join(known.get(code, code) for code in codes) or "None"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _changes(row: Refuge) -> list[tuple[str, str, str]]:
    """Return how what it offers has changed: from when, by whom, from what to what."""
    at, known = now(), labels(session, LISTS)
    return [
        (instant_words(change.from_at, now=at), change.made_by.name, ". ".join(change_words(change, known)))
        for change in queries.changes_of(session, user(), row)
    ]


def _reveals(row: Refuge) -> list[tuple[str, str, str]]:
    """Return who has seen the address: when, who, why."""
    at, reasons = now(), labels(session, ["address_reason"])["address_reason"]
    return [
        (
            instant_words(seen.at, now=at),
            seen.person.name,
            reasons.get(seen.reason, seen.reason) + (f": {seen.note}" if seen.note else ""),
        )
        for seen in queries.reveals_of(session, user(), row)
    ]
