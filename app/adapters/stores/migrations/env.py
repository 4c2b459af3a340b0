"""Alembic's entry: it runs on the connection that it is given, and on no other."""

from __future__ import annotations

from alembic import context

from app.adapters.stores import schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
