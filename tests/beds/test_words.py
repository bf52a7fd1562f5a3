"""Sentences of the board: hours, sizes, freshness and dates as people say them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from refuge.beds.forms.fields import read_clock
from refuge.beds.models import StaffingHours
from refuge.beds.words import confirmed_words, sons_words, staffed_words
from refuge.london import Telling, day_begins, day_words, instant_of, instant_words, london_date

NINE, HALF_PAST_FIVE, MIDNIGHT = 540, 1050, 1440
AT = datetime(2026, 11, 21, 9, 40, tzinfo=UTC)


def hours(*days: int, opens: int = NINE, closes: int = HALF_PAST_FIVE) -> list[StaffingHours]:
    return [StaffingHours(weekday=day, opens=opens, closes=closes) for day in days]


@pytest.mark.parametrize(
    ("staffed", "telephone", "words"),
    [
        (hours(*range(5)), True, "Mon to Fri 09:00 to 17:30, telephone at other times"),
        (hours(*range(5)), False, "Mon to Fri 09:00 to 17:30, nobody at other times"),
        (hours(*range(7), opens=0, closes=MIDNIGHT), True, "24 hours, every day"),
        ([], True, "no staff in the house, telephone only"),
        ([], False, "no staff in the house"),
        (hours(0, 1, 3), True, "Mon and Tue 09:00 to 17:30, Thu 09:00 to 17:30, telephone at other times"),
        (
            hours(*range(5)) + hours(5, opens=0, closes=MIDNIGHT) + hours(6, opens=720, closes=MIDNIGHT),
            True,
            "Mon to Fri 09:00 to 17:30, Sat 24 hours, Sun 12:00 to midnight, telephone at other times",
        ),
    ],
)
def test_staffing_hours_are_said_as_people_say_them(
    staffed: list[StaffingHours], words: str, *, telephone: bool
) -> None:
    assert staffed_words(staffed, telephone=telephone) == words


@pytest.mark.parametrize(
    ("ago", "words", "kind"),
    [
        (timedelta(0), "Confirmed 09:40 today by Jo M.", "good"),
        (timedelta(hours=11, minutes=59), "Confirmed 21:41 yesterday by Jo M.", "good"),
        (timedelta(hours=12), "Confirmed 21:40 yesterday by Jo M.: getting old", "waiting"),
        (timedelta(hours=24), "Not confirmed since 09:40 yesterday by Jo M.", "warning"),
        (timedelta(days=2), "Not confirmed since 09:40 Thu 19 Nov by Jo M.", "warning"),
    ],
)
def test_a_confirmation_grows_old(ago: timedelta, words: str, kind: str) -> None:
    said = confirmed_words(AT - ago, "Jo M.", Telling(AT))
    assert (said.words, said.kind) == (words, kind)


def test_never_confirmed_is_said_and_another_agencys_worker_is_not_named() -> None:
    assert confirmed_words(None, None, Telling(AT)).words == "Never confirmed"
    assert confirmed_words(AT, None, Telling(AT)).words == "Confirmed 09:40 today"


def test_sons_are_said_by_age() -> None:
    assert sons_words(None) == "Any age under 18"
    assert sons_words(0) == "Babies under one only"
    assert sons_words(14) == "Up to and including age 14"


def test_dates_and_times_are_londons() -> None:
    summer_midnight = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert london_date(summer_midnight) == date(2026, 7, 1)
    assert day_begins(date(2026, 7, 1)) == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert instant_of(date(2026, 11, 21), AT.time()) == AT
    assert instant_words(AT + timedelta(hours=2), now=AT) == "11:40"
    assert instant_words(AT + timedelta(days=1), now=AT) == "09:40 tomorrow"
    assert instant_words(AT + timedelta(days=2), now=AT) == "09:40 on Mon 23 Nov"
    assert day_words(date(2015, 12, 1), today=date(2026, 11, 21)) == "Tue 1 Dec 2015"


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("09:00", 540),
        ("9", 540),
        ("0930", 570),
        ("9.30", 570),
        ("24:00", 1440),
        ("24:01", None),
        ("9:60", None),
        ("x", None),
    ],
)
def test_times_are_read_as_people_type_them(typed: str, minutes: int | None) -> None:
    assert read_clock(typed) == minutes


def test_paper_is_read_tomorrow_so_it_says_no_today() -> None:
    paper = Telling(AT, on_paper=True)
    assert paper.day(date(2026, 11, 21)) == "Sat 21 Nov"
    assert paper.instant(AT + timedelta(days=1)) == "09:40 on Sun 22 Nov"
    assert confirmed_words(AT, None, paper).words == "Confirmed 09:40 Sat 21 Nov"
