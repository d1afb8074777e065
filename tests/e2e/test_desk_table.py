"""The table and the clinic's details at the desk, in a real browser: what is changed there is what patients read."""

import re
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, BrowserContext, Page, expect
from test_browser import browser, violations

from bot.desk.access import COOKIE
from bot.files import ROOT
from bot.records.conversations import now_utc
from bot.records.tables import open_records
from bot.records.users import Role, Users
from bot.serve import Stack

__all__ = ["browser"]

pytestmark = [pytest.mark.stack, pytest.mark.browser]

PICTURES = ROOT / "results" / "desk"
PASSWORD = "a long enough password"
ROW = "hsg-timing-clinic"
TABLE, CLINIC = "/desk/table", "/desk/clinic"
QUESTION = "When in my cycle is the HSG done?"
WITHIN_SECONDS = 10
PAGES = {
    "table": TABLE,
    "table_row": f"{TABLE}/rows/{ROW}",
    "table_edit": f"{TABLE}/rows/{ROW}/edit",
    "table_new": f"{TABLE}/new",
    "table_drafts": f"{TABLE}/open",
    "table_due": f"{TABLE}/due",
    "table_conflicts": f"{TABLE}/conflicts?topic=timing",
    "table_files": f"{TABLE}/files",
    "clinic": CLINIC,
}
ComesIn = Callable[..., Page]


@pytest.fixture
def comes_in(stack: Stack, browser: Browser) -> Iterator[ComesIn]:
    """Go to a page of the desk as somebody who is logged in, each in a browser of her own.

    The login page is not asked: it lets an address try so many times a minute, and `test_desk_staff.py` tests it.
    """
    PICTURES.mkdir(parents=True, exist_ok=True)
    records = open_records(f"sqlite:///{stack.folder / 'conversations.db'}")
    users = Users(records, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    contexts: list[BrowserContext] = []

    def come_in(role: Role, path: str, full_name: str = "Ada Lin", **options: Any) -> Page:
        name = f"{role}-{secrets.token_hex(4)}"
        users.add(name, full_name, role, PASSWORD, now_utc())
        token, _ = users.let_in(name, PASSWORD, now_utc())
        contexts.append(browser.new_context(base_url=stack.url, **options))
        contexts[-1].add_cookies([{"name": COOKIE, "value": token, "url": f"{stack.url}/desk/"}])
        page = contexts[-1].new_page()
        page.goto(path)
        return page

    yield come_in
    for context in contexts:
        context.close()
    records.dispose()


def told(client: httpx.Client, question: str = QUESTION) -> str:
    """Return what the next patient is told."""
    answer = client.post("/api/chat", json={"message": question, "session": None})
    assert answer.status_code == 200, answer.text
    return "\n".join(f"{reply['text']}\n{reply['more'] or ''}" for reply in answer.json()["replies"])


def told_soon(client: httpx.Client, question: str, words: str) -> float:
    """Wait until patients are told some words; return after how many seconds."""
    began = time.monotonic()
    while words not in (said := told(client, question)):
        assert time.monotonic() - began < WITHIN_SECONDS, said
        time.sleep(0.2)
    return time.monotonic() - began


def publish(clinician: Page, row_id: str = ROW) -> None:
    """Approve and publish what waits of a row."""
    clinician.goto(f"{TABLE}/rows/{row_id}")
    clinician.get_by_role("button", name="Approve", exact=True).click()
    clinician.get_by_role("button", name="Publish now").click()
    expect(clinician.get_by_role("button", name="Publish now")).to_have_count(0)


def picture(page: Page, name: str) -> None:
    page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def test_edited_row_is_told_without_a_restart_and_restored(comes_in: ComesIn, client: httpx.Client) -> None:
    before = told(client)
    old, new = "At this clinic the HSG is usually done", "At our own clinic the HSG is done"
    assert old in before
    writer = comes_in("clinician", f"{TABLE}/rows/{ROW}/edit", "Dr Wen Zhao")
    box = writer.get_by_label("What to do")
    text = box.input_value()
    box.fill(text.replace(old, new).replace("7th day", "9th day"))
    expect(writer.locator("#preview")).to_contain_text("the text says 9, which is no value")
    expect(writer.locator("#wrong-values")).to_contain_text("the text says 9")
    picture(writer, "table_problem")
    box.fill(text.replace(old, new))
    expect(writer.locator("#preview .told")).to_contain_text(new)
    expect(writer.locator("#preview")).to_contain_text("Nothing is wrong.")
    picture(writer, "table_preview")
    assert violations(writer) == []
    writer.get_by_label("Why you change it").fill("Plainer words.")
    writer.get_by_role("button", name="Save the draft").click()
    expect(writer.get_by_text("Another clinician has to approve it")).to_be_visible()
    expect(writer.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    assert new not in told(client)

    clinician = comes_in("clinician", f"{TABLE}/rows/{ROW}", "Dr Dora Lim")
    expect(clinician.locator(".open-version ins").first).to_have_text("our own")
    picture(clinician, "table_approve")
    assert violations(clinician) == []
    publish(clinician)
    said = told(client)
    assert new in said
    assert old not in said
    expect(clinician.get_by_text("Signed by Dr Dora Lim")).to_be_visible()
    expect(clinician.locator("#version-2 del").first).to_have_text("this")
    picture(clinician, "table_history")

    clinician.get_by_role("button", name="Restore version 1 as a draft").click()
    publisher = comes_in("clinician", TABLE, "Dr Wen Zhao")
    publish(publisher)
    assert old in told(client)


def test_two_editors_at_once_are_told_of_each_other(comes_in: ComesIn) -> None:
    place = f"{TABLE}/rows/hsg-timing-guideline/edit"
    first, second = comes_in("editor", place, "Anna Chen"), comes_in("admin", place, "Max Young")
    for page, words in ((first, "First words."), (second, "Second words.")):
        page.get_by_label("Why, and what the sources say").press("Control+End")
        page.keyboard.type(f" {words}")
    first.get_by_role("button", name="Save the draft").click()
    expect(first.get_by_text("waits for an approval")).to_be_visible()
    second.get_by_role("button", name="Save the draft").click()
    stale = second.locator("#stale")
    expect(stale).to_contain_text("Anna Chen wrote version")
    expect(stale).to_contain_text("Nothing of yours is lost")
    expect(stale.locator("ins").first).to_contain_text("Second")
    expect(second.get_by_label("Why, and what the sources say")).to_have_value(re.compile(r"Second words\.$"))
    picture(second, "table_two_editors")
    assert violations(second) == []
    second.get_by_role("button", name="Save the draft").click()
    expect(second.locator(".open-version")).to_contain_text("Second words.")
    second.get_by_role("button", name="Withdraw").click()


def test_row_is_found_edited_and_left_with_the_keyboard_alone(comes_in: ComesIn) -> None:
    page = comes_in("editor", TABLE)
    page.get_by_label("Words in the answer").focus()
    page.keyboard.type("3rd to the 7th day")
    expect(page.locator("#found .rows > li").first).to_contain_text("3rd to the 7th day")
    assert "q=3rd" in page.url
    page.locator("#found a", has_text="the right days").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Edit").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit")
    page.wait_for_load_state("load")
    page.get_by_role("button", name="Add a number").focus()
    page.keyboard.press("Enter")
    lines = page.locator("#values > .line")
    before = lines.count()
    expect(lines.last.get_by_label("Name of the number")).to_be_focused()
    page.keyboard.type("wait")
    expect(page.locator("#wrong-values")).to_contain_text(f"Line {before}:")
    lines.last.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Add a number")).to_be_focused()
    expect(lines).to_have_count(before - 1)
    expect(page.locator("#preview")).to_contain_text("Nothing is wrong.")


def test_changed_clinic_is_told_by_every_process_within_seconds(comes_in: ComesIn, client: httpx.Client) -> None:
    page = comes_in("admin", CLINIC)
    page.get_by_label("Number", exact=True).first.fill("+86 21 7777 0000")
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"):
        page.get_by_label(f"{day}: opens").fill("06:37")
        page.get_by_label(f"{day}: closes").fill("06:38")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("It holds everywhere within a few seconds")).to_be_visible()
    try:
        seconds = told_soon(client, "What does the cafeteria serve?", "+86 21 7777 0000")
        told_soon(client, "I want to talk to a person", "06:37")
        assert "06:37-06:38" in client.get("/").text
        picture(page, "clinic_saved")
        print(f"a changed phone is told after {seconds:.1f} s")  # noqa: T201
    finally:
        page.goto(CLINIC)
        page.get_by_role("button", name="Restore the clinic file").click()
    told_soon(client, "What does the cafeteria serve?", "+86 21 5550 0100")


