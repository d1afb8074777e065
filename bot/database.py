"""Engines to the databases, and the change of their schema. SQLite by default, PostgreSQL the same.

What the tables hold stands beside them: `bot/knowledge/tables.py`, `bot/records/tables.py`.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url

if TYPE_CHECKING:
    from alembic.config import Config

ADVISORY_LOCK = 7306001  # any number, the same in every process: one changes a schema at a time


def open_engine(database_url: str, within_seconds: float = 5.0) -> Engine:
    """Return an engine that checks its connections to a server before use and waits for nothing longer than given.

    On SQLite foreign keys are enforced and readers never wait for a writer.
    """
    url = make_url(database_url)
    is_sqlite = url.get_backend_name() == "sqlite"
    arguments = {"timeout": within_seconds} if is_sqlite else _waits(url, within_seconds)
    engine = create_engine(url, pool_pre_ping=not is_sqlite, connect_args=arguments)
    if is_sqlite:

        @event.listens_for(engine, "connect")
        def _set_up(connection: object, _record: object) -> None:
            connection.execute("PRAGMA journal_mode=WAL")  # type: ignore[attr-defined]
            connection.execute("PRAGMA synchronous=NORMAL")  # type: ignore[attr-defined]
            connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[attr-defined]

    return engine


def make_folder_of(database_url: str) -> None:
    """Make the folder of an SQLite file."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)


def migrations_config(connection: Connection, migrations: Path) -> "Config":
    """Return Alembic's configuration for a connection that is already open."""
    from alembic.config import Config  # Alembic's 11 MB are for those who change a schema

    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.attributes["connection"] = connection
    return config


def change_schema(engine: Engine, migrations: Path, revision: str = "head") -> None:
    """Bring a schema to a revision; of several processes that try at once one goes first.

    SQLite changes a table by making it anew; its foreign keys sleep meanwhile, or what hangs on the table would go.
    """
    from alembic import command

    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.commit()
        with connection.begin():
            take_turn(connection)
            change = command.downgrade if revision == "base" else command.upgrade
            change(migrations_config(connection, migrations), revision)
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            connection.commit()


def take_turn(connection: Connection) -> None:
    """Wait until no other process loads or changes the schema; the transaction's end lets the next one go.

    On SQLite the whole file has one writer at a time: this makes it us.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")


def insert_into(engine: Engine, table: Any) -> postgresql.Insert | sqlite.Insert:
    """Return an insert that can say what is done where the row is there already."""
    return postgresql.insert(table) if engine.dialect.name == "postgresql" else sqlite.insert(table)


def _waits(url: URL, seconds: float) -> dict[str, object]:
    """Return what makes PostgreSQL's client and server give up in time."""
    if url.get_backend_name() != "postgresql":
        return {}
    milliseconds = int(seconds * 1000)
    return {
        "connect_timeout": max(2, round(seconds)),  # libpq takes no less than 2
        "options": f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}",
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 2,
        "tcp_user_timeout": milliseconds,
    }
