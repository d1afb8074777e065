"""The pages of the door.

The chat (full page and inside the widget), a sample clinic page, the static files, and their headers.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from bot.settings import Clinic
from bot.web.interface import Interface, interface_for, read_interface
from bot.web.messages import MOST_CHARACTERS

HERE = Path(__file__).parent
PRIVATE = ("/api", "/calendar", "/leaflets/")


def add_pages(app: FastAPI, clinic: Clinic) -> None:
    """Add the pages, the static files and the headers that keep them safe."""
    templates = Jinja2Templates(HERE / "templates")
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def chat_page(request: Request) -> HTMLResponse:
        response = templates.TemplateResponse(request, "chat.html", shown_of(clinic, interface_for(request)))
        response.headers["Vary"] = "Accept-Language"
        return response

    @router.get("/sample-clinic")
    async def sample_clinic(request: Request) -> HTMLResponse:
        return templates.TemplateResponse(request, "sample_clinic.html", shown_of(clinic, read_interface("en")))

    @router.get("/widget.js")
    async def widget() -> FileResponse:
        return FileResponse(HERE / "static" / "widget.js", media_type="text/javascript")

    app.include_router(router)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    policy = content_policy(clinic)

    @app.middleware("http")
    async def add_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        is_private = request.url.path.startswith(PRIVATE)
        response = await call_next(request)
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        response.headers.setdefault("Cache-Control", "no-store" if is_private else "no-cache")
        return response


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


def content_policy(clinic: Clinic) -> str:
    """Return the content security policy: our own files alone, framed by the clinic's sites alone."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "frame-src 'self'",
            "form-action 'none'",
            "base-uri 'none'",
            f"frame-ancestors 'self' {' '.join(clinic.embed_origins)}".rstrip(),
        )
    )
