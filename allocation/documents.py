"""JSON to dataclasses and back, strictly, by their type hints: for problems that are kept, sent or written by hand.

Dates are `2026-12-01`, numbered levels are their names in small letters (`high`). What has no default must be there;
a key that is not known is refused with the nearest that is, and one that stands twice is refused too.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from difflib import get_close_matches
from enum import Enum, IntEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

LARGEST = 1_000_000
"""The largest whole number that a document may hold where nothing else is said."""


class BadProblem(ValueError):  # noqa: N818 — named for what is bad, like Refused.
    """A document that cannot be read: `path` says where the fault is, `sentence` what is needed."""

    def __init__(self, path: str, sentence: str) -> None:
        super().__init__(f"{path}: {sentence}" if path else sentence)
        self.path = path
        self.sentence = sentence


class Doubled(dict[str, Any]):
    """An object in which a key stands twice: JSON allows that, and one of the two would be lost in silence."""

    key: str = ""
    """The first that does."""


def parse(text: str) -> object:
    """Return what a JSON text tells; raise BadProblem where it is no JSON or more than anybody means."""
    try:
        return json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise BadProblem("", f"this is not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise BadProblem("", "lists and objects stand in one another too deep") from None
    except ValueError:  # Python refuses to read such a number.
        raise BadProblem("", "a number has thousands of digits") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    doubled, times = Doubled(found), Counter(key for key, _value in pairs)
    doubled.key = next(key for key in found if times[key] > 1)
    return doubled


@cache
def hints(kind: type) -> dict[str, Any]:
    """Return the types of a dataclass's fields by name."""
    return get_type_hints(kind)


def limits_of(field_: Field[Any]) -> tuple[int, int]:
    """Return the smallest and largest whole number that a field takes."""
    found = field_.metadata.get("limits", (0, LARGEST))
    return int(found[0]), int(found[1])


def read(kind: Any, told: object, path: str = "", limits: tuple[int, int] = (0, LARGEST)) -> Any:
    """Return what was told as a value of `kind`; raise BadProblem with the path where it cannot be."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return None if told is None else read(_not_none(kind), told, path, limits)
    if origin is tuple:
        return _read_tuple(get_args(kind), told, path, limits)
    if origin is dict:
        return _read_dict(get_args(kind)[1], told, path)
    if is_dataclass(kind):
        return _read_object(kind, told, path)  # type: ignore[arg-type] # A dataclass is a class here, never a value.
    return _read_plain(kind, told, path, limits)


def _not_none(kind: Any) -> Any:
    return next(option for option in get_args(kind) if option is not NoneType)


def _read_tuple(kinds: tuple[Any, ...], told: object, path: str, limits: tuple[int, int]) -> tuple[Any, ...]:
    if not isinstance(told, list):
        raise BadProblem(path, f"a list is needed, not {shown(told)}")
    if kinds[-1] is Ellipsis:
        return tuple(read(kinds[0], one, f"{path}[{place}]", limits) for place, one in enumerate(told))
    if len(told) != len(kinds):
        raise BadProblem(path, f"a list of {len(kinds)} is needed, not of {len(told)}")
    return tuple(
        read(kind, one, f"{path}[{place}]", limits) for place, (kind, one) in enumerate(zip(kinds, told, strict=True))
    )


def _pairs(told: object, path: str) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise BadProblem(path, f"an object is needed, not {shown(told)}")
    if isinstance(told, Doubled):
        raise BadProblem(_under(path, told.key), "this key stands here twice")
    return told


def _under(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _read_dict(kind: Any, told: object, path: str) -> dict[str, Any]:
    pairs = _pairs(told, path)
    return {_text(key, path): read(kind, value, _under(path, key)) for key, value in pairs.items()}


def _read_object(kind: type, told: object, path: str) -> Any:
    pairs = _pairs(told, path)
    known = {field_.name: field_ for field_ in fields(kind)}
    _refuse_unknown(pairs, tuple(known), path)
    values = {}
    for name, field_ in known.items():
        where = _under(path, name)
        if name in pairs:
            values[name] = read(hints(kind)[name], pairs[name], where, limits_of(field_))
        elif field_.default is MISSING and field_.default_factory is MISSING:
            raise BadProblem(where, "this is missing")
    return kind(**values)


def _refuse_unknown(told: Mapping[str, object], known: tuple[str, ...], path: str) -> None:
    for key in told:
        if key not in known:
            raise BadProblem(_under(path, key), f"there is no such key; {nearest(key, known)}")


def nearest(word: str, known: tuple[str, ...]) -> str:
    """Return a hint at what may have been meant."""
    close = get_close_matches(word, known, n=1)
    return f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"


def _read_plain(kind: Any, told: object, path: str, limits: tuple[int, int]) -> Any:
    if kind is date:
        return _read_date(told, path)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _read_choice(kind, told, path)
    if kind is str:
        return _text(told, path)
    if kind is bool:
        if not isinstance(told, bool):
            raise BadProblem(path, f"true or false is needed, not {shown(told)}")
        return told
    return _read_number(kind, told, path, limits)


def _text(told: object, path: str) -> str:
    """Return a text that can be written again: half of a character, which JSON can escape, cannot."""
    if not isinstance(told, str) or any("\ud800" <= one <= "\udfff" for one in told):
        raise BadProblem(path, f"a text is needed, not {shown(told)}")
    return told


def _read_number(kind: Any, told: object, path: str, limits: tuple[int, int]) -> Any:
    low, high = limits
    fits = isinstance(told, (int, float) if kind is float else int) and not isinstance(told, bool)
    if not fits or not low <= told <= high:  # type: ignore[operator] # It fits only where it is a number.
        words = "number" if kind is float else "whole number"
        raise BadProblem(path, f"a {words} from {low} to {high} is needed, not {shown(told)}")
    return float(told) if kind is float else told  # type: ignore[arg-type] # The same.


def _read_date(told: object, path: str) -> date:
    try:
        found = date.fromisoformat(told)  # type: ignore[arg-type] # What is no text raises a TypeError.
    except (TypeError, ValueError):
        found = None
    if found is None or found.isoformat() != told:  # Python takes 20261201 and 2026-W49-2 too; the schema does not.
        raise BadProblem(path, f"a date like 2026-12-01 is needed, not {shown(told)}")
    return found


def choices(kind: type[Enum]) -> dict[str, Enum]:
    """Return what a document may say for each member of an enum."""
    return {member.name.lower() if issubclass(kind, IntEnum) else member.value: member for member in kind}


def _read_choice(kind: type[Enum], told: object, path: str) -> Enum:
    found = choices(kind)
    if not isinstance(told, str) or told not in found:
        raise BadProblem(path, f"one of {', '.join(found)} is needed, not {shown(told)}")
    return found[told]


def shown(told: object) -> str:
    """Return what was told as JSON, cut short."""
    text = json.dumps(told, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 — what fits beside the sentence.


def write(value: object) -> Any:
    """Return a dataclass as what `json.dumps` takes; `read` gives the same value back."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field_.name: write(getattr(value, field_.name)) for field_ in fields(value)}
    if isinstance(value, Enum):
        return value.name.lower() if isinstance(value, IntEnum) else value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: write(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [write(one) for one in value]
    return value
