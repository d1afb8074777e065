"""Does it stay as fast as everything grows? `make bench-growth`: the same beside itself, once small and once large.

A conversation at its 5th message beside one at its 300th; 100 knowledge rows beside 100,000; empty records beside those
of a million conversations. Both take turns in one run, each with the same messages; the medians are compared.
"""

import argparse
import json
import logging
import secrets
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select

from bot.bench.fill import RETENTION_DAYS, Past, Talk, fill_records, lengthen, shorten, talk_of
from bot.bench.load import FILES, questions
from bot.bench.plans import statements, whole_tables
from bot.database import open_engine
from bot.evaluation.messages import read_messages
from bot.files import ROOT
from bot.knowledge.check import check_knowledge
from bot.knowledge.load import prepare_database
from bot.knowledge.look_up import look_up
from bot.ports import free_port
from bot.question import Procedure, Question
from bot.records.addresses import build_addresses
from bot.records.conversations import Conversations, now_utc
from bot.records.hand_offs import HandOffs
from bot.records.inbox import Inbox
from bot.records.missed import Missed
from bot.records.retention import Retention
from bot.records.tables import EventRecord, open_records
from bot.serve import NotStarted, Stack, trained_model

RESULTS = ROOT / "results" / "bench"
MOST_TIMES = 1.3
SHORT, LONG = 5, 300  # messages
ROWS, MANY_ROWS = 100, 100_000
MANY_CONVERSATIONS = 1_000_000
EVENTS_OF_EACH = 4
MESSAGES_OF_NEW = 3
TALKS = 40
TOPICS = ("pain", "duration", "preparation", "timing", "bathing", "sex_after", "definition", "going_home", "results")
ANSWER_WITHIN_SECONDS = 60.0
REPLY_WITHIN = "20"  # seconds: a slow answer is measured, not given up
log = logging.getLogger("growth")

Timed = Callable[[int], list[float]]


class NotMeasured(Exception):
    """What could not be measured; the message says why."""


@dataclass(frozen=True)
class Times:
    """What one side took. Units: milliseconds."""

    messages: int
    p50: float
    p95: float


@dataclass(frozen=True)
class Compared:
    """Small beside large: the times of each, how many times as long the large one takes, and what else was seen."""

    what: str
    small: str
    large: str
    database: str
    times_small: Times
    times_large: Times
    ratio: float
    seen: dict[str, Any] = field(default_factory=dict)

    @property
    def is_flat(self) -> bool:
        """Whether the large one takes no longer than is agreed, and reads no whole table."""
        return self.ratio <= MOST_TIMES and not self.seen.get("whole_tables")

    @property
    def line(self) -> str:
        """It as a row of a table in Markdown."""
        small, large = self.times_small, self.times_large
        return (
            f"| {self.large} beside {self.small} | {self.database} | {small.messages} + {large.messages} "
            f"| {small.p50:.1f} | {large.p50:.1f} | {self.ratio:.2f} |"
        )


def side_by_side(small: Timed, large: Timed, rounds: int) -> tuple[list[float], list[float]]:
    """Return how long each took, in seconds; they take turns, and turns at being first. Once is for warming up."""
    took: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for place in (0, 1) if number % 2 else (1, 0):
            times = (small, large)[place](number)
            if number:
                took[place].extend(times)
    return took


def compared(
    what: str, small: str, large: str, database: str, took: tuple[Sequence[float], Sequence[float]], **seen: Any
) -> Compared:
    """Return what two lists of times, in seconds, come to."""
    first, second = times_of(took[0]), times_of(took[1])
    return Compared(what, small, large, database, first, second, round(second.p50 / first.p50, 3), seen)


