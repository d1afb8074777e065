"""`POST /api/chat`: one message in, its replies out. Checks come first, Rasa last.

Whatever fails, a clear error or the clinic's phones. A warning sign is answered even so: when the message is too long,
when too many were sent, when nothing behind the door answers.
"""

import asyncio
import json
import logging
import math
import re
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from limits import RateLimitItem
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.ask_rasa import Rasa, RasaAway
from bot.clock import moment_at
from bot.glossary import Glossary
from bot.messages import MOST_CHARACTERS, EmptyMessage, LongMessage, clean, readable
from bot.metrics import FAULTS
from bot.question import Language
from bot.reply import Reply
from bot.safety.find import excerpt
from bot.safety.lone_watch import LoneWatch
from bot.sent import Sent
from bot.settings import Settings
from bot.web.counting import Counting
from bot.web.metrics import DOOR_ALARMS, REPLIES, REQUESTS, STAGES, UNDER_WAY, URGENT, WAITING
from bot.web.people import NO_PEOPLE, People
from bot.web.problems import ErrorBody, PhoneLine, Problem
from bot.web.sessions import BadSession, Sessions
from bot.web.turns import TooManyWaiting, Turns
from bot.wording import Wording

MOST_BYTES = 32_768
SENT_AGAIN = (429, 503)
SESSION_HEADER = "X-Session"  # of a first message that is refused and to be sent again in the same conversation
IPV6_NETWORK_BITS = 64
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOST_CHARACTERS_TOLD = 100  # of a key that the sender made up
Asked = TypeVar("Asked", bound=BaseModel)
log = logging.getLogger("bot.web.chat")


class ChatRequest(BaseModel):
    """One message, and the session it belongs to (null: a new one)."""

    model_config = ConfigDict(extra="forbid", strict=True)
    message: str = Field(
        description=f"What the patient writes; at most {MOST_CHARACTERS} characters.",
        # Told here and checked later: what is too long or blank is refused in its own words, or holds a warning sign.
        json_schema_extra={"minLength": 1, "maxLength": MOST_CHARACTERS},
    )
    session: str | None = Field(default=None, max_length=512, description="The token of the last answer.")
    id: str | None = Field(
        default=None,
        pattern="^[A-Za-z0-9_-]{1,64}$",
        description="The message's own id: sent again with the same id in its session, it is answered once.",
    )
    language: Language | None = Field(
        default=None, description="The language of the page; counts where the message does not tell its own."
    )
    today: date | None = Field(default=None, strict=False, description="Tests only: the day to take for today.")

    @field_validator("today", mode="before")
    @classmethod
    def _is_a_day(cls, value: object) -> object:
        if value is None or (isinstance(value, str) and DAY.fullmatch(value)):
            return value
        raise ValueError("expected a day such as 2026-03-10")  # a number would be taken for seconds since 1970


class ChatResponse(BaseModel):
    """The session to send next time, and one reply for each thing asked, in the order asked."""

    session: str
    replies: list[Reply]


