"""The newest proposal, letting the solver propose again, and choosing another bed for one household."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.codes.queries import labels
from refuge.database import database, lock_for_writing, now, session
from refuge.errors import Refused
from refuge.london import instant_words
from refuge.permissions import Permission, requires
from refuge.placements.changes import digest_of, what_changed
from refuge.placements.problem.border import build_problem
from refuge.placements.queries.rules import rules_now
from refuge.placements.queries.runs import names_for, newest_run, one_run
from refuge.placements.queries.verdicts import told_to, verdicts
from refuge.placements.service.matching import decide, keep_run, problem_in, propose, solution_in
from refuge.placements.shown.household import LISTS, who
from refuge.placements.shown.run import run_shown
from refuge.placements.shown.verdicts import NO_BED, UNDECIDED, choices
from refuge.placements.told import note_told
from refuge.placements.views.room import blueprint
from refuge.referrals.models import ReferralState
from refuge.referrals.queries import answers_for, say_who_waits_again
from refuge.referrals.views.room import referral_or_404

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from allocation.beds.problem import Decision, Problem
    from refuge.accounts.models import Person
    from refuge.placements.models import MatchRun
    from refuge.placements.queries.verdicts import Verdicts
    from refuge.placements.shown.names import Names
    from refuge.placements.shown.verdicts import Choice
    from refuge.referrals.models import Referral

CHOOSE = "Choose a bed, or “None for now”."
"""What the choosing page says when nothing was chosen."""
MATCHED_AGAIN = (
    "Somebody matched again while you were here, so nothing of yours was kept. This is the newest proposal: look at "
    "it, and choose again if you still want to."
)
MOST_NAMED = 8
"""How many changes since the run are named; the rest are counted."""


@blueprint.get("/matches")
@requires(Permission.MATCH_SEE)
def matches() -> ResponseReturnValue:
    """Show the newest proposal of the network, and whether it still holds."""
    run = newest_run(session, user())
    if run is None:
        record(session, "match.seen", by=current_actor(), at=now(), refs=[])
        return render_template("placements/matches.html", key=once.new_key)
    return _page(run, newest=True)


@blueprint.post("/matches")
@requires(Permission.MATCH_MAKE)
def match_now() -> ResponseReturnValue:
    """Let the solver propose for everybody who waits; what people decided in the newest run is kept."""
    run = newest_run(session, user())
    return _match(run, problem_in(run).decisions if run is not None and run.content is not None else ())


@blueprint.get("/matches/<ref>")
@requires(Permission.MATCH_SEE)
def run(ref: str) -> ResponseReturnValue:
    """Show one proposal as far as she may see it."""
    found = _run_or_404(ref)
    newest = newest_run(session, user())
    return _page(found, newest=newest is not None and newest.id == found.id)


@blueprint.get("/matches/<ref>/choose/<referral>")
@requires(Permission.MATCH_MAKE)
def choose(ref: str, referral: str) -> ResponseReturnValue:
    """Show every bed for one household, to choose another than the one proposed."""
    found, her = _run_or_404(ref), _waiting_or_404(referral)
    return _choosing(found, her)


@blueprint.post("/matches/<ref>/choose/<referral>")
@requires(Permission.MATCH_MAKE)
def chosen(ref: str, referral: str) -> ResponseReturnValue:
    """Keep what she chose for one household, and solve the rest again around it."""
    found, her, picked = _run_or_404(ref), _waiting_or_404(referral), request.form.get("bed", "")
    there = {choice.place.ref for choice in _choices(her, now()) if choice.possible}
    if picked not in there | {NO_BED, UNDECIDED}:
        return _choosing(found, her, error=CHOOSE), 422
    bed = None if picked in {NO_BED, UNDECIDED} else picked
    return _match(found, decide(problem_in(found).decisions, her.ref, bed, undo=picked == UNDECIDED), about=her.ref)


def _match(base: MatchRun | None, decisions: Sequence[Decision], about: str | None = None) -> ResponseReturnValue:
    """Solve without holding the database, then keep the run, if nobody else has made one from the same `base`."""
    by, at, key, begun_from = user(), now(), request.form.get("key", ""), base.id if base is not None else None
    if led := once.led_to(session, by.id, key):
        return redirect(led)
    session.rollback()
    with database().reading() as reading:
        proposal = propose(reading, by.network_id, at=at, decisions=decisions)
    lock_for_writing(session, f"matching of network {by.network_id}")
    if led := once.led_to(session, by.id, key):  # sent twice: the first was kept while this one was being solved
        return redirect(led)
    newest = newest_run(session, by)
    if newest is not None and newest.id != begun_from:
        flash(MATCHED_AGAIN, "warning")
        return redirect(url_for("placements.run", ref=newest.ref, _anchor=about))
    kept = keep_run(session, proposal, by=by, actor=current_actor(), at=at)
    address = url_for("placements.run", ref=kept.ref, _anchor=about)
    once.remember(session, by.id, key, address=address, at=at)
    session.commit()
    return redirect(address)


def _page(found: MatchRun, *, newest: bool) -> str:
    if found.content is None:
        record(session, "match.seen", found.ref, by=current_actor(), at=now(), refs=[])
        return _erased(found, newest=newest)
    at, reader = now(), user()
    then, answer = problem_in(found), solution_in(found)
    today = _problem_today(found, at)
    changes = what_changed(then, today) if digest_of(today) != found.problem_digest else []
    refs = {one.ref for one in (*then.households, *today.households)}
    names = names_for(session, reader, refs)
    say_who_waits_again(session, names.households.values(), at=at)
    shown = run_shown(then, answer, names, labels(session, LISTS), at=at)
    told = {change.household for change in changes if change.household is not None and names.sees(change.household)}
    record(session, "match.seen", found.ref, by=current_actor(), at=at, refs=sorted(told.union(shown.refs)))
    for ref, codes in shown.told:
        note_told(session, ref, codes, by=current_actor(), at=at)
    return render_template(
        "placements/run.html", run=found, shown=shown, newest=newest, made=instant_words(found.made_at, now=at),
        changes=[names.words(change.sentence) for change in changes], most=MOST_NAMED,
        key=once.new_key, may_make=reader.may(Permission.MATCH_MAKE), version=found.rules_version,
        may_hold=newest and reader.may(Permission.BED_HOLD), decides=_decides(names, reader),
    )  # fmt: skip


def _erased(found: MatchRun, *, newest: bool) -> str:
    made = instant_words(found.made_at, now=now())
    return render_template(
        "placements/run_erased.html", run=found, made=made, newest=newest, key=once.new_key,
        may_make=user().may(Permission.MATCH_MAKE),
    )  # fmt: skip


def _decides(names: Names, reader: Person) -> set[str]:
    """Return the households about which her agency decides: those that it may turn away."""
    if not reader.may(Permission.TURNAWAY_RECORD):
        return set()
    return {ref for ref, row in names.households.items() if answers_for(row, reader)}


def _problem_today(found: MatchRun, at: datetime) -> Problem:
    rules = rules_now(session, found.network_id, at=at)
    return build_problem(session, found.network_id, at=at, rules=rules)


def _choosing(found: MatchRun, her: Referral, error: str = "") -> str:
    at = now()
    told = _told(her, at)
    options = choices(told, names_for(session, user(), [her.ref]))
    record(session, "referral.matched", her.ref, by=current_actor(), at=at, run=found.ref)
    codes = {barrier.code for pair in told.pairs for barrier in pair.barriers}
    note_told(session, her.ref, codes, by=current_actor(), at=at)
    decided = {made.household: made.bed or NO_BED for made in problem_in(found).decisions}
    proposed = {made.household: made.bed for made in solution_in(found).placements}
    return render_template(
        "placements/choose.html", run=found, who=who(her, labels(session, LISTS), at=at), choices=options, error=error,
        decided=decided.get(her.ref), proposed=proposed.get(her.ref), no_bed=NO_BED, undecided=UNDECIDED,
        key=once.new_key(),
    )  # fmt: skip


def _choices(her: Referral, at: datetime) -> list[Choice]:
    return choices(_told(her, at), names_for(session, user(), [her.ref]))


def _told(her: Referral, at: datetime) -> Verdicts:
    """Return what every bed says to her, as this reader may know it."""
    return told_to(verdicts(session, her, at), names_for(session, user(), [her.ref]))


def _run_or_404(ref: str) -> MatchRun:
    """Return a run of her network. Not found and another network's are the same."""
    found = one_run(session, user(), ref)
    if found is None:
        abort(404)
    return found


def _waiting_or_404(ref: str) -> Referral:
    """Return a referral that she may see, while it waits: a bed is chosen for nobody else."""
    found = referral_or_404(ref)
    if found.state is not ReferralState.WAITING:
        raise Refused(f"{ref} no longer waits, so no bed is chosen for it. Match again to see who waits now.")
    return found
