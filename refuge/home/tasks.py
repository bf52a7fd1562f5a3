"""What is due in the reader's own houses, most urgent first. Pure: read off the board."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from refuge.beds.freshness import Freshness, freshness
from refuge.beds.occupancy import Closed, Held, Occupied, Task
from refuge.london import clock_words, day_words, instant_words, london_date
from refuge.placements.models import AskedAbout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from refuge.beds.models import Bed
    from refuge.beds.occupancy import HoldSpan
    from refuge.beds.queries.board import Board, BoardBed, House
    from refuge.home.queries import Day
    from refuge.placements.queries.askings import Asked
    from refuge.placements.queries.holds import Elsewhere, Lapsed

SOON = 7
"""Days ahead that Today looks."""


class Urgency(IntEnum):
    """How soon a thing must be looked at."""

    NOW = 0
    OVERDUE = 1
    TODAY = 2
    SOON = 3

    @property
    def label(self) -> str:
        """The word on the tag."""
        return self.name.capitalize()

    @property
    def kind(self) -> str:
        """The look of the tag."""
        return {"NOW": "danger", "OVERDUE": "warning", "TODAY": "waiting", "SOON": "neutral"}[self.name]


QUESTIONS = {
    AskedAbout.HOLD: "{name} holds this bed against what stands in the way. Do you agree?",
    AskedAbout.MOVE: "{name} wants to move her there against what stands in the way. Do you agree?",
    AskedAbout.CHECKS: "{name} wants to admit her although a check is not done. Do you decide so?",
}
UNDONE = {
    AskedAbout.HOLD: "she cannot be admitted to this bed",
    AskedAbout.MOVE: "she cannot be moved there",
    AskedAbout.CHECKS: "she cannot be admitted while the check is not done",
}
DOABLE = {
    AskedAbout.HOLD: "she can be admitted to this bed",
    AskedAbout.MOVE: "she can be moved there",
    AskedAbout.CHECKS: "she can be admitted although the check is not done",
}


@dataclass(frozen=True)
class Due:
    """One thing to do, and where."""

    urgency: Urgency
    what: str
    where: str
    bed_ref: str | None = None
    refuge_ref: str | None = None
    link: tuple[str, str] | None = None
    """Where it is done, if not on the page of the bed or on the board: endpoint and ref."""


def decisions(day: Day, at: datetime) -> list[Due]:
    """Return what people wait for her to decide, and the beds that somebody else can have now: all of it at once."""
    found = [Due(Urgency.NOW, QUESTIONS[one.about].format(name=one.other), f"{one.referral_ref}, {one.bed}",
                 link=("placements.agree", one.ref)) for one in day.asked]  # fmt: skip
    found += [Due(Urgency.NOW, f"{one.other} said no: {UNDONE[one.about]}", f"{one.referral_ref}, {one.bed}",
                  link=_where(one)) for one in day.disagreed]  # fmt: skip
    found += [Due(Urgency.TODAY, f"{one.other} said yes: {DOABLE[one.about]}", f"{one.referral_ref}, {one.bed}",
                  link=_where(one)) for one in day.agreed]  # fmt: skip
    found += [Due(Urgency.NOW, "A record was opened without the usual right. Ask why", ref,
                  link=("plans.review_glass", ref)) for ref in day.privacy.broken]  # fmt: skip
    found += [Due(Urgency.NOW, "Somebody tried to open a sealed note", ref, link=("plans.privacy", ref))
              for ref in day.privacy.sealed]  # fmt: skip
    found += [Due(Urgency.OVERDUE, "Nobody has asked why this was opened: remind your privacy officer", ref,
                  link=("plans.privacy", ref)) for ref in day.privacy.overdue]  # fmt: skip
    found += [Due(Urgency.OVERDUE, "Nobody has asked why this was opened: name another privacy officer", ref,
                  link=("plans.officers", ref)) for ref in day.privacy.unasked]  # fmt: skip
    if day.privacy.week:
        found.append(Due(Urgency.SOON, "Look through some of what your agency read last week", "Privacy",
                         link=("plans.sample", day.privacy.week)))  # fmt: skip
    found += [_lapsed(hold, at) for hold in day.lapsed]
    found += [_let_go(bed) for bed in day.let_go]
    return found + [_elsewhere(hold, at) for hold in day.elsewhere]


def _let_go(bed: Bed) -> Due:
    words = "The hold on this bed has ended: she no longer agrees that you see her referral. See whom it would fit"
    return Due(Urgency.NOW, words, f"{bed.refuge.name} {bed.name}", link=("placements.fits", bed.ref))


def _elsewhere(hold: Elsewhere, at: datetime) -> Due:
    today = london_date(hold.until_at) == london_date(at)
    until = instant_words(hold.until_at, now=at)
    words = f"Held by {hold.held_by} for {hold.referral_ref} until {until}. That refuge offers it and admits her"
    link = ("referrals.referral", hold.referral_ref)
    return Due(Urgency.NOW if today else Urgency.SOON, words, hold.bed, link=link)


def _where(one: Asked) -> tuple[str, str]:
    """Return where what was asked goes on."""
    return ("placements.resident", one.stay_ref) if one.stay_ref else ("referrals.referral", one.referral_ref)


def _lapsed(hold: Lapsed, at: datetime) -> Due:
    where = f"{hold.bed.refuge.name} {hold.bed.name}"
    words = (
        f"The hold for {hold.referral_ref} lapsed at {instant_words(hold.until_at, now=at)}. See whom the bed would fit"
    )
    return Due(Urgency.NOW, words, where, link=("placements.fits", hold.bed.ref))


def due(board: Board) -> list[Due]:
    """Return what is due in the reader's own houses, most urgent first."""
    found: list[Due] = []
    for house in board.houses:
        if house.own:
            found += _of_house(house, board.at)
            for bed in house.beds:
                found += _of_bed(bed, house.refuge.name, board.at)
    return sorted(found, key=lambda thing: thing.urgency)