@dataclass(frozen=True)
class Door:
    """What the chat API needs."""

    settings: Settings
    wording: Wording
    sessions: Sessions
    rasa: Rasa
    limiter: SlidingWindowCounterRateLimiter
    own_limiter: SlidingWindowCounterRateLimiter
    limit: RateLimitItem | None
    watch: LoneWatch
    glossary: Glossary
    mask: Callable[[str], str]
    turns: Turns
    counting: Counting
    people: People = NO_PEOPLE

    @property
    def wordings(self) -> Mapping[Language, Wording]:
        """The fixed sentences in each language."""
        return {language: teller.wording for language, teller in self.watch.tellers.items()}

    def explained(self, reply: Reply) -> Reply:
        """Return a reply with what its medical words mean."""
        if reply.language != "en":
            return reply
        return reply.model_copy(update={"terms": self.glossary.terms(filter(None, (reply.text, reply.more)))})

    def urgent_or(self, asked: "ChatRequest", error: BadSession) -> Reply:
        """Return the urgent reply to a message of a session that is not valid.

        Raises:
            Problem: 403, where the message holds no warning sign.
        """
        urgent = self.urgent(asked.message, asked.today)
        if urgent is None:
            raise Problem(403, "bad_session", f"Please start again: {error}.") from error
        DOOR_ALARMS.labels("bad_session").inc()
        return urgent

    def urgent(self, text: str, today: date | None = None) -> Reply | None:
        """Return the urgent reply to a message in which the door is sure of a warning sign; null where it is not."""
        return self.watch.urgent(readable(excerpt(text)), moment_at(self.settings.clinic, today))

    async def answer(self, sent: Sent) -> list[Reply]:
        """Return the replies to a message.

        Raises:
            Problem: it is empty or too long, too many were sent, or nothing behind the door answers; never where the
                door is sure of a warning sign in it.
        """
        try:
            with UNDER_WAY.track_inprogress():
                replies = await self._ask(sent)
        except Problem as problem:
            urgent = self.urgent(sent.text, sent.today)
            if urgent is None:
                if problem.status >= 500:
                    self.counting.unanswered(sent.channel)
                raise
            DOOR_ALARMS.labels(problem.body.error.code).inc()
            replies = [urgent, *(self._long() if problem.status == 413 else ())]
        self.counting.answered(sent.channel, replies)
        await self.people.flag(sent.conversation, replies)
        return replies

    async def answer_or_say_why(self, sent: Sent) -> list[Reply]:
        """Return the replies to a message, or a notice why there is none, with the clinic's phones."""
        try:
            return await self.answer(sent)
        except Problem as problem:
            REQUESTS.count(problem.body.error.code)
            said = problem if problem.status < 500 else self.away()
            return [Reply(text=said.body.error.message, kind="notice")]

    async def _ask(self, sent: Sent) -> list[Reply]:
        try:
            async with asyncio.timeout(self.settings.deadlines.reply):
                await self.check_rate(f"address:{sent.address}", f"session:{sent.conversation}")
                return await self._ask_in_turn(sent, _cleaned(sent.text))
        except TooManyWaiting as error:
            raise Problem(
                429, "too_many_waiting", "Please wait until your last messages are answered.", retry_after_seconds=2
            ) from error
        except (RasaAway, TimeoutError) as error:
            log.warning("no answer: %s", type(error).__name__)
            raise self.away() from error

    async def _ask_in_turn(self, sent: Sent, text: str) -> list[Reply]:
        came = time.monotonic()
        async with self.turns.take(sent.conversation):
            STAGES.labels("turn").observe(time.monotonic() - came)
            with STAGES.labels("mask").time():
                masked = await asyncio.to_thread(self.mask, text)
            if await self.people.have(sent.conversation):
                sent = replace(sent, has_person=True)
            with STAGES.labels("rasa").time():
                return await self.rasa.ask(sent, masked)

    def _long(self) -> tuple[Reply, ...]:
        return (Reply(text=self.wording.say("utter_too_long_but_urgent"), kind="notice"),)

    async def check_rate(self, *keys: str) -> None:
        """Count one request against each key.

        Raises:
            Problem: 429, when one of them has used up its share.
        """
        if self.limit is None:
            return
        for key in keys:
            free_at = await self._free_at(self.limit, key)
            if free_at is not None:
                raise Problem(
                    429,
                    "too_many_messages",
                    "That was a lot in a short time. Please wait a moment and try again.",
                    retry_after_seconds=max(1, math.ceil(free_at - time.time())),
                )

    async def _free_at(self, limit: RateLimitItem, key: str) -> float | None:
        """Count a request; return when the next is free where this one is too many. Redis away: this door counts."""
        for limiter in (self.limiter, self.own_limiter):
            try:
                async with asyncio.timeout(self.settings.deadlines.lock_store):
                    if await limiter.hit(limit, key):
                        return None
                    return float((await limiter.get_window_stats(limit, key)).reset_time)
            except (StorageError, OSError, TimeoutError):
                FAULTS.labels("limits").inc()
        return None

    def away(self) -> Problem:
        """Return the problem that nothing behind the door answers: with the clinic's phones."""
        phones = [PhoneLine(label=phone.label, number=phone.number) for phone in self.settings.clinic.phones]
        return Problem(503, "away", self.wording.say("utter_away"), phones=phones, retry_after_seconds=5)


