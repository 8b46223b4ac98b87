"""Traces hold the names of routes and parts, and nothing of who asked for what."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient
from tests.conftest import ClientFactory
from tests.foundation.conftest import ROUTES as SMALL
from tests.foundation.conftest import small_app

from egov_participation import tracing
from egov_participation.actions import Action
from egov_participation.services import Services
from egov_participation.settings import Settings
from egov_participation.web.routing import BOOTH, route

pytestmark = pytest.mark.sqlite
SECRET = "KMLMr96HM3M2nQ"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = tracing.start(SimpleSpanProcessor(exporter))
    yield exporter
    tracing.stop()
    provider.shutdown()


@pytest.fixture
def app(services: Services) -> Starlette:
    return small_app(services, SMALL)


def test_a_request_is_a_span_of_its_routes_name(client: TestClient, spans: InMemorySpanExporter) -> None:
    client.get(f"/en/page/{SECRET}?name={SECRET}", headers={"User-Agent": SECRET, "Cookie": f"session={SECRET}"})

    [span] = spans.get_finished_spans()
    assert span.name == "GET test.thing"
    assert dict(span.attributes or {}) == {
        "http.request.method": "GET",
        "http.route": "test.thing",
        "http.response.status_code": 200,
    }
    assert SECRET not in span.to_json()


def test_of_an_error_nothing_is_told_but_that_it_was_one(client: TestClient, spans: InMemorySpanExporter) -> None:
    client.get("/en/crash")

    [span] = spans.get_finished_spans()
    assert (span.status.is_ok, span.events) == (False, ())
    assert "secret@example.org" not in span.to_json()


def test_writing_is_a_part_of_its_request(client: TestClient, services: Services, spans: InMemorySpanExporter) -> None:
    client.get("/ready")

    parts = {span.name: span for span in spans.get_finished_spans()}
    assert set(parts) == {"GET ready", "database.write"}
    assert parent_of(parts["database.write"]) == context_of(parts["GET ready"])


def test_nothing_is_told_of_what_is_posted_to_the_booth(
    services: Services, spans: InMemorySpanExporter, new_client: ClientFactory
) -> None:
    def cast(_request: Request) -> Response:
        with tracing.part("database.write"):
            return Response(status_code=201)

    routes = [route("/cast", cast, Action.VISIT, methods=("POST",), site=BOOTH, localized=False)]
    booth = new_client(small_app(services, [*SMALL, *routes]), booth=True)

    assert booth.post("/cast").status_code == 201
    assert spans.get_finished_spans() == ()
    assert booth.get("/en/page").status_code == 200
    assert [span.name for span in spans.get_finished_spans()] == ["GET test.booth_page"]


def context_of(span: ReadableSpan) -> int:
    assert span.context is not None
    return span.context.span_id


def parent_of(span: ReadableSpan) -> int | None:
    return span.parent.span_id if span.parent else None


def test_a_visitor_begins_no_trace(client: TestClient, spans: InMemorySpanExporter) -> None:
    client.get("/en/page", headers={"traceparent": PARENT})

    [span] = spans.get_finished_spans()
    assert span.parent is None


def test_a_trusted_proxy_does(
    services: Services, settings: Settings, spans: InMemorySpanExporter, new_client: ClientFactory
) -> None:
    trusting = Settings.model_validate(settings.model_dump() | {"trusted_proxies": "127.0.0.1/32"})
    app = small_app(type(services)(**(vars(services) | {"settings": trusting})), SMALL)
    TestClient(app, base_url="http://localhost", client=("127.0.0.1", 50000)).get(
        "/en/page", headers={"traceparent": PARENT}
    )

    [span] = spans.get_finished_spans()
    assert parent_of(span) == 0xB7AD6B7169203331


def test_none_are_made_without_a_collector(client: TestClient) -> None:
    with tracing.exporting(""):
        client.get("/en/page")

        assert not tracing.is_on()
