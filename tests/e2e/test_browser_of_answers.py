"""What stands behind an answer, in a real browser: more, medical words, sources, the leaflet; and the Chinese page.

The pictures that it takes lie in `results/screenshots/`.
"""

import pytest
from playwright.sync_api import Page, expect
from test_browser import SCREENSHOTS, Open, ask, browser, open_all, open_page, page, violations

__all__ = ["browser", "open_page", "page"]

pytestmark = [pytest.mark.stack, pytest.mark.browser]

QUESTION = "When can we have sex after the HSG?"


def test_more_stands_behind_a_button_and_is_opened_with_the_keyboard(page: Page) -> None:
    with page.expect_response("**/api/chat") as response:
        answer = ask(page, QUESTION)
    (reply,) = response.value.json()["replies"]
    first = answer.locator("details.more-of-answer > p").first
    expect(first).to_be_hidden()
    answer.locator("details.more-of-answer > summary").focus()
    page.keyboard.press("Enter")
    expect(first).to_be_visible()
    page.screenshot(path=SCREENSHOTS / "more_of_an_answer.png")
    assert answer.locator("details.more-of-answer > p").all_inner_texts() == reply["more"].split("\n\n")


def test_medical_word_is_explained_on_tap_at_its_first_use(page: Page) -> None:
    answer = ask(page, "What happens during the HSG, step by step?")
    open_all(answer)
    word = answer.locator("button.term").first
    word.click()
    meaning = answer.locator(".meaning:popover-open")
    expect(meaning).to_be_visible()
    page.screenshot(path=SCREENSHOTS / "medical_word.png")
    assert (meaning.text_content() or "").endswith(".")
    page.keyboard.press("Escape")
    expect(meaning).to_be_hidden()
    words = answer.locator("button.term").all_inner_texts()
    assert len(words) == len(set(words))


def test_source_leads_to_what_was_taken_from_it(page: Page) -> None:
    answer = ask(page, QUESTION)
    answer.locator("details.sources > summary").click()
    with page.context.expect_page() as opened:
        answer.get_by_role("link", name="What was taken from it").first.click()
    sources = opened.value
    sources.wait_for_load_state()
    expect(sources.locator("section:target")).to_contain_text("no sex", ignore_case=True)
    sources.screenshot(path=SCREENSHOTS / "sources.png")


def test_leaflet_is_linked_from_the_chat(page: Page) -> None:
    answer = ask(page, "How do I prepare for the HSG?")
    link = answer.get_by_role("link", name="Leaflet for the HSG")
    answered = page.request.get(str(link.get_attribute("href")))
    assert (answered.status, answered.headers["content-type"]) == (200, "application/pdf")
    assert answered.body().startswith(b"%PDF")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/sources", "/leaflets"])
def test_page_to_read_breaks_no_accessibility_rule(open_page: Open, path: str, scheme: str) -> None:
    view = open_page(path, color_scheme=scheme)
    view.screenshot(path=SCREENSHOTS / f"{path.strip('/')}_{scheme}.png")
    assert violations(view) == []


@pytest.mark.parametrize("width", [320, 1280])
def test_page_to_read_never_scrolls_sideways(open_page: Open, width: int) -> None:
    for path in ("/sources", "/leaflets"):
        view = open_page(path, viewport={"width": width, "height": 700})
        assert view.evaluate("() => document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth")


def test_chinese_page_answers_in_chinese_and_breaks_no_accessibility_rule(open_page: Open) -> None:
    view = open_page("/?lang=zh", reduced_motion="reduce")
    expect(view.locator("#intro")).to_contain_text("医疗建议")
    empty = violations(view)
    answer = ask(view, "做完输卵管造影多久可以同房？")
    open_all(answer)
    expect(answer).to_contain_text("2 周")
    view.screenshot(path=SCREENSHOTS / "chinese.png")
    assert (empty, violations(view)) == ([], [])


def test_chinese_page_is_reached_from_the_english_one(page: Page) -> None:
    page.locator("#other-language").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.locator("#intro .quick-replies button").first.click()
    expect(page.locator("#log > li").nth(1)).to_have_attribute("data-from", "assistant", timeout=30_000)
    expect(page.locator("#log > li").nth(1)).to_contain_text("月经")
