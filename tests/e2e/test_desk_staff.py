"""The login, the staff and the audit log in a real browser: as seen, as heard, by keyboard."""

import pytest
from playwright.sync_api import Browser, expect
from test_browser import browser, violations
from test_desk_table import ComesIn, comes_in

from bot.files import ROOT
from bot.serve import Stack

__all__ = ["browser", "comes_in"]

pytestmark = [pytest.mark.stack, pytest.mark.browser]

PICTURES = ROOT / "results" / "desk"
FITS = "() => document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_login_breaks_no_accessibility_rule(stack: Stack, browser: Browser, scheme: str) -> None:
    context = browser.new_context(base_url=stack.url, color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto("/desk/staff")
    expect(page.get_by_label("Name")).to_be_focused()
    found = violations(page)
    page.get_by_label("Name").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("The name or the password is not right.")
    page.screenshot(path=PICTURES / f"login_{scheme}.png")
    found += violations(page)
    context.close()
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/desk/staff", "/desk/audit", "/desk/nowhere"])
def test_page_breaks_no_accessibility_rule_and_fits_a_telephone(comes_in: ComesIn, path: str, scheme: str) -> None:
    page = comes_in("admin", "/desk/staff", color_scheme=scheme)
    page.goto(path)
    page.screenshot(path=PICTURES / f"{path.rpartition('/')[2]}_{scheme}.png", full_page=True)
    assert violations(page) == []
    page.set_viewport_size({"width": 400, "height": 800})
    assert page.evaluate(FITS)


def test_admin_lets_somebody_in_with_the_keyboard_alone(comes_in: ComesIn) -> None:
    page = comes_in("admin", "/desk/staff")
    page.get_by_label("Name to log in with").focus()
    page.keyboard.type("carla")
    page.keyboard.press("Tab")
    page.keyboard.type("Carla Cruz")
    page.keyboard.press("Tab")
    page.keyboard.type("clin")
    page.keyboard.press("Tab")
    page.keyboard.type("a long enough password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row").filter(has_text="Carla Cruz")).to_be_visible()
    page.goto("/desk/audit")
    expect(page.get_by_role("row").filter(has_text="carla")).to_contain_text("role: clinician")
