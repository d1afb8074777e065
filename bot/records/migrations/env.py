"""Alembic's environment: the caller hands over the connection (`bot.database.change_schema`)."""

from alembic import context

from bot.records.tables import Base

with_connection = context.config.attributes["connection"]
context.configure(
    connection=with_connection, target_metadata=Base.metadata, render_as_batch=True, version_table="records_version"
)
with context.begin_transaction():
    context.run_migrations()
