"""The pages of referrals."""

from refuge.referrals.views import changing, drafts, finding, reading
from refuge.referrals.views.room import blueprint

__all__ = ["blueprint", "changing", "drafts", "finding", "reading"]
