"""Calendar files at the door: what is given, and what is said where nothing can be given."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import icalendar
import pytest
from made_up import Entry, row, signed
from made_up import knowledge as made_up_knowledge
from sqlalchemy import Engine
from stand_in import CHAT, HOUR, Clock, OpenDoor, check_error
from starlette.testclient import TestClient

from bot.calendar_file import VALID_FOR_DAYS, open_calendar_files
from bot.database import open_engine
from bot.dates.shapes import Event
from bot.deadlines import deadlines_within
from bot.knowledge.load import prepare_database
from bot.question import Procedure
from bot.settings import Clinic
from bot.web.sessions import open_sessions
from bot.wording import Wording

ROW, OTHER = "hsg-kites-clinic", "hsg-lanterns-clinic"
WINDOW = Event("window", date(2026, 3, 3), date(2026, 3, 7), (ROW,))
VISIT = Event("come_to_clinic", date(2026, 3, 2), date(2026, 3, 2), (OTHER,))
ADDRESS = "/calendar/{token}.ics"
Link = Callable[..., str]
Table = Callable[..., Engine]


@pytest.fixture
def link(tmp_path: Path, wording: Wording) -> Link:
    """Return the link to a calendar file that an answer gives."""
    files = open_calendar_files(tmp_path / "var" / "secret", "")

    def link(*events: Event, procedure: Procedure = Procedure.HSG) -> str:
        return files.file(events or (WINDOW,), procedure, wording).url

    return link


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    """Return a table of made-up rows."""
    opened: list[Engine] = []

    def table(*rows: Entry) -> Engine:
        opened.append(prepare_database(f"sqlite:///{tmp_path / 'kites.db'}", made_up_knowledge(rows or [row(ROW)])))
        return opened[-1]

    yield table
    for engine in opened:
        engine.dispose()


def titles(content: bytes) -> list[str]:
    file = icalendar.Calendar.from_ical(content)
    assert isinstance(file, icalendar.Calendar)
    return [str(event["SUMMARY"]) for event in file.events]


# What is given


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("content-type", "text/calendar; charset=utf-8"),
        ("content-disposition", 'attachment; filename="hsg-dates.ics"'),
        ("cache-control", "no-store"),
        ("x-robots-tag", "noindex"),
        ("referrer-policy", "no-referrer"),
    ],
)
def test_link_gives_a_file_to_save(open_door: OpenDoor, table: Table, link: Link, header: str, value: str) -> None:
    response = open_door(engine=table()).get(link())
    assert (response.status_code, response.headers[header]) == (200, value)


def test_file_is_named_after_the_other_procedure(open_door: OpenDoor, table: Table, link: Link) -> None:
    response = open_door(engine=table()).get(link(procedure=Procedure.HYSTEROSCOPY))
    assert response.headers["content-disposition"] == 'attachment; filename="hysteroscopy-dates.ics"'


def test_file_tells_the_row_as_the_table_has_it(open_door: OpenDoor, table: Table, link: Link) -> None:
    content = open_door(engine=table()).get(link()).content
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert str(event["DESCRIPTION"]).startswith(f"What {ROW} tells.\n\nSource: Book of kites, Page of kites\n\n")


def test_file_is_given_with_the_shipped_table(door: TestClient, link: Link) -> None:
    response = door.get(link(Event("window", WINDOW.first, WINDOW.last, ("hsg-timing-clinic",))))
    assert titles(response.content) == ["Days for your HSG"]


@pytest.mark.parametrize(
    ("withdrawn", "changes"),
    [
        pytest.param(row(OTHER, status="retired"), {}, id="retired"),
        pytest.param(row(OTHER, audience="staff"), {}, id="for staff"),
        pytest.param(row(OTHER), {"require_sign_off": True}, id="not signed where that is required"),
        pytest.param(None, {}, id="gone"),
    ],
)
def test_event_of_a_row_that_is_no_longer_told_is_left_out(
    open_door: OpenDoor, table: Table, link: Link, clinic: Clinic, withdrawn: Entry | None, changes: dict[str, Any]
) -> None:
    engine = table(signed(row(ROW)), *([withdrawn] if withdrawn else []))
    door = open_door(engine=engine, clinic=clinic.model_copy(update=changes))
    both_needed = Event("prepare", WINDOW.first, WINDOW.first, (ROW, OTHER))
    assert titles(door.get(link(VISIT, WINDOW, both_needed)).content) == ["Days for your HSG"]


# What is not


def test_link_whose_rows_are_all_withdrawn_is_a_410(open_door: OpenDoor, table: Table, link: Link) -> None:
    response = open_door(engine=table(row(ROW, status="retired"))).get(link())
    assert (response.status_code, check_error(response.json())["code"]) == (410, "old_link")


def test_expired_link_is_a_410_that_says_what_to_do(door: TestClient, link: Link, clock: Clock) -> None:
    address = link()
    clock.now += VALID_FOR_DAYS * 24 * HOUR + 1
    response = door.get(address)
    error = check_error(response.json())
    assert (response.status_code, error["code"]) == (410, "old_link")
    assert "ask me for your dates again" in error["message"]


@pytest.mark.parametrize("token", ["x", "a.b.c", "%C3%BF.%C3%BF", "A" * 3000, "..%2e"])
def test_forged_link_is_a_404_that_says_what_to_do(door: TestClient, token: str) -> None:
    response = door.get(ADDRESS.format(token=token))
    error = check_error(response.json())
    assert (response.status_code, error["code"], response.headers["cache-control"]) == (404, "bad_link", "no-store")
    assert "ask me for your dates again" in error["message"]


def test_token_of_a_session_opens_no_calendar(door: TestClient, tmp_path: Path) -> None:
    sessions = open_sessions(tmp_path / "var" / "secret", hours=1)
    assert door.get(ADDRESS.format(token=sessions.seal(sessions.new()))).status_code == 404


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg2://nobody@127.0.0.1:9/kites", "sqlite:////no/such/folder/kites.db", "sqlite://"]
)
def test_table_that_is_away_is_a_503_with_the_phones(open_door: OpenDoor, link: Link, clinic: Clinic, url: str) -> None:
    engine = open_engine(url)
    door = open_door(engine=engine)
    response = door.get(link())
    error = check_error(response.json())
    assert (response.status_code, error["code"]) == (503, "away")
    assert [phone["number"] for phone in error["phones"]] == [phone.number for phone in clinic.phones]
    assert door.post(CHAT, json={"message": "hello"}).status_code == 200
    engine.dispose()


def test_table_that_is_too_slow_is_a_503(open_door: OpenDoor, link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.calendar.row_texts", lambda *_arguments, **_options: time.sleep(0.3))
    response = open_door(deadlines=deadlines_within(0.05)).get(link())
    assert (response.status_code, check_error(response.json())["code"]) == (503, "away")


def test_too_many_files_are_a_429(open_door: OpenDoor, table: Table, link: Link) -> None:
    door = open_door(engine=table(), rate_limit="2/minute")
    responses = [door.get(link()) for _ in range(3)]
    assert [response.status_code for response in responses] == [200, 200, 429]
    assert int(responses[-1].headers["retry-after"]) > 0


def test_forged_links_are_counted_too(open_door: OpenDoor) -> None:
    door = open_door(rate_limit="2/minute")
    assert [door.get(ADDRESS.format(token="x")).status_code for _ in range(3)] == [404, 404, 429]


def test_files_use_up_no_messages(open_door: OpenDoor, table: Table, link: Link) -> None:
    door = open_door(engine=table(), rate_limit="1/minute")
    assert (door.get(link()).status_code, door.get(link()).status_code) == (200, 429)
    assert door.post(CHAT, json={"message": "hello"}).status_code == 200


# Description


def test_openapi_describes_the_file_and_every_error(door: TestClient) -> None:
    described = door.get("/openapi.json").json()["paths"][ADDRESS]["get"]
    assert [(one["name"], one["in"], one["required"]) for one in described["parameters"]] == [("token", "path", True)]
    assert described["responses"].keys() == {"200", "404", "410", "429", "503"}
    assert described["responses"]["200"]["content"].keys() == {"text/calendar"}
