"""Fill databases as years of use would: a million conversations in the records, 100,000 rows in the knowledge table.

What goes in by bulk is made of what is real: conversations that were held, rows of the shipped table. The databases are
new ones, made for this.
"""

import base64
import csv
import io
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations, islice
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, func, insert, select

from bot.knowledge import tables as knowledge
from bot.knowledge.tables import ConditionRecord, RevisionRecord, RowRecord
from bot.records import tables as records
from bot.records.conversations import SESSION_STARTED
from bot.records.tables import (
    AuditRecord,
    ClerkMessageRecord,
    EventRecord,
    HandOffRecord,
    InboxRecord,
    MessengerRecord,
    MissedRecord,
    TallyRecord,
    VoteRecord,
)

SEED = 7
RETENTION_DAYS = 30
HOURS_OF_RETENTION = 24 * RETENTION_DAYS
MESSENGERS, HANDED_OVER, VOTED, MISSED = 5, 50, 10, 10  # every so-many-th conversation
OPEN_HAND_OFFS = 20
AUDITED, TALLIED_DAYS, TALLIED_KEYS = 50_000, 365, 60
PUBLISHED = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
ID, AT = "@the id@", "@the time@"
COPIED_AT_A_TIME = 20_000
CHANGES_A_COPY = 3  # conditions
PARTS_LEFT_OUT = ("conflict_place", "row_revision")

Cells = tuple[Any, ...]
Event = Mapping[str, Any]


@dataclass(frozen=True)
class Talk:
    """A conversation that was held, as it is written again: of each event the kind, the seconds and the data."""

    events: tuple[tuple[str, float, str], ...]

    def rows(self, sender_id: str, number: int, began: datetime) -> Iterator[Cells]:
        """Yield its events as another conversation that began at another time; times are UTC."""
        for place, (kind, seconds, data) in enumerate(self.events):
            at = began + timedelta(seconds=seconds)
            message = f"{number:032x}" if kind == "user" else None
            written = data.replace(ID, f"{number:032x}").replace(AT, f"{at.replace(tzinfo=UTC).timestamp():.6f}")
            yield sender_id, kind, message if place == self.asked_at else None, _time(at), written

    @property
    def asked_at(self) -> int:
        """The place of its message among its events; past the last where it has none."""
        return next((at for at, (kind, _, _) in enumerate(self.events) if kind == "user"), len(self.events))


def talk_of(events: Sequence[Event], most: int) -> Talk:
    """Return a conversation of one message that was held, as a talk of so many events at most.

    The session's begin, her message and what was said are always of it.
    """
    wanted = {SESSION_STARTED, "user", "bot"}
    spare = max(0, most - sum(event["event"] in wanted for event in events))
    chosen, began = [], float(events[0]["timestamp"])
    for event in events:
        if event["event"] not in wanted:
            if not spare:
                continue
            spare -= 1
        data = json.dumps({**event, "timestamp": AT}, ensure_ascii=False).replace(f'"{AT}"', AT)
        if event.get("message_id"):
            data = data.replace(str(event["message_id"]), ID)
        chosen.append((str(event["event"]), float(event["timestamp"]) - began, data))
    return Talk(tuple(chosen))


