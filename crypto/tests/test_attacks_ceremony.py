"""Attacks within a ceremony: by trustees on each other, and by the server that carries their messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from crypto.tests import forging
from crypto.tests.ceremonies import ceremony_of, step_taken
from crypto.tests.making import dump
from crypto.tests.test_attacks_encodings import WRONG_POINTS

from egov_crypto import wire
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.group import base
from egov_crypto.threshold import channel
from egov_crypto.threshold.ceremony import Ceremony, Step, commitment
from egov_crypto.threshold.channel import Keys
from egov_crypto.threshold.dealing import Voutput, deal
from egov_crypto.threshold.keyfile import State
from egov_crypto.threshold.signing import SignedMessage

SIZE, THRESHOLD, EVIL = 3, 2, 3  # the third trustee attacks


@contextmanager
def refused(code: str, detail: str = "") -> Iterator[None]:
    with pytest.raises(VerificationError) as error:
        yield
    assert error.value.code == code
    assert detail in error.value.detail


def begun() -> list[State]:
    return [State.begin(SIZE, THRESHOLD, index) for index in range(1, SIZE + 1)]


@pytest.fixture(scope="module")
def committed() -> tuple[Ceremony, list[State]]:
    """Where all have committed to their polynomials, and none is shown."""
    ceremony, states = Ceremony(SIZE, THRESHOLD), begun()
    for step in (Step.CERTIFICATE, Step.COMMITMENT):
        states = step_taken(ceremony, states, step)
    return ceremony, states


def copy(ceremony: Ceremony) -> Ceremony:
    return Ceremony.parse(ceremony.to_json())


def shown(committed: tuple[Ceremony, list[State]], change: Callable[[Any, State], Any]) -> tuple[Ceremony, list[State]]:
    """All polynomials are shown, where the evil trustee had committed to a changed one."""
    states = committed[1]
    evil = states[EVIL - 1]
    polynomial = dump(change(wire.load(evil.polynomial or b""), evil))
    states = [*states[: EVIL - 1], replace(evil, polynomial=polynomial)]
    ceremony = Ceremony(SIZE, THRESHOLD)
    for state in states:
        ceremony.add_certificate(state.index, state.certificate)
    for state in states:
        ceremony.add_commitment(state.index, commitment(state.polynomial or b"").encode())
    return ceremony, step_taken(ceremony, states, Step.POLYNOMIAL)


# Dealers.


def test_a_rushing_dealer_cannot_choose_its_polynomial_when_it_has_seen_the_others(
    committed: tuple[Ceremony, list[State]],
) -> None:
    ceremony, states = copy(committed[0]), committed[1]
    for state in states[:2]:
        ceremony.add_polynomial(state.index, state.reveal(ceremony).message(Step.POLYNOMIAL))
    other = deal(ceremony.certificates, EVIL, states[EVIL - 1].keys).to_json()
    with refused("ceremony.commitment", "trustee 3"):
        ceremony.add_polynomial(EVIL, other)
    assert ceremony.awaiting() == (Step.POLYNOMIAL, (EVIL,))
    ceremony.add_polynomial(EVIL, states[EVIL - 1].reveal(ceremony).message(Step.POLYNOMIAL))


def test_nor_with_the_help_of_a_server_that_tells_another_commitment_later(
    committed: tuple[Ceremony, list[State]],
) -> None:
    """Who has shown a polynomial keeps to the commitments that it was shown for, whatever the server says since."""
    honest, evil = committed[1][:2], committed[1][EVIL - 1]
    honest = [state.reveal(committed[0]) for state in honest]
    other = deal(committed[0].certificates, EVIL, evil.keys).to_json()
    lying = ceremony_with(committed[1], {EVIL: other})
    for state in honest:
        assert state.reveal(committed[0]) == state
        with refused("ceremony.differs", "the commitments"):
            state.reveal(lying)
        with refused("ceremony.differs", "the commitments"):
            state.accept(lying)


def ceremony_with(states: Sequence[State], polynomials: dict[int, bytes]) -> Ceremony:
    """A ceremony up to the polynomials, some of them others than the trustees made."""
    ceremony = Ceremony(SIZE, THRESHOLD)
    sent = {state.index: polynomials.get(state.index, state.polynomial or b"") for state in states}
    for state in states:
        ceremony.add_certificate(state.index, state.certificate)
    for index, raw in sent.items():
        ceremony.add_commitment(index, commitment(raw).encode())
    for index, raw in sent.items():
        ceremony.add_polynomial(index, raw)
    return ceremony


def test_equivocation_is_found(committed: tuple[Ceremony, list[State]]) -> None:
    """A dealer and the server show each of the others another polynomial, with commitments that fit. Each is content;
    but no parameters hold for both."""
    states = committed[1]
    other = deal(committed[0].certificates, EVIL, states[EVIL - 1].keys).to_json()
    views = [ceremony_with(states, {}), ceremony_with(states, {EVIL: other})]
    first, second = (state.reveal(view).accept(view) for state, view in zip(states[:2], views, strict=True))
    views[0].add_voutput(1, first.message(Step.VOUTPUT))
    with refused("threshold.key"):
        views[0].add_voutput(2, second.message(Step.VOUTPUT))


def test_a_server_that_stands_between_the_trustees_is_found_by_comparing_fingerprints() -> None:
    """It hands each of two trustees a ceremony in which the other is the server itself. Nothing in either is wrong."""
    fingerprints = []
    for index in (1, 2):
        ceremony, states = ceremony_of(2, 2)
        fingerprints.append(states[index - 1].confirm(ceremony).fingerprint)
    assert fingerprints[0] != fingerprints[1]
    other, _ = ceremony_of(2, 2)
    with refused("ceremony.differs", "the certificates"):
        states[0].confirm(other)  # nor can it give one of them the other's ceremony


@pytest.mark.parametrize(
    ("secret", "recipient"),
    [
        ({"secret": "5"}, 1),
        ({"secret": 5}, 1),
        ({"secret": "05"}, 1),
        ({"decryption_key": "5"}, 1),
        (["5"], 1),
        ({"secret": "5"}, 2),
        (None, 2),
    ],
)
def test_a_wrong_secret_is_found_by_whom_it_was_sent_to(
    committed: tuple[Ceremony, list[State]], secret: Any, recipient: int
) -> None:
    """Another number, what is no number, what was meant for another trustee (None: that one's own secret)."""

    def change(value: Any, evil: State) -> Any:
        to = committed[0].certificates[recipient - 1].encryption
        text = value["secrets"][1] if secret is None else channel.send(evil.keys.signing, to, secret)
        return forging.replaced(value, ("secrets", 0), text)

    ceremony, states = shown(committed, change)
    with refused("threshold.share", "trustee 3"):
        states[0].accept(ceremony)


@pytest.mark.parametrize("name", ["polynomial", "secrets"])
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("x", "channel.format"),
        ("{}", "channel.format"),
        (5, "channel.format"),
        (None, "channel.format"),
        ({"data": "zz"}, "channel.format"),
        ({"data": "AB" * 20}, "channel.format"),
        ({"data": "ab" * 8}, "channel.format"),
        ({"data": "ab" * 70_000}, "ceremony.format"),
        *(({"alpha": point}, "channel.point") for point in WRONG_POINTS[:12]),
        *(({"beta": point}, "channel.point") for point in WRONG_POINTS[:12]),
    ],
)
def test_messages_that_are_none_are_refused_at_once(
    committed: tuple[Ceremony, list[State]], name: str, wrong: Any, code: str
) -> None:
    def change(value: Any, _evil: State) -> Any:
        path = ("secrets", 0) if name == "secrets" else (name,)
        text = wrong
        if isinstance(wrong, dict):
            text = dump({**wire.load(forging.at(value, path).encode()), **wrong}).decode()
        return forging.replaced(value, path, text)

    with refused(code):
        shown(committed, change)


