"""No bed is double-booked, no network mixed with another, no audit event changed: the database refuses, on both engines.

What takes a bed for a time is compared as half-open spans: a stay until it ended or is expected to end, a hold until its hour
or until it was used or released, a closure until it ended or is expected to end. Two of one kind never overlap. Two of
different kinds do not either, but for a stay that uses its own referral's hold. Nobody moves into a bed that is closed until
somebody has opened it, whatever day it was expected back; nobody moves into a retired bed, or is retired upon, and it is
not closed either.

A stay or a hold joins a bed and a referral of one network, and a pair joins two referrals of one; a refuge and a referral are
of the network of their agency. Networks never change, so that this needs looking at only once, by a few primary keys.

PostgreSQL keeps the first by exclusion constraints that need no extension, and the second by a trigger that locks the bed's
row first; SQLite, which has one writer at a time, keeps both by triggers.

Revision: 0002
"""

from alembic import op

revision = "0002"
down_revision = "0001"

FOREVER = "9999-12-31"

SPANS = {
    "stay": ("bed_id, started_at, ended_at", "started_at"),
    "hold": ("bed_id, from_at, until_at, ended_at", "from_at"),
    "closure": ("bed_id, from_at, ended_at", "from_at"),
}
"""For each table: the columns that its span is made of, and the one that it starts with."""
DECIDED = {"stay": "bed_id, started_at", "hold": "bed_id, from_at, until_at", "closure": "bed_id, from_at"}
"""The columns whose change is a decision. A plan that slips (a later move-on) is a fact and is never refused."""


# For each table that joins rows: the columns that join them, and the query that finds something if their networks differ.
_BED_AND_REFERRAL = (
    "bed_id, referral_id",
    """SELECT 1 FROM bed JOIN refuge ON refuge.id = bed.refuge_id JOIN referral ON referral.id = NEW.referral_id
    WHERE bed.id = NEW.bed_id AND refuge.network_id <> referral.network_id""",
)
_TWO_REFERRALS = (
    "low_id, high_id",
    """SELECT 1 FROM referral AS low JOIN referral AS high ON high.id = NEW.high_id
    WHERE low.id = NEW.low_id AND low.network_id <> high.network_id""",
)
_OF_AGENCY = ("agency_id", "SELECT 1 FROM agency WHERE id = NEW.agency_id AND network_id <> NEW.network_id")
IN_ONE_NETWORK = {
    "stay": _BED_AND_REFERRAL,
    "hold": _BED_AND_REFERRAL,
    "conflict_pair": _TWO_REFERRALS,
    "possible_same": _TWO_REFERRALS,
    "refuge": _OF_AGENCY,
    "referral": _OF_AGENCY,
}
NETWORK_IS_FIXED = {"agency": "network_id", "refuge": "network_id", "referral": "network_id", "bed": "refuge_id"}
"""What would move a row to another network, were it ever changed."""
TWO_NETWORKS = "in_one_network: of two networks"
FIXED = "network_is_fixed: it never changes"


def upgrade() -> None:
    """Guard the beds, the networks and the audit chain."""
    for table in ("stay", "closure"):
        op.execute(f"CREATE UNIQUE INDEX uq_{table}_open ON {table} (bed_id) WHERE ended_at IS NULL")
    op.execute("CREATE UNIQUE INDEX uq_stay_open_referral ON stay (referral_id) WHERE ended_at IS NULL")
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
        _guard_networks_postgresql()
    else:
        _guard_sqlite()
        _guard_networks_sqlite()


def downgrade() -> None:
    """Take the guards away."""
    if op.get_bind().dialect.name == "postgresql":
        for table in SPANS:
            op.execute(f"DROP TRIGGER bed_not_taken ON {table}")
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ex_{table}_bed")
        op.execute("ALTER TABLE stay DROP CONSTRAINT ex_stay_referral")
        op.execute("DROP TRIGGER audit_is_append_only ON audit_event")
        op.execute("DROP TRIGGER audit_is_not_emptied ON audit_event")
        op.execute("DROP TRIGGER lived_in_bed_not_retired ON bed")
        for table in IN_ONE_NETWORK:
            op.execute(f"DROP TRIGGER in_one_network ON {table}")
            op.execute(f"DROP FUNCTION refuse_two_networks_of_{table}()")
        for table in NETWORK_IS_FIXED:
            op.execute(f"DROP TRIGGER network_is_fixed ON {table}")
        op.execute("DROP FUNCTION refuse_other_network()")
        op.execute("DROP FUNCTION refuse_retiring_lived_in_bed()")
        op.execute("DROP FUNCTION refuse_taken_bed()")
        op.execute("DROP FUNCTION span_end(timestamptz, date, timestamptz)")
        op.execute("DROP FUNCTION refuse_change_of_audit()")
    else:
        for name in SQLITE_TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
    for index in ("uq_stay_open", "uq_closure_open", "uq_stay_open_referral"):
        op.execute(f"DROP INDEX {index}")


