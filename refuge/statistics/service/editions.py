"""Publishing: a closed period is counted, hidden for each profile, checked, and frozen as an edition."""

from __future__ import annotations

import gc
import hashlib
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError

from allocation.hiding.check import broken, weaknesses
from allocation.hiding.solver import hide
from refuge.audit.service import record
from refuge.database import lock_for_writing, new_ref
from refuge.errors import Refused
from refuge.london import london_date
from refuge.statistics.catalogue import definitions_version
from refuge.statistics.counting import Counting, Share, Table
from refuge.statistics.family import Earlier, Family, family, problem
from refuge.statistics.kpis import Figure, figures
from refuge.statistics.models import Edition, EditionTable, EditionWorking
from refuge.statistics.periods import Kind, Period, financial_year_of, last_quarters
from refuge.statistics.profiles import PUBLISHED, profiles
from refuge.statistics.published import OF_RECORDS, shown, shown_figure
from refuge.statistics.queries.editions import KPIS, latest, workings
from refuge.statistics.queries.facts import facts
from refuge.statistics.queries.targets import judgements, meanings
from refuge.statistics.queries.told import sides, told
from refuge.statistics.queries.words import words
from refuge.statistics.service.years import published_quarters, summed_figures, summed_tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from allocation.hiding.problem import Problem
    from refuge.audit.service import Actor
    from refuge.statistics.profiles import Profile

JOB = "The job that closes a period"
SETTLES = timedelta(days=28)
"""How long after a period's end its figures settle, so that late decisions are in its first edition."""
SHORTEST_NOTE = 10
SECONDS = 10.0
HERE = Path(__file__).parent.parent


@dataclass(frozen=True)
class Counted:
    """A period counted once, for every profile."""

    period: Period
    tables: Sequence[Table]
    figures: Mapping[str, Figure]
    sides: Mapping[str, str]

    @property
    def shares(self) -> dict[str, Share]:
        """The figures that are percentages of women's referrals."""
        return {
            code: figure.share
            for code, figure in self.figures.items()
            if figure.share is not None and code != OF_RECORDS
        }


@cache
def code_version() -> str:
    """Return the version of the program and a digest of the code that counts and hides."""
    digest = hashlib.sha256()
    for path in sorted([*HERE.rglob("*.py"), *HERE.rglob("*.toml")]):
        digest.update(path.read_bytes())
    try:
        number = version("allocations")
    except PackageNotFoundError:  # it runs from its folder, as the tests do
        number = "0"
    return f"{number}+{digest.hexdigest()[:12]}"


def publish(
    session: Session,
    network_id: int,
    period: Period,
    *,
    by: Actor,
    name: str,
    at: datetime,
    change_note: str = "",
    seconds: float = SECONDS,
) -> Edition:
    """Publish an edition of a closed period. Raise Refused where that cannot be.

    `seconds`: how long hiding may look for the lightest way, for each profile; after that it takes one that holds.
    """
    if period.kind is Kind.WINDOW:
        raise Refused("An edition is of a quarter or a financial year. Choose one.", code="edition.window")
    if not period.closed(london_date(at)):
        raise Refused("This period is not over yet. Choose one that is.", code="edition.open")
    lock_for_writing(session, f"editions of {network_id}")
    before = workings(session, network_id, period)
    if before and len(change_note.strip()) < SHORTEST_NOTE:
        raise Refused("Say what is corrected and why, in 10 characters or more.", code="edition.note")
    counted = _count(session, network_id, period, at)
    linked, links = _linked(session, network_id, period)
    row = Edition(
        ref=new_ref(session, Edition), network_id=network_id, since=period.since, until=period.until,
        number=len(before) + 1, made_at=at, made_by=name, code_version=code_version(),
        definitions_version=definitions_version(), change_note=change_note.strip() if before else "",
    )  # fmt: skip
    _freeze(session, row, counted, _hide_all(counted, before, linked, links, seconds))
    record(session, "edition.published", row.ref, by=by, at=at, number=row.number)
    return row


def publish_due(session: Session, network_id: int, *, by: Actor, at: datetime) -> Edition | None:
    """Publish the last quarter once its figures have settled, if nobody has and there is something to count."""
    if not is_due(session, network_id, at=at):
        return None
    return publish(session, network_id, _settled(at), by=by, name=JOB, at=at)


def is_due(session: Session, network_id: int, *, at: datetime) -> bool:
    """Return whether the last quarter has settled, has something to count and was not published."""
    quarter = _settled(at)
    if latest(session, network_id, quarter) is not None:
        return False
    with closing(facts(session, network_id, quarter)) as found:
        return next(found, None) is not None


def _settled(at: datetime) -> Period:
    return last_quarters(london_date(at - SETTLES), 1)[0]


