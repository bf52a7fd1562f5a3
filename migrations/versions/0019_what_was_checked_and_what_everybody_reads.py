"""That a person compared the return's mapping with a year's form, and whether everybody reads what was published.

Both are added, never changed: a new version of the mapping, or another choice, is one more row.

Revision: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

TABLES = {"mapping_check": "checked_by_id", "public_page": "set_by_id"}
"""Each table, and who wrote its row."""
SAYS = "is kept as it was"
TWO_NETWORKS = "in_one_network: of two networks"
IN_ONE_NETWORK = {
    table: "SELECT 1 FROM person JOIN agency ON agency.id = person.agency_id "
    f"WHERE person.id = NEW.{person} AND agency.network_id <> NEW.network_id"
    for table, person in TABLES.items()
}


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _column(name: str, kind: object) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=False)  # type: ignore[arg-type]  # any type of a column


def _key(table: str, column: str, of: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{of}.id"], name=op.f(f"fk_{table}_{column}_{of}"))


def upgrade() -> None:
    """Make the tables and guard them."""
    op.create_table(
        "mapping_check",
        _column("network_id", _id()),
        _column("version", sa.String(length=40)),
        _column("year_on", sa.Date()),
        _column("checked_on", sa.Date()),
        _column("checked_by_id", _id()),
        _column("recorded_at", sa.DateTime(timezone=True)),
        _column("id", _id()),
        sa.CheckConstraint("length(version) >= 1", name=op.f("ck_mapping_check_version")),
        _key("mapping_check", "network_id", "network"),
        _key("mapping_check", "checked_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mapping_check")),
        sa.UniqueConstraint(
            "network_id", "version", "year_on", name=op.f("uq_mapping_check_network_id_version_year_on")
        ),
    )
    op.create_table(
        "public_page",
        _column("network_id", _id()),
        _column("number", sa.Integer()),
        _column("shown", sa.Boolean()),
        _column("set_by_id", _id()),
        _column("set_at", sa.DateTime(timezone=True)),
        _column("id", _id()),
        sa.CheckConstraint("number >= 1", name=op.f("ck_public_page_number")),
        _key("public_page", "network_id", "network"),
        _key("public_page", "set_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_page")),
        sa.UniqueConstraint("network_id", "number", name=op.f("uq_public_page_network_id_number")),
    )
    _guard()


def _guard() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, query in IN_ONE_NETWORK.items():
            op.execute(
                f"CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_evidence()",
            )
            op.execute(
                f"CREATE FUNCTION {table}_in_one_network() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF EXISTS ({query}) THEN RAISE EXCEPTION '{TWO_NETWORKS}' USING ERRCODE = 'check_violation'; END IF; "
                "RETURN NEW; END $$",
            )
            op.execute(
                f"CREATE TRIGGER in_one_network BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_in_one_network()",
            )
        return
    for table, query in IN_ONE_NETWORK.items():
        for what in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_kept_{what} BEFORE {what.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} {SAYS}'); END",
            )
        op.execute(
            f"CREATE TRIGGER {table}_in_one_network_insert BEFORE INSERT ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{TWO_NETWORKS}') WHERE EXISTS ({query}); END",
        )


def downgrade() -> None:
    """Take the tables away."""
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"DROP FUNCTION {table}_in_one_network()")
