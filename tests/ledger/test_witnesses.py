"""Witnesses cosign what is published; whoever is silent, wrong or contradicts holds up nothing and is told of."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlmodel import delete
from tests.ledger.observer import Observer, enter
from tests.ledger.witnessing import DRIPPING, NAME, Answer, Sound, odd

from egov_crypto.checkpoint import Checkpoint
from egov_crypto.cosignature import WitnessKey, WitnessSigningKey
from egov_crypto.errors import VerificationError
from egov_crypto.merkle import leaf_hash
from egov_crypto.note import Note, VerifierKey
from egov_crypto.tiles import Edge
from egov_crypto.witness import Request
from egov_participation.ledger import service
from egov_participation.ledger.models import WitnessRow
from egov_participation.ledger.service import cosigning, keys, publishing, witnesses
from egov_participation.ledger.service.cosigning import Cosigners
from egov_participation.ledger.service.witnesses import Witness
from egov_participation.services import Services
from egov_participation.settings import Settings

pytestmark = pytest.mark.sqlite  # witnesses know nothing of the database


@pytest.fixture
def log_key(services: Services) -> VerifierKey:
    keys.make_key(services.settings)
    return keys.signing_key(services.settings).verifier_key


@pytest.fixture
def sound(tmp_path: Path, log_key: VerifierKey) -> Iterator[Callable[..., Sound]]:
    """Starts a sound witness."""
    running: list[Sound] = []

    def start(name: str = NAME) -> Sound:
        running.append(Sound(tmp_path / f"witness-{len(running)}", log_key, name))
        return running[-1]

    yield start
    for witness in running:
        witness.stop()


@pytest.fixture
def asking(services: Services) -> Iterator[Callable[..., Cosigners]]:
    """Makes what asks witnesses, as a process that starts does."""
    made: list[Cosigners] = []

    def start(*witnesses: Witness) -> Cosigners:
        named = tuple((witness.key.text, witness.url) for witness in witnesses)
        settings = services.settings.model_copy(update={"log_witnesses": named})
        made.append(publishing.cosigners_of(settings, services.database))
        return made[-1]

    yield start
    for cosigners in made:
        cosigners.close()


def states(services: Services, *witnesses: Witness) -> list[cosigning.WitnessState]:
    settings = services.settings.model_copy(
        update={"log_witnesses": tuple((witness.key.text, witness.url) for witness in witnesses)}
    )
    with services.database.read() as session:
        return service.witness_states(settings, session)


def grow(services: Services, cosigners: Cosigners, start: int, count: int) -> None:
    enter(services, start, count)
    service.publish(services, cosigners)


def test_every_witness_cosigns_each_checkpoint(
    services: Services, observer: Observer, sound: Callable[..., Sound], asking: Callable[..., Cosigners]
) -> None:
    one, other = sound(), sound("other.example.org/w")
    cosigners = asking(one.witness, other.witness)
    for start in range(0, 900, 300):
        grow(services, cosigners, start, 300)
        signed = observer.look(witnesses=[one.witness.key, other.witness.key], quorum=2)
        assert {found.time for found in signed.cosignatures} == {int(one.now), int(other.now)}
    assert [(state.size, state.problem, state.asked_at) for state in states(services, one.witness, other.witness)] == [
        (900, "", None)
    ] * 2
    assert len(observer.entries()) == 900


def test_after_a_restart_it_goes_on_from_what_was_cosigned_last(
    services: Services, observer: Observer, sound: Callable[..., Sound], asking: Callable[..., Cosigners]
) -> None:
    one = sound()
    grow(services, asking(one.witness), 0, 5)
    asked: list[int] = []
    again = asking(one.witness)
    again._asker.ask = watched(again._asker.ask, asked)  # type: ignore[method-assign]
    grow(services, again, 5, 5)

    observer.look(witnesses=[one.witness.key], quorum=1)
    assert asked == [5]


def test_a_witness_that_knows_more_than_we_remember_is_asked_from_there(
    services: Services, observer: Observer, sound: Callable[..., Sound], asking: Callable[..., Cosigners]
) -> None:
    one = sound()
    grow(services, asking(one.witness), 0, 5)
    with services.database.uow() as tx:
        tx.exec(delete(WitnessRow))  # as if this process had died before it noted it
        tx.commit()
    asked: list[int] = []
    again = asking(one.witness)
    again._asker.ask = watched(again._asker.ask, asked)  # type: ignore[method-assign]
    grow(services, again, 5, 5)

    observer.look(witnesses=[one.witness.key], quorum=1)
    assert asked == [0, 5]


def test_a_witness_that_was_away_cosigns_the_same_checkpoint_later(
    services: Services,
    observer: Observer,
    sound: Callable[..., Sound],
    asking: Callable[..., Cosigners],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cosigning, "LONGEST_PAUSE", 0.0)
    one, other = sound(), sound("other.example.org/w")
    other.stop()
    cosigners = asking(one.witness, other.witness)
    enter(services, 0, 3)
    # The second round has nothing new: it asks who was away.
    once(services, cosigners)
    signed = observer.look(witnesses=[one.witness.key, other.witness.key])
    assert [found.key.name for found in signed.cosignatures] == [NAME]
    (state,) = states(services, other.witness)
    assert (state.problem, state.size, state.asked_at, state.disagrees) == (
        "unreachable",
        None,
        services.clock(),
        False,
    )

    other.start_again()
    once(services, cosigners)
    signed = observer.look(witnesses=[one.witness.key, other.witness.key], quorum=2)
    assert signed.checkpoint.size == 3
    (state,) = states(services, other.witness)
    assert (state.problem, state.size, state.asked_at) == ("", 3, None)


def test_of_a_log_that_is_quiet_witnesses_say_again_and_again_that_it_is_the_latest(
    services: Services,
    observer: Observer,
    sound: Callable[..., Sound],
    asking: Callable[..., Cosigners],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = sound()
    cosigners = asking(one.witness)
    grow(services, cosigners, 0, 3)
    (first,) = observer.look(witnesses=[one.witness.key], quorum=1).cosignatures
    assert not cosigners.lacks(Note.parse(service.checkpoint(services)))  # it has just signed

    monkeypatch.setattr(cosigning, "FRESH", 0.0)
    cosigners = asking(one.witness)
    one.now += 400
    service.publish(services, cosigners)
    (again,) = observer.look(witnesses=[one.witness.key], quorum=1).cosignatures
    assert again.time == first.time + 400
    assert len(Note.parse(service.checkpoint(services)).signatures) == 2  # the log's and the newer one
    (state,) = states(services, one.witness)
    assert (state.size, state.at and state.at.timestamp()) == (3, again.time)

    one.stop()
    service.publish(services, cosigners)
    assert observer.look(witnesses=[one.witness.key], quorum=1).cosignatures == (again,)
    one.start_again()  # for the fixture to stop it


def test_a_witness_that_does_not_answer_holds_nothing_up(
    services: Services,
    observer: Observer,
    sound: Callable[..., Sound],
    asking: Callable[..., Cosigners],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cosigning, "PATIENCE", 0.2)
    one = sound()
    asked: list[bytes] = []

    def never(raw: bytes) -> None:
        asked.append(raw)

    with odd(never) as deaf:
        cosigners = asking(one.witness, deaf)
        began = time.monotonic()
        for start in range(3):
            grow(services, cosigners, start, 1)
        assert time.monotonic() - began < 10  # a round waits for it a moment, and never for its answer
        observer.look(witnesses=[one.witness.key, deaf.key], quorum=1)
        assert len(asked) == 1  # nobody is asked again while an answer is awaited
        assert not cosigners.lacks(Note.parse(service.checkpoint(services)))


def test_the_pause_before_a_witness_that_fails_is_asked_again_doubles(
    services: Services, asking: Callable[..., Cosigners], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(cosigning.time, "monotonic", lambda: now)
    pauses = []
    with odd(lambda _: (500, "text/plain", b"")) as broken:
        cosigners = asking(broken)
        (asked,) = cosigners._asked
        for start in range(12):
            now = asked.not_before
            grow(services, cosigners, start, 1)
            pauses.append(asked.not_before - now)
            service.publish(services, cosigners)  # not before its time
            assert asked.failures == start + 1
    assert pauses[:4] == [1.0, 2.0, 4.0, 8.0]
    assert pauses[-1] == cosigning.LONGEST_PAUSE


def a_fork(services: Services, size: int) -> Note:
    """Another log under the same key: what nobody should ever see."""
    edge = Edge()
    edge.extend([leaf_hash(b"other")] * size)
    key = keys.signing_key(services.settings)
    return Checkpoint(key.name, size, edge.root()).sign(key)


@pytest.mark.parametrize(
    ("size", "problem"), [(3, "fork"), (9, "ahead"), (2, "proof")], ids=["as many", "more", "fewer"]
)
def test_a_witness_that_has_seen_another_log_disagrees(
    services: Services,
    observer: Observer,
    sound: Callable[..., Sound],
    asking: Callable[..., Cosigners],
    size: int,
    problem: str,
) -> None:
    one, deceived = sound(), sound("deceived.example.org/w")
    deceived.remembers(a_fork(services, size))
    grow(services, asking(one.witness, deceived.witness), 0, 3)

    observer.look(witnesses=[one.witness.key], quorum=1)  # it is published all the same
    with pytest.raises(VerificationError):
        observer.look(witnesses=[one.witness.key, deceived.witness.key], quorum=2)
    fine, wrong = states(services, one.witness, deceived.witness)
    assert not fine.disagrees
    assert (wrong.disagrees, wrong.problem, wrong.size) == (True, problem, None)


def test_a_witness_that_disagreed_and_is_not_heard_since_still_disagrees(
    services: Services, sound: Callable[..., Sound], asking: Callable[..., Cosigners], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cosigning, "LONGEST_PAUSE", 0.0)
    deceived = sound()
    deceived.remembers(a_fork(services, 2))
    cosigners = asking(deceived.witness)
    enter(services, 0, 3)
    once(services, cosigners)
    deceived.stop()
    once(services, cosigners)
    (state,) = states(services, deceived.witness)
    assert (state.disagrees, state.problem) == (True, "unreachable")
    deceived.start_again()  # for the fixture to stop it


def signature_of(raw: bytes, key: WitnessSigningKey) -> bytes:
    return key.cosign(Request.parse(raw).note.text, 1_700_000_000).line.encode()


OTHER = WitnessSigningKey.generate("odd.example.org/w")
ODD: dict[str, tuple[Callable[[bytes], Answer], str]] = {
    "nothing": (lambda _: (200, "text/plain", b""), "cosignature"),
    "garbage": (lambda _: (200, "text/plain", b"\xff\n"), "cosignature"),
    "of another key": (lambda raw: (200, "text/plain", signature_of(raw, OTHER)), "cosignature"),
    "a page": (lambda _: (200, "text/html", b"<html>" + b"x" * 30_000), "answer"),
    "elsewhere": (lambda _: (302, "text/plain", b""), "http.302"),
    "not known": (lambda _: (404, "text/plain", b"unknown\n"), "http.404"),
    "not signed": (lambda _: (403, "text/plain", b"signature\n"), "http.403"),
    "broken": (lambda _: (500, "text/plain", b""), "http.500"),
    "no size": (lambda _: (409, "text/plain", b"5\n"), "http.409"),
    "a size that is none": (lambda _: (409, "text/x.tlog.size", b"+5\n"), "answer"),
    "a size without an end": (lambda _: (409, "text/x.tlog.size", b"1\n1\n"), "answer"),
    "two sizes": (lambda _: (409, "text/x.tlog.size", next(SIZES)), "conflict"),
}
SIZES = iter([b"1\n", b"2\n"] * 10)


@pytest.mark.parametrize("name", ODD)
def test_whatever_a_witness_answers_the_log_goes_on(
    services: Services, observer: Observer, asking: Callable[..., Cosigners], name: str
) -> None:
    answer, problem = ODD[name]
    with odd(answer) as witness:
        grow(services, asking(witness), 0, 3)
        assert observer.look(witnesses=[witness.key]).cosignatures == ()
        (state,) = states(services, witness)
        assert (state.problem, state.disagrees) == (problem, False)


@pytest.mark.parametrize(
    "begin", [None, b"HTTP/1.0 200 OK\r\n\r\n", b"HTTP/1.0 200 OK\r\n"], ids=["none", "body", "head"]
)
def test_an_answer_that_takes_too_long_is_none(
    services: Services, asking: Callable[..., Cosigners], monkeypatch: pytest.MonkeyPatch, begin: bytes | None
) -> None:
    """Also one whose head never ends: of a witness that is asked for ever nobody would be told that it is silent."""
    monkeypatch.setattr(witnesses, "_SECONDS", 0.2)
    monkeypatch.setattr(cosigning, "PATIENCE", 20)
    with odd(lambda _: begin and (200, DRIPPING, begin)) as slow:
        grow(services, asking(slow), 0, 1)
        (state,) = states(services, slow)
    assert state.problem == "timeout"


def test_lines_of_others_in_an_answer_are_not_published(services: Services, asking: Callable[..., Cosigners]) -> None:
    mine = WitnessSigningKey.generate("mine.example.org/w")

    def answer(raw: bytes) -> Answer:
        return 200, "text/plain", signature_of(raw, OTHER) + signature_of(raw, mine)

    with odd(answer) as found:
        grow(services, asking(Witness(mine.verifier_key, found.url)), 0, 1)
    names = [signature.name for signature in Note.parse(service.checkpoint(services)).signatures]
    assert names == ["localhost/log", "mine.example.org/w"]


def test_a_thread_that_publishes_asks_the_witnesses_of_the_settings(
    services: Services, sound: Callable[..., Sound], observer: Observer
) -> None:
    one = sound()
    named = ((one.witness.key.text, one.witness.url),)
    settings = services.settings.model_copy(update={"log_witnesses": named})
    sequencer = service.Sequencer(replace(services, settings=settings))
    sequencer.run()
    sequencer.stop()
    observer.look(witnesses=[one.witness.key], quorum=1)


def once(services: Services, cosigners: Cosigners) -> None:
    """One round of publication, and not as many as there would be without any pause."""
    publishing._advance(services, cosigners)


def watched(ask: Callable[..., Any], asked: list[int]) -> Callable[..., Any]:
    def called(witness: Witness, old: int, *arguments: Any) -> Any:
        asked.append(old)
        return ask(witness, old, *arguments)

    return called


KEY = WitnessSigningKey.generate(NAME).verifier_key.text


def test_witnesses_are_named_by_key_and_address() -> None:
    settings = Settings(log_witnesses=f"{KEY} https://w.example.org/ ,{OTHER.verifier_key.text} http://127.0.0.1:9/x")
    one, other = service.witnesses_of(settings)
    assert (one.key, one.url) == (WitnessKey.parse(KEY), "https://w.example.org")
    assert other.url == "http://127.0.0.1:9/x"
    assert service.witnesses_of(Settings(log_witnesses="")) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"log_witnesses": KEY},
        {"log_witnesses": f"{KEY} http://w.example.org"},
        {"log_witnesses": f"{KEY} ftp://w.example.org"},
        {"log_witnesses": f"{KEY} https://user@w.example.org"},
        {"log_witnesses": f"{KEY} https://w.example.org?x=1"},
        {"log_witnesses": f"{KEY} https://w.example.org", "log_quorum": 2},
        {"log_quorum": 1},
        {"log_quorum": -1},
    ],
)
def test_settings_that_name_no_witness_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        "w+00000000+AAAA https://w.example.org",
        f"{KEY[:-4]}AAA= https://w.example.org",
        f"{KEY} https://w.example.org, {KEY} https://other.example.org",
        f"{VerifierKey('n', WitnessKey.parse(KEY).public).text} https://w.example.org",
    ],
    ids=["no key", "mistyped", "twice", "a log's"],
)
def test_a_key_that_is_no_witnesss_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="key"):
        service.witnesses_of(Settings(log_witnesses=wrong))
