"""People who are signed in, as a test needs them: officials of any role, citizens of any level.

    def test_…(official: MakeOfficial, citizen: MakeCitizen) -> None:
        moderator = official(Role.MODERATOR)
        moderator.client.get("/en/office")              # a browser in the office, at level 2
        moderator.client.post("/en/office/…", data={})  # the token of forms goes along by itself
        citizen(level=3).client.get("/en/me")

Nothing is walked through: the session is put into the database, as signing in would have done. Each call makes another
person, who is in the register. What an official posts to the office, and is not refused, must leave an entry in the
audit trail: else the test fails, whatever it is about.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Protocol

import httpx2 as httpx
import pytest
from sqlmodel import func, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from egov_participation import keyring
from egov_participation.actions import Capacity, Role
from egov_participation.audit import AuditEntry
from egov_participation.database import UnitOfWork
from egov_participation.identity.models import LoginSession, Passkey
from egov_participation.identity.rules import Method
from egov_participation.identity.service import sessions
from egov_participation.identity.service.tokens import hash_token
from egov_participation.registry import fake
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.rules import Entry
from egov_participation.registry.service import add_residents
from egov_participation.roles import service as roles
from egov_participation.services import Services, SessionInfo, Site
from egov_participation.web.csrf import HEADER

NO_ACT = {
    r"/office/petitions/[\w-]+/\w+/preview": "shows how the public will see a decision: nothing is decided yet",
    r"/office/enter": "they are in the office already",
    r"/office/incidents/[\w-]+/preview": "shows how the public will see an answer: nothing is published yet",
    r"/office/desk/\w+/key/options": "makes a challenge for a security key: nothing is done yet",
}
"""What officials may post without an entry in the audit trail, and why."""
_SEED = 77
"""Not the other tests' people."""


@dataclass
class SignedIn:
    """Somebody in a browser of their own."""

    client: TestClient = field(repr=False)
    person_id: str
    entry: Entry
    session: SessionInfo
    """As at the start; `load` looks again."""
    services: Services = field(repr=False)
    token: str

    def load(self) -> SessionInfo | None:
        """The session as a request finds it at this moment."""
        return self.services.load_session(self.services, Site.MAIN, self.token)

    def sign(self, client: TestClient) -> TestClient:
        """Make another browser this session's, e.g. one of an application with other routes."""
        key = keyring.secret(self.services.settings.keys_dir, "csrf")
        client.cookies.set("session", self.token)
        client.headers[HEADER] = hmac.new(key, hash_token(self.token).encode(), hashlib.sha256).hexdigest()
        return client


class MakeOfficial(Protocol):
    """Makes an official; of several roles, one after the other are granted. A ministry's is for ``finance``."""

    def __call__(self, *roles: Role, agency: str = "finance", level: int = 2) -> SignedIn: ...


class MakeCitizen(Protocol):
    """Makes a citizen's session; one with roles could enter the office, and has not."""

    def __call__(self, *roles: Role, level: int = 1) -> SignedIn: ...


def _watch(client: TestClient, services: Services) -> None:
    """Make the browser fail the test in which something an official posted landed without an entry in the trail."""

    def count() -> int:
        with services.database.read() as db:
            return db.exec(select(func.count()).select_from(AuditEntry)).one()

    def before(request: httpx.Request) -> None:
        if request.method == "POST" and "/office/" in request.url.path:
            request.extensions["audited"] = count()

    def after(response: httpx.Response) -> None:
        path = response.request.url.path
        earlier = response.request.extensions.get("audited")
        if earlier is None or response.status_code >= 400 or any(re.search(f"{known}$", path) for known in NO_ACT):
            return
        assert count() > earlier, f"an official's POST to {path} landed without an entry in the audit trail"

    client.event_hooks = {"request": [before], "response": [after]}


