"""Questions that were not answered well: noted with the conversation they stand in, kept until the desk handles them.

Their texts are masked. Plain SQLAlchemy with the time passed in; how they are grouped stands in `bot/desk/groups.py`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.records.tables import ExampleRecord, MissedRecord
from bot.understanding.corrections import corrects

REJECTED, UNCLEAR, NOT_COVERED, CORRECTED, VOTED_DOWN = "rejected", "unclear", "not_covered", "corrected", "voted_down"
NOT_UNDERSTOOD = {"out_of_scope": REJECTED, "nlu_fallback": UNCLEAR}
MOST_OF_TEXT = 500
Event = Mapping[str, Any]


@dataclass(frozen=True)
class MissedQuestion:
    """A question that waits for the desk. `vector` is what it means, where that was worked out. Times are UTC."""

    id: int
    at: datetime
    text: str
    why: str
    topic: str | None
    procedure: str | None
    confidence: float | None
    vector: bytes | None


@dataclass(frozen=True)
class Example:
    """A sentence that the desk gave to an intent; `is_new` until a model was trained with it."""

    intent: str
    text: str
    is_new: bool


@dataclass(frozen=True)
class Missed:
    """The missed questions and training examples of one database."""

    engine: Engine

    def waiting(self, most: int) -> list[MissedQuestion]:
        """Return the latest questions that nobody has handled, the newest first."""
        wanted = select(MissedRecord).where(MissedRecord.handled_at.is_(None)).order_by(MissedRecord.id.desc())
        with Session(self.engine) as session:
            return [_question(record) for record in session.scalars(wanted.limit(most))]

    def count_waiting(self) -> int:
        """Return how many questions nobody has handled."""
        wanted = select(func.count()).select_from(MissedRecord).where(MissedRecord.handled_at.is_(None))
        with Session(self.engine) as session:
            return session.scalar(wanted) or 0

    def keep_vectors(self, vectors: Mapping[int, bytes]) -> None:
        """Keep what questions mean, so that it is worked out once."""
        with Session(self.engine) as session, session.begin():
            for number, vector in vectors.items():
                session.execute(update(MissedRecord).where(MissedRecord.id == number).values(vector=vector))

    def handle(self, numbers: Collection[int], handled_as: str, by: str, now: datetime) -> list[str]:
        """Mark questions as handled; return the texts of those that nobody had handled before."""
        with Session(self.engine) as session, session.begin():
            wanted = select(MissedRecord).where(MissedRecord.id.in_(numbers), MissedRecord.handled_at.is_(None))
            records = session.scalars(wanted.order_by(MissedRecord.id).with_for_update()).all()
            for record in records:
                record.handled_at, record.handled_by, record.handled_as = now, by, handled_as
            return [record.text for record in records]

    def teach(self, intent: str, texts: Sequence[str], by: str, now: datetime) -> int:
        """Make sentences training examples of an intent; return how many were new."""
        added = 0
        for text in texts:
            record = ExampleRecord(intent=intent, text=text[:MOST_OF_TEXT], added_by=by, added_at=now)
            try:
                with Session(self.engine) as session, session.begin():
                    session.add(record)
            except IntegrityError:
                continue
            added += 1
        return added

    def examples(self) -> list[Example]:
        """Return every training example, in the order of intent and text."""
        wanted = select(ExampleRecord).order_by(ExampleRecord.intent, ExampleRecord.text)
        with Session(self.engine) as session:
            return [Example(one.intent, one.text, one.trained_at is None) for one in session.scalars(wanted)]

    def trained(self, examples: Collection[tuple[str, str]], now: datetime) -> None:
        """Note that a published model was trained with examples, each an intent and a text."""
        with Session(self.engine) as session, session.begin():
            for record in session.scalars(select(ExampleRecord).where(ExampleRecord.trained_at.is_(None))):
                if (record.intent, record.text) in examples:
                    record.trained_at = now


def missed_in(sender_id: str, events: Sequence[Event], kept: int) -> Iterator[MissedRecord]:
    """Return what was missed in a conversation's events; the first `kept` were looked at before.

    A message that takes the answer before it back ("no, I meant ...") tells that the message before it was missed.
    """
    before: int | None = None
    for place, event in enumerate(events):
        if event["event"] != "user":
            continue
        if place >= kept and event.get("message_id") and event.get("text"):
            said = [one for one in _after(events, place) if one["event"] == "bot"]
            why = _why(event, said)
            if why is not None:
                yield _record(sender_id, event, said, why)
            elif before is not None and corrects(str(event["text"])):
                said = [one for one in _after(events, before) if one["event"] == "bot"]
                if _why(events[before], said) is None:
                    yield _record(sender_id, events[before], said, CORRECTED)
        before = place if event.get("message_id") else None


def _why(event: Event, said: Sequence[Event]) -> str | None:
    """Return why the answer to a message is none that helps; null where it may."""
    read = event.get("parse_data") or {}
    if read.get("signs"):
        return None
    for question in read.get("questions", ()):
        if (why := NOT_UNDERSTOOD.get(question["ranking"][0]["name"])) is not None:
            return why
    records = [record for one in said if (record := _reason(one))]
    return NOT_COVERED if any(one["kind"] == "not_covered" and not one["rules"] for one in records) else None


def _record(sender_id: str, event: Event, said: Sequence[Event], why: str) -> MissedRecord:
    reasons = [reason for one in said if (reason := _reason(one))]
    likely = [topic for reason in reasons for topic in (reason["topic"], *reason["likely"]) if topic]
    procedures = [reason["procedure"] for reason in reasons if reason["procedure"]]
    return MissedRecord(
        sender_id=sender_id,
        message_id=str(event["message_id"]),
        at=datetime.fromtimestamp(event["timestamp"], UTC).replace(tzinfo=None),
        text=str(event["text"])[:MOST_OF_TEXT],
        why=why,
        topic=likely[0] if likely else None,
        procedure=procedures[0] if procedures else None,
        confidence=reasons[0]["confidence"] if reasons else None,
    )


def _after(events: Sequence[Event], place: int) -> Sequence[Event]:
    """Return the events between a message and the next."""
    end = next((at for at in range(place + 1, len(events)) if events[at]["event"] == "user"), len(events))
    return events[place + 1 : end]


def _reason(event: Event) -> dict[str, Any] | None:
    """Return the record of why a reply was given (`bot/record.py`); null where it has none."""
    reason: dict[str, Any] | None = (event.get("metadata") or {}).get("record")
    return reason


def _question(record: MissedRecord) -> MissedQuestion:
    return MissedQuestion(
        record.id,
        record.at,
        record.text,
        record.why,
        record.topic,
        record.procedure,
        record.confidence,
        record.vector,
    )
