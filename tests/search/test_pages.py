"""The platform's own pages, and votes, are found."""

from __future__ import annotations

import pytest
from prometheus_client import REGISTRY
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.voting.making import make_vote

from egov_participation.app import index_texts
from egov_participation.search import service
from egov_participation.services import Services


@pytest.mark.parametrize(("lang", "query"), [("kk", "дауыс беру"), ("ru", "голосование"), ("en", "voting")])
def test_help_is_found_in_every_language_once_the_application_has_started(
    app: Starlette, services: Services, lang: str, query: str
) -> None:
    index_texts(app)
    with services.database.read() as session:
        found = service.find(session, lang, query)
        assert "/help" in service.refs(session, "page")
    assert any(item.path.startswith("/help") and item.lang == lang for item in found.items)


def test_the_platforms_reading_of_its_own_pages_is_no_line_of_the_log_and_no_request_that_is_counted(
    app: Starlette, client: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    def counted() -> float:
        labels = {"route": "observe.how", "method": "GET", "status": "200"}
        return REGISTRY.get_sample_value("egov_request_seconds_count", labels) or 0

    before = counted()
    index_texts(app)
    assert ("observe.how" in capfd.readouterr().out, counted()) == (False, before)
    client.get("/ru/observe/how?from=a-visitor")
    assert ("observe.how" in capfd.readouterr().out, counted()) == (True, before + 1)


def test_a_page_that_is_gone_is_found_no_more(app: Starlette, services: Services) -> None:
    index_texts(app)
    app.state.texts = ["/observe"]
    index_texts(app)
    with services.database.read() as session:
        assert service.refs(session, "page") == {"/observe"}


def test_a_page_that_fails_does_not_keep_the_application_from_starting(app: Starlette, services: Services) -> None:
    app.state.texts = ["/no-such-page"]
    index_texts(app)
    with services.database.read() as session:
        assert service.refs(session, "page") == set()


def test_a_vote_is_found_as_soon_as_it_is_set_up(services: Services, client: TestClient) -> None:
    vote = make_vote(services)
    with services.database.read() as session:
        texts = client.get(f"/api/v1/votes/{vote.uuid}").json()
        for lang, title in texts["title"].items():
            (found,) = service.find(session, lang, title).items
            assert (found.kind, found.ref, found.lang) == ("vote", vote.uuid, lang)
            answer = texts["questions"][0]["answers"][0][lang]
            assert vote.uuid in [item.ref for item in service.find(session, lang, answer).items]
