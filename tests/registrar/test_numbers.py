"""Whose an electronic identity is the registrar knows since it made the roll, and whose a passkey is since it was
enrolled, whatever the register says later."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import select
from structlog.testing import capture_logs
from tests.authenticator import Authenticator
from tests.identity.provider import TestProvider, running
from tests.registrar.book import CredentialBook
from tests.registrar.people import UUID, Rolls
from tests.registrar.signing import REF, Petitions
from tests.registrar.test_petitions import refusal
from tests.voting.making import make_people

from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.registrar.interface import Act, Voter, Way
from egov_participation.registrar.models import EnrolledKey, RolledVote, RollEntry
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.registrar.service import rolls as making
from egov_participation.registry.iin import Iin
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.models import Resident
from egov_participation.registry.service.embedded import marked_values
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


def numbered(services: Services, *changed: tuple[str, Iin]) -> None:
    """Give these people these numbers, as somebody does who has the site's database and every key of the register."""
    keys = IinKeys.open(services.settings.keys_dir, services.settings.registrar_keys_dir)
    with services.database.uow() as tx:
        for person, _ in changed:  # of two people none may have the other's for a moment
            tx.session.get_one(Resident, person).iin_hash = bytes.fromhex(person) * 2
        tx.flush()
        for person, iin in changed:
            row = tx.session.get_one(Resident, person)
            row.iin_hash, row.iin_sealed = keys.hash(iin), keys.seal(iin, person)
            row.mark = keys.mark(marked_values(row))
        tx.commit()


