"""Who comes fits into the room; patterns of every other week; and from when until when an interpreter is there.

A session never has more women than its room holds beside the worker, however many are added at once. A pattern holds in
every week, or in weeks A or B, which alternate for ever from Monday 1 January 2024; two patterns of one worker still never
meet in a week in which both hold. An interpreter who is confirmed is there for the whole of the session.

Revision: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

FULL = "who_comes_fits: no place is left in the room"
WEEKS = "'every', 'a', 'b'"
FORTNIGHT = 14 * 24 * 60
WEEK = 7 * 24 * 60
FOREVER = "9999-12-31"
_ROOM = "SELECT room.capacity FROM session_room AS room JOIN session_booking AS booking ON booking.room_id = room.id"
_OTHERS = (
    "SELECT count(*) FROM session_booking_person AS other WHERE other.booking_id = NEW.booking_id "
    "AND other.id <> COALESCE(NEW.id, -1)"
)
TOO_MANY = f"SELECT 1 WHERE ({_ROOM} WHERE booking.id = NEW.booking_id) <= ({_OTHERS}) + 1"
TOO_SMALL = (
    "SELECT 1 FROM session_room AS room WHERE room.id = NEW.room_id AND room.capacity <= "
    "(SELECT count(*) FROM session_booking_person AS other WHERE other.booking_id = NEW.id)"
)
THERE = (
    "CONSTRAINT ck_session_booking_interpreter_stays CHECK ((interpreter_from_at IS NULL) = (interpreter_until_at IS NULL) "
    "AND (interpreter_from_at IS NULL OR interpreter <> 'confirmed' "
    "OR (interpreter_from_at <= from_at AND until_at <= interpreter_until_at)))"
)
OLD_PATTERN = "minutes_of_week(weekdays, from_minute, until_minute)"
NEW_PATTERN = "minutes_of_fortnight(weekdays, from_minute, until_minute, weeks)"
MINUTES_OF_FORTNIGHT = f"""
CREATE FUNCTION minutes_of_fortnight(weekdays int, from_minute int, until_minute int, weeks text) RETURNS int4multirange
LANGUAGE sql IMMUTABLE AS $$
  SELECT range_agg(span) FROM (
    SELECT int4range(day * 1440 + from_minute, LEAST(day * 1440 + until_minute, {FORTNIGHT})) AS span
    FROM generate_series(0, 13) AS day
    WHERE (weekdays >> day % 7) & 1 = 1 AND (weeks = 'every' OR (weeks = 'a') = (day < 7))
    UNION ALL SELECT int4range(0, until_minute - 1440)
    WHERE (weekdays >> 6) & 1 = 1 AND until_minute > 1440 AND weeks <> 'a'
  ) AS spans
$$
"""
_DAYS = f"({' UNION ALL '.join(f'SELECT {day} AS day' for day in range(14))})"


def _twice(*, alternating: bool) -> str:
    """Return what SQLite does about two patterns that meet; before this revision every pattern held in every week."""
    days, whole = (
        (_DAYS, FORTNIGHT) if alternating else (_DAYS.split(" UNION ALL SELECT 7 ", maxsplit=1)[0] + ")", WEEK)
    )
    bit = "% 7" if alternating else ""
    holds = (
        "AND (NEW.weeks = 'every' OR (NEW.weeks = 'a') = (mine.day < 7)) "
        "AND (other.weeks = 'every' OR (other.weeks = 'a') = (theirs.day < 7)) "
        if alternating
        else ""
    )
    return f"""
SELECT RAISE(ABORT, 'ex_pattern_worker: works twice at once') WHERE EXISTS (
  SELECT 1 FROM pattern AS other, {days} AS mine, {days} AS theirs,
    (SELECT -{whole} AS by_minutes UNION ALL SELECT 0 UNION ALL SELECT {whole}) AS week
  WHERE other.worker_id = NEW.worker_id AND other.id IS NOT NEW.id
  AND other.valid_from <= COALESCE(NEW.valid_until, '{FOREVER}') AND NEW.valid_from <= COALESCE(other.valid_until, '{FOREVER}')
  AND (NEW.weekdays >> mine.day {bit}) & 1 AND (other.weekdays >> theirs.day {bit}) & 1 {holds}
  AND mine.day * 1440 + NEW.from_minute < theirs.day * 1440 + other.until_minute + week.by_minutes
  AND theirs.day * 1440 + other.from_minute + week.by_minutes < mine.day * 1440 + NEW.until_minute);
