"""The page that verifies a receipt: what holds, what does not and where, said to everybody; and without JavaScript."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from starlette.testclient import TestClient
from tests.ledger.observer import an_entry
from tests.ledger.test_publishing import enter
from tests.observe.test_entries import read
from tests.voting.making import YES, MadeVote, cast
from tests.web.looking import PHONE, barriers, too_wide, visit

from egov_crypto import ballot
from egov_crypto.note import SigningKey
from egov_participation.ledger import service as ledger
from egov_participation.services import Services
from egov_participation.voting import service as voting

PATH = "/en/observe/receipt"
PROVED = ("file", "signature", "checkpoint", "inclusion", "current", "consistency")


@pytest.fixture
def page(chromium: Browser, client: TestClient, vote: MadeVote) -> Iterator[Page]:
    made = visit(chromium, client, PATH)
    yield made
    made.close()


@pytest.fixture
def proof(services: Services, vote: MadeVote) -> bytes:
    """A receipt with the proof that its entry is in the log, which has grown since."""
    raw = vote.ballot(2, YES)
    outcome = cast(services, vote, 2, raw)
    ledger.publish(services)
    found = voting.ballot(services, vote.uuid, ballot.tracker(raw)).ballot
    with services.database.read() as session:
        last = ledger.browse(session, type="vote.event", subject=vote.uuid, limit=1)[0]
        assert last.value["height"] == found.height
        made = ledger.proof(session, last.index, outcome.receipt)
    enter(services, *(an_entry(height) for height in range(300)))
    ledger.publish(services)
    return made


def cut(route: Route) -> None:
    """The line is dead."""
    route.abort()


def paste(page: Page, text: str, verdict: str) -> dict[str, str]:
    """The states of the steps, once the verdict is there."""
    page.locator("#pasted").fill(text)
    page.get_by_role("button", name="Check").click()
    expect(page.locator(f'#results[data-verdict="{verdict}"]')).to_be_visible()
    expect(page.locator("#results-title")).to_be_focused()
    found = page.locator("#results [data-step]").all()
    return {str(one.get_attribute("data-step")): str(one.get_attribute("data-state")) for one in found}


@pytest.mark.browser
def test_a_proof_holds_and_is_shown_to_everybody(page: Page, proof: bytes) -> None:
    page.get_by_role("button", name="Check").click()
    expect(page.locator("[data-slot=errors]")).to_be_focused()
    expect(page.locator("#pasted-said")).to_contain_text("Choose the file of the receipt")
    expect(page.locator("#results")).to_be_hidden()

    assert paste(page, proof.decode(), "holds") == dict.fromkeys(PROVED, "holds")
    expect(page.locator("#results")).to_contain_text("All of it holds")
    expect(page.locator('[data-step="consistency"]')).to_contain_text("and has 30")
    page.set_viewport_size(PHONE)
    assert too_wide(page) == 0
    assert barriers(page) == []


@pytest.mark.browser
def test_what_does_not_hold_is_said_where_it_is(page: Page, proof: bytes) -> None:
    text = proof.decode()
    index = text.partition("index ")[2].partition("\n")[0]
    states = paste(page, text.replace(f"index {index}\n", "index 0\n"), "fails")
    assert states == dict.fromkeys(PROVED, "holds") | {"inclusion": "fails"}
    expect(page.locator('[data-step="inclusion"]')).to_contain_text("does not have this entry at this place")
    assert barriers(page) == []

    forged = base64.b64encode(base64.b64decode(text.split()[2]).replace(b'"height":4', b'"height":5')).decode()
    states = paste(page, text.replace(text.split()[2], forged), "fails")
    assert states == dict.fromkeys(PROVED, "holds") | {"signature": "fails", "inclusion": "fails"}

    assert (page.get_by_role("link", name="Report an incident").get_attribute("href") or "").endswith("/incident")

    assert paste(page, "{}", "fails") == {"file": "fails"}
    expect(page.get_by_role("link", name="Report an incident")).to_be_hidden()
    expect(page.locator('[data-step="file"]')).to_contain_text("neither a receipt nor a proof")

    # A log that cannot be reached proves nothing.
    page.route("**/log/checkpoint", cut)
    states = paste(page, text, "unknown")
    assert states == dict.fromkeys(PROVED, "holds") | {"current": "unknown", "consistency": "skipped"}
    expect(page.locator('[data-step="current"]')).to_contain_text("/log/checkpoint")


@pytest.mark.browser
def test_the_visitors_own_keys_count_and_what_is_none_is_refused(page: Page, proof: bytes) -> None:
    own = SigningKey("localhost/log", bytes(32)).verifier_key.text
    page.locator("summary").first.click()
    page.locator("#log-keys").fill(own)
    states = paste(page, proof.decode(), "fails")
    assert (states["checkpoint"], states["current"], states["inclusion"]) == ("fails", "fails", "skipped")
    page.locator("#log-keys").fill("localhost/log")
    page.get_by_role("button", name="Check").click()
    expect(page.locator("[data-slot=errors]")).to_be_focused()
    expect(page.locator("#log-keys-said")).to_contain_text("not a key of a log")
    assert barriers(page) == []
    page.locator("[data-slot=errors] a").click()
    expect(page.locator("#log-keys")).to_be_focused()


@pytest.mark.browser
def test_without_javascript_the_page_says_how_the_program_does_it(chromium: Browser, client: TestClient) -> None:
    page = visit(chromium, client, PATH, java_script_enabled=False)
    expect(page.get_by_text("JavaScript is switched off")).to_be_visible()
    expect(page.locator("#receipt-check")).to_be_hidden()
    expect(page.locator("main pre")).to_contain_text("egov-verify receipt FILE --key")
    page.close()


def test_the_page_has_the_keys_of_this_site(services: Services, client: TestClient) -> None:
    assert "localhost/log+…" in read(client, "/en/observe/receipt")
    ledger.publish(services)
    for lang in ("kk", "ru", "en"):
        shown = read(client, f"/{lang}/observe/receipt")
        assert voting.receipt_key(services) in shown
        assert ledger.verifier_keys(services)[0] in shown
