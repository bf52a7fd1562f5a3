"""What answers add up to. Where one that is needed is missing there is no total and no band: never a guess."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from support_plans.scoring.tools import Alarm, Band, Tool


@dataclass(frozen=True)
class Result:
    """What can be said about one filled-in questionnaire."""

    total: int | None
    band: Band | None
    missing: tuple[str, ...]
    """Keys of the items that are needed and were not answered."""
    alarms: tuple[Alarm, ...]
    """What a person must look at today, whether it was filled in wholly or not."""

    @property
    def complete(self) -> bool:
        """Whether every item that is needed was answered."""
        return not self.missing


def score(tool: Tool, answers: Mapping[str, int]) -> Result:
    """Return what these answers say. Raise ValueError for an answer that the questionnaire does not know."""
    _refuse_unknown(tool, answers)
    missing = tuple(item.key for item in tool.items if item.needed and item.key not in answers)
    total = sum(answers[item.key] for item in tool.items) if tool.totalled and tool.items and not missing else None
    return Result(total, None if total is None else band_of(tool, total), missing, _alarms(tool, answers))


def score_total(tool: Tool, total: int | None, answers: Mapping[str, int]) -> Result:
    """Return what a total says that was worked out elsewhere, with the one answer that is kept beside it."""
    _refuse_unknown(tool, answers)
    if total is not None and not tool.least <= total <= tool.most:
        message = f"{tool.code} totals are from {tool.least} to {tool.most}."
        raise ValueError(message)
    missing: tuple[str, ...] = ("total",) if total is None else ()
    if tool.risk_item is not None and tool.risk_item.key not in answers:
        missing += (tool.risk_item.key,)
    return Result(total, None, missing, _alarms(tool, answers))


def band_of(tool: Tool, total: int) -> Band | None:
    """Return the band that a total falls into; None where the questionnaire has none."""
    return next((band for band in tool.bands if band.least <= total <= band.most), None)


def _alarms(tool: Tool, answers: Mapping[str, int]) -> tuple[Alarm, ...]:
    return tuple(alarm for alarm in tool.alarms if answers.get(alarm.key, 0) >= alarm.at_least)


def _refuse_unknown(tool: Tool, answers: Mapping[str, int]) -> None:
    known = {item.key: item for item in tool.asked}
    for key, given in answers.items():
        if key not in known or not known[key].takes(given):
            message = f"{tool.code} knows no answer {given} to {key}."
            raise ValueError(message)
