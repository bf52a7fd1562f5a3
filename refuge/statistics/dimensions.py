"""What figures can be broken down by: each dimension gives the rows that count a referral, and their words. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from refuge.statistics.facts import BIT, NEEDS, Fact, Outcome
from refuge.statistics.periods import quarter_of

NOT_SAID = "-"
"""Where nothing is recorded: nobody asked, or it has no place in the list. Never the same as no."""
COMBINED = ("mental_health", "substance", "nrpf")
"""The needs whose combinations are counted: the two of the partnership's paper, and money."""
SHORT_OF = {"mental_health": "mental health", "substance": "alcohol or drugs", "nrpf": "no recourse"}
MASK = sum(BIT[need] for need in COMBINED)
EIGHT = 1 << len(COMBINED)
Lists = Mapping[str, Mapping[str, str]]
"""Code list -> code -> its word, or its group where the dimension counts groups."""


@dataclass(frozen=True)
class Dimension:
    """One way of breaking figures down."""

    key: str
    title: str
    keys_of: Callable[[Fact], Iterable[str]]
    words: Mapping[str, str]
    """Key of a row -> its words, in the order of the table. A key that is not here is shown as it is."""
    overlaps: bool = False
    """A referral may stand in several rows, so rows never add up to the whole."""
    about_her: bool = False
    """It tells who she is, so that even a nought, or all of a group, can disclose."""

    def word(self, key: str) -> str:
        """Return the words of a row."""
        return self.words.get(key, key)

    def in_order(self, keys: Iterable[str]) -> list[str]:
        """Return rows in the order of the words; the others after them by name, and what nobody said last."""
        place = {key: number for number, key in enumerate(self.words)}
        return sorted(keys, key=lambda key: (key == NOT_SAID, place.get(key, len(place)), key))


@cache
def needs_in(bits: int) -> tuple[str, ...]:
    """Return the needs that stand for these bits of `BIT`."""
    return tuple(need for need, bit in BIT.items() if bits & bit)


def combination_of(fact: Fact) -> str:
    """Return which of `COMBINED` it has, as a number: each referral has exactly one combination."""
    return str(fact.needs & MASK)


def combination_words() -> dict[str, str]:
    """Return the words of every combination."""
    found = {}
    for bits in range(EIGHT):
        names = [SHORT_OF[need] for need in COMBINED if bits & BIT[need]]
        words = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
        found[str(bits)] = (words[:1].upper() + words[1:] + (" only" if len(names) == 1 else "")) or "None of the three"
    return found


def band(hours: float | None) -> str:
    """Return how long a decision took, as a band. Bands meet without a gap."""
    if hours is None:
        return NOT_SAID
    return KEYS[bisect_left(ENDS, hours)]


BANDS: Mapping[str, tuple[float, str]] = {
    "4h": (4, "Within 4 hours"), "24h": (24, "Within 24 hours, after 4"), "3d": (72, "Within 3 days, after 24 hours"),
    "7d": (168, "Within 7 days, after 3"), "more": (float("inf"), "After 7 days"),
}  # fmt: skip
KEYS, ENDS = list(BANDS), [ends for ends, _ in BANDS.values()]


def tally_band(number: int) -> str:
    """Return a number of searches or children as a band."""
    return str(number) if number < len(TALLY) - 1 else "3"


TALLY: Mapping[str, str] = {"0": "None", "1": "1", "2": "2", "3": "3 or more"}


def dimensions(lists: Lists) -> dict[str, Dimension]:
    """Return every dimension by key, with the words of the code lists."""
    groups = lists.get("ethnicity_group", {})
    made = (
        Dimension("outcome", "Outcome", lambda fact: (fact.outcome.value,), {one.value: one.label for one in Outcome}),
        Dimension("need", "Need", lambda fact: needs_in(fact.needs), NEEDS, overlaps=True, about_her=True),
        Dimension(
            "combination", "Needs together", lambda fact: (combination_of(fact),), combination_words(), about_her=True
        ),
        Dimension("reason", "Reason", _reasons, lists.get("turnaway_reason", {})),
        Dimension("refuge", "Refuge", lambda fact: (fact.refuge or NOT_SAID,), {NOT_SAID: "No one refuge"}),
        Dimension("service", "Service that took it", lambda fact: (fact.agency,), {}),
        Dimension(
            "area", "Where she comes from", lambda fact: (fact.area or NOT_SAID,),
            {**lists.get("area", {}), NOT_SAID: "Not said"}, about_her=True,
        ),
        Dimension("source", "Who referred her", lambda fact: (fact.source,), lists.get("referral_source", {})),
        Dimension(
            "ethnicity", "Ethnic group", lambda fact: (groups.get(fact.ethnicity) or NOT_SAID,),
            {**{group: group for group in groups.values() if group}, NOT_SAID: "Not asked, or she prefers not to say"},
            about_her=True,
        ),
        Dimension("children", "Children who come", lambda fact: (tally_band(fact.children),), TALLY, about_her=True),
        Dimension(
            "waiting", "From referral to decision", lambda fact: (band(fact.hours_to_decision),),
            {**{key: words for key, (_, words) in BANDS.items()}, NOT_SAID: "Not decided yet"},
        ),
        Dimension("searches", "Searches outside the network", lambda fact: (tally_band(fact.searches),), TALLY),
        Dimension(
            "elsewhere", "What happened next", lambda fact: (fact.elsewhere or NOT_SAID,),
            {**lists.get("outcome", {}), NOT_SAID: "Not recorded"},
        ),
        Dimension("month", "Month received", lambda fact: (f"{fact.received_on:%Y-%m}",), {}),
        Dimension("quarter", "Quarter received", lambda fact: (quarter_of(fact.received_on).label,), {}),
    )  # fmt: skip
    return {dimension.key: dimension for dimension in made}


def _reasons(fact: Fact) -> tuple[str, ...]:
    return (fact.reason or NOT_SAID,) if fact.unsuccessful else ()
