"""Every rule of a plan, in the order in which they are judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from allocation.sessions.check.case import Case, Held
from allocation.sessions.check.resident import (
    children_are_minded,
    interpreter_is_there,
    resident_is_in_one_session,
    she_can_come,
    those_come_who_must,
)
from allocation.sessions.check.room import has_a_room, is_in_its_house, room_holds_one_session
from allocation.sessions.check.spacing import (
    begins_on_the_grid,
    is_in_its_time,
    lasts_as_long_as_wanted,
    need_is_spaced,
    need_keeps_its_order,
)
from allocation.sessions.check.worker import (
    day_is_not_too_full,
    has_the_right_worker,
    house_changes_seldom,
    is_on_the_rota,
    worker_has_a_break,
    worker_is_in_one_place,
    worker_is_not_away,
)
from allocation.sessions.problem import Wanted
from allocation.sessions.solution import Proposal

PROPOSAL_RULES: tuple[Callable[[Case, Wanted, Proposal], bool], ...] = (
    begins_on_the_grid,
    lasts_as_long_as_wanted,
    is_in_its_time,
    is_in_its_house,
    has_the_right_worker,
    is_on_the_rota,
    worker_is_not_away,
    she_can_come,
    those_come_who_must,
    has_a_room,
    interpreter_is_there,
    children_are_minded,
)
"""What each proposal keeps by itself."""
PLAN_RULES: tuple[Callable[[Case, Sequence[Held]], Iterator[str]], ...] = (
    worker_is_in_one_place,
    resident_is_in_one_session,
    room_holds_one_session,
    day_is_not_too_full,
    house_changes_seldom,
    worker_has_a_break,
    need_is_spaced,
    need_keeps_its_order,
)
"""What all sessions keep together."""
