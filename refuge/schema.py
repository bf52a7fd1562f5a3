"""Brings the database to the schema that this version of the code needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext

if TYPE_CHECKING:
    from refuge.database import Database

MIGRATIONS = Path(__file__).parent.parent / "migrations"
HEAD = "head"
BASE = "base"


def migrate(database: Database, revision: str = HEAD) -> None:
    """Bring the schema up, or down, to `revision`: all of it, or nothing when a migration fails."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.execution_options(write=True).connect() as connection:
        config.attributes["connection"] = connection
        current = MigrationContext.configure(connection).get_current_revision()
        back = current is not None and (revision == BASE or revision < current)
        (command.downgrade if back else command.upgrade)(config, revision)
        connection.commit()
