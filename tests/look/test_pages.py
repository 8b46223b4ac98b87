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
from starlette.testclient import TestClient
from tests.look.addresses import FURTHER, PARAMS, pages_by_route, path_of
from tests.look.world import World
from tests.web.looking import DESK, PHONE, address, barriers, go, serve, too_wide

SHOTS = os.environ.get("EGOV_SCREENSHOTS")
PARTS = 4
"""So that the workers of a test run share the pages."""
LOOKS: dict[str, list[tuple[ViewportSize, bool]]] = {
    "kk": [(PHONE, False), (DESK, True)],
    "ru": [(PHONE, True)],
    "en": [(DESK, False)],
}
"""On what each page is looked at: language → size of the screen, and whether it is dark."""
REFUSED = {"identity.to_provider", "identity.failed", "identity.signed_out", "voting.code_provider"}
"""Without a provider of identities these are error pages, which are looked at too."""


def every_page(world: World, part: int) -> Iterator[tuple[str, TestClient, str]]:
    """Name, who looks, and address without the language, of every page that is a page; of `PARTS` parts, this one."""
    world.hold_votes()
    for spec in pages_by_route()[part::PARTS]:
        if "{" in spec.path and spec.name not in PARAMS:
            continue  # the test below says so
        client, path = world.client(spec), path_of(spec, world)
        answer = client.get(address("kk", path), headers={"Accept": "text/html"})
        assert answer.status_code < 400 or spec.name in REFUSED, (spec.name, answer.status_code)
        if "<!doctype html>" in answer.text[:200]:
            yield spec.name, client, path
    for name, found in list(FURTHER.items())[part::PARTS]:
        yield name, *found(world)


class Screens:
    """Pages on which a client's addresses are visited, one after the other: a page for each client and language."""

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium
        self._pages: dict[tuple[TestClient, str], Page] = {}

    def show(self, client: TestClient, lang: str, path: str) -> Page:
        """The booth's pages have no script of the site's, so nothing is waited for there."""
        page = self._pages.get((client, lang))
        if page is None:
            page = self._chromium.new_page(base_url=str(client.base_url), reduced_motion="reduce")
            self._pages[client, lang] = page
            serve(page, client)
        if "booth." in str(client.base_url):
            page.goto(address(lang, path))
        else:
            go(page, address(lang, path))
        return page

    def close(self) -> None:
        for page in self._pages.values():
            page.close()


def test_what_each_page_is_about_is_known() -> None:
    named = {spec.name for spec in pages_by_route() if "{" in spec.path}

    assert named == set(PARAMS)


@pytest.fixture
def screens(chromium: Browser) -> Iterator[Screens]:
    made = Screens(chromium)
    yield made
    made.close()


@pytest.mark.browser
@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_can_be_read_by_everybody_and_is_no_wider_than_the_screen(
    screens: Screens, world: World, part: int
) -> None:
    """In Kazakh looked at closely, in both colour schemes and on both screens; in the others its width is measured."""
    found: list[str] = []
    seen = 0
    for name, client, path in every_page(world, part):
        seen += 1
        for lang, looks in LOOKS.items():
            page = screens.show(client, lang, path)
            for size, dark in looks:
                look(page, size, dark)
                picture(page, name, lang, size, dark)
                wrong: list[object] = [*barriers(page)] if lang == "kk" else []
                if wide := too_wide(page):
                    wrong.append(f"{wide} px too wide")
                found += [f"{name} in {lang}, {size['width']} px, {dark=}: {one}" for one in wrong]
    assert seen > 10
    assert not found, "\n".join(found)


def look(page: Page, size: ViewportSize, dark: bool) -> None:
    """Show the page on another screen."""
    page.set_viewport_size(size)
    page.emulate_media(color_scheme="dark" if dark else "light")


def picture(page: Page, name: str, lang: str, size: ViewportSize, dark: bool) -> None:
    if SHOTS:
        file = f"{name.replace(' ', '_')}-{lang}-{size['width']}-{'dark' if dark else 'light'}.png"
        page.screenshot(path=Path(SHOTS) / file, full_page=True)
