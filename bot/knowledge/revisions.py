"""Versions of rows: written as drafts, approved by a clinician who is not the author, published, withdrawn, restored.

What is published stands in the table at once, for every process: each message asks how the table stands (`held.py`). A
shipped row's first version is what was shipped; it is kept as soon as the row is edited. Who may do what is asked for
by the desk's pages; that nobody approves her own words is seen to here. Times are UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pydantic import ValidationError
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.database import take_turn
from bot.knowledge.check import RowProblem, problems_of_row
from bot.knowledge.shapes import Knowledge, Row
from bot.knowledge.stored import OPEN_STATES, PARTS, around, content_of, put_row, row_of
from bot.knowledge.tables import RevisionRecord, RowRecord

State = Literal["draft", "approved", "published", "withdrawn"]
SHIPPED_BY = "shipped"
MOST_COMMENT = 1000


@dataclass(frozen=True)
class Revision:
    """A version of a row. `author` is a name of the staff, or `shipped`; `comment` says why it was written."""

    row_id: str
    number: int
    row: Row
    state: State
    comment: str
    author: str
    written_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None
    published_by: str | None = None
    published_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits: for an approval, or for being published."""
        return self.state in OPEN_STATES


class Stale(Exception):
    """Somebody wrote a newer version in between; nothing was changed. `newest` says who and when."""

    def __init__(self, newest: Revision) -> None:
        super().__init__(f"{newest.row_id}: {newest.author} wrote version {newest.number} in between")
        self.newest = newest


class NotPossible(Exception):
    """A step that cannot be taken with a version as it is; the message says why, in words for the staff."""


