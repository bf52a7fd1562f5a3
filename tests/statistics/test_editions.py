"""Editions: frozen, hidden, corrected only by a new one, and read through a session that sees nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DatabaseError

from refuge.audit.service import SYSTEM
from refuge.database import PUBLISHED, PUBLISHED_ROLE, Base
from refuge.errors import Refused
from refuge.referrals.models import Referral
from refuge.statistics.counting import PLACED, RECEIVED, SERVICE
from refuge.statistics.models import Edition, EditionTable, EditionWorking
from refuge.statistics.periods import Period, financial_year_of, quarter_of
from refuge.statistics.queries.editions import edition, editions, read
from refuge.statistics.service.editions import publish
from refuge.statistics.views.room import sight_of
from tests.builders import Pilot, add_bed
from tests.rota.rows import MARK, add_worker
from tests.statistics.rows import AWAY, GONE, referred
from tests.statistics.test_care import resident, session

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from refuge.database import Database
    from refuge.statistics.queries.editions import Published

QUARTER = quarter_of(date(2026, 2, 1))
MIDDLE = datetime(2026, 2, 1, 12, tzinfo=UTC)
AFTER = datetime(2026, 9, 1, 12, tzinfo=UTC)


def busy(db: Session, at: datetime = MIDDLE, *, more: int = 0) -> None:
    """Add a quarter: 30 placed; unmet 12 with mental health needs, 2 with alcohol, 6 with neither; 9 who declined."""
    for number in range(30 + more):
        referred(db, at=at, hours=2, needs={"mental_health": "low"} if number % 2 else {})
    for _ in range(12):
        referred(db, AWAY, "C04", at=at, hours=30, needs={"mental_health": "high"})
    for _ in range(9):
        referred(db, GONE, "K05", at=at, hours=5)
    for place in range(8):
        needs, reason = ({"alcohol": "high"}, "C06") if place < 2 else ({}, "C01")
        referred(db, AWAY, reason, at=at, hours=5, needs=needs)


def publishes(db: Session, period: Period = QUARTER, note: str = "") -> Edition:
    network = Pilot().person(db, "manager.wall").network_id
    return publish(db, network, period, by=SYSTEM, name="Farah", at=AFTER, change_note=note)


def shown(database: Database, ref: str, profile: str = "contract") -> Published:
    with database.reading() as db:
        network = Pilot().person(db, "commissioner").network_id
    with database.published() as narrow:
        found = edition(narrow, network, ref, profile)
    assert found is not None
    return found


def test_small_counts_are_not_in_what_is_kept_for_readers_and_the_others_are_exact(database: Database) -> None:
    with database.write() as db:
        busy(db)
        ref = publishes(db).ref
    found = shown(database, ref)
    need = found.tables["need"]
    assert need.count("all", RECEIVED) == 59
    assert need.count("mental_health", SERVICE) == 12
    assert need.count("substance", RECEIVED) is None, "2 women"
    assert need.count("substance", SERVICE) is None
    assert found.tables["reason"].count("C06", RECEIVED) is None
    assert None in {found.tables["reason"].count(code, RECEIVED) for code in ("C01", "C04")}, "of 20 unmet"
    assert found.figures["K06"].words == "59 referrals"
    assert found.figures["K07"].words == "49% (29 of 59)"
    assert found.figures["K09-substance"].hidden


def test_the_public_sees_rounded_counts_and_nothing_that_the_contract_hides(database: Database) -> None:
    with database.write() as db:
        busy(db)
        ref = publishes(db).ref
    contract, public = shown(database, ref), shown(database, ref, "public")
    for key, table in public.tables.items():
        for (row, _, rounded), (_, _, exact) in zip(table.rows, contract.tables[key].rows, strict=True):
            for one, other in zip(rounded, exact, strict=True):
                assert one is None or one % 5 == 0, (key, row)
                assert one is None or other is not None, (key, row)
                assert one is None or other is None or abs(one - other) <= 2
    assert public.figures["K06"].words in {"60 referrals", "[c]"}


def test_no_reader_of_both_profiles_and_no_file_of_them_holds_a_hidden_count(database: Database) -> None:
    with database.write() as db:
        busy(db)
        row = publishes(db)
        working = db.scalars(select(EditionWorking.content).where(EditionWorking.edition_id == row.id)).one()
        kept = db.execute(
            select(EditionTable.profile, EditionTable.content).where(EditionTable.edition_id == row.id)
        ).all()
    for profile, content in kept:
        for key in working["hidden"][profile]:
            table, _, rest = key.partition("/")
            line, _, column = rest.rpartition("/")
            if content.get("key") == table:
                place = [name for name, _ in content["columns"]].index(column)
                numbers = next(numbers for name, _, numbers in content["rows"] if name == line)
                assert numbers[place] is None, key
            for figure in content.get("figures", []):
                if table == "kpi" and figure["code"] == line:
                    assert (figure["number"], figure["some"], figure["of"]) == (None, None, None)


def test_an_edition_is_frozen_whatever_happens_later_and_cannot_be_changed(database: Database) -> None:
    with database.write() as db:
        busy(db)
        ref = publishes(db).ref
    with database.write() as db:
        busy(db)
    assert shown(database, ref).tables["need"].count("all", RECEIVED) == 59
    for statement in (
        update(Edition).values(made_by="Somebody else"), delete(EditionTable), delete(EditionWorking),
        update(EditionTable).values(profile="public"),
    ):  # fmt: skip
        with database.writing() as db, pytest.raises(DatabaseError, match="is kept as it was"):
            db.execute(statement)


def test_a_correction_says_why_and_shows_no_cell_that_one_woman_changed(database: Database) -> None:
    with database.write() as db:
        busy(db)
        first = publishes(db).ref
    with database.write() as db:
        referred(db, AWAY, "C04", at=MIDDLE, hours=30, needs={"mental_health": "high"})
        with pytest.raises(Refused, match="what is corrected"):
            publishes(db)
        second = publishes(db, note="A referral of February was entered late.")
        assert second.number == 2
        ref = second.ref
    before, after = shown(database, first), shown(database, ref)
    assert after.edition.change_note == "A referral of February was entered late."
    for profile in ("contract", "public"):
        old, new = shown(database, first, profile), shown(database, ref, profile)
        for key, table in new.tables.items():
            for line, _, numbers in table.rows:
                for (column, _), number in zip(table.columns, numbers, strict=True):
                    then = old.tables[key].count(line, column)
                    assert number is None or (then is not None and (number == then or abs(number - then) >= 5)), (
                        key,
                        line,
                    )
    assert before.tables["need"].count("mental_health", RECEIVED) == 27
    assert after.tables["need"].count("mental_health", RECEIVED) is None


def test_a_year_is_its_quarters_and_gives_none_of_them_away(database: Database) -> None:
    year = financial_year_of(date(2025, 6, 1))
    with database.write() as db:
        for place, quarter in enumerate(year.quarters()):
            busy(db, datetime(quarter.since.year, quarter.since.month, 15, 12, tzinfo=UTC), more=10 * place)
        with pytest.raises(Refused, match="made of its quarters"):
            publishes(db, year)
        refs = [publishes(db, quarter).ref for quarter in year.quarters()]
        whole = publishes(db, year).ref
    found, quarters = shown(database, whole), [shown(database, ref) for ref in refs]
    for line, column in (("all", RECEIVED), ("all", PLACED), ("mental_health", SERVICE), ("substance", SERVICE)):
        parts = [quarter.tables["need"].count(line, column) for quarter in quarters]
        total = found.tables["need"].count(line, column)
        assert total is None or None in parts or total == sum(part or 0 for part in parts)
        assert total is None or parts.count(None) != 1, "the one hidden quarter could be subtracted"
    assert found.tables["need"].count("all", RECEIVED) == 4 * 59 + 60


def test_only_a_closed_quarter_or_year_is_published(database: Database) -> None:
    with database.write() as db:
        for period, sentence in (
            (Period(date(2026, 1, 1), date(2026, 1, 31)), "quarter or a financial year"),
            (quarter_of(AFTER.date()), "not over yet"),
        ):
            with pytest.raises(Refused, match=sentence):
                publishes(db, period)


def test_a_quarter_with_few_referrals_is_published_with_nothing_to_derive(database: Database) -> None:
    with database.write() as db:
        referred(db, AWAY, "C04", at=MIDDLE, needs={"mental_health": "high"})
        referred(db, at=MIDDLE)
        ref = publishes(db).ref
    need = shown(database, ref).tables["need"]
    assert need.count("all", RECEIVED) is None
    assert need.count("all", SERVICE) is None


def test_two_refuges_of_which_one_is_small_are_not_shown_apart(database: Database) -> None:
    with database.write() as db:
        for _ in range(40):
            referred(db, AWAY, "C01", at=MIDDLE)
        for _ in range(5):
            referred(db, AWAY, "C01", by="worker.panahghar", at=MIDDLE, ethnicity="A2")
        ref = publishes(db).ref
    found = shown(database, ref)
    assert found.tables["refuge"].count("Panahghar", RECEIVED) is None
    assert found.tables["refuge"].count("WALL", RECEIVED) is None, "45 less 40 would say what Panahghar had"
    crossed = [key for key in found.tables if "-" in key]
    assert crossed == [], "no table says what women of one refuge need or who they are"


def test_a_group_of_whom_all_ended_one_way_is_hidden(database: Database) -> None:
    with database.write() as db:
        for _ in range(40):
            referred(db, at=MIDDLE)
        for _ in range(6):
            referred(db, AWAY, "C09", at=MIDDLE, recourse="NRPF_CONDITION")
        ref = publishes(db).ref
    need = shown(database, ref).tables["need"]
    assert need.count("nrpf", SERVICE) is None, "whoever is known to have no recourse would be known to be turned away"


def test_commissioners_session_reads_what_was_published_and_the_database_refuses_all_else(database: Database) -> None:
    for table in Base.metadata.sorted_tables:
        with database.published() as narrow:
            query = select(func.count()).select_from(table)
            if table.name in PUBLISHED:
                narrow.execute(query)
                continue
            with pytest.raises(DatabaseError):
                narrow.execute(query)
    with database.published() as narrow, pytest.raises(DatabaseError):
        narrow.execute(text("INSERT INTO edition_table (edition_id) VALUES (1)"))
    with database.published() as narrow, pytest.raises(DatabaseError):
        narrow.execute(text("SELECT name FROM sqlite_master" if database.is_sqlite else "SELECT * FROM pg_authid"))
    with database.reading() as db:
        assert db.scalar(select(func.count(Referral.id))) == 0, "the next session is narrow no longer"


def test_the_role_holds_no_grant_outside_what_is_published(database: Database) -> None:
    if database.is_sqlite:
        return
    asked = text(
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants "
        "WHERE grantee IN (:role, 'PUBLIC') AND table_schema NOT IN ('pg_catalog', 'information_schema')",
    )
    with database.reading() as db:
        granted = {tuple(row) for row in db.execute(asked, {"role": PUBLISHED_ROLE})}
        super_or_more = db.execute(
            text("SELECT rolsuper, rolcreaterole, rolcanlogin FROM pg_roles WHERE rolname = :role"),
            {"role": PUBLISHED_ROLE},
        ).one()
    assert granted == {(table, "SELECT") for table in PUBLISHED}
    assert not any(super_or_more)


def test_editions_of_another_network_are_not_found(database: Database) -> None:
    with database.write() as db:
        row = publishes(db)
        elsewhere = Pilot().person(db, "worker.elsewhere").network_id
        ref = row.ref
    with database.published() as narrow:
        assert edition(narrow, elsewhere, ref, "contract") is None
        assert list(editions(narrow, elsewhere)) == []


def test_the_same_tables_are_read_by_whoever_reads_them(database: Database) -> None:
    with database.write() as db:
        busy(db)
        row = publishes(db)
        assert read(db, row, "contract").tables == shown_again(database, row.ref, db)


def shown_again(database: Database, ref: str, db: Session) -> object:
    db.commit()
    return shown(database, ref).tables


def with_sessions(db: Session, at: datetime = MIDDLE, *, missed: int = 3) -> None:
    """Add a quarter with sessions: 20 attended and 3 missed of the health trust, 12 attended of the recovery agency."""
    busy(db, at)
    on, dawn, mark = at.date(), add_worker(db), add_worker(db, MARK)
    her = resident(db, "WALL/Room 1", on)
    for number in range(20 + missed):
        outcome = "attended" if number < 20 else "did_not_attend"
        session(db, dawn, on + timedelta(days=number), her, outcome=outcome)
    for number in range(12):
        session(db, mark, on + timedelta(days=number), her, hour=14, outcome="attended")


def test_small_numbers_of_sessions_are_hidden_with_whatever_would_give_them_away(database: Database) -> None:
    with database.write() as db:
        with_sessions(db)
        row = publishes(db)
        ref = row.ref
        working = db.scalars(select(EditionWorking.content).where(EditionWorking.edition_id == row.id)).one()
    found = shown(database, ref)
    for key in ("provider", "house"):
        table = found.tables[key]
        assert table.count("all", "missed") is None, "three"
        shown_of_whole = [column for column in ("offered", "attended") if table.count("all", column) is not None]
        assert len(shown_of_whole) < 2, "35 less 32 are the three"
    for line in ("all", "Health trust"):
        for column in ("offered", "attended", "missed"):
            hidden = found.tables["provider"].count(line, column) is None
            assert (found.tables["hours"].count(line, column) is None) == hidden, "hours tell what sessions do"
    assert found.figures["K15"].hidden, "3 of 35"
    assert found.figures["K12"].hidden, "one woman moved in"
    assert "kpi/K12/of" in working["hidden"]["contract"]
    assert found.figures["K16"].hidden == (found.tables["provider"].count("all", "attended") is None)


def test_a_year_gives_no_quarter_of_a_percentage_away(database: Database) -> None:
    year = financial_year_of(date(2025, 6, 1))
    with database.write() as db:
        for place, quarter in enumerate(year.quarters()):
            at = datetime(quarter.since.year, quarter.since.month, 2, 12, tzinfo=UTC)
            busy(db, at)
            for number in range(3 if place == 1 else 12):
                bed = add_bed(db, Pilot().refuge(db, "WALL"), f"Room {place}-{number}")
                resident(db, f"WALL/{bed.name}", at.date(), at.date() + timedelta(days=30))
        refs = [publishes(db, quarter).ref for quarter in year.quarters()]
        whole = publishes(db, year).ref
    quarters, found = [shown(database, ref) for ref in refs], shown(database, whole)
    for code in ("K12", "K13", "K18"):
        parts = [quarter.figures[code].of for quarter in quarters]
        assert parts[1] is None, "three women"
        assert found.figures[code].of is None or parts.count(None) > 1, "the year less three quarters is the fourth"


def test_the_head_counts_the_unmet_where_their_share_would_give_others_away(database: Database) -> None:
    with database.write() as db:
        busy(db)
        for _ in range(2):
            referred(db, AWAY, "I02", at=MIDDLE, hours=5)
        ref = publishes(db).ref
    found = shown(database, ref)
    assert found.figures["K08"].hidden
    assert ("20", "unmet by the refuges") in sight_of(found, "contract").headline()
