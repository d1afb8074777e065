"""`GET /api/updates`: what a person writes to a patient; her page asks every few seconds while she waits for one.

`POST /api/call-back`: the number at which she wishes to be called. It is sealed at once; no log and no Rasa sees it.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, TypeVar

import phonenumbers
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import moment_at
from bot.hand_over import opens_in_words
from bot.opening import Opening, opening_of
from bot.question import Language
from bot.records.addresses import Addresses
from bot.records.conversations import now_utc
from bot.records.hand_offs import TAKEN, HandOff, HandOffs, NoHandOff, Told
from bot.web.chat import SESSION_HEADER, Door, address_of, read_body
from bot.web.problems import ErrorBody, Problem
from bot.web.sessions import BadSession

MOST_DIGITS = 15
PARAMETERS = [
    {
        "name": SESSION_HEADER,
        "in": "header",
        "required": True,
        "description": "The token of the last answer.",
        "schema": {"type": "string"},
    },
    {
        "name": "after",
        "in": "query",
        "required": False,
        "description": "The id of the last message that was seen.",
        "schema": {"type": "integer", "minimum": 0},
    },
    {
        "name": "language",
        "in": "query",
        "required": False,
        "description": "The language of the page.",
        "schema": {"type": "string", "enum": ["en", "zh"]},
    },
]
Found = TypeVar("Found")


class ClerkMessage(BaseModel):
    """What a person wrote; `by` is her full name, null where the desk tells for her. `at` is UTC."""

    id: int
    text: str
    by: str | None
    at: str


class Updates(BaseModel):
    """Where a conversation stands with the people of the clinic, and what they wrote since."""

    state: Literal["none", "waiting", "taken"]
    place: int | None = Field(description="Her place in the queue, while the clinic is open.")
    by: str | None = Field(description="Who answers her.")
    is_open: bool
    opens: str | None = Field(description="The day and the time at which the clinic opens, while it is closed.")
    may_leave_number: bool
    has_left_number: bool
    messages: list[ClerkMessage]


class CallBackRequest(BaseModel):
    """The number at which she wishes to be called; `consent` must be true."""

    model_config = ConfigDict(extra="forbid", strict=True)
    session: str = Field(max_length=512, description="The token of the last answer.")
    phone: str = Field(min_length=1, max_length=40, description="As she writes it; with or without the country's code.")
    consent: bool = Field(description="That the clinic may call this number.")


class CallBackResponse(BaseModel):
    """That the number is kept; only its end is told."""

    ends_in: str


def updates_router(door: Door, hand_offs: HandOffs, phones: Addresses) -> APIRouter:
    """Return the routes. `phones` seals the numbers."""
    router = APIRouter()
    opening, country = opening_of(door.settings.clinic), door.settings.clinic.holidays

    async def ask_records(call: Callable[[], Found]) -> Found:
        try:
            return await asyncio.wait_for(asyncio.to_thread(call), door.settings.deadlines.reply)
        except (SQLAlchemyError, TimeoutError) as error:
            raise door.away() from error

    def opened(token: str) -> str:
        try:
            return door.sessions.open(token)
        except BadSession as error:
            raise Problem(403, "bad_session", f"Please start again: {error}.") from error

    # The parameters are declared by hand: as arguments, they would bring an error 422 that never comes.
    @router.get("/api/updates", responses=_described(403, 429, 503), openapi_extra={"parameters": PARAMETERS})
    async def updates(request: Request) -> Updates:
        """Tell where a conversation stands with the people of the clinic."""
        conversation = opened(request.headers.get(SESSION_HEADER, ""))
        await door.check_rate(f"updates:{conversation}")
        asked = request.query_params
        seen, language = _whole(asked.get("after", "")), _language(asked.get("language"))
        return await ask_records(lambda: _updates(door, hand_offs, opening, conversation, seen, language))

    @router.post(
        "/api/call-back",
        responses=_described(400, 403, 409, 413, 415, 429, 503),
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": CallBackRequest.model_json_schema()}},
            }
        },
    )
    async def call_back(request: Request) -> CallBackResponse:
        """Keep the number at which a patient wishes to be called, with her consent."""
        await door.check_rate(f"call-back:{address_of(request)}")
        asked = await read_body(request, CallBackRequest)
        conversation = opened(asked.session)
        if not asked.consent:
            raise Problem(400, "no_consent", "Please tick that the clinic may call this number.")
        number = number_of(asked.phone, country)
        if number is None:
            raise Problem(400, "bad_number", "This is no phone number that can be called. Please check it.")
        try:
            await ask_records(lambda: hand_offs.wish(conversation, phones.seal(number), now_utc()))
        except NoHandOff as error:
            raise Problem(409, "no_hand_off", "Please ask for a person first.") from error
        return CallBackResponse(ends_in=number[-4:])

    return router


def number_of(written: str, country: str) -> str | None:
    """Return a written number in international form, read in a country; null where it can be none."""
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _updates(
    door: Door, hand_offs: HandOffs, opening: Opening, conversation: str, after: int, language: Language
) -> Updates:
    """Return where a conversation stands."""
    found = hand_offs.of(conversation)
    told = hand_offs.told(conversation, after)
    moment = moment_at(door.settings.clinic)
    is_open = opening.is_open_at(moment)
    is_taken = found is not None and found.state == TAKEN
    return Updates(
        state="none" if found is None else "taken" if is_taken else "waiting",
        place=hand_offs.place(found) if found is not None and not is_taken and is_open else None,
        by=hand_offs.full_name(found.taken_by) if found is not None and is_taken else None,
        is_open=is_open,
        opens=None if is_open else _opens(door, opening, moment, language),
        may_leave_number=found is not None and _may_leave_number(found, is_open=is_open),
        has_left_number=found is not None and found.wish_at is not None,
        messages=[_message(one) for one in told],
    )


def _whole(written: str) -> int:
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= MOST_DIGITS else 0


def _language(wished: str | None) -> Language:
    return "zh" if wished == "zh" else "en"


def _may_leave_number(found: HandOff, *, is_open: bool) -> bool:
    """Tell whether she may leave a number: out of hours, where nobody was free, and to the person who answers her."""
    return found.wish_at is None and (not is_open or found.alerted_at is not None or found.state == TAKEN)


def _opens(door: Door, opening: Opening, moment: datetime, language: Language) -> str:
    return " ".join(opens_in_words(door.wordings[language], opening, moment))


def _message(one: Told) -> ClerkMessage:
    return ClerkMessage(id=one.id, text=one.text, by=one.by, at=f"{one.at.isoformat(timespec='seconds')}Z")


def _described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    why = {
        400: "The request cannot be read, holds no number, or no consent.",
        403: "The session is not valid or has expired.",
        409: "She has not asked for a person, or it is over.",
        413: "The request is too large.",
        415: "The body is not JSON.",
        429: "Too many requests; Retry-After says when to come back.",
        503: "The records are away; the clinic's phones are in the body.",
    }
    return {status: {"model": ErrorBody, "description": why[status]} for status in statuses}
