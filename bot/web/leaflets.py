"""The leaflets at the door: of a procedure, with a patient's own days, and the page from which both are printed.

A leaflet is made anew from the rows as they stand now; an event whose rule is no longer told is left out.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.templating import Jinja2Templates
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.calendar_file import BadToken, CalendarFiles, ExpiredToken
from bot.clock import moment_at
from bot.dates.shapes import Event
from bot.knowledge.read import read_entries_of_checklist
from bot.knowledge.row_texts import row_texts
from bot.leaflet.content import leaflet_of
from bot.leaflet.link import MEDIA_TYPE
from bot.question import Procedure
from bot.web.chat import Door, address_of
from bot.web.problems import ErrorBody, Problem

TEMPLATES = Path(__file__).parent / "templates"
MOST_AT_ONCE = 2  # drawing takes about a second of the processor, which the chat must not wait for
ERRORS = {
    404: "The link is not one of the door's, or was changed.",
    410: "The link has expired, or its rules are no longer told.",
    429: "Too many leaflets; Retry-After says when to come back.",
    503: "The knowledge table cannot be read; the clinic's phones are in the body.",
}


def leaflets_router(door: Door, files: CalendarFiles, engine: Engine) -> APIRouter:
    """Return the routes of the leaflets."""
    router = APIRouter()
    templates = Jinja2Templates(TEMPLATES)
    drawing = asyncio.Semaphore(MOST_AT_ONCE)
    clinic = door.settings.clinic
    words = replace(door.wording, clinic=clinic)
    signs, checklist = door.watch.tellers["en"].signs, read_entries_of_checklist()
    described: dict[int | str, dict[str, Any]] = {
        200: {
            "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
            "description": "The leaflet, as PDF.",
        }
    }
    described |= {status: {"model": ErrorBody, "description": why} for status, why in ERRORS.items()}
    name = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}

    def made(procedure: Procedure, events: Sequence[Event]) -> bytes | None:
        """Return a leaflet as a PDF; null where there were events and none is told any more."""
        rows = row_texts(engine, {row for one in events for row in one.rows}, signed_only=clinic.require_sign_off)
        told = [event for event in events if rows.keys() >= set(event.rows)]
        if events and not told:
            return None
        from bot.leaflet.pdf import draw  # 19 MB, which a door without a leaflet does without

        today = moment_at(clinic).date()
        return draw(leaflet_of(procedure, engine, words, signs, checklist, today, told))

    async def made_in_turn(procedure: Procedure, events: Sequence[Event]) -> bytes | None:
        async with drawing:
            return await asyncio.to_thread(made, procedure, events)

    # The name is declared by hand: as an argument, it would bring an error 422 that never comes.
    @router.get(
        "/leaflets/{name}.pdf",
        response_class=Response,
        responses=described,
        openapi_extra={"parameters": [name]},
    )
    async def leaflet(request: Request) -> Response:
        """Give the leaflet of a procedure ("hsg", "hysteroscopy"), or of a patient by the token of her days."""
        await door.check_rate(f"leaflets:{address_of(request)}")
        events, procedure = _named(door, files, request.path_params["name"])
        try:
            pdf = await asyncio.wait_for(made_in_turn(procedure, events), door.settings.deadlines.reply)
        except (SQLAlchemyError, TimeoutError) as error:
            raise door.away() from error
        if pdf is None:
            raise _too_old(door)
        return Response(
            pdf,
            media_type=MEDIA_TYPE,
            headers={
                "Content-Disposition": f'inline; filename="{procedure}-leaflet.pdf"',
                "Cache-Control": "no-store" if events else "no-cache",
                "X-Robots-Tag": "noindex",
            },
        )

    @router.get("/leaflets", include_in_schema=False)
    async def leaflets(request: Request) -> HTMLResponse:
        shown = {
            "clinic": clinic.name,
            "leaflets": [(procedure, words.procedure_name(procedure)) for procedure in Procedure],
        }
        return templates.TemplateResponse(request, "leaflets.html", shown)

    return router


def _named(door: Door, files: CalendarFiles, name: str) -> tuple[tuple[Event, ...], Procedure]:
    """Return the events and the procedure that a name stands for."""
    if name in {procedure.value for procedure in Procedure}:
        return (), Procedure(name)
    try:
        return files.open(name)
    except ExpiredToken as error:
        raise _too_old(door) from error
    except BadToken as error:
        raise Problem(404, "bad_link", door.wording.say("utter_leaflet_bad_link")) from error


def _too_old(door: Door) -> Problem:
    return Problem(410, "old_link", door.wording.say("utter_leaflet_old_link"))