@dataclass(frozen=True)
class Past:
    """Conversations that were held before now, spread evenly over the time for which they are kept.

    As many as come in an hour are older than that: they are to be deleted next.
    """

    talks: Sequence[Talk]
    conversations: int
    now: datetime

    def events(self) -> Iterator[Cells]:
        """Yield the rows of all events."""
        for number, (sender_id, began) in enumerate(self.held()):
            yield from self.talks[number % len(self.talks)].rows(sender_id, number, began)

    def held(self) -> Iterator[tuple[str, datetime]]:
        """Yield the id of each conversation and when it began, in no order."""
        chance = random.Random(SEED)
        keeps = timedelta(days=RETENTION_DAYS)
        for number in range(self.conversations):
            name = chance.randbytes(16)
            is_messenger = number % MESSENGERS == 0
            sender_id = name.hex() if is_messenger else base64.urlsafe_b64encode(name).decode().rstrip("=")
            age = keeps * chance.random()
            if number % HOURS_OF_RETENTION == 0:
                age = keeps + timedelta(hours=1 + chance.random())
            yield sender_id, self.now - age

    def inbox(self) -> Iterator[Cells]:
        """Yield the messages of messengers: answered, with nothing left but their ids."""
        for number, (sender_id, began) in self._every(MESSENGERS):
            yield "twilio", f"SM{number:032x}", sender_id, _time(began), "done", 0, 1

    def messengers(self) -> Iterator[Cells]:
        """Yield what is remembered of the conversations of messengers."""
        for _, (sender_id, began) in self._every(MESSENGERS):
            yield sender_id, "twilio", _time(began), "[]", "en", _time(began)

    def hand_offs(self) -> Iterator[Cells]:
        """Yield the hand-offs: the last ones are open, all others closed."""
        all_of_them = list(self._every(HANDED_OVER))
        for place, (_, (sender_id, began)) in enumerate(all_of_them):
            is_open = place >= len(all_of_them) - OPEN_HAND_OFFS
            opened = began + timedelta(minutes=2)
            ended = None if is_open else _time(opened + timedelta(minutes=20))
            taken = None if is_open else _time(opened + timedelta(minutes=1))
            yield sender_id, "door", "waiting" if is_open else "closed", _time(opened), 0, taken, "anna", ended

    def clerk_messages(self) -> Iterator[Cells]:
        """Yield what clerks wrote: two messages in each hand-off."""
        for place, (_, (sender_id, began)) in enumerate(self._every(HANDED_OVER), start=1):
            for minutes in (4, 6):
                yield place, sender_id, _time(began + timedelta(minutes=minutes)), "anna", "Good morning. Yes, please."

    def votes(self) -> Iterator[Cells]:
        """Yield the votes."""
        for number, (sender_id, began) in self._every(VOTED):
            yield sender_id, f"{number:032x}", 0, number % 3 > 0, "pain", "hsg", _time(began)

    def missed(self) -> Iterator[Cells]:
        """Yield the missed questions; of three two are handled."""
        for number, (sender_id, began) in self._every(MISSED, beside=1):
            handled = (_time(began), "anna", "put aside") if number // MISSED % 3 else (None, None, None)
            text = "Can my sister be with me while it is done?"
            yield sender_id, f"{number:032x}", _time(began), text, "rejected", "staff", None, 0.4, *handled

    def audit(self) -> Iterator[Cells]:
        """Yield what was done at the desk."""
        for number in range(AUDITED):
            at = self.now - timedelta(minutes=AUDITED - number)
            yield _time(at), "anna", "showed a number", str(number), "{}"

    def tally(self) -> Iterator[Cells]:
        """Yield the counts of a year."""
        for back in range(TALLIED_DAYS):
            for key in range(TALLIED_KEYS):
                yield str((self.now - timedelta(days=back)).date()), "topics", f"topic-{key}", key + 1

    def _every(self, many: int, beside: int = 0) -> Iterator[tuple[int, tuple[str, datetime]]]:
        return islice(enumerate(self.held()), beside, None, many)


COLUMNS: dict[type[records.Base], tuple[Callable[[Past], Iterator[Cells]], str]] = {
    EventRecord: (Past.events, "sender_id type message_id at data"),
    InboxRecord: (Past.inbox, "channel message_id sender_id received_at state delivered tries"),
    MessengerRecord: (Past.messengers, "sender_id channel consent_told_at choices language heard_at"),
    HandOffRecord: (
        Past.hand_offs,
        "sender_id channel state opened_at out_of_hours taken_at taken_by closed_at",
    ),
    ClerkMessageRecord: (Past.clerk_messages, "hand_off_id sender_id at by text"),
    VoteRecord: (Past.votes, "sender_id message_id place helpful topic procedure at"),
    MissedRecord: (
        Past.missed,
        "sender_id message_id at text why topic procedure confidence handled_at handled_by handled_as",
    ),
    AuditRecord: (Past.audit, "at by what subject details"),
    TallyRecord: (Past.tally, "day what key count"),
}


def fill_records(engine: Engine, past: Past) -> dict[str, int]:
    """Write conversations into empty records, with all that they leave behind; return how many rows each table has."""
    written = {}
    for record, (rows, columns) in COLUMNS.items():
        table = record.__table__
        assert isinstance(table, Table)
        for index in table.indexes:
            index.drop(engine)
        copy = _copy_to_postgresql if engine.dialect.name == "postgresql" else _insert_into_sqlite
        copy(engine, table.name, columns.split(), rows(past))
        for index in table.indexes:
            index.create(engine)
        with engine.connect() as connection:
            written[table.name] = connection.scalar(select(func.count()).select_from(table)) or 0
    _gather_statistics(engine)
    return written


