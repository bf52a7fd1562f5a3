"""Draws the women who are referred: pure, and the same for the same seed and days."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from statistics import NormalDist
from typing import TYPE_CHECKING

from allocation.beds.problem import Answer, Child, Funding, Level
from refuge.demo.women import Fate, Woman

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from refuge.demo.settings import Settings, Stream

WEEKS_A_YEAR = 365.25 / 7
OPENS, CLOSES = 9 * 60, 17 * 60
"""Office hours, in minutes of the day."""
MIDNIGHT = 24 * 60
SUBSTANCES = ("alcohol", "drugs")
YOUNGEST, OLDEST = 16, 70
TEENAGER, GROWN_UP = 14, 18
QUESTIONS = 24
WEEKS, ENDS, STAYS = math.sqrt(2) - 1, (math.sqrt(5) - 1) / 2, math.sqrt(3) - 1
"""How far one even chance lies from the next: no two fall together, nor one kind with another."""
TINY = 1e-9
SHORTEST = 2
"""Days of the shortest stay: she may come in the morning after the call."""


def referrals(
    settings: Settings, beds: Mapping[str, int], *, first: date, last: date, seed: int,
) -> list[Woman]:  # fmt: skip
    """Return the women referred between two days, in order; `beds` counts the beds of each specialism."""
    found = [
        woman
        for specialism in sorted(beds)
        for woman in _Draw(settings, specialism, Random(f"{seed}/{specialism}")).weeks(beds[specialism], first, last)  # noqa: S311  invented people, drawn the same each time
    ]
    return sorted(found, key=lambda woman: (woman.received_on, woman.minute, woman.ref))


def draw_woman(settings: Settings, specialism: str, rng: Random, *, week: date) -> Woman:
    """Return one woman referred in the week that begins on a day."""
    return _Draw(settings, specialism, rng).woman(week)


@dataclass
class _Draw:
    """Draws for one specialism from one source of chance."""

    settings: Settings
    specialism: str
    rng: Random
    drawn: int = 0
    begun: int = 0
    """Weeks that were drawn."""
    offsets: dict[float, float] = field(default_factory=dict)

    def weeks(self, beds: int, first: date, last: date) -> Iterator[Woman]:
        """Draw each week's number, then each woman."""
        spread = self.settings.arrivals.week_spread
        rate = self.stream.referrals_per_bed_year * beds / WEEKS_A_YEAR
        monday = first - timedelta(days=first.weekday())
        while monday <= last:
            self.begun += 1
            often = self.evenly(WEEKS, self.begun)
            for _ in range(self.poisson(rate * self.rng.gammavariate(spread, 1 / spread), often)):
                woman = self.woman(monday)
                if first <= woman.received_on <= last:
                    yield woman
            monday += timedelta(days=7)

    @property
    def stream(self) -> Stream:
        return self.settings.streams[self.specialism]

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def one_of(self, choice: str) -> str:
        weights = self.settings.weights[choice]
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def evenly(self, step: float, number: int) -> float:
        """Return the so-manieth of chances that lie evenly: each looks drawn, and many together have the share said.

        Weeks and women differ as if each were drawn by itself; five years of one seed and of another differ little.
        """
        offset = self.offsets.setdefault(step, self.rng.random())
        return (offset + number * step) % 1

    def poisson(self, mean: float, chance: float) -> int:
        """Return the count that is reached with this chance, where so many are expected."""
        count, one = 0, math.exp(-mean)
        reached = one
        while chance > reached and one > 0:
            count += 1
            one *= mean / count
            reached += one
        return count

    def woman(self, monday: date) -> Woman:
        self.drawn += 1
        on, minute = self.when(monday)
        families, needs, nrpf = self.settings.families, self.needs(), self.chance(self.stream.nrpf)
        offending, ethnicity = self.chance(self.stream.offending), self.ethnicity()
        language, interpreter = self.language(ethnicity)
        honour, area = self.chance(self.stream.honour_based), self.area()
        fate, gone = self.fate()
        return Woman(
            ref=f"{self.specialism}/{self.drawn:04}",
            asked=self.specialism,
            received_on=on,
            minute=minute,
            source=self.one_of("source"),
            age=self.age(),
            dash=min(QUESTIONS, max(0, round(self.rng.gauss(families.dash_mean, families.dash_spread)))),
            ethnicity=ethnicity,
            language=language,
            interpreter=interpreter,
            abuse=self.abuse(honour=honour),
            now_at=self.one_of("now_at"),
            from_area=area,
            unsafe=(area,) if self.chance(self.settings.arrivals.unsafe_area) else (),
            children=self.children(),
            pregnant=self.chance(families.pregnant),
            needs=needs,
            offending=offending,
            harm=self.harm() if offending else (),
            access=self.access(),
            nrpf=nrpf,
            funding=self.funding() if nrpf else Funding.PUBLIC_FUNDS,
            pets=int(self.chance(families.pets)),
            wants_self_contained=self.chance(families.wants_self_contained),
            wants_by_and_for=ethnicity != "W1" and (honour or self.specialism == "by_and_for_bme"),
            fate=fate,
            gone=gone,
            declines=self.one_of("declined"),
            waits=self.wait(),
            stays=self.stay(nrpf=nrpf),
            destination=self.one_of("destination"),
            becomes=self.one_of("next"),
        )

    def when(self, monday: date) -> tuple[date, int]:
        """Draw a day of the week and a minute: office hours on working days, or any other time."""
        if not self.chance(self.settings.arrivals.out_of_hours):
            return monday + timedelta(days=self.rng.randrange(5)), self.rng.randrange(OPENS, CLOSES)
        day, minute = self.rng.randrange(7), self.rng.randrange(MIDNIGHT)
        if day < 5 and OPENS <= minute < CLOSES:  # noqa: PLR2004  Monday to Friday are 0 to 4
            minute = (minute + CLOSES - OPENS) % MIDNIGHT
        return monday + timedelta(days=day), minute

    def needs(self) -> dict[str, Level]:
        """Draw needs: a substance need is likelier beside a mental health need, its share over all stays as set."""
        share, times = self.stream.mental_health, self.settings.needs.with_mental_health
        ill = self.chance(share)
        found = {"mental_health": self.level("mental_health") if ill else Level.NONE}
        for need in ("self_harm", *SUBSTANCES):
            of_all: float = getattr(self.stream, need)
            among = of_all * (times if ill else (1 - share * times) / (1 - share))
            found[need] = self.level(need) if self.chance(among) else Level.NONE
        return found

    def level(self, need: str) -> Level:
        levels = (Level.LOW, Level.MEDIUM, Level.HIGH)
        return self.rng.choices(levels, self.settings.needs.levels[need])[0]

    def ethnicity(self) -> str:
        return "W1" if self.chance(self.stream.white_british) else self.one_of("ethnicity")

    def language(self, ethnicity: str) -> tuple[str, bool]:
        """Draw her language and whether she needs an interpreter: only women who are not White British do."""
        share = self.stream.interpreter / (1 - self.stream.white_british)
        if ethnicity == "W1" or not self.chance(min(1.0, share)):
            return "", False
        return self.one_of("language"), True

    def abuse(self, *, honour: bool) -> tuple[str, ...]:
        forms = [form for form, weight in self.settings.weights["abuse"].items() if self.chance(weight / 60)]
        if honour:
            forms.append("forced_marriage" if self.chance(0.3) else "hba")
        return tuple(forms) or ("coercive",)

    def area(self) -> str:
        return self.one_of("region" if self.chance(self.settings.arrivals.from_outside) else "district")

    def age(self) -> int:
        families = self.settings.families
        return min(
            OLDEST, max(YOUNGEST, round(self.rng.lognormvariate(math.log(families.age_median), families.age_spread)))
        )

    def children(self) -> tuple[Child, ...]:
        families = self.settings.families
        if self.chance(self.stream.childless):
            return ()
        number = min(families.children_at_most, 1 + self.poisson(families.more_children, self.rng.random()))
        found = [self.child() for _ in range(number)]
        if self.chance(families.teenage_son):
            found[0] = Child(self.rng.randrange(TEENAGER, GROWN_UP), Answer.YES)
        return tuple(sorted(found, key=lambda child: -child.age))

    def child(self) -> Child:
        """Draw a child, younger ones likelier; a son of 14 or more is drawn by himself."""
        son = self.chance(0.5)
        oldest = TEENAGER if son else GROWN_UP
        age = min(self.rng.randrange(oldest), self.rng.randrange(GROWN_UP))
        return Child(age, Answer.YES if son else Answer.NO)

    def harm(self) -> tuple[str, ...]:
        families = self.settings.families
        if not self.chance(families.harm_if_offending):
            return ()
        return ("arson",) if self.chance(families.arson_of_harm) else ("violence",)

    def access(self) -> tuple[str, ...]:
        families = self.settings.families
        if self.chance(families.wheelchair):
            return ("step_free", "adapted")
        if self.chance(families.limited_mobility):
            return (self.rng.choice(("step_free", "ground_floor")),)
        return ()

    def funding(self) -> Funding:
        return Funding.OTHER_ROUTE if self.chance(self.settings.families.other_route) else Funding.FUNDED_PLACE

    def fate(self) -> tuple[Fate, str]:
        """Draw how her referral ends whatever beds there are, and the code that goes with it."""
        endings, drawn = self.settings.endings, self.evenly(ENDS, self.drawn)
        if drawn < endings.declines:
            return Fate.DECLINES, self.one_of("gone")
        if drawn < endings.declines + endings.inappropriate:
            return Fate.INAPPROPRIATE, self.one_of("inappropriate")
        if drawn < endings.declines + endings.inappropriate + endings.not_known:
            return Fate.NOT_KNOWN, "O02"
        return Fate.OPEN, ""

    def wait(self) -> timedelta:
        endings = self.settings.endings
        return timedelta(days=min(endings.days_at_most, int(self.rng.expovariate(1 / endings.days_waited))))

    def stay(self, *, nrpf: bool) -> timedelta:
        stays = self.settings.stays
        deviation = NormalDist().inv_cdf(min(1 - TINY, max(TINY, self.evenly(STAYS, self.drawn))))
        days = stays.median_days * math.exp(stays.spread * deviation) * (stays.nrpf_times if nrpf else 1)
        return timedelta(days=min(stays.longest_days, max(SHORTEST, round(days))))
