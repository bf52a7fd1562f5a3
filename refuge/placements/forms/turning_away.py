"""The forms of a turn-away: who ended it and why, and what is learnt later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import Form, HiddenField, RadioField, SelectMultipleField

from refuge.placements.service.turning_away import SAY_WHY, Afterwards, TurnAwayDetails, nonsense
from refuge.referrals.forms.fields import Listed, Pick, Words, offered
from refuge.referrals.models import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.datastructures import MultiDict

    from refuge.codes.models import Code
    from refuge.codes.queries import Lists
    from refuge.placements.models import TurnAway
    from refuge.placements.queries.turn_aways import Proposal

LISTS = ("ended_by", "turnaway_reason", "outcome")
UNKNOWN = "UNKNOWN"
SAY_WHICH = "Say in the note what the other reason was"
"""Beside the note where the reason is O01."""


class AfterwardsForm(Form):
    """What happened next: often learnt later, often never."""

    outcome = Listed("What happened next?", "Not known")
    found_elsewhere = Pick(
        "Was a place found outside this network?",
        [(answer.value, answer.label) for answer in Answer],
        Answer.NOT_ASKED.value,
        "A place elsewhere never erases the turn-away.",
    )
    note = Words("Note", 4000, "What the next person should know. No names.")
    version = HiddenField(default="0")

    def __init__(self, lists: Lists, typed: MultiDict[str, str] | None = None, **data: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Bind what was typed, and offer what can be chosen today."""
        self.lists = lists
        super().__init__(formdata=typed, data=data)
        self.outcome.offer((code.code, code.label) for code in lists["outcome"] if code.code != UNKNOWN)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask again where two answers contradict each other."""
        super().validate(extra_validators)
        if not self.errors and (sentence := self.afterwards().contradiction):
            self.found_elsewhere.errors = [sentence]
        return not self.errors

    def afterwards(self) -> Afterwards:
        """Return what was typed."""
        return Afterwards(self.outcome.typed or UNKNOWN, Answer(self.found_elsewhere.typed), self.note.typed)


class TurnAwayForm(AfterwardsForm):
    """End a referral without a place: who ended it, the reason, and what else played a part."""

    ended_by = RadioField("Who ended it?", validate_choice=False)
    reason = RadioField("The reason", validate_choice=False)
    contributing = SelectMultipleField("What else played a part")
    key = HiddenField()

    def __init__(self, lists: Lists, typed: MultiDict[str, str] | None = None, **data: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer both axes."""
        super().__init__(lists, typed, **data)
        self.ended_by.choices = offered((code.code, code.label) for code in lists["ended_by"])
        self.reason.choices = offered((code.code, code.label) for code in lists["turnaway_reason"])
        self.contributing.choices = self.reason.choices

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for both axes, for words where the reason is another one, and for what goes together."""
        super().validate(extra_validators)
        if self.ended_by.data not in _codes(self.lists["ended_by"]):
            self.ended_by.errors = ["Choose who ended it"]
        reasons = {code.code: code.group for code in self.lists["turnaway_reason"]}
        if self.reason.data not in reasons:
            self.reason.errors = ["Choose the reason"]
        elif not self.ended_by.errors and (
            sentence := nonsense(self.ended_by.data, self.reason.data, reasons[self.reason.data])
        ):
            self.reason.errors = [sentence]
        if self.reason.data == "O01" and not self.note.typed:
            self.note.errors = [SAY_WHICH]
        return not self.errors

    def details(self) -> TurnAwayDetails:
        """Return what was typed. Only after `validate`."""
        more = tuple(code for code in self.contributing.data or () if code != self.reason.data)
        return TurnAwayDetails(self.ended_by.data, self.reason.data, more, self.afterwards())

    def groups(self, proposed: str) -> list[tuple[str, list[Code]]]:
        """Return the reasons by their group, the proposed one first and by itself."""
        found: dict[str, list[Code]] = {"Proposed": []} if proposed else {}
        for code in self.lists["turnaway_reason"]:
            found.setdefault("Proposed" if code.code == proposed else code.group, []).append(code)
        return list(found.items())


class TakeBackForm(Form):
    """Take back a turn-away that was a mistake."""

    why = Words("What was the mistake?", 400, "For everybody who reads this turn-away later. No names.")
    version = HiddenField(default="0")

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask what the mistake was."""
        super().validate(extra_validators)
        if not self.errors and len(self.why.typed) < SAY_WHY:
            self.why.errors = [f"Say what the mistake was, in {SAY_WHY} characters or more"]
        return not self.errors


def proposed_form(lists: Lists, proposal: Proposal, *, version: int, key: str) -> TurnAwayForm:
    """Return the form with what is proposed chosen: a person confirms it or chooses otherwise."""
    data: dict[str, Any] = {"version": version, "key": key, "contributing": list(proposal.contributing)}
    if proposal.reason:
        data |= {"reason": proposal.reason, "ended_by": "service"}
    return TurnAwayForm(lists, **data)


def kept_form(lists: Lists, row: TurnAway) -> AfterwardsForm:
    """Return the form of what happened next, as it is kept."""
    outcome = "" if row.outcome == UNKNOWN else row.outcome
    return AfterwardsForm(
        lists, outcome=outcome, found_elsewhere=row.found_elsewhere.value, note=row.note, version=row.version,
    )  # fmt: skip


def _codes(codes: Sequence[Code]) -> set[str]:
    return {code.code for code in codes}
