"""Computes the catalogue's figures from facts and stays: each with what it rests on, so that small bases show. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from refuge.london import london_date
from refuge.statistics import care
from refuge.statistics import nights as beds
from refuge.statistics.counting import ALL, Share, by_need, half_up
from refuge.statistics.facts import NEEDS, Fact, Outcome
from refuge.statistics.given import ATTENDED, HOUR, Given
from refuge.statistics.judging import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from refuge.statistics.facts import Spell, Unit
    from refuge.statistics.periods import Period

DAY = 24
FIELDS = 7
"""What every referral should say: five needs, ethnic group, area."""
UNSAID = frozenset({"", "not_asked"})


@dataclass(frozen=True)
class Figure:
    """One figure of the catalogue."""

    code: str
    number: float | None = None
    share: Share | None = None
    """What a percentage rests on."""
    base: int | None = None
    """How many women are behind a median; None: it does not rest on women, but on beds."""
    more: str = ""
    """What else to know, in words: the 90th percentile, those who still live here."""

    @property
    def value(self) -> Value:
        """What is judged."""
        if self.share is not None:
            return Value(self.share.percent, self.share.of)
        return Value(self.number, self.base)


@dataclass(frozen=True)
class Told:
    """All that figures of a period are computed from."""

    period: Period
    facts: Sequence[Fact]
    """Those received in the period."""
    spells: Sequence[Spell]
    units: Sequence[Unit]
    held: Sequence[tuple[int, datetime, datetime]]
    at: datetime
    """When it is counted: what is not due yet is left out."""
    care: care.Care = field(default_factory=care.Care)
    given: Given = field(default_factory=Given)


def figures(told: Told) -> dict[str, Figure]:
    """Return every figure that can be computed, by code."""
    made = [*_of_beds(told), *_of_stays(told), *_of_referrals(told), *_of_care(told), *_of_what_was_given(told)]
    return {figure.code: figure for figure in sorted(made, key=lambda figure: figure.code)}


def _of_beds(told: Told) -> list[Figure]:
    counted = beds.nights(told.units, told.spells, told.period, told.held)
    void = ", ".join(f"{number} {reason}" for reason, number in counted.void.most_common())
    return [
        _nights("K01", counted.occupied, counted.available),
        _nights("K02", counted.available, counted.contracted),
        Figure("K03", sum(counted.void.values()), more=void),
    ]


def _nights(code: str, some: int, of: int) -> Figure:
    return Figure(code, 100 * some / of if of else None, more=f"{some} of {of} bed-nights")


def _of_stays(told: Told) -> list[Figure]:
    between = beds.turnaround(told.spells, told.period)
    here = beds.times(told.spells)
    stayed = beds.stays(here, told.period)
    planned, left = beds.move_on(here, told.period)
    late, now_here = beds.ninetieth(between), beds.middle(stayed.current)
    average = beds.average(stayed.completed)
    return [
        Figure(
            "K04", beds.middle(between), base=len(between),
            more="" if late is None else f"nine of ten within {late:.0f} days",
        ),
        Figure(
            "K05", beds.middle(stayed.completed), base=len(stayed.completed),
            more=(
                ("" if average is None else f"mean {average:.0f} days, {stayed.long} longer than {beds.LONG}; ")
                + ("" if now_here is None else f"those who live here now: median {now_here:.0f} days so far")
            ).removesuffix("; "),
        ),
        Figure("K18", share=Share(planned, left)),
    ]  # fmt: skip


def pairs(told: Told) -> dict[str, list[care.Pair]]:
    """Return, for each figure of what was done with residents, who is behind it and whether it was done."""
    here, known = beds.times(told.spells), told.care
    when = care.When(told.period, london_date(told.at))
    return {
        "K12": care.planned(here, known, when),
        "K13": care.assessed(here, known, when),
        "K14": care.reviewed(here, known, when),
        **{f"K17-{need}": care.seen(need, here, known, when) for need in known.needs},
        "K19": care.scored(known),
        "K21": care.handed_over(here, known, when),
    }


def _of_care(told: Told) -> list[Figure]:
    return [Figure(code, share=Share(sum(so for _, so in theirs), len(theirs))) for code, theirs in pairs(told).items()]


def _of_what_was_given(told: Told) -> list[Figure]:
    given, gaps = told.given, told.care.gaps
    used, contact = given.used()
    found = [
        Figure("K15", share=given.not_attended),
        Figure(
            "K16", 100 * used / contact if contact else None, base=given.contact(ATTENDED),
            more=f"{_hours(used)} of {_hours(contact)} hours" if contact else "",
        ),
    ]  # fmt: skip
    if gaps is None:
        return [*found, Figure("K20", more="the period is longer than a year")]
    out = [gap for gap in gaps if gap.out_of_hours]
    hours = _hours(sum(gap.minutes for gap in out))
    return [*found, Figure("K20", len(out), more=f"{hours} hours; {len(gaps) - len(out)} others in office hours")]


def _hours(minutes: int) -> int:
    return half_up(minutes / HOUR)


def _of_referrals(told: Told) -> list[Figure]:
    by = by_need(told.facts)
    rates = by[ALL]
    hours = [hours for fact in told.facts if (hours := fact.hours_to_place) is not None]
    return [
        Figure("K06", len(told.facts), more=_both_days(told.facts)),
        Figure("K07", share=rates.unsuccessful),
        Figure("K08", share=rates.unmet),
        *(Figure(f"K09-{need}", share=by[need].unmet) for need in NEEDS),
        Figure("K10", share=_in_a_day(told.facts, told.at), more=_typical(told.facts)),
        Figure("K11", beds.middle(hours), base=len(hours)),
        Figure("K22", share=_recorded(told.facts)),
    ]


def _both_days(facts: Sequence[Fact]) -> str:
    return f"{sum(fact.decided for fact in facts)} of them decided"


def _in_a_day(facts: Sequence[Fact], at: datetime) -> Share:
    """Return those decided within a day, of those decided or older than a day."""
    due = [fact for fact in facts if fact.decided or at - fact.received_at > timedelta(hours=DAY)]
    soon = sum(hours <= DAY for fact in due if (hours := fact.hours_to_decision) is not None)
    return Share(soon, len(due))


def _typical(facts: Sequence[Fact]) -> str:
    typical = beds.middle([hours for fact in facts if (hours := fact.hours_to_decision) is not None])
    return "" if typical is None else f"median {typical / DAY:.1f} days"


def _recorded(facts: Sequence[Fact]) -> Share:
    said = sum(
        len(NEEDS) - fact.unasked.bit_count() + (fact.ethnicity not in UNSAID) + (fact.area not in UNSAID)
        for fact in facts
    )
    return Share(said, FIELDS * len(facts))


def behind(code: str, told: Told) -> list[int] | None:
    """Return the numbers of the referrals on which a figure rests; None: it rests on none, but on beds or the rota."""
    made = pairs(told)
    if code in made:
        return list(dict.fromkeys(number for number, _ in made[code]))
    if code in OF_STAYS:
        return list(dict.fromkeys(spell.number for spell in told.spells if _lived_here(spell, told.period)))
    rests = OF_FACTS.get(code)
    if code.startswith("K09-"):
        need = code.removeprefix("K09-")
        return [fact.number for fact in told.facts if fact.has(need) and _for_us(fact)]
    return None if rests is None else [fact.number for fact in told.facts if rests(fact)]


def _for_us(fact: Fact) -> bool:
    return fact.decided and fact.outcome is not Outcome.NOT_FOR_US


def _lived_here(spell: Spell, period: Period) -> bool:
    ended_on = None if spell.ended_at is None else london_date(spell.ended_at)
    return london_date(spell.started_at) <= period.until and (ended_on is None or ended_on >= period.since)


OF_STAYS = frozenset({"K01", "K03", "K04", "K05", "K18"})
"""Figures that rest on those who lived here in the period."""
OF_FACTS: Mapping[str, Callable[[Fact], bool]] = {
    "K06": lambda _: True, "K07": lambda fact: fact.decided, "K08": _for_us, "K10": lambda _: True,
    "K11": lambda fact: fact.hours_to_place is not None, "K22": lambda _: True,
}  # fmt: skip
"""Figures that rest on referrals received in the period, and on which of them."""
