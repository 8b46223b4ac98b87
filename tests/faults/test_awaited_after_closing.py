"""After closing a registrar or a trustee does not answer: voters and the commission read what is awaited."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient
from tests.officials import MakeOfficial
from tests.voting.making import MadeVote, decrypt, make_vote

from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.services import Services
from egov_participation.voting import service

LANGS = ("kk", "ru", "en")
Words = tuple[str, ...]
"""In these languages."""
CODES = (
    "Тіркеушінің дауыс беру кодтарын жоюы және шифрланған бюллетеньдерді қосу",
    "Удаление кодов для голосования регистратором и суммирование зашифрованных бюллетеней",
    "The registrar deletes the voting codes, and the encrypted ballots are added up",
)
REGISTRAR_LATE = ("Көбіне бұл тіркеуші жауап бермегенде болады", "не отвечает регистратор", "Mostly the registrar does")
TRUSTEE_LATE = ("Күткеннен ештеңе жоғалмайды", "От ожидания ничего не теряется", "Nothing is lost by waiting")
AWAITED = ("Күтілуде", "Ожидается", "Awaited")
OVERDUE = ("Мерзімі өтті", "Просрочено", "Overdue")
CLOSED = ("Біреуі жауап бермесе", "Если кто-то из них не отвечает", "If one of them does not answer")
ONE_OF_TWO = ("ашқан кілт сақтаушы: 1, барлығы 2", "1 из 2", "1 of 2 trustees have decrypted the sum")
TRUSTEE = ("Кілт сақтаушы 2", "Хранитель 2", "Trustee 2")


@pytest.fixture
def vote(services: Services) -> MadeVote:
    return make_vote(services)


def close_without_registrar(services: Services) -> None:
    def down(*_: object) -> None:
        raise DomainError(503, "down", code="registrar.unavailable")

    service.close_due_votes(replace(services, registrar=SimpleNamespace(destroy=down)))


def check(client: TestClient, path: str, *expected: Words, absent: Words = ()) -> None:
    """Each page holds the words of its language."""
    for place, lang in enumerate(LANGS):
        text = " ".join(client.get(f"/{lang}{path}").text.split())
        for words in expected:
            assert words[place] in text
        assert not absent or absent[place] not in text


def test_it_is_said_that_the_registrar_is_awaited_and_then_which_trustee(
    services: Services, vote: MadeVote, client: TestClient, official: MakeOfficial, clock: ManualClock
) -> None:
    public, office = f"/votes/{vote.uuid}", f"/office/votes/{vote.uuid}"

    def check_office(*expected: Words, absent: Words) -> None:
        check(official(Role.COMMISSION).client, office, *expected, absent=absent)  # who has just come

    clock.set(service.vote(services, vote.uuid).closes_at)
    close_without_registrar(services)
    check(client, public, CLOSED)
    check_office(CODES, AWAITED, absent=REGISTRAR_LATE)

    clock.advance(minutes=16)
    close_without_registrar(services)
    check_office(CODES, OVERDUE, REGISTRAR_LATE, absent=TRUSTEE_LATE)

    service.close_due_votes(services)  # it is back
    service.hand_in_decryption(services, vote.uuid, decrypt(services, vote, 1))
    check(client, public, ONE_OF_TWO, absent=CLOSED)
    check(client, f"{public}/result", TRUSTEE, AWAITED)
    check_office(TRUSTEE, AWAITED, absent=OVERDUE)

    clock.advance(days=2)
    check_office(TRUSTEE, OVERDUE, TRUSTEE_LATE, absent=REGISTRAR_LATE)

    service.hand_in_decryption(services, vote.uuid, decrypt(services, vote, 2))
    check_office(TRUSTEE, absent=TRUSTEE_LATE)
