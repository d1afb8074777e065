"""The table as files at the desk: all of it to take along, and rows of a file compared and made into drafts.

Nothing is published by an import; a file is compared first, and what becomes drafts is what was compared.
"""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from bot.desk.access import Refused, Visitor, allowed
from bot.desk.differ import Difference, rows_that_differ
from bot.desk.table import PLACE, Table, in_between
from bot.knowledge.check import RowProblem
from bot.knowledge.exchange import MOST_BYTES, BadUpload, Change, Upload, changes, packed_table, read_upload
from bot.knowledge.revisions import NotPossible, Stale
from bot.records.conversations import now_utc

if TYPE_CHECKING:
    from bot.desk.app import Desk

MOST_AROUND = 20_000  # bytes of a form beside its file
MOST_SHOWN = 300
MOST_PROBLEMS = 50


@dataclass(frozen=True)
class Compared:
    """A row of a file that differs: what differs, what is wrong with it, and the version that it was compared with."""

    change: Change
    differences: tuple[Difference, ...]
    problems: tuple[RowProblem, ...]
    number: int


def exchange_router(desk: "Desk") -> APIRouter:
    """Return the pages of export and import."""
    router = APIRouter()
    table = Table(desk)

    @router.get("/table/files")
    def show(request: Request, visitor: Annotated[Visitor, Depends(allowed("write"))]) -> Response:
        return table.page(request, "table_files.html", visitor, problems=[], compared=None)

    @router.get("/table/files/table.zip")
    def download(visitor: Annotated[Visitor, Depends(allowed("write"))]) -> Response:
        packed = packed_table(desk.engine)
        desk.audit.note(visitor.user.name, "exported the table", bytes=len(packed))
        name = f"knowledge-{date.today().isoformat()}.zip"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(packed, media_type="application/zip", headers=headers)

    @router.post("/table/files/compare")
    async def compare(request: Request, visitor: Annotated[Visitor, Depends(allowed("write"))]) -> Response:
        name, data, _ = await _sent(request)
        return await run_in_threadpool(_compare_page, table, request, visitor, name, data)

    @router.post("/table/files/import")
    async def take_in(request: Request, visitor: Annotated[Visitor, Depends(allowed("write"))]) -> Response:
        name, data, digest = await _sent(request)
        return await run_in_threadpool(_take_in, table, request, visitor, name, data, digest)

    return router


def _compare_page(table: Table, request: Request, visitor: Visitor, name: str, data: bytes, said: str = "") -> Response:
    is_part = request.headers.get("hx-target") == "compared"
    page = "table_compared.html" if is_part else "table_files.html"
    try:
        upload, compared = _compare(table, name, data)
    except BadUpload as error:
        return table.page(request, page, visitor, 400, problems=error.problems[:MOST_PROBLEMS], compared=None)
    shown: dict[str, Any] = {
        "problems": [said] if said else [],
        "compared": compared[:MOST_SHOWN],
        "count": len(compared),
        "good": sum(not one.problems for one in compared),
        "rows_in_file": len(upload.rows),
        "passed_over": upload.passed_over,
        "digest": _digest(data, compared),
    }
    return table.page(request, page, visitor, 409 if said else 200, **shown)


def _take_in(table: Table, request: Request, visitor: Visitor, name: str, data: bytes, digest: str) -> Response:
    try:
        _, compared = _compare(table, name, data)
    except BadUpload as error:
        problems = error.problems[:MOST_PROBLEMS]
        return table.page(request, "table_files.html", visitor, 400, problems=problems, compared=None)
    if digest != _digest(data, compared):
        said = "The file or the table is not the one that was compared. Please look at what differs now."
        return _compare_page(table, request, visitor, name, data, said)
    written, problems = 0, []
    for one in compared:
        if one.problems:
            continue
        row = one.change.new
        try:
            kept = table.revisions.write(row, one.number, visitor.user.name, f"Imported from {name}.", now_utc())
        except Stale as error:
            problems.append(f"{row.id}: {in_between(table.shown(), error)}")
        except NotPossible as error:
            problems.append(f"{row.id}: {error}")
        else:
            written += 1
            table.desk.audit.note(visitor.user.name, "wrote a draft", row.id, version=kept.number)
    table.desk.audit.note(visitor.user.name, "imported a file", drafts=written)
    shown: dict[str, Any] = {"problems": problems, "compared": None}
    shown |= {"said": f"Drafts written: {written}.", "place": f"{PLACE}/open"}
    return table.page(request, "table_files.html", visitor, 409 if problems else 200, **shown)


def _compare(table: Table, name: str, data: bytes) -> tuple[Upload, list[Compared]]:
    upload = read_upload(name, data)
    found = changes(table.desk.engine, upload.rows)
    numbers = table.revisions.numbers([one.new.id for one in found])
    return upload, [
        Compared(
            one,
            rows_that_differ(one.old, one.new),
            tuple(table.revisions.problems(one.new)),
            numbers.get(one.new.id, 0),
        )
        for one in found
    ]


def _digest(data: bytes, compared: list[Compared]) -> str:
    """Return what tells that the same file is compared with the same versions."""
    numbers = ",".join(f"{one.change.new.id}:{one.number}" for one in compared)
    return sha256(data + b"\0" + numbers.encode()).hexdigest()


async def _sent(request: Request) -> tuple[str, bytes, str]:
    """Return the name and the content of the file that was sent, and what it was compared as.

    Raises:
        Refused: 413, it is too large; 400, there is none.
    """
    length = request.headers.get("content-length", "")
    try:
        if not length.isdecimal():
            raise Refused(400, "What was sent cannot be read.")
        if int(length[:12]) > MOST_BYTES + MOST_AROUND:
            raise Refused(413, f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
        form = await request.form(max_files=1, max_fields=10)
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise Refused(400, "Please choose a file.")
        name = " ".join("".join(one for one in file.filename[-80:] if one.isprintable()).split())
        return name, await file.read(), str(form.get("digest") or "")
    finally:
        await request.close()