def shorten(engine: Engine, topics: Sequence[str], rows: int) -> None:
    """Leave the knowledge rows on some topics, and of the others as many as wanted."""
    order = (RowRecord.topic.not_in(topics), RowRecord.place)
    left = select(RowRecord.id).order_by(*order).limit(rows)
    with engine.begin() as connection:
        for table in _parts():
            connection.execute(delete(table).where(table.c.row_id.not_in(left)))
        connection.execute(delete(RowRecord).where(RowRecord.id.not_in(left)))


def lengthen(engine: Engine, conditions: Sequence[str], rows: int) -> None:
    """Copy knowledge rows with all their parts until there are as many as wanted.

    One copy stands on a topic of its own, the next beside its original, under three of the `conditions` more. Each was
    written and published by the clinic.
    """
    narrow = combinations(conditions, CHANGES_A_COPY)
    with engine.begin() as connection:
        originals = _all(connection, RowRecord.__table__)
        parts = {table: _all(connection, table) for table in _parts()}
        missing, number = rows - len(originals), 0
        while missing > 0:
            copied = originals[:missing]
            named = {row["id"]: f"{row['id'][:100]}-{number}" for row in copied}
            under = () if number % 2 else next(narrow)
            _write(connection, RowRecord.__table__, [_copy(row, named, number, under) for row in copied])
            _write(connection, RevisionRecord.__table__, [_published(name) for name in named.values()])
            for table, details in parts.items():
                mine = [detail | {"row_id": named[detail["row_id"]]} for detail in details if detail["row_id"] in named]
                if table.name == ConditionRecord.__tablename__:
                    more = [{"row_id": name, "condition": condition} for name in named.values() for condition in under]
                    there = {(one["row_id"], one["condition"]) for one in mine}
                    mine += [one for one in more if (one["row_id"], one["condition"]) not in there]
                _write(connection, table, mine)
            missing, number = missing - len(copied), number + 1
    _gather_statistics(engine)


def _copy(row: dict[str, Any], named: Mapping[str, str], number: int, under: Sequence[str]) -> dict[str, Any]:
    changed = {"id": named[row["id"]], "origin": "clinic"}
    if under:
        return row | changed | {"narrowed_by": min(filter(None, (row["narrowed_by"], *under)))}
    return row | changed | {"topic": f"{row['topic'][:50]}_{number}"}


def _published(row_id: str) -> dict[str, Any]:
    """Return the revision of a row that the clinic wrote and published."""
    signed = {"author": "anna", "approved_by": "dora", "published_by": "anna"}
    times = {"written_at": PUBLISHED, "approved_at": PUBLISHED, "published_at": PUBLISHED}
    return {"row_id": row_id, "number": 1, "body": {}, "state": "published", "comment": "", **signed, **times}


def _parts() -> list[Table]:
    """Return the tables that hold parts of a row, but where sources differ, which names topics of its own."""
    found = knowledge.Base.metadata.sorted_tables
    return [table for table in found if "row_id" in table.c and table.name not in PARTS_LEFT_OUT]


def _all(connection: Connection, table: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(select(table)).mappings()]


def _write(connection: Connection, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _gather_statistics(engine: Engine) -> None:
    """Let PostgreSQL know what its tables hold, as it does by itself in time; SQLite plans without."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql("VACUUM ANALYZE")


def _insert_into_sqlite(engine: Engine, table: str, columns: Sequence[str], rows: Iterator[Cells]) -> None:
    places = ", ".join("?" for _ in columns)
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA cache_size = -1000000")
        cursor.executemany(f"INSERT INTO {table} ({_named(columns)}) VALUES ({places})", rows)  # type: ignore[arg-type]
        connection.commit()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def _copy_to_postgresql(engine: Engine, table: str, columns: Sequence[str], rows: Iterator[Cells]) -> None:
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("SET statement_timeout = 0")
        while some := list(islice(rows, COPIED_AT_A_TIME)):
            text = io.StringIO()
            csv.writer(text).writerows(some)
            text.seek(0)
            cursor.copy_expert(f"COPY {table} ({_named(columns)}) FROM STDIN WITH (FORMAT csv)", text)
        connection.commit()
    finally:
        connection.close()


def _named(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _time(at: datetime) -> str:
    """Return a time as both databases read it."""
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")
