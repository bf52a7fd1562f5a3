"""A referral: a request for refuge, by her or by an agency."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Agency, Person
from refuge.database import Referable, one_of
from refuge.referrals.models.household import AdmissionCheck, Answer, Child, Need, UnsafeArea
from refuge.referrals.models.pairs import MustNotMeet
from refuge.referrals.models.recourse import Recourse
from refuge.sealed import Sealed


class ReferralState(StrEnum):
    """Where a referral has come to. Holding, moving in and turning away are acts of `placements`."""

    WAITING = "waiting"
    HELD = "held"
    PLACED = "placed"
    TURNED_AWAY = "turned_away"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The state in words."""
        return self.value.replace("_", " ").capitalize()


class Judgement(StrEnum):
    """The worker's own judgement of the risk."""

    NOT_ASKED = "not_asked"
    STANDARD = "standard"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def label(self) -> str:
        """The judgement in words."""
        return self.value.replace("_", " ").capitalize()


class Referral(Referable):
    """A request for refuge for one household: the woman, any adults who depend on her, and her children."""

    __tablename__ = "referral"
    __table_args__ = (
        CheckConstraint("adult_dependants BETWEEN 0 AND 5", name="adult_dependants"),
        CheckConstraint("risk_count IS NULL OR risk_count BETWEEN 0 AND 40", name="risk_count"),
        CheckConstraint("risk_count IS NULL OR risk_tool <> ''", name="risk_count_names_its_tool"),
        CheckConstraint("pets >= 0 AND pets <= 20", name="pets"),
        CheckConstraint(
            "(state IN ('turned_away', 'withdrawn')) = (closed_at IS NOT NULL)",
            name="closed_when_it_has_ended",
        ),
        Index(None, "network_id", "state"),
    )
    prefix = "R"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    """The agency that took or made it, and whose record it is."""
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("referral_draft.id"), unique=True)
    """The draft that it was made from: one draft makes one referral, however often it is sent."""
    shared: Mapped[bool]
    """Whether she agreed that the other refuges of the network may see it to find her a place."""
    state: Mapped[ReferralState] = mapped_column(one_of(ReferralState, "state"), default=ReferralState.WAITING)
    received_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(40), default="")
    """Code list `outcome` once it has ended without a place here; what the referrer is told."""
    source: Mapped[str] = mapped_column(String(40))
    """Code list `referral_source`: who rang."""

    # Safe contact first: nobody rings, writes or leaves a message but as this says.
    safe_number: Mapped[str] = mapped_column(String(40), default="")
    """The number that is safe to ring, as she gave it; may be empty."""
    safe_number_digits: Mapped[str] = mapped_column(String(20), default="", index=True)
    """Its digits alone, for finding the same woman again."""
    safe_times: Mapped[str] = mapped_column(String(200), default="")
    may_leave_message: Mapped[bool] = mapped_column(default=False)
    may_text: Mapped[bool] = mapped_column(default=False)
    contact_note: Mapped[str] = mapped_column(Sealed("referral.contact_note"), default="")
    """What else to mind: who answers, a code word, an advocate who speaks for her."""
    referrer_contact: Mapped[str] = mapped_column(String(200), default="")
    """How to reach the professional who referred her, if one did."""

    # Who she is. All of it optional.
    name: Mapped[str] = mapped_column(String(120), default="")
    name_key: Mapped[str] = mapped_column(String(120), default="", index=True)
    """The name folded for comparison (`duplicates.name_key`)."""
    born_on: Mapped[date | None]
    age: Mapped[int | None]
    """In years, where the date of birth is not given."""
    ethnicity: Mapped[str] = mapped_column(String(40), default="not_asked")
    """Code list `ethnicity`."""
    adult_dependants: Mapped[int | None]
    """How many adults who depend on her come too; None: not asked."""
    children_come: Mapped[Answer] = mapped_column(one_of(Answer, "children_come"), default=Answer.NOT_ASKED)
    """Whether children come with her; "no" is not the same as an empty list."""
    pregnant: Mapped[Answer] = mapped_column(one_of(Answer, "pregnant"), default=Answer.NOT_ASKED)
    due_on: Mapped[date | None]

    # Risk: the judgement may raise it, a low count never lowers it (`risk.level`).
    risk_tool: Mapped[str] = mapped_column(String(40), default="")
    """Code list `risk_tool`, which names the version."""
    risk_count: Mapped[int | None]
    """How many questions were answered yes."""
    judgement: Mapped[Judgement] = mapped_column(one_of(Judgement, "judgement"), default=Judgement.NOT_ASKED)
    judgement_reason: Mapped[str] = mapped_column(Text, default="")
    abuse: Mapped[list[str]]
    """Codes of list `form_of_abuse`."""

    # Where she is and where she can go.
    now_at: Mapped[str] = mapped_column(String(40), default="")
    """Code list `now_at`: with the person who harms her, with friends, in hospital ..."""
    from_area: Mapped[str] = mapped_column(String(9), default="")
    """Code list `area`: where she comes from."""
    needed_by: Mapped[date | None]
    """The day by which she needs a bed; None: as soon as one is free."""
    elsewhere_unsafe: Mapped[str] = mapped_column(Text, default="")
    """Unsafe places that the code list has no word for, in hers."""

    # What she wants, in her words, and what she needs to get in and be understood.
    preferences: Mapped[str] = mapped_column(Text, default="")
    prefers_by_and_for: Mapped[Answer] = mapped_column(one_of(Answer, "prefers_by_and_for"), default=Answer.NOT_ASKED)
    prefers_self_contained: Mapped[Answer] = mapped_column(
        one_of(Answer, "prefers_self_contained"), default=Answer.NOT_ASKED
    )
    needs_self_contained: Mapped[bool] = mapped_column(default=False)
    """She cannot share a kitchen or bathroom: a need, not a preference."""
    preferred_areas: Mapped[list[str]]
    """Codes of list `area`."""
    diet: Mapped[str] = mapped_column(String(200), default="")
    access: Mapped[list[str]]
    """Codes of list `access_need`; empty: none, or not asked (`access_asked`)."""
    access_asked: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(40), default="")
    """Code list `language`: the one she would rather speak."""
    interpreter: Mapped[Answer] = mapped_column(one_of(Answer, "interpreter"), default=Answer.NOT_ASKED)
    interpreter_note: Mapped[str] = mapped_column(String(200), default="")
    """Same sex, not from her community, by telephone ..."""
    pets: Mapped[int | None]
    """How many; None: not asked."""
    pets_note: Mapped[str] = mapped_column(String(200), default="")
    stayed_before: Mapped[Answer] = mapped_column(one_of(Answer, "stayed_before"), default=Answer.NOT_ASKED)
    refuge_history: Mapped[str] = mapped_column(Text, default="")
    harm: Mapped[list[str]] = mapped_column(default=list)
    """Codes of list `harm` that are known of her past; empty: none, or not asked (`harm_asked`)."""
    harm_asked: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    agency: Mapped[Agency] = relationship(lazy="joined")
    taken_by: Mapped[Person] = relationship(lazy="raise")
    children: Mapped[list[Child]] = relationship(
        cascade="all, delete-orphan", order_by="Child.position", lazy="selectin"
    )
    needs: Mapped[list[Need]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    unsafe_areas: Mapped[list[UnsafeArea]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    checks: Mapped[list[AdmissionCheck]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    must_not_meet: Mapped[list[MustNotMeet]] = relationship(cascade="all, delete-orphan", lazy="raise")
    """Confidential: read only through `queries.must_not_meet`."""
    recourse: Mapped[Recourse | None] = relationship(cascade="all, delete-orphan", lazy="raise")
    """Immigration: a record of its own, read only through `queries.recourse`."""

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class
