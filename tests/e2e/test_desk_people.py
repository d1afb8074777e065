"""A patient and a clerk, each in a real browser, over the really started stack: waiting, taken over, handed back.

The pictures that it takes lie in `results/desk/`.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from test_browser import browser
from worlds_of_hours import clinic_file

from bot.files import ROOT
from bot.ports import free_port
from bot.records.conversations import now_utc
from bot.records.tables import open_records
from bot.records.users import Users
from bot.serve import Stack, trained_model

__all__ = ["browser"]

pytestmark = [pytest.mark.stack, pytest.mark.browser]

PICTURES = ROOT / "results" / "desk"
PASSWORD = "a long enough password"
STAFF = {"mei": "Mei Lin", "tom": "Tom Reed"}
WITHIN_MS = 20_000
SHOWN_AFTER_MS = 500  # the panel rises
SIGN = "I have soaked a pad every hour since this morning"
Opens = Callable[..., Page]


def started(folder: Path, *, is_open: bool) -> Stack:
    """Return a stack of a clinic that is open, or closed, with two clerks; not yet running."""
    folder.mkdir(exist_ok=True)
    users = Users(
        open_records(f"sqlite:///{folder / 'conversations.db'}"),
        PasswordHasher(time_cost=1, memory_cost=8, parallelism=1),
    )
    for name, full_name in STAFF.items():
        users.add(name, full_name, "clerk", PASSWORD, now_utc())
    environ = {"BOT_CLINIC_FILE": str(clinic_file(folder, is_open=is_open)), "BOT_RATE_LIMIT": "off"}
    return Stack(folder=folder, door_port=free_port(), model=trained_model(), environ=environ)


@pytest.fixture(scope="module")
def open_clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A clinic that is open now."""
    stack = started(tmp_path_factory.mktemp("open"), is_open=True)
    with stack.running():
        yield stack


@pytest.fixture(scope="module")
def closed_clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A clinic that is closed now."""
    stack = started(tmp_path_factory.mktemp("closed"), is_open=False)
    with stack.running():
        yield stack


@pytest.fixture
def opens(browser: Browser) -> Iterator[Opens]:
    """Open a page of a stack in a private window; what the page complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_page(stack: Stack, path: str = "/", **options: Any) -> Page:
        context = browser.new_context(base_url=stack.url, **{"viewport": {"width": 1200, "height": 850}, **options})
        context.set_default_timeout(WITHIN_MS)
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
    """Note what a page complains of; that somebody else was first is no fault."""
    if kind == "error" and " 409 " not in f"{text} ":
        complaints.append(text)


def clerk(opens: Opens, stack: Stack, name: str = "mei", **options: Any) -> Page:
    """Return the queue, as a member of the staff sees it."""
    page = opens(stack, "/desk/login", **options)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Waiting").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Waiting for a person")
    return page


def writes(page: Page, text: str) -> None:
    """Let the patient write something and wait for what she is told."""
    before = page.locator('#log > li[data-from="assistant"]').count()
    page.locator("#message").fill(text)
    page.locator("#send").click()
    expect(page.locator('#log > li[data-from="assistant"]').nth(before)).to_be_visible(timeout=WITHIN_MS)
    expect(page.locator(".typing")).to_be_hidden()


def sends(desk: Page, text: str) -> None:
    """Let a clerk write something."""
    desk.get_by_label("Your answer to the patient").fill(text)
    desk.get_by_role("button", name="Send", exact=True).click()


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong, one line for each kind."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]


def last(page: Page) -> Any:
    return page.locator("#log > li").last


