"""The women who are drawn are like the published figures, and the same each time."""

from __future__ import annotations

from datetime import date
from statistics import mean, median

import pytest

from allocation.beds.problem import Answer
from refuge.demo.houses import houses_of, read_pilot
from refuge.demo.settings import read_settings
from refuge.demo.stream import CLOSES, OPENS, referrals
from refuge.demo.women import Fate, Woman

FIRST, LAST = date(2010, 1, 1), date(2029, 12, 31)
YEARS = 20
BEDS = houses_of(read_pilot()).beds_by_specialism()


@pytest.fixture(scope="module")
def women() -> list[Woman]:
    """Twenty years, so that chance is small beside what is tested."""
    return referrals(read_settings(), BEDS, first=FIRST, last=LAST, seed=1)


def of(women: list[Woman], specialism: str) -> list[Woman]:
    return [woman for woman in women if woman.asked == specialism]


def test_the_same_seed_draws_the_same_women_and_another_draws_others() -> None:
    drawn = [referrals(read_settings(), BEDS, first=FIRST, last=date(2010, 6, 1), seed=seed) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


def test_as_many_are_referred_as_the_national_figures_say(women: list[Woman]) -> None:
    assert 6.1 < len(women) / YEARS / sum(BEDS.values()) < 6.5


@pytest.mark.parametrize("specialism", sorted(BEDS))
def test_needs_are_as_common_as_set_though_they_come_together(women: list[Woman], specialism: str) -> None:
    stream, asked = read_settings().streams[specialism], of(women, specialism)
    for need in ("mental_health", "alcohol", "drugs", "self_harm"):
        assert mean(woman.has(need) for woman in asked) == pytest.approx(getattr(stream, need), abs=0.03), need
    assert mean(woman.nrpf for woman in asked) == pytest.approx(stream.nrpf, abs=0.03)
    assert mean(woman.interpreter for woman in asked) == pytest.approx(stream.interpreter, abs=0.04)
    assert mean(woman.offending for woman in asked) == pytest.approx(stream.offending, abs=0.03)


def test_a_substance_need_is_likelier_beside_a_mental_health_need(women: list[Woman]) -> None:
    asked = of(women, "complex_needs")
    with_it = mean(woman.has("alcohol") for woman in asked if woman.has("mental_health"))
    without = mean(woman.has("alcohol") for woman in asked if not woman.has("mental_health"))
    assert with_it > without + 0.05


def test_families_ages_and_risk_are_as_published(women: list[Woman]) -> None:
    assert 1.1 < mean(len(woman.children) for woman in women) < 1.3
    assert median(woman.age for woman in women) in {29, 30, 31}
    assert min(woman.age for woman in women) >= 16
    assert 0.55 < mean(woman.dash >= 14 for woman in women) < 0.61
    mothers = [woman for woman in women if woman.children]
    teenage = mean(any(child.son is Answer.YES and child.age >= 14 for child in woman.children) for woman in mothers)
    assert 0.04 < teenage < 0.08


def test_most_calls_come_in_office_hours(women: list[Woman]) -> None:
    office = mean(woman.received_on.weekday() < 5 and OPENS <= woman.minute < CLOSES for woman in women)
    assert 0.82 < office < 0.88


def test_shares_that_no_bed_decides_are_drawn_as_published(women: list[Woman]) -> None:
    fates = [woman.fate for woman in women]
    assert 0.20 < fates.count(Fate.DECLINES) / len(fates) < 0.23
    assert 0.10 < fates.count(Fate.INAPPROPRIATE) / len(fates) < 0.12