def test_a_polynomial_of_another_shape_is_refused(committed: tuple[Ceremony, list[State]]) -> None:
    for change in (
        lambda value, _: {**value, "x": 1},
        lambda value, _: dict(reversed(value.items())),
        lambda value, _: {**value, "secrets": value["secrets"][:2]},
        lambda value, _: {**value, "secrets": [*value["secrets"], value["secrets"][0]]},
        lambda value, _: {**value, "secrets": {}},
        lambda value, _: {**value, "coefexps": {}},
        lambda value, _: {**value, "signature": {}},
    ):
        with refused("threshold.format"):
            shown(committed, change)


# Messages.


def test_no_trustee_makes_the_file_larger_than_the_others_read() -> None:
    """Each part of a polynomial could be some 130,000 bytes, which only its recipient would find to be nonsense."""
    ceremony, states = Ceremony(2, 2), [State.begin(2, 2, index) for index in (1, 2)]
    states = step_taken(ceremony, states, Step.CERTIFICATE)
    padded = deal(ceremony.certificates, 1, states[0].keys)
    secrets = tuple(channel.encrypt(one.encryption, b"x" * channel.MAX_MESSAGE) for one in ceremony.certificates)
    raw = replace(padded, secrets=secrets).to_json()
    ceremony.add(Step.COMMITMENT, 1, commitment(raw).encode())
    ceremony.add(Step.COMMITMENT, 2, states[1].commit(ceremony).message(Step.COMMITMENT))
    with refused("ceremony.format"):
        ceremony.add(Step.POLYNOMIAL, 1, raw)


