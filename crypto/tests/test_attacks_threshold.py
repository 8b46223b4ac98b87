"""Attacks on what is published of threshold trustees, by trustees who sign whatever they like."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from crypto.tests import curve, forging
from crypto.tests.ceremonies import ceremony_of
from crypto.tests.making import dump
from crypto.tests.test_attacks_encodings import WRONG_POINTS, WRONG_SCALARS

from egov_crypto import wire
from egov_crypto.errors import VerificationError
from egov_crypto.group import IDENTITY, Point, base
from egov_crypto.threshold.ceremony import Step
from egov_crypto.threshold.keyfile import State
from egov_crypto.threshold.parameters import Certificate, Parameters, public_shares
from egov_crypto.threshold.signing import SignedMessage, sign
from egov_crypto.trustee import TrusteeKey
from egov_crypto.trustees import Trustees

SIZE, THRESHOLD = 3, 2
EVIL = 2  # the trustee who attacks


@pytest.fixture(scope="module")
def states() -> list[State]:
    ceremony, states = ceremony_of(SIZE, THRESHOLD)
    states[0].confirm(ceremony)
    return states


@pytest.fixture(scope="module")
def published(states: list[State]) -> dict[str, Any]:
    """Threshold parameters as they should be."""
    polynomials = [wire.load(state.message(Step.POLYNOMIAL)) for state in states]
    voutputs = [wire.load(state.message(Step.VOUTPUT)) for state in states]
    value = {
        "threshold": THRESHOLD,
        "certs": [wire.load(state.certificate) for state in states],
        "coefexps": [polynomial["coefexps"] for polynomial in polynomials],
        "signatures": [polynomial["signature"] for polynomial in polynomials],
        "verification_keys": [voutput["public_key"] for voutput in voutputs],
    }
    assert verdict(value) == "holds"
    return value


def verdict(value: Any) -> str:
    try:
        Parameters.from_json(wire.load(dump(value)))
    except VerificationError as error:
        return error.code
    return "holds"


def signed(state: State, message: Any) -> dict[str, Any]:
    """Any JSON as a message that is rightly signed."""
    return SignedMessage.make(state.keys.signing, dump(message).decode()).to_json()


def certified(state: State, **changed: Any) -> dict[str, Any]:
    """The certificate of who signs any context, or any keys."""
    content = wire.load(wire.load(state.certificate)["message"].encode())
    context = {name: changed.pop(name, old) for name, old in content["context"].items()}
    return signed(state, {**content, "context": context, **changed})


def dealt(value: dict[str, Any], state: State, *texts: Any) -> dict[str, Any]:
    """Parameters in which a trustee deals these points, or what is none, all of it rightly signed."""
    at = state.index - 1
    message = "certs_sig|" + dump({"certs": value["certs"], "coefexps": list(texts)}).decode()
    changed = forging.replaced(value, ("coefexps", at), signed(state, {"coefexps": list(texts)}))
    signature = wire.proof_to_json(sign(state.keys.signing, message))
    result: dict[str, Any] = forging.replaced(changed, ("signatures", at), signature)
    return result


def points(value: dict[str, Any], index: int) -> list[Point]:
    texts = wire.load(value["coefexps"][index - 1]["message"].encode())["coefexps"]
    return list(map(Point.parse, texts))


@pytest.mark.parametrize("wrong", [*WRONG_POINTS, IDENTITY.text])
def test_coefficients_and_keys_that_are_no_points_of_the_group_are_refused(
    states: list[State], published: dict[str, Any], wrong: str
) -> None:
    """A coefficient of zero too: with it the polynomial is of a lower degree, and fewer would be enough."""
    evil, honest = states[EVIL - 1], [point.text for point in points(published, EVIL)]
    assert verdict(dealt(published, evil, wrong, honest[1])) == "threshold.point"
    assert verdict(dealt(published, evil, honest[0], wrong)) == "threshold.point"
    for name in ("verification", "encryption"):
        replaced = forging.replaced(published, ("certs", EVIL - 1), certified(evil, **{name: wrong}))
        assert verdict(replaced) == "threshold.point"
    key = forging.replaced(published, ("verification_keys", EVIL - 1, "public_key"), wrong)
    assert verdict(key) == "trustees.key"


def test_as_many_coefficients_as_are_needed_are_dealt(states: list[State], published: dict[str, Any]) -> None:
    """With one (t = 0) a single trustee would know the dealer's part; with more, nobody could decrypt."""
    honest = [point.text for point in points(published, EVIL)]
    for texts in ([], honest[:1], [*honest, base(5).text]):
        assert verdict(dealt(published, states[EVIL - 1], *texts)) == "threshold.format"


