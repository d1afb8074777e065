"""Missed questions at the desk, in a real browser: from what a patient asked to what is made of it."""

import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from test_browser import browser, violations
from test_desk_table import ComesIn, comes_in

from bot.files import ROOT
from bot.records.conversations import now_utc
from bot.records.missed import Missed
from bot.records.tables import MissedRecord, open_records
from bot.serve import Stack

__all__ = ["browser", "comes_in"]

pytestmark = [pytest.mark.stack, pytest.mark.browser]

PICTURES = ROOT / "results" / "desk"
NOT_KNOWN = ("Is there parking near the hospital?", "Where can I park my car?", "What does the cafeteria serve?")


@pytest.fixture
def records(stack: Stack) -> Iterator[Engine]:
    """The records of the started stack."""
    engine = open_records(f"sqlite:///{stack.folder / 'conversations.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def missed(records: Engine) -> Missed:
    """What the desk of the started stack has to handle."""
    return Missed(records)


@pytest.fixture
def editor(comes_in: ComesIn) -> Page:
    """An editor at the missed questions."""
    return comes_in("editor", "/desk/missed")


def ask_what_is_not_known(client: httpx.Client) -> None:
    for text in NOT_KNOWN:
        assert client.post("/api/chat", json={"message": text, "session": None}).is_success


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_questions_that_were_declined_stand_in_groups(
    editor: Page, client: httpx.Client, records: Engine, scheme: str
) -> None:
    ask_what_is_not_known(client)
    with Session(records) as session, session.begin():
        session.add(MissedRecord(message_id="long", at=now_utc(), text=f"what is {'w' * 300}", why="rejected"))
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


def test_missed_question_becomes_an_answer_that_the_next_patient_is_told(
    editor: Page, comes_in: ComesIn, client: httpx.Client, missed: Missed
) -> None:
    question = "Can I breastfeed after the HSG?"
    asked = client.post("/api/chat", json={"message": question, "session": None, "id": "sister"}).json()
    places = [place for place, reply in enumerate(asked["replies"]) if reply["kind"] in ("answer", "not_covered")]
    vote = {"session": asked["session"], "id": "sister", "place": places[0], "helpful": False}
    assert client.post("/api/vote", json=vote).is_success
    began, presses = time.monotonic(), 0

    editor.reload()
    editor.locator(".group", has_text=question).get_by_role("button", name="Draft a new row").click()
    editor.get_by_label("What to do").fill("You may feed your baby as always. Tell us before the test that you do.")
    editor.get_by_role("button", name="Add a source").click()
    editor.get_by_label("Source", exact=True).select_option("S002")
    editor.get_by_label("Part of the source").fill("Front desk")
    row_id = editor.get_by_label("Id").input_value()
    editor.get_by_role("button", name="Save the draft").click()
    presses += 3
    expect(editor.get_by_text("Not published yet.")).to_be_visible()
    assert question not in {one.text for one in missed.waiting(100)}

    clinician = comes_in("clinician", f"/desk/table/rows/{row_id}")
    clinician.get_by_role("button", name="Approve").click()
    clinician.get_by_role("button", name="Publish now").click()
    expect(clinician.get_by_role("button", name="Publish now")).to_have_count(0)
    presses += 2

    told = client.post("/api/chat", json={"message": question, "session": None}).json()["replies"]
    seconds = time.monotonic() - began
    assert row_id in [rule for reply in told for rule in reply["rules"]]
    print(f"from a missed question to a published answer: {presses} presses of a button, {seconds:.1f} s")  # noqa: T201
