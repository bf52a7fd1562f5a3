"""Scores and bands at every edge; what is incomplete has neither; two answers always ask for a person the same day."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support_plans.scoring import (
    AUDIT,
    AUDIT_C,
    CORE_10,
    DUDIT,
    GAD_7,
    PHQ_9,
    TOOLS,
    TOP,
    Tool,
    band_of,
    score,
    score_total,
)

EDGES = {
    "PHQ_9": {
        "minimal": (0, 4), "mild": (5, 9), "moderate": (10, 14), "moderately_severe": (15, 19), "severe": (20, 27),
    },
    "GAD_7": {"minimal": (0, 4), "mild": (5, 9), "moderate": (10, 14), "severe": (15, 21)},
    "AUDIT": {"lower": (0, 7), "increasing": (8, 15), "higher": (16, 19), "possible_dependence": (20, 40)},
    "AUDIT_C": {"lower": (0, 4), "increasing": (5, 7), "higher": (8, 10), "possible_dependence": (11, 12)},
}  # fmt: skip
"""The bands as `domain.md` gives them (sections 4 and 11), written here a second time."""
BANDED = (PHQ_9, GAD_7, AUDIT, AUDIT_C)
ITEMS = {"PHQ_9": 9, "GAD_7": 7, "AUDIT": 10, "AUDIT_C": 3}


def answers_to(tool: Tool, total: int) -> dict[str, int]:
    """Return answers that add up to this total, or as near below it as the last answers allow."""
    found, left = {}, total
    for item in tool.items:
        points = max(points for points, _ in item.answers if points <= left)
        found[item.key] = points
        left -= points
    return found


@pytest.mark.parametrize(
    ("tool", "band", "total"),
    [(tool, band, edge) for tool in BANDED for band, edges in EDGES[tool.code].items() for edge in edges],
    ids=lambda value: getattr(value, "code", value),
)
def test_each_edge_of_a_band_belongs_to_it(tool: Tool, band: str, total: int) -> None:
    found = score(tool, answers_to(tool, total))
    assert found.total == total
    assert found.band is not None
    assert found.band.code == band


@pytest.mark.parametrize("tool", BANDED, ids=lambda tool: tool.code)
def test_every_total_has_one_band_and_none_lies_beyond(tool: Tool) -> None:
    for total in range(tool.most + 1):
        assert [band.code for band in tool.bands if band.least <= total <= band.most] == [
            code for code, (least, most) in EDGES[tool.code].items() if least <= total <= most
        ]
    assert band_of(tool, tool.most + 1) is None
    assert band_of(tool, -1) is None


@pytest.mark.parametrize("tool", BANDED, ids=lambda tool: tool.code)
def test_the_highest_answers_add_up_to_the_highest_total(tool: Tool) -> None:
    assert len(tool.items) == ITEMS[tool.code]
    assert sum(max(points for points, _ in item.answers) for item in tool.items) == tool.most


@pytest.mark.parametrize("tool", BANDED, ids=lambda tool: tool.code)
def test_with_one_answer_missing_there_is_no_total_and_no_band(tool: Tool) -> None:
    whole = {item.key: item.answers[-1][0] for item in tool.items}
    for item in tool.items:
        found = score(tool, {key: points for key, points in whole.items() if key != item.key})
        assert (found.total, found.band, found.missing) == (None, None, (item.key,))
        assert not found.complete


def test_question_nine_is_for_a_person_to_look_at_whatever_the_total_says() -> None:
    calm = {item.key: 0 for item in PHQ_9.items}
    assert score(PHQ_9, calm).alarms == ()
    for points in (1, 2, 3):
        found = score(PHQ_9, {**calm, "phq9_9": points})
        assert found.band is not None
        assert found.band.code == "minimal"
        assert [alarm.key for alarm in found.alarms] == ["phq9_9"]


def test_question_nine_counts_although_the_rest_was_not_answered() -> None:
    assert [alarm.key for alarm in score(PHQ_9, {"phq9_9": 1}).alarms] == ["phq9_9"]


def test_no_other_answer_raises_it() -> None:
    assert score(PHQ_9, {item.key: 3 for item in PHQ_9.items[:-1]}).alarms == ()


@pytest.mark.parametrize(("points", "raised"), [(0, 0), (1, 1), (4, 1)])
def test_item_six_of_core_10_is_looked_at_the_same_day(points: int, raised: int) -> None:
    assert len(score_total(CORE_10, 3, {"core10_6": points}).alarms) == raised


def test_what_is_kept_as_a_total_has_no_band() -> None:
    for total in (0, 10, 11, 40):
        found = score_total(CORE_10, total, {"core10_6": 0})
        assert (found.total, found.band, found.complete) == (total, None, True)
    assert score_total(DUDIT, 44, {}).band is None
    assert all(not tool.bands for tool in TOOLS.values() if not tool.worded)


def test_a_total_without_its_risk_item_is_incomplete() -> None:
    assert score_total(CORE_10, 12, {}).missing == ("core10_6",)
    assert score_total(CORE_10, None, {}).missing == ("total", "core10_6")


@pytest.mark.parametrize("total", [-1, 45])
def test_a_total_beyond_the_range_is_refused(total: int) -> None:
    with pytest.raises(ValueError, match="DUDIT totals are from 0 to 44"):
        score_total(DUDIT, total, {})


@pytest.mark.parametrize(
    ("tool", "answers"),
    [
        (PHQ_9, {"phq9_1": 4}),
        (PHQ_9, {"gad7_1": 1}),
        (AUDIT, {"audit_9": 1}),
        (TOP, {"top_alcohol": 29}),
        (TOP, {"top_quality": 21}),
    ],
)
def test_an_answer_that_the_questionnaire_does_not_know_is_refused(tool: Tool, answers: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="knows no answer"):
        score(tool, answers)


def test_the_treatment_outcomes_profile_adds_nothing_up_and_asks_nothing_about_crime() -> None:
    found = score(TOP, {"top_alcohol": 28, "top_quality": 20})
    assert (found.total, found.band, found.complete) == (None, None, True)
    words = " ".join(item.words.lower() for item in TOP.items)
    assert not any(word in words for word in ("shoplift", "theft", "fraud", "assault", "selling"))


@given(st.data())
def test_a_higher_answer_never_lowers_a_total(data: st.DataObject) -> None:
    tool = data.draw(st.sampled_from(BANDED))
    low = {item.key: data.draw(st.sampled_from([points for points, _ in item.answers])) for item in tool.items}
    item = data.draw(st.sampled_from(tool.items))
    more = [points for points, _ in item.answers if points >= low[item.key]]
    high = {**low, item.key: data.draw(st.sampled_from(more))}
    assert (score(tool, high).total or 0) >= (score(tool, low).total or 0)


def test_every_questionnaire_says_where_it_comes_from_and_has_keys_of_its_own() -> None:
    keys = [item.key for tool in TOOLS.values() if tool is not AUDIT_C for item in tool.asked]
    assert len(keys) == len(set(keys))
    assert all(tool.source and tool.version for tool in TOOLS.values())
