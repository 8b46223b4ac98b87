"""Signatures that are attested together: each has the outcome that it would have alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, func, select, update
from tests.registrar.signing import REF, Petitions
from tests.voting.making import make_people

from egov_participation.database import Database
from egov_participation.errors import DomainError
from egov_participation.registrar.interface import MOST_SIGNINGS, Act, Signing, Way
from egov_participation.registrar.models import Asked, Attested, KeyedPetition
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.registrar.service.challenges import digest
from egov_participation.registrar.statements import canonical
from egov_participation.registry.models import Resident
from egov_participation.services import Services

CODE, WRONG = "31415926", "27182818"
KINDS = ("good", "wrong code", "no challenge", "somebody else's", "signed before", "withdrew", "nobody", "no petition")
CODES = {
    "wrong code": "credential.proof",
    "no challenge": "credential.proof",
    "somebody else's": "credential.proof",
    "nobody": "petition.no_resident",
    "no petition": "petition.unknown",
    "signed before": "petition.on_paper",
}
"""Why some are refused, at the first try."""


@dataclass
class Signers:
    """People who were asked for a code."""

    petitions: Petitions
    people: list[str]

    @property
    def registrar(self) -> LocalRegistrar:
        registrar = self.petitions.services.registrar
        assert isinstance(registrar, LocalRegistrar)
        return registrar

    def asked(self, number: int, petition: str) -> dict[str, str]:
        """The right answer of this person: a challenge as `begin_petition` puts it, without the mail."""
        means, person = self.registrar.means, self.people[number]
        known, challenge, now = means.residents.person(person), f"{petition}-{number}", means.clock()
        assert known is not None
        with means.database.uow() as tx:
            tx.add(
                Asked(
                    id_hash=digest(challenge),
                    about=f"{petition} attest",
                    owner=means.vault.owner(petition, known[1].digits),
                    way=Way.CODE.value,
                    secret=means.vault.code_hash(challenge, CODE),
                    created_at=now,
                    expires_at=now + timedelta(minutes=10),
                )
            )
            tx.commit()
        return {"challenge": challenge, "code": CODE}

    def signing(self, kind: str, number: int, petition: str) -> Signing:
        """Of the person with that number, who is such a one."""
        person, answer = self.people[number], self.asked(number, petition)
        match kind:
            case "wrong code":
                answer["code"] = WRONG
            case "no challenge":
                answer["challenge"] = "none"
            case "somebody else's":
                return Signing(petition, self.people[-1], answer)
            case "signed before" | "withdrew":
                self.registrar.attest_paper(petition, person, "1")
                if kind == "withdrew":
                    self.registrar.withdraw_paper(petition, person, "1")
            case "nobody":
                person = "f" * 32
            case "no petition":
                petition = "P-1999-0001"
        return Signing(petition, person, answer)

    def tries(self, number: int, petition: str) -> int:
        """How often this person's code was looked at."""
        with self.registrar.means.database.read() as session:
            return session.get_one(Asked, digest(f"{petition}-{number}")).tries


@pytest.fixture
def signers(services: Services) -> Signers:
    return Signers(Petitions(services.registrar, services), make_people(services, 13)[1])


def said(signers: Signers, outcome: bytes | Exception) -> object:
    """What can be compared of an outcome, whichever petition and person it is of."""
    if isinstance(outcome, bytes):
        return {**signers.petitions.said(outcome), "petition": "", "pseudonym": "", "signature": ""}
    return outcome.code if isinstance(outcome, DomainError) else type(outcome)


