"""The audit log of the desk: who did what, when. It is only ever added to; the database refuses anything else."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.records.conversations import now_utc
from bot.records.tables import AuditRecord


@dataclass(frozen=True)
class Entry:
    """One thing that was done. `details` never hold what a patient wrote. Times are UTC."""

    id: int
    at: datetime
    by: str
    what: str
    subject: str
    details: dict[str, Any]


@dataclass(frozen=True)
class Audit:
    """The audit log of one database."""

    engine: Engine

    def note(self, by: str, what: str, subject: str = "", **details: Any) -> None:
        """Add what somebody did to something."""
        with Session(self.engine) as session, session.begin():
            session.add(AuditRecord(at=now_utc(), by=by, what=what, subject=subject, details=details))

    def latest(self, most: int, before: int | None = None, subject: str | None = None) -> list[Entry]:
        """Return the latest entries, newest first; those older than one, or of one subject, where given."""
        wanted = select(AuditRecord).order_by(AuditRecord.id.desc()).limit(most)
        if before is not None:
            wanted = wanted.where(AuditRecord.id < before)
        if subject is not None:
            wanted = wanted.where(AuditRecord.subject == subject)
        with Session(self.engine) as session:
            return [
                Entry(one.id, one.at, one.by, one.what, one.subject, one.details) for one in session.scalars(wanted)
            ]
