"""Signing and withdrawing: once each, whatever is lost on the way, and what is counted of it."""

from __future__ import annotations

import json

import pytest
from sqlmodel import Session, col, select, update
from tests.petitions.making import NETWORK, Petitions

from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.jurisdiction.petition_rules import Names
from egov_participation.ledger import service as ledger
from egov_participation.petitions import keys
from egov_participation.petitions.models import Delta, Petition, Signature, State, Subscriber
from egov_participation.petitions.service import counting, signing, verified
from egov_participation.petitions.service.signing import Wishes
from egov_participation.registrar import statements
from egov_participation.registrar.interface import Act, Way

ANONYMOUS = Wishes(show_name=False)


def rows(petitions: Petitions, reference: str) -> list[Signature]:
    with petitions.services.database.read() as session:
        wanted = select(Signature).where(Signature.petition_id == petitions.id(reference))
        return list(session.exec(wanted.order_by(col(Signature.id))))


def refused(petitions: Petitions, reference: str, person: str, act: Act = Act.ATTEST) -> str:
    with pytest.raises(DomainError) as refusal:
        petitions.answer(reference, person, act)
    return refusal.value.code


def test_who_signs_is_counted_at_once_and_by_the_log_later(petitions: Petitions, clock: ManualClock) -> None:
    one, two = petitions.residents(2)
    reference = petitions.make()
    assert petitions.sign(reference, one)
    assert petitions.sign(reference, two, ANONYMOUS)
    petitions.round()
    counts = petitions.counts(reference)
    assert (counts.electronic, counts.paper, counts.verified) == (2, 0, 0)
    clock.advance(hours=1)  # batches leave when their oldest has waited for an hour
    petitions.round()
    counts = petitions.counts(reference)
    assert (counts.electronic, counts.verified, counts.checkpoint_size) == (2, 2, 5)
    assert petitions.petition(reference).batches == 1
    assert petitions.differences(reference) == []


def test_a_petition_that_the_registrar_does_not_know_keeps_no_other_one_waiting(
    petitions: Petitions, clock: ManualClock
) -> None:
    (one,) = petitions.residents(1)
    lost, kept = petitions.make(), petitions.make()
    petitions.sign(kept, one)
    with petitions.services.database.uow() as tx:
        tx.session.execute(update(Petition).where(col(Petition.reference) == lost).values(reference="P-2024-9999"))
        tx.commit()
    clock.advance(hours=1)
    petitions.round()
    assert petitions.counts(kept).verified == 1


def test_a_signature_holds_what_the_registrar_promised_and_the_name_as_wished(petitions: Petitions) -> None:
    one, two = petitions.residents(2)
    reference = petitions.make()
    petitions.sign(reference, one)
    petitions.sign(reference, two, ANONYMOUS)
    first, second = rows(petitions, reference)
    assert (first.name, second.name) == ("Сынақ С.", "")
    assert (first.region, first.day.isoformat(), first.way) == ("KZ-75", "2024-10-06", "electronic")
    said = statements.verify(first.promise, petitions.services.registrar.key, type="petition.attestation")
    assert said["pseudonym"] == first.pseudonym.hex() != second.pseudonym.hex()
    assert (said["act"], said["petition"]) == ("attest", reference)


def test_rules_that_show_no_names_keep_none(petitions: Petitions) -> None:
    from tests.petitions.making import RULES

    (one,) = petitions.residents(1)
    reference = petitions.make(rules=RULES.model_copy(update={"names": Names.NONE}))
    petitions.sign(reference, one)
    assert rows(petitions, reference)[0].name == ""


def test_nobody_signs_twice(petitions: Petitions) -> None:
    (one,) = petitions.residents(1)
    reference = petitions.make()
    # Two pages are open, each with its code.
    answers = [petitions.answer(reference, one) for _ in range(1)]
    assert signing.sign(petitions.services, reference, one, answers[0], wishes=Wishes())
    assert refused(petitions, reference, one) == "signature.exists"
    petitions.round()
    assert petitions.counts(reference).electronic == 1


def test_a_retry_after_a_lost_answer_doubles_nothing(petitions: Petitions) -> None:
    (one,) = petitions.residents(1)
    reference = petitions.make()
    answer = petitions.answer(reference, one)
    # The registrar attested, and the process died before it put the signature down.
    promise = petitions.services.registrar.attest(reference, one, Act.ATTEST, answer)
    assert petitions.sign(reference, one), "the next try is new here"
    assert [row.promise for row in rows(petitions, reference)] == [promise], "and the promise is the same"
    petitions.round()
    assert petitions.counts(reference).electronic == 1


