"""The form of a call, in the order of the call. `details()` is the gate where its text becomes typed values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovCheckboxInput
from wtforms import BooleanField, FieldList, Form, FormField, SelectMultipleField

from refuge.referrals.details import (
    CheckDetails,
    ChildDetails,
    MeetDetails,
    RecourseDetails,
    ReferralDetails,
    RouteDetails,
)
from refuge.referrals.forms.fields import Listed, Pick, SaidDate, Text, WholeNumber, Words, offered
from refuge.referrals.forms.rows import MOST_CHILDREN, MOST_PEOPLE, ChildForm, MeetForm, begun, refuse_more, sound
from refuge.referrals.forms.sense import senseless
from refuge.referrals.models import Answer, CheckState, ChildSex, Judgement, NeedLevel, RouteState

if TYPE_CHECKING:
    from enum import StrEnum

    from werkzeug.datastructures import MultiDict

    from refuge.codes.models import Code
    from refuge.codes.queries import Lists

LISTS = (
    "referral_source", "need", "form_of_abuse", "risk_tool", "now_at", "access_need", "recourse_status",
    "funding_route", "ethnicity", "check", "area", "language", "harm",
)  # fmt: skip
NO_YES = (("no", "No"), ("yes", "Yes"))
NOT_KNOWN = "NOT_KNOWN"


def words_of(kind: type[StrEnum]) -> list[tuple[str, str]]:
    """Return the choices that an enumeration offers, with their words."""
    return [(member.value, str(getattr(member, "label", member.value))) for member in kind]


def answer(label: str, hint: str = "") -> Pick:
    """Return a question that may be not asked, or answered no or yes."""
    return Pick(label, words_of(Answer), Answer.NOT_ASKED.value, hint)


class ReferralForm(Form):
    """Everything that can be asked on the call. Only who may see it, who rings and how to reach her are required."""

    on: date

    # How to reach her safely.
    safe_number = Text("Safe number", 40, render_kw={"autocomplete": "off", "inputmode": "tel"})
    no_safe_number = BooleanField("She has no safe number", widget=GovCheckboxInput())
    safe_times = Text("Safe times to ring", 200)
    may_leave_message = Pick("May we leave a message?", NO_YES, "no")
    may_text = Pick("May we text?", NO_YES, "no")
    contact_note = Words("What to mind", 4000, "Who may answer, a code word, somebody who speaks for her")

    # Who rings, and who she is.
    source = Listed("Who rings?", "Choose")
    referrer_contact = Text("How to reach the person who refers her", 200, "Or how to reach her without a safe number")
    name = Text("Name", 120, "If she wants to give it")
    born_on = SaidDate("Date of birth", "Enter a date of birth", "Such as 27 3 1991", past=True)
    age = WholeNumber("Or her age", 10, 110, "Enter her age in years")
    ethnicity = Listed("Ethnic group", "Not asked")

    # The household.
    children_come = answer("Do children come with her?")
    children = FieldList(FormField(ChildForm), min_entries=1)
    pregnant = answer("Is she pregnant?")
    due_on = SaidDate("Baby due", "Enter the date the baby is due", "Such as 3 5 2027")
    adult_dependants = WholeNumber(
        "Adults who depend on her and come too", 0, 5, "Enter how many adults come with her, 0 for none"
    )

    # Asked beside her needs: some houses must plan for it.
    harm_asked = Pick(
        "Has she set fires or been violent to others in shared housing?",
        (("no", "Not asked"), ("yes", "Asked: tick below")), "no",
        "Nobody is refused for this alone; some houses must plan for it.",
    )  # fmt: skip
    harm = SelectMultipleField("What is known; leave empty if nothing")

    # Risk.
    risk_tool = Listed("Risk checklist used", "None, or not known")
    risk_count = WholeNumber("How many answers were yes", 0, 40, "Enter how many answers were yes")
    judgement = Pick("Your own judgement", words_of(Judgement), Judgement.NOT_ASKED.value)
    judgement_reason = Words("Why you judge so", 4000)
    abuse = SelectMultipleField("What has been done to her", widget=GovCheckboxesInput())

    # Where it is not safe, and whom she must not meet.
    unsafe_areas = SelectMultipleField("Areas where she would not be safe")
    elsewhere_unsafe = Words("Other places, in her words", 4000)
    must_not_meet = FieldList(FormField(MeetForm), min_entries=1)

    # Where she is, and when.
    now_at = Listed("Where is she now?", "Not asked")
    from_area = Listed("Where does she come from?", "Not asked")
    needed_by = SaidDate(
        "Needs a place by", "Enter the day she needs a place by", "Leave empty: as soon as one is free"
    )

    # What she would like.
    preferences = Words("What she would like, in her words", 4000)
    prefers_by_and_for = answer("Would she rather be with a by-and-for refuge?")
    prefers_self_contained = answer("Would she rather not share?")
    needs_self_contained = BooleanField("She cannot share a kitchen or bathroom", widget=GovCheckboxInput())
    preferred_areas = SelectMultipleField("Areas she would like")
    language = Listed("Language she would rather speak", "Not asked")
    interpreter = answer("Does she need an interpreter?")
    interpreter_note = Text("About the interpreter", 200, "A woman, not from her community, by telephone")
    diet = Text("Food", 200)

    # Money.
    recourse_status = Listed("Recourse to public funds", "Not asked")
    leave_expires = SaidDate("Leave ends", "Enter the day her leave ends", "If it is limited in time")

    # Access, pets, history, checks.
    access_asked = Pick("Access needs", (("no", "Not asked"), ("yes", "Asked")), "no")
    access = SelectMultipleField("What she needs", widget=GovCheckboxesInput())
    pets = WholeNumber("How many pets", 0, 20, "Enter how many pets she has, 0 for none")
    pets_note = Text("What pets", 200)
    stayed_before = answer("Has she stayed in a refuge before?")
    refuge_history = Words("Where and when, and how it ended", 4000)

    shared = Pick("May the other refuges in the network see this, to find her a place?", NO_YES[::-1], None)

    def __init__(self, typed: MultiDict[str, str], lists: Lists, *, on: date, is_new: bool) -> None:
        """Bind what was typed, valid or not, and offer what can be chosen on this day."""
        self.on = on
        self.is_new = is_new
        self.lists = lists
        super().__init__(formdata=sound(typed.items(multi=True)))
        self._offer()

    def _offer(self) -> None:
        for name, listed in (
            ("source", "referral_source"), ("ethnicity", "ethnicity"), ("risk_tool", "risk_tool"), ("now_at", "now_at"),
            ("from_area", "area"), ("language", "language"), ("recourse_status", "recourse_status"),
        ):  # fmt: skip
            cast("Listed", self[name]).offer(_choices(self.lists[listed], without={"not_asked", NOT_KNOWN}))
        for name, listed in (
            ("abuse", "form_of_abuse"), ("unsafe_areas", "area"), ("preferred_areas", "area"),
            ("access", "access_need"), ("harm", "harm"),
        ):  # fmt: skip
            cast("SelectMultipleField", self[name]).choices = offered(_choices(self.lists[listed]))

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for the little that is required, and for what only makes sense together."""
        super().validate(extra_validators)
        self._want("source", "Choose who rings", missing=not self.source.typed)
        self._want(
            "safe_number", "Enter a safe number, or tick that she has none",
            missing=not self.safe_number.typed and not self.no_safe_number.data,
        )  # fmt: skip
        self._want(
            "risk_tool", "Choose the checklist that was counted",
            missing=self.risk_count.typed is not None and not self.risk_tool.typed,
        )  # fmt: skip
        self._want(
            "shared", "Say whether the other refuges may see this: ask her",
            missing=self.shared.typed not in {"no", "yes"},
        )  # fmt: skip
        self._want(
            "children_come", "You said that no child comes, and listed one. Take the child away, or choose Yes",
            missing=self.children_come.typed == Answer.NO and bool(begun(self.children)),
        )  # fmt: skip
        refuse_more(
            self.children, MOST_CHILDREN, f"Keep to {MOST_CHILDREN} children: write about the others in What to mind"
        )
        refuse_more(
            self.must_not_meet, MOST_PEOPLE, f"Keep to {MOST_PEOPLE} people: write the others beside one of these"
        )
        for name, sentence in senseless(self):
            self._want(name, sentence, missing=True)
        return not self.errors

    def _want(self, name: str, sentence: str, *, missing: bool) -> None:
        field = self[name]
        if missing:
            field.errors = [sentence]

    def answers(self, prefix: str, listed: str) -> list[tuple[Code, Any]]:
        """Return the fields that were made for each code of a list, with their codes."""
        return [(code, self[f"{prefix}_{code.code}"]) for code in self.lists[listed]]

    def details(self) -> ReferralDetails:
        """Return what the form says. Only after `validate`."""
        return ReferralDetails(
            **self._contact(), **self._woman(), **self._risk(), **self._wishes(), **self._rest(),
            children=tuple(
                ChildDetails(row.age.typed, ChildSex(row.sex.typed or ChildSex.NOT_ASKED))
                for row in _rows(self.children) if row.age.typed is not None
            ),
            needs=tuple((code.code, NeedLevel(field.typed)) for code, field in self.answers("need", "need")),
            unsafe_areas=tuple(self.unsafe_areas.data or ()),
            must_not_meet=tuple(
                MeetDetails(row.who.typed, row.why.typed) for row in _rows(self.must_not_meet) if row.who.typed
            ),
            checks=checks_of(self),
            recourse=RecourseDetails(
                self.recourse_status.typed or NOT_KNOWN, self.leave_expires.typed, routes_of(self),
            ),
        )  # fmt: skip

    def _contact(self) -> dict[str, Any]:
        return {
            "shared": self.shared.typed == "yes", "source": self.source.typed, "safe_number": self.safe_number.typed,
            "safe_times": self.safe_times.typed, "may_leave_message": self.may_leave_message.typed == "yes",
            "may_text": self.may_text.typed == "yes", "contact_note": self.contact_note.typed,
            "referrer_contact": self.referrer_contact.typed,
        }  # fmt: skip

    def _woman(self) -> dict[str, Any]:
        return {
            "name": self.name.typed, "born_on": self.born_on.typed, "age": self.age.typed,
            "ethnicity": self.ethnicity.typed or "not_asked", "adult_dependants": self.adult_dependants.typed,
            "children_come": Answer.YES if begun(self.children) else Answer(self.children_come.typed),
            "pregnant": Answer(self.pregnant.typed), "due_on": self.due_on.typed,
        }  # fmt: skip

    def _risk(self) -> dict[str, Any]:
        return {
            "risk_tool": self.risk_tool.typed, "risk_count": self.risk_count.typed,
            "judgement": Judgement(self.judgement.typed), "judgement_reason": self.judgement_reason.typed,
            "abuse": tuple(self.abuse.data or ()), "now_at": self.now_at.typed, "from_area": self.from_area.typed,
            "needed_by": self.needed_by.typed, "elsewhere_unsafe": self.elsewhere_unsafe.typed,
        }  # fmt: skip

    def _wishes(self) -> dict[str, Any]:
        return {
            "preferences": self.preferences.typed, "prefers_by_and_for": Answer(self.prefers_by_and_for.typed),
            "prefers_self_contained": Answer(self.prefers_self_contained.typed),
            "needs_self_contained": bool(self.needs_self_contained.data),
            "preferred_areas": tuple(self.preferred_areas.data or ()), "diet": self.diet.typed,
            "language": self.language.typed, "interpreter": Answer(self.interpreter.typed),
            "interpreter_note": self.interpreter_note.typed,
        }  # fmt: skip

    def _rest(self) -> dict[str, Any]:
        access, harm = tuple(self.access.data or ()), tuple(self.harm.data or ())
        return {
            "harm": harm, "harm_asked": self.harm_asked.typed == "yes" or bool(harm),
            "access": access, "access_asked": self.access_asked.typed == "yes" or bool(access),
            "pets": self.pets.typed, "pets_note": self.pets_note.typed,
            "stayed_before": Answer(self.stayed_before.typed), "refuge_history": self.refuge_history.typed,
        }  # fmt: skip


