"""What weighs most, what the country reports, and the returns: bands at every edge, what is hidden, who sent what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from refuge.accounts.models import Person
from refuge.audit.models import AuditEvent
from refuge.audit.service import SYSTEM
from refuge.config import Config, Setting
from refuge.database import now
from refuge.jobs import run_post
from refuge.london import london_date
from refuge.post.models import OutgoingMail
from refuge.statistics.beside import HarmScore, ReturnSent, ReturnSetting
from refuge.statistics.counting import Share
from refuge.statistics.facts import NEEDS
from refuge.statistics.national import national
from refuge.statistics.periods import Period, last_quarters
from refuge.statistics.queries.beside import own_returns_waiting, returns_waiting
from refuge.statistics.returns import Standing, due_returns, return_kinds, urgency
from refuge.statistics.risk import Band, band_of, weighed
from refuge.statistics.service.beside import mark_sent, set_return
from tests.builders import Pilot
from tests.databases import KEY
from tests.statistics.test_views import ref, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from refuge.database import Database
    from refuge.statistics.returns import DueReturn

__all__ = ["ref"]
SCORES = dict.fromkeys(NEEDS, "12")
TRAY = Config(Setting.DEVELOPMENT, KEY, "")


@pytest.mark.parametrize(
    ("score", "band"),
    [(0, "low"), (108, "low"), (109, "medium"), (216, "medium"), (217, "high"), (324, "high"), (None, "no_data")],
)
def test_a_weight_falls_into_its_band_at_every_edge(score: int | None, band: str) -> None:
    assert band_of(score) is Band(band)


def test_a_weight_is_rounded_half_up_before_it_is_banded() -> None:
    assert weighed(Share(1, 2), [12, 12]) == 108
    assert weighed(Share(217, 648), [18]) == 109  # 108.5
    assert weighed(Share(433, 648), [18]) == 217  # 216.5
    assert weighed(Share(1, 1), [18]) == 324
    assert weighed(Share(0, 9), [18]) == 0


def test_without_a_share_or_without_a_score_there_is_no_data_and_no_nought() -> None:
    assert weighed(None, [18]) is None
    assert weighed(Share(0, 0), [18]) is None
    assert weighed(Share(1, 2), []) is None


@given(st.integers(0, 50), st.integers(1, 50), st.lists(st.integers(0, 18), min_size=1, max_size=6))
def test_a_higher_score_never_weighs_less(some: int, more: int, scores: list[int]) -> None:
    share = Share(some, some + more)
    low, high = weighed(share, scores), weighed(share, [min(18, score + 1) for score in scores])
    assert low is not None
    assert high is not None
    assert low <= high <= 324


def test_a_return_is_due_so_many_days_after_its_period_and_the_network_may_say_otherwise() -> None:
    found = due_returns(date(2026, 11, 24), {})
    quarter = next(one for one in found if one.period == Period(date(2026, 7, 1), date(2026, 9, 30)))
    assert quarter.due_on == date(2026, 10, 30)
    assert quarter.standing(date(2026, 10, 30), sent=False) is Standing.SOON
    assert quarter.standing(date(2026, 10, 31), sent=False) is Standing.OVERDUE
    assert quarter.standing(date(2026, 10, 16), sent=False) is Standing.SOON
    assert quarter.standing(date(2026, 10, 15), sent=False) is Standing.LATER
    assert quarter.standing(date(2026, 12, 1), sent=True) is Standing.SENT
    later = due_returns(date(2026, 11, 24), {"quarter_report": 45})
    assert date(2026, 11, 14) in {one.due_on for one in later if one.kind.key == "quarter_report"}


def test_every_national_figure_says_its_year_its_source_and_what_is_not_alike() -> None:
    assert all(one.year and one.source and one.alike and one.unlike and one.graded for one in national())


@pytest.mark.usefixtures("ref")
def test_partners_score_a_theme_and_commissioners_see_what_it_weighs(
    sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    assert "No data" in text_of(sign_in_as("commissioner").get("/published/risk").text)
    for partner in ("commissioner", "practitioner"):
        assert sign_in_as(partner).post("/statistics/harm", data=SCORES).status_code == 302
    page = text_of(sign_in_as("commissioner").get("/published/risk").text)
    assert "12.0 (2 partners, 12 to 12)" in page
    with database.reading() as db:
        assert "harm.scored" in set(db.scalars(select(AuditEvent.action)))


def test_a_weight_uses_nothing_but_the_published_share(ref: str, sign_in_as: Callable[[str], FlaskClient]) -> None:
    sign_in_as("commissioner").post("/statistics/harm", data=SCORES)
    weights = text_of(sign_in_as("commissioner").get("/published/risk").text)
    for need, title in NEEDS.items():
        figure = text_of(sign_in_as("commissioner").get(f"/published/{ref}/figures/K09-{need}").text)
        if "[c] " in figure.partition("Means")[0]:
            assert f"{title} too few to show 12.0 (1 partner, one score only)" in weights
    exact = text_of(sign_in_as("manager.wall").get("/published/risk").text)
    assert exact.partition("Unmet need by theme")[2][:300] == weights.partition("Unmet need by theme")[2][:300]


def test_scoring_over_a_score_that_was_not_seen_is_refused(sign_in_as: Callable[[str], FlaskClient]) -> None:
    browser = sign_in_as("commissioner")
    assert browser.post("/statistics/harm", data={"nrpf": "5", "seen": ""}).status_code == 302
    late = browser.post("/statistics/harm", data={"nrpf": "7", "seen": ""})
    assert late.status_code == 409
    assert "meanwhile" in late.text
    assert browser.post("/statistics/harm", data={"nrpf": "7", "seen": "nrpf:1"}).status_code == 302
    assert browser.post("/statistics/harm", data={"nrpf": "19"}).status_code == 422


@pytest.mark.usefixtures("ref")
def test_a_score_says_what_it_is_based_on_to_those_who_read_what_weighs_most(
    sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    browser = sign_in_as("practitioner")
    why = "Waits are longest without public funds <here>."
    assert browser.post("/statistics/harm", data={"nrpf": "18", "nrpf_why": f" {why} "}).status_code == 302
    assert "Waits are longest without public funds &lt;here&gt;." in browser.get("/statistics/harm").text
    page = text_of(sign_in_as("commissioner").get("/published/risk").text)
    assert f": 18. {why}" in page
    changed = {"nrpf": "18", "nrpf_why": "", "seen": "nrpf:1"}
    assert browser.post("/statistics/harm", data=changed).status_code == 302
    assert why not in text_of(sign_in_as("commissioner").get("/published/risk").text)
    with database.reading() as db:
        assert db.scalars(select(HarmScore.why).order_by(HarmScore.number)).all() == [why, ""]


@pytest.mark.parametrize(
    ("why", "score", "say"),
    [
        ("As with R-48213 in June", "18", "without R-48213"),
        ("No other place", "", "enter the score that these words are about"),
        ("x" * 201, "18", "shorten it to 200 characters"),
    ],
)
def test_words_about_a_theme_name_no_record_are_short_and_go_with_a_score(
    sign_in_as: Callable[[str], FlaskClient], database: Database, why: str, score: str, say: str
) -> None:
    answer = sign_in_as("commissioner").post("/statistics/harm", data={"nrpf": score, "nrpf_why": why})
    assert answer.status_code == 422
    assert say in answer.text
    assert why in answer.text
    with database.reading() as db:
        assert not db.scalars(select(HarmScore.id)).all()


def test_a_manager_marks_a_return_as_sent_and_is_no_longer_reminded(
    ref: str, sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    browser, quarter = sign_in_as("manager.wall"), last_quarters(london_date(now()), 1)[0]
    kind, at = return_kinds()["quarter_report"].key, f"/statistics/returns/quarter_report/{quarter.since}"
    assert browser.post(at, data={"sent_on": "", "sent_to": ""}).status_code == 422
    assert "Overdue" in browser.get("/").text
    on = london_date(now())
    told = {"sent_on": f"{on:%d %m %Y}", "sent_to": "Commissioning team", "edition": ref, "seen": "0"}
    assert browser.post(at, data=told).status_code == 302
    assert browser.post(at, data=told).status_code == 409
    page = text_of(browser.get("/statistics/returns").text)
    assert "to Commissioning team, from edition 1" in page
    assert quarter.label not in text_of(browser.get("/").text)
    with database.reading() as db:
        assert db.scalars(select(ReturnSent.kind)).all() == [kind]


def test_a_manager_says_when_a_return_is_due_and_who_is_reminded(
    sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    with database.reading() as db:
        owner = Pilot().person(db, "manager.wall").ref
    browser = sign_in_as("manager.wall")
    at = "/statistics/returns/quarter_report/due"
    assert browser.post(at, data={"days": "200", "owner": owner, "seen": "0"}).status_code == 302
    assert "200 days after its period" in browser.get("/statistics/returns").text
    assert browser.post(at, data={"days": "0", "owner": owner, "seen": "1"}).status_code == 422
    assert browser.post(at, data={"days": "30", "owner": "P-99999", "seen": "1"}).status_code == 422


def test_what_is_overdue_stands_on_top_and_what_was_sent_last_comes_first_of_those_sent() -> None:
    on = date(2026, 11, 24)
    found = [(one, one.standing(on, sent=one.due_on < date(2026, 10, 1))) for one in due_returns(on, {})]
    told = sorted(found, key=lambda pair: urgency(*pair))
    assert [standing for _, standing in told] == sorted((s for _, s in told), key=list(Standing).index)
    first, standing = told[0]
    assert standing is Standing.OVERDUE
    assert first.due_on == min(one.due_on for one, how in found if how is Standing.OVERDUE)
    sent = [one.due_on for one, how in told if how is Standing.SENT]
    assert sent == sorted(sent, reverse=True)


def test_the_calendar_shows_what_is_overdue_first(sign_in_as: Callable[[str], FlaskClient]) -> None:
    page = text_of(sign_in_as("manager.wall").get("/statistics/returns").text)
    assert "Nobody owns it: every manager sees it on Today" in page
    assert page.index("Overdue") < page.index("Later")
    assert "Overdue" not in page[page.index("Later") :]


def own(db: Session, owner: str, *, days: int) -> None:
    """Give the quarter's report an owner and a day."""
    by = Pilot().person(db, owner)
    set_return(db, "quarter_report", days, by, seen=0, by=by, actor=SYSTEM, at=now())


