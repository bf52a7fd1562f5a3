"""An address says which version it is, and is never replaced but by the next; a form that reveals one does so once.

An address that is overwritten by somebody who has not seen the newest sends women to a door that is not ours.

Revision: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

SAYS = "address_not_written_over: its version rises by one"


def upgrade() -> None:
    """Count the versions of an address and guard them, and keep with which form it was revealed."""
    op.add_column("refuge_address", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("address_reveal", sa.Column("key", sa.String(length=43), nullable=True))
    op.add_column("address_reveal", sa.Column("version", sa.Integer(), nullable=True))
    op.create_index("uq_address_reveal_key", "address_reveal", ["person_id", "key"], unique=True)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_address_written_over() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'check_violation'; END $$",
        )
        op.execute(
            "CREATE TRIGGER address_not_written_over BEFORE UPDATE ON refuge_address FOR EACH ROW "
            "WHEN (NEW.version <> OLD.version + 1 OR NEW.refuge_id <> OLD.refuge_id) "
            "EXECUTE FUNCTION refuse_address_written_over()",
        )
        return
    op.execute(
        "CREATE TRIGGER refuge_address_not_written_over BEFORE UPDATE ON refuge_address "
        "WHEN NEW.version <> OLD.version + 1 OR NEW.refuge_id <> OLD.refuge_id "
        f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END",
    )


def downgrade() -> None:
    """Forget the versions."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER address_not_written_over ON refuge_address")
        op.execute("DROP FUNCTION refuse_address_written_over()")
    else:
        op.execute("DROP TRIGGER refuge_address_not_written_over")
    op.drop_index("uq_address_reveal_key", table_name="address_reveal")
    op.drop_column("address_reveal", "version")
    op.drop_column("address_reveal", "key")
    op.drop_column("refuge_address", "version")