def _guard_postgresql() -> None:
    same_bed = "int8range(bed_id, bed_id, '[]') WITH ="
    spans = {
        "stay": "tstzrange(started_at, ended_at)",
        "hold": "tstzrange(from_at, LEAST(until_at, ended_at))",
        "closure": "tstzrange(from_at, ended_at)",
    }
    for table, span in spans.items():
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ex_{table}_bed EXCLUDE USING gist ({same_bed}, {span} WITH &&)",
        )
    op.execute(
        "ALTER TABLE stay ADD CONSTRAINT ex_stay_referral EXCLUDE USING gist "
        "(int8range(referral_id, referral_id, '[]') WITH =, tstzrange(started_at, ended_at) WITH &&)",
    )
    op.execute(POSTGRES_SPAN_END)
    op.execute(POSTGRES_REFUSE_TAKEN)
    op.execute(POSTGRES_REFUSE_RETIRING)
    op.execute(
        "CREATE TRIGGER lived_in_bed_not_retired BEFORE UPDATE OF retired_on ON bed "
        "FOR EACH ROW EXECUTE FUNCTION refuse_retiring_lived_in_bed()",
    )
    for table, columns in DECIDED.items():
        op.execute(
            f"CREATE TRIGGER bed_not_taken BEFORE INSERT OR UPDATE OF {columns} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION refuse_taken_bed()",
        )
    op.execute(
        "CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'audit events are never changed' USING ERRCODE = 'restrict_violation'; END $$",
    )
    op.execute(
        "CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit_event "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit()",
    )
    op.execute(
        "CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit()",
    )


POSTGRES_SPAN_END = """
CREATE FUNCTION span_end(ended_at timestamptz, expected date, start_at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$
  SELECT COALESCE(ended_at, CASE WHEN expected IS NOT NULL THEN GREATEST(expected::timestamp AT TIME ZONE 'UTC', start_at) END)
$$
"""

POSTGRES_REFUSE_TAKEN = """
CREATE FUNCTION refuse_taken_bed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  mine tstzrange;
BEGIN
  PERFORM 1 FROM bed WHERE id = NEW.bed_id FOR UPDATE;
  IF TG_TABLE_NAME = 'stay' THEN
    mine := tstzrange(NEW.started_at, span_end(NEW.ended_at, NEW.expected_move_on, NEW.started_at));
  ELSIF TG_TABLE_NAME = 'hold' THEN
    mine := tstzrange(NEW.from_at, LEAST(NEW.until_at, NEW.ended_at));
  ELSE
    mine := tstzrange(NEW.from_at, span_end(NEW.ended_at, NEW.expected_ready, NEW.from_at));
  END IF;
  IF TG_TABLE_NAME <> 'stay' AND EXISTS (
    SELECT 1 FROM stay WHERE bed_id = NEW.bed_id AND mine && tstzrange(
      started_at, span_end(ended_at, expected_move_on, started_at))
    AND NOT (TG_TABLE_NAME = 'hold' AND (to_jsonb(NEW)->>'referral_id')::bigint = stay.referral_id)
  ) THEN
    RAISE EXCEPTION 'bed_not_taken: somebody lives there' USING ERRCODE = 'exclusion_violation';
  END IF;
  IF TG_TABLE_NAME <> 'hold' AND EXISTS (
    SELECT 1 FROM hold WHERE bed_id = NEW.bed_id AND mine && tstzrange(from_at, LEAST(until_at, ended_at))
    AND NOT (TG_TABLE_NAME = 'stay' AND (to_jsonb(NEW)->>'referral_id')::bigint = hold.referral_id)
  ) THEN
    RAISE EXCEPTION 'bed_not_taken: it is held' USING ERRCODE = 'exclusion_violation';
  END IF;
  IF TG_TABLE_NAME <> 'closure' AND EXISTS (
    SELECT 1 FROM closure WHERE bed_id = NEW.bed_id AND mine && tstzrange(
      from_at, CASE WHEN TG_TABLE_NAME = 'stay' THEN ended_at ELSE span_end(ended_at, expected_ready, from_at) END)
  ) THEN
    RAISE EXCEPTION 'bed_not_taken: it is closed' USING ERRCODE = 'exclusion_violation';
  END IF;
  IF EXISTS (
    SELECT 1 FROM bed WHERE id = NEW.bed_id AND retired_on <= (lower(mine) AT TIME ZONE 'UTC')::date
  ) THEN
    RAISE EXCEPTION 'bed_not_taken: it is retired' USING ERRCODE = 'exclusion_violation';
  END IF;
  RETURN NEW;
END $$
"""

