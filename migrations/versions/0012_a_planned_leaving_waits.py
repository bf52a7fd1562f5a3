"""A planned leaving waits for its checklist: the leaving, what was said of its steps, and the discharge, with their guards.

That a planned leaving has nothing open, and that a senior is somebody else and comes after the woman herself, are check
constraints. Beside them, on both engines: what is over is kept as it was; nothing of it is deleted; whoever discharges is of
the agency whose record it is; and every record is of the referral's own network.

Revision: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

TABLES = ("leaving", "leaving_step", "discharge")
SAYS = "is kept as it was"
_NETWORK = (
    "SELECT 1 FROM agency JOIN referral ON referral.id = NEW.referral_id "
    "WHERE agency.id = NEW.agency_id AND agency.network_id <> referral.network_id"
)
_CLINICIANS = (
    "SELECT 1 FROM person WHERE person.id IN (NEW.practitioner_id, NEW.senior_id) AND person.agency_id <> NEW.agency_id"
)
CHECKED = (
    ("leaving", "in_one_network", "referral_id, agency_id", _NETWORK, "in_one_network: of two networks"),
    ("discharge", "in_one_network", "referral_id, agency_id", _NETWORK, "in_one_network: of two networks"),
    (
        "discharge",
        "by_its_agency",
        "practitioner_id, senior_id, agency_id",
        _CLINICIANS,
        "by_its_agency: discharged by another agency",
    ),
)


def upgrade() -> None:
    """Make the tables and guard them."""
    op.create_table(
        "discharge",
        sa.Column("practitioner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agreed_with_her_on", sa.Date(), nullable=True),
        sa.Column("her_words", sa.Text(), nullable=False),
        sa.Column("pathway", sa.String(length=40), nullable=False),
        sa.Column("handover", sa.Text(), nullable=False),
        sa.Column("accepted_by", sa.String(length=120), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("senior_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("senior_agreed_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("(accepted_on IS NULL) = (accepted_by = '')", name=op.f("ck_discharge_says_who_accepted")),
        sa.CheckConstraint(
            "pathway <> 'none_wanted' OR accepted_on IS NULL", name=op.f("ck_discharge_none_wanted_none_accepted")
        ),
        sa.CheckConstraint(
            "(senior_id IS NULL) = (senior_agreed_at IS NULL)", name=op.f("ck_discharge_says_when_the_senior_agreed")
        ),
        sa.CheckConstraint(
            "accepted_on IS NULL OR length(handover) >= 10", name=op.f("ck_discharge_accepts_a_written_handover")
        ),
        sa.CheckConstraint(
            "senior_id IS NULL OR agreed_with_her_on IS NOT NULL", name=op.f("ck_discharge_agreed_with_her_first")
        ),
        sa.CheckConstraint(
            "senior_id IS NULL OR senior_id <> practitioner_id", name=op.f("ck_discharge_senior_is_somebody_else")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_discharge_agency_id_agency")),
        sa.ForeignKeyConstraint(["practitioner_id"], ["person.id"], name=op.f("fk_discharge_practitioner_id_person")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_discharge_referral_id_referral")),
        sa.ForeignKeyConstraint(["senior_id"], ["person.id"], name=op.f("fk_discharge_senior_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discharge")),
        sa.UniqueConstraint("referral_id", "agency_id", name="uq_discharge_once"),
    )
    op.create_index(op.f("ix_discharge_referral_id"), "discharge", ["referral_id"], unique=False)
    op.create_table(
        "leaving",
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("destination", sa.String(length=40), nullable=False),
        sa.Column("safe_contact", sa.Text(), nullable=False),
        sa.Column("her_words", sa.Text(), nullable=False),
        sa.Column(
            "calls",
            sa.Enum(
                "not_asked", "no", "yes", name="calls_is_known", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned", sa.Boolean(), nullable=True),
        sa.Column("still_open", sa.Integer(), nullable=False),
        sa.Column("open_steps", sa.JSON(), nullable=False),
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
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (planned IS NULL)", name=op.f("ck_leaving_says_whether_it_was_planned")
        ),
        sa.CheckConstraint(
            "planned IS NULL OR NOT planned OR still_open = 0", name=op.f("ck_leaving_planned_has_nothing_open")
        ),
        sa.CheckConstraint("still_open >= 0", name=op.f("ck_leaving_still_open")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_leaving_agency_id_agency")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_leaving_referral_id_referral")),
        sa.ForeignKeyConstraint(["started_by_id"], ["person.id"], name=op.f("fk_leaving_started_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaving")),
        sa.UniqueConstraint("referral_id", name="uq_leaving_once"),
    )
    op.create_index(op.f("ix_leaving_referral_id"), "leaving", ["referral_id"], unique=False)
    op.create_table(
        "leaving_step",
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "discharge",
                "recovery_handover",
                "final_scores",
                "safe_contact",
                "calls",
                "her_words",
                "destination",
                name="step_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "how",
            sa.Enum(
                "open", "done", "not_needed", name="how_is_known", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("how <> 'open'", name=op.f("ck_leaving_step_says_something")),
        sa.CheckConstraint("length(note) >= 3", name=op.f("ck_leaving_step_says_why")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_leaving_step_by_id_person")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_leaving_step_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaving_step")),
        sa.UniqueConstraint("referral_id", "step", name=op.f("uq_leaving_step_referral_id_step")),
    )
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_postgresql() -> None:
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change_of_evidence()",
        )
    op.execute(
        "CREATE TRIGGER said_once BEFORE UPDATE ON leaving FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) "
        "EXECUTE FUNCTION refuse_change_of_evidence()",
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
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_kept_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} {SAYS}'); END",
        )
    op.execute(
        "CREATE TRIGGER leaving_said_once BEFORE UPDATE ON leaving WHEN OLD.ended_at IS NOT NULL "
        f"BEGIN SELECT RAISE(ABORT, 'leaving {SAYS}'); END",
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
    op.drop_table("leaving_step")
    op.drop_index(op.f("ix_leaving_referral_id"), table_name="leaving")
    op.drop_table("leaving")
    op.drop_index(op.f("ix_discharge_referral_id"), table_name="discharge")
    op.drop_table("discharge")
    if op.get_bind().dialect.name == "postgresql":
        for table, name, *_ in CHECKED:
            op.execute(f"DROP FUNCTION refuse_{name}_of_{table}()")
