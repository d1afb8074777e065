"""Leaflets at the door: what is given, and what is said where nothing can be given."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from made_up import Entry, row, signed
from made_up import knowledge as made_up_knowledge
from sqlalchemy import Engine
from stand_in import CHAT, HOUR, Clock, OpenDoor, check_error
from starlette.testclient import TestClient

from bot.calendar_file import VALID_FOR_DAYS, open_calendar_files
from bot.clock import moment_at
from bot.database import open_engine
from bot.dates.ask import day_in_words
from bot.dates.shapes import Event
from bot.deadlines import deadlines_within
from bot.knowledge.load import prepare_database
from bot.leaflet.link import leaflet_file
from bot.question import Procedure
from bot.settings import Clinic
from bot.web.sessions import open_sessions
from bot.wording import Wording

ROW, OTHER = "hsg-kites-clinic", "hsg-lanterns-clinic"
WINDOW = Event("window", date(2031, 3, 3), date(2031, 3, 7), (ROW,))
VISIT = Event("come_to_clinic", date(2031, 3, 2), date(2031, 3, 2), (OTHER,))
ADDRESS = "/leaflets/{name}.pdf"
HSG = ADDRESS.format(name="hsg")
HERS = "Monday 3 March 2031 to Friday 7 March 2031"
Link = Callable[..., str]
Table = Callable[..., Engine]


@pytest.fixture
def link(tmp_path: Path, wording: Wording) -> Link:
    """Return the link to a leaflet with her own days, as an answer gives it."""
    files = open_calendar_files(tmp_path / "var" / "secret", "")

    def link(*events: Event, procedure: Procedure = Procedure.HSG) -> str:
        return leaflet_file(files, procedure, wording, events or (WINDOW,)).url

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


def text_of(content: bytes) -> str:
    document = pdfium.PdfDocument(content)
    text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return " ".join(text.split())


# What is given


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("content-type", "application/pdf"),
        ("content-disposition", 'inline; filename="hsg-leaflet.pdf"'),
        ("cache-control", "no-store"),
        ("x-robots-tag", "noindex"),
        ("referrer-policy", "no-referrer"),
    ],
)
def test_link_gives_a_leaflet_to_look_at(
    open_door: OpenDoor, table: Table, link: Link, header: str, value: str
) -> None:
    response = open_door(engine=table()).get(link())
    assert (response.status_code, response.headers[header]) == (200, value)


@pytest.mark.parametrize(("procedure", "heading"), [("hsg", "Your HSG"), ("hysteroscopy", "Your hysteroscopy")])
def test_leaflet_of_a_procedure_needs_no_link(door: TestClient, procedure: str, heading: str) -> None:
    response = door.get(ADDRESS.format(name=procedure))
    assert response.headers["content-disposition"] == f'inline; filename="{procedure}-leaflet.pdf"'
    assert response.headers["cache-control"] == "no-cache"
    text = text_of(response.content)
    assert (heading in text, "Your own dates" in text) == (True, False)


def test_leaflet_of_a_link_prints_her_own_days(door: TestClient, link: Link) -> None:
    text = text_of(door.get(link(Event("window", WINDOW.first, WINDOW.last, ("hsg-timing-clinic",)))).content)
    assert f"Days for your HSG {HERS}" in text
    assert "At this clinic" in text


def test_leaflet_is_printed_on_the_day_that_it_is_at_the_clinic(door: TestClient, clinic: Clinic) -> None:
    before = day_in_words(moment_at(clinic).date(), clinic.locale)
    text = text_of(door.get(HSG).content)
    after = day_in_words(moment_at(clinic).date(), clinic.locale)
    assert any(f"printed on {day}" in text for day in (before, after))


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
    text = text_of(door.get(link(VISIT, WINDOW)).content)
    assert (HERS in text, "Sunday 2 March 2031" in text) == (True, False)


@pytest.mark.parametrize("require_sign_off", [False, True])
def test_row_without_a_signature_is_printed_only_where_none_is_required(
    open_door: OpenDoor, table: Table, clinic: Clinic, *, require_sign_off: bool
) -> None:
    changed = clinic.model_copy(update={"require_sign_off": require_sign_off})
    text = text_of(open_door(engine=table(row("hsg-timing-clinic")), clinic=changed).get(HSG).content)
    assert ("What hsg-timing-clinic tells." in text) is not require_sign_off


# What is not


def test_link_whose_rows_are_all_withdrawn_is_a_410(open_door: OpenDoor, table: Table, link: Link) -> None:
    response = open_door(engine=table(row(ROW, status="retired"))).get(link())
    assert (response.status_code, check_error(response.json())["code"]) == (410, "old_link")


def test_expired_link_is_a_410_that_says_what_to_do(door: TestClient, link: Link, clock: Clock) -> None:
    address = link()
    clock.now += VALID_FOR_DAYS * 24 * HOUR + 1
    response = door.get(address)
    error = check_error(response.json())
    assert (response.status_code, error["code"], response.headers["cache-control"]) == (410, "old_link", "no-store")
    assert "ask me for your dates again" in error["message"]


@pytest.mark.parametrize("name", ["x", "HSG", "both", "a.b.c", "%C3%BF.%C3%BF", "A" * 3000, "..%2e"])
def test_forged_link_is_a_404_that_says_what_to_do(door: TestClient, name: str) -> None:
    response = door.get(ADDRESS.format(name=name))
    error = check_error(response.json())
    assert (response.status_code, error["code"], response.headers["cache-control"]) == (404, "bad_link", "no-store")
    assert "ask me for your dates again" in error["message"]


def test_link_that_was_changed_by_a_letter_is_a_404(door: TestClient, link: Link) -> None:
    address = link()
    at = len(address) // 2
    changed = "a" if address[at] != "a" else "b"
    assert door.get(address[:at] + changed + address[at + 1 :]).status_code == 404


def test_token_of_a_session_opens_no_leaflet(door: TestClient, tmp_path: Path) -> None:
    sessions = open_sessions(tmp_path / "var" / "secret", hours=1)
    assert door.get(ADDRESS.format(name=sessions.seal(sessions.new()))).status_code == 404


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg2://nobody@127.0.0.1:9/kites", "sqlite:////no/such/folder/kites.db"]
)
def test_table_that_is_away_is_a_503_with_the_phones(open_door: OpenDoor, clinic: Clinic, url: str) -> None:
    engine = open_engine(url)
    door = open_door(engine=engine)
    response = door.get(HSG)
    error = check_error(response.json())
    assert (response.status_code, error["code"]) == (503, "away")
    assert [phone["number"] for phone in error["phones"]] == [phone.number for phone in clinic.phones]
    assert door.post(CHAT, json={"message": "hello"}).status_code == 200
    engine.dispose()


def test_drawing_that_is_too_slow_is_a_503(open_door: OpenDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.leaflet.pdf.draw", lambda _leaflet: time.sleep(1))
    response = open_door(deadlines=deadlines_within(0.3)).get(HSG)
    assert (response.status_code, check_error(response.json())["code"]) == (503, "away")


def test_too_many_leaflets_are_a_429(open_door: OpenDoor, table: Table, link: Link) -> None:
    door = open_door(engine=table(), rate_limit="2/minute")
    responses = [door.get(address) for address in (link(), HSG, HSG)]
    assert [response.status_code for response in responses] == [200, 200, 429]
    assert int(responses[-1].headers["retry-after"]) > 0


def test_forged_links_are_counted_too(open_door: OpenDoor) -> None:
    door = open_door(rate_limit="2/minute")
    assert [door.get(ADDRESS.format(name="x")).status_code for _ in range(3)] == [404, 404, 429]


def test_leaflets_use_up_no_messages(open_door: OpenDoor, table: Table) -> None:
    door = open_door(engine=table(), rate_limit="1/minute")
    assert (door.get(HSG).status_code, door.get(HSG).status_code) == (200, 429)
    assert door.post(CHAT, json={"message": "hello"}).status_code == 200


# The page


def test_page_leads_to_both_leaflets(door: TestClient, clinic: Clinic) -> None:
    response = door.get("/leaflets")
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    wanted = [clinic.name, *(f'href="/leaflets/{procedure}.pdf"' for procedure in Procedure)]
    assert [text for text in wanted if text not in response.text] == []


def test_page_shows_a_name_as_text_whatever_it_holds(open_door: OpenDoor, clinic: Clinic) -> None:
    text = open_door(clinic=clinic.model_copy(update={"name": "<b>Kite</b>"})).get("/leaflets").text
    assert ("<b>Kite" in text, "&lt;b&gt;Kite" in text) == (False, True)


# Description


def test_openapi_describes_the_leaflet_and_every_error(door: TestClient) -> None:
    paths = door.get("/openapi.json").json()["paths"]
    described = paths[ADDRESS]["get"]
    assert [(one["name"], one["in"], one["required"]) for one in described["parameters"]] == [("name", "path", True)]
    assert described["responses"].keys() == {"200", "404", "410", "429", "503"}
    assert described["responses"]["200"]["content"].keys() == {"application/pdf"}
    assert "/leaflets" not in paths
