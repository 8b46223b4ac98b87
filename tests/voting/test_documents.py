"""The protocol's PDFs as they are entered in the log, kept and served; the typesetter's part is done by a hash."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.ledger.observer import Observer
from tests.voting.making import MadeVote, make_vote, tallied
from tests.voting.protocols import correct, sign

from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES
from egov_participation.jobs import Worker
from egov_participation.ledger import service as ledger
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.results import pdf
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.service import documents, regional


class Silent(LocalRegistrar):
    """Says nothing of turnout."""

    def turnout(self, vote: str, voted: Sequence[str]) -> bytes:
        raise DomainError(503, "x", code="registrar.unavailable")


@pytest.fixture(autouse=True)
def typesetter(monkeypatch: pytest.MonkeyPatch) -> None:
    set_with(monkeypatch, "1")


@pytest.fixture
def vote(services: Services) -> MadeVote:
    vote = make_vote(services, voters=2, trustees=1)
    service.cast(services, vote.uuid, vote.people[0], vote.ballot(0))
    return vote


def set_with(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    """Have PDFs set by this version of a program: other bytes for whatever else they say."""
    monkeypatch.setattr(pdf, "made", lambda said: f"{version}{said.as_json()}".encode())


def served(client: TestClient, vote: MadeVote) -> dict[str, str]:
    """The hash of each language's PDF, as anybody gets it."""
    found = {language: client.get(f"/{language}/votes/{vote.uuid}/protocol.pdf") for language in LANGUAGES}
    return {language: hashlib.sha256(answer.content).hexdigest() for language, answer in found.items()}


def entered(services: Services, client: TestClient) -> list[dict[str, Any]]:
    ledger.publish(services)
    return [one for one in Observer(client).entries() if one["type"] == "document.published" and one["language"]]


def last_entered(services: Services, client: TestClient) -> dict[str, str]:
    return {one["language"]: one["sha256"] for one in entered(services, client)}


def test_what_was_entered_is_served_whatever_another_version_sets(
    services: Services, worker: Worker, client: TestClient, vote: MadeVote, monkeypatch: pytest.MonkeyPatch
) -> None:
    tallied(services, vote)
    sign(services, vote.uuid)
    worker.run_due()
    before = served(client, vote)
    assert before == last_entered(services, client)

    set_with(monkeypatch, "2")
    assert served(client, vote) == before
    correct(services, vote.uuid)
    assert served(client, vote) == before  # until the log says otherwise
    worker.run_due()
    assert served(client, vote) == last_entered(services, client) != before
    documents.enter_documents(services, vote.uuid)
    assert len(entered(services, client)) == 6


def test_pdfs_that_were_set_before_an_erratum_do_not_come_after_those_with_it(
    services: Services, worker: Worker, client: TestClient, vote: MadeVote, monkeypatch: pytest.MonkeyPatch
) -> None:
    tallied(services, vote)
    sign(services, vote.uuid)
    before = service.vote(services, vote.uuid)
    correct(services, vote.uuid)
    worker.run_due()
    corrected = entered(services, client)

    monkeypatch.setattr(documents, "vote", lambda *_: before)  # another worker read it then, and was slower
    documents.enter_documents(services, vote.uuid)
    assert entered(services, client) == corrected
    assert served(client, vote) == last_entered(services, client)


def test_a_turnout_by_region_that_comes_after_the_signature_is_in_pdfs_that_are_entered(
    services: Services, worker: Worker, client: TestClient, vote: MadeVote
) -> None:
    assert isinstance(services.registrar, LocalRegistrar)
    silent = Silent.__new__(Silent)
    silent.__dict__.update(services.registrar.__dict__)
    theirs = replace(services, registrar=silent)
    tallied(theirs, vote)
    sign(theirs, vote.uuid)
    Worker(theirs).run_due()
    without = served(client, vote)
    assert without == last_entered(services, client)

    regional.ask_for_turnout(services, vote.uuid)
    worker.run_due()
    assert service.vote(services, vote.uuid).regional is not None
    assert served(client, vote) == last_entered(services, client)
    assert all(without[language] != now for language, now in served(client, vote).items())
