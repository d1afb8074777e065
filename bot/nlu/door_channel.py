"""Rasa's channel for the door (`bot.web`): one message in, what is said to it out, or an honest error.

Only who has the internal token is heard. A turn ends in time or not at all, and with the door's waiting for it: what
the door has given up, and told so, is not kept. (A patient who hangs up does not end it: the door waits on.) Nothing
is ever answered with an empty list.
"""

import asyncio
import gc
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.constants import DEFAULT_SENDER_ID
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.internal import HEADER, REQUEST_ID_HEADER, is_internal
from bot.logs import REQUEST_ID, set_up_logs
from bot.nlu.lock_store import FairLockStore
from bot.nlu.turn import TURN, AnsweredBefore, Late, NoAnswer, Turn, TurnEnded
from bot.secret import read_secret
from bot.settings import read_settings

NAME = "door"
HEALTH_WITHIN_SECONDS = 2
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
CHANNEL = re.compile(r"[a-z]{1,16}")
METADATA = ("today", "language", "request", "person")
ORDER_MARK = "/"
FIRST_MESSAGES = ("hello", "Wann kann ich das machen bitte?")  # the second loads what tells languages apart

Messages = list[dict[str, Any]]
OnNewMessage = Callable[[UserMessage], Awaitable[Any]]
log = logging.getLogger("bot.nlu.door_channel")


class BadMessage(Exception):
    """A message of a shape that the door never sends."""


class DoorChannel(InputChannel):
    """Accepts messages from the door on the loopback."""

    def __init__(self) -> None:
        set_up_logs()  # Rasa has set up its own by now, with texts in them
        settings = read_settings()
        self._secret = read_secret(settings.secret_file)
        self._seconds = settings.deadlines.turn
        self._is_warm = False

    @classmethod
    def name(cls) -> str:
        """Return the name under which Rasa serves the channel: /webhooks/door/webhook."""
        return NAME

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "DoorChannel":
        """Return the channel; what it needs stands in the settings."""
        return cls()

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Return the routes: `/webhook`, and `/ready`, which tells what of that behind Rasa is there."""
        routes = Blueprint("door_channel", __name__)

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            if not is_internal(self._secret, request.headers.get(HEADER)):
                return response.json({"error": "forbidden"}, status=403)
            try:
                message = read_message(request.json)
            except BadMessage as error:
                return response.json({"error": str(error)}, status=400)
            REQUEST_ID.set(request.headers.get(REQUEST_ID_HEADER, ""))
            try:
                return response.json(await self._turn(on_new_message, message))
            except TurnEnded as ended:
                return response.json({"error": type(ended).__name__}, status=503)

        @routes.route("/ready", methods=["GET"])
        async def ready(request: Request) -> HTTPResponse:
            parts = await _parts(request.app.ctx.agent)
            if parts["model"] and not self._is_warm:  # the first message takes longer: it is ours
                for text in FIRST_MESSAGES:
                    await request.app.ctx.agent.parse_message(text)
                gc.collect()
                gc.freeze()  # what is loaded stays: to look through it for garbage takes 0.4 s each time
                self._is_warm = True
            return response.json(parts, status=200 if all(parts.values()) else 503)

        return routes

    async def _turn(self, on_new_message: OnNewMessage, message: UserMessage) -> Messages:
        """Return what is said to a message. Who asked and has gone cancels this.

        Raises:
            TurnEnded: it cannot be answered; nothing of it is kept.
        """
        turn = Turn(message.message_id, message.output_channel)
        TURN.set(turn)
        work = asyncio.ensure_future(on_new_message(message))
        try:
            done, _ = await asyncio.wait({work}, timeout=self._seconds)
        finally:
            work.cancel()  # does nothing to what is done
        if not done:
            log.error("a turn did not end in time")
            raise Late
        try:
            work.result()
        except AnsweredBefore as before:
            return before.messages
        except asyncio.CancelledError:
            raise Late from None
        except Exception as error:
            log.exception("a turn failed")
            raise NoAnswer from error
        if not turn.has_answer:
            raise NoAnswer
        return list(turn.said.messages)


def read_message(body: Any) -> UserMessage:
    """Return the message in a request of the door.

    Raises:
        BadMessage: it has another shape than the door sends.
    """
    if not isinstance(body, dict):
        raise BadMessage("no JSON object")
    sender, message_id, channel = body.get("sender"), body.get("message_id"), body.get("channel", NAME)
    text, sent = body.get("message"), body.get("metadata") or {}
    for name, value, shape in (("sender", sender, ID), ("message_id", message_id, ID), ("channel", channel, CHANNEL)):
        if not isinstance(value, str) or not shape.fullmatch(value):
            raise BadMessage(f"{name}: expected {shape.pattern}")
    if sender == DEFAULT_SENDER_ID:
        raise BadMessage("sender: the one that Rasa gives to all who have none")
    if not isinstance(text, str) or not isinstance(sent, dict):
        raise BadMessage("message: expected a text; metadata: expected an object")
    text = text.strip()
    while text.startswith(ORDER_MARK):  # it would be an order to Rasa
        text = text.lstrip(ORDER_MARK).strip()
    if not text:
        raise BadMessage("message: nothing to read")
    metadata = {name: sent[name] for name in METADATA if isinstance(sent.get(name), str)} | {"channel": channel}
    said = Turn(str(message_id)).said
    return UserMessage(text, said, sender, input_channel=NAME, message_id=message_id, metadata=metadata)


async def _parts(agent: Any) -> dict[str, bool]:
    """Return what a turn needs and whether it is there."""
    if agent is None:
        return {"model": False}
    actions, records, locks = await asyncio.gather(
        _answers(agent.action_endpoint.url), _keeps(agent.tracker_store), _locks(agent.lock_store)
    )
    return {"model": agent.is_ready(), "actions": actions, "records": records, "locks": locks}


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


async def _keeps(tracker_store: Any) -> bool:
    """Tell whether conversations can be read."""
    token = TURN.set(Turn("ready"))
    try:
        await tracker_store.retrieve("ready")
    except TurnEnded:
        return False
    finally:
        TURN.reset(token)
    return True


async def _locks(lock_store: Any) -> bool:
    return await lock_store.is_up() if isinstance(lock_store, FairLockStore) else True
