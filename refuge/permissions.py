"""The policy: which role may do what. One table that an auditor could read, one gate that holds it.

A view carries a label, `@requires(Permission.X)`, `@signed_in` or `@open_to_everyone`; the gate in `app.py` reads it
before the view runs. No label, no entry. *Whose* records a person may touch is the business of each `visible_to`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Role(StrEnum):
    """What a person does in the network. A person has exactly one."""

    REFUGE_WORKER = "refuge_worker"
    REFUGE_MANAGER = "refuge_manager"
    PRACTITIONER = "practitioner"
    COMMISSIONER = "commissioner"
    REFERRER = "referrer"
    SYSTEM_ADMINISTRATOR = "system_administrator"

    @property
    def label(self) -> str:
        """The role in words."""
        return self.value.replace("_", " ").capitalize()


class Permission(StrEnum):
    """What can be done here, as `noun:verb`."""

    BOARD_SEE = "board:see"
    """See what every bed of the network is now and next."""
    BED_CONFIRM = "bed:confirm"
    """Confirm that the board shows her own refuge's beds as they are."""
    BED_CLOSE = "bed:close"
    """Close a bed of her own refuge, with a reason, and open it again."""
    REFUGE_SEE = "refuge:see"
    """See what each refuge of the network offers: public facts, no live figures."""
    REFUGE_CHANGE = "refuge:change"
    """Change what her own refuge offers, and its beds."""
    ADDRESS_REVEAL = "address:reveal"
    """Reveal the confidential address of a refuge of her own agency, with a reason."""
    REFERRAL_MAKE = "referral:make"
    """Take or make a referral."""
    REFERRAL_SEE = "referral:see"
    """See referrals: a refuge's own and those shared with it; a referrer's own agency's."""
    REFERRAL_CHANGE = "referral:change"
    """Correct or add to a referral of her own agency."""
    CONFLICT_SEE = "conflict:see"
    """See whom a woman must not meet."""
    IMMIGRATION_SEE = "immigration:see"
    """See recourse to public funds and funding routes."""
    DUPLICATE_SEE = "duplicate:see"
    """Be told that a woman may be known already, where she may see both records."""
    MATCH_SEE = "match:see"
    """See matching: who could have which bed, who is proposed for it, and why."""
    MATCH_MAKE = "match:make"
    """Let the solver propose, and choose another bed for somebody."""
    RULES_CHANGE = "rules:change"
    """Change the network's rules, limits and goals of matching."""
    BED_HOLD = "bed:hold"
    """Hold a bed for a woman, offer it, note her answer, let it go."""
    RESIDENT_SEE = "resident:see"
    """See who lives in the refuges of her own agency."""
    RESIDENT_MOVE = "resident:move"
    """Admit a woman to her own agency's refuge, move her between beds, note that she has moved on."""
    PLAN_SEE = "plan:see"
    """Open the plan of a woman whom she works with: of it, what her agency wrote or she agreed to share."""
    PLAN_LIST = "plan:list"
    """See the list of the women whom she works with, in whichever house they live."""
    PLAN_WRITE = "plan:write"
    """Write in the plan of such a woman: goals, actions, notes, sessions, consent."""
    SHARING_OVERRIDE = "sharing:override"
    """Record that something is shared without her consent: why necessary, proportionate, who decided."""
    GLASS_BREAK = "glass:break"
    """Open a plan without the usual right for an hour, with a reason that somebody else reviews."""
    PERPETRATOR_SEE = "perpetrator:see"
    """See what is known about the person who harms her."""
    OFFENCE_SEE = "offence:see"
    """See what is known about criminal offences."""
    INCIDENT_KEEP = "incident:keep"
    """Log and see to incidents, concerns and complaints of her own agency."""
    FEEDBACK_KEEP = "feedback:keep"
    """Keep what residents and partners say of her own agency, and see its themes."""
    DIRECTORY_KEEP = "directory:keep"
    """See and keep the network's directory of services that women are sent on to."""
    TASK_SEE = "task:see"
    """See and do the tasks of her own agency, and the huddle of the houses where she works."""
    TURNAWAY_RECORD = "turnaway:record"
    """Turn a referral away with its reason, log searches, set the day to look again."""
    TURNAWAY_COUNT = "turnaway:count"
    """See how many referrals of the network were turned away, by need and reason: exact counts, no one named."""
    ROTA_SEE = "rota:see"
    """See who of the network's workers works where and when, and how to reach them for advice."""
    ROTA_CHANGE = "rota:change"
    """Enter workers of her own agency, their working patterns, leave and other exceptions."""
    HOUSE_ROTA_CHANGE = "house_rota:change"
    """Change the rooms for sessions, the promises of cover and the travel times of her own agency's refuges."""
    COVER_SEE = "cover:see"
    """See what each house is promised and what the rota gives: hours, gaps and causes, without names."""
    TRAINING_SEE = "training:see"
    """See workshops; book a place for herself and her agency's people, tell what she thought of one."""
    TRAINING_KEEP = "training:keep"
    """Announce workshops of her own agency, keep who booked and attended."""
    TRAINING_COUNT = "training:count"
    """See how many people of each agency were trained: no one named."""
    SESSION_SEE = "session:see"
    """See the week of in-reach, and open sessions of her own houses, her agency's workers, the women she works with."""
    SESSION_BOOK = "session:book"
    """Book, move and call off sessions: of her agency's workers, or in her own houses."""
    SESSION_RECORD = "session:record"
    """Note what came of sessions of her agency's workers; her own tasks and calendar feed."""
    SESSION_PLAN = "session:plan"
    """Let the solver propose sessions, choose other times, accept proposals."""
    REPLAY_ASK = "replay:ask"
    """Ask what would have helped the network in a period, publish it to commissioners, say what changes cost."""
    REPLAY_SEE = "replay:see"
    """See what would have helped: exact with leave to ask for it, else what was published, small numbers hidden."""
    STATISTICS_SEE = "statistics:see"
    """See the exact figures of her own service, and which of its referrals are behind them."""
    EDITION_READ = "edition:read"
    """Read what was published of the network's figures: small counts hidden, no one named."""
    EDITION_PUBLISH = "edition:publish"
    """Publish the figures of a closed period, set targets, judge a figure."""
    HARM_SCORE = "harm:score"
    """Score, for her own agency, how much harm unmet need does by theme: about no woman."""
    RETURN_KEEP = "return:keep"
    """Keep when the network's returns are due, whose they are, and that one was sent."""
    PERSON_MANAGE = "person:manage"
    """Add agencies and the people who sign in; disable them; change a role."""


