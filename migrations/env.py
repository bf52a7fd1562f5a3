"""Runs migrations over the application's own connection, then checks that no guard of the schema was lost."""

from __future__ import annotations

from alembic import context

from migrations.invariants import assert_invariants

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=context.config.attributes.get("metadata"))
with context.begin_transaction():
    context.run_migrations()
    assert_invariants(connection, context.get_context().get_current_revision())
