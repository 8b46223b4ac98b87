"""Every page there is, as Chromium shows it: legible to everybody, and never wider than the screen.

The pages come from the routes, so that a new one is looked at without being named; with ``EGOV_SCREENSHOTS`` set to a
folder, a picture of each is left there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.browser.server import on_own_port, port_of, serving
from tests.look.addresses import FURTHER, PARAMS, pages_by_route, path_of
from tests.look.world import World
from tests.web.looking import DESK, PATIENCE, PHONE, address, barriers, settle, too_wide

from egov_participation.settings import Settings

SHOTS = os.environ.get("EGOV_SCREENSHOTS")
PARTS = 4
"""So that the workers of a test run share the pages."""
LOOKS: dict[str, list[tuple[ViewportSize, bool]]] = {
    "kk": [(PHONE, False), (DESK, True)],
    "en": [(DESK, True)],
    "ru": [(PHONE, False)],
}
"""On what each page is looked at: language → size of the screen, and whether it is dark; each begins as the one before
ends, or the next page does, since to change the screen of a page takes as long as some load."""
REFUSED = {
    "identity.to_provider",
    "identity.failed",
    "identity.signed_out",
    "voting.code_provider",
    "petitions.dry_run",
}
"""Without a provider of identities, or without saying what to look at, these tell what is wrong: looked at too."""


Found = tuple[str, TestClient, str, int]
"""A page's name, who looks at it, its address without the language, and the status of the answer."""


def every_page(world: World, part: int) -> Iterator[Found]:
    """Everything that is a page; of `PARTS` parts, this one."""
    world.hold_votes()
    for spec in pages_by_route()[part::PARTS]:
        if "{" in spec.path and spec.name not in PARAMS:
            continue  # the test below says so
        client, path = world.client(spec), path_of(spec, world)
        answer = client.get(address("kk", path), headers={"Accept": "text/html"})
        assert answer.status_code < 400 or spec.name in REFUSED, (spec.name, answer.status_code)
        if "<!doctype html>" in answer.text[:200]:
            yield spec.name, client, path, answer.status_code
    for name, found in list(FURTHER.items())[part::PARTS]:
        client, path = found(world)
        yield name, client, path, client.get(address("kk", path)).status_code


class Screen:
    """A page of Chromium on which every client's addresses are visited with that client's cookies, one after the other.

    It is one for all, and a real server answers: so style sheets and scripts are fetched once.
    """

    def __init__(self, chromium: Browser) -> None:
        self._page = chromium.new_page(viewport=PHONE, color_scheme="light", reduced_motion="reduce")
        self._page.context.set_default_timeout(PATIENCE)
        self._look = (PHONE, False)
        self._cookies: list[tuple[str, str, str]] = []

    def show(self, client: TestClient, lang: str, path: str, status: int) -> Page:
        """The page that the client sees. Where it has no script of the site's, nothing is waited for."""
        self._become(client)
        url = f"{client.base_url}{address(lang, path)}"
        expected = (url, status)
        if status == 303:
            led = client.get(url, headers={"Accept": "text/html"}, follow_redirects=True)
            expected = (str(led.url), led.status_code)
        answer = self._page.goto(url)
        assert answer is not None
        assert (answer.url, answer.status) == expected
        if "booth." not in url and not path.endswith("/counter"):
            settle(self._page)
        return self._page

    def _become(self, client: TestClient) -> None:
        """Take over the client's cookies, which it may have been given since it was here last."""
        cookies = [(one.name, one.value or "", str(client.base_url)) for one in client.cookies.jar]
        if cookies != self._cookies:
            self._cookies, context = cookies, self._page.context
            self._page.goto("about:blank")  # a page that asks how far something is would load itself anew as nobody
            context.clear_cookies()
            context.add_cookies([{"name": name, "value": value, "url": url} for name, value, url in cookies])

    def look(self, size: ViewportSize, dark: bool) -> None:
        """Show the page on another screen."""
        before, self._look = self._look, (size, dark)
        if size != before[0]:
            self._page.set_viewport_size(size)
        if dark != before[1]:
            self._page.emulate_media(color_scheme="dark" if dark else "light")

    def close(self) -> None:
        self._page.context.close()


def test_what_each_page_is_about_is_known() -> None:
    named = {spec.name for spec in pages_by_route() if "{" in spec.path}

    assert named == set(PARAMS)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return on_own_port(settings)


@pytest.fixture
def screen(chromium: Browser, app: Starlette, settings: Settings) -> Iterator[Screen]:
    with serving(app, port_of(settings)):
        made = Screen(chromium)
        yield made
        made.close()


@pytest.mark.browser
@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_can_be_read_by_everybody_and_is_no_wider_than_the_screen(
    screen: Screen, world: World, part: int
) -> None:
    """In Kazakh looked at closely, in both colour schemes and on both screens; in the others its width is measured."""
    found: list[str] = []
    seen = 0
    for name, client, path, status in every_page(world, part):
        seen += 1
        for lang, looks in LOOKS.items():
            page = screen.show(client, lang, path, status)
            for size, dark in looks:
                screen.look(size, dark)
                picture(page, name, lang, size, dark)
                wrong: list[object] = [*barriers(page)] if lang == "kk" else []
                if wide := too_wide(page):
                    wrong.append(f"{wide} px too wide")
                found += [f"{name} in {lang}, {size['width']} px, {dark=}: {one}" for one in wrong]
    assert seen > 10
    assert not found, "\n".join(found)


def picture(page: Page, name: str, lang: str, size: ViewportSize, dark: bool) -> None:
    if SHOTS:
        file = f"{name.replace(' ', '_')}-{lang}-{size['width']}-{'dark' if dark else 'light'}.png"
        page.screenshot(path=Path(SHOTS) / file, full_page=True)
