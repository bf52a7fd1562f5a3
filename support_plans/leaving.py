"""What is seen to before a woman leaves as planned, and what of it is still open. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Step(StrEnum):
    """One thing that is seen to."""

    DISCHARGE = "discharge"
    RECOVERY_HANDOVER = "recovery_handover"
    FINAL_SCORES = "final_scores"
    SAFE_CONTACT = "safe_contact"
    CALLS = "calls"
    HER_WORDS = "her_words"
    DESTINATION = "destination"

    @property
    def label(self) -> str:
        """The step in words."""
        return LABELS[self]


LABELS: Mapping[Step, str] = {
    Step.DISCHARGE: "Discharge by the mental health practitioner, agreed with her and a senior, and handed over",
    Step.RECOVERY_HANDOVER: "Recovery work handed over",
    Step.FINAL_SCORES: "Last scores beside the first",
    Step.SAFE_CONTACT: "How to reach her safely afterwards",
    Step.CALLS: "Calls after she left, if she wants them",
    Step.HER_WORDS: "What she says of her time here",
    Step.DESTINATION: "Where she goes",
}
SAID = frozenset({Step.RECOVERY_HANDOVER})
"""The steps that somebody says are done; the others are done once what they ask for is there."""


class How(StrEnum):
    """How a step stands."""

    OPEN = "open"
    DONE = "done"
    NOT_NEEDED = "not_needed"

    @property
    def label(self) -> str:
        """The state in words."""
        return self.value.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Facts:
    """What is known about her leaving."""

    discharged: bool | None
    """Whether her discharge is complete; None: no mental health practitioner works or worked with her."""
    recovery: bool
    """Whether a recovery worker works or worked with her."""
    unpaired: bool
    """Whether some questionnaire of hers has a first result and no last one."""
    safe_contact: bool
    calls_asked: bool
    her_words: bool
    destination: bool
    said: Mapping[Step, How] = field(default_factory=dict)
    """What somebody said about a step: done, or not needed and why."""


def standing(facts: Facts) -> dict[Step, How]:
    """Return how each step stands. What is there is done; otherwise it is as somebody said; otherwise it is open."""
    there = {
        Step.DISCHARGE: facts.discharged is True,
        Step.FINAL_SCORES: not facts.unpaired,
        Step.SAFE_CONTACT: facts.safe_contact,
        Step.CALLS: facts.calls_asked,
        Step.HER_WORDS: facts.her_words,
        Step.DESTINATION: facts.destination,
    }
    idle = {Step.DISCHARGE: facts.discharged is None, Step.RECOVERY_HANDOVER: not facts.recovery}
    found = {}
    for step in Step:
        if there.get(step):
            found[step] = How.DONE
        elif step in facts.said:
            found[step] = facts.said[step]
        else:
            found[step] = How.NOT_NEEDED if idle.get(step) else How.OPEN
    return found


def still_open(facts: Facts) -> list[Step]:
    """Return the steps that a planned leaving waits for."""
    return [step for step, how in standing(facts).items() if how is How.OPEN]
