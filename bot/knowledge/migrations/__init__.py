"""Alembic's migrations of the knowledge table."""
