"""Every figure of the catalogue, counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from refuge.beds.models import Closure
from refuge.placements.models import BedMove, MoveOn
from refuge.statistics.catalogue import catalogue, comparable, definitions
from refuge.statistics.judging import Rag, Travel, Value, rag, travel
from refuge.statistics.kpis import figures
from refuge.statistics.nights import average, middle, ninetieth
from refuge.statistics.periods import quarter_of
from refuge.statistics.queries.told import told
from tests.builders import Pilot
from tests.statistics.rows import AWAY, GONE, WAITING, lived, referred

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from refuge.database import Database
    from refuge.statistics.kpis import Figure

QUARTER = quarter_of(date(2026, 2, 1))  # January to March: 90 nights
BEDS = 6  # three in WALL, three in Panahghar
AT = datetime(2026, 4, 20, 12, tzinfo=UTC)


def day(number: int, month: int = 1, hour: int = 12) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=UTC)


def counted(db: Session) -> dict[str, Figure]:
    network = Pilot().person(db, "manager.wall").network_id
    return figures(told(db, network, QUARTER, at=AT))


def left(db: Session, stay: object, to: str, *, planned: bool) -> None:
    person = Pilot().person(db, "worker.wall")
    db.add(
        MoveOn(
            stay_id=stay.id, destination=to, planned=planned, reason="ready", recorded_by_id=person.id, recorded_at=AT,  # type: ignore[attr-defined]  # a stay
        ),
    )  # fmt: skip
    db.flush()


def test_bed_nights_are_counted_at_midnight(database: Database) -> None:
    with database.write() as db:
        lived(db, referred(db), "WALL/Room 1", day(1), day(11))  # nights of 1 to 10 January: 10
        lived(db, referred(db), "WALL/Room 2", datetime(2025, 12, 1, tzinfo=UTC))  # all 90
        worker = Pilot().person(db, "worker.wall")
        for reason, since, until in (("safety", day(1, 2), day(11, 2)), ("cleaning", day(1, 3), day(4, 3))):
            db.add(
                Closure(
                    bed_id=Pilot().bed(db, "WALL", "Room 3").id, from_at=since, ended_at=until, reason=reason,
                    closed_by_id=worker.id,
                ),
            )  # fmt: skip
        db.flush()
        found = counted(db)
    assert found["K02"].more == "530 of 540 bed-nights", "ten nights of safety works were not available"
    assert found["K01"].more == "100 of 530 bed-nights"
    assert found["K01"].number == pytest.approx(100 * 100 / 530)
    assert found["K03"].number == 430
    assert found["K03"].more == "427 ready, 3 cleaning"


def test_turnaround_length_of_stay_and_move_on(database: Database) -> None:
    with database.write() as db:
        first = lived(db, referred(db), "WALL/Room 1", day(1) - timedelta(days=60), day(10))
        second = lived(db, referred(db), "WALL/Room 1", day(14), day(24))
        moved = referred(db)
        one = lived(db, moved, "WALL/Room 2", day(1), day(5))
        other = lived(db, moved, "WALL/Room 3", day(5), day(21))
        person = Pilot().person(db, "worker.wall")
        db.add(BedMove(from_stay_id=one.id, to_stay_id=other.id, moved_by_id=person.id, at=day(5)))
        died = lived(db, referred(db), "Panahghar/Room 1", day(2), day(3))
        lived(db, referred(db), "Panahghar/Room 2", day(1, 3))
        left(db, first, "SOC_TENANCY", planned=True)
        left(db, second, "PERPETRATOR", planned=False)
        left(db, other, "PRS", planned=True)
        left(db, died, "DIED", planned=False)
        found = counted(db)
    assert found["K04"].number == 4, "from the 10th to the 14th"
    assert found["K05"].base == 4, "a move of bed is no leaving"
    assert found["K05"].number == 15, "1, 10, 20 and 69 days"
    assert "live here now: median 30 days" in found["K05"].more
    assert str(found["K18"].share) == "2 of 3 (67%)", "she who died is left out"


def test_referrals_rates_and_waiting(database: Database) -> None:
    with database.write() as db:
        for hours in (2, 23, 30):
            referred(db, AWAY, "C04", at=day(5), hours=hours, needs={"mental_health": "high"})
        referred(db, AWAY, "I01", at=day(5), hours=1)
        referred(db, GONE, "K06", at=day(5), hours=48, recourse="NRPF_CONDITION")
        lived(db, referred(db, at=day(5), children=(4,)), "WALL/Room 1", day(7))
        referred(db, WAITING, at=day(6))
        found = counted(db)
    assert found["K06"].number == 7
    assert str(found["K07"].share) == "5 of 6 (83%)"
    assert str(found["K08"].share) == "3 of 5 (60%)"
    assert str(found["K09-mental_health"].share) == "3 of 3 (100%)"
    assert str(found["K09-nrpf"].share) == "0 of 1 (0%)"
    assert str(found["K09-children"].share) == "0 of 1 (0%)"
    assert str(found["K10"].share) == "3 of 7 (43%)", "2, 23 and 1 hours; she who still waits is long overdue"
    assert found["K11"].number == 0, "nobody noted an offer: it was decided as she moved in"


def test_what_is_not_due_yet_is_left_out(database: Database) -> None:
    with database.write() as db:
        referred(db, WAITING, at=AT - timedelta(hours=3))
        network = Pilot().person(db, "manager.wall").network_id
        found = figures(told(db, network, quarter_of(AT.date()), at=AT))
    assert str(found["K10"].share) == "–"
    assert found["K06"].number == 1


def test_what_was_recorded_is_counted_field_by_field(database: Database) -> None:
    with database.write() as db:
        referred(db, at=day(5), needs={"mental_health": "no", "alcohol": "no", "drugs": "no"}, ethnicity="A1")
        found = counted(db)
    assert str(found["K22"].share) == "3 of 7 (43%)", "mental health, substances and ethnic group"


def test_medians_and_percentiles() -> None:
    assert middle([]) is None
    assert average([]) is None
    assert ninetieth([]) is None
    assert ninetieth([float(number) for number in range(1, 11)]) == 9
    assert ninetieth([3.0]) == 3.0


def test_the_catalogue_prints_a_definition_an_owner_and_a_source_for_every_figure(database: Database) -> None:
    with database.write() as db:
        assert {one.code for one in definitions(date(2026, 1, 1))} == set(counted(db))
    for one in catalogue():
        assert one.definition.endswith(".")
        assert one.owner
        assert one.source
        assert one.polarity in {-1, 0, 1}


PLANNED = next(one for one in catalogue() if one.code == "K18")
OCCUPANCY = next(one for one in catalogue() if one.code == "K01")
VOIDS = next(one for one in catalogue() if one.code == "K03")


@pytest.mark.parametrize(
    ("number", "base", "due"),
    [(80, 50, Rag.GREEN), (79.9, 50, Rag.AMBER), (75, 50, Rag.AMBER), (74.9, 50, Rag.RED), (10, 9, Rag.NONE)],
)
def test_bands_meet_without_a_gap_and_few_are_not_judged(number: float, base: int, due: Rag) -> None:
    assert rag(Value(number, base), PLANNED) is due


def test_occupancy_is_best_near_its_target_and_too_full_is_said() -> None:
    assert [rag(Value(number, 10), OCCUPANCY) for number in (90, 95, 85, 70, 99)] == [
        Rag.GREEN, Rag.GREEN, Rag.AMBER, Rag.RED, Rag.AMBER,
    ]  # fmt: skip


def test_travel_is_about_better_and_worse() -> None:
    def went(now: float, before: float, *, same: bool = True, base: int = 50) -> Travel:
        return travel(Value(now, base), Value(before, base), PLANNED, same_meaning=same)

    assert went(85, 80) is Travel.IMPROVING
    assert went(75, 80) is Travel.WORSENING
    assert went(81, 80) is Travel.STABLE
    assert went(81, 80, same=False) is Travel.NOT_COMPARABLE
    assert went(90, 10, base=9) is Travel.TOO_FEW
    assert travel(Value(90, 50), None, PLANNED, same_meaning=True) is Travel.UNKNOWN
    assert travel(Value(500, 50), Value(400, 50), VOIDS, same_meaning=True) is Travel.WORSENING
    assert travel(Value(92, 50), Value(85, 50), OCCUPANCY, same_meaning=True) is Travel.UP


def test_a_figure_before_it_was_defined_is_not_comparable() -> None:
    assert comparable("K18", date(2026, 1, 1), date(2025, 10, 1))
    assert not comparable("K18", date(2026, 1, 1), date(2014, 1, 1))
