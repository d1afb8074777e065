"""`POST /api/vote`: whether a reply helped. A patient votes on answers of her own conversation, and may change it."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.records.conversations import now_utc
from bot.records.votes import MOST_REPLIES, NoSuchReply, Votes
from bot.web.chat import Door, address_of, read_body
from bot.web.problems import ErrorBody, Problem
from bot.web.sessions import BadSession

ERRORS = {
    400: "The request cannot be read.",
    403: "The session is not valid or has expired.",
    404: "There is no such answer in the conversation.",
    413: "The request is too large.",
    415: "The body is not JSON.",
    429: "Too many votes; Retry-After says when to come back.",
    503: "The vote could not be kept.",
}


class VoteRequest(BaseModel):
    """A vote on one reply: the `place`-th, from 0, to the message with an id."""

    model_config = ConfigDict(extra="forbid", strict=True)
    session: str = Field(max_length=512, description="The token of the last answer.")
    id: str = Field(pattern="^[A-Za-z0-9_-]{1,64}$", description="The message's own id, as it was sent.")
    place: int = Field(ge=0, lt=MOST_REPLIES, description="The place of the reply among the replies to it, from 0.")
    helpful: bool


class VoteResponse(BaseModel):
    """The vote as it is kept."""

    helpful: bool


def votes_router(door: Door, records: Engine | None) -> APIRouter:
    """Return the route of the votes; without records none can be kept."""
    router = APIRouter()
    votes = Votes(records) if records is not None else None
    described: dict[int | str, dict[str, Any]] = {
        status: {"model": ErrorBody, "description": why} for status, why in ERRORS.items()
    }

    @router.post(
        "/api/vote",
        responses=described,
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": VoteRequest.model_json_schema()}},
            }
        },
    )
    async def vote(request: Request) -> VoteResponse:
        """Keep whether a reply helped a patient."""
        asked = await read_body(request, VoteRequest)
        try:
            session = door.sessions.open(asked.session)
        except BadSession as error:
            raise Problem(403, "bad_session", f"Please start again: {error}.") from error
        await door.check_rate(f"votes:{address_of(request)}", f"votes:{session}")
        if votes is None:
            raise _not_kept()
        now = now_utc()
        try:
            async with asyncio.timeout(door.settings.deadlines.reply):
                before = await asyncio.to_thread(votes.cast, session, asked.id, asked.place, asked.helpful, now)
        except NoSuchReply as error:
            raise Problem(404, "no_such_reply", "There is no such answer to vote on.") from error
        except (SQLAlchemyError, TimeoutError) as error:
            raise _not_kept() from error
        door.counting.voted(helpful=asked.helpful, before=before, at=now)
        return VoteResponse(helpful=asked.helpful)

    return router


def _not_kept() -> Problem:
    return Problem(
        503, "vote_not_kept", "Thank you. Your vote cannot be kept just now; please try later.", retry_after_seconds=5
    )
