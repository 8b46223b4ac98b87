"""Walks by keyboard: where the focus goes, that it is seen, and what is said to who does not see the page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.testclient import TestClient
from tests.look.world import World
from tests.web.looking import DESK, PHONE, another_page, go, too_wide, visit

pytestmark = pytest.mark.browser

_FOCUS = """() => {
  const element = document.activeElement;
  const style = getComputedStyle(element), box = element.getBoundingClientRect();
  return {
    name: (element.ariaLabel || element.innerText || element.value || element.id || '').trim().split('\\n')[0],
    role: element.tagName.toLowerCase(),
    seen: box.width > 0 && box.height > 0 && (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
      || style.boxShadow !== 'none'),
    inside: box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight,
  };
}"""


def walk(page: Page, most: int = 80) -> Iterator[dict[str, object]]:
    """Press Tab until the page's end; what has the focus each time."""
    page.evaluate("window.scrollTo(0, 0)")
    for _ in range(most):
        page.keyboard.press("Tab")
        focus: dict[str, object] = page.evaluate(_FOCUS)
        if focus["role"] == "body":
            return
        yield focus
    raise AssertionError("Tab does not come to the end of the page")


@pytest.mark.parametrize(
    ("lang", "path"), [("kk", ""), ("ru", ""), ("en", ""), ("kk", "/votes"), ("kk", "/help"), ("ru", "/sign-in")]
)
def test_tab_goes_through_everything_in_order_and_is_always_seen(
    chromium: Browser, world: World, lang: str, path: str
) -> None:
    page = visit(chromium, world.anybody, f"/{lang}{path}", size=DESK)
    expected = page.evaluate(
        """[...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')].filter(
          e => e.checkVisibility() && !e.closest('dialog:not([open])') && e.type !== 'hidden').length"""
    )

    stops = list(walk(page))

    assert [stop for stop in stops if not stop["seen"] or not stop["inside"]] == []
    assert len(stops) == expected
    page.close()


def test_the_first_stop_leads_past_the_menu(chromium: Browser, world: World) -> None:
    page = visit(chromium, world.anybody, "/en/help")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_count(1)
    page.close()


def test_the_menu_folds_on_a_phone_and_opens_by_keyboard(chromium: Browser, world: World) -> None:
    page = visit(chromium, world.anybody, "/en/help")
    menu = page.get_by_role("button", name="Menu")
    expect(page.get_by_role("link", name="Petitions")).to_be_hidden()
    menu.focus()
    page.keyboard.press("Space")
    expect(menu).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Votes", exact=True)).to_be_focused()
    with another_page(page):
        page.get_by_role("link", name="Petitions").press("Enter")
    assert page.url.endswith("/petitions")
    expect(page).to_have_title(re.compile("^Petitions"))
    page.close()


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_an_officials_corner_leaves_the_menu_its_width(chromium: Browser, office: TestClient, lang: str) -> None:
    page = visit(chromium, office, f"/{lang}/help")
    expect(page.locator(".egov-corner__out")).to_be_visible()
    menu = page.locator(".govuk-service-navigation__toggle")
    height = menu.evaluate("element => element.getBoundingClientRect().height")
    menu.click()
    expect(menu).to_have_attribute("aria-expanded", "true")

    assert height < 60
    assert not too_wide(page)
    page.close()


def test_a_folded_text_opens_by_space_and_enter(chromium: Browser, world: World) -> None:
    page = visit(chromium, world.anybody, "/en/sign-in")
    folded = page.locator("details").first
    folded.locator("summary").focus()
    for key, is_open in (("Space", True), ("Enter", False)):
        page.keyboard.press(key)
        expect(folded).to_have_js_property("open", is_open)
    page.close()


def test_a_mistake_gets_the_focus_and_leads_to_its_field(chromium: Browser, world: World) -> None:
    page = visit(chromium, world.anybody, "/en/sign-in")
    page.locator("#iin").fill("123")
    with another_page(page):
        page.locator("#iin").press("Enter")
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^Error:"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#iin")).to_be_focused()
    assert "iin-error" in (page.locator("#iin").get_attribute("aria-describedby") or "")
    page.close()


