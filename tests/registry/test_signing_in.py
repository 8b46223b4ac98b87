"""Signing in where the register is another machine's: with nothing but the IIN, and through an outage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.responses import Response
from tests.conftest import ClientFactory
from tests.identity.conftest import Browser, browser_code
from tests.registry.server import RegistryServer

from egov_participation.app import create_app
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.identity.routes import routes as identity_routes
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.registry import fake
from egov_participation.registry.service import HttpRegistry
from egov_participation.services import Services

pytestmark = pytest.mark.sqlite

KNOWN, UNKNOWN = fake.residents(2)
SAYS_SO = "The state register of residents does not answer at the moment"


@pytest.fixture
def far(services: Services, http_registry: HttpRegistry) -> Services:
    """The platform with the register on another machine."""
    return replace(services, registry=http_registry)


@pytest.fixture
def browser(far: Services, new_client: ClientFactory, outbox: NullMailer) -> Iterator[Browser]:
    app = create_app(far.settings, services=far, routes=identity_routes, debug=True)
    return Browser(new_client(app), Worker(far), outbox)


def test_whoever_is_in_the_register_signs_in_and_sees_who_they_are(browser: Browser, server: RegistryServer) -> None:
    server.enter(KNOWN)
    assert browser.sign_in(KNOWN.iin.digits) == 303
    assert KNOWN.family_name in browser.page


def test_an_outage_is_said_to_everybody_alike_and_codes_come_when_it_is_over(
    browser: Browser, far: Services, server: RegistryServer, clock: ManualClock, outbox: NullMailer
) -> None:
    server.enter(KNOWN)
    assert SAYS_SO not in browser.client.get("/en/sign-in").text
    server.broken = [Response(status_code=500)] * 3
    browser.give_iin(KNOWN.iin.digits)
    worker = Worker(far)
    for _ in range(3):
        worker.run_due()
        clock.advance(seconds=20)
    assert outbox.sent == []
    assert SAYS_SO in browser.client.get("/en/sign-in").text
    for_the_known = browser.client.get("/en/sign-in/code").text
    assert SAYS_SO in for_the_known
    clock.advance(minutes=1)
    worker.run_due()
    assert [mail.to for mail in outbox.sent] == [KNOWN.mail]
    assert SAYS_SO not in browser.client.get("/en/sign-in").text
    browser.get("/en/sign-in/code")
    assert browser.give_code(browser_code(outbox)) == 303


def test_the_pages_of_an_outage_are_the_same_for_known_and_unknown(
    far: Services, new_client: ClientFactory, server: RegistryServer, outbox: NullMailer
) -> None:
    server.enter(KNOWN)
    app = create_app(far.settings, services=far, routes=identity_routes, debug=True)
    worker = Worker(far)
    pages = []
    server.broken = [Response(status_code=500)] * 100
    for _ in range(3):
        with far.database.read() as session, pytest.raises(DomainError):
            far.registry.find(session, UNKNOWN.iin)
    for entry in (KNOWN, UNKNOWN):
        visitor = Browser(new_client(app), worker, outbox)
        visitor.give_iin(entry.iin.digits)
        worker.run_due()
        answer = visitor.client.get("/en/sign-in/code")
        pages.append((answer.status_code, [line for line in answer.text.splitlines() if 'type="hidden"' not in line]))
    assert pages[0] == pages[1]
    assert SAYS_SO in "".join(pages[0][1])
    assert outbox.sent == []