def chat_router(door: Door) -> APIRouter:
    """Return the route of the chat API."""
    router = APIRouter()
    errors: dict[int | str, dict[str, Any]] = {
        status: {"model": ErrorBody, "description": why}
        for status, why in {
            400: "The request or the message cannot be read.",
            403: "The session is not valid or has expired.",
            413: "The message is too long.",
            415: "The body is not JSON.",
            429: "Too many messages; Retry-After says when to come back.",
            503: "The assistant is away; the clinic's phones are in the body.",
        }.items()
    }

    @router.post(
        "/api/chat",
        responses=errors,
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": ChatRequest.model_json_schema()}},
            }
        },
    )
    async def chat(request: Request) -> ChatResponse:
        """Answer one message of a patient."""
        with REQUESTS.track(), WAITING.time():
            asked = await read_body(request, ChatRequest)
            if asked.today is not None and not door.settings.test_clock:
                raise Problem(400, "no_test_clock", "'today' is taken in tests only.")
            try:
                session = _session(door, asked.session)
                replies = await door.answer(_sent(session, request, asked))
            except BadSession as error:
                session, replies = door.sessions.new(), [door.urgent_or(asked, error)]
            except Problem as problem:
                if asked.session is None and problem.status in SENT_AGAIN:
                    problem.headers[SESSION_HEADER] = door.sessions.seal(session)
                raise
            count_replies(replies)
            told = [door.explained(reply) for reply in replies]
            return ChatResponse(session=door.sessions.seal(session), replies=told)

    return router


def _cleaned(text: str) -> str:
    """Return a text as it may be asked.

    Raises:
        Problem: it is empty or too long.
    """
    try:
        return clean(text)
    except EmptyMessage as error:
        raise Problem(400, "empty_message", "Please write a message.") from error
    except LongMessage as error:
        raise Problem(
            413, "message_too_long", f"Please write at most {MOST_CHARACTERS} characters: {error}."
        ) from error


def count_replies(replies: Sequence[Reply]) -> None:
    """Count replies for the metrics."""
    for reply in replies:
        REPLIES.labels(reply.kind).inc()
        if reply.level:
            URGENT.labels(reply.level).inc()


def address_of(request: Request) -> str:
    """Return where a request comes from: its address; of IPv6 the network, since whoever has one has all of it."""
    host = request.client.host if request.client else "unknown"
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv4Address):
        return host
    return str(address.ipv4_mapped or ip_network((int(address), IPV6_NETWORK_BITS), strict=False))


def _sent(session: str, request: Request, asked: ChatRequest) -> Sent:
    return Sent(
        conversation=session,
        address=address_of(request),
        text=asked.message,
        message_id=asked.id or uuid.uuid4().hex,
        language=asked.language,
        today=asked.today,
    )


def _session(door: Door, token: str | None) -> str:
    if token is None:
        return door.sessions.new()
    return door.sessions.open(token)


async def read_body(request: Request, shape: type[Asked]) -> Asked:
    """Return the body of a request in a shape.

    Raises:
        Problem: it is no JSON, too large, or has another shape.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem(415, "not_json", "Send the message as application/json.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Problem(413, "body_too_large", f"The request is larger than {MOST_BYTES} bytes.")
    try:
        return shape.model_validate(json.loads(body))
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(map(str, problem["loc"]))[:MOST_CHARACTERS_TOLD] or "body"
        raise Problem(400, "bad_request", f"{where}: {problem['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise Problem(400, "bad_json", "The body is not valid JSON.") from error
