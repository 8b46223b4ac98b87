"""How tests look at pages: what is in the HTML, and how Chromium shows it on a phone or on a desk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, Route, ViewportSize
from starlette.testclient import TestClient

PHONE: ViewportSize = {"width": 320, "height": 640}
DESK: ViewportSize = {"width": 1280, "height": 800}
PATIENCE = 120_000
"""Milliseconds that anything in a browser may take: waiting costs nothing where it is not needed."""
INLINE = re.compile(r"""<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:""", re.IGNORECASE)
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE)
_QUIET = """() => document.readyState === "complete" && document.body.classList.contains("govuk-frontend-supported")
  && !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling")"""
"""The site's script has begun, and what htmx fetches while a page is loaded has come. A function: the pages' policy
forbids to read any other text as a program a second time."""
_LEFT = "data-was-left"
_WIDTH = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_AXE = Axe().axe_script
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_PASSED_ON = ("accept", "content-type", "hx-request", "hx-target", "hx-current-url", "x-csrf-token")
"""The headers of the browser that the application is told; cookies are the test client's own."""


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


def visit(
    browser: Browser, site: TestClient, path: str, *, dark: bool = False, size: ViewportSize = PHONE, **options: Any
) -> Page:
    """A page in a browser of its own. The site answers from within the test: no server, no socket.

    Args:
        site: what is asked, and whose cookies are sent: the test's client, signed in or not.
        options: further ones of the browser's context, e.g. ``java_script_enabled=False``.
    """
    page = browser.new_page(
        viewport=size, color_scheme="dark" if dark else "light", base_url=str(site.base_url), **options
    )
    page.context.set_default_timeout(PATIENCE)
    serve(page, site)
    go(page, path, scripts=options.get("java_script_enabled", True))
    return page


def serve(page: Page, site: TestClient) -> None:
    """Let `site` answer whatever the page asks for; what stands under ``/static`` is asked for once."""
    static: dict[str, tuple[int, dict[str, str], bytes]] = {}

    def ask(request: Request) -> tuple[int, dict[str, str], bytes]:
        headers = {name: value for name, value in request.headers.items() if name in _PASSED_ON}
        found = site.request(request.method, request.url, headers=headers, content=request.post_data_buffer)
        if found.is_redirect and request.is_navigation_request():
            # The browser would follow a redirect past the test, to a server that is not there.
            onward = urljoin(request.url, found.headers["location"])
            if urldefrag(onward).url != request.url:
                refresh = f'<html {_LEFT}><meta http-equiv="refresh" content="0;url={escape(onward, quote=True)}">'
                return 200, {"content-type": "text/html"}, refresh.encode()
            # To a place in a page of the same address it would not load anything.
            del headers["content-type"]
            found = site.get(onward, headers=headers)
        # The body is not compressed any more, and its length is the browser's to find.
        answer = {name: value for name, value in found.headers.items() if name != "content-encoding"}
        return found.status_code, answer, found.content

    def answer(asked: Route) -> None:
        url = asked.request.url
        found = static.get(url) or ask(asked.request)
        if "/static/" in url:
            static[url] = found
        status, headers, body = found
        asked.fulfill(status=status, headers=headers, body=body)

    page.route("**/*", answer)


def address(lang: str, path: str) -> str:
    """The address of a page in a language."""
    return f"/{lang}{path.rstrip('/')}"


def go(page: Page, path: str, *, scripts: bool = True) -> None:
    """Visit another page; what the scripts do is done afterwards."""
    page.goto(path)
    if scripts:
        settle(page)


def settle(page: Page) -> None:
    """Wait until what the scripts do while a page is loaded is done."""
    page.wait_for_function(_QUIET)


@contextmanager
def another_page(page: Page, *, scripts: bool = True) -> Iterator[None]:
    """What is done in the block leads to another page, if only at the same address: at its end that page is there, and
    what its scripts do is done.

    An address would say less: the browser may be there already, or the page still on its way.
    """
    page.evaluate(f"document.documentElement.setAttribute('{_LEFT}', '')")
    yield
    page.locator(f"html:not([{_LEFT}])").wait_for(state="attached")
    page.wait_for_load_state()
    if scripts:
        settle(page)


def too_wide(page: Page) -> int:
    """By how many pixels the page scrolls sideways."""
    width: int = page.evaluate(_WIDTH)
    return max(0, width)


def barriers(page: Page, *, colours_only: bool = False) -> list[tuple[str, list[str]]]:
    """What keeps people from reading or using the page: a rule of axe, and where it is broken.

    Args:
        colours_only: look at contrast alone; the rest is the same in both colour schemes.
    """
    wanted = {"type": "rule", "values": ["color-contrast"]} if colours_only else {"type": "tag", "values": _RULES}
    if page.evaluate("typeof axe") == "undefined":  # once a document, however often it is looked at
        page.evaluate(_AXE)
    # What is in order is not written down: most of the time went there. Style sheets are not read, which only a rule
    # wants that is not among these; nor are selectors made up: what is found is shown by its HTML.
    options = {
        "runOnly": wanted,
        "resultTypes": ["violations"],
        "preload": {"assets": ["media"]},
        "selectors": False,
    }
    violations: list[Any] = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
    return [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in violations]
