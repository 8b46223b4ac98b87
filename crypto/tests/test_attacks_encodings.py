"""Points and numbers that are written wrongly, or lie outside the group, in every place where one stands."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from crypto.tests import curve, forging
from crypto.tests.making import THREE, YES_NO, World, ballot_verdict, dump, make_world, signed, sum_of, verdict

from egov_crypto import credential, tally, trustee
from egov_crypto.credential import ALPHABET, random_text
from egov_crypto.elgamal import Ciphertext
from egov_crypto.errors import VerificationError
from egov_crypto.group import IDENTITY, Point, Q, base, parse_scalar, random_scalar
from egov_crypto.trustee import TrusteeKey

GOOD = base(12345).text
SMALL_ORDERS = [curve.write(curve.multiply(curve.of_order(8), k)) for k in range(1, 8)]
TORSIONED = [curve.with_torsion(GOOD, order) for order in (2, 4, 8)]
NOT_ON_CURVE = next(f"{y:064x}" for y in range(2, 99) if curve.recover_x(y, 0) is None)
WRONG_POINTS = [
    *SMALL_ORDERS,
    *TORSIONED,
    *curve.second_spellings(),
    f"{1 | 1 << 255:064x}",  # the identity with the sign bit of a zero set
    f"{curve.P - 1 | 1 << 255:064x}",  # the same of the point of order 2
    f"{(1 << 256) - 1:064x}",
    NOT_ON_CURVE,
    GOOD.upper(),
    GOOD[:-1],
    GOOD + "0",
    "0" + GOOD,
    GOOD[:-1] + "g",
    GOOD[:-2] + " 1",
    "0x" + GOOD[2:],
    GOOD[:-1] + "１",  # a full-width digit
    "",
]
WRONG_SCALARS: list[Any] = [
    "007",
    "00",
    "+1",
    "-1",
    "-0",
    "0x1",
    "5_8",
    "1e3",
    "1.0",
    " 1",
    "1 ",
    "1\n",
    "",
    "１",
    "٣",
    "one",
    str(Q),
    str(Q + 1),
    str(2**256),
    "9" * 5000,
    1,
    0,
    1.0,
    None,
    True,
    ["1"],
    {},
]


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(THREE, YES_NO)


@pytest.fixture(scope="module")
def content(world: World) -> forging.Json:
    """An honest ballot."""
    value: forging.Json = json.loads(world.ballot(0, [[1, 0, 1], [0, 1, 0]]))
    return value


def points_of(content: forging.Json) -> Iterator[tuple[Any, ...]]:
    return (path for path, _ in forging.leaves(content) if path[-1] in {"credential", "alpha", "beta"})


def scalars_of(content: forging.Json) -> Iterator[tuple[Any, ...]]:
    return (path for path, _ in forging.leaves(content) if path[-1] in {"challenge", "response"})


@pytest.mark.parametrize("wrong", WRONG_POINTS)
def test_a_wrong_point_is_refused_by_the_parser(wrong: str) -> None:
    for identity in (False, True):
        with pytest.raises(ValueError):
            Point.parse(wrong, identity=identity)


def test_the_identity_is_a_point_only_where_it_is_allowed() -> None:
    text = f"{1:064x}"
    assert Point.parse(text, identity=True) == IDENTITY
    with pytest.raises(ValueError, match="identity"):
        Point.parse(text)


@pytest.mark.parametrize("wrong", [wrong for wrong in WRONG_SCALARS if isinstance(wrong, str)])
def test_a_wrong_number_is_refused_by_the_parser(wrong: str) -> None:
    with pytest.raises(ValueError):
        parse_scalar(wrong)


def test_a_wrong_point_anywhere_in_a_ballot_is_refused(world: World, content: forging.Json) -> None:
    paths = list(points_of(content))
    assert len(paths) == 1 + 2 * 3 + 2 * 3
    for number, path in enumerate(paths):
        honest = forging.at(content, path)
        own = [curve.with_torsion(honest, order) for order in (2, 4, 8)]
        own += [honest.upper(), honest[:-1], f"{honest}0", f"{1:064x}"]
        for wrong in [*own, *WRONG_POINTS[number::5], 5, None]:
            changed = forging.replaced(content, path, wrong)
            assert ballot_verdict(world.election, signed(world, 0, changed)) == "ballot.point", (path, wrong)


def test_a_wrong_number_anywhere_in_a_ballot_is_refused(world: World, content: forging.Json) -> None:
    paths = [path for path in scalars_of(content) if path[0] == "answers"]
    assert len(paths) == 2 * (2 * 3 + 2 + 2 * 3 + 2 + 2)
    for number, path in enumerate(paths):
        honest = forging.at(content, path)
        # The same number modulo the order: its proof would hold, and the ballot would have a second spelling.
        for wrong in [str(int(honest) + Q), str(int(honest) - Q), f"0{honest}", *WRONG_SCALARS[number::9]]:
            changed = forging.replaced(content, path, wrong)
            assert ballot_verdict(world.election, signed(world, 0, changed)) == "ballot.scalar", (path, wrong)


def test_a_wrong_number_in_a_signature_is_refused(world: World, content: forging.Json) -> None:
    for name in ("challenge", "response"):
        path = ("signature", "proof", name)
        for wrong in [str(int(forging.at(content, path)) + Q), f"0{forging.at(content, path)}", *WRONG_SCALARS]:
            changed = dump(forging.replaced(content, path, wrong))
            assert ballot_verdict(world.election, changed) == "ballot.scalar", wrong


@pytest.mark.parametrize("side", ["alpha", "beta"])
@pytest.mark.parametrize("order", [2, 4, 8])
def test_points_of_small_order_are_refused_even_where_all_proofs_are_ground_to_hold(side: str, order: int) -> None:
    """Without the check of the subgroup this ballot passes every equation, and spoils the tally."""
    world = make_world(THREE)
    voter = f"{world.election.fingerprint}|{world.publics[0].text}"
    key = world.election.public_key
    answer = forging.torsioned_answer(key, THREE, voter, [1, 0, 0], side, order)
    first = answer["choices"][0]
    assert forging.lax_verify(
        f"prove|{voter}|{first['alpha']},{first['beta']}|",
        key.text,
        first["alpha"],
        first["beta"],
        (0, 1),
        answer["individual_proofs"][0],
    )
    content = {
        "election_uuid": world.election.uuid,
        "election_hash": world.election.fingerprint,
        "credential": world.publics[0].text,
        "answers": [answer],
    }
    assert ballot_verdict(world.election, signed(world, 0, content)) == "ballot.point"


def test_the_lax_verifier_refuses_what_is_wrong_for_other_reasons() -> None:
    """Otherwise the test above would say nothing."""
    world = make_world(THREE)
    voter, key = f"{world.election.fingerprint}|x", world.election.public_key
    answer = forging.torsioned_answer(key, THREE, voter, [1, 0, 0], "alpha", 8)
    first, proofs = answer["choices"][0], answer["individual_proofs"]
    assert not forging.lax_verify(
        f"prove|{voter}|{first['alpha']},{first['beta']}|", key.text, first["alpha"], first["beta"], (0, 1), proofs[1]
    )


def test_a_credential_of_small_order_in_it_is_refused_on_the_list(world: World) -> None:
    honest = [public.text for public in world.publics]
    for wrong in [*(curve.with_torsion(honest[0], order) for order in (2, 4, 8)), *SMALL_ORDERS, f"{1:064x}"]:
        assert verdict(world.archive(roll=dump([wrong, *honest[1:]]))) == "credentials.point"
    for wrong in (honest[0].upper(), honest[0][:-1], "x" * 64):
        assert verdict(world.archive(roll=dump([wrong, *honest[1:]]))) == "credentials.format"


def test_a_credential_with_secret_zero_would_be_anybodys(world: World) -> None:
    """Its public key is the identity, and whoever likes can sign for it."""
    assert base(0) == IDENTITY
    assert verdict(world.archive(roll=dump([IDENTITY.text]))) == "credentials.point"
    assert all(credential.secret(world.election.uuid, text) for text in world.credentials)


def with_key(world: World, key: object) -> bytes:
    return dump({**json.loads(world.election.raw), "public_key": key})


def test_an_election_key_outside_the_group_is_refused(world: World) -> None:
    key = world.election.public_key.text
    for wrong in [*(curve.with_torsion(key, order) for order in (2, 4, 8)), *WRONG_POINTS, f"{1:064x}", None, 1]:
        assert verdict(world.archive(election=with_key(world, wrong))) == "election.format"


def test_an_election_key_that_is_not_the_trustees_is_refused(world: World) -> None:
    """Whoever put it there could decrypt alone."""
    assert verdict(world.archive(election=with_key(world, base(5).text))) == "election.public_key"
    assert verdict(world.archive(election=with_key(world, world.keys[0].public_key.text))) == "election.public_key"


def test_a_trustees_key_outside_the_group_is_refused(world: World) -> None:
    value = json.loads(world.trustees)
    key = value[0][1]["public_key"]
    for wrong in [*(curve.with_torsion(key, order) for order in (2, 4, 8)), *WRONG_POINTS, f"{1:064x}", None]:
        changed = forging.replaced(value, (0, 1, "public_key"), wrong)
        assert verdict(world.archive(trustees=dump(changed))) == "trustees.key", wrong


def test_a_wrong_number_in_a_trustees_proof_is_refused(world: World) -> None:
    value = json.loads(world.trustees)
    for name in ("challenge", "response"):
        path = (1, 1, "pok", name)
        for wrong in [str(int(forging.at(value, path)) + Q), *WRONG_SCALARS]:
            changed = dump(forging.replaced(value, path, wrong))
            assert verdict(world.archive(trustees=changed)) == "trustees.format", wrong


@pytest.fixture(scope="module")
def decrypted() -> tuple[World, bytes]:
    """A world with two ballots, and its first trustee's decryption."""
    world = make_world(YES_NO)
    raws = world.ballot(0, [[0, 1, 0]]), world.ballot(1, [[1, 0, 0]])
    return world, b"\n".join(raws)