def test_file_is_compared_and_becomes_drafts(comes_in: ComesIn, client: httpx.Client, tmp_path: Path) -> None:
    page = comes_in("editor", f"{TABLE}/files")
    shipped = (ROOT / "data" / "knowledge" / "rows" / "pain.yml").read_text(encoding="utf-8")
    row_id = shipped.partition("- id: ")[2].partition("\n")[0]
    at = shipped.index("short: >-\n      ") + len("short: >-\n      ")
    changed = tmp_path / "pain.yml"
    changed.write_text(f"{shipped[:at]}Please know: {shipped[at:]}", encoding="utf-8")
    page.get_by_label("File (at most 5 MB)").set_input_files(changed)
    page.get_by_role("button", name="Show what differs").click()
    expect(page.locator("#compared")).to_contain_text("1 of the")
    expect(page.locator("#compared ins").first).to_contain_text("Please know:")
    picture(page, "table_import")
    assert violations(page) == []
    page.get_by_role("button", name="Write 1 draft").click()
    expect(page.locator(".said")).to_contain_text("Drafts written: 1.")
    page.goto(f"{TABLE}/rows/{row_id}")
    page.get_by_role("button", name="Withdraw").click()
    assert "Please know:" not in told(client, "Does the HSG hurt?")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_free_of_violations_and_fit_a_phone(comes_in: ComesIn, scheme: str) -> None:
    page = comes_in("clinician", TABLE, color_scheme=scheme)
    admin = comes_in("admin", CLINIC, color_scheme=scheme)
    wrong = []
    for name, path in PAGES.items():
        seen = admin if path == CLINIC else page
        seen.set_viewport_size({"width": 1280, "height": 900})
        seen.goto(path)
        wrong += [f"{name}: {one}" for one in violations(seen)]
        picture(seen, name if scheme == "light" else f"{name}_dark")
        seen.set_viewport_size({"width": 400, "height": 800})
        if seen.evaluate("() => document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth"):
            wrong.append(f"{name}: wider than a phone")
    assert wrong == []
