"""Rasa channel: what the door (`bot.web`) sends and gets back.

The stock REST channel, with the door's own name and day.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from rasa.core.channels.channel import UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

NAME = "door"
HEALTH_WITHIN_SECONDS = 2


class DoorChannel(RestInput):
    """Accepts messages from the door on the loopback."""

    @classmethod
    def name(cls) -> str:
        """Return the name under which Rasa serves the channel: /webhooks/door/webhook."""
        return NAME

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[None]]) -> Blueprint:
        """Return the stock routes and `/ready`, which tells whether a model is loaded and the action server answers."""
        routes = super().blueprint(on_new_message)

        @routes.route("/ready", methods=["GET"])
        async def ready(request: Request) -> HTTPResponse:
            agent = request.app.ctx.agent
            parts = {
                "model": agent is not None and agent.is_ready(),
                "actions": agent is not None and await _answers(agent.action_endpoint.url),
            }
            return response.json(parts, status=200 if all(parts.values()) else 503)

        return routes

    def get_metadata(self, request: Request) -> dict[str, Any] | None:
        """Return what the door sends along with a message."""
        metadata = request.json.get("metadata")
        return metadata if isinstance(metadata, dict) else None


async def _answers(webhook: str) -> bool:
    """Tell whether the action server behind a webhook is up."""
    timeout = aiohttp.ClientTimeout(total=HEALTH_WITHIN_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(webhook.removesuffix("/webhook") + "/health") as health,
        ):
            return health.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
