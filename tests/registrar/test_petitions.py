"""What the registrar attests in petitions: on whose proof, once, and in batches that tell nobody when."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import literal_column, select, text
from tests.registrar.people import UUID, Rolls
from tests.registrar.signing import DOCUMENT, REF, Petitions
from tests.voting.making import make_people

from egov_crypto import vrf
from egov_crypto.petition import alpha
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.mail import NullMailer
from egov_participation.registrar.interface import Act, Way
from egov_participation.registrar.models import KeyedPetition
from egov_participation.registrar.service import LocalRegistrar, mails
from egov_participation.registrar.statements import canonical
from egov_participation.services import Services

OTHER = "P-2026-0043"


@pytest.fixture
def registrar(services: Services) -> LocalRegistrar:
    assert isinstance(services.registrar, LocalRegistrar)
    return services.registrar


@pytest.fixture
def petitions(services: Services) -> Petitions:
    return Petitions(services.registrar, services)


def refusal(call: Callable[..., object], *arguments: object, **named: object) -> str:
    with pytest.raises(DomainError) as refused:
        call(*arguments, **named)
    return refused.value.code


class TestOpening:
    def test_a_petition_has_one_key_of_its_own(self, petitions: Petitions) -> None:
        first = petitions.open()
        assert first == {
            "type": "registrar.petition",
            "version": 1,
            "petition": REF,
            "key": first["key"],
            "document": DOCUMENT,
            "territory": None,
            "min_age": 16,
            "ways": ["code", "eid", "passkey"],
            "regions": {"KZ-71": "other", "KZ-75": "KZ-75"},
            "generated": False,
            "signer": petitions.registrar.key,
        }
        vrf.validate_key(bytes.fromhex(first["key"]))
        assert petitions.open() == first
        assert petitions.open(OTHER)["key"] != first["key"]

    @pytest.mark.parametrize(
        "changed", [{"document": "cd" * 32}, {"territory": "KZ-75"}, {"min_age": 15}, {"generated": True}]
    )
    def test_it_is_not_opened_otherwise_a_second_time(self, petitions: Petitions, changed: dict[str, object]) -> None:
        petitions.open()
        assert refusal(petitions.open, **changed) == "petition.other"

    def test_when_it_closes_may_change_until_somebody_signs(self, petitions: Petitions, services: Services) -> None:
        first, later = petitions.open(), services.clock() + timedelta(days=200)
        assert petitions.open(closes_at=later, ways=[Way.CODE])["key"] == first["key"]
        _, (person,) = make_people(services, 1)
        petitions.act(person)
        assert petitions.open(closes_at=later, ways=[Way.CODE])["ways"] == ["code"]
        assert refusal(petitions.open) == "petition.other"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"document": "x"},
            {"min_age": -1},
            {"ways": []},
            {"regions": {"KZ-75": "the north"}},
            {"regions": {"the north": "other"}},
        ],
    )
    def test_nonsense_opens_nothing(self, petitions: Petitions, wrong: dict[str, object]) -> None:
        with pytest.raises(ValueError):
            petitions.open(**wrong)


class TestSigning:
    def test_the_promise_is_of_the_persons_pseudonym(
        self, petitions: Petitions, services: Services, registrar: LocalRegistrar
    ) -> None:
        (iin, _), (person, other) = make_people(services, 2)
        key = bytes.fromhex(petitions.open()["key"])
        petitions.open(OTHER)
        said = petitions.said(petitions.act(person))
        assert said == {
            "type": "petition.attestation",
            "version": 1,
            "petition": REF,
            "pseudonym": said["pseudonym"],
            "act": "attest",
            "day": services.clock().date().isoformat(),
            "region": "KZ-75",
        }
        with registrar.means.database.read() as session:
            row = session.get(KeyedPetition, REF)
        assert row is not None
        secret = registrar.means.vault.open_petition_key(REF, row.sealed_secret or b"")
        proof = vrf.prove(secret, alpha(REF, iin.digits))
        assert vrf.verify(key, alpha(REF, iin.digits), proof).hex() == said["pseudonym"]
        others = petitions.said(petitions.act(other)), petitions.said(petitions.act(person, petition=OTHER))
        assert len({said["pseudonym"], *(one["pseudonym"] for one in others)}) == 3

    def test_the_day_is_that_of_the_sites_time_zone(
        self, petitions: Petitions, services: Services, clock: ManualClock
    ) -> None:
        _, (person,) = make_people(services, 1)
        petitions.open()
        clock.set(clock().replace(hour=23))
        assert petitions.said(petitions.act(person))["day"] == (clock().date() + timedelta(days=1)).isoformat()

    def test_who_signed_already_gets_the_same_promise_for_another_proof(
        self, petitions: Petitions, services: Services, clock: ManualClock
    ) -> None:
        _, (person,) = make_people(services, 1)
        petitions.open()
        promise = petitions.act(person)
        clock.advance(days=3)
        assert petitions.act(person) == promise
        (batch,) = petitions.leaving()
        assert [canonical(one) for one in batch.attestations] == [promise]

    def test_without_a_proof_nothing_is_attested(self, petitions: Petitions, services: Services) -> None:
        _, (person, thief) = make_people(services, 2)
        petitions.open()
        petitions.open(OTHER)
        answer = petitions.code(person)
        for wrong in (
            {},
            {"challenge": answer["challenge"]},
            {"challenge": answer["challenge"], "code": "00000000"},
            {"challenge": "x", "code": answer["code"]},
        ):
            assert refusal(petitions.registrar.attest, REF, person, Act.ATTEST, wrong) == "credential.proof"
        assert refusal(petitions.registrar.attest, REF, thief, Act.ATTEST, answer) == "credential.proof"
        assert refusal(petitions.registrar.attest, OTHER, person, Act.ATTEST, answer) == "credential.proof"
        assert petitions.registrar.attest(REF, person, Act.ATTEST, answer)

    def test_a_code_for_signing_does_not_withdraw(self, petitions: Petitions, services: Services) -> None:
        _, (person,) = make_people(services, 1)
        petitions.open()
        petitions.act(person)
        answer = petitions.code(person)
        assert refusal(petitions.registrar.attest, REF, person, Act.WITHDRAW, answer) == "credential.proof"

    def test_a_passkey_signs_this_petition_this_act_and_nothing_else(
        self, petitions: Petitions, services: Services
    ) -> None:
        _, (person,) = make_people(services, 1)
        petitions.open()
        petitions.open(OTHER)
        device = Rolls(services.registrar, services).enrol(person)
        for act, petition in ((Act.ATTEST, OTHER), (Act.WITHDRAW, REF)):
            shown = petitions.registrar.begin_petition(REF, person, Act.ATTEST, Way.PASSKEY, lang="kk")
            signed = device.get(json.loads(shown.options))
            if act is Act.WITHDRAW:
                petitions.act(person)
            wanted = petitions.registrar.begin_petition(petition, person, act, Way.PASSKEY, lang="kk")
            answer = {"challenge": wanted.id, "assertion": signed}
            assert refusal(petitions.registrar.attest, petition, person, act, answer) == "credential.proof"
        assert petitions.registrar.attest(
            OTHER, person, Act.ATTEST, petitions.assertion(person, device, petition=OTHER)
        )

    def test_a_passkeys_proof_for_a_vote_signs_nothing(self, rolls: Rolls, petitions: Petitions) -> None:
        (person, *_), _ = rolls.active()
        petitions.open()
        device = rolls.enrol(person)
        for_vote = rolls.assertion(person, device, UUID)
        wanted = petitions.registrar.begin_petition(REF, person, Act.ATTEST, Way.PASSKEY, lang="kk")
        answer = {"challenge": wanted.id, "assertion": for_vote["assertion"]}
        assert refusal(petitions.registrar.attest, REF, person, Act.ATTEST, answer) == "credential.proof"
        assert refusal(petitions.registrar.attest, REF, person, Act.ATTEST, for_vote) == "credential.proof"

    @pytest.mark.parametrize("lang", ["kk", "ru", "en"])
    def test_the_mail_of_a_code_names_the_petition(
        self, petitions: Petitions, services: Services, outbox: NullMailer, lang: str
    ) -> None:
        _, (person,) = make_people(services, 1)
        petitions.open()
        petitions.registrar.begin_petition(REF, person, Act.ATTEST, Way.CODE, lang=lang)
        (mail,) = Rolls(petitions.registrar, services).mails().sent
        assert REF in mail.subject
        assert f"/petitions/{REF}" in mail.text

    def test_what_signs_and_what_withdraws_is_said_in_the_mail(self, petitions: Petitions, services: Services) -> None:
        _, (person,) = make_people(services, 1)
        petitions.open()
        petitions.act(person)
        petitions.act(person, Act.WITHDRAW)
        sent = Rolls(petitions.registrar, services).mails().sent
        assert ["withdraw" in mail.subject for mail in sent] == [False, True]

    def test_all_who_wait_for_a_code_get_it_in_one_round(
        self,
        petitions: Petitions,
        services: Services,
        registrar: LocalRegistrar,
        outbox: NullMailer,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(mails, "_ROUND", 600.0)
        _, people = make_people(services, 60)
        petitions.open()
        for person in people:
            petitions.registrar.begin_petition(REF, person, Act.ATTEST, Way.CODE, lang="kk")
        registrar.work()
        assert sorted(mail.to for mail in outbox.sent) == sorted(f"n{number}@mail.example" for number in range(60))

    def test_two_at_once_are_one(self, petitions: Petitions, services: Services) -> None:
        _, (person,) = make_people(services, 1)
        petitions.open()
        device = Rolls(services.registrar, services).enrol(person)
        answers = [petitions.code(person), petitions.assertion(person, device)]
        with ThreadPoolExecutor(2) as pool:
            found = set(pool.map(lambda answer: petitions.registrar.attest(REF, person, Act.ATTEST, answer), answers))
        assert len(found) == 1
        petitions.registrar.close_petition(REF)
        (batch,) = petitions.leaving()
        assert len(batch.attestations) == 1

    def test_who_signs_at_the_moment_at_which_it_closes_is_refused(
        self, petitions: Petitions, services: Services, registrar: LocalRegistrar, clock: ManualClock
    ) -> None:
        _, (person,) = make_people(services, 1)
        petitions.open()
        answer, database = petitions.code(person), registrar.means.database
        clock.advance(seconds=1)
        with ThreadPoolExecutor(1) as pool:
            with database.uow() as tx:
                row = tx.get(KeyedPetition, REF, with_for_update=True)
                assert row is not None
                row.closes_at = clock()
                tx.flush()
                signing = pool.submit(petitions.registrar.attest, REF, person, Act.ATTEST, answer)
                until = time.monotonic() + 120
                while database.dialect == "postgresql" and not database.first(_WAITS, {}):
                    assert time.monotonic() < until, "it does not wait for what closes the petition"
                tx.commit()
            assert refusal(signing.result) == "petition.closed"


_WAITS = select(literal_column("1")).select_from(text("pg_locks")).where(text("NOT granted"))


class TestWhoMaySign:
    def test_age_and_residence_are_the_registers(self, petitions: Petitions, services: Services) -> None:
        _, (person,) = make_people(services, 1)
        petitions.open(min_age=90)
        petitions.open(OTHER, territory="KZ-10")
        petitions.open("P-2026-0044", territory="KZ-75")
        for petition, code in ((REF, "petition.too_young"), (OTHER, "petition.not_resident")):
            begun = (petition, person, Act.ATTEST, Way.CODE)
            assert refusal(petitions.registrar.begin_petition, *begun, lang="kk") == code
            assert petitions.registrar.ways_petition(petition, person) == []
            assert refusal(petitions.registrar.attest_paper, petition, person, "1") == code
        assert petitions.said(petitions.act(person, petition="P-2026-0044"))["region"] == "KZ-75"

    def test_nobody_whom_the_register_does_not_know(self, petitions: Petitions) -> None:
        petitions.open()
        begun = (REF, "0" * 32, Act.ATTEST, Way.CODE)
        assert refusal(petitions.registrar.begin_petition, *begun, lang="kk") == "petition.no_resident"

    def test_the_ways_are_the_petitions(self, petitions: Petitions, services: Services) -> None:
        _, (person,) = make_people(services, 1)
        petitions.open(ways=[Way.PASSKEY, Way.EID])
        assert petitions.registrar.ways_petition(REF, person) == []
        begun = (REF, person, Act.ATTEST, Way.CODE)
        assert refusal(petitions.registrar.begin_petition, *begun, lang="kk") == "credential.way"
        Rolls(services.registrar, services).enrol(person)
        assert petitions.registrar.ways_petition(REF, person) == [Way.PASSKEY]

    def test_after_the_end_nothing_but_withdrawals(
        self, petitions: Petitions, services: Services, clock: ManualClock
    ) -> None:
        _, (person, late, later) = make_people(services, 3)
        petitions.open()
        petitions.act(person)
        answer = petitions.code(late)
        clock.advance(seconds=1)
        petitions.registrar.close_petition(REF)
        petitions.registrar.close_petition(REF)
        assert refusal(petitions.registrar.attest, REF, late, Act.ATTEST, answer) == "petition.closed"
        assert refusal(petitions.registrar.attest_paper, REF, late, "1") == "petition.closed"
        assert petitions.registrar.ways_petition(REF, late) == []
        assert petitions.said(petitions.act(person, Act.WITHDRAW))["act"] == "withdraw"
        assert refusal(petitions.registrar.close_petition, OTHER) == "petition.unknown"

        # Open again it is until the end that it was opened with, whatever later one the site names.
        petitions.registrar.reopen_petition(REF, services.clock() + timedelta(days=1000))
        petitions.act(late)
        clock.advance(days=180)
        assert refusal(petitions.registrar.attest_paper, REF, later, "1") == "petition.closed"
