"""The registrar: whose a credential is, when it is shown, and that it is destroyed."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select
from tests.voting.making import MadeVote, archive_of, close, make_vote, verified

from egov_crypto import credential as credentials
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.registrar.interface import Voter
from egov_participation.registrar.models import RollEntry
from egov_participation.registrar.vault import Vault, VaultError
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.rules import VoteKind


@pytest.fixture
def vote(services: Services) -> MadeVote:
    return make_vote(services)


def shown(services: Services, vote: MadeVote, voter: int, *, age: timedelta = timedelta(0), assurance: int = 1) -> str:
    return services.registrar.credential(
        vote.uuid, vote.people[voter], signed_in_at=services.clock() - age, assurance=assurance
    )


def refused(services: Services, vote: MadeVote, *, age: timedelta = timedelta(0), assurance: int = 1) -> str:
    with pytest.raises(DomainError) as refusal:
        shown(services, vote, 0, age=age, assurance=assurance)
    return refusal.value.code


def test_each_voter_has_a_credential_and_it_is_on_the_published_list(services: Services, vote: MadeVote) -> None:
    assert len(set(vote.credentials)) == 3
    published = verified(services, vote.uuid).credentials
    for person, credential in zip(vote.people, vote.credentials, strict=True):
        public = credentials.public(vote.uuid, credential).text
        assert published.find(public) is not None
        assert services.registrar.owns(vote.uuid, person, public)


def test_nobody_owns_anothers_credential(services: Services, vote: MadeVote) -> None:
    public = credentials.public(vote.uuid, vote.credentials[0]).text
    assert not services.registrar.owns(vote.uuid, vote.people[1], public)
    assert not services.registrar.owns(vote.uuid, "0" * 32, public)
    assert not services.registrar.owns(make_vote(services).uuid, vote.people[0], public)


def test_the_published_list_is_sorted_so_that_its_order_tells_nothing(services: Services) -> None:
    vote = make_vote(services, voters=20)
    published = verified(services, vote.uuid).credentials
    listed = [published[place] for place in range(len(published))]
    assert listed == sorted(listed)
    with sqlite3.connect(services.settings.database_url.removeprefix("sqlite:///")) as database:
        rows = [row for (row,) in database.execute("SELECT credential FROM voting_credential ORDER BY rowid")]
    assert rows == sorted(rows)


def test_a_person_is_on_a_roll_once(services: Services) -> None:
    with pytest.raises(ValueError, match="twice"):
        services.registrar.prepare_roll("1" * 14, [Voter("a"), Voter("b"), Voter("a")])


def test_making_credentials_tells_how_far_it_is(services: Services) -> None:
    told: list[tuple[int, int]] = []
    services.registrar.prepare_roll("1" * 14, [Voter("a"), Voter("b")], lambda done, total: told.append((done, total)))
    assert told[-1] == (2, 2)


def test_a_credential_is_shown_as_often_as_its_voter_asks(services: Services, vote: MadeVote) -> None:
    assert shown(services, vote, 1) == shown(services, vote, 1) == vote.credentials[1]


def test_a_sign_in_older_than_ten_minutes_shows_nothing(services: Services, vote: MadeVote) -> None:
    assert shown(services, vote, 0, age=timedelta(minutes=10))
    assert refused(services, vote, age=timedelta(minutes=10, seconds=1)) == "credential.sign_in_again"


def test_who_is_not_on_the_roll_is_shown_nothing(services: Services, vote: MadeVote) -> None:
    assert services.registrar.is_on_roll(vote.uuid, vote.people[0])
    assert not services.registrar.is_on_roll(vote.uuid, "0" * 32)
    with pytest.raises(DomainError) as refusal:
        services.registrar.credential(vote.uuid, "0" * 32, signed_in_at=services.clock(), assurance=3)
    assert (refusal.value.status, refusal.value.code) == (404, "credential.not_on_roll")


def test_a_mailed_code_never_shows_a_credential_of_a_binding_vote(services: Services) -> None:
    vote = make_vote(services, kind=VoteKind.BINDING)
    for assurance in (1, 2):
        assert refused(services, vote, assurance=assurance) == "credential.assurance"
    assert shown(services, vote, 0, assurance=3) == vote.credentials[0]


def test_nothing_is_shown_from_the_closing_second_on(services: Services, vote: MadeVote, clock: ManualClock) -> None:
    clock.set(service.vote(services, vote.uuid).closes_at)
    assert refused(services, vote) == "credential.closed"


def test_each_display_is_told_to_the_voter_without_the_credential(
    services: Services, vote: MadeVote, worker: Worker, outbox: NullMailer
) -> None:
    worker.run_due()
    outbox.sent.clear()
    shown(services, vote, 2)
    worker.run_due()
    (mail,) = outbox.sent
    assert mail.to == "n2@mail.example"
    assert vote.uuid in mail.text
    public = credentials.public(vote.uuid, vote.credentials[2]).text
    assert vote.credentials[2] not in mail.text
    assert public not in mail.text


def test_a_refused_display_tells_nobody(services: Services, vote: MadeVote, worker: Worker, outbox: NullMailer) -> None:
    worker.run_due()
    outbox.sent.clear()
    refused(services, vote, age=timedelta(hours=1))
    worker.run_due()
    assert outbox.sent == []


def test_the_database_alone_reveals_no_credential(services: Services, vote: MadeVote) -> None:
    content = database_bytes(services)
    for credential in vote.credentials:
        assert credential.encode() not in content
        assert credential.replace("-", "").encode() not in content


def test_the_database_alone_does_not_tell_whose_a_credential_is(services: Services) -> None:
    vote = make_vote(services, voters=12)
    with services.database.read() as session:
        rows = session.exec(select(RollEntry).order_by(text("rowid"))).all()
    assert not any(person.encode() in str(row.model_dump()).encode() for row in rows for person in vote.people)
    # Nor do the rows stand in the people's order (by chance they would, once in 479,001,600 times).
    listed = [row.public_credential for row in rows]
    assert listed != [credentials.public(vote.uuid, credential).text for credential in vote.credentials]
    assert [row.owner for row in rows] == sorted(row.owner for row in rows)


def test_destroyed_credentials_are_gone_from_the_file_too(services: Services, vote: MadeVote) -> None:
    with services.database.read() as session:
        sealed = [entry.sealed_credential for entry in session.exec(select(RollEntry))]
    assert all(one is not None and one in database_bytes(services) for one in sealed)
    close(services, vote)
    assert not any(one is not None and one in database_bytes(services) for one in sealed)
    assert refused(services, vote) == "credential.closed"


def test_ownership_is_still_answered_after_the_credentials_are_destroyed(services: Services, vote: MadeVote) -> None:
    close(services, vote)
    public = credentials.public(vote.uuid, vote.credentials[0]).text
    assert services.registrar.owns(vote.uuid, vote.people[0], public)


def test_destroying_again_or_for_nothing_changes_nothing(services: Services, vote: MadeVote) -> None:
    services.registrar.destroy(vote.uuid)
    services.registrar.destroy(vote.uuid)
    services.registrar.destroy("1" * 14)
    assert refused(services, vote) == "credential.closed"


def test_a_credential_moved_to_anothers_row_does_not_open(services: Services, vote: MadeVote) -> None:
    vault = Vault.in_folder(services.settings.keys_dir)
    with services.database.uow() as tx:
        first, second = (tx.get(RollEntry, (vote.uuid, vault.owner(vote.uuid, person))) for person in vote.people[:2])
        assert first is not None
        assert second is not None
        first.sealed_credential = second.sealed_credential
        tx.commit()
    with pytest.raises(VaultError):
        shown(services, vote, 0)


def test_another_installations_key_opens_nothing(services: Services, vote: MadeVote, tmp_path: Path) -> None:
    vault, other, person = Vault.in_folder(services.settings.keys_dir), Vault.in_folder(tmp_path), vote.people[0]
    assert vault.owner(vote.uuid, person) != other.owner(vote.uuid, person)
    with services.database.read() as session:
        entry = session.get(RollEntry, (vote.uuid, vault.owner(vote.uuid, person)))
    assert entry is not None
    assert entry.sealed_credential is not None
    assert vault.open(vote.uuid, person, entry.sealed_credential) == vote.credentials[0]
    with pytest.raises(VaultError):
        other.open(vote.uuid, person, entry.sealed_credential)


def test_the_archive_holds_no_person(services: Services, vote: MadeVote) -> None:
    content = archive_of(services, vote.uuid)
    assert not any(person.encode() in content for person in vote.people)


def database_bytes(services: Services) -> bytes:
    """The database's file with its log folded in, as whoever copies it has it."""
    path = services.settings.database_url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return Path(path).read_bytes()
