"""Questions for a worker as Today and the page of who works with her show them. Pure: rows in, words out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from refuge.london import date_words, instant_words, london_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from support_plans.models import WorkerAsking
    from support_plans.queries.askings import Asked


class Line(NamedTuple):
    """One question, in words."""

    ref: str
    referral_ref: str
    tag: str
    kind: str
    what: str
    where: str
    """In which house she lives."""
    asked: str
    """When it was asked."""


def shown_lines(found: Iterable[Asked], why: Mapping[str, str], *, at: datetime) -> list[Line]:
    """Return questions as lines of a list."""
    return [
        Line(one.row.ref, one.row.referral.ref, *state_of(one.row, why, at=at), where=one.where,
             asked=instant_words(one.row.asked_at, now=at))
        for one in found
    ]  # fmt: skip


def state_of(row: WorkerAsking, why: Mapping[str, str], *, at: datetime) -> tuple[str, str, str]:
    """Return tag, its look and a sentence: what was asked, and how far it is."""
    who = f"{row.discipline.label.lower()} of {row.to_agency.name}"
    if row.taken_back_at is not None:
        return "Taken back", "neutral", f"You asked for a {who}, and took it back"
    if row.answered_at is None:
        return "Waiting", "waiting", f"A {who} is asked for"
    if row.worker is None or row.allocation is None:
        more = f". {row.answer_words}" if row.answer_words else ""
        return "No", "warning", f"No {who}: {why.get(row.declined, row.declined).lower()}{more}"
    begins = date_words(row.allocation.from_on, today=london_date(at))
    more = f". {row.answer_words}" if row.answer_words else ""
    return "Yes", "good", f"{row.worker.name} of {row.to_agency.name} sees her, from {begins} on{more}"
