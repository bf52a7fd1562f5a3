"""Questionnaires and what their answers add up to. Pure: it records and bands, and never recommends a treatment."""

from support_plans.scoring.audit import AUDIT, AUDIT_C
from support_plans.scoring.gad7 import GAD_7
from support_plans.scoring.phq9 import PHQ_9
from support_plans.scoring.result import Result, band_of, score, score_total
from support_plans.scoring.tools import Alarm, Band, Item, Tool
from support_plans.scoring.top import TOP
from support_plans.scoring.totals import CORE_10, DUDIT, OTHER_TOTALS

TOOLS: dict[str, Tool] = {
    tool.code: tool for tool in (PHQ_9, GAD_7, AUDIT, AUDIT_C, TOP, CORE_10, DUDIT, *OTHER_TOTALS)
}
"""Every questionnaire that can be recorded, by its code, in the order of the form."""

__all__ = [
    "AUDIT",
    "AUDIT_C",
    "CORE_10",
    "DUDIT",
    "GAD_7",
    "PHQ_9",
    "TOOLS",
    "TOP",
    "Alarm",
    "Band",
    "Item",
    "Result",
    "Tool",
    "band_of",
    "score",
    "score_total",
]
