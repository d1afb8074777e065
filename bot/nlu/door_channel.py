"""Rasa channel: what the door (`bot.web`) sends and gets back.

The stock REST channel, with the door's own name and day.
"""

from typing import Any

from rasa.core.channels.rest import RestInput
from sanic.request import Request

NAME = "door"


class DoorChannel(RestInput):
    """Accepts messages from the door on the loopback."""

    @classmethod
    def name(cls) -> str:
        """Return the name under which Rasa serves the channel: /webhooks/door/webhook."""
        return NAME

    def get_metadata(self, request: Request) -> dict[str, Any] | None:
        """Return what the door sends along with a message."""
        metadata = request.json.get("metadata")
        return metadata if isinstance(metadata, dict) else None
