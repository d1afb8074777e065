"""Fixtures that several tests share. The stack is real.

Rasa, the action server and the door, started once on free ports of the loopback.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from made_up import SENTENCES, Build, Entry
from made_up import knowledge as made_up_knowledge
from sqlalchemy import Engine, text

from bot.answer import Assistant
from bot.calendar_file import open_calendar_files
from bot.database import open_engine
from bot.knowledge.check import check_knowledge
from bot.knowledge.load import prepare_database
from bot.knowledge.shapes import Knowledge
from bot.opening import opening_of
from bot.ports import free_port
from bot.safety.shapes import WarningSigns
from bot.safety.signs import read_signs
from bot.serve import Stack, trained_model
from bot.settings import Clinic, read_clinic
from bot.wording import Wording, read_wording

Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The shipped knowledge."""
    return check_knowledge()


@pytest.fixture(scope="session")
def clinic() -> Clinic:
    """The sample clinic."""
    return read_clinic()


@pytest.fixture(scope="session")
def wording(knowledge: Knowledge, clinic: Clinic) -> Wording:
    """The shipped wording of the sample clinic."""
    return read_wording(knowledge, clinic)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory, knowledge: Knowledge) -> Iterator[Engine]:
    """A SQLite database that holds the shipped knowledge; for reading."""
    engine = prepare_database(f"sqlite:///{tmp_path_factory.mktemp('database') / 'knowledge.db'}", knowledge)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, on SQLite and, where TEST_DATABASE_URL names a server, on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    url = os.environ.get("TEST_DATABASE_URL")
    if not url:
        pytest.skip("TEST_DATABASE_URL is not set: no PostgreSQL server to run on")
    engine = open_engine(url)
    _drop_everything(engine)
    yield url
    _drop_everything(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def assistant(engine: Engine, wording: Wording, clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The assistant over the shipped knowledge."""
    files = open_calendar_files(tmp_path_factory.mktemp("files") / "secret", "")
    return Assistant(engine, wording, opening_of(clinic), files)


@pytest.fixture(scope="session")
def signs() -> WarningSigns:
    """The shipped warning signs."""
    return read_signs()


@pytest.fixture
def build(tmp_path: Path, clinic: Clinic) -> Iterator[Build]:
    """Build an assistant over made-up rows, with made-up sentences."""
    built: list[Assistant] = []

    def assistant(rows: Sequence[Entry], conflicts: Sequence[Entry] = (), **changes: Any) -> Assistant:
        table = made_up_knowledge(rows, conflicts)
        filled = read_wording(table, clinic.model_copy(update=changes))
        wording = replace(filled, sentences=SENTENCES)
        engine = prepare_database(f"sqlite:///{tmp_path / 'kites.db'}", table)
        files = open_calendar_files(tmp_path / "secret", "")
        built.append(Assistant(engine, wording, opening_of(filled.clinic), files))
        return built[-1]

    yield assistant
    for one in built:
        one.engine.dispose()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole assistant, really started: on free ports, in a folder of its own."""
    stack = Stack(
        folder=tmp_path_factory.mktemp("stack"),
        door_port=free_port(),
        model=trained_model(),
        environ={"BOT_TEST_CLOCK": "1", "BOT_RATE_LIMIT": "off"},
    )
    with stack.running():
        yield stack


@pytest.fixture(scope="session")
def client(stack: Stack) -> Iterator[httpx.Client]:
    """An HTTP client of the really started door."""
    with httpx.Client(base_url=stack.url, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def talk(client: httpx.Client) -> Callable[[], Ask]:
    """Begin conversations with the really started assistant; each call begins one."""

    def begin() -> Ask:
        session: list[str | None] = [None]

        def send(message: str, today: str | None = None) -> list[dict[str, Any]]:
            sent = {"message": message, "session": session[0], "today": today}
            response = client.post("/api/chat", json=sent)
            assert response.status_code == 200, response.text
            body = response.json()
            session[0] = body["session"]
            replies: list[dict[str, Any]] = body["replies"]
            return replies

        return send

    return begin


@pytest.fixture
def ask(talk: Callable[[], Ask]) -> Ask:
    """Ask the really started assistant; messages of one test belong to one conversation."""
    return talk()


def _drop_everything(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
