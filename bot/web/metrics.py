"""What the door counts for Prometheus. Kinds and codes only: no text, no session, no address."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Gauge, Histogram

from bot.web.problems import Problem


class Requests:
    """Counts chat requests by how they ended."""

    def __init__(self) -> None:
        self._counter = Counter("bot_chat_requests", "Chat requests by outcome.", ["outcome"])

    @contextmanager
    def track(self) -> Iterator[None]:
        """Count one request: as ok, or under the code of the problem it ended with."""
        try:
            yield
        except Problem as problem:
            self.count(problem.body.error.code)
            raise
        self.count("ok")

    def count(self, outcome: str) -> None:
        """Count one request that ended so."""
        self._counter.labels(outcome).inc()


REQUESTS = Requests()
REPLIES = Counter("bot_replies", "Replies by kind.", ["kind"])
DOOR_ALARMS = Counter("bot_door_alarms", "Urgent replies given by the door itself, by why.", ["why"])
WAITING = Histogram(
    "bot_chat_seconds", "Time to answer a chat request.", buckets=(0.02, 0.04, 0.06, 0.1, 0.2, 0.5, 1, 2, 5, 15)
)
STAGES = Histogram(
    "bot_stage_seconds",
    "Time of each stage of a chat request: mask, turn (waiting for the conversation's turn), rasa.",
    ["stage"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
UNDER_WAY = Gauge("bot_messages_under_way", "Messages that are being answered or wait for their turn.")
HAND_OFFS = Gauge("bot_hand_offs", "Conversations that wait for a person (waiting) or have one (taken).", ["state"])
OVERDUE = Gauge("bot_hand_offs_overdue", "Conversations that nobody has answered for five minutes of opening hours.")
URGENT = Counter("bot_urgent_replies", "Urgent replies by level.", ["level"])
