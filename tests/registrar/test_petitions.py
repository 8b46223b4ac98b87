"""What the registrar attests in petitions: on whose proof, once, and in batches that tell nobody when."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.registrar.people import UUID, Rolls
from tests.registrar.signing import DOCUMENT, REF, Petitions
from tests.voting.making import make_people

from egov_crypto import vrf
from egov_crypto.petition import alpha
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.mail import NullMailer
from egov_participation.registrar import generated
from egov_participation.registrar import petition_rules as rules
from egov_participation.registrar.interface import Act, Way
from egov_participation.registrar.models import Attested, KeyedPetition
from egov_participation.registrar.service import LocalRegistrar, batches, mails
from egov_participation.registrar.statements import canonical
from egov_participation.registry.iin import Iin, IinError
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
        "wrong", [{"document": "x"}, {"min_age": -1}, {"ways": []}, {"regions": {"KZ-75": "the north"}}]
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
        assert refusal(petitions.registrar.attest, REF, person, Act.ATTEST, answer) == "credential.proof"

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
        _, (person, late) = make_people(services, 2)
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


class TestActs:
    def test_withdrawn_and_signed_again(self, petitions: Petitions, services: Services) -> None:
        _, (person,) = make_people(services, 1)
        petitions.open()
        begun = (REF, person, Act.WITHDRAW, Way.CODE)
        assert refusal(petitions.registrar.begin_petition, *begun, lang="kk") == "petition.not_signed"
        acts = [Act.ATTEST, Act.WITHDRAW, Act.ATTEST]
        said = [petitions.said(petitions.act(person, act)) for act in acts]
        assert len({one["pseudonym"] for one in said}) == 1
        petitions.registrar.close_petition(REF)
        (batch,) = petitions.leaving()
        assert [one["act"] for one in batch.attestations] == acts

    def test_paper_and_proof_are_one_signature(self, petitions: Petitions, services: Services) -> None:
        _, (person, other) = make_people(services, 2)
        petitions.open()
        promise = petitions.registrar.attest_paper(REF, person, "A-1")
        assert petitions.said(promise)["act"] == "paper"
        assert petitions.registrar.attest_paper(REF, person, "A-2") == promise
        begun = (REF, person, Act.ATTEST, Way.CODE)
        assert refusal(petitions.registrar.begin_petition, *begun, lang="kk") == "petition.on_paper"
        petitions.act(other)
        assert refusal(petitions.registrar.attest_paper, REF, other, "A-3") == "petition.signed"
        petitions.act(person, Act.WITHDRAW)
        assert petitions.said(petitions.act(person))["act"] == "attest"

    def test_what_a_desk_entered_wrongly_it_takes_back_and_nothing_else(
        self, petitions: Petitions, services: Services
    ) -> None:
        _, (person, other) = make_people(services, 2)
        petitions.open()
        taking = petitions.registrar.withdraw_paper
        assert refusal(taking, REF, person, "A-1") == "petition.not_on_paper"
        petitions.registrar.attest_paper(REF, person, "A-1")
        assert refusal(taking, REF, person, "A-2") == "petition.not_on_paper"
        withdrawn = taking(REF, person, "A-1")
        assert petitions.said(withdrawn)["act"] == "withdraw"
        assert taking(REF, person, "A-1") == withdrawn
        petitions.act(person)
        assert refusal(taking, REF, person, "A-1") == "petition.not_on_paper"
        petitions.act(other)
        assert refusal(taking, REF, other, "A-1") == "petition.not_on_paper"

    @given(st.lists(st.sampled_from(Act), max_size=12))
    def test_signing_and_withdrawing_alternate_whatever_is_asked(self, asked: list[Act]) -> None:
        done: list[tuple[int, Act]] = []
        for act in asked:
            try:
                turn = rules.turn(act, done[-1] if done else None)
            except DomainError:
                continue
            if turn is not None:
                done.append((turn, act))
        assert [turn for turn, _ in done] == list(range(1, len(done) + 1))
        assert all((turn % 2 == 0) == (act is Act.WITHDRAW) for turn, act in done)


class TestBatches:
    def test_fifty_leave_together_or_what_has_waited_an_hour(
        self, petitions: Petitions, services: Services, clock: ManualClock
    ) -> None:
        _, people = make_people(services, 53)
        petitions.open()
        for person in people[:49]:
            petitions.registrar.attest_paper(REF, person, "1")
        assert petitions.registrar.batch(REF, 0) is None
        petitions.registrar.attest_paper(REF, people[49], "1")
        first = petitions.registrar.batch(REF, 0)
        assert first is not None
        assert len(first.attestations) == 50
        for person in people[50:]:
            petitions.registrar.attest_paper(REF, person, "1")
        assert petitions.registrar.batch(REF, 0) == first  # until the next one is asked for, and after it too
        assert petitions.registrar.batch(REF, 1) is None
        clock.advance(hours=1)
        second = petitions.registrar.batch(REF, 1)
        assert second is not None
        assert len(second.attestations) == 3
        assert petitions.registrar.batch(REF, 0) == first
        assert refusal(petitions.registrar.batch, REF, 3) == "petition.batch"
        assert refusal(petitions.registrar.batch, OTHER, 0) == "petition.unknown"

    def test_the_order_is_left_to_chance(self, petitions: Petitions, services: Services) -> None:
        _, people = make_people(services, 50)
        petitions.open()
        promised = [petitions.registrar.attest_paper(REF, person, "1") for person in people]
        (batch,) = petitions.leaving()
        left = [canonical(one) for one in batch.attestations]
        assert sorted(left) == sorted(promised)
        assert left != promised  # alike once in 50! times

    @given(st.lists(st.integers(0, 5), max_size=40))
    def test_the_acts_of_one_person_keep_their_order(self, people: list[int]) -> None:
        acts: list[tuple[bytes, int]] = []
        for person in people:
            owner = bytes([person])
            acts.append((owner, 1 + sum(other == owner for other, _ in acts)))
        mixed = batches.shuffled(acts)
        assert sorted(mixed) == sorted(acts)
        for owner in {owner for owner, _ in acts}:
            turns = [turn for other, turn in mixed if other == owner]
            assert turns == sorted(turns)

    def test_a_withdrawal_never_leaves_before_what_it_withdraws(
        self, petitions: Petitions, services: Services, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rules, "MOST_IN_BATCH", 1)
        _, (person,) = make_people(services, 1)
        petitions.open()
        petitions.act(person)
        clock.set(clock() - timedelta(minutes=1))  # set right meanwhile
        petitions.act(person, Act.WITHDRAW)
        clock.advance(hours=2)
        left = [one["act"] for batch in petitions.leaving() for one in batch.attestations]
        assert left == ["attest", "withdraw"]

    def test_what_has_left_keeps_no_time_but_the_day(
        self, petitions: Petitions, services: Services, registrar: LocalRegistrar
    ) -> None:
        _, people = make_people(services, 50)
        petitions.open()
        for person in people:
            petitions.registrar.attest_paper(REF, person, "1")
        petitions.leaving()
        with registrar.means.database.read() as session:
            row = session.get(Attested, (REF, registrar.means.vault.owner(REF, people[0]), 1))
        assert row is not None
        assert (row.waiting_since, row.day) == (None, services.clock().date())


def test_after_the_time_for_audits_the_key_and_who_signed_are_gone(
    petitions: Petitions, services: Services, registrar: LocalRegistrar, clock: ManualClock
) -> None:
    _, (person,) = make_people(services, 1)
    petitions.open()
    petitions.act(person)
    petitions.registrar.close_petition(REF)
    petitions.leaving()
    clock.advance(days=180, seconds=-1)
    registrar.work()
    with registrar.means.database.read() as session:
        assert session.get(Attested, (REF, registrar.means.vault.owner(REF, person), 1)) is not None
    clock.advance(seconds=1)
    registrar.work()
    with registrar.means.database.read() as session:
        row = session.get(KeyedPetition, REF)
        assert row is not None
        assert row.sealed_secret is None
        assert session.get(Attested, (REF, registrar.means.vault.owner(REF, person), 1)) is None
    begun = (REF, person, Act.WITHDRAW, Way.CODE)
    assert refusal(petitions.registrar.begin_petition, *begun, lang="kk") == "petition.unknown"


class TestGeneratedSigners:
    def test_a_demonstrations_petition_has_them(self, petitions: Petitions, registrar: LocalRegistrar) -> None:
        assert petitions.open(generated=True)["generated"]
        signers = [(number, date(2026, 8, number), "KZ-75") for number in (1, 2, 3)]
        promises = registrar.attest_generated(REF, signers)
        said = [petitions.said(promise) for promise in promises]
        assert [one["day"] for one in said] == ["2026-08-01", "2026-08-02", "2026-08-03"]
        assert len({one["pseudonym"] for one in said}) == 3
        # Continued after a crash: what is there stays, what is missing comes.
        more = registrar.attest_generated(REF, [(3, date(2026, 8, 9), "KZ-10"), (4, date(2026, 8, 9), "KZ-10")])
        assert more[0] == promises[2]
        petitions.registrar.close_petition(REF)
        (batch,) = petitions.leaving()
        assert sorted(map(canonical, batch.attestations)) == sorted([*promises, more[1]])

    def test_no_other_petition_has(self, petitions: Petitions, registrar: LocalRegistrar) -> None:
        petitions.open()
        signers = [(1, date(2026, 8, 1), "KZ-75")]
        assert refusal(registrar.attest_generated, REF, signers) == "petition.generated"
        petitions.open(OTHER, generated=True)
        apart = LocalRegistrar(registrar.means, inside=False)
        assert refusal(apart.attest_generated, OTHER, signers) == "petition.generated"
        assert refusal(Petitions(apart, petitions.services).open, "P-2026-0044", generated=True) == "petition.generated"

    def test_what_stands_for_an_iin_is_none(self) -> None:
        for number in (1, 99, 9_999_999):
            with pytest.raises(IinError):
                Iin.parse(generated.iin(number))


class TestOpenings:
    AUDIT = "0f" * 32

    def signed(self, petitions: Petitions, people: list[str]) -> list[str]:
        petitions.open()
        return [str(petitions.said(petitions.act(person))["pseudonym"]) for person in people]

    def test_a_sample_is_opened_with_proofs_and_those_in_it_are_asked(
        self, petitions: Petitions, services: Services, outbox: NullMailer
    ) -> None:
        iins, people = make_people(services, 3)
        pseudonyms = self.signed(petitions, people)
        there = petitions.registrar
        outbox.sent.clear()
        found = there.open_entries(REF, pseudonyms[:2], audit=self.AUDIT)
        key = bytes.fromhex(petitions.open()["key"])
        assert [opening.iin for opening in found] == [iin.digits for iin in iins[:2]]
        for opening in found:
            proved = vrf.verify(key, alpha(REF, opening.iin), bytes.fromhex(opening.proof))
            assert proved.hex() == opening.pseudonym
            assert opening.iin not in repr(opening)
        assert there.open_entries(REF, pseudonyms[:2], audit=self.AUDIT) == found
        sent = sorted(Rolls(there, services).mails().sent, key=lambda mail: mail.to)
        assert [mail.to for mail in sent] == ["n0@mail.example", "n1@mail.example"]
        tokens = [re.findall(rf"/petitions/{REF}/audit/answer/([\w-]+)", mail.text)[0] for mail in sent]
        assert there.audit_question(tokens[0]) == (REF, False)
        there.answer_audit(tokens[0], False)
        there.answer_audit(tokens[0], True)  # the first answer stands
        assert there.audit_question(tokens[0]) == (REF, True)
        assert sorted(there.audit_answers(REF, self.AUDIT).items(), key=str) == sorted(
            {pseudonyms[0]: False, pseudonyms[1]: None}.items(), key=str
        )
        assert refusal(there.answer_audit, "x", True) == "petition.no_question"

    def test_one_audit_opens_one_sample_and_all_together_not_everything(
        self, petitions: Petitions, services: Services, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, people = make_people(services, 3)
        pseudonyms = self.signed(petitions, people)
        there = petitions.registrar
        there.open_entries(REF, pseudonyms[:2], audit=self.AUDIT)
        assert refusal(there.open_entries, REF, pseudonyms[1:], audit=self.AUDIT) == "petition.audit_sample"
        monkeypatch.setattr(rules, "MOST_OPENED", 3)
        assert refusal(there.open_entries, REF, pseudonyms[1:], audit="1f" * 32) == "petition.audit_limit"
        assert len(there.open_entries(REF, pseudonyms[2:], audit="1f" * 32)) == 1

    def test_who_was_never_attested_has_no_opening(self, petitions: Petitions, services: Services) -> None:
        _, people = make_people(services, 1)
        pseudonyms = self.signed(petitions, people)
        found = petitions.registrar.open_entries(REF, [*pseudonyms, "00" * 64], audit=self.AUDIT)
        assert [opening.pseudonym for opening in found] == pseudonyms

    @pytest.mark.parametrize("wrong", [[], ["00"], ["x" * 128], ["00" * 64] * 2])
    def test_what_is_no_sample_is_not_opened(self, petitions: Petitions, wrong: list[str]) -> None:
        petitions.open()
        with pytest.raises(ValueError):
            petitions.registrar.open_entries(REF, wrong, audit=self.AUDIT)
