"""The platform's own pages of text in the index: as visitors get them, so that nothing must be written twice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Final

import httpx
import structlog
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from egov_participation.i18n import LANGUAGES
from egov_participation.logs import describe
from egov_participation.search import service
from egov_participation.services import Services
from egov_participation.web.requestlog import OWN

KIND: Final = "page"
_AT: Final = datetime(2024, 1, 1, tzinfo=UTC)
"""Of things that fit as well, those that happened come before pages that always stand."""
_NOT_TEXT: Final = frozenset({"nav", "form", "script", "style", "svg", "button"})
_APART: Final = frozenset(
    {"h2", "h3", "h4", "p", "li", "dt", "dd", "th", "td", "caption", "figcaption", "summary", "div", "section"}
)
"""What stands on lines of its own: its text does not run into the next."""
_ENDS: Final = (".", "!", "?", "…", ":", ";", "·")
_VOID: Final = frozenset({"br", "img", "input", "hr", "meta", "link", "path", "wbr"})

log = structlog.get_logger()


class PageText(HTMLParser):
    """The title (the first ``h1``) and the text of a page's ``main``, without what is for doing and not for reading."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._open: list[str] = []
        self._title: list[str] = []
        self._body: list[str] = []
        self._apart = False
        self._last = "."
        self.feed(html)

    @property
    def title(self) -> str:
        """One line."""
        return " ".join("".join(self._title).split())

    @property
    def body(self) -> str:
        """One line; headings and items of lists that end without a sign are set apart by dots."""
        return " ".join("".join(self._body).split())

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self._body.append(" ")
        self._apart = self._apart or tag in _APART
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._body.append(" ")
        self._apart = self._apart or tag in _APART
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "main" not in self._open or not _NOT_TEXT.isdisjoint(self._open):
            return
        if "h1" in self._open:
            self._title.append(data)
        elif data.strip():
            if self._apart and not self._last.endswith(_ENDS):
                self._body.append("· ")
            self._body.append(data)
            self._last, self._apart = data.rstrip(), False


def index_pages(app: Starlette, services: Services, paths: Iterable[str]) -> None:
    """Bring the index up to date with these pages (paths without the language). What goes wrong is logged: without it
    the pages are there, only not found.

    The pages are asked for in a thread of its own, so that it does not matter whether an event loop runs in the
    caller's.
    """
    try:
        with ThreadPoolExecutor(1) as thread:
            texts = thread.submit(lambda: asyncio.run(_texts(app, services.settings.base_url, paths))).result()
        _write(services, texts)
    except Exception as error:  # noqa: BLE001 - see above
        log.warning("search.pages_failed", **describe(error))


async def _texts(app: Starlette, base_url: str, paths: Iterable[str]) -> dict[str, dict[str, tuple[str, str]]]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(_quietly(app)), base_url=base_url) as client:
        return {path: {lang: await _text(client, lang, path) for lang in LANGUAGES} for path in paths}


def _quietly(app: Starlette) -> ASGIApp:
    """The application, without a line in the log for each of its own pages that it reads."""

    async def ask(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})[OWN] = True
        await app(scope, receive, send)

    return ask


async def _text(client: httpx.AsyncClient, lang: str, path: str) -> tuple[str, str]:
    answer = await client.get(f"/{lang}{path}", headers={"Accept": "text/html"})
    answer.raise_for_status()
    page = PageText(answer.text)
    return page.title, page.body


def _write(services: Services, texts: dict[str, dict[str, tuple[str, str]]]) -> None:
    with services.database.uow() as tx:
        for path, page in texts.items():
            service.index(tx, KIND, path, path, page, _AT)
        for gone in service.refs(tx.session, KIND) - texts.keys():
            service.remove(tx, KIND, gone)
        tx.commit()
