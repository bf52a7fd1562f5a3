"""The board, its sheet for when the network is down, and confirming that it is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.beds import queries, words
from refuge.beds.as_seen import changed_since, is_confirmed_since, mark_seen, read_seen
from refuge.beds.filters import Filters
from refuge.beds.forms.board import HAS, MOST_CHILDREN, filter_words, read_filters
from refuge.beds.occupancy import State
from refuge.beds.queries.board import refs_of_people
from refuge.beds.service import refuges as service
from refuge.beds.views.blueprint import blueprint, own_refuge, words_of
from refuge.codes.queries import labels
from refuge.database import now, session
from refuge.london import Telling, clock_words, instant_words, london_date, long_date_words
from refuge.permissions import Permission, requires

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from refuge.beds.as_seen import Seen
    from refuge.beds.queries import Board, BoardBed, House


@dataclass(frozen=True)
class Tile:
    """A bed as the board shows it."""

    name: str
    state: str
    state_words: str
    lines: tuple[str, ...]
    warnings: tuple[str, ...]
    sleeps: str
    features: str
    href: str | None


@dataclass(frozen=True)
class Card:
    """A refuge as the board shows it."""

    house: House
    facts: str
    confirmed: words.Confirmed
    tiles: list[Tile]
    seen: str
    """What is shown here, as a form carries it that confirms it; empty where not all of it is."""


@blueprint.get("/beds")
@requires(Permission.BOARD_SEE)
def board() -> ResponseReturnValue:
    """Show every bed of the network as it is now and next."""
    at = now()
    seen = queries.board(session, user(), at, read_filters(request.args))
    _audit(seen.shown, at)
    return render_template(
        "beds/board.html",
        board=seen,
        cards=_cards(seen, Telling(at)),
        figures=_figures(seen),
        when=f"{long_date_words(london_date(at))}, {clock_words(at)}",
        asked=filter_words(seen.filters, (house.refuge for house in seen.houses)),
        states=list(State),
        has=HAS,
        most_children=MOST_CHILDREN,
    )


@blueprint.get("/beds/print")
@requires(Permission.BOARD_SEE)
def board_print() -> ResponseReturnValue:
    """Show the board as a sheet of paper, for when the network is down."""
    at = now()
    seen = queries.board(session, user(), at, Filters())
    _audit(seen.beds, at)
    return render_template(
        "beds/board_print.html",
        cards=_cards(seen, Telling(at, on_paper=True)),
        when=f"{clock_words(at)}, {long_date_words(london_date(at))}",
        agency=user().agency.name,
    )


@blueprint.post("/refuges/<ref>/confirm")
@requires(Permission.BED_CONFIRM)
def confirm(ref: str) -> ResponseReturnValue:
    """Note that the board shows the beds of her refuge as they are: as she saw them, or ask again."""
    refuge = own_refuge(ref)
    service.lock_refuge(session, refuge.id)
    session.refresh(refuge)
    at, seen = now(), read_seen(request.form.get("seen", ""))
    board = queries.board(session, user(), at, Filters())
    house = next(house for house in board.houses if house.refuge.id == refuge.id)
    changed, gone = changed_since(seen, house.beds), _gone(house, seen, at)
    if changed or gone:
        return _ask_again(house, changed, gone, at)
    if is_confirmed_since(seen, refuge.confirmed_at):
        flash(f"The beds of {refuge.name} have just been confirmed.", "success")
        return redirect(url_for("beds.board"))
    service.confirm_beds(session, refuge, by=user(), actor=current_actor(), at=at)
    flash(f"You have confirmed the beds of {refuge.name}.", "success")
    session.commit()
    return redirect(url_for("beds.board"))


def _gone(house: House, seen: Seen, at: datetime) -> list[str]:
    """Return the names of the beds that she saw and that have left service since."""
    retired = queries.retired_beds_of(session, user(), house.refuge, on=london_date(at))
    return [bed.name for bed in retired if bed.ref in seen.beds]


def _ask_again(
    house: House, changed: list[tuple[BoardBed, State | None]], gone: list[str], at: datetime
) -> ResponseReturnValue:
    """Say which beds have changed since she saw the board, and how they are now."""
    _audit([bed for bed, _ in changed], at)
    session.commit()
    reasons, telling = words_of("closure_reason"), Telling(at)
    page = render_template(
        "beds/confirm.html",
        refuge=house.refuge,
        changed=[(_tile(bed, reasons, telling), shown) for bed, shown in changed],
        gone=gone,
        seen=mark_seen(house.refuge.confirmed_at, house.beds),
    )
    return page, 409


def _audit(beds: Iterable[BoardBed], at: datetime) -> None:
    """Keep whose refs were shown, if any were."""
    if refs := refs_of_people(beds):
        record(session, "board.seen", by=current_actor(), at=at, refs=refs)


def _cards(seen: Board, telling: Telling) -> list[Card]:
    lists = labels(session, ["area", "closure_reason"])
    return [
        Card(
            house,
            words.house_facts(house.refuge, len(house.beds), lists["area"]),
            words.confirmed_words(house.refuge.confirmed_at, house.confirmed_by, telling),
            [_tile(bed, lists["closure_reason"], telling) for bed in house.shown],
            mark_seen(house.refuge.confirmed_at, house.beds) if house.own and house.shown == house.beds else "",
        )
        for house in seen.houses
        if house.shown or not seen.filters
    ]


def _tile(bed: BoardBed, reasons: Mapping[str, str], telling: Telling) -> Tile:
    said = words.said_of(bed.occupancy, reasons, telling)
    return Tile(
        name=bed.bed.name,
        state=said.state,
        state_words=said.state_words,
        lines=said.lines,
        warnings=said.warnings,
        sleeps=words.sleeps_words(bed.bed),
        features=words.feature_words(bed.bed),
        href=url_for("beds.bed", ref=bed.bed.ref) if bed.own else None,
    )


def _figures(seen: Board) -> list[tuple[int, str]]:
    """Return numbers and words. How many households wait is a figure of a room above this one."""
    held = seen.held
    first = f", first lapses {instant_words(held[0].hold.end, now=seen.at)}" if held else ""
    return [
        (seen.free, "bed free now" if seen.free == 1 else "beds free now"),
        (len(held), f"held{first}"),
        (seen.soon, "expected free in 7 days"),
    ]