POSTGRES_REFUSE_RETIRING = """
CREATE FUNCTION refuse_retiring_lived_in_bed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.retired_on IS NOT NULL AND EXISTS (SELECT 1 FROM stay WHERE bed_id = NEW.id AND ended_at IS NULL) THEN
    RAISE EXCEPTION 'bed_not_retired: somebody lives there' USING ERRCODE = 'exclusion_violation';
  END IF;
  RETURN NEW;
END $$
"""

# The same on SQLite, where an instant is text that compares as it reads.
_ACTUAL_END = {
    "stay": f"COALESCE({{row}}.ended_at, '{FOREVER}')",
    "hold": "MIN({row}.until_at, COALESCE({row}.ended_at, {row}.until_at))",
    "closure": f"COALESCE({{row}}.ended_at, '{FOREVER}')",
}
_EXPECTED_END = {
    "stay": f"COALESCE({{row}}.ended_at, {{row}}.expected_move_on, '{FOREVER}')",
    "hold": _ACTUAL_END["hold"],
    "closure": f"COALESCE({{row}}.ended_at, {{row}}.expected_ready, '{FOREVER}')",
}
_SAYS = {"stay": "somebody lives there", "hold": "it is held", "closure": "it is closed"}
SQLITE_TRIGGERS: list[str] = [
    *(f"{table}_{name}_{when}" for table in SPANS for name in ("twice", "taken") for when in ("insert", "update")),
    "stay_referral_twice_insert",
    "stay_referral_twice_update",
    "lived_in_bed_not_retired",
    "audit_is_append_only_insert",
    "audit_is_append_only_update",
    "audit_is_append_only_delete",
    *(f"{table}_in_one_network_{when}" for table in IN_ONE_NETWORK for when in ("insert", "update")),
    *(f"{table}_network_is_fixed" for table in NETWORK_IS_FIXED),
]


def _overlap(table: str, row: str, ends: dict[str, str], mine: str) -> str:
    start = SPANS[table][1]
    return f"{row}.{start} < {mine} AND NEW.{{start}} < {ends[table].format(row=row)}"