def times_of(took: Sequence[float]) -> Times:
    """Return what times in seconds come to, in milliseconds."""
    ordered = sorted(1000 * one for one in took)
    p95 = ordered[len(ordered) * 95 // 100]
    return Times(len(ordered), round(statistics.median(ordered), 2), round(p95, 2))


class Patient:
    """Who writes to one stack, one message after the other."""

    def __init__(self, stack: Stack) -> None:
        self._client = httpx.Client(base_url=stack.url, timeout=ANSWER_WITHIN_SECONDS, trust_env=False)
        self.session: str | None = None
        self.told: list[str] = []

    def begin(self) -> None:
        """Begin another conversation."""
        self.session = None

    def ask(self, text: str) -> float:
        """Send a message; return the seconds until its answer was there.

        Raises:
            NotMeasured: there was none.
        """
        began = time.perf_counter()
        response = self._client.post("/api/chat", json={"message": text, "session": self.session})
        took = time.perf_counter() - began
        if not response.is_success:
            raise NotMeasured(f"no answer: status {response.status_code}")
        body = response.json()
        self.session = body["session"]
        self.told = [reply["text"] for reply in body["replies"]]
        return took

    def close(self) -> None:
        """Write no more."""
        self._client.close()


@dataclass(frozen=True)
class Bench:
    """Where it is measured: the model, the rounds, and the PostgreSQL server where there is one."""

    model: Path
    rounds: int
    conversations: int
    rows: int
    server: str | None
    folder: Path

    @property
    def kinds(self) -> tuple[str, ...]:
        """The databases to measure on."""
        return ("sqlite", "postgresql") if self.server else ("sqlite",)

    @contextmanager
    def database(self, kind: str, name: str) -> Iterator[str]:
        """Make a database, yield its address, and drop it at the end."""
        if kind == "sqlite":
            yield f"sqlite:///{self.folder / f'{name}.db'}"
            return
        assert self.server is not None
        mine = f"growth_{name}_{secrets.token_hex(4)}"
        engine = create_engine(self.server, isolation_level="AUTOCOMMIT")
        with closing(engine.connect()) as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {mine}")
            try:
                yield make_url(self.server).set(database=mine).render_as_string(hide_password=False)
            finally:
                connection.exec_driver_sql(f"DROP DATABASE {mine} WITH (FORCE)")
        engine.dispose()

    @contextmanager
    def stack(self, name: str, **addresses: str) -> Iterator[Stack]:
        """Start a stack over databases, each under its name in the environment, and stop it at the end."""
        folder = self.folder / name
        records = {"BOT_RECORDS_URL": f"sqlite:///{folder / 'conversations.db'}"}
        environ = {"BOT_RATE_LIMIT": "off", "BOT_REPLY_TIMEOUT_SECONDS": REPLY_WITHIN, **records, **addresses}
        stack = Stack(folder=folder, door_port=free_port(), model=self.model, environ=environ)
        with stack.running():
            yield stack

    def conversation(self) -> Iterator[Compared]:
        """Compare the 5th message of new conversations with those from the 300th on of one that goes on and on."""
        asked = questions()
        with self.stack("conversation") as stack, closing(Patient(stack)) as new, closing(Patient(stack)) as old:
            for number in range(LONG - SHORT):
                old.ask(asked[number % len(asked)])

            def last_of_turn(patient: Patient, number: int) -> list[float]:
                some = [asked[(number * SHORT + place) % len(asked)] for place in range(SHORT)]
                return [patient.ask(text) for text in some][-1:]

            def fifth(number: int) -> list[float]:
                new.begin()
                return last_of_turn(new, number)

            took = side_by_side(fifth, lambda number: last_of_turn(old, number), self.rounds)
            last = LONG + self.rounds * SHORT
            kept = _longest(open_engine(f"sqlite:///{stack.folder / 'conversations.db'}"))
        if kept != last:
            raise NotMeasured(f"the long conversation has {kept} messages instead of {last}")
        yield compared("conversation", "message 5", f"messages {LONG + SHORT} to {last}", "sqlite", took)

    def knowledge_rows(self) -> Iterator[Compared]:
        """Compare a table of 100 rows with one of 100,000, whose first rows are the same."""
        knowledge = check_knowledge()
        conditions = [condition.id for condition in knowledge.conditions]
        asked = _about(TOPICS)
        for kind in self.kinds:
            with ExitStack() as opened:
                patients, look_ups = [], []
                for size in (ROWS, self.rows):
                    url = opened.enter_context(self.database(kind, f"rows_{size}"))
                    engine = prepare_database(url, knowledge)
                    shorten(engine, TOPICS, ROWS)
                    lengthen(engine, conditions, size)
                    look_ups.append(_ms(_look_up_seconds(engine)))
                    engine.dispose()
                    stack = opened.enter_context(self.stack(f"rows-{kind}-{size}", BOT_DATABASE_URL=url))
                    patients.append(opened.enter_context(closing(Patient(stack))))
                yield self._same_questions(patients, asked, kind, look_ups)

    def _same_questions(
        self, patients: Sequence[Patient], asked: Sequence[str], kind: str, look_ups: Sequence[float]
    ) -> Compared:
        told: tuple[list[list[str]], list[list[str]]] = ([], [])

        def ask(place: int, number: int) -> list[float]:
            patients[place].begin()
            took = patients[place].ask(asked[number % len(asked)])
            told[place].append(patients[place].told)
            return [took]

        rounds = self.rounds * MESSAGES_OF_NEW
        took = side_by_side(lambda number: ask(0, number), lambda number: ask(1, number), rounds)
        same = sum(one == other for one, other in zip(*told, strict=True))
        seen = {"same_answers": same, "of": len(told[0]), "look_up_ms": look_ups}
        return compared("rows", f"{ROWS} rows", f"{self.rows:,} rows", kind, took, **seen)

    def stored_conversations(self) -> Iterator[Compared]:
        """Compare new conversations beside empty records with those beside a million stored ones."""
        asked = questions()
        talks = self._talks(asked[:TALKS])
        for kind in self.kinds:
            with self.database(kind, "few") as few, self.database(kind, "many") as many:
                open_records(few).dispose()
                engine = open_records(many)
                began = time.monotonic()
                written = fill_records(engine, Past(talks, self.conversations, now_utc()))
                log.info("%s: filled in %.0f s: %s", kind, time.monotonic() - began, written)
                seen = {"rows": written, **self._jobs(engine), "whole_tables": self._whole_tables(engine, kind)}
                engine.dispose()
                log.info("%s", json.dumps(seen, indent=1))
                with ExitStack() as opened:
                    patients = []
                    for name, url in (("few", few), ("many", many)):
                        stack = opened.enter_context(self.stack(f"{kind}-{name}", BOT_RECORDS_URL=url))
                        patients.append(opened.enter_context(closing(Patient(stack))))
                    took = self._new_conversations(patients, asked)
                large = f"{self.conversations:,} stored conversations"
                yield compared("conversations", "none", large, kind, took, **seen)

    def _new_conversations(self, patients: Sequence[Patient], asked: Sequence[str]) -> tuple[list[float], list[float]]:
        def hold(patient: Patient, number: int) -> list[float]:
            patient.begin()
            places = range(number * MESSAGES_OF_NEW, (number + 1) * MESSAGES_OF_NEW)
            return [patient.ask(asked[place % len(asked)]) for place in places]

        few, many = patients
        return side_by_side(lambda number: hold(few, number), lambda number: hold(many, number), self.rounds)

    def _talks(self, asked: Sequence[str]) -> list[Talk]:
        """Return conversations of one message that are really held."""
        with self.stack("talks") as stack:
            with closing(Patient(stack)) as patient:
                for text in asked:
                    patient.begin()
                    patient.ask(text)
            engine = open_engine(f"sqlite:///{stack.folder / 'conversations.db'}")
            with engine.connect() as connection:
                senders = connection.scalars(select(EventRecord.sender_id).distinct()).all()
            found = [Conversations(engine).export(sender) for sender in senders]
            engine.dispose()
        return [talk_of(events, EVENTS_OF_EACH) for events in found]

    def _jobs(self, engine: Engine) -> dict[str, Any]:
        """Return how long the jobs take that run every few seconds or every hour. Units: milliseconds."""
        conversations, hand_offs = Conversations(engine), HandOffs(engine)
        inbox = Inbox(engine, build_addresses(secrets.token_hex(16)), str)
        with _transactions(engine) as took:
            gone = Retention(conversations, RETENTION_DAYS).run_once()
        return {
            "retention": {"events_deleted": gone, "longest_transaction_ms": _ms(max(took))},
            "retention_again_ms": _ms(_median_of(lambda: Retention(conversations, RETENTION_DAYS).run_once())),
            "queue_ms": _ms(_median_of(hand_offs.open_ones)),
            "queue_counts_ms": _ms(_median_of(hand_offs.counts)),
            "courier_ms": _ms(_median_of(lambda: inbox.claim("growth", now_utc(), ["twilio", "telegram"]))),
            "missed_count_ms": _ms(_median_of(Missed(engine).count_waiting)),
            "missed_page_ms": _ms(_median_of(lambda: Missed(engine).waiting(1000))),
        }

    def _whole_tables(self, large: Engine, kind: str) -> list[str]:
        """Return the statements that read a whole table of large records."""
        with self.database(kind, "plans") as url:
            small = open_records(url)
            asked = statements(small, now_utc())
            small.dispose()
        return [f"{one.plan}: {one.statement}" for one in whole_tables(large, asked)]


@contextmanager
def _transactions(engine: Engine) -> Iterator[list[float]]:
    """Yield a list that gets how long each transaction takes, in seconds."""
    took: list[float] = []
    began = {}

    def begin(connection: Connection) -> None:
        began[connection] = time.perf_counter()

    def end(connection: Connection) -> None:
        took.append(time.perf_counter() - began.pop(connection))

    listeners = {"begin": begin, "commit": end, "rollback": end}
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    try:
        yield took
    finally:
        for name, listener in listeners.items():
            event.remove(engine, name, listener)


def _median_of(work: Callable[[], object], times: int = 5) -> float:
    """Return how long something takes, in seconds."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def _look_up_seconds(engine: Engine) -> float:
    """Return how long a look-up takes that was not made before, in seconds: the median over the topics."""
    took = []
    for topic in TOPICS:
        for procedure in Procedure:
            began = time.perf_counter()
            look_up(engine, Question(topic, procedure))
            took.append(time.perf_counter() - began)
    return statistics.median(took)


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 2)


def _longest(engine: Engine) -> int:
    """Return how many messages the longest conversation has."""
    counts = select(func.count()).where(EventRecord.type == "user").group_by(EventRecord.sender_id).subquery()
    with engine.connect() as connection:
        found = connection.scalar(select(func.max(counts.c[0])))
    engine.dispose()
    return int(found or 0)


def _about(topics: Sequence[str]) -> list[str]:
    """Return questions that ask about some topics alone."""
    messages = [message for file in FILES for message in read_messages(file) if message.scope == "in"]
    wanted = set(topics)
    return [one.text for one in messages if wanted.issuperset(topic for asked in one.topics for topic in asked)]


MEASURES: dict[str, Callable[[Bench], Iterator[Compared]]] = {
    "conversation": Bench.conversation,
    "rows": Bench.knowledge_rows,
    "conversations": Bench.stored_conversations,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for, keep the figures and print the table; return 1 where something is not flat."""
    asked = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended so, it stops what it started
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name in ("httpx", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    found: list[Compared] = []
    try:
        with tempfile.TemporaryDirectory(prefix="growth-", dir=asked.folder) as folder:
            model = asked.model.resolve() if asked.model else trained_model()
            bench = Bench(model, asked.rounds, asked.conversations, asked.rows, asked.server, Path(folder))
            for name in [asked.only] if asked.only else MEASURES:
                for one in MEASURES[name](bench):
                    _keep(one)
                    log.info("%s", one.line)
                    found.append(one)
    except (NotMeasured, NotStarted, httpx.HTTPError) as error:
        log.error("%s", error)
        return 1
    log.info("\n".join(["", *HEAD, *(one.line for one in found)]))
    return 0 if all(one.is_flat for one in found) else 1


HEAD = (
    "| what | database | messages | small: p50, ms | large: p50, ms | times as long |",
    "| --- | --- | --- | --- | --- | --- |",
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.bench.growth", description=__doc__)
    parser.add_argument("--only", choices=tuple(MEASURES), help="one of the three")
    parser.add_argument("--rounds", type=int, default=60, help="how often each side has its turn")
    parser.add_argument("--conversations", type=int, default=MANY_CONVERSATIONS)
    parser.add_argument("--rows", type=int, default=MANY_ROWS)
    parser.add_argument("--server", help="postgresql+psycopg2://...: measure on this PostgreSQL server, too")
    parser.add_argument("--model", type=Path, help="the model to serve; the one of the present data by default")
    parser.add_argument("--folder", type=Path, help="where the databases lie meanwhile: about 10 GB")
    return parser


def _keep(one: Compared) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    at = datetime.now(UTC)
    kept = {"at": at.isoformat(timespec="seconds"), "most_times": MOST_TIMES, "is_flat": one.is_flat, **asdict(one)}
    path = RESULTS / f"growth_{one.what}_{one.database}.json"
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