def send(db: Session, due: DueReturn, by: Person) -> None:
    mark_sent(db, due, on=london_date(now()), to="Team", edition=None, seen=0, by=by, actor=SYSTEM, at=now())


def posted(database: Database) -> list[str]:
    with database.reading() as db:
        query = select(Person.email).join(OutgoingMail, OutgoingMail.person_id == Person.id)
        return list(db.scalars(query.order_by(Person.email)))


def test_the_daily_e_mail_goes_to_whoever_owns_a_return_that_is_overdue_or_due_soon(database: Database) -> None:
    noon = now().replace(hour=12, minute=0)
    with time_machine.travel(noon, tick=False):
        run_post(database, TRAY)
        assert posted(database) == []  # overdue, but nobody owns them: Today shows them to every manager
    with time_machine.travel(noon + timedelta(days=1), tick=False):
        with database.write() as db:
            newest = last_quarters(london_date(now()), 1)[0]
            own(db, "manager.wall", days=(london_date(now()) - newest.until).days + 15)
            owner = Pilot().person(db, "manager.wall")
            for line in own_returns_waiting(db, owner, at=now()):
                send(db, line.due, owner)
        run_post(database, TRAY)
        assert posted(database) == []  # due in more than two weeks
    with time_machine.travel(noon + timedelta(days=2), tick=False):
        assert run_post(database, TRAY) == 1
        assert run_post(database, TRAY) == 0
        assert posted(database) == [owner.email]


