"""Reading referrals. Every read starts from what its reader may see."""

from refuge.referrals.queries.confidential import must_not_meet, recourse, told_to
from refuge.referrals.queries.drafts import draft, my_drafts
from refuge.referrals.queries.pairs import Known, known_already, probe_of
from refuge.referrals.queries.referrals import (
    PAGE,
    found,
    is_own,
    may_change,
    may_progress,
    one,
    page,
    risk_rank,
    visible_refs,
    visible_to,
)

__all__ = [
    "PAGE",
    "Known",
    "draft",
    "found",
    "is_own",
    "known_already",
    "may_change",
    "may_progress",
    "must_not_meet",
    "my_drafts",
    "one",
    "page",
    "probe_of",
    "recourse",
    "risk_rank",
    "told_to",
    "visible_refs",
    "visible_to",
]
