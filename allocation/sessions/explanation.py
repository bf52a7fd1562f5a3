"""Why a session has no time, and which smallest changes would give it one.

A change is said to help only when it was tried: the problem is changed, the whole plan left as it is, and a time found
that breaks no rule. So nobody else loses anything by it, and solving the changed problem again is at least as good.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from allocation.sessions.calendar import clock, day_said, said
from allocation.sessions.eligibility import LIMITS, Eligibility, people
from allocation.sessions.problem import Booked, Problem, Room, Shift, Span, Wanted, Worker
from allocation.sessions.reasons import BARRIERS
from allocation.sessions.solution import Barrier, Change, Proposal, Unplaced
from allocation.sessions.standing import Context

MOST_CHANGES = 6
MOST_ALIKE = 2
MOST_DAYS = 20
"""On how many further days of workers a time is looked for."""


@dataclass(frozen=True)
class Tried:
    """A change of a problem, to be tried."""

    code: str
    problem: Problem
    sentence: str
    """With `{when}`, `{day}` and `{clock}` for the time that it would give."""


@dataclass
class Explainer:
    """Explains the sessions without a time in one plan."""

    problem: Problem
    proposals: Sequence[Proposal]
    alone: Eligibility = field(init=False)
    """What is possible beside what is fixed, without the plan."""
    standing: tuple[Booked, ...] = field(init=False)
    """The plan as if it were booked."""

    def __post_init__(self) -> None:
        context = Context(self.problem)
        self.alone = Eligibility(context)
        self.standing = tuple(
            Booked(
                one.session,
                one.worker,
                one.house,
                one.from_at,
                one.until_at,
                one.residents,
                one.room,
                context.wanted[one.session].needs_ref,
            )
            for one in self.proposals
            if one.session not in context.decided
        )

    def explain(self, ref: str) -> Unplaced:
        """Return why a session has no time, and what would help."""
        context = self.alone.context
        wanted = context.wanted[ref]
        if ref in context.left:
            return Unplaced(ref, (Barrier("decided", BARRIERS["decided"]),), decided=True)
        house = context.house_of(wanted)
        barriers = tuple(Barrier(code, BARRIERS[code].format(house=house)) for code in self._codes(wanted))
        return Unplaced(ref, barriers, tuple(_once(self._changes(wanted))))

    def _codes(self, wanted: Wanted) -> list[str]:
        """Return what bars a session: first what alone stands in the way, or else where the possible times end."""
        if self.alone.all_starts(wanted):
            return ["used_by_others"]
        workers = [self.alone.context.workers[ref] for ref in sorted(self.alone.context.workers)]
        alone = [code for code in LIMITS if any(self.alone.starts(wanted, one, code) for one in workers)]
        if any(self.alone.starts(wanted, one) for one in workers):
            return sorted(self._day_codes(wanted, workers))
        return alone or [self._last_straw(wanted, workers)]

    def _day_codes(self, wanted: Wanted, workers: Sequence[Worker]) -> set[str]:
        found = (self.alone.day_bars(wanted, one, at) for one in workers for at in self.alone.starts(wanted, one))
        return {code for code in found if code is not None}

    def _last_straw(self, wanted: Wanted, workers: Sequence[Worker]) -> str:
        """Return the limit after which no time is left, taken one after the other."""
        codes = list(LIMITS)
        for place, code in enumerate(codes):
            later = codes[place + 1 :]
            if not any(self.alone.starts_without(wanted, one, later) for one in workers):
                return code
        return codes[-1]

    def _changes(self, wanted: Wanted) -> Iterator[Change]:
        """Return the changes that give it a time while the whole plan stays."""
        for tried in self._worth_trying(wanted):
            context = Context(tried.problem, self.standing)
            found = Eligibility(context).all_starts(context.wanted[wanted.ref])
            ways = [(at, worker) for worker, starts in found.items() for at in starts]
            if ways:
                at, worker = min(ways)
                yield Change(tried.code, self._said(tried, at), at, None if worker in NEW else worker)

    def _said(self, tried: Tried, at: int) -> str:
        days = self.problem.days
        day = days[self.alone.context.day_of(at)]
        return tried.sentence.format(when=said(days, at), day=day_said(day.on), clock=clock(day, at))

    def _worth_trying(self, wanted: Wanted) -> Iterator[Tried]:
        yield from self._of_hers(wanted)
        yield from self._of_the_session(wanted)
        yield from self._of_the_house(wanted)
        yield from self._of_the_rota(wanted)

    def _of_hers(self, wanted: Wanted) -> Iterator[Tried]:
        names = " and ".join(wanted.residents) if wanted.capacity is None else f"{wanted.fewest} of them"
        free = tuple(replace(one, cannot=()) if one.ref in wanted.residents else one for one in self.problem.residents)
        yield Tried("her_times", replace(self.problem, residents=free), f"if {names} could come on {{when}}")

    def _of_the_session(self, wanted: Wanted) -> Iterator[Tried]:
        if wanted.latest_at is not None:
            yield Tried("out_of_time", self._with(replace(wanted, latest_at=None)), "if it could be as late as {when}")
        if wanted.interpreter is not None and wanted.interpreter.windows:
            anytime = replace(wanted.interpreter, windows=())
            yield Tried(
                "interpreter",
                self._with(replace(wanted, interpreter=anytime)),
                "if the interpreter were there on {when}",
            )
        if self.alone.context.apart[wanted.needs_ref]:
            nearer = tuple(
                replace(one, days_apart=0) if one.needs_ref == wanted.needs_ref else one for one in self.problem.wanted
            )
            sentence = "if it could be nearer to the others of its need, on {when}"
            yield Tried("spacing", replace(self.problem, wanted=nearer), sentence)

    def _with(self, wanted: Wanted) -> Problem:
        return replace(
            self.problem, wanted=tuple(wanted if one.ref == wanted.ref else one for one in self.problem.wanted)
        )

    def _of_the_house(self, wanted: Wanted) -> Iterator[Tried]:
        house = self.alone.context.house_of(wanted)
        if wanted.childcare:
            minded = tuple(replace(one, childcare=None) if one.ref == house else one for one in self.problem.houses)
            sentence = f"if somebody minded children at {house} on {{when}}"
            yield Tried("childcare", replace(self.problem, houses=minded), sentence)
        if wanted.needs_room:
            theirs = self.alone.context.rooms_of[house]
            always = (Span(0, self.problem.days[-1].until_at),)
            open_ = tuple(span for room in theirs for span in room.open) or always
            another = Room(NEW[0], house, people(wanted) + 1, open_)
            yield Tried(
                "no_room",
                replace(self.problem, rooms=(*self.problem.rooms, another)),
                f"if {house} had {'another' if theirs else 'a'} room for {people(wanted) + 1}, on {{when}}",
            )

    def _of_the_rota(self, wanted: Wanted) -> Iterator[Tried]:
        context = self.alone.context
        house = context.house_of(wanted)
        right = [one for _ref, one in sorted(context.workers.items()) if LIMITS["no_such_worker"](context, wanted, one)]
        for worker, shift in self._more_days(wanted, right, house)[:MOST_DAYS]:
            more = replace(worker, shifts=(*worker.shifts, shift))
            workers = tuple(more if one.ref == worker.ref else one for one in self.problem.workers)
            sentence = f"if {worker.ref} worked at {house} on {{day}}, at {{clock}}"
            yield Tried("not_on_rota", replace(self.problem, workers=workers), sentence)
        there = [one for one in right if any(house in shift.houses for shift in one.shifts)]
        for worker in there[:1]:
            another = replace(worker, ref=NEW[0], blocked=())
            workers = (*self.problem.workers, another)
            named = wanted if wanted.workers is None else replace(wanted, workers=(*wanted.workers, NEW[0]))
            problem = replace(self._with(named), workers=workers)
            kind = worker.discipline.replace("_", " ")
            yield Tried("worker_busy", problem, f"if another {kind} were at {house} on {{when}}")

    def _more_days(self, wanted: Wanted, workers: Sequence[Worker], house: str) -> list[tuple[Worker, Shift]]:
        """Return the shifts that workers could have on further days, at the hours that they usually work."""
        found = []
        days = self.problem.days
        for place, day in enumerate(days):
            for worker in workers:
                usual = worker.shifts[0] if worker.shifts else None
                there = any(
                    house in one.houses and one.from_at < day.until_at and day.from_at < one.until_at
                    for one in worker.shifts
                )
                if usual is None or there or not 0 <= usual.from_at < days[-1].until_at:
                    continue
                back = days[self.alone.context.day_of(usual.from_at)].until_at - usual.from_at
                shift = Shift(day.until_at - back, day.until_at - back + usual.until_at - usual.from_at, (house,))
                in_time = shift.until_at > max(0, wanted.earliest_at) and shift.from_at < self.alone.context.latest(
                    wanted
                )
                if in_time and (day.on.weekday() < SATURDAY or _weekends(self.problem, worker)):
                    found.append((place, worker.ref, worker, shift))
        return [(worker, shift) for _place, _ref, worker, shift in sorted(found, key=lambda one: one[:2])]


NEW = ("another",)
"""The ref of a room or worker that there is not."""
SATURDAY = 5


def _weekends(problem: Problem, worker: Worker) -> bool:
    """Say whether a worker is on the rota at a weekend at all."""
    return any(
        day.on.weekday() >= SATURDAY and shift.from_at < day.until_at and day.from_at < shift.until_at
        for day in problem.days
        for shift in worker.shifts
    )


def _once(changes: Iterator[Change]) -> Iterator[Change]:
    """Return the changes, no more than two of one kind: one example says as much as ten."""
    count: dict[str, int] = {}
    for change in changes:
        count[change.code] = count.get(change.code, 0) + 1
        if count[change.code] <= MOST_ALIKE and sum(min(one, MOST_ALIKE) for one in count.values()) <= MOST_CHANGES:
            yield change
