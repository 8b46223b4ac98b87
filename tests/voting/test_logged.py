"""What a vote enters in the transparency log, held against its archive."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient
from tests.ledger.observer import Observer
from tests.voting.making import archive_of, make_vote, tallied

from egov_crypto import archive
from egov_crypto.receipt import Receipt, parse_and_verify, parse_key
from egov_participation.errors import DomainError
from egov_participation.ledger import service as ledger
from egov_participation.ledger.models import Waiting
from egov_participation.services import Services
from egov_participation.voting import service


@pytest.fixture
def observer(client: TestClient) -> Observer:
    return Observer(client)


def entries(services: Services, observer: Observer, type_: str) -> list[dict[str, Any]]:
    ledger.publish(services)
    return [entry for entry in observer.entries() if entry["type"] == type_]


def events(services: Services, uuid: str) -> list[tuple[int, str, str]]:
    """Height, type and hash of each event of the archive, as whoever downloads it finds them."""
    file = BytesIO(archive_of(services, uuid))
    found = [member for member in archive.members(file, archive.read_timestamp(file)) if member.kind == "event"]
    parsed = [archive.Event.parse(archive.content(file, member)) for member in found]
    return [(place, event.type, member.hash) for place, (event, member) in enumerate(zip(parsed, found, strict=True))]


def test_each_event_of_the_archive_has_its_entry(services: Services, observer: Observer) -> None:
    vote = make_vote(services)
    for voter in (0, 1, 0):
        service.cast(services, vote.uuid, vote.people[voter], vote.ballot(voter))
    tallied(services, vote)

    logged = entries(services, observer, "vote.event")
    assert [(entry["height"], entry["event"], entry["hash"]) for entry in logged] == events(services, vote.uuid)
    assert {entry["vote"] for entry in logged} == {vote.uuid}
    assert [entry["event"] for entry in logged] == [
        *("Setup", "Ballot", "Ballot", "Ballot", "EndBallots", "EncryptedTally"),
        *("PartialDecryption", "PartialDecryption", "Result"),
    ]


def test_the_entry_of_a_ballot_follows_from_its_receipt(services: Services, observer: Observer) -> None:
    vote = make_vote(services)
    receipt: Receipt = parse_and_verify(
        service.cast(services, vote.uuid, vote.people[0], vote.ballot(0)).receipt,
        parse_key(service.receipt_key(services)),
    )
    expected = {"vote": receipt.vote, "height": receipt.height, "hash": receipt.head, "event": "Ballot"}

    assert expected | {"type": "vote.event", "version": 1} in entries(services, observer, "vote.event")


def test_a_ballot_that_is_refused_or_sent_again_enters_nothing(services: Services) -> None:
    vote = make_vote(services)
    raw = vote.ballot(0)
    service.cast(services, vote.uuid, vote.people[0], raw)
    ledger.publish(services)

    service.cast(services, vote.uuid, vote.people[0], raw)
    for person, ballot in ((vote.people[1], vote.ballot(0)), (vote.people[0], b"{}")):
        with pytest.raises(DomainError):
            service.cast(services, vote.uuid, person, ballot)

    with services.database.read() as session:
        assert session.exec(select(Waiting)).all() == []
