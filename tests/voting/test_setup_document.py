"""The setup document: one spelling, one hash, and nothing that does not agree with the rest."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.voting.making import archive_of, make_vote

from egov_participation.errors import DomainError
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting import setup as documents
from egov_participation.voting.rules import VoteKind
from egov_participation.voting.setup import SetupDocument, SetupDocumentError, canonical
from egov_participation.voting.texts import Texts

DOCUMENT = SetupDocument(
    uuid="3fTzQm7Lk2XwPa",
    kind=VoteKind.BINDING,
    rehearsal=False,
    title=Texts("Саябақ", "Парк", "The park"),
    opens_at=datetime(2026, 11, 1, 4, tzinfo=UTC),
    closes_at=datetime(2026, 11, 1, 15, tzinfo=UTC),
    election="0a" * 32,
    trustees="0b" * 32,
    credentials="0c" * 32,
    fingerprint=documents.fingerprint_of("0a" * 32),
    head="0d" * 32,
    registered=12,
    weight=15,
    roll_size=12,
    roll_hash="0e" * 32,
    registrar="A" * 43,
    trustee_names=(Texts("А", "Б", "C"),),
    roll_rule={"from": "registry", "min_age": 18, "territories": ["KZ-75"]},
)
RAW = DOCUMENT.to_json()


def test_what_is_written_is_read_back_and_has_one_spelling() -> None:
    assert SetupDocument.parse(RAW) == DOCUMENT
    assert json.loads(RAW)["opens_at"] == "2026-11-01T04:00:00Z"
    assert canonical(json.loads(RAW)) == RAW


@pytest.mark.parametrize(
    "spelling",
    [
        RAW + b"\n",
        RAW.replace(b'":', b'": ', 1),
        json.dumps(json.loads(RAW), sort_keys=True, separators=(",", ":")).encode(),  # escapes
        b'{"uuid":"3fTzQm7Lk2XwPa",' + RAW[1:],  # a key twice
        b"\xff",
        b"[]",
        b"1" * 200_000,
    ],
)
def test_no_other_spelling_is_taken(spelling: bytes) -> None:
    with pytest.raises(SetupDocumentError):
        SetupDocument.parse(spelling)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": True},
        {"type": "egov-receipt/v1"},
        {"kind": "advisory"},
        {"rehearsal": 0},
        {"uuid": "0OIl"},
        {"title": {"kk": "А", "ru": "Б"}},
        {"title": {"kk": "", "ru": "Б", "en": "C"}},
        {"opens_at": "2026-11-01T15:00:00Z"},
        {"opens_at": "2026-11-01T04:00:00+05:00"},
        {"head": "0D" * 32},
        {"fingerprint": documents.fingerprint_of("0b" * 32)},
        {"registered": 13},
        {"registered": True},
        {"weight": 11},
        {"weight": 0},
        {"roll": {"size": 12, "hash": "0e" * 32}},
        {"roll": {"size": 12, "hash": "0e" * 32, "rule": {"min_age": 1.5}}},
        {"trustee_names": []},
        {"more": 1},
    ],
    ids=str,
)
def test_what_does_not_agree_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(SetupDocumentError):
        SetupDocument.parse(canonical(json.loads(RAW) | change))


@pytest.mark.parametrize("key", sorted(json.loads(RAW)))
def test_no_key_may_be_missing(key: str) -> None:
    with pytest.raises(SetupDocumentError):
        SetupDocument.parse(canonical({name: value for name, value in json.loads(RAW).items() if name != key}))


def test_a_vote_set_up_by_command_has_a_setup_that_the_registrar_confirmed(
    services: Services, client: TestClient
) -> None:
    vote = make_vote(services)

    answer = client.get(f"/votes/{vote.uuid}/setup.json")

    assert answer.headers["access-control-allow-origin"] == "*"
    setup = SetupDocument.parse(answer.content)
    found = service.vote(services, vote.uuid)
    assert (setup.fingerprint, setup.head) == (found.fingerprint, found.head_hash)
    assert found.setup_hash == documents.digest(answer.content)
    confirmed = client.get(f"/votes/{vote.uuid}/registrar.json").json()
    assert found.setup_hash in json.dumps(confirmed)
    tag = answer.headers["etag"]
    assert client.get(f"/votes/{vote.uuid}/setup.json", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/votes/3fTzQm7Lk2XwPa/setup.json").status_code == 404


def exchange_trustees(document: dict[str, Any]) -> None:
    document["trustees"] = "0b" * 32


def exchange_credentials(document: dict[str, Any]) -> None:
    document["credentials"] = "0c" * 32


def exchange_head(document: dict[str, Any]) -> None:
    document["head"] = "0d" * 32


def rename(document: dict[str, Any]) -> None:
    document["title"]["en"] = "Another"


def count_more(document: dict[str, Any]) -> None:
    document["registered"] = document["roll"]["size"] = document["weight"] = 4


@pytest.mark.parametrize("forge", [exchange_trustees, exchange_credentials, exchange_head, rename, count_more])
def test_nothing_is_published_that_the_document_does_not_fix(
    services: Services, forge: Callable[[dict[str, Any]], None]
) -> None:
    vote = make_vote(services)
    start = archive_of(services, vote.uuid)
    document = json.loads(service.setup_document(services, vote.uuid))
    forge(document)

    with pytest.raises(DomainError) as refused, services.database.uow() as tx:
        service.publish_setup(services, tx, canonical(document), start, b"{}")

    assert refused.value.code == "setup.mismatch"
