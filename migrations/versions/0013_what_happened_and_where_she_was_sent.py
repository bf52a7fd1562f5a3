"""Incidents with their clocks, feedback, the directory and where women were sent on, with the guards of both engines.

An incident is never deleted, what was logged of it never changes, and once it is closed nothing does; it is owned in the
agency that logged it. What was done about it, and what was said of us, is kept as it was. Everything is of one network.

Revision: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

KEPT = ("incident_step", "feedback")
SAYS = "is kept as it was"
NOT_DELETED = ("incident", "signpost", "directory_service")
_FIXED = (
    "network_id",
    "agency_id",
    "referral_id",
    "kind",
    "words",
    "happened_at",
    "logged_by_id",
    "logged_at",
    "answer_by",
)
NETWORKS = "in_one_network: of two networks"
CHECKED = (
    (
        "incident",
        "in_one_network",
        "network_id, agency_id, referral_id",
        (
            "SELECT 1 FROM agency LEFT JOIN referral ON referral.id = NEW.referral_id WHERE agency.id = NEW.agency_id "
            "AND (agency.network_id <> NEW.network_id OR referral.network_id <> NEW.network_id)"
        ),
        NETWORKS,
    ),
    (
        "incident",
        "owned_in_its_agency",
        "owner_id, escalated_to_id, agency_id",
        "SELECT 1 FROM person WHERE person.id IN (NEW.owner_id, NEW.escalated_to_id) AND person.agency_id <> NEW.agency_id",
        "owned_in_its_agency: an incident of another agency",
    ),
    (
        "feedback",
        "in_one_network",
        "network_id, agency_id",
        "SELECT 1 FROM agency WHERE agency.id = NEW.agency_id AND agency.network_id <> NEW.network_id",
        NETWORKS,
    ),
    (
        "signpost",
        "in_one_network",
        "referral_id, agency_id, service_id",
        (
            "SELECT 1 FROM agency JOIN referral ON referral.id = NEW.referral_id JOIN directory_service "
            "ON directory_service.id = NEW.service_id WHERE agency.id = NEW.agency_id AND "
            "(agency.network_id <> referral.network_id OR directory_service.network_id <> referral.network_id)"
        ),
        NETWORKS,
    ),
)


def upgrade() -> None:
    """Make the tables and guard them."""
    op.create_table(
        "directory_service",
        sa.Column("network_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("checked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_directory_service_has_a_name")),
        sa.ForeignKeyConstraint(
            ["checked_by_id"], ["person.id"], name=op.f("fk_directory_service_checked_by_id_person")
        ),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_directory_service_network_id_network")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_service")),
        sa.UniqueConstraint("network_id", "name", name=op.f("uq_directory_service_network_id_name")),
        sa.UniqueConstraint("ref", name=op.f("uq_directory_service_ref")),
    )
    op.create_table(
        "feedback",
        sa.Column("network_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "giver",
            sa.Enum("resident", "partner", name="giver_is_known", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("kept_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("words <> '' OR rating IS NOT NULL", name=op.f("ck_feedback_says_something")),
        sa.CheckConstraint("rating IS NULL OR rating BETWEEN 1 AND 5", name=op.f("ck_feedback_rating")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_feedback_agency_id_agency")),
        sa.ForeignKeyConstraint(["kept_by_id"], ["person.id"], name=op.f("fk_feedback_kept_by_id_person")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_feedback_network_id_network")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    op.create_index(op.f("ix_feedback_agency_id_on_day"), "feedback", ["agency_id", "on_day"], unique=False)
    op.create_table(
        "incident",
        sa.Column("network_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "incident",
                "concern",
                "complaint",
                "not_back",
                name="kind_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("logged_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "kind <> 'not_back' OR referral_id IS NOT NULL", name=op.f("ck_incident_not_back_is_about_somebody")
        ),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name=op.f("ck_incident_says_who_closed_it")),
        sa.CheckConstraint(
            "(escalated_at IS NULL) = (escalated_to_id IS NULL)", name=op.f("ck_incident_says_to_whom_it_went")
        ),
        sa.CheckConstraint("answer_by > logged_at", name=op.f("ck_incident_has_a_clock")),
        sa.CheckConstraint("closed_at IS NULL OR length(outcome) >= 10", name=op.f("ck_incident_says_what_came_of_it")),
        sa.CheckConstraint("length(words) >= 10", name=op.f("ck_incident_says_what_happened")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_incident_agency_id_agency")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_incident_closed_by_id_person")),
        sa.ForeignKeyConstraint(["escalated_to_id"], ["person.id"], name=op.f("fk_incident_escalated_to_id_person")),
        sa.ForeignKeyConstraint(["logged_by_id"], ["person.id"], name=op.f("fk_incident_logged_by_id_person")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_incident_network_id_network")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_incident_owner_id_person")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_incident_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("ref", name=op.f("uq_incident_ref")),
    )
    op.create_index(op.f("ix_incident_agency_id_closed_at"), "incident", ["agency_id", "closed_at"], unique=False)
    op.create_index(op.f("ix_incident_referral_id"), "incident", ["referral_id"], unique=False)
    op.create_table(
        "signpost",
        sa.Column("service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("told_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("outcome_on", sa.Date(), nullable=True),
        sa.Column("outcome_words", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "general",
                "safety",
                "mental_health",
                "substance_use",
                "physical_health",
                "children",
                "practical",
                "personal",
                "immigration",
                "perpetrator",
                "offence",
                name="category_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("(outcome = '') = (outcome_on IS NULL)", name=op.f("ck_signpost_says_when_it_was_learnt")),
        sa.CheckConstraint("outcome_on IS NULL OR outcome_on >= told_on", name=op.f("ck_signpost_learnt_after_it")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_signpost_agency_id_agency")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_signpost_referral_id_referral")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["directory_service.id"], name=op.f("fk_signpost_service_id_directory_service")
        ),
        sa.ForeignKeyConstraint(["told_by_id"], ["person.id"], name=op.f("fk_signpost_told_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signpost")),
        sa.UniqueConstraint("ref", name=op.f("uq_signpost_ref")),
    )
    op.create_index(op.f("ix_signpost_referral_id"), "signpost", ["referral_id"], unique=False)
    op.create_index(op.f("ix_signpost_service_id"), "signpost", ["service_id"], unique=False)
    op.create_table(
        "incident_step",
        sa.Column("incident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("words", sa.String(length=400), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("step <> 'note' OR words <> ''", name=op.f("ck_incident_step_note_says_something")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_incident_step_by_id_person")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_step_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_step")),
    )
    op.create_index(op.f("ix_incident_step_incident_id"), "incident_step", ["incident_id"], unique=False)
    op.create_index(
        "uq_incident_step_once",
        "incident_step",
        ["incident_id", "step"],
        unique=True,
        sqlite_where=sa.text("step <> 'note'"),
        postgresql_where=sa.text("step <> 'note'"),
    )
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _changed(differs: str) -> str:
    return "OLD.closed_at IS NOT NULL OR " + " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in _FIXED)


def _guard_postgresql() -> None:
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_evidence()",
        )
    for table in NOT_DELETED:
        op.execute(
            f"CREATE TRIGGER kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change_of_evidence()",
        )
    op.execute(
        "CREATE TRIGGER said_once BEFORE UPDATE ON incident FOR EACH ROW "
        f"WHEN ({_changed('IS DISTINCT FROM')}) EXECUTE FUNCTION refuse_change_of_evidence()",
    )
    for table, name, columns, query, says in CHECKED:
        op.execute(
            f"CREATE FUNCTION refuse_{name}_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF EXISTS ({query}) THEN RAISE EXCEPTION '{says}' USING ERRCODE = 'integrity_constraint_violation'; "
            "END IF; RETURN NEW; END $$",
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OF {columns} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION refuse_{name}_of_{table}()",
        )


def _guard_sqlite() -> None:
    for table in (*KEPT, *NOT_DELETED):
        for what in ("update", "delete") if table in KEPT else ("delete",):
            op.execute(
                f"CREATE TRIGGER {table}_kept_{what} BEFORE {what.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} {SAYS}'); END",
            )
    op.execute(
        f"CREATE TRIGGER incident_said_once BEFORE UPDATE ON incident WHEN {_changed('IS NOT')} "
        f"BEGIN SELECT RAISE(ABORT, 'incident {SAYS}'); END",
    )
    for table, name, columns, query, says in CHECKED:
        for when in ("insert", "update"):
            of = f" OF {columns}" if when == "update" else ""
            op.execute(
                f"CREATE TRIGGER {table}_{name}_{when} BEFORE {when.upper()}{of} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{says}') WHERE EXISTS ({query}); END",
            )


def downgrade() -> None:
    """Take the tables away."""
    op.drop_index(
        "uq_incident_step_once",
        table_name="incident_step",
        sqlite_where=sa.text("step <> 'note'"),
        postgresql_where=sa.text("step <> 'note'"),
    )
    op.drop_index(op.f("ix_incident_step_incident_id"), table_name="incident_step")
    op.drop_table("incident_step")
    op.drop_index(op.f("ix_signpost_service_id"), table_name="signpost")
    op.drop_index(op.f("ix_signpost_referral_id"), table_name="signpost")
    op.drop_table("signpost")
    op.drop_index(op.f("ix_incident_referral_id"), table_name="incident")
    op.drop_index(op.f("ix_incident_agency_id_closed_at"), table_name="incident")
    op.drop_table("incident")
    op.drop_index(op.f("ix_feedback_agency_id_on_day"), table_name="feedback")
    op.drop_table("feedback")
    op.drop_table("directory_service")
    if op.get_bind().dialect.name == "postgresql":
        for table, name, *_ in CHECKED:
            op.execute(f"DROP FUNCTION refuse_{name}_of_{table}()")
