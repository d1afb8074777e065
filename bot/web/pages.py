"""The pages of the door.

The chat (full page and inside the widget), a sample clinic page, the static files, and their headers.
"""

import re
import uuid
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.internal import REQUEST_ID_HEADER
from bot.logs import REQUEST_ID
from bot.messages import MOST_CHARACTERS
from bot.settings import Clinic, Settings
from bot.web.interface import Interface, interface_for, read_interface

HERE = Path(__file__).parent
DESK = "/desk"
PRIVATE = ("/api", "/calendar", "/leaflets/", DESK)
EMBEDDED = ("/",)  # what a clinic's site may show in a frame
LOADED_BY_CLINICS = ("/widget.js",)  # what a clinic's page loads itself
GOOD_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
HSTS_SECONDS = 63_072_000


def add_pages(app: FastAPI, settings: Settings) -> None:
    """Add the pages and the static files."""
    templates = Jinja2Templates(HERE / "templates")
    clinic, kept = settings.clinic, {"days": settings.retention_days}
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def chat_page(request: Request) -> HTMLResponse:
        response = templates.TemplateResponse(request, "chat.html", shown_of(clinic, interface_for(request)) | kept)
        response.headers["Vary"] = "Accept-Language"
        return response

    @router.get("/privacy")
    async def privacy(request: Request) -> HTMLResponse:
        return templates.TemplateResponse(request, "privacy.html", shown_of(clinic, interface_for(request)) | kept)

    @router.get("/sample-clinic")
    async def sample_clinic(request: Request) -> HTMLResponse:
        return templates.TemplateResponse(request, "sample_clinic.html", shown_of(clinic, read_interface("en")))

    @router.get("/widget.js")
    async def widget() -> FileResponse:
        return FileResponse(HERE / "static" / "widget.js", media_type="text/javascript")

    app.include_router(router)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")


def add_headers(app: FastAPI, settings: Settings) -> None:
    """Give each request an id, and each response the headers that keep it safe."""
    app.add_middleware(SafeHeaders, settings=settings)


class SafeHeaders:
    """Sets the headers as plain ASGI: Starlette's own base for this costs each request a task and two streams."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.is_https = settings.public_url.startswith("https://")
        self.framed, self.alone = content_policy("'self'", *settings.clinic.embed_origins), content_policy("'none'")
        self.desk = content_policy("'none'", forms="'self'")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
        request_id = sent if GOOD_REQUEST_ID.fullmatch(sent) else uuid.uuid4().hex
        REQUEST_ID.set(request_id)

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID_HEADER] = request_id
                self._add(headers, scope["path"])
            await send(message)

        await self.app(scope, receive, send_safely)

    def _add(self, headers: MutableHeaders, path: str) -> None:
        behind = self.desk if path.startswith(DESK) else self.alone
        headers["Content-Security-Policy"] = self.framed if path in EMBEDDED else behind
        if path not in EMBEDDED:
            headers["X-Frame-Options"] = "DENY"
        headers["X-Content-Type-Options"] = "nosniff"
        # With "no-referrer" a browser would not say where a form of the desk comes from.
        headers["Referrer-Policy"] = "same-origin" if path.startswith(DESK) else "no-referrer"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "cross-origin" if path in LOADED_BY_CLINICS else "same-origin"
        if self.is_https:
            headers["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}; includeSubDomains"
        headers.setdefault("Cache-Control", "no-store" if path.startswith(PRIVATE) else "no-cache")


def shown_of(clinic: Clinic, interface: Interface) -> dict[str, Any]:
    """Return what the pages show: the clinic as it is called in a language, and the words of the page."""
    words, called = interface.words, clinic.told_in(interface.language)
    return {
        "clinic": called.name,
        "phones": [
            {"label": phone.label, "number": phone.number, "hours_text": words[f"hours_{phone.hours}"]}
            for phone in called.phones
        ],
        "emergency_number": called.emergency_number,
        "hours_line": called.hours_line,
        "most_characters": MOST_CHARACTERS,
        "language": interface.language,
        "words": words,
    }


def content_policy(*framed_by: str, forms: str = "'none'") -> str:
    """Return the content security policy: our own files alone, framed by the named sites alone; forms to `forms`."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "frame-src 'self'",
            f"form-action {forms}",
            "base-uri 'none'",
            f"frame-ancestors {' '.join(framed_by)}",
        )
    )
