"""Public pages keep what they were made of, and still say at once what was written and what the clock has done.

The page cache is off: what it keeps is told of in ``tests/operation/test_page_cache.py``.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime
from unittest.mock import patch

import pytest
from sqlalchemy import update
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient
from tests.conftest import ClientFactory
from tests.voting.making import MadeVote, make_vote

from egov_participation.actions import Action
from egov_participation.app import create_app
from egov_participation.clock import ManualClock
from egov_participation.database import Database
from egov_participation.services import Services
from egov_participation.voting.models import Vote
from egov_participation.voting.service import reading
from egov_participation.web import reading as web_reading
from egov_participation.web import templating
from egov_participation.web.routing import route

OPEN, CANCELLED, CLOSED = (
    "hours left, until",
    "its ballots are never decrypted",
    "the encrypted ballots are being added up",
)


@pytest.fixture
def client(services: Services, new_client: ClientFactory) -> TestClient:
    settings = services.settings.model_copy(update={"page_cache": 0.0})
    return new_client(create_app(settings, services=dataclasses.replace(services, settings=settings), debug=True))


def cancel(database: Database, uuid: str, now: datetime) -> None:
    with database.uow() as tx:
        tx.session.execute(update(Vote).where(col(Vote.uuid) == uuid).values(cancelled_at=now))
        tx.commit()


def pages(client: TestClient, uuid: str) -> tuple[str, str, str]:
    """The front page, the list and the vote's page."""
    front, listed, own = (client.get(path).text for path in ("/en", "/en/votes", f"/en/votes/{uuid}"))
    return front, listed, own


@pytest.mark.both
def test_what_this_process_writes_stands_on_the_next_page(
    client: TestClient, vote: MadeVote, services: Services
) -> None:
    before = pages(client, vote.uuid)
    cancel(services.database, vote.uuid, services.clock())
    front, listed, own = pages(client, vote.uuid)

    assert all(OPEN in page for page in before)
    assert "No vote is open at the moment" in front
    assert CANCELLED in listed
    assert CANCELLED in own


@pytest.mark.sqlite
def test_what_another_process_writes_stands_on_the_next_page(
    client: TestClient, vote: MadeVote, services: Services
) -> None:
    before = pages(client, vote.uuid)
    other = Database(services.database.url)
    cancel(other, vote.uuid, services.clock())
    other.close()
    front, listed, own = pages(client, vote.uuid)

    assert all(OPEN in page for page in before)
    assert "No vote is open at the moment" in front
    assert CANCELLED in listed
    assert CANCELLED in own


def test_a_vote_that_was_set_up_stands_on_the_next_page(client: TestClient, vote: MadeVote, services: Services) -> None:
    before = client.get("/en/votes").text
    later = make_vote(services)

    assert later.uuid not in before
    assert later.uuid in client.get("/en/votes").text
    assert later.uuid in client.get("/en").text


def test_a_vote_is_over_as_soon_as_the_clock_says_so(client: TestClient, vote: MadeVote, clock: ManualClock) -> None:
    before = pages(client, vote.uuid)
    clock.advance(hours=8, seconds=1)
    front, listed, own = pages(client, vote.uuid)

    assert all(OPEN in page for page in before)
    assert "No vote is open at the moment" in front
    assert CLOSED in listed
    assert CLOSED in own


def test_how_long_is_left_is_said_anew_each_second(client: TestClient, vote: MadeVote, clock: ManualClock) -> None:
    before = client.get("/en").text
    clock.advance(hours=2)

    assert client.get("/en").text != before


def test_nothing_is_read_nor_made_twice_while_nothing_happens(client: TestClient, vote: MadeVote) -> None:
    before = pages(client, vote.uuid)
    with (
        patch.object(reading, "_published", side_effect=AssertionError),
        patch.object(templating.Templates, "render", side_effect=AssertionError),
    ):
        assert pages(client, vote.uuid) == before


def test_languages_are_kept_apart(client: TestClient, vote: MadeVote) -> None:
    texts = [client.get(f"/{lang}/votes/{vote.uuid}").text for lang in ("kk", "ru", "en", "kk")]

    assert len(set(texts)) == 3
    assert texts[0] == texts[3]


def test_a_page_that_may_depend_on_who_asks_cannot_be_kept(services: Services, new_client: ClientFactory) -> None:
    async def own(request: Request) -> Response:
        return web_reading.page(request, (), lambda: Response("mine"))

    app = create_app(services.settings, services=services, routes=[route("/own", own, Action.VISIT)], debug=True)

    with pytest.raises(RuntimeError, match="same for everybody"):
        new_client(app).get("/en/own")


@pytest.mark.both
def test_a_stamp_is_the_same_until_something_is_committed(database: Database) -> None:
    with patch("time.monotonic", return_value=1.0):
        first, again = database.stamp(), database.stamp()
        with database.uow() as tx:
            tx.commit()
        after = database.stamp()

    assert first == again
    assert after != first