@pytest.mark.parametrize(
    "changed",
    [
        {"index": 1},
        {"index": 3},
        {"index": 0},
        {"index": 4},
        {"size": 2},
        {"size": 4},
        {"threshold": 1},
        {"threshold": 3},
        {"threshold": 0},
        {"threshold": 4},
        {"group": "ed25519"},
        {"group": "BELENIOS-2048"},
        {"group": ["Ed25519"]},
    ],
)
def test_a_certificate_for_another_place_number_threshold_or_group_is_refused(
    states: list[State], published: dict[str, Any], changed: dict[str, Any]
) -> None:
    replaced = forging.replaced(published, ("certs", EVIL - 1), certified(states[EVIL - 1], **changed))
    assert verdict(replaced) == "threshold.context"


@pytest.mark.parametrize("threshold", [0, 1, 3, 4])
def test_another_threshold_than_was_certified_is_refused(published: dict[str, Any], threshold: int) -> None:
    assert verdict({**published, "threshold": threshold}) == "threshold.context"


@pytest.mark.parametrize("name", ["certs", "coefexps", "signatures", "verification_keys"])
def test_what_is_left_out_given_twice_or_exchanged_is_refused(published: dict[str, Any], name: str) -> None:
    first, second, third = published[name]
    assert verdict({**published, name: [first, second]}) in {"threshold.format", "threshold.context"}
    assert verdict({**published, name: [first, second, third, third]}) in {"threshold.format", "threshold.context"}
    wanted = {"certs": "threshold.context", "verification_keys": "threshold.key"}.get(name, "threshold.signature")
    assert verdict({**published, name: [second, first, third]}) == wanted
    assert verdict({**published, name: [first, first, third]}) == wanted


@pytest.mark.parametrize(
    "path",
    [
        ("certs", 0, "signature"),
        ("coefexps", 1, "signature"),
        ("signatures", 2),
        ("verification_keys", 1, "signature"),
    ],
)
def test_every_signature_is_verified(published: dict[str, Any], path: tuple[Any, ...]) -> None:
    good = forging.at(published, path)
    other = published["signatures"][path[1] - 1] if path[0] == "signatures" else published["signatures"][path[1]]
    assert verdict(forging.replaced(published, path, other)) == "threshold.signature"
    swapped = {"challenge": good["response"], "response": good["challenge"]}
    assert verdict(forging.replaced(published, path, swapped)) in {"threshold.signature", "threshold.format"}
    for wrong in WRONG_SCALARS:
        changed = forging.replaced(published, (*path, "response"), wrong)
        assert verdict(changed) == "threshold.format"


def test_coefficients_of_another_ceremony_are_refused(states: list[State], published: dict[str, Any]) -> None:
    """The same trustees but one, who has another certificate now: what was signed with the first does not fit."""
    other = State.begin(SIZE, THRESHOLD, EVIL)
    replaced = forging.replaced(published, ("certs", EVIL - 1), wire.load(other.certificate))
    replaced = dealt(replaced, other, *(point.text for point in points(published, EVIL)))
    assert verdict(replaced) == "threshold.signature"
    assert verdict(dealt(published, states[EVIL - 1], *(p.text for p in points(published, EVIL)))) == "holds"


def test_a_certificate_for_a_key_that_its_maker_does_not_have_is_refused(published: dict[str, Any]) -> None:
    """Alone, as it is handed in: nothing else is signed with the key yet."""
    other = published["certs"][0]
    for signature in (published["certs"][1]["signature"], published["signatures"][0]):
        with pytest.raises(VerificationError) as refused:
            Certificate.from_json({**other, "signature": signature})
        assert refused.value.code == "threshold.signature"


def test_one_key_in_two_certificates_is_refused(states: list[State], published: dict[str, Any]) -> None:
    """A trustee who repeats another's encryption key, or uses one key for both, is not a trustee of its own."""
    honest = Certificate.from_json(published["certs"][0])
    assert honest.to_json() == published["certs"][0]
    for changed in ({"encryption": honest.encryption.text}, {"encryption": base(states[EVIL - 1].keys.signing).text}):
        replaced = forging.replaced(published, ("certs", EVIL - 1), certified(states[EVIL - 1], **changed))
        assert verdict(replaced) == "threshold.duplicate"


