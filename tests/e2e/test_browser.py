"""The chat page and the widget in a real browser against the really started stack: as read, typed, heard and zoomed.

The pictures that it takes lie in `results/screenshots/`.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from outage import bring_back, without
from playwright.sync_api import Browser, Frame, FrameLocator, Locator, Page, expect, sync_playwright

from bot.files import ROOT
from bot.messages import MOST_CHARACTERS
from bot.serve import Stack
from bot.settings import Clinic

pytestmark = [pytest.mark.stack, pytest.mark.browser]

SCREENSHOTS = ROOT / "results" / "screenshots"
CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
ANSWER_WITHIN_MS = 15_000
BACK_WITHIN_MS = 60_000
SCROLLED_AFTER_MS = 700  # the scrolling is smooth
QUESTION = "Does the HSG hurt?"
OTHER_QUESTION = "How long does the HSG take?"
LAUNCHER = "Ask about HSG or hysteroscopy"
TOO_WIDE = """() => [document.scrollingElement, ...document.querySelectorAll("body *")]
    .filter((one) => one.clientWidth > 1 && one.scrollWidth > one.clientWidth && one.tagName !== "TEXTAREA")
    .filter((one) => !one.closest(".visually-hidden"))
    .map((one) => `${one.tagName}#${one.id}.${one.className}: ${one.scrollWidth} > ${one.clientWidth}`)"""
FOCUSED = "() => document.activeElement.id || document.activeElement.textContent.trim()"

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, stack: Stack) -> Iterator[Open]:
    """Open a page of the door in a private window; what the page complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_page(path: str = "/", **options: Any) -> Page:
        context = browser.new_context(base_url=stack.url, **{"viewport": {"width": 1280, "height": 800}, **options})
        context.set_default_timeout(ANSWER_WITHIN_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: _note(complaints, message.type, message.text))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(open_page: Open) -> Page:
    """The chat page on a desktop screen."""
    return open_page()


def _note(complaints: list[str], kind: str, text: str) -> None:
    server_was_away = "ERR_CONNECTION_REFUSED" in text
    if kind == "error" and not server_was_away:
        complaints.append(text)


def ask(view: Page | FrameLocator, question: str) -> Locator:
    """Send a question and return the item of its last answer."""
    before = view.locator("#log > li").count()
    view.locator("#message").fill(question)
    view.locator("#send").click()
    return answer_after(view, before + 1)


def answer_after(view: Page | FrameLocator, items: int) -> Locator:
    """Wait for one answer behind so many items and return it."""
    answer = view.locator("#log > li").nth(items)
    expect(answer).to_have_attribute("data-from", "assistant", timeout=ANSWER_WITHIN_MS)
    return answer


def open_all(answer: Locator) -> None:
    """Open everything of an answer that is behind a button."""
    for summary in answer.locator("summary").all():
        summary.click()


def is_inside(inner: Locator, outer: Locator) -> bool:
    """Tell whether the top of one element is seen within another."""
    seen, frame = inner.bounding_box(), outer.bounding_box()
    assert seen is not None
    assert frame is not None
    return frame["y"] - 1 <= seen["y"] < frame["y"] + frame["height"]


