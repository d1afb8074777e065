"""Ask Rasa on the loopback and turn what it sends back into replies.

Silence and nonsense are errors here, never an empty answer. A message that did not get through is sent again with the
same id until its time is over: Rasa's channel answers an id once, so nothing is answered twice.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx
from pydantic import ValidationError

from bot.internal import HEADER, REQUEST_ID_HEADER, internal_token
from bot.logs import REQUEST_ID
from bot.loopback import Loopback
from bot.metrics import FAULTS
from bot.reply import Reply
from bot.secret import read_secret
from bot.sent import Sent
from bot.settings import Settings

PAUSES_SECONDS = (0.1, 0.3, 0.6, 1.0, 1.0)
WORTH_ANOTHER_TRY = (502, 503, 504)
AT_A_TIME = 8  # more would all be late together: Rasa has one core, and what is given up was worked on in vain


class RasaAway(Exception):
    """Rasa, or what stands behind it, did not answer in a way that can be shown."""


@dataclass(frozen=True)
class Rasa:
    """Rasa's door channel. So many messages are asked at a time; the others wait, and not for long (in seconds)."""

    client: httpx.AsyncClient
    token: str
    longest_wait: float = 2.0
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_A_TIME))

    async def ask(self, sent: Sent, text: str) -> list[Reply]:
        """Return the replies to a message, whose text was masked. Who calls sets the time after which trying ends.

        Raises:
            RasaAway: no connection, an error, no reply at all, one of an unknown shape, or too many before it.
        """
        try:
            async with asyncio.timeout(self.longest_wait):
                await self.places.acquire()
        except TimeoutError as error:
            FAULTS.labels("busy").inc()
            raise RasaAway("busy") from error
        try:
            return await self._ask(sent, text)
        finally:
            self.places.release()

    async def _ask(self, sent: Sent, text: str) -> list[Reply]:
        for pause in (*PAUSES_SECONDS, None):
            try:
                return await self._ask_once(sent, text)
            except _TryAgain as error:
                if pause is None:
                    raise RasaAway(str(error)) from error
                FAULTS.labels(str(error)).inc()
                await asyncio.sleep(pause)
        raise RasaAway("no try left")

    async def ready_parts(self) -> dict[str, bool]:
        """Return what a message needs behind the door, and whether it is there."""
        try:
            response = await self.client.get("/webhooks/door/ready")
            parts = response.json()
        except (httpx.HTTPError, ValueError):
            return {"rasa": False}
        if not isinstance(parts, dict):
            return {"rasa": False}
        return {"rasa": response.is_success, **{str(name): bool(up) for name, up in parts.items()}}

    async def _ask_once(self, sent: Sent, text: str) -> list[Reply]:
        try:
            response = await self.client.post(
                "/webhooks/door/webhook",
                json={
                    "sender": sent.conversation,
                    "message": text,
                    "message_id": sent.message_id,
                    "channel": sent.channel,
                    "metadata": sent.metadata | {"request": REQUEST_ID.get()},
                },
                headers={HEADER: self.token, REQUEST_ID_HEADER: REQUEST_ID.get()},
            )
        except httpx.HTTPError as error:
            raise _TryAgain(type(error).__name__) from error
        if response.status_code in WORTH_ANOTHER_TRY:
            raise _TryAgain(_why(response))
        try:
            response.raise_for_status()
            replies = [_reply(one) for one in response.json()]
        except (httpx.HTTPError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise RasaAway(type(error).__name__) from error
        if not replies:
            raise RasaAway("no reply")
        return replies


def open_rasa(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> Rasa:
    """Return Rasa at the address of the settings; `transport` stands in for the network to it."""
    client = httpx.AsyncClient(
        base_url=settings.rasa_url,
        timeout=settings.deadlines.reply,
        transport=transport or Loopback(),
        trust_env=False,
    )
    return Rasa(client, internal_token(read_secret(settings.secret_file)), settings.deadlines.place)


class _TryAgain(Exception):
    """A try that failed and may not fail the next time; the message is one word for the metrics."""


def _why(response: httpx.Response) -> str:
    """Return what Rasa's channel gives as the reason, of those that it knows."""
    try:
        why = response.json()["error"]
    except (ValueError, KeyError, TypeError):
        return "unavailable"
    return why if why in ("StoreAway", "NoAnswer", "Late") else "unavailable"


def _reply(sent: dict[str, Any]) -> Reply:
    if "custom" in sent:
        try:
            return Reply.model_validate(sent["custom"])
        except ValidationError as error:
            raise ValueError("a reply of an unknown shape") from error
    return Reply(text=sent["text"], kind="notice")
