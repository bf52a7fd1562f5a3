"""Questionnaires whose wording is not ours to show: their total and its day are kept, and no band is given."""

from __future__ import annotations

from support_plans.scoring.tools import Alarm, Item, Tool

CORE_10 = Tool(
    code="CORE_10",
    name="CORE-10",
    version="CORE System Trust",
    source="© CORE System Trust. Only the total and item 6 are kept until permission for the wording is written (B/C).",
    risk_item=Item("core10_6", "Points of item 6", least=0, most=4, hint="0 to 4"),
    alarms=(Alarm("core10_6", 1, "Talk with her today: item 6 of her CORE-10 was answered above “not at all”"),),
    most=40,
)

DUDIT = Tool(
    code="DUDIT",
    name="DUDIT",
    version="2003",
    about="substance_use",
    source="© Berman, Bergman, Palmstierna and Schlyter (Karolinska Institutet). Only the total is kept (A/B).",
    most=44,
)

OTHER_TOTALS = (
    Tool(
        code="CORE_OM",
        name="CORE-OM",
        version="CORE System Trust",
        source="© CORE System Trust. Only the total is kept until permission for the wording is written (C).",
        most=136,
    ),
    Tool(
        code="SADQ",
        name="SADQ",
        version="1979",
        about="substance_use",
        source="Stockwell and others. Only the total is kept (C).",
        most=60,
    ),
)