def violations(view: Page | Frame) -> list[str]:
    """Return what axe finds wrong, one line for each kind."""
    found = Axe().run(view).response["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]


# Asking and reading


def test_patient_asks_three_questions_and_reads_answers_with_sources(page: Page) -> None:
    seen = []
    for question in (QUESTION, OTHER_QUESTION, "What is a hysteroscopy?"):
        answer = ask(page, question)
        answer.locator("details.sources > summary").click()
        lines = answer.locator("details.sources li")
        seen.append((answer.get_attribute("data-kind"), lines.count() > 0, lines.first.is_visible()))
    page.screenshot(path=SCREENSHOTS / "three_answers.png")
    assert seen == [("answer", True, True)] * 3


def test_answer_reads_as_the_chat_api_gives_it(page: Page) -> None:
    with page.expect_response("**/api/chat") as response:
        answer = ask(page, QUESTION)
    (reply,) = response.value.json()["replies"]
    assert answer.locator(".bubble > p").all_inner_texts() == reply["text"].split("\n\n")
    assert page.locator(".quick-replies button").all_inner_texts() == [one["title"] for one in reply["buttons"]]


def test_sources_of_the_answer_are_named(page: Page) -> None:
    with page.expect_response("**/api/chat") as response:
        answer = ask(page, QUESTION)
    (reply,) = response.value.json()["replies"]
    answer.locator("details.sources > summary").click()
    lines = answer.locator("details.sources li").all_inner_texts()
    assert (
        lines == [f"{source['title']}, {source['section']} What was taken from it" for source in reply["sources"]] != []
    )


def test_first_page_says_what_it_is_and_offers_questions(page: Page, clinic: Clinic) -> None:
    page.screenshot(path=SCREENSHOTS / "first_page.png")
    intro = page.locator("#intro")
    expect(intro).to_contain_text("not medical advice")
    expect(intro.locator(f'a[href="tel:{clinic.emergency_number}"]')).to_be_visible()
    expect(intro.locator(".quick-replies button")).to_have_count(4)


@pytest.mark.parametrize("number", range(4))
def test_suggested_question_is_answered(page: Page, number: int) -> None:
    page.locator("#intro .quick-replies button").nth(number).click()
    assert answer_after(page, 1).get_attribute("data-kind") == "answer"


def test_only_the_newest_answer_has_buttons(page: Page) -> None:
    ask(page, QUESTION)
    page.get_by_role("button", name=OTHER_QUESTION).click()
    newest = answer_after(page, 3)
    expect(page.locator(".quick-replies")).to_have_count(1)
    expect(newest.locator(".quick-replies button").first).to_be_visible()


def test_new_answer_comes_into_view(page: Page) -> None:
    for question in (QUESTION, OTHER_QUESTION, "What happens during the HSG, step by step?"):
        answer = ask(page, question)
    expect(page.locator(".typing")).to_be_hidden()
    page.wait_for_timeout(SCROLLED_AFTER_MS)
    assert is_inside(answer, page.locator("#scroller"))


def test_decline_shows_the_phones_and_the_way_to_a_person(page: Page, clinic: Clinic) -> None:
    answer = ask(page, "Which bus goes to the airport?")
    page.screenshot(path=SCREENSHOTS / "declined.png")
    assert answer.get_attribute("data-kind") == "not_covered"
    expect(answer).to_contain_text(clinic.phones[0].number)
    expect(answer.get_by_role("button", name="Talk to a person")).to_be_visible()


def test_numbers_of_the_clinic_in_an_answer_can_be_called(page: Page, clinic: Clinic) -> None:
    answer = ask(page, "Which bus goes to the airport?")
    calls = answer.locator("a[href^='tel:']")
    assert calls.all_inner_texts() == [phone.number for phone in clinic.phones]
    assert [call.get_attribute("href") for call in calls.all()] == [
        "tel:" + re.sub(r"[ ()-]", "", phone.number) for phone in clinic.phones
    ]


# What is kept


def test_reload_keeps_the_conversation(page: Page) -> None:
    ask(page, QUESTION)
    before = page.locator("#log").inner_text()
    page.reload()
    expect(page.locator("#log > li")).to_have_count(2)
    assert page.locator("#log").inner_text() == before


def test_conversation_goes_on_after_a_reload(page: Page) -> None:
    ask(page, "Which days of my cycle are right for the HSG?")
    page.reload()
    answer = ask(page, "And for hysteroscopy?")
    assert answer.get_attribute("data-kind") == "answer"


def test_draft_is_kept_over_a_reload(page: Page) -> None:
    page.locator("#message").fill("Not yet sent")
    page.reload()
    expect(page.locator("#message")).to_have_value("Not yet sent")


def test_start_again_clears_the_conversation_and_says_so(page: Page) -> None:
    ask(page, QUESTION)
    page.locator("#start-again").click()
    expect(page.locator("#log > li")).to_have_count(0)
    expect(page.locator("#live")).to_contain_text("cleared")
    expect(page.locator("#intro .quick-replies button").first).to_be_visible()


def test_start_again_forgets_what_was_talked_about(page: Page) -> None:
    ask(page, "Which days of my cycle are right for the HSG?")
    page.locator("#start-again").click()
    answer = ask(page, "And for hysteroscopy?")
    assert answer.get_attribute("data-kind") == "ask"


def test_another_tab_does_not_see_the_conversation(page: Page) -> None:
    ask(page, QUESTION)
    other = page.context.new_page()
    other.goto("/")
    expect(other.locator("#log > li")).to_have_count(0)


# Text that is more than text


@pytest.mark.parametrize(
    "message",
    ["<script>document.title = 'taken'</script>", "<img src=x onerror=\"document.title = 'taken'\">", "<b>HSG"],
)
def test_markup_in_a_message_stays_text(page: Page, message: str) -> None:
    title = page.title()
    ask(page, message)
    written = page.locator("#log > li").first.locator(".bubble")
    assert written.inner_text() == message
    assert page.locator("#log :is(script, img, b)").count() == 0
    assert page.title() == title


def test_markup_in_a_message_stays_text_after_a_reload(page: Page) -> None:
    message = "<script>document.title = 'taken'</script>"
    ask(page, message)
    page.reload()
    assert page.locator("#log > li").first.locator(".bubble").inner_text() == message
    assert page.locator("#log script").count() == 0


def test_message_of_the_greatest_length_is_sent(page: Page) -> None:
    answer = ask(page, f"{QUESTION} {'a' * MOST_CHARACTERS}"[:MOST_CHARACTERS])
    assert answer.get_attribute("data-from") == "assistant"
    expect(page.locator("#problem")).to_be_hidden()


def test_message_that_is_too_long_is_not_sent_and_not_lost(page: Page) -> None:
    page.locator("#message").fill("a" * (MOST_CHARACTERS + 1))
    page.keyboard.press("Enter")
    expect(page.locator("#counter")).to_have_text("1 character too many")
    expect(page.locator("#live")).to_contain_text("Too long")
    expect(page.locator("#log > li")).to_have_count(0)
    expect(page.locator("#message")).to_have_value("a" * (MOST_CHARACTERS + 1))
    page.screenshot(path=SCREENSHOTS / "too_long.png")


# Keyboard alone


def test_patient_asks_with_the_keyboard_alone(page: Page) -> None:
    page.locator("#message").focus()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    assert answer_after(page, 1).get_attribute("data-kind") == "answer"
    assert page.evaluate(FOCUSED) == "message"


def test_shift_and_enter_begin_a_new_line(page: Page) -> None:
    page.locator("#message").focus()
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    expect(page.locator("#message")).to_have_value("one\ntwo")
    expect(page.locator("#log > li")).to_have_count(0)


def test_every_control_is_reached_by_tab_in_the_order_read(page: Page) -> None:
    answer = ask(page, QUESTION)
    buttons = answer.locator(".quick-replies button").all_inner_texts()
    page.reload()  # the focus begins at the top
    reached: list[str] = []
    while (not reached or reached[-1] != "send") and len(reached) < 40:
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUSED))
    page.screenshot(path=SCREENSHOTS / "focus.png")
    wanted = ["other-language", "start-again", "scroller", "Why", "Sources", *buttons, "message", "send"]
    places = [next((at for at, name in enumerate(reached) if name.startswith(part)), None) for part in wanted]
    assert None not in places, (wanted, reached)
    assert places == sorted(places)