@pytest.fixture
def office(world: World) -> TestClient:
    return world.official.client


def test_a_panel_opens_at_the_side_and_gives_the_focus_back(chromium: Browser, office: TestClient) -> None:
    page = visit(chromium, office, "/en/office/patterns", size=DESK)
    link = page.get_by_role("link", name="A panel at the side")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.locator("#side-panel-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(link).to_be_focused()
    page.close()


def test_going_back_closes_a_panel_and_stays_on_the_page(chromium: Browser, office: TestClient) -> None:
    page = visit(chromium, office, "/en/office/patterns", size=DESK)
    link, dialog = page.get_by_role("link", name="A panel at the side"), page.get_by_role("dialog")
    address = page.url
    link.click()
    expect(page.locator("#side-panel-title")).to_be_focused()
    page.evaluate("history.back()")
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()
    # From a page that it leads to one comes back to the page below it, and leaves that by going back once.
    link.click()
    expect(page.locator("#side-panel-title")).to_be_focused()
    page.goto(address.replace("/patterns", ""))
    page.go_back()
    page.wait_for_function("document.readyState === 'complete' && !history.state?.panel")
    expect(dialog).to_be_hidden()
    assert page.url == address
    page.close()


def test_arrow_keys_walk_a_queue_and_nothing_else(chromium: Browser, office: TestClient) -> None:
    page = visit(chromium, office, "/en/office/patterns", size=DESK)
    links = page.locator("[data-egov-queue] tbody th a")
    expect(page.get_by_text("Arrow keys go from line to line").first).to_be_visible()
    links.first.focus()
    for key, at in (("ArrowDown", 1), ("ArrowDown", 1), ("k", 0), ("j", 1)):
        page.keyboard.press(key)
        expect(links.nth(at)).to_be_focused()
    page.locator("#title").focus()
    page.keyboard.press("j")
    expect(page.locator("#title")).to_have_value("j")
    page.close()


def test_a_command_is_copied_whole_and_the_copying_is_said(chromium: Browser, office: TestClient) -> None:
    page = visit(chromium, office, "/en/office/patterns", size=DESK)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#announcements")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("egov-verify vote http")
    page.close()


def test_a_tracking_number_is_shown_in_groups_and_copied_without_gaps(chromium: Browser, office: TestClient) -> None:
    page = visit(chromium, office, "/en/office/patterns", size=DESK)
    number = page.locator(".egov-receipt__tracker code")
    assert number.locator("span").first.text_content() == "Hq7K"
    selected = number.evaluate(
        "element => { const s = getSelection(); s.selectAllChildren(element); return s.toString(); }"
    )
    assert selected == "Hq7KxN2bPz9mLr4tVw8sYc3dFg6hJk1aQeRuTiOpZxM"
    page.close()


def test_what_is_left_to_write_is_counted_aloud(chromium: Browser, office: TestClient) -> None:
    page = visit(chromium, office, "/ru/office/patterns", size=DESK)
    page.locator("#text").press_sequentially("сто")
    expect(page.locator(".govuk-character-count__status")).to_have_text("Осталось знаков: 497")
    page.close()


def test_main_actions_are_large_enough_for_a_thumb(chromium: Browser, office: TestClient) -> None:
    page = visit(chromium, office, "/kk/office/patterns", size=PHONE)
    small = page.evaluate(
        """[...document.querySelectorAll('.govuk-button, .govuk-input, .govuk-select, .egov-side__link')]
          .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < (
            e.matches('.egov-side__link') ? 24 : 44)).map(e => e.outerHTML)"""
    )
    assert small == []
    page.close()


@pytest.mark.parametrize("lang", ["kk", "ru"])
def test_letters_of_twice_the_size_fit(chromium: Browser, world: World, lang: str) -> None:
    """Zoomed to 200 %, a window of 1280 pixels has 640; who enlarges only the letters has them twice as large there."""
    page = visit(chromium, world.anybody, f"/{lang}", size={"width": 640, "height": 400}, device_scale_factor=2)
    wide = {}
    for path in ("", "/votes", "/sign-in", "/help"):
        go(page, f"/{lang}{path}")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        wide[path] = too_wide(page)
    assert not any(wide.values()), wide
    page.close()
