"""No line that anything logs names a person, or what opens a door for one: a day of the site, at its most talkative.

Everything that is secret or somebody's in the scenario is written down as it is used, and then looked for in all that
was logged: by us, by the libraries, by the web server.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode

import httpx
import pytest
import uvicorn
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.browser.server import in_a_thread
from tests.conftest import ClientFactory
from tests.identity.conftest import Browser, forms_of
from tests.identity.provider import TestProvider, Visitor, running
from tests.officials import MakeOfficial
from tests.ports import free_port

from egov_participation import logs
from egov_participation.actions import Role
from egov_participation.app import create_app, create_services
from egov_participation.clock import ManualClock
from egov_participation.database import Database
from egov_participation.jobs import Worker
from egov_participation.mail import Mail, NullMailer
from egov_participation.registry import fake
from egov_participation.registry.iin import Iin
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.rules import Entry
from egov_participation.registry.service import CorrectedRegistry, EmbeddedRegistry, Person, add_residents
from egov_participation.services import Services
from egov_participation.settings import Settings

pytestmark = pytest.mark.sqlite

TRACKER = "Zx81kQ2uV0mTn4cW7rYb9dHs3fJg6aLpEoiUtRqNvBw"
VOTE = "KMLMr96HM3M2nQ"
_BY_CHANCE = re.compile(r'"timestamp": "[^"]*"|"request": "[0-9a-f]{12}"')
"""Parts of a second have six digits, as codes have: of thousands some are the same."""


@dataclass
class Secrets:
    """What must not be in any log."""

    texts: set[str] = field(default_factory=set)

    def add(self, *texts: str) -> None:
        self.texts.update(text for text in texts if len(text) > 3)

    def of(self, entry: Entry) -> None:
        """Everything about a person."""
        self.add(entry.iin.digits, entry.family_name, entry.given_name, entry.patronymic, entry.mail)

    def of_mails(self, mails: list[Mail]) -> None:
        """Addresses, codes and links."""
        for mail in mails:
            self.add(mail.to, *re.findall(r"\b\d{6}\b", mail.text), *re.findall(r"/([\w-]{43})\b", mail.text))

    def found_in(self, text: str) -> list[str]:
        text = _BY_CHANCE.sub("", text)
        forms = {form for secret in self.texts for form in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1])}
        return sorted(form for form in forms if form in text)


class BrokenMailer:
    """Says in its error whom it was writing to, and what."""

    def send(self, mail: Mail) -> None:
        raise OSError(f"refused: {mail.to} {mail.subject} {mail.text}")


class BrokenRegistry(EmbeddedRegistry):
    """Says in its error whom it was asked about."""

    def find(self, session: Session, iin: Iin) -> Person | None:
        raise RuntimeError(f"no connection while looking for {iin.digits}")

    def get(self, session: Session, person_id: str) -> Person | None:
        found = super().get(session, person_id)
        raise RuntimeError(f"no connection while reading {found}")


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """As a process does it, at the level ``debug``; put back afterwards."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    quiet = {name: logging.getLogger(name).level for name in ("httpx", "httpcore", "httpx2")}
    logs.take_over("json", "debug")
    taken = list(root.handlers)
    root.handlers = [*before, *taken]
    try:
        yield
    finally:
        root.handlers, root.level = before, level
        for name, its_level in quiet.items():
            logging.getLogger(name).setLevel(its_level)
        logs.configure()


@pytest.fixture
def people(services: Services, clock: ManualClock) -> list[Entry]:
    entries = list(fake.residents(3, 4))
    with services.database.uow() as tx:
        add_residents(
            tx, IinKeys.open(services.settings.keys_dir, services.settings.registrar_keys_dir), entries[:2], clock()
        )
        tx.commit()
    return entries


@pytest.fixture
def provider(clock: ManualClock, people: list[Entry]) -> Iterator[TestProvider]:
    with running(clock) as provider:
        provider.person = {"iin": people[0].iin.digits, "name": f"{people[0].given_name} {people[0].family_name}"}
        yield provider


@pytest.fixture
def services(settings: Settings, database: Database, clock: ManualClock, outbox: NullMailer) -> Services:
    """The real ones: the other tests of this folder make up who is signed in."""
    return create_services(settings, database=database, clock=clock, mailer=outbox)


