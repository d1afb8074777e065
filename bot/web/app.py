"""The door as one ASGI application: settings in, routes out, in the order of a request's way."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from limits import parse
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import Engine
from starlette.exceptions import HTTPException

from bot.ask_rasa import open_rasa
from bot.calendar_file import open_calendar_files
from bot.glossary import build_glossary, read_glossary
from bot.messages import readable
from bot.messengers.build import Messengers, build_messengers
from bot.opening import opening_of
from bot.records.addresses import build_phones
from bot.records.conversations import Conversations
from bot.records.hand_offs import HandOffs
from bot.records.retention import Retention
from bot.records.tally import Tally
from bot.records.transcripts import Transcripts
from bot.safety.lone_watch import LoneWatch
from bot.secret import read_secret
from bot.settings import Settings
from bot.web.calendar import calendar_router
from bot.web.chat import Door, chat_router
from bot.web.counting import Counting
from bot.web.leaflets import leaflets_router
from bot.web.overdue import Overdue
from bot.web.pages import add_headers, add_pages
from bot.web.people import People
from bot.web.problems import Problem, show_problem
from bot.web.sessions import open_sessions
from bot.web.sources import sources_router
from bot.web.turns import Turns
from bot.web.updates import updates_router
from bot.web.votes import votes_router
from bot.web.webhooks import answer_of, webhooks_router
from bot.wording import Wording

CODES = {404: "not_found", 405: "wrong_method"}


def create_app(
    settings: Settings,
    wording: Wording,
    engine: Engine,
    watch: LoneWatch,
    mask: Callable[[str], str],
    transport: httpx.AsyncBaseTransport | None = None,
    records: Engine | None = None,
) -> FastAPI:
    """Return the door. The table behind `engine` may be away; `transport` stands in for the network to Rasa.

    `mask` takes what identifies a person out of a text; nothing that it was not given goes on to Rasa. With `records`
    the door serves the messengers that the settings name, and deletes what is too old.
    """
    rasa = open_rasa(settings, transport)
    door = Door(
        settings=settings,
        wording=wording,
        sessions=open_sessions(settings.secret_file, settings.session_hours),
        rasa=rasa,
        limiter=SlidingWindowCounterRateLimiter(_limits_of(settings)),
        own_limiter=SlidingWindowCounterRateLimiter(MemoryStorage()),
        limit=parse(settings.rate_limit) if settings.rate_limit else None,
        watch=watch,
        glossary=build_glossary(read_glossary()),
        mask=mask,
        turns=Turns(),
        counting=Counting(settings.clinic.time_zone),
        people=People(HandOffs(records) if records is not None else None, settings.deadlines.sql),
    )

    messengers = _messengers(door, records) if records is not None else None

    @asynccontextmanager
    async def open_and_close(_app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as closing:
            closing.push_async_callback(rasa.client.aclose)
            if records is not None and messengers is not None:
                closing.push_async_callback(door.counting.write, Tally(records))
                closing.callback(asyncio.create_task(door.counting.run(Tally(records))).cancel)
                await messengers.start()
                closing.push_async_callback(messengers.stop)
                retention = Retention(Conversations(records), settings.retention_days)
                closing.callback(asyncio.create_task(retention.run()).cancel)
                closing.callback(asyncio.create_task(_overdue(door, records).run()).cancel)
            yield

    app = FastAPI(
        title="Fertility workup assistant",
        description="Answers questions about HSG and hysteroscopy from the clinic's knowledge table, with sources.",
        version="1",
        docs_url=None,
        redoc_url=None,
        lifespan=open_and_close,
    )
    app.add_exception_handler(Problem, show_problem)
    app.add_exception_handler(HTTPException, _show_http_error)
    app.add_exception_handler(Exception, show_problem)
    app.include_router(chat_router(door))
    app.include_router(votes_router(door, records))
    files = open_calendar_files(settings.secret_file, settings.public_url)
    app.include_router(calendar_router(door, files, engine))
    app.include_router(leaflets_router(door, files, engine))
    app.include_router(sources_router(door, engine))
    if messengers is not None:
        app.include_router(webhooks_router(messengers.reception))
    if records is not None:
        app.include_router(updates_router(door, HandOffs(records), build_phones(read_secret(settings.secret_file))))
    _add_health(app, door)
    add_pages(app, settings)
    add_headers(app, settings)
    return app


def _messengers(door: Door, records: Engine) -> Messengers:
    """Return the messengers that the settings name; they are answered as the chat is."""
    settings = door.settings
    return build_messengers(
        settings.messengers,
        settings.public_url,
        settings.retention_days,
        read_secret(settings.secret_file),
        records,
        door.wordings,
        door.mask,
        readable,
        door.urgent,
        answer_of(door),
    )


def _overdue(door: Door, records: Engine) -> Overdue:
    """Return the watch over who waits for a person."""
    opening, alert_url = opening_of(door.settings.clinic), door.settings.alert_url
    return Overdue(HandOffs(records), Transcripts(records), opening, door.wordings, alert_url)


def _add_health(app: FastAPI, door: Door) -> None:
    @app.get("/healthz")
    async def alive() -> dict[str, str]:
        """Tell that the door is up."""
        return {"status": "ok"}

    @app.get("/readyz", responses={503: {"description": "A message would not be answered; `missing` says why."}})
    async def ready() -> JSONResponse:
        """Tell whether a message would be answered, and what is missing where not."""
        parts = await door.rasa.ready_parts()
        missing = [name for name, up in parts.items() if not up]
        told = {"rasa": "ready" if parts["rasa"] else "away", "missing": missing}
        return JSONResponse(told, status_code=503 if missing else 200)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _limits_of(settings: Settings) -> Storage:
    """Return where requests are counted: in Redis, which all doors share, or in this process.

    Counted are windows, not moments: a moving window of this library goes through all keys in threads at each request.
    """
    if not settings.redis_url:
        return MemoryStorage()
    return RedisStorage(
        f"async+{settings.redis_url}",
        implementation="redispy",
        wrap_exceptions=True,
        socket_timeout=settings.deadlines.lock_store,
        socket_connect_timeout=settings.deadlines.lock_store,
    )


async def _show_http_error(request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = CODES.get(status, "error")
    shown = await show_problem(request, Problem(status, code, f"{request.method} {request.url.path}: {code}"))
    if isinstance(error, HTTPException) and error.headers:
        shown.headers.update(error.headers)  # a 405 says which methods there are
    return shown