def test_patient_is_taken_over_answered_and_handed_back(opens: Opens, open_clinic: Stack) -> None:
    desk, patient = clerk(opens, open_clinic), opens(open_clinic)
    expect(desk.get_by_text("Nobody waits for a person.")).to_be_visible()
    writes(patient, "Does the HSG hurt?")

    writes(patient, "I want to talk to a person")
    expect(last(patient)).to_contain_text("You are in the queue")
    expect(patient.locator("#people-state")).to_have_text("You wait for a person. Your place in the queue: 1")
    expect(desk).to_have_title("(1) Waiting - the desk of Sample Fertility Clinic")
    expect(desk.locator("#waiting .count")).to_have_text("1")
    expect(desk.locator("body")).to_have_attribute("data-rung", "1")
    expect(desk.locator(".card")).to_contain_text("I want to talk to a person")
    desk.screenshot(path=PICTURES / "waiting.png")
    assert violations(desk) == []
    assert violations(patient) == []

    desk.get_by_role("button", name="Take conversation").click()
    expect(desk.locator("#state")).to_contain_text("You are answering.")
    expect(desk.get_by_label("Your answer to the patient")).to_be_focused()
    expect(patient.locator("#people-state")).to_contain_text("You are talking to Mei Lin, Sample Fertility Clinic.")
    expect(last(patient)).to_contain_text("Mei Lin at Sample Fertility Clinic is answering you now.")

    desk.keyboard.type("Good morning, this is Mei. How can I help?")
    desk.keyboard.press("Enter")
    expect(desk.locator(".talk .clerk")).to_have_count(1)
    expect(desk.get_by_label("Your answer to the patient")).to_have_value("")
    expect(last(patient)).to_have_attribute("data-kind", "person")
    expect(last(patient)).to_contain_text("Mei Lin, Sample Fertility Clinic")
    expect(patient.locator("#live")).to_contain_text("How can I help?")

    writes(patient, "Which days are right for the HSG?")
    expect(last(patient)).to_contain_text("Passed on to the person who is answering you.")
    expect(desk.locator(".talk .patient").last).to_contain_text("Which days are right for the HSG?")
    desk.screenshot(path=PICTURES / "conversation.png")
    patient.screenshot(path=PICTURES / "patient_with_a_person.png")
    assert violations(desk) == []
    assert violations(patient) == []

    writes(patient, SIGN)
    expect(patient.locator('#log > li[data-kind="urgent"]')).to_be_visible()
    expect(desk.locator("#state .mark.alert")).to_contain_text("Warning sign")
    expect(desk.locator(".talk .urgent")).to_be_visible()
    expect(desk.locator("#waiting .count")).to_have_class("count loud")
    desk.screenshot(path=PICTURES / "warning_sign.png")
    assert violations(desk) == []

    desk.get_by_role("button", name="Hand back to the assistant").click()
    expect(desk.get_by_text("Nobody waits for a person.")).to_be_visible()
    expect(patient.locator("#people-state")).to_contain_text("The assistant is back.")
    writes(patient, "Hello")
    expect(last(patient)).to_contain_text("I answer questions about two tests")


def test_second_clerk_is_told_who_was_first_and_takes_over(opens: Opens, open_clinic: Stack) -> None:
    patient, first, second = opens(open_clinic), clerk(opens, open_clinic), clerk(opens, open_clinic, "tom")
    writes(patient, "can I speak to someone please")
    second.get_by_role("link", name="Conversation").click()
    expect(second.get_by_role("button", name="Take", exact=True)).to_be_visible()
    first.get_by_role("button", name="Take conversation").click()
    expect(second.locator("#state")).to_contain_text("Mei Lin is answering.")
    second.get_by_role("button", name="Take over from Mei Lin").click()
    expect(second.locator("#state")).to_contain_text("You are answering.")
    sends(first, "Hello")
    expect(first.locator("#sent")).to_contain_text("Tom Reed is answering this conversation.")
    writes(patient, "forget me")
    expect(second.locator(".talk")).to_contain_text("The patient has had everything deleted.")
    expect(patient.locator("#people-state")).to_contain_text("The assistant is back.")


def test_reload_keeps_the_person_and_what_she_wrote(opens: Opens, open_clinic: Stack) -> None:
    patient, desk = opens(open_clinic), clerk(opens, open_clinic)
    writes(patient, "I want to talk to a person")
    desk.get_by_role("button", name="Take conversation").click()
    sends(desk, "First")
    expect(last(patient)).to_contain_text("First")
    patient.reload()
    expect(last(patient)).to_contain_text("First")
    sends(desk, "Second")
    expect(last(patient)).to_contain_text("Second")
    expect(patient.locator('#log > li[data-kind="person"]')).to_have_count(2)
    desk.get_by_role("button", name="Hand back").click()


def test_closed_widget_shows_that_a_person_wrote(opens: Opens, open_clinic: Stack) -> None:
    page, desk = opens(open_clinic, "/sample-clinic"), clerk(opens, open_clinic)
    launcher, frame = page.locator(".launcher"), page.frame_locator("iframe")
    launcher.click()
    frame.locator("#message").fill("I want to talk to a person")
    frame.locator("#send").click()
    expect(frame.locator("#people-state")).to_contain_text("You wait for a person.")
    launcher.click()
    desk.get_by_role("button", name="Take conversation").click()
    sends(desk, "Hello, this is Mei.")
    expect(page.locator(".launcher.news")).to_be_visible(timeout=WITHIN_MS)
    expect(launcher).to_have_accessible_name("Ask about HSG or hysteroscopy. New message")
    launcher.click()
    expect(page.locator(".launcher.news")).to_have_count(0)
    expect(frame.locator("#log > li").last).to_contain_text("this is Mei")
    expect(frame.locator("#log > li").last).to_be_in_viewport()
    page.wait_for_timeout(SHOWN_AFTER_MS)
    page.screenshot(path=PICTURES / "widget_with_a_person.png")
    desk.get_by_role("button", name="Hand back").click()


