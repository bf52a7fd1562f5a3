"""How an audit event is sealed: a MAC over what it says and the MAC before it."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC
from typing import Any

FIRST = "0" * 64
"""The MAC before the first event."""
CHAINED = (
    "sequence", "at", "actor_ref", "agency_ref", "role", "action", "subject_ref", "facts", "request_id", "source",
)  # fmt: skip
"""The fields that the seal covers: all but the seal itself and the row's number."""


def mac_of(key: bytes, fields: dict[str, Any], previous_mac: str) -> str:
    """Return the MAC of one event: HMAC-SHA-256 over canonical JSON of its fields and the MAC before it."""
    told = {name: fields[name] for name in CHAINED}
    told["at"] = fields["at"].astimezone(UTC).isoformat()
    text = json.dumps([previous_mac, told], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
