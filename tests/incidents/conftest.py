"""A vote to report about, and its voters in browsers of their own."""

from __future__ import annotations

from typing import Protocol

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.conftest import ClientFactory
from tests.voting.making import MadeVote, make_vote

from egov_participation.identity.rules import Method
from egov_participation.identity.service import sessions
from egov_participation.services import Services


class SignIn(Protocol):
    """``voter(vote, 1, level=1)`` is the browser of the second of the vote's people."""

    def __call__(self, vote: MadeVote, place: int = 0, *, level: int = 3) -> TestClient: ...


@pytest.fixture
def vote(services: Services) -> MadeVote:
    """An open vote of two voters; made before anybody signs in."""
    return make_vote(services, voters=2)


@pytest.fixture
def voter(services: Services, app: Starlette, new_client: ClientFactory) -> SignIn:
    """Signs somebody on the roll in."""

    def sign_in(vote: MadeVote, place: int = 0, *, level: int = 3) -> TestClient:
        method = Method.PASSKEY if level > 1 else Method.MAILED_CODE
        person, now = vote.people[place], services.clock()
        with services.database.uow() as tx:
            token = sessions.open_main(
                tx, person, assurance=level, method=method, agent="Firefox, Linux", replaced=None, now=now
            )
            tx.commit()
        client = new_client(app)
        client.cookies.set("session", token)
        return client

    return sign_in
