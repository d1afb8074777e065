"""The staff and the audit log: who may come in, and who did what."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.access import Refused, Visitor, allowed
from bot.records.conversations import now_utc
from bot.records.users import ROLES, BadUser

if TYPE_CHECKING:
    from bot.desk.app import Desk

ENTRIES_A_PAGE = 50
MostOfId = Annotated[int | None, Query(ge=1, le=2**62)]


def staff_router(desk: "Desk") -> APIRouter:
    """Return the pages of the staff and of the audit log."""
    router = APIRouter()

    @router.get("/staff")
    def everybody(request: Request, visitor: Annotated[Visitor, Depends(allowed("staff"))]) -> Response:
        return desk.page(request, "staff.html", visitor, staff=desk.users.all(), roles=ROLES, problem="")

    @router.post("/staff")
    def add(
        request: Request,
        visitor: Annotated[Visitor, Depends(allowed("staff"))],
        name: Annotated[str, Form()] = "",
        full_name: Annotated[str, Form()] = "",
        role: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
    ) -> Response:
        try:
            user = desk.users.add(name.strip().lower(), full_name, role, password, now_utc())
        except BadUser as error:
            shown = {"staff": desk.users.all(), "roles": ROLES, "problem": str(error)}
            return desk.page(request, "staff.html", visitor, 400, **shown)
        desk.audit.note(visitor.user.name, "added to the staff", user.name, role=user.role)
        return RedirectResponse("/desk/staff", status_code=303)

    @router.post("/staff/{name}")
    def change(
        visitor: Annotated[Visitor, Depends(allowed("staff"))],
        name: str,
        role: Annotated[str | None, Form()] = None,
        disabled: Annotated[bool | None, Form()] = None,
        password: Annotated[str | None, Form()] = None,
    ) -> Response:
        if name not in {user.name for user in desk.users.all()}:
            raise Refused(404, "There is nobody of this name.")
        if name == visitor.user.name and (disabled or (role or "admin") != "admin"):
            raise Refused(409, "You cannot take away your own rights: another admin can.")
        try:
            desk.users.change(name, now_utc(), role=role, password=password or None, disabled=disabled)
        except BadUser as error:
            raise Refused(400, str(error)) from error
        changed = {"role": role, "disabled": disabled, "password": "changed" if password else None}
        told = {key: value for key, value in changed.items() if value is not None}
        desk.audit.note(visitor.user.name, "changed in the staff", name, **told)
        return RedirectResponse("/desk/staff", status_code=303)

    @router.get("/audit")
    def audit(
        request: Request, visitor: Annotated[Visitor, Depends(allowed("audit"))], before: MostOfId = None
    ) -> Response:
        entries = desk.audit.latest(ENTRIES_A_PAGE + 1, before)
        older = entries[ENTRIES_A_PAGE - 1].id if len(entries) > ENTRIES_A_PAGE else None
        return desk.page(request, "audit.html", visitor, entries=entries[:ENTRIES_A_PAGE], older=older)

    return router
