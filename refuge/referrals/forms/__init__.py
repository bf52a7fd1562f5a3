"""The forms of referrals: where text becomes typed values."""

from refuge.referrals.forms.filled import filled, progress_filled
from refuge.referrals.forms.merge import differs, dump_opened, labels_of, merge, merged_words, read_opened
from refuge.referrals.forms.referral import LISTS, SECTIONS, ReferralForm, checks_of, referral_form, routes_of
from refuge.referrals.forms.rows import add_row, say_beside, sound
from refuge.referrals.forms.small import FindForm, ProgressForm, WithdrawForm, progress_form

__all__ = [
    "LISTS",
    "SECTIONS",
    "FindForm",
    "ProgressForm",
    "ReferralForm",
    "WithdrawForm",
    "add_row",
    "checks_of",
    "differs",
    "dump_opened",
    "filled",
    "labels_of",
    "merge",
    "merged_words",
    "progress_filled",
    "progress_form",
    "read_opened",
    "referral_form",
    "routes_of",
    "say_beside",
    "sound",
]
