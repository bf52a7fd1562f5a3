"""Who was asked and about what exactly; turn-aways taken back; why holds ended; dated limits; runs that can be erased.

An override becomes a question to a second person. What it passed was kept as kinds of barrier only, so that a hold which
stands now has to be made again before she is admitted past one: no fact is taken for decided that nobody looked at.

Revision: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SAYS = "is kept as it was"
KEPT = {"refuge_change": ("update", "delete"), "match_run_content": ("update",), "asked_fact": ("update", "delete")}
"""Rows that nobody changes. What a run was about can be erased, not changed."""
STANDING = "CREATE UNIQUE INDEX uq_turn_away_standing ON turn_away (referral_id) WHERE taken_back_at IS NULL"


def upgrade() -> None:
    """Make the tables and the guards, and move what there is."""
    _make_askings()
    _move_overrides()
    _make_changes()
    _make_contents()
    op.add_column("hold", sa.Column("release_reason", sa.String(length=40), nullable=False, server_default=""))
    _let_turn_aways_be_taken_back()
    _keep()


def _make_askings() -> None:
    about = sa.Enum(
        "hold", "move", "checks", name="about_is_known", native_enum=False, create_constraint=True, length=40
    )
    op.create_table(
        "asking",
        sa.Column("about", about, nullable=False),
        sa.Column("referral_id", NUMBER, nullable=False),
        sa.Column("bed_id", NUMBER, nullable=False),
        sa.Column("hold_id", NUMBER, nullable=True),
        sa.Column("stay_id", NUMBER, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", NUMBER, nullable=False),
        sa.Column("second_id", NUMBER, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint("length(reason) >= 10", name=op.f("ck_asking_says_why")),
        sa.CheckConstraint("second_id <> by_id OR about = 'checks'", name=op.f("ck_asking_second_is_somebody_else")),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (agrees IS NULL)", name=op.f("ck_asking_says_when_it_was_answered")
        ),
        sa.CheckConstraint("(about = 'hold') = (hold_id IS NOT NULL)", name=op.f("ck_asking_a_hold_is_of_a_hold")),
        sa.CheckConstraint("(about = 'move') = (stay_id IS NOT NULL)", name=op.f("ck_asking_a_move_is_of_a_stay")),
        sa.ForeignKeyConstraint(["bed_id"], ["bed.id"], name=op.f("fk_asking_bed_id_bed")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_asking_by_id_person")),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_asking_hold_id_hold")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_asking_referral_id_referral")),
        sa.ForeignKeyConstraint(["second_id"], ["person.id"], name=op.f("fk_asking_second_id_person")),
        sa.ForeignKeyConstraint(["stay_id"], ["stay.id"], name=op.f("fk_asking_stay_id_stay")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asking")),
        sa.UniqueConstraint("hold_id", name=op.f("uq_asking_hold_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_asking_ref")),
    )
    for column in ("referral_id", "second_id", "stay_id"):
        op.create_index(op.f(f"ix_asking_{column}"), "asking", [column], unique=False)
    op.create_table(
        "asked_fact",
        sa.Column("asking_id", NUMBER, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=12), nullable=False),
        sa.Column("says", sa.String(length=400), nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["asking_id"], ["asking.id"], name=op.f("fk_asked_fact_asking_id_asking")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked_fact")),
        sa.UniqueConstraint("asking_id", "code", "about", "says", name=op.f("uq_asked_fact_asking_id_code_about_says")),
    )


def _move_overrides() -> None:
    op.execute(
        "INSERT INTO asking (ref, about, referral_id, bed_id, hold_id, reason, by_id, second_id, at, agrees, answered_at) "
        "SELECT 'AQ-' || (10000 + override.id), 'hold', hold.referral_id, hold.bed_id, hold.id, override.reason, "
        "override.by_id, override.second_id, override.at, override.agrees, override.answered_at "
        "FROM override JOIN hold ON hold.id = override.hold_id ORDER BY override.id"
    )
    codes = (
        "json_each(override.barriers) AS barrier"
        if op.get_bind().dialect.name == "sqlite"
        else "json_array_elements_text(override.barriers) AS barrier(value)"
    )
    op.execute(
        "INSERT INTO asked_fact (asking_id, code, about, says) SELECT asking.id, barrier.value, '', '' "
        f"FROM override JOIN asking ON asking.hold_id = override.hold_id, {codes}"
    )
    op.drop_table("override")


def _make_changes() -> None:
    op.create_table(
        "refuge_change",
        sa.Column("refuge_id", NUMBER, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", NUMBER, nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_refuge_change_made_by_id_person")),
        sa.ForeignKeyConstraint(["refuge_id"], ["refuge.id"], name=op.f("fk_refuge_change_refuge_id_refuge")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refuge_change")),
        sa.UniqueConstraint("refuge_id", "version", name=op.f("uq_refuge_change_refuge_id_version")),
    )


def _make_contents() -> None:
    op.create_table(
        "match_run_content",
        sa.Column("run_id", NUMBER, nullable=False),
        sa.Column("problem", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["match_run.id"], name=op.f("fk_match_run_content_run_id_match_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_run_content")),
        sa.UniqueConstraint("run_id", name=op.f("uq_match_run_content_run_id")),
    )
    op.execute("INSERT INTO match_run_content (run_id, problem, answer) SELECT id, problem, answer FROM match_run")
    op.drop_column("match_run", "problem")
    op.drop_column("match_run", "answer")


def _let_turn_aways_be_taken_back() -> None:
    with op.batch_alter_table("turn_away") as table:
        table.add_column(sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("taken_back_by_id", NUMBER, nullable=True))
        table.add_column(sa.Column("taken_back_why", sa.String(length=400), nullable=False, server_default=""))
        table.drop_constraint(op.f("uq_turn_away_referral_id"), type_="unique")
        table.create_foreign_key(op.f("fk_turn_away_taken_back_by_id_person"), "person", ["taken_back_by_id"], ["id"])
        table.create_check_constraint(
            op.f("ck_turn_away_says_who_took_it_back"),
            "(taken_back_at IS NULL) = (taken_back_by_id IS NULL) "
            "AND (taken_back_at IS NULL OR length(taken_back_why) >= 10)",
        )
        table.create_index(op.f("ix_turn_away_referral_id"), ["referral_id"], unique=False)
    op.execute(STANDING)


def _keep() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, whats in KEPT.items():
            op.execute(
                f"CREATE TRIGGER kept BEFORE {' OR '.join(whats)} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_evidence()",
            )
        return
    for table, whats in KEPT.items():
        for what in whats:
            op.execute(
                f"CREATE TRIGGER {table}_kept_{what} BEFORE {what.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} {SAYS}'); END",
            )


def downgrade() -> None:
    """Take all of it back. Facts, changes and taken-back turn-aways that the tables before cannot hold are lost."""
    op.execute("DELETE FROM turn_away WHERE taken_back_at IS NOT NULL")
    op.execute("DROP INDEX uq_turn_away_standing")
    with op.batch_alter_table("turn_away") as table:
        table.drop_index(op.f("ix_turn_away_referral_id"))
        table.drop_constraint(op.f("ck_turn_away_says_who_took_it_back"), type_="check")
        table.drop_constraint(op.f("fk_turn_away_taken_back_by_id_person"), type_="foreignkey")
        table.drop_column("taken_back_why")
        table.drop_column("taken_back_by_id")
        table.drop_column("taken_back_at")
        table.create_unique_constraint(op.f("uq_turn_away_referral_id"), ["referral_id"])
    op.drop_column("hold", "release_reason")
    for column in ("problem", "answer"):
        op.add_column("match_run", sa.Column(column, sa.JSON(), nullable=False, server_default="{}"))
    op.drop_table("match_run_content")
    op.drop_table("refuge_change")
    _make_overrides()
    op.drop_table("asked_fact")
    op.drop_table("asking")


def _make_overrides() -> None:
    op.create_table(
        "override",
        sa.Column("hold_id", NUMBER, nullable=False),
        sa.Column("barriers", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", NUMBER, nullable=False),
        sa.Column("second_id", NUMBER, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (agrees IS NULL)", name=op.f("ck_override_says_when_the_second_answered")
        ),
        sa.CheckConstraint("length(reason) >= 10", name=op.f("ck_override_says_why")),
        sa.CheckConstraint("second_id <> by_id", name=op.f("ck_override_second_is_somebody_else")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_override_by_id_person")),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_override_hold_id_hold")),
        sa.ForeignKeyConstraint(["second_id"], ["person.id"], name=op.f("fk_override_second_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override")),
        sa.UniqueConstraint("hold_id", name=op.f("uq_override_hold_id")),
    )
    op.execute(
        "INSERT INTO override (hold_id, barriers, reason, by_id, second_id, at, agrees, answered_at) "
        "SELECT hold_id, '[]', reason, by_id, second_id, at, agrees, answered_at FROM asking WHERE about = 'hold'"
    )
