"""The whole way by forms and links: with JavaScript switched off nothing is missing but what is said to need it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.testclient import TestClient
from tests.look.world import World
from tests.web.looking import PHONE, another_page, go, visit

from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium: Browser, world: World) -> Iterator[Page]:
    """A phone of somebody who is not signed in, whose browser runs no script."""
    page = visit(chromium, world.anybody, "/en", size=PHONE, java_script_enabled=False)
    yield page
    page.close()


def test_the_menu_is_open_and_the_corner_is_a_link(page: Page) -> None:
    go(page, "/en/help", scripts=False)

    expect(page.get_by_role("link", name="Petitions")).to_be_visible()
    expect(page.get_by_role("link", name="My page")).to_be_visible()
    expect(page.get_by_role("button", name="Menu")).to_be_hidden()


def test_somebody_signs_in_looks_at_their_data_and_signs_out(
    page: Page, world: World, worker: Worker, outbox: NullMailer
) -> None:
    entry = world.citizen.entry
    page.get_by_role("link", name="My page").click()
    page.locator("#iin").fill(entry.iin.digits)
    with another_page(page, scripts=False):
        page.get_by_role("button", name="Send me a code").click()
    worker.run_due()
    code = re.search(r"\b\d{6}\b", outbox.sent[-1].text)
    assert code
    page.locator("#code").fill(code[0])
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("My page")
    expect(page.locator("main")).to_contain_text(entry.family_name)
    with another_page(page, scripts=False):
        page.locator("main").get_by_role("button", name="Sign out").click()
    go(page, "/en/me", scripts=False)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_wrong_iin_is_explained(page: Page) -> None:
    go(page, "/en/sign-in", scripts=False)
    page.locator("#iin").fill("123")
    page.get_by_role("button", name="Send me a code").click()

    expect(page.locator(".govuk-error-summary")).to_be_visible()
    expect(page.locator("#iin")).to_have_value("123")


def test_the_language_is_changed_by_a_link(page: Page) -> None:
    page.get_by_role("link", name="Русский").click()

    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page).to_have_url(re.compile("/ru$"))


def test_an_official_opens_a_panel_as_a_page(chromium: Browser, world: World) -> None:
    client: TestClient = world.official.client
    page = visit(chromium, client, "/en/office/patterns", size=PHONE, java_script_enabled=False)
    expect(page.get_by_text("Arrow keys go from line to line").first).to_be_hidden()
    page.get_by_role("link", name="A panel at the side").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("A panel at the side")
    page.close()


def test_a_message_reaches_the_contact_centre_and_its_number_is_said(page: Page) -> None:
    go(page, "/en/help/contact", scripts=False)
    page.get_by_role("button", name="Send the message").click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    page.locator("input[type=radio]").first.check()
    page.locator("textarea").fill("Where is the polling station?")
    page.get_by_role("button", name="Send the message").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Your message has arrived")
    expect(page.locator("main")).to_contain_text("Its number: K")


def test_a_second_administrator_approves_what_another_proposed(chromium: Browser, world: World) -> None:
    proposal = world.proposal
    page = visit(
        chromium,
        world.official.client,
        f"/en/office/roles/proposals/{proposal}",
        size=PHONE,
        java_script_enabled=False,
    )
    page.get_by_label("Approve").check()
    with another_page(page, scripts=False):
        page.locator("main form").get_by_role("button").click()

    expect(page.locator("main")).to_contain_text(re.compile("approved|granted|entrusted", re.IGNORECASE))
    expect(page.locator(".govuk-error-summary")).to_have_count(0)
    page.close()
