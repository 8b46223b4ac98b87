"""Signatures on paper: one person, one signature, however they signed; counted apart; taken back by a colleague."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select
from tests.officials import MakeCitizen, MakeOfficial, SignedIn
from tests.petitions.deciding import invalidate
from tests.petitions.making import RULES, Petitions
from tests.petitions.rows import all_signatures

from egov_participation.actions import Role
from egov_participation.audit import AuditEntry
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.jobs import Worker
from egov_participation.ledger import service as ledger
from egov_participation.petitions.models import PaperForm, State
from egov_participation.petitions.rules.integrity import Code, Filter
from egov_participation.petitions.service import carrying_out, counting, invalidating, paper
from egov_participation.registry import fake
from egov_participation.registry.iin import Iin
from egov_participation.services import Services

PATH = "/en/office/paper"


@pytest.fixture
def operators(official: MakeOfficial) -> tuple[SignedIn, SignedIn]:
    return official(Role.DESK_OPERATOR), official(Role.DESK_OPERATOR)


@pytest.fixture
def reference(petitions: Petitions) -> str:
    return petitions.make(rules=RULES)


def enter(services: Services, by: SignedIn, reference: str, iin: Iin, form: str = "A-1") -> None:
    paper.enter(services, by.session, reference, iin, form=form, witness="Серік Ахметов")


def refusal(services: Services, by: SignedIn, reference: str, iin: Iin, form: str) -> str:
    with pytest.raises(DomainError) as refused:
        enter(services, by, reference, iin, form)
    return refused.value.code


def rows(services: Services) -> list[PaperForm]:
    with services.database.read() as session:
        return list(session.exec(select(PaperForm).order_by(PaperForm.id)))  # type: ignore[arg-type]


def test_a_form_is_counted_apart_once_and_its_statement_is_in_the_log(
    services: Services,
    petitions: Petitions,
    reference: str,
    operators: tuple[SignedIn, SignedIn],
    citizen: MakeCitizen,
    clock: ManualClock,
) -> None:
    one, other = operators
    person, second = citizen(), citizen()
    for _ in range(2):  # the same entry again, because an answer was lost
        enter(services, one, reference, person.entry.iin)
    assert refusal(services, one, reference, person.entry.iin, "A-2") == "paper.not_taken"
    for whose in (person, second):  # nor does a colleague learn by the number whose it is
        assert refusal(services, other, reference, whose.entry.iin, "A-1") == "paper.form"
    enter(services, other, reference, second.entry.iin, "A-2")
    assert len(rows(services)) == 2
    with services.database.read() as session:
        assert [(row.way, row.name) for row in all_signatures(session, petitions.id(reference))] == [("paper", "")] * 2
    clock.advance(hours=2)
    petitions.round()
    counts = petitions.counts(reference)
    assert (counts.electronic, counts.paper, counts.verified, counts.verified_paper) == (0, 2, 0, 2)
    assert petitions.differences(reference) == []


def test_who_signed_electronically_is_refused_on_paper_and_the_other_way_round(
    services: Services, petitions: Petitions, reference: str, operators: tuple[SignedIn, SignedIn], citizen: MakeCitizen
) -> None:
    signed, written = citizen(), citizen()
    petitions.sign(reference, signed.person_id)
    assert refusal(services, operators[0], reference, signed.entry.iin, "A-1") == "paper.not_taken"
    enter(services, operators[0], reference, written.entry.iin)
    with pytest.raises(DomainError) as refused:
        petitions.sign(reference, written.person_id)
    assert refused.value.code == "signature.exists"
    petitions.withdraw(reference, written.person_id)  # who signed on paper may take it back by themselves
    petitions.sign(reference, written.person_id)
    counting.count(services)
    assert (petitions.counts(reference).electronic, petitions.counts(reference).paper) == (2, 0)


def test_what_cannot_be_entered(
    services: Services, petitions: Petitions, reference: str, operators: tuple[SignedIn, SignedIn], citizen: MakeCitizen
) -> None:
    """And nothing of the person is told by how it is refused; each try is in the audit trail."""
    person = citizen().entry.iin
    closed = petitions.make(State.CLOSED)
    without = petitions.make(rules=RULES.model_copy(update={"paper": False}))
    assert refusal(services, operators[0], closed, person, "A-1") == "petition.not_open"
    assert refusal(services, operators[0], without, person, "A-1") == "paper.not_allowed"
    assert refusal(services, operators[0], "P-2024-0999", person, "A-1") == "petition.unknown"
    assert refusal(services, operators[0], reference, operators[0].entry.iin, "A-1") == "paper.self"
    assert rows(services) == []
    elsewhere = petitions.make(rules=RULES, territory="KZ-71")
    nobody = next(iter(fake.residents(1, 78))).iin
    for petition, iin in ((reference, nobody), (elsewhere, person)):
        assert refusal(services, operators[0], petition, iin, "A-7") == "paper.not_taken"
    with services.database.read() as session:
        tried = session.exec(select(AuditEntry.object, AuditEntry.step).where(AuditEntry.step == "tried")).all()
    assert tried[-2:] == [(f"paper:{reference}/A-7", "tried"), (f"paper:{elsewhere}/A-7", "tried")]


def test_a_colleague_takes_a_wrong_entry_back_and_the_person_can_sign_as_if_nothing_had_been(
    services: Services,
    petitions: Petitions,
    reference: str,
    operators: tuple[SignedIn, SignedIn],
    citizen: MakeCitizen,
    clock: ManualClock,
) -> None:
    one, other = operators
    wrong, right = citizen(), citizen()
    enter(services, one, reference, wrong.entry.iin)
    (row,) = rows(services)
    assert row.id is not None
    with pytest.raises(DomainError) as refused:
        paper.withdraw(services, one.session, row.id, reason="My own mistake")
    assert refused.value.code == "paper.own"
    paper.withdraw(services, other.session, row.id, reason="A digit of the IIN was misread")
    with pytest.raises(DomainError) as refused:
        paper.withdraw(services, other.session, row.id, reason="Once more")
    assert refused.value.code == "paper.withdrawn"
    enter(services, one, reference, right.entry.iin)
    petitions.sign(reference, wrong.person_id)
    clock.advance(hours=2)
    petitions.round()
    counts = petitions.counts(reference)
    assert (counts.electronic, counts.paper, counts.verified, counts.verified_paper) == (1, 1, 1, 1)
    assert petitions.differences(reference) == []
    with services.database.read() as session:
        steps = session.exec(select(AuditEntry).where(AuditEntry.object == f"paper:{reference}/A-1")).all()
    assert [(entry.step, entry.actor) for entry in steps] == [
        ("tried", one.person_id),
        ("done", one.person_id),
        ("withdrawn", other.person_id),
        ("tried", one.person_id),
        ("done", one.person_id),
    ]


def test_of_two_who_enter_one_number_at_once_one_is_taken_and_nothing_stays_of_the_other(
    services: Services,
    petitions: Petitions,
    reference: str,
    operators: tuple[SignedIn, SignedIn],
    citizen: MakeCitizen,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both, attest = threading.Barrier(2), services.registrar.attest_paper

    def attested(petition: str, person_id: str, form: str) -> bytes:
        found = attest(petition, person_id, form)
        both.wait(30)  # now the registrar has attested for both
        return found

    monkeypatch.setattr(services.registrar, "attest_paper", attested)

    def entered(by: SignedIn, iin: Iin) -> str:
        try:
            enter(services, by, reference, iin)
        except DomainError as refused:
            return refused.code
        return ""

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(entered, operators, [citizen().entry.iin for _ in range(2)]))
    assert said == ["", "paper.form"]
    assert len(rows(services)) == 1
    clock.advance(hours=2)
    petitions.round()
    counts = petitions.counts(reference)
    assert (counts.paper, counts.verified_paper) == (1, 1)
    assert petitions.differences(reference) == []


@pytest.mark.sqlite
def test_the_operator_sees_that_it_was_taken_and_nothing_of_the_person(
    reference: str, operators: tuple[SignedIn, SignedIn], citizen: MakeCitizen
) -> None:
    one, other = operators
    person = citizen()
    fields = {"petition": reference.lower(), "form": "a-1", "iin": person.entry.iin.digits, "witness": "Серік Ахметов"}
    answer = one.client.post(PATH, data=fields)
    assert answer.status_code == 303
    assert person.entry.iin.digits not in answer.headers["location"]
    assert "Form A-1 was taken." in (page := one.client.get(answer.headers["location"]).text)
    assert person.entry.family_name not in page
    twice = one.client.post(PATH, data=fields | {"form": "A-2"})
    assert twice.status_code == 409
    assert person.entry.iin.digits not in twice.text
    assert "The form is not taken" in twice.text
    for field, sentence in {
        "petition": "Enter the petition’s number",
        "form": "Enter the number printed on the form",
        "iin": "This is not an IIN",
        "witness": "Enter who saw it signed",
    }.items():
        wrong = one.client.post(PATH, data=fields | {field: "123" if field == "iin" else " "})
        assert wrong.status_code == 422
        assert sentence in wrong.text
    form = f"{PATH}/1"
    assert "a colleague has to take it back" in one.client.get(form).text
    assert "Серік Ахметов" in other.client.get(form).text
    assert other.client.post(form, data={"reason": ""}).status_code == 422
    assert other.client.post(form, data={"reason": "A wrong IIN"}).status_code == 303
    assert "taken back" in one.client.get(f"{PATH}?day=2024-10-06").text
    assert "No form was entered" in one.client.get(f"{PATH}?day=2024-10-05").text


def test_whoever_comes_to_the_desk_is_counted_again(
    services: Services,
    petitions: Petitions,
    reference: str,
    official: MakeOfficial,
    citizen: MakeCitizen,
    worker: Worker,
    clock: ManualClock,
) -> None:
    moderators = official(Role.MODERATOR).session, official(Role.MODERATOR).session
    signers = [citizen(), citizen()]
    for signer in signers:
        petitions.sign(reference, signer.person_id)
    clock.advance(hours=2)
    petitions.round()
    invalidate(services, *moderators, reference, Filter(day=services.day(clock())), Code.COERCED)
    for _ in range(3):
        worker.run_due()
        clock.advance(seconds=2)
    operator = official(Role.DESK_OPERATOR).client
    fields = {"petition": reference, "iin": signers[0].entry.iin.digits, "seen": "yes"}
    assert operator.post("/en/office/reinstate", data=fields | {"seen": ""}).status_code == 422
    done = operator.post("/en/office/reinstate", data=fields)
    assert "The signature is counted again" in done.text
    with services.database.read() as session:
        last, *_ = ledger.newest(session, "petition.invalidation", reference)
        (decision,) = invalidating.of_petition(session, petitions.petition(reference))
    assert (last["act"], last["batch"]) == ("reinstate", None), "one official's word, and not two moderators'"
    assert decision.at_desk == 1
    assert "on one official’s word" in operator.get(f"/en/petitions/{reference}/integrity").text
    assert operator.post("/en/office/reinstate", data=fields).status_code == 409
    petitions.round()
    counts = petitions.counts(reference)
    assert (counts.electronic, counts.verified) == (1, 1)
    assert petitions.differences(reference) == []


@pytest.mark.sqlite
def test_no_desk_lets_a_forged_form_count_again(
    services: Services,
    petitions: Petitions,
    reference: str,
    operators: tuple[SignedIn, SignedIn],
    official: MakeOfficial,
    citizen: MakeCitizen,
    worker: Worker,
    clock: ManualClock,
) -> None:
    person = citizen()
    enter(services, operators[0], reference, person.entry.iin)
    moderators = official(Role.MODERATOR).session, official(Role.MODERATOR).session
    invalidate(services, *moderators, reference, Filter(day=services.day(clock())), Code.FORGED_PAPER)
    worker.run_due()
    assert not carrying_out.reinstate_one(services, operators[1].session, reference, person.entry.iin)
    with services.database.read() as session:
        assert [row.state for row in all_signatures(session, petitions.id(reference))] == ["invalidated"]
        tried = session.exec(select(AuditEntry.step).where(AuditEntry.object == f"signatures:{reference}")).all()
    assert list(tried)[-1] == "tried"
