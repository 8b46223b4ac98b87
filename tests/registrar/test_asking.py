"""Whose a credential is: what whoever holds the token can learn by asking, and where that ends."""

from __future__ import annotations

import contextlib

import pytest
from sqlalchemy import event
from sqlmodel import select
from tests.registrar.book import CredentialBook
from tests.registrar.people import UUID, Rolls
from tests.registrar.test_proving import refusal_of

from egov_crypto import credential as credentials
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.registrar import rules
from egov_participation.registrar.models import WrongAnswer
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.services import Services

_AROUND = ("BEGIN", "PRAGMA", "SET ")
"""Of the connection: no question of its own."""


def by_person(rolls: Rolls, size: int) -> tuple[list[str], dict[str, str], list[str]]:
    """People, whose credential is whose, and the credentials as they are published."""
    people, roll = rolls.active(size)
    book = CredentialBook(rolls.services)
    own = {person: credentials.public(UUID, book.credential(UUID, person)).text for person in people[:3]}
    return people, own, [point.text for point, _ in roll.public]


def test_trying_the_list_out_ends_after_twenty_an_hour_and_then_not_even_yes_is_said(
    rolls: Rolls, clock: ManualClock
) -> None:
    people, own, public = by_person(rolls, 25)
    person = people[0]
    others = [one for one in public if one != own[person]]
    for one in others[:20]:
        assert not rolls.registrar.owns(UUID, person, one)
        clock.advance(minutes=1)
    assert refusal_of(rolls.registrar.owns, UUID, person, others[20]) == "credential.too_many"
    assert refusal_of(rolls.registrar.owns, UUID, person, own[person]) == "credential.too_many"
    assert rolls.registrar.owns(UUID, people[1], own[people[1]])
    clock.advance(minutes=39)
    with pytest.raises(DomainError) as refused:
        rolls.registrar.owns(UUID, person, own[person])
    assert (refused.value.status, refused.value.retry_after) == (429, 61)
    clock.advance(minutes=1)
    assert rolls.registrar.owns(UUID, person, own[person])
    assert not rolls.registrar.owns(UUID, person, others[20])
    assert refusal_of(rolls.registrar.owns, UUID, person, own[person]) == "credential.too_many"


def test_what_tells_nothing_is_not_counted(rolls: Rolls) -> None:
    people, own, public = by_person(rolls, 3)
    person = people[0]
    other = next(one for one in public if one != own[person])
    for number in range(25):
        assert not rolls.registrar.owns(UUID, person, other)  # said before
        assert not rolls.registrar.owns(UUID, person, f"{number:064x}")  # nobody's
        assert not rolls.registrar.owns(UUID, f"{number:032x}", other)  # on no roll
        assert not rolls.registrar.owns("B" * 14, person, other)
        assert rolls.registrar.owns(UUID, person, own[person])


def test_a_sweep_over_all_people_ends_at_the_votes_ceiling(
    rolls: Rolls, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [rules.most_wrong(size) for size in (1, 1000, 1_000_000)] == [100, 150, 50_100]
    monkeypatch.setattr(rules, "most_wrong", lambda size: 3 * size)
    people, own, public = by_person(rolls, 8)
    told = 0
    for person in people:
        for one in public:
            with contextlib.suppress(DomainError):
                told += not rolls.registrar.owns(UUID, person, one)
    assert told == 24
    assert refusal_of(rolls.registrar.owns, UUID, people[0], own[people[0]]) == "credential.too_many"


def test_after_closing_no_such_question_is_answered_any_more(
    rolls: Rolls, services: Services, clock: ManualClock
) -> None:
    people, own, public = by_person(rolls, 3)
    other = next(one for one in public if one != own[people[0]])
    assert not rolls.registrar.owns(UUID, people[0], other)
    clock.advance(hours=8)
    for person, one in ((people[0], own[people[0]]), (people[0], other), ("0" * 32, other)):
        assert refusal_of(rolls.registrar.owns, UUID, person, one) == "credential.vote_over"
    rolls.registrar.destroy(UUID)
    clock.advance(hours=-4)  # a clock set back
    assert refusal_of(rolls.registrar.owns, UUID, people[0], own[people[0]]) == "credential.vote_over"
    assert isinstance(services.registrar, LocalRegistrar)
    with services.registrar.means.database.read() as session:
        assert session.exec(select(WrongAnswer)).all() == []


def test_a_right_answer_takes_one_query_and_writes_nothing(rolls: Rolls, services: Services) -> None:
    people, own, _ = by_person(rolls, 3)
    assert isinstance(services.registrar, LocalRegistrar)
    said: list[str] = []
    with services.registrar.means.database.read() as session:
        engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *about: said.append(about[2]))
    assert rolls.registrar.owns(UUID, people[0], own[people[0]])
    assert [statement.split()[0] for statement in said if not statement.startswith(_AROUND)] == ["SELECT"]
