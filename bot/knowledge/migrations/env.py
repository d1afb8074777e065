"""Alembic's environment: the caller hands over the connection (`bot.knowledge.load.migrate`)."""

from alembic import context

from bot.knowledge.tables import Base

with_connection = context.config.attributes["connection"]
context.configure(connection=with_connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
