"""Ask Rasa on the loopback and turn what it sends back into replies.

Silence and nonsense are errors here, never an empty answer.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
from pydantic import ValidationError

from bot.question import Language
from bot.reply import Reply


class RasaAway(Exception):
    """Rasa, or what stands behind it, did not answer in a way that can be shown."""


@dataclass(frozen=True)
class Rasa:
    """Rasa's door channel."""

    client: httpx.AsyncClient

    async def ask(
        self, sender: str, text: str, today: date | None = None, language: Language | None = None
    ) -> list[Reply]:
        """Return the replies to one message; `language` is the one of the page that it was written on.

        Raises:
            RasaAway: no connection, no answer in time, an error, no reply at all, or one of an unknown shape.
        """
        metadata = {"today": today.isoformat()} if today else {}
        metadata |= {"language": language} if language else {}
        try:
            response = await self.client.post(
                "/webhooks/door/webhook", json={"sender": sender, "message": text, "metadata": metadata}
            )
            response.raise_for_status()
            replies = [_reply(sent) for sent in response.json()]
        except (httpx.HTTPError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise RasaAway(type(error).__name__) from error
        if not replies:
            raise RasaAway("no reply")
        return replies

    async def is_ready(self) -> bool:
        """Tell whether Rasa answers and has a model."""
        try:
            return (await self.client.get("/webhooks/door/ready")).is_success
        except httpx.HTTPError:
            return False


def _reply(sent: dict[str, Any]) -> Reply:
    if "custom" in sent:
        try:
            return Reply.model_validate(sent["custom"])
        except ValidationError as error:
            raise ValueError("a reply of an unknown shape") from error
    return Reply(text=sent["text"], kind="notice")
