"""Whether two referrals may be about the same woman. Pure: two probes in, a likeness with its grounds out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from refuge.referrals.names import Names, block_tokens, likeness_of_names, name_key, tokens

__all__ = [
    "SAY_FROM",
    "Likeness",
    "Probe",
    "block_keys",
    "compare",
    "digits_of",
    "name_key",
    "quoted_refs",
    "same_name",
]

SAY_FROM = 50
"""From this score on, people are told."""
SHORTEST_NUMBER = 7
LONGEST_NUMBER = 20
MOBILE_WITHOUT_ZERO = 10
REF = re.compile(r"\bR-\d{5}\b", re.IGNORECASE)


@dataclass(frozen=True)
class Probe:
    """What is compared of one referral."""

    ref: str
    name: str
    born_on: date | None
    age: int | None
    digits: str
    quotes: frozenset[str] = frozenset()
    """Refs of other referrals that its text quotes."""
    seen_on: date | None = None
    """The day on which the age was given."""


class Likeness(NamedTuple):
    """How alike two referrals are, 0 to 100, and why, in words for staff."""

    score: int
    grounds: tuple[str, ...]


def digits_of(number: str) -> str:
    """Return a telephone number in one form: `+44 (0)7700 900123` and `0044 7700 900123` are `07700900123`.

    A number abroad keeps its country's digits. Fewer than seven digits are no number.
    """
    text = number.replace("(0)", "").strip()
    digits = re.sub(r"\D", "", text)
    abroad = text.startswith("+")
    if digits.startswith("00"):
        digits, abroad = digits[2:], True
    if digits.startswith("44") and (abroad or len(digits) in {11, 12}):
        digits = "0" + digits[2:].lstrip("0")
    elif abroad:
        digits = "00" + digits
    elif len(digits) == MOBILE_WITHOUT_ZERO and digits.startswith("7"):
        digits = "0" + digits
    return digits[:LONGEST_NUMBER] if len(digits) >= SHORTEST_NUMBER else ""


def quoted_refs(*texts: str) -> frozenset[str]:
    """Return the refs of referrals that somebody wrote into these texts."""
    return frozenset(found.upper() for text in texts for found in REF.findall(text))


def block_keys(name: str, born_on: date | None, digits: str) -> frozenset[str]:
    """Return short keys of which two referrals share at least one if `compare` could find them alike.

    They are kept in an indexed table, so that a new referral is compared with a few and not with all.
    """
    keys = {f"t:{token}" for token in block_tokens(name)}
    if born_on is not None:
        keys.add("d:" + "".join(sorted(f"{born_on:%d%m%Y}")))
    if digits:
        keys.add(f"n:{digits}")
    return frozenset(keys)


def same_name(one: str, other: str) -> bool:
    """Return whether two names are strictly the same: equal when folded, in any order, or all but equal."""
    if not tokens(one) or not tokens(other):
        return False
    return name_key(one) == name_key(other) or likeness_of_names(one, other).score >= Names.SPELT_ALIKE


def compare(one: Probe, other: Probe) -> Likeness | None:
    """Return how alike the two are, or None if nobody needs to be told."""
    if other.ref in one.quotes or one.ref in other.quotes:
        return Likeness(100, ("its number is quoted",))
    names = likeness_of_names(one.name, other.name)
    born = _births(one, other)
    found = [*_by_number(one, other, names, born), *_by_name(names, born)]
    if not found:
        return None
    score = max(score for score, _ in found)
    grounds = tuple(dict.fromkeys(ground for _, grounds in found for ground in grounds))
    return Likeness(score, grounds) if score >= SAY_FROM else None


_Found = list[tuple[int, tuple[str, ...]]]


def _by_number(one: Probe, other: Probe, names: Names, born: str) -> _Found:
    if not one.digits or one.digits != other.digits:
        return []
    if names.score >= Names.ALIKE:
        return [(99, ("same safe number", names.ground))]
    if (names.compared and names.score < Names.SHARES_ONE) or born == "different":
        return [(60, ("same safe number, though name or age differs",))]
    return [(90, ("same safe number",))]


BORN_ALIKE = {
    "same": ("same date of birth", 100, 95, 75),
    "near": ("date of birth with digits changed round", 85, 85, 55),
}
"""By how alike the birth dates are: in words, and the score with the same name, one alike, only a first name."""


def _by_name(names: Names, born: str) -> _Found:
    alike = names.score >= Names.ALIKE
    if born in BORN_ALIKE:
        words, same, near, given = BORN_ALIKE[born]
        if alike:
            return [(same if names.score >= Names.SAME else near, (names.ground, words))]
        return [(given, ("same first name", words))] if names.shares_given else []
    if born == "different" or not alike or not names.whole:
        return []
    known = 10 if born == "age fits" else 0
    base = 60 if names.score >= Names.SPELT_ALIKE else 52
    if not names.distinctive:
        base -= 5 if known else 2
    grounds = (names.ground, "age fits") if known else (names.ground,)
    return [(base + known, grounds)]


def _births(one: Probe, other: Probe) -> str:
    if one.born_on and other.born_on:
        if one.born_on == other.born_on:
            return "same"
        return "near" if _digits_changed_round(one.born_on, other.born_on) else "different"
    first, second = _year(one), _year(other)
    if first is None or second is None:
        return "unknown"
    return "age fits" if abs(first - second) <= 1 else "different"


def _year(probe: Probe) -> int | None:
    if probe.born_on:
        return probe.born_on.year
    if probe.age is None or probe.seen_on is None:
        return None
    return probe.seen_on.year - probe.age


def _digits_changed_round(one: date, other: date) -> bool:
    """Return whether day and month, or two neighbouring digits, are swapped, or a single digit differs."""
    if (one.day, one.month, one.year) == (other.month, other.day, other.year):
        return True
    left, right = f"{one:%d%m%Y}", f"{other:%d%m%Y}"
    differ = [place for place in range(len(left)) if left[place] != right[place]]
    if len(differ) == 1:
        return True
    if len(differ) != 2:  # noqa: PLR2004  two digits that changed places
        return False
    a, b = differ
    return left[a] == right[b] and left[b] == right[a] and b - a == 1
