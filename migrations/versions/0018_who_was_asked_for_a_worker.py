"""Which agency was asked for a worker for a resident, and who was asked what she thinks of us, with the guards of both engines.

What was asked never changes, what was answered or taken back is kept as it was, and no question is deleted. Who was named
works for the agency that was asked, and sees the woman it was asked about. A form for what somebody thinks of us takes
one answer: that it was used is kept. What was said about a step of leaving has a version. Everything is of one network.

Revision: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = "answered_at IS NULL AND taken_back_at IS NULL"
DISCIPLINES = ("recovery_worker", "mental_health_practitioner", "therapist", "support_worker")
_FIXED = (
    "referral_id", "from_agency_id", "to_agency_id", "discipline", "words", "how_given", "share_until_at", "asked_by_id",
    "asked_at",
)  # fmt: skip
SAYS = "worker_asking is kept as it was"
CHECKED = (
    (
        "in_one_network",
        (
            "SELECT 1 FROM referral JOIN agency ON agency.id IN (NEW.from_agency_id, NEW.to_agency_id) "
            "WHERE referral.id = NEW.referral_id AND agency.network_id <> referral.network_id"
        ),
        "in_one_network: of two networks",
    ),
    (
        "answered_by_whom_it_asks",
        (
            "SELECT 1 FROM person WHERE person.id = NEW.answered_by_id AND person.agency_id <> NEW.to_agency_id "
            "UNION ALL SELECT 1 FROM worker_allocation JOIN worker ON worker.id = worker_allocation.worker_id "
            "WHERE worker_allocation.id = NEW.allocation_id AND "
            "(worker.agency_id <> NEW.to_agency_id OR worker_allocation.referral_id <> NEW.referral_id)"
        ),
        "answered_by_whom_it_asks: another agency, or about somebody else",
    ),
)


def upgrade() -> None:
    """Make the table and guard it."""
    op.create_table(
        "worker_asking",
        sa.Column("referral_id", NUMBER, nullable=False),
        sa.Column("from_agency_id", NUMBER, nullable=False),
        sa.Column("to_agency_id", NUMBER, nullable=False),
        sa.Column(
            "discipline",
            sa.Enum(*DISCIPLINES, name="discipline_is_known", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("how_given", sa.String(length=40), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("share_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by_id", NUMBER, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", NUMBER, nullable=True),
        sa.Column("allocation_id", NUMBER, nullable=True),
        sa.Column("declined", sa.String(length=40), nullable=False),
        sa.Column("answer_words", sa.String(length=400), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by_id", NUMBER, nullable=True),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint("from_agency_id <> to_agency_id", name=op.f("ck_worker_asking_asks_another")),
        sa.CheckConstraint("length(words) >= 3", name=op.f("ck_worker_asking_says_what_for")),
        sa.CheckConstraint("how_given <> ''", name=op.f("ck_worker_asking_says_how_she_agreed")),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by_id IS NULL)", name=op.f("ck_worker_asking_says_who_answered")
        ),
        sa.CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_by_id IS NULL)", name=op.f("ck_worker_asking_says_who_took_it_back")
        ),
        sa.CheckConstraint(
            "answered_at IS NULL OR taken_back_at IS NULL", name=op.f("ck_worker_asking_answered_or_taken_back")
        ),
        sa.CheckConstraint(
            "(answered_at IS NOT NULL AND allocation_id IS NOT NULL AND declined = '')"
            " OR (answered_at IS NOT NULL AND allocation_id IS NULL AND declined <> '')"
            " OR (answered_at IS NULL AND allocation_id IS NULL AND declined = '')",
            name=op.f("ck_worker_asking_accepted_or_declined"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_worker_asking_{column}_{table}"))
            for column, table in (
                ("referral_id", "referral"), ("from_agency_id", "agency"), ("to_agency_id", "agency"),
                ("asked_by_id", "person"), ("answered_by_id", "person"), ("taken_back_by_id", "person"),
                ("allocation_id", "worker_allocation"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_asking")),
        sa.UniqueConstraint("ref", name=op.f("uq_worker_asking_ref")),
    )  # fmt: skip
    for column in ("referral_id", "from_agency_id", "to_agency_id"):
        op.create_index(op.f(f"ix_worker_asking_{column}"), "worker_asking", [column], unique=False)
    op.create_index(
        "uq_worker_asking_open", "worker_asking", ["referral_id", "to_agency_id", "discipline"],
        unique=True, sqlite_where=sa.text(OPEN), postgresql_where=sa.text(OPEN),
    )  # fmt: skip
    op.create_table(
        "feedback_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("network_id", NUMBER, nullable=False),
        sa.Column("agency_id", NUMBER, nullable=False),
        sa.Column(
            "giver",
            sa.Enum("resident", "partner", name="giver_is_known", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("made_by_id", NUMBER, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint("expires_at > made_at", name=op.f("ck_feedback_link_ends_after_it_begins")),
        sa.CheckConstraint(
            "used_at IS NULL OR (used_at >= made_at AND used_at < expires_at)",
            name=op.f("ck_feedback_link_used_in_time"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_feedback_link_{column}_{table}"))
            for column, table in (("network_id", "network"), ("agency_id", "agency"), ("made_by_id", "person"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feedback_link_token_hash")),
    )
    op.create_index(op.f("ix_feedback_link_agency_id"), "feedback_link", ["agency_id"], unique=False)
    op.add_column("leaving_step", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _changed(differs: str, whole: str) -> str:
    over = "OLD.answered_at IS NOT NULL OR OLD.taken_back_at IS NOT NULL"
    return " OR ".join((over, whole, *(f"NEW.{column} {differs} OLD.{column}" for column in _FIXED)))


def _guard_postgresql() -> None:
    op.execute(
        "CREATE TRIGGER kept BEFORE DELETE ON worker_asking FOR EACH ROW EXECUTE FUNCTION refuse_change_of_evidence()",
    )
    op.execute(
        "CREATE TRIGGER used_once BEFORE UPDATE ON feedback_link FOR EACH ROW "
        "WHEN (OLD.used_at IS NOT NULL OR NEW.expires_at IS DISTINCT FROM OLD.expires_at OR "
        "NEW.agency_id <> OLD.agency_id) EXECUTE FUNCTION refuse_change_of_evidence()",
    )
    changed = _changed("IS DISTINCT FROM", "NEW.categories::text <> OLD.categories::text")
    op.execute(
        "CREATE TRIGGER asked_once BEFORE UPDATE ON worker_asking FOR EACH ROW "
        f"WHEN ({changed}) EXECUTE FUNCTION refuse_change_of_evidence()",
    )
    for name, query, says in CHECKED:
        op.execute(
            f"CREATE FUNCTION refuse_{name}_of_worker_asking() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF EXISTS ({query}) THEN RAISE EXCEPTION '{says}' USING ERRCODE = 'integrity_constraint_violation'; "
            "END IF; RETURN NEW; END $$",
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON worker_asking "
            f"FOR EACH ROW EXECUTE FUNCTION refuse_{name}_of_worker_asking()",
        )


def _guard_sqlite() -> None:
    op.execute(
        f"CREATE TRIGGER worker_asking_kept_delete BEFORE DELETE ON worker_asking "
        f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END",
    )
    op.execute(
        "CREATE TRIGGER worker_asking_asked_once BEFORE UPDATE ON worker_asking "
        f"WHEN {_changed('IS NOT', 'NEW.categories <> OLD.categories')} BEGIN SELECT RAISE(ABORT, '{SAYS}'); END",
    )
    op.execute(
        "CREATE TRIGGER feedback_link_used_once BEFORE UPDATE ON feedback_link WHEN OLD.used_at IS NOT NULL OR "
        "NEW.expires_at <> OLD.expires_at OR NEW.agency_id <> OLD.agency_id "
        "BEGIN SELECT RAISE(ABORT, 'feedback_link is kept as it was'); END",
    )
    for name, query, says in CHECKED:
        for when in ("insert", "update"):
            op.execute(
                f"CREATE TRIGGER worker_asking_{name}_{when} BEFORE {when.upper()} ON worker_asking "
                f"BEGIN SELECT RAISE(ABORT, '{says}') WHERE EXISTS ({query}); END",
            )


def downgrade() -> None:
    """Take the table away."""
    op.drop_column("leaving_step", "version")
    op.drop_table("feedback_link")
    op.drop_table("worker_asking")
    if op.get_bind().dialect.name == "postgresql":
        for name, *_ in CHECKED:
            op.execute(f"DROP FUNCTION refuse_{name}_of_worker_asking()")
