"""Problems as JSON: read strictly, from the terminal too."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from allocation.__main__ import main
from allocation.beds.document import problem_schema, read_problem, read_solution, write_problem
from allocation.beds.solver import solve
from allocation.documents import BadProblem
from tests.allocation.networks import network


def told(**changes: object) -> dict[str, object]:
    """A small problem as JSON tells it."""
    return {
        "on": "2026-11-23",
        "refuges": [{"ref": "F-1", "area": "A-1", "support": {"alcohol": "high"}}],
        "beds": [{"ref": "B-1", "refuge": "F-1", "free_on": "2026-11-23"}],
        "households": [{"ref": "R-1", "risk": "high", "needs": {"alcohol": None}}],
    } | changes


HOUSEHOLD = {"ref": "R-1"}
FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"households": [HOUSEHOLD | {"children": [{"age": "six"}]}]}, "households[0].children[0].age: a whole number"),
    ({"households": [HOUSEHOLD | {"children": [{"age": 18}]}]}, "households[0].children[0].age: a whole number"),
    ({"households": [HOUSEHOLD | {"waiting_days": True}]}, "households[0].waiting_days: a whole number"),
    ({"households": [HOUSEHOLD | {"risk": "dire"}]}, "households[0].risk: one of"),
    (
        {"households": [HOUSEHOLD | {"childrn": []}]},
        "households[0].childrn: there is no such key; did you mean children?",
    ),
    ({"households": [{}]}, "households[0].ref: this is missing"),
    ({"households": [HOUSEHOLD, HOUSEHOLD]}, "households[1].ref: R-1 stands here twice"),
    ({"households": [HOUSEHOLD | {"access": ["stairs"]}]}, "households[0].access: stairs is not known"),
    ({"on": "23/11/2026"}, "on: a date like"),
    ({"beds": [{"ref": "B-1", "refuge": "F-2", "free_on": None}]}, "beds[0].refuge: there is no F-2"),
    ({"conflicts": [["R-1", "R-9"]]}, "conflicts[0][1]: there is no R-9"),
    ({"conflicts": [["R-1"]]}, "conflicts[0]: a list of 2"),
    ({"decisions": [{"household": "R-1", "bed": "B-9"}]}, "decisions[0].bed: there is no B-9"),
    ({"goals": ["fill_every_bed"]}, "goals: fill_every_bed is not known"),
    ({"rules": {"strictness": {"petz": "off"}}}, "rules.strictness: petz is not known; did you mean pets?"),
    ({"on": "20261123"}, "on: a date like 2026-12-01 is needed"),
    ({"on": "2026-W48-1"}, "on: a date like 2026-12-01 is needed"),
    ({"beds": {"ref": "B-1"}}, "beds: a list is needed"),
    ({"households": [HOUSEHOLD | {"needs": []}]}, "households[0].needs: an object is needed"),
    ({"households": [HOUSEHOLD | {"needs_self_contained": 1}]}, "households[0].needs_self_contained: true or false"),
    ({"households": [HOUSEHOLD | {"language": 7}]}, "households[0].language: a text is needed"),
    ({"households": [{"ref": "\ud800"}]}, "households[0].ref: a text is needed"),
    ({"households": [HOUSEHOLD | {"checks": {"\udfff": "done"}}]}, "households[0].checks: a text is needed"),
    (
        {"households": [HOUSEHOLD | {"asked_to_leave": {"F-7": "2026-12-01"}}]},
        "households[0].asked_to_leave: there is no F-7",
    ),
    (
        {"households": [HOUSEHOLD | {"maybe_asked_to_leave": ["F-7"]}]},
        "households[0].maybe_asked_to_leave: there is no F-7",
    ),
    ({"households": [HOUSEHOLD | {"only_refuges": ["F-7"]}]}, "households[0].only_refuges: there is no F-7"),
    ({"limits": {"effort": -1}}, "limits.effort: a number from 0"),
    ({"goals": ["fit_the_need", "fit_the_need"]}, "goals: a goal stands here twice"),
    ({"occupants": [{"ref": "R-1", "refuge": "F-1"}]}, "occupants[0].ref: R-1 is the ref of a waiting household too"),
]


@pytest.mark.parametrize(("changes", "message"), FAULTS)
def test_a_fault_is_told_with_its_path(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadProblem) as refused:
        read_problem(json.dumps(told(**changes)))
    assert str(refused.value).startswith(message)


TWICE = """{"on": "2026-11-23", "refuges": [{"ref": "F-1", "area": "A-1"}], "households": [],
 "beds": [{"ref": "B-1", "refuge": "F-1", "free_on": null, "children": 1, "children": 2}]}"""
TEXTS = [
    ("", "this is not JSON: Expecting value in line 1, column 1"),
    ('{"on": soon}', "this is not JSON: Expecting value in line 1, column 8"),
    ("null", "an object is needed, not null"),
    ("[]", "an object is needed, not []"),
    ("[" * 100_000, "lists and objects stand in one another too deep"),
    ('{"on": ' + "9" * 5_000 + "}", "a number has thousands of digits"),
    ('{"on": NaN}', "on: a date like 2026-12-01 is needed"),
    (TWICE, "beds[0].children: this key stands here twice"),
    ('{"on": "2026-11-23", "on": "2026-11-24"}', "on: this key stands here twice"),
]
"""Texts that no problem can be read from, and how that is said."""


@pytest.mark.parametrize(("text", "message"), TEXTS)
def test_a_text_that_is_no_problem_is_refused_in_a_sentence(text: str, message: str) -> None:
    with pytest.raises(BadProblem) as refused:
        read_problem(text)
    assert str(refused.value).startswith(message)


def test_one_bed_decided_for_two_is_refused_even_without_json() -> None:
    two = [{"ref": "R-1"}, {"ref": "R-2"}]
    decisions = [{"household": ref, "bed": "B-1"} for ref in ("R-1", "R-2")]
    with pytest.raises(BadProblem, match=r"decisions\[1\].bed: B-1 was given to two households"):
        read_problem(json.dumps(told(households=two, decisions=decisions)))


def test_what_was_written_is_read_again_unchanged() -> None:
    problem = network(10, 12, seed=3)
    assert read_problem(write_problem(problem)) == problem


def test_the_terminal_solves_a_file_and_prints_an_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem = network(10, 12, seed=3)
    file = tmp_path / "problem.json"
    file.write_text(write_problem(problem), encoding="utf-8")
    assert main(["beds", str(file)]) == 0
    answer = read_solution(capsys.readouterr().out)
    assert answer.placements == solve(problem).placements


def test_the_terminal_reads_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(told())))
    assert main(["beds", "-"]) == 0
    assert [one["bed"] for one in json.loads(capsys.readouterr().out)["placements"]] == ["B-1"]


def test_the_terminal_says_where_a_bad_problem_is_wrong_and_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(told(on="soon")), encoding="utf-8")
    assert main(["beds", str(file)]) == 2
    told_of = capsys.readouterr()
    assert (told_of.out, "on: a date like 2026-12-01 is needed" in told_of.err) == ("", True)


@pytest.mark.parametrize(
    ("name", "kept", "message"),
    [
        ("none.json", None, "it cannot be read: No such file or directory"),
        (".", None, "it cannot be read: Is a directory"),
        ("latin.json", '{"on": "é"}'.encode("latin-1"), "this is not UTF-8: byte 9 belongs to no character"),
        ("empty.json", b"", "this is not JSON"),
    ],
)
def test_the_terminal_says_of_a_file_that_it_cannot_read_what_is_wrong_and_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, kept: bytes | None, message: str
) -> None:
    file = tmp_path / name
    if kept is not None:
        file.write_bytes(kept)
    assert main(["beds", str(file)]) == 2
    told_of = capsys.readouterr()
    assert (told_of.out, told_of.err.startswith(f"{file}: {message}")) == ("", True)


def test_the_terminal_reads_a_file_that_begins_as_some_editors_write_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(told()), encoding="utf-8-sig")
    assert main(["beds", str(file)]) == 0
    assert capsys.readouterr().err == ""


def test_the_terminal_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["beds", "--schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["$defs"]["Child"]["properties"]["age"]["maximum"] == 17
    assert "baby" in schema["$defs"]["Child"]["properties"]["age"]["description"]


def test_the_schema_names_every_field_of_a_problem() -> None:
    assert set(problem_schema()["$defs"]["Problem"]["properties"]) >= {"on", "beds", "households", "goals", "decisions"}
