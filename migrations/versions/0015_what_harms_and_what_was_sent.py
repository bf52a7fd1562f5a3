"""Partners' scores of harm, when returns are due and whose they are, and that one was sent. All added, never changed.

Revision: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

KEPT = ("harm_score", "return_setting", "return_sent")
SAYS = "is kept as it was"
TWO_NETWORKS = "in_one_network: of two networks"
_PERSON = (
    "SELECT 1 FROM person JOIN agency ON agency.id = person.agency_id "
    "WHERE person.id IN ({people}) AND agency.network_id <> NEW.network_id"
)
IN_ONE_NETWORK = {
    "harm_score": "SELECT 1 FROM person JOIN agency ON agency.id = person.agency_id WHERE person.id = NEW.scored_by_id "
    "AND (agency.network_id <> NEW.network_id OR agency.id <> NEW.agency_id)",
    "return_setting": _PERSON.format(people="NEW.owner_id, NEW.set_by_id"),
    "return_sent": _PERSON.format(people="NEW.sent_by_id")
    + " UNION ALL SELECT 1 FROM edition WHERE edition.id = NEW.edition_id AND edition.network_id <> NEW.network_id",
}


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _column(name: str, kind: object, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=nullable)  # type: ignore[arg-type]  # any type of a column


def _key(table: str, column: str, of: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{of}.id"], name=op.f(f"fk_{table}_{column}_{of}"))


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def upgrade() -> None:
    """Make the tables and guard them."""
    op.create_table(
        "harm_score",
        _column("network_id", _id()),
        _column("agency_id", _id()),
        _column("theme", sa.String(length=40)),
        _column("round_on", sa.Date()),
        _column("number", sa.Integer()),
        _column("score", sa.Integer()),
        _column("why", sa.Text()),
        _column("scored_by_id", _id()),
        _column("scored_at", sa.DateTime(timezone=True)),
        _column("id", _id()),
        _check("harm_score", "score", "score BETWEEN 0 AND 18"),
        _check("harm_score", "number", "number >= 1"),
        _check("harm_score", "theme", "theme IN ('mental_health', 'substance', 'nrpf', 'children', 'access')"),
        _key("harm_score", "network_id", "network"),
        _key("harm_score", "agency_id", "agency"),
        _key("harm_score", "scored_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_harm_score")),
        sa.UniqueConstraint(
            "agency_id", "theme", "round_on", "number", name=op.f("uq_harm_score_agency_id_theme_round_on_number")
        ),
    )
    op.create_index(op.f("ix_harm_score_network_id"), "harm_score", ["network_id"], unique=False)
    op.create_table(
        "return_setting",
        _column("network_id", _id()),
        _column("kind", sa.String(length=40)),
        _column("number", sa.Integer()),
        _column("days", sa.Integer()),
        _column("owner_id", _id()),
        _column("set_by_id", _id()),
        _column("set_at", sa.DateTime(timezone=True)),
        _column("id", _id()),
        _check("return_setting", "days", "days BETWEEN 1 AND 200"),
        _check("return_setting", "number", "number >= 1"),
        _key("return_setting", "network_id", "network"),
        _key("return_setting", "owner_id", "person"),
        _key("return_setting", "set_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_setting")),
        sa.UniqueConstraint("network_id", "kind", "number", name=op.f("uq_return_setting_network_id_kind_number")),
    )
    op.create_table(
        "return_sent",
        _column("network_id", _id()),
        _column("kind", sa.String(length=40)),
        _column("since", sa.Date()),
        _column("until", sa.Date()),
        _column("number", sa.Integer()),
        _column("sent_on", sa.Date()),
        _column("sent_to", sa.String(length=200)),
        _column("edition_id", _id(), nullable=True),
        _column("sent_by_id", _id()),
        _column("recorded_at", sa.DateTime(timezone=True)),
        _column("id", _id()),
        _check("return_sent", "ends_no_earlier_than_it_begins", "since <= until"),
        _check("return_sent", "number", "number >= 1"),
        _check("return_sent", "says_to_whom", "length(sent_to) >= 3"),
        _key("return_sent", "network_id", "network"),
        _key("return_sent", "edition_id", "edition"),
        _key("return_sent", "sent_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_sent")),
        sa.UniqueConstraint(
            "network_id", "kind", "since", "number", name=op.f("uq_return_sent_network_id_kind_since_number")
        ),
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
    for table in reversed(KEPT):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table in IN_ONE_NETWORK:
            op.execute(f"DROP FUNCTION {table}_in_one_network()")
