"""The verbs of referrals. They add and audit; views commit."""

from refuge.referrals.service.drafts import Opening, discard_draft, save_draft, start_draft, take_up_draft
from refuge.referrals.service.pairs import compare_with_network, decide_same, say_known
from refuge.referrals.service.progress import update_progress
from refuge.referrals.service.referrals import change_referral, make_referral, withdraw_referral

__all__ = [
    "Opening",
    "change_referral",
    "compare_with_network",
    "decide_same",
    "discard_draft",
    "make_referral",
    "save_draft",
    "say_known",
    "start_draft",
    "take_up_draft",
    "update_progress",
    "withdraw_referral",
]
