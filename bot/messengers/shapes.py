"""The shapes that every messenger shares: what a provider calls with, what was written, what is sent back.

Shapes only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

Refusal = Literal["missing", "wrong", "old"]


class Forged(Exception):
    """A call whose signature or secret is missing, wrong or too old."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(f"the signature is {reason}")
        self.reason = reason


class Unreadable(Exception):
    """A call that is signed and yet no JSON or form."""


class NotDelivered(Exception):
    """A part that the provider did not take; `why` is a code, never a text or an address."""

    def __init__(self, why: str, may_retry: bool) -> None:
        super().__init__(why)
        self.may_retry = may_retry


@dataclass(frozen=True)
class Call:
    """A request of a provider. `path` has the query, as requested; the names of `headers` are in small letters."""

    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Acknowledgement:
    """What the provider wants to hear at once."""

    body: str = ""
    media_type: str = "text/plain"


@dataclass(frozen=True)
class Incoming:
    """A message. `text` is null where it cannot be read: a picture, a voice, a sticker."""

    message_id: str
    address: str
    text: str | None


@dataclass(frozen=True)
class Choice:
    """A likely next message: what a button says, and what is asked when it is pressed."""

    title: str
    message: str


@dataclass(frozen=True)
class Part:
    """What is sent in one piece; `choices` become the messenger's own buttons."""

    text: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Limits:
    """What fits into one piece of a messenger. Units: UTF-16 code units; no buttons at all where `choices` is 0."""

    characters: int
    choices: int
    title: int


class Messenger(Protocol):
    """A provider: how it signs, what it sends, how it is answered."""

    @property
    def name(self) -> str:
        """The name in the webhook's address, in Rasa and in figures."""

    @property
    def limits(self) -> Limits:
        """What fits into one piece."""

    def verify(self, call: Call) -> None:
        """Check that the provider itself calls.

        Raises:
            Forged: the signature or secret is missing, wrong or too old.
        """

    def handshake(self, call: Call) -> Acknowledgement | None:
        """Return the answer to the provider's test of the address by GET; null where it makes none.

        Raises:
            Forged: the token is missing or wrong.
        """

    def read(self, call: Call) -> list[Incoming]:
        """Return the messages in a verified call; what is not a patient's message is left out.

        Raises:
            Unreadable: the body is not what the provider sends.
        """

    def acknowledgement(self, call: Call) -> Acknowledgement:
        """Return what the provider wants to hear at once."""

    async def deliver(self, address: str, part: Part) -> None:
        """Send one part.

        Raises:
            NotDelivered: the provider did not take it.
        """


def incoming(message_id: str, address: str, text: str | None, attached: bool) -> list[Incoming]:
    """Return a message: its text and, as a message of its own, what is attached and cannot be read."""
    told = [Incoming(message_id, address, text)] if text and text.strip() else []
    return told + ([Incoming(f"{message_id}:attached", address, None)] if attached else [])
