"""Missed questions at the desk, in a real browser: from what a patient asked to what is made of it."""

import secrets
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from test_browser import browser, violations

from bot.files import ROOT
from bot.records.conversations import now_utc
from bot.records.missed import Missed
from bot.records.tables import open_records
from bot.records.users import Users
from bot.serve import Stack

__all__ = ["browser"]

pytestmark = [pytest.mark.stack, pytest.mark.browser]

PICTURES = ROOT / "results" / "desk"
PASSWORD = "a long enough password"
NOT_KNOWN = ("Is there parking near the hospital?", "Where can I park my car?", "What does the cafeteria serve?")


@pytest.fixture
def missed(stack: Stack) -> Iterator[Missed]:
    """What the desk of the started stack has to handle."""
    records = open_records(f"sqlite:///{stack.folder / 'conversations.db'}")
    yield Missed(records)
    records.dispose()


@pytest.fixture
def editor(stack: Stack, browser: Browser) -> Iterator[Page]:
    """A browser in which an editor is logged in."""
    records = open_records(f"sqlite:///{stack.folder / 'conversations.db'}")
    name = f"editor-{secrets.token_hex(4)}"
    Users(records).add(name, "Eve Editor", "editor", PASSWORD, now_utc())
    records.dispose()
    context = browser.new_context(base_url=stack.url)
    page = context.new_page()
    page.goto("/desk/missed")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Missed questions")).to_be_visible()
    yield page
    context.close()


def ask_what_is_not_known(client: httpx.Client) -> None:
    for text in NOT_KNOWN:
        assert client.post("/api/chat", json={"message": text, "session": None}).is_success


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_questions_that_were_declined_stand_in_groups(editor: Page, client: httpx.Client, scheme: str) -> None:
    ask_what_is_not_known(client)
    editor.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    editor.reload()
    group = editor.locator(".group", has_text="park my car")
    expect(group).to_contain_text("parking near the hospital")
    expect(group).not_to_contain_text("cafeteria")
    editor.screenshot(path=PICTURES / f"missed_{scheme}.png", full_page=True)
    assert violations(editor) == []
    editor.set_viewport_size({"width": 400, "height": 800})
    assert editor.evaluate("() => document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth")


def test_group_is_put_out_of_scope_with_the_keyboard_alone(editor: Page, client: httpx.Client, missed: Missed) -> None:
    ask_what_is_not_known(client)
    editor.reload()
    editor.locator(".group", has_text="park my car").get_by_role("button", name="Out of scope").focus()
    editor.keyboard.press("Enter")
    expect(editor.locator(".said")).to_have_text("Kept as examples.")
    expect(editor.locator(".group", has_text="park my car")).to_have_count(0)
    assert {(one.intent, one.text) for one in missed.examples()} >= {("out_of_scope", text) for text in NOT_KNOWN[:2]}
