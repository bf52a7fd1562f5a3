"""The pages of replays: ask for one, see how far it has come and what it found, publish it, say what changes cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from allocation.replay.changes import Kind
from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import instant_words, london_date
from refuge.permissions import Permission, requires
from refuge.replays import queries, service
from refuge.replays.forms import CostForm, ReplayForm
from refuge.replays.models import Replay, ReplayState
from refuge.replays.shown import NOTHING, shown
from refuge.statistics.periods import Period

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("replays", __name__, url_prefix="/replays")
KINDS = {
    Kind.ONE_MORE_BED: "One more bed", Kind.STEP_FREE: "A bed made step-free and adapted",
    Kind.FUNDED_PLACES: "One more place funded for a woman with no recourse to public funds",
    Kind.SON_AGE_LIMIT: "Sons a year older", Kind.HIGH_SUPPORT_PLACES: "One more worker-day a week",
    Kind.ROUND_THE_CLOCK: "Staff at night and at weekends",
}  # fmt: skip
"""What can be priced, in words."""
STATES = {
    ReplayState.WAITING: "Waiting to begin", ReplayState.RUNNING: "Being worked out",
    ReplayState.DONE: "Done", ReplayState.FAILED: "Could not be worked out",
}  # fmt: skip


def replay_or_404(ref: str, *, lock: bool = False) -> Replay:
    """Return a replay that she may see; 404 where there is none, or none for her."""
    return queries.find_replay(session, user(), ref, lock=lock) or abort(404)


@blueprint.get("")
@requires(Permission.REPLAY_SEE)
def index() -> ResponseReturnValue:
    """Show the replays of the network, as far as she may see them."""
    rows = [
        (one.ref, Period(one.first, one.last).label, _changes(one), STATES[one.state], one.published_at is not None)
        for one in queries.replays(session, user())
    ]
    return render_template("replays/index.html", rows=rows, may_ask=user().may(Permission.REPLAY_ASK))


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.REPLAY_ASK)
def new() -> ResponseReturnValue:
    """Ask for a period to be lived again with something changed."""
    at, by = now(), user()
    possible = queries.possible_changes(session, by.network_id, on=london_date(at))
    if request.method == "GET":
        return _ask_page(ReplayForm(possible, on=london_date(at), key=once.new_key()))
    key = request.form.get("key", "")
    if led := once.led_to(session, by.id, key):
        return redirect(led)
    form = ReplayForm(possible, request.form, on=london_date(at))
    if not form.validate():
        return _ask_page(form), 422
    try:
        made = service.ask_replay(session, form.period(), form.chosen(), by=by, actor=current_actor(), at=at)
        address = url_for("replays.replay", ref=made.ref)
        once.remember(session, by.id, key, address=address, at=at)
    except Refused as refused:
        session.rollback()
        form.changes.errors = [refused.sentence]
        return _ask_page(form), 409
    session.commit()
    return redirect(address)


def _ask_page(form: ReplayForm) -> str:
    houses: dict[str, list[tuple[str, str]]] = {}
    for one in form.possible.values():
        houses.setdefault(one.house, []).append((one.key, one.words))
    return render_template(
        "replays/new.html", form=form, houses=houses, chosen=set(form.changes.data or ()), most=service.MOST_CHANGES
    )


@blueprint.get("/<ref>")
@requires(Permission.REPLAY_SEE)
def replay(ref: str) -> ResponseReturnValue:
    """Show how far a replay has come, or what it found."""
    found, at = replay_or_404(ref), now()
    exact = user().may(Permission.REPLAY_ASK)
    record(session, "replay.seen", found.ref, by=current_actor(), at=at, exact=exact)
    costs = queries.costs(session, found.network_id)
    return render_template(
        "replays/replay.html",
        replay=found,
        period=Period(found.first, found.last).label,
        done=found.state is ReplayState.DONE,
        under_way=found.state in {ReplayState.WAITING, ReplayState.RUNNING},
        told=shown(found, costs, exact=exact) if found.state is ReplayState.DONE else None,
        asked=instant_words(found.asked_at, now=at),
        published=instant_words(found.published_at, now=at) if found.published_at else None,
        exact=exact,
        priced=bool(costs),
    )


@blueprint.get("/<ref>/progress")
@requires(Permission.REPLAY_SEE)
def progress(ref: str) -> ResponseReturnValue:
    """Say to the page's script how far a replay has come."""
    found = replay_or_404(ref)
    under_way = found.state in {ReplayState.WAITING, ReplayState.RUNNING}
    return {"done": found.done, "of": found.steps, "under_way": under_way, "words": _so_far(found)}


def _so_far(found: Replay) -> str:
    return f"{found.done} of {found.steps} runs done" if found.done else STATES[found.state]


@blueprint.app_template_global("so_far")
def so_far(found: Replay) -> str:
    """Return the same for the page itself."""
    return _so_far(found)


@blueprint.post("/<ref>/publish")
@requires(Permission.REPLAY_ASK)
def publish(ref: str) -> ResponseReturnValue:
    """Let commissioners read a replay, small numbers hidden."""
    found = replay_or_404(ref, lock=True)
    service.publish(session, found, by=user(), actor=current_actor(), at=now())
    session.commit()
    flash("Commissioners of the network can read it now, with small numbers hidden.", "success")
    return redirect(url_for("replays.replay", ref=ref))


@blueprint.get("/costs")
@requires(Permission.REPLAY_SEE)
def costs() -> ResponseReturnValue:
    """Show what changes are taken to cost, and where each figure is from."""
    priced = queries.costs(session, user().network_id)
    rows = []
    for kind, words in KINDS.items():
        cost = priced.get(kind)
        rows.append(
            (kind, words, f"£{cost.pounds:,}" if cost else NOTHING, cost.source if cost else "Nobody has entered one")
        )
    return render_template("replays/costs.html", rows=rows, may_set=user().may(Permission.REPLAY_ASK))


@blueprint.route("/costs/<kind>", methods=["GET", "POST"])
@requires(Permission.REPLAY_ASK)
def cost(kind: str) -> ResponseReturnValue:
    """Say what one kind of change is taken to cost."""
    if kind not in set(Kind):
        abort(404)
    which, at = Kind(kind), now()
    kept = queries.costs(session, user().network_id).get(which)
    form = CostForm(which, kept, request.form if request.method == "POST" else None)
    if request.method == "GET":
        return _cost_page(form)
    if not form.validate():
        return _cost_page(form), 422
    try:
        service.set_cost(session, form.details(), by=user(), actor=current_actor(), at=at)
    except Refused as refused:
        session.rollback()
        form.pounds.errors = [refused.sentence]
        return _cost_page(form), 409
    session.commit()
    flash("The figure is kept. Replays that are done show it, too.", "success")
    return redirect(url_for("replays.costs"))


def _cost_page(form: CostForm) -> str:
    holds = queries.costs(session, user().network_id).get(form.kind)
    return render_template(
        "replays/cost.html", form=form, words=KINDS[form.kind], asks_gives=form.kind is Kind.HIGH_SUPPORT_PLACES,
        holds=f"£{holds.pounds:,} ({holds.source})" if holds and str(holds.version) != form.version.data else None,
    )  # fmt: skip


def _changes(one: Replay) -> str:
    count = len(one.changes)
    return "1 change" if count == 1 else f"{count} changes"
