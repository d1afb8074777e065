"""Read a file of labelled messages, one JSON object a line, and refuse it with every bad line named.

A line about topics holds `text`, `scope` (in, out, urgent) and `topics`: one inner list for each thing asked, naming
every topic that would be a right place for it. `accept_urgent` says that an urgent reply is right too. Other keys are
passed over. The other kinds of lines are `bot.evaluation.signs` and `bot.evaluation.dates`.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from bot.messages import EmptyMessage, LongMessage, clean

Scope = Literal["in", "out", "urgent"]
MOST_SHOWN = 60


class BadLines(Exception):
    """A file of messages that cannot be used; the message names each line and what was expected there."""


class Labelled(BaseModel):
    """A message that can be sent. `marks` are the keys that tell this kind of line, `example` is one of it."""

    model_config = ConfigDict(frozen=True, strict=True)
    marks: ClassVar[frozenset[str]]
    example: ClassVar[str]
    id: str
    text: str

    @classmethod
    def expected(cls) -> str:
        """Return what a line of this kind looks like, in words."""
        return f"expected a JSON object such as {cls.example}"

    def request(self) -> dict[str, str | None]:
        """Return what is sent to the chat API: the message, in a conversation of its own."""
        return {"message": self.text, "session": None}

    @field_validator("text")
    @classmethod
    def _can_be_sent(cls, text: str) -> str:
        try:
            clean(text)
        except (EmptyMessage, LongMessage) as error:
            raise ValueError(f"expected a message that the chat API takes: {error}") from error
        return text


class Message(Labelled):
    """A message, and the topics that it asks about."""

    marks = frozenset({"scope", "topics", "accept_urgent"})
    example = '{"text": "Does it hurt?", "scope": "in", "topics": [["pain"]]}'
    scope: Scope = "in"
    topics: list[Annotated[list[str], Field(min_length=1)]] = []
    accept_urgent: bool = False

    @model_validator(mode="after")
    def _asks_when_in_scope(self) -> "Message":
        if self.scope == "in" and not self.topics:
            raise ValueError("topics: expected at least one inner list where the scope is 'in'")
        if self.scope == "out" and self.topics:
            raise ValueError(f"topics: expected none where the scope is 'out', found {self.topics}")
        return self


Line = TypeVar("Line", bound=Labelled)


def read_messages(path: Path) -> list[Message]:
    """Return the messages about topics of a file, as `read_lines` does.

    Raises:
        BadLines: the file cannot be read, holds no message, or has lines that are not as expected.
    """
    return read_lines(path, [Message])


def read_lines(path: Path, shapes: Sequence[type[Line]]) -> list[Line]:
    """Return the lines of a file, in its order; one without an id gets its number as the id.

    All are of one shape: the one that the first line with a mark of any has, and the first shape when no line has one.

    Raises:
        BadLines: the file cannot be read, holds no line, or has lines that are not as expected.
    """
    try:
        lines = [(number, line) for number, line in enumerate(path.read_bytes().splitlines(), start=1) if line.strip()]
    except OSError as error:
        raise BadLines(f"{path}: cannot be read: {error.strerror}") from error
    shape = next((one for _, line in lines if (one := _shape_of(line, shapes))), shapes[0])
    read, problems = [], []
    for number, line in lines:
        try:
            if _shape_of(line, shapes) not in (shape, None):
                raise BadLines(f"is of another kind than the lines before; {shape.expected()}")
            read.append(_line(line, number, shape))
        except BadLines as error:
            problems += [f"{path}: line {number}: {problem}" for problem in error.args]
    if not lines:
        problems.append(f"{path}: holds no line; {shape.expected()}")
    if problems:
        raise BadLines("\n".join(problems))
    return read


def unknown_topics(messages: Iterable[Labelled], known: set[str]) -> list[str]:
    """Return a sentence for each message that names a topic which no reply can have."""
    return [
        f"{message.id}: no topic of the knowledge table is called {', '.join(unknown)}; counted as never found"
        for message in messages
        if isinstance(message, Message)
        and (unknown := sorted({topic for asked in message.topics for topic in asked} - known))
    ]


def _shape_of(line: bytes, shapes: Iterable[type[Line]]) -> type[Line] | None:
    """Return the first shape that a line has a mark of."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return next((shape for shape in shapes if isinstance(found, dict) and shape.marks & found.keys()), None)


def _line(line: bytes, number: int, shape: type[Line]) -> Line:
    try:
        found = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadLines(f"is not JSON ({error.msg} at column {error.colno}); {shape.expected()}") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise BadLines(f"cannot be read ({error}); expected JSON in UTF-8") from error
    if not isinstance(found, dict):
        raise BadLines(f"found {type(found).__name__}; {shape.expected()}")
    try:
        return shape.model_validate({"id": f"line {number}"} | found)
    except ValidationError as error:
        raise BadLines(*(_problem(one, shape) for one in error.errors())) from error


def _problem(error: ErrorDetails, shape: type[Labelled]) -> str:
    """Return one of pydantic's errors as `key: what is wrong, what was found`."""
    where = ".".join(map(str, error["loc"]))
    what = error["msg"].removeprefix("Value error, ")
    if error["type"] == "missing":
        return f"{where}: is missing; {shape.expected()}"
    if error["type"] == "value_error":
        return f"{where}: {what}" if where else what
    found = repr(error["input"])
    return f"{where}: {what}, found {found if len(found) <= MOST_SHOWN else found[:MOST_SHOWN] + '...'}"
