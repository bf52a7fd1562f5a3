"""Checking the audit chain: computed again from its first event, and compared with what was written down elsewhere."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from refuge.audit.chain import CHAINED, FIRST, mac_of
from refuge.audit.models import AuditEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy.orm import Session

AT_A_TIME = 1000


class Head(NamedTuple):
    """The last event of the chain: what an anchor writes down."""

    sequence: int
    mac: str


@dataclass(frozen=True)
class Verdict:
    """What checking the chain found."""

    events: int
    """How many events were checked before anything was wrong."""
    fault: str | None
    """A sentence that names the first bad event, or None."""

    @property
    def sound(self) -> bool:
        """Whether nothing was wrong."""
        return self.fault is None


def head(db: Session) -> Head:
    """Return the last event of the chain; 0 and the first MAC where there is none."""
    last = select(AuditEvent.sequence, AuditEvent.mac).order_by(AuditEvent.sequence.desc()).limit(1)
    row = db.execute(last).first()
    return Head(*row) if row is not None else Head(0, FIRST)


def events_in_order(db: Session) -> Iterator[dict[str, Any]]:
    """Yield every event in the order of the chain, a thousand in memory at a time."""
    columns = [getattr(AuditEvent, name) for name in (*CHAINED, "previous_mac", "mac")]
    query = select(*columns).order_by(AuditEvent.sequence, AuditEvent.id).execution_options(yield_per=AT_A_TIME)
    with db.execute(query) as result:
        for row in result.mappings():
            yield dict(row)


def verify(events: Iterable[Mapping[str, Any]], key: bytes, anchors: Mapping[int, str] | None = None) -> Verdict:
    """Compute the chain again and return what is wrong first, if anything is.

    The chain alone cannot show that its end was cut off: what is left is a good chain. An anchor can.
    """
    anchors = anchors or {}
    count, mac = 0, FIRST
    for event in events:
        fault = _fault_of(event, count + 1, mac, key) or _fault_of_anchor(event, anchors)
        if fault is not None:
            return Verdict(count, fault)
        count, mac = count + 1, event["mac"]
    if anchors and max(anchors) > count:
        return Verdict(
            count, f"The chain ends at event {count}, but event {max(anchors)} was anchored: its end was cut off."
        )
    return Verdict(count, None)


def _fault_of(event: Mapping[str, Any], expected: int, previous: str, key: bytes) -> str | None:
    sequence = event["sequence"]
    if sequence != expected:
        return f"Event {expected} is missing: event {sequence} stands in its place."
    if not hmac.compare_digest(event["previous_mac"], previous):
        return f"Event {sequence} does not follow the event before it: one of the two was put in, moved or changed."
    if not hmac.compare_digest(event["mac"], mac_of(key, dict(event), previous)):
        return f"Event {sequence} is not as it was written."
    return None


def _fault_of_anchor(event: Mapping[str, Any], anchors: Mapping[int, str]) -> str | None:
    anchored = anchors.get(event["sequence"])
    if anchored is None or hmac.compare_digest(anchored, event["mac"]):
        return None
    return f"Event {event['sequence']} is not the one that was anchored: the chain was written anew."
