"""The pages: the week as each may see it, booking, one session, plans, and the calendar's own requests."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from refuge.beds.models import Stay
from refuge.inreach.forms.fields import slot_value
from refuge.inreach.models import Booking, BookingKind, BookingState, SessionRun
from refuge.inreach.service.booking import Attending
from refuge.referrals.models import Referral
from refuge.rota.models import Worker
from tests.builders import Pilot
from tests.inreach.rows import MONDAY, add_room, ask, book_one, furnish, held, moment, stay_ref
from tests.rota.rows import DAWN, MARK, add_exception, add_worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from refuge.database import Database

    SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def refs(database: Database) -> dict[str, str]:
    """The refs of workers and women of the small network, and of one booked session of each house."""
    with database.write() as db:
        house = furnish(db)
        there = Pilot().refuge(db, "Panahghar")
        one = book_one(db, house, moment(10))
        other = book_one(db, house, moment(13), refuge=there, people=[Attending(house.there.id)])
        past = held(db, house, 2)
        return {
            "dawn": house.dawn.ref, "mark": house.mark.ref, "her": stay_ref(db, house.her), "past": past.ref,
            "other": stay_ref(db, house.other), "there": stay_ref(db, house.there), "one": one.ref, "away": other.ref,
        }  # fmt: skip


def week(browser: FlaskClient, **asked: str) -> str:
    answer = browser.get("/in-reach", query_string={"on": str(MONDAY), **asked})
    assert answer.status_code == 200
    return answer.text


def test_the_week_shows_both_houses_the_way_between_and_who_is_not_there(
    refs: dict[str, str], database: Database, sign_in_as: SignIn
) -> None:
    with database.write() as db:
        house_dawn = db.scalars(select(Booking).where(Booking.ref == refs["one"])).one().worker_id
        tuesday = MONDAY + timedelta(days=1)
        add_exception(db, db.get_one(Worker, house_dawn), moment(0, on=tuesday), moment(23, on=tuesday))
    text = week(sign_in_as(DAWN))
    assert refs["one"] in text
    assert refs["away"] in text
    assert "travel 30 min to Panahghar" in text
    assert '<p class="week__off">Leave</p>' in text
    assert "1.7 of 32 hours booked" in text
    seen_by_others = week(sign_in_as(MARK))
    assert '<p class="week__off">Away</p>' in seen_by_others


def test_who_is_not_on_the_rota_all_week_is_named_below_and_takes_no_row(
    refs: dict[str, str], database: Database, sign_in_as: SignIn
) -> None:
    assert refs["dawn"]
    with database.write() as db:
        add_worker(db, DAWN, name="Nadia Nowhere", person_id=None)
    text = week(sign_in_as(DAWN))
    assert "Not on the rota on these days: Nadia Nowhere." in text
    assert "<b>Nadia Nowhere</b>" not in text


def test_a_refuge_sees_its_own_sessions_and_elsewhere_only_that_the_worker_is_taken(
    refs: dict[str, str], sign_in_as: SignIn
) -> None:
    text = week(sign_in_as("worker.wall"))
    assert refs["one"] in text
    assert refs["her"] in text
    assert refs["away"] not in text
    assert refs["there"] not in text
    assert "Taken" in text
    assert sign_in_as("worker.wall").get(f"/in-reach/sessions/{refs['away']}").status_code == 404


def test_each_way_to_show_the_week_names_the_session(refs: dict[str, str], sign_in_as: SignIn) -> None:
    dawn = sign_in_as(DAWN)
    for by in ("worker", "house", "woman"):
        assert refs["one"] in week(dawn, by=by)
    assert refs["one"] in week(dawn, day="1")
    assert refs["one"] not in week(dawn, day="1", on=str(MONDAY + timedelta(days=1)))
    assert week(dawn, on="nonsense", by="nonsense")


def test_the_calendar_reads_the_same_on_the_wall_of_london(refs: dict[str, str], sign_in_as: SignIn) -> None:
    told = sign_in_as(DAWN).get("/in-reach/calendar.json", query_string={"on": str(MONDAY)}).json
    assert told is not None
    starts = {event["start"]: event["title"] for event in told["events"]}
    assert f"{MONDAY}T10:00:00" in starts
    assert refs["her"] in starts[f"{MONDAY}T10:00:00"]
    assert {one["id"] for one in told["resources"]} == {refs["dawn"], refs["mark"]}
    assert [one["title"] for one in told["houses"]] == ["Panahghar", "WALL"]
    assert [one["title"] for one in told["women"]] == [
        f"{refs['there']} · Panahghar",
        *(f"{ref} · WALL" for ref in sorted((refs["her"], refs["other"]))),
    ]
    panahghar, wall = (one["id"] for one in told["houses"])
    assert {event["house"] for event in told["events"]} == {panahghar, wall}
    assert [refs["her"]] in [event["women"] for event in told["events"] if event["house"] == wall]
    assert {"start": f"{MONDAY}T09:00:00", "end": f"{MONDAY}T17:00:00"}.items() <= told["hours"][0].items()


def asked(refs: dict[str, str], **more: str) -> dict[str, str]:
    plain = {
        "woman": refs["other"], "worker": refs["dawn"], "service": "one_to_one", "minutes": "50", "kind": "one_to_one",
        "from": str(MONDAY),
    }  # fmt: skip
    return {**plain, **more}


def key_of(page: str) -> str:
    return html.unescape(re.findall(r'name="key" type="hidden" value="([^"]*)"', page)[0])


def test_only_free_times_are_offered_and_one_is_booked_once_however_often_it_is_sent(
    refs: dict[str, str], database: Database, sign_in_as: SignIn
) -> None:
    dawn = sign_in_as(DAWN)
    page = dawn.get("/in-reach/book", query_string=asked(refs)).text
    assert f'value="{slot_value(moment(11))}"' in page
    for taken in (moment(10), moment(10, 45), moment(13), moment(12, 30)):
        assert f'value="{slot_value(taken)}"' not in page
    form = asked(refs, slot=slot_value(moment(11)), key=key_of(page))
    answers = [dawn.post("/in-reach/book", data=form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].location == answers[1].location
    with database.reading() as db:
        assert len(db.scalars(select(Booking).where(Booking.from_at == moment(11))).all()) == 1


def test_a_time_that_was_taken_meanwhile_is_refused_and_nothing_typed_is_lost(
    refs: dict[str, str], sign_in_as: SignIn
) -> None:
    answer = sign_in_as(DAWN).post("/in-reach/book", data=asked(refs, slot=slot_value(moment(10, 15))))
    assert answer.status_code == 409
    assert "has another session from 10:00" in html.unescape(answer.text)
    assert f'<option value="{refs["other"]}" selected' in answer.text or f'value="{refs["other"]}"' in answer.text
    assert f'value="{slot_value(moment(11))}"' in answer.text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"woman": ""}, "Choose who it is for"), ({"worker": ""}, "Choose a worker"),
        ({"service": "nonsense"}, "Choose what it is for"), ({"slot": ""}, "Choose one of the free times"),
        ({"minutes": "4000"}, "Enter how many minutes"), ({"repeat": "1"}, "Enter the last day"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_beside_its_field(
    refs: dict[str, str], sign_in_as: SignIn, told: dict[str, str], said: str
) -> None:
    form = asked(refs, slot=slot_value(moment(11)))
    answer = sign_in_as(DAWN).post("/in-reach/book", data={**form, **told})
    assert answer.status_code == 422
    assert said in answer.text


def test_a_practitioner_books_only_workers_of_her_agency_and_women_she_may_know_of(
    refs: dict[str, str], sign_in_as: SignIn
) -> None:
    mark = sign_in_as(MARK)
    for told in ({"worker": refs["dawn"]}, {"woman": refs["there"], "worker": refs["mark"]}):
        answer = mark.post("/in-reach/book", data=asked(refs, slot=slot_value(moment(11)), **told))
        assert answer.status_code == 422


def test_a_series_says_what_was_left_out(refs: dict[str, str], database: Database, sign_in_as: SignIn) -> None:
    last = MONDAY + timedelta(weeks=2)
    told = {"repeat": "1", "until_on": [str(last.day), str(last.month), str(last.year)]}
    dawn = sign_in_as(DAWN)
    answer = dawn.post("/in-reach/book", data={**asked(refs, slot=slot_value(moment(11))), **told})
    assert answer.status_code == 302
    assert "Booked: 3" in dawn.get(answer.location).text
    with database.reading() as db:
        assert len(db.scalars(select(Booking).where(Booking.series_id.is_not(None))).all()) == 3


def test_a_group_is_booked_with_those_who_come(refs: dict[str, str], database: Database, sign_in_as: SignIn) -> None:
    with database.write() as db:
        add_room(db, name="Lounge", capacity=9)
    form = asked(refs, kind="group", house="WALL", service="group", slot=slot_value(moment(15)))
    told = {**form, "women": [refs["her"], refs["other"]]}
    assert sign_in_as(DAWN).post("/in-reach/book", data=told).status_code == 302
    with database.reading() as db:
        row = db.scalars(select(Booking).where(Booking.kind == BookingKind.GROUP)).one()
        db.refresh(row, ["people"])
        assert len(row.people) == 2


def test_an_outcome_is_one_tap(refs: dict[str, str], database: Database, sign_in_as: SignIn) -> None:
    dawn, path = sign_in_as(DAWN), f"/in-reach/sessions/{refs['past']}"
    page = dawn.get(path).text
    fields = dict(re.findall(r'name="(version|woman)" value="([^"]*)"', page))
    assert "Outcomes to note" in dawn.get("/").text
    answer = dawn.post(f"{path}/outcome", data={**fields, "outcome": "late"})
    assert answer.status_code == 302
    assert "Attended, came late" in dawn.get(path).text
    stale = dawn.post(f"{path}/outcome", data={**fields, "outcome": "attended"})
    assert stale.status_code == 409
    assert "Outcomes to note" not in dawn.get("/").text
    with database.reading() as db:
        assert db.scalars(select(Booking.state).where(Booking.ref == refs["past"])).one() is BookingState.DONE


def test_what_came_of_it_is_noted_and_read_by_the_workers_own_agency(refs: dict[str, str], sign_in_as: SignIn) -> None:
    dawn, wall, path = sign_in_as(DAWN), sign_in_as("worker.wall"), f"/in-reach/sessions/{refs['past']}"
    fields = dict(re.findall(r'name="(version|woman)" value="([^"]*)"', dawn.get(path).text))
    told = {**fields, "outcome": "crisis", "next_step": "Ring the crisis team"}
    assert wall.post(f"{path}/outcome", data=told).status_code == 409
    assert dawn.post(f"{path}/outcome", data=told).status_code == 302
    page = wall.get(path).text
    assert "Done" in page
    assert "crisis" not in page


def test_the_calendar_moves_a_session_or_is_told_why_not(refs: dict[str, str], sign_in_as: SignIn) -> None:
    dawn, path = sign_in_as(DAWN), f"/in-reach/sessions/{refs['one']}/move"
    fetch = {"X-Requested-With": "fetch"}
    told = {"worker": refs["dawn"], "version": "1", "slot": f"{MONDAY}T13:15"}
    answer = dawn.post(path, data=told, headers=fetch)
    assert (answer.status_code, list(answer.json or {})) == (409, ["refused"])
    answer = dawn.post(path, data={**told, "slot": f"{MONDAY}T11:00"}, headers=fetch)
    assert answer.status_code == 200
    assert (answer.json or {})["version"] == 2
    again = dawn.post(path, data={**told, "slot": f"{MONDAY}T11:15"}, headers=fetch)
    assert "Somebody else changed this" in (again.json or {})["refused"]


def test_a_session_dragged_to_who_does_not_do_this_work_stays_and_says_so(
    refs: dict[str, str], sign_in_as: SignIn
) -> None:
    told = {"worker": refs["mark"], "version": "1", "slot": f"{MONDAY}T11:00"}
    path, fetch = f"/in-reach/sessions/{refs['one']}/move", {"X-Requested-With": "fetch"}
    answer = sign_in_as(DAWN).post(path, data=told, headers=fetch)
    assert answer.status_code == 409
    assert "does not do this work" in (answer.json or {})["refused"]


def test_a_time_pressed_in_the_calendar_is_chosen_if_free_and_judged_if_not(
    refs: dict[str, str], sign_in_as: SignIn
) -> None:
    dawn = sign_in_as(DAWN)
    free = dawn.get("/in-reach/book", query_string=asked(refs, slot=f"{MONDAY}T11:00")).text
    assert re.search(rf'value="{re.escape(slot_value(moment(11)))}" checked', free)
    taken = dawn.get("/in-reach/book", query_string=asked(refs, slot=f"{MONDAY}T10:15"))
    assert taken.status_code == 200
    assert "has another session from 10:00" in html.unescape(taken.text)


def test_a_session_is_called_off_with_a_reason(refs: dict[str, str], sign_in_as: SignIn) -> None:
    dawn, path = sign_in_as(DAWN), f"/in-reach/sessions/{refs['one']}/cancel"
    assert dawn.post(path, data={"version": "1"}).status_code == 422
    assert dawn.post(path, data={"version": "1", "why": "by_her"}).status_code == 302
    assert dawn.post(path, data={"version": "2", "why": "by_her"}).status_code == 409


def test_a_worker_plans_accepts_one_and_then_all(refs: dict[str, str], database: Database, sign_in_as: SignIn) -> None:
    with database.write() as db:
        for name in ("other", "there"):
            referral_id = db.scalars(select(Stay.referral_id).where(Stay.called == refs[name])).one()
            ask(db, db.get_one(Referral, referral_id))
    dawn = sign_in_as(DAWN)
    address = dawn.post("/in-reach/plans").location
    page = dawn.get(address).text
    sessions = re.findall(r'name="session" value="([^"]*)"', page)
    assert len(sessions) >= 4
    assert dawn.post(f"{address}/accept", data={"session": sessions[0]}).status_code == 302
    assert dawn.post(f"{address}/accept", data={"session": sessions[0]}).status_code == 409
    assert "Booked" in dawn.get(address).text
    assert dawn.post(f"{address}/accept-all").status_code == 302
    assert 'name="session"' not in dawn.get(address).text
    with database.reading() as db:
        accepted = db.scalars(select(Booking.proposal).where(Booking.proposal.is_not(None))).all()
        assert sorted(str(one) for one in accepted) == sorted(sessions)


def test_of_women_whom_she_may_not_know_a_plan_says_only_how_many(
    refs: dict[str, str], database: Database, sign_in_as: SignIn
) -> None:
    with database.write() as db:
        for name in ("her", "there"):
            referral_id = db.scalars(select(Stay.referral_id).where(Stay.called == refs[name])).one()
            ask(db, db.get_one(Referral, referral_id))
    wall = sign_in_as("worker.wall")
    page = wall.get(wall.post("/in-reach/plans").location).text
    assert refs["her"] in page
    assert refs["there"] not in page
    assert "with women of other houses" in page


def test_two_who_plan_at_once_do_not_overwrite_each_other(
    refs: dict[str, str], database: Database, sign_in_as: SignIn
) -> None:
    del refs
    dawn = sign_in_as(DAWN)
    key = "k" * 43
    first, second = (dawn.post("/in-reach/plans", data={"key": key}) for _ in range(2))
    assert first.location == second.location
    with database.reading() as db:
        assert len(db.scalars(select(SessionRun)).all()) == 1


def test_entering_leave_lists_what_is_booked_and_the_week_says_so(
    refs: dict[str, str], database: Database, sign_in_as: SignIn
) -> None:
    dawn = sign_in_as(DAWN)
    with database.write() as db:
        booking = db.scalars(select(Booking).where(Booking.ref == refs["one"])).one()
        worker = db.get_one(Worker, booking.worker_id)
        add_exception(db, worker, moment(0), moment(23))
    assert "is away then: move it" in week(dawn)


def test_a_proposal_for_women_whom_she_may_not_know_is_not_hers_to_accept(
    refs: dict[str, str], database: Database, sign_in_as: SignIn
) -> None:
    with database.write() as db:
        referral_id = db.scalars(select(Stay.referral_id).where(Stay.called == refs["there"])).one()
        ask(db, db.get_one(Referral, referral_id))
    dawn, wall = sign_in_as(DAWN), sign_in_as("worker.wall")
    address = dawn.post("/in-reach/plans").location
    hers = next(
        one for one in re.findall(r'name="session" value="([^"]*)"', dawn.get(address).text)
        if refs["there"] not in wall.get(address).text and f'value="{one}"' not in wall.get(address).text
    )  # fmt: skip
    answer = wall.post(f"{address}/accept", data={"session": hers})
    assert answer.status_code == 409
    assert "with whom you do not work" in answer.text
    with database.reading() as db:
        assert db.scalars(select(Booking).where(Booking.proposal == hers)).all() == []


def test_what_came_of_it_is_noted_by_one_tap_from_the_day_and_leads_back_to_it(
    refs: dict[str, str], database: Database, sign_in_as: SignIn
) -> None:
    dawn = sign_in_as(DAWN)
    with database.reading() as db:
        past = db.scalars(select(Booking).where(Booking.ref == refs["past"])).one()
        on, version = past.from_at.date(), past.version
    text = dawn.get("/in-reach", query_string={"on": str(on), "day": "1"}).text
    row = re.search(r'name="woman" value="(\d+)"', text)
    assert row is not None
    assert "She called it off" in text
    tap = {"outcome": "unwell", "woman": row[1], "version": version, "back": "day"}
    answer = dawn.post(f"/in-reach/sessions/{refs['past']}/outcome", data=tap)
    assert answer.location == f"/in-reach?on={on}&day=1"
    after = dawn.get(answer.location).text
    assert "The outcome is kept." in after
    assert 'name="woman"' not in after
    house = sign_in_as("worker.wall").get(answer.location).text
    assert 'name="woman"' not in house


def test_a_session_is_called_off_by_one_tap_by_whoever_called_it_off(
    refs: dict[str, str], database: Database, sign_in_as: SignIn
) -> None:
    dawn = sign_in_as(DAWN)
    with database.reading() as db:
        version = db.scalars(select(Booking.version).where(Booking.ref == refs["past"])).one()
    tap = {"why": "by_her", "version": version, "back": "today"}
    answer = dawn.post(f"/in-reach/sessions/{refs['past']}/cancel", data=tap)
    assert answer.location == "/"
    with database.reading() as db:
        row = db.scalars(select(Booking).where(Booking.ref == refs["past"])).one()
        assert (row.state, row.cancelled_why) == (BookingState.CANCELLED, "by_her")


def test_a_series_is_ended_on_its_page_with_all_later_sessions(
    refs: dict[str, str], database: Database, sign_in_as: SignIn
) -> None:
    dawn = sign_in_as(DAWN)
    asked = {
        "kind": "one_to_one", "woman": refs["other"], "worker": refs["dawn"], "service": "one_to_one", "minutes": "50",
        "slot": slot_value(moment(15)), "repeat": "1", "until_on": [str(part) for part in (28, 12, MONDAY.year)],
        "key": "s" * 43,
    }  # fmt: skip
    last = MONDAY + timedelta(weeks=3)
    asked["until_on"] = [str(last.day), str(last.month), str(last.year)]
    address = dawn.post("/in-reach/book", data=asked).location
    page = dawn.get(address).text
    assert "From which session on?" in page
    from_on = str(MONDAY + timedelta(weeks=1))
    done = dawn.post(f"{address}/end", data={"from_on": from_on, "why": "by_service"}, follow_redirects=True).text
    assert "3 sessions are called off. Those before stay." in done
    again = dawn.post(f"{address}/end", data={"from_on": from_on, "why": "by_service"})
    assert again.status_code == 409
    with database.reading() as db:
        states = [row.state for row in db.scalars(select(Booking).where(Booking.series_id.is_not(None)))]
    assert states.count(BookingState.CANCELLED) == 3