class BadRow(Exception):
    """A row that must not be published: `problems` is what `make validate` says of it."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        super().__init__("; ".join(problem.said for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Revisions:
    """The versions in one database. `knowledge` holds what rows may name. Each call is a transaction of its own."""

    engine: Engine
    knowledge: Knowledge

    def history(self, row_id: str) -> list[Revision]:
        """Return the versions of a row, the latest first; none where there is no such row."""
        with Session(self.engine) as session:
            return list(reversed(_versions(session, row_id)))

    def numbers(self, ids: Sequence[str]) -> dict[str, int]:
        """Return the number of the latest version of each row that is there."""
        with Session(self.engine) as session:
            newest = {name: _versions(session, name)[-1:] for name in dict.fromkeys(ids)}
        return {name: found[0].number for name, found in newest.items() if found}

    def waiting(self, most: int) -> list[Revision]:
        """Return the versions that wait for an approval or for being published, the longest waiting first."""
        wanted = (
            select(RevisionRecord)
            .where(RevisionRecord.state.in_(OPEN_STATES))
            .order_by(RevisionRecord.written_at, RevisionRecord.id)
            .limit(most)
        )
        with Session(self.engine) as session:
            return [_revision(record) for record in session.scalars(wanted)]

    def problems(self, row: Row) -> list[RowProblem]:
        """Return what `make validate` would say of a row in the table as it stands."""
        with Session(self.engine) as session:
            return problems_of_row(row, around(session, row, self.knowledge))

    def write(self, row: Row, based_on: int, author: str, comment: str, now: datetime) -> Revision:
        """Keep a version of a row as a draft; one that waited before is withdrawn, this one takes its place.

        `based_on` is the number of the version that the author saw last, 0 for a new row.

        Raises:
            Stale: there is a newer version than the one that the author saw.
            NotPossible: a new row has an id that is taken, or nothing differs.
        """
        draft = as_draft(row)
        try:
            with Session(self.engine) as session, session.begin():
                versions = _versions(session, row.id)
                newest = versions[-1] if versions else None
                number = newest.number if newest else 0
                if newest is not None and based_on == 0:
                    raise NotPossible(f"There is a row with the id {row.id} already. Please choose another id.")
                if newest is not None and number != based_on:
                    raise Stale(newest)
                if newest is None and based_on != 0:
                    raise NotPossible("There is no such row any more.")
                seen = next((one for one in reversed(versions) if one.state != "withdrawn"), None)
                if seen is not None and content_of(seen.row) == content_of(draft):
                    raise NotPossible("Nothing differs from the last version.")
                session.execute(
                    update(RevisionRecord)
                    .where(RevisionRecord.row_id == row.id, RevisionRecord.state.in_(OPEN_STATES))
                    .values(state="withdrawn")
                )
                if newest is not None and newest.author == SHIPPED_BY and _is_unkept(session, newest):
                    session.add(_record(newest))
                    session.flush()
                comment = " ".join(comment.split())[:MOST_COMMENT]
                written = Revision(row.id, number + 1, draft, "draft", comment, author, now)
                session.add(_record(written))
        except IntegrityError as error:  # two at once: the other one was first
            newest = self.history(row.id)[0]
            if based_on == 0:
                raise NotPossible(f"There is a row with the id {row.id} already. Please choose another id.") from error
            raise Stale(newest) from error
        return written

    def sign(self, row_id: str, based_on: int, by: str, now: datetime) -> Revision:
        """Approve a shipped row as it stands: nobody here wrote it, so that one clinician is enough.

        Raises:
            Stale: there is a newer version than the one that the clinician saw.
            NotPossible: it was not shipped as it stands, is signed already, or is told no more.
        """
        try:
            with Session(self.engine) as session, session.begin():
                versions = _versions(session, row_id)
                if not versions:
                    raise NotPossible("There is no such row.")
                newest = versions[-1]
                if newest.number != based_on:
                    raise Stale(newest)
                standing = next((one for one in reversed(versions) if one.state == "published"), None)
                if standing is None or standing.author != SHIPPED_BY or standing.row.status != "draft":
                    raise NotPossible("Only what was shipped, and is not signed yet, is signed as it stands.")
                if any(one.is_open for one in versions):
                    raise NotPossible("A version of this row waits. Please approve or withdraw it first.")
                if standing.approved_by is not None:
                    raise NotPossible("This row is signed already.")
                if _is_unkept(session, standing):
                    session.add(_record(standing))
                    session.flush()
                signed = Revision(row_id, newest.number + 1, standing.row, "approved", "", SHIPPED_BY, now, by, now)
                session.add(_record(signed))
        except IntegrityError as error:
            raise Stale(self.history(row_id)[0]) from error
        return signed

    def approve(self, row_id: str, number: int, by: str, now: datetime) -> None:
        """Approve a draft.

        Raises:
            NotPossible: it is no draft any more, or its author approves it.
        """
        with Session(self.engine) as session, session.begin():
            moved = session.execute(
                update(RevisionRecord)
                .where(
                    RevisionRecord.row_id == row_id,
                    RevisionRecord.number == number,
                    RevisionRecord.state == "draft",
                    RevisionRecord.author != by,
                )
                .values(state="approved", approved_by=by, approved_at=now)
            )
            if not _count(moved):
                found = _one(session, row_id, number)
                if found.state == "draft":
                    raise NotPossible("You wrote this version yourself. Another clinician has to approve it.")
                raise NotPossible(f"This version is {found.state} by now. It cannot be approved.")

    def publish(self, row_id: str, number: int, by: str, now: datetime, *, reviewer: str, reviewed_on: date) -> Row:
        """Put an approved version into the table, signed with the full name of who approved it; return the row.

        `reviewed_on` is the day of the approval at the clinic.

        Raises:
            NotPossible: the version is not approved.
            BadRow: it does not fit into the table as it stands now.
        """
        with Session(self.engine) as session, session.begin():
            take_turn(session.connection())
            newest = _versions(session, row_id)[-1:]
            if newest and newest[0].number > number:
                raise NotPossible(f"There is a newer version, {newest[0].number}. Please edit the row again.")
            moved = session.execute(
                update(RevisionRecord)
                .where(
                    RevisionRecord.row_id == row_id,
                    RevisionRecord.number == number,
                    RevisionRecord.state == "approved",
                )
                .values(state="published", published_by=by, published_at=now)
            )
            found = _one(session, row_id, number)
            if not _count(moved):
                raise NotPossible(f"This version is {found.state}. Only an approved one can be published.")
            row = found.row
            if row.status != "retired":
                signed = {"status": "approved", "reviewer": reviewer, "reviewed_on": reviewed_on}
                row = row.model_copy(update=signed)
            if problems := problems_of_row(row, around(session, row, self.knowledge)):
                raise BadRow(problems)
            put_row(session, row)
        return row

    def withdraw(self, row_id: str, number: int) -> None:
        """Withdraw a version that waits.

        Raises:
            NotPossible: it does not wait any more.
        """
        with Session(self.engine) as session, session.begin():
            moved = session.execute(
                update(RevisionRecord)
                .where(
                    RevisionRecord.row_id == row_id,
                    RevisionRecord.number == number,
                    RevisionRecord.state.in_(OPEN_STATES),
                )
                .values(state="withdrawn")
            )
            if not _count(moved):
                raise NotPossible(f"This version is {_one(session, row_id, number).state}. It cannot be withdrawn.")


def as_draft(row: Row) -> Row:
    """Return a row as a draft: signed by nobody; one that is to be retired stays so."""
    status = "retired" if row.status == "retired" else "draft"
    return row.model_copy(update={"status": status, "reviewer": None, "reviewed_on": None})


def read_body(body: object) -> Row:
    """Return the row that is kept in a version.

    Raises:
        NotPossible: it has a shape of another time.
    """
    try:
        return Row.model_validate(body)
    except ValidationError as error:
        raise NotPossible("This version was kept in a shape that can no longer be read.") from error


def _versions(session: Session, row_id: str) -> list[Revision]:
    """Return the versions of a row, the first first.

    What stands in the table and in no version was shipped, at the first or at a later time: it is the newest then.
    """
    wanted = select(RevisionRecord).where(RevisionRecord.row_id == row_id).order_by(RevisionRecord.number)
    versions = [_revision(record) for record in session.scalars(wanted)]
    record = session.get(RowRecord, row_id, options=PARTS)
    if record is None:
        return versions
    row = row_of(record)
    published = next((one for one in reversed(versions) if one.state == "published"), None)
    if published is None or content_of(published.row) != content_of(row):
        number = versions[-1].number + 1 if versions else 1
        versions.append(Revision(row_id, number, row, "published", "", SHIPPED_BY, datetime(1970, 1, 1)))
    return versions


def _is_unkept(session: Session, version: Revision) -> bool:
    wanted = select(RevisionRecord.id).where(
        RevisionRecord.row_id == version.row_id, RevisionRecord.number == version.number
    )
    return session.scalar(wanted) is None


def _one(session: Session, row_id: str, number: int) -> Revision:
    wanted = select(RevisionRecord).where(RevisionRecord.row_id == row_id, RevisionRecord.number == number)
    record = session.scalar(wanted)
    if record is None:
        raise NotPossible("There is no such version.")
    return _revision(record)


def _count(result: object) -> int:
    return int(result.rowcount)  # type: ignore[attr-defined]


def _record(version: Revision) -> RevisionRecord:
    return RevisionRecord(
        row_id=version.row_id,
        number=version.number,
        body=version.row.model_dump(mode="json"),
        state=version.state,
        comment=version.comment,
        author=version.author,
        written_at=version.written_at,
        approved_by=version.approved_by,
        approved_at=version.approved_at,
    )


def _revision(record: RevisionRecord) -> Revision:
    return Revision(
        row_id=record.row_id,
        number=record.number,
        row=read_body(record.body),
        state=record.state,  # type: ignore[arg-type]
        comment=record.comment,
        author=record.author,
        written_at=record.written_at,
        approved_by=record.approved_by,
        approved_at=record.approved_at,
        published_by=record.published_by,
        published_at=record.published_at,
    )
