"""The desk as one ASGI application, mounted at `/desk`: what its pages share, the login, the way errors are shown."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from bot.ask_rasa import Rasa
from bot.desk.access import Refused, Right, SignedOut, Visitor
from bot.desk.ask import ask_router
from bot.desk.clinic import clinic_router
from bot.desk.edit import edit_router
from bot.desk.exchange import exchange_router
from bot.desk.login import login_router
from bot.desk.missed import missed_router
from bot.desk.numbers import numbers_router
from bot.desk.people import people_router
from bot.desk.staff import staff_router
from bot.desk.table import table_router
from bot.records.audit import Audit
from bot.records.users import Users
from bot.settings import Settings
from bot.wording import Wording

HERE = Path(__file__).parent
PLACE = "/desk"
MENU: tuple[tuple[str, str, Right], ...] = (
    ("Ask", "/desk/ask", "ask"),
    ("Waiting", "/desk/people", "people"),
    ("Missed", "/desk/missed", "missed"),
    ("Table", "/desk/table", "read"),
    ("Numbers", "/desk/numbers", "numbers"),
    ("Clinic", "/desk/clinic", "clinic"),
    ("Staff", "/desk/staff", "staff"),
    ("Audit log", "/desk/audit", "audit"),
)


@dataclass(frozen=True)
class Desk:
    """What the pages need. `engine` holds the knowledge table, `records` everything else; `mask` hides who is who."""

    settings: Settings
    wording: Wording
    engine: Engine
    records: Engine
    users: Users
    audit: Audit
    rasa: Rasa
    mask: Callable[[str], str]
    templates: Jinja2Templates

    def page(
        self, request: Request, name: str, visitor: Visitor | None, status: int = 200, **shown: Any
    ) -> HTMLResponse:
        """Return a page from its template, for who asked."""
        menu = [(title, path) for title, path, right in MENU if visitor is not None and visitor.may(right)]
        context = {"visitor": visitor, "menu": menu, "clinic": self.settings.clinic.name, "path": request.scope["path"]}
        return self.templates.TemplateResponse(request, name, context | shown, status_code=status)


def create_desk(
    settings: Settings,
    wording: Wording,
    engine: Engine,
    records: Engine,
    rasa: Rasa,
    mask: Callable[[str], str],
    users: Users | None = None,
) -> FastAPI:
    """Return the desk. `users` are those of the records unless others are given."""
    templates = Jinja2Templates(HERE / "templates")
    desk = Desk(settings, wording, engine, records, users or Users(records), Audit(records), rasa, mask, templates)
    app = FastAPI(title="The front desk", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = desk

    @app.exception_handler(SignedOut)
    async def to_the_login(request: Request, error: Exception) -> Response:
        back = error.back if isinstance(error, SignedOut) else ""
        place = f"{PLACE}/login?back={back}" if back else f"{PLACE}/login"
        if "hx-request" in request.headers:
            return Response(status_code=401, headers={"HX-Redirect": place})
        return RedirectResponse(place, status_code=303)

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Exception) -> Response:
        status, message = (error.status, error.message) if isinstance(error, Refused) else (500, "")
        return desk.page(request, "refused.html", None, status, message=message)

    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, _error: Exception) -> Response:
        return desk.page(request, "refused.html", None, 400, message="What was sent cannot be read.")

    @app.exception_handler(HTTPException)
    async def not_there(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        message = "There is nothing here." if status == 404 else "This cannot be done here."
        return desk.page(request, "refused.html", None, status, message=message)

    @app.exception_handler(SQLAlchemyError)
    async def away(request: Request, _error: Exception) -> Response:
        return desk.page(request, "refused.html", None, 503, message="The database is away. Please try again soon.")

    app.include_router(login_router(desk))
    app.include_router(ask_router(desk))
    app.include_router(people_router(desk))
    app.include_router(missed_router(desk))
    app.include_router(table_router(desk))
    app.include_router(edit_router(desk))
    app.include_router(exchange_router(desk))
    app.include_router(numbers_router(desk))
    app.include_router(clinic_router(desk))
    app.include_router(staff_router(desk))
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="desk_static")
    return app
