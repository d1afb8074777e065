"""Who may do what at the desk, and how a page asks for it: a login, a right, and, where it changes anything, its form.

A page takes `Depends(allowed("write"))` and gets who is there. Signed out: to the login. Without the right: 403.
"""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, urlsplit

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from bot.records.conversations import now_utc
from bot.records.users import Role, User, Users

Right = Literal["ask", "people", "numbers", "missed", "read", "write", "approve", "publish", "clinic", "staff", "audit"]
EVERYBODY: frozenset[Role] = frozenset({"clerk", "editor", "clinician", "admin"})
WRITERS: frozenset[Role] = EVERYBODY - {"clerk"}
RIGHTS: dict[Right, frozenset[Role]] = {
    "ask": EVERYBODY,
    "people": EVERYBODY,  # take over a conversation that waits
    "numbers": EVERYBODY,
    "read": EVERYBODY,  # the table
    "missed": WRITERS,
    "write": WRITERS,  # drafts
    "publish": WRITERS,  # what was approved
    "approve": frozenset({"clinician"}),  # never what one wrote oneself
    "clinic": frozenset({"editor", "admin"}),  # hours, phones, days
    "staff": frozenset({"admin"}),
    "audit": frozenset({"clinician", "admin"}),
}
COOKIE = "desk"
CSRF_FIELD, CSRF_HEADER = "csrf", "X-CSRF-Token"
SAFE = ("GET", "HEAD")


class SignedOut(Exception):
    """Nobody is logged in; `back` is where to go on afterwards."""

    def __init__(self, back: str) -> None:
        super().__init__(back)
        self.back = back


class Refused(Exception):
    """What is asked for is not there (404), not allowed (403), or cannot be done (400, 409); the message says it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True)
class Visitor:
    """Who asks for a page, and what its forms bring along."""

    user: User
    csrf: str = field(repr=False)

    def may(self, right: Right) -> bool:
        """Tell whether this person has a right."""
        return self.user.role in RIGHTS[right]


def allowed(right: Right, *, by_itself: bool = False) -> Callable[[Request], Awaitable[Visitor]]:
    """Return the dependency of a page that needs a right; `by_itself`: a page asks every few seconds, no person.

    Raises:
        SignedOut: nobody is logged in.
        Refused: 403, without the right or the form's token, or from another site.
    """

    async def visitor(request: Request) -> Visitor:
        users: Users = request.app.state.desk.users
        token = request.cookies.get(COOKIE, "")
        login = await run_in_threadpool(users.login_of, token, now_utc(), is_active=not by_itself) if token else None
        if login is None:
            raise SignedOut(place_of(request))
        if request.method not in SAFE:
            refuse_other_sites(request)
            await _refuse_without_token(request, login.csrf)
        found = Visitor(login.user, login.csrf)
        if not found.may(right):
            raise Refused(403, "Your role does not allow this.")
        return found

    return visitor


def place_of(request: Request) -> str:
    """Return the page to go back to after a login."""
    if request.method not in SAFE or "hx-request" in request.headers:
        return ""
    path = request.scope["path"]
    return quote(path + (f"?{request.url.query}" if request.url.query else ""), safe="/?=&")


def refuse_other_sites(request: Request) -> None:
    """Refuse what another site's page sends.

    Raises:
        Refused: 403.
    """
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Refused(403, "This was sent from another site.")


async def _refuse_without_token(request: Request, csrf: str) -> None:
    sent = request.headers.get(CSRF_HEADER)
    if sent is None:
        sent = str((await request.form()).get(CSRF_FIELD, ""))
    if not hmac.compare_digest(sent.encode(errors="replace"), csrf.encode()):
        raise Refused(403, "This page is too old. Please load it again.")
