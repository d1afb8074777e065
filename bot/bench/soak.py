"""Does memory stay flat? `make soak`: tens of thousands of messages at full load, the memory of each process watched.

Patients ask real questions, ten in a conversation. Every third message has a word in it that nobody wrote before, as
misspelt words are: what keeps each word that it ever saw would show.
"""

import argparse
import asyncio
import json
import logging
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from bot.bench.load import questions
from bot.bench.processes import memory_bytes
from bot.files import ROOT
from bot.ports import free_port
from bot.serve import NotStarted, Stack, trained_model

RESULT = ROOT / "results" / "bench" / "growth_soak.json"
MESSAGES, CLIENTS, OF_A_CONVERSATION = 50_000, 6, 10
MISSPELT = 3  # every so-many-th message
LETTERS_OF_MISSPELT = 5
SAMPLES = 200
WARMED_UP = 0.25  # of the messages: the fit is over the rest
MOST_GROWTH = 0.05  # over the rest
MARKS = (0.1, 0.5, 1.0)
WITHIN_SECONDS = 30.0
SEED = 7
MEGABYTE = 1e6
log = logging.getLogger("soak")


@dataclass(frozen=True)
class Sample:
    """What each process holds after so many messages. Units: megabytes."""

    messages: int
    memory: Mapping[str, float]
    disk: float


@dataclass(frozen=True)
class Growth:
    """A process's memory: at the marks, and how much the fitted line grows after the warming up. Units: megabytes."""

    at_marks: tuple[float, ...]
    grown: float
    share: float

    @property
    def is_flat(self) -> bool:
        """Whether it grows by no more than is agreed."""
        return self.share <= MOST_GROWTH


@dataclass
class Soak:
    """What came of the messages so far, and what was seen of the processes."""

    messages: int
    done: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)


def growth_of(samples: Sequence[Sample], part: str) -> Growth:
    """Return how the memory of a process grew."""
    last = samples[-1].messages
    marks = tuple(_at(samples, part, mark * last) for mark in MARKS)
    rest = [one for one in samples if one.messages >= WARMED_UP * last]
    at, memory = [one.messages for one in rest], [one.memory[part] for one in rest]
    slope, base = np.polyfit(at, memory, 1)
    grown = float(slope * (at[-1] - at[0]))
    share = grown / float(base + slope * at[0])
    return Growth(marks, round(grown, 2) + 0.0, round(share, 4) + 0.0)


def misspelt(text: str, chance: random.Random) -> str:
    """Return a text with one long word misspelt, as nobody is likely to have written it before."""
    words = text.split(" ")
    long = [place for place, word in enumerate(words) if len(word) >= LETTERS_OF_MISSPELT and word.isalpha()]
    if not long:
        return text
    place = chance.choice(long)
    letters = list(words[place])
    for _ in range(2):
        letters.insert(chance.randrange(1, len(letters)), chance.choice("abcdefghijklmnopqrstuvwxyz"))
    words[place] = "".join(letters)
    return " ".join(words)


def texts(asked: Sequence[str], many: int) -> Iterator[str]:
    """Yield so many messages."""
    chance = random.Random(SEED)
    for number in range(many):
        text = asked[number % len(asked)]
        yield text if number % MISSPELT else misspelt(text, chance)


async def _hold_conversations(client: httpx.AsyncClient, waiting: Iterator[str], soak: Soak) -> None:
    """Hold one conversation after the other, until no message is left."""
    session, sent = None, 0
    for text in waiting:
        if sent == OF_A_CONVERSATION:
            session, sent = None, 0
        try:
            response = await client.post("/api/chat", json={"message": text, "session": session})
            outcome = str(response.status_code)
            session = response.json()["session"] if response.is_success else session
        except httpx.HTTPError as error:
            outcome = type(error).__name__
        sent += 1
        soak.done += 1
        soak.outcomes[outcome] += 1


