"""Who works where and when: workers, patterns, exceptions, days off, rooms, travel, promises, training. And their guards.

Two patterns of one worker never overlap on a weekday while both hold, a night into the next day counted; two exceptions that
stand never overlap; an agency has one point of contact; a workshop is never overbooked; what is joined is of one network.
PostgreSQL keeps overlaps out by exclusion constraints that need no extension, SQLite by triggers.

Revision: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

FOREVER = "9999-12-31"
WEEK = 7 * 24 * 60
TWO_NETWORKS = "in_one_network: of two networks"
OVERBOOKED = "workshop_not_overbooked: no place is left"
_REFUGE_OF = "SELECT network_id FROM refuge WHERE id = NEW.refuge_id"
IN_ONE_NETWORK = {
    "worker": (
        "agency_id, network_id, person_id",
        (
            "SELECT 1 FROM agency WHERE id = NEW.agency_id AND network_id <> NEW.network_id "
            "UNION ALL SELECT 1 FROM person WHERE id = NEW.person_id AND agency_id <> NEW.agency_id"
        ),
    ),
    "pattern_place": (
        "pattern_id, refuge_id",
        f"SELECT 1 FROM pattern JOIN worker ON worker.id = pattern.worker_id WHERE pattern.id = NEW.pattern_id AND worker.network_id <> ({_REFUGE_OF})",
    ),
    "exception_place": (
        "exception_id, refuge_id",
        (
            "SELECT 1 FROM rota_exception JOIN worker ON worker.id = rota_exception.worker_id "
            f"WHERE rota_exception.id = NEW.exception_id AND worker.network_id <> ({_REFUGE_OF})"
        ),
    ),
    "closure_day": (
        "agency_id, network_id",
        "SELECT 1 FROM agency WHERE id = NEW.agency_id AND network_id <> NEW.network_id",
    ),
    "travel": (
        "low_id, high_id",
        "SELECT 1 FROM refuge AS low JOIN refuge AS high ON high.id = NEW.high_id WHERE low.id = NEW.low_id AND low.network_id <> high.network_id",
    ),
    "workshop": (
        "held_by_id, network_id",
        "SELECT 1 FROM agency WHERE id = NEW.held_by_id AND network_id <> NEW.network_id",
    ),
    "workshop_place": (
        "workshop_id, worker_id, person_id",
        (
            "SELECT 1 FROM workshop JOIN worker ON worker.id = NEW.worker_id WHERE workshop.id = NEW.workshop_id AND workshop.network_id <> worker.network_id "
            "UNION ALL SELECT 1 FROM workshop JOIN person ON person.id = NEW.person_id JOIN agency ON agency.id = person.agency_id "
            "WHERE workshop.id = NEW.workshop_id AND workshop.network_id <> agency.network_id"
        ),
    ),
}
"""For each table: the columns that join rows, and the query that finds something if these are of two networks or agencies."""


def upgrade() -> None:
    """Make the tables and guard them."""
    op.create_table(
        "agency_rota",
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("works_bank_holidays", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agency_rota_agency_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_rota")),
        sa.UniqueConstraint("agency_id", name=op.f("uq_agency_rota_agency_id")),
    )
    op.create_table(
        "closure_day",
        sa.Column("network_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_closure_day_agency_id_agency")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_closure_day_network_id_network")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure_day")),
        sa.UniqueConstraint("ref", name=op.f("uq_closure_day_ref")),
    )
    op.create_index(op.f("ix_closure_day_network_id"), "closure_day", ["network_id"], unique=False)
    op.create_index(
        "uq_closure_day_agency",
        "closure_day",
        ["agency_id", "on_day"],
        unique=True,
        sqlite_where=sa.text("agency_id IS NOT NULL"),
        postgresql_where=sa.text("agency_id IS NOT NULL"),
    )
    op.create_index(
        "uq_closure_day_network",
        "closure_day",
        ["network_id", "on_day"],
        unique=True,
        sqlite_where=sa.text("agency_id IS NULL"),
        postgresql_where=sa.text("agency_id IS NULL"),
    )
    op.create_table(
        "workshop",
        sa.Column("network_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("held_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "frontline",
                "leadership",
                name="audience_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("skill", sa.String(length=40), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("venue", sa.String(length=120), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("places BETWEEN 1 AND 500", name=op.f("ck_workshop_places")),
        sa.CheckConstraint("until_at > from_at", name=op.f("ck_workshop_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["held_by_id"], ["agency.id"], name=op.f("fk_workshop_held_by_id_agency")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_workshop_network_id_network")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop")),
        sa.UniqueConstraint("ref", name=op.f("uq_workshop_ref")),
    )
    op.create_index(op.f("ix_workshop_network_id"), "workshop", ["network_id"], unique=False)
    op.create_table(
        "worker",
        sa.Column("network_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "discipline",
            sa.Enum(
                "recovery_worker",
                "mental_health_practitioner",
                "therapist",
                "support_worker",
                name="discipline_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "gender",
            sa.Enum(
                "woman",
                "man",
                "another",
                "not_said",
                name="gender_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("mobile", sa.String(length=30), nullable=False),
        sa.Column("assigned_from", sa.Date(), nullable=False),
        sa.Column("assigned_until", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("longest_contact_minutes", sa.Integer(), nullable=False),
        sa.Column("break_after_minutes", sa.Integer(), nullable=False),
        sa.Column("break_minutes", sa.Integer(), nullable=False),
        sa.Column("gap_minutes", sa.Integer(), nullable=False),
        sa.Column("free_share", sa.Integer(), nullable=False),
        sa.Column("is_agency_contact", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "assigned_until IS NULL OR assigned_until >= assigned_from", name=op.f("ck_worker_ends_after_it_begins")
        ),
        sa.CheckConstraint("break_after_minutes BETWEEN 60 AND 720", name=op.f("ck_worker_break_after_minutes")),
        sa.CheckConstraint("break_minutes BETWEEN 0 AND 120", name=op.f("ck_worker_break_minutes")),
        sa.CheckConstraint("free_share BETWEEN 0 AND 90", name=op.f("ck_worker_free_share")),
        sa.CheckConstraint("gap_minutes BETWEEN 0 AND 120", name=op.f("ck_worker_gap_minutes")),
        sa.CheckConstraint(
            "longest_contact_minutes BETWEEN 15 AND 720", name=op.f("ck_worker_longest_contact_minutes")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_worker_agency_id_agency")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_worker_network_id_network")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_worker_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
        sa.UniqueConstraint("person_id", name=op.f("uq_worker_person_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_worker_ref")),
    )
    op.create_index(op.f("ix_worker_agency_id"), "worker", ["agency_id"], unique=False)
    op.create_index(op.f("ix_worker_network_id"), "worker", ["network_id"], unique=False)
    op.create_index(
        "uq_worker_agency_contact",
        "worker",
        ["agency_id"],
        unique=True,
        sqlite_where=sa.text("is_agency_contact"),
        postgresql_where=sa.text("is_agency_contact"),
    )
    op.create_table(
        "cover_promise",
        sa.Column("refuge_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "promised",
            sa.Enum(
                "staff",
                "telephone",
                "recovery_worker",
                "mental_health_practitioner",
                "therapist",
                "support_worker",
                name="promised_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("weekdays", sa.Integer(), nullable=False),
        sa.Column("from_minute", sa.Integer(), nullable=False),
        sa.Column("until_minute", sa.Integer(), nullable=False),
        sa.Column("days_a_week", sa.Integer(), nullable=True),
        sa.Column("at_least", sa.Integer(), nullable=False),
        sa.Column("on_bank_holidays", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("at_least BETWEEN 1 AND 20", name=op.f("ck_cover_promise_at_least")),
        sa.CheckConstraint(
            "days_a_week IS NULL OR days_a_week BETWEEN 1 AND 7", name=op.f("ck_cover_promise_days_a_week")
        ),
        sa.CheckConstraint("from_minute BETWEEN 0 AND 1439", name=op.f("ck_cover_promise_from_minute")),
        sa.CheckConstraint(
            "until_minute > from_minute AND until_minute <= from_minute + 1440",
            name=op.f("ck_cover_promise_ends_after_it_begins"),
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_cover_promise_valid_until")
        ),
        sa.CheckConstraint("weekdays BETWEEN 1 AND 127", name=op.f("ck_cover_promise_weekdays")),
        sa.ForeignKeyConstraint(["refuge_id"], ["refuge.id"], name=op.f("fk_cover_promise_refuge_id_refuge")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover_promise")),
        sa.UniqueConstraint("ref", name=op.f("uq_cover_promise_ref")),
    )
    op.create_index(op.f("ix_cover_promise_refuge_id"), "cover_promise", ["refuge_id"], unique=False)
    op.create_table(
        "pattern",
        sa.Column("worker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weekdays", sa.Integer(), nullable=False),
        sa.Column("from_minute", sa.Integer(), nullable=False),
        sa.Column("until_minute", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("from_minute BETWEEN 0 AND 1439", name=op.f("ck_pattern_from_minute")),
        sa.CheckConstraint(
            "until_minute > from_minute AND until_minute <= from_minute + 1440",
            name=op.f("ck_pattern_ends_after_it_begins"),
        ),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_pattern_valid_until")),
        sa.CheckConstraint("weekdays BETWEEN 1 AND 127", name=op.f("ck_pattern_weekdays")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_pattern_worker_id_worker")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pattern")),
        sa.UniqueConstraint("ref", name=op.f("uq_pattern_ref")),
    )
    op.create_index(op.f("ix_pattern_worker_id"), "pattern", ["worker_id"], unique=False)
    op.create_table(
        "rota_exception",
        sa.Column("worker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "leave",
                "sickness",
                "training",
                "other_work",
                "extra",
                "swap",
                name="kind_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("swapped_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("entered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(kind IN ('leave', 'sickness', 'training', 'other_work') AND NOT works) OR (kind = 'extra' AND works) OR kind = 'swap'",
            name=op.f("ck_rota_exception_works_fits_its_kind"),
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name=op.f("ck_rota_exception_says_who_withdrew_it")
        ),
        sa.CheckConstraint("until_at > from_at", name=op.f("ck_rota_exception_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["person.id"], name=op.f("fk_rota_exception_entered_by_id_person")),
        sa.ForeignKeyConstraint(
            ["swapped_for_id"], ["rota_exception.id"], name=op.f("fk_rota_exception_swapped_for_id_rota_exception")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["person.id"], name=op.f("fk_rota_exception_withdrawn_by_id_person")
        ),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_rota_exception_worker_id_worker")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_exception")),
        sa.UniqueConstraint("ref", name=op.f("uq_rota_exception_ref")),
        sa.UniqueConstraint("swapped_for_id", name=op.f("uq_rota_exception_swapped_for_id")),
    )
    op.create_index(op.f("ix_rota_exception_worker_id"), "rota_exception", ["worker_id"], unique=False)
    op.create_table(
        "session_room",
        sa.Column("refuge_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("capacity BETWEEN 1 AND 60", name=op.f("ck_session_room_capacity")),
        sa.ForeignKeyConstraint(["refuge_id"], ["refuge.id"], name=op.f("fk_session_room_refuge_id_refuge")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_room")),
        sa.UniqueConstraint("ref", name=op.f("uq_session_room_ref")),
        sa.UniqueConstraint("refuge_id", "name", name=op.f("uq_session_room_refuge_id_name")),
    )
    op.create_table(
        "travel",
        sa.Column("low_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("high_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_travel_low_before_high")),
        sa.CheckConstraint("minutes BETWEEN 0 AND 480", name=op.f("ck_travel_minutes")),
        sa.ForeignKeyConstraint(["high_id"], ["refuge.id"], name=op.f("fk_travel_high_id_refuge")),
        sa.ForeignKeyConstraint(["low_id"], ["refuge.id"], name=op.f("fk_travel_low_id_refuge")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_travel_low_id_high_id")),
    )
    op.create_index(op.f("ix_travel_high_id"), "travel", ["high_id"], unique=False)
    op.create_table(
        "workshop_place",
        sa.Column("workshop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("worker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "booked",
                "attended",
                "did_not_attend",
                "cancelled",
                name="state_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("booked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("feedback_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("rating IS NULL OR state = 'attended'", name=op.f("ck_workshop_place_feedback_of_who_came")),
        sa.CheckConstraint("(worker_id IS NULL) <> (person_id IS NULL)", name=op.f("ck_workshop_place_is_for_one")),
        sa.CheckConstraint("rating IS NULL OR rating BETWEEN 1 AND 5", name=op.f("ck_workshop_place_rating")),
        sa.ForeignKeyConstraint(["booked_by_id"], ["person.id"], name=op.f("fk_workshop_place_booked_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_workshop_place_person_id_person")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_workshop_place_worker_id_worker")),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_workshop_place_workshop_id_workshop")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop_place")),
        sa.UniqueConstraint("workshop_id", "person_id", name=op.f("uq_workshop_place_workshop_id_person_id")),
        sa.UniqueConstraint("workshop_id", "worker_id", name=op.f("uq_workshop_place_workshop_id_worker_id")),
    )
    op.create_index(op.f("ix_workshop_place_person_id"), "workshop_place", ["person_id"], unique=False)
    op.create_index(op.f("ix_workshop_place_worker_id"), "workshop_place", ["worker_id"], unique=False)
    op.create_table(
        "exception_place",
        sa.Column("exception_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("refuge_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["exception_id"], ["rota_exception.id"], name=op.f("fk_exception_place_exception_id_rota_exception")
        ),
        sa.ForeignKeyConstraint(["refuge_id"], ["refuge.id"], name=op.f("fk_exception_place_refuge_id_refuge")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exception_place")),
        sa.UniqueConstraint("exception_id", "refuge_id", name=op.f("uq_exception_place_exception_id_refuge_id")),
    )
    op.create_index(op.f("ix_exception_place_refuge_id"), "exception_place", ["refuge_id"], unique=False)
    op.create_table(
        "pattern_place",
        sa.Column("pattern_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("refuge_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("share BETWEEN 1 AND 100", name=op.f("ck_pattern_place_share")),
        sa.ForeignKeyConstraint(["pattern_id"], ["pattern.id"], name=op.f("fk_pattern_place_pattern_id_pattern")),
        sa.ForeignKeyConstraint(["refuge_id"], ["refuge.id"], name=op.f("fk_pattern_place_refuge_id_refuge")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pattern_place")),
        sa.UniqueConstraint("pattern_id", "refuge_id", name=op.f("uq_pattern_place_pattern_id_refuge_id")),
    )
    op.create_index(op.f("ix_pattern_place_refuge_id"), "pattern_place", ["refuge_id"], unique=False)
    op.create_table(
        "room_hours",
        sa.Column("room_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "0 <= opens AND opens < closes AND closes <= 1440", name=op.f("ck_room_hours_opens_before_it_closes")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_room_hours_weekday")),
        sa.ForeignKeyConstraint(["room_id"], ["session_room.id"], name=op.f("fk_room_hours_room_id_session_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_hours")),
        sa.UniqueConstraint("room_id", "weekday", name=op.f("uq_room_hours_room_id_weekday")),
    )
    op.create_table(
        "worker_skill",
        sa.Column("worker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("skill", sa.String(length=40), nullable=False),
        sa.Column("gained_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("workshop_place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "expires_on IS NULL OR expires_on > gained_on", name=op.f("ck_worker_skill_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_worker_skill_worker_id_worker")),
        sa.ForeignKeyConstraint(
            ["workshop_place_id"], ["workshop_place.id"], name=op.f("fk_worker_skill_workshop_place_id_workshop_place")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_skill")),
        sa.UniqueConstraint("worker_id", "skill", "gained_on", name=op.f("uq_worker_skill_worker_id_skill_gained_on")),
        sa.UniqueConstraint("workshop_place_id", name=op.f("uq_worker_skill_workshop_place_id")),
    )
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def downgrade() -> None:
    """Drop the tables, and on PostgreSQL the functions of their guards."""
    op.drop_table("worker_skill")
    op.drop_table("room_hours")
    op.drop_index(op.f("ix_pattern_place_refuge_id"), table_name="pattern_place")
    op.drop_table("pattern_place")
    op.drop_index(op.f("ix_exception_place_refuge_id"), table_name="exception_place")
    op.drop_table("exception_place")
    op.drop_index(op.f("ix_workshop_place_worker_id"), table_name="workshop_place")
    op.drop_index(op.f("ix_workshop_place_person_id"), table_name="workshop_place")
    op.drop_table("workshop_place")
    op.drop_index(op.f("ix_travel_high_id"), table_name="travel")
    op.drop_table("travel")
    op.drop_table("session_room")
    op.drop_index(op.f("ix_rota_exception_worker_id"), table_name="rota_exception")
    op.drop_table("rota_exception")
    op.drop_index(op.f("ix_pattern_worker_id"), table_name="pattern")
    op.drop_table("pattern")
    op.drop_index(op.f("ix_cover_promise_refuge_id"), table_name="cover_promise")
    op.drop_table("cover_promise")
    op.drop_index(
        "uq_worker_agency_contact",
        table_name="worker",
        sqlite_where=sa.text("is_agency_contact"),
        postgresql_where=sa.text("is_agency_contact"),
    )
    op.drop_index(op.f("ix_worker_network_id"), table_name="worker")
    op.drop_index(op.f("ix_worker_agency_id"), table_name="worker")
    op.drop_table("worker")
    op.drop_index(op.f("ix_workshop_network_id"), table_name="workshop")
    op.drop_table("workshop")
    op.drop_index(
        "uq_closure_day_network",
        table_name="closure_day",
        sqlite_where=sa.text("agency_id IS NULL"),
        postgresql_where=sa.text("agency_id IS NULL"),
    )
    op.drop_index(
        "uq_closure_day_agency",
        table_name="closure_day",
        sqlite_where=sa.text("agency_id IS NOT NULL"),
        postgresql_where=sa.text("agency_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_closure_day_network_id"), table_name="closure_day")
    op.drop_table("closure_day")
    op.drop_table("agency_rota")
    if op.get_bind().dialect.name == "postgresql":
        for table in IN_ONE_NETWORK:
            op.execute(f"DROP FUNCTION refuse_two_networks_of_{table}()")
        op.execute("DROP FUNCTION refuse_overbooking()")
        op.execute("DROP FUNCTION refuse_fewer_places()")
        op.execute("DROP FUNCTION minutes_of_week(int, int, int)")


def _guard_postgresql() -> None:
    op.execute(MINUTES_OF_WEEK)
    op.execute(
        "ALTER TABLE pattern ADD CONSTRAINT ex_pattern_worker EXCLUDE USING gist (int8range(worker_id, worker_id, '[]') WITH =, "
        "daterange(valid_from, valid_until, '[]') WITH &&, minutes_of_week(weekdays, from_minute, until_minute) WITH &&)",
    )
    op.execute(
        "ALTER TABLE rota_exception ADD CONSTRAINT ex_rota_exception_worker EXCLUDE USING gist "
        "(int8range(worker_id, worker_id, '[]') WITH =, tstzrange(from_at, until_at) WITH &&) WHERE (withdrawn_at IS NULL)",
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
        "CREATE TRIGGER network_is_fixed BEFORE UPDATE OF network_id, agency_id ON worker FOR EACH ROW WHEN "
        "((OLD.network_id, OLD.agency_id) IS DISTINCT FROM (NEW.network_id, NEW.agency_id)) EXECUTE FUNCTION refuse_other_network()",
    )
    op.execute(
        "CREATE FUNCTION refuse_overbooking() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE room int; BEGIN "
        "SELECT places INTO room FROM workshop WHERE id = NEW.workshop_id FOR UPDATE; "
        f"IF NEW.state <> 'cancelled' AND ({_TAKEN}) >= room THEN "
        f"RAISE EXCEPTION '{OVERBOOKED}' USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$",
    )
    op.execute(
        "CREATE TRIGGER workshop_not_overbooked BEFORE INSERT OR UPDATE OF workshop_id, state ON workshop_place "
        "FOR EACH ROW EXECUTE FUNCTION refuse_overbooking()",
    )
    op.execute(
        "CREATE FUNCTION refuse_fewer_places() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF ({_BOOKED}) > NEW.places THEN "
        f"RAISE EXCEPTION '{OVERBOOKED}' USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$",
    )
    op.execute(
        "CREATE TRIGGER workshop_not_made_smaller BEFORE UPDATE OF places ON workshop "
        "FOR EACH ROW EXECUTE FUNCTION refuse_fewer_places()",
    )


_TAKEN = (
    "SELECT count(*) FROM workshop_place AS other WHERE other.workshop_id = NEW.workshop_id "
    "AND other.state <> 'cancelled' AND other.id <> COALESCE(NEW.id, -1)"
)
_BOOKED = "SELECT count(*) FROM workshop_place AS other WHERE other.workshop_id = NEW.id AND other.state <> 'cancelled'"

MINUTES_OF_WEEK = f"""
CREATE FUNCTION minutes_of_week(weekdays int, from_minute int, until_minute int) RETURNS int4multirange
LANGUAGE sql IMMUTABLE AS $$
  SELECT range_agg(span) FROM (
    SELECT int4range(day * 1440 + from_minute, LEAST(day * 1440 + until_minute, {WEEK})) AS span
    FROM generate_series(0, 6) AS day WHERE (weekdays >> day) & 1 = 1
    UNION ALL SELECT int4range(0, until_minute - 1440) WHERE (weekdays >> 6) & 1 = 1 AND until_minute > 1440
  ) AS spans
