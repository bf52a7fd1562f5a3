"""Plans, what they ask for, who works on them, and who may read what."""

from support_plans.models.allocations import Allocation, Part
from support_plans.models.askings import WorkerAsking
from support_plans.models.assessments import Assessment, Occasion
from support_plans.models.directory import Service, Signpost
from support_plans.models.incidents import Escalation, Feedback, FeedbackLink, Giver, Incident, IncidentStep
from support_plans.models.leavings import Discharge, Leaving, LeavingStep
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
from support_plans.models.records import CareRecord
from support_plans.models.risks import Caution, Judgement, MaracReferral, RiskAssessment
from support_plans.models.settings import NetworkArea
from support_plans.models.sharing import (
    REVIEWED_WITHIN,
    AlertKind,
    Basis,
    BrokenGlass,
    GlassReview,
    PrivacyAlert,
    PrivacyOfficer,
    PrivacySample,
    SharedCategory,
    Sharing,
)
from support_plans.models.tasks import Task, TaskKind

__all__ = [
    "REVIEWED_WITHIN",
    "Action",
    "ActionOwner",
    "AlertKind",
    "Allocation",
    "ApartRecord",
    "Assessment",
    "Basis",
    "BrokenGlass",
    "CareRecord",
    "Caution",
    "Discharge",
    "Escalation",
    "Feedback",
    "FeedbackLink",
    "Giver",
    "GlassReview",
    "Goal",
    "GoalState",
    "Incident",
    "IncidentStep",
    "Interpreter",
    "Judgement",
    "Leaving",
    "LeavingStep",
    "MaracReferral",
    "NetworkArea",
    "Note",
    "Occasion",
    "Owned",
    "Part",
    "Plan",
    "PlanAgreement",
    "PlanArea",
    "PlanChange",
    "PlanReview",
    "PrivacyAlert",
    "PrivacyOfficer",
    "PrivacySample",
    "Progress",
    "RiskAssessment",
    "Service",
    "SessionNeed",
    "SharedCategory",
    "Sharing",
    "Signpost",
    "Task",
    "TaskKind",
    "TimeKind",
    "TimeOfHers",
    "Urgency",
    "WorkerAsking",
]
