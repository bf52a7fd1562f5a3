"""Which referrals are one household, known by a keyed pseudonym: nobody without the key can make one from a name."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

PURPOSE = b"household pseudonym"
BYTES = 8
"""Of the keyed digest: two of a million households meet by chance once in ten million counts."""


def pseudonym_key(secret: bytes) -> bytes:
    """Return the key of pseudonyms, derived from a secret of the installation for this purpose only."""
    return hmac.digest(secret, PURPOSE, hashlib.sha256)


def pseudonym(key: bytes, *, name_key: str, born_on: date | None, number: int) -> int:
    """Return what a household is counted under.

    A name and a birth date make the same woman the same household; without both, a referral stands for itself.
    """
    told = f"{name_key}|{born_on.isoformat()}" if name_key and born_on is not None else f"#{number}"
    return int.from_bytes(hashlib.blake2b(told.encode(), key=key, digest_size=BYTES).digest(), "big", signed=True)


class Same:
    """Households that a worker said are one woman, joined: whatever joins two of their referrals joins them all."""

    def __init__(self) -> None:
        self._stands_for: dict[int, int] = {}

    def join(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Take note of pairs that are one."""
        for one, other in pairs:
            low, high = sorted((self.of(one), self.of(other)))
            if low != high:
                self._stands_for[high] = low

    def of(self, household: int) -> int:
        """Return what this household is counted under."""
        found = household
        while (above := self._stands_for.get(found)) is not None:
            found = above
        while household != found:  # so that the way is short next time
            above, self._stands_for[household] = self._stands_for[household], found
            household = above
        return found
