"""When each session can take place at all, with whom, and what bars the rest: the hinge of planning.

Each of `LIMITS` says when one rule lets a session begin with one worker. What all of them leave is what the solver may
choose from; what all but one of them leave is what would be possible if that one did not stand.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce

from allocation.sessions.duties import long_shifts, too_much
from allocation.sessions.problem import Room, Span, Wanted, Worker
from allocation.sessions.standing import Context
from allocation.sessions.starts import Ranges, both, clash, either, inside, on_grid, without

EVER: Ranges = [(-(10**9), 10**9)]
NEVER: Ranges = []


def right_worker(_context: Context, wanted: Wanted, worker: Worker) -> Ranges:
    """She is of a discipline that can give it, of the gender asked for, and nobody whom the resident would not see."""
    named = wanted.workers is None or worker.ref in wanted.workers
    trained = not wanted.disciplines or worker.discipline in wanted.disciplines
    suits = wanted.worker_gender is None or worker.gender == wanted.worker_gender
    return EVER if named and trained and suits and worker.ref not in wanted.excluded_workers else NEVER


def in_window(context: Context, wanted: Wanted, _worker: Worker) -> Ranges:
    """It begins no earlier than it can, and ends in its time."""
    low, high = max(0, wanted.earliest_at), context.latest(wanted) - wanted.minutes
    return [(low, high)] if low <= high else []


def on_rota(context: Context, wanted: Wanted, worker: Worker) -> Ranges:
    """She is on the rota at that house from its beginning to its end."""
    house = context.house_of(wanted)
    return either(
        inside([Span(shift.from_at, shift.until_at)], wanted.minutes)
        for shift in worker.shifts
        if house in shift.houses
    )


def not_away(_context: Context, wanted: Wanted, worker: Worker) -> Ranges:
    """Nothing else keeps the worker."""
    return without(EVER, clash(worker.blocked, wanted.minutes))


def her_times(context: Context, wanted: Wanted, _worker: Worker) -> Ranges:
    """Everybody who must come can; to a group, so many as it needs."""
    spans = [(context.residents[ref].cannot) for ref in wanted.residents]
    return _enough(wanted, [without(EVER, clash(cannot, wanted.minutes)) for cannot in spans])


def her_sessions(context: Context, wanted: Wanted, _worker: Worker) -> Ranges:
    """Nobody who must come is in another session that is fixed; to a group, so many as it needs are in none."""
    return _enough(
        wanted, [without(EVER, clash(context.with_her.get(ref, ()), wanted.minutes)) for ref in wanted.residents]
    )


def _enough(wanted: Wanted, free: Sequence[Ranges]) -> Ranges:
    """Return when all of them can, or for a group as many as it needs."""
    if wanted.capacity is None:
        return reduce(both, free)
    edges = sorted(
        [(low, -1) for ranges in free for low, _high in ranges] + [(high, 1) for one in free for _l, high in one]
    )
    found: Ranges = []
    count, began = 0, 0
    for at, edge in edges:
        before, count = count, count - edge
        if before < wanted.fewest <= count:
            began = at
        elif count < wanted.fewest <= before:
            found.append((began, at))
    return found


def a_room(context: Context, wanted: Wanted, _worker: Worker) -> Ranges:
    """Some room of the house that is large enough is open and free."""
    if not wanted.needs_room:
        return EVER
    return either(room_free(context, wanted, room) for room in rooms_for(context, wanted))


def rooms_for(context: Context, wanted: Wanted) -> list[Room]:
    """Return the rooms of its house that hold everybody who may come, and the worker."""
    return [room for room in context.rooms_of[context.house_of(wanted)] if room.capacity > people(wanted)]


def people(wanted: Wanted) -> int:
    """Return how many residents a session's room must hold."""
    return min(len(wanted.residents), wanted.capacity or len(wanted.residents))


def room_free(context: Context, wanted: Wanted, room: Room) -> Ranges:
    """Return when a session can begin in a room, as far as the room goes."""
    used = (*room.blocked, *context.room_used.get(room.ref, ()))
    return without(inside(room.open, wanted.minutes), clash(used, wanted.minutes))


