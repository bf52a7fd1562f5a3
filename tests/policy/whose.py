"""Whose person, agency or house stands in each relation to a reader."""

from __future__ import annotations

PEOPLE_OF = {"other": "recovery", "hidden": "recovery", "elsewhere": "worker.elsewhere"}
"""Whose worker, day or workshop it is, unless it is of the reader's own agency."""
REFUGES = {"own": "WALL", "other": "Panahghar", "hidden": "Panahghar", "elsewhere": "Elsewhere"}
