"""The first tables: accounts, audit, codes, beds and referrals.

Revision: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "audit_event",
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_ref", sa.String(length=12), nullable=False),
        sa.Column("agency_ref", sa.String(length=12), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_ref", sa.String(length=12), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=45), nullable=False),
        sa.Column("previous_mac", sa.String(length=64), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("sequence", name=op.f("uq_audit_event_sequence")),
    )
    op.create_table(
        "code",
        sa.Column("list_name", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("hint", sa.String(length=300), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("group_name", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until > valid_from", name=op.f("ck_code_ends_after_it_begins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code")),
        sa.UniqueConstraint("list_name", "code", "valid_from", name=op.f("uq_code_list_name_code_valid_from")),
    )
    op.create_table(
        "network",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network")),
        sa.UniqueConstraint("name", name=op.f("uq_network_name")),
        sa.UniqueConstraint("ref", name=op.f("uq_network_ref")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("counted_against", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index(
        op.f("ix_sign_in_attempt_counted_against_at"), "sign_in_attempt", ["counted_against", "at"], unique=False
    )
    op.create_table(
        "agency",
        sa.Column("network_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "refuge_provider",
                "substance_misuse_provider",
                "mental_health_trust",
                "therapeutic_charity",
                "council_commissioner",
                "referrer",
                "system",
                name="kind_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_agency_network_id_network")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("id", "kind", name=op.f("uq_agency_id_kind")),
        sa.UniqueConstraint("network_id", "name", name=op.f("uq_agency_network_id_name")),
        sa.UniqueConstraint("ref", name=op.f("uq_agency_ref")),
    )
    op.create_table(
        "person",
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column(
            "agency_kind",
            sa.Enum(
                "refuge_provider",
                "substance_misuse_provider",
                "mental_health_trust",
                "therapeutic_charity",
                "council_commissioner",
                "referrer",
                "system",
                name="agency_kind_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "refuge_worker",
                "refuge_manager",
                "practitioner",
                "commissioner",
                "referrer",
                "system_administrator",
                name="role_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(agency_kind = 'refuge_provider' AND role IN ('refuge_worker', 'refuge_manager')) OR (agency_kind = 'substance_misuse_provider' AND role IN ('practitioner')) OR (agency_kind = 'mental_health_trust' AND role IN ('practitioner')) OR (agency_kind = 'therapeutic_charity' AND role IN ('practitioner')) OR (agency_kind = 'council_commissioner' AND role IN ('commissioner')) OR (agency_kind = 'referrer' AND role IN ('referrer')) OR (agency_kind = 'system' AND role IN ('system_administrator'))",
            name=op.f("ck_person_role_fits_agency"),
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_person_email_is_lower_case")),
        sa.ForeignKeyConstraint(
            ["agency_id", "agency_kind"],
            ["agency.id", "agency.kind"],
            name=op.f("fk_person_agency_id_agency_kind_agency"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("ref", name=op.f("uq_person_ref")),
    )
    op.create_table(
        "one_time_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_one_time_link_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_link_token_hash")),
    )
    op.create_index(op.f("ix_one_time_link_person_id"), "one_time_link", ["person_id"], unique=False)
    op.create_table(
        "referral_draft",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saves", sa.Integer(), nullable=False),
        sa.Column("saved_from", sa.String(length=16), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_referral_draft_agency_id_agency")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_referral_draft_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_draft")),
        sa.UniqueConstraint("ref", name=op.f("uq_referral_draft_ref")),
    )
    op.create_index(op.f("ix_referral_draft_person_id"), "referral_draft", ["person_id"], unique=False)
    op.create_table(
        "refuge",
        sa.Column("network_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("specialism", sa.String(length=40), nullable=False),
        sa.Column("accommodation_type", sa.String(length=40), nullable=False),
        sa.Column("area", sa.String(length=9), nullable=False),
        sa.Column("telephone_cover", sa.Boolean(), nullable=False),
        sa.Column("mental_health_support", sa.Integer(), nullable=False),
        sa.Column("alcohol_support", sa.Integer(), nullable=False),
        sa.Column("drugs_support", sa.Integer(), nullable=False),
        sa.Column("self_harm_support", sa.Integer(), nullable=False),
        sa.Column("high_support_places", sa.Integer(), nullable=False),
        sa.Column("nrpf_places", sa.Integer(), nullable=False),
        sa.Column("son_age_limit", sa.Integer(), nullable=True),
        sa.Column("takes_pets", sa.Boolean(), nullable=False),
        sa.Column("women_only", sa.Boolean(), nullable=False),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("alcohol_support BETWEEN 0 AND 3", name=op.f("ck_refuge_alcohol_support_level")),
        sa.CheckConstraint("drugs_support BETWEEN 0 AND 3", name=op.f("ck_refuge_drugs_support_level")),
        sa.CheckConstraint("high_support_places >= 0", name=op.f("ck_refuge_high_support_places")),
        sa.CheckConstraint("mental_health_support BETWEEN 0 AND 3", name=op.f("ck_refuge_mental_health_support_level")),
        sa.CheckConstraint("nrpf_places >= 0", name=op.f("ck_refuge_nrpf_places")),
        sa.CheckConstraint("self_harm_support BETWEEN 0 AND 3", name=op.f("ck_refuge_self_harm_support_level")),
        sa.CheckConstraint(
            "son_age_limit IS NULL OR son_age_limit BETWEEN 0 AND 18", name=op.f("ck_refuge_son_age_limit")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_refuge_agency_id_agency")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["person.id"], name=op.f("fk_refuge_confirmed_by_id_person")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_refuge_network_id_network")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refuge")),
        sa.UniqueConstraint("network_id", "name", name=op.f("uq_refuge_network_id_name")),
        sa.UniqueConstraint("ref", name=op.f("uq_refuge_ref")),
    )
    op.create_index(op.f("ix_refuge_agency_id"), "refuge", ["agency_id"], unique=False)
    op.create_index(op.f("ix_refuge_network_id"), "refuge", ["network_id"], unique=False)
    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=20), nullable=True),
        sa.Column("held", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_web_session_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_web_session_token_hash")),
    )
    op.create_index(op.f("ix_web_session_person_id"), "web_session", ["person_id"], unique=False)
    op.create_table(
        "address_reveal",
        sa.Column("refuge_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_address_reveal_person_id_person")),
        sa.ForeignKeyConstraint(["refuge_id"], ["refuge.id"], name=op.f("fk_address_reveal_refuge_id_refuge")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_reveal")),
    )
    op.create_index(op.f("ix_address_reveal_refuge_id"), "address_reveal", ["refuge_id"], unique=False)
    op.create_table(
        "bed",
        sa.Column("refuge_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("adults", sa.Integer(), nullable=False),
        sa.Column("children", sa.Integer(), nullable=False),
        sa.Column("cots", sa.Integer(), nullable=False),
        sa.Column("self_contained", sa.Boolean(), nullable=False),
        sa.Column("step_free", sa.Boolean(), nullable=False),
        sa.Column("adapted", sa.Boolean(), nullable=False),
        sa.Column("ground_floor", sa.Boolean(), nullable=False),
        sa.Column("en_suite", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("adults >= 1 AND adults <= 6", name=op.f("ck_bed_adults")),
        sa.CheckConstraint("children >= 0 AND children <= 12", name=op.f("ck_bed_children")),
        sa.CheckConstraint("cots >= 0 AND cots <= 4", name=op.f("ck_bed_cots")),
        sa.CheckConstraint("retired_on IS NULL OR retired_on > opened_on", name=op.f("ck_bed_retires_after_it_opens")),
        sa.ForeignKeyConstraint(["refuge_id"], ["refuge.id"], name=op.f("fk_bed_refuge_id_refuge")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bed")),
        sa.UniqueConstraint("ref", name=op.f("uq_bed_ref")),
        sa.UniqueConstraint("refuge_id", "name", name=op.f("uq_bed_refuge_id_name")),
    )
    op.create_table(
        "referral",
        sa.Column("network_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("taken_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("draft_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "held",
                "placed",
                "turned_away",
                "withdrawn",
                name="state_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("safe_number", sa.String(length=40), nullable=False),
        sa.Column("safe_number_digits", sa.String(length=20), nullable=False),
        sa.Column("safe_times", sa.String(length=200), nullable=False),
        sa.Column("may_leave_message", sa.Boolean(), nullable=False),
        sa.Column("may_text", sa.Boolean(), nullable=False),
        sa.Column("contact_note", sa.Text(), nullable=False),
        sa.Column("referrer_contact", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=120), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("ethnicity", sa.String(length=40), nullable=False),
        sa.Column("adult_dependants", sa.Integer(), nullable=True),
        sa.Column(
            "children_come",
            sa.Enum(
                "not_asked",
                "no",
                "yes",
                name="children_come_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "pregnant",
            sa.Enum(
                "not_asked", "no", "yes", name="pregnant_is_known", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("risk_tool", sa.String(length=40), nullable=False),
        sa.Column("risk_count", sa.Integer(), nullable=True),
        sa.Column(
            "judgement",
            sa.Enum(
                "not_asked",
                "standard",
                "medium",
                "high",
                name="judgement_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("judgement_reason", sa.Text(), nullable=False),
        sa.Column("abuse", sa.JSON(), nullable=False),
        sa.Column("now_at", sa.String(length=40), nullable=False),
        sa.Column("from_area", sa.String(length=9), nullable=False),
        sa.Column("needed_by", sa.Date(), nullable=True),
        sa.Column("elsewhere_unsafe", sa.Text(), nullable=False),
        sa.Column("preferences", sa.Text(), nullable=False),
        sa.Column(
            "prefers_by_and_for",
            sa.Enum(
                "not_asked",
                "no",
                "yes",
                name="prefers_by_and_for_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "prefers_self_contained",
            sa.Enum(
                "not_asked",
                "no",
                "yes",
                name="prefers_self_contained_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("needs_self_contained", sa.Boolean(), nullable=False),
        sa.Column("preferred_areas", sa.JSON(), nullable=False),
        sa.Column("diet", sa.String(length=200), nullable=False),
        sa.Column("access", sa.JSON(), nullable=False),
        sa.Column("access_asked", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column(
            "interpreter",
            sa.Enum(
                "not_asked",
                "no",
                "yes",
                name="interpreter_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("interpreter_note", sa.String(length=200), nullable=False),
        sa.Column("pets", sa.Integer(), nullable=True),
        sa.Column("pets_note", sa.String(length=200), nullable=False),
        sa.Column(
            "stayed_before",
            sa.Enum(
                "not_asked",
                "no",
                "yes",
                name="stayed_before_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("refuge_history", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(state IN ('turned_away', 'withdrawn')) = (closed_at IS NOT NULL)",
            name=op.f("ck_referral_closed_when_it_has_ended"),
        ),
        sa.CheckConstraint("risk_count IS NULL OR risk_tool <> ''", name=op.f("ck_referral_risk_count_names_its_tool")),
        sa.CheckConstraint("adult_dependants BETWEEN 0 AND 5", name=op.f("ck_referral_adult_dependants")),
        sa.CheckConstraint("pets >= 0 AND pets <= 20", name=op.f("ck_referral_pets")),
        sa.CheckConstraint("risk_count IS NULL OR risk_count BETWEEN 0 AND 40", name=op.f("ck_referral_risk_count")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_referral_agency_id_agency")),
        sa.ForeignKeyConstraint(["draft_id"], ["referral_draft.id"], name=op.f("fk_referral_draft_id_referral_draft")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_referral_network_id_network")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["person.id"], name=op.f("fk_referral_taken_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_referral_draft_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_referral_ref")),
    )
    op.create_index(op.f("ix_referral_agency_id"), "referral", ["agency_id"], unique=False)
    op.create_index(op.f("ix_referral_name_key"), "referral", ["name_key"], unique=False)
    op.create_index(op.f("ix_referral_network_id_state"), "referral", ["network_id", "state"], unique=False)
    op.create_index(op.f("ix_referral_safe_number_digits"), "referral", ["safe_number_digits"], unique=False)
    op.create_table(
        "refuge_address",
        sa.Column("refuge_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["refuge_id"], ["refuge.id"], name=op.f("fk_refuge_address_refuge_id_refuge")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refuge_address")),
        sa.UniqueConstraint("refuge_id", name=op.f("uq_refuge_address_refuge_id")),
    )
    op.create_table(
        "staffing_hours",
        sa.Column("refuge_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "0 <= opens AND opens < closes AND closes <= 1440", name=op.f("ck_staffing_hours_opens_before_it_closes")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_staffing_hours_weekday")),
        sa.ForeignKeyConstraint(["refuge_id"], ["refuge.id"], name=op.f("fk_staffing_hours_refuge_id_refuge")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staffing_hours")),
        sa.UniqueConstraint("refuge_id", "weekday", name=op.f("uq_staffing_hours_refuge_id_weekday")),
    )
    op.create_table(
        "closure",
        sa.Column("bed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("expected_ready", sa.Date(), nullable=True),
        sa.Column("closed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= from_at", name=op.f("ck_closure_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["bed_id"], ["bed.id"], name=op.f("fk_closure_bed_id_bed")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_closure_closed_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
    )
    op.create_index(op.f("ix_closure_bed_id"), "closure", ["bed_id"], unique=False)
    op.create_table(
        "conflict_pair",
        sa.Column("low_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("high_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_by", sa.String(length=20), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_conflict_pair_each_pair_once")),
        sa.ForeignKeyConstraint(["high_id"], ["referral.id"], name=op.f("fk_conflict_pair_high_id_referral")),
        sa.ForeignKeyConstraint(["low_id"], ["referral.id"], name=op.f("fk_conflict_pair_low_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_pair")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_conflict_pair_low_id_high_id")),
    )
    op.create_index(op.f("ix_conflict_pair_high_id"), "conflict_pair", ["high_id"], unique=False)
    op.create_table(
        "hold",
        sa.Column("bed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ended_how",
            sa.Enum(
                "used", "released", name="ended_how_is_known", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name=op.f("ck_hold_says_how_it_ended")),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= from_at", name=op.f("ck_hold_ended_after_it_began")),
        sa.CheckConstraint("until_at > from_at", name=op.f("ck_hold_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["bed_id"], ["bed.id"], name=op.f("fk_hold_bed_id_bed")),
        sa.ForeignKeyConstraint(["held_by_id"], ["person.id"], name=op.f("fk_hold_held_by_id_person")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_hold_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(op.f("ix_hold_bed_id"), "hold", ["bed_id"], unique=False)
    op.create_index(op.f("ix_hold_referral_id"), "hold", ["referral_id"], unique=False)
    op.create_table(
        "possible_same",
        sa.Column("low_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("high_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("grounds", sa.JSON(), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_possible_same_each_pair_once")),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_possible_same_score")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_possible_same_decided_by_id_person")),
        sa.ForeignKeyConstraint(["high_id"], ["referral.id"], name=op.f("fk_possible_same_high_id_referral")),
        sa.ForeignKeyConstraint(["low_id"], ["referral.id"], name=op.f("fk_possible_same_low_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_possible_same")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_possible_same_low_id_high_id")),
    )
    op.create_index(op.f("ix_possible_same_high_id"), "possible_same", ["high_id"], unique=False)
    op.create_table(
        "referral_check",
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("check_code", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "not_started",
                "asked",
                "done",
                "concern",
                name="state_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_referral_check_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_check")),
        sa.UniqueConstraint("referral_id", "check_code", name=op.f("uq_referral_check_referral_id_check_code")),
    )
    op.create_table(
        "referral_child",
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("age", sa.Integer(), nullable=False),
        sa.Column(
            "sex",
            sa.Enum(
                "girl", "boy", "not_asked", name="sex_is_known", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("age BETWEEN 0 AND 17", name=op.f("ck_referral_child_age")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_referral_child_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_child")),
    )
    op.create_index(op.f("ix_referral_child_referral_id"), "referral_child", ["referral_id"], unique=False)
    op.create_table(
        "referral_match_key",
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_referral_match_key_referral_id_referral")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_match_key")),
        sa.UniqueConstraint("referral_id", "key", name=op.f("uq_referral_match_key_referral_id_key")),
    )
    op.create_index(op.f("ix_referral_match_key_key"), "referral_match_key", ["key"], unique=False)
    op.create_table(
        "referral_must_not_meet",
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("who_key", sa.String(length=120), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_referral_must_not_meet_referral_id_referral")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_must_not_meet")),
    )
    op.create_index(
        op.f("ix_referral_must_not_meet_referral_id"), "referral_must_not_meet", ["referral_id"], unique=False
    )
    op.create_index(op.f("ix_referral_must_not_meet_who_key"), "referral_must_not_meet", ["who_key"], unique=False)
    op.create_table(
        "referral_need",
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("need", sa.String(length=40), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "not_asked",
                "no",
                "low",
                "medium",
                "high",
                name="level_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_referral_need_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_need")),
        sa.UniqueConstraint("referral_id", "need", name=op.f("uq_referral_need_referral_id_need")),
    )
    op.create_table(
        "referral_recourse",
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("leave_expires", sa.Date(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_referral_recourse_referral_id_referral")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_recourse")),
        sa.UniqueConstraint("referral_id", name=op.f("uq_referral_recourse_referral_id")),
    )
    op.create_table(
        "referral_unsafe_area",
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area", sa.String(length=9), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_referral_unsafe_area_referral_id_referral")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_unsafe_area")),
        sa.UniqueConstraint("referral_id", "area", name=op.f("uq_referral_unsafe_area_referral_id_area")),
    )
    op.create_table(
        "stay",
        sa.Column("bed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expected_move_on", sa.Date(), nullable=True),
        sa.Column("plan_agreed_on", sa.Date(), nullable=True),
        sa.Column("review_due_on", sa.Date(), nullable=True),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("ended_at IS NULL OR ended_at > started_at", name=op.f("ck_stay_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["bed_id"], ["bed.id"], name=op.f("fk_stay_bed_id_bed")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_stay_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stay")),
        sa.UniqueConstraint("ref", name=op.f("uq_stay_ref")),
    )
    op.create_index(op.f("ix_stay_bed_id"), "stay", ["bed_id"], unique=False)
    op.create_index(op.f("ix_stay_referral_id"), "stay", ["referral_id"], unique=False)
    op.create_table(
        "referral_funding_route",
        sa.Column("recourse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("route", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "not_tried",
                "asked",
                "confirmed",
                "refused",
                "not_possible",
                name="state_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("on_date", sa.Date(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["recourse_id"],
            ["referral_recourse.id"],
            name=op.f("fk_referral_funding_route_recourse_id_referral_recourse"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_funding_route")),
        sa.UniqueConstraint("recourse_id", "route", name=op.f("uq_referral_funding_route_recourse_id_route")),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("referral_funding_route")
    op.drop_index(op.f("ix_stay_referral_id"), table_name="stay")
    op.drop_index(op.f("ix_stay_bed_id"), table_name="stay")
    op.drop_table("stay")
    op.drop_table("referral_unsafe_area")
    op.drop_table("referral_recourse")
    op.drop_table("referral_need")
    op.drop_index(op.f("ix_referral_must_not_meet_who_key"), table_name="referral_must_not_meet")
    op.drop_index(op.f("ix_referral_must_not_meet_referral_id"), table_name="referral_must_not_meet")
    op.drop_table("referral_must_not_meet")
    op.drop_index(op.f("ix_referral_match_key_key"), table_name="referral_match_key")
    op.drop_table("referral_match_key")
    op.drop_index(op.f("ix_referral_child_referral_id"), table_name="referral_child")
    op.drop_table("referral_child")
    op.drop_table("referral_check")
    op.drop_index(op.f("ix_possible_same_high_id"), table_name="possible_same")
    op.drop_table("possible_same")
    op.drop_index(op.f("ix_hold_referral_id"), table_name="hold")
    op.drop_index(op.f("ix_hold_bed_id"), table_name="hold")
    op.drop_table("hold")
    op.drop_index(op.f("ix_conflict_pair_high_id"), table_name="conflict_pair")
    op.drop_table("conflict_pair")
    op.drop_index(op.f("ix_closure_bed_id"), table_name="closure")
    op.drop_table("closure")
    op.drop_table("staffing_hours")
    op.drop_table("refuge_address")
    op.drop_index(op.f("ix_referral_safe_number_digits"), table_name="referral")
    op.drop_index(op.f("ix_referral_network_id_state"), table_name="referral")
    op.drop_index(op.f("ix_referral_name_key"), table_name="referral")
    op.drop_index(op.f("ix_referral_agency_id"), table_name="referral")
    op.drop_table("referral")
    op.drop_table("bed")
    op.drop_index(op.f("ix_address_reveal_refuge_id"), table_name="address_reveal")
    op.drop_table("address_reveal")
    op.drop_index(op.f("ix_web_session_person_id"), table_name="web_session")
    op.drop_table("web_session")
    op.drop_index(op.f("ix_refuge_network_id"), table_name="refuge")
    op.drop_index(op.f("ix_refuge_agency_id"), table_name="refuge")
    op.drop_table("refuge")
    op.drop_index(op.f("ix_referral_draft_person_id"), table_name="referral_draft")
    op.drop_table("referral_draft")
    op.drop_index(op.f("ix_one_time_link_person_id"), table_name="one_time_link")
    op.drop_table("one_time_link")
    op.drop_table("person")
    op.drop_table("agency")
    op.drop_index(op.f("ix_sign_in_attempt_counted_against_at"), table_name="sign_in_attempt")
    op.drop_table("sign_in_attempt")
    op.drop_table("network")
    op.drop_table("code")
    op.drop_table("audit_event")
