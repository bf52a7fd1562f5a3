"""Runs invented referrals through the network day by day, by the rules that matching itself holds.

Highest risk first, then the longest wait, each in the bed that fits best: the order of the goals, without the solver.
Why a woman is not placed is never drawn: it is what the rules say of the beds on the day on which she can wait no more.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from allocation.beds.eligibility import Context, pair
from allocation.beds.goals import FIT, SCARCITY
from allocation.beds.problem import Bed, Check, Funding, Household, Occupant, Problem, Risk
from allocation.beds.solution import Pair, Verdict
from allocation.beds.turnaway import imply_reason
from refuge.demo.courses import Course, Ended, Offered, Spell
from refuge.demo.women import Fate, Woman

if TYPE_CHECKING:
    from random import Random

    from refuge.demo.houses import Houses
    from refuge.demo.settings import Settings

CHECKS = dict.fromkeys(("background", "refuge_history", "immigration_status", "risk_assessment"), Check.DONE)
"""In history, checks were done by the time a bed was offered."""
OVERRIDABLE = frozenset({"not_round_the_clock", "support_level"})
NOT_HERS = frozenset({"not_free_in_time", "specialism"})
"""Beds that are taken, or for other women, do not say why she is turned away: without any other, there was none."""
SHORTEST_USE = 35
"""Days: a bed that is spoken for sooner is kept free for whoever it is spoken for."""
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Given:
    """Somebody who has a bed from a day on, told beforehand: from then on the bed is not the simulation's."""

    ref: str
    bed: str
    from_on: date
    until: date | None = None
    high_support: bool = False
    funded_place: bool = False
    lives_there: bool = True
    """False: nobody does, the bed is closed."""


@dataclass
class _Resident:
    """A woman who lives in a bed."""

    course: Course
    leaves: date
    moves_from: date | None
    """The day from which she would move to another bed of her refuge, if one is free."""

    @property
    def spell(self) -> Spell:
        return self.course.spells[-1]