def test_a_promise_that_nobody_came_back_for_is_put_down_when_the_log_is_read(
    petitions: Petitions, clock: ManualClock
) -> None:
    one, two = petitions.residents(2)
    reference = petitions.make()
    petitions.services.registrar.attest(reference, one, Act.ATTEST, petitions.answer(reference, one))
    petitions.sign(reference, two)
    clock.advance(hours=1)
    petitions.round()
    counts = petitions.counts(reference)
    assert (counts.electronic, counts.verified) == (2, 2)
    # Its signer is known as soon as they come back, and nothing is doubled.
    assert petitions.sign(reference, one)
    assert refused(petitions, reference, one) == "signature.exists"
    petitions.round()
    assert petitions.counts(reference).electronic == 2
    assert petitions.differences(reference) == []


def test_a_withdrawal_that_was_lost_is_made_good_when_the_log_is_read(petitions: Petitions, clock: ManualClock) -> None:
    (one,) = petitions.residents(1)
    reference = petitions.make()
    petitions.sign(reference, one)
    petitions.services.registrar.attest(reference, one, Act.WITHDRAW, petitions.answer(reference, one, Act.WITHDRAW))
    clock.advance(hours=1)
    petitions.round()
    counts = petitions.counts(reference)
    assert (counts.electronic, counts.verified) == (0, 0)
    assert [row.state for row in rows(petitions, reference)] == ["withdrawn"]


def test_a_withdrawn_signature_is_not_counted_and_its_name_goes(petitions: Petitions, clock: ManualClock) -> None:
    (one,) = petitions.residents(1)
    reference = petitions.make()
    petitions.sign(reference, one, Wishes(tell=True))
    petitions.withdraw(reference, one)
    (row,) = rows(petitions, reference)
    assert (row.state, row.name, row.person_sealed) == ("withdrawn", "", None)
    assert refused(petitions, reference, one, Act.WITHDRAW) == "signature.none"
    with petitions.services.database.read() as session:
        assert session.exec(select(Subscriber)).all() == []
    # And signed once more: the same pseudonym, a row of its own.
    assert petitions.sign(reference, one)
    first, second = rows(petitions, reference)
    assert first.pseudonym == second.pseudonym
    clock.advance(hours=1)
    petitions.round()
    counts = petitions.counts(reference)
    assert (counts.electronic, counts.verified) == (1, 1)


def test_a_signature_can_be_withdrawn_after_the_petition_closed(petitions: Petitions, clock: ManualClock) -> None:
    one, two = petitions.residents(2)
    reference = petitions.make()
    petitions.sign(reference, one)
    petitions.sign(reference, two)
    clock.advance(days=190)
    petitions.round()
    petition = petitions.petition(reference)
    assert petition.state == State.CLOSED
    assert petitions.counts(reference).verified == 2, "the last batch does not wait"
    clock.advance(minutes=2)
    petitions.round()
    assert not petitions.petition(reference).attested
    petitions.withdraw(reference, one)
    petitions.round()
    assert petitions.petition(reference).attested, "what waits at the registrar is asked for again"
    clock.advance(hours=1)
    petitions.round()
    assert (petitions.counts(reference).electronic, petitions.counts(reference).verified) == (1, 1)
    clock.advance(hours=2)
    petitions.round()
    assert not petitions.petition(reference).attested
    assert refused(petitions, reference, one) == "petition.not_open"


def test_an_invalidated_signer_is_told_and_signs_no_second_time(petitions: Petitions) -> None:
    (one,) = petitions.residents(1)
    reference = petitions.make()
    answer = petitions.answer(reference, one)
    petitions.sign(reference, one)
    with petitions.services.database.uow() as tx:
        for row in tx.exec(select(Signature)):
            row.state, row.code = "invalidated", "automated"
        tx.commit()
    assert refused(petitions, reference, one) == "signature.invalidated"
    assert answer["challenge"]


def test_a_code_of_one_petition_does_not_sign_another(petitions: Petitions) -> None:
    (one,) = petitions.residents(1)
    reference, other = petitions.make(), petitions.make()
    answer = petitions.answer(reference, one)
    with pytest.raises(DomainError) as refusal:
        signing.sign(petitions.services, other, one, answer, wishes=Wishes())
    assert refusal.value.code == "credential.proof"
    assert rows(petitions, other) == []


