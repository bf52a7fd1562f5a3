"""The words that leave by e-mail: they name nobody, no place, no service and no reason (`security.md` SAF-08)."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Template(StrEnum):
    """What is said."""

    DIGEST = "digest"


class Said(NamedTuple):
    """Subject and text of an e-mail."""

    subject: str
    text: str


SAYS: dict[Template, Said] = {
    Template.DIGEST: Said(
        "Allocations",
        "Something waits for you today. Sign in to read it.\n\n"
        "You get this at most once a day. You can change the time, or end it, on your account page.\n",
    ),
}
