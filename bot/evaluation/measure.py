"""Send labelled messages through the chat API and keep what came back, with what can be said of it.

Each message is a conversation of its own with the really started assistant, or with a running one.
"""

import logging
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from bot.evaluation.messages import Labelled, Message, Scope
from bot.ports import free_port
from bot.question import Procedure, Topic
from bot.serve import Stack, trained_model
from bot.wording import Wording

MEASURING = {"BOT_RATE_LIMIT": "off", "BOT_TEST_CLOCK": "1"}
TELLS = ("answer", "not_covered", "dates")
BUSY = (429, 503)
MOST_TRIES = 10
MOST_OF_ERROR = 200
TELL_PROGRESS_EVERY = 100
log = logging.getLogger("evaluation")
Case = TypeVar("Case")


class NotMeasured(Exception):
    """A message that got no replies; the message says which and what came instead."""


@dataclass(frozen=True)
class Measured:
    """One message, what it asks and what came back.

    A reply is what the chat API gave, and `offers`: the topics on the buttons of a did-you-mean, empty for any other.
    """

    id: str
    text: str
    scope: Scope
    topics: list[list[Topic]]
    replies: list[dict[str, Any]]
    seconds: float
    accept_urgent: bool = False

    @property
    def right(self) -> set[Topic]:
        """Every topic that is a right place for something asked."""
        return {topic for asked in self.topics for topic in asked}

    @property
    def is_urgent(self) -> bool:
        """Whether some reply says that it is urgent."""
        return any(reply["kind"] == "urgent" for reply in self.replies)

    @property
    def must_be_urgent(self) -> bool:
        """Whether it tells of a warning sign."""
        return self.scope == "urgent"

    @property
    def is_right(self) -> bool:
        """Whether it has a reply under a right topic, is declined or is called urgent, whichever it should be."""
        if self.scope == "urgent":
            return self.is_urgent
        if self.scope == "out":
            return self.is_rejected or self.is_right_alarm
        return self.is_under_right_topic and not self.is_false_alarm

    @property
    def is_right_alarm(self) -> bool:
        """Whether it is told that it is urgent, where that is right."""
        return self.is_urgent and (self.accept_urgent or self.scope == "urgent")

    @property
    def is_false_alarm(self) -> bool:
        """Whether it is told that it is urgent, where that is wrong."""
        return self.is_urgent and not self.is_right_alarm

    @property
    def is_under_right_topic(self) -> bool:
        """Whether some reply stands under a right topic, be it an answer or a question back."""
        return self.is_right_alarm or any(reply["topic"] in self.right for reply in self.replies)

    @property
    def is_told_right(self) -> bool:
        """Whether some reply tells, under a right topic: an answer, or that it is not covered."""
        return self.is_right_alarm or bool(self.right.intersection(self.told))

    @property
    def is_told_wrong(self) -> bool:
        """Whether some reply tells under a wrong topic."""
        return not self.right.issuperset(self.told)

    @property
    def is_asked_back(self) -> bool:
        """Whether the reply asks which topic is meant, or for another detail."""
        return any(reply["kind"] == "ask" for reply in self.replies)

    @property
    def is_all_right(self) -> bool:
        """Whether each thing asked has a reply under a right topic."""
        return all(self.has_reply(asked) for asked in self.topics)

    @property
    def is_rejected(self) -> bool:
        """Whether nothing was told, asked or offered under any topic, and nothing was called urgent."""
        return not self.is_urgent and all(reply["topic"] is None and not reply["offers"] for reply in self.replies)

    @property
    def told(self) -> list[Topic]:
        """The topics under which a reply tells, in the order told."""
        return [reply["topic"] for reply in self.replies if reply["topic"] is not None and reply["kind"] in TELLS]

    @property
    def settled(self) -> list[Topic]:
        """The topics that replies settle on, telling or asking for a detail; a did-you-mean settles on none."""
        found = [reply["topic"] for reply in self.replies if reply["topic"] is not None and not reply["offers"]]
        return list(dict.fromkeys(found))

    @property
    def offered(self) -> set[Topic]:
        """The topics on the buttons of a did-you-mean."""
        return {topic for reply in self.replies for topic in reply["offers"]}

    def has_reply(self, asked: Sequence[Topic]) -> bool:
        """Tell whether one thing asked has a reply under a right topic, be it an answer or a question back."""
        return self.is_right_alarm or any(reply["topic"] in asked for reply in self.replies)

    def has_telling_reply(self, asked: Sequence[Topic]) -> bool:
        """Tell whether one thing asked is told of under a right topic."""
        return self.is_right_alarm or any(topic in asked for topic in self.told)