@pytest.fixture
def app(services: Services) -> Starlette:
    """All rooms, as they are served."""
    return create_app(services.settings, services=services)


def test_nothing_that_is_logged_names_anybody(
    app: Starlette,
    services: Services,
    new_client: ClientFactory,
    people: list[Entry],
    worker: Worker,
    outbox: NullMailer,
    official: MakeOfficial,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    logs.configure("json", "debug")
    secrets = Secrets()
    for entry in people:
        secrets.of(entry)
    browser = Browser(new_client(app), worker, outbox)

    _sign_in(browser, services, people, secrets)
    _look_at_and_change_ones_data(browser, secrets)
    _go_astray(browser.client, secrets)
    _act_as_officials(official, people, secrets)
    _break(services, new_client, browser, people)
    browser.get("/en/me")
    browser.post("/en/sign-out")
    worker.run_due()
    secrets.of_mails(outbox.sent)

    logged = _everything(capfd, caplog)
    for words in ('"event": "request"', '"event": "request.failed"', '"event": "job.failed"', '"identity.file"'):
        assert words in logged
    assert len(secrets.texts) > 30
    assert secrets.found_in(logged) == []


def test_nothing_that_is_logged_of_a_providers_answers_names_anybody(
    services: Services,
    new_client: ClientFactory,
    provider: TestProvider,
    people: list[Entry],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    secret = services.settings.keys_dir.parent / "secret"
    secret.write_text(provider.secret)
    told = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": "egov",
        "oidc_client_secret_file": secret,
        "oidc_name": "ID",
    }
    known = Settings.model_validate(services.settings.model_dump() | told)
    app = create_app(known, services=replace(services, settings=known))
    logs.configure("json", "debug")
    visitor = Visitor(new_client(app), provider)
    visitor.sign_in()
    provider.change_token = lambda token: token[:-4] + "AAAA"
    visitor.sign_in()
    provider.change_token = lambda token: token
    provider.change_claims = lambda claims: claims | {"iin": people[2].iin.digits, "nonce": claims["nonce"]}
    visitor.sign_in()
    answer = provider.authorize(visitor.set_out())
    provider.failing = 500
    visitor.come_back(answer | {"error_description": people[0].mail})

    secrets = Secrets()
    for entry in people:
        secrets.of(entry)
    secrets.add(provider.secret, *provider.shown, *visitor.client.cookies.values())
    logged = _everything(capfd, caplog)
    assert logged.count("provider.failed") >= 2
    assert len(provider.shown) > 12
    assert secrets.found_in(logged) == []


def test_the_web_server_logs_no_address_of_a_request(
    services: Services,
    people: list[Entry],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As ``egov serve`` starts it, at its most talkative."""
    port = free_port()
    settings = Settings.model_validate(services.settings.model_dump() | {"base_url": f"http://localhost:{port}"})
    app = create_app(settings, services=replace(services, settings=settings))
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        log_config=None,
        log_level="debug",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ws="none",
    )
    with in_a_thread(uvicorn.Server(config)):
        with httpx.Client(base_url=f"http://localhost:{port}", trust_env=False) as client:
            query = urlencode({"q": people[0].family_name, "next": f"/en/votes/{VOTE}/ballots/{TRACKER}"})
            assert client.get(f"/en/sign-in?{query}").status_code == 200
            client.get(f"/en/votes/{VOTE}/ballots/{TRACKER}", headers={"Cookie": f"session={TRACKER}"})
            client.post("/en/sign-in", data={"iin": people[0].iin.digits}, headers={"Origin": "https://evil.example"})
            client.request("BREW", f"/{people[0].mail}")
        with httpx.Client(trust_env=False) as stranger:
            stranger.get(f"http://127.0.0.1:{port}/{people[0].iin.digits}")
    secrets = Secrets()
    for entry in people:
        secrets.of(entry)
    secrets.add(TRACKER, VOTE)
    logged = _everything(capfd, caplog)
    assert "identity.sign_in" in logged
    assert secrets.found_in(logged) == []


def _everything(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> str:
    sys.stdout.flush()
    out, err = capfd.readouterr()
    return out + err + caplog.text


def _sign_in(browser: Browser, services: Services, people: list[Entry], secrets: Secrets) -> None:
    """An unknown IIN, a mistyped one, a mail that does not leave, wrong codes, and at last the right one."""
    known, _, unknown = people
    browser.give_iin(unknown.iin.digits)
    browser.give_iin(known.iin.digits[:-1])
    browser.give_iin(known.iin.digits)
    Worker(replace(services, mailer=BrokenMailer())).run_due()
    browser.post("/en/sign-in/again")
    browser.give_code("739182")
    secrets.add("739182", *browser.cookies.values())
    code = browser.read_code()
    assert browser.give_code(code) == 303, browser.page
    secrets.add(code, *browser.cookies.values())
    assert browser.get("/en/me") == 200


def _look_at_and_change_ones_data(browser: Browser, secrets: Secrets) -> None:
    new = "quite.another@mail.example"
    secrets.add(new)
    for path in ("/en/me/data", "/en/me/data/file", "/en/me/mails", "/en/me/security", "/en/me/data/erase"):
        assert browser.get(path) == 200
    browser.get("/en/me/data/address")
    assert browser.post("/en/me/data/address", mail=f"{new} ") == 303
    browser.worker.run_due()
    secrets.of_mails(browser.outbox.sent)
    links = re.findall(r"http://localhost(/\w\w/address/[^\s]+)", "".join(mail.text for mail in browser.outbox.sent))
    assert len(links) == 2
    for link in links:
        assert browser.get(link) == 200
        browser.client.get(f"{link}x")
    browser.get("/en/help/contact")
    text = "My neighbour Кенжебек has not had any letter."
    secrets.add(text, "Кенжебек")
    browser.post("/en/help/contact", topic="other", text=text, mail=new)


def _go_astray(client: TestClient, secrets: Secrets) -> None:
    """Addresses, forms and cookies that hold what they should not, or that nobody expects."""
    secrets.add(TRACKER, VOTE)
    person = "Жәнібекұлы"
    secrets.add(person)
    for path in (
        f"/en/votes/{VOTE}/ballots/{TRACKER}",
        f"/votes/{VOTE}/receipts/{TRACKER}",
        f"/en/search?{urlencode({'q': person})}",
        f"/en/nothing/{TRACKER}",
        f"/en/sign-in/provider/answer?code={TRACKER}",
        f"/api/v1/votes/{VOTE}",
    ):
        client.get(path)
    client.post(f"/en/votes/{VOTE}/enter", data={"x": TRACKER})
    client.post(
        "/en/sign-in/passkey", content=json.dumps({"id": TRACKER}), headers={"Content-Type": "application/json"}
    )
    client.post("/en/me/security/app/new", data={"code": "739182"})
    client.get("/en/me", headers={"Cookie": f"session={TRACKER}", "User-Agent": quote(person)})


def _act_as_officials(official: MakeOfficial, people: list[Entry], secrets: Secrets) -> None:
    operator, administrator = official(Role.DESK_OPERATOR), official(Role.ADMINISTRATOR)
    for somebody in (operator, administrator):
        secrets.of(somebody.entry)
        secrets.add(somebody.token)
        assert somebody.client.get("/en/office").status_code == 200
    for entry in people:
        operator.client.post("/en/office/desk", data={"iin": entry.iin.digits})
        administrator.client.post(
            "/en/office/roles/propose", data={"iin": entry.iin.digits, "role": "auditor", "reason": entry.family_name}
        )


def _break(services: Services, new_client: ClientFactory, browser: Browser, people: list[Entry]) -> None:
    """What nobody foresaw, in a page and in a job, with errors that say too much."""
    broken = replace(
        services,
        registry=CorrectedRegistry(
            BrokenRegistry(IinKeys.open(services.settings.keys_dir, services.settings.registrar_keys_dir))
        ),
    )
    app = create_app(services.settings, services=broken)
    client = TestClient(app, base_url="http://localhost", raise_server_exceptions=False, follow_redirects=False)
    client.headers.update(browser.client.headers)
    client.cookies.update(browser.client.cookies)
    assert client.get("/en/me").status_code == 500
    page = client.get("/en/sign-in?fresh=1").text
    client.post("/en/sign-in", data=forms_of(page)["/en/sign-in"] | {"iin": people[1].iin.digits})
    Worker(broken).run_due()
