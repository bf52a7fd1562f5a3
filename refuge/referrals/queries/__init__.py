"""Reading referrals. Every read starts from what its reader may see."""

from refuge.referrals.queries.confidential import must_not_meet, recourse, told_to
from refuge.referrals.queries.drafts import draft, my_drafts
from refuge.referrals.queries.pairs import Known, known_already, probe_of
from refuge.referrals.queries.passed_on import PassedOn, made_of_draft, passed_on, passed_on_one
from refuge.referrals.queries.referrals import (
    PAGE,
    answers_for,
    found,
    is_own,
    may_change,
    may_progress,
    one,
    page,
    review_days,
    risk_rank,
    visible_refs,
    visible_to,
)
from refuge.referrals.queries.standing import in_states, say_who_waits_again, waits

__all__ = [
    "PAGE",
    "Known",
    "PassedOn",
    "answers_for",
    "draft",
    "found",
    "in_states",
    "is_own",
    "known_already",
    "made_of_draft",
    "may_change",
    "may_progress",
    "must_not_meet",
    "my_drafts",
    "one",
    "page",
    "passed_on",
    "passed_on_one",
    "probe_of",
    "recourse",
    "review_days",
    "risk_rank",
    "say_who_waits_again",
    "told_to",
    "visible_refs",
    "visible_to",
    "waits",
]