def test_quick_reply_is_pressed_with_the_keyboard(page: Page) -> None:
    ask(page, QUESTION)
    page.get_by_role("button", name=OTHER_QUESTION).focus()
    page.keyboard.press("Enter")
    answer_after(page, 3)
    assert page.evaluate(FOCUSED) == "message"


def test_sources_are_opened_with_the_keyboard(page: Page) -> None:
    answer = ask(page, QUESTION)
    answer.locator("details.sources > summary").focus()
    page.keyboard.press("Enter")
    expect(answer.locator("details.sources li").first).to_be_visible()


# The server goes away


def test_message_is_kept_while_the_server_is_away_and_answered_when_it_is_back(
    page: Page, stack: Stack, clinic: Clinic
) -> None:
    ask(page, QUESTION)
    with without(stack, "door"):
        page.locator("#message").fill(OTHER_QUESTION)
        page.locator("#send").click()
        away, message = page.locator("#away"), page.locator("#log > li").nth(2)
        expect(away).to_be_visible()
        expect(message).to_be_in_viewport(ratio=1)
        page.wait_for_timeout(SCROLLED_AFTER_MS)
        page.screenshot(path=SCREENSHOTS / "server_away.png")
        numbers = [phone.number for phone in clinic.phones]
        assert [number for number in numbers if number not in away.inner_text()] == []
        assert re.sub(r"\s+", " ", message.inner_text()).endswith(f"{OTHER_QUESTION} Not sent")
        bring_back(stack, "door")
        answer = page.locator("#log > li").nth(3)
        expect(answer).to_have_attribute("data-kind", "answer", timeout=BACK_WITHIN_MS)
    expect(away).to_be_hidden()
    expect(message).not_to_contain_text("Not sent")


