"""The office on a phone: nothing that keeps people out, nothing that scrolls sideways, and all of it by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from tests.officials import MakeOfficial
from tests.web.looking import another_page, barriers, go, too_wide, visit

from egov_participation.actions import Role

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]


def test_the_trail_has_no_barrier_and_fits_a_phone_whatever_was_asked_of_it(
    chromium: Browser, official: MakeOfficial
) -> None:
    """As every page is by tests/look when nothing was asked of it."""
    proposer, administrator = official(Role.ADMINISTRATOR), official(Role.ADMINISTRATOR)
    moderator = official(Role.MODERATOR)
    given = {"role": "auditor", "reason": "Order No. 12", "person": moderator.person_id}
    assert proposer.client.post("/en/office/roles/proposals", data=given).status_code == 303
    pages = ["/ru/office/trail?q=person", "/kk/office/trail?since=nonsense"]

    page = visit(chromium, administrator.client, pages[0])
    found = {}
    for path in pages:
        go(page, path)
        found[path] = (barriers(page), too_wide(page))
    page.context.close()

    assert found == dict.fromkeys(pages, ([], 0))


def test_a_proposal_is_approved_by_keyboard_alone(chromium: Browser, official: MakeOfficial) -> None:
    proposer, administrator = official(Role.ADMINISTRATOR), official(Role.ADMINISTRATOR)
    moderator = official(Role.MODERATOR)
    given = {"role": "auditor", "reason": "Order No. 12", "person": moderator.person_id}
    proposer.client.post("/en/office/roles/proposals", data=given)

    page = visit(chromium, administrator.client, "/en/office")
    page.locator("#queue a").first.focus()
    with another_page(page):
        page.keyboard.press("Enter")
    page.get_by_label("Approve").focus()
    page.keyboard.press("Space")
    with another_page(page):
        page.keyboard.press("Enter")
    expect(page.get_by_text("Approved")).to_be_visible()
    page.context.close()

    session = moderator.load()
    assert session is not None
    assert session.roles == {Role.MODERATOR, Role.AUDITOR}
