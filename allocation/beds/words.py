"""The words that sentences for staff are made of."""

from __future__ import annotations

from collections.abc import Iterable

NEED_WORDS = {"mental_health": "mental health", "self_harm": "self-harm", "alcohol": "alcohol", "drugs": "drugs"}
ACCESS_WORDS = {"step_free": "step-free", "adapted": "adapted for a wheelchair", "ground_floor": "on the ground floor"}
ACCESS_CHANGES = {
    "step_free": "if it had a ramp or lift",
    "adapted": "if it were adapted for a wheelchair",
    "ground_floor": "if it were on the ground floor or had a lift",
}
SPECIALISM_WORDS = {
    "complex_needs": "complex needs",
    "by_and_for_bme": "led by and for Black and minority ethnic women",
}


def and_list(words: Iterable[str]) -> str:
    """Return `a`, `a and b` or `a, b and c`."""
    *first, last = list(words)
    return f"{', '.join(first)} and {last}" if first else last


def count(number: int, one: str, many: str | None = None) -> str:
    """Return `1 child`, `2 children`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def day(value: object) -> str:
    """Return a date as `1 December 2026`."""
    return f"{value:%-d %B %Y}"


def specialism_words(code: str) -> str:
    """Return what a refuge is for as staff read it; a code that nobody gave words reads with spaces."""
    return SPECIALISM_WORDS.get(code, code.replace("_", " "))


def capital(text: str) -> str:
    """Return a text with its first letter large."""
    return text[:1].upper() + text[1:]
