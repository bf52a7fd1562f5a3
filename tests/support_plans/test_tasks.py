"""Tasks have one owner, a day and an end; the morning list and the huddle show them; the e-mail says nothing."""

from __future__ import annotations

import multiprocessing
import smtplib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

import pytest
import time_machine

from refuge.config import Config, MailServer, Setting
from refuge.database import now
from refuge.jobs import run_post
from refuge.london import london_date
from refuge.post.models import OutgoingMail
from refuge.post.words import SAYS
from support_plans.models import TaskKind
from support_plans.queries.morning import morning
from support_plans.service.digest import who_is_due
from support_plans.service.tasks import add_task
from tests.builders import Pilot
from tests.databases import KEY
from tests.placements.deciding import audited, boxes, database_of, person_ref
from tests.support_plans.posters import post_now
from tests.support_plans.rows import actor_of
from tests.support_plans.served import referral_of, resident, rows, send, tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    SignIn = Callable[[str], FlaskClient]

NINE = datetime(2026, 3, 3, 9, tzinfo=UTC)
PROCESSES = 4
TRAY = Config(Setting.DEVELOPMENT, KEY, "")


def put_task(
    app: Flask, who: str = "worker.wall", *, days: int = 0, her: str = "", what: str = "Ring the school"
) -> str:
    """Give somebody a task that is due so many days from now."""
    with database_of(app).write() as db:
        person = Pilot().person(db, who)
        return add_task(
            db, TaskKind.ASKED, what, london_date(now()) + timedelta(days=days), owner=person, actor=actor_of(person),
            at=now(), referral=referral_of(db, her) if her else None, by=person,
        ).ref  # fmt: skip


def test_a_task_is_made_handed_over_and_done(app: Flask, sign_in_as: SignIn) -> None:
    browser, her = sign_in_as("worker.wall"), resident(app)
    due = boxes("due_on", london_date(now()))
    colleague = person_ref(app, "manager.wall")
    told = {"what": "Ring the school", "about": her.lower(), "owner": person_ref(app, "worker.wall"), **due}
    answer = send(browser, "/tasks/new", **told)
    [task] = tasks(app)
    assert answer.location == f"/tasks/{task.ref}"
    browser.post(f"/tasks/{task.ref}/hand-over", data={"owner": colleague, "version": "1"})
    assert "Manager Wall" in browser.get(f"/tasks/{task.ref}").text
    manager = sign_in_as("manager.wall")
    manager.post(f"/tasks/{task.ref}/done", data={"outcome": "She starts on Monday", "version": "2"})
    [task] = tasks(app)
    assert (task.outcome, task.done_by_id == task.owner_id) == ("She starts on Monday", True)
    assert [action for action, _ in audited(app, "task.done")] == [task.ref]
    assert manager.post(f"/tasks/{task.ref}/done", data={"version": "3"}).status_code == 409


def test_what_cannot_be_a_task_is_refused_beside_its_field(app: Flask, sign_in_as: SignIn) -> None:
    browser, today = sign_in_as("worker.wall"), london_date(now())
    fine = {"what": "Ring", "owner": person_ref(app, "worker.wall"), **boxes("due_on", today)}
    for told, said in (
        ({"what": ""}, "Enter what is to be done"),
        ({"owner": person_ref(app, "worker.panahghar")}, "Choose who does it"),
        ({"about": resident(app, "Panahghar")}, "No woman whose record you may open"),
        (boxes("due_on", today - timedelta(days=1)), "Enter today or a later day"),
    ):
        answer = send(browser, "/tasks/new", **{**fine, **told})
        assert answer.status_code in {409, 422}
        assert said in answer.text
    assert tasks(app) == []


