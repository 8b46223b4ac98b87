"""The page of one's mails, and the way out of optional ones that needs no signing in."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.conftest import ClientFactory
from tests.notices.specimens import NEWS, WARNING
from tests.officials import MakeCitizen

from egov_participation.notices import service, tokens
from egov_participation.notices.service.preferences import is_wanted
from egov_participation.services import Services

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def wants(services: Services, person_id: str) -> bool:
    with services.database.read() as session:
        return next(choice.wanted for choice in service.choices(session, person_id) if choice.kind is NEWS)


@pytest.fixture
def program(app: Starlette) -> TestClient:
    """A mail provider's server: it sends neither cookies nor an origin."""
    return TestClient(app, base_url="http://localhost", follow_redirects=False)


@pytest.fixture
def address(services: Services, person_id: str) -> str:
    """Of the link in an optional mail."""
    return f"/mails/stop/{tokens.unsubscribe_token(services.settings.keys_dir, person_id, NEWS.name)}"


def test_one_click_in_a_mail_program_switches_it_off_without_signing_in(
    services: Services, person_id: str, program: TestClient, address: str
) -> None:
    for _ in range(2):
        assert program.post(address, data=ONE_CLICK).status_code == 200
        assert not wants(services, person_id)


def test_a_program_may_send_it_as_multipart_too(
    services: Services, person_id: str, program: TestClient, address: str
) -> None:
    assert program.post(address, files={"List-Unsubscribe": (None, "One-Click")}).status_code == 200
    assert not wants(services, person_id)


def test_looking_at_the_link_switches_nothing_off(
    services: Services, person_id: str, client: TestClient, program: TestClient, address: str
) -> None:
    for visitor in (client, program):
        first = visitor.get(address)
        assert first.status_code == 302
        assert visitor.head(first.headers["location"]).status_code == 200
        assert visitor.get(first.headers["location"]).status_code == 200
    assert program.post(address).status_code == 400
    assert wants(services, person_id)


def test_the_page_behind_the_link_asks_and_then_switches_off(
    services: Services, person_id: str, client: TestClient, address: str
) -> None:
    page = client.get(f"/en{address}")
    assert "See all votes" in page.text  # what it is about
    assert f'action="/en{address}"' in page.text
    assert wants(services, person_id)

    done = client.post(f"/en{address}")
    assert done.headers["location"] == "/en/mails/stopped"
    assert "These mails are stopped" in client.get("/en/mails/stopped").text
    assert not wants(services, person_id)


def test_a_page_of_another_site_cannot_post_to_the_programs_address(
    services: Services, person_id: str, app: Starlette, new_client: ClientFactory, address: str
) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        browser = TestClient(app, base_url="http://localhost", headers=headers)
        assert browser.post(address, data=ONE_CLICK).status_code == 403
    assert wants(services, person_id)


@pytest.mark.parametrize("token", ["a", "a" * 50, "ä", "2" * 4000])
def test_a_made_up_token_is_nobodys(program: TestClient, token: str) -> None:
    assert program.post(f"/mails/stop/{token}", data=ONE_CLICK).status_code == 404


def test_one_changed_letter_makes_a_token_nobodys(program: TestClient, address: str) -> None:
    for place in range(len("/mails/stop/"), len(address)):
        other = "b" if address[place] != "b" else "c"
        changed = address[:place] + other + address[place + 1 :]
        answer = program.post(changed, data=ONE_CLICK)
        # The last letter of Base32 holds fewer than five bits of the token; what it stands for may be the same.
        assert answer.status_code == 404 or place == len(address) - 1


def test_a_token_of_one_purpose_is_none_of_the_other(services: Services, person_id: str) -> None:
    keys_dir = services.settings.keys_dir
    bounce = tokens.bounce_token(keys_dir, person_id, "a@example.org")
    stop = tokens.unsubscribe_token(keys_dir, person_id, "abc")

    assert tokens.open_bounce(keys_dir, bounce) == tokens.Returned(
        person_id, tokens.address_tag(keys_dir, "A@example.org")
    )
    assert tokens.open_unsubscribe(keys_dir, stop) == (person_id, "abc")
    assert tokens.open_unsubscribe(keys_dir, bounce) is None
    assert tokens.open_bounce(keys_dir, stop) is None
    assert len(bounce) == 47
    assert person_id not in bounce + stop


def test_a_link_to_switch_off_a_warning_switches_nothing_off(
    services: Services, person_id: str, program: TestClient, client: TestClient
) -> None:
    """Such as one from before the kind became a warning."""
    address = f"/mails/stop/{tokens.unsubscribe_token(services.settings.keys_dir, person_id, WARNING.name)}"
    assert program.post(address, data=ONE_CLICK).status_code == 404
    for lang in ("kk", "ru", "en"):
        assert client.get(f"/{lang}{address}").status_code == 404
        assert client.post(f"/{lang}{address}").status_code == 404

    with services.database.read() as session:
        assert is_wanted(session, person_id, WARNING)


def test_what_is_always_sent_stands_in_groups_with_the_code_for_signing_in_first() -> None:
    groups = dict(service.always())
    assert list(groups)[:4] == [
        "Signing in",
        "Mail address and data",
        "Taking part in votes",
        "Messages to the contact centre",
    ]
    assert groups["Signing in"][0] == "Your code for signing in"
    assert "Confirm your mail address" in groups["Mail address and data"]
    assert groups["Messages to the contact centre"] == ["We have your message", "Answer to your message"]
    assert not any("%(" in said for group in groups.values() for said in group)


def test_on_ones_own_page_optional_mails_are_switched_off_and_on(services: Services, citizen: MakeCitizen) -> None:
    somebody = citizen()
    page = somebody.client.get("/en/me/mails").text
    assert somebody.entry.mail in page.replace("<wbr>", "")
    assert re.search(r'value="test\.news" checked', page)
    assert "test.warning" not in page
    assert "A ballot was recorded in your name" in page  # among what is always sent

    assert somebody.client.post("/en/me/mails", data={}).headers["location"] == "/en/me/mails?saved"
    assert not wants(services, somebody.person_id)
    assert "Saved." in somebody.client.get("/en/me/mails?saved").text
    somebody.client.post("/en/me/mails", data={"wanted": ["test.news", "test.warning", "nonsense"]})
    assert wants(services, somebody.person_id)
