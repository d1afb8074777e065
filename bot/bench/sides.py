"""The systems that are compared, started on this machine, and the sides on which they are spoken to."""

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.bench.processes import processor_seconds
from bot.bench.shapes import Cost, Side
from bot.bench.stock import Stock
from bot.bench.talk import PATHS, Conversation, Way, body_of, fault_of
from bot.internal import HEADER, internal_token
from bot.ports import free_port
from bot.secret import read_secret
from bot.serve import READY_WITHIN_SECONDS, Stack
from bot.supervisor import Supervisor

ASK_EVERY_SECONDS = 0.3
FIRST_MESSAGE = "hello"
READ_ANEW = {"BOT_READ_CACHE": "0"}
log = logging.getLogger("bench")


class NoAnswer(Exception):
    """A side that did not answer; the message says which and why."""


@dataclass(frozen=True)
class Spoken:
    """One side: the system behind it, its address, and how it is spoken to."""

    side: Side
    system: Stack | Stock
    url: str
    way: Way
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def sessions(self) -> frozenset[int]:
        """The sessions of its system's processes."""
        return sessions_of(self.system)


def sessions_of(system: Supervisor) -> frozenset[int]:
    """Return the sessions of a system's processes: each part leads one."""
    return frozenset(process.pid for process in system.processes.values())


def our_stack(folder: Path, model: Path, environ: Mapping[str, str] | None = None) -> Stack:
    """Return ours, in a folder of its own, without limits by address: every patient here has the same one."""
    own = {
        "BOT_RATE_LIMIT": "off",
        "BOT_DATABASE_URL": f"sqlite:///{folder / 'knowledge.db'}",
        "BOT_RECORDS_URL": f"sqlite:///{folder / 'conversations.db'}",
        "BOT_SECRET_FILE": str(folder / "secret"),
    }
    return Stack(folder=folder, door_port=free_port(), model=model, environ={**own, **(environ or {})})


def stock_side(stock: Stock) -> Spoken:
    """Return the side of Rasa as it is released."""
    return Spoken("stock_in_memory" if stock.in_memory else "stock", stock, stock.url, "stock")


def door_side(side: Side, stack: Stack) -> Spoken:
    """Return ours as a patient reaches it."""
    return Spoken(side, stack, stack.url, "door")


def rasa_side(side: Side, stack: Stack) -> Spoken:
    """Return ours without the door: our Rasa through its inner channel. The stack must have been started."""
    token = internal_token(read_secret(stack.folder / "secret"))
    return Spoken(side, stack, f"http://127.0.0.1:{stack.rasa_port}", "rasa", {HEADER: token})


def start_up(spoken: Spoken) -> Cost:
    """Start a side's system; return what it took until its first message was answered.

    Raises:
        NoAnswer: none was answered in time.
    """
    began, own = time.monotonic(), time.process_time()
    spoken.system.start()
    with httpx.Client(base_url=spoken.url, timeout=20, trust_env=False) as client:
        while (why := _ask(client, spoken, Conversation("start"), FIRST_MESSAGE)) is not None:
            if (name := spoken.system.ended()) or time.monotonic() > began + READY_WITHIN_SECONDS:
                raise NoAnswer(f"{spoken.side}: {name or 'no part'} ended, {why}; its logs: {spoken.system.folder}")
            time.sleep(ASK_EVERY_SECONDS)
    processor = processor_seconds(spoken.sessions) + time.process_time() - own
    return Cost(wall=time.monotonic() - began, processor=processor)


def send_all(spoken: Spoken, texts: Iterable[str]) -> None:
    """Send each text once, one after another, in a conversation of its own.

    Raises:
        NoAnswer: one was not answered.
    """
    with httpx.Client(base_url=spoken.url, timeout=60, trust_env=False) as client:
        for number, text in enumerate(texts):
            why = _ask(client, spoken, Conversation(f"warm-{number}"), text)
            if why is not None:
                raise NoAnswer(f"{spoken.side}: {why}: {text}")


def _ask(client: httpx.Client, spoken: Spoken, conversation: Conversation, text: str) -> str | None:
    """Return why a message was not answered; null where it was."""
    body = body_of(spoken.way, conversation, text)
    try:
        response = client.post(PATHS[spoken.way], json=body, headers=dict(spoken.headers))
    except httpx.HTTPError as error:
        return type(error).__name__
    return fault_of(spoken.way, conversation, response.status_code, response.content)
