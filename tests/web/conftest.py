"""Fixtures of the door: opened in this process, with a stand-in for Rasa behind it."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from itsdangerous import TimestampSigner
from sqlalchemy import Engine
from stand_in import Clock, OpenDoor, Rasa
from starlette.testclient import TestClient

from bot.knowledge.shapes import Knowledge
from bot.safety.lone_watch import LoneWatch, build_lone_watch
from bot.settings import read_settings
from bot.web.app import create_app
from bot.wording import Wording


@pytest.fixture
def rasa() -> Rasa:
    """What stands behind the door."""
    return Rasa()


@pytest.fixture(scope="session")
def lone_watch(knowledge: Knowledge, wording: Wording) -> LoneWatch:
    """The door's own watch for warning signs."""
    return build_lone_watch(knowledge, wording)


@pytest.fixture
def open_door(
    tmp_path: Path, wording: Wording, engine: Engine, lone_watch: LoneWatch, rasa: Rasa
) -> Iterator[OpenDoor]:
    """Open a door; the arguments are settings that differ, or another `engine`. No limit unless given."""
    settings = read_settings({"BOT_SECRET_FILE": str(tmp_path / "var" / "secret"), "BOT_RATE_LIMIT": "off"})
    with ExitStack() as stack:

        def open_one(**changes: Any) -> TestClient:
            table = changes.pop("engine", engine)
            transport = httpx.MockTransport(rasa)
            mask = changes.pop("mask", str)
            app = create_app(replace(settings, **changes), wording, table, lone_watch, mask, transport)
            return stack.enter_context(TestClient(app, raise_server_exceptions=False))

        yield open_one


@pytest.fixture
def door(open_door: OpenDoor) -> TestClient:
    """A door with the default settings, no limit and no test clock."""
    return open_door()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time, to be put forward."""
    clock = Clock()
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _signer: clock.now)
    return clock
