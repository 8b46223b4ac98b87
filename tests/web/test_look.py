"""The look of every page: its language, nothing from elsewhere, nothing inline, fit for a phone, legible to all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import segno
from axe_playwright_python.sync_playwright import Axe
from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient
from tests.conftest import ClientFactory

from egov_participation import paths
from egov_participation.app import create_app, room_routes
from egov_participation.i18n import LANGUAGES
from egov_participation.services import Services
from egov_participation.web.routing import MAIN, PUBLIC, route
from egov_participation.web.templating import render

TEMPLATES = sorted(path.relative_to(paths.templates_dir()).as_posix() for path in paths.templates_dir().rglob("*.html"))
PAGES = sorted(
    spec.path
    for spec in room_routes()
    if spec.localized and spec.site is MAIN and spec.access is PUBLIC and "GET" in spec.methods and "{" not in spec.path
)
NOT_THERE = "/no-such-page"
SPECIMEN = "/specimen"
PHONE: ViewportSize = {"width": 320, "height": 640}
WIDEST_LINE = "document.documentElement.scrollWidth"
CHART = '<svg viewBox="0 0 600 60"><title>Chart</title><rect width="430" height="40" fill="#0072B2"/></svg>'
AXE_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}

INLINE = re.compile(r"""<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:""", re.IGNORECASE)
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE)


class Reader(HTMLParser):
    """What a test wants to know of a page: its language, its title, and every address in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.language: str | None = None
        self.title = ""
        self.addresses: list[str] = []
        self._in_title = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self._in_title = tag == "title" and not self.title
        if tag == "html":
            self.language = found.get("lang")
        for name in ("href", "src", "action", "srcset", "poster", "data", "hx-get", "hx-post", "formaction"):
            if (address := found.get(name)) is not None:
                self.addresses.append(address)

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


@pytest.fixture
def specimen_app(services: Services) -> Starlette:
    """The site, and a page with every macro on it."""
    qr = Markup(segno.make("Xt7pK2mQ9vRb4nL", micro=False).svg_inline(omitsize=True, svgclass=None, lineclass=None))

    def specimen(request: Request) -> Response:
        return render(request, "specimen.html", qr=qr, chart=Markup(CHART))

    loader = ChoiceLoader([FileSystemLoader(paths.templates_dir()), FileSystemLoader(Path(__file__).parent)])
    routes = [*room_routes(), route(SPECIMEN, specimen, name="specimen")]
    return create_app(services.settings, services=services, routes=routes, templates=loader)


@pytest.fixture
def site(specimen_app: Starlette, new_client: ClientFactory) -> TestClient:
    return new_client(specimen_app)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


def visit(browser: Browser, site: TestClient, path: str, *, dark: bool = False) -> Page:
    """The page on a phone. The site answers from within the test: no server, no socket."""

    def answer(asked: Route) -> None:
        found = site.get(asked.request.url, headers={"Accept": asked.request.headers.get("accept", "*/*")})
        asked.fulfill(status=found.status_code, headers=dict(found.headers), body=found.content)

    page = browser.new_page(viewport=PHONE, color_scheme="dark" if dark else "light", base_url=str(site.base_url))
    page.route("**/*", answer)
    go(page, path)
    return page


def address(lang: str, path: str) -> str:
    """The address of a page in a language."""
    return f"/{lang}{path.rstrip('/')}"


def go(page: Page, path: str) -> None:
    """Visit another page; what the scripts do is done afterwards."""
    page.goto(path)
    page.wait_for_selector("body.govuk-frontend-supported")


def test_every_template_compiles_in_every_language(specimen_app: Starlette) -> None:
    for environment in specimen_app.state.templates._environments.values():
        for name in TEMPLATES:
            environment.get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_holds_a_style_or_a_script_or_a_handler(name: str) -> None:
    source = (paths.templates_dir() / name).read_text("utf-8")
    assert not INLINE.search(source)
    assert not INLINE_SCRIPT.search(source)


@pytest.mark.parametrize("path", [*PAGES, NOT_THERE, SPECIMEN])
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
    too_wide = {}
    page = visit(chromium, site, f"/{lang}")
    for path in [*PAGES, NOT_THERE, SPECIMEN]:
        go(page, address(lang, path))
        if (width := page.evaluate(WIDEST_LINE)) > PHONE["width"]:
            too_wide[path] = width
    page.close()
    assert not too_wide


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_can_be_read_by_everybody(chromium: Browser, site: TestClient, dark: bool) -> None:
    found = {}
    page = visit(chromium, site, "/kk", dark=dark)
    for path in [*PAGES, NOT_THERE, SPECIMEN]:
        go(page, address("kk", path))
        violations = Axe().run(page, options=AXE_RULES).response["violations"]
        if violations:
            found[path] = [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in violations]
    page.close()
    assert not found


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
