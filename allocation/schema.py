"""The JSON Schema of a dataclass, with each attribute's docstring as its description."""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import Enum
from itertools import pairwise
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from allocation.documents import choices, hints, limits_of

PLAIN = {str: {"type": "string"}, bool: {"type": "boolean"}, date: {"type": "string", "format": "date"}}


def schema(kind: type, title: str) -> dict[str, Any]:
    """Return the schema of a document, in draft 2020-12."""
    found: dict[str, Any] = {}
    _describe(kind, found)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "$ref": f"#/$defs/{kind.__name__}",
        "$defs": found,
    }


def _describe(kind: type, found: dict[str, Any]) -> None:
    """Put a dataclass and all that it holds among the definitions found."""
    found[kind.__name__] = {}
    said = _docstrings(kind)
    properties = {}
    for field_ in fields(kind):
        shape = _shape(hints(kind)[field_.name], limits_of(field_), found)
        properties[field_.name] = shape | ({"description": said[field_.name]} if field_.name in said else {})
    found[kind.__name__] = {
        "type": "object",
        "description": inspect.cleandoc(kind.__doc__ or ""),
        "properties": properties,
        "required": [one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING],
        "additionalProperties": False,
    }


def _shape(kind: Any, limits: tuple[int, int], found: dict[str, Any]) -> dict[str, Any]:
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return {"anyOf": [{"type": "null"} if one is NoneType else _shape(one, limits, found) for one in inside]}
    if origin is dict:
        return {"type": "object", "additionalProperties": _shape(inside[1], limits, found)}
    if origin is tuple and inside[-1] is Ellipsis:
        return {"type": "array", "items": _shape(inside[0], limits, found)}
    if origin is tuple:
        shapes = [_shape(one, limits, found) for one in inside]
        return {"type": "array", "prefixItems": shapes, "items": False, "minItems": len(inside)}
    return _one(kind, limits, found)


def _one(kind: Any, limits: tuple[int, int], found: dict[str, Any]) -> dict[str, Any]:
    if is_dataclass(kind):
        if kind.__name__ not in found:  # type: ignore[union-attr] # A dataclass is a class here, never a value.
            _describe(kind, found)  # type: ignore[arg-type] # The same.
        return {"$ref": f"#/$defs/{kind.__name__}"}  # type: ignore[union-attr] # The same.
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": list(choices(kind))}
    if kind in PLAIN:
        return dict(PLAIN[kind])
    return {"type": "number" if kind is float else "integer", "minimum": limits[0], "maximum": limits[1]}


def _docstrings(kind: type) -> dict[str, str]:
    """Return the text that stands under each attribute in the source."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    found = {}
    for line, under in pairwise(body):
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and isinstance(under, ast.Expr):
            found[line.target.id] = inspect.cleandoc(ast.literal_eval(under.value))
    return found
