"""The board, its sheet for when the network is down, and confirming that it is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.beds import queries, words
from refuge.beds.filters import Filters
from refuge.beds.forms.board import HAS, MOST_CHILDREN, filter_words, read_filters
from refuge.beds.occupancy import State
from refuge.beds.queries.board import refs_of_people
from refuge.beds.service import refuges as service
from refuge.beds.views.blueprint import blueprint, own_refuge
from refuge.codes.queries import labels
from refuge.database import now, session
from refuge.london import Telling, clock_words, instant_words, london_date, long_date_words
from refuge.permissions import Permission, requires

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from flask.typing import ResponseReturnValue

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
    """Note that the board shows the beds of her refuge as they are."""
    refuge = own_refuge(ref)
    service.confirm_beds(session, refuge, by=user(), actor=current_actor(), at=now())
    flash(f"You have confirmed the beds of {refuge.name}.", "success")
    session.commit()
    return redirect(url_for("beds.board"))


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
