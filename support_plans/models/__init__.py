"""Plans, what they ask for, who works on them, and who may read what."""

from support_plans.models.allocations import Allocation, Part
from support_plans.models.needs import Interpreter, SessionNeed, TimeKind, TimeOfHers, Urgency
from support_plans.models.notes import ApartRecord, Note
from support_plans.models.owned import Owned
from support_plans.models.plans import (
    Action,
    ActionOwner,
    Goal,
    GoalState,
    Plan,
    PlanAgreement,
    PlanArea,
    PlanChange,
    PlanReview,
    Progress,
)
from support_plans.models.settings import NetworkArea
from support_plans.models.sharing import (
    AlertKind,
    Basis,
    BrokenGlass,
    GlassReview,
    PrivacyAlert,
    PrivacyOfficer,
    SharedCategory,
    Sharing,
)

__all__ = [
    "Action",
    "ActionOwner",
    "AlertKind",
    "Allocation",
    "ApartRecord",
    "Basis",
    "BrokenGlass",
    "GlassReview",
    "Goal",
    "GoalState",
    "Interpreter",
    "NetworkArea",
    "Note",
    "Owned",
    "Part",
    "Plan",
    "PlanAgreement",
    "PlanArea",
    "PlanChange",
    "PlanReview",
    "PrivacyAlert",
    "PrivacyOfficer",
    "Progress",
    "SessionNeed",
    "SharedCategory",
    "Sharing",
    "TimeKind",
    "TimeOfHers",
    "Urgency",
]
