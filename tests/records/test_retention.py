"""What is kept for how long, and what the clinic does by hand: `python -m bot.records`."""

import asyncio
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from bot.files import ROOT
from bot.records.__main__ import main
from bot.records.conversations import Conversations, now_utc
from bot.records.retention import EVERY_SECONDS, Retention
from bot.records.tables import open_records
from bot.settings import Settings, read_settings

OLD, YOUNG = timedelta(days=31), timedelta(days=29)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that name the records of the test."""
    found = read_settings({"BOT_RECORDS_URL": f"sqlite:///{tmp_path / 'records.db'}"})
    monkeypatch.setattr("bot.records.__main__.read_settings", lambda: found)
    return found


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """Empty records."""
    engine = open_records(settings.records_url)
    yield engine
    engine.dispose()


@pytest.fixture
def conversations(engine: Engine) -> Conversations:
    """Two conversations: one in which nothing was said for 31 days, one of 29."""
    found = Conversations(engine)
    for name, age in (("old", OLD), ("young", YOUNG)):
        at = datetime.now(UTC) - age
        found.add(name, [{"event": "user", "text": name, "message_id": name, "timestamp": at.timestamp()}], kept=0)
    return found


def left(conversations: Conversations) -> list[str]:
    return [name for name in ("old", "young") if conversations.export(name)]


def test_conversation_is_kept_for_thirty_days_where_nothing_else_is_said(
    settings: Settings, conversations: Conversations
) -> None:
    assert Retention(conversations, settings.retention_days).run_once() == 1
    assert left(conversations) == ["young"]


@pytest.mark.parametrize(("days", "stay"), [(28, []), (32, ["old", "young"])])
def test_clinic_chooses_how_long_a_conversation_is_kept(
    conversations: Conversations, days: int, stay: list[str]
) -> None:
    Retention(conversations, days).run_once()
    assert left(conversations) == stay


def test_job_says_how_much_went_and_nothing_of_it(
    conversations: Conversations, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "bot.records.retention"):
        Retention(conversations, 30).run_once()
    assert caplog.messages == ["events deleted after 30 days: 1"]


def test_job_runs_every_hour_and_outlives_a_database_that_is_away(
    conversations: Conversations, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[int] = []
    pauses: list[float] = []

    def fail_first(_self: Retention) -> int:
        tries.append(len(tries))
        if len(tries) == 1:
            raise OperationalError("delete", {}, Exception("gone"))
        return 0

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise asyncio.CancelledError

    monkeypatch.setattr(Retention, "run_once", fail_first)
    monkeypatch.setattr("bot.records.retention.asyncio.sleep", sleep)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(Retention(conversations, 30).run())
    assert (tries, pauses) == ([0, 1, 2], [EVERY_SECONDS] * 3)
    assert "nothing was deleted: OperationalError" in caplog.text


def test_time_of_the_records_is_utc_without_a_zone() -> None:
    found = now_utc()
    assert found.tzinfo is None
    assert abs(found.replace(tzinfo=UTC) - datetime.now(UTC)) < timedelta(minutes=1)


# By hand


def run(*arguments: str) -> int:
    return main(list(arguments))


def test_export_prints_everything_of_one_conversation(
    conversations: Conversations, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("export", "young") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["number"] == "young"
    assert [event["text"] for event in found["events"]] == ["young"]
    assert left(conversations) == ["old", "young"]


def test_forget_deletes_one_conversation_and_says_how_much_went(
    conversations: Conversations, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("forget", "young") == 0
    assert capsys.readouterr().out == "1 events deleted.\n"
    assert left(conversations) == ["old"]


def test_retention_deletes_what_is_too_old(conversations: Conversations) -> None:
    assert run("retention") == 0
    assert left(conversations) == ["young"]


@pytest.mark.parametrize("what", ["export", "forget"])
@pytest.mark.usefixtures("conversations")
def test_number_that_nobody_has_is_told(capsys: pytest.CaptureFixture[str], what: str) -> None:
    assert run(what, "nobody") == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "There is no conversation with this number.\n")


@pytest.mark.parametrize(
    "arguments",
    [(), ("export",), ("forget",), ("retention", "young"), ("list",), ("export", "one", "two")],
    ids=" ".join,
)
def test_command_that_is_not_whole_does_nothing(conversations: Conversations, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code == 2
    assert left(conversations) == ["old", "young"]


@pytest.mark.parametrize("target", ["export", "forget", "retention"])
def test_make_has_each_command(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"\n{target}: " in makefile
    assert f"-m bot.records {target}" in makefile
