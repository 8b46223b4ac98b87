"""A vote on the application, and browsers of its voters at the main site and at the booth.

The whole application runs but for signing in: a browser's cookie holds its voter's place among the vote's people.
(`test_entering` goes through the real door, and the identity room's tests sign in as people do.)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.conftest import ClientFactory
from tests.voting.making import MadeVote, make_vote

from egov_participation.app import create_services
from egov_participation.clock import ManualClock
from egov_participation.database import Database
from egov_participation.mail import NullMailer
from egov_participation.services import Services, SessionInfo, Site
from egov_participation.settings import Settings
from egov_participation.web import csrf


@dataclass
class Voters:
    """Stands in for the sessions of signed-in people."""

    people: dict[str, str] = field(default_factory=dict)
    """Person by the cookie's token."""
    vote: str | None = None
    """The vote that sessions on the booth are for."""
    signed_in_at: datetime | None = None
    """Now, unless set."""

    def load(self, services: Services, site: Site, token: str) -> SessionInfo | None:
        if token not in self.people:
            return None
        now = services.clock()
        vote = self.vote if site is Site.BOOTH else None
        return SessionInfo(self.people[token], token.ljust(64, "0"), now, self.signed_in_at or now, 1, vote)


@pytest.fixture
def voters() -> Voters:
    return Voters()


@pytest.fixture
def services(
    settings: Settings, database: Database, clock: ManualClock, outbox: NullMailer, voters: Voters
) -> Services:
    return create_services(settings, database=database, clock=clock, mailer=outbox, load_session=voters.load)


@pytest.fixture
def vote(services: Services, voters: Voters) -> MadeVote:
    """Open for eight hours, three voters, two trustees."""
    made = make_vote(services)
    voters.people = {str(place): person for place, person in enumerate(made.people)}
    voters.vote = made.uuid
    return made


AtBooth = Callable[..., TestClient]


@pytest.fixture
def at_booth(vote: MadeVote, app: Starlette, new_client: ClientFactory) -> AtBooth:
    """``at_booth(0, "kk")``: the booth's program in a voter's browser, with the token that the booth's page gave it."""

    def make(voter: int | None = 0, lang: str = "en") -> TestClient:
        client = new_client(app, booth=True)
        if voter is not None:
            client.cookies.set("booth", str(voter))
            page = client.get(f"/{lang}/votes/{vote.uuid}/booth").text
            client.headers[csrf.HEADER] = re.findall(r'data-csrf-token="(\w+)"', page)[0]
        client.headers |= {"Accept": "*/*", "Accept-Language": lang, "Content-Type": "application/json"}
        return client

    return make


@pytest.fixture
def signed_in(vote: MadeVote, client: TestClient) -> TestClient:
    """The browser of voter 0 at the main site."""
    client.cookies.set("session", "0")
    return client


def fields_of(html: str) -> dict[str, str]:
    """The hidden fields of a page's forms, as a browser would post them."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