def interpreted(_context: Context, wanted: Wanted, worker: Worker) -> Ranges:
    """Where an interpreter is booked, it takes place while she is there, unless the worker speaks the language."""
    needed = wanted.interpreter
    if needed is None or not needed.windows or needed.language in worker.languages:
        return EVER
    return inside(needed.windows, wanted.minutes)


def minded(context: Context, wanted: Wanted, _worker: Worker) -> Ranges:
    """Somebody minds the children meanwhile, where that is needed and it is known when somebody does."""
    times = context.houses[context.house_of(wanted)].childcare
    return EVER if not wanted.childcare or times is None else inside(times, wanted.minutes)


def apart(context: Context, wanted: Wanted, _worker: Worker) -> Ranges:
    """As many days lie between it and fixed sessions of its need as there must, and it keeps its place among them."""
    days, least = context.problem.days, context.apart[wanted.needs_ref]
    gaps = []
    for place in context.need_days.get(wanted.needs_ref, ()):
        low, high = max(0, place - least + 1), min(len(days) - 1, place + least - 1)
        if low <= high:
            gaps.append((days[low].from_at, days[high].until_at - 1))
    order = context.order[wanted.needs_ref]
    for one in context.fixed:
        if one.ref in order and one.ref != wanted.ref:
            first = order.index(one.ref) < order.index(wanted.ref)
            gaps.append((EVER[0][0], one.until_at - 1) if first else (one.from_at - wanted.minutes + 1, EVER[0][1]))
    return without(EVER, gaps)


LIMITS: dict[str, Callable[[Context, Wanted, Worker], Ranges]] = {
    "no_such_worker": right_worker,
    "out_of_time": in_window,
    "not_on_rota": on_rota,
    "worker_away": not_away,
    "her_times": her_times,
    "in_another_session": her_sessions,
    "no_room": a_room,
    "interpreter": interpreted,
    "childcare": minded,
    "spacing": apart,
}
"""By code of the barrier that a limit is where it stands. A worker's day (`duties`) bars what is left after these."""
OF_SESSION = ("out_of_time", "her_times", "in_another_session", "no_room", "childcare", "spacing")
"""The limits that are the same for every worker."""


@dataclass(frozen=True)
class Choice:
    """One way to place a session: a worker, a day, and beginnings that are worth the same."""

    session: str
    worker: str
    day: int
    starts: tuple[int, ...]
    come: tuple[str, ...]
    """Who comes."""
    gladly: int
    """How many of those who come would rather come then than at another time."""
    again: bool
    """Whether this is what was proposed last time."""
    late: bool


