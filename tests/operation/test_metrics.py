"""What is counted, and that it tells of nobody."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient
from tests.conftest import ClientFactory

from egov_participation import metrics
from egov_participation.app import create_app
from egov_participation.clock import ManualClock
from egov_participation.jobs import enqueue
from egov_participation.services import Services

TOKEN = "a token of the one who watches"
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def watched(services: Services, tmp_path: Path, new_client: ClientFactory) -> TestClient:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    settings = services.settings.model_copy(update={"metrics_token_file": file})
    return new_client(create_app(settings, services=dataclasses.replace(services, settings=settings), debug=True))


def samples(client: TestClient) -> Samples:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    return found.get((name, frozenset(labels.items())), 0.0)


@pytest.mark.sqlite
@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}])
def test_there_is_no_such_page_without_the_token(watched: TestClient, header: dict[str, str]) -> None:
    assert watched.get("/metrics", headers=header).status_code == 404


@pytest.mark.sqlite
def test_there_is_none_for_anybody_where_no_token_is_set(client: TestClient) -> None:
    for given in ("Bearer ", "Bearer None", f"Bearer {TOKEN}"):
        assert client.get("/metrics", headers={"Authorization": given}).status_code == 404


@pytest.mark.sqlite
def test_requests_are_counted_by_the_routes_name_and_those_of_the_cache_apart(
    watched: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine the second for which a page is kept may lie between two requests.
    monkeypatch.setattr("egov_participation.web.cache.time", SimpleNamespace(monotonic=lambda: 0.0))
    labels = {"route": "home.help", "method": "GET", "status": "200"}
    before = samples(watched)
    for _ in range(3):
        watched.get("/en/help?name=aigerim")
    after = samples(watched)

    def more(name: str, **given: str) -> float:
        return value(after, name, **given) - value(before, name, **given)

    assert more("egov_request_seconds_count", **labels) == 1
    assert more("egov_page_cache_total", outcome="hit") == 2


@pytest.mark.sqlite
def test_no_label_holds_what_a_visitor_chose(watched: TestClient) -> None:
    secret = "Aigerim-900101"
    watched.get(f"/en/votes/{secret}?q={secret}", headers={"User-Agent": secret, "X-Request-ID": secret})
    watched.get(f"/{secret}")
    watched.request(secret.upper(), "/en/help")
    watched.get("/en/help", headers={"Host": f"{secret}.example"})

    text = watched.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert secret.lower() not in text.lower()


def test_what_waits_is_counted_by_kind(watched: TestClient, services: Services, clock: ManualClock) -> None:
    with services.database.uow() as tx:
        for number in range(2):
            enqueue(tx, "metrics.test", f"aigerim-{number}", {}, run_after=clock())
        tx.commit()
    clock.advance(minutes=3)
    found = samples(watched)

    assert value(found, "egov_jobs_waiting", kind="metrics.test") == 2
    assert value(found, "egov_job_late_seconds") == 180
    assert not [key for key in found if "aigerim" in str(key)]


def test_the_moment_of_one_ballot_cannot_be_read_off() -> None:
    def accepted() -> float:
        return REGISTRY.get_sample_value("egov_casts_total", {"outcome": "accepted"}) or 0.0

    seen = set()
    for _ in range(25):
        metrics.cast_accepted()
        seen.add(accepted())

    assert {count % 10 for count in seen} == {0}
    assert len(seen) in (3, 4)


def test_labels_come_from_a_short_list() -> None:
    """Each metric's labels are named here: a new one must be thought about."""
    source = Path(metrics.__file__).read_text("utf-8")
    labels = set(re.findall(r'"(\w+)"', " ".join(re.findall(r"\[(\"[^\]]+)\]", source))))

    assert labels == {"route", "method", "status", "kind", "outcome"}
