"""People who sign at the same moment: each has an answer of their own, and the counts hold."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select, update
from tests.petitions.making import Petitions

from egov_participation.errors import DomainError
from egov_participation.petitions.models import Signature, Subscriber
from egov_participation.petitions.service import signatures, signing
from egov_participation.petitions.service.signing import Wishes
from egov_participation.registrar.interface import Signing
from egov_participation.registrar.service import LocalRegistrar

Answer = dict[str, str]


class Crowd:
    """The first ones are at the registrar until all others have come."""

    def __init__(self, petitions: Petitions, reference: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.petitions, self.reference = petitions, reference
        self.groups: list[int] = []
        self._begun, self._go_on = threading.Event(), threading.Event()
        attest = LocalRegistrar.attest_by_code

        def waits(registrar: LocalRegistrar, asked: Sequence[Signing]) -> list[bytes | Exception]:
            self.groups.append(len(asked))
            self._begun.set()
            assert self._go_on.wait(60)
            return attest(registrar, asked)

        monkeypatch.setattr(LocalRegistrar, "attest_by_code", waits)

    def sign(self, signers: Sequence[tuple[str, Answer, Wishes]]) -> list[object]:
        """Whether each one's signature is new, or the code of its refusal."""
        services = self.petitions.services
        lane = signing._lane(services.database)

        def one(person: str, answer: Answer, wishes: Wishes) -> object:
            try:
                return signing.sign(services, self.reference, person, answer, wishes=wishes)
            except DomainError as refusal:
                return refusal.code
            except OperationalError as error:
                return type(error)

        with ThreadPoolExecutor(len(signers)) as pool:
            calls = []
            for who in signers[: signing._AT_A_TIME]:
                self._begun.clear()
                calls.append(pool.submit(one, *who))
                assert self._begun.wait(60)
            for number, who in enumerate(signers[signing._AT_A_TIME :], 1):
                calls.append(pool.submit(one, *who))
                while len(lane._waiting) < number:
                    threading.Event().wait(0.001)
            self._go_on.set()
            return [call.result(60) for call in calls]


@pytest.fixture
def crowd(petitions: Petitions, monkeypatch: pytest.MonkeyPatch) -> Crowd:
    petitions.residents(8)
    return Crowd(petitions, petitions.make(), monkeypatch)


def states(petitions: Petitions, reference: str) -> list[str]:
    with petitions.services.database.read() as session:
        return sorted(session.exec(select(Signature.state).where(Signature.petition_id == petitions.id(reference))))


def test_good_ones_second_clicks_wrong_codes_and_marked_ones_go_together(crowd: Crowd) -> None:
    petitions, reference = crowd.petitions, crowd.reference
    first, second, third, fourth, marked, wrong, told, thief = petitions.people
    answers = {person: petitions.answer(reference, person) for person in petitions.people}
    # One whose signature was invalidated proves who they are once more.
    again = petitions.services.registrar.attest(reference, marked, signing.Act.ATTEST, answers[marked])
    with petitions.services.database.uow() as tx:
        row = signatures.row_of(
            petitions.id(reference),
            signing.promised(petitions.services, reference, again),
            petitions.services.clock(),
            person_hash=bytes(32),
            person_sealed=None,
        )
        signatures.put(tx, row)
        tx.session.execute(update(Signature).values(state="invalidated", code="automated"))
        signatures.note(tx, {tuple(row[name] for name in ("petition_id", "region", "day", "way")): -1})
        tx.commit()
    show, tell = Wishes(), Wishes(tell=True)
    found = crowd.sign(
        [
            (first, answers[first], show),
            (second, answers[second], show),
            (third, answers[third], show),
            (third, answers[third], show),
            (marked, answers[marked], show),
            (wrong, answers[wrong] | {"code": "00000000"}, show),
            (told, answers[told], tell),
            (thief, answers[fourth], show),
            (fourth, answers[fourth], show),
        ]
    )
    assert sum(crowd.groups) == 9
    assert max(crowd.groups) >= 6
    assert sorted(found[2:4], key=str) == [False, True], "of two clicks one is new"
    assert found[:2] + found[4:] == [
        *(True, True, "signature.invalidated", "credential.proof", True, "credential.proof", True)
    ]
    petitions.round()
    assert states(petitions, reference) == ["invalidated", *["valid"] * 5]
    with petitions.services.database.read() as session:
        assert len(session.exec(select(Subscriber)).all()) == 1
        names = session.exec(select(Signature.name).where(col(Signature.state) == "valid")).all()
    assert set(names) == {"Сынақ С."}
    assert petitions.counts(reference).electronic == 5
    assert petitions.differences(reference) == []


def test_where_they_cannot_be_put_down_together_each_is_alone(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    petitions, reference = crowd.petitions, crowd.reference
    people = petitions.people[:4]
    answers = [petitions.answer(reference, person) for person in people]
    put = signatures.put

    def breaks(*arguments: object) -> None:
        raise OperationalError("", {}, ValueError())

    def fails(tx: object, row: dict[str, object]) -> object:
        return breaks() if row["name"] == "" else put(tx, row)  # type: ignore[arg-type]

    monkeypatch.setattr(signatures, "put_together", breaks)
    monkeypatch.setattr(signatures, "put", fails)
    wishes = [Wishes(), Wishes(show_name=False), Wishes(), Wishes(tell=True)]
    found = crowd.sign(list(zip(people, answers, wishes, strict=True)))
    assert found == [True, OperationalError, True, True]
    monkeypatch.undo()
    assert petitions.sign(reference, people[1]), "who tries again is promised the same"
    petitions.round()
    assert petitions.counts(reference).electronic == 4
    assert petitions.differences(reference) == []


@pytest.mark.parametrize("odd", ["0" * 300, "\0", "п"])
def test_an_answer_that_no_code_is_like_goes_with_nobody(crowd: Crowd, odd: str) -> None:
    petitions, answer = crowd.petitions, {"challenge": "x", "code": odd}
    with pytest.raises(DomainError) as refusal:
        signing.sign(petitions.services, crowd.reference, petitions.people[0], answer, wishes=Wishes())
    assert refusal.value.code == "credential.proof"
    assert crowd.groups == []