numbers = count(1)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=12), twice=st.data())
def test_each_has_the_outcome_that_it_would_have_alone(
    signers: Signers, kinds: list[str], twice: st.DataObject
) -> None:
    alone, together = f"P-2026-{next(numbers):04}", f"P-2026-{next(numbers):04}"
    signers.petitions.open(alone)
    signers.petitions.open(together)
    again = twice.draw(st.lists(st.integers(0, len(kinds) - 1), max_size=3))  # who clicks twice
    order = twice.draw(st.permutations([*range(len(kinds)), *again]))
    one_by_one = [signers.signing(kind, number, alone) for number, kind in enumerate(kinds)]
    at_once = [signers.signing(kind, number, together) for number, kind in enumerate(kinds)]

    expected = [signers.registrar.attest_by_code([one_by_one[number]])[0] for number in order]
    found = signers.registrar.attest_by_code([at_once[number] for number in order])

    assert [said(signers, one) for one in found] == [said(signers, one) for one in expected]
    for number, outcome in zip(order, found, strict=True):
        kind = kinds[number]
        assert isinstance(outcome, bytes) == (kind in ("good", "withdrew"))
        assert isinstance(outcome, bytes) or said(signers, outcome) in {CODES[kind], "credential.proof"}
        assert signers.tries(number, alone) == signers.tries(number, together)
    # The promise is, byte for byte, what leaves for the log, and of each person once.
    signers.registrar.close_petition(together)
    left = [canonical(one) for batch in signers.petitions.leaving(together) for one in batch.attestations]
    assert {one for one in found if isinstance(one, bytes)} <= set(left)
    assert sorted(left) == sorted(set(left)) or "withdrew" in kinds


def test_where_all_together_fail_each_is_done_alone(signers: Signers, services: Services) -> None:
    signers.petitions.open()
    asked = [signers.signing("good", number, REF) for number in range(4)]
    signers.petitions.open("2026-9")
    asked[2] = signers.signing("good", 2, "2026-9")
    with signers.registrar.means.database.uow() as tx:  # what is kept of one petition is damaged
        damaged = update(KeyedPetition).where(col(KeyedPetition.petition) == "2026-9")
        tx.session.execute(damaged.values(sealed_secret=b"damaged"))
        tx.commit()
    with services.database.uow() as tx:  # and so is what is kept of one person, who is nobody from then on
        changed = update(Resident).where(col(Resident.person_id) == signers.people[3])
        tx.session.execute(changed.values(iin_sealed=b"damaged"))
        tx.commit()
    found = signers.registrar.attest_by_code(asked)
    assert [isinstance(one, bytes) for one in found] == [True, True, False, False]
    assert [type(found[2]).__name__, said(signers, found[3])] == ["VaultError", "petition.no_resident"]


def test_who_comes_when_the_database_fails_after_the_commit_is_answered_again(
    signers: Signers, monkeypatch: pytest.MonkeyPatch
) -> None:
    signers.petitions.open()
    asked = [signers.signing("good", number, REF) for number in range(3)]
    database, failed = signers.registrar.means.database, []
    name = "at_once" if database.dialect == "postgresql" else "uow"
    whole = getattr(Database, name)

    def breaks(self: Database, *arguments: object) -> object:
        if self is not database or failed:
            return whole(self, *arguments)
        failed.append(name)
        if name == "at_once":
            whole(self, *arguments)
        raise OSError("the line to the database broke")

    monkeypatch.setattr(Database, name, breaks)
    found = signers.registrar.attest_by_code(asked)
    assert failed
    assert all(isinstance(one, bytes) for one in found)
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(Attested)).one() == 3


def test_five_wrong_codes_are_all_that_are_looked_at_however_many_come_together(signers: Signers) -> None:
    signers.petitions.open()
    right = signers.signing("good", 0, REF)
    wrong = Signing(REF, right.person_id, {**right.answer, "code": WRONG})
    refused = signers.registrar.attest_by_code([wrong] * 5 + [right])
    assert [said(signers, one) for one in refused] == ["credential.proof"] * 6
    assert signers.tries(0, REF) == 5
    with pytest.raises(DomainError):
        signers.registrar.attest(REF, right.person_id, Act.ATTEST, right.answer)
    with pytest.raises(ValueError, match="too many"):
        signers.registrar.attest_by_code([right] * (MOST_SIGNINGS + 1))