@dataclass(frozen=True)
class Section:
    """A part of the form: its anchor and its heading."""

    anchor: str
    title: str


SECTIONS = (
    Section("contact", "Safe contact"), Section("caller", "Who rings, and for whom"), Section("household", "Household"),
    Section("needs", "Needs"), Section("risk", "Risk"), Section("unsafe", "Not safe"),
    Section("place", "Where and when"),
    Section("wishes", "What she would like"), Section("money", "Paying"), Section("access", "Access, pets, checks"),
    Section("sharing", "Who may see this"),
)  # fmt: skip
"""In the order of the call."""


def referral_form(typed: MultiDict[str, str], lists: Lists, *, on: date, is_new: bool = True) -> ReferralForm:
    """Return the form with a field for each need, funding route and check that the code lists hold."""
    fields: dict[str, Any] = {}
    for code in lists["need"]:
        fields[f"need_{code.code}"] = Pick(code.label, words_of(NeedLevel), NeedLevel.NOT_ASKED.value)
    fields.update(route_fields(lists))
    fields.update(check_fields(lists))
    kind = type("ReferralForm", (ReferralForm,), fields)
    return cast("ReferralForm", kind(typed, lists, on=on, is_new=is_new))


def route_fields(lists: Lists) -> dict[str, Any]:
    """Return a state and a date for each way of paying."""
    fields: dict[str, Any] = {}
    for code in lists["funding_route"]:
        fields[f"route_{code.code}"] = Pick(code.label, words_of(RouteState), RouteState.NOT_TRIED.value, code.hint)
        fields[f"route_{code.code}_on"] = SaidDate(f"{code.label}: since", "Enter the day it came to this")
    return fields