def test_a_message_is_for_nobody_else_and_from_nobody_else() -> None:
    ann, bob, eve = (Keys.of(channel.generate_seed()) for _ in range(3))
    sent = channel.send(ann.signing, base(bob.decryption), {"secret": "5"})
    assert channel.receive(bob.decryption, base(ann.signing), sent) == {"secret": "5"}
    with refused("channel.encryption"):
        channel.receive(eve.decryption, base(ann.signing), sent)
    with refused("channel.signature"):
        channel.receive(bob.decryption, base(eve.signing), sent)
    # Bob sends what he got on to Eve, as if Ann had sent it to her.
    inside = channel.decrypt(bob.decryption, sent)
    with refused("channel.recipient"):
        channel.receive(eve.decryption, base(ann.signing), channel.encrypt(base(eve.decryption), inside))
    opened = wire.load(sent.encode())
    for changed in ("00" + opened["data"][2:], opened["data"][:-2], opened["data"] + "00"):
        if changed != opened["data"]:
            with refused("channel.encryption"):
                channel.receive(bob.decryption, base(ann.signing), dump({**opened, "data": changed}).decode())
    for text in (b"x", b"{}", dump(SignedMessage.make(ann.signing, "{}").to_json())):
        with refused("channel.format"):
            channel.receive(bob.decryption, base(ann.signing), channel.encrypt(base(bob.decryption), text))
    with pytest.raises(ValueError, match="65535"):
        channel.encrypt(base(bob.decryption), bytes(1 << 16))
    for seed in ("", "1" * 21, "1" * 23, "0" * 22, "1" * 21 + "\n"):
        with pytest.raises(ValueError, match="seed"):
            Keys.of(seed)


# The server, and the order of things.


def test_nothing_is_made_while_a_certificate_is_missing(committed: tuple[Ceremony, list[State]]) -> None:
    """Who deals for fewer than all would deal for a place that somebody else may still take."""
    ceremony, states = Ceremony(SIZE, THRESHOLD), begun()
    for state in states[:2]:
        ceremony.add_certificate(state.index, state.certificate)
    with pytest.raises(UsageError, match="that of trustee 3 is not there"):
        states[0].commit(ceremony)
    with pytest.raises(UsageError, match="awaited"):
        ceremony.add_commitment(1, b"0" * 64)
    ceremony = copy(committed[0])
    with pytest.raises(UsageError, match="those of trustees 1, 2, 3 are not there"):
        committed[1][0].reveal(ceremony).accept(ceremony)
    with pytest.raises(UsageError, match="commitment"):
        begun()[0].reveal(ceremony)
    with pytest.raises(UsageError):
        ceremony.parameters()