def _of_house(house: House, now: datetime) -> Iterator[Due]:
    confirmed = house.refuge.confirmed_at
    if freshness(confirmed, now=now) is Freshness.FRESH:
        return
    since = "never" if confirmed is None else instant_words(confirmed, now=now)
    yield Due(
        Urgency.TODAY,
        f"Confirm that the board is right (last confirmed: {since})",
        house.refuge.name,
        refuge_ref=house.refuge.ref,
    )


def _of_bed(bed: BoardBed, refuge: str, now: datetime) -> Iterator[Due]:
    today, where = london_date(now), f"{refuge} {bed.bed.name}"
    match bed.occupancy.now:
        case Held(hold=hold) if london_date(hold.until_at) == today:
            words = f"Hold for {hold.referral_ref} lapses at {clock_words(hold.until_at)}"
            yield Due(Urgency.NOW, words, where, bed.bed.ref, link=_of_referral(hold))
        case Held(hold=hold):
            words = f"Held for {hold.referral_ref} until {instant_words(hold.until_at, now=now)}"
            yield Due(Urgency.SOON, words, where, bed.bed.ref, link=_of_referral(hold))
        case Occupied(stay, due=task):
            if stay.expected_move_on is not None:
                yield from _when(
                    stay.expected_move_on, today, f"Move-on of {stay.called}", "expected", where, bed.bed.ref
                )
            if task is not None:
                name = "Support plan" if task.task is Task.PLAN else "Plan review"
                yield from _when(task.due_on, today, f"{name} of {stay.called}", "due", where, bed.bed.ref)
        case Closed(closure=closure) if closure.expected_ready is not None:
            yield from _when(closure.expected_ready, today, "Closed: back", "expected", where, bed.bed.ref)


def _of_referral(hold: HoldSpan) -> tuple[str, str] | None:
    """Return where the next step with a held bed is taken: on the page of her referral."""
    return ("referrals.referral", hold.referral_ref) if hold.referral_ref else None


def _when(on: date, today: date, what: str, how: str, where: str, bed_ref: str) -> Iterator[Due]:
    """Give the thing if it is past its day or its day is near."""
    urgency = _by(on, today)
    if urgency is not None:
        was = "was " if urgency is Urgency.OVERDUE else ""
        yield Due(urgency, f"{what} {was}{how} {day_words(on, today=today)}", where, bed_ref)


def _by(on: date, today: date) -> Urgency | None:
    days = (on - today).days
    if days > SOON:
        return None
    return Urgency.OVERDUE if days < 0 else Urgency.TODAY if days == 0 else Urgency.SOON
