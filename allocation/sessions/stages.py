"""Solves one part goal by goal: what a goal reached is kept while the next is sought, and each has its own bound."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from allocation.lexicographic import Reached
from allocation.sessions.allotting import rooms_of_plan
from allocation.sessions.eligibility import Choice
from allocation.sessions.goals import GOALS, totals
from allocation.sessions.greedy import Plan, by_hand, merged
from allocation.sessions.model import Model
from allocation.sessions.parts import strands_of
from allocation.sessions.problem import Wanted
from allocation.sessions.standing import Context

SEED = 1
ALONE = 0.4
"""How much of the effort strands may use by themselves."""
TOGETHER = 0.6
"""How much of the rest putting their answers together may use."""
ONE_BY_ONE = 0.3
"""How much of what is left letting strand after strand improve, the others standing, may use for each goal."""
LOOSENED = 0.2
"""How much of what is left then bounding each goal strand by strand may use, where not all reach their own best."""


@dataclass
class Part:
    """Some sessions that are planned together."""

    context: Context
    sessions: Sequence[Wanted]
    choices: Mapping[str, Sequence[Choice]]
    plan: Plan = field(default_factory=Plan)
    reached: list[Reached] = field(default_factory=list)
    rooms: dict[str, str] = field(default_factory=dict)
    known: Plan | None = None
    """A plan that is known already: no answer is worse."""
    alone_for: int | None = None
    """For how many goals its strands are planned by themselves, where that is only to know a bound; None: for all."""
    goals: int | None = None
    """For how many goals it is planned; None: for all."""
    one_by_one: set[str] = field(default_factory=set)
    """The houses where counting rooms was not enough."""
    strands: Sequence[Part] = ()
    """What shares no worker with the rest of it, each planned as if there were no others; empty where it has one."""
    least_bound: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """By place of a goal: a bound proven while strands were put together, the goals before it as they have them."""
    bounds: list[int] = field(default_factory=list)
    """Of a strand, by goal: what it reaches at most in any plan that all together reach as much as was found."""
    spent: float = 0.0
    """The effort that it took."""
    stopped: bool = False
    """Whether effort ran out before every goal was proven."""

    def __post_init__(self) -> None:
        self.duties = {(one.worker, one.day) for wanted in self.sessions for one in self.choices[wanted.ref]}

    def solve(self, effort: float) -> None:
        """Find the best plan and a room for each of its sessions.

        The model counts rooms. Where that is not enough for a house, the part is solved again with each of its rooms.
        """
        self._by_strands(effort)
        self.rooms, stuck = rooms_of_plan(self.context, self.plan)
        while stuck - self.one_by_one:
            self.one_by_one |= stuck
            self._by_goals(self.spent + effort)
            self.rooms, stuck = rooms_of_plan(self.context, self.plan)
        assert not stuck  # noqa: S101 — with a room for each session in the model, there is one.

    def _by_strands(self, effort: float) -> None:
        """Solve what shares no worker apart, and put it together.

        Residents and rooms may clash between strands, so their answers together are a bound: no plan is better, goal
        by goal. Where they can be put together by choosing other beginnings only, they are the best plan.
        """
        strands = strands_of(self.context, self.sessions, self.choices)
        if len(strands) == 1:
            self._by_goals(effort)
            return
        parts = [
            Part(self.context, strand, self.choices, goals=self.alone_for or self.goals)
            for strand in sorted(strands, key=len)
        ]
        self._each_alone(parts, effort * ALONE)
        self.strands = parts
        apart = Plan()
        for part in parts:
            apart.choices |= part.plan.choices
            apart.at |= part.plan.at
        near = merged(self.context, self.choices, apart, self.sessions)
        if self.alone_for is None and self.goals is None and self._worth(near) != [one.total for one in self.alone]:
            near = max([near, *self._put_together(apart, (effort - self.spent) * TOGETHER)], key=self._worth)
        self._by_goals(effort, near)

    def _each_alone(self, parts: Sequence[Part], effort: float) -> None:
        """Plan each strand as if there were no others; what a small one leaves of its effort, larger ones may use."""
        waiting = len(self.sessions)
        for part in parts:
            part._by_goals((effort - self.spent) * len(part.sessions) / waiting)  # noqa: SLF001 — one of its own.
            self.spent += part.spent
            waiting -= len(part.sessions)

    @property
    def alone(self) -> list[Reached]:
        """By goal: what the strands reach by themselves, and the most that they could; empty where there is one."""
        each = zip(*(strand.reached for strand in self.strands), strict=True)
        return [Reached(sum(one.total for one in ones), sum(one.bound for one in ones)) for ones in each]

    def _by_goals(self, effort: float, near: Plan | None = None) -> None:
        """Find the best plan, one goal after the other, beginning with one made by hand or another that is better."""
        hand = by_hand(self.context, self.choices, self.sessions)
        self.plan = max([hand, *(one for one in (near, self.known) if one is not None)], key=self._worth)
        self.reached, self.stopped = [], False
        most, model, alone = self.most(), None, self.alone
        for strand in self.strands:
            strand.bounds = []
        level = bool(alone)
        for place, highest in enumerate(most[: self.goals]):
            bound = highest
            if place < len(alone):
                bound = min(bound, self._of_strands(place, (effort - self.spent) * LOOSENED))
            if level:
                bound = min(bound, *self.least_bound.get(place, (bound,)))
            self._strand_by_strand(place, bound, (effort - self.spent) * ONE_BY_ONE)
            if self._totals()[place] < bound and self.spent < effort:
                model = model or self._model()
                if place < len(alone):
                    self._limit(model, place, [strand.bounds[place] for strand in self.strands])
                bound = self._improve(model, place, bound, effort - self.spent)
            total = self._totals()[place]
            self.stopped = self.stopped or total < bound
            self.reached.append(Reached(total, bound))
            level = level and place < len(alone) and total == alone[place].total == alone[place].bound
            if model is not None:
                self._keep(model, place)

    def _worth(self, plan: Plan) -> list[int]:
        return totals(self.context, plan.choices, plan.at, self.duties)

    def _totals(self) -> list[int]:
        return self._worth(self.plan)

    def most(self) -> list[int]:
        """Return what no plan exceeds: every session with the best of its choices by itself."""
        found = []
        for name in self.context.problem.goals:
            goal = GOALS[name]
            if goal.weigh is None:
                found.append(totals(self.context, {}, {}, self.duties)[self.context.problem.goals.index(name)])
                continue
            gains = [
                [int(goal.sense) * goal.weigh(self.context, one, choice) for choice in self.choices[one.ref]]
                for one in self.sessions
            ]
            found.append(sum(max([0, *one]) for one in gains))
        return found

    def _strand_by_strand(self, place: int, bound: int, effort: float) -> None:
        """Seek more of one goal in one strand after the other, every other session keeping its choice."""
        until = self.spent + effort
        for number, strand in enumerate(self.strands):
            if self._totals()[place] >= bound or self.spent >= until:
                return
            free = {one.ref for one in strand.sessions} | {one.ref for one in self.sessions} - self.plan.at.keys()
            stay = {ref: [choice] for ref, choice in self.plan.choices.items() if ref not in free}
            model = self._model({**self.choices, **stay})
            self._improve(model, place, bound, (until - self.spent) / (len(self.strands) - number))

    def _model(self, choices: Mapping[str, Sequence[Choice]] | None = None) -> Model:
        """Return the model, the goals that are done kept."""
        model = Model(self.context, self.sessions, choices or self.choices, self.one_by_one)
        for place in range(len(self.reached)):
            self._keep(model, place)
        return model

    def _keep(self, model: Model, place: int) -> None:
        """Keep what was reached of a goal; no strand can miss more of its own than all of them do."""
        name, total = self.context.problem.goals[place], self.reached[place].total
        model.keep(name, total)
        if place < len(self.alone):
            missing = sum(strand.bounds[place] for strand in self.strands) - total
            for strand in self.strands:
                model.keep(name, strand.bounds[place] - missing, strand.sessions)

    def _improve(self, model: Model, place: int, bound: int, effort: float) -> int:
        """Seek the most of one goal, keep the plan if it is better, and return a bound on all plans."""
        name = self.context.problem.goals[place]
        model.seek(name, self.plan, bound)
        known, found = self._search(model, effort)
        if found is None:
            return bound
        if self._worth(found)[: place + 1] > self._totals()[: place + 1]:
            self.plan = found
        return min(bound, known)

    def _put_together(self, apart: Plan, effort: float) -> list[Plan]:
        """Return plans that reach what the strands reach by themselves, and of the last goal as much as can be found.

        The last goal is the last for which it is not plain what can be reached. Each strand keeps its own of the goals
        before: together they could reach as much in no other way, and the solver sees much sooner what cannot be.
        """
        model, names, alone = self._model(), self.context.problem.goals, self.alone
        open_ = [place for place, most in enumerate(self.most()) if most > alone[place].total]
        last = open_[-1] if open_ else len(names) - 1
        for place, name in enumerate(names[:last]):
            for strand in self.strands:
                model.keep(name, strand.reached[place].total, strand.sessions)
        self._limit(model, last, [strand.reached[last].bound for strand in self.strands])
        model.seek(names[last], apart, alone[last].bound)
        known, found = self._search(model, effort)
        level = all(one.total == one.bound for one in alone[:last])
        if found is not None and level:
            self.least_bound[last] = (known,)
        return [] if found is None else [found]

    def _limit(self, model: Model, place: int, bounds: Sequence[int]) -> None:
        for strand, bound in zip(self.strands, bounds, strict=True):
            model.limit(self.context.problem.goals[place], bound, strand.sessions)

    def _of_strands(self, place: int, effort: float) -> int:
        """Return what strands reach of a goal at most, each by itself.

        Where they did not reach together what they do alone, one of them may have paid for it, and so may reach more
        of this goal than it does alone: each is asked again, what it kept before loosened by what is missing.
        """
        missing = [
            sum(strand.bounds[before] for strand in self.strands) - one.total for before, one in enumerate(self.reached)
        ]
        for strand in self.strands:
            bound = strand.reached[place].bound
            if any(missing):
                spent = strand.spent
                bound = strand._loosely(place, missing, effort / len(self.strands))  # noqa: SLF001 — one of its own.
                self.spent += strand.spent - spent
            strand.bounds.append(bound)
        return sum(strand.bounds[place] for strand in self.strands)

    def _loosely(self, place: int, missing: Sequence[int], effort: float) -> int:
        """Return what a strand reaches of a goal at most if of those before it so much may be missing."""
        most, names = self.most()[place], self.context.problem.goals
        if self.reached[place].total == most or effort <= 0:
            return most
        model = Model(self.context, self.sessions, self.choices, self.one_by_one)
        for name, bound, less in zip(names, self.bounds, missing, strict=False):
            model.keep(name, bound - less)
        model.seek(names[place], self.plan, most)
        known, _found = self._search(model, effort)
        return min(most, known)

    def _search(self, model: Model, effort: float) -> tuple[int, Plan | None]:
        """Return the bound and the plan that a search finds.

        Without a plan the bound says nothing: the search may have ended before it had one.
        """
        from ortools.sat.python import cp_model  # noqa: PLC0415 — only solving pays for loading the solver.

        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = SEED
        solver.parameters.max_deterministic_time = effort
        status = solver.solve(model.cp)
        self.spent += solver.deterministic_time
        found = model.plan(solver) if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None
        return math.floor(solver.best_objective_bound + 1e-6), found
