"""Ask, votes and Numbers in a real browser over the really started stack: by keyboard, as heard, as seen, and how fast.

The pictures lie in `results/desk/`, the times from key press to answer in `results/desk/ask_speed.json`.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import numpy
import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Connection, delete, func, insert, select
from test_browser import browser, violations

from bot.clock import moment_at
from bot.database import open_engine
from bot.files import ROOT
from bot.knowledge.tables import Base, RowRecord
from bot.records.conversations import now_utc
from bot.records.tables import open_records
from bot.records.tally import Tally
from bot.records.users import Users
from bot.serve import Stack
from bot.settings import Clinic

__all__ = ["browser"]

pytestmark = [pytest.mark.stack, pytest.mark.browser]

PICTURES = ROOT / "results" / "desk"
PASSWORD = "a long enough password"
CLERK = "ask-clerk"
WITHIN_MS = 20_000
LOOKS: tuple[dict[str, Any], ...] = (
    {"color_scheme": "light"},
    {"color_scheme": "dark"},
    {"color_scheme": "light", "viewport": {"width": 400, "height": 800}},
)
TOO_WIDE = "() => document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth"
FOCUSED = "() => document.activeElement.id || document.activeElement.textContent.trim()"

# From the key press until the answer is on the screen, in the browser's own time.
TIMED = """
document.addEventListener("keydown", ({ key }) => { if (key === "Enter") window.pressed = performance.now(); }, true);
document.addEventListener("DOMContentLoaded", () => {
  const turns = document.getElementById("turns");
  if (!turns) return;
  const shown = () => { window.took = performance.now() - window.pressed; };
  new MutationObserver(() => requestAnimationFrame(() => setTimeout(shown))).observe(turns, { childList: true });
});
"""
QUESTIONS = (
    "Does the HSG hurt?",
    "How long does the HSG take?",
    "How do I prepare for the hysteroscopy?",
    "Which days of my cycle are right for the HSG?",
    "When may I have a bath after the hysteroscopy?",
    "Can we have sex after the HSG?",
    "What is a hysteroscopy?",
    "Can I drive home after the HSG?",
    "What does it cost?",
    "When do I get the results of the HSG, and does it hurt?",
)
ASKED_EACH = 4
TOPICS_KEPT = ("pain", "duration", "preparation", "timing", "bathing", "sex_after", "what_is_it", "driving", "results")
MOST_MILLISECONDS = 1000

Opens = Callable[..., Page]


@pytest.fixture(scope="module")
def staff(stack: Stack) -> None:
    """A clerk who may come in."""
    records = open_records(f"sqlite:///{stack.folder / 'conversations.db'}")
    users = Users(records, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    users.add(CLERK, "Anna Lim", "clerk", PASSWORD, now_utc())
    records.dispose()


@pytest.fixture
def opens(browser: Browser, stack: Stack, staff: None) -> Iterator[Opens]:
    """Open a page in a private window; what the page complains of fails the test."""
    assert staff is None
    complaints: list[str] = []
    contexts = []

    def open_page(path: str, **options: Any) -> Page:
        context = browser.new_context(base_url=stack.url, **{"viewport": {"width": 1200, "height": 850}, **options})
        context.set_default_timeout(WITHIN_MS)
        context.add_init_script(TIMED)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: note(complaints, message.type, message.text))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def note(complaints: list[str], kind: str, text: str) -> None:
    """Note what a page complains of; that a request was cut off by the test is no fault."""
    if kind == "error" and "ERR_FAILED" not in text and not text.startswith("htmx:"):
        complaints.append(text)


def desk(opens: Opens, path: str = "/desk/ask", **options: Any) -> Page:
    """Return a page of the desk, logged in with the keyboard alone."""
    page = opens(f"/desk/login?back={path}", **options)
    page.locator("#name:focus").wait_for()
    page.keyboard.type(CLERK)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.locator(".bar").wait_for()
    page.wait_for_load_state("load")
    return page


def ask(page: Page, text: str) -> None:
    """Type a question into the box, which has the focus, and wait for the answer."""
    before = page.locator(".turn").count()
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(before + 1, timeout=WITHIN_MS)


def her_period(clinic: Clinic) -> str:
    """Return what a patient says whose period ended yesterday."""
    today = moment_at(clinic).date()
    start, end = today - timedelta(days=6), today - timedelta(days=1)
    return f"My period started on {start:%d %B} and ended on {end:%d %B}, my cycle is 28 days. When can I have the HSG?"


# Ask


def test_clerk_asks_and_goes_on_with_the_keyboard_alone(opens: Opens) -> None:
    page = desk(opens)
    assert page.evaluate(FOCUSED) == "text"
    ask(page, "Does it hurt?")
    first = page.locator(".turn").first
    expect(first.locator(".kind")).to_have_text("Ask her back")
    expect(first.locator("[data-key]")).to_have_count(2)
    assert page.evaluate(FOCUSED) == "text"
    page.keyboard.press("1")
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".turn").first.locator(".kind")).to_have_text("Answer")
    page.keyboard.type("half a thought 1")
    expect(page.locator("#text")).to_have_value("half a thought 1")
    page.keyboard.press("Escape")
    expect(page.locator("#text")).to_have_value("")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) != "text"
    page.keyboard.press("/")
    assert page.evaluate(FOCUSED) == "text"
    expect(page.locator("#text")).to_have_value("")


def test_single_keys_can_be_switched_off_and_stay_off(opens: Opens) -> None:
    page = desk(opens)
    page.get_by_label("Use single keys").uncheck()
    page.reload()
    expect(page.get_by_label("Use single keys")).not_to_be_checked()
    ask(page, "Does it hurt?")
    page.keyboard.press("1")
    expect(page.locator("#text")).to_have_value("1")
    expect(page.locator(".turn")).to_have_count(1)


def test_short_form_is_large_and_the_rest_is_at_hand(opens: Opens) -> None:
    page = desk(opens)
    ask(page, "Does the HSG hurt?")
    reply = page.locator(".reply").first
    sizes = [
        reply.locator(one).first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
        for one in (".short p", ".more summary")
    ]
    assert sizes[0] > sizes[1]
    for summary in reply.locator("summary").all():
        summary.click()
    expect(reply.locator(".more p").first).to_be_visible()
    expect(reply.locator(".sources li").first).to_be_visible()
    page.locator(".why summary").click()
    expect(page.locator(".why")).to_contain_text("pain")
    row = page.locator(".why a").first
    assert row.get_attribute("href") == f"/desk/table/rows/{row.inner_text()}"
    row.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_answer_is_said_to_a_screen_reader(opens: Opens) -> None:
    page = desk(opens)
    ask(page, "Does the HSG hurt?")
    expect(page.locator("#status")).to_contain_text(page.locator(".short p").first.inner_text())


def test_answer_with_its_sources_is_copied(opens: Opens) -> None:
    page = desk(opens, permissions=["clipboard-read", "clipboard-write"])
    ask(page, "Does the HSG hurt?")
    page.get_by_role("button", name="Copy", exact=True).first.click()
    expect(page.locator(".done").first).to_have_text("Copied.")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied == page.locator(".plain").first.input_value()
    assert "Source: " in copied


def test_answer_is_copied_where_the_page_may_not_use_the_clipboard(opens: Opens) -> None:
    page = desk(opens)
    page.evaluate("() => Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    ask(page, "Does the HSG hurt?")
    page.get_by_role("button", name="Copy", exact=True).first.click()
    expect(page.locator(".done").first).to_have_text("Copied.")


def test_leaflet_is_there_to_print(opens: Opens, clinic: Clinic) -> None:
    page = desk(opens)
    ask(page, her_period(clinic))
    link = page.get_by_role("button", name="Leaflet for the HSG")
    address = link.get_attribute("href")
    assert address is not None
    answer = page.request.get(address)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")


def test_next_caller_is_a_new_talk(opens: Opens) -> None:
    page = desk(opens)
    ask(page, "Which days of my cycle are right for the HSG?")
    with page.expect_navigation():
        page.get_by_role("button", name="Start again").click()
    expect(page.locator(".turn")).to_have_count(0)
    ask(page, "And for how long?")
    expect(page.locator(".turn .kind").first).not_to_have_text("Answer")


def test_answer_is_sent_to_the_chat_of_a_patient_who_was_taken_over(opens: Opens) -> None:
    patient, page = opens("/"), desk(opens, "/desk/people")
    patient.locator("#message").fill("I want to talk to a person")
    patient.keyboard.press("Enter")
    expect(patient.locator('#log > li[data-kind="handoff"]')).to_be_visible(timeout=WITHIN_MS)
    page.reload()
    page.get_by_role("button", name="Take conversation").last.click()  # others may wait, and longer
    with page.expect_navigation():
        page.get_by_role("button", name="Ask the assistant first").click()
    expect(page.get_by_role("link", name="Back to the conversation")).to_be_visible()
    ask(page, "Does the HSG hurt?")
    short = page.locator(".short p").first.inner_text()
    page.get_by_role("button", name="Send to chat").click()
    expect(page.locator(".done").first).to_have_text("Sent to the chat.")
    expect(patient.locator('#log > li[data-kind="person"]').last).to_contain_text(short, timeout=WITHIN_MS)
    page.get_by_role("link", name="Back to the conversation").click()
    page.get_by_role("button", name="Hand back to the assistant").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Waiting for a person")


def test_what_was_typed_is_kept_while_the_assistant_is_away(opens: Opens) -> None:
    page = desk(opens)
    page.route("**/desk/ask", lambda route: route.abort())
    page.keyboard.type("Does the HSG hurt?")
    page.keyboard.press("Enter")
    expect(page.locator("#problem")).to_contain_text("What you typed is kept")
    expect(page.locator("#text")).to_have_value("Does the HSG hurt?")


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark", "narrow"])
def test_ask_is_good_to_look_at_and_axe_finds_nothing(opens: Opens, clinic: Clinic, look: dict[str, Any]) -> None:
    page = desk(opens, **look)
    name = "narrow" if "viewport" in look else look["color_scheme"]
    found = violations(page)
    ask(page, her_period(clinic))
    expect(page.locator(".month .bleeding").first).to_be_visible()
    expect(page.locator(".legend")).to_contain_text("Ovulation, likely")
    page.screenshot(path=PICTURES / f"ask_dates_{name}.png", full_page=True)
    for summary in page.locator("summary").all():
        summary.click()
    found += violations(page)
    page.locator(".why").scroll_into_view_if_needed()
    page.screenshot(path=PICTURES / f"ask_why_{name}.png")
    page.goto("/desk/ask?for=1")
    ask(page, "How do I prepare? I have a high fever and heavy bleeding after the HSG. Does it hurt?")
    expect(page.locator(".reply").first).to_have_attribute("data-kind", "urgent")
    page.screenshot(path=PICTURES / f"ask_urgent_{name}.png", full_page=True)
    found += violations(page)
    page.goto("/desk/ask")
    ask(page, "Does it hurt?")
    page.screenshot(path=PICTURES / f"ask_back_{name}.png")
    found += violations(page)
    assert found == []
    assert not page.evaluate(TOO_WIDE)


# Votes


@pytest.mark.parametrize("language", ["en", "zh"])
def test_patient_votes_with_the_keyboard_and_the_vote_is_kept(opens: Opens, stack: Stack, language: str) -> None:
    page = opens(f"/?lang={language}")
    page.locator("#message").fill("Does the HSG hurt?" if language == "en" else "做HSG前要怎么准备")
    page.keyboard.press("Enter")
    no = page.locator(".vote button").nth(1)
    no.focus()
    with page.expect_response("**/api/vote") as kept:
        page.keyboard.press("Enter")
    assert kept.value.status == 200
    expect(no).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".voted").first).not_to_be_empty()
    expect(page.locator("#live")).to_have_text(page.locator(".voted").first.inner_text())
    page.screenshot(path=PICTURES / f"vote_{language}.png")
    assert violations(page) == []
    page.reload()
    expect(page.locator(".vote button").nth(1)).to_have_attribute("aria-pressed", "true")
    with closing(sqlite3.connect(stack.folder / "conversations.db")) as records:
        (down,) = records.execute("SELECT count(*) FROM missed_question WHERE why = 'voted_down'").fetchone()
    assert down >= 1


def test_urgent_answer_is_not_voted_on(opens: Opens) -> None:
    page = opens("/")
    page.locator("#message").fill("I have soaked a pad every hour since this morning")
    page.keyboard.press("Enter")
    expect(page.locator('[data-kind="urgent"]')).to_be_visible()
    expect(page.locator(".vote")).to_have_count(0)


def test_vote_that_cannot_be_kept_is_taken_back_and_told(opens: Opens) -> None:
    page = opens("/")
    page.locator("#message").fill("Does the HSG hurt?")
    page.keyboard.press("Enter")
    page.locator(".vote").wait_for()
    page.route("**/api/vote", lambda route: route.fulfill(status=200, json={}))
    page.get_by_role("group", name="Was this answer helpful?").get_by_role("button", name="Yes").click()
    expect(page.locator(".voted")).to_contain_text("could not be kept")
    expect(page.locator('.vote [aria-pressed="true"]')).to_have_count(0)


# Numbers


@pytest.fixture
def counted(stack: Stack, clinic: Clinic) -> None:
    """Counts of the last 90 days, beside those of this run."""
    records, today = open_records(f"sqlite:///{stack.folder / 'conversations.db'}"), moment_at(clinic).date()
    counts = {}
    for back in range(90):
        day = today - timedelta(days=back)
        many = (back * 7) % 11 + (3 if day.weekday() < 5 else 0)
        counts |= {
            (day, "messages", "door"): many * 3,
            (day, "messages", "twilio"): many,
            (day, "topics", "pain"): many,
            (day, "topics", "timing"): 2 * many,
            (day, "rejected", ""): many // 4,
            (day, "urgent", "clinic_now"): back % 3,
            (day, "votes", "yes"): many,
            (day, "votes", "no"): many // 5,
            (day, "hand_offs", "opened"): back % 4,
            (day, "hand_offs", "taken"): back % 4,
            (day, "waiting", "seconds"): 90 * (back % 4) + back,
            (day, "waiting", "times"): back % 4,
        }
    Tally(records).add_all(counts)
    records.dispose()


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark", "narrow"])
def test_numbers_are_drawn_and_axe_finds_nothing(opens: Opens, look: dict[str, Any]) -> None:
    page = desk(opens, "/desk/numbers", **look)
    name = "narrow" if "viewport" in look else look["color_scheme"]
    page.wait_for_function("() => drawn.length === 7")
    blank = "canvas => !canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"
    canvases = page.locator("canvas").all()
    assert len(canvases) == 7
    assert [canvas.evaluate(blank) for canvas in canvases] == [False] * 7
    page.screenshot(path=PICTURES / f"numbers_{name}.png", full_page=True)
    found = violations(page)
    page.get_by_text("As a table").first.click()
    expect(page.get_by_role("table").first).to_be_visible()
    found += violations(page)
    page.get_by_role("link", name="90 days").click()
    expect(page.get_by_role("link", name="90 days")).to_have_attribute("aria-current", "page")
    assert found == []
    assert not page.evaluate(TOO_WIDE)


def test_numbers_can_be_taken_along(opens: Opens) -> None:
    page = desk(opens, "/desk/numbers")
    with page.expect_download() as download:
        page.get_by_role("link", name="All as CSV").click()
    assert download.value.suggested_filename == "numbers-all-30-days.csv"
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == "Chart,Day or topic,What,Number"


# How fast


@pytest.fixture
def table_of(stack: Stack) -> Iterator[Callable[[int], None]]:
    """Make the running stack's table that many rows long; it is as it was afterwards."""
    place, kept = stack.folder / "knowledge.db", stack.folder / "knowledge.kept.db"
    _copy(place, kept)
    engine = open_engine(f"sqlite:///{place}")

    def make(rows: int) -> None:
        with engine.begin() as connection:
            _shorten(connection, rows)
            _lengthen(connection, rows)

    yield make
    engine.dispose()
    _copy(kept, place)


