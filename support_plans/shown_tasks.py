"""When a task is due, in a word with its colour and in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from refuge.london import day_words, instant_words, london_date
from support_plans.kinds import KINDS
from support_plans.models import TaskKind

if TYPE_CHECKING:
    from datetime import date, datetime

    from support_plans.models import Task
    from support_plans.queries.morning import Morning


class Told(NamedTuple):
    """How a task reads."""

    tag: str
    kind: str
    due: str


def told(task: Task, *, today: date, now: datetime) -> Told:
    """Return tag, its look, and the words about its day: an overdue task says for how long."""
    if task.done_at is not None:
        return Told("Done", "good", instant_words(task.done_at, now=now))
    days = (today - task.due_on).days
    if task.kind is TaskKind.ALARM:
        return Told("Today" if days <= 0 else "Overdue", "danger", _age(days) if days > 0 else "due today")
    if days > 0:
        return Told("Overdue", "warning", _age(days))
    return Told(
        "Today" if days == 0 else "Open",
        "waiting" if days == 0 else "neutral",
        f"due {day_words(task.due_on, today=today)}",
    )


def _age(days: int) -> str:
    return f"overdue for {days} day{'' if days == 1 else 's'}"


class ShownMorning(NamedTuple):
    """The list of one person, in words."""

    due: list[tuple[Task, Told]]
    missed: list[tuple[str, str, str]]
    moved_in: list[tuple[str, str, str]]


def shown_morning(found: Morning, at: datetime) -> ShownMorning:
    """Return a morning list as Today shows it."""
    today = london_date(at)
    return ShownMorning(
        [(task, told(task, today=today, now=at)) for task in found.due],
        [(one.referral_ref, _reviewed(one.what), day_words(one.due_on, today=today)) for one in found.missed],
        [(one.referral_ref, one.where, instant_words(one.at, now=at)) for one in found.moved_in],
    )


def _reviewed(what: str) -> str:
    return KINDS[what].name if what in KINDS else "Risk"
