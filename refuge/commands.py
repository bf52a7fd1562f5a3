"""What is done from the command line: setting up, the first administrator, checking the audit chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask import current_app

from refuge.database import database
from refuge.demo.command import demo_command
from refuge.schema import migrate

if TYPE_CHECKING:
    from flask import Flask


def register(app: Flask) -> None:
    """Add the commands to `flask`."""
    app.cli.add_command(migrate_command)
    app.cli.add_command(demo_command)


@click.command("migrate")
@click.argument("revision", default="head")
def migrate_command(revision: str) -> None:
    """Bring the database to the schema that this version needs, or to REVISION."""
    with current_app.app_context():
        migrate(database(), revision)
    click.echo(f"The database is at {revision}.")
