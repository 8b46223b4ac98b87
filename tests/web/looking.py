"""How tests look at pages: what is in the HTML, and how Chromium shows it on a phone."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, ViewportSize
from starlette.testclient import TestClient

PHONE: ViewportSize = {"width": 320, "height": 640}
INLINE = re.compile(r"""<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:""", re.IGNORECASE)
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE)
_WIDTH = "document.documentElement.scrollWidth"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


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


def too_wide(page: Page) -> int:
    """By how many pixels the page scrolls sideways."""
    width: int = page.evaluate(_WIDTH)
    return max(0, width - PHONE["width"])


def barriers(page: Page, *, colours_only: bool = False) -> list[tuple[str, list[str]]]:
    """What keeps people from reading or using the page: a rule of axe, and where it is broken.

    Args:
        colours_only: look at contrast alone; the rest is the same in both colour schemes.
    """
    wanted = {"type": "rule", "values": ["color-contrast"]} if colours_only else {"type": "tag", "values": _RULES}
    violations: list[Any] = Axe().run(page, options={"runOnly": wanted}).response["violations"]
    return [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in violations]
