"""A person's acts in a petition one after the other, the batches they leave in, and what is opened for an audit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.registrar.people import Rolls
from tests.registrar.signing import REF, Petitions
from tests.registrar.test_petitions import OTHER, refusal
from tests.registrar.test_petitions import petitions as petitions
from tests.registrar.test_petitions import registrar as registrar
from tests.voting.making import make_people

from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.registrar import generated
from egov_participation.registrar import petition_rules as rules
from egov_participation.registrar.interface import Act, Way
from egov_participation.registrar.models import Attested, KeyedPetition
from egov_participation.registrar.service import LocalRegistrar, batches
from egov_participation.registrar.statements import canonical
from egov_participation.registry.iin import Iin, IinError
from egov_participation.registry.models import Resident
from egov_participation.registry.service.embedded import marked_values
from egov_participation.services import Services


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

    def test_one_iin_signs_once_whatever_id_the_register_gives_it(
        self, petitions: Petitions, services: Services
    ) -> None:
        _, (person,) = make_people(services, 1)
        petitions.open()
        promise, renewed = petitions.act(person), person[::-1]
        with services.database.uow() as tx:  # as after the register was imported anew
            row = tx.get(Resident, person)
            assert row is not None
            keys = services.registry.registry.keys  # type: ignore[attr-defined]
            sealed = keys.seal(keys.open_sealed(row.iin_sealed, person), renewed)
            tx.session.delete(row)
            tx.flush()
            anew = Resident(**(row.model_dump() | {"person_id": renewed, "iin_sealed": sealed}))
            anew.mark = keys.marked(services.settings.registrar_keys_dir).mark(marked_values(anew))
            tx.add(anew)
            tx.commit()
        assert petitions.act(renewed) == promise
        assert petitions.said(petitions.act(renewed, Act.WITHDRAW))["act"] == "withdraw"

    def test_a_second_click_is_answered_as_the_first_until_something_follows(
        self, petitions: Petitions, services: Services, clock: ManualClock
    ) -> None:
        _, (person,) = make_people(services, 1)
        petitions.open()
        there, answer = petitions.registrar, petitions.code(person)
        promise = there.attest(REF, person, Act.ATTEST, answer)
        assert there.attest(REF, person, Act.ATTEST, answer) == promise
        assert refusal(there.attest, REF, person, Act.ATTEST, answer | {"code": "x"}) == "credential.proof"
        again = petitions.code(person, Act.WITHDRAW)
        withdrawn = there.attest(REF, person, Act.WITHDRAW, again)
        assert there.attest(REF, person, Act.WITHDRAW, again) == withdrawn
        assert refusal(there.attest, REF, person, Act.ATTEST, answer) == "credential.proof"
        clock.advance(minutes=11)
        assert refusal(there.attest, REF, person, Act.WITHDRAW, again) == "credential.proof"

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


class TestMails:
    """Whoever signs with a mailed code knows of it from the code; of everything else a mail tells."""

    def told(self, petitions: Petitions, services: Services) -> list[str]:
        sent = Rolls(petitions.registrar, services).mails().sent
        found = [mail.subject for mail in sent if f"/petitions/{REF}/signature" in mail.text and REF in mail.subject]
        sent.clear()
        return found

    def test_each_act_without_a_code_is_told_once(self, petitions: Petitions, services: Services) -> None:
        _, (person, other) = make_people(services, 2)
        petitions.open()
        there, device = petitions.registrar, Rolls(services.registrar, services).enrol(person)
        self.told(petitions, services)
        for act in (Act.ATTEST, Act.ATTEST, Act.WITHDRAW):  # the second one finds it done
            there.attest(REF, person, act, petitions.assertion(person, device, act))
        assert len(self.told(petitions, services)) == 2
        for _ in range(2):
            there.attest_paper(REF, other, "A-1")
        assert len(self.told(petitions, services)) == 1
        there.withdraw_paper(REF, other, "A-1")
        assert len(self.told(petitions, services)) == 1
        petitions.act(other)
        petitions.act(other, Act.WITHDRAW)
        assert self.told(petitions, services) == []

    def test_what_is_refused_is_not_told(self, petitions: Petitions, services: Services) -> None:
        _, (person,) = make_people(services, 1)
        petitions.open()
        petitions.act(person)
        assert refusal(petitions.registrar.attest_paper, REF, person, "A-1") == "petition.signed"
        assert self.told(petitions, services) == []


class TestBatches:
    def test_fifty_leave_together_or_with_the_full_hour(
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

    def test_a_lone_act_leaves_with_the_full_hour_and_not_an_hour_after_it(
        self, petitions: Petitions, services: Services, clock: ManualClock
    ) -> None:
        _, (person, other) = make_people(services, 2)
        petitions.open()
        petitions.open(OTHER)
        clock.advance(minutes=20)
        petitions.registrar.attest_paper(REF, person, "1")
        clock.advance(minutes=36)
        petitions.registrar.attest_paper(OTHER, other, "1")
        petitions.registrar.attest_paper(REF, other, "1")  # too young when the hour strikes
        clock.advance(minutes=3, seconds=59)
        assert petitions.registrar.batch(REF, 0) is None
        clock.advance(seconds=1)
        assert [len(batch.attestations) for batch in petitions.leaving()] == [1]
        assert petitions.registrar.batch(OTHER, 0) is None
        clock.advance(minutes=59)
        assert petitions.registrar.batch(OTHER, 0) is None
        clock.advance(minutes=1)
        assert [len(batch.attestations) for batch in petitions.leaving(OTHER)] == [1]
        assert [len(batch.attestations) for batch in petitions.leaving(REF, 1)] == [1]

    @given(st.integers(0, 10_000), st.integers(0, 10_000), st.sampled_from([8, 60, 3600]))
    def test_when_an_act_leaves_tells_the_interval_alone(self, done: int, asked: int, wait: int) -> None:
        start = datetime(2026, 3, 1, tzinfo=UTC)
        at, now, waits = start + timedelta(seconds=done), start + timedelta(seconds=done + asked), timedelta(0, wait)

        def leaves(now: datetime) -> bool:
            until = rules.leaving(1, at, at, now=now, closes_at=start + timedelta(days=9), wait=waits)
            return until is not None and at <= until

        since = int(now.timestamp()) // wait * wait
        assert leaves(now) == leaves(datetime.fromtimestamp(since, UTC))  # between two moments nothing changes
        assert not leaves(at + min(rules.YOUNG, waits / 4) - timedelta(microseconds=1))
        assert leaves(at + waits + min(rules.YOUNG, waits / 4))

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
        iins, people = make_people(services, 50)
        petitions.open()
        for person in people:
            petitions.registrar.attest_paper(REF, person, "1")
        petitions.leaving()
        with registrar.means.database.read() as session:
            row = session.get(Attested, (REF, registrar.means.vault.owner(REF, iins[0].digits), 1))
        assert row is not None
        assert (row.waiting_since, row.day) == (None, services.clock().date())


def test_after_the_time_for_audits_the_key_and_who_signed_are_gone(
    petitions: Petitions, services: Services, registrar: LocalRegistrar, clock: ManualClock
) -> None:
    (iin,), (person,) = make_people(services, 1)
    owner = registrar.means.vault.owner(REF, iin.digits)
    petitions.open()
    petitions.act(person)
    petitions.registrar.close_petition(REF)
    petitions.leaving()
    clock.advance(days=180, seconds=-1)
    registrar.work()
    with registrar.means.database.read() as session:
        assert session.get(Attested, (REF, owner, 1)) is not None
    clock.advance(seconds=1)
    registrar.work()
    with registrar.means.database.read() as session:
        row = session.get(KeyedPetition, REF)
        assert row is not None
        assert row.sealed_secret is None
        assert session.get(Attested, (REF, owner, 1)) is None
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
