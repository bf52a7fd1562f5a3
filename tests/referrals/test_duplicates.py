"""Hard names from many places: the same woman is found, and another is left alone."""

from __future__ import annotations

from datetime import date

import pytest

from refuge.referrals.duplicates import Probe, block_keys, compare, digits_of, same_name

BORN = date(1991, 3, 27)

SAME_NAME = [
    ("Fatima Begum", "Begum Fatimah"),
    ("Mohammed Amina", "Aminah Muhammad"),
    ("Ayesha Hussain", "Aisha Hussein"),
    ("Khadija Chowdhury", "Khadeeja Choudhry"),
    ("Rukhsana Akhtar", "Ruksana Akhter"),
    ("Siobhán O’Brien", "Siobhan O Brien"),
    ("Niamh O'Connor", "NIAMH OCONNOR"),
    ("Zoë Müller", "Zoe Muller"),
    ("Anna Smith-Jones", "Anna Smith Jones"),
    ("Anna Smith-Jones", "Anna Jones"),
    ("María García López", "Maria Garcia"),
    ("Maria de la Cruz", "Maria Delacruz"),
    ("Kateryna Shevchenko", "Катерина Шевченко"),
    ("Olha Kovalenko", "Ольга Коваленко"),
    ("Yulia Tymoshenko", "Iuliia Timoshenko"),
    ("Małgorzata Wójcik", "Gosia Wojcik"),
    ("Nguyễn Thị Lan", "Lan Nguyen"),
    ("Liz Carter", "Elizabeth Carter"),
    ("Kate McDonald", "Catherine Mac Donald"),
    ("Mrs Jane Tester", "Jane Tester"),
    ("Hodan Abdi Warsame", "Hodhan Warsame"),
    ("Samira Al-Masri", "Sameera El Masri"),
    ("Tsegay Mehret", "Mihret Tsegaye"),
    ("Gurpreet Kaur Gill", "Gurpreet Gill"),
    ("Danielle Exampel", "Danielle Example"),
    ("فاطمة الزهراء", "Fatimah Lzahra"),
    ("সালমা বেগম", "Salma Begum"),
    ("Halyna Hryhorenko", "Галина Григоренко"),
]
OTHER_WOMAN = [
    ("Fatima Begum", "Shabana Begum"),
    ("Harpreet Kaur", "Manpreet Kaur"),
    ("Rahima Khatun", "Rahela Khatun"),
    ("Sana Khan", "Hina Khan"),
    ("Sara Ahmed", "Nadia Ahmed"),
    ("Simran Singh", "Jasmeet Singh"),
    ("Begum", "Begum"),
    ("Kaur", "Kaur"),
    ("Khan", "Khan"),
    ("Ahmed", "Ahmad"),
    ("Maria", "Maria"),
    ("Mohammed Khan", "Ahmed Khan"),
    ("Jane Brown", "Jane Green"),
    ("Anna Nowak", "Ewa Nowak"),
    ("Lan Nguyen", "Linh Nguyen"),
    ("Li Wang", "Wei Wang"),
    ("Mary Smith", "Marie Smithson"),
    ("Begum Khan", "Begum Ahmed"),
    ("", ""),
]


def probe(name: str, born_on: date | None = None, digits: str = "", ref: str = "R-10001") -> Probe:
    return Probe(ref, name, born_on, None, digits)


@pytest.mark.parametrize(("one", "other"), SAME_NAME)
def test_two_spellings_of_one_name_are_found(one: str, other: str) -> None:
    found = compare(probe(one), probe(other, ref="R-10002"))
    assert found is not None
    assert found == compare(probe(other), probe(one, ref="R-10002"))
    assert block_keys(one, None, "") & block_keys(other, None, "")


@pytest.mark.parametrize(("one", "other"), OTHER_WOMAN)
def test_another_woman_is_left_alone(one: str, other: str) -> None:
    assert compare(probe(one), probe(other, ref="R-10002")) is None
    assert compare(probe(other), probe(one, ref="R-10002")) is None


@pytest.mark.parametrize(("one", "other"), SAME_NAME)
def test_the_same_name_and_birth_date_are_all_but_certain(one: str, other: str) -> None:
    found = compare(probe(one, BORN), probe(other, BORN, ref="R-10002"))
    assert found is not None
    assert found.score >= 90
    assert "same date of birth" in found.grounds


@pytest.mark.parametrize(
    "born_on",
    [date(1991, 3, 28), date(1991, 3, 17), date(1919, 3, 27), date(1990, 3, 27)],
)
def test_a_slip_in_the_birth_date_is_forgiven(born_on: date) -> None:
    found = compare(probe("Danielle Example", BORN), probe("Danielle Example", born_on, ref="R-10002"))
    assert found is not None
    assert "date of birth with digits changed round" in found.grounds


def test_day_and_month_the_other_way_round_are_forgiven() -> None:
    one, other = probe("Danielle Example", date(1991, 3, 7)), probe("Danielle Example", date(1991, 7, 3), ref="R-10002")
    assert compare(one, other) is not None


def test_a_common_name_with_another_birth_date_is_another_woman() -> None:
    one, other = probe("Fatima Begum", BORN), probe("Fatima Begum", date(1984, 11, 2), ref="R-10002")
    assert compare(one, other) is None


def test_a_birth_date_alone_says_nothing() -> None:
    assert compare(probe("Danielle Example", BORN), probe("Hodan Warsame", BORN, ref="R-10002")) is None


def test_a_first_name_and_a_birth_date_are_worth_saying_after_a_wedding() -> None:
    found = compare(probe("Danielle Example", BORN), probe("Danielle Notreal", BORN, ref="R-10002"))
    assert found is not None
    assert found.grounds == ("same first name", "same date of birth")


@pytest.mark.parametrize(
    "number",
    [
        "07700 900123",
        "+44 7700 900123",
        "+44 (0)7700 900123",
        "0044 7700 900123",
        "07700-900-123",
        "7700900123",
        "447700900123",
    ],
)
def test_a_number_is_the_same_however_it_is_written(number: str) -> None:
    assert digits_of(number) == "07700900123"


def test_a_number_abroad_keeps_its_country() -> None:
    assert digits_of("+48 601 234 567") == digits_of("0048 601234567") != digits_of("0601 234 567")


@pytest.mark.parametrize("number", ["", "999", "ask at the desk", "116 123"])
def test_a_short_number_is_none(number: str) -> None:
    assert digits_of(number) == ""


def test_the_same_safe_number_is_said_even_under_another_name_but_less_surely() -> None:
    same = compare(probe("", None, "07700900123"), probe("Danielle", None, "07700900123", ref="R-10002"))
    other = compare(probe("Hodan W", None, "07700900123"), probe("Danielle", None, "07700900123", ref="R-10002"))
    assert same is not None
    assert other is not None
    assert same.score > other.score


def test_a_quoted_ref_is_certain() -> None:
    one = Probe("R-10001", "", None, None, "", frozenset({"R-10002"}))
    found = compare(one, probe("Hodan", ref="R-10002"))
    assert found is not None
    assert found.score == 100


def test_whom_she_must_not_meet_is_matched_strictly() -> None:
    assert same_name("Fatima Begum", "BEGUM, Fatimah")
    assert same_name("Danielle Exampel", "Danielle Example")
    assert not same_name("Danielle", "Danielle Example")
    assert not same_name("Fatima Begum", "Shabana Begum")
    assert not same_name("", "")
