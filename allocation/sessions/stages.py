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


@dataclass(frozen=True)
class Alone:
    """What strands reach of a goal, and the most that they could, when each is planned as if there were no others."""

    total: int
    bound: int


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
    one_by_one: set[str] = field(default_factory=set)
    """The houses where counting rooms was not enough."""
    alone: list[Alone] = field(default_factory=list)
    """By goal: what its strands reach by themselves; empty where it has one strand."""
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
        parts = [Part(self.context, strand, self.choices) for strand in sorted(strands, key=len)]
        self._each_alone(parts, effort * ALONE)
        self.alone = [
            Alone(sum(one.total for one in ones), sum(one.bound for one in ones))
            for ones in zip(*(part.reached for part in parts), strict=True)
        ]
        apart = Plan()
        for part in parts:
            apart.choices |= part.plan.choices
            apart.at |= part.plan.at
        near = merged(self.context, self.choices, apart, self.sessions)
        best = [one.total for one in self.alone]
        if self._worth(near) != best:
            near = self._put_together(apart, (effort - self.spent) * TOGETHER) or near
        if self._worth(near) != best:
            self._by_goals(effort, near)
            return
        self.plan = near
        self.reached = [Reached(one.total, one.bound) for one in self.alone]
        self.stopped = any(part.stopped for part in parts)

    def _each_alone(self, parts: Sequence[Part], effort: float) -> None:
        """Plan each strand as if there were no others; what a small one leaves of its effort, larger ones may use."""
        waiting = len(self.sessions)
        for part in parts:
            part._by_goals((effort - self.spent) * len(part.sessions) / waiting)  # noqa: SLF001 — one of its own.
            self.spent += part.spent
            waiting -= len(part.sessions)

    def _by_goals(self, effort: float, near: Plan | None = None) -> None:
        """Find the best plan, one goal after the other, beginning with one made by hand or another that is better."""
        hand = by_hand(self.context, self.choices, self.sessions)
        self.plan = max([hand, *(one for one in (near, self.known) if one is not None)], key=self._worth)
        self.reached, self.stopped = [], False
        most, model, level = self._most(), None, bool(self.alone)
        for place, highest in enumerate(most):
            bound = min(highest, self.alone[place].bound) if level else highest
            if self._totals()[place] < bound and self.spent < effort:
                model = model or self._model()
                bound = self._improve(model, place, bound, effort - self.spent)
            total = self._totals()[place]
            self.stopped = self.stopped or total < bound
            self.reached.append(Reached(total, bound))
            level = level and total == self.alone[place].total == self.alone[place].bound
            if model is not None:
                model.keep(self.context.problem.goals[place], total)

    def _worth(self, plan: Plan) -> list[int]:
        return totals(self.context, plan.choices, plan.at, self.duties)

    def _totals(self) -> list[int]:
        return self._worth(self.plan)

    def _most(self) -> list[int]:
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
            found.append(sum(max(0, *one) for one in gains))
        return found

    def _model(self) -> Model:
        """Return the model, the goals that are done kept."""
        model = Model(self.context, self.sessions, self.choices, self.one_by_one)
        for name, reached in zip(self.context.problem.goals, self.reached, strict=False):
            model.keep(name, reached.total)
        return model

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

    def _put_together(self, apart: Plan, effort: float) -> Plan | None:
        """Return a plan that reaches what the strands reach by themselves, and of the last goal as much as it can.

        None if none was found. The last goal is the last for which it is not plain what can be reached.
        """
        model, names = self._model(), self.context.problem.goals
        open_ = [place for place, most in enumerate(self._most()) if most > self.alone[place].total]
        last = open_[-1] if open_ else len(names) - 1
        for name, alone in zip(names[:last], self.alone, strict=False):
            model.keep(name, alone.total)
        model.seek(names[last], apart, self.alone[last].bound)
        return self._search(model, effort)[1]

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
