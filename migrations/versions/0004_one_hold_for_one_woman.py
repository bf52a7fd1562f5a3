"""One hold for one woman at a time, one open offer for one hold, and a run of matching stays as it was: on both engines.

Two holds of one referral never overlap, so that nobody keeps two beds for one household; a hold ends at its hour or when it
was used or released. A run and a version of the rules are evidence: they are added, never changed.

Revision: 0004
"""

from alembic import op

revision = "0004"
down_revision = "0003"

KEPT = ("match_run", "rule_set")
SAYS = "is kept as it was"
_END = "MIN({row}.until_at, COALESCE({row}.ended_at, {row}.until_at))"
_TWICE = (
    "SELECT RAISE(ABORT, 'ex_hold_referral: two beds for one woman') WHERE EXISTS (SELECT 1 FROM hold AS other "
    "WHERE other.referral_id = NEW.referral_id AND other.id IS NOT NEW.id "
    f"AND other.from_at < {_END.format(row='NEW')} AND NEW.from_at < {_END.format(row='other')} "
    f"AND NEW.from_at < {_END.format(row='NEW')} AND other.from_at < {_END.format(row='other')});"
)


def upgrade() -> None:
    """Add the guards."""
    op.execute("CREATE UNIQUE INDEX uq_offer_open ON offer (hold_id) WHERE answered_at IS NULL")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE hold ADD CONSTRAINT ex_hold_referral EXCLUDE USING gist "
            "(int8range(referral_id, referral_id, '[]') WITH =, tstzrange(from_at, LEAST(until_at, ended_at)) WITH &&)",
        )
        op.execute(
            "CREATE FUNCTION refuse_change_of_evidence() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '% {SAYS}', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$",
        )
        for table in KEPT:
            op.execute(
                f"CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_evidence()",
            )
        return
    op.execute(f"CREATE TRIGGER hold_referral_twice_insert BEFORE INSERT ON hold BEGIN {_TWICE} END")
    op.execute(
        "CREATE TRIGGER hold_referral_twice_update BEFORE UPDATE OF referral_id, from_at, until_at, ended_at ON hold "
        f"BEGIN {_TWICE} END",
    )
    for table in KEPT:
        for what in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_kept_{what} BEFORE {what.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} {SAYS}'); END",
            )


def downgrade() -> None:
    """Take the guards away."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE hold DROP CONSTRAINT ex_hold_referral")
        for table in KEPT:
            op.execute(f"DROP TRIGGER kept ON {table}")
        op.execute("DROP FUNCTION refuse_change_of_evidence()")
    else:
        names = ["hold_referral_twice_insert", "hold_referral_twice_update"]
        names += [f"{table}_kept_{what}" for table in KEPT for what in ("update", "delete")]
        for name in names:
            op.execute(f"DROP TRIGGER {name}")
    op.execute("DROP INDEX uq_offer_open")
