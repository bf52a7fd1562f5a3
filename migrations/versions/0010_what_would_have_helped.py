"""What would have helped: replays that were asked for, one under way in a network at a time, and what changes cost.

Revision: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "change_cost",
        sa.Column("network_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "one_more_bed",
                "step_free",
                "funded_places",
                "son_age_limit",
                "high_support_places",
                "round_the_clock",
                name="kind_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("pounds", sa.Integer(), nullable=False),
        sa.Column("gives", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("set_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("gives BETWEEN 1 AND 20", name=op.f("ck_change_cost_gives")),
        sa.CheckConstraint("length(source) >= 5", name=op.f("ck_change_cost_says_where_it_is_from")),
        sa.CheckConstraint("pounds BETWEEN 0 AND 10000000", name=op.f("ck_change_cost_pounds")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_change_cost_network_id_network")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_change_cost_set_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_cost")),
        sa.UniqueConstraint("network_id", "kind", "version", name=op.f("uq_change_cost_network_id_kind_version")),
    )
    op.create_table(
        "replay",
        sa.Column("network_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("draws", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "failed",
                name="state_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(length=300), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(state = 'done') = (ended_at IS NOT NULL AND failure = '')", name=op.f("ck_replay_says_when_it_was_done")
        ),
        sa.CheckConstraint("(state = 'failed') = (failure <> '')", name=op.f("ck_replay_says_why_it_failed")),
        sa.CheckConstraint(
            "published_at IS NULL OR state = 'done'", name=op.f("ck_replay_only_what_is_done_is_published")
        ),
        sa.CheckConstraint(
            "(published_at IS NULL) = (published_by_id IS NULL)", name=op.f("ck_replay_says_who_published_it")
        ),
        sa.CheckConstraint("done BETWEEN 0 AND steps", name=op.f("ck_replay_done")),
        sa.CheckConstraint("draws BETWEEN 0 AND 50", name=op.f("ck_replay_draws")),
        sa.CheckConstraint("first <= last", name=op.f("ck_replay_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_replay_asked_by_id_person")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_replay_network_id_network")),
        sa.ForeignKeyConstraint(["published_by_id"], ["person.id"], name=op.f("fk_replay_published_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay")),
        sa.UniqueConstraint("ref", name=op.f("uq_replay_ref")),
    )
    op.create_index(op.f("ix_replay_network_id"), "replay", ["network_id"], unique=False)
    op.create_index(
        "uq_replay_under_way",
        "replay",
        ["network_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting', 'running')"),
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("replay")
    op.drop_table("change_cost")