"""


def upgrade() -> None:
    """Add the columns, and guard them."""
    moment = sa.DateTime(timezone=True).compile(dialect=op.get_bind().dialect)
    op.execute(
        "ALTER TABLE pattern ADD COLUMN weeks VARCHAR(40) DEFAULT 'every' NOT NULL "
        f"CONSTRAINT ck_pattern_weeks_is_known CHECK (weeks IN ({WEEKS}))",
    )
    op.execute(f"ALTER TABLE session_booking ADD COLUMN interpreter_from_at {moment}")
    op.execute(f"ALTER TABLE session_booking ADD COLUMN interpreter_until_at {moment} {THERE}")
    _guard_patterns(alternating=True)
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_patterns(*, alternating: bool) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE pattern DROP CONSTRAINT ex_pattern_worker")
        op.execute(MINUTES_OF_FORTNIGHT if alternating else "DROP FUNCTION minutes_of_fortnight(int, int, int, text)")
        op.execute(
            "ALTER TABLE pattern ADD CONSTRAINT ex_pattern_worker EXCLUDE USING gist "
            "(int8range(worker_id, worker_id, '[]') WITH =, daterange(valid_from, valid_until, '[]') WITH &&, "
            f"{NEW_PATTERN if alternating else OLD_PATTERN} WITH &&)",
        )
        return
    columns = "worker_id, weekdays, from_minute, until_minute, valid_from, valid_until" + (", weeks" * alternating)
    for when, clause in (("insert", "INSERT"), ("update", f"UPDATE OF {columns}")):
        op.execute(f"DROP TRIGGER pattern_twice_{when}")
        op.execute(
            f"CREATE TRIGGER pattern_twice_{when} BEFORE {clause} ON pattern BEGIN {_twice(alternating=alternating)} END",
        )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_more_than_fit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM 1 FROM session_booking WHERE id = NEW.booking_id FOR NO KEY UPDATE; "
        f"IF EXISTS ({TOO_MANY}) THEN RAISE EXCEPTION '{FULL}' USING ERRCODE = 'restrict_violation'; END IF; "
        "RETURN NEW; END $$",
    )
    op.execute(
        "CREATE TRIGGER who_comes_fits BEFORE INSERT OR UPDATE OF booking_id ON session_booking_person "
        "FOR EACH ROW EXECUTE FUNCTION refuse_more_than_fit()",
    )
    op.execute(
        "CREATE FUNCTION refuse_room_too_small() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF EXISTS ({TOO_SMALL}) THEN RAISE EXCEPTION '{FULL}' USING ERRCODE = 'restrict_violation'; END IF; "
        "RETURN NEW; END $$",
    )
    op.execute(
        "CREATE TRIGGER who_comes_fits BEFORE UPDATE OF room_id ON session_booking "
        "FOR EACH ROW EXECUTE FUNCTION refuse_room_too_small()",
    )


def _guard_sqlite() -> None:
    for when, clause in (("insert", "INSERT"), ("update", "UPDATE OF booking_id")):
        op.execute(
            f"CREATE TRIGGER session_booking_person_fits_{when} BEFORE {clause} ON session_booking_person BEGIN "
            f"SELECT RAISE(ABORT, '{FULL}') WHERE EXISTS ({TOO_MANY}); END",
        )
    op.execute(
        "CREATE TRIGGER session_booking_fits_update BEFORE UPDATE OF room_id ON session_booking BEGIN "
        f"SELECT RAISE(ABORT, '{FULL}') WHERE EXISTS ({TOO_SMALL}); END",
    )


def downgrade() -> None:
    """Take it back. Patterns of every other week, which the table before cannot hold, are lost."""
    op.execute("DELETE FROM pattern_place WHERE pattern_id IN (SELECT id FROM pattern WHERE weeks <> 'every')")
    op.execute("DELETE FROM pattern WHERE weeks <> 'every'")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER who_comes_fits ON session_booking_person")
        op.execute("DROP TRIGGER who_comes_fits ON session_booking")
        op.execute("DROP FUNCTION refuse_more_than_fit()")
        op.execute("DROP FUNCTION refuse_room_too_small()")
    else:
        for name in ("session_booking_person_fits_insert", "session_booking_person_fits_update"):
            op.execute(f"DROP TRIGGER {name}")
        op.execute("DROP TRIGGER session_booking_fits_update")
    _guard_patterns(alternating=False)
    op.execute("ALTER TABLE session_booking DROP COLUMN interpreter_until_at")
    op.execute("ALTER TABLE session_booking DROP COLUMN interpreter_from_at")
    op.execute("ALTER TABLE pattern DROP COLUMN weeks")