async def _watch(stack: Stack, soak: Soak) -> None:
    """Look at the processes again and again, until cancelled."""
    step = max(1, soak.messages // SAMPLES)
    while True:
        if not soak.samples or soak.done >= soak.samples[-1].messages + step:
            soak.samples.append(await asyncio.to_thread(_sample, stack, soak.done))
            if len(soak.samples) % 10 == 0:
                log.info("%6d messages: %s", soak.done, _in_words(soak.samples[-1]))
        await asyncio.sleep(0.2)


async def _run(stack: Stack, asked: Sequence[str], soak: Soak, clients: int) -> None:
    watching = asyncio.create_task(_watch(stack, soak))
    waiting = texts(asked, soak.messages)
    async with httpx.AsyncClient(base_url=stack.url, timeout=WITHIN_SECONDS, trust_env=False) as client:
        await asyncio.gather(*(_hold_conversations(client, waiting, soak) for _ in range(clients)))
    watching.cancel()
    soak.samples.append(_sample(stack, soak.done))


def _sample(stack: Stack, done: int) -> Sample:
    memory = {name: memory_bytes([process.pid]) / MEGABYTE for name, process in stack.processes.items()}
    disk = sum(path.stat().st_size for path in stack.folder.iterdir() if path.is_file()) / MEGABYTE
    return Sample(done, {name: round(size, 1) for name, size in memory.items()}, round(disk, 1))


def _at(samples: Sequence[Sample], part: str, messages: float) -> float:
    """Return the memory of a process at the sample nearest to a number of messages."""
    return min(samples, key=lambda one: abs(one.messages - messages)).memory[part]


def _in_words(sample: Sample) -> str:
    memory = ", ".join(f"{name} {size:.0f} MB" for name, size in sample.memory.items())
    return f"{memory}; files {sample.disk:.0f} MB"


def lines_of(found: Mapping[str, Growth], messages: int) -> list[str]:
    """Return the figures as a table in Markdown."""
    heads = [f"after {mark * messages:,.0f} messages, MB" for mark in MARKS]
    lines = [
        f"| process | {' | '.join(heads)} | growth of the last three quarters |",
        "| --- " * (len(heads) + 2) + "|",
    ]
    for name, growth in found.items():
        marks = " | ".join(f"{size:.0f}" for size in growth.at_marks)
        lines.append(f"| {name} | {marks} | {growth.grown:+.1f} MB ({100 * growth.share:+.1f}%) |")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Send the messages, keep the figures and print them; return 1 where memory is not flat."""
    asked = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended so, it stops what it started
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name in ("httpx", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    soak = Soak(asked.messages)
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="soak-") as folder:
            model = asked.model.resolve() if asked.model else trained_model()
            environ = {"BOT_RATE_LIMIT": asked.limit}
            stack = Stack(folder=Path(folder), door_port=free_port(), model=model, environ=environ)
            with stack.running():
                began = time.monotonic()
                asyncio.run(_run(stack, questions(), soak, asked.clients))
    except NotStarted as error:
        log.error("%s", error)
        return 1
    seconds = time.monotonic() - began
    found = {name: growth_of(soak.samples, name) for name in soak.samples[-1].memory}
    log.info("%s", "\n".join(lines_of(found, soak.messages)))
    log.info("%.1f messages a second; outcomes: %s", soak.messages / seconds, dict(soak.outcomes))
    _keep(soak, found, seconds)
    return 0 if all(growth.is_flat for growth in found.values()) else 1


def _keep(soak: Soak, found: Mapping[str, Growth], seconds: float) -> None:
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    kept: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "messages": soak.messages,
        "seconds": round(seconds, 1),
        "outcomes": dict(soak.outcomes),
        "growth": {
            name: {"at_marks_mb": one.at_marks, "grown_mb": one.grown, "share": one.share, "is_flat": one.is_flat}
            for name, one in found.items()
        },
        "samples": [{"messages": one.messages, "memory_mb": one.memory, "disk_mb": one.disk} for one in soak.samples],
    }
    RESULT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.bench.soak", description=__doc__)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--clients", type=int, default=CLIENTS, help="how many write at the same time")
    parser.add_argument("--limit", default="off", help="BOT_RATE_LIMIT, such as 1000000/minute")
    parser.add_argument("--model", type=Path, help="the model to serve; the one of the present data by default")
    return parser


if __name__ == "__main__":
    sys.exit(main())
