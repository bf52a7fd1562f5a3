"""A large matching without side rules: a flow for each stage of goals, over few pairs at first, more where prices ask.

What comes out is a bound on every answer of the whole problem, with or without side rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.beds.large.effort import Effort
from allocation.beds.large.pairs import Pairs, Run, chunks, few_worst
from allocation.flows import Face, Stage, everything, solve_stage

if TYPE_CHECKING:
    from allocation.beds.large.pairs import Ints, Mates, Truths

ADDING = 8
"""How often pairs are added at most."""


@dataclass
class Chain:
    """All stages solved on some of the pairs."""

    columns: Ints
    """The places of the pairs that were looked at."""
    stages: list[Stage]
    excess: list[int]
    """By how much, at most, pairs that were left out could better each stage."""

    @property
    def mates(self) -> Mates:
        """The answer."""
        return self.stages[-1].mates

    @property
    def bounds(self) -> list[int]:
        """The most that each stage can weigh while those before it keep what they weigh."""
        return [stage.weight + excess for stage, excess in zip(self.stages, self.excess, strict=True)]


def solve_chain(pairs: Pairs, runs: Sequence[Run], columns: Ints, effort: Effort) -> Chain:
    """Solve a stage for each run of goals on some pairs."""
    face: Face = everything(pairs.rows[columns], pairs.columns[columns], *pairs.shape)
    solved: list[Stage] = []
    inside = columns
    for run in runs:
        effort.flow(len(inside))
        weights = pairs.weigh(run, inside)
        stage = solve_stage(face, weights)
        solved.append(stage)
        face, kept = stage.next_face(face, weights)
        inside = inside[kept]
    return Chain(columns, solved, [0] * len(solved))


def priced_out(
    pairs: Pairs, runs: Sequence[Run], columns: Ints, allowed: Truths, effort: Effort, rounds: int = ADDING
) -> Chain:
    """Solve a stage for each run of goals, and add pairs that were left out while prices show them to be better."""
    import numpy as np  # noqa: PLC0415 — importing this module must cost nothing.

    chain = solve_chain(pairs, runs, columns, effort)
    if len(columns) == np.count_nonzero(allowed):
        return chain
    for turn in range(rounds):
        better, chain.excess = _better(pairs, runs, chain, allowed)
        if not len(better) or turn == rounds - 1 or effort.is_over:
            break
        columns = np.union1d(columns, better)
        chain = solve_chain(pairs, runs, columns, effort)
    return chain


def _better(pairs: Pairs, runs: Sequence[Run], chain: Chain, allowed: Truths) -> tuple[Ints, list[int]]:
    """Return pairs that could better some stage, and by how much all of them could at most."""
    import numpy as np  # noqa: PLC0415 — the same.

    found = []
    most = [np.zeros(pairs.shape[0], dtype=np.int64) for _stage in chain.stages]
    for part in chunks(len(pairs.rows)):
        places = np.nonzero(allowed[part])[0] + part.start
        for stage, run, over in zip(chain.stages, runs, most, strict=True):
            rows = pairs.rows[places]
            slack = stage.slack(rows, pairs.columns[places], pairs.weigh(run, places))
            bad = np.nonzero(slack < 0)[0]
            np.maximum.at(over, rows[bad], -slack[bad])
            found.append(few_worst(rows[bad], slack[bad], places[bad]))
            places = places[slack == 0]
    excess = [int(np.sort(over)[::-1][: pairs.width].sum()) for over in most]
    return np.unique(np.concatenate(found)), excess
