"""Whatever happens, in whatever order: no agency reads a category without a live basis, nor a woman it does not see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from refuge.beds.models import Stay
from refuge.errors import Refused
from refuge.london import london_date
from support_plans import access
from support_plans.categories import Category
from support_plans.models import Basis, Note, Part, Sharing, WorkerAsking
from support_plans.service.allocating import allocate, end_allocation
from support_plans.service.asking import AskingDetails, accept, ask_for_worker, decline, take_back
from support_plans.service.glass import break_glass
from support_plans.service.sharing import SharingDetails, share, withdraw
from tests.builders import Pilot
from tests.support_plans.rows import actor_of, add_note, add_resident, worker_of

if TYPE_CHECKING:
    import pytest
    from sqlalchemy.orm import Session

    from refuge.database import Database

BEGIN = datetime(2026, 6, 1, 9, tzinfo=UTC)
READERS = ("recovery", "practitioner", "counsellor", "worker.wall", "worker.panahghar")
WRITERS = ("recovery", "practitioner", "worker.wall")
CATEGORIES = (Category.MENTAL_HEALTH, Category.SUBSTANCE_USE, Category.OFFENCE)
NEVER = datetime(2100, 1, 1, tzinfo=UTC)
READER, CATEGORY = st.sampled_from(READERS), st.sampled_from(CATEGORIES)


class SharingMachine(RuleBasedStateMachine):
    """One woman in WALL, notes of three agencies, and a clock that goes on."""

    database: Database
    on_rota: set[str]

    def __init__(self) -> None:
        super().__init__()
        self.db: Session = self.database.writing()
        self.at = BEGIN
        self.on_rota.clear()
        self.referral = add_resident(self.db)
        self.stay = self.db.scalars(select(Stay).where(Stay.referral_id == self.referral.id)).one()
        self.stay.started_at = BEGIN - timedelta(days=3)
        self.notes = [
            (name, category, add_note(self.db, self.referral, name, category).ref)
            for name in WRITERS
            for category in CATEGORIES
        ]
        self.bases: list[tuple[str, Category, datetime, datetime, Sharing]] = []
        self.withdrawn: dict[int, datetime] = {}
        self.allocated: set[str] = set()
        self.asked: dict[str, tuple[WorkerAsking, Category, datetime]] = {}
        self.glass: dict[str, datetime] = {}
        self.left = NEVER
        self.manager = Pilot().person(self.db, "manager.wall")

    def teardown(self) -> None:
        self.db.close()

    @rule(name=READER, category=CATEGORY, hours=st.integers(1, 60), forced=st.booleans())
    def opened(self, name: str, category: Category, hours: int, *, forced: bool) -> None:
        until = self.at + timedelta(hours=hours)
        told = {
            "basis": Basis.SAFEGUARDING, "why_necessary": "A child is at risk", "why_proportionate": "Only what helps",
            "decided_by_id": self.manager.id,
        }  # fmt: skip
        agency = Pilot().person(self.db, name).agency_id
        details = SharingDetails(
            agency, (category,), "Her care", until, **(told if forced else {"how_given": "spoken"})
        )
        row = share(self.db, self.referral, details, by=self.manager, actor=actor_of(self.manager), at=self.at)
        self.bases.append((name, category, self.at, until, row))

    @rule(pick=st.integers(0, 99))
    def taken_back(self, pick: int) -> None:
        if not self.bases:
            return
        row = self.bases[pick % len(self.bases)][4]
        try:
            withdraw(self.db, self.referral, row, by=self.manager, actor=actor_of(self.manager), at=self.at)
        except Refused:
            assert row.id in self.withdrawn or row.until_at <= self.at
        else:
            self.withdrawn[row.id] = self.at

    @rule(name=st.sampled_from(("recovery", "practitioner", "counsellor")))
    def allocated_or_released(self, name: str) -> None:
        worker, by = worker_of(self.db, name), actor_of(self.manager)
        if name in self.allocated:
            end_allocation(self.db, self.referral, worker, by=self.manager, actor=by, at=self.at)
            self.allocated.remove(name)
        else:
            own = Pilot().person(self.db, name)
            allocate(self.db, self.referral, worker, Part.PRACTITIONER, by=own, actor=by, at=self.at)
            self.allocated.add(name)

    @rule(name=st.sampled_from(("recovery", "practitioner", "counsellor")), category=CATEGORY)
    def another_agency_asked(self, name: str, category: Category) -> None:
        worker, by = worker_of(self.db, name), self.manager
        until = self.at + timedelta(hours=30)
        details = AskingDetails(worker.agency_id, worker.discipline, "To see her", "spoken", (category,), until)
        try:
            row = ask_for_worker(self.db, self.referral, details, by=by, actor=actor_of(by), at=self.at)
        except Refused:
            assert name in self.asked or self.left != NEVER
        else:
            self.asked[name] = (row, category, until)

    @rule(name=st.sampled_from(("recovery", "practitioner", "counsellor")), how=st.sampled_from(("yes", "no", "back")))
    def what_was_asked_is_over(self, name: str, how: str) -> None:
        if name not in self.asked:
            return
        row, category, until = self.asked[name]
        worker, by = worker_of(self.db, name), Pilot().person(self.db, name)
        told: dict[str, Any] = {"by": by, "actor": actor_of(by), "at": self.at}
        if how == "no":
            decline(self.db, row, "nobody_free", "", **told)
        elif how == "back":
            take_back(self.db, row, **{**told, "by": self.manager})
        else:
            try:
                accept(self.db, row, worker, london_date(self.at), **told)
            except Refused:
                assert self.left != NEVER
                return
            self.allocated.add(name)
            if until > self.at:
                made = self.db.scalars(select(Sharing).order_by(Sharing.id.desc()).limit(1)).one()
                self.bases.append((name, category, self.at, until, made))
        del self.asked[name]

    @rule(name=st.sampled_from(("recovery", "practitioner", "counsellor")))
    def put_on_or_off_the_rota(self, name: str) -> None:
        self.on_rota.symmetric_difference_update({name})

    @rule(name=READER)
    def glass_broken(self, name: str) -> None:
        by = Pilot().person(self.db, name)
        break_glass(self.db, self.referral, "risk_to_life", "She is in danger", by=by, actor=actor_of(by), at=self.at)
        self.glass[name] = self.at + timedelta(hours=1)

    @rule(hours=st.integers(0, 80), seconds=st.integers(0, 1))
    def time_goes_by(self, hours: int, seconds: int) -> None:
        self.at += timedelta(hours=hours, seconds=seconds)

    @rule()
    def she_leaves(self) -> None:
        if self.left == NEVER:
            self.left = self.stay.ended_at = self.at + timedelta(seconds=1)
            self.db.flush()

    @invariant()
    def nobody_reads_more_or_less_than_she_may(self) -> None:
        for name in READERS:
            reader = Pilot().person(self.db, name)
            may = access.readable(self.db, reader, Note, at=self.at)
            read = set(self.db.scalars(select(Note.ref).where(Note.referral_id == self.referral.id, may)))
            assert read == {ref for writer, category, ref in self.notes if self._may(name, writer, category)}, name

    def _may(self, name: str, writer: str, category: Category) -> bool:
        glass = self.glass.get(name, BEGIN) > self.at
        if not (self._related(name) or glass):
            return False
        if category is Category.OFFENCE and not name.startswith("worker"):
            return False
        if name == writer or (glass and self.at < self.left and category is not Category.OFFENCE):
            return True
        return any(
            to == name and what is category and since <= self.at < min(until, self.withdrawn.get(row.id, NEVER))
            for to, what, since, until, row in self.bases
        )

    def _related(self, name: str) -> bool:
        lives = self.at < self.left
        lately = self.at < (self.left + timedelta(days=14) if self.left != NEVER else NEVER)
        if name.startswith("worker"):
            return name == "worker.wall" and lately
        return (name in self.on_rota and lives) or (name in self.allocated and lately)


def test_no_agency_reads_without_a_live_basis(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.reading() as db:
        wall = Pilot().refuge(db, "WALL").id
    on_rota: set[str] = set()

    def houses(_db: object, reader: object, _at: object) -> set[int]:
        return {wall} if str(getattr(reader, "email", "")).split("@")[0] in on_rota else set()

    monkeypatch.setattr(access, "refuge_ids_of", houses)
    machine = type("Machine", (SharingMachine,), {"database": database, "on_rota": on_rota})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
