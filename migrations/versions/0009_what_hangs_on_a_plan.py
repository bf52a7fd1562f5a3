"""What hangs on a plan: scores, risk, structured records, tasks; the daily e-mail; and the guards of these, on both engines.

What was filled in, judged or written is evidence: it is added, never changed. A task is never deleted; of one that is done
nothing changes any more, and an alarm cannot be put off, given another cause or taken from its agency. A warning can only be
taken away, once. Every record is of an agency of the referral's own network.

Revision: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

KEPT = ("assessment", "risk_assessment", "marac_referral", "care_record")
SAYS = "is kept as it was"
OWNED = (*KEPT, "care_warning")
"""Tables with `referral_id` and `agency_id`."""
TWO_NETWORKS = "in_one_network: of two networks"
_OF_AGENCY = (
    "SELECT 1 FROM agency JOIN referral ON referral.id = NEW.referral_id "
    "WHERE agency.id = NEW.agency_id AND agency.network_id <> referral.network_id"
)
_OF_TASK = (
    "SELECT 1 FROM agency LEFT JOIN referral ON referral.id = NEW.referral_id WHERE agency.id = NEW.agency_id "
    "AND (agency.network_id <> NEW.network_id OR referral.network_id <> NEW.network_id)"
)
_OF_OWNER = "SELECT 1 FROM person WHERE person.id = NEW.owner_id AND person.agency_id <> NEW.agency_id"
CHECKED = {
    **dict.fromkeys(OWNED, ("in_one_network", "referral_id, agency_id", _OF_AGENCY, TWO_NETWORKS)),
    "care_task": ("in_one_network", "referral_id, agency_id, network_id", _OF_TASK, TWO_NETWORKS),
}
OWNER = "owned_in_its_agency: a task of another agency"
ONCE = {"care_task": "done_at", "care_warning": "ended_at"}
"""The tables of which one thing is said later, once."""
FIXED = {
    "care_task": (
        "network_id",
        "agency_id",
        "referral_id",
        "category",
        "kind",
        "what",
        "assessment_id",
        "made_by_id",
        "made_at",
    ),
    "care_warning": ("referral_id", "agency_id", "category", "kind", "words", "made_by_id", "made_at"),
}


def upgrade() -> None:
    """Make the tables and guard them."""
    op.create_table(
        "digest",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("seen_to_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_digest_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("person_id", "on_day", name=op.f("uq_digest_person_id_on_day")),
    )
    op.create_table(
        "digest_setting",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("at_minute", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("at_minute BETWEEN 0 AND 1439", name=op.f("ck_digest_setting_at_minute")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_digest_setting_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_setting")),
        sa.UniqueConstraint("person_id", name=op.f("uq_digest_setting_person_id")),
    )
    op.create_table(
        "outgoing_mail",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "template",
            sa.Enum("digest", name="template_is_known", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failed", sa.String(length=60), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "sent_at IS NULL OR taken_at IS NOT NULL", name=op.f("ck_outgoing_mail_taken_before_it_is_sent")
        ),
        sa.CheckConstraint("tries BETWEEN 0 AND 9", name=op.f("ck_outgoing_mail_tries")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_outgoing_mail_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
    )
    op.create_index(op.f("ix_outgoing_mail_person_id"), "outgoing_mail", ["person_id"], unique=False)
    op.create_index(op.f("ix_outgoing_mail_sent_at_made_at"), "outgoing_mail", ["sent_at", "made_at"], unique=False)
    op.create_table(
        "assessment",
        sa.Column("tool", sa.String(length=20), nullable=False),
        sa.Column("tool_version", sa.String(length=40), nullable=False),
        sa.Column(
            "occasion",
            sa.Enum(
                "start", "review", "end", name="occasion_is_known", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("band", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("taken_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaces_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
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
        sa.CheckConstraint("band = '' OR total IS NOT NULL", name=op.f("ck_assessment_band_of_a_total")),
        sa.CheckConstraint(
            "complete OR (total IS NULL AND band = '')", name=op.f("ck_assessment_incomplete_has_no_band")
        ),
        sa.CheckConstraint("total IS NULL OR total BETWEEN 0 AND 200", name=op.f("ck_assessment_total")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_assessment_agency_id_agency")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_assessment_referral_id_referral")),
        sa.ForeignKeyConstraint(["replaces_id"], ["assessment.id"], name=op.f("fk_assessment_replaces_id_assessment")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["person.id"], name=op.f("fk_assessment_taken_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("ref", name=op.f("uq_assessment_ref")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_assessment_replaces_id")),
    )
    op.create_index(op.f("ix_assessment_referral_id"), "assessment", ["referral_id"], unique=False)
    op.create_index(op.f("ix_assessment_referral_id_taken_on"), "assessment", ["referral_id", "taken_on"], unique=False)
    op.create_table(
        "care_record",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("child", sa.Integer(), nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("written_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaces_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
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
        sa.CheckConstraint("child IS NULL OR child BETWEEN 1 AND 20", name=op.f("ck_care_record_child")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_care_record_agency_id_agency")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_care_record_referral_id_referral")),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["care_record.id"], name=op.f("fk_care_record_replaces_id_care_record")
        ),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_care_record_written_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_record")),
        sa.UniqueConstraint("ref", name=op.f("uq_care_record_ref")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_care_record_replaces_id")),
    )
    op.create_index(op.f("ix_care_record_referral_id"), "care_record", ["referral_id"], unique=False)
    op.create_index(op.f("ix_care_record_referral_id_kind"), "care_record", ["referral_id", "kind"], unique=False)
    op.create_table(
        "care_warning",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ended_why", sa.String(length=200), nullable=False),
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
        sa.CheckConstraint("words <> ''", name=op.f("ck_care_warning_says_what")),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by_id IS NULL)", name=op.f("ck_care_warning_says_who_ended_it")
        ),
        sa.CheckConstraint(
            "ended_at IS NULL OR length(ended_why) >= 3", name=op.f("ck_care_warning_says_why_it_ended")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_care_warning_agency_id_agency")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_care_warning_ended_by_id_person")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_care_warning_made_by_id_person")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_care_warning_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_warning")),
        sa.UniqueConstraint("ref", name=op.f("uq_care_warning_ref")),
    )
    op.create_index(op.f("ix_care_warning_referral_id"), "care_warning", ["referral_id"], unique=False)
    op.create_table(
        "marac_referral",
        sa.Column("referred_on", sa.Date(), nullable=False),
        sa.Column("incident_on", sa.Date(), nullable=False),
        sa.Column("incident_criminal", sa.Boolean(), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column(
            "definition",
            sa.Enum(
                "criminal_incident",
                "any_abuse",
                name="definition_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("repeat", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("referred_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
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
        sa.CheckConstraint("incident_on <= referred_on", name=op.f("ck_marac_referral_incident_before")),
        sa.CheckConstraint("length(reason) >= 10", name=op.f("ck_marac_referral_says_why")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_marac_referral_agency_id_agency")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_marac_referral_referral_id_referral")),
        sa.ForeignKeyConstraint(
            ["referred_by_id"], ["person.id"], name=op.f("fk_marac_referral_referred_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marac_referral")),
        sa.UniqueConstraint("ref", name=op.f("uq_marac_referral_ref")),
    )
    op.create_index(op.f("ix_marac_referral_referral_id"), "marac_referral", ["referral_id"], unique=False)
    op.create_table(
        "risk_assessment",
        sa.Column("tool", sa.String(length=40), nullable=False),
        sa.Column("tool_version", sa.String(length=40), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("yes_count", sa.Integer(), nullable=True),
        sa.Column(
            "judgement",
            sa.Enum(
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
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("taken_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
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
        sa.CheckConstraint("length(reason) >= 10", name=op.f("ck_risk_assessment_says_why")),
        sa.CheckConstraint("review_on >= taken_on", name=op.f("ck_risk_assessment_reviewed_after_it")),
        sa.CheckConstraint(
            "yes_count IS NULL OR yes_count BETWEEN 0 AND 60", name=op.f("ck_risk_assessment_yes_count")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_risk_assessment_agency_id_agency")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_risk_assessment_referral_id_referral")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["person.id"], name=op.f("fk_risk_assessment_taken_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_assessment")),
        sa.UniqueConstraint("ref", name=op.f("uq_risk_assessment_ref")),
    )
    op.create_index(op.f("ix_risk_assessment_referral_id"), "risk_assessment", ["referral_id"], unique=False)
    op.create_table(
        "care_task",
        sa.Column("network_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
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
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "asked",
                "alarm",
                "incident",
                "follow_up",
                name="kind_is_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("assessment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("outcome", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "kind <> 'alarm' OR (assessment_id IS NOT NULL AND referral_id IS NOT NULL)",
            name=op.f("ck_care_task_alarm_of"),
        ),
        sa.CheckConstraint(
            "kind <> 'alarm' OR done_at IS NULL OR length(outcome) >= 3",
            name=op.f("ck_care_task_alarm_says_what_was_done"),
        ),
        sa.CheckConstraint("what <> ''", name=op.f("ck_care_task_says_what")),
        sa.CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name=op.f("ck_care_task_says_who_did_it")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_care_task_agency_id_agency")),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_care_task_assessment_id_assessment")
        ),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_care_task_done_by_id_person")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_care_task_made_by_id_person")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_care_task_network_id_network")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_care_task_owner_id_person")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_care_task_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_task")),
        sa.UniqueConstraint("assessment_id", name=op.f("uq_care_task_assessment_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_care_task_ref")),
    )
    op.create_index(
        op.f("ix_care_task_agency_id_done_at_due_on"), "care_task", ["agency_id", "done_at", "due_on"], unique=False
    )
    op.create_index(
        op.f("ix_care_task_owner_id_done_at_due_on"), "care_task", ["owner_id", "done_at", "due_on"], unique=False
    )
    op.create_index(op.f("ix_care_task_referral_id"), "care_task", ["referral_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _changed(table: str, differs: str) -> str:
    """Return when an update changes more than what can be said once, or says it a second time."""
    fixed = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in FIXED[table])
    put_off = f" OR (OLD.kind = 'alarm' AND NEW.due_on {differs} OLD.due_on)" if table == "care_task" else ""
    return f"OLD.{ONCE[table]} IS NOT NULL OR {fixed}{put_off}"


def _guard_postgresql() -> None:
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_evidence()",
        )
    for table in ONCE:
        op.execute(
            f"CREATE TRIGGER kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change_of_evidence()",
        )
        op.execute(
            f"CREATE TRIGGER said_once BEFORE UPDATE ON {table} FOR EACH ROW "
            f"WHEN ({_changed(table, 'IS DISTINCT FROM')}) EXECUTE FUNCTION refuse_change_of_evidence()",
        )
    for table, (name, columns, query, says) in CHECKED.items():
        _check_postgresql(table, name, columns, query, says)
    _check_postgresql("care_task", "owned_in_its_agency", "owner_id, agency_id", _OF_OWNER, OWNER)


def _check_postgresql(table: str, name: str, columns: str, query: str, says: str) -> None:
    op.execute(
        f"CREATE FUNCTION refuse_{name}_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF EXISTS ({query}) THEN RAISE EXCEPTION '{says}' USING ERRCODE = 'integrity_constraint_violation'; "
        "END IF; RETURN NEW; END $$",
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OF {columns} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_{name}_of_{table}()",
    )


def _guard_sqlite() -> None:
    for table in KEPT:
        for what in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_kept_{what} BEFORE {what.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} {SAYS}'); END",
            )
    for table in ONCE:
        op.execute(
            f"CREATE TRIGGER {table}_kept_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} {SAYS}'); END",
        )
        op.execute(
            f"CREATE TRIGGER {table}_said_once BEFORE UPDATE ON {table} WHEN {_changed(table, 'IS NOT')} "
            f"BEGIN SELECT RAISE(ABORT, '{table} {SAYS}'); END",
        )
    for table, (name, columns, query, says) in CHECKED.items():
        _check_sqlite(table, name, columns, query, says)
    _check_sqlite("care_task", "owned_in_its_agency", "owner_id, agency_id", _OF_OWNER, OWNER)


def _check_sqlite(table: str, name: str, columns: str, query: str, says: str) -> None:
    for when in ("insert", "update"):
        of = f" OF {columns}" if when == "update" else ""
        op.execute(
            f"CREATE TRIGGER {table}_{name}_{when} BEFORE {when.upper()}{of} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{says}') WHERE EXISTS ({query}); END",
        )


def downgrade() -> None:
    """Take the tables away."""
    op.drop_index(op.f("ix_care_task_referral_id"), table_name="care_task")
    op.drop_index(op.f("ix_care_task_owner_id_done_at_due_on"), table_name="care_task")
    op.drop_index(op.f("ix_care_task_agency_id_done_at_due_on"), table_name="care_task")
    op.drop_table("care_task")
    op.drop_index(op.f("ix_risk_assessment_referral_id"), table_name="risk_assessment")
    op.drop_table("risk_assessment")
    op.drop_index(op.f("ix_marac_referral_referral_id"), table_name="marac_referral")
    op.drop_table("marac_referral")
    op.drop_index(op.f("ix_care_warning_referral_id"), table_name="care_warning")
    op.drop_table("care_warning")
    op.drop_index(op.f("ix_care_record_referral_id_kind"), table_name="care_record")
    op.drop_index(op.f("ix_care_record_referral_id"), table_name="care_record")
    op.drop_table("care_record")
    op.drop_index(op.f("ix_assessment_referral_id_taken_on"), table_name="assessment")
    op.drop_index(op.f("ix_assessment_referral_id"), table_name="assessment")
    op.drop_table("assessment")
    op.drop_index(op.f("ix_outgoing_mail_sent_at_made_at"), table_name="outgoing_mail")
    op.drop_index(op.f("ix_outgoing_mail_person_id"), table_name="outgoing_mail")
    op.drop_table("outgoing_mail")
    op.drop_table("digest_setting")
    op.drop_table("digest")
    if op.get_bind().dialect.name == "postgresql":
        for table, (name, *_) in CHECKED.items():
            op.execute(f"DROP FUNCTION refuse_{name}_of_{table}()")
        op.execute("DROP FUNCTION refuse_owned_in_its_agency_of_care_task()")
