"""Names of women from everywhere, folded so that two spellings of one name can be seen to be one. Pure."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import jellyfish
from anyascii import anyascii
from rapidfuzz.distance import OSA, JaroWinkler

_FORMS = tomllib.loads((Path(__file__).parent / "name_forms.toml").read_text("utf-8"))
_ONE_FORM: dict[str, str] = {
    form: row[0] for table in ("transliterations", "short_forms") for row in _FORMS[table] for form in row
}
_TITLES = frozenset(_FORMS["titles"])
_PARTICLES = frozenset(_FORMS["particles"])
_COMMON = frozenset(_ONE_FORM.get(name) or name for name in _FORMS["common"])
LONGEST_KEY = 120
NEAR = 0.93
"""Two words this close (Jaro-Winkler) are one word spelt twice."""
SHORT = 4
"""Words up to this long must be equal: among short ones, one letter makes another name."""


@dataclass(frozen=True)
class Names:
    """How alike two names are."""

    SAME: ClassVar[int] = 100
    SPELT_ALIKE: ClassVar[int] = 96
    ALIKE: ClassVar[int] = 85
    SHARES_ONE: ClassVar[int] = 50

    score: int
    ground: str = ""
    compared: bool = False
    """Whether both names were given."""
    whole: bool = False
    """Whether at least two words of each are alike: a single word alone says nothing."""
    distinctive: bool = False
    """Whether more is alike than names that thousands bear."""
    shares_given: bool = False
    """Whether a word that is no common surname is alike."""


@lru_cache(maxsize=20_000)
def tokens(name: str) -> tuple[str, ...]:
    """Return the words of a name in plain lower-case letters, in one form each, without titles and particles."""
    plain = anyascii(name.replace("'", "").replace("’", "").replace("‘", "").replace("ʼ", "")).lower()
    plain = re.sub(r"['`]", "", plain)
    plain = re.sub(r"\b(o|mc|mac)[ -](?=[a-z]{3,})", r"\1", plain)
    words = [word for word in re.split(r"[^a-z]+", plain) if word]
    kept = [word for word in words if word not in _TITLES | _PARTICLES]
    return tuple(_ONE_FORM.get(word) or word for word in kept or words)


def name_key(name: str) -> str:
    """Return the name folded for comparison: its words in plain letters and alphabetical order."""
    return " ".join(sorted(tokens(name)))[:LONGEST_KEY]


def block_tokens(name: str) -> frozenset[str]:
    """Return how the words of a name sound, and how they are spelt; common ones only if there is nothing else."""
    words = tokens(name)
    telling = [word for word in words if word not in _COMMON] or list(words)
    return frozenset(key for word in telling for key in (_sound(word), "=" + word[:4]))


@lru_cache(maxsize=20_000)
def _sound(word: str) -> str:
    # Vowels at the end come and go between spellings (Amina, Aminah), and z and s stand for each other.
    return jellyfish.metaphone(word.rstrip("aeiouhy") or word).replace("Z", "S")[:8] or word[:4]


def likeness_of_names(one: str, other: str) -> Names:
    """Return how alike two names are, whatever their order, hyphens, accents, alphabet and short forms."""
    mine, theirs = tokens(one), tokens(other)
    if not mine or not theirs:
        return Names(0)
    pairs = _pair(mine, theirs)
    shared = [word for word, _, _ in pairs]
    telling = any(word not in _COMMON for word in shared)
    facts: dict[str, Any] = {
        "compared": True, "whole": len(pairs) > 1, "distinctive": telling, "shares_given": telling,
    }  # fmt: skip
    if sorted(mine) == sorted(theirs):
        ground = "same name" if mine == theirs else "same name in another order"
        return Names(100, ground, **facts)
    if _run_together(one, other):
        return Names(98, "same name", **{**facts, "whole": True, "distinctive": True, "shares_given": True})
    if not pairs:
        return Names(0, compared=True)
    return Names(*_scored(mine, theirs, pairs, telling=telling), **facts)


def _scored(
    mine: tuple[str, ...],
    theirs: tuple[str, ...],
    pairs: list[tuple[str, str, float]],
    *,
    telling: bool,
) -> tuple[int, str]:
    """Score names of which some words are alike, and say how."""
    if len(pairs) < min(len(mine), len(theirs)):
        return (50 if telling else 20), "part of the name is the same"
    worst = min(how for _, _, how in pairs)
    if len(pairs) < max(len(mine), len(theirs)):
        return (int(88 * worst) if len(pairs) > 1 else 60), "same name, one with a further part"
    return _spelt(mine, theirs, worst), "name is spelt or sounds alike"


def _spelt(mine: tuple[str, ...], theirs: tuple[str, ...], worst: float) -> int:
    """Score names whose every word is alike: a single slip of the pen is all but the same."""
    slips = OSA.distance(" ".join(sorted(mine)), " ".join(sorted(theirs)))
    return 96 if slips <= 1 and worst >= NEAR else 88


def _run_together(one: str, other: str) -> bool:
    """Return whether the names differ only in where the spaces are: De la Cruz, Delacruz."""
    flat = [re.sub(r"[^a-z]", "", anyascii(name).lower()) for name in (one, other)]
    return flat[0] == flat[1]


def _pair(mine: tuple[str, ...], theirs: tuple[str, ...]) -> list[tuple[str, str, float]]:
    """Pair each word with the one of the other name that is most alike, best first, each used once."""
    options = sorted(
        ((_alike(a, b), i, j) for i, a in enumerate(mine) for j, b in enumerate(theirs)),
        key=lambda option: -option[0],
    )
    used_mine: set[int] = set()
    used_theirs: set[int] = set()
    pairs = []
    for how, i, j in options:
        if how and i not in used_mine and j not in used_theirs:
            used_mine.add(i)
            used_theirs.add(j)
            pairs.append((mine[i], theirs[j], how))
    return pairs


def _bones(word: str) -> str:
    """Return the consonants of a word, or the word if they are too few to know it by."""
    bones = re.sub(r"[aeiouyhw]", "", word)
    return bones if len(bones) >= SHORT - 1 else word


def _vowels(word: str) -> int:
    return len(re.findall(r"[aeiou]", word))


@lru_cache(maxsize=50_000)
def _alike(one: str, other: str) -> float:
    """Return 1 for the same word, less for one that is spelt or sounds like it, 0 for another word."""
    if one == other:
        return 1.0
    if min(len(one), len(other)) == 1:
        return 0.97 if one[0] == other[0] else 0.0  # an initial
    if _bones(one) == _bones(other) and min(_vowels(one), _vowels(other)) == 0:
        return 0.95  # one was written in an alphabet that leaves its vowels out
    close = JaroWinkler.similarity(one, other)
    if min(len(one), len(other)) <= SHORT:
        return 0.97 if one.rstrip("ah") == other.rstrip("ah") else 0.0
    if _sound(one) == _sound(other) and close >= 0.8 and one[0] == other[0]:  # noqa: PLR2004  alike in sound and look
        return 0.97
    slips = OSA.distance(one, other)
    return close if close >= NEAR and slips <= 1 + (len(one) > 9) else 0.0  # noqa: PLR2004  long names bear two slips
