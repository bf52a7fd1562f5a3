"""Solves one part goal by goal: what a goal reached is kept while the next is sought, and each has its own bound."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from allocation.lexicographic import Reached
from allocation.sessions.allotting import rooms_of_plan
from allocation.sessions.eligibility import Choice
from allocation.sessions.goals import GOALS, totals
from allocation.sessions.greedy import Plan, by_hand
from allocation.sessions.model import Model
from allocation.sessions.problem import Wanted
from allocation.sessions.standing import Context

SEED = 1


@dataclass
class Part:
    """Some sessions that are planned together."""

    context: Context
    sessions: Sequence[Wanted]
    choices: Mapping[str, Sequence[Choice]]
    plan: Plan = field(default_factory=Plan)
    reached: list[Reached] = field(default_factory=list)
    rooms: dict[str, str] = field(default_factory=dict)
    one_by_one: set[str] = field(default_factory=set)
    """The houses where counting rooms was not enough."""
    spent: float = 0.0
    """The effort that it took."""
    stopped: bool = False
    """Whether effort ran out before every goal was proven."""

    def __post_init__(self) -> None:
        self.duties = {(one.worker, one.day) for wanted in self.sessions for one in self.choices[wanted.ref]}

    def solve(self, effort: float, start: Plan | None = None) -> None:
        """Find the best plan and a room for each of its sessions.

        The model counts rooms. Where that is not enough for a house, the part is solved again with each of its rooms.
        """
        self._by_goals(effort, start)
        self.rooms, stuck = rooms_of_plan(self.context, self.plan)
        while stuck:
            self.one_by_one |= stuck
            self._by_goals(self.spent + effort, start)
            self.rooms, stuck = rooms_of_plan(self.context, self.plan)

    def _by_goals(self, effort: float, start: Plan | None) -> None:
        """Find the best plan, one goal after the other, beginning with a plan made by hand or another."""
        self.plan = start or by_hand(self.context, self.choices, self.sessions)
        self.reached, self.stopped = [], False
        most, model = self._most(), None
        for place, bound in enumerate(most):
            if self._totals()[place] < bound and self.spent < effort:
                model = model or self._model()
                bound = min(bound, self._improve(model, place, effort - self.spent))  # noqa: PLW2901 — what is known now.
            total = self._totals()[place]
            self.stopped = self.stopped or total < bound
            self.reached.append(Reached(total, bound))
            if model is not None:
                model.keep(self.context.problem.goals[place], total)

    def _totals(self) -> list[int]:
        return totals(self.context, self.plan.choices, self.plan.at, self.duties)

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

    def _improve(self, model: Model, place: int, effort: float) -> int:
        """Seek the most of one goal, keep the plan if it is better, and return a bound on all plans."""
        from ortools.sat.python import cp_model  # noqa: PLC0415 — only solving pays for loading the solver.

        name = self.context.problem.goals[place]
        model.seek(name, self.plan)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = SEED
        solver.parameters.max_deterministic_time = effort
        status = solver.solve(model.cp)
        self.spent += solver.deterministic_time
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            found = model.plan(solver)
            if totals(self.context, found.choices, found.at, self.duties)[: place + 1] > self._totals()[: place + 1]:
                self.plan = found
        return math.floor(solver.best_objective_bound + 1e-6)
