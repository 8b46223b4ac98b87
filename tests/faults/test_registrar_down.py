"""The registrar goes while a voter wants to see their code: each page says so, and what was proved still counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.registrar.test_contract import Serving
from tests.voting.making import make_vote
from tests.voting_web.conftest import fields_of
from tests.voting_web.entering import sign_in

from egov_participation.app import create_services
from egov_participation.clock import ManualClock
from egov_participation.database import Database
from egov_participation.mail import NullMailer
from egov_participation.registrar.client import RemoteRegistrar
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.services import Services
from egov_participation.settings import Settings

SAID = {
    "kk": "Осы сайттың жанында бөлек жұмыс істейтін тіркеуші бағдарламасы қазір жауап бермей тұр.",
    "ru": "Регистратор, отдельная программа рядом с этим сайтом, сейчас не отвечает.",
    "en": "The registrar, a program of its own beside this site, does not answer at the moment.",
}


class Process:
    """The registrar's process, as often as it is started."""

    def __init__(self, registrar: LocalRegistrar, folder: Path) -> None:
        self.registrar = registrar
        self._folder = folder
        self.start()

    def start(self) -> None:
        self._serving = Serving(self.registrar, self._folder, uds=True)
        self._serving.start()

    def stop(self) -> None:
        self._serving.stop()

    def client(self) -> RemoteRegistrar:
        return RemoteRegistrar(self._serving.url, self._serving.secret_file)


@pytest.fixture
def inside(settings: Settings, database: Database, clock: ManualClock, outbox: NullMailer) -> Services:
    return create_services(settings, database=database, clock=clock, mailer=outbox)


@pytest.fixture
def process(inside: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    assert isinstance(inside.registrar, LocalRegistrar)
    process = Process(inside.registrar, tmp_path_factory.mktemp("s"))
    yield process
    process.stop()


@pytest.fixture
def services(inside: Services, process: Process) -> Iterator[Services]:
    """The platform's, with the registrar in a process of its own and the real sessions."""
    services = replace(inside, registrar=process.client())
    yield services
    services.registrar.close()


def check_that_it_is_said(client: TestClient, method: str, path: str, data: dict[str, str]) -> None:
    for lang, words in SAID.items():
        answer = client.request(method, f"/{lang}{path}", data=data or None)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
        assert (words in answer.text, answer.headers["Cache-Control"]) == (True, "no-store")


def test_a_code_is_shown_though_the_registrar_was_restarted_at_each_step_before(
    client: TestClient, booth: TestClient, services: Services, process: Process, outbox: NullMailer
) -> None:
    vote = make_vote(services, voters=1, trustees=1)
    sign_in(client, services, vote.people[0])
    code, page = f"/votes/{vote.uuid}/code", f"/votes/{vote.uuid}/credential"
    begun = client.get(f"/en{code}")
    sent = client.post(f"/en{code}/mail", data=fields_of(begun.text))
    process.registrar.work()
    (digits,) = re.findall(r"^    (\d{4}\d{4})$", outbox.sent[-1].text, re.MULTILINE)
    typed = fields_of(sent.text) | {"code": digits}

    process.stop()
    check_that_it_is_said(client, "GET", code, {})
    check_that_it_is_said(client, "POST", f"{code}/mail", fields_of(begun.text))
    check_that_it_is_said(client, "POST", f"{code}/answer", typed)
    process.start()

    proved = client.post(f"/en{code}/answer", data=typed)
    from_main = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"}
    assert booth.post("/handoff", data=fields_of(proved.text), headers=from_main).headers["location"] == f"/en{page}"
    button = fields_of(booth.get(f"/en{page}").text)

    process.stop()
    check_that_it_is_said(booth, "POST", page, button)
    process.start()

    shown = booth.post(f"/en{page}", data=button)
    assert (shown.status_code, vote.credentials[0] in shown.text.replace("</span><span>", "")) == (200, True)