def check_fields(lists: Lists) -> dict[str, Any]:
    """Return a state and a date for each check before admission."""
    fields: dict[str, Any] = {}
    for code in lists["check"]:
        fields[f"check_{code.code}"] = Pick(code.label, words_of(CheckState), CheckState.NOT_STARTED.value)
        fields[f"check_{code.code}_on"] = SaidDate(f"{code.label}: done on", "Enter the day it was done", past=True)
    return fields


def routes_of(form: Any) -> tuple[RouteDetails, ...]:  # noqa: ANN401  a form with route fields
    """Return the ways of paying as they stand on the form."""
    return tuple(
        RouteDetails(code.code, RouteState(form[f"route_{code.code}"].typed), form[f"route_{code.code}_on"].typed)
        for code in form.lists["funding_route"]
    )


def checks_of(form: Any) -> tuple[CheckDetails, ...]:  # noqa: ANN401  a form with check fields
    """Return the checks as they stand on the form."""
    return tuple(
        CheckDetails(code.code, CheckState(form[f"check_{code.code}"].typed), form[f"check_{code.code}_on"].typed)
        for code in form.lists["check"]
    )


def _choices(codes: list[Code], without: set[str] | None = None) -> list[tuple[str, str]]:
    return [(code.code, code.label) for code in codes if code.code not in (without or set())]


def _rows(fields: FieldList[Any]) -> list[Any]:
    return [entry.form for entry in fields.entries]
