"""The table at the desk: every row, found and read as a patient is told it, its versions, what waits, what is due.

Writing is `edit.py`, files are `exchange.py`; what a version may become is seen to in `bot/knowledge/revisions.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from bot.answer import Assistant
from bot.calendar_file import open_calendar_files
from bot.clock import moment_at
from bot.desk.access import Refused, Visitor, allowed
from bot.desk.differ import fields_of, rows_that_differ, value_in_words
from bot.desk.shown import Shown
from bot.knowledge.look_up import told_row
from bot.knowledge.revisions import BadRow, NotPossible, Revision, Revisions, Stale
from bot.knowledge.shapes import AUTHORITY_ORDER, Knowledge, Row
from bot.knowledge.stored import (
    Filters,
    conflicts,
    due_rows,
    find_row,
    rows_by_id,
    search,
    sources,
)
from bot.opening import opening_of
from bot.question import Procedure, Question
from bot.records.conversations import now_utc
from bot.reply import Reply
from bot.settings import Clinic

if TYPE_CHECKING:
    from bot.desk.app import Desk

PLACE = "/desk/table"
ROWS_A_PAGE = 25
MOST_WAITING = 200
MOST_DUE = 500
DUE_WITHIN = timedelta(days=60)
MOST_AT_ONCE = 100
PageNumber = Annotated[int, Query(ge=1, le=100_000)]
Words = Annotated[str, Query(max_length=500)]


@dataclass(frozen=True)
class Table:
    """What every page of the table works with."""

    desk: "Desk"

    @property
    def clinic(self) -> Clinic:
        """The clinic as it is now."""
        return self.desk.settings.clinic

    @property
    def knowledge(self) -> Knowledge:
        """What rows may name: topics, procedures, conditions, sources; none of the rows."""
        words = self.desk.wording
        return Knowledge.model_construct(
            topics=tuple(words.topics.values()),
            procedures=tuple(words.procedures.values()),
            placeholders=(),
            conditions=tuple(words.conditions.values()),
            phases=(),
            sources=tuple(words.sources.values()),
            rows=(),
            conflicts=(),
            checklist=(),
            translations=(),
        )

    @property
    def revisions(self) -> Revisions:
        """The versions."""
        return Revisions(self.desk.engine, self.knowledge)

    @property
    def today(self) -> date:
        """The day that it is at the clinic."""
        return moment_at(self.clinic).date()

    def shown(self) -> Shown:
        """Return the words of a page."""
        return Shown(self.clinic, {user.name: user.full_name for user in self.desk.users.all()})

    def page(self, request: Request, name: str, visitor: Visitor, status: int = 200, **shown: Any) -> Response:
        """Return a page of the table, with the words that each of them needs."""
        words = self.desk.wording
        common = {
            "shown": self.shown(),
            "topics": {name: topic.label for name, topic in words.topics.items()},
            "procedures": {one.value: words.procedure_name(one) for one in Procedure} | {"both": "both"},
            "conditions": {name: entry.label for name, entry in words.conditions.items()},
            "authorities": AUTHORITY_ORDER,
            "value_in_words": value_in_words,
            "today": self.today,
        }
        return self.desk.page(request, name, visitor, status, **common | shown)

    def as_told(self, row: Row) -> Reply | None:
        """Return what a patient for whom a row holds is told, with this version of it; null where nobody is."""
        if row.audience != "patient" or row.status == "retired":
            return None
        desk = self.desk
        files = open_calendar_files(desk.settings.secret_file, desk.settings.public_url)
        assistant = Assistant(desk.engine, desk.wording, opening_of(self.clinic), files)
        procedure = Procedure.HYSTEROSCOPY if row.procedure == "hysteroscopy" else Procedure.HSG
        question = Question(row.topic, procedure, frozenset(row.conditions))
        return assistant.answer(question, self.today, instead=told_row(row, sources(desk.engine)))


def table_router(desk: "Desk") -> APIRouter:
    """Return the pages of the table that are read, and the steps of a version."""
    router = APIRouter()
    table = Table(desk)

    @router.get("/table")
    def browse(
        request: Request,
        visitor: Annotated[Visitor, Depends(allowed("read"))],
        q: Words = "",
        topic: Words = "",
        procedure: Words = "",
        authority: Words = "",
        status: Words = "",
        origin: Words = "",
        page: PageNumber = 1,
    ) -> Response:
        filters = Filters(q.replace("\x00", ""), topic, procedure, authority, status, origin)
        listed, count = search(desk.engine, filters, (page - 1) * ROWS_A_PAGE, ROWS_A_PAGE)
        asked = {"q": q, "topic": topic, "procedure": procedure, "authority": authority, "status": status}
        kept = {name: value for name, value in (asked | {"origin": origin}).items() if value}
        numbers = _versions_of(table, [one.row.id for one in listed]) if visitor.may("approve") else {}
        is_part = request.headers.get("hx-target") == "found"
        return table.page(
            request,
            "table_found.html" if is_part else "table.html",
            visitor,
            listed=listed,
            count=count,
            page=page,
            last_page=max(1, -(-count // ROWS_A_PAGE)),
            asked=asked | {"origin": origin},
            link=lambda number: f"{PLACE}?{urlencode(kept | {'page': number})}",
            numbers=numbers,
            waiting=len(table.revisions.waiting(MOST_WAITING)),
        )

    @router.get("/table/rows/{row_id}")
    def one_row(request: Request, visitor: Annotated[Visitor, Depends(allowed("read"))], row_id: str) -> Response:
        return _row_page(table, request, visitor, row_id)

    @router.get("/table/open")
    def waiting(request: Request, visitor: Annotated[Visitor, Depends(allowed("read"))]) -> Response:
        return _waiting_page(table, request, visitor)

    @router.get("/table/due")
    def due(request: Request, visitor: Annotated[Visitor, Depends(allowed("read"))]) -> Response:
        listed = due_rows(desk.engine, table.today + DUE_WITHIN, MOST_DUE)
        numbers = _versions_of(table, [one.row.id for one in listed[:MOST_AT_ONCE]])
        next_year = date(table.today.year + 1, table.today.month, min(table.today.day, 28))
        return table.page(
            request, "table_due.html", visitor, listed=listed, numbers=numbers, next_year=next_year, problems=[]
        )

    @router.get("/table/conflicts")
    def differ(request: Request, visitor: Annotated[Visitor, Depends(allowed("read"))], topic: Words = "") -> Response:
        found = [one for one in conflicts(desk.engine) if not topic or topic in one.told_in]
        rows = rows_by_id(desk.engine, {name for one in found for name in one.rows})
        return table.page(request, "table_conflicts.html", visitor, conflicts=found, rows=rows, topic=topic)

    @router.post("/table/rows/{row_id}/{number}/{step}")
    def move(
        request: Request,
        visitor: Annotated[Visitor, Depends(allowed("read"))],
        row_id: str,
        number: int,
        step: str,
    ) -> Response:
        taken = STEPS.get(step)
        if taken is None:
            raise Refused(404, "There is nothing here.")
        if not visitor.may(taken.right):
            raise Refused(403, "Your role does not allow this.")
        _known(table, row_id)
        try:
            taken.take(table, visitor, row_id, number)
        except NotPossible as error:
            return _row_page(table, request, visitor, row_id, 409, [str(error)])
        except BadRow as error:
            return _row_page(table, request, visitor, row_id, 409, [problem.said for problem in error.problems])
        except Stale as error:
            return _row_page(table, request, visitor, row_id, 409, [in_between(table.shown(), error)])
        return RedirectResponse(f"{PLACE}/rows/{row_id}", status_code=303)

    @router.post("/table/steps/{step}")
    def move_many(
        request: Request,
        visitor: Annotated[Visitor, Depends(allowed("write"))],
        step: str,
        chosen: Annotated[list[str] | None, Form(max_length=MOST_AT_ONCE)] = None,
    ) -> Response:
        taken = STEPS.get(step)
        if taken is None or not taken.is_for_many:
            raise Refused(404, "There is nothing here.")
        if not visitor.may(taken.right):
            raise Refused(403, "Your role does not allow this.")
        problems = []
        for one in chosen or []:
            row_id, _, number = one.rpartition(":")
            if not number.isdecimal():
                raise Refused(400, "What was sent cannot be read.")
            try:
                taken.take(table, visitor, row_id, int(number[:9]))
            except (NotPossible, BadRow) as error:
                problems.append(f"{row_id}: {error}")
            except Stale as error:
                problems.append(f"{row_id}: {in_between(table.shown(), error)}")
        return _waiting_page(table, request, visitor, problems, len(chosen or []) - len(problems), taken.done)

    return router


def in_between(shown: Shown, error: Stale) -> str:
    """Return that somebody was faster, and who, in words."""
    newest = error.newest
    if newest.author == "shipped" and newest.approved_by is None:
        return f"Another text of this row was shipped in between, as version {newest.number}."
    return (
        f"{shown.who(newest.approved_by if newest.author == 'shipped' else newest.author)} wrote version "
        f"{newest.number} on {shown.when(newest.written_at)}, after you had opened the row."
    )


def _row_page(
    table: Table, request: Request, visitor: Visitor, row_id: str, status: int = 200, problems: Sequence[str] = ()
) -> Response:
    history = _known(table, row_id)
    listed = find_row(table.desk.engine, row_id)
    open_one = next((one for one in history if one.is_open), None)
    row = listed.row if listed is not None else history[0].row
    differ = conflicts(table.desk.engine, row_id)
    others = rows_by_id(table.desk.engine, {name for one in differ for name in one.rows})
    known = sources(table.desk.engine)
    return table.page(
        request,
        "table_row.html",
        visitor,
        status,
        row=row,
        listed=listed,
        open_one=open_one,
        open_differs=rows_that_differ(listed.row if listed else None, open_one.row) if open_one else (),
        reply=table.as_told(row),
        open_reply=table.as_told(open_one.row) if open_one else None,
        history=_with_differences(history),
        fields=fields_of(row),
        sources=[(one, known.get(one.id)) for one in row.sources],
        conflicts=differ,
        rows=others,
        problems=problems,
        next_year=date(table.today.year + 1, table.today.month, min(table.today.day, 28)),
    )


def _waiting_page(
    table: Table,
    request: Request,
    visitor: Visitor,
    problems: Sequence[str] = (),
    moved: int = 0,
    done: str = "",
) -> Response:
    versions = table.revisions.waiting(MOST_WAITING)
    standing = rows_by_id(table.desk.engine, [one.row_id for one in versions])
    listed = [(one, rows_that_differ(standing.get(one.row_id), one.row)) for one in versions]
    return table.page(
        request,
        "table_open.html",
        visitor,
        409 if problems else 200,
        drafts=[one for one in listed if one[0].state == "draft"],
        approved=[one for one in listed if one[0].state == "approved"],
        problems=problems,
        said=f"{done}: {moved}." if moved else "",
    )


def _with_differences(history: Sequence[Revision]) -> list[tuple[Revision, Any]]:
    """Return versions, the latest first, each with what differs from the one that was told before it."""
    found = []
    for at, one in enumerate(history):
        before = next((older for older in history[at + 1 :] if older.state == "published"), None)
        found.append((one, rows_that_differ(before.row, one.row) if before is not None else None))
    return found


def _known(table: Table, row_id: str) -> list[Revision]:
    history = table.revisions.history(row_id.replace("\x00", "")[:128])
    if not history:
        raise Refused(404, "There is no such row.")
    return history


def _versions_of(table: Table, ids: Sequence[str]) -> Mapping[str, int]:
    """Return the numbers of the latest versions of rows."""
    return table.revisions.numbers(ids)


def _approve(table: Table, visitor: Visitor, row_id: str, number: int) -> None:
    table.revisions.approve(row_id, number, visitor.user.name, now_utc())
    table.desk.audit.note(visitor.user.name, "approved a version", row_id, version=number)


def _sign(table: Table, visitor: Visitor, row_id: str, number: int) -> None:
    signed = table.revisions.sign(row_id, number, visitor.user.name, now_utc())
    table.desk.audit.note(visitor.user.name, "approved as it stands", row_id, version=signed.number)


def _publish(table: Table, visitor: Visitor, row_id: str, number: int) -> None:
    version = next((one for one in table.revisions.history(row_id) if one.number == number), None)
    if version is None or version.approved_at is None:
        raise NotPossible("Only an approved version can be published.")
    shown = table.shown()
    table.revisions.publish(
        row_id,
        number,
        visitor.user.name,
        now_utc(),
        reviewer=shown.who(version.approved_by),
        reviewed_on=shown.day_at_clinic(version.approved_at),
    )
    table.desk.audit.note(visitor.user.name, "published a version", row_id, version=number)


def _withdraw(table: Table, visitor: Visitor, row_id: str, number: int) -> None:
    table.revisions.withdraw(row_id, number)
    table.desk.audit.note(visitor.user.name, "withdrew a version", row_id, version=number)


def _restore(table: Table, visitor: Visitor, row_id: str, number: int) -> None:
    history = table.revisions.history(row_id)
    old = next((one for one in history if one.number == number), None)
    if old is None:
        raise NotPossible("There is no such version.")
    _write(table, visitor, old.row, history[0].number, f"Version {number} restored.")


def _retire(table: Table, visitor: Visitor, row_id: str, number: int) -> None:
    standing = find_row(table.desk.engine, row_id)
    if standing is None:
        raise NotPossible("This row was never published. Withdraw its draft instead.")
    retired = standing.row.model_copy(update={"status": "retired", "reviewer": None, "reviewed_on": None})
    _write(table, visitor, retired, number, "To be retired.")


def _write(table: Table, visitor: Visitor, row: Row, based_on: int, comment: str) -> None:
    written = table.revisions.write(row, based_on, visitor.user.name, comment, now_utc())
    table.desk.audit.note(visitor.user.name, "wrote a draft", row.id, version=written.number)


@dataclass(frozen=True)
class Step:
    """What can be done with a version: the right that it needs, how it is done, what is said of it when it is done."""

    right: Any
    take: Callable[[Table, Visitor, str, int], None]
    done: str = ""

    @property
    def is_for_many(self) -> bool:
        """Whether it can be taken with several versions at once."""
        return bool(self.done)


STEPS: Mapping[str, Step] = {
    "approve": Step("approve", _approve, "Approved"),
    "sign": Step("approve", _sign, "Approved as they stand"),
    "publish": Step("publish", _publish, "Published"),
    "withdraw": Step("write", _withdraw),
    "restore": Step("write", _restore),
    "retire": Step("write", _retire),
}
