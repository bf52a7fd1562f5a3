"""What was published of the figures, frozen; targets and judgements beside it; and a role that reads nothing but the first.

An edition, its tables and its working are added, never changed; so are targets and judgements. On PostgreSQL the role
`allocations_published` may read `edition` and `edition_table` and nothing else; commissioners' pages act as it. Who runs the
migration must be allowed to make a role, or the role must be there already with this user as a member of it.

Revision: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

TABLES = ("edition", "edition_table", "edition_working", "kpi_target", "kpi_judgement")
ROLE = "allocations_published"
PUBLISHED = ("edition", "edition_table")
KEPT = ("edition", "edition_table", "edition_working", "kpi_target", "kpi_judgement")
SAYS = "is kept as it was"
TWO_NETWORKS = "in_one_network: of two networks"
_OF_PERSON = (
    "SELECT 1 FROM person JOIN agency ON agency.id = person.agency_id "
    "WHERE person.id = NEW.{column} AND agency.network_id <> NEW.network_id"
)
IN_ONE_NETWORK = {
    "kpi_target": _OF_PERSON.format(column="set_by_id"),
    "kpi_judgement": _OF_PERSON.format(column="judged_by_id"),
}
MAKE_ROLE = f"""
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN CREATE ROLE {ROLE} NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""
JOIN_ROLE = f"""
DO $$ BEGIN
  IF NOT pg_has_role(current_user, '{ROLE}', 'MEMBER') THEN EXECUTE format('GRANT {ROLE} TO %I', current_user); END IF;
END $$
"""


def upgrade() -> None:
    """Make the tables, guard them, and let the narrow role read what is published."""
    op.create_table(
        "edition",
        sa.Column("network_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("code_version", sa.String(length=64), nullable=False),
        sa.Column("definitions_version", sa.String(length=40), nullable=False),
        sa.Column("change_note", sa.Text(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("number = 1 OR length(change_note) >= 10", name=op.f("ck_edition_says_what_was_corrected")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_edition_number")),
        sa.CheckConstraint("since <= until", name=op.f("ck_edition_ends_no_earlier_than_it_begins")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_edition_network_id_network")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint(
            "network_id", "since", "until", "number", name=op.f("uq_edition_network_id_since_until_number")
        ),
        sa.UniqueConstraint("ref", name=op.f("uq_edition_ref")),
    )
    op.create_table(
        "edition_table",
        sa.Column("edition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("profile", sa.String(length=20), nullable=False),
        sa.Column("table_key", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_edition_table_edition_id_edition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition_table")),
        sa.UniqueConstraint(
            "edition_id", "profile", "table_key", name=op.f("uq_edition_table_edition_id_profile_table_key")
        ),
    )
    op.create_table(
        "edition_working",
        sa.Column("edition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_edition_working_edition_id_edition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition_working")),
        sa.UniqueConstraint("edition_id", name=op.f("uq_edition_working_edition_id")),
    )
    op.create_table(
        "kpi_target",
        sa.Column("network_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("target", sa.Double(), nullable=False),
        sa.Column("amber", sa.Double(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("set_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("amber >= 0", name=op.f("ck_kpi_target_amber")),
        sa.CheckConstraint("length(why) >= 3", name=op.f("ck_kpi_target_says_why")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_kpi_target_network_id_network")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_kpi_target_set_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kpi_target")),
        sa.UniqueConstraint("network_id", "code", "from_on", name=op.f("uq_kpi_target_network_id_code_from_on")),
    )
    op.create_table(
        "kpi_judgement",
        sa.Column("network_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column(
            "judged",
            sa.Enum(
                "green", "amber", "red", name="judged_is_known", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("judged_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("length(reason) >= 10", name=op.f("ck_kpi_judgement_says_why")),
        sa.CheckConstraint("since <= until", name=op.f("ck_kpi_judgement_ends_no_earlier_than_it_begins")),
        sa.ForeignKeyConstraint(["judged_by_id"], ["person.id"], name=op.f("fk_kpi_judgement_judged_by_id_person")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_kpi_judgement_network_id_network")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kpi_judgement")),
    )
    op.create_index(
        op.f("ix_kpi_judgement_network_id_code_since"), "kpi_judgement", ["network_id", "code", "since"], unique=False
    )

    _guard()


def _guard() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in KEPT:
            op.execute(
                f"CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_evidence()",
            )
        for table, query in IN_ONE_NETWORK.items():
            op.execute(
                f"CREATE FUNCTION {table}_in_one_network() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF EXISTS ({query}) THEN RAISE EXCEPTION '{TWO_NETWORKS}' USING ERRCODE = 'check_violation'; END IF; "
                "RETURN NEW; END $$",
            )
            op.execute(
                f"CREATE TRIGGER in_one_network BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_in_one_network()",
            )
        for statement in (MAKE_ROLE, JOIN_ROLE, f"GRANT SELECT ON {', '.join(PUBLISHED)} TO {ROLE}"):
            op.execute(statement)
        return
    for table in KEPT:
        for what in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_kept_{what} BEFORE {what.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} {SAYS}'); END",
            )
    for table, query in IN_ONE_NETWORK.items():
        op.execute(
            f"CREATE TRIGGER {table}_in_one_network_insert BEFORE INSERT ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{TWO_NETWORKS}') WHERE EXISTS ({query}); END",
        )


def downgrade() -> None:
    """Take the tables away. The role stays, without a grant here: another database of the server may use it."""
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table in IN_ONE_NETWORK:
            op.execute(f"DROP FUNCTION {table}_in_one_network()")
