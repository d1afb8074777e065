"""What was written in a conversation, to be read by a person who takes it over: her masked messages and the answers.

Plain SQLAlchemy; what is not text (slots, actions) is left out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from bot.records.tables import ClerkMessageRecord, EventRecord, UserRecord

By = Literal["patient", "assistant", "clerk", "desk"]
USER, BOT = "user", "bot"
MOST_LINES = 200
SHORT = 90


@dataclass(frozen=True)
class Line:
    """One thing written. `name` is the clerk's; `kind` is that of a reply, `level` that of a warning sign."""

    by: By
    at: datetime
    text: str
    name: str | None = None
    level: str | None = None
    kind: str | None = None


@dataclass(frozen=True)
class Read:
    """Lines in the order of their time, and up to where the conversation was read."""

    lines: tuple[Line, ...]
    event: int
    said: int


@dataclass(frozen=True)
class Transcripts:
    """The conversations of one database, as they read."""

    engine: Engine

    def read(self, sender_id: str, event: int = 0, said: int = 0) -> Read:
        """Return the last lines behind an event and behind what was said by people."""
        events = (
            select(EventRecord)
            .where(
                EventRecord.sender_id == sender_id,
                EventRecord.type.in_((USER, BOT)),
                EventRecord.quarantined_at.is_(None),
                EventRecord.id > event,
            )
            .order_by(EventRecord.id.desc())
            .limit(MOST_LINES)
        )
        by_people = (
            select(ClerkMessageRecord, UserRecord.full_name)
            .outerjoin(UserRecord, UserRecord.name == ClerkMessageRecord.by)
            .where(ClerkMessageRecord.sender_id == sender_id, ClerkMessageRecord.id > said)
            .order_by(ClerkMessageRecord.id.desc())
            .limit(MOST_LINES)
        )
        with Session(self.engine) as session:
            found = session.scalars(events).all()
            lines = [line for record in found if (line := _line(record)) is not None]
            for record, full_name in session.execute(by_people):
                lines.append(_said(record, full_name))
                said = max(said, record.id)
        lines.sort(key=lambda line: line.at)
        return Read(tuple(lines), max([event, *(record.id for record in found)]), said)

    def latest(self, sender_id: str) -> str:
        """Return the beginning of what she wrote last; empty where nothing is kept."""
        newest = select(func.max(EventRecord.id)).where(EventRecord.sender_id == sender_id, EventRecord.type == USER)
        with Session(self.engine) as session:
            record = session.scalar(select(EventRecord).where(EventRecord.id == newest.scalar_subquery()))
            line = _line(record) if record is not None else None
        text = " ".join(line.text.split()) if line else ""
        return text if len(text) <= SHORT else text[:SHORT].rstrip() + "\u2026"

    def language(self, sender_id: str) -> str:
        """Return the language in which she was answered last; English where nothing is kept."""
        newest = select(func.max(EventRecord.id)).where(EventRecord.sender_id == sender_id, EventRecord.type == BOT)
        with Session(self.engine) as session:
            record = session.scalar(select(EventRecord).where(EventRecord.id == newest.scalar_subquery()))
            custom = _custom(_data(record)) if record is not None else {}
        return "zh" if custom.get("language") == "zh" else "en"


def _line(record: EventRecord) -> Line | None:
    """Return what an event says; null where it says nothing that can be read."""
    data = _data(record)
    custom = _custom(data)
    text = custom.get("text") or data.get("text")
    if not isinstance(text, str) or not text.strip() or text.startswith("/"):
        return None
    if record.type == USER:
        return Line("patient", record.at, text)
    return Line("assistant", record.at, text, level=custom.get("level"), kind=custom.get("kind"))


def _said(record: ClerkMessageRecord, full_name: str | None) -> Line:
    if record.by is None:
        return Line("desk", record.at, record.text)
    return Line("clerk", record.at, record.text, name=full_name or record.by)


def _data(record: EventRecord) -> Mapping[str, Any]:
    try:
        data = json.loads(record.data)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _custom(data: Mapping[str, Any]) -> Mapping[str, Any]:
    custom = (data.get("data") or {}).get("custom")
    return custom if isinstance(custom, dict) else {}
