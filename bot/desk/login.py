"""In and out: the login and its limits."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from bot.desk.access import COOKIE, Visitor, allowed, refuse_other_sites
from bot.records.conversations import now_utc
from bot.records.users import LONGEST, Locked, NoEntry

if TYPE_CHECKING:
    from bot.desk.app import Desk

TRIES_OF_AN_ADDRESS = parse("20/minute")
HOME = "/desk/"


def login_router(desk: "Desk") -> APIRouter:
    """Return the pages of the login."""
    router = APIRouter()
    limiter = MovingWindowRateLimiter(MemoryStorage())
    is_secure = desk.settings.public_url.startswith("https://")

    @router.get("/login")
    def show(request: Request, back: str = "") -> Response:
        return desk.page(request, "login.html", None, back=back, problem="")

    @router.post("/login")
    def let_in(
        request: Request,
        name: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        back: Annotated[str, Form()] = "",
    ) -> Response:
        refuse_other_sites(request)
        name = name.strip().lower()[:64]
        address = request.client.host if request.client else "unknown"
        problem = "The name or the password is not right."
        if not limiter.hit(TRIES_OF_AN_ADDRESS, address):
            status, problem = 429, "Too many tries. Please wait a minute."
        else:
            try:
                token, user = desk.users.let_in(name, password, now_utc())
            except Locked:
                status, problem = 403, "Too many wrong passwords. Please wait 15 minutes, or ask an admin."
                desk.audit.note(name, "login refused: locked")
            except NoEntry:
                status = 403
                desk.audit.note(name, "login refused")
            else:
                desk.audit.note(user.name, "logged in")
                response = RedirectResponse(back if back.startswith(HOME) else HOME, status_code=303)
                response.set_cookie(
                    COOKIE,
                    token,
                    max_age=int(LONGEST.total_seconds()),
                    path="/desk",
                    secure=is_secure,
                    httponly=True,
                    samesite="strict",
                )
                return response
        return desk.page(request, "login.html", None, status, back=back, problem=problem)

    @router.post("/logout")
    def let_out(request: Request, visitor: Annotated[Visitor, Depends(allowed("ask"))]) -> Response:
        desk.users.let_out(request.cookies.get(COOKIE, ""))
        desk.audit.note(visitor.user.name, "logged out")
        response = RedirectResponse("/desk/login", status_code=303)
        response.delete_cookie(COOKIE, path="/desk")
        return response

    return router