def test_message_is_sent_at_once_by_the_button_when_the_server_is_back(page: Page, stack: Stack) -> None:
    with without(stack, "door"):
        page.locator("#message").fill(QUESTION)
        page.locator("#send").click()
        expect(page.locator("#away")).to_be_visible()
        bring_back(stack, "door")
        # the page may just have tried by itself, and hidden the button
        page.locator("#try-now").evaluate("button => button.click()")
        assert answer_after(page, 1).get_attribute("data-kind") == "answer"
    assert page.locator("#log > li").count() == 2


def test_conversation_survives_a_new_start_of_the_door(page: Page, stack: Stack) -> None:
    ask(page, "Which days of my cycle are right for the HSG?")
    with without(stack, "door"):
        bring_back(stack, "door")
        answer = ask(page, "And for hysteroscopy?")
    assert answer.get_attribute("data-kind") == "answer"


# What a screen reader says


@pytest.mark.parametrize("path", ["/", "/?embedded=1"])
def test_page_has_one_live_region(open_page: Open, path: str) -> None:
    page = open_page(path)
    ask(page, QUESTION)
    live = "[aria-live], [role=status], [role=alert], [role=log], [role=timer], [role=marquee], output"
    assert page.locator(live).evaluate_all("all => all.map((one) => one.id)") == ["live"]


def test_live_region_says_the_new_answer_only(page: Page) -> None:
    first = ask(page, QUESTION).locator(".bubble > p").all_inner_texts()
    second = ask(page, OTHER_QUESTION).locator(".bubble > p").all_inner_texts()
    spoken = page.locator("#live").text_content() or ""
    assert spoken == "\n\n".join(second)
    assert [text for text in first if text in spoken and text not in second] == []


def test_live_region_is_silent_after_a_reload(page: Page) -> None:
    ask(page, QUESTION)
    page.reload()
    expect(page.locator("#log > li")).to_have_count(2)
    assert page.locator("#live").text_content() == ""


def test_message_that_is_not_sent_is_said(page: Page, stack: Stack) -> None:
    with without(stack, "door"):
        page.locator("#message").fill(QUESTION)
        page.locator("#send").click()
        expect(page.locator("#live")).to_contain_text("Not sent")


# Accessibility rules


@pytest.mark.parametrize(
    ("name", "path", "options"),
    [
        ("light", "/", {"color_scheme": "light"}),
        ("dark", "/", {"color_scheme": "dark"}),
        ("narrow", "/", {"viewport": {"width": 320, "height": 640}}),
        ("embedded", "/?embedded=1", {"viewport": {"width": 416, "height": 660}}),
        ("more_contrast", "/", {"contrast": "more"}),
        ("forced_colors", "/", {"forced_colors": "active"}),
    ],
)
def test_page_breaks_no_accessibility_rule(open_page: Open, name: str, path: str, options: dict[str, Any]) -> None:
    page = open_page(path, reduced_motion="reduce", **options)
    empty = violations(page)
    open_all(ask(page, QUESTION))
    page.screenshot(path=SCREENSHOTS / f"answer_{name}.png")
    assert (empty, violations(page)) == ([], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sample_page_breaks_no_accessibility_rule(open_page: Open, scheme: str) -> None:
    page = open_page("/sample-clinic", color_scheme=scheme, reduced_motion="reduce")
    closed = violations(page)
    page.get_by_role("button", name=LAUNCHER).click()
    ask(page.frame_locator("iframe"), QUESTION)
    page.screenshot(path=SCREENSHOTS / f"sample_page_{scheme}.png")
    assert (closed, violations(page), violations(page.frames[1])) == ([], [], [])


def test_page_breaks_no_accessibility_rule_while_the_server_is_away(open_page: Open, stack: Stack) -> None:
    page = open_page(reduced_motion="reduce", viewport={"width": 320, "height": 640})
    with without(stack, "door"):
        page.locator("#message").fill(QUESTION)
        page.locator("#send").click()
        expect(page.locator("#away")).to_be_visible()
        page.screenshot(path=SCREENSHOTS / "server_away_narrow.png")
        assert violations(page) == []


# Zoom, narrow screens, motion


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("zoom_200", {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}),
        ("zoom_400", {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4}),
        ("phone", {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}),
    ],
)
def test_page_never_scrolls_sideways(open_page: Open, name: str, options: dict[str, Any]) -> None:
    page = open_page(reduced_motion="reduce", **options)
    open_all(ask(page, QUESTION))
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
    assert page.evaluate(TOO_WIDE) == []
    expect(page.locator("#message")).to_be_in_viewport(ratio=1)


