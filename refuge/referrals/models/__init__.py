"""Referrals, what is known about the household, and who may be the same woman or must not meet."""

from refuge.referrals.models.drafts import ReferralDraft
from refuge.referrals.models.household import (
    AdmissionCheck,
    Answer,
    CheckState,
    Child,
    ChildSex,
    Need,
    NeedLevel,
    UnsafeArea,
)
from refuge.referrals.models.pairs import ConflictPair, MatchKey, MustNotMeet, PossibleSame
from refuge.referrals.models.recourse import FundingRoute, Recourse, RouteState
from refuge.referrals.models.referrals import Judgement, Referral, ReferralState
from refuge.referrals.models.waiting import TakingOver, WaitingReview

__all__ = [
    "AdmissionCheck",
    "Answer",
    "CheckState",
    "Child",
    "ChildSex",
    "ConflictPair",
    "FundingRoute",
    "Judgement",
    "MatchKey",
    "MustNotMeet",
    "Need",
    "NeedLevel",
    "PossibleSame",
    "Recourse",
    "Referral",
    "ReferralDraft",
    "ReferralState",
    "RouteState",
    "TakingOver",
    "UnsafeArea",
    "WaitingReview",
]
