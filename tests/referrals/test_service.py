"""Making and changing referrals, and the pairs that are found while nobody looks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from refuge.accounts.models import Person
from refuge.audit.models import AuditEvent
from refuge.audit.service import Actor
from refuge.errors import Refused
from refuge.referrals import queries
from refuge.referrals.models import ConflictPair, PossibleSame, Referral, ReferralDraft, ReferralState
from refuge.referrals.risk import TOOLS, level
from refuge.referrals.service import (
    Opening,
    change_referral,
    save_draft,
    start_draft,
    withdraw_referral,
)
from tests.builders import Pilot
from tests.referrals.told import AT, details, take

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from refuge.database import Database

WORKER = "worker.wall"


def person(db: Session, name: str = WORKER) -> Person:
    return Pilot().person(db, name)


def actor(db: Session, name: str = WORKER) -> Actor:
    who = person(db, name)
    return Actor(who.ref, who.agency.ref, who.role)


def begun(db: Session) -> ReferralDraft:
    draft = start_draft(db, by=person(db), actor=actor(db), at=AT)
    db.flush()
    return draft


def count(db: Session, kind: type[Referral | PossibleSame | ConflictPair]) -> int:
    return db.scalar(select(func.count()).select_from(kind)) or 0


def test_everything_that_was_told_is_kept(database: Database) -> None:
    told = {
        "name": "Danielle Example", "born_on": "27 3 1991", "children-0-age": "7", "children-0-sex": "boy",
        "children-1-age": "0", "need_alcohol": "high", "need_drugs": "no", "risk_tool": "DASH_RIC", "risk_count": "16",
        "unsafe_areas": "E06000016", "must_not_meet-0-who": "Tracy Invented", "must_not_meet-0-why": "His sister",
        "recourse_status": "NRPF_CONDITION", "route_section_17": "asked", "route_section_17_on": "20 11 2026",
        "check_background": "done", "pregnant": "yes", "may_text": "yes", "access": "step_free",
    }  # fmt: skip
    with database.write() as db:
        ref = take(db, **told).ref
    with database.reading() as db:
        row = queries.one(db, person(db), ref)
        assert row is not None
        assert [(child.age, child.sex.value) for child in row.children] == [(7, "boy"), (0, "not_asked")]
        assert {need.need: need.level.value for need in row.needs} == {"alcohol": "high", "drugs": "no"}
        assert (row.may_text, row.may_leave_message, row.access_asked) == (True, False, True)
        assert (row.safe_number_digits, row.name_key) == ("07700900123", "danielle example")
        recourse = queries.recourse(db, person(db), row, by=actor(db), at=AT)
        assert recourse is not None
        assert [(route.route, str(route.on)) for route in recourse.routes] == [("section_17", "2026-11-20")]
        people = queries.must_not_meet(db, person(db), row, by=actor(db), at=AT)
        assert [(other.who, other.why) for other in people] == [("Tracy Invented", "His sister")]
        made = db.scalars(select(AuditEvent).where(AuditEvent.action == "referral.made")).one()
        assert made.subject_ref == ref
        assert "Danielle" not in made.facts


def test_one_call_makes_one_referral_however_often_it_is_sent(database: Database) -> None:
    with database.write() as db:
        draft = begun(db)
        first = take(db, draft=draft)
        again = take(db, draft=draft, name="Somebody else")
        assert first is again
        assert draft.typed == {}
        assert count(db, Referral) == 1


def test_two_pages_that_send_one_call_at_once_make_one_referral(database: Database) -> None:
    with database.write() as db:
        ref = begun(db).ref
    gate = Barrier(4)

    def send(_: int) -> str:
        gate.wait()
        with database.write() as db:
            draft = queries.draft(db, person(db), ref, lock=True)
            return take(db, draft=draft).ref

    with ThreadPoolExecutor(4) as pool:
        refs = set(pool.map(send, range(4)))
    assert len(refs) == 1
    with database.reading() as db:
        assert count(db, Referral) == 1


def test_an_older_save_never_replaces_a_newer_one(database: Database) -> None:
    page = Opening("first", 0)
    with database.write() as db:
        draft = begun(db)
        assert save_draft(db, draft, {"name": ["Dan"]}, page=page, saves=2, actor=actor(db), at=AT).taken
        late = save_draft(db, draft, {"name": ["D"]}, page=page, saves=1, actor=actor(db), at=AT)
        assert (late.taken, late.elsewhere, draft.typed) == (False, False, {"name": ["Dan"]})


def test_a_second_tab_is_told_instead_of_overwriting_the_first(database: Database) -> None:
    with database.write() as db:
        draft = begun(db)
        by = actor(db)
        save_draft(db, draft, {"name": ["first"]}, page=Opening("first", 0), saves=3, actor=by, at=AT)
        second = save_draft(db, draft, {"name": ["second"]}, page=Opening("second", 0), saves=9, actor=by, at=AT)
        assert (second.taken, second.elsewhere, draft.typed) == (False, True, {"name": ["first"]})
        over = save_draft(db, draft, {"name": ["second"]}, page=Opening("second", 3), saves=4, actor=by, at=AT)
        assert over.taken


def test_more_than_anybody_types_is_refused_in_words(database: Database) -> None:
    with database.write() as db, pytest.raises(Refused, match="too long"):
        save_draft(
            db, begun(db), {"preferences": ["x" * 200_001]}, page=Opening("p", 0), saves=1, actor=actor(db), at=AT,
        )  # fmt: skip


def test_the_same_woman_is_found_again_by_number_and_by_name(database: Database) -> None:
    with database.write() as db:
        old = take(db, "referrer", name="Fatima Example")
        new = take(db, "worker.panahghar", name="Fatimah Exampel", safe_number="+44 7700 900123")
        pair = db.scalars(select(PossibleSame)).one()
        assert (pair.low_id, pair.high_id) == (old.id, new.id)
        assert "same safe number" in pair.grounds
        known = queries.known_already(db, person(db), new)
        assert [(other.ref, other.same) for other in known] == [(old.ref, None)]


def test_it_is_said_only_to_those_who_may_see_both(database: Database) -> None:
    with database.write() as db:
        old = take(db, "worker.panahghar", name="Fatima Example", shared="no")
        new = take(db, name="Fatima Example")
        assert count(db, PossibleSame) == 1
        assert queries.known_already(db, person(db), new) == []
        assert queries.known_already(db, person(db, "referrer"), new) == []
        assert [known.ref for known in queries.known_already(db, person(db, "worker.panahghar"), new)] == [old.ref]


def test_women_of_another_network_are_never_compared(database: Database) -> None:
    with database.write() as db:
        take(db, "worker.elsewhere", name="Fatima Example", **{"must_not_meet-0-who": "Danielle Example"})
        take(db, name="Fatima Example")
        take(db, name="Danielle Example", safe_number="07700 900555")
        assert count(db, PossibleSame) == 0
        assert count(db, ConflictPair) == 0


def test_two_who_must_not_meet_are_kept_apart_whoever_comes_first(database: Database) -> None:
    with database.write() as db:
        first = take(db, "worker.panahghar", name="Tracy Invented", shared="no", safe_number="07700 900001")
        second = take(db, safe_number="07700 900002", **{"must_not_meet-0-who": "Invented, Tracey"})
        take(db, safe_number="07700 900003", **{"must_not_meet-0-who": "Hodan Warsame"})
        last = take(db, safe_number="07700 900004", name="Hodhan Warsame")
        pairs = {(pair.low_id, pair.high_id) for pair in db.scalars(select(ConflictPair))}
        assert pairs == {(first.id, second.id), (last.id - 1, last.id)}


def test_a_ref_she_must_not_meet_makes_the_pair_and_one_that_cannot_be_seen_is_refused(
    database: Database,
) -> None:
    with database.write() as db:
        seen = take(db, "worker.panahghar", safe_number="07700 900001")
        secret = take(db, "worker.panahghar", safe_number="07700 900002", shared="no")
        take(db, safe_number="07700 900003", **{"must_not_meet-0-who": seen.ref.lower()})
        assert db.scalars(select(ConflictPair.found_by)).all() == ["ref"]
        for ref in (secret.ref, "R-00000"):
            with pytest.raises(Refused, match="not a referral that you can see"):
                take(db, safe_number="07700 900004", **{"must_not_meet-0-who": ref})


def test_a_corrected_list_takes_its_pair_away(database: Database) -> None:
    with database.write() as db:
        take(db, name="Tracy Invented", safe_number="07700 900001")
        row = take(db, safe_number="07700 900002", **{"must_not_meet-0-who": "Tracy Invented"})
        assert count(db, ConflictPair) == 1
        change_referral(
            db, row, details(db, safe_number="07700 900002"), version=row.version,
            by=person(db), actor=actor(db), at=AT,
        )  # fmt: skip
        db.flush()
        assert count(db, ConflictPair) == 0


def test_a_form_made_from_an_older_version_is_not_saved_over_a_newer(database: Database) -> None:
    with database.write() as db:
        row = take(db, need_alcohol="low")
        told = details(db, need_alcohol="high")
        changed = change_referral(db, row, told, version=1, by=person(db), actor=actor(db), at=AT)
        assert changed == ["needs"]
        assert row.version == 2
        with pytest.raises(Refused, match="Somebody else changed"):
            change_referral(db, row, details(db), version=1, by=person(db), actor=actor(db), at=AT)


def test_the_audit_holds_names_of_fields_and_no_values(database: Database) -> None:
    with database.write() as db:
        row = take(db)
        told = details(db, name="Danielle Example", safe_number="07700 900999")
        change_referral(db, row, told, version=1, by=person(db), actor=actor(db), at=AT)
    with database.reading() as db:
        event = db.scalars(select(AuditEvent).where(AuditEvent.action == "referral.changed")).one()
        assert event.facts == '{"fields":["name","safe_number"]}'


def test_a_referral_that_no_longer_waits_is_not_withdrawn(database: Database) -> None:
    with database.write() as db:
        row = take(db)
        withdraw_referral(db, row, "K05", version=1, actor=actor(db), at=AT)
        db.flush()
        assert (row.state, row.outcome) == (ReferralState.WITHDRAWN, "K05")
        with pytest.raises(Refused, match="no longer waits"):
            withdraw_referral(db, row, "K05", version=row.version, actor=actor(db), at=AT)


def test_the_list_is_sorted_by_the_same_risk_that_the_page_shows(database: Database) -> None:
    with database.write() as db:
        for tool in TOOLS:
            for answers in ("", "5", "10", "14", "24"):
                for judged in ("not_asked", "standard", "medium", "high"):
                    take(db, risk_tool=tool, risk_count=answers, judgement=judged)
        ranks = db.execute(
            select(Referral.risk_tool, Referral.risk_count, Referral.judgement, queries.risk_rank()),
        ).all()
    assert len(ranks) == 80
    for row in ranks:
        assert row[3] == level(row[0], row[1], row[2]).rank