$$
"""

_DAYS = f"({' UNION ALL '.join(f'SELECT {day} AS day' for day in range(7))})"
_PATTERN_TWICE = f"""
SELECT RAISE(ABORT, 'ex_pattern_worker: works twice at once') WHERE EXISTS (
  SELECT 1 FROM pattern AS other, {_DAYS} AS mine, {_DAYS} AS theirs,
    (SELECT -{WEEK} AS by_minutes UNION ALL SELECT 0 UNION ALL SELECT {WEEK}) AS week
  WHERE other.worker_id = NEW.worker_id AND other.id IS NOT NEW.id
  AND other.valid_from <= COALESCE(NEW.valid_until, '{FOREVER}') AND NEW.valid_from <= COALESCE(other.valid_until, '{FOREVER}')
  AND (NEW.weekdays >> mine.day) & 1 AND (other.weekdays >> theirs.day) & 1
  AND mine.day * 1440 + NEW.from_minute < theirs.day * 1440 + other.until_minute + week.by_minutes
  AND theirs.day * 1440 + other.from_minute + week.by_minutes < mine.day * 1440 + NEW.until_minute);
"""
_EXCEPTION_TWICE = """
SELECT RAISE(ABORT, 'ex_rota_exception_worker: two at once') WHERE NEW.withdrawn_at IS NULL AND EXISTS (
  SELECT 1 FROM rota_exception AS other WHERE other.worker_id = NEW.worker_id AND other.id IS NOT NEW.id
  AND other.withdrawn_at IS NULL AND other.from_at < NEW.until_at AND NEW.from_at < other.until_at);