def test_nobody_is_reminded_of_a_return_that_was_sent_and_every_manager_of_one_whose_owner_left(
    sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    with database.write() as db:
        own(db, "manager.wall", days=1)
        other = Pilot().person(db, "manager.panahghar")
        assert not own_returns_waiting(db, other, at=now())
        owner = Pilot().person(db, "manager.wall")
        assert own_returns_waiting(db, owner, at=now())
        for line in own_returns_waiting(db, owner, at=now()):
            send(db, line.due, owner)
        assert not own_returns_waiting(db, owner, at=now())
        owner.disabled_at = now()
        db.flush()
        assert not returns_waiting(db, owner, at=now())
        assert all(line.owner is None for line in returns_waiting(db, other, at=now()))
    assert "can no longer send it" in sign_in_as("manager.panahghar").get("/statistics/returns").text


def rows(db: Session, person: str, network: str) -> list[HarmScore | ReturnSetting | ReturnSent]:
    """Return one row of each kind: of the network of one person, made by another."""
    by, of, on = Pilot().person(db, person), Pilot().person(db, network), date(2026, 7, 1)
    return [
        HarmScore(
            network_id=of.network_id, agency_id=by.agency_id, theme="nrpf", round_on=on, number=1, score=18, why="",
            scored_by_id=by.id, scored_at=now(),
        ),
        ReturnSetting(
            network_id=of.network_id, kind="k", number=1, days=1, owner_id=by.id, set_by_id=of.id, set_at=now()
        ),
        ReturnSent(
            network_id=of.network_id, kind="k", since=on, until=on + timedelta(days=9), number=1, sent_on=on,
            sent_to="Team", sent_by_id=by.id, recorded_at=now(),
        ),
    ]  # fmt: skip


def test_the_database_keeps_what_was_scored_set_and_sent(database: Database) -> None:
    with database.write() as db:
        db.add_all(rows(db, "manager.wall", "manager.wall"))
    for table in (HarmScore, ReturnSetting, ReturnSent):
        for statement in (update(table).values(number=2), delete(table)):
            with pytest.raises(DBAPIError), database.write() as db:
                db.execute(statement)


@pytest.mark.parametrize("which", range(3))
def test_the_database_refuses_rows_of_two_networks(database: Database, which: int) -> None:
    with pytest.raises(DBAPIError, match="two networks"), database.write() as db:
        db.add(rows(db, "manager.wall", "manager.elsewhere")[which])
