"""The action server: rasa_sdk's executor behind a server of our own.

rasa_sdk's own runs actions on its event loop, so that one slow action stops them all, listens to anyone, and sends the
request, with the conversation in it, back on an error. Here each action runs in a thread with a deadline, who has no
internal token is refused, and nothing of a conversation is logged or sent back. `rasa run actions` works too.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from threading import local
from typing import Any

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from actions.shared import warm_up
from bot.internal import HEADER, REQUEST_ID_HEADER, is_internal
from bot.logs import REQUEST_ID, set_up_logs
from bot.secret import read_secret
from bot.settings import Settings, read_settings

MOST_AT_A_TIME = 8
SLOT = "slot"
CALLS = Counter("bot_action_calls", "Action calls by outcome.", ["outcome"])
SECONDS = Histogram("bot_action_seconds", "Time an action took.", buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 3))
log = logging.getLogger("actions.server")


class Actions:
    """Runs actions in threads; knows how many have not come back in time."""

    def __init__(self, settings: Settings) -> None:
        self.secret = read_secret(settings.secret_file)
        self._seconds = settings.deadlines.action
        self._executor = ActionExecutor()
        self._executor.register_package("actions")
        self._own = local()
        self._threads = ThreadPoolExecutor(MOST_AT_A_TIME, "action", self._begin)
        self.lost = 0

    async def run(self, call: dict[str, Any]) -> dict[str, Any]:
        """Return what an action says and the events it leaves.

        Raises:
            TimeoutError: it did not come back in time; its thread goes on until it does.
        """
        task = asyncio.get_running_loop().run_in_executor(self._threads, self._run, call, REQUEST_ID.get())
        done, _ = await asyncio.wait({task}, timeout=self._seconds)
        if not done:
            self.lost += 1
            task.add_done_callback(self._came_back)
            raise TimeoutError
        result: dict[str, Any] = task.result()
        return result

    @property
    def is_ready(self) -> bool:
        """Whether a thread is free for the next action."""
        return self.lost < MOST_AT_A_TIME

    def _begin(self) -> None:
        """Give a thread an event loop of its own, which rasa_sdk wants."""
        self._own.runner = asyncio.Runner()

    def _run(self, call: dict[str, Any], request_id: str) -> Any:
        REQUEST_ID.set(request_id)
        result = self._own.runner.run(self._executor.run(call))
        if result is not None:
            result["events"] = only_changes(result["events"], call["tracker"].get("slots") or {})
        return result

    def _came_back(self, task: "asyncio.Future[Any]") -> None:
        self.lost -= 1
        task.exception()  # seen, so that nobody logs it


def create_action_app(settings: Settings) -> Starlette:
    """Return the action server as an ASGI application; it serves when everything an action needs is read."""
    actions = Actions(settings)

    @asynccontextmanager
    async def warm(_app: Starlette) -> AsyncIterator[None]:
        await asyncio.to_thread(warm_up)
        yield

    async def webhook(request: Request) -> Response:
        if not is_internal(actions.secret, request.headers.get(HEADER)):
            return _ended("forbidden", 403)
        try:
            call = await request.json()
            REQUEST_ID.set(_request_id(request, call))
            with SECONDS.time():
                result = await actions.run(call)
        except TimeoutError:
            log.error("an action did not come back in time")
            return _ended("late", 504)
        except ActionExecutionRejection as rejection:
            return JSONResponse({"error": "rejected", "action_name": rejection.action_name}, status_code=400)
        except ActionNotFoundException as missing:
            return JSONResponse({"error": "no such action", "action_name": missing.action_name}, status_code=404)
        except Exception:
            log.exception("an action failed")
            return _ended("failed", 500)
        CALLS.labels("ok").inc()
        return JSONResponse(result)

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok" if actions.is_ready else "stuck"}, 200 if actions.is_ready else 503)

    async def metrics(_request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    routes = [
        Route("/webhook", webhook, methods=["POST"]),
        Route("/health", health),
        Route("/metrics", metrics),
    ]
    return Starlette(routes=routes, lifespan=warm)


def only_changes(events: list[dict[str, Any]], slots: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return an action's events without those that leave a slot as it is: Rasa takes a millisecond for each event.

    A slot without a value is as one that is empty or false.
    """
    if any(event["event"] != SLOT for event in events):
        return events
    last = {event["name"]: event for event in events}
    return [event for name, event in last.items() if _value(event["value"]) != _value(slots.get(name))]


def _value(value: Any) -> Any:
    return value if value not in (False, "", []) else None


def _ended(outcome: str, status: int) -> JSONResponse:
    CALLS.labels(outcome).inc()
    return JSONResponse({"error": outcome}, status_code=status)


def _request_id(request: Request, call: dict[str, Any]) -> str:
    """Return the id of the patient's request: Rasa sends it on with the message, not as a header."""
    latest = (call.get("tracker") or {}).get("latest_message") or {}
    sent = (latest.get("metadata") or {}).get("request") or request.headers.get(REQUEST_ID_HEADER, "")
    return str(sent)[:64]


def main() -> None:
    """Serve on the loopback, on the port of BOT_ACTIONS_URL or the one given."""
    set_up_logs()
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 5055
    settings = read_settings()
    app = create_action_app(settings)
    uvicorn.run(app, host=settings.actions_host, port=port, log_config=None, access_log=False, ws="none")
