"""Risk: what may raise it, and that nothing lowers it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refuge.referrals.models import Judgement
from refuge.referrals.risk import TOOLS, RiskLevel, Thresholds, in_words, level

tools = st.sampled_from([*TOOLS, "", "UNHEARD_OF"])
counts = st.none() | st.integers(0, 40)
judgements = st.sampled_from([judgement.value for judgement in Judgement])


@pytest.mark.parametrize("judgement", list(Judgement))
def test_fourteen_answers_on_the_dash_checklist_are_high_whatever_the_worker_judges(judgement: Judgement) -> None:
    assert level("DASH_RIC", 14, judgement) is RiskLevel.HIGH


@given(tools, counts, judgements)
def test_no_count_lowers_what_the_worker_judged(tool: str, count: int | None, judgement: str) -> None:
    assert level(tool, count, judgement).rank >= level(tool, None, judgement).rank


@given(tools, st.integers(0, 39), judgements)
def test_one_more_answer_never_lowers_the_risk(tool: str, count: int, judgement: str) -> None:
    assert level(tool, count + 1, judgement).rank >= level(tool, count, judgement).rank


@given(tools, counts, judgements)
def test_a_judgement_never_lowers_what_the_count_says(tool: str, count: int | None, judgement: str) -> None:
    assert level(tool, count, judgement).rank >= level(tool, count, Judgement.NOT_ASKED).rank


@given(tools, counts, judgements)
def test_the_words_name_the_level(tool: str, count: int | None, judgement: str) -> None:
    assert in_words(tool, count, judgement).startswith(level(tool, count, judgement).label)


def test_a_low_count_alone_is_not_an_assessment() -> None:
    assert level("DASH_RIC", 3, Judgement.NOT_ASKED) is RiskLevel.NOT_ASSESSED


def test_an_area_can_set_its_own_threshold() -> None:
    local = {"DASH_RIC": Thresholds(medium=None, high=11, source="Local")}
    assert level("DASH_RIC", 11, Judgement.STANDARD, local) is RiskLevel.HIGH
    assert level("DASH_RIC", 11, Judgement.STANDARD) is RiskLevel.MEDIUM
