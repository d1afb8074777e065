"""Databases for the records of messengers, each test's its own: an SQLite file, a schema of PostgreSQL."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text

from bot.database import open_engine
from bot.records.tables import Base


@contextmanager
def empty_records(kind: str, folder: Path) -> Iterator[Engine]:
    """Make the tables for a test, and take them away again."""
    if kind == "sqlite":
        engine = open_engine(f"sqlite:///{folder / 'records.db'}")
        Base.metadata.create_all(engine)
        yield engine
        engine.dispose()
        return
    url = os.environ.get("TEST_DATABASE_URL")
    if not url:
        pytest.skip("TEST_DATABASE_URL is not set: no PostgreSQL server to run on")
    schema = f"messengers_{secrets.token_hex(6)}"
    engine = open_engine(url)

    @event.listens_for(engine, "connect")
    def _use_schema(connection, _record):  # type: ignore[no-untyped-def]
        with connection.cursor() as cursor:
            cursor.execute(f"SET search_path TO {schema}")
        connection.commit()

    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    Base.metadata.create_all(engine)
    try:
        yield engine
    finally:
        with engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        engine.dispose()
