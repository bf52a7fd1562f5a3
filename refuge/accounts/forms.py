"""What people type about accounts: signing in, passwords, networks, agencies and colleagues."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovPasswordInput,
    GovRadioInput,
    GovSelect,
    GovSubmitInput,
    GovTextInput,
)
from wtforms import HiddenField, PasswordField, RadioField, SelectField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from refuge.accounts.models import AgencyKind
from refuge.accounts.passwords import weakness
from refuge.permissions import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from refuge.accounts.models import Agency, Network, Person

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
LONGEST_NAME = 120
LONGEST_EMAIL = 254


def trimmed(text: str | None) -> str:
    """Return what was typed with single spaces and none at the ends."""
    return " ".join((text or "").split())


def lowered(text: str | None) -> str:
    """Return an e-mail address as it is kept."""
    return (text or "").strip().lower()


@dataclass(frozen=True)
class Credentials:
    """What somebody signs in with."""

    email: str
    password: str


class SignInForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Sign in."""

    email = StringField(
        "E-mail address",
        filters=[lowered],
        validators=[
            DataRequired("Enter your e-mail address"),
            Length(max=LONGEST_EMAIL, message="Enter your e-mail address"),
        ],
        widget=GovTextInput(),
    )
    password = PasswordField(
        "Password",
        validators=[InputRequired("Enter your password"), Length(max=1000, message="Enter your password")],
        widget=GovPasswordInput(),
    )
    submit = SubmitField("Sign in", widget=GovSubmitInput())

    def details(self) -> Credentials:
        """Return what was typed."""
        return Credentials(self.email.data or "", self.password.data or "")


def new_password_field() -> PasswordField:
    """Return a new field: the errors of a form are listed in the order in which its fields were made."""
    return PasswordField(
        "New password",
        description="15 characters or more. Four or five words that do not belong together work well.",
        validators=[InputRequired("Enter a new password")],
        widget=GovPasswordInput(),
    )


def agency_field() -> SelectField:
    """Return a new field."""
    return SelectField("Agency", validators=[InputRequired("Choose an agency")], widget=GovSelect())


def role_field() -> RadioField:
    """Return a new field."""
    return RadioField(
        "Role",
        choices=[SelectChoice(role.value, role.label) for role in Role],
        validators=[InputRequired("Choose a role")],
        widget=GovRadioInput(),
    )


class ChoosePasswordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Choose a password by a one-time link."""

    new = new_password_field()
    submit = SubmitField("Save password", widget=GovSubmitInput())
    person: Person | None = None
    """Whose password it will be: her name and agency may not be in it."""

    def validate_new(self, field: PasswordField) -> None:
        """Refuse what can be guessed."""
        person = self.person
        about = (person.name, person.agency.name, person.email) if person is not None else ()
        if (sentence := weakness(field.data or "", about)) is not None:
            raise ValidationError(sentence)

    def details(self) -> str:
        """Return the new password, unmodified."""
        return self.new.data or ""


class ChangePasswordForm(ChoosePasswordForm):
    """Change one's own password."""

    current = PasswordField(
        "Current password",
        validators=[
            InputRequired("Enter your current password"),
            Length(max=1000, message="Enter your current password"),
        ],
        widget=GovPasswordInput(),
    )
    new = new_password_field()
    submit = SubmitField("Change password", widget=GovSubmitInput())


class NetworkForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Add a network."""

    name = StringField(
        "Name of the network",
        description="The refuges, agencies and commissioners that share a system. It sees nothing of other networks.",
        filters=[trimmed],
        validators=[
            DataRequired("Enter the name of the network"),
            Length(max=LONGEST_NAME, message="Enter a shorter name"),
        ],
        widget=GovTextInput(),
    )
    submit = SubmitField("Add network", widget=GovSubmitInput())

    def details(self) -> str:
        """Return the name."""
        return self.name.data or ""


@dataclass(frozen=True)
class AgencyDetails:
    """A new agency."""

    network_ref: str
    kind: AgencyKind
    name: str


class AgencyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Add an agency."""

    network = SelectField("Network", validators=[InputRequired("Choose a network")], widget=GovSelect())
    name = StringField(
        "Name of the agency",
        filters=[trimmed],
        validators=[
            DataRequired("Enter the name of the agency"),
            Length(max=LONGEST_NAME, message="Enter a shorter name"),
        ],
        widget=GovTextInput(),
    )
    kind = RadioField(
        "What it is",
        choices=[SelectChoice(kind.value, kind.label) for kind in AgencyKind],
        validators=[InputRequired("Choose what the agency is")],
        widget=GovRadioInput(),
    )
    submit = SubmitField("Add agency", widget=GovSubmitInput())

    def offer(self, networks: Iterable[Network]) -> None:
        """Offer these networks."""
        self.network.choices = [SelectChoice(network.ref, network.name) for network in networks]

    def details(self) -> AgencyDetails:
        """Return the new agency."""
        return AgencyDetails(self.network.data, AgencyKind(self.kind.data), self.name.data or "")


@dataclass(frozen=True)
class Place:
    """Where somebody works and as what."""

    agency_ref: str
    role: Role


class PlaceForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Change where somebody works and as what."""

    agency = agency_field()
    role = role_field()
    submit = SubmitField("Change", widget=GovSubmitInput())

    def offer(self, agencies: Iterable[Agency]) -> None:
        """Offer these agencies, each with its network."""
        named = [SelectChoice(agency.ref, f"{agency.name} ({agency.network.name})") for agency in agencies]
        self.agency.choices = [SelectChoice("", "Choose an agency"), *named]

    def place(self) -> Place:
        """Return where and as what."""
        return Place(self.agency.data, Role(self.role.data))


class MoveForm(PlaceForm):
    """The same of somebody who is here: from where she was shown to be."""

    seen = HiddenField()


@dataclass(frozen=True)
class PersonDetails:
    """Somebody new."""

    name: str
    email: str
    place: Place


class PersonForm(PlaceForm):
    """Add somebody who signs in."""

    name = StringField(
        "Name",
        description="As colleagues know her.",
        filters=[trimmed],
        validators=[DataRequired("Enter her name"), Length(max=LONGEST_NAME, message="Enter a shorter name")],
        widget=GovTextInput(),
    )
    email = StringField(
        "Work e-mail address",
        description="She signs in with it. Nothing is sent to it.",
        filters=[lowered],
        validators=[
            DataRequired("Enter her work e-mail address"),
            Length(max=LONGEST_EMAIL, message="Enter a shorter address"),
        ],
        widget=GovTextInput(),
    )
    agency = agency_field()
    role = role_field()
    submit = SubmitField("Add and make a link", widget=GovSubmitInput())

    def validate_email(self, field: StringField) -> None:
        """Refuse what cannot be an address."""
        if not EMAIL.fullmatch(field.data or ""):
            raise ValidationError("Enter an e-mail address like name@example.org")

    def details(self) -> PersonDetails:
        """Return who is new."""
        return PersonDetails(self.name.data or "", self.email.data or "", self.place())


def refuse(form: Any, sentence: str, field: str) -> None:  # noqa: ANN401  Flask-WTF has no types
    """Put the sentence of a refusal beside the field that it is about."""
    form[field].errors = [sentence]