def test_bell_can_be_silenced_and_stays_so(opens: Opens, open_clinic: Stack) -> None:
    desk = clerk(opens, open_clinic)
    desk.get_by_role("button", name="Bell: on").click()
    desk.reload()
    expect(desk.get_by_role("button", name="Bell: off")).to_be_visible()
    patient = opens(open_clinic)
    writes(patient, "I want to talk to a person")
    expect(desk.locator("#waiting .count")).to_have_text("1")
    assert desk.locator("body").get_attribute("data-rung") is None
    desk.get_by_role("link", name="Conversation").click()
    desk.get_by_role("button", name="Close: answered elsewhere").click()
    expect(patient.locator("#people-state")).to_contain_text("The assistant is back.")


def test_out_of_hours_a_number_is_left_and_shown_when_asked_for(opens: Opens, closed_clinic: Stack) -> None:
    patient, desk = opens(closed_clinic, viewport={"width": 400, "height": 800}), clerk(opens, closed_clinic)
    writes(patient, "I want to talk to a person")
    expect(last(patient)).to_contain_text("is closed now. It opens again on")
    expect(last(patient)).to_contain_text("Nurse on call")
    expect(patient.locator("#people-state")).to_contain_text("The clinic is closed.")
    patient.get_by_role("button", name="Leave the number").click()
    expect(patient.locator("#call-back-problem")).to_have_text("Please write your phone number.")
    patient.get_by_label("Your phone number").fill("12")
    patient.get_by_role("button", name="Leave the number").click()
    expect(patient.locator("#call-back-problem")).to_contain_text("Please tick")
    patient.get_by_label("The clinic may call me at this number").check()
    patient.screenshot(path=PICTURES / "call_back.png")
    assert violations(patient) == []
    patient.get_by_label("Your phone number").fill("021 5550 0123")
    patient.get_by_role("button", name="Leave the number").click()
    expect(patient.locator("#call-back-done")).to_contain_text("ends in 0123")

    expect(desk.locator(".card")).to_contain_text("Wishes to be called")
    expect(desk.locator(".card")).to_contain_text("Asked out of hours")
    desk.get_by_role("link", name="Conversation").click()
    expect(desk.locator("#state")).to_contain_text("ends in 0123")
    assert violations(desk) == []
    desk.get_by_role("button", name="Show the number").click()
    expect(desk.get_by_role("link", name="+862155500123")).to_be_visible()
    desk.screenshot(path=PICTURES / "number_to_call.png")
    logs = "".join(path.read_text(errors="replace") for path in closed_clinic.folder.glob("*.log"))
    assert "5550 0123" not in logs
    assert "55500123" not in logs


@pytest.mark.parametrize("options", [{"color_scheme": "dark"}, {"viewport": {"width": 400, "height": 800}}])
def test_queue_and_conversation_in_the_dark_and_on_a_phone(
    opens: Opens, open_clinic: Stack, options: dict[str, Any]
) -> None:
    name = "dark" if "color_scheme" in options else "phone"
    patient, desk = opens(open_clinic, **options), clerk(opens, open_clinic, **options)
    writes(patient, SIGN)
    writes(patient, "I want to talk to a person")
    expect(desk.locator(".card.loud")).to_be_visible()
    desk.screenshot(path=PICTURES / f"waiting_{name}.png")
    assert violations(desk) == []
    desk.get_by_role("button", name="Take conversation").click()
    sends(desk, "Hello, this is Mei.")
    expect(last(patient)).to_contain_text("this is Mei")
    expect(desk.locator(".talk .clerk")).to_have_count(1)
    desk.screenshot(path=PICTURES / f"conversation_{name}.png", full_page=True)
    patient.screenshot(path=PICTURES / f"patient_{name}.png")
    assert violations(desk) == []
    assert violations(patient) == []
    wide = desk.evaluate("() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
    assert wide <= 0
    desk.get_by_role("button", name="Hand back").click()
