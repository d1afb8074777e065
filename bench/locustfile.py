"""Patients who write without a pause, eight messages a conversation. `bot.bench.load` runs it, in `.venv-bench`.

Every user takes the next text of the same list. When each message was sent, when its answer was there and what was
wrong with it is written down as it was: Locust's own percentiles are rounded.
"""

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from locust import FastHttpUser, constant, events, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment

from bot.bench.talk import PATHS, Conversation, body_of, fault_of

MESSAGES_A_CONVERSATION = 8


class Load:
    """What all users share: the plan, the next text and the next conversation, and what came of each message."""

    plan: dict[str, Any]
    texts: Iterator[str]
    numbers = itertools.count(1)
    records: list[tuple[float, float, str | None]] = []


@events.init_command_line_parser.add_listener
def _take_plan(parser: LocustArgumentParser) -> None:
    parser.add_argument("--plan", required=True)
    parser.add_argument("--records", required=True)


@events.init.add_listener
def _read_plan(environment: Environment, **_rest: object) -> None:
    Load.plan = json.loads(Path(environment.parsed_options.plan).read_text(encoding="utf-8"))
    Load.texts = itertools.cycle(Load.plan["texts"])


@events.quitting.add_listener
def _write_records(environment: Environment, **_rest: object) -> None:
    Path(environment.parsed_options.records).write_text(json.dumps(Load.records), encoding="utf-8")


class Patient(FastHttpUser):
    """Writes the next message as soon as the last one is answered. One message is one task: the load ends after it."""

    wait_time = constant(0)

    def on_start(self) -> None:
        """Begin a conversation."""
        self.conversation = Conversation(f"{Load.plan['name']}-{next(Load.numbers)}")

    @task
    def write(self) -> None:
        """Send one message, and begin another conversation after the last of this one."""
        if self.conversation.sent == MESSAGES_A_CONVERSATION:
            self.on_start()
        way = Load.plan["way"]
        body = body_of(way, self.conversation, next(Load.texts))
        began = time.monotonic()
        with self.client.post(PATHS[way], json=body, headers=Load.plan["headers"], catch_response=True) as response:
            why = fault_of(way, self.conversation, response.status_code, response.content or b"")
            if why is None:
                response.success()
            else:
                response.failure(why)
        Load.records.append((began, time.monotonic(), why))