def test_a_place_is_taken_once_by_whom_it_is_for() -> None:
    ceremony, states = Ceremony(SIZE, THRESHOLD), begun()
    ceremony.add_certificate(1, states[0].certificate)
    with pytest.raises(UsageError, match="another"):
        ceremony.add_certificate(1, State.begin(SIZE, THRESHOLD, 1).certificate)
    for state in (states[2], State.begin(SIZE, 3, 2), State.begin(4, THRESHOLD, 2)):
        with refused("threshold.context"):
            ceremony.add_certificate(2, state.certificate)
    for owner in (0, 4, -1):
        with pytest.raises(UsageError, match="no trustee"):
            ceremony.add_certificate(owner, states[1].certificate)
    own = replace(states[1], seed=states[0].seed)
    content = wire.load(wire.load(states[1].certificate)["message"].encode())
    content["encryption"] = base(states[0].keys.decryption).text
    signed = SignedMessage.make(states[1].keys.signing, dump(content).decode())
    with refused("threshold.duplicate"):
        ceremony.add_certificate(2, dump(signed.to_json()))
    with refused("threshold.format"):
        ceremony.add_certificate(2, own.certificate + b" ")


def test_a_trustee_refuses_a_ceremony_in_which_it_did_something_else(committed: tuple[Ceremony, list[State]]) -> None:
    ceremony, states = committed
    other = Ceremony(SIZE, THRESHOLD)
    strangers = begun()
    for state in (states[0], *strangers[1:]):
        other.add_certificate(state.index, state.certificate)
    with refused("ceremony.differs", "the certificates"):
        states[0].commit(other)
    with refused("ceremony.differs", "own certificate"):
        strangers[1].commit(ceremony)
    with refused("ceremony.differs", "number"):
        State.begin(SIZE, 3, 1).commit(ceremony)
    replaced = ceremony_with(states, {1: deal(ceremony.certificates, 1, states[0].keys).to_json()})
    with refused("ceremony.differs", "own commitment"):
        states[0].reveal(replaced)
    assert states[0].commit(ceremony) == states[0]  # the same once more


def test_a_polynomial_is_made_with_ones_own_keys_and_accepted_as_it_was_made(
    committed: tuple[Ceremony, list[State]],
) -> None:
    ceremony, states = committed
    with refused("threshold.own"):
        deal(ceremony.certificates, 1, states[1].keys)
    fresh = channel.send(
        states[2].keys.signing, base(states[2].keys.decryption), {"polynomial": [str(n) for n in range(1, 3)]}
    )
    changed, evil = shown(committed, lambda value, _: {**value, "polynomial": fresh})
    with refused("threshold.own"):
        evil[2].accept(changed)


def test_a_share_that_is_not_that_of_the_polynomials_is_refused(committed: tuple[Ceremony, list[State]]) -> None:
    ceremony = copy(committed[0])
    states = step_taken(ceremony, committed[1], Step.POLYNOMIAL)
    first, second = (state.accept(ceremony) for state in states[:2])
    with refused("threshold.key"):
        ceremony.add_voutput(1, second.message(Step.VOUTPUT))
    value = wire.load(first.message(Step.VOUTPUT))
    for wrong in ({**value, "private_key": "x"}, {**value, "private_key": None}):
        with refused("channel.format"):
            ceremony.add_voutput(1, dump(wrong))
    for wrong in ({**value, "x": 1}, {"private_key": value["private_key"]}, {**value, "public_key": {}}):
        with refused("threshold.format"):
            ceremony.add_voutput(1, dump(wrong))
    text = wire.load(second.message(Step.VOUTPUT))["private_key"]
    with refused("channel.encryption"):
        Voutput.opened(first.keys, text, first.public_key or base(1))


@pytest.mark.parametrize(
    "changed",
    [
        {"type": "egov-trustee-key"},
        {"version": 2},
        {"version": "1"},
        {"version": True},
        {"size": 1},
        {"size": 31},
        {"size": True},
        {"threshold": 1},
        {"threshold": 4},
        {"certificates": []},
        {"certificates": None},
        {"commitments": ["0" * 64] * 2},
        {"commitments": ["A" * 64] * 3},
        {"commitments": [5, 5, 5]},
        {"polynomials": [{}] * 4},
        {"certificates": [None] * 3},
        {"x": 1},
    ],
)
def test_a_ceremony_file_of_another_shape_is_refused(
    committed: tuple[Ceremony, list[State]], changed: dict[str, Any]
) -> None:
    with refused("ceremony.format"):
        Ceremony.parse(dump({**wire.load(committed[0].to_json()), **changed}))
