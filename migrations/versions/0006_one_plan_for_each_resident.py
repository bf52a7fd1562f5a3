"""Support plans: what they ask for, who works on them, who may read what; and the guards of these, on both engines.

What was written as evidence (changes, agreements, progress, reviews, notes, what was agreed to be shared) is added, never
changed. A basis for sharing can only be withdrawn; it is never for longer than a year. A broken glass can only be reviewed.
Every record of a plan is of an agency of the referral's own network. A plan opens for each stay that is there already.

Revision: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

KEPT = (
    "plan_change", "plan_agreement", "plan_progress", "plan_review", "plan_note", "shared_category",
)  # fmt: skip
SAYS = "is kept as it was"
OWNED = (
    "session_need", "support_plan", "plan_change", "plan_area", "plan_goal", "plan_action", "plan_progress", "plan_review",
    "plan_note", "apart_record", "broken_glass",
)  # fmt: skip
"""Tables with `referral_id` and `agency_id`."""
_OF_AGENCY = (
    "SELECT 1 FROM agency JOIN referral ON referral.id = NEW.referral_id "
    "WHERE agency.id = NEW.{column} AND agency.network_id <> referral.network_id"
)
_OF_WORKER = (
    "SELECT 1 FROM worker JOIN referral ON referral.id = NEW.referral_id "
    "WHERE worker.id = NEW.worker_id AND worker.network_id <> referral.network_id"
)
IN_ONE_NETWORK = {
    **{table: ("referral_id, agency_id", _OF_AGENCY.format(column="agency_id")) for table in OWNED},
    "sharing": ("referral_id, to_agency_id", _OF_AGENCY.format(column="to_agency_id")),
    "worker_allocation": ("referral_id, worker_id", _OF_WORKER),
}
TWO_NETWORKS = "in_one_network: of two networks"
ONLY_ONCE = {"sharing": "withdrawn_at", "broken_glass": "reviewed_at"}
"""The tables of which one thing can be said later, once, and nothing else."""
FIXED = {
    "sharing": (
        "referral_id", "to_agency_id", "basis", "purpose", "from_at", "until_at", "how_given", "why_necessary",
        "why_proportionate", "decided_by_id", "told_her", "recorded_by_id", "recorded_at",
    ),
    "broken_glass": ("referral_id", "person_id", "agency_id", "reason", "words", "at", "until_at"),
}  # fmt: skip
NOT_FOR_EVER = "sharing_not_for_ever: longer than a year"


def upgrade() -> None:
    """Make the tables and guard them."""
    op.execute(
        "ALTER TABLE network ADD COLUMN plan_due_days INTEGER NOT NULL DEFAULT 5 "
        "CONSTRAINT ck_network_plan_due_days CHECK (plan_due_days BETWEEN 1 AND 30)",
    )
    op.create_index(op.f("ix_audit_event_subject_ref"), "audit_event", ["subject_ref"], unique=False)
    op.create_table(
        "privacy_alert",
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "broken_glass",
                "sealed_note",
                name="kind_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("about_ref", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_privacy_alert_agency_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_alert")),
    )
    op.create_index(op.f("ix_privacy_alert_agency_id"), "privacy_alert", ["agency_id"], unique=False)
    op.create_table(
        "network_area",
        sa.Column("network_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
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
        sa.Column("added_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_network_area_added_by_id_person")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_network_area_network_id_network")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_area")),
        sa.UniqueConstraint("network_id", "code", name=op.f("uq_network_area_network_id_code")),
        sa.UniqueConstraint("network_id", "label", name=op.f("uq_network_area_network_id_label")),
    )
    op.create_table(
        "privacy_officer",
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("named_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_privacy_officer_agency_id_agency")),
        sa.ForeignKeyConstraint(["named_by_id"], ["person.id"], name=op.f("fk_privacy_officer_named_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_privacy_officer_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_officer")),
        sa.UniqueConstraint("agency_id", name=op.f("uq_privacy_officer_agency_id")),
    )
    op.create_index(op.f("ix_privacy_officer_person_id"), "privacy_officer", ["person_id"], unique=False)
    op.create_table(
        "apart_record",
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("changed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
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
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_apart_record_agency_id_agency")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["person.id"], name=op.f("fk_apart_record_changed_by_id_person")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_apart_record_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_apart_record")),
        sa.UniqueConstraint(
            "referral_id", "agency_id", "category", name=op.f("uq_apart_record_referral_id_agency_id_category")
        ),
    )
    op.create_index(op.f("ix_apart_record_referral_id"), "apart_record", ["referral_id"], unique=False)
    op.create_table(
        "broken_glass",
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "found",
            sa.Enum(
                "justified",
                "not_justified",
                name="found_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("review_words", sa.Text(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(reviewed_by_id IS NULL) = (reviewed_at IS NULL) AND (reviewed_by_id IS NULL) = (found IS NULL)",
            name=op.f("ck_broken_glass_says_what_the_review_found"),
        ),
        sa.CheckConstraint("length(words) >= 10", name=op.f("ck_broken_glass_says_why")),
        sa.CheckConstraint(
            "reviewed_by_id IS NULL OR reviewed_by_id <> person_id",
            name=op.f("ck_broken_glass_reviewed_by_somebody_else"),
        ),
        sa.CheckConstraint("until_at > at", name=op.f("ck_broken_glass_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_broken_glass_agency_id_agency")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_broken_glass_person_id_person")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_broken_glass_referral_id_referral")),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["person.id"], name=op.f("fk_broken_glass_reviewed_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broken_glass")),
        sa.UniqueConstraint("ref", name=op.f("uq_broken_glass_ref")),
    )
    op.create_index(op.f("ix_broken_glass_agency_id"), "broken_glass", ["agency_id"], unique=False)
    op.create_index(op.f("ix_broken_glass_person_id_until_at"), "broken_glass", ["person_id", "until_at"], unique=False)
    op.create_index(op.f("ix_broken_glass_referral_id"), "broken_glass", ["referral_id"], unique=False)
    op.create_table(
        "plan_agreement",
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("how", sa.String(length=40), nullable=False),
        sa.Column("her_words", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_plan_agreement_by_id_person")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_plan_agreement_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_agreement")),
    )
    op.create_index(
        op.f("ix_plan_agreement_referral_id_number"), "plan_agreement", ["referral_id", "number"], unique=False
    )
    op.create_table(
        "plan_area",
        sa.Column("area", sa.String(length=40), nullable=False),
        sa.Column("now_words", sa.Text(), nullable=False),
        sa.Column("wanted_words", sa.Text(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
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
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_plan_area_agency_id_agency")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_plan_area_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_area")),
        sa.UniqueConstraint("referral_id", "agency_id", "area", name=op.f("uq_plan_area_referral_id_agency_id_area")),
    )
    op.create_index(op.f("ix_plan_area_referral_id"), "plan_area", ["referral_id"], unique=False)
    op.create_table(
        "plan_change",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
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
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_plan_change_agency_id_agency")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_plan_change_by_id_person")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_plan_change_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_change")),
        sa.UniqueConstraint("referral_id", "number", name=op.f("uq_plan_change_referral_id_number")),
    )
    op.create_index(op.f("ix_plan_change_referral_id"), "plan_change", ["referral_id"], unique=False)
    op.create_table(
        "plan_note",
        sa.Column("written_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
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
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_plan_note_agency_id_agency")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_plan_note_referral_id_referral")),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_plan_note_written_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_note")),
        sa.UniqueConstraint("ref", name=op.f("uq_plan_note_ref")),
    )
    op.create_index(op.f("ix_plan_note_referral_id"), "plan_note", ["referral_id"], unique=False)
    op.create_index(op.f("ix_plan_note_referral_id_at"), "plan_note", ["referral_id", "at"], unique=False)
    op.create_table(
        "plan_review",
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("with_her", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
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
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_plan_review_agency_id_agency")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_plan_review_by_id_person")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_plan_review_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_review")),
    )
    op.create_index(op.f("ix_plan_review_referral_id"), "plan_review", ["referral_id"], unique=False)
    op.create_table(
        "session_need",
        sa.Column("service", sa.String(length=40), nullable=False),
        sa.Column(
            "discipline",
            sa.Enum(
                "recovery_worker",
                "mental_health_practitioner",
                "therapist",
                "support_worker",
                name="discipline_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=True),
        sa.Column("how_many", sa.Integer(), nullable=True),
        sa.Column("earliest_on", sa.Date(), nullable=False),
        sa.Column("latest_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column(
            "urgency",
            sa.Enum(
                "routine",
                "soon",
                "urgent",
                name="urgency_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("preferred_worker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("excluded_worker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "interpreter",
            sa.Enum(
                "not_needed",
                "needed",
                "booked",
                "confirmed",
                name="interpreter_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("interpreter_language", sa.String(length=40), nullable=False),
        sa.Column("interpreter_same_gender", sa.Boolean(), nullable=False),
        sa.Column("interpreter_not_from_community", sa.Boolean(), nullable=False),
        sa.Column("childcare", sa.Boolean(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_why", sa.String(length=200), nullable=False),
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
        sa.CheckConstraint(
            "interpreter = 'not_needed' OR interpreter_language <> ''",
            name=op.f("ck_session_need_interpreter_for_a_language"),
        ),
        sa.CheckConstraint(
            "every_days IS NOT NULL OR how_many IS NOT NULL", name=op.f("ck_session_need_says_how_often")
        ),
        sa.CheckConstraint(
            "every_days IS NULL OR every_days BETWEEN 1 AND 90", name=op.f("ck_session_need_every_days")
        ),
        sa.CheckConstraint("how_many IS NULL OR how_many BETWEEN 1 AND 200", name=op.f("ck_session_need_how_many")),
        sa.CheckConstraint(
            "latest_on IS NULL OR latest_on >= earliest_on", name=op.f("ck_session_need_latest_after_earliest")
        ),
        sa.CheckConstraint("minutes BETWEEN 15 AND 240", name=op.f("ck_session_need_minutes")),
        sa.CheckConstraint(
            "preferred_worker_id IS NULL OR excluded_worker_id IS NULL OR preferred_worker_id <> excluded_worker_id",
            name=op.f("ck_session_need_prefers_nobody_excluded"),
        ),
        sa.CheckConstraint(
            "until_on IS NULL OR until_on >= earliest_on", name=op.f("ck_session_need_until_after_earliest")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_session_need_agency_id_agency")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_session_need_asked_by_id_person")),
        sa.ForeignKeyConstraint(
            ["excluded_worker_id"], ["worker.id"], name=op.f("fk_session_need_excluded_worker_id_worker")
        ),
        sa.ForeignKeyConstraint(
            ["preferred_worker_id"], ["worker.id"], name=op.f("fk_session_need_preferred_worker_id_worker")
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_session_need_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_need")),
        sa.UniqueConstraint("ref", name=op.f("uq_session_need_ref")),
    )
    op.create_index(
        op.f("ix_session_need_ended_at_discipline"), "session_need", ["ended_at", "discipline"], unique=False
    )
    op.create_index(op.f("ix_session_need_referral_id"), "session_need", ["referral_id"], unique=False)
    op.create_table(
        "sharing",
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("to_agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "basis",
            sa.Enum(
                "consent",
                "safeguarding",
                "marac",
                "vital_interests",
                name="basis_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how_given", sa.String(length=40), nullable=False),
        sa.Column("why_necessary", sa.Text(), nullable=False),
        sa.Column("why_proportionate", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("told_her", sa.Boolean(), nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("(basis = 'consent') = (how_given <> '')", name=op.f("ck_sharing_consent_says_how")),
        sa.CheckConstraint(
            "basis = 'consent' OR (length(why_necessary) >= 10 AND length(why_proportionate) >= 10 AND decided_by_id IS NOT NULL)",
            name=op.f("ck_sharing_without_consent_says_why_and_who_decided"),
        ),
        sa.CheckConstraint("purpose <> ''", name=op.f("ck_sharing_has_a_purpose")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name=op.f("ck_sharing_says_who_noted_the_withdrawal")
        ),
        sa.CheckConstraint("until_at > from_at", name=op.f("ck_sharing_ends_after_it_begins")),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_at >= from_at", name=op.f("ck_sharing_withdrawn_after_it_began")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_sharing_decided_by_id_person")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_sharing_recorded_by_id_person")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_sharing_referral_id_referral")),
        sa.ForeignKeyConstraint(["to_agency_id"], ["agency.id"], name=op.f("fk_sharing_to_agency_id_agency")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["person.id"], name=op.f("fk_sharing_withdrawn_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing")),
        sa.UniqueConstraint("ref", name=op.f("uq_sharing_ref")),
    )
    op.create_index(
        op.f("ix_sharing_referral_id_to_agency_id"), "sharing", ["referral_id", "to_agency_id"], unique=False
    )
    op.create_table(
        "support_plan",
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("her_words", sa.Text(), nullable=False),
        sa.Column("good_day", sa.Text(), nullable=False),
        sa.Column("copy_names_agencies", sa.Boolean(), nullable=False),
        sa.Column("words_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_support_plan_agency_id_agency")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_support_plan_opened_by_id_person")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_support_plan_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_plan")),
        sa.UniqueConstraint("referral_id", name=op.f("uq_support_plan_referral_id")),
    )
    op.create_table(
        "time_of_hers",
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("on_date", sa.Date(), nullable=True),
        sa.Column("from_minute", sa.Integer(), nullable=False),
        sa.Column("until_minute", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("cannot", "prefers", name="kind_is_known", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("set_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(weekday IS NULL) <> (on_date IS NULL)", name=op.f("ck_time_of_hers_of_a_week_or_of_a_day")
        ),
        sa.CheckConstraint(
            "from_minute >= 0 AND from_minute < until_minute AND until_minute <= 1440",
            name=op.f("ck_time_of_hers_minutes"),
        ),
        sa.CheckConstraint("weekday IS NULL OR weekday BETWEEN 0 AND 6", name=op.f("ck_time_of_hers_weekday")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_time_of_hers_referral_id_referral")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_time_of_hers_set_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_of_hers")),
    )
    op.create_index(op.f("ix_time_of_hers_referral_id"), "time_of_hers", ["referral_id"], unique=False)
    op.create_table(
        "worker_allocation",
        sa.Column("worker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "keyworker", "practitioner", name="part_is_known", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "until_on IS NULL OR until_on >= from_on", name=op.f("ck_worker_allocation_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_worker_allocation_made_by_id_person")),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_worker_allocation_referral_id_referral")
        ),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_worker_allocation_worker_id_worker")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_allocation")),
    )
    op.create_index(op.f("ix_worker_allocation_referral_id"), "worker_allocation", ["referral_id"], unique=False)
    op.create_index(op.f("ix_worker_allocation_worker_id"), "worker_allocation", ["worker_id"], unique=False)
    op.create_index(
        "uq_worker_allocation_keyworker",
        "worker_allocation",
        ["referral_id"],
        unique=True,
        sqlite_where=sa.text("until_on IS NULL AND part = 'keyworker'"),
        postgresql_where=sa.text("until_on IS NULL AND part = 'keyworker'"),
    )
    op.create_index(
        "uq_worker_allocation_open",
        "worker_allocation",
        ["worker_id", "referral_id"],
        unique=True,
        sqlite_where=sa.text("until_on IS NULL"),
        postgresql_where=sa.text("until_on IS NULL"),
    )
    op.create_table(
        "plan_goal",
        sa.Column("area_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "reached",
                "changed",
                name="state_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
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
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_plan_goal_agency_id_agency")),
        sa.ForeignKeyConstraint(["area_id"], ["plan_area.id"], name=op.f("fk_plan_goal_area_id_plan_area")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_plan_goal_made_by_id_person")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_plan_goal_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_goal")),
        sa.UniqueConstraint("ref", name=op.f("uq_plan_goal_ref")),
    )
    op.create_index(op.f("ix_plan_goal_area_id"), "plan_goal", ["area_id"], unique=False)
    op.create_index(op.f("ix_plan_goal_referral_id"), "plan_goal", ["referral_id"], unique=False)
    op.create_table(
        "shared_category",
        sa.Column("sharing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
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
        sa.ForeignKeyConstraint(["sharing_id"], ["sharing.id"], name=op.f("fk_shared_category_sharing_id_sharing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shared_category")),
        sa.UniqueConstraint("sharing_id", "category", name=op.f("uq_shared_category_sharing_id_category")),
    )
    op.create_table(
        "plan_action",
        sa.Column("goal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("what", sa.String(length=300), nullable=False),
        sa.Column(
            "owner_kind",
            sa.Enum(
                "herself",
                "person",
                "agency",
                name="owner_kind_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("owner_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
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
        sa.CheckConstraint(
            "(owner_kind = 'agency') = (owner_agency_id IS NOT NULL)", name=op.f("ck_plan_action_names_its_agency")
        ),
        sa.CheckConstraint(
            "(owner_kind = 'person') = (owner_person_id IS NOT NULL)", name=op.f("ck_plan_action_names_its_person")
        ),
        sa.CheckConstraint(
            "(done_at IS NULL) = (done_by_id IS NULL)", name=op.f("ck_plan_action_says_who_noted_it_done")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_plan_action_agency_id_agency")),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_plan_action_done_by_id_person")),
        sa.ForeignKeyConstraint(["goal_id"], ["plan_goal.id"], name=op.f("fk_plan_action_goal_id_plan_goal")),
        sa.ForeignKeyConstraint(["owner_agency_id"], ["agency.id"], name=op.f("fk_plan_action_owner_agency_id_agency")),
        sa.ForeignKeyConstraint(["owner_person_id"], ["person.id"], name=op.f("fk_plan_action_owner_person_id_person")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_plan_action_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_action")),
        sa.UniqueConstraint("ref", name=op.f("uq_plan_action_ref")),
    )
    op.create_index(op.f("ix_plan_action_goal_id"), "plan_action", ["goal_id"], unique=False)
    op.create_index(
        op.f("ix_plan_action_owner_person_id_done_at"), "plan_action", ["owner_person_id", "done_at"], unique=False
    )
    op.create_index(op.f("ix_plan_action_referral_id"), "plan_action", ["referral_id"], unique=False)
    op.create_table(
        "plan_progress",
        sa.Column("goal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
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
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_plan_progress_agency_id_agency")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_plan_progress_by_id_person")),
        sa.ForeignKeyConstraint(["goal_id"], ["plan_goal.id"], name=op.f("fk_plan_progress_goal_id_plan_goal")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_plan_progress_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_progress")),
    )
    op.create_index(op.f("ix_plan_progress_goal_id"), "plan_progress", ["goal_id"], unique=False)
    op.create_index(op.f("ix_plan_progress_referral_id"), "plan_progress", ["referral_id"], unique=False)
    no = "false" if op.get_bind().dialect.name == "postgresql" else "0"
    op.execute(
        "INSERT INTO support_plan (referral_id, agency_id, opened_at, her_words, good_day, copy_names_agencies, words_version, version) "
        f"SELECT stay.referral_id, MAX(refuge.agency_id), MIN(stay.started_at), '', '', {no}, 1, 1 FROM stay "
        "JOIN bed ON bed.id = stay.bed_id JOIN refuge ON refuge.id = bed.refuge_id GROUP BY stay.referral_id",
    )
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def downgrade() -> None:
    """Take the tables and their guards away."""
    op.drop_table("plan_progress")
    op.drop_table("plan_action")
    op.drop_table("shared_category")
    op.drop_table("plan_goal")
    op.drop_table("worker_allocation")
    op.drop_table("time_of_hers")
    op.drop_table("support_plan")
    op.drop_table("sharing")
    op.drop_table("session_need")
    op.drop_table("plan_review")
    op.drop_table("plan_note")
    op.drop_table("plan_change")
    op.drop_table("plan_area")
    op.drop_table("plan_agreement")
    op.drop_table("broken_glass")
    op.drop_table("apart_record")
    op.drop_table("privacy_officer")
    op.drop_table("network_area")
    op.drop_table("privacy_alert")
    if op.get_bind().dialect.name == "postgresql":
        for table in IN_ONE_NETWORK:
            op.execute(f"DROP FUNCTION refuse_two_networks_of_{table}()")
    op.drop_index(op.f("ix_audit_event_subject_ref"), table_name="audit_event")
    op.drop_column("network", "plan_due_days")


def _changed(table: str, but: str) -> str:
    """Return the condition that an update changes what is fixed, or says again what was said once."""
    same = " OR ".join(f"NEW.{column} {but} OLD.{column}" for column in FIXED[table])
    return f"{same} OR OLD.{ONLY_ONCE[table]} IS NOT NULL"


def _guard_postgresql() -> None:
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_evidence()",
        )
    for table in ONLY_ONCE:
        op.execute(
            f"CREATE TRIGGER kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change_of_evidence()"
        )
        op.execute(
            f"CREATE TRIGGER said_once BEFORE UPDATE ON {table} FOR EACH ROW "
            f"WHEN ({_changed(table, 'IS DISTINCT FROM')}) EXECUTE FUNCTION refuse_change_of_evidence()",
        )
    for table, (columns, query) in IN_ONE_NETWORK.items():
        op.execute(
            f"CREATE FUNCTION refuse_two_networks_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF EXISTS ({query}) THEN RAISE EXCEPTION '{TWO_NETWORKS}' USING ERRCODE = 'integrity_constraint_violation'; "
            "END IF; RETURN NEW; END $$",
        )
        op.execute(
            f"CREATE TRIGGER in_one_network BEFORE INSERT OR UPDATE OF {columns} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION refuse_two_networks_of_{table}()",
        )
    op.execute(
        "ALTER TABLE sharing ADD CONSTRAINT ck_sharing_not_for_ever CHECK (until_at <= from_at + interval '366 days')"
    )


def _guard_sqlite() -> None:
    for table in KEPT:
        for what in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_kept_{what} BEFORE {what.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} {SAYS}'); END",
            )
    for table in ONLY_ONCE:
        op.execute(
            f"CREATE TRIGGER {table}_kept_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} {SAYS}'); END",
        )
        op.execute(
            f"CREATE TRIGGER {table}_said_once BEFORE UPDATE ON {table} WHEN {_changed(table, 'IS NOT')} "
            f"BEGIN SELECT RAISE(ABORT, '{table} {SAYS}'); END",
        )
    for table, (columns, query) in IN_ONE_NETWORK.items():
        for when in ("insert", "update"):
            of = f" OF {columns}" if when == "update" else ""
            op.execute(
                f"CREATE TRIGGER {table}_in_one_network_{when} BEFORE {when.upper()}{of} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{TWO_NETWORKS}') WHERE EXISTS ({query}); END",
            )
    for when in ("insert", "update"):
        op.execute(
            f"CREATE TRIGGER sharing_not_for_ever_{when} BEFORE {when.upper()} ON sharing "
            f"BEGIN SELECT RAISE(ABORT, '{NOT_FOR_EVER}') "
            "WHERE julianday(NEW.until_at) - julianday(NEW.from_at) > 366; END",
        )
