"""What was written before columns were sealed one by one is sealed as well, with the key of the connection.

Revision: 0020
"""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from refuge.sealed import MARK, key_of, seal, unseal

revision = "0020"
down_revision = "0019"

SEALED = {"refuge_address": "address", "referral": "contact_note", "leaving": "safe_contact", "apart_record": "words"}
"""The column of each table that tells where a woman is, or what is kept apart."""


def upgrade() -> None:
    """Seal what stands open."""
    _write_again(seal, f"NOT LIKE '{MARK}%'")


def downgrade() -> None:
    """Open what is sealed."""
    _write_again(unseal, f"LIKE '{MARK}%'")


def _write_again(how: Callable[[str, bytes, str], str], where: str) -> None:
    bind = op.get_bind()
    for table, column in SEALED.items():
        rows = bind.execute(sa.text(f"SELECT id, {column} FROM {table} WHERE {column} <> '' AND {column} {where}"))
        for row_id, value in rows.all():
            bind.execute(
                sa.text(f"UPDATE {table} SET {column} = :value, version = version + 1 WHERE id = :id"),
                {"value": how(value, key_of(bind.dialect), f"{table}.{column}"), "id": row_id},
            )
