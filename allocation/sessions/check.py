"""Judges a plan from the problem alone: it shares no line with what solved it, and knows no limit but its own.

Every rule is derived here a second time, straight from the problem's data, so that one mistake cannot hide another.
What is booked or was decided by a person may break rules by itself; nothing that is proposed may break one with it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from allocation.sessions.problem import Problem, Resident, Room, Shift, Span, Wanted, Worker
from allocation.sessions.solution import Proposal, Solution


@dataclass(frozen=True)
class Broken:
    """A rule that a plan breaks."""

    rule: str
    session: str
    sentence: str


@dataclass(frozen=True)
class Held:
    """A session that takes place if the plan does: booked, decided or proposed."""

    ref: str
    worker: str
    house: str
    room: str | None
    from_at: int
    until_at: int
    residents: tuple[str, ...]
    need: str
    fixed: bool


@dataclass
class Case:
    """A problem with its look-ups."""

    problem: Problem
    wanted: dict[str, Wanted] = field(init=False)
    workers: dict[str, Worker] = field(init=False)
    residents: dict[str, Resident] = field(init=False)
    rooms: dict[str, Room] = field(init=False)
    decided: dict[str, tuple[str, int, str | None] | None] = field(init=False)

    def __post_init__(self) -> None:
        self.wanted = {one.ref: one for one in self.problem.wanted}
        self.workers = {one.ref: one for one in self.problem.workers}
        self.residents = {one.ref: one for one in self.problem.residents}
        self.rooms = {one.ref: one for one in self.problem.rooms}
        self.decided = {
            one.session: None if one.worker is None else (one.worker, one.from_at, one.room)
            for one in self.problem.decisions
        }

    def house(self, wanted: Wanted) -> str:
        """Return where a session takes place."""
        return wanted.house if wanted.house is not None else self.residents[wanted.residents[0]].house

    def booked(self) -> list[Held]:
        """Return what is booked."""
        return [
            Held(
                one.ref, one.worker, one.house, one.room, one.from_at, one.until_at, one.residents, one.need, fixed=True
            )
            for one in self.problem.booked
        ]

    def held(self, one: Proposal) -> Held:
        """Return a proposal as it would be held."""
        wanted = self.wanted[one.session]
        need = wanted.need or wanted.ref
        fixed = one.session in self.decided
        return Held(one.session, one.worker, one.house, one.room, one.from_at, one.until_at, one.residents, need, fixed)

    def way(self, one: str, other: str) -> int | None:
        """Return the minutes from house to house; None where nobody goes that way on one day."""
        if one == other:
            return 0
        told = {(way.from_house, way.to_house): way.minutes for way in self.problem.travel}
        return told.get((one, other), told.get((other, one)))

    def day(self, at: int) -> int:
        """Return the number of the day of an instant, -1 before the first, and their count after the last."""
        return (
            sum(day.from_at <= at for day in self.problem.days) - 1
            if at < self.problem.days[-1].until_at
            else len(self.problem.days)
        )


def overlap(one: Span | Held | Proposal, other: Span | Held | Proposal) -> bool:
    """Say whether two things last at the same time."""
    return one.from_at < other.until_at and other.from_at < one.until_at


def within(one: Span | Held | Proposal, spans: Sequence[Span | Shift]) -> bool:
    """Say whether something lies inside one of some times; times that touch or overlap count as one."""
    reached = one.from_at
    for span in sorted(spans, key=lambda span: span.from_at):
        if span.from_at <= reached:
            reached = max(reached, span.until_at) if span.until_at >= reached else reached
    return any(span.from_at <= one.from_at for span in spans) and reached >= one.until_at


def begins_on_the_grid(case: Case, _wanted: Wanted, one: Proposal) -> bool:
    """A session begins at a multiple of the slot."""
    return one.from_at % case.problem.slot_minutes == 0


def lasts_as_long_as_wanted(_case: Case, wanted: Wanted, one: Proposal) -> bool:
    """A session lasts as long as it was asked for."""
    return one.until_at - one.from_at == wanted.minutes


def is_in_its_time(case: Case, wanted: Wanted, one: Proposal) -> bool:
    """A session begins no earlier and ends no later than it makes sense, on the days of the plan."""
    ends_by = case.problem.days[-1].until_at
    latest = ends_by if wanted.latest_at is None else min(wanted.latest_at, ends_by)
    return max(0, wanted.earliest_at) <= one.from_at and one.until_at <= latest


def is_in_its_house(case: Case, wanted: Wanted, one: Proposal) -> bool:
    """A session takes place where its residents live, or where it was asked for."""
    return one.house == case.house(wanted)


def has_the_right_worker(case: Case, wanted: Wanted, one: Proposal) -> bool:
    """The worker is of a kind that can give it, and nobody is excluded who gives it."""
    worker = case.workers[one.worker]
    if wanted.workers is not None and worker.ref not in wanted.workers:
        return False
    if wanted.disciplines and worker.discipline not in wanted.disciplines:
        return False
    return worker.ref not in wanted.excluded_workers and wanted.worker_gender in (None, worker.gender)


def is_on_the_rota(case: Case, _wanted: Wanted, one: Proposal) -> bool:
    """The worker is on the rota at that house, in one shift, from its beginning to its end."""
    return any(
        one.house in shift.houses and shift.from_at <= one.from_at and one.until_at <= shift.until_at
        for shift in case.workers[one.worker].shifts
    )


def worker_is_not_away(case: Case, _wanted: Wanted, one: Proposal) -> bool:
    """Nothing else keeps the worker."""
    return not any(overlap(span, one) for span in case.workers[one.worker].blocked)


def she_can_come(case: Case, _wanted: Wanted, one: Proposal) -> bool:
    """Nobody is asked to come when she can't."""
    return not any(overlap(span, one) for ref in one.residents for span in case.residents[ref].cannot)


