"""Two made-up people in the register, and a browser's walk through signing in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.conftest import ClientFactory
from tests.identity.provider import TestProvider, Visitor, running

from egov_participation.app import create_app
from egov_participation.clock import ManualClock
from egov_participation.identity.routes import routes as identity_routes
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.registry import fake
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.rules import Entry
from egov_participation.registry.service import add_residents
from egov_participation.services import Services
from egov_participation.settings import Settings


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self._fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields = self.forms.setdefault(given.get("action", ""), {})
        elif tag == "input" and "name" in given:
            self._fields.setdefault(given["name"], given.get("value", ""))


def forms_of(html: str) -> dict[str, dict[str, str]]:
    """The fields of each form of a page, by its address, as a browser without JavaScript would post them."""
    parser = _Forms()
    parser.feed(html)
    return parser.forms


def browser_code(outbox: NullMailer) -> str:
    """The code in the latest mail."""
    found = re.search(r"\b\d{6}\b", outbox.sent[-1].text)
    assert found is not None
    return found[0]


@dataclass
class Browser:
    """Signs in as a person would: page by page, with what the forms hold."""

    client: TestClient
    worker: Worker
    outbox: NullMailer
    page: str = field(default="", repr=False)

    def get(self, path: str) -> int:
        response = self.client.get(path)
        self.page = response.text
        return response.status_code

    def post(self, action: str, **fields: str) -> int:
        """Post the form of the last page that leads there; ``location`` of a redirect is followed."""
        response = self.client.post(action, data=forms_of(self.page)[action] | fields)
        self.page = response.text
        if response.is_redirect:
            self.location = response.headers["location"]
            follow = self.client.get(self.location)
            self.page = follow.text
        return response.status_code

    def give_iin(self, iin: str, query: str = "") -> int:
        self.get(f"/en/sign-in{query}")
        return self.post("/en/sign-in", iin=iin)

    def read_code(self) -> str:
        """The code of the latest mail."""
        self.worker.do_due_jobs()
        return browser_code(self.outbox)

    def give_code(self, code: str) -> int:
        return self.post("/en/sign-in/code", code=code)

    def sign_in(self, iin: str, query: str = "") -> int:
        assert self.give_iin(iin, query) == 303
        return self.give_code(self.read_code())

    @property
    def cookies(self) -> dict[str, str]:
        return dict(self.client.cookies)


@pytest.fixture
def app(services: Services) -> Starlette:
    """The application with this room's pages alone."""
    return create_app(services.settings, services=services, routes=identity_routes)


@pytest.fixture
def people(services: Services, clock: ManualClock) -> list[Entry]:
    """In the register."""
    entries = list(fake.residents(2))
    keys = IinKeys.open(services.settings.keys_dir, services.settings.registrar_keys_dir)
    with services.database.uow() as tx:
        add_residents(tx, keys, entries, clock())
        tx.commit()
    return entries


@pytest.fixture
def stranger() -> Entry:
    """A valid IIN that is not in the register."""
    return list(fake.residents(3))[2]


@pytest.fixture
def new_browser(
    app: Starlette, new_client: Callable[[Starlette], TestClient], worker: Worker, outbox: NullMailer
) -> Callable[[], Browser]:
    return lambda: Browser(new_client(app), worker, outbox)


@pytest.fixture
def browser(new_browser: Callable[[], Browser]) -> Browser:
    return new_browser()


@pytest.fixture
def provider(clock: ManualClock, people: list[Entry]) -> Iterator[TestProvider]:
    """An honest one, at which the first of `people` signs in."""
    with running(clock) as provider:
        provider.person = {"iin": people[0].iin.digits}
        yield provider


@pytest.fixture
def app_with(services: Services, settings: Settings, provider: TestProvider) -> Starlette:
    """The room's pages, with that provider."""
    secret = settings.keys_dir.parent / "secret"
    secret.write_text(f"{provider.secret}\n")
    told = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": "egov",
        "oidc_client_secret_file": secret,
        "oidc_name": "Тест кілті / Тест-ключ / Test ID",
    }
    known = Settings.model_validate(settings.model_dump() | told)
    return create_app(known, services=Services(**{**vars(services), "settings": known}), routes=identity_routes)


@pytest.fixture
def visitor(app_with: Starlette, new_client: ClientFactory, provider: TestProvider) -> Visitor:
    return Visitor(new_client(app_with), provider)
