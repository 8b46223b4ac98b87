"""What a vote enters in the transparency log, held against its archive."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any, Final

import pytest
from sqlmodel import select
from starlette.testclient import TestClient
from tests.ledger.observer import Observer
from tests.voting.making import archive_of, close, make_vote, tallied

from egov_crypto import archive
from egov_crypto.receipt import Receipt, parse_and_verify, parse_key
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.jobs import Worker
from egov_participation.ledger import service as ledger
from egov_participation.ledger.models import Waiting
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.service import protocol as protocols
from egov_participation.voting.service.documents import enter_documents
from egov_participation.voting.setup import SetupDocument
from egov_participation.voting.texts import Texts

REASON: Final = Texts("Себебі осы", "По такой причине", "For this reason")


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


def states(services: Services, observer: Observer) -> list[dict[str, Any]]:
    return entries(services, observer, "vote.state")


def test_a_whole_vote_says_when_it_was_set_up_opened_closed_and_counted(
    services: Services, clock: ManualClock, worker: Worker, observer: Observer
) -> None:
    vote = make_vote(services, opens_in=timedelta(hours=1))
    set_up = time(clock)
    worker.run_due()
    clock.advance(hours=1)
    worker.run_due()
    opened = time(clock)
    worker.run_due()
    for voter in (0, 1, 0):
        service.cast(services, vote.uuid, vote.people[voter], vote.ballot(voter))
    tallied(services, vote)

    found = states(services, observer)
    view = service.vote(services, vote.uuid)
    document = hashlib.sha256(service.setup_document(services, vote.uuid)).hexdigest()
    heads = {event: {"height": height, "hash": hash_} for height, event, hash_ in events(services, vote.uuid)}
    common = {"type": "vote.state", "version": 1, "vote": vote.uuid}
    assert found == [
        common
        | {"state": "setup", "at": set_up, "kind": "consultative", "registered": 3, "document": document}
        | {"opens_at": opened, "closes_at": ledger.time(view.closes_at), "head": heads["Setup"]}
        | {"approvals": 0, "approved": None},
        common | {"state": "open", "at": opened},
        common | {"state": "closed", "at": time(clock), "head": heads["EndBallots"], "ballots": 3, "voters": 2},
        common | {"state": "tallied", "at": time(clock), "head": heads["Result"]},
    ]


def test_the_registrars_statements_are_entered_by_their_hashes(
    services: Services, clock: ManualClock, observer: Observer
) -> None:
    vote = make_vote(services)
    service.cast(services, vote.uuid, vote.people[0], vote.ballot(0))
    close(services, vote)
    setup = SetupDocument.parse(service.setup_document(services, vote.uuid))
    regional = service.vote(services, vote.uuid).regional
    assert regional is not None

    confirmation, turnout = (entries(services, observer, f"registrar.{kind}") for kind in ("confirmation", "turnout"))
    statement = hashlib.sha256(service.confirmation(services, vote.uuid)).hexdigest()
    common = {"version": 1, "vote": vote.uuid}
    assert confirmation == [
        common
        | {"type": "registrar.confirmation", "setup": setup_hash(services, vote.uuid), "statement": statement}
        | {"roll": setup.roll_hash, "size": 3}
    ]
    assert turnout == [
        common | {"type": "registrar.turnout", "voters": 1, "statement": hashlib.sha256(regional.raw).hexdigest()}
    ]


def test_what_a_vote_begins_with_stands_in_order(services: Services, observer: Observer) -> None:
    make_vote(services)
    ledger.publish(services)

    found = [entry["type"] for entry in observer.entries()]
    assert found == ["registrar.confirmation", "vote.state", "vote.event"]


def test_a_vote_that_no_worker_saw_open_is_said_to_have_opened_when_it_closes(
    services: Services, observer: Observer
) -> None:
    vote = make_vote(services)
    close(services, vote)

    assert [entry["state"] for entry in states(services, observer)] == ["setup", "open", "closed"]


def test_a_vote_that_was_cancelled_before_its_time_never_opens(
    services: Services, clock: ManualClock, worker: Worker, observer: Observer
) -> None:
    vote = make_vote(services, opens_in=timedelta(hours=1))
    decide(services, service.cancel, vote.uuid, REASON, "ab" * 32)
    clock.advance(hours=2)
    worker.run_due()

    cancelled = states(services, observer)[1:]
    assert [entry["state"] for entry in cancelled] == ["cancelled"]
    assert cancelled[0]["head"] == {"height": 0, "hash": service.vote(services, vote.uuid).head_hash}


def test_an_extension_says_both_times_and_commits_to_its_reason(
    services: Services, client: TestClient, observer: Observer
) -> None:
    vote = make_vote(services)
    before = service.vote(services, vote.uuid).closes_at
    decide(services, service.extend, vote.uuid, before + timedelta(hours=2), REASON, "ab" * 32)

    (entry,) = [entry for entry in states(services, observer) if entry["state"] == "extended"]
    assert (entry["before"], entry["closes_at"]) == (ledger.time(before), ledger.time(before + timedelta(hours=2)))
    assert (entry["approvals"], entry["approved"]) == (2, "ab" * 32)
    (act,) = client.get(f"/api/v1/votes/{vote.uuid}").json()["acts"]
    assert act["hash"] == entry["approved"]
    # As docs/log.md says it: whoever reads the reason makes the commitment again.
    content = json.dumps(act["reason"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert hashlib.sha256(b"vote.reason" + bytes.fromhex(act["salt"]) + content).hexdigest() == entry["reason"]
    assert len(bytes.fromhex(act["salt"])) == 32


def test_the_signed_protocol_and_its_errata_are_entered_with_their_pdfs(
    services: Services, worker: Worker, client: TestClient, observer: Observer
) -> None:
    vote = make_vote(services)
    tallied(services, vote)
    with services.database.read() as session:
        signed = protocols.sign(services, protocols.build(services, session, vote.uuid))
    decide(services, service.publish_protocol, vote.uuid, signed, "ab" * 32)
    worker.run_due()
    first = documents(services, observer)
    decide(services, service.correct, vote.uuid, REASON, "cd" * 32)
    worker.run_due()
    both = documents(services, observer)

    digest = hashlib.sha256(signed).hexdigest()
    published, corrected = states(services, observer)[-2:]
    assert (published["state"], published["document"], published["approved"]) == ("published", digest, "ab" * 32)
    assert (corrected["state"], corrected["document"], corrected["approved"]) == ("corrected", digest, "cd" * 32)
    assert [(entry["format"], entry["language"]) for entry in first] == [
        ("json", None),
        *(("pdf", language) for language in ("kk", "ru", "en")),
    ]
    served = client.get(f"/votes/{vote.uuid}/protocol.json").content
    assert (first[0]["sha256"], first[0]["size"]) == (digest, len(signed)) == (digest, len(served))
    # The erratum stands in the PDFs: they are entered again, and the last ones are those that are served.
    assert both[: len(first)] == first
    for entry in both[len(first) :]:
        pdf = client.get(f"/{entry['language']}/votes/{vote.uuid}/protocol.pdf").content
        assert (hashlib.sha256(pdf).hexdigest(), len(pdf)) == (entry["sha256"], entry["size"])
    assert len(both) == len(first) + 3
    enter_documents(services, vote.uuid)
    assert documents(services, observer) == both  # nothing is entered twice


def documents(services: Services, observer: Observer) -> list[dict[str, Any]]:
    return entries(services, observer, "document.published")


def decide(services: Services, act: Callable[..., None], *arguments: object) -> None:
    with services.database.uow() as tx:
        act(services, tx, *arguments)
        tx.commit()


def setup_hash(services: Services, uuid: str) -> str:
    return hashlib.sha256(service.setup_document(services, uuid)).hexdigest()


def time(clock: ManualClock) -> str:
    return ledger.time(clock())
