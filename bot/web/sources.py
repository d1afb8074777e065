"""`GET /sources`: every source, what was taken from it, and when it was read."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.dates.ask import day_in_words
from bot.knowledge.source_list import list_sources
from bot.safety.shapes import WarningSigns
from bot.web.chat import Door, address_of

TEMPLATES = Path(__file__).parent / "templates"


def sources_router(door: Door, engine: Engine) -> APIRouter:
    """Return the route of the page."""
    router = APIRouter(include_in_schema=False)
    templates = Jinja2Templates(TEMPLATES)
    signs = _signs_by_source(door.watch.tellers["en"].signs)

    @router.get("/sources")
    async def sources(request: Request) -> HTMLResponse:
        await door.check_rate(f"sources:{address_of(request)}")
        clinic, words = door.wording.clinic, door.wording
        listing = asyncio.to_thread(list_sources, engine, signed_only=door.settings.clinic.require_sign_off)
        try:
            listed = await asyncio.wait_for(listing, door.settings.deadlines.reply)
        except (SQLAlchemyError, TimeoutError) as error:
            raise door.away() from error
        shown = {
            "clinic": clinic.name,
            "sources": [source for source in listed if source.taken or source.id in signs],
            "signs": signs,
            "topics": {name: topic.label for name, topic in words.topics.items()},
            "procedures": {procedure.value: words.procedure_name(procedure) for procedure in words.procedures},
            "day": lambda day: day_in_words(day, clinic.locale),
        }
        return templates.TemplateResponse(request, "sources.html", shown)

    return router


def _signs_by_source(signs: WarningSigns) -> Mapping[str, list[str]]:
    """Return the names of the warning signs by the source that names them."""
    named: dict[str, list[str]] = defaultdict(list)
    for sign in signs.signs:
        for source in dict.fromkeys(source.id for source in sign.sources):
            named[source].append(sign.name)
    return dict(named)