def those_come_who_must(_case: Case, wanted: Wanted, one: Proposal) -> bool:
    """Everybody comes whom it is for; to a group no more than it takes and no fewer than it needs."""
    if wanted.capacity is None:
        return sorted(one.residents) == sorted(wanted.residents)
    named = len(set(one.residents)) == len(one.residents) and set(one.residents) <= set(wanted.residents)
    return named and wanted.fewest <= len(one.residents) <= wanted.capacity


def has_a_room(case: Case, wanted: Wanted, one: Proposal) -> bool:
    """Where a room is needed, it is one of that house, large enough, open, and not used for something else."""
    if not wanted.needs_room:
        return one.room is None
    if one.room is None or case.rooms[one.room].house != one.house:
        return False
    room = case.rooms[one.room]
    most = len(wanted.residents) if wanted.capacity is None else min(wanted.capacity, len(wanted.residents))
    free = not any(overlap(span, one) for span in room.blocked)
    return free and room.capacity >= most + 1 and within(one, room.open)


def interpreter_is_there(case: Case, wanted: Wanted, one: Proposal) -> bool:
    """Where an interpreter is booked and the worker does not speak the language, she is there all the time."""
    needed = wanted.interpreter
    if needed is None or needed.language in case.workers[one.worker].languages:
        return True
    return not needed.windows or within(one, needed.windows)


def children_are_minded(case: Case, wanted: Wanted, one: Proposal) -> bool:
    """Where children must be minded and it is known when somebody does, it is then."""
    times = next(house.childcare for house in case.problem.houses if house.ref == one.house)
    return not wanted.childcare or times is None or within(one, times)


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


def worker_is_in_one_place(case: Case, held: Sequence[Held]) -> Iterator[str]:
    """A worker has the gap, and the way where the house changes, between one session and the next."""
    for lines in _by_worker(held).values():
        for one, other in pairwise(lines):
            way = case.way(one.house, other.house)
            gap = case.workers[one.worker].gap_minutes
            late = way is None and _same_day(case, one, other)
            if not (one.fixed and other.fixed) and (late or other.from_at < one.until_at + gap + (way or 0)):
                yield other.ref if one.fixed else one.ref


def _by_worker(held: Sequence[Held]) -> dict[str, list[Held]]:
    found: dict[str, list[Held]] = defaultdict(list)
    for one in sorted(held, key=lambda one: (one.from_at, one.until_at, one.house)):
        found[one.worker].append(one)
    return found


def _same_day(case: Case, one: Held, other: Held) -> bool:
    return case.day(one.from_at) == case.day(other.from_at)


def resident_is_in_one_session(_case: Case, held: Sequence[Held]) -> Iterator[str]:
    """A resident is in one session at a time."""
    yield from _twice_at_a_time(held, lambda one: one.residents)


def room_holds_one_session(_case: Case, held: Sequence[Held]) -> Iterator[str]:
    """A room holds one session at a time."""
    yield from _twice_at_a_time(held, lambda one: () if one.room is None else (one.room,))


def _twice_at_a_time(held: Sequence[Held], uses: Callable[[Held], tuple[str, ...]]) -> Iterator[str]:
    using: dict[str, list[Held]] = defaultdict(list)
    for one in held:
        for used in uses(one):
            using[used].append(one)
    for lines in using.values():
        for place, one in enumerate(lines):
            for other in lines[place + 1 :]:
                if overlap(one, other) and not (one.fixed and other.fixed):
                    yield other.ref if one.fixed else one.ref