@pytest.mark.parametrize("rows", [100, 10_000])
def test_answer_is_there_within_a_second_of_the_key_press(
    opens: Opens, table_of: Callable[[int], None], rows: int
) -> None:
    table_of(rows)
    page = desk(opens)
    ask(page, QUESTIONS[0])  # the first of a browser is not counted
    took = []
    for _ in range(ASKED_EACH):
        page.goto("/desk/ask")
        for question in QUESTIONS:
            ask(page, question)
            page.wait_for_function("() => window.took > 0")
            took.append(float(page.evaluate("() => { const took = window.took; window.took = 0; return took; }")))
    p50, p95 = (float(numpy.percentile(took, part)) for part in (50, 95))
    _keep({"rows": rows, "asked": len(took), "p50_ms": round(p50), "p95_ms": round(p95), "most_ms": round(max(took))})
    assert p95 < MOST_MILLISECONDS


def _keep(figures: dict[str, int]) -> None:
    path = PICTURES / "ask_speed.json"
    before = json.loads(path.read_text()) if path.exists() else []
    others = [one for one in before if one["rows"] != figures["rows"]]
    path.write_text(json.dumps(sorted([*others, figures], key=lambda one: one["rows"]), indent=1) + "\n")


def _copy(source: Any, target: Any) -> None:
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)


