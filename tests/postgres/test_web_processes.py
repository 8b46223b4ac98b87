"""Two web processes, as a proxy would use them in turn: one site, one set of sessions, one count of tries."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.identity.conftest import forms_of
from tests.ports import free_port

from egov_participation.clock import system_clock
from egov_participation.database import Database
from egov_participation.identity.service import latest_mails
from egov_participation.registry import fake
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.rules import Entry
from egov_participation.registry.service import add_residents
from egov_participation.settings import Settings

pytestmark = pytest.mark.postgresql
PATIENCE = 240
HEADERS = {"Host": "localhost", "Origin": "http://localhost", "Accept-Language": "en"}


@pytest.fixture
def person(database: Database, settings: Settings) -> Entry:
    """Somebody in the register."""
    (entry,) = fake.residents(1)
    with database.uow() as tx:
        add_residents(tx, IinKeys.open(settings.keys_dir, settings.registrar_keys_dir), [entry], system_clock())
        tx.commit()
    return entry


@pytest.fixture
def addresses(settings: Settings, person: Entry, tmp_path: Path) -> Iterator[list[str]]:
    """Of two processes with one name, ``localhost``, as behind a proxy."""
    ports = [free_port(), free_port()]
    environment = {
        "PATH": os.environ["PATH"],
        "EGOV_DATABASE_URL": settings.database_url,
        "EGOV_KEYS_DIR": str(settings.keys_dir),
        "EGOV_REGISTRAR_DATABASE_URL": settings.registrar_database_url,
        "EGOV_REGISTRAR_KEYS_DIR": str(settings.registrar_keys_dir),
        "EGOV_BASE_URL": "http://localhost",
        "EGOV_BOOTH_URL": "http://booth.localhost",
        "EGOV_DEMO": "true",
    }
    egov = Path(sys.executable).with_name("egov")
    log = (tmp_path / "log").open("wb")
    started = [
        subprocess.Popen([egov, "serve", "--port", str(port)], env=environment, stdout=log, stderr=log)
        for port in ports
    ]
    try:
        found = [f"http://127.0.0.1:{port}" for port in ports]
        for address in found:
            _wait_for(address, tmp_path / "log")
        yield found
        for process in started:
            process.terminate()
        # uvicorn ends in good order, and then of the signal.
        assert [process.wait(PATIENCE) for process in started] == [-signal.SIGTERM] * 2
        assert "Traceback" not in (tmp_path / "log").read_text()
    finally:
        for process in started:
            process.kill()
            process.wait()
        log.close()


def _wait_for(address: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/ready", headers={"Host": "localhost"}, timeout=PATIENCE).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


class Visitor:
    """A browser whose every request goes to the other process than the one before."""

    def __init__(self, client: httpx.Client, addresses: list[str]) -> None:
        self._client = client
        self._addresses = addresses
        self._requests = 0
        self.page = ""

    def _send(self, method: str, path: str, data: dict[str, str] | None = None) -> httpx.Response:
        address = self._addresses[self._requests % 2]
        self._requests += 1
        answer = self._client.request(method, address + path, data=data)
        self.page = answer.text
        return answer

    def get(self, path: str) -> httpx.Response:
        return self._send("GET", path)

    def post(self, action: str, **fields: str) -> httpx.Response:
        """Post the form of the last page that leads there."""
        return self._send("POST", action, forms_of(self.page)[action] | fields)


def code(database: Database) -> str:
    """Of the latest mail in the demonstration's mailbox, which one of the two workers has put there."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with database.read() as session:
            found = [re.search(r"\b\d{6}\b", mail.text) for mail in latest_mails(session)]
        if found and found[0]:
            return found[0][0]
        time.sleep(0.05)
    raise AssertionError("no mail came")


def test_who_signs_in_at_one_process_is_signed_in_at_the_other(
    addresses: list[str], database: Database, person: Entry
) -> None:
    with httpx.Client(headers=HEADERS, timeout=PATIENCE) as client:
        walk(Visitor(client, addresses), database, person)


def walk(visitor: Visitor, database: Database, person: Entry) -> None:
    for _ in range(2):
        assert visitor.get("/en").status_code == 200
    visitor.get("/en/sign-in")
    assert visitor.post("/en/sign-in", iin=person.iin.digits).status_code == 303
    visitor.get("/en/sign-in/code")
    answer = visitor.post("/en/sign-in/code", code=code(database))
    assert answer.status_code == 303, answer.text
    for _ in range(2):
        assert visitor.get("/en/me").status_code == 200
    visitor.get("/en/me")
    assert visitor.post("/en/sign-out").status_code == 303
    for _ in range(2):
        assert visitor.get("/en/me").status_code == 303
