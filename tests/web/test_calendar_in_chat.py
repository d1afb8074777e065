"""A calendar file in the chat page, in a real browser: a link that saves it where she is, and is said."""

import shutil
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Thread

import httpx
import pytest
import uvicorn
from playwright.sync_api import Page, expect, sync_playwright
from sqlalchemy import Engine
from stand_in import FULL_REPLY, Rasa, sends

from bot.calendar_file import open_calendar_files
from bot.dates.shapes import Event
from bot.ports import free_port
from bot.question import Procedure
from bot.safety.lone_watch import LoneWatch
from bot.settings import read_settings
from bot.web.app import create_app
from bot.wording import Wording

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium")
WINDOW = Event("window", date(2026, 3, 3), date(2026, 3, 7), ("hsg-timing-clinic",))
TITLE = "My dates for the HSG (calendar)"
PUBLIC_URLS = ["", "http://127.0.0.1:{port}"]


@pytest.fixture(params=PUBLIC_URLS, ids=["relative", "full"])
def url(
    request: pytest.FixtureRequest, tmp_path: Path, wording: Wording, engine: Engine, lone_watch: LoneWatch, rasa: Rasa
) -> Iterator[str]:
    """The address of a door behind which every answer carries a calendar file and a page."""
    port = free_port()
    settings = read_settings({"BOT_SECRET_FILE": str(tmp_path / "secret")})
    files = open_calendar_files(settings.secret_file, request.param.format(port=port))
    calendar = files.file([WINDOW], Procedure.HSG, wording).model_dump()
    page = {"title": "A leaflet", "type": "text/html", "url": "/sample-clinic"}
    rasa.answer = sends({"custom": FULL_REPLY | {"files": [calendar, page]}})
    app = create_app(settings, wording, engine, lone_watch, mask=str, transport=httpx.MockTransport(rasa))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", ws="none"))
    thread = Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def page(url: str) -> Iterator[Page]:
    """The chat page, with one answer in it."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(url)
        page.locator("#message").fill("When?")
        page.locator("#send").click()
        expect(page.locator(".files a")).to_have_count(2)
        yield page
        browser.close()


def test_calendar_file_is_saved_under_its_name_and_opens_no_tab(page: Page) -> None:
    link = page.get_by_role("link", name=TITLE, exact=True)
    with page.expect_download() as saved:
        link.click()
    assert saved.value.suggested_filename == "hsg-dates.ics"
    assert Path(saved.value.path()).read_bytes().startswith(b"BEGIN:VCALENDAR")
    assert link.get_attribute("target") is None
    assert len(page.context.pages) == 1


def test_another_file_opens_in_a_tab_as_before(page: Page) -> None:
    link = page.get_by_role("link", name="A leaflet")
    assert (link.get_attribute("target"), link.get_attribute("download")) == ("_blank", None)


def test_file_is_said_after_the_answer(page: Page) -> None:
    spoken = (page.locator("#live").text_content() or "").split("\n\n")
    assert spoken[:2] == [FULL_REPLY["text"], f"File: {TITLE}."]


def test_file_is_reached_with_the_keyboard(page: Page) -> None:
    page.get_by_role("link", name=TITLE).focus()
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    assert saved.value.suggested_filename == "hsg-dates.ics"
