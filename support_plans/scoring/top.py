"""Treatment Outcomes Profile: fields of the last four weeks, compared with her first ones; nothing is added up.

Its questions on crime are left out: what may be an offence is kept apart, under a permission of its own.
"""

from __future__ import annotations

from support_plans.scoring.tools import Item, Tool

DAYS = 28
BEST = 20
YES_NO = ((0, "No"), (1, "Yes"))
_USE = "Days used in the last four weeks"
_INJECTING = "Injecting in the last four weeks"
_LIFE = "Health and everyday life in the last four weeks"


def _days(key: str, words: str, group: str) -> Item:
    return Item(key, words, least=0, most=DAYS, group=group, hint="Days, 0 to 28", needed=False)


def _rated(key: str, words: str) -> Item:
    return Item(key, words, least=0, most=BEST, group=_LIFE, hint="0 (poor) to 20 (good)", needed=False)


def _asked(key: str, words: str, group: str) -> Item:
    return Item(key, words, YES_NO, group=group, needed=False)


TOP = Tool(
    code="TOP",
    name="Treatment Outcomes Profile (TOP)",
    version="gov.uk",
    about="substance_use",
    source="Office for Health Improvement and Disparities, gov.uk; Crown copyright, Open Government Licence v3.0 (A).",
    stem="At the start, then every three months, and at the end.",
    items=(
        _days("top_alcohol", "Alcohol", _USE),
        _days("top_opiates", "Opiates that were not prescribed", _USE),
        _days("top_crack", "Crack", _USE),
        _days("top_cocaine", "Cocaine powder", _USE),
        _days("top_amphetamines", "Amphetamines", _USE),
        _days("top_cannabis", "Cannabis", _USE),
        _days("top_other", "Another problem substance", _USE),
        _days("top_injected", "Days injected drugs that were not prescribed", _INJECTING),
        _asked("top_shared", "Injected with a needle, syringe or other equipment that somebody else used", _INJECTING),
        _rated("top_psychological", "Psychological health"),
        _days("top_paid_work", "Days of paid work", _LIFE),
        _days("top_education", "Days at college or school", _LIFE),
        _rated("top_physical", "Physical health"),
        _asked("top_housing_problem", "Acute housing problem", _LIFE),
        _asked("top_housing_risk", "At risk of eviction", _LIFE),
        _rated("top_quality", "Overall quality of life"),
    ),
    totalled=False,
    higher_is_worse=False,
)  # fmt: skip
