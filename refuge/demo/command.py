"""`flask demo`: what `make run` calls before it serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask import current_app
from sqlalchemy import select

from refuge.accounts.models import Person
from refuge.config import Setting
from refuge.database import database, now
from refuge.demo.load import PASSWORD, load_demo
from refuge.demo.replays import publish_replay
from refuge.schema import migrate

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@click.command("demo")
def demo_command() -> None:
    """Make the demonstration's database, load the pilot network and print who can sign in."""
    if current_app.config["SETTING"] is not Setting.DEMO:
        message = "The demonstration has known passwords: set ALLOCATIONS_SETTING=demo, and never beside real data."
        raise click.ClickException(message)
    click.echo("Making the database …")
    migrate(database())
    with database().write() as db:
        _refuse_real_data(db)
        click.echo("Loading the pilot network …")
        fresh = load_demo(db, at=now(), say=click.echo)
    if fresh:
        click.echo("Living the last twelve months again, as they were and with some changes …")
        publish_replay(database())
    else:
        click.echo("It was loaded before, and what you did in it is kept. `make fresh` starts it again as of today.")
    with database().reading() as db:
        _print_sign_ins(db)


def _refuse_real_data(db: Session) -> None:
    if db.scalar(select(Person.id).where(~Person.email.endswith(".example")).limit(1)) is not None:
        message = "This database holds people who are not of the demonstration. Give the demonstration its own."
        raise click.ClickException(message)


def _print_sign_ins(db: Session) -> None:
    people = db.scalars(select(Person).where(Person.disabled_at.is_(None)).order_by(Person.id))
    click.echo(f"\nSign in with any of these, password: {PASSWORD}\n")
    for person in people:
        click.echo(f"  {person.email:<30} {person.role.label:<22} {person.agency.name}")
    click.echo("")
