"""GAD-7: seven questions about the last two weeks, 0 to 21."""

from __future__ import annotations

from support_plans.scoring.phq9 import FREE, HOW_OFTEN, STEM
from support_plans.scoring.tools import Band, Item, Tool

GAD_7 = Tool(
    code="GAD_7",
    name="GAD-7",
    version="2006",
    source=FREE,
    stem=STEM,
    items=tuple(
        Item(f"gad7_{number}", words, HOW_OFTEN)
        for number, words in enumerate(
            (
                "Feeling nervous, anxious or on edge",
                "Not being able to stop or control worrying",
                "Worrying too much about different things",
                "Trouble relaxing",
                "Being so restless that it is hard to sit still",
                "Becoming easily annoyed or irritable",
                "Feeling afraid as if something awful might happen",
            ),
            start=1,
        )
    ),
    bands=(
        Band(0, 4, "minimal", "Minimal"),
        Band(5, 9, "mild", "Mild"),
        Band(10, 14, "moderate", "Moderate"),
        Band(15, 21, "severe", "Severe"),
    ),
    most=21,
)
