"""Versions of what the clinic says of itself: written at the desk, the last one holds; the first is the clinic file.

The time zone, how days are written and the sites that may show the chat stay those of the file: they are a matter of
the machine, not of the front desk. Times are UTC.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.knowledge.tables import ClinicRecord
from bot.settings import Clinic

OF_THE_FILE = {"time_zone", "locale", "embed_origins"}
FILE_NUMBER = 0


@dataclass(frozen=True)
class ClinicVersion:
    """A version, counted from 1; the clinic file is version 0 and has neither author nor time."""

    number: int
    clinic: Clinic
    author: str = ""
    written_at: datetime | None = None


class StaleClinic(Exception):
    """Somebody wrote a newer version in between; nothing was changed. `newest` says who and when."""

    def __init__(self, newest: ClinicVersion) -> None:
        super().__init__(f"{newest.author} wrote version {newest.number} in between")
        self.newest = newest


@dataclass(frozen=True)
class ClinicVersions:
    """The versions in one database; `shipped` is the clinic of the file. Each call is a transaction of its own."""

    engine: Engine
    shipped: Clinic

    def latest(self) -> ClinicVersion:
        """Return the version that holds. One that can no longer be read is passed over."""
        return self.history(1)[0]

    def number(self) -> int:
        """Return the number of the latest version, readable or not."""
        with Session(self.engine) as session:
            return session.scalar(select(ClinicRecord.number).order_by(ClinicRecord.number.desc()).limit(1)) or 0

    def history(self, most: int) -> list[ClinicVersion]:
        """Return the latest versions, newest first; the file's is the last where there are not more."""
        wanted = select(ClinicRecord).order_by(ClinicRecord.number.desc())
        found: list[ClinicVersion] = []
        with Session(self.engine) as session:
            for record in session.scalars(wanted):
                clinic = self._clinic(record.body)
                if clinic is not None:
                    found.append(ClinicVersion(record.number, clinic, record.author, record.written_at))
                if len(found) == most:
                    return found
        return [*found, ClinicVersion(FILE_NUMBER, self.shipped)]

    def write(self, clinic: Clinic, based_on: int, author: str, now: datetime) -> ClinicVersion:
        """Keep a new version, which holds from now on; `based_on` is the number of the one that the author saw.

        Raises:
            StaleClinic: there is a newer one.
        """
        try:
            with Session(self.engine) as session, session.begin():
                wanted = select(ClinicRecord.number).order_by(ClinicRecord.number.desc()).limit(1)
                if (session.scalar(wanted) or FILE_NUMBER) != based_on:
                    raise StaleClinic(self.latest())
                body = clinic.model_dump(mode="json", exclude=OF_THE_FILE)
                session.add(ClinicRecord(number=based_on + 1, body=body, author=author, written_at=now))
        except IntegrityError as error:  # two at once: the other one was first
            raise StaleClinic(self.latest()) from error
        return ClinicVersion(based_on + 1, clinic, author, now)

    def _clinic(self, body: dict[str, Any]) -> Clinic | None:
        kept = self.shipped.model_dump(mode="json") | {
            name: value for name, value in body.items() if name not in OF_THE_FILE
        }
        try:
            return Clinic.model_validate(kept)
        except ValidationError:
            return None