def test_page_never_scrolls_sideways_with_text_twice_as_large(open_page: Open) -> None:
    page = open_page(reduced_motion="reduce", viewport={"width": 640, "height": 800})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    ask(page, QUESTION)
    page.screenshot(path=SCREENSHOTS / "large_text.png")
    assert page.evaluate(TOO_WIDE) == []
    expect(page.locator("#message")).to_be_in_viewport(ratio=1)


def test_long_word_does_not_widen_the_page(open_page: Open) -> None:
    page = open_page(reduced_motion="reduce", viewport={"width": 320, "height": 640})
    ask(page, "hysterosalpingography" * 20)
    assert page.evaluate(TOO_WIDE) == []


def test_sample_page_never_scrolls_sideways_on_a_narrow_screen(open_page: Open) -> None:
    page = open_page("/sample-clinic", viewport={"width": 320, "height": 640}, reduced_motion="reduce")
    page.screenshot(path=SCREENSHOTS / "sample_page_narrow.png", full_page=True)
    assert page.evaluate(TOO_WIDE) == []


def test_widget_fills_a_narrow_screen(open_page: Open) -> None:
    page = open_page("/sample-clinic", viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page.get_by_role("button", name=LAUNCHER).click()
    ask(page.frame_locator("iframe"), QUESTION)
    page.screenshot(path=SCREENSHOTS / "widget_phone.png")
    assert page.locator("iframe").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_page_moves_only_where_motion_is_wanted(open_page: Open, motion: str, moves: bool) -> None:
    page = open_page(reduced_motion=motion)
    ask(page, QUESTION)
    style = "(one, key) => getComputedStyle(one)[key]"
    dots = page.locator(".dots i").first.evaluate(style, "animationName")
    scroll = page.locator("#scroller").evaluate(style, "scrollBehavior")
    assert (dots != "none", scroll == "smooth") == (moves, moves)


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_widget_moves_only_where_motion_is_wanted(open_page: Open, motion: str, moves: bool) -> None:
    page = open_page("/sample-clinic", reduced_motion=motion)
    page.get_by_role("button", name=LAUNCHER).click()
    name = page.locator("#panel").evaluate("(panel) => getComputedStyle(panel).animationName")
    assert (name != "none") is moves


# The widget on a clinic's page


def test_widget_is_loaded_only_when_it_is_opened(open_page: Open) -> None:
    page = open_page("/sample-clinic")
    page.screenshot(path=SCREENSHOTS / "sample_page_closed.png")
    assert page.locator("iframe").count() == 0
    page.get_by_role("button", name=LAUNCHER).click()
    expect(page.frame_locator("iframe").locator("#message")).to_be_focused()


def test_widget_answers_on_the_clinics_page(open_page: Open) -> None:
    page = open_page("/sample-clinic")
    page.get_by_role("button", name=LAUNCHER).click()
    answer = ask(page.frame_locator("iframe"), QUESTION)
    assert answer.get_attribute("data-kind") == "answer"


def test_widget_is_opened_used_and_closed_with_the_keyboard(open_page: Open) -> None:
    page = open_page("/sample-clinic")
    page.get_by_role("button", name=LAUNCHER).focus()
    page.keyboard.press("Enter")
    chat = page.frame_locator("iframe")
    expect(chat.locator("#message")).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    answer_after(chat, 1)
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.get_by_role("button", name=LAUNCHER)).to_be_focused()


def test_widget_keeps_the_conversation_over_a_reload_of_the_page(open_page: Open) -> None:
    page = open_page("/sample-clinic")
    page.get_by_role("button", name=LAUNCHER).click()
    ask(page.frame_locator("iframe"), QUESTION)
    page.reload()
    expect(page.frame_locator("iframe").locator("#log > li")).to_have_count(2)


def test_widget_says_whether_it_is_open(open_page: Open) -> None:
    page = open_page("/sample-clinic")
    launcher = page.get_by_role("button", name=LAUNCHER)
    expect(launcher).to_have_attribute("aria-expanded", "false")
    launcher.click()
    expect(launcher).to_have_attribute("aria-expanded", "true")
    page.get_by_role("button", name="Close the chat").click()
    expect(launcher).to_have_attribute("aria-expanded", "false")
