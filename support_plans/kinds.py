"""What each structured record asks for, who writes it and whose eyes it is for. A table; forms and pages walk it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from refuge.accounts.models import AgencyKind
from support_plans.categories import Category

REFUGE = frozenset({AgencyKind.REFUGE_PROVIDER})
TRUST = frozenset({AgencyKind.MENTAL_HEALTH_TRUST})
RECOVERY = frozenset({AgencyKind.SUBSTANCE_MISUSE_PROVIDER})
THERAPY = frozenset({AgencyKind.THERAPEUTIC_CHARITY})
SPECIALISTS = TRUST | RECOVERY | THERAPY
ANYBODY = REFUGE | SPECIALISTS


class As(StrEnum):
    """How a field is asked for."""

    WORDS = "words"
    LINE = "line"
    DAY = "day"
    CHOICE = "choice"


YES_NO = (("yes", "Yes"), ("no", "No"), ("not_asked", "Not asked"))


@dataclass(frozen=True)
class Field:
    """One thing that a record asks for."""

    name: str
    label: str
    as_: As = As.WORDS
    hint: str = ""
    needed: bool = False
    choices: tuple[tuple[str, str], ...] = ()

    def said(self, told: str) -> str:
        """Return what was told in words."""
        return dict(self.choices).get(told, told)


@dataclass(frozen=True)
class Kind:
    """One kind of record."""

    code: str
    name: str
    category: Category
    writers: frozenset[AgencyKind]
    fields: tuple[Field, ...]
    about_child: bool = False
    many: bool = False
    """Whether several stand side by side; otherwise an agency has one, and a new version replaces it."""
    reviewed: bool = False
    """Whether it says when it is looked at again."""


def _choice(name: str, label: str, choices: tuple[tuple[str, str], ...] = YES_NO, hint: str = "") -> Field:
    return Field(name, label, As.CHOICE, hint, choices=choices)


_RISKS = (
    Field("risk_self", "Risk to herself", hint="What makes it more, what makes it less", needed=True),
    Field("risk_others", "Risk to others"),
    Field("risk_from", "Risk from others"),
)
KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            "safety_plan", "Safety plan", Category.SAFETY, ANYBODY,
            (
                Field("her_words", "What being safe means to her, in her words", needed=True),
                Field("signs", "How she, and others, notice that things get worse"),
                Field("herself", "What she can do herself"),
                Field("others", "Who can help, and how"),
                Field("staff", "What staff do, by day and by night", needed=True),
                Field("avoid", "What makes it worse: please do not"),
            ),
            reviewed=True,
        ),
        Kind(
            "mh_assessment", "Mental health assessment", Category.MENTAL_HEALTH, TRUST,
            (
                Field("her_words", "What brings her, in her words", needed=True),
                Field("history", "What was before"),
                Field("treatment", "Treatment and medication now"),
                *_RISKS,
                Field("strengths", "What protects her, and her strengths"),
                Field("summary", "Summary", needed=True),
            ),
            reviewed=True,
        ),
        Kind(
            "mh_care_plan", "Mental health care plan", Category.MENTAL_HEALTH, TRUST,
            (
                Field("needs", "What she wants help with", needed=True),
                Field("what", "What we do together, and how often", needed=True),
                Field("medication", "Medication: who prescribes, who keeps it"),
                Field("crisis", "In a crisis", needed=True),
                Field("gp", "What her GP was told, with her agreement"),
            ),
            reviewed=True,
        ),
        Kind(
            "recovery_plan", "Recovery plan", Category.SUBSTANCE_USE, RECOVERY,
            (
                Field("her_words", "What she wants to change, in her words", needed=True),
                Field("use", "What she uses, how much and how"),
                _choice("naloxone", "Naloxone given and explained"),
                Field("safer", "Safer use"),
                Field("prescribing", "Prescribing: what, where, who keeps it"),
                Field("steps", "Steps", needed=True),
                Field("lapse", "If she uses again"),
            ),
            reviewed=True,
        ),
        Kind(
            "pre_therapy", "Pre-therapy course", Category.MENTAL_HEALTH, THERAPY,
            (
                Field("course", "Which course", As.LINE, needed=True),
                Field("began", "Began on", As.DAY),
                Field("planned", "Sessions planned", As.LINE),
                Field("came", "Sessions she came to", As.LINE),
                Field("ended", "Ended on", As.DAY),
                Field("her_words", "What she takes from it, in her words"),
            ),
            many=True,
        ),
        Kind(
            "readiness", "Readiness for a specialist service", Category.MENTAL_HEALTH, SPECIALISTS,
            (
                Field("service", "For which service", As.LINE, needed=True),
                _choice("wants", "She wants it now"),
                _choice("safe", "She is safe enough to begin"),
                _choice("stable", "Everyday life is steady enough"),
                _choice("can_go", "She can get there: childcare, travel, interpreter"),
                Field("missing", "What is still needed, and who sees to it"),
            ),
            many=True, reviewed=True,
        ),
        Kind(
            "child_needs", "What the child needs", Category.CHILDREN, ANYBODY,
            (
                Field("own_words", "What the child says and shows"),
                Field("health", "Health, sleep and food"),
                Field("feelings", "Feelings and behaviour"),
                Field("play", "Play and friends"),
                Field("help", "Help in place, and what is still needed", needed=True),
            ),
            about_child=True, reviewed=True,
        ),
        Kind(
            "child_school", "School or nursery", Category.CHILDREN, REFUGE,
            (
                _choice(
                    "place", "Has the child a place?",
                    (
                        ("goes", "Goes to one"), ("asked", "A place was asked for"), ("none", "None yet"),
                        ("too_young", "Too young"),
                    ),
                ),
                Field("where", "Where", As.LINE, hint="Seen by those who may see her children"),
                Field("asked_on", "Asked for on", As.DAY),
                Field("support", "Help that the child has there"),
                Field("safe", "Who may collect the child, and what the school knows", needed=True),
            ),
            about_child=True,
        ),
        Kind(
            "child_contact", "Contact with a parent", Category.CHILDREN, REFUGE,
            (
                _choice(
                    "basis", "What is it based on?",
                    (
                        ("order", "A court order"), ("agreed", "Agreed between the parents"),
                        ("none", "There is none"), ("asked", "It was asked for"),
                    ),
                ),
                Field("how", "How, where and how often", needed=True),
                Field("safe", "What keeps it safe", needed=True),
                Field("child", "What the child wants"),
            ),
            about_child=True, reviewed=True,
        ),
        Kind(
            "child_health_visitor", "Health visitor", Category.CHILDREN, REFUGE,
            (
                Field("team", "Team", As.LINE, needed=True),
                Field("told_on", "Told that the child is here on", As.DAY),
                Field("seen_on", "Last seen on", As.DAY),
                Field("next_on", "Next due on", As.DAY),
                _choice("immunised", "Immunisations are up to date"),
                Field("note", "What was said"),
            ),
            about_child=True,
        ),
        Kind(
            "child_safeguarding", "Safeguarding referral", Category.CHILDREN, ANYBODY,
            (
                Field("to", "To whom", As.LINE, needed=True),
                Field("on", "On which day", As.DAY, needed=True),
                Field("why", "Why", needed=True),
                _choice("mother_knows", "Her mother knows of it", hint="Where telling her is not safe, say why below"),
                Field("outcome", "What came of it"),
            ),
            about_child=True, many=True, reviewed=True,
        ),
    )
}  # fmt: skip
"""By code, in the order of the page."""


def written_by(kind: AgencyKind, *, about_child: bool) -> list[Kind]:
    """Return the records that an agency of this kind writes."""
    return [one for one in KINDS.values() if one.about_child is about_child and kind in one.writers]
