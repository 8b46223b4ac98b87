"""On paper: the text, dark on white, without what only works on a screen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.look.world import World
from tests.web.looking import DESK, go, visit

pytestmark = pytest.mark.browser

ONLY_ON_SCREENS = ".govuk-button, nav, form[role=search], .egov-command__copy, .govuk-skip-link, dialog"


def test_documents_print_their_text_and_no_buttons(chromium: Browser, world: World) -> None:
    world.hold_votes()
    # The reader's screen is dark: paper is not.
    page = visit(chromium, world.anybody, "/kk", size=DESK, dark=True)
    for path in (
        "",
        "/help",
        "/observe",
        f"/votes/{world.counted}",
        f"/votes/{world.counted}/verify",
        f"/votes/{world.elected}/result",
    ):
        go(page, f"/kk{path}")
        page.emulate_media(media="print", color_scheme="dark")
        shown = page.evaluate(
            f"[...document.querySelectorAll('{ONLY_ON_SCREENS}')]"
            ".filter(e => e.checkVisibility()).map(e => e.outerHTML)"
        )
        assert shown == [], path
        ink = page.evaluate(
            "[...document.querySelectorAll('h1, h2, main p')].filter(e => e.checkVisibility())"
            ".map(e => getComputedStyle(e).color.match(/[0-9]+/g).slice(0, 3).reduce((a, b) => a + +b, 0))"
        )
        assert ink
        assert max(ink) < 3 * 140, path
        if folder := os.environ.get("EGOV_SCREENSHOTS"):
            page.screenshot(path=Path(folder) / f"print{path.replace('/', '_')}.png", full_page=True)
        page.emulate_media(media="screen", color_scheme="dark")
    page.close()