def test_a_decryption_factor_outside_the_group_is_refused(decrypted: tuple[World, bytes]) -> None:
    world, raws = decrypted
    sum_ = sum_of(world, raws.split(b"\n"))
    value = json.loads(tally.decrypt(world.election, sum_, world.private_keys[0]))
    key = world.keys[0].public_key
    path: tuple[Any, ...] = ("decryption_factors", 0, 1)
    honest = forging.at(value, path)
    for wrong in [*(curve.with_torsion(honest, order) for order in (2, 4, 8)), *WRONG_POINTS, f"{1:064x}", 0]:
        changed = dump(forging.replaced(value, path, wrong))
        with pytest.raises(VerificationError) as refused:
            tally.verify_decryption_of(world.election, sum_, key, changed)
        assert refused.value.code == "decryption.point", wrong
    for name in ("challenge", "response"):
        path = ("decryption_proofs", 0, 1, name)
        for wrong in [str(int(forging.at(value, path)) + Q), *WRONG_SCALARS]:
            changed = dump(forging.replaced(value, path, wrong))
            with pytest.raises(VerificationError) as refused:
                tally.verify_decryption_of(world.election, sum_, key, changed)
            assert refused.value.code == "decryption.format", wrong


def test_a_published_tally_with_points_of_small_order_is_refused(decrypted: tuple[World, bytes]) -> None:
    world, raws = decrypted
    honest = sum_of(world, raws.split(b"\n"))
    text = curve.with_torsion(honest.ciphertexts[0][0].alpha.text, 2)
    outside = Point(bytes.fromhex(text)[::-1])  # the constructor trusts its caller, here an attacker
    honest.ciphertexts[0][0] = Ciphertext(outside, honest.ciphertexts[0][0].beta)
    archive = world.archive().ballots(*raws.split(b"\n")).close().tally(honest)
    assert verdict(archive) == "tally.ciphertexts"


def test_randomness_has_no_bias(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is drawn by rejection: 256 bits modulo the order would prefer small scalars, 8 bits some of 58 characters."""
    bounds = list[int]()

    def greatest(bound: int) -> int:
        bounds.append(bound)
        return bound - 1

    monkeypatch.setattr(secrets, "randbelow", greatest)
    monkeypatch.setattr(secrets, "choice", lambda letters: letters[greatest(len(letters))])
    assert random_scalar() == Q - 1
    assert random_text(22) == ALPHABET[-1] * 22
    assert bounds == [Q - 1, *[58] * 22]


def test_private_keys_and_randomness_are_never_zero() -> None:
    for _ in range(50):
        assert 0 < random_scalar() < Q
    private_key, key = trustee.generate()
    assert 0 < private_key < Q
    assert TrusteeKey.parse(dump(key.to_json())).public_key == base(private_key)
