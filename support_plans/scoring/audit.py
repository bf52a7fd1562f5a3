"""AUDIT, ten questions about alcohol in UK units, 0 to 40; and AUDIT-C, its first three, 0 to 12."""

from __future__ import annotations

from support_plans.scoring.tools import Band, Item, Tool

OFTEN = (
    (0, "Never"),
    (1, "Less than monthly"),
    (2, "Monthly"),
    (3, "Weekly"),
    (4, "Daily or almost daily"),
)
EVER = (
    (0, "No"),
    (2, "Yes, but not in the last year"),
    (4, "Yes, during the last year"),
)
SOURCE = (
    "World Health Organization: Babor et al., AUDIT, 2nd edition 2001, as worded for UK units. "
    "Free to use where the source is named ({grade})."
)

_USE = (
    Item(
        "audit_1", "How often do you have a drink containing alcohol?",
        (
            (0, "Never"), (1, "Monthly or less"), (2, "2 to 4 times per month"), (3, "2 to 3 times per week"),
            (4, "4 times or more per week"),
        ),
    ),
    Item(
        "audit_2", "How many units of alcohol do you drink on a typical day when you are drinking?",
        ((0, "0 to 2"), (1, "3 to 4"), (2, "5 to 6"), (3, "7 to 9"), (4, "10 or more")),
    ),
    Item(
        "audit_3",
        "How often have you had 6 or more units if female, or 8 or more if male, on a single occasion in the "
        "last year?",
        OFTEN,
    ),
)  # fmt: skip
_LAST_YEAR = "How often during the last year have you "
_MORE = (
    *(
        Item(f"audit_{number}", _LAST_YEAR + words, OFTEN)
        for number, words in enumerate(
            (
                "found that you were not able to stop drinking once you had started?",
                "failed to do what was normally expected from you because of your drinking?",
                "needed an alcoholic drink in the morning to get yourself going after a heavy drinking session?",
                "had a feeling of guilt or remorse after drinking?",
                "been unable to remember what happened the night before because you had been drinking?",
            ),
            start=4,
        )
    ),
    Item("audit_9", "Have you or somebody else been injured as a result of your drinking?", EVER),
    Item(
        "audit_10",
        "Has a relative or friend, doctor or other health worker been concerned about your drinking or suggested that "
        "you cut down?",
        EVER,
    ),
)

AUDIT = Tool(
    code="AUDIT",
    name="AUDIT",
    version="WHO 2001, UK",
    about="substance_use",
    source=SOURCE.format(grade="A/B"),
    items=_USE + _MORE,
    bands=(
        Band(0, 7, "lower", "Lower risk"),
        Band(8, 15, "increasing", "Increasing risk"),
        Band(16, 19, "higher", "Higher risk"),
        Band(20, 40, "possible_dependence", "Possible dependence"),
    ),
    most=40,
)

AUDIT_C = Tool(
    code="AUDIT_C",
    name="AUDIT-C",
    version="WHO 2001, UK",
    about="substance_use",
    source=SOURCE.format(grade="range B, bands C"),
    items=_USE,
    bands=(
        Band(0, 4, "lower", "Lower risk"),
        Band(5, 7, "increasing", "Increasing risk"),
        Band(8, 10, "higher", "Higher risk"),
        Band(11, 12, "possible_dependence", "Possible dependence"),
    ),
    most=12,
)