def test_pseudonyms_of_two_petitions_do_not_tell_that_it_was_one_person(petitions: Petitions) -> None:
    (one,) = petitions.residents(1)
    reference, other = petitions.make(), petitions.make()
    petitions.sign(reference, one)
    petitions.sign(other, one)
    assert rows(petitions, reference)[0].pseudonym != rows(petitions, other)[0].pseudonym


def test_who_begins_too_often_is_refused(petitions: Petitions, clock: ManualClock) -> None:
    (one,) = petitions.residents(1)
    reference = petitions.make()
    codes = []
    for _ in range(signing.PER_PERSON.times + 1):
        try:
            signing.begin(petitions.services, reference, one, Act.ATTEST, Way.CODE, network=NETWORK, lang="en")
        except DomainError as refusal:
            codes.append(refusal.code)
    assert codes[-1] == "petition.too_many"


def test_the_provisional_count_follows_at_the_next_round(petitions: Petitions) -> None:
    """Rounds are a second apart, so that it lags by seconds: what is signed is counted by the very next one."""
    reference = petitions.make()
    for number, person in enumerate(petitions.residents(5), 1):
        petitions.sign(reference, person)
        assert counting.count(petitions.services) == 1
        assert petitions.counts(reference).electronic == number


def test_more_changes_than_one_transaction_takes_are_all_counted(
    petitions: Petitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "AT_ONCE", 2)
    reference = petitions.make()
    for person in petitions.residents(5):
        petitions.sign(reference, person)
    assert counting.count(petitions.services) == 5
    assert petitions.differences(reference) == []
    with petitions.services.database.read() as session:
        assert session.exec(select(Delta)).all() == []


def test_what_is_signed_goes_to_the_petition_that_was_signed_alone(petitions: Petitions) -> None:
    one, two = petitions.residents(2)
    reference, other = petitions.make(), petitions.make()
    petitions.sign(reference, one)
    petitions.sign(reference, two)
    petitions.sign(other, two)
    petitions.round()
    assert [petitions.counts(found).electronic for found in (reference, other)] == [2, 1]


def test_a_row_put_into_the_database_is_in_no_verified_count(petitions: Petitions, clock: ManualClock) -> None:
    one, two = petitions.residents(2)
    reference = petitions.make()
    petitions.sign(reference, one)
    with petitions.services.database.uow() as tx:
        row = rows(petitions, reference)[0].model_dump(exclude={"id"})
        forged = row | {
            "pseudonym": bytes(64),
            "person_hash": keys.person_hash(petitions.services.settings.keys_dir, two),
        }
        tx.add(Signature(**forged))
        tx.add(Delta(petition_id=row["petition_id"], region="KZ-75", day=row["day"], way="electronic", change=1))
        tx.commit()
    clock.advance(hours=1)
    petitions.round()
    counts = petitions.counts(reference)
    assert (counts.electronic, counts.verified) == (2, 1)
    assert logged(petitions, reference) == 1


def logged(petitions: Petitions, reference: str) -> int:
    """How many count by the log, counted anew from its first entry on."""
    with petitions.services.database.read() as session:
        return recounted(session, reference)


def recounted(session: Session, reference: str) -> int:
    said: dict[str, verified.Standing] = {}
    for entry in ledger.following(session, (verified.ATTESTATION, verified.INVALIDATION), after=-1, limit=10_000):
        if entry.subject == reference:
            pseudonym = json.loads(entry.raw)["pseudonym"]
            standing = verified.after(said.get(pseudonym), entry.value, entry.index)
            if standing is not None:
                said[pseudonym] = standing
    return sum(standing.counts for standing in said.values())


def test_counts_that_were_changed_by_hand_are_found_and_put_right(petitions: Petitions) -> None:
    one, two = petitions.residents(2)
    reference = petitions.make()
    petitions.sign(reference, one)
    petitions.round()
    petitions.sign(reference, two)  # noted, and not added yet
    with petitions.services.database.uow() as tx:
        row = tx.get(type(petitions.counts(reference)), petitions.id(reference))
        assert row is not None
        row.electronic += 40
        tx.commit()
    (found,) = petitions.differences(reference)
    assert (found.way, found.region, found.day, found.counted, found.found) == ("electronic", None, None, 42, 2)
    counting.put_right(petitions.services, petitions.id(reference))
    assert petitions.differences(reference) == []
    petitions.round()
    assert petitions.counts(reference).electronic == 2