_REFUGE_WORKER = frozenset(
    {
        Permission.BOARD_SEE,
        Permission.BED_CONFIRM,
        Permission.BED_CLOSE,
        Permission.REFUGE_SEE,
        Permission.ADDRESS_REVEAL,
        Permission.REFERRAL_MAKE,
        Permission.REFERRAL_SEE,
        Permission.REFERRAL_CHANGE,
        Permission.CONFLICT_SEE,
        Permission.IMMIGRATION_SEE,
        Permission.DUPLICATE_SEE,
        Permission.MATCH_SEE,
        Permission.MATCH_MAKE,
        Permission.BED_HOLD,
        Permission.RESIDENT_SEE,
        Permission.RESIDENT_MOVE,
        Permission.TURNAWAY_RECORD,
        Permission.ROTA_SEE,
        Permission.COVER_SEE,
        Permission.TRAINING_SEE,
        Permission.TRAINING_COUNT,
        Permission.PLAN_SEE,
        Permission.PLAN_WRITE,
        Permission.TASK_SEE,
        Permission.INCIDENT_KEEP,
        Permission.FEEDBACK_KEEP,
        Permission.DIRECTORY_KEEP,
        Permission.GLASS_BREAK,
        Permission.PERPETRATOR_SEE,
        Permission.OFFENCE_SEE,
        Permission.SESSION_SEE,
        Permission.SESSION_BOOK,
        Permission.SESSION_RECORD,
        Permission.SESSION_PLAN,
    }
)