def test_of_two_who_change_a_task_the_second_is_told(app: Flask, sign_in_as: SignIn) -> None:
    ref, browser = put_task(app), sign_in_as("worker.wall")
    browser.post(f"/tasks/{ref}/hand-over", data={"owner": person_ref(app, "manager.wall"), "version": "1"})
    answer = browser.post(f"/tasks/{ref}/done", data={"outcome": "I rang them", "version": "1"})
    assert answer.status_code == 409
    assert "Somebody else changed this task" in answer.text
    assert "I rang them" in answer.text


def test_an_agency_sees_its_own_tasks_and_how_late_they_are(app: Flask, sign_in_as: SignIn) -> None:
    late, theirs = put_task(app, days=-3), put_task(app, "worker.panahghar")
    browser = sign_in_as("manager.wall")
    page = browser.get("/tasks").text
    assert late in page
    assert "overdue for 3 days" in page
    assert theirs not in page
    assert browser.get(f"/tasks/{theirs}").status_code == 404
    assert browser.post(f"/tasks/{theirs}/done", data={"version": "1"}).status_code == 404


# ── The morning, and the huddle


def test_the_morning_list_has_what_is_due_who_came_and_what_was_missed(app: Flask, sign_in_as: SignIn) -> None:
    fresh = resident(app, days=0.3)
    old = resident(app, days=40)
    due, later = put_task(app, days=-1, her=old), put_task(app, days=5, what="Later")
    browser = sign_in_as("worker.wall")
    page = browser.get("/").text
    assert due in page
    assert later not in page
    assert "Moved in" in page
    assert fresh in page.split("Moved in")[1]
    assert old not in page.split("Moved in")[1].split("</section>")[0]


def test_another_house_is_not_on_her_list(app: Flask) -> None:
    resident(app, "Panahghar", days=0.3)
    with database_of(app).reading() as db:
        assert not morning(db, Pilot().person(db, "worker.wall"), at=now())
        assert not morning(db, Pilot().person(db, "commissioner"), at=now())


def test_the_huddle_reads_out_the_house(app: Flask, sign_in_as: SignIn) -> None:
    her, theirs = resident(app, days=0.2), resident(app, "Panahghar")
    put_task(app, her=her)
    page = sign_in_as("worker.wall").get("/huddle").text
    assert her in page
    assert "New" in page
    assert "Ring the school" in page
    assert theirs not in page


# ── The e-mail


@pytest.fixture
def nine() -> object:
    """Nine in the morning, on a day of March."""
    with time_machine.travel(NINE, tick=False):
        yield NINE


def test_one_word_a_day_goes_to_who_has_something_waiting(app: Flask, nine: datetime) -> None:
    put_task(app)
    database = database_of(app)
    assert run_post(database, TRAY) == 1
    assert run_post(database, TRAY) == 0
    [mail] = rows(app, OutgoingMail)
    with database.reading() as db:
        assert mail.person_id == Pilot().person(db, "worker.wall").id
    assert mail.sent_at == nine
    with time_machine.travel(nine + timedelta(days=1), tick=False):
        assert run_post(database, TRAY) == 1


@pytest.mark.usefixtures("nine")
def test_of_many_processes_one_sends_it(database_url: str, app: Flask) -> None:
    put_task(app)
    context = multiprocessing.get_context("spawn")
    start, pipes = context.Barrier(PROCESSES), [context.Pipe(duplex=False) for _ in range(PROCESSES)]
    workers = [context.Process(target=post_now, args=(database_url, start, told)) for _, told in pipes]
    for worker in workers:
        worker.start()
    counts = [heard.recv() for heard, _ in pipes]
    for worker in workers:
        worker.join(60)
    assert sum(counts) == 1
    assert len(rows(app, OutgoingMail)) == 1


@pytest.mark.parametrize(("hour", "said"), [(5, 0), (7, 0), (8, 1), (19, 1), (20, 0), (23, 0)])
def test_nothing_goes_out_at_night_or_before_her_time(app: Flask, hour: int, said: int) -> None:
    with time_machine.travel(NINE.replace(hour=hour), tick=False):
        put_task(app)
        assert run_post(database_of(app), TRAY) == said


