"""What is done from the command line: setting up, the first administrator, checking the audit chain."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext

from refuge.accounts.queries import has_administrator
from refuge.accounts.service import make_administrator
from refuge.audit.anchors import UnreadableAnchorError, line_of, parse_anchors
from refuge.audit.queries import events_in_order, head, verify
from refuge.audit.service import SYSTEM
from refuge.codes.service import load_codes
from refuge.database import AUDIT_KEY, database, now
from refuge.demo.command import demo_command
from refuge.errors import Refused
from refuge.inreach.service.planning import erase_plans
from refuge.jobs import run_jobs
from refuge.london import london_date
from refuge.placements.service.matching import erase_runs
from refuge.schema import HEAD, migrate

if TYPE_CHECKING:
    from flask import Flask


def register(app: Flask) -> None:
    """Add the commands to `flask`."""
    app.cli.add_command(migrate_command)
    app.cli.add_command(demo_command)
    app.cli.add_command(first_administrator_command)
    app.cli.add_command(audit_commands)
    app.cli.add_command(jobs_command)
    app.cli.add_command(erase_runs_command)


@click.command("migrate")
@click.argument("revision", default=HEAD)
@with_appcontext
def migrate_command(revision: str) -> None:
    """Bring the database to the schema and the code lists that this version needs, or its schema to REVISION."""
    migrate(database(), revision)
    if revision == HEAD:
        with database().write() as db:
            load_codes(db, on=london_date(now()))
    click.echo(f"The database is at {revision}.")


@click.command("erase-runs")
@click.argument("days", type=click.IntRange(min=1))
@with_appcontext
def erase_runs_command(days: int) -> None:
    """Erase what runs older than DAYS knew of women; how many they placed, and how well, stays."""
    at = now()
    with database().write() as db:
        before = at - timedelta(days=days)
        count = sum(erase(db, before=before, actor=SYSTEM, at=at) for erase in (erase_runs, erase_plans))
    click.echo(f"{count} runs erased.")


@click.command("first-administrator")
@click.argument("email")
@click.argument("name")
@click.option(
    "--network", default="Network", show_default=True, help="The network that the administrator's agency is in."
)
@click.option("--another", is_flag=True, help="Add one more, when every other administrator is shut out.")
@with_appcontext
def first_administrator_command(email: str, name: str, network: str, *, another: bool) -> None:
    """Add the system administrator NAME, who signs in as EMAIL, and print the link that lets her choose a password."""
    with database().writing() as db:
        if has_administrator(db) and not another:
            raise click.ClickException(
                "There is an administrator already. She can add others under People; or use --another."
            )
        try:
            token = make_administrator(db, email.strip().lower(), name.strip(), network=network, by=SYSTEM, at=now())
        except Refused as refusal:
            raise click.ClickException(refusal.sentence) from refusal
        db.commit()
    hosts = current_app.config["CONFIG"].trusted_hosts
    site = f"https://{hosts[0]}" if hosts else ""
    click.echo(
        "Open this within 24 hours, once, and choose a password" + (":" if site else " (after the site's address):")
    )
    click.echo(f"{site}/welcome/{token}")


@click.command("jobs")
@with_appcontext
def jobs_command() -> None:
    """Do once what the server does every minute: let holds lapse that have passed their hour."""
    lapsed = run_jobs(database())
    click.echo(f"{lapsed} {'hold has' if lapsed == 1 else 'holds have'} lapsed.")


@click.group("audit")
def audit_commands() -> None:
    """Check the audit chain, or write its head down elsewhere."""


@audit_commands.command("verify")
@click.option("--anchor", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A file of anchors.")
@with_appcontext
def verify_command(anchor: Path | None) -> None:
    """Compute the audit chain again. Ends with 1 and a sentence that names the first bad event, if one is wrong."""
    try:
        anchors = parse_anchors(anchor.read_text("utf-8").splitlines()) if anchor is not None else {}
    except (UnreadableAnchorError, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from error
    with database().reading() as db:
        verdict = verify(events_in_order(db), db.info[AUDIT_KEY], anchors)
    if not verdict.sound:
        raise click.ClickException(f"The audit chain is broken. {verdict.fault}")
    checked = f", {len(anchors)} anchors agree" if anchors else "; without an anchor a cut-off end cannot be seen"
    click.echo(f"The audit chain is whole: {verdict.events} events{checked}.")


@audit_commands.command("anchor")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def anchor_command(file: Path) -> None:
    """Append the head of the audit chain to FILE: keep it on another machine, or print it."""
    with database().reading() as db:
        line = line_of(head(db), now())
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "a", encoding="ascii") as opened:
        opened.write(line + "\n")
    click.echo(line)
