"""Sessions of in-reach: bookings, who comes, series, runs of planning, calendar feeds; nobody is booked twice.

A session takes the time of its worker, its room and its women until it is cancelled. Two sessions at one time of one worker, in
one room, or of one woman are refused on both engines; who comes carries the times of the session, kept equal by a foreign
key that follows them, so that one constraint sees every woman's time. A session joins a worker, a house and women of one network,
and a room of that house. A worker has one live calendar feed. A run of planning is evidence: it is added, never
changed; what it was about can be erased, not changed.

Revision: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

KEPT = "is kept as it was"
LIVE = {
    "session_booking_worker": ("session_booking", "worker_id", "the worker is taken"),
    "session_booking_room": ("session_booking", "room_id", "the room is taken"),
    "session_booking_person": ("session_booking_person", "referral_id", "she is taken"),
}
"""Name of a guard -> its table, whose time it guards, and what it says."""
# For each table that joins rows: the columns that join them, and the query that finds something if they do not belong together.
IN_ONE_NETWORK = {
    "session_booking": (
        "worker_id, refuge_id",
        """SELECT 1 FROM worker JOIN refuge ON refuge.id = NEW.refuge_id
        WHERE worker.id = NEW.worker_id AND worker.network_id <> refuge.network_id""",
    ),
    "session_booking_person": (
        "booking_id, referral_id",
        """SELECT 1 FROM session_booking AS booking JOIN refuge ON refuge.id = booking.refuge_id
        JOIN referral ON referral.id = NEW.referral_id
        WHERE booking.id = NEW.booking_id AND refuge.network_id <> referral.network_id""",
    ),
}
OTHER_HOUSE = "SELECT 1 FROM session_room WHERE id = NEW.room_id AND refuge_id <> NEW.refuge_id"
TWO_NETWORKS = "in_one_network: of two networks"
NOT_THAT_HOUSE = "room_of_its_house: a room of another house"


def upgrade() -> None:
    """Make the tables and guard them."""
    op.create_table(
        "session_run",
        sa.Column("network_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("problem_digest", sa.String(length=64), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("placed", sa.Integer(), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("seconds >= 0", name=op.f("ck_session_run_seconds")),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_session_run_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_session_run_made_by_id_person")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_session_run_network_id_network")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_run")),
        sa.UniqueConstraint("ref", name=op.f("uq_session_run_ref")),
    )
    op.create_index(op.f("ix_session_run_network_id_made_at"), "session_run", ["network_id", "made_at"], unique=False)
    op.create_table(
        "session_run_content",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("problem", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["session_run.id"], name=op.f("fk_session_run_content_run_id_session_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_run_content")),
        sa.UniqueConstraint("run_id", name=op.f("uq_session_run_content_run_id")),
    )
    op.create_table(
        "session_series",
        sa.Column("network_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("every_weeks", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("every_weeks BETWEEN 1 AND 8", name=op.f("ck_session_series_every_weeks")),
        sa.CheckConstraint("minute BETWEEN 0 AND 1439", name=op.f("ck_session_series_minute")),
        sa.CheckConstraint("minutes BETWEEN 5 AND 480", name=op.f("ck_session_series_minutes")),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_session_series_ends_after_it_begins")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_session_series_weekday")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_session_series_made_by_id_person")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_session_series_network_id_network")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_series")),
        sa.UniqueConstraint("ref", name=op.f("uq_session_series_ref")),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("worker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_calendar_feed_made_by_id_person")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_calendar_feed_worker_id_worker")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_index(op.f("ix_calendar_feed_worker_id"), "calendar_feed", ["worker_id"], unique=False)
    op.create_table(
        "session_booking",
        sa.Column("worker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("refuge_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("room_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "one_to_one",
                "group",
                "drop_in",
                name="kind_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("service", sa.String(length=40), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "unconfirmed",
                "booked",
                "done",
                "cancelled",
                name="state_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column(
            "interpreter",
            sa.Enum(
                "not_needed",
                "needed",
                "booked",
                "confirmed",
                name="interpreter_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("series_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("proposal", sa.String(length=60), nullable=True),
        sa.Column("cancelled_why", sa.String(length=40), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("came", sa.Integer(), nullable=True),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(cancelled_why IS NOT NULL) = (state = 'cancelled')", name=op.f("ck_session_booking_says_why_cancelled")
        ),
        sa.CheckConstraint("live = (state <> 'cancelled')", name=op.f("ck_session_booking_live_until_cancelled")),
        sa.CheckConstraint(
            "state <> 'booked' OR interpreter IN ('not_needed', 'confirmed')",
            name=op.f("ck_session_booking_confirmed_with_interpreter"),
        ),
        sa.CheckConstraint("came IS NULL OR came >= 0", name=op.f("ck_session_booking_came")),
        sa.CheckConstraint("until_at > from_at", name=op.f("ck_session_booking_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_session_booking_made_by_id_person")),
        sa.ForeignKeyConstraint(["refuge_id"], ["refuge.id"], name=op.f("fk_session_booking_refuge_id_refuge")),
        sa.ForeignKeyConstraint(["room_id"], ["session_room.id"], name=op.f("fk_session_booking_room_id_session_room")),
        sa.ForeignKeyConstraint(["run_id"], ["session_run.id"], name=op.f("fk_session_booking_run_id_session_run")),
        sa.ForeignKeyConstraint(
            ["series_id"], ["session_series.id"], name=op.f("fk_session_booking_series_id_session_series")
        ),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_session_booking_worker_id_worker")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_booking")),
        sa.UniqueConstraint(
            "id", "from_at", "until_at", "live", name=op.f("uq_session_booking_id_from_at_until_at_live")
        ),
        sa.UniqueConstraint("ref", name=op.f("uq_session_booking_ref")),
    )
    op.create_index(
        op.f("ix_session_booking_refuge_id_from_at"), "session_booking", ["refuge_id", "from_at"], unique=False
    )
    op.create_index(op.f("ix_session_booking_room_id"), "session_booking", ["room_id"], unique=False)
    op.create_index(op.f("ix_session_booking_series_id"), "session_booking", ["series_id"], unique=False)
    op.create_index(
        op.f("ix_session_booking_worker_id_from_at"), "session_booking", ["worker_id", "from_at"], unique=False
    )
    op.create_table(
        "session_booking_person",
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("need_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(outcome IS NULL) = (outcome_at IS NULL)", name=op.f("ck_session_booking_person_outcome_has_its_time")
        ),
        sa.CheckConstraint(
            "minutes IS NULL OR minutes BETWEEN 0 AND 480", name=op.f("ck_session_booking_person_minutes")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id", "from_at", "until_at", "live"],
            ["session_booking.id", "session_booking.from_at", "session_booking.until_at", "session_booking.live"],
            name="fk_session_booking_person_booking",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["session_need.id"], name=op.f("fk_session_booking_person_need_id_session_need")
        ),
        sa.ForeignKeyConstraint(
            ["outcome_by_id"], ["person.id"], name=op.f("fk_session_booking_person_outcome_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_session_booking_person_referral_id_referral")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_booking_person")),
        sa.UniqueConstraint("booking_id", "referral_id", name=op.f("uq_session_booking_person_booking_id_referral_id")),
    )
    op.create_index(op.f("ix_session_booking_person_need_id"), "session_booking_person", ["need_id"], unique=False)
    op.create_index(
        op.f("ix_session_booking_person_referral_id_from_at"),
        "session_booking_person",
        ["referral_id", "from_at"],
        unique=False,
    )
    _guard()


def downgrade() -> None:
    """Take the tables away, and with them their guards."""
    for table in (
        "session_booking_person",
        "session_booking",
        "calendar_feed",
        "session_series",
        "session_run_content",
        "session_run",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table in IN_ONE_NETWORK:
            op.execute(f"DROP FUNCTION refuse_two_networks_of_{table}()")
        op.execute("DROP FUNCTION refuse_room_of_another_house()")


def _guard() -> None:
    op.execute("CREATE UNIQUE INDEX uq_calendar_feed_live ON calendar_feed (worker_id) WHERE ended_at IS NULL")
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_postgresql() -> None:
    for name, (table, whose, _) in LIVE.items():
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ex_{name} EXCLUDE USING gist "
            f"(int8range({whose}, {whose}, '[]') WITH =, tstzrange(from_at, until_at) WITH &&) "
            f"WHERE (live AND {whose} IS NOT NULL)",
        )
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
        "CREATE FUNCTION refuse_room_of_another_house() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF EXISTS ({OTHER_HOUSE}) THEN "
        f"RAISE EXCEPTION '{NOT_THAT_HOUSE}' USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$",
    )
    op.execute(
        "CREATE TRIGGER room_of_its_house BEFORE INSERT OR UPDATE OF room_id, refuge_id ON session_booking "
        "FOR EACH ROW EXECUTE FUNCTION refuse_room_of_another_house()",
    )
    op.execute(
        "CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON session_run "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_evidence()",
    )
    op.execute(
        "CREATE TRIGGER kept BEFORE UPDATE ON session_run_content "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_evidence()",
    )


def _guard_sqlite() -> None:
    for name, (table, whose, says) in LIVE.items():
        twice = (
            f"SELECT RAISE(ABORT, 'ex_{name}: {says}') WHERE NEW.live AND EXISTS (SELECT 1 FROM {table} AS other "
            f"WHERE other.{whose} = NEW.{whose} AND other.live AND other.id IS NOT NEW.id "
            "AND other.from_at < NEW.until_at AND NEW.from_at < other.until_at);"
        )
        for when, clause in (("insert", "INSERT"), ("update", f"UPDATE OF {whose}, from_at, until_at, live")):
            op.execute(f"CREATE TRIGGER {name}_twice_{when} BEFORE {clause} ON {table} BEGIN {twice} END")
    for table, (columns, differ) in IN_ONE_NETWORK.items():
        for when, clause in (("insert", "INSERT"), ("update", f"UPDATE OF {columns}")):
            op.execute(
                f"CREATE TRIGGER {table}_in_one_network_{when} BEFORE {clause} ON {table} BEGIN "
                f"SELECT RAISE(ABORT, '{TWO_NETWORKS}') WHERE EXISTS ({differ}); END",
            )
    for when, clause in (("insert", "INSERT"), ("update", "UPDATE OF room_id, refuge_id")):
        op.execute(
            f"CREATE TRIGGER session_booking_room_of_its_house_{when} BEFORE {clause} ON session_booking BEGIN "
            f"SELECT RAISE(ABORT, '{NOT_THAT_HOUSE}') WHERE EXISTS ({OTHER_HOUSE}); END",
        )
    for table, what in (("session_run", "update"), ("session_run", "delete"), ("session_run_content", "update")):
        op.execute(
            f"CREATE TRIGGER {table}_kept_{what} BEFORE {what.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} {KEPT}'); END",
        )