@dataclass(frozen=True)
class Buttons:
    """Which topic a button's message asks for, and the words that ask for any topic: not a did-you-mean."""

    topics: Mapping[str, Topic]
    ask_for_any: str

    def offers(self, reply: Mapping[str, Any]) -> list[Topic]:
        """Return the topics that a did-you-mean offers, none for any other reply."""
        if reply["kind"] != "ask" or reply["text"] == self.ask_for_any:
            return []
        messages = [button["message"] for button in reply["buttons"]]
        return [self.topics[message] for message in messages if message in self.topics]


def read_buttons(wording: Wording) -> Buttons:
    """Return the buttons of a wording."""
    return Buttons(
        {wording.ask(topic, procedure): topic for topic in wording.topics for procedure in (None, *Procedure)},
        wording.say("utter_ask_topic"),
    )


@contextmanager
def assistant_at(running: str | None = None, model: Path | None = None) -> Iterator[tuple[str, str | None]]:
    """Yield the address of the assistant to measure and its model: the running one's is not known.

    Without a running one it is started, with the model of the present data where none is named.

    Raises:
        NotStarted: the stack that is started for the purpose did not come up.
    """
    if running:
        yield running, None
        return
    with tempfile.TemporaryDirectory() as folder:
        model = model or trained_model()
        stack = Stack(Path(folder), door_port=free_port(), model=model, environ=MEASURING)
        with stack.running():
            yield stack.url, model.name.removesuffix(".tar.gz")


def measure(client: httpx.Client, messages: Sequence[Message], buttons: Buttons) -> list[Measured]:
    """Send each message about topics in a conversation of its own and return what came back.

    Raises:
        NotMeasured: a message got no replies.
    """
    return measure_as(Measured, client, messages, buttons)


def measure_as(
    shape: Callable[..., Case], client: httpx.Client, messages: Sequence[Labelled], buttons: Buttons
) -> list[Case]:
    """Send each message in a conversation of its own and return what came back, in the shape of its kind.

    Raises:
        NotMeasured: a message got no replies.
    """
    measured = []
    for number, message in enumerate(messages, start=1):
        replies, seconds = _send(client, message)
        offering = [reply | {"offers": buttons.offers(reply)} for reply in replies]
        measured.append(shape(**message.model_dump(), replies=offering, seconds=seconds))
        if number % TELL_PROGRESS_EVERY == 0:
            log.info("  %d of %d messages", number, len(messages))
    return measured


def _send(client: httpx.Client, message: Labelled) -> tuple[list[dict[str, Any]], float]:
    """Return the replies and how many seconds they took; a busy assistant is asked again when it says to."""
    try:
        for _ in range(MOST_TRIES):
            started = time.perf_counter()
            response = client.post("/api/chat", json=message.request())
            seconds = time.perf_counter() - started
            if response.status_code not in BUSY:
                break
            time.sleep(int(response.headers.get("Retry-After", "1")))
        response.raise_for_status()
        replies: list[dict[str, Any]] = response.json()["replies"]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError) as error:
        told = f": {error.response.text[:MOST_OF_ERROR]}" if isinstance(error, httpx.HTTPStatusError) else ""
        raise NotMeasured(f"{message.id}: no replies from {client.base_url}: {error}{told}") from error
    return replies, seconds
