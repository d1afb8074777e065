"""Read a file of labelled messages, one JSON object a line, and refuse it with every bad line named.

A line holds `text`, `scope` (in, out, urgent) and `topics`: one inner list for each thing asked, naming every topic
that would be a right place for it. `accept_urgent` says that an urgent reply is right too. Other keys are passed over.
"""

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from bot.web.messages import EmptyMessage, LongMessage, clean

Scope = Literal["in", "out", "urgent"]
EXPECTED = 'expected a JSON object such as {"text": "Does it hurt?", "scope": "in", "topics": [["pain"]]}'
MOST_SHOWN = 60


class BadLines(Exception):
    """A file of messages that cannot be used; the message names each line and what was expected there."""


class Message(BaseModel):
    """One labelled message."""

    model_config = ConfigDict(frozen=True, strict=True)
    id: str
    text: str
    scope: Scope = "in"
    topics: list[Annotated[list[str], Field(min_length=1)]] = []
    accept_urgent: bool = False

    @field_validator("text")
    @classmethod
    def _can_be_sent(cls, text: str) -> str:
        try:
            clean(text)
        except (EmptyMessage, LongMessage) as error:
            raise ValueError(f"expected a message that the chat API takes: {error}") from error
        return text

    @model_validator(mode="after")
    def _asks_when_in_scope(self) -> "Message":
        if self.scope == "in" and not self.topics:
            raise ValueError("topics: expected at least one inner list where the scope is 'in'")
        if self.scope == "out" and self.topics:
            raise ValueError(f"topics: expected none where the scope is 'out', found {self.topics}")
        return self


def read_messages(path: Path) -> list[Message]:
    """Return the messages of a file, in its order; one without an id gets its line as the id.

    Raises:
        BadLines: the file cannot be read, holds no message, or has lines that are not as expected.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise BadLines(f"{path}: cannot be read: {error.strerror}") from error
    messages, problems = [], []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                messages.append(_message(line, number))
            except BadLines as error:
                problems += [f"{path}: line {number}: {problem}" for problem in error.args]
    if not lines or not (messages or problems):
        problems.append(f"{path}: holds no line; {EXPECTED}")
    if problems:
        raise BadLines("\n".join(problems))
    return messages


def unknown_topics(messages: list[Message], known: set[str]) -> list[str]:
    """Return a sentence for each message that names a topic which no reply can have."""
    return [
        f"{message.id}: no topic of the knowledge table is called {', '.join(unknown)}; counted as never found"
        for message in messages
        if (unknown := sorted({topic for asked in message.topics for topic in asked} - known))
    ]


def _message(line: bytes, number: int) -> Message:
    try:
        found = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadLines(f"is not JSON ({error.msg} at column {error.colno}); {EXPECTED}") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise BadLines(f"cannot be read ({error}); expected JSON in UTF-8") from error
    if not isinstance(found, dict):
        raise BadLines(f"found {type(found).__name__}; {EXPECTED}")
    try:
        return Message.model_validate({"id": f"line {number}"} | found)
    except ValidationError as error:
        raise BadLines(*map(_problem, error.errors())) from error


def _problem(error: ErrorDetails) -> str:
    """Return one of pydantic's errors as `key: what is wrong, what was found`."""
    where = ".".join(map(str, error["loc"]))
    what = error["msg"].removeprefix("Value error, ")
    if error["type"] == "missing":
        return f"{where}: is missing; {EXPECTED}"
    if error["type"] == "value_error":
        return f"{where}: {what}" if where else what
    found = repr(error["input"])
    return f"{where}: {what}, found {found if len(found) <= MOST_SHOWN else found[:MOST_SHOWN] + '...'}"
