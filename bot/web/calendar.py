"""`GET /calendar/{token}.ics`: a patient's days as a file. The address holds the days, the table the words."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.calendar_file import MEDIA_TYPE, BadToken, CalendarFiles, ExpiredToken, calendar
from bot.dates.shapes import Event
from bot.knowledge.row_texts import RowText, row_texts
from bot.question import Procedure
from bot.web.chat import Door, address_of
from bot.web.problems import ErrorBody, Problem

ERRORS = {
    404: "The link is not one of the door's, or was changed.",
    410: "The link has expired, or its rules are no longer told.",
    429: "Too many files; Retry-After says when to come back.",
    503: "The knowledge table cannot be read; the clinic's phones are in the body.",
}


def calendar_router(door: Door, files: CalendarFiles, engine: Engine) -> APIRouter:
    """Return the route of the calendar files."""
    router = APIRouter()
    described: dict[int | str, dict[str, Any]] = {
        200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}, "description": "The events, as iCalendar."}
    }
    described |= {status: {"model": ErrorBody, "description": why} for status, why in ERRORS.items()}
    token = {"name": "token", "in": "path", "required": True, "schema": {"type": "string"}}

    # The token is declared by hand: as an argument, it would bring an error 422 that never comes.
    @router.get(
        "/calendar/{token}.ics",
        response_class=Response,
        responses=described,
        openapi_extra={"parameters": [token]},
    )
    async def calendar_file(request: Request) -> Response:
        """Give a patient's days as whole-day events."""
        await door.check_rate(f"calendar:{address_of(request)}")
        events, procedure = _opened(door, files, request.path_params["token"])
        rows = await _rows(door, engine, events)
        told = [event for event in events if rows.keys() >= set(event.rows)]
        if not told:
            raise _too_old(door)
        return Response(
            calendar(told, procedure, rows, door.wording, datetime.now(UTC)),
            media_type=MEDIA_TYPE,
            headers={
                "Content-Disposition": f'attachment; filename="{procedure}-dates.ics"',
                "X-Robots-Tag": "noindex",
            },
        )

    return router


def _opened(door: Door, files: CalendarFiles, token: str) -> tuple[tuple[Event, ...], Procedure]:
    try:
        return files.open(token)
    except ExpiredToken as error:
        raise _too_old(door) from error
    except BadToken as error:
        raise Problem(404, "bad_link", door.wording.say("utter_calendar_bad_link")) from error


async def _rows(door: Door, engine: Engine, events: Sequence[Event]) -> dict[str, RowText]:
    ids = {row for event in events for row in event.rows}
    reading = asyncio.to_thread(row_texts, engine, ids, signed_only=door.settings.clinic.require_sign_off)
    try:
        return await asyncio.wait_for(reading, door.settings.deadlines.reply)
    except (SQLAlchemyError, TimeoutError) as error:
        raise door.away() from error


def _too_old(door: Door) -> Problem:
    return Problem(410, "old_link", door.wording.say("utter_calendar_old_link"))