@dataclass
class Eligibility:
    """Everything that is possible for each session by itself, with what is fixed standing."""

    context: Context
    known: dict[tuple[object, ...], Ranges] = field(default_factory=dict)
    """Limits that are the same for many sessions, by what they look at."""
    roomy: dict[tuple[str, int, int], bool] = field(default_factory=dict)

    def starts(self, wanted: Wanted, worker: Worker, lifted: str = "") -> list[int]:
        """Return when a session can begin with a worker, in order, one limit lifted; the worker's day not looked at."""
        return self.starts_without(wanted, worker, (lifted,))

    def starts_without(self, wanted: Wanted, worker: Worker, lifted: Collection[str]) -> list[int]:
        """Return when a session can begin with a worker if some limits did not stand."""
        found = [(0, self.context.problem.days[-1].until_at - wanted.minutes)]
        for code in LIMITS:
            if code not in lifted and found:
                found = both(found, self._limit(code, wanted, worker))
        return on_grid(found, self.context.problem.slot_minutes)

    def _limit(self, code: str, wanted: Wanted, worker: Worker) -> Ranges:
        key: tuple[object, ...] = (code, wanted.ref) if code in OF_SESSION else (code, wanted.ref, worker.ref)
        if code in ("not_on_rota", "worker_away"):
            key = (code, self.context.house_of(wanted), wanted.minutes, worker.ref)
        if key not in self.known:
            self.known[key] = LIMITS[code](self.context, wanted, worker)
        return self.known[key]

    def all_starts(self, wanted: Wanted) -> dict[str, list[int]]:
        """Return by worker when a session can begin: before its deadline wherever that can be met at all."""
        if wanted.ref in self.context.left or wanted.ref in self.context.decided:
            return {}
        found = {}
        for ref in sorted(self.context.workers):
            worker = self.context.workers[ref]
            starts = [at for at in self.starts(wanted, worker) if not self.day_bars(wanted, worker, at)]
            if starts:
                found[ref] = starts
        return in_time_if_it_can_be(wanted, found)

    def day_bars(self, wanted: Wanted, worker: Worker, at: int) -> str | None:
        """Return the code of what bars a worker's day to a session, what is fixed standing."""
        context = self.context
        place = context.day_of(at)
        lines = context.lines.get((worker.ref, place), [])
        if not context.held.get(worker.ref) and self._roomy(worker, wanted.minutes, place):
            return "day_full" if wanted.minutes > context.most_contact(worker, place) else None
        around = [line for line in context.held.get(worker.ref, ()) if line not in lines]
        line = (at, at + wanted.minutes, context.house_of(wanted))
        return too_much(context, worker, place, sorted([*lines, line]), around)

    def _roomy(self, worker: Worker, minutes: int, place: int) -> bool:
        """Say whether any one session leaves time for the break in all shifts of a day."""
        key = (worker.ref, minutes, place)
        if key not in self.roomy:
            rest = worker.long_break
            spare = [
                shift.until_at - shift.from_at - rest.not_in_first - rest.not_in_last
                for shift in long_shifts(self.context, worker, place)
                if rest
            ]
            least = minutes + worker.gap_minutes + 2 * (rest.minutes if rest else 0)
            self.roomy[key] = rest is None or (not worker.blocked and all(one >= least for one in spare))
        return self.roomy[key]

    def choices(self, wanted: Wanted) -> list[Choice]:
        """Return the ways to place a session, beginnings of the same worth put together."""
        gathered: dict[tuple[str, int, tuple[str, ...], int, bool, bool], list[int]] = {}
        for worker, starts in self.all_starts(wanted).items():
            for at in starts:
                gathered.setdefault((worker, *self.worth(wanted, worker, at)), []).append(at)
        return [
            Choice(wanted.ref, worker, day, tuple(starts), come, gladly, again, late)
            for (worker, day, come, gladly, again, late), starts in sorted(gathered.items())
        ]

    def worth(
        self, wanted: Wanted, worker: str, at: int, come: tuple[str, ...] | None = None
    ) -> tuple[int, tuple[str, ...], int, bool, bool]:
        """Return the day of a beginning, who comes, how many gladly, if it was proposed last, and if it is late."""
        context = self.context
        until = at + wanted.minutes
        if come is None:
            come = wanted.residents if wanted.capacity is None else context.who_can(wanted, at)
        gladly = sum(_holds(context.residents[ref].prefers, at, until) for ref in come)
        last = context.last.get(wanted.ref)
        again = last is not None and (last.worker, last.from_at) == (worker, at)
        return context.day_of(at), come, gladly, again, is_late(wanted, at)


def in_time_if_it_can_be(wanted: Wanted, found: dict[str, list[int]]) -> dict[str, list[int]]:
    """Return the beginnings that meet the deadline if there are any, or else all."""
    in_time = {ref: [at for at in starts if not is_late(wanted, at)] for ref, starts in found.items()}
    in_time = {ref: starts for ref, starts in in_time.items() if starts}
    return in_time or found


def is_late(wanted: Wanted, at: int) -> bool:
    """Say whether a session that begins then ends after its deadline."""
    return wanted.deadline_at is not None and at + wanted.minutes > wanted.deadline_at


def _holds(spans: Iterable[Span], from_at: int, until_at: int) -> bool:
    return any(span.from_at <= from_at and until_at <= span.until_at for span in spans)
