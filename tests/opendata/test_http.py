"""How files are served: to any site's program, with tags, and to whoever has them not again."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.opendata.conftest import Held, make_rehearsal, report
from tests.voting.making import make_vote, tallied
from tests.voting.protocols import correct, sign

from egov_participation.clock import ManualClock
from egov_participation.ledger import service as ledger
from egov_participation.opendata import lasting
from egov_participation.opendata.datasets import DATASETS
from egov_participation.services import Services
from egov_participation.voting import service as voting

FILES = [
    *(f"{name}.{ending}" for name in DATASETS for ending in ("csv", "jsonl", "csv-metadata.json")),
    "catalog.jsonld",
]
TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "jsonl": "application/jsonl; charset=utf-8",
    "json": "application/csvm+json",
    "jsonld": "application/ld+json",
}


def test_every_file_is_open_to_other_sites_and_sent_once(held: Held) -> None:
    client = held.client
    for name in FILES:
        address = f"/data/{name}"
        answer = client.get(address)
        assert answer.headers["content-type"] == TYPES[name.rpartition(".")[2]]
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cache-control"].startswith("public, max-age=")
        head = client.head(address)
        assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", answer.headers["etag"])
        again = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        asked = {"Origin": "https://observer.example", "Access-Control-Request-Method": "GET"}
        assert client.options(address, headers=asked).headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "name", ["nothing.csv", "nothing.jsonl", "log/nothing.jsonl", "votes.csv-metadata", "..%2Fvotes.csv", "votes.xml"]
)
def test_what_is_not_there_is_said_as_a_problem(held: Held, name: str) -> None:
    answer = held.client.get(f"/data/{name}")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.headers["access-control-allow-origin"] == "*"


def tags(client: TestClient) -> dict[str, str]:
    return {name: client.head(f"/data/{name}.jsonl").headers["etag"] for name in DATASETS}


def test_a_tag_changes_with_what_is_in_the_file_and_with_nothing_else(
    client: TestClient, services: Services, clock: ManualClock
) -> None:
    made, mock = make_vote(services, voters=1, trustees=1), make_rehearsal(services)
    before = tags(client)
    voting.cast(services, made.uuid, made.people[0], made.ballot(0))
    after = tags(client)
    assert {name for name in before if before[name] != after[name]} == {"votes", "archives"}

    report(services, made.uuid, 9)
    reported = tags(client)
    assert {name for name in after if after[name] != reported[name]} == {"incidents"}
    report(services, mock.uuid, 10)
    assert tags(client) == reported

    ledger.publish(services)
    logged = tags(client)
    assert {name for name in reported if reported[name] != logged[name]} == {"log"}
    reported = logged
    clock.advance(days=3)  # the vote closes by the clock alone
    closed = tags(client)
    assert {name for name in reported if reported[name] != closed[name]} == {"votes", "archives", "trustees"}


def test_a_tag_changes_with_an_erratum(client: TestClient, services: Services) -> None:
    made = make_vote(services, voters=1, trustees=1)
    tallied(services, made)
    before = tags(client)
    sign(services, made.uuid)
    signed = tags(client)
    assert {name for name in before if before[name] != signed[name]} == {"votes", "protocols"}
    correct(services, made.uuid)
    corrected = tags(client)
    assert {name for name in signed if signed[name] != corrected[name]} == {"votes", "protocols"}


def test_from_the_next_day_on_it_is_said_since_when_a_file_is_the_same(
    client: TestClient, services: Services, clock: ManualClock
) -> None:
    address = "/data/votes.csv"
    make_vote(services, voters=1, trustees=1)
    assert "last-modified" not in client.get(address).headers
    clock.advance(days=2)
    closed = client.get(address)
    assert "last-modified" not in closed.headers  # since the vote has closed meanwhile
    clock.advance(days=3)

    since = client.get(address).headers["last-modified"]
    assert since == "Tue, 08 Oct 2024 19:00:00 GMT"  # midnight in Kazakhstan after the day on which it was seen
    assert client.get(address, headers={"If-Modified-Since": since}).status_code == 304
    for older in ("Tue, 08 Oct 2024 18:59:59 GMT", "nonsense", ""):
        assert client.get(address, headers={"If-Modified-Since": older}).status_code == 200
    other = {"If-Modified-Since": since, "If-None-Match": '"another"'}
    assert client.get(address, headers=other).status_code == 200  # the tag goes before the date
    make_vote(services, voters=1, trustees=1)
    assert client.get(address, headers={"If-Modified-Since": since}).status_code == 200


def test_a_state_that_comes_or_a_clock_that_goes_back_begins_anew(services: Services, clock: ManualClock) -> None:
    assert lasting.same_since(services, "/file", "a") is None
    clock.advance(days=1)
    assert lasting.same_since(services, "/file", "a") is not None
    assert lasting.same_since(services, "/file", "b") is None
    clock.advance(days=-1)
    assert lasting.same_since(services, "/file", "b") is None
    clock.advance(days=1)
    assert lasting.same_since(services, "/file", "b") is not None
    assert lasting.same_since(services, "/other", "b") is None


def test_no_more_files_are_remembered_than_there_may_be(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lasting, "MOST", 3)
    monkeypatch.setattr(lasting, "_seen", {})
    for number in range(10):
        lasting.same_since(services, f"/{number}", "a")

    assert [file for _, file in lasting._seen] == ["/7", "/8", "/9"]
