"""Whose an electronic identity is the registrar knows since it made the roll, whatever the register says later."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import select
from structlog.testing import capture_logs
from tests.identity.provider import TestProvider, running
from tests.registrar.book import CredentialBook
from tests.registrar.people import UUID, Rolls
from tests.voting.making import make_people

from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.registrar.interface import Voter, Way
from egov_participation.registrar.models import RolledVote, RollEntry
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.registrar.service import rolls as making
from egov_participation.registry.iin import Iin
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.models import Resident
from egov_participation.services import Services
from egov_participation.settings import Settings


@pytest.fixture
def provider(clock: ManualClock) -> Iterator[TestProvider]:
    with running(clock) as provider:
        yield provider


@pytest.fixture
def settings(settings: Settings, provider: TestProvider) -> Settings:
    secret = settings.keys_dir.parent / "oidc-secret"
    secret.write_text(provider.secret)
    return settings.model_copy(
        update={"oidc_issuer": provider.issuer, "oidc_client_id": "egov", "oidc_client_secret_file": secret}
    )


def numbers(registrar: LocalRegistrar) -> dict[bytes, bytes | None]:
    with registrar.means.database.read() as session:
        return {entry.owner: entry.number for entry in session.exec(select(RollEntry))}


def test_who_writes_in_the_register_after_the_roll_was_made_gets_nobodys_code(
    rolls: Rolls, services: Services, provider: TestProvider, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They have the key iin-sealing and the site's whole database, and an electronic identity of their own."""
    registrar = services.registrar
    assert isinstance(registrar, LocalRegistrar)
    keys = IinKeys.open(services.settings.keys_dir)
    monkeypatch.setattr(making, "_BATCH", 2)
    iins, people = make_people(services, 4)
    (owner, other, _, thief), unknown = people, "a" * 32
    rolls.active([Voter(person, territory="KZ-75") for person in [*people[:3], unknown]], binding=True)
    vault = registrar.means.vault

    def numbered(*changed: tuple[str, Iin]) -> None:
        with services.database.uow() as tx:
            for person, _ in changed:  # of two people none may have the other's for a moment
                tx.session.get_one(Resident, person).iin_hash = bytes.fromhex(person) * 2
            tx.flush()
            for person, iin in changed:
                row = tx.session.get_one(Resident, person)
                row.iin_hash, row.iin_sealed = keys.hash(iin), keys.seal(iin, person)
            tx.commit()

    def shown(person: str, named: Iin) -> str:
        challenge, now = registrar.begin(UUID, person, Way.EID, lang="en"), int(clock().timestamp())
        claims = {"iss": provider.issuer, "aud": "egov", "sub": "s", "exp": now + 300, "iat": now, "auth_time": now}
        token = provider.sign(claims | {"nonce": challenge.nonce, "iin": named.digits})
        try:
            release = registrar.prove(UUID, person, {"challenge": challenge.id, "id_token": token})
        except DomainError as refused:
            return refused.code
        return registrar.credential(UUID, person, release)

    book = CredentialBook(services)
    assert shown(owner, iins[0]) == book.credential(UUID, owner)
    assert shown(owner, iins[3]) == "credential.proof"
    numbered((owner, iins[3]), (thief, iins[0]))
    with capture_logs() as logged:
        assert shown(owner, iins[3]) == "credential.proof"
    assert [(line["event"], line["about"]) for line in logged] == [("registrar.number_changed", UUID)]
    assert not any(secret in str(logged) for secret in (owner, thief, iins[3].digits))

    # Nor does what the registrar keeps for another voter of this vote, put into the owner's row.
    numbered((owner, iins[1]), (other, iins[3]), (thief, iins[0]))
    kept = numbers(registrar)
    assert [len(set(kept.values())), kept[vault.owner(UUID, unknown)]] == [4, None]
    with registrar.means.database.uow() as tx:
        entry = tx.get(RollEntry, (UUID, vault.owner(UUID, owner)))
        assert entry is not None
        entry.number = kept[vault.owner(UUID, other)]
        tx.commit()
    assert shown(owner, iins[1]) == "credential.proof"

    # And whoever was in no register when the roll was made, is nobody who enters it later.
    numbered((owner, iins[0]), (other, iins[1]), (thief, iins[3]))
    with services.database.uow() as tx:
        row = tx.session.get_one(Resident, thief).model_dump()
        tx.session.delete(tx.session.get_one(Resident, thief))
        tx.flush()
        tx.add(Resident(**row | {"person_id": unknown, "iin_sealed": keys.seal(iins[3], unknown)}))
        tx.commit()
    assert shown(unknown, iins[3]) == "credential.proof"
    assert shown(other, iins[1]) == book.credential(UUID, other)
    registrar.destroy(UUID)
    assert set(numbers(registrar).values()) == {None}


def test_of_people_whose_number_it_cannot_read_no_roll_is_made(rolls: Rolls, services: Services) -> None:
    registrar = services.registrar
    assert isinstance(registrar, LocalRegistrar)
    _, people = make_people(services, 3)
    with services.database.uow() as tx:
        first, second = (tx.session.get_one(Resident, person) for person in people[:2])
        first.iin_sealed = second.iin_sealed
        tx.commit()
    with pytest.raises(DomainError) as refused:
        rolls.prepared([Voter(person) for person in people])
    assert refused.value.code == "registrar.iins"
    with registrar.means.database.read() as session:
        assert session.exec(select(RolledVote)).all() == []
