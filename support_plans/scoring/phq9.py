"""PHQ-9: nine questions about the last two weeks, 0 to 27."""

from __future__ import annotations

from support_plans.scoring.tools import Alarm, Band, Item, Tool

HOW_OFTEN = (
    (0, "Not at all"),
    (1, "Several days"),
    (2, "More than half the days"),
    (3, "Nearly every day"),
)
STEM = "Over the last 2 weeks, how often have you been bothered by any of the following problems?"
FREE = (
    "Developed by Drs. Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke and colleagues with an educational grant "
    "from Pfizer Inc. No permission required to reproduce, translate, display or distribute (A/B)."
)

PHQ_9 = Tool(
    code="PHQ_9",
    name="PHQ-9",
    version="1999",
    source=FREE,
    stem=STEM,
    items=tuple(
        Item(f"phq9_{number}", words, HOW_OFTEN)
        for number, words in enumerate(
            (
                "Little interest or pleasure in doing things",
                "Feeling down, depressed, or hopeless",
                "Trouble falling or staying asleep, or sleeping too much",
                "Feeling tired or having little energy",
                "Poor appetite or overeating",
                "Feeling bad about yourself, or that you are a failure or have let yourself or your family down",
                "Trouble concentrating on things, such as reading the newspaper or watching television",
                (
                    "Moving or speaking so slowly that other people could have noticed? Or the opposite, being so "
                    "fidgety or restless that you have been moving around a lot more than usual"
                ),
                "Thoughts that you would be better off dead or of hurting yourself in some way",
            ),
            start=1,
        )
    ),
    bands=(
        Band(0, 4, "minimal", "Minimal"),
        Band(5, 9, "mild", "Mild"),
        Band(10, 14, "moderate", "Moderate"),
        Band(15, 19, "moderately_severe", "Moderately severe"),
        Band(20, 27, "severe", "Severe"),
    ),
    alarms=(Alarm("phq9_9", 1, "Talk with her today: question 9 of her PHQ-9 was answered above “not at all”"),),
    most=27,
)
