"""Logs: one JSON object a line, with the id of the request, and never the text of anyone."""

import json
import logging
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from bot.logs import OUR_LOGGERS, REQUEST_ID, JsonFormatter, set_up_logs

CANARY = "Wilhelmina Kitesworth"
FOREIGN = [
    "rasa.core.processor",
    "rasa_sdk.executor",
    "sqlalchemy.engine",
    "aio_pika",
    "httpx",
    "asyncio",
    "bottle",
    "",
]


def record_of(logger: str, message: Any = "a turn failed", *arguments: Any, **more: Any) -> logging.LogRecord:
    record = logging.LogRecord(logger, logging.WARNING, "/somewhere/processor.py", 12, message, arguments, None)
    vars(record).update(more)
    return record


def raised(error: BaseException) -> Any:
    try:
        raise error
    except type(error):
        return sys.exc_info()


def line_of(record: logging.LogRecord) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(JsonFormatter().format(record))
    return line


@pytest.fixture
def request_id() -> Iterator[str]:
    """The id of a request under way."""
    token = REQUEST_ID.set("request-1")
    yield "request-1"
    REQUEST_ID.reset(token)


@pytest.fixture
def _put_back() -> Iterator[None]:
    """Put the logging of the process back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in OUR_LOGGERS}
    yield
    root.handlers[:], root.level = handlers, level
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


@pytest.mark.parametrize("logger", ["bot", "bot.nlu.lock_store", "actions.server", "serve", "uvicorn.error", "alembic"])
def test_line_of_our_own_tells_what_happened(logger: str) -> None:
    line = line_of(record_of(logger, "%s ended (code %s)", "rasa", 1))
    assert (line["logger"], line["event"], line["level"]) == (logger, "rasa ended (code 1)", "warning")


def test_line_has_the_time_with_its_zone() -> None:
    assert datetime.fromisoformat(line_of(record_of("bot"))["time"]).utcoffset() is not None


@pytest.mark.parametrize("logger", FOREIGN)
def test_line_of_anyone_else_never_holds_what_they_write(logger: str) -> None:
    records = [
        record_of(logger, CANARY),
        record_of(logger, "said %s", CANARY),
        record_of(logger, {"text": CANARY}),
        record_of(logger, "said", details={"text": CANARY}),
        record_of(logger, "failed", exc_info=raised(ValueError(CANARY))),
    ]
    assert [line for line in map(JsonFormatter().format, records) if CANARY in line] == []


@pytest.mark.parametrize("logger", FOREIGN)
def test_line_of_anyone_else_tells_where_it_is_from(logger: str) -> None:
    assert line_of(record_of(logger))["place"] == "processor:12"


@pytest.mark.parametrize("logger", ["bot.web.chat", "rasa.core.processor"])
def test_error_is_told_by_its_kind_and_place_and_never_by_its_words(logger: str) -> None:
    record = record_of(logger, "a turn failed", exc_info=raised(KeyError(CANARY)))
    line = line_of(record)
    assert line["error"] == "KeyError"
    assert line["error_place"].startswith("test_logs.py:")
    assert CANARY not in json.dumps(line)


def test_error_behind_an_error_is_not_told_either() -> None:
    error = RuntimeError("outer")
    error.__cause__ = ValueError(CANARY)
    assert CANARY not in JsonFormatter().format(record_of("bot", exc_info=raised(error)))


def test_line_of_a_request_has_its_id(request_id: str) -> None:
    assert line_of(record_of("rasa.core.processor"))["request"] == request_id


def test_line_of_no_request_has_no_id() -> None:
    assert "request" not in line_of(record_of("bot"))


def test_details_of_our_own_line_stand_in_it() -> None:
    assert line_of(record_of("bot.web.chat", "answered", details={"seconds": 0.5}))["seconds"] == 0.5


def test_line_break_in_an_event_begins_no_new_line() -> None:
    assert "\n" not in JsonFormatter().format(record_of("bot", "one\ntwo"))


@pytest.mark.usefixtures("_put_back")
def test_process_that_set_up_its_logs_writes_lines_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs()
    logging.getLogger("bot.parts").info("one")
    logging.getLogger("rasa.core.processor").error("said %s", CANARY)
    logging.getLogger("rasa.core.processor").info("said %s", CANARY)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["logger"], line.get("event")) for line in lines] == [
        ("bot.parts", "one"),
        ("rasa.core.processor", None),
    ]


@pytest.mark.usefixtures("_put_back")
def test_logs_that_were_there_before_are_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger().addHandler(logging.StreamHandler())
    set_up_logs()
    logging.getLogger("rasa.core.processor").error("said %s", CANARY)
    assert CANARY not in capsys.readouterr().err
