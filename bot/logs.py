"""Logs as one JSON object a line, with the id of the request that they belong to. No message text ever stands in them.

Our own loggers and few others write what they are given. Of everyone else's lines only the place, the level and the
kind of error are kept: libraries put texts, slots and parameters into theirs.
"""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

OUR_LOGGERS = ("bot", "actions", "serve")
KNOWN_LOGGERS = (*OUR_LOGGERS, "uvicorn", "alembic")  # they never see a text; what they say at a start is needed
REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line: time, level, logger, request; what happened, or where; the kind of error and its place."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request": REQUEST_ID.get() or None,
        }
        if record.name.partition(".")[0] in KNOWN_LOGGERS:
            line["event"] = record.getMessage()
            line |= getattr(record, "details", {})
        else:
            line["place"] = f"{record.module}:{record.lineno}"
        if record.exc_info and record.exc_info[1] is not None:
            line |= _error(record.exc_info[1])
        return json.dumps({key: value for key, value in line.items() if value is not None}, ensure_ascii=False)


def set_up_logs(level: int = logging.INFO) -> None:
    """Send every log line of this process to the standard error as JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in OUR_LOGGERS:
        logging.getLogger(name).setLevel(level)


def _error(error: BaseException) -> dict[str, str]:
    """Return the kind of an error and the innermost place it came from, without its words."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return {"error": type(error).__name__, "error_place": place}