def _shorten(connection: Connection, rows: int) -> None:
    """Leave the rows on the topics that are asked, and of the others as many as wanted."""
    order = (RowRecord.topic.not_in(TOPICS_KEPT), RowRecord.place)
    left = select(RowRecord.id).order_by(*order).limit(rows)
    for table in _parts():
        connection.execute(delete(table).where(table.c.row_id.not_in(left)))
    connection.execute(delete(RowRecord).where(RowRecord.id.not_in(left)))


def _lengthen(connection: Connection, rows: int) -> None:
    """Copy rows with all their parts under other ids and topics until there are as many as wanted."""
    there = [dict(row) for row in connection.execute(select(RowRecord.__table__)).mappings()]
    parts = {table: [dict(row) for row in connection.execute(select(table)).mappings()] for table in _parts()}
    number, missing = 0, rows - len(there)
    while missing > 0:
        copied = there[:missing]
        ids = {row["id"]: f"{row['id'][:100]}-{number}" for row in copied}
        new = [row | {"id": ids[row["id"]], "topic": f"{row['topic'][:50]}_{number}"} for row in copied]
        connection.execute(insert(RowRecord.__table__), new)
        for table, records in parts.items():
            own = [record | {"row_id": ids[record["row_id"]]} for record in records if record["row_id"] in ids]
            own = [{key: value for key, value in record.items() if key != "id"} for record in own]
            if own:
                connection.execute(insert(table), own)
        number, missing = number + 1, missing - len(copied)
    assert connection.scalar(select(func.count()).select_from(RowRecord)) == rows


def _parts() -> list[Any]:
    """Return the tables that hold parts of a row, except where sources differ, which names topics of its own."""
    named = [table for table in Base.metadata.sorted_tables if "row_id" in table.c]
    return [table for table in named if table.name not in ("conflict_place", "knowledge_revision", "row_revision")]
