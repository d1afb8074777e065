"""A patient's days as a calendar file: the address that holds them, and the file in iCalendar (RFC 5545).

Nothing is stored: the days travel in the file's own address. No web here; the sentences stand in `data/responses`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import icalendar
from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.dates.shapes import Event, EventName
from bot.dates.tell import event_title
from bot.knowledge.row_texts import RowText
from bot.question import Procedure
from bot.reply import File
from bot.secret import read_secret
from bot.signing import sign_off
from bot.wording import Wording

MEDIA_TYPE = "text/calendar"
VALID_FOR_DAYS = 30
NAMESPACE = "fertility-workup-assistant"
PRODUCT = f"-//{NAMESPACE}//calendar//EN"
REMINDED: frozenset[EventName] = frozenset({"prepare", "window", "report_ready", "second_film"})
EVENING_BEFORE = timedelta(hours=-6)


class BadToken(Exception):
    """The address of a calendar file that is not ours or was changed."""


class ExpiredToken(BadToken):
    """The address of a calendar file that is too old."""


class _Sealed(BaseModel):
    """What a token holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    procedure: Procedure
    events: tuple[Event, ...]


@dataclass(frozen=True)
class CalendarFiles:
    """Makes and opens the addresses of calendar files. Units: seconds.

    A token holds the procedure and, of each event, its name, first and last day and row ids; nothing else of the
    patient. It is signed and compressed, not encrypted: who has the link can read the days. Without `base_url` an
    address is relative to the door.
    """

    serializer: URLSafeTimedSerializer
    max_age_seconds: int
    base_url: str

    def file(self, events: Sequence[Event], procedure: Procedure, wording: Wording) -> File:
        """Return the file of some events, its address valid from now on."""
        token = self.token(events, procedure)
        name = wording.procedure_name(procedure)
        return File(
            title=wording.say("utter_calendar_title", procedure=name),
            type=MEDIA_TYPE,
            url=f"{self.base_url}/calendar/{token}.ics",
        )

    def token(self, events: Sequence[Event], procedure: Procedure) -> str:
        """Return events sealed into a part of an address, valid from now on."""
        sealed = _Sealed(procedure=procedure, events=tuple(events)).model_dump(mode="json")
        return str(self.serializer.dumps(sealed))

    def open(self, token: str) -> tuple[tuple[Event, ...], Procedure]:
        """Return the events and the procedure that a token holds.

        Raises:
            ExpiredToken: the token is too old.
            BadToken: the token is not ours, was changed or is of an unknown shape.
        """
        try:
            sealed = _Sealed.model_validate(self.serializer.loads(token, max_age=self.max_age_seconds))
        except SignatureExpired as error:
            raise ExpiredToken("the calendar link has expired") from error
        except (BadData, ValidationError) as error:
            raise BadToken("the calendar link is not valid") from error
        return sealed.events, sealed.procedure


def open_calendar_files(secret_file: Path, base_url: str) -> CalendarFiles:
    """Return the calendar files signed with the secret in a file.

    Raises:
        ValueError: the file holds no secret.
    """
    serializer = URLSafeTimedSerializer(read_secret(secret_file), salt="calendar")
    max_age = timedelta(days=VALID_FOR_DAYS)
    return CalendarFiles(serializer, int(max_age.total_seconds()), base_url)


def calendar(
    events: Sequence[Event], procedure: Procedure, rows: Mapping[str, RowText], wording: Wording, made_at: datetime
) -> bytes:
    """Return the calendar file of some events; `rows` holds every row that they rest on. `made_at` has a time zone."""
    file = icalendar.Calendar()
    file.add("PRODID", PRODUCT)
    file.add("VERSION", "2.0")
    file.add("METHOD", "PUBLISH")
    file.add("X-WR-CALNAME", wording.say("utter_calendar_name", procedure=wording.procedure_name(procedure)))
    for event in events:
        file.add_component(_entry(event, procedure, rows, wording, made_at))
    return bytes(file.to_ical())


def _entry(
    event: Event, procedure: Procedure, rows: Mapping[str, RowText], wording: Wording, made_at: datetime
) -> icalendar.Event:
    """Return whole days; private, as a calendar may be shared, and taking up no time."""
    title = event_title(event, procedure, wording)
    entry = icalendar.Event()
    entry.add("UID", _uid(event, procedure))
    entry.add("DTSTAMP", made_at)
    entry.add("DTSTART", event.first)
    entry.add("DTEND", event.last + timedelta(days=1))
    entry.add("SUMMARY", title)
    entry.add("DESCRIPTION", _description([rows[row] for row in event.rows], wording))
    entry.add("CATEGORIES", [wording.procedure_name(procedure)])
    entry.add("CLASS", "PRIVATE")
    entry.add("TRANSP", "TRANSPARENT")
    if event.name in REMINDED:
        entry.add_component(_reminder(title))
    return entry


def _uid(event: Event, procedure: Procedure) -> str:
    """Return an id that is the same whenever the same event is made, so that it stands in her calendar once."""
    same = "|".join((procedure, event.name, event.first.isoformat(), event.last.isoformat()))
    return f"{sha256(same.encode()).hexdigest()[:32]}@{NAMESPACE}"


def _description(rows: Sequence[RowText], wording: Wording) -> str:
    sources = [
        wording.say("utter_source", text=f"{title}, {section}") for row in rows for title, section in row.sources
    ]
    paragraphs = [*dict.fromkeys(row.text for row in rows), *dict.fromkeys(sources)]
    paragraphs += sign_off(rows, wording)
    return "\n\n".join((*paragraphs, wording.say("utter_calendar_contact")))


def _reminder(title: str) -> icalendar.Alarm:
    reminder = icalendar.Alarm()
    reminder.add("ACTION", "DISPLAY")
    reminder.add("DESCRIPTION", title)
    reminder.add("TRIGGER", EVENING_BEFORE)
    return reminder
