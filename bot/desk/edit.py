"""Writing a row at the desk: the form, the preview as a patient sees it, what is wrong by field, and the draft."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from bot.desk.access import Refused, Visitor, allowed
from bot.desk.differ import rows_that_differ
from bot.desk.row_form import CHOICES, Filled, empty_form, form_of, read_form
from bot.desk.table import PLACE, Table, in_between
from bot.knowledge.check import RowProblem
from bot.knowledge.readability import HARDEST_GRADE, grade_of
from bot.knowledge.revisions import NotPossible, Revision, Stale
from bot.knowledge.shapes import Row
from bot.knowledge.stored import find_row, has_translation, sources
from bot.records.conversations import now_utc
from bot.records.missed import Missed

if TYPE_CHECKING:
    from bot.desk.app import Desk

MOST_BYTES = 200_000
MOST_MISSED = 200
Words = Annotated[str, Query(max_length=1000)]


def edit_router(desk: "Desk") -> APIRouter:
    """Return the pages on which rows are written."""
    router = APIRouter()
    table = Table(desk)

    @router.get("/table/new")
    def new(
        request: Request,
        visitor: Annotated[Visitor, Depends(allowed("write"))],
        topic: Words = "",
        procedure: Words = "",
        text: Words = "",
        missed: Annotated[list[int] | None, Query(max_length=MOST_MISSED)] = None,
    ) -> Response:
        """Show an empty form; `missed` are the questions that the row is to answer, handled when the draft is kept."""
        words = desk.wording
        known_topic = topic if topic in words.topics else ""
        known_procedure = procedure if procedure in CHOICES["procedures"] else ""
        shown = empty_form(table.today, topic=known_topic, procedure=known_procedure, text=text.replace("\x00", ""))
        return _form_page(table, request, visitor, shown, None, 0, missed=missed or [])

    @router.get("/table/rows/{row_id}/edit")
    def edit(request: Request, visitor: Annotated[Visitor, Depends(allowed("write"))], row_id: str) -> Response:
        newest, standing = _standing(table, row_id)
        return _form_page(table, request, visitor, form_of(standing), standing, newest.number)

    @router.post("/table/preview")
    async def preview(request: Request, visitor: Annotated[Visitor, Depends(allowed("write"))]) -> Response:
        form = await request.form(max_part_size=MOST_BYTES)
        row_id = str(form.get("row_id") or "")

        def made() -> Response:
            standing = _standing(table, row_id)[1] if row_id else None
            filled = read_form(form, standing)
            return table.page(request, "table_preview.html", visitor, **_seen(table, filled))

        return await run_in_threadpool(made)

    @router.post("/table/new")
    async def add(request: Request, visitor: Annotated[Visitor, Depends(allowed("write"))]) -> Response:
        form = await request.form(max_part_size=MOST_BYTES)
        return await run_in_threadpool(_keep, table, request, visitor, read_form(form, None), None, form)

    @router.post("/table/rows/{row_id}")
    async def change(request: Request, visitor: Annotated[Visitor, Depends(allowed("write"))], row_id: str) -> Response:
        form = await request.form(max_part_size=MOST_BYTES)

        def made() -> Response:
            standing = _standing(table, row_id)[1]
            return _keep(table, request, visitor, read_form(form, standing), standing, form)

        return await run_in_threadpool(made)

    @router.post("/table/confirm")
    def confirm(
        request: Request,
        visitor: Annotated[Visitor, Depends(allowed("write"))],
        review_by: Annotated[str, Form()] = "",
        chosen: Annotated[list[str] | None, Form(max_length=500)] = None,
    ) -> Response:
        try:
            day = date.fromisoformat(review_by)
        except ValueError as error:
            raise Refused(400, "Please give a day, such as 2027-03-31.") from error
        if day <= table.today:
            raise Refused(400, "The next check has to be after today.")
        problems = []
        for one in chosen or []:
            row_id, _, number = one.rpartition(":")
            listed = find_row(desk.engine, row_id)
            if listed is None or not number.isdecimal():
                raise Refused(404, "There is no such row.")
            row = listed.row.model_copy(update={"review_by": day})
            try:
                comment = "Checked: it still holds."
                written = table.revisions.write(row, int(number[:9]), visitor.user.name, comment, now_utc())
            except Stale as error:
                problems.append(f"{row_id}: {in_between(table.shown(), error)}")
            except NotPossible as error:
                problems.append(f"{row_id}: {error}")
            else:
                desk.audit.note(visitor.user.name, "wrote a draft", row_id, version=written.number)
        if problems:
            return table.page(request, "table_problems.html", visitor, 409, problems=problems)
        return RedirectResponse(f"{PLACE}/open", status_code=303)

    return router


def _standing(table: Table, row_id: str) -> tuple[Revision, Row]:
    """Return the newest version of a row, and the one to go on from: what waits, else what is told."""
    history = table.revisions.history(row_id.replace("\x00", "")[:128])
    if not history:
        raise Refused(404, "There is no such row.")
    return history[0], next((one.row for one in history if one.state != "withdrawn"), history[0].row)


def _keep(
    table: Table, request: Request, visitor: Visitor, filled: Filled, standing: Row | None, form: Any
) -> Response:
    """Keep a draft, or give the form back with everything that was typed and what is wrong."""
    number = str(form.get("based_on") or "0")
    based_on = int(number[:9]) if number.isdecimal() else 0
    missed = [int(one) for one in form.getlist("missed")[:MOST_MISSED] if one.isdecimal() and len(one) < 19]
    seen = _seen(table, filled) | {"missed": missed}
    if filled.row is None or seen["problems"]:
        return _form_page(table, request, visitor, filled.shown, standing, based_on, 400, **seen)
    comment = str(form.get("comment") or "").replace("\x00", "")
    try:
        written = table.revisions.write(filled.row, based_on, visitor.user.name, comment, now_utc())
    except Stale as error:
        newest = error.newest
        seen |= {
            "stale": in_between(table.shown(), error),
            "stale_differs": rows_that_differ(newest.row, filled.row),
            "comment": comment,
        }
        return _form_page(table, request, visitor, filled.shown, standing, newest.number, 409, **seen)
    except NotPossible as error:
        seen |= {"refused": str(error), "comment": comment}
        return _form_page(table, request, visitor, filled.shown, standing, based_on, 409, **seen)
    table.desk.audit.note(visitor.user.name, "wrote a draft", written.row_id, version=written.number)
    if missed:
        Missed(table.desk.records).handle(missed, f"row {written.row_id}"[:64], visitor.user.name, now_utc())
    return RedirectResponse(f"{PLACE}/rows/{written.row_id}", status_code=303)


def _form_page(
    table: Table,
    request: Request,
    visitor: Visitor,
    form: Any,
    standing: Row | None,
    based_on: int,
    status: int = 200,
    **seen: Any,
) -> Response:
    known = sources(table.desk.engine)
    if "reply" not in seen:
        seen |= _seen(table, Filled(form, standing, ()))
    return table.page(
        request,
        "table_edit.html",
        visitor,
        status,
        form=form,
        standing=standing,
        based_on=based_on,
        choices=CHOICES,
        is_translated=standing is not None and has_translation(table.desk.engine, standing.id),
        known_sources=[(one.id, f"{one.id}: {one.title}") for one in known.values()],
        **seen,
    )


def _seen(table: Table, filled: Filled) -> dict[str, Any]:
    """Return what is shown beside the form: what a patient is told, how hard it is to read, what is wrong."""
    row = filled.row
    if row is None:
        return {"reply": None, "grade": None, "problems": filled.problems, "row": None}
    grade, problems = grade_of(row), [*filled.problems, *table.revisions.problems(row)]
    if grade > HARDEST_GRADE:
        problems.append(RowProblem("more", f"This has reading grade {grade:.1f}, expected at most {HARDEST_GRADE:g}."))
    return {"reply": table.as_told(row), "grade": grade, "problems": problems, "row": row}
