"""Where a ballot stands in the transparency log, and the one file that proves it."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient
from tests.voting.making import MadeVote, make_vote

from egov_crypto import entry, receipt
from egov_crypto.note import VerifierKey
from egov_crypto.tlog_proof import TlogProof
from egov_participation.ledger import service as ledger
from egov_participation.services import Services
from egov_participation.voting import service, trackers


@pytest.fixture
def vote(services: Services) -> MadeVote:
    return make_vote(services)


def cast(services: Services, vote: MadeVote, voter: int) -> str:
    """The address of a ballot that was cast, without the language."""
    raw = service.cast(services, vote.uuid, vote.people[voter], vote.ballot(voter)).receipt
    return f"/votes/{vote.uuid}/ballots/{trackers.to_address(json.loads(raw)['tracker'])}"


def test_one_file_proves_that_the_ballot_stands_there_and_is_logged(
    services: Services, client: TestClient, vote: MadeVote
) -> None:
    addresses = [cast(services, vote, voter) for voter in range(3)]
    ledger.publish(services)
    log_key = VerifierKey.parse(client.get("/log/key").text.splitlines()[0])
    receipt_key = receipt.parse_key(service.receipt_key(services))
    for address in addresses:
        answer = client.get(f"{address}/proof")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.headers["content-disposition"].endswith('.tlog-proof"')
        assert answer.headers["access-control-allow-origin"] == "*"

        # As whoever has the file and two keys does, asking nobody:
        proof = TlogProof.parse(answer.content)
        said = receipt.parse_and_verify(proof.extra, receipt_key)
        event = {"type": "vote.event", "version": 1, "vote": said.vote, "height": said.height, "event": "Ballot"}
        proof.verify(entry.dump(event | {"hash": said.head}), log_key)

        data = client.get(address, headers={"Accept": "application/json"}).json()
        assert data["log_index"] == proof.index
        assert data["tracker"] == said.tracker


def test_until_it_is_published_there_is_none_and_the_page_says_when(
    services: Services, client: TestClient, vote: MadeVote
) -> None:
    ledger.publish(services)
    address = cast(services, vote, 0)

    answer = client.get(f"{address}/proof", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "log.waiting", "2")
    assert client.get(address, headers={"Accept": "application/json"}).json()["log_index"] is None
    assert "within seconds" in client.get(f"/en{address}").text

    ledger.publish(services)
    page = client.get(f"/en{address}").text
    assert "within seconds" not in page
    assert f"{address}/proof" in page
    index = client.get(address, headers={"Accept": "application/json"}).json()["log_index"]
    assert f"/en/observe/entries/{index}" in page
    assert client.get(f"/en/observe/entries/{index}").status_code == 200


@pytest.mark.parametrize("tracker", ["A" * 43, "x", "A" * 42 + "/"])
def test_of_a_ballot_that_is_not_there_nothing_is_proved(client: TestClient, vote: MadeVote, tracker: str) -> None:
    answer = client.get(f"/votes/{vote.uuid}/ballots/{tracker}/proof", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (404, "ballot.unknown")
