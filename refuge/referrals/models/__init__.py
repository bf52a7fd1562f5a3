"""Referrals, what is known about the household, and who may be the same woman or must not meet."""

from refuge.referrals.models.drafts import ReferralDraft
from refuge.referrals.models.household import AdmissionCheck, Answer, Child, Need, NeedLevel, UnsafeArea
from refuge.referrals.models.pairs import ConflictPair, MustNotMeet, PossibleSame
from refuge.referrals.models.recourse import FundingRoute, Recourse
from refuge.referrals.models.referrals import Judgement, Referral, ReferralState

__all__ = [
    "AdmissionCheck",
    "Answer",
    "Child",
    "ConflictPair",
    "FundingRoute",
    "Judgement",
    "MustNotMeet",
    "Need",
    "NeedLevel",
    "PossibleSame",
    "Recourse",
    "Referral",
    "ReferralDraft",
    "ReferralState",
    "UnsafeArea",
]
