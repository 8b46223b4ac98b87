"""A merger moves no signature: whoever signed is asked, and the two petitions say what happened."""

from __future__ import annotations

import pytest
from sqlmodel import select
from starlette.testclient import TestClient
from tests.officials import MakeOfficial
from tests.petitions.ending import end
from tests.petitions.making import Petitions

from egov_participation.actions import Role
from egov_participation.jobs import Worker
from egov_participation.ledger import service as ledger
from egov_participation.mail import NullMailer
from egov_participation.petitions.models import Petition, State
from egov_participation.petitions.service import merging
from egov_participation.services import Services

REASON = "Екеуі де бір саябақты сұрайды."


def merge(one: TestClient, other: TestClient, reference: str, into: str) -> int:
    """Merge one petition into another; the status of the answer."""
    return end(one, other, reference, "merge", into=into.lower(), reason=REASON)


def test_signers_are_asked_and_nothing_is_carried_over(
    petitions: Petitions,
    official: MakeOfficial,
    services: Services,
    worker: Worker,
    outbox: NullMailer,
    client: TestClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(merging, "BATCH", 2)
    signers = petitions.residents(4)
    stays, goes = petitions.make(), petitions.make(creator=signers[3])
    for person in signers[:3]:
        petitions.sign(goes, person)
    moderators = official(Role.MODERATOR).client, official(Role.MODERATOR).client
    worker.run_due()
    outbox.sent.clear()
    assert merge(*moderators, goes, stays) == 303
    for _ in range(3):
        worker.run_due()
    texts = [mail.text for mail in outbox.sent if goes in mail.subject]
    assert len(texts) == 4  # of three signers, and the creator's
    assert sum(f"/petitions/{stays}/sign" in text for text in texts) == 3
    with services.database.read() as db:
        rows = {row.reference: row for row in db.exec(select(Petition))}
        entry = next(iter(ledger.newest(db, "petition.state", goes)))
        said = next(iter(ledger.newest(db, "moderation.decision", goes)))
    assert rows[goes].merged_into == rows[stays].id
    assert (entry["to"], entry["into"], said["decision"]) == ("merged", stays, "merged")
    assert stays in client.get(f"/en/petitions/{goes}").text
    assert goes in client.get(f"/en/petitions/{stays}").text


def test_what_is_not_open_and_what_is_the_same_takes_in_no_petition(
    petitions: Petitions, official: MakeOfficial, services: Services
) -> None:
    moderators = official(Role.MODERATOR).client, official(Role.MODERATOR).client
    closed, review = petitions.make(State.CLOSED), petitions.make(State.REVIEW)
    for into in (closed, review, "P-2024-9999", "something"):
        assert merge(*moderators, review, into) == 422
    stays = petitions.make()
    assert merge(*moderators, closed, stays) == 409
    assert merge(*moderators, review, stays) == 303
    assert merge(*moderators, review, stays) == 409
    with services.database.read() as db:
        assert db.exec(select(Petition.state).where(Petition.reference == review)).one() == "merged"
