"""What follows matching: rules, runs, offers, overrides, moves, moving on, turn-aways, searches.

A column added to a table that has rows begins with a value for them; new rows are given theirs by the application.

Revision: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables and add the columns."""
    op.create_table(
        "match_run",
        sa.Column("network_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("problem", sa.JSON(), nullable=False),
        sa.Column("problem_digest", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("placed", sa.Integer(), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("seconds >= 0", name=op.f("ck_match_run_seconds")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_match_run_made_by_id_person")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_match_run_network_id_network")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_run")),
        sa.UniqueConstraint("ref", name=op.f("uq_match_run_ref")),
    )
    op.create_index(op.f("ix_match_run_network_id_made_at"), "match_run", ["network_id", "made_at"], unique=False)
    op.create_table(
        "once",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=43), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("led_to", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_once_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_once")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_once_person_id_key")),
    )
    op.create_index(op.f("ix_once_at"), "once", ["at"], unique=False)
    op.create_table(
        "rule_set",
        sa.Column("network_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("strictness", sa.JSON(), nullable=False),
        sa.Column("days_ahead", sa.Integer(), nullable=False),
        sa.Column("round_the_clock_from", sa.JSON(), nullable=False),
        sa.Column("goals", sa.JSON(), nullable=False),
        sa.Column("hold_hours", sa.Integer(), nullable=False),
        sa.Column("hold_hours_longest", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("days_ahead BETWEEN 0 AND 28", name=op.f("ck_rule_set_days_ahead")),
        sa.CheckConstraint("hold_hours >= 1 AND hold_hours <= hold_hours_longest", name=op.f("ck_rule_set_hold_hours")),
        sa.CheckConstraint("hold_hours_longest <= 168", name=op.f("ck_rule_set_hold_hours_longest")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_rule_set_version")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_rule_set_made_by_id_person")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_rule_set_network_id_network")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_set")),
        sa.UniqueConstraint("network_id", "version", name=op.f("uq_rule_set_network_id_version")),
    )
    op.create_table(
        "exclusion",
        sa.Column("refuge_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_exclusion_made_by_id_person")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_exclusion_referral_id_referral")),
        sa.ForeignKeyConstraint(["refuge_id"], ["refuge.id"], name=op.f("fk_exclusion_refuge_id_refuge")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusion")),
    )
    op.create_index(op.f("ix_exclusion_referral_id"), "exclusion", ["referral_id"], unique=False)
    op.create_index(op.f("ix_exclusion_refuge_id_referral_id"), "exclusion", ["refuge_id", "referral_id"], unique=False)
    op.create_table(
        "search",
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked", sa.String(length=120), nullable=False),
        sa.Column("area", sa.String(length=9), nullable=False),
        sa.Column("result", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("searched_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_search_referral_id_referral")),
        sa.ForeignKeyConstraint(["searched_by_id"], ["person.id"], name=op.f("fk_search_searched_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search")),
    )
    op.create_index(op.f("ix_search_referral_id"), "search", ["referral_id"], unique=False)
    op.create_table(
        "taking_over",
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("taken_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["from_agency_id"], ["agency.id"], name=op.f("fk_taking_over_from_agency_id_agency")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_taking_over_referral_id_referral")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["person.id"], name=op.f("fk_taking_over_taken_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taking_over")),
        sa.UniqueConstraint("referral_id", name=op.f("uq_taking_over_referral_id")),
    )
    op.create_index(op.f("ix_taking_over_from_agency_id"), "taking_over", ["from_agency_id"], unique=False)
    op.create_table(
        "turn_away",
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ended_by", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("contributing", sa.JSON(), nullable=False),
        sa.Column("proposed", sa.String(length=40), nullable=False),
        sa.Column("barriers", sa.JSON(), nullable=False),
        sa.Column("could_have", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column(
            "found_elsewhere",
            sa.Enum(
                "not_asked",
                "no",
                "yes",
                name="found_elsewhere_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("reason <> 'O01' OR note <> ''", name=op.f("ck_turn_away_other_says_what")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_turn_away_decided_by_id_person")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_turn_away_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turn_away")),
        sa.UniqueConstraint("ref", name=op.f("uq_turn_away_ref")),
        sa.UniqueConstraint("referral_id", name=op.f("uq_turn_away_referral_id")),
    )
    op.create_index(op.f("ix_turn_away_ended_by"), "turn_away", ["ended_by"], unique=False)
    op.create_index(op.f("ix_turn_away_reason"), "turn_away", ["reason"], unique=False)
    op.create_table(
        "waiting_review",
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("set_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_waiting_review_referral_id_referral")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_waiting_review_set_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_review")),
        sa.UniqueConstraint("referral_id", name=op.f("uq_waiting_review_referral_id")),
    )
    op.create_table(
        "bed_move",
        sa.Column("from_stay_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("to_stay_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("moved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("second_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("from_stay_id <> to_stay_id", name=op.f("ck_bed_move_two_stays")),
        sa.CheckConstraint(
            "second_id IS NULL OR second_id <> moved_by_id", name=op.f("ck_bed_move_second_is_somebody_else")
        ),
        sa.ForeignKeyConstraint(["second_id"], ["person.id"], name=op.f("fk_bed_move_second_id_person")),
        sa.ForeignKeyConstraint(["from_stay_id"], ["stay.id"], name=op.f("fk_bed_move_from_stay_id_stay")),
        sa.ForeignKeyConstraint(["moved_by_id"], ["person.id"], name=op.f("fk_bed_move_moved_by_id_person")),
        sa.ForeignKeyConstraint(["to_stay_id"], ["stay.id"], name=op.f("fk_bed_move_to_stay_id_stay")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bed_move")),
        sa.UniqueConstraint("from_stay_id", name=op.f("uq_bed_move_from_stay_id")),
        sa.UniqueConstraint("to_stay_id", name=op.f("uq_bed_move_to_stay_id")),
    )
    op.create_table(
        "move_on",
        sa.Column("stay_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("destination", sa.String(length=40), nullable=False),
        sa.Column("planned", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_move_on_recorded_by_id_person")),
        sa.ForeignKeyConstraint(["stay_id"], ["stay.id"], name=op.f("fk_move_on_stay_id_stay")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_on")),
        sa.UniqueConstraint("stay_id", name=op.f("uq_move_on_stay_id")),
    )
    op.create_table(
        "offer",
        sa.Column("hold_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_how", sa.String(length=40), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "open",
                "accepted",
                "declined",
                "no_answer",
                "withdrawn",
                name="answer_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decline_reason", sa.String(length=40), nullable=False),
        sa.Column("her_words", sa.Text(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(answer = 'open') = (answered_at IS NULL)", name=op.f("ck_offer_says_when_it_was_answered")
        ),
        sa.CheckConstraint(
            "answer <> 'declined' OR decline_reason <> ''", name=op.f("ck_offer_says_why_it_was_declined")
        ),
        sa.ForeignKeyConstraint(["answered_to_id"], ["person.id"], name=op.f("fk_offer_answered_to_id_person")),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_offer_hold_id_hold")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_offer_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("ref", name=op.f("uq_offer_ref")),
    )
    op.create_index(op.f("ix_offer_hold_id"), "offer", ["hold_id"], unique=False)
    op.create_table(
        "override",
        sa.Column("hold_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("barriers", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("second_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
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
    op.add_column("hold", sa.Column("reason", sa.String(length=200), nullable=False, server_default=""))
    op.add_column("hold", sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("hold", sa.Column("lapsed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("referral", sa.Column("harm", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("referral", sa.Column("harm_asked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("refuge", sa.Column("excludes", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("refuge", sa.Column("turnaround_days", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("stay", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    """Drop the columns and the tables."""
    op.drop_column("stay", "version")
    op.drop_column("refuge", "turnaround_days")
    op.drop_column("refuge", "excludes")
    op.drop_column("referral", "harm_asked")
    op.drop_column("referral", "harm")
    op.drop_column("hold", "lapsed_at")
    op.drop_column("hold", "renewed_at")
    op.drop_column("hold", "reason")
    op.drop_table("override")
    op.drop_index(op.f("ix_offer_hold_id"), table_name="offer")
    op.drop_table("offer")
    op.drop_table("move_on")
    op.drop_table("bed_move")
    op.drop_table("waiting_review")
    op.drop_index(op.f("ix_turn_away_reason"), table_name="turn_away")
    op.drop_index(op.f("ix_turn_away_ended_by"), table_name="turn_away")
    op.drop_table("turn_away")
    op.drop_index(op.f("ix_taking_over_from_agency_id"), table_name="taking_over")
    op.drop_table("taking_over")
    op.drop_index(op.f("ix_search_referral_id"), table_name="search")
    op.drop_table("search")
    op.drop_index(op.f("ix_exclusion_refuge_id_referral_id"), table_name="exclusion")
    op.drop_index(op.f("ix_exclusion_referral_id"), table_name="exclusion")
    op.drop_table("exclusion")
    op.drop_table("rule_set")
    op.drop_index(op.f("ix_once_at"), table_name="once")
    op.drop_table("once")
    op.drop_index(op.f("ix_match_run_network_id_made_at"), table_name="match_run")
    op.drop_table("match_run")
