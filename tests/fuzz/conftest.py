"""Fixtures of the fuzzing: the door in this process, with a stand-in for Rasa behind it."""

from collections.abc import Iterator

import httpx
import pytest
from bad_input import Behind
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.testclient import TestClient

from bot.knowledge.shapes import Knowledge
from bot.privacy.mask import build_masker
from bot.records.tables import open_records
from bot.safety.lone_watch import build_lone_watch
from bot.settings import read_settings
from bot.web.app import create_app
from bot.wording import Wording


@pytest.fixture(scope="session")
def behind() -> Behind:
    """What stands behind the door."""
    return Behind()


@pytest.fixture(scope="session")
def app(
    tmp_path_factory: pytest.TempPathFactory, knowledge: Knowledge, wording: Wording, engine: Engine, behind: Behind
) -> FastAPI:
    """The door with its own watch and its own masking, and no limit of messages."""
    folder = tmp_path_factory.mktemp("fuzzed")
    settings = read_settings(
        {"BOT_SECRET_FILE": str(folder / "secret"), "BOT_RATE_LIMIT": "off", "BOT_TEST_CLOCK": "1"}
    )
    watch, mask = build_lone_watch(knowledge, wording), build_masker(settings.clinic).mask
    records = open_records(f"sqlite:///{folder / 'records.db'}")
    return create_app(settings, wording, engine, watch, mask, httpx.MockTransport(behind), records)


@pytest.fixture(scope="session")
def door(app: FastAPI) -> Iterator[TestClient]:
    """A client of the door."""
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