@dataclass
class Simulation:
    """The network from day to day."""

    houses: Houses
    settings: Settings
    rng: Random
    given: Sequence[Given] = ()
    courses: list[Course] = field(default_factory=list)
    _free_from: dict[str, date] = field(default_factory=dict)
    _residents: list[_Resident] = field(default_factory=list)
    _overridden_on: date = date.min

    def run(self, women: Iterable[Woman], *, first: date, last: date) -> list[Course]:
        """Return what became of each woman, in the order of her referral; nobody is left waiting after the last day."""
        arrivals: dict[date, list[Woman]] = defaultdict(list)
        for woman in women:
            arrivals[woman.received_on].append(woman)
        waiting: list[Woman] = []
        today = first
        while today <= last:
            self._say_goodbye(today)
            waiting += self._take_calls(arrivals.pop(today, []), today)
            if waiting:
                waiting = self._match(waiting, today, last)
            self._move_beds(today)
            today += A_DAY
        found = [*self.courses, *(self._so_far(resident) for resident in self._residents)]
        return sorted(found, key=lambda course: (course.woman.received_on, course.woman.minute, course.woman.ref))

    def _say_goodbye(self, today: date) -> None:
        gone = [resident for resident in self._residents if resident.leaves <= today]
        self._residents = [resident for resident in self._residents if resident.leaves > today]
        self.courses += [resident.course for resident in gone]

    def _so_far(self, resident: _Resident) -> Course:
        """Return the course of a woman who still lives there."""
        *before, now = resident.course.spells
        return replace(resident.course, spells=(*before, replace(now, until=None, ready=None)))

    def _take_calls(self, women: Iterable[Woman], today: date) -> Iterator[Woman]:
        """End at once what is not for this network; the others wait."""
        for woman in women:
            if woman.fate is Fate.INAPPROPRIATE:
                self._end(woman, Ended(today, "service", woman.gone))
            elif woman.fate is Fate.NOT_KNOWN:
                self._end(woman, Ended(today, "referrer", woman.gone))
            else:
                yield woman

    def _end(self, woman: Woman, ended: Ended, offered: Offered | None = None) -> None:
        self.courses.append(Course(woman, offered=offered, ended=ended))

    def _match(self, waiting: Sequence[Woman], today: date, last: date) -> list[Woman]:
        """Offer what is free, end the wait of those who can wait no more, and return those who wait on."""
        still: list[Woman] = []
        order = sorted(
            waiting, key=lambda woman: (woman.risk is not Risk.HIGH, woman.received_on, woman.minute, woman.ref)
        )
        context = self._context(order, today)
        for number, woman in enumerate(order, start=1):
            best = self._best(context, woman, today)
            if best is not None:
                self._offer(woman, best, today)
                context = self._context(order[number:], today)  # she counts among those who live there from now on
            elif today >= min(woman.received_on + woman.waits, last):
                self._give_up(context, woman, today)
            else:
                still.append(woman)
        return still

    def _context(self, women: Sequence[Woman], today: date) -> Context:
        beds = (replace(bed, free_on=today if self._is_free(bed.ref, today) else None) for bed in self.houses.beds)
        return Context(
            Problem(
                on=today,
                refuges=self.houses.refuges,
                beds=tuple(beds),
                households=tuple(woman.household(today, CHECKS.items()) for woman in women),
                occupants=tuple(self._occupants(today, {woman.ref for woman in women})),
            ),
        )

    def _is_free(self, bed: str, today: date) -> bool:
        """Say whether a bed can be moved into, and is not spoken for soon."""
        if self._free_from.get(bed, today) > today:
            return False
        spoken_for = self._spoken_for(bed)
        return spoken_for is None or (spoken_for - today).days >= SHORTEST_USE

    def _spoken_for(self, bed: str) -> date | None:
        return min((given.from_on for given in self.given if given.bed == bed), default=None)

    def _occupants(self, today: date, matched: Collection[str]) -> Iterator[Occupant]:
        """Give who has a bed, but for those who are matched themselves: they are about to move."""
        for resident in self._residents:
            woman, bed = resident.course.woman, resident.spell.bed
            if woman.ref in matched:
                continue
            high = woman.household(today, ()).needs_high_support
            yield Occupant(woman.ref, _refuge_of(bed), bed, high, woman.funding is Funding.FUNDED_PLACE)
        for given in self.given:
            if given.lives_there and given.from_on <= today and (given.until is None or today < given.until):
                refuge = _refuge_of(given.bed)
                yield Occupant(given.ref, refuge, given.bed, given.high_support, given.funded_place)

    def _best(self, context: Context, woman: Woman, today: date) -> Pair | None:
        """Return the free bed that fits her best, or one that people take although a barrier of staffing is there."""
        household = context.households[woman.ref]
        free = [bed for bed in context.problem.beds if bed.free_on is not None]
        pairs = [pair(context, household, bed) for bed in free]
        could = [found for found in pairs if found.verdict is not Verdict.NO]
        if could:
            return min(could, key=lambda found: _worth(context, household, context.beds[found.bed]))
        if woman.risk is not Risk.HIGH or woman.fate is not Fate.OPEN or not self._may_override(today):
            return None
        return next((found for found in pairs if len(_against(found)) == 1 and _against(found) <= OVERRIDABLE), None)

    def _may_override(self, today: date) -> bool:
        a_year = self.settings.endings.overrides_a_year
        return a_year > 0 and (today - self._overridden_on).days * a_year > 365  # noqa: PLR2004  days of a year

    def _offer(self, woman: Woman, found: Pair, today: date) -> None:
        overridden = tuple(sorted(_against(found)))
        if overridden:
            self._overridden_on = today
        offered = Offered(found.bed, today, woman.fate is Fate.OPEN, overridden)
        if offered.accepted:
            self._move_in(woman, offered, today)
        else:
            self._free_from[found.bed] = today + A_DAY
            self._end(woman, Ended(today, "woman", woman.declines, could_have=1), offered)

    def _move_in(self, woman: Woman, offered: Offered, today: date) -> None:
        leaves = today + woman.stays
        spoken_for = self._spoken_for(offered.bed)
        if spoken_for is not None:
            longest = self.settings.stays.turnaround_days[-1]
            leaves = min(leaves, spoken_for - timedelta(days=self.rng.randrange(longest + 1, longest + 6)))
        moves = (
            today + woman.stays * self.rng.uniform(0.3, 0.6)
            if self.rng.random() < self.settings.stays.moves_bed
            else None
        )
        ready = self._turn_around(offered.bed, leaves)
        spell = Spell(offered.bed, today, leaves, ready)
        self._residents.append(_Resident(Course(woman, offered, (spell,)), leaves, moves))

    def _turn_around(self, bed: str, leaves: date) -> date:
        self._free_from[bed] = leaves + timedelta(days=self.rng.choice(self.settings.stays.turnaround_days))
        return self._free_from[bed]

    def _give_up(self, context: Context, woman: Woman, today: date) -> None:
        if woman.fate is Fate.DECLINES:
            by = "nobody" if woman.gone == "K07" else "woman"
            self._end(woman, Ended(today, by, woman.gone))
            return
        household = context.households[woman.ref]
        pairs = [pair(context, household, bed) for bed in context.problem.beds]
        near = [found for found in pairs if not _against(found) & NOT_HERS]
        reason, contributing = imply_reason(context, woman.ref, near, ())
        against = Counter(code for found in pairs for code in _against(found))
        self._end(woman, Ended(today, "service", reason, contributing, reason, dict(sorted(against.items()))))

    def _move_beds(self, today: date) -> None:
        """Move those who are to move into another bed of their refuge, where one is free and nothing says no."""
        for resident in self._residents:
            if resident.moves_from is None or not resident.moves_from <= today < resident.leaves - A_DAY * 7:
                continue
            to = self._bed_to_move_to(resident, today)
            if to is not None:
                self._move(resident, to, today)

    def _bed_to_move_to(self, resident: _Resident, today: date) -> Bed | None:
        woman = resident.course.woman
        context = self._context([woman], today)
        household = context.households[woman.ref]
        for bed in context.problem.beds:
            in_time = (self._spoken_for(bed.ref) or date.max) > resident.leaves + A_DAY * 7
            here = bed.refuge == _refuge_of(resident.spell.bed) and bed.ref != resident.spell.bed
            if here and in_time and pair(context, household, bed).verdict is not Verdict.NO:
                return bed
        return None

    def _move(self, resident: _Resident, to: Bed, today: date) -> None:
        *before, now = resident.course.spells
        left = replace(now, until=today, ready=self._turn_around(now.bed, today))
        ready = self._turn_around(to.ref, resident.leaves)
        spells = (*before, left, Spell(to.ref, today, resident.leaves, ready))
        resident.course, resident.moves_from = replace(resident.course, spells=spells), None


def _refuge_of(bed: str) -> str:
    return bed.partition("/")[0]


def _against(found: Pair) -> set[str]:
    return {barrier.code for barrier in found.barriers if barrier.verdict is Verdict.NO}


def _worth(context: Context, household: Household, bed: Bed) -> tuple[int, int, str]:
    """Order beds: first what spares scarce beds for others, then what fits the need.

    Matching places as many as possible of all who wait before it looks at fit. Here one woman is looked at at a time,
    so that sparing the beds that others need stands in for that.
    """
    scarce = sum(part.weigh(context, household, bed) for part in SCARCITY)
    return scarce, -sum(part.weigh(context, household, bed) for part in FIT), bed.ref
