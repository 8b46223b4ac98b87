"""Few download the whole log at once, and whoever breaks off makes room."""

from __future__ import annotations

import gc

import pytest
from starlette.testclient import TestClient
from tests.ledger.test_publishing import fill

from egov_participation.errors import DomainError
from egov_participation.opendata.limits import MOST, Limited
from egov_participation.opendata.rules import Written, to_jsonl
from egov_participation.services import Services


def test_one_more_than_there_are_places_for_is_told_to_come_later(services: Services, client: TestClient) -> None:
    fill(services, 3)
    taken = [Limited([b"a", b"b"]) for _ in range(MOST)]
    for file in ("log.jsonl", "log.csv", "log/vote.event.jsonl"):
        answer = client.get(f"/data/{file}")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert client.head(f"/data/{file}").status_code == 200
    assert client.get("/data/territories.csv").status_code == 200
    tag = client.head("/data/log.csv").headers["etag"]
    assert client.get("/data/log.csv", headers={"If-None-Match": tag}).status_code == 304

    assert list(taken.pop()) == [b"a", b"b"]  # one has all of it
    assert client.get("/data/log.csv").status_code == 200
    assert client.get("/data/log.csv").status_code == 200, "it was released after the last piece"


def test_who_breaks_off_makes_room_even_before_the_first_piece() -> None:
    taken = [Limited([b"a", b"b"]) for _ in range(MOST)]
    next(taken[0])
    with pytest.raises(DomainError):
        Limited([])
    taken.clear()
    gc.collect()
    assert [list(Limited([b"a"])) for _ in range(MOST + 1)] == [[b"a"]] * (MOST + 1)


def test_what_is_written_already_is_not_written_again() -> None:
    raw = '{"a":"\u00e9\\n","b":[1,2]}'
    assert to_jsonl({"index": 1, "entry": Written(raw), "leaf": "ab"}) == f'{{"index":1,"entry":{raw},"leaf":"ab"}}\n'
