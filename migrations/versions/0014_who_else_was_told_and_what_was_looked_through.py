"""Who else was told of an incident that nobody closed, and that an officer looked through a week's sample of reads.

Both are kept as they were, on both engines: whom an incident went on to is of the agency that logged it, and a sample is
looked through once, by somebody of the agency whose reads it is made of.

Revision: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("incident_escalation", "privacy_sample")
SAYS = "is kept as it was"
CHECKED = (
    (
        "incident_escalation",
        "in_its_agency",
        (
            "SELECT 1 FROM incident JOIN person ON person.id = NEW.to_id WHERE incident.id = NEW.incident_id "
            "AND person.agency_id <> incident.agency_id"
        ),
        "in_its_agency: an incident of another agency",
    ),
    (
        "privacy_sample",
        "by_its_agency",
        "SELECT 1 FROM person WHERE person.id = NEW.looked_by_id AND person.agency_id <> NEW.agency_id",
        "by_its_agency: reads of another agency",
    ),
)


def upgrade() -> None:
    """Make the tables and guard them."""
    op.create_table(
        "incident_escalation",
        sa.Column("incident_id", NUMBER, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("to_id", NUMBER, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint("level BETWEEN 2 AND 3", name=op.f("ck_incident_escalation_level")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_escalation_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(["to_id"], ["person.id"], name=op.f("fk_incident_escalation_to_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_escalation")),
        sa.UniqueConstraint("incident_id", "level", name=op.f("uq_incident_escalation_incident_id_level")),
    )
    op.create_table(
        "privacy_sample",
        sa.Column("agency_id", NUMBER, nullable=False),
        sa.Column("week_on", sa.Date(), nullable=False),
        sa.Column("looked_by_id", NUMBER, nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint("NOT asked OR length(words) >= 10", name=op.f("ck_privacy_sample_says_what_was_asked")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_privacy_sample_agency_id_agency")),
        sa.ForeignKeyConstraint(["looked_by_id"], ["person.id"], name=op.f("fk_privacy_sample_looked_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_sample")),
        sa.UniqueConstraint("agency_id", "week_on", name=op.f("uq_privacy_sample_agency_id_week_on")),
    )
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_postgresql() -> None:
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_evidence()",
        )
    for table, name, query, says in CHECKED:
        op.execute(
            f"CREATE FUNCTION refuse_{name}_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF EXISTS ({query}) THEN RAISE EXCEPTION '{says}' USING ERRCODE = 'integrity_constraint_violation'; "
            "END IF; RETURN NEW; END $$",
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_{name}_of_{table}()",
        )


def _guard_sqlite() -> None:
    for table in TABLES:
        for what in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_kept_{what} BEFORE {what.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} {SAYS}'); END",
            )
    for table, name, query, says in CHECKED:
        op.execute(
            f"CREATE TRIGGER {table}_{name}_insert BEFORE INSERT ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{says}') WHERE EXISTS ({query}); END",
        )


def downgrade() -> None:
    """Take the tables away."""
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table, name, *_ in CHECKED:
            op.execute(f"DROP FUNCTION refuse_{name}_of_{table}()")