MAY: Mapping[Role, frozenset[Permission]] = {
    Role.REFUGE_WORKER: _REFUGE_WORKER,
    Role.REFUGE_MANAGER: _REFUGE_WORKER
    | {
        Permission.REFUGE_CHANGE,
        Permission.RULES_CHANGE,
        Permission.TURNAWAY_COUNT,
        Permission.STATISTICS_SEE,
        Permission.EDITION_READ,
        Permission.EDITION_PUBLISH,
        Permission.HARM_SCORE,
        Permission.RETURN_KEEP,
        Permission.ROTA_CHANGE,
        Permission.HOUSE_ROTA_CHANGE,
        Permission.TRAINING_KEEP,
        Permission.SHARING_OVERRIDE,
        Permission.REPLAY_ASK,
        Permission.REPLAY_SEE,
    },
    Role.PRACTITIONER: frozenset(
        {
            Permission.BOARD_SEE,
            Permission.REFUGE_SEE,
            Permission.ROTA_SEE,
            Permission.ROTA_CHANGE,
            Permission.COVER_SEE,
            Permission.TRAINING_SEE,
            Permission.TRAINING_KEEP,
            Permission.TRAINING_COUNT,
            Permission.PLAN_SEE,
            Permission.PLAN_LIST,
            Permission.PLAN_WRITE,
            Permission.TASK_SEE,
            Permission.INCIDENT_KEEP,
            Permission.FEEDBACK_KEEP,
            Permission.DIRECTORY_KEEP,
            Permission.SHARING_OVERRIDE,
            Permission.GLASS_BREAK,
            Permission.PERPETRATOR_SEE,
            Permission.SESSION_SEE,
            Permission.SESSION_BOOK,
            Permission.SESSION_RECORD,
            Permission.SESSION_PLAN,
            Permission.HARM_SCORE,
        }
    ),
    Role.COMMISSIONER: frozenset(
        {
            Permission.REFUGE_SEE,
            Permission.COVER_SEE,
            Permission.TRAINING_COUNT,
            Permission.REPLAY_SEE,
            Permission.EDITION_READ,
            Permission.HARM_SCORE,
        }
    ),
    Role.REFERRER: frozenset(
        {Permission.REFERRAL_MAKE, Permission.REFERRAL_SEE, Permission.REFERRAL_CHANGE},
    ),
    Role.SYSTEM_ADMINISTRATOR: frozenset({Permission.PERSON_MANAGE}),
}


def may(role: Role, permission: Permission) -> bool:
    """Return whether the policy gives this permission to this role."""
    return permission in MAY[role]


SIGNED_IN = "signed in"
EVERYONE = "everyone"
Label = Permission | str
View = TypeVar("View", bound="Callable[..., object]")


def requires(permission: Permission) -> Callable[[View], View]:
    """Label a view: only roles that hold this permission enter."""
    return lambda view: _labelled(view, permission)


def signed_in(view: View) -> View:
    """Label a view: anybody who is signed in enters."""
    return _labelled(view, SIGNED_IN)


def open_to_everyone(view: View) -> View:
    """Label a view: anybody enters, signed in or not."""
    return _labelled(view, EVERYONE)


def label_of(view: Callable[..., object]) -> Label | None:
    """Return the label of a view, or None if nobody labelled it."""
    return getattr(view, "label", None)


def _labelled(view: View, label: Label) -> View:
    view.label = label  # type: ignore[attr-defined]  # a function takes attributes; the type of a callable does not say so
    return view