"""


def _guard_sqlite() -> None:
    twice = {
        "pattern": (_PATTERN_TWICE, "worker_id, weekdays, from_minute, until_minute, valid_from, valid_until"),
        "rota_exception": (_EXCEPTION_TWICE, "worker_id, from_at, until_at, withdrawn_at"),
    }
    for table, (refuse, columns) in twice.items():
        op.execute(f"CREATE TRIGGER {table}_twice_insert BEFORE INSERT ON {table} BEGIN {refuse} END")
        op.execute(f"CREATE TRIGGER {table}_twice_update BEFORE UPDATE OF {columns} ON {table} BEGIN {refuse} END")
    for table, (columns, differ) in IN_ONE_NETWORK.items():
        for when, clause in (("insert", "INSERT"), ("update", f"UPDATE OF {columns}")):
            op.execute(
                f"CREATE TRIGGER {table}_in_one_network_{when} BEFORE {clause} ON {table} BEGIN "
                f"SELECT RAISE(ABORT, '{TWO_NETWORKS}') WHERE EXISTS ({differ}); END",
            )
    op.execute(
        "CREATE TRIGGER worker_network_is_fixed BEFORE UPDATE OF network_id, agency_id ON worker "
        "WHEN OLD.network_id IS NOT NEW.network_id OR OLD.agency_id IS NOT NEW.agency_id "
        "BEGIN SELECT RAISE(ABORT, 'network_is_fixed: it never changes'); END",
    )
    overbooked = (
        f"SELECT RAISE(ABORT, '{OVERBOOKED}') WHERE NEW.state <> 'cancelled' "
        f"AND ({_TAKEN}) >= (SELECT places FROM workshop WHERE id = NEW.workshop_id);"
    )
    for when, clause in (("insert", "INSERT"), ("update", "UPDATE OF workshop_id, state")):
        op.execute(
            f"CREATE TRIGGER workshop_not_overbooked_{when} BEFORE {clause} ON workshop_place BEGIN {overbooked} END"
        )
    op.execute(
        f"CREATE TRIGGER workshop_not_made_smaller BEFORE UPDATE OF places ON workshop BEGIN "
        f"SELECT RAISE(ABORT, '{OVERBOOKED}') WHERE ({_BOOKED}) > NEW.places; END",
    )