@pytest.mark.usefixtures("nine")
def test_she_chooses_another_time_or_none(app: Flask, sign_in_as: SignIn) -> None:
    put_task(app)
    browser, me = sign_in_as("worker.wall"), person_ref(app, "worker.wall")
    assert "08:00" in browser.get("/account/digest").text
    answer = browser.post("/account/digest", data={"wanted": "yes", "at_time": "22:00"})
    assert answer.status_code == 409
    assert "nothing is sent at night" in answer.text
    browser.post("/account/digest", data={"wanted": "yes", "at_time": "10:30"})
    assert run_post(database_of(app), TRAY) == 0
    with time_machine.travel(NINE.replace(hour=11), tick=False):
        with database_of(app).reading() as db:
            assert Pilot().person(db, "worker.wall").id in who_is_due(db, at=now())
        sign_in_as("worker.wall").post("/account/digest", data={"wanted": "no"})
        assert run_post(database_of(app), TRAY) == 0
    assert {subject for subject, _ in audited(app, "digest.chosen")} == {me}


def test_the_e_mail_says_nothing_about_anybody() -> None:
    words = " ".join(" ".join(said) for said in SAYS.values()).lower()
    forbidden = (
        "refuge", "resident", "domestic", "abuse", "violence", "woman", "women", "shelter", "referral", "plan", "score",
        "worker", "wall", "r-", "tk-",
    )  # fmt: skip
    assert not [word for word in forbidden if word in words]
    assert "http" not in words


class Server:
    """A mail server that remembers, and fails when told to."""

    sent: list[str]
    fails = False

    def __init__(self, *_where: object, **_more: object) -> None:
        """Answer."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Hang up."""

    def starttls(self, **_more: object) -> None:
        """Speak in private."""

    def send_message(self, message: object) -> None:
        if Server.fails:
            raise OSError
        Server.sent.append(str(message))


@pytest.mark.usefixtures("nine")
def test_a_mail_server_gets_the_neutral_words_and_a_failure_is_tried_three_times(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtplib, "SMTP", Server)
    Server.sent, Server.fails = [], True
    put_task(app, what="CANARY what is to be done")
    config = Config(Setting.PRODUCTION, KEY, "", mail=MailServer("mail.example.org", 587, "post@example.org"))
    database = database_of(app)
    assert [run_post(database, config) for _ in range(5)] == [0] * 5
    [mail] = rows(app, OutgoingMail)
    assert (mail.tries, mail.failed, mail.sent_at) == (3, "OSError", None)
    Server.fails = False
    with time_machine.travel(NINE + timedelta(days=1), tick=False):
        assert run_post(database, config) == 1
    [sent] = Server.sent
    assert "Subject: Allocations" in sent
    assert "To: worker.wall@example.org" in sent
    assert "CANARY" not in sent


@pytest.mark.usefixtures("nine")
def test_who_has_left_gets_nothing(app: Flask) -> None:
    put_task(app)
    with database_of(app).write() as db:
        Pilot().person(db, "worker.wall").disabled_at = now()
    assert run_post(database_of(app), TRAY) == 0
    assert rows(app, OutgoingMail) == []


def test_the_work_of_the_huddle_does_not_grow(app: Flask, sign_in_as: SignIn) -> None:
    counts = []
    for _ in range(2):
        for _ in range(3):
            her = resident(app)
            put_task(app, her=her)
        counts.append(queries_of(app, sign_in_as("worker.wall"), "/huddle"))
    assert counts[0] == counts[1]


def queries_of(app: Flask, browser: FlaskClient, path: str) -> int:
    """Return how many statements a page runs."""
    from sqlalchemy import event  # noqa: PLC0415  of this test only

    found: list[str] = []
    engine = database_of(app).engine

    def note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    assert browser.get(path).status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    return len(found)