def _count(session: Session, network_id: int, period: Period, at: datetime) -> Counted:
    with _nothing_to_collect():
        found = told(session, network_id, period, at=at)
        tables = [*Counting(words(session)).add_all(found.facts).tables(), *found.given.tables()]
        made = figures(found)
    if period.kind is Kind.YEAR:
        quarters = published_quarters(session, network_id, period)
        tables, made = summed_tables(tables, quarters), summed_figures(made, quarters)
    return Counted(period, tables, made, sides(session))


@contextmanager
def _nothing_to_collect() -> Iterator[None]:
    """Keep the collector of cycles still: a million facts make none, and it would look through them again and again."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _linked(
    session: Session, network_id: int, period: Period
) -> tuple[dict[str, Mapping[str, Any]], list[tuple[str, list[str]]]]:
    """Return the working of the editions that add up with this one, by name, and how they do."""
    year = financial_year_of(period.since)
    quarters = {f"Q{place}": quarter for place, quarter in enumerate(year.quarters(), start=1)}
    others = {name: quarter for name, quarter in quarters.items() if quarter != period}
    found: dict[str, Mapping[str, Any]] = {}
    for name, other in [*others.items(), *([] if period == year else [("Y", year)])]:
        if published := workings(session, network_id, other):
            found[name] = published[-1][1]
    if period == year:
        return found, [("", list(found))]
    if "Y" not in found:
        return {}, []  # quarters alone add up to nothing that anybody was told
    mine = next(name for name, quarter in quarters.items() if quarter == period)
    return found, [("Y", ["" if name == mine else name for name in quarters if name == mine or name in found])]


def _hide_all(
    counted: Counted,
    before: Sequence[tuple[Edition, Mapping[str, Any]]],
    linked: Mapping[str, Mapping[str, Any]],
    links: Sequence[tuple[str, Sequence[str]]],
    seconds: float,
) -> dict[str, tuple[Family, frozenset[str]]]:
    """Return what each profile hides: the more exact first, and what it hides the next hides too."""
    found: dict[str, tuple[Family, frozenset[str]]] = {}
    stays: frozenset[str] = frozenset()
    for key in PUBLISHED:
        profile = profiles()[key]
        cells = family(counted.tables, counted.shares, counted.sides, profile)
        earlier = [_earlier(name, content, key) for name, content in linked.items()]
        must = (stays | _changed_little(cells, before, key, profile)) & (cells.cells.keys() - cells.unseen)
        asked = problem(cells, profile, must_hide=must, earlier=earlier, links=links, seconds=seconds)
        stays = _hidden(asked, cells)
        found[key] = cells, stays
    return found


def _hidden(asked: Problem, cells: Family) -> frozenset[str]:
    answer = hide(asked)
    if not answer.holds:
        raise Refused(
            "Editions that were published before would give a small count away, whatever this one hides. "
            "It cannot be published.", code="edition.gives_away",
        )  # fmt: skip
    if broken(asked, answer.hidden) or weaknesses(asked, answer.hidden):
        raise RuntimeError("What was hidden does not hold.")
    return frozenset(answer.hidden & cells.cells.keys())


def _earlier(name: str, content: Mapping[str, Any], profile: str) -> Earlier:
    return Earlier(name, Family.from_json(content["family"]), frozenset(content["hidden"][profile]))


def _changed_little(
    cells: Family, before: Sequence[tuple[Edition, Mapping[str, Any]]], key: str, profile: Profile
) -> set[str]:
    """Return what a correction must hide: what was hidden before, and what differs from before by a few."""
    found: set[str] = set()
    for _, content in before:
        old = _earlier("", content, key)
        found |= old.hidden
        for cell, value in cells.cells.items():
            if 0 < abs(value - old.family.cells.get(cell, 0)) <= profile.threshold:
                found.add(cell)
        found |= {
            cell for cell, value in old.family.cells.items() if cell in cells.cells and value and not cells.cells[cell]
        }
    return found


def _freeze(
    session: Session, row: Edition, counted: Counted, hidden: Mapping[str, tuple[Family, frozenset[str]]]
) -> None:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Refused("Somebody published this period a moment ago. Look at it again.", code="edition.taken") from error
    meant = meanings(session, row.network_id, row.until)
    judged = judgements(session, row.network_id, counted.period)
    for key, (_, cells) in hidden.items():
        profile = profiles()[key]
        for position, table in enumerate(counted.tables):
            content = shown(table, cells, profile).as_json()
            session.add(
                EditionTable(edition_id=row.id, profile=key, table_key=table.key, position=position, content=content)
            )
        told_figures = [
            replace(shown_figure(figure, meant[code], cells, profile), judged=judged.get(code)).as_json()
            for code, figure in counted.figures.items()
            if code in meant
        ]
        session.add(
            EditionTable(
                edition_id=row.id, profile=key, table_key=KPIS, position=len(counted.tables),
                content={"figures": told_figures},
            ),
        )  # fmt: skip
    exact = next(iter(hidden.values()))[0]
    content = {"family": exact.as_json(), "hidden": {key: sorted(cells) for key, (_, cells) in hidden.items()}}
    session.add(EditionWorking(edition_id=row.id, content=content))
    session.flush()
