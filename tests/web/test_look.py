"""The look of every page: its language, nothing from elsewhere, nothing inline, fit for a phone, legible to all."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.voting.making import NO, YES, make_vote, tallied
from tests.web.looking import INLINE, INLINE_SCRIPT, PHONE, Reader, address, barriers, go, too_wide, visit

from egov_crypto import ballot
from egov_participation import paths
from egov_participation.app import room_routes
from egov_participation.i18n import LANGUAGES
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.web.routing import MAIN, PUBLIC

TEMPLATES = sorted(path.relative_to(paths.templates_dir()).as_posix() for path in paths.templates_dir().rglob("*.html"))
NOT_THERE, SPECIMEN, SIGN_IN = "/no-such-page", "/specimen", "/sign-in"
PAGES = sorted(
    spec.path
    for spec in room_routes()
    if spec.localized and spec.site is MAIN and spec.access is PUBLIC and "GET" in spec.methods and "{" not in spec.path
)
ALL_PAGES = [*PAGES, SIGN_IN, NOT_THERE, SPECIMEN]


def test_every_template_compiles_in_every_language(specimen_app: Starlette) -> None:
    for environment in specimen_app.state.templates._environments.values():
        for name in TEMPLATES:
            environment.get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_holds_a_style_or_a_script_or_a_handler(name: str) -> None:
    source = (paths.templates_dir() / name).read_text("utf-8")
    assert not INLINE.search(source)
    assert not INLINE_SCRIPT.search(source)


@pytest.mark.parametrize("path", ALL_PAGES)
def test_every_page_has_a_title_and_says_its_language_and_loads_nothing_from_elsewhere(
    site: TestClient, services: Services, path: str
) -> None:
    own = ("#", "?", "/", services.settings.base_url + "/", services.settings.booth_url + "/")
    for lang in LANGUAGES:
        response = site.get(address(lang, path))
        assert response.status_code == (404 if path == NOT_THERE else 200)
        page = Reader(response.text)
        assert page.language == lang
        assert re.fullmatch(r"\S.* – \S.*", " ".join(page.title.split()))
        assert not INLINE.search(response.text)
        assert not INLINE_SCRIPT.search(response.text)
        assert not [found for found in page.addresses if not found.startswith(own) or found.startswith("//")]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_links_to_itself_in_the_other_languages(site: TestClient, path: str) -> None:
    text = site.get(address("kk", path)).text
    for lang in LANGUAGES:
        assert f'hreflang="{lang}" href="{site.base_url}{address(lang, path)}"' in text


def test_the_style_sheet_asks_for_nothing_from_elsewhere_and_has_no_font_of_its_own() -> None:
    text = (paths.static_dir() / "site.css").read_text("utf-8")
    assert "@font-face" not in text
    assert "@import" not in text
    assert not re.search(r"url\(", text)
    assert "GDS Transport" not in text


@pytest.mark.browser
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_page_scrolls_sideways_on_the_smallest_phone(chromium: Browser, site: TestClient, lang: str) -> None:
    page = visit(chromium, site, address(lang, "/"))
    wide = {}
    for path in ALL_PAGES:
        go(page, address(lang, path))
        wide[path] = too_wide(page)
    page.close()
    assert not any(wide.values()), wide


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_can_be_read_by_everybody(chromium: Browser, site: TestClient, dark: bool) -> None:
    page = visit(chromium, site, "/kk", dark=dark)
    found = {}
    for path in ALL_PAGES:
        go(page, address("kk", path))
        found[path] = barriers(page, colours_only=dark)
    page.close()
    assert not any(found.values()), found


def pages_of_a_vote(services: Services) -> list[str]:
    """Every public page of a vote with a result, of its tracked ballots, and of an open vote."""
    made = make_vote(services)
    raw = [made.ballot(0, YES), made.ballot(1, NO), made.ballot(1, YES)]
    for voter, cast in zip((0, 1, 1), raw, strict=True):
        service.cast(services, made.uuid, made.people[voter], cast)
    tallied(services, made)
    still_open = make_vote(services)
    trackers = [ballot.tracker(cast).replace("/", "%2F") for cast in raw[:2]]
    of_one = ["", "/board", "/result", "/verify", *(f"/ballots/{tracker}" for tracker in trackers)]
    return [f"/votes/{made.uuid}{path}" for path in of_one] + [f"/votes/{still_open.uuid}"]


@pytest.mark.browser
@pytest.mark.parametrize(("lang", "dark"), [("kk", False), ("ru", True)], ids=["light", "dark"])
def test_every_page_of_a_vote_fits_a_phone_and_can_be_read_by_everybody(
    chromium: Browser, site: TestClient, services: Services, lang: str, dark: bool
) -> None:
    page = visit(chromium, site, address(lang, "/votes"), dark=dark)
    wide, found = {}, {}
    for path in pages_of_a_vote(services):
        go(page, address(lang, path))
        wide[path], found[path] = too_wide(page), barriers(page, colours_only=dark)
    page.close()
    assert not any(wide.values()), wide
    assert not any(found.values()), found


@pytest.mark.browser
def test_the_menu_folds_on_a_phone_and_opens_by_keyboard(chromium: Browser, site: TestClient) -> None:
    page = visit(chromium, site, "/en/help")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Skip to the content"
    assert not page.get_by_role("link", name="Petitions").is_visible()
    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Petitions").click()
    assert page.title().startswith("Petitions")
    page.close()


@pytest.mark.browser
def test_without_scripts_the_menu_is_open_and_every_page_reads_the_same(chromium: Browser, site: TestClient) -> None:
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.set_content(site.get("/en/help").text)
    assert page.get_by_role("link", name="Petitions").is_visible()
    assert page.get_by_role("link", name="My page").is_visible()
    context.close()


@pytest.mark.browser
def test_a_command_is_copied_whole_and_the_copying_is_said(chromium: Browser, site: TestClient) -> None:
    page = visit(chromium, site, f"/en{SPECIMEN}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#announcements")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("egov-verify vote http")
    page.close()


@pytest.mark.browser
def test_a_tracking_number_is_shown_in_groups_and_copied_without_gaps(chromium: Browser, site: TestClient) -> None:
    page = visit(chromium, site, f"/en{SPECIMEN}")
    number = page.locator(".egov-receipt__tracker code")
    assert number.locator("span").first.text_content() == "Hq7K"
    selected = number.evaluate(
        "element => { const s = getSelection(); s.selectAllChildren(element); return s.toString(); }"
    )
    assert selected == "Hq7KxN2bPz9mLr4tVw8sYc3dFg6hJk1aQeRuTiOpZxM"
    page.close()
