"""Who is given a place, group by group, beside how many beds could have taken them at all. Exact and pure.

A low share of a group says little by itself: perhaps no bed could have taken them. "Not asked" is a line of its own,
never "no".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from refuge.statistics.counting import Share
from refuge.statistics.dimensions import NOT_SAID
from refuge.statistics.facts import BIT, NEEDS, Fact, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from refuge.statistics.dimensions import Dimension

YES, NO, NOT_ASKED = "Yes", "No", "Not asked"


@dataclass
class Line:
    """One group of the referrals that were decided and were for this service."""

    words: str
    decided: int = 0
    placed: int = 0
    unmet: int = 0
    """Ended by the refuges: no bed was free, or nothing could meet the need."""
    no_bed: int = 0
    """Of those: no bed could have taken her, because none was free in time or none met her needs."""
    some_bed: int = 0
    """Of those: at least one bed could have."""
    beds: list[int] = field(default_factory=list)
    """For each referral of which it was worked out, how many beds could have taken her."""

    def add(self, fact: Fact, beds: int | None) -> None:
        """Count one referral; `beds`: how many could have taken her, None: nobody worked it out."""
        self.decided += 1
        self.placed += fact.outcome is Outcome.PLACED
        if beds is not None:
            self.beds.append(beds)
        if fact.outcome is not Outcome.SERVICE:
            return
        self.unmet += 1
        if beds is not None:
            self.no_bed += not beds
            self.some_bed += bool(beds)

    @property
    def cells(self) -> list[str]:
        """The line as the page shows it."""
        unknown = self.unmet - self.no_bed - self.some_bed
        middle = f"{median(self.beds):g} ({len(self.beds)} known)" if self.beds else "–"
        told = (self.decided, Share(self.placed, self.decided), self.unmet, self.no_bed, self.some_bed, unknown, middle)
        return [self.words, *(str(one) for one in told)]


@dataclass(frozen=True)
class Group:
    """One way of looking: a heading and its lines."""

    title: str
    lines: Sequence[Line]


def fairness(facts: Iterable[Fact], beds: Mapping[int, int], ethnicity: Dimension) -> list[Group]:
    """Return acceptance by each need and by ethnic group; `beds`: referral -> how many beds could have taken her."""
    counted = [fact for fact in facts if fact.decided and fact.outcome is not Outcome.NOT_FOR_US]
    groups = [Group("All", _lines(counted, beds, lambda _fact: "All referrals decided", ("All referrals decided",)))]
    for need, title in NEEDS.items():
        groups.append(Group(title, _lines(counted, beds, _said(need), (YES, NO, NOT_ASKED))))
    rows = {row for fact in counted for row in ethnicity.keys_of(fact)} | {NOT_SAID}
    words = [ethnicity.word(row) for row in ethnicity.in_order(rows)]
    by = _lines(counted, beds, lambda fact: ethnicity.word(next(iter(ethnicity.keys_of(fact)))), words)
    return [*groups, Group(ethnicity.title, by)]


def _said(need: str) -> Callable[[Fact], str]:
    def answer(fact: Fact) -> str:
        if fact.has(need):
            return YES
        return NOT_ASKED if fact.unasked & BIT[need] else NO

    return answer


def _lines(
    facts: Iterable[Fact], beds: Mapping[int, int], word_of: Callable[[Fact], str], words: Sequence[str]
) -> list[Line]:
    lines = {word: Line(word) for word in words}
    for fact in facts:
        lines[word_of(fact)].add(fact, beds.get(fact.number))
    return list(lines.values())