def _guard_sqlite() -> None:
    for table, (columns, start) in SPANS.items():
        same = (
            f"SELECT RAISE(ABORT, 'ex_{table}_bed: taken twice') WHERE EXISTS (SELECT 1 FROM {table} AS other "
            f"WHERE other.bed_id = NEW.bed_id AND other.id IS NOT NEW.id AND "
            + _overlap(table, "other", _ACTUAL_END, _ACTUAL_END[table].format(row="NEW")).format(start=start)
            + f" AND NEW.{start} < {_ACTUAL_END[table].format(row='NEW')}"
            + f" AND other.{start} < {_ACTUAL_END[table].format(row='other')});"
        )
        for when, clause in (("insert", "INSERT"), ("update", f"UPDATE OF {columns}")):
            op.execute(f"CREATE TRIGGER {table}_twice_{when} BEFORE {clause} ON {table} BEGIN {same} END")
        cross = ""
        for other in SPANS:
            if other == table:
                continue
            ends = _ACTUAL_END if (table, other) == ("stay", "closure") else _EXPECTED_END
            own = " AND other.referral_id <> NEW.referral_id" if {table, other} == {"stay", "hold"} else ""
            cross += (
                f"SELECT RAISE(ABORT, 'bed_not_taken: {_SAYS[other]}') WHERE EXISTS (SELECT 1 FROM {other} AS other "
                f"WHERE other.bed_id = NEW.bed_id AND "
                + _overlap(other, "other", ends, _EXPECTED_END[table].format(row="NEW")).format(start=start)
                + f" AND NEW.{start} < {_EXPECTED_END[table].format(row='NEW')}"
                + f" AND other.{SPANS[other][1]} < {ends[other].format(row='other')}{own});"
            )
        cross += (
            "SELECT RAISE(ABORT, 'bed_not_taken: it is retired') WHERE EXISTS "
            f"(SELECT 1 FROM bed WHERE bed.id = NEW.bed_id AND bed.retired_on <= NEW.{start});"
        )
        for when, clause in (("insert", "INSERT"), ("update", f"UPDATE OF {DECIDED[table]}")):
            op.execute(f"CREATE TRIGGER {table}_taken_{when} BEFORE {clause} ON {table} BEGIN {cross} END")
    twice = (
        "SELECT RAISE(ABORT, 'ex_stay_referral: in two beds') WHERE EXISTS (SELECT 1 FROM stay AS other "
        "WHERE other.referral_id = NEW.referral_id AND other.id IS NOT NEW.id "
        f"AND other.started_at < COALESCE(NEW.ended_at, '{FOREVER}') "
        f"AND NEW.started_at < COALESCE(other.ended_at, '{FOREVER}'));"
    )
    op.execute(f"CREATE TRIGGER stay_referral_twice_insert BEFORE INSERT ON stay BEGIN {twice} END")
    op.execute(
        "CREATE TRIGGER stay_referral_twice_update BEFORE UPDATE OF referral_id, started_at, ended_at ON stay "
        f"BEGIN {twice} END",
    )
    op.execute(
        "CREATE TRIGGER lived_in_bed_not_retired BEFORE UPDATE OF retired_on ON bed BEGIN "
        "SELECT RAISE(ABORT, 'bed_not_retired: somebody lives there') WHERE NEW.retired_on IS NOT NULL "
        "AND EXISTS (SELECT 1 FROM stay WHERE stay.bed_id = NEW.id AND stay.ended_at IS NULL); END",
    )
    for what in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER audit_is_append_only_{what} BEFORE {what.upper()} ON audit_event "
            "BEGIN SELECT RAISE(ABORT, 'audit events are never changed'); END",
        )
    # INSERT OR REPLACE would delete what stands in its way without any trigger on DELETE, unless it is stopped before.
    op.execute(
        "CREATE TRIGGER audit_is_append_only_insert BEFORE INSERT ON audit_event "
        "BEGIN SELECT RAISE(ABORT, 'audit events are never changed') "
        "WHERE EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id) "
        "OR EXISTS (SELECT 1 FROM audit_event WHERE sequence = NEW.sequence); END",
    )


def _guard_networks_postgresql() -> None:
    for table, (columns, differ) in IN_ONE_NETWORK.items():
        op.execute(
            f"CREATE FUNCTION refuse_two_networks_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF EXISTS ({differ}) THEN "
            f"RAISE EXCEPTION '{TWO_NETWORKS}' USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$",
        )
        op.execute(
            f"CREATE TRIGGER in_one_network BEFORE INSERT OR UPDATE OF {columns} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION refuse_two_networks_of_{table}()",
        )
    op.execute(
        "CREATE FUNCTION refuse_other_network() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{FIXED}' USING ERRCODE = 'restrict_violation'; END $$",
    )
    for table, column in NETWORK_IS_FIXED.items():
        op.execute(
            f"CREATE TRIGGER network_is_fixed BEFORE UPDATE OF {column} ON {table} FOR EACH ROW "
            f"WHEN (OLD.{column} IS DISTINCT FROM NEW.{column}) EXECUTE FUNCTION refuse_other_network()",
        )


def _guard_networks_sqlite() -> None:
    for table, (columns, differ) in IN_ONE_NETWORK.items():
        for when, clause in (("insert", "INSERT"), ("update", f"UPDATE OF {columns}")):
            op.execute(
                f"CREATE TRIGGER {table}_in_one_network_{when} BEFORE {clause} ON {table} BEGIN "
                f"SELECT RAISE(ABORT, '{TWO_NETWORKS}') WHERE EXISTS ({differ}); END",
            )
    for table, column in NETWORK_IS_FIXED.items():
        op.execute(
            f"CREATE TRIGGER {table}_network_is_fixed BEFORE UPDATE OF {column} ON {table} "
            f"WHEN OLD.{column} IS NOT NEW.{column} BEGIN SELECT RAISE(ABORT, '{FIXED}'); END",
        )
