"""Can we take her, and whom would this bed fit: each pair by itself, before anything is solved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, render_template

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.beds.queries import find_bed
from refuge.codes.queries import labels
from refuge.database import now, session
from refuge.permissions import Permission, requires
from refuge.placements.problem.border import build_problem
from refuge.placements.problem.households import proposed_in
from refuge.placements.queries.rules import rules_now
from refuge.placements.queries.runs import names_for, newest_run
from refuge.placements.queries.verdicts import told_to, verdicts
from refuge.placements.shown.fits import fits_shown
from refuge.placements.shown.household import LISTS, who
from refuge.placements.shown.verdicts import can_she
from refuge.placements.told import note_told
from refuge.placements.views.room import blueprint
from refuge.referrals.queries import say_who_waits_again, waits
from refuge.referrals.views.room import referral_or_404

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/referrals/<ref>/beds", endpoint="can_she")
@requires(Permission.MATCH_SEE)
def can_we_take_her(ref: str) -> ResponseReturnValue:
    """Show every refuge and bed as yes, ask or no for one household, with reasons."""
    her, at, reader = referral_or_404(ref), now(), user()
    waiting = waits(session, her, at=at)
    words = labels(session, LISTS)
    names = names_for(session, reader, [her.ref])
    found = told_to(verdicts(session, her, at), names)
    shown = can_she(found, names)
    proposed = names.places.get(proposed_in(newest_run(session, reader)).get(her.ref, ""))
    record(session, "referral.matched", her.ref, by=current_actor(), at=at, rules=found.rules_version)
    codes = {barrier.code for pair in found.pairs for barrier in pair.barriers}
    note_told(session, her.ref, codes, by=current_actor(), at=at)
    return render_template(
        "placements/can_she.html", who=who(her, words, at=at), shown=shown, key=once.new_key,
        may_hold=reader.may(Permission.BED_HOLD) and waiting,
        waits=waiting, reason=words["turnaway_reason"].get(found.turnaway_reason, ""),
        version=found.rules_version, proposed=proposed,
    )  # fmt: skip


@blueprint.get("/beds/<ref>/fits")
@requires(Permission.MATCH_SEE)
def fits(ref: str) -> ResponseReturnValue:
    """Show for which waiting households that she may see this bed says yes or ask."""
    at, reader = now(), user()
    bed = find_bed(session, reader, ref)
    if bed is None:
        abort(404)
    rules = rules_now(session, reader.network_id, at=at)
    problem = build_problem(session, reader.network_id, at=at, rules=rules)
    names = names_for(session, reader, [household.ref for household in problem.households])
    say_who_waits_again(session, names.households.values(), at=at)
    shown = fits_shown(problem, bed.ref, names, labels(session, LISTS), at=at)
    record(session, "bed.matched", bed.ref, by=current_actor(), at=at, refs=shown.refs)
    for fit in shown.fits:
        note_told(session, fit.who.ref, fit.codes, by=current_actor(), at=at)
    return render_template(
        "placements/fits.html", bed=bed, shown=shown, key=once.new_key, may_hold=reader.may(Permission.BED_HOLD),
        version=rules.version,
    )  # fmt: skip