def test_who_writes_in_the_register_after_the_roll_was_made_gets_nobodys_code(
    rolls: Rolls, services: Services, provider: TestProvider, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They have the key iin-sealing and the site's whole database, and an electronic identity of their own."""
    registrar = services.registrar
    assert isinstance(registrar, LocalRegistrar)
    monkeypatch.setattr(making, "_BATCH", 2)
    iins, people = make_people(services, 4)
    owner, other, _, thief = people
    rolls.active([Voter(person, territory="KZ-75") for person in people[:3]], binding=True)
    vault = registrar.means.vault

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
    numbered(services, (owner, iins[3]), (thief, iins[0]))
    with capture_logs() as logged:
        assert shown(owner, iins[3]) == "credential.proof"
    assert [(line["event"], line["about"]) for line in logged] == [("registrar.number_changed", UUID)]
    assert not any(secret in str(logged) for secret in (owner, thief, iins[3].digits))

    # Nor does what the registrar keeps for another voter of this vote, put into the owner's row.
    numbered(services, (owner, iins[1]), (other, iins[3]), (thief, iins[0]))
    kept = numbers(registrar)
    assert [len(set(kept.values())), None in kept.values()] == [3, False]
    with registrar.means.database.uow() as tx:
        entry = tx.get(RollEntry, (UUID, vault.owner(UUID, owner)))
        assert entry is not None
        entry.number = kept[vault.owner(UUID, other)]
        tx.commit()
    assert shown(owner, iins[1]) == "credential.proof"

    numbered(services, (owner, iins[0]), (other, iins[1]), (thief, iins[3]))
    assert shown(other, iins[1]) == book.credential(UUID, other)
    registrar.destroy(UUID)
    assert set(numbers(registrar).values()) == {None}


def test_a_code_is_mailed_under_the_number_that_the_roll_was_made_with_alone(rolls: Rolls, services: Services) -> None:
    """As somebody would have it who has every key of the register, or its own machine's word for their own address."""
    registrar = services.registrar
    assert isinstance(registrar, LocalRegistrar)
    iins, (owner, thief) = make_people(services, 2)
    rolls.active([Voter(owner)])
    registrar.begin(UUID, owner, Way.CODE, lang="en")
    numbered(services, (owner, iins[1]), (thief, iins[0]))
    with capture_logs() as logged:
        assert rolls.mails().sent == []
        assert registrar.ways(UUID, owner) == [Way.EID]
        assert refusal(registrar.begin, UUID, owner, Way.CODE, lang="en") == "credential.way"
    assert [(line["event"], line["about"]) for line in logged] == [("registrar.number_changed", UUID)] * 3
    numbered(services, (owner, iins[0]), (thief, iins[1]))
    registrar.credential(UUID, owner, rolls.by_code(owner))


def test_of_who_is_in_no_register_no_roll_is_made(rolls: Rolls, services: Services) -> None:
    """Nor where the register that the registrar reads is empty: it is another one than the site's."""
    registrar = services.registrar
    assert isinstance(registrar, LocalRegistrar)
    stranger = Voter("a" * 32)
    for others in ([], [Voter(person) for person in make_people(services, 3)[1]]):
        with pytest.raises(DomainError) as refused:
            rolls.prepared([*others, stranger])
        assert refused.value.code == "registrar.strangers"
    with registrar.means.database.read() as session:
        assert session.exec(select(RolledVote)).all() == []


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


def test_who_writes_in_the_register_after_their_passkey_was_enrolled_acts_in_petitions_as_nobody_else(
    rolls: Rolls, services: Services, settings: Settings
) -> None:
    """They have the key iin-sealing and the site's whole database, and a passkey of their own from a desk."""
    registrar, petitions = services.registrar, Petitions(services.registrar, services)
    assert isinstance(registrar, LocalRegistrar)
    iins, (owner, thief) = make_people(services, 2)
    rolls.active([Voter(thief, territory="KZ-75")], binding=True)
    petitions.open(ways=[Way.PASSKEY, Way.EID])
    device, theirs = rolls.enrol(owner), rolls.enrol(thief)

    def signs(person: str, key: Authenticator, act: Act = Act.ATTEST) -> str:
        try:
            return str(petitions.said(registrar.attest(REF, person, act, petitions.assertion(person, key, act)))["act"])
        except DomainError as refused:
            return refused.code

    assert signs(owner, device) == "attest"
    numbered(services, (owner, iins[1]), (thief, iins[0]))
    assert registrar.ways_petition(REF, thief) == [Way.EID]
    acts = (Act.ATTEST, Act.WITHDRAW)
    with capture_logs() as logged:
        assert [signs(thief, theirs, act) for act in acts] == ["credential.way"] * 2
    assert [(line["event"], line["about"]) for line in logged] == [
        ("registrar.number_changed", f"{REF} {act.value}") for act in acts
    ]
    assert not any(secret in str(logged) for secret in (owner, thief, iins[0].digits))
    # A challenge that was put for another passkey of the same person's is not answered by the older one either.
    younger = rolls.enrol(thief)
    with capture_logs() as logged:
        assert [signs(thief, theirs, act) for act in acts] == ["credential.proof"] * 2
    assert {line["event"] for line in logged} == {"registrar.number_changed"}
    registrar.forget_passkey(thief, younger.credential_id)
    numbered(services, (owner, iins[0]), (thief, iins[1]))
    assert [signs(thief, theirs), signs(owner, device, Act.WITHDRAW)] == ["attest", "withdraw"]

    # Enrolled for somebody who was not in the register, a passkey acts in no petition, and shows its code as before.
    assert registrar.forget_passkeys(thief) == 1
    keys, unknown = IinKeys.open(settings.keys_dir, settings.registrar_keys_dir), "a" * 32
    with services.database.uow() as tx:
        row = tx.session.get_one(Resident, thief)
        row.iin_sealed, kept_row = keys.seal(iins[1], owner), row.model_dump()
        tx.commit()
    with pytest.raises(DomainError) as refused:  # nobody could be told of it
        rolls.enrol(thief)
    assert refused.value.code == "registrar.row"
    with services.database.uow() as tx:
        tx.session.delete(tx.session.get_one(Resident, thief))
        tx.commit()
    rolls.enrol(unknown)
    theirs = rolls.enrol(thief)
    with services.database.uow() as tx:
        tx.add(Resident(**kept_row))
        tx.commit()
    numbered(services, (thief, iins[1]))
    assert refusal(petitions.assertion, thief, theirs, Act.WITHDRAW) == "credential.way"
    shown = registrar.credential(UUID, thief, rolls.by_passkey(thief, theirs))
    assert shown == CredentialBook(services).credential(UUID, thief)
    with registrar.means.database.read() as session:
        kept = {key.holder: key.number for key in session.exec(select(EnrolledKey))}
    holders = [registrar.means.vault.holder(person) for person in (owner, thief, unknown)]
    assert [kept[holder] is None for holder in holders] == [False, True, True]

    # As the person's objecting and coming to the desk again does.
    registrar.enrol_passkey(thief, theirs.credential_id, theirs.public_key(), name="Again")  # known: no change
    assert signs(thief, theirs, Act.WITHDRAW) == "credential.way"
    assert registrar.forget_passkeys(thief) == 1
    registrar.enrol_passkey(thief, theirs.credential_id, theirs.public_key(), name="Anew")
    assert signs(thief, theirs, Act.WITHDRAW) == "withdraw"
