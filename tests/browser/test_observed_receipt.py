"""A voter casts a ballot, keeps the receipt, and an observer's browser finds it in the log by itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from tests.browser.booth import Booth, picture

from egov_participation.ledger import service as ledger
from egov_participation.services import Services
from egov_participation.settings import Settings

pytestmark = pytest.mark.browser


def check(page: Page, file: Path, verdict: str) -> None:
    page.set_input_files("#file", file)
    page.locator("#receipt-check button[type=submit]").click()
    expect(page.locator(f'#results[data-verdict="{verdict}"]')).to_be_visible()
    expect(page.locator("#results-title")).to_be_focused()


def steps(page: Page) -> dict[str, str]:
    return {
        str(step.get_attribute("data-step")): str(step.get_attribute("data-state"))
        for step in page.locator("#results [data-step]").all()
    }


def test_the_receipt_of_a_cast_ballot_is_verified_in_the_browser_and_a_changed_one_is_refused(
    enter: Callable[..., Booth], services: Services, settings: Settings, tmp_path: Path
) -> None:
    booth = enter("ru")
    booth.fill_in()
    tracker = booth.cast()
    with booth.page.expect_download() as download:
        booth.page.locator('[data-slot="receipt-file"]').click()
    kept, changed = tmp_path / "receipt.json", tmp_path / "changed.json"
    download.value.save_as(kept)
    receipt = json.loads(kept.read_bytes())
    changed.write_bytes(kept.read_bytes().replace(b'"height":1,', b'"height":2,'))
    ledger.publish(services)

    page, asked = booth.page, list[str]()
    page.goto(f"{settings.base_url}/ru/observe/receipt")
    expect(page.locator("#receipt-check")).to_be_visible()
    page.on("request", lambda request: asked.append(f"{request.method} {urlsplit(request.url).path}"))
    check(page, kept, "holds")
    picture(page, "ru-observed-receipt")
    assert steps(page) == dict.fromkeys(("file", "signature", "current", "place"), "holds")
    expect(page.locator('[data-step="file"]')).to_contain_text(tracker)
    expect(page.locator('[data-step="file"] pre')).to_contain_text(receipt["head"])
    # Not a word of the receipt, nor of where it stands, has left the browser.
    assert asked[0] == "GET /log/checkpoint"
    assert all(one.startswith(("GET /log/checkpoint", "GET /log/tile/0/")) for one in asked)

    check(page, changed, "fails")
    assert steps(page) == {"file": "holds", "signature": "fails", "current": "holds", "place": "fails"}
    picture(page, "ru-observed-receipt-changed")
