"""Whether replies helped: one vote a reply, changed at will. Who votes one down has the question noted as missed.

Plain SQLAlchemy with the time passed in.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from bot.database import insert_into
from bot.records.missed import MOST_OF_TEXT, VOTED_DOWN
from bot.records.tables import EventRecord, MissedRecord, VoteRecord
from bot.reply import Kind

VOTABLE: frozenset[Kind] = frozenset({"answer", "dates", "not_covered"})
USER, BOT = "user", "bot"
MOST_REPLIES = 50  # to one message


class NoSuchReply(Exception):
    """There is no reply at that place to that message, or none that is voted on."""


@dataclass(frozen=True)
class Vote:
    """A vote as it stood."""

    helpful: bool
    at: datetime


@dataclass(frozen=True)
class Votes:
    """The votes in one database. Each call is a transaction of its own."""

    engine: Engine

    def cast(self, sender_id: str, message_id: str, place: int, helpful: bool, now: datetime) -> Vote | None:
        """Keep whether the `place`-th reply (from 0) to a message helped; return the vote that it takes the place of.

        Raises:
            NoSuchReply: it is no reply of this conversation, or none that is voted on.
        """
        with Session(self.engine) as session, session.begin():
            question = _message(session, sender_id, message_id)
            reply = _reply(session, question, place)
            of_reply = (
                VoteRecord.sender_id == sender_id,
                VoteRecord.message_id == message_id,
                VoteRecord.place == place,
            )
            before = session.execute(
                select(VoteRecord.helpful, VoteRecord.at).where(*of_reply).with_for_update()
            ).one_or_none()
            vote = insert_into(self.engine, VoteRecord).values(
                sender_id=sender_id,
                message_id=message_id,
                place=place,
                helpful=helpful,
                topic=reply.get("topic"),
                procedure=reply.get("procedure"),
                at=now,
            )
            changed = {"helpful": vote.excluded.helpful, "at": vote.excluded.at}
            there = ["sender_id", "message_id", "place"]
            session.execute(vote.on_conflict_do_update(index_elements=there, set_=changed))
            if helpful:
                _take_back(session, sender_id, message_id)
            else:
                self._note_missed(session, question, reply, now)
        return Vote(*before) if before else None

    def _note_missed(self, session: Session, question: EventRecord, reply: dict[str, Any], now: datetime) -> None:
        said = json.loads(question.data)
        missed = insert_into(self.engine, MissedRecord).values(
            sender_id=question.sender_id,
            message_id=question.message_id,
            at=now,
            text=str(said.get("text") or "")[:MOST_OF_TEXT],
            why=VOTED_DOWN,
            topic=reply.get("topic"),
            procedure=reply.get("procedure"),
        )
        session.execute(missed.on_conflict_do_nothing(index_elements=["sender_id", "message_id", "why"]))


def _message(session: Session, sender_id: str, message_id: str) -> EventRecord:
    found = session.scalars(
        select(EventRecord).where(
            EventRecord.sender_id == sender_id,
            EventRecord.message_id == message_id,
            EventRecord.type == USER,
            EventRecord.quarantined_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        raise NoSuchReply
    return found


def _reply(session: Session, question: EventRecord, place: int) -> dict[str, Any]:
    """Return a reply to a message as the channel was given it."""
    if not 0 <= place < MOST_REPLIES:
        raise NoSuchReply
    following = select(func.min(EventRecord.id)).where(
        EventRecord.sender_id == question.sender_id, EventRecord.type == USER, EventRecord.id > question.id
    )
    until = session.scalar(following)
    said = (
        select(EventRecord.data)
        .where(EventRecord.sender_id == question.sender_id, EventRecord.type == BOT, EventRecord.id > question.id)
        .order_by(EventRecord.id)
        .offset(place)
        .limit(1)
    )
    data = session.scalar(said if until is None else said.where(EventRecord.id < until))
    reply: dict[str, Any] = ((json.loads(data).get("data") or {}).get("custom") or {}) if data else {}
    if reply.get("kind") not in VOTABLE:
        raise NoSuchReply
    return reply


def _take_back(session: Session, sender_id: str, message_id: str) -> None:
    """Take a question from the missed ones where no reply to it is voted down any more and nobody has handled it."""
    down = select(VoteRecord.id).where(
        VoteRecord.sender_id == sender_id, VoteRecord.message_id == message_id, VoteRecord.helpful.is_(False)
    )
    if session.scalar(down.limit(1)) is not None:
        return
    session.execute(
        delete(MissedRecord).where(
            MissedRecord.sender_id == sender_id,
            MissedRecord.message_id == message_id,
            MissedRecord.why == VOTED_DOWN,
            MissedRecord.handled_at.is_(None),
        )
    )
