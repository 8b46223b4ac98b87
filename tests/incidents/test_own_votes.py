"""What is open for a voter: told to them alone, without a word on whether they voted, and never by guessing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient
from tests.conftest import ClientFactory
from tests.incidents.reporting import rows
from tests.officials import MakeCitizen
from tests.voting.making import make_vote, tallied

from egov_participation.app import create_app
from egov_participation.errors import DomainError
from egov_participation.identity.rules import Method
from egov_participation.identity.service import sessions
from egov_participation.registrar.interface import Registrar
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.rules import VoteKind

SignIn = Callable[[Services, str], TestClient]


class Unreachable:
    """A registrar that is down."""

    def __getattr__(self, name: str) -> Callable[..., object]:
        def refuse(*_arguments: object) -> object:
            raise DomainError(503, "The registrar does not answer.", code="registrar.unavailable")

        return refuse


@pytest.fixture
def sign_in(new_client: ClientFactory) -> SignIn:
    """Somebody's browser, of an application with these services."""

    def go(services: Services, person: str) -> TestClient:
        with services.database.uow() as tx:
            token = sessions.open_main(
                tx,
                person,
                assurance=1,
                method=Method.MAILED_CODE,
                agent="Firefox, Linux",
                replaced=None,
                now=services.clock(),
            )
            tx.commit()
        client = new_client(create_app(services.settings, services=services, debug=True))
        client.cookies.set("session", token)
        return client

    return go


def test_open_coming_and_ended_votes_are_told_with_what_each_needs_and_not_whether_one_voted(
    services: Services, sign_in: SignIn
) -> None:
    ended = make_vote(services)
    tallied(services, ended)
    binding = make_vote(services, trustees=3, kind=VoteKind.BINDING)
    coming = make_vote(services, opens_in=timedelta(days=2))
    person = binding.people[0]
    assert person == ended.people[0] == coming.people[0]
    client = sign_in(services, person)
    page = client.get("/en/me/votes")
    assert page.headers["cache-control"] == "no-store"
    places = [page.text.index(f"/votes/{vote.uuid}") for vote in (binding, coming, ended)]
    assert places == sorted(places)
    assert "You need a passkey that a service centre enrolled" in page.text
    assert f"/en/votes/{ended.uuid}/result" in page.text
    main = page.text.partition("<main")[2]
    service.cast(services, binding.uuid, person, binding.ballot(0), assurance=3)
    assert client.get("/en/me/votes").text.partition("<main")[2] == main


def test_a_stranger_sees_no_vote_and_nobody_is_sent_to_sign_in(
    services: Services, citizen: MakeCitizen, client: TestClient
) -> None:
    vote = make_vote(services)
    stranger = citizen().client
    assert vote.uuid not in stranger.get("/en/me/votes").text
    assert "You are on the register of no vote" in stranger.get("/en/me/votes").text
    assert client.get("/en/me/votes").status_code == 303


def test_the_list_of_votes_is_the_same_for_all_and_fetches_what_is_open(
    services: Services, client: TestClient, sign_in: SignIn
) -> None:
    vote = make_vote(services)
    voter = sign_in(services, vote.people[0])
    public = client.get("/en/votes").text
    assert public == voter.get("/en/votes").text
    assert 'hx-get="/en/me/votes/open"' in public
    assert client.get("/en/me/votes/open").text == ""
    fragment = voter.get("/en/me/votes/open")
    assert f"/en/votes/{vote.uuid}/enter" in fragment.text
    assert "<html" not in fragment.text
    assert fragment.headers["cache-control"] == "no-store"


def test_a_registrar_that_is_down_is_said_and_the_rest_of_the_page_works(services: Services, sign_in: SignIn) -> None:
    vote = make_vote(services)
    down: Registrar = Unreachable()  # type: ignore[assignment]
    client = sign_in(replace(services, registrar=down), vote.people[0])
    for path in ("/en/me/votes", "/en/me/votes/open"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "The registrar does not answer." in answer.text
    assert client.get("/en/votes").status_code == 200


def test_a_theft_that_the_registrar_did_not_hear_of_opens_no_incident(
    services: Services, new_client: ClientFactory, sign_in: SignIn
) -> None:
    vote = make_vote(services)
    client = sign_in(services, vote.people[0])
    page = client.get(f"/en/votes/{vote.uuid}/theft").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    down: Registrar = Unreachable()  # type: ignore[assignment]
    other = new_client(create_app(services.settings, services=replace(services, registrar=down)))
    other.cookies.set("session", client.cookies["session"])
    answer = other.post(f"/en/votes/{vote.uuid}/theft", data={"csrf_token": token, "sure": "yes"})
    assert answer.status_code == 503
    assert "does not answer" in answer.text
    assert rows(services) == []
    service.cast(services, vote.uuid, vote.people[0], vote.ballot(0))
