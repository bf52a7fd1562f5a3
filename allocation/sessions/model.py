"""One part of a problem as a constraint model: a yes or no for every choice, a beginning for every session.

What goals count hangs on choices alone (who, which day, at a preferred time or not), so that beginnings only have to
fit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from allocation.sessions.cuts import add_cuts
from allocation.sessions.eligibility import Choice
from allocation.sessions.goals import GOALS
from allocation.sessions.greedy import Plan
from allocation.sessions.problem import Wanted
from allocation.sessions.sharing import add_needs, add_residents, add_rooms
from allocation.sessions.standing import Context, Line
from allocation.sessions.workday import Duty, add_duties

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


class Model:
    """The constraint model of some sessions that share nothing with the others."""

    def __init__(
        self,
        context: Context,
        sessions: Sequence[Wanted],
        choices: Mapping[str, Sequence[Choice]],
        one_by_one: Collection[str] = (),
    ) -> None:
        from ortools.sat.python import cp_model  # noqa: PLC0415 — only solving pays for loading the solver.

        self.cp = cp_model.CpModel()
        self.domain = cp_model.Domain.from_values
        self.ranges = cp_model.Domain.from_intervals
        self.context = context
        self.step = context.problem.slot_minutes
        self.sessions = {one.ref: one for one in sorted(sessions, key=lambda one: one.ref) if choices[one.ref]}
        self.choices = {ref: list(choices[ref]) for ref in self.sessions}
        self.lit: dict[str, list[Any]] = {}
        self.slot: dict[str, Any] = {}
        self.begins: dict[str, Any] = {}
        self.placed: dict[str, Any] = {}
        self.duties: dict[tuple[str, int], Duty] = {}
        self.one_by_one = one_by_one
        for ref in self.sessions:
            self._session(ref)
        add_duties(self)
        add_residents(self)
        add_rooms(self)
        add_needs(self)
        add_cuts(self)

    def _session(self, ref: str) -> None:
        cp, choices = self.cp, self.choices[ref]
        every = sorted({at // self.step for choice in choices for at in choice.starts})
        self.slot[ref] = cp.new_int_var_from_domain(self.domain(every), f"at {ref}")
        self.begins[ref] = self.slot[ref] * self.step
        self.placed[ref] = cp.new_bool_var(f"placed {ref}")
        self.lit[ref] = [cp.new_bool_var(f"{ref} {number}") for number in range(len(choices))]
        cp.add_exactly_one([*self.lit[ref], self.placed[ref].negated()])
        for choice, lit in zip(choices, self.lit[ref], strict=True):
            starts = self.domain([at // self.step for at in choice.starts])
            cp.add_linear_expression_in_domain(self.slot[ref], starts).only_enforce_if(lit)

    def house(self, ref: str) -> str:
        """Return the house of a session."""
        return self.context.house_of(self.sessions[ref])

    def any_of(self, ref: str, picked: Iterable[bool]) -> Any:
        """Return whether one of some choices of a session is taken; None: never."""
        lits = [lit for lit, one in zip(self.lit[ref], picked, strict=True) if one]
        if len(lits) <= 1:
            return lits[0] if lits else None
        if len(lits) == len(self.lit[ref]):
            return self.placed[ref]
        found = self.cp.new_bool_var("")
        self.cp.add(sum(lits) == found)
        return found

    # Goals and answers.

    def total(self, name: str, sessions: Iterable[Wanted] | None = None) -> Any:
        """Return what a goal counts, more being better: of all sessions, or of strands of them."""
        goal = GOALS[name]
        refs = list(self.sessions) if sessions is None else [one.ref for one in sessions if one.ref in self.sessions]
        if goal.weigh is None:
            days = {(one.worker, one.day) for ref in refs for one in self.choices[ref]}
            return -sum(
                lit for day in sorted(days) for (number, _house), lit in self.duties[day].visits.items() if number
            )
        found = []
        for ref in refs:
            for choice, lit in zip(self.choices[ref], self.lit[ref], strict=True):
                gain = int(goal.sense) * goal.weigh(self.context, self.sessions[ref], choice)
                if gain:
                    found.append(gain * lit)
        return sum(found)

    def keep(self, name: str, total: int, sessions: Iterable[Wanted] | None = None) -> None:
        """Let no later answer reach less of a goal."""
        self.cp.add(self.total(name, sessions) >= total)

    def limit(self, name: str, bound: int, sessions: Iterable[Wanted]) -> None:
        """Say what some sessions cannot exceed of a goal, which is known and only helps to prove."""
        self.cp.add(self.total(name, sessions) <= bound)

    def seek(self, name: str, plan: Plan, bound: int) -> None:
        """Ask for the most of a goal, beginning with a plan; no plan is known to reach more than the bound."""
        total = self.total(name)
        self.cp.add(total <= bound)
        self.cp.maximize(total)
        self.start_from(plan)

    def start_from(self, plan: Plan) -> None:
        """Let the next search begin with a plan."""
        self.cp.clear_hints()  # type: ignore[no-untyped-call] # OR-Tools has left out its type.
        for ref in self.sessions:
            taken = plan.choices.get(ref)
            self.cp.add_hint(self.placed[ref], taken is not None)
            for choice, lit in zip(self.choices[ref], self.lit[ref], strict=True):
                self.cp.add_hint(lit, choice == taken)
            if taken is not None:
                self.cp.add_hint(self.slot[ref], plan.at[ref] // self.step)
        for duty in self.duties.values():
            self._hint_visits(duty, plan)

    def _hint_visits(self, duty: Duty, plan: Plan) -> None:
        lines: list[Line] = list(self.context.lines.get((duty.worker.ref, duty.day), []))
        for ref in duty.sessions:
            choice = plan.choices.get(ref)
            if choice is not None and (choice.worker, choice.day) == (duty.worker.ref, duty.day):
                lines.append((plan.at[ref], plan.at[ref] + self.sessions[ref].minutes, self.house(ref)))
        row = [house for _at, _until, house in sorted(lines)]
        visited = [house for place, house in enumerate(row) if not place or row[place - 1] != house]
        for (number, house), lit in duty.visits.items():
            self.cp.add_hint(lit, number < len(visited) and visited[number] == house)

    def plan(self, solver: cp_model.CpSolver) -> Plan:
        """Return the plan that a search found."""
        found = Plan()
        for ref, lits in self.lit.items():
            for choice, lit in zip(self.choices[ref], lits, strict=True):
                if solver.boolean_value(lit):
                    found.choices[ref] = choice
                    found.at[ref] = solver.value(self.slot[ref]) * self.step
        return found
