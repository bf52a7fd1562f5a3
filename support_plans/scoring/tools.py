"""What a questionnaire is: its questions, what can be answered, and how a total is banded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One question."""

    key: str
    """What its answer is kept under; never changed, whatever its words become."""
    words: str
    answers: tuple[tuple[int, str], ...] = ()
    """Points and words of each answer; empty: a number from `least` to `most` is asked for."""
    least: int = 0
    most: int = 0
    group: str = ""
    """A heading that it stands under."""
    hint: str = ""
    needed: bool = True
    """Whether a total waits for it."""

    def takes(self, given: int) -> bool:
        """Return whether this can be an answer."""
        if self.answers:
            return given in {points for points, _ in self.answers}
        return self.least <= given <= self.most

    def said(self, given: int) -> str:
        """Return an answer in words."""
        return next((words for points, words in self.answers if points == given), str(given))


@dataclass(frozen=True)
class Band:
    """A part of the range of totals, both ends included."""

    least: int
    most: int
    code: str
    words: str


@dataclass(frozen=True)
class Alarm:
    """An answer that a person must look at on the same day, whatever the total says."""

    key: str
    """The item; from `at_least` on it is raised."""
    at_least: int
    words: str
    """What the task says, without what she answered."""


@dataclass(frozen=True)
class Tool:
    """A questionnaire in one version."""

    code: str
    name: str
    version: str
    source: str
    """Where wording and bands come from and why we may show them, with the grade of `domain.md`."""
    about: str = "mental_health"
    """Whose eyes it is for: a value of `categories.Category`."""
    items: tuple[Item, ...] = ()
    """Empty: its wording is not ours to show, and only the total is kept."""
    stem: str = ""
    """What is read out before the questions."""
    bands: tuple[Band, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    totalled: bool = True
    """Whether the answers add up. Where they do not, each is compared with her own first one."""
    least: int = 0
    most: int = 0
    """The range of the total."""
    risk_item: Item | None = None
    """Of a questionnaire that is kept as a total: the one answer that is kept beside it, for its alarm."""
    higher_is_worse: bool = True

    @property
    def worded(self) -> bool:
        """Whether it is asked here, question by question."""
        return bool(self.items)

    @property
    def asked(self) -> tuple[Item, ...]:
        """What a form asks for beside a total."""
        return self.items or (() if self.risk_item is None else (self.risk_item,))
