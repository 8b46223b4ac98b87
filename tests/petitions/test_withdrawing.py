"""A withdrawal holds: whatever became of the signature, of the petition and of what was lost on the way."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlmodel import select
from tests.officials import MakeCitizen, MakeOfficial, SignedIn
from tests.petitions.deciding import invalidate, undo
from tests.petitions.making import RULES, Petitions
from tests.petitions.test_signing import logged

from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.jobs import Worker
from egov_participation.petitions.models import PaperForm, State
from egov_participation.petitions.rules.integrity import Code, Filter
from egov_participation.petitions.service import batches, closing, mine, paper, signing
from egov_participation.petitions.service.signing import Wishes
from egov_participation.registrar.interface import Act, Way
from egov_participation.services import Services


@pytest.fixture
def moderators(official: MakeOfficial) -> tuple[SignedIn, SignedIn]:
    return official(Role.MODERATOR), official(Role.MODERATOR)


def run(worker: Worker, clock: ManualClock) -> None:
    for _ in range(4):
        worker.run_due()
        clock.advance(seconds=2)


def numbers(petitions: Petitions, reference: str) -> tuple[int, int, int]:
    """What the page says, what it calls verified, and what an observer finds; hours later."""
    counts = petitions.counts(reference)
    assert petitions.differences(reference) == []
    return counts.electronic, counts.verified, logged(petitions, reference)


def settle(petitions: Petitions, clock: ManualClock) -> None:
    clock.advance(hours=2)
    petitions.round()


def attest(petitions: Petitions, reference: str, person: str, act: Act) -> None:
    """The registrar does its part, and the process dies before ours."""
    registrar = petitions.services.registrar
    challenge = registrar.begin_petition(reference, person, act, Way.CODE, lang="en")
    registrar.attest(reference, person, act, {"challenge": challenge.id, "code": petitions.code()})


def test_what_was_withdrawn_while_it_did_not_count_never_comes_back_by_undoing_that(
    services: Services,
    petitions: Petitions,
    moderators: tuple[SignedIn, SignedIn],
    worker: Worker,
    clock: ManualClock,
) -> None:
    """One withdraws, one withdraws and signs again, one does neither."""
    one, again, _other = people = petitions.residents(3)
    reference = petitions.make()
    for person in people:
        petitions.sign(reference, person)
    settle(petitions, clock)
    by = moderators[0].session, moderators[1].session
    before = petitions.answer(reference, again, Act.WITHDRAW)
    decision = invalidate(services, *by, reference, Filter(day=services.day(clock())), Code.COERCED)
    run(worker, clock)
    petitions.withdraw(reference, one)
    signing.withdraw(services, reference, again, before)
    answer = petitions.answer(reference, again)
    with pytest.raises(DomainError) as refused:
        signing.sign(services, reference, again, answer, wishes=Wishes(tell=True))
    assert refused.value.code == "signature.invalidated"
    assert [signing.own_state(services, petitions.id(reference), person) for person in people] == [
        "withdrawn",
        "invalidated",
        "invalidated",
    ]
    settle(petitions, clock)
    assert numbers(petitions, reference) == (0, 0, 0)
    undo(services, *by, decision)
    run(worker, clock)
    settle(petitions, clock)
    assert numbers(petitions, reference) == (2, 2, 2)
    assert [signing.own_state(services, petitions.id(reference), person) for person in people] == [
        "withdrawn",
        "valid",
        "valid",
    ]
    assert petitions.sign(reference, one), "what is signed now counts"
    settle(petitions, clock)
    assert numbers(petitions, reference) == (3, 3, 3)


@pytest.mark.sqlite
@pytest.mark.parametrize("state", [State.HIDDEN, State.STOPPED])
def test_a_signature_of_a_petition_that_was_taken_down_is_withdrawn(
    petitions: Petitions, clock: ManualClock, state: State
) -> None:
    (one,) = petitions.residents(1)
    reference = petitions.make()
    petitions.sign(reference, one)
    petitions.change(reference, state)
    settle(petitions, clock)
    own = mine.one(petitions.services, reference, one)
    assert own is not None
    assert own.can_withdraw
    petitions.withdraw(reference, one)
    settle(petitions, clock)
    assert numbers(petitions, reference) == (0, 0, 0)


@pytest.mark.sqlite
@pytest.mark.parametrize("reads", [False, True])
def test_what_is_not_known_here_is_withdrawn_at_the_registrar(
    petitions: Petitions, clock: ManualClock, reads: bool
) -> None:
    """The signature was lost here; the log was read since, or not."""
    one, never = petitions.residents(2)
    reference = petitions.make()
    attest(petitions, reference, one, Act.ATTEST)
    if reads:
        settle(petitions, clock)
        assert numbers(petitions, reference) == (1, 1, 1)
    petitions.withdraw(reference, one)
    if reads:
        assert signing.own_state(petitions.services, petitions.id(reference), one) == "withdrawn", "found from now on"
    settle(petitions, clock)
    assert numbers(petitions, reference) == (0, 0, 0)
    with pytest.raises(DomainError) as refused:
        petitions.withdraw(reference, never)
    assert refused.value.code == "petition.not_signed"


@pytest.mark.sqlite
def test_a_signature_that_is_read_from_the_log_is_known_by_an_earlier_one(
    petitions: Petitions, clock: ManualClock
) -> None:
    (one,) = petitions.residents(1)
    reference = petitions.make()
    petitions.sign(reference, one)
    petitions.withdraw(reference, one)
    attest(petitions, reference, one, Act.ATTEST)
    settle(petitions, clock)
    assert signing.own_state(petitions.services, petitions.id(reference), one) == "valid"


@pytest.mark.parametrize("dies", [False, True])
def test_a_withdrawal_that_straddles_the_end_reaches_the_log(
    petitions: Petitions, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, dies: bool
) -> None:
    """While the registrar is asked the petition closes, and everything that was attested up to then is fetched."""
    (one,) = petitions.residents(1)
    reference, services = petitions.make(), petitions.services
    petitions.sign(reference, one)
    closes_at = petitions.petition(reference).closes_at
    assert closes_at is not None
    clock.set(closes_at)
    clock.advance(seconds=-30)
    answer, real = petitions.answer(reference, one, Act.WITHDRAW), services.registrar.attest

    def slow(petition: str, person_id: str, act: Act, answer: Mapping[str, str]) -> bytes:
        clock.advance(minutes=5)
        closing.close_due(services)
        petitions.round()
        promise = real(petition, person_id, act, answer)
        petitions.round()
        if dies:
            raise ConnectionError
        return promise

    monkeypatch.setattr(services.registrar, "attest", slow)
    if dies:
        with pytest.raises(ConnectionError):
            signing.withdraw(services, reference, one, answer)
    else:
        signing.withdraw(services, reference, one, answer)
    petitions.round()
    settle(petitions, clock)
    assert numbers(petitions, reference) == (0, 0, 0)


def test_a_form_that_is_taken_back_after_closing_reaches_the_log_and_one_withdrawn_by_its_signer_is_free(
    services: Services, petitions: Petitions, official: MakeOfficial, citizen: MakeCitizen, clock: ManualClock
) -> None:
    one, other = official(Role.DESK_OPERATOR).session, official(Role.DESK_OPERATOR).session
    reference, signers = petitions.make(rules=RULES), [citizen() for _ in range(3)]
    for number, signer in enumerate(signers[:2]):
        paper.enter(services, one, reference, signer.entry.iin, form=f"A-{number}", witness="Серік Ахметов")
    petitions.withdraw(reference, signers[0].person_id)
    with services.database.read() as session:
        forms = session.exec(select(PaperForm).order_by(PaperForm.form)).all()
    assert [(form.withdrawn_at is None, form.withdrawn_by) for form in forms] == [(False, ""), (True, None)]
    paper.enter(services, one, reference, signers[2].entry.iin, form="A-0", witness="Серік Ахметов")
    petitions.change(reference, State.STOPPED)
    settle(petitions, clock)
    petitions.round()
    assert (petitions.counts(reference).paper, petitions.counts(reference).verified_paper) == (2, 2)
    assert forms[1].id is not None
    paper.withdraw(services, other, forms[1].id, reason="A misread digit")
    petitions.round()
    settle(petitions, clock)
    counts = petitions.counts(reference)
    assert (counts.paper, counts.verified_paper) == (1, 1)
    assert petitions.differences(reference) == []
    with services.database.read() as session:
        taken = session.get_one(PaperForm, forms[1].id)
    assert (taken.withdrawn_by, taken.withdrawn_reason) == (other.person_id, "A misread digit")


@pytest.mark.sqlite
def test_what_ends_early_is_signed_no_more_and_what_was_promised_until_then_is_kept(
    services: Services, petitions: Petitions, worker: Worker, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the petition has its turn in the rounds of batches."""
    one, two = petitions.residents(2)
    reference = petitions.make()
    before, after = petitions.answer(reference, one), petitions.answer(reference, two)
    petitions.change(reference, State.STOPPED)
    signing.sign(services, reference, one, before, wishes=Wishes())
    with monkeypatch.context() as patch:
        patch.setattr(batches, "enter_batches", lambda _: 0)
        worker.run_due()
    with pytest.raises(DomainError) as refused:
        signing.sign(services, reference, two, after, wishes=Wishes())
    assert refused.value.code == "petition.closed"
    settle(petitions, clock)
    assert numbers(petitions, reference) == (1, 1, 1)
