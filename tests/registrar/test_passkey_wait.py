"""A passkey that the platform says was enrolled at a desk: it may lie, so the person has the time to object."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlmodel import select
from tests.registrar.people import UUID, Rolls
from tests.registrar.test_proving import refusal_of
from tests.voting.making import make_people

from egov_participation.clock import ManualClock
from egov_participation.registrar.interface import Way
from egov_participation.registrar.models import EnrolledKey, Outgoing
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.services import Services
from egov_participation.settings import Settings

WAIT = timedelta(hours=12)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"registrar_passkey_hours": 12})


@pytest.fixture
def person(rolls: Rolls) -> str:
    """On the roll of a binding vote that lasts longer than the wait."""
    rolls.lasts = timedelta(days=2)
    (person, *_), _ = rolls.active(binding=True)
    return person


def test_what_a_lying_platform_enrols_gets_no_code_at_once_and_the_person_hears_of_it(
    rolls: Rolls, person: str, clock: ManualClock
) -> None:
    rolls.enrol(person, name="Not theirs")
    assert rolls.registrar.ways(UUID, person) == []
    assert refusal_of(rolls.registrar.begin, UUID, person, Way.PASSKEY, lang="en") == "credential.way"
    (mail,) = rolls.mails().sent
    assert mail.to == "n0@mail.example"
    assert "Not theirs" in mail.text
    until = clock() + WAIT + timedelta(hours=5)  # as clocks show it where people vote
    assert f"{until:%H:%M}" in mail.text
    assert "/me/security" in mail.text


def test_it_counts_from_the_minute_on_that_the_mail_names(rolls: Rolls, person: str, clock: ManualClock) -> None:
    device, begun = rolls.enrol(person), clock()
    clock.set(begun + WAIT - timedelta(minutes=1))
    assert rolls.registrar.passkey_from(person) == begun + WAIT
    assert refusal_of(rolls.registrar.begin, UUID, person, Way.PASSKEY, lang="en") == "credential.way"
    clock.set(begun + WAIT + timedelta(minutes=1))
    assert rolls.registrar.passkey_from(person) is None
    assert rolls.registrar.ways(UUID, person) == [Way.PASSKEY]
    assert rolls.registrar.credential(UUID, person, rolls.by_passkey(person, device))


def test_a_younger_key_answers_no_challenge_that_was_made_for_an_older_one(
    rolls: Rolls, person: str, clock: ManualClock
) -> None:
    older = rolls.enrol(person)
    clock.advance(hours=12)
    younger = rolls.enrol(person)
    challenge = rolls.registrar.begin(UUID, person, Way.PASSKEY, lang="en")
    (allowed,) = json.loads(challenge.options)["allowCredentials"]
    answer = {"challenge": challenge.id, "assertion": younger.get(json.loads(challenge.options))}
    assert refusal_of(rolls.registrar.prove, UUID, person, answer) == "credential.proof"
    assert rolls.by_passkey(person, older)
    assert allowed["id"] in older.get(json.loads(challenge.options))


def test_what_was_forgotten_meanwhile_never_counts_and_enrolled_again_it_waits_anew(
    rolls: Rolls, person: str, clock: ManualClock
) -> None:
    device = rolls.enrol(person)
    clock.advance(hours=11)
    rolls.registrar.enrol_passkey(person, device.credential_id, device.public_key(), name="Again")  # known: no change
    rolls.registrar.forget_passkey(person, device.credential_id)
    clock.advance(hours=2)
    assert rolls.registrar.ways(UUID, person) == []
    rolls.registrar.enrol_passkey(person, device.credential_id, device.public_key(), name="Anew")
    assert rolls.registrar.ways(UUID, person) == []
    clock.advance(hours=11, minutes=59)
    assert refusal_of(rolls.registrar.begin, UUID, person, Way.PASSKEY, lang="en") == "credential.way"
    clock.advance(minutes=1)
    assert rolls.by_passkey(person, device)


def test_a_clock_set_back_and_a_changed_setting_do_not_shorten_it(
    rolls: Rolls, person: str, clock: ManualClock, services: Services
) -> None:
    device, begun = rolls.enrol(person), clock()
    clock.advance(hours=-3)
    assert rolls.registrar.passkey_from(person) == begun + WAIT
    clock.set(begun + WAIT - timedelta(seconds=1))
    assert isinstance(services.registrar, LocalRegistrar)
    object.__setattr__(services.registrar.means.settings, "registrar_passkey_hours", 0)
    assert rolls.registrar.ways(UUID, person) == []
    clock.advance(seconds=1)
    assert rolls.by_passkey(person, device)


def test_the_warning_is_durable_with_the_key_or_there_is_no_key(
    rolls: Rolls, person: str, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    registrar = services.registrar
    assert isinstance(registrar, LocalRegistrar)

    def fail(*_: object) -> bytes:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(registrar.means.vault.__class__, "seal_mail", fail)
        with pytest.raises(OSError):
            rolls.enrol(person)
    with registrar.means.database.read() as session:
        assert session.exec(select(EnrolledKey)).all() == []
    rolls.enrol(person)
    with registrar.means.database.read() as session:
        assert len(session.exec(select(Outgoing)).all()) == 1


def test_whoever_objects_is_rid_of_all_their_keys_and_nobody_else_is(
    rolls: Rolls, person: str, services: Services, clock: ManualClock
) -> None:
    registrar = services.registrar
    assert isinstance(registrar, LocalRegistrar)
    _, people = make_people(services, 2)
    rolls.enrol(person)
    rolls.enrol(person)
    rolls.enrol(people[1])
    assert registrar.forget_passkeys(person) == 2
    clock.advance(hours=12)
    assert registrar.ways(UUID, person) == []
    assert registrar.ways(UUID, people[1]) == [Way.PASSKEY]