def add_passkey(tx: UnitOfWork, person_id: str, added_at: datetime, *, level: int = 2) -> str:
    """Give somebody a passkey, which no device has; its public id."""
    public_id = secrets.token_hex(8)
    tx.add(
        Passkey(
            public_id=public_id,
            person_id=person_id,
            credential_id=secrets.token_bytes(16),
            public_key=b"",
            sign_count=0,
            level=level,
            name="Security key",
            synced=False,
            created_at=added_at,
        )
    )
    tx.flush()
    return public_id


def _person(
    services: Services, people: Iterator[Entry], granted: tuple[Role, ...], agency: str, level: int
) -> tuple[str, Entry]:
    entry, now = next(people), services.clock()
    with services.database.uow() as tx:
        add_residents(tx, IinKeys.open(services.settings.keys_dir, services.settings.registrar_keys_dir), [entry], now)
        person = services.registry.find(tx.session, entry.iin)
        assert person is not None
        if granted or level > 1:
            # Before the grants: a role counts only with what was there when it was given.
            add_passkey(tx, person.person_id, now, level=max(level, 2))
        for role in granted:
            roles.grant(tx, person.person_id, role, now, agency=agency if role is Role.MINISTRY else "")
        tx.commit()
    return person.person_id, entry


def open_session(services: Services, person_id: str, level: int, capacity: Capacity) -> str:
    """A session as signing in with one's only passkey leaves it, or with a mailed code at level 1; its token."""
    now = services.clock()
    passkey = select(Passkey.public_id).where(Passkey.person_id == person_id)
    with services.database.uow() as tx:
        token = sessions.open_main(
            tx,
            person_id,
            assurance=level,
            method=Method.MAILED_CODE if level == 1 else Method.PASSKEY,
            agent="Firefox, Linux",
            replaced=None,
            now=now,
            passkey=None if level == 1 else tx.session.exec(passkey).one(),
        )
        tx.flush()
        if capacity is Capacity.OFFICIAL:
            row = tx.get(LoginSession, hash_token(token))
            assert row is not None
            token, _ = sessions.open_official(tx, row, now)
        tx.commit()
    return token


def _sign_in(
    services: Services, client: TestClient, person_id: str, entry: Entry, level: int, capacity: Capacity
) -> SignedIn:
    token = open_session(services, person_id, level, capacity)
    found = services.load_session(services, Site.MAIN, token)
    assert found is not None
    somebody = SignedIn(client, person_id, entry, found, services, token)
    somebody.sign(client)
    if capacity is Capacity.OFFICIAL:
        _watch(client, services)
    return somebody


@cache
def _people() -> tuple[Entry, ...]:
    """The same in all tests; to invent them takes longer than many a test."""
    return tuple(fake.residents(100, _SEED))


@pytest.fixture
def more_people() -> Iterator[Entry]:
    """People nobody has met in this test yet."""
    return iter(_people())


@pytest.fixture
def official(
    services: Services, app: Starlette, new_client: Callable[[Starlette], TestClient], more_people: Iterator[Entry]
) -> MakeOfficial:
    """Makes officials: ``official(Role.MODERATOR)``."""

    def make(*roles: Role, agency: str = "finance", level: int = 2) -> SignedIn:
        person_id, entry = _person(services, more_people, roles, agency, level)
        return _sign_in(services, new_client(app), person_id, entry, level, Capacity.OFFICIAL)

    return make


@pytest.fixture
def citizen(
    services: Services, app: Starlette, new_client: Callable[[Starlette], TestClient], more_people: Iterator[Entry]
) -> MakeCitizen:
    """Makes citizens: ``citizen(level=3)``, and with roles that they do not act in: ``citizen(Role.AUDITOR)``."""

    def make(*roles: Role, level: int = 1) -> SignedIn:
        person_id, entry = _person(services, more_people, roles, "finance", level)
        return _sign_in(services, new_client(app), person_id, entry, level, Capacity.CITIZEN)

    return make
