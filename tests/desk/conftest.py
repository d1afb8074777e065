"""Fixtures of the desk: opened in this process over real databases, with a stand-in for Rasa behind it."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.testclient import TestClient
from visits import PASSWORD, ComesIn

from bot.ask_rasa import open_rasa
from bot.database import open_engine
from bot.desk.app import PLACE, create_desk
from bot.records.conversations import now_utc
from bot.records.tables import open_records
from bot.records.users import ROLES, Users
from bot.secret import read_secret
from bot.settings import Settings, read_settings
from bot.wording import Wording


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The default settings, with a secret of their own."""
    found = read_settings({"BOT_SECRET_FILE": str(tmp_path / "var" / "secret"), "BOT_RATE_LIMIT": "off"})
    read_secret(found.secret_file)
    return found


@pytest.fixture(scope="session")
def empty_records_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the tables of the records, as the migrations make them."""
    path = tmp_path_factory.mktemp("records") / "records.db"
    open_records(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture
def records(tmp_path: Path, empty_records_file: Path) -> Iterator[Engine]:
    """The records of this test."""
    path = shutil.copy(empty_records_file, tmp_path / "records.db")
    engine = open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def table(tmp_path: Path, engine: Engine) -> Iterator[Engine]:
    """The shipped knowledge in a database of this test, a copy of the one for reading: it may be edited."""
    path = tmp_path / "knowledge.db"
    source = engine.raw_connection()
    with closing(sqlite3.connect(path)) as copy:
        source.backup(copy)
    source.close()
    own = open_engine(f"sqlite:///{path}")
    yield own
    own.dispose()


@pytest.fixture
def users(records: Engine) -> Users:
    """One of each role, called by it; hashed fast."""
    users = Users(records, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    for role in ROLES:
        users.add(role, f"Any {role.title()}", role, PASSWORD, now_utc())
    return users


@pytest.fixture
def behind() -> Callable[[httpx.Request], httpx.Response]:
    """What stands in for the network to Rasa; a test module may have its own."""
    return lambda _request: httpx.Response(503, json={"error": "StoreAway"})


@pytest.fixture
def desk(
    settings: Settings,
    wording: Wording,
    table: Engine,
    records: Engine,
    users: Users,
    behind: Callable[[httpx.Request], httpx.Response],
) -> FastAPI:
    """The desk as it is mounted in the site."""
    site = FastAPI()
    rasa = open_rasa(settings, httpx.MockTransport(behind))
    site.mount(PLACE, create_desk(settings, wording, table, records, rasa, str, users))
    return site


@pytest.fixture
def comes_in(desk: FastAPI) -> ComesIn:
    """Open a browser at the desk: of a role, or of nobody; redirects are shown, not followed."""

    def come_in(role: str | None = None) -> TestClient:
        browser = TestClient(desk, follow_redirects=False)
        if role is not None:
            answer = browser.post("/desk/login", data={"name": role, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
        return browser

    return come_in
