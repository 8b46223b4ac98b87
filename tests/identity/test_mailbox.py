"""The demo's mailbox page, and signing in with it."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.identity.conftest import Browser

from egov_participation.app import create_app, create_services
from egov_participation.clock import ManualClock
from egov_participation.database import Database
from egov_participation.identity.routes import routes
from egov_participation.jobs import Worker
from egov_participation.mail import Mail, NullMailer
from egov_participation.registry.rules import Entry
from egov_participation.services import Services
from egov_participation.settings import Settings


@pytest.fixture
def demo(settings: Settings, database: Database, clock: ManualClock) -> Services:
    return create_services(settings.model_copy(update={"demo": True}), database=database, clock=clock)


@pytest.fixture
def client(demo: Services) -> TestClient:
    app: Starlette = create_app(demo.settings, services=demo, routes=routes)
    headers = {"Accept": "text/html", "Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    return TestClient(app, base_url="http://localhost", headers=headers, follow_redirects=False)


def test_mails_stand_there_newest_first_and_are_shown_as_text(demo: Services, client: TestClient) -> None:
    demo.mailer.send(Mail("first@mail.example", "First", "one"))
    demo.mailer.send(Mail("second@mail.example", "<b>Second</b>", "two <script>alert(1)</script>"))
    page = client.get("/en/demo/mailbox").text
    assert page.index("second@mail.example") < page.index("first@mail.example")
    assert "<b>Second" not in page
    assert "<script>alert" not in page
    assert "Only this demonstration shows mails to everybody" in page


def test_polling_gets_the_mails_alone(demo: Services, client: TestClient) -> None:
    demo.mailer.send(Mail("a@mail.example", "Subject", "text"))
    fragment = client.get("/en/demo/mailbox", headers={"HX-Request": "true"})
    assert "a@mail.example" in fragment.text
    assert "<html" not in fragment.text
    assert fragment.headers["vary"] == "HX-Request"
    assert fragment.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_an_empty_mailbox_says_what_will_come(client: TestClient, lang: str) -> None:
    page = client.get(f"/{lang}/demo/mailbox")
    assert page.status_code == 200
    assert "<article" not in page.text


def test_outside_the_demo_there_is_no_such_page(browser: Browser) -> None:
    assert browser.get("/en/demo/mailbox") == 404


def test_the_demo_can_be_signed_in_to_with_the_mailbox_alone(
    demo: Services, client: TestClient, people: list[Entry]
) -> None:
    browser = Browser(client, Worker(demo), NullMailer())
    browser.give_iin(people[0].iin.digits)
    assert "/en/demo/mailbox" in browser.page
    code_page = browser.page
    browser.worker.run_due()
    mail = client.get("/en/demo/mailbox", headers={"HX-Request": "true"}).text
    (code,) = re.findall(r"^ +(\d{6})$", mail, re.MULTILINE)  # on a line of its own
    browser.page = code_page
    assert browser.give_code(code) == 303
    assert people[0].family_name in browser.page
