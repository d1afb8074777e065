"""Engines: what holds on every connection, and that no wait is without end."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.database import change_schema, make_folder_of, open_engine, take_turn
from bot.records.tables import MIGRATIONS

WAIT_SECONDS = 0.3


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    """An SQLite file that is waited for shortly."""
    engine = open_engine(f"sqlite:///{tmp_path / 'kites.db'}", WAIT_SECONDS)
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql() -> Iterator[Engine]:
    """A PostgreSQL server that is waited for shortly."""
    url = os.environ.get("TEST_DATABASE_URL")
    if not url:
        pytest.skip("TEST_DATABASE_URL is not set: no PostgreSQL server to run on")
    engine = open_engine(url, WAIT_SECONDS)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(("pragma", "value"), [("foreign_keys", 1), ("journal_mode", "wal"), ("synchronous", 1)])
def test_every_sqlite_connection_is_set_up(sqlite: Engine, pragma: str, value: object) -> None:
    with sqlite.connect() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_sqlite_enforces_foreign_keys(sqlite: Engine) -> None:
    with sqlite.begin() as connection:
        connection.execute(text("CREATE TABLE kite (id INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE tail (kite INTEGER REFERENCES kite (id))"))
    with pytest.raises(IntegrityError), sqlite.begin() as connection:
        connection.execute(text("INSERT INTO tail VALUES (5)"))


def test_reader_of_sqlite_never_waits_for_a_writer(sqlite: Engine) -> None:
    with sqlite.begin() as connection:
        connection.execute(text("CREATE TABLE kite (id INTEGER)"))
    with sqlite.connect() as writer, sqlite.connect() as reader:
        writer.exec_driver_sql("BEGIN IMMEDIATE")
        writer.execute(text("INSERT INTO kite VALUES (1)"))
        began = time.monotonic()
        assert reader.execute(text("SELECT count(*) FROM kite")).scalar() == 0
        assert time.monotonic() - began < WAIT_SECONDS


def test_second_writer_of_sqlite_gives_up_in_time(sqlite: Engine) -> None:
    with sqlite.connect() as first, sqlite.connect() as second:
        first.exec_driver_sql("BEGIN IMMEDIATE")
        began = time.monotonic()
        with pytest.raises(OperationalError, match="locked"):
            second.exec_driver_sql("BEGIN IMMEDIATE")
        assert WAIT_SECONDS / 2 < time.monotonic() - began < WAIT_SECONDS + 2


def test_slow_statement_of_postgresql_ends_in_time(postgresql: Engine) -> None:
    began = time.monotonic()
    with pytest.raises(OperationalError), postgresql.connect() as connection:
        connection.execute(text("SELECT pg_sleep(10)"))
    assert time.monotonic() - began < 5


def test_lock_of_postgresql_is_waited_for_in_time(postgresql: Engine) -> None:
    with postgresql.connect() as first, postgresql.connect() as second:
        first.execute(text("SELECT pg_advisory_xact_lock(7306999)"))
        began = time.monotonic()
        with pytest.raises(OperationalError):
            second.execute(text("SELECT pg_advisory_xact_lock(7306999)"))
        assert time.monotonic() - began < 5


def test_one_process_at_a_time_changes_the_schema_of_postgresql(postgresql: Engine) -> None:
    with postgresql.connect() as first, postgresql.connect() as second:
        take_turn(first)
        locked = text("SELECT pg_try_advisory_xact_lock(7306001)")
        assert second.execute(locked).scalar() is False
        second.rollback()
        first.rollback()
        assert second.execute(locked).scalar() is True


@pytest.mark.parametrize("port", [9])
def test_server_that_is_away_is_told_in_time(port: int) -> None:
    engine = open_engine(f"postgresql+psycopg2://someone@127.0.0.1:{port}/nowhere", WAIT_SECONDS)
    began = time.monotonic()
    with pytest.raises(OperationalError), engine.connect():
        pass
    assert time.monotonic() - began < 5


def test_folder_of_an_sqlite_file_is_made(tmp_path: Path) -> None:
    make_folder_of(f"sqlite:///{tmp_path / 'var' / 'deep' / 'kites.db'}")
    assert (tmp_path / "var" / "deep").is_dir()


@pytest.mark.parametrize("url", ["sqlite://", "postgresql+psycopg2://someone@127.0.0.1/nowhere"])
def test_database_without_a_file_needs_no_folder(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make_folder_of(url)
    assert [*tmp_path.iterdir()] == []


def test_foreign_keys_hold_again_after_the_schema_was_changed(sqlite: Engine) -> None:
    change_schema(sqlite, MIGRATIONS)
    with sqlite.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
