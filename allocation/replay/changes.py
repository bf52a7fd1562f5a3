"""How a network might have been: one bed, place, limit or shift more. Each change says in words what it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from allocation.beds.problem import Refuge
from allocation.replay.history import History, Room

ALSO = "+"
"""What the ref of a bed that never was ends in."""


class Kind(StrEnum):
    """What is changed."""

    ONE_MORE_BED = "one_more_bed"
    """`of`: a bed; one more like it, at the same refuge."""
    STEP_FREE = "step_free"
    """`of`: a bed; it is step-free and adapted."""
    FUNDED_PLACES = "funded_places"
    """`of`: a refuge; `by` more places funded for women with no recourse to public funds."""
    SON_AGE_LIMIT = "son_age_limit"
    """`of`: a refuge; sons may be `by` years older."""
    HIGH_SUPPORT_PLACES = "high_support_places"
    """`of`: a refuge; `by` more residents at a time may need high support: what a worker-day more is taken to give."""
    ROUND_THE_CLOCK = "round_the_clock"
    """`of`: a refuge; staff are there at every hour."""


OLDEST = 17


@dataclass(frozen=True)
class Change:
    """One way in which the network might have been different all through the period."""

    kind: Kind
    of: str
    """The ref of the bed or refuge that is changed."""
    by: int = 1
    """How many more; nothing for kinds that are so or not."""


class NoSuchPlace(ValueError):  # noqa: N818  an answer that people read, not a fault
    """A change names a bed or refuge that the history does not have. `str()` is the sentence for whoever asked."""


def changed(history: History, change: Change) -> History:
    """Return the history of the network as it might have been. Raise NoSuchPlace where there is nothing to change."""
    return _WAYS[change.kind](history, change)


def _one_more_bed(history: History, change: Change) -> History:
    like = _room(history, change.of)
    twins = tuple(
        replace(like, bed=replace(like.bed, ref=f"{like.bed.ref}{ALSO * number}")) for number in range(1, change.by + 1)
    )
    return replace(history, rooms=(*history.rooms, *twins))


def _step_free(history: History, change: Change) -> History:
    _room(history, change.of)
    rooms = (
        replace(room, bed=replace(room.bed, step_free=True, adapted=True)) if room.bed.ref == change.of else room
        for room in history.rooms
    )
    return replace(history, rooms=tuple(rooms))


def _refuge(act: Callable[[Refuge, int], Refuge]) -> Callable[[History, Change], History]:
    def change_refuge(history: History, change: Change) -> History:
        if all(refuge.ref != change.of for refuge in history.refuges):
            raise NoSuchPlace(f"There is no refuge {change.of} in this period.")
        refuges = (act(refuge, change.by) if refuge.ref == change.of else refuge for refuge in history.refuges)
        return replace(history, refuges=tuple(refuges))

    return change_refuge


def _older_sons(refuge: Refuge, by: int) -> Refuge:
    if refuge.son_age_limit is None:
        return refuge
    return replace(refuge, son_age_limit=min(OLDEST, refuge.son_age_limit + by))


_WAYS: dict[Kind, Callable[[History, Change], History]] = {
    Kind.ONE_MORE_BED: _one_more_bed,
    Kind.STEP_FREE: _step_free,
    Kind.FUNDED_PLACES: _refuge(lambda refuge, by: replace(refuge, nrpf_places=refuge.nrpf_places + by)),
    Kind.SON_AGE_LIMIT: _refuge(_older_sons),
    Kind.HIGH_SUPPORT_PLACES: _refuge(
        lambda refuge, by: replace(refuge, high_support_places=refuge.high_support_places + by)
    ),
    Kind.ROUND_THE_CLOCK: _refuge(lambda refuge, _by: replace(refuge, round_the_clock=True)),
}


def _room(history: History, ref: str) -> Room:
    found = next((room for room in history.rooms if room.bed.ref == ref), None)
    if found is None:
        raise NoSuchPlace(f"There is no bed {ref} in this period.")
    return found
