"""The pages of figures: what they say, that files equal them, and that nothing else can be reached from them."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest
from odfdo import Document
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import event, select

from refuge.accounts.models import Network
from refuge.audit.models import AuditEvent
from refuge.audit.service import SYSTEM
from refuge.database import now
from refuge.jobs import run_jobs
from refuge.london import london_date
from refuge.statistics.catalogue import catalogue
from refuge.statistics.models import Edition, KpiJudgement, KpiTarget
from refuge.statistics.periods import Period, last_quarters, quarter_of
from refuge.statistics.service.editions import JOB, SETTLES, publish, publish_due
from refuge.statistics.workbooks import guarded
from tests.builders import Pilot
from tests.rota.rows import add_pattern, add_worker
from tests.statistics.rows import AWAY, paper, referred
from tests.statistics.test_care import resident
from tests.statistics.test_editions import busy

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from refuge.database import Database


def within(db: Session) -> datetime:
    """Return an instant of the last quarter that is over."""
    del db
    quarter = last_quarters(london_date(now()), 1)[0]
    return now() - (london_date(now()) - quarter.since - timedelta(days=20))


@pytest.fixture
def ref(database: Database) -> str:
    """An edition of the last quarter: 59 referrals."""
    with database.write() as db:
        busy(db, within(db))
        quarter = last_quarters(london_date(now()), 1)[0]
        network = Pilot().person(db, "manager.wall").network_id
        return publish(db, network, quarter, by=SYSTEM, name="Farah", at=now()).ref


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def test_today_tells_a_commissioner_whom_the_network_turned_away_as_it_was_published_last(
    ref: str, sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    page = sign_in_as("commissioner").get("/").text
    assert "All referrals 59 30 20 34%" in text_of(page)
    assert f"/published/{ref}" in page
    with database.write() as db:
        assert "edition.read" in list(db.scalars(select(AuditEvent.action)))


def test_today_shows_published_figures_to_nobody_who_does_not_read_editions(
    ref: str, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    for role in ("worker.wall", "practitioner", "referrer"):
        page = sign_in_as(role).get("/").text
        assert "Turned away" not in page
        assert ref not in page


def test_a_commissioner_reads_the_edition_and_it_leaves_an_event(
    ref: str, sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    page = text_of(sign_in_as("commissioner").get(f"/published/{ref}").text)
    assert "59 referrals" in page
    assert "All referrals 59 30 20 34%" in page
    assert "[c]" in page
    assert "never add the rows up" in page
    with database.reading() as db:
        assert "edition.read" in list(db.scalars(select(AuditEvent.action)))


def test_every_file_equals_the_page(ref: str, sign_in_as: Callable[[str], FlaskClient]) -> None:
    browser = sign_in_as("commissioner")
    for profile in ("contract", "public"):
        page = browser.get(f"/published/{ref}?for={profile}").text
        on_page = {
            (unescape(caption), unescape(row)): [
                unescape(one) for one in re.findall(r'<td[^>]*data-label="[^"]*">([^<]*)</td>', cells)
            ]
            for caption, body in re.findall(
                r"<caption[^>]*>([^<]*)</caption>.*?<tbody[^>]*>(.*?)</tbody>", page, re.DOTALL
            )
            for row, cells in re.findall(r'<th[^>]*scope="row"[^>]*>([^<]*)</th>(.*?)</tr>', body, re.DOTALL)
        }
        lines = list(
            csv.DictReader(io.StringIO(browser.get(f"/published/{ref}/csv?for={profile}").data.decode("utf-8-sig")))
        )
        told: dict[tuple[str, str], list[str]] = {}
        for line in lines:
            told.setdefault((f"{line['table']} ({line['unit']})", line["row"]), []).append(line["value"])
        sheets = Document(io.BytesIO(browser.get(f"/published/{ref}/ods?for={profile}").data)).body.get_tables()
        reasons = next(sheet for sheet in sheets if str(sheet.name).startswith("Why")).get_values()
        compared = 0
        for key, cells in told.items():
            if key in on_page:
                assert on_page[key] == cells, key
                compared += 1
        assert compared > 30
        for row in reasons[2:]:
            if row[0] is not None:
                assert on_page["Why: main reason of those not placed (referral events)", str(row[0])] == [str(row[1])]
        assert [sheet.name for sheet in sheets][:3] == ["Notes", "Turned away by need", "Catalogue"]


def test_the_report_on_paper_says_what_the_page_says(ref: str, sign_in_as: Callable[[str], FlaskClient]) -> None:
    answer = sign_in_as("commissioner").get(f"/published/{ref}/pdf")
    words = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "All referrals 59 30 20 34%" in words
    assert "49% (29 of 59)" in words
    assert "What the figures mean" in words
    assert re.fullmatch(r'attachment; filename="figures-[0-9a-z.-]+"', answer.headers["Content-Disposition"])


def test_the_return_counts_households_and_is_marked_until_a_person_has_checked_it(
    ref: str, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    workbook = load_workbook(io.BytesIO(sign_in_as("commissioner").get(f"/published/{ref}/return").data))
    sheet = workbook["Households unable to support"]
    rows = {row[0].value: row[1].value for row in sheet.iter_rows() if row[0].value}
    assert "To be checked against this year’s form" in rows
    assert rows["All households that could not be supported"] == 29
    assert rows["Unable to meet needs: alcohol"] == "[c]", "2 households"
    assert rows["Household declined"] in {9, "[c]"}


def test_no_cell_of_a_file_runs_as_a_formula() -> None:
    for nasty in ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1"):
        assert guarded(nasty).startswith("'")
    assert guarded("Mental health") == "Mental health"


def test_nothing_hidden_is_in_the_source_of_the_page_or_its_picture(
    ref: str, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    page = sign_in_as("commissioner").get(f"/published/{ref}").text
    picture = re.findall(r"<svg[^>]*class=\"chart\".*?</svg>", page, re.DOTALL)[0]
    assert "hidden" in picture, "the 2 of alcohol or drugs have no height"
    assert "<style" not in picture
    assert " style=" not in picture


def test_every_figure_is_explained(ref: str, sign_in_as: Callable[[str], FlaskClient]) -> None:
    browser = sign_in_as("commissioner")
    page = text_of(browser.get(f"/published/{ref}/figures/K08").text)
    for words in ("Means", "Edition 1", "Definitions", "How good the data is", "Commissioners", "Better when lower"):
        assert words in page
    assert browser.get(f"/published/{ref}/figures/K99").status_code == 404


def test_a_manager_publishes_and_a_correction_needs_its_reason(
    database: Database, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    with database.write() as db:
        busy(db, within(db))
    browser = sign_in_as("manager.wall")
    quarter = str(last_quarters(london_date(now()), 1)[0].since)
    assert browser.get("/published/new").status_code == 200
    made = browser.post("/published/new", data={"period": quarter})
    assert made.status_code == 302
    again = browser.post("/published/new", data={"period": quarter})
    assert again.status_code == 422
    assert "what is corrected and why" in again.text
    fine = browser.post("/published/new", data={"period": quarter, "change_note": "A referral was entered late."})
    assert fine.status_code == 302
    assert "A referral was entered late." in browser.get(fine.headers["Location"]).text
    assert "Choose a period that is over" in browser.post("/published/new", data={"period": "2099-01-01"}).text


def test_a_form_sent_twice_publishes_once(database: Database, sign_in_as: Callable[[str], FlaskClient]) -> None:
    browser = sign_in_as("manager.wall")
    key = re.findall(r'name="key" value="([^"]+)"', browser.get("/published/new").text)[0]
    quarter = str(last_quarters(london_date(now()), 1)[0].since)
    answers = [browser.post("/published/new", data={"period": quarter, "key": key}) for _ in range(2)]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    with database.reading() as db:
        assert len(db.scalars(select(Edition)).all()) == 1


def test_the_job_publishes_a_settled_quarter_once_and_only_where_there_is_something_to_count(
    app: Flask, database: Database
) -> None:
    settled = last_quarters(london_date(now() - SETTLES), 1)[0]
    with database.write() as db:
        at = now() - (london_date(now()) - settled.since - timedelta(days=20))
        busy(db, at)
    for _ in range(2):
        run_jobs(app.extensions["database"])
    with database.write() as db:
        rows = db.scalars(select(Edition)).all()
        assert [(row.since, row.made_by) for row in rows] == [(settled.since, JOB)]
        for network in db.scalars(select(Network)):
            assert publish_due(db, network.id, by=SYSTEM, at=now()) is None


def test_a_person_judges_a_figure_and_her_name_and_reason_are_published(
    database: Database, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    with database.write() as db:
        busy(db, within(db))
    browser = sign_in_as("manager.wall")
    asked = browser.post("/statistics/figures/K10", data={"do": "judge"})
    assert asked.status_code == 422
    assert "Choose how it stands" in asked.text
    told = {"do": "judge", "judged": "green", "reason": "Two weeks without a telephone line."}
    assert browser.post("/statistics/figures/K10", data=told).status_code == 302
    quarter = str(last_quarters(london_date(now()), 1)[0].since)
    page = text_of(browser.get(browser.post("/published/new", data={"period": quarter}).headers["Location"]).text)
    assert "G: On target, as a person judged Manager Wall" in page
    assert "Two weeks without a telephone line." in page
    with database.reading() as db:
        assert db.scalars(select(KpiJudgement.judged)).one() == "green"


def test_a_network_sets_its_own_target_once_a_day(database: Database, sign_in_as: Callable[[str], FlaskClient]) -> None:
    browser = sign_in_as("manager.wall")
    wrong = browser.post("/statistics/figures/K10", data={"do": "target", "target": "many", "amber": "-1"})
    assert wrong.status_code == 422
    assert "Enter the target as a number" in wrong.text
    told = {"do": "target", "target": "80", "amber": "5", "why": "Contract 2026"}
    assert browser.post("/statistics/figures/K10", data=told).status_code == 302
    assert "Set by the network" in browser.get("/statistics/figures/K10").text
    assert browser.post("/statistics/figures/K10", data=told).status_code == 409
    with database.reading() as db:
        assert db.scalars(select(KpiTarget.target)).one() == 80


def test_a_manager_sees_her_own_service_exactly_and_the_referrals_behind_it(
    database: Database, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    with database.write() as db:
        mine = referred(db, AWAY, "C06", at=now() - timedelta(hours=2), hours=1, needs={"alcohol": "high"}).ref
        other = referred(db, AWAY, "C01", by="worker.panahghar", at=now() - timedelta(hours=2)).ref
    browser = sign_in_as("manager.wall")
    page = browser.get("/statistics")
    assert "Alcohol or drugs 1 0 1 100%" in text_of(page.text)
    behind = browser.get("/statistics/referrals?outcome=service&need=substance").text
    assert mine in behind
    assert other not in browser.get("/statistics/referrals").text
    assert browser.get("/statistics/referrals?need=nonsense").status_code == 404
    crossed = text_of(browser.get("/statistics/by?rows=reason&columns=need").text)
    assert "Alcohol support need cannot be met safely 1 1" in crossed
    assert browser.get("/statistics?since=1+2+2026&until=1+1+2026").status_code == 422
    assert browser.get("/statistics?by=decided").status_code == 200


def test_the_papers_window_is_one_press_away(database: Database, sign_in_as: Callable[[str], FlaskClient]) -> None:
    with database.write() as db:
        paper(db)
    page = text_of(sign_in_as("manager.wall").get("/statistics/paper").text)
    assert "Mental health 6 of 23 (26%)" in page
    assert "Alcohol or drugs 7 of 11 (64%)" in page
    assert "may overlap" in page


def test_an_edition_reads_nothing_of_the_network_but_who_is_signed_in(
    ref: str, sign_in_as: Callable[[str], FlaskClient], app: Flask
) -> None:
    browser, asked = sign_in_as("commissioner"), []
    event.listen(app.extensions["database"].engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    assert browser.get(f"/published/{ref}").status_code == 200
    read = {name for statement in asked for name in re.findall(r"\b(?:FROM|JOIN) (\w+)", statement)}
    assert read <= {
        "web_session",
        "person",
        "agency",
        "network",
        "edition",
        "edition_table",
        "audit_event",
        "mapping_check",
    }


def test_the_form_says_the_days_that_are_counted_when_nobody_typed_any(
    sign_in_as: Callable[[str], FlaskClient],
) -> None:
    browser, on = sign_in_as("manager.wall"), london_date(now())
    begun = quarter_of(on).since
    for path in ("/statistics", "/statistics/by"):
        page = browser.get(path).text
        typed = dict(re.findall(r'name="(since|until)"[^>]*value="([^"]*)"', page))
        assert typed == {"since": f"{begun:%-d %-m %Y}", "until": f"{on:%-d %-m %Y}"}
        assert Period(begun, on).days_words in text_of(page)


def test_what_in_reach_and_training_gave_stands_on_every_page_and_in_every_file(
    ref: str, sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    heads = "Rostered For contact Offered Used Missed"
    with database.write() as db:
        add_pattern(db, add_worker(db), "WALL")
    assert heads in text_of(sign_in_as("manager.wall").get("/statistics").text)
    browser = sign_in_as("commissioner")
    page = text_of(browser.get(f"/published/{ref}").text)
    assert heads in page
    for code in ("K12", "K13", "K14", "K15", "K16", "K17-mental_health", "K19", "K20", "K21"):
        assert code in page
    answer = browser.get(f"/published/{ref}/pdf")
    words = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages))
    assert "What in-reach and training gave" in words
    assert "Workshops held 0" in words
    lines = csv.DictReader(io.StringIO(browser.get(f"/published/{ref}/csv").data.decode("utf-8-sig")))
    assert {"In-reach hours", "In-reach sessions by provider", "Training"} <= {line["table"] for line in lines}


def test_a_manager_reaches_the_residents_behind_a_figure_and_nobody_elses(
    database: Database, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    came = london_date(now()) - timedelta(days=20)
    days = f"since={came:%-d+%-m+%Y}&until={london_date(now()):%-d+%-m+%Y}"
    with database.write() as db:
        mine = resident(db, "WALL/Room 1", came).ref
        other = resident(db, "Panahghar/Room 1", came, by="worker.panahghar").ref
    browser = sign_in_as("manager.wall")
    for code in ("K13", "K01", "K05"):
        page = browser.get(f"/statistics/figures/{code}/referrals?{days}").text
        assert mine in page, code
        assert other not in page
    assert "rests on beds or on the rota" in browser.get(f"/statistics/figures/K20/referrals?{days}").text
    assert browser.get("/statistics/figures/K99/referrals").status_code == 404
    assert sign_in_as("commissioner").get("/statistics/figures/K13/referrals").status_code == 403
    assert f"/statistics/figures/K13/referrals?{days}" in browser.get(f"/statistics/figures/K13?{days}").text.replace(
        "&amp;", "&"
    )


def test_the_referrals_behind_a_number_come_page_after_page_and_say_how_many_there_are(
    database: Database, sign_in_as: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("queries.behind", "views.live"):
        monkeypatch.setattr(f"refuge.statistics.{place}.PAGE", 2)
    with database.write() as db:
        refs = [referred(db, AWAY, "C06", at=now() - timedelta(hours=2), hours=1).ref for _ in range(5)]
    browser = sign_in_as("manager.wall")
    seen: list[str] = []
    for number, words in ((1, "1 to 2 of 5"), (2, "3 to 4 of 5"), (3, "5 to 5 of 5")):
        page = browser.get(f"/statistics/referrals?outcome=service&page={number}").text
        assert f"{words} referrals" in text_of(page)
        seen += re.findall(r">(R-\d{5})<", page)
        assert ("outcome=service&amp;page=" in page) == (number in {1, 2, 3})
    assert seen == refs[::-1]
    for page in ("0", "4", "x"):
        assert browser.get(f"/statistics/referrals?outcome=service&page={page}").status_code == 404
    assert "1 to 2 of 5 referrals" in text_of(browser.get("/statistics/figures/K07/referrals").text)


def test_a_live_figure_is_explained_with_its_value_its_period_and_how_good_the_data_is(
    database: Database, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    with database.write() as db:
        for reason in ("C06", "I01"):
            referred(db, AWAY, reason, at=now() - timedelta(hours=2), hours=1)
    browser = sign_in_as("manager.wall")
    page = text_of(browser.get("/statistics/figures/K08").text)
    assert "100% (1 of 1)" in page
    assert "Too few to judge" in page
    assert "as the records stand now; referrals by the day on which they were received" in page
    assert "was asked and answered (K22)" in page
    assert "No value" not in page
    assert "by the day on which they were decided" in text_of(browser.get("/statistics/figures/K08?by=decided").text)


def test_by_the_day_of_decision_the_page_its_explanation_and_the_list_behind_it_count_the_same(
    database: Database, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    on = london_date(now())
    with database.write() as db:
        late = referred(db, AWAY, "C06", at=now() - timedelta(days=3), hours=71).ref
    browser = sign_in_as("manager.wall")
    days = f"since={on - timedelta(days=1):%-d+%-m+%Y}&until={on:%-d+%-m+%Y}"
    page = browser.get(f"/statistics?{days}&by=decided").text
    assert "by=decided" in page.split("The referrals behind it")[1].split("</p>")[0]
    for path in ("referrals", "figures/K08/referrals"):
        assert late in browser.get(f"/statistics/{path}?{days}&by=decided").text
        assert late not in browser.get(f"/statistics/{path}?{days}").text


def test_a_figure_whose_definition_changed_is_not_comparable_on_the_live_page_either(
    sign_in_as: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = quarter_of(london_date(now())).since
    changed = [replace(one, since=begun, definition="Counted anew.") for one in catalogue() if one.code == "K10"]
    every = (*catalogue(), *changed)
    monkeypatch.setattr("refuge.statistics.catalogue.catalogue", lambda: every)
    page = text_of(sign_in_as("manager.wall").get("/statistics/figures/K10").text)
    assert "Not comparable" in page
    assert "Counted anew." in page
    assert "Not comparable" not in text_of(sign_in_as("manager.wall").get("/statistics/figures/K07").text)