def day_is_not_too_full(case: Case, held: Sequence[Held]) -> Iterator[str]:
    """A worker's sessions of a day are no longer than her longest day, and leave free what is kept free."""
    for worker, place, lines in _days(case, held):
        proposed = [one.ref for one in lines if not one.fixed]
        day = case.problem.days[place]
        minutes = {
            at
            for shift in worker.shifts
            for at in range(max(shift.from_at, day.from_at), min(shift.until_at, day.until_at))
        }
        most = min(worker.longest_contact_minutes, len(minutes) * (100 - worker.free_percent) // 100)
        if proposed and sum(one.until_at - one.from_at for one in lines) > most:
            yield proposed[-1]


def house_changes_seldom(case: Case, held: Sequence[Held]) -> Iterator[str]:
    """A worker changes house on a day no more often than she may, or than what is fixed makes her."""
    for worker, _place, lines in _days(case, held):
        proposed = [one.ref for one in lines if not one.fixed]
        must = _changes([one for one in lines if one.fixed])
        if proposed and _changes(lines) > max(worker.changes_a_day, must):
            yield proposed[-1]


def _changes(lines: Sequence[Held]) -> int:
    return len([1 for one, other in pairwise(lines) if one.house != other.house])


def _days(case: Case, held: Sequence[Held]) -> Iterator[tuple[Worker, int, list[Held]]]:
    """Return each worker's days with what is held on them, in order of time."""
    for ref, lines in _by_worker(held).items():
        for place in sorted({case.day(one.from_at) for one in lines}):
            if 0 <= place < len(case.problem.days):
                yield case.workers[ref], place, [one for one in lines if case.day(one.from_at) == place]


def worker_has_a_break(case: Case, held: Sequence[Held]) -> Iterator[str]:
    """A worker has the break in each long shift, where what is fixed leaves one."""
    for ref, lines in _by_worker(held).items():
        worker = case.workers[ref]
        for shift in worker.shifts:
            touching = [one.ref for one in lines if not one.fixed and overlap(one, Span(shift.from_at, shift.until_at))]
            fixed = [one for one in lines if one.fixed]
            if touching and _breaks(case, worker, shift, fixed) and not _breaks(case, worker, shift, lines):
                yield touching[-1]


def _breaks(case: Case, worker: Worker, shift: Shift, lines: Sequence[Held]) -> bool:
    """Say whether a break fits into a shift: if it does, it does right at its earliest or right after something."""
    rest = worker.long_break
    if rest is None or shift.until_at - shift.from_at < rest.in_shifts_from:
        return True
    first, last = shift.from_at + rest.not_in_first, shift.until_at - rest.not_in_last - rest.minutes
    ends = [first, *(span.until_at for span in worker.blocked)]
    for place, one in enumerate(lines):
        following = lines[place + 1].house if place + 1 < len(lines) else one.house
        ends += [
            one.until_at + worker.gap_minutes,
            one.until_at + worker.gap_minutes + (case.way(one.house, following) or 0),
        ]
    return any(first <= at <= last and _rests(case, worker, Span(at, at + rest.minutes), lines) for at in ends)


def _rests(case: Case, worker: Worker, rest: Span, lines: Sequence[Held]) -> bool:
    gap = worker.gap_minutes
    if any(overlap(rest, span) for span in worker.blocked):
        return False
    if any(one.from_at < rest.until_at and rest.from_at < one.until_at + gap for one in lines):
        return False
    before = [one for one in lines if one.until_at + gap <= rest.from_at]
    after = [one for one in lines if rest.until_at <= one.from_at]
    if not before or not after:
        return True
    way = case.way(before[-1].house, after[0].house) or 0
    return rest.from_at - before[-1].until_at - gap >= way or after[0].from_at - rest.until_at >= way


def need_is_spaced(case: Case, held: Sequence[Held]) -> Iterator[str]:
    """Sessions of a need are as many days apart as any of them asks for."""
    least: dict[str, int] = defaultdict(int)
    for wanted in case.problem.wanted:
        least[wanted.need or wanted.ref] = max(least[wanted.need or wanted.ref], wanted.days_apart)
    meeting = [one for one in held if one.need]
    for place, one in enumerate(meeting):
        for other in meeting[place + 1 :]:
            near = one.need == other.need and abs(case.day(one.from_at) - case.day(other.from_at)) < least[one.need]
            if near and not (one.fixed and other.fixed):
                yield other.ref if one.fixed else one.ref


def need_keeps_its_order(case: Case, held: Sequence[Held]) -> Iterator[str]:
    """Sessions of a need take place in the order in which they can begin, then must end, then of their refs."""
    ends_by = case.problem.days[-1].until_at

    def turn(one: Held) -> tuple[int, int, str]:
        wanted = case.wanted[one.ref]
        return wanted.earliest_at, min(wanted.latest_at or ends_by, ends_by), wanted.ref

    by_need: dict[str, list[Held]] = defaultdict(list)
    for one in held:
        if one.ref in case.wanted and not one.fixed:
            by_need[one.need].append(one)
    for lines in by_need.values():
        for one, other in pairwise(sorted(lines, key=turn)):
            if one.until_at > other.from_at:
                yield other.ref


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


def broken_rules(problem: Problem, solution: Solution) -> list[Broken]:
    """Return every rule that a plan breaks."""
    case = Case(problem)
    unknown = list(_unknown(case, solution))
    if unknown:
        return unknown
    return [
        *_everyone_answered(case, solution),
        *_decisions_kept(case, solution),
        *_each_by_itself(case, solution),
        *_all_together(case, solution),
        *_deadlines(case, solution),
    ]


def _unknown(case: Case, solution: Solution) -> Iterator[Broken]:
    houses = {house.ref for house in case.problem.houses}
    for one in solution.proposals:
        known = one.session in case.wanted and one.worker in case.workers and one.house in houses
        if not known or one.room not in {None, *case.rooms} or not set(one.residents) <= set(case.residents):
            yield Broken("known_refs", one.session, "There is no such session, worker, house, room or resident.")


def _everyone_answered(case: Case, solution: Solution) -> Iterator[Broken]:
    answered = Counter(one.session for one in solution.proposals)
    answered.update(one.session for one in solution.unplaced)
    for ref in case.wanted:
        if answered[ref] != 1:
            yield Broken("everyone_answered", ref, "It is not either placed or unplaced, once.")


def _decisions_kept(case: Case, solution: Solution) -> Iterator[Broken]:
    given = {one.session: (one.worker, one.from_at, one.room) for one in solution.proposals}
    for ref, told in case.decided.items():
        if given.get(ref) != told:
            yield Broken("decisions_kept", ref, "A person decided otherwise.")


def _each_by_itself(case: Case, solution: Solution) -> Iterator[Broken]:
    for one in solution.proposals:
        if one.session not in case.decided:
            wanted = case.wanted[one.session]
            for rule in PROPOSAL_RULES:
                if not rule(case, wanted, one):
                    yield _broken(rule, one.session)


def _broken(rule: Callable[..., object], session: str) -> Broken:
    return Broken(getattr(rule, "__name__", ""), session, f"It breaks a rule: {rule.__doc__}")


def _all_together(case: Case, solution: Solution) -> Iterator[Broken]:
    held = [*case.booked(), *(case.held(one) for one in solution.proposals)]
    for rule in PLAN_RULES:
        for session in rule(case, held):
            yield _broken(rule, session)


def _deadlines(case: Case, solution: Solution) -> Iterator[Broken]:
    """Judge what ends after its deadline: it says so, and no time before it was possible with what is fixed."""
    fixed = [*case.booked(), *(case.held(one) for one in solution.proposals if one.session in case.decided)]
    for one in solution.proposals:
        wanted = case.wanted[one.session]
        late = wanted.deadline_at is not None and one.until_at > wanted.deadline_at
        if late != one.late:
            yield Broken("late_is_said", one.session, "It does not say rightly whether it is late.")
        if late and one.session not in case.decided and _could_be_in_time(case, wanted, fixed):
            yield Broken("deadline_kept_where_it_can_be", one.session, "A time before its deadline was possible.")


def _could_be_in_time(case: Case, wanted: Wanted, fixed: Sequence[Held]) -> bool:
    return any(
        all(rule(case, wanted, one) for rule in PROPOSAL_RULES)
        and not any(True for rule in PLAN_RULES for _session in rule(case, [*fixed, case.held(one)]))
        for one in _every_way(case, wanted, fixed)
        if wanted.deadline_at is not None and one.until_at <= wanted.deadline_at
    )


def _every_way(case: Case, wanted: Wanted, fixed: Sequence[Held]) -> Iterator[Proposal]:
    """Return a proposal for every worker, every beginning and every room."""
    house = case.house(wanted)
    rooms = [room.ref for room in case.problem.rooms if room.house == house] if wanted.needs_room else [None]
    end = case.problem.days[-1].until_at
    for at in range(0, end, case.problem.slot_minutes):
        until = at + wanted.minutes
        come = tuple(
            ref for ref in wanted.residents if wanted.capacity is None or _is_free(case, fixed, ref, Span(at, until))
        )[: wanted.capacity]
        for worker in case.workers:
            for room in rooms:
                yield Proposal(wanted.ref, worker, house, room, at, until, come)


def _is_free(case: Case, fixed: Sequence[Held], ref: str, span: Span) -> bool:
    cannot = any(overlap(one, span) for one in case.residents[ref].cannot)
    return not cannot and not any(ref in one.residents and overlap(one, span) for one in fixed)