def test_a_key_that_the_coefficients_do_not_give_is_refused(states: list[State], published: dict[str, Any]) -> None:
    """Even with a proof that it is known, and signed."""
    evil, secret = states[EVIL - 1], 5
    key = TrusteeKey.prove(secret)
    signature = wire.proof_to_json(sign(evil.keys.signing, key.public_key.text))
    value = {**key.to_json(), "signature": signature}
    assert verdict(forging.replaced(published, ("verification_keys", EVIL - 1), value)) == "threshold.key"
    wrong = forging.replaced(published, ("verification_keys", EVIL - 1, "pok"), key.to_json()["pok"])
    assert verdict(wrong) == "trustees.proof"


def test_a_dealer_who_cancels_the_others_is_refused(states: list[State], published: dict[str, Any]) -> None:
    """Coefficients that make the key the identity; or a key of the dealer's own, for which nobody proves a share."""
    others = points(published, 1)[0] + points(published, 3)[0]
    second = points(published, EVIL)[1].text
    assert verdict(dealt(published, states[EVIL - 1], (-others).text, second)) == "threshold.key"
    assert verdict(dealt(published, states[EVIL - 1], (base(5) - others).text, second)) == "threshold.key"
    # Where all dealers act together, each share holds, and what they have made is the key of nobody.
    honest = Parameters.from_json(published).dealings
    cancelling = replace(honest[0], points=(-honest[1].points[0] - honest[2].points[0], honest[0].points[1]))
    with pytest.raises(VerificationError) as refused:
        public_shares([cancelling, *honest[1:]], SIZE)
    assert refused.value.code == "threshold.key"
    assert "identity" in refused.value.detail


def test_coefficients_moved_by_a_point_of_small_order_are_refused(
    states: list[State], published: dict[str, Any]
) -> None:
    """At a place that the order divides they would give the same key."""
    honest = [point.text for point in points(published, EVIL)]
    for order in (2, 4, 8):
        moved = curve.with_torsion(honest[1], order)
        assert verdict(dealt(published, states[EVIL - 1], honest[0], moved)) == "threshold.point"


@pytest.mark.parametrize("name", ["threshold", "certs", "coefexps", "signatures", "verification_keys"])
@pytest.mark.parametrize("wrong", [None, True, "2", -1, 1.0, {}, [[]], [{}], "x", [None, None, None]])
def test_parameters_of_another_shape_are_refused(published: dict[str, Any], name: str, wrong: Any) -> None:
    assert verdict({**published, name: wrong}) == "threshold.format"


def test_parameters_with_fields_more_fewer_or_elsewhere_are_refused(
    states: list[State], published: dict[str, Any]
) -> None:
    assert verdict({**published, "x": 1}) == "threshold.format"
    assert verdict(dict(reversed(published.items()))) == "threshold.format"
    assert verdict({}) == "threshold.format"
    assert verdict({**published, "certs": [], "coefexps": [], "signatures": [], "verification_keys": []}) == (
        "threshold.format"
    )
    for text in ('{"coefexps": []}', "{}", "[]", "x", '{"coefexps":[],"x":1}'):
        message = SignedMessage.make(states[EVIL - 1].keys.signing, text).to_json()
        assert verdict(forging.replaced(published, ("coefexps", EVIL - 1), message)) == "threshold.format"
        certificate = forging.replaced(published, ("certs", EVIL - 1), message)
        assert verdict(certificate) == "threshold.format"
    key = published["verification_keys"][0]
    for wrong in ({"pok": key["pok"], "public_key": key["public_key"]}, {**key, "x": 1}):
        assert verdict(forging.replaced(published, ("verification_keys", 0), wrong)) == "threshold.format"


def test_a_list_of_trustees_with_a_key_twice_is_refused(states: list[State], published: dict[str, Any]) -> None:
    """A threshold trustee who is a mandatory one too, or the same ceremony twice: fewer people than it seems."""
    single = ["Single", TrusteeKey.prove(states[0].share()).to_json()]
    for items in ([single, ["Pedersen", published]], [["Pedersen", published]] * 2):
        with pytest.raises(VerificationError) as refused:
            Trustees.parse(dump(items))
        assert refused.value.code == "trustees.duplicate"
    with pytest.raises(VerificationError) as refused:
        Trustees.parse(dump([["Pedersen", {}]]))
    assert refused.value.code == "threshold.format"
    with pytest.raises(VerificationError) as refused:
        Trustees.parse(dump([["Single", published["verification_keys"][0]]]))
    assert refused.value.code == "trustees.format"
