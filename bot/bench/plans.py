"""How the databases find what is asked of them: everything that runs for a message, in a job or at the desk.

The statements are noted while they are carried out on small records, and explained on large ones: none may read a whole
table that grows.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, event

from bot.records.addresses import build_addresses
from bot.records.audit import Audit
from bot.records.conversations import Conversations, Event
from bot.records.hand_offs import HandOffs
from bot.records.inbox import LONGEST_WAIT, Inbox, Memory
from bot.records.missed import Missed
from bot.records.tally import Tally
from bot.records.transcripts import Transcripts
from bot.records.votes import Votes

GROWING = frozenset(
    {
        *("conversation_event", "inbox_message", "messenger_conversation", "hand_off", "clerk_message", "vote"),
        *("missed_question", "tally", "desk_audit"),
    }
)
# Read whole and yet small: what is open, and the latest of what is ordered by its number.
SHORT = frozenset({"ix_inbox_message_open", "ix_missed_question_waiting", "uq_hand_off_open", "desk_audit_pkey"})
LATEST = ("desk_audit",)
BY_KIND = re.compile(r"\((?:channel|type)=\?\)$")  # an index that is entered by what a great part of the rows has
SECRET = "for the plans of queries alone, nothing is kept"
HERS, ANOTHER, OLD, NUMBER = "hers", "another", "old", "+6591234567"
CHANNELS = ("twilio", "telegram")
PARTS = [{"text": "Yes.", "choices": []}]
WHILE = timedelta(minutes=1)


@dataclass(frozen=True)
class Statement:
    """One statement as the driver was given it."""

    text: str
    parameters: Any


@dataclass(frozen=True)
class WholeTable:
    """A statement that reads a whole table that grows, and how the plan says so."""

    statement: str
    plan: str


def statements(engine: Engine, now: datetime, days: int = 30) -> list[Statement]:
    """Return what is carried out on small records: once everything that a message, a job and the desk do there."""
    noted: dict[str, Statement] = {}

    def note(_connection: Any, _cursor: Any, text: str, parameters: Any, _context: Any, many: bool) -> None:
        if not many and text.split(maxsplit=1)[0] in ("SELECT", "UPDATE", "DELETE"):
            noted.setdefault(text, Statement(text, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        _everything(engine, now, days)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return list(noted.values())


def whole_tables(engine: Engine, asked: list[Statement]) -> list[WholeTable]:
    """Return which of some statements read a whole table that grows, as the database plans them."""
    steps = _steps_of_postgresql if engine.dialect.name == "postgresql" else _steps_of_sqlite
    with engine.connect() as connection:
        return [WholeTable(one.text, step) for one in asked for step in steps(connection, one)]


def _steps_of_sqlite(connection: Connection, asked: Statement) -> Iterator[str]:
    for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked.text}", asked.parameters):
        words = str(row.detail).split()
        is_whole = words[0] == "SCAN" or (words[0] == "SEARCH" and BY_KIND.search(str(row.detail)))
        if not is_whole or words[1] in LATEST:
            continue
        name = words[1] if words[1] in GROWING else next((one for one in GROWING if f" {one} AS " in asked.text), "")
        if name and not SHORT.intersection(words):
            yield str(row.detail)


def _steps_of_postgresql(connection: Connection, asked: Statement) -> Iterator[str]:
    found = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {asked.text}", asked.parameters).scalar_one()
    plan = found if isinstance(found, list) else json.loads(found)
    for node in _nodes(plan[0]["Plan"]):
        index = node.get("Index Name")
        is_whole = node["Node Type"] == "Seq Scan" or (index is not None and not _is_bound(node))
        if is_whole and index not in SHORT and node.get("Relation Name") in GROWING:
            yield f"{node['Node Type']} on {node['Relation Name']} {index or ''}".strip()


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


def _is_bound(node: dict[str, Any]) -> bool:
    return "Index Cond" in node or node["Node Type"].startswith("Bitmap")


def _everything(engine: Engine, now: datetime, days: int) -> None:
    conversations, hand_offs = Conversations(engine), HandOffs(engine)
    _talk(conversations, OLD, now - timedelta(days=days + 1))
    _talk(conversations, HERS, now)
    _ask_in_conversation(conversations)
    _by_messenger(Inbox(engine, build_addresses(SECRET), str), now)
    _with_a_person(hand_offs, now)
    transcripts, missed, tally = Transcripts(engine), Missed(engine), Tally(engine)
    transcripts.read(HERS), transcripts.latest(HERS), transcripts.language(HERS)
    Votes(engine).cast(HERS, HERS, 0, False, now)
    Votes(engine).cast(HERS, HERS, 0, True, now)
    missed.waiting(10), missed.count_waiting(), missed.handle([1], "aside", "anna", now)
    tally.add(now.date(), "topics", "pain")
    tally.between(now.date() - timedelta(days=90), now.date())
    Audit(engine).latest(10), Audit(engine).latest(10, 5, "pain")
    conversations.forget_older_than(now - timedelta(days=days))
    conversations.quarantine(HERS, now)
    conversations.forget(HERS)


def _talk(conversations: Conversations, sender_id: str, at: datetime) -> None:
    custom = {"kind": "answer", "text": "Yes.", "topic": "pain", "procedure": "hsg"}
    told: Event = {"timestamp": at.timestamp()}
    events: list[Event] = [
        told | {"event": "user", "text": "Does it hurt?", "message_id": sender_id},
        told | {"event": "bot", "data": {"custom": custom}},
    ]
    conversations.add(sender_id, events, kept=0, checkpoint={})


def _ask_in_conversation(conversations: Conversations) -> None:
    conversations.window(HERS), conversations.latest_events(HERS), conversations.count_messages(HERS)
    conversations.said_to(HERS, HERS), conversations.export(HERS)


def _by_messenger(inbox: Inbox, now: datetime) -> None:
    inbox.take(CHANNELS[0], "SM1", NUMBER, "Does it hurt?", now)
    claimed = inbox.claim("door", now + LONGEST_WAIT, CHANNELS)
    if claimed is None:
        raise AssertionError("a message that waits is claimed")
    claimed = inbox.answered(claimed, PARTS, Memory(), True, now)
    inbox.done(inbox.delivered(claimed, 1, now))


def _with_a_person(hand_offs: HandOffs, now: datetime) -> None:
    begun, _ = hand_offs.begin(HERS, "door", now, out_of_hours=False, sign_level="clinic_now")
    hand_offs.of(HERS), hand_offs.is_taken(HERS), hand_offs.place(begun), hand_offs.told(HERS, 0)
    hand_offs.wish(HERS, "sealed", now)
    hand_offs.keep_address(HERS, "sealed")
    hand_offs.open_ones(), hand_offs.counts(), hand_offs.get(begun.id), hand_offs.wished_phone(begun.id)
    hand_offs.alert(begun, "Please wait.", [], now)
    hand_offs.take(begun.id, "anna", now, "Anna is here.", [])
    hand_offs.say(begun.id, "anna", "Good morning.", PARTS, now + WHILE)
    hand_offs.hand_back(begun.id, "anna", "The assistant is back.", PARTS, now + WHILE)
