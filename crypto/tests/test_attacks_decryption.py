"""Wrong decryptions by trustees, and wrong results."""

from __future__ import annotations

import json
from typing import Any

import pytest
from crypto.tests import forging
from crypto.tests.making import THREE, YES_NO, Archive, World, dump, make_world, sum_of, verdict

from egov_crypto import tally
from egov_crypto.archive import EventType
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.group import Point, Q, base, hash_to_scalar, random_scalar
from egov_crypto.proofs import prove_decryption


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(YES_NO)


@pytest.fixture(scope="module")
def voted(world: World) -> tuple[bytes, bytes]:
    return world.ballot(0, [[0, 1, 0]]), world.ballot(1, [[1, 0, 0]])


def closed(world: World, voted: tuple[bytes, ...]) -> Archive:
    return world.archive().ballots(*voted).close().tally()


# Partial decryptions.


def decryption(world: World, voted: tuple[bytes, ...], private_key: int) -> forging.Json:
    value: forging.Json = json.loads(tally.decrypt(world.election, sum_of(world, voted), private_key))
    return value


def test_a_decryption_with_another_key_is_refused(world: World, voted: tuple[bytes, bytes]) -> None:
    other = dump(decryption(world, voted, random_scalar()))
    assert verdict(closed(world, voted).decryption(1, other)) == "decryption.proof"


def test_a_decryption_handed_in_for_another_trustee_is_refused(world: World, voted: tuple[bytes, bytes]) -> None:
    raw = dump(decryption(world, voted, world.private_keys[0]))
    assert verdict(closed(world, voted).decryption(2, raw)) == "decryption.proof"


def test_a_decryption_of_another_tally_is_refused(world: World, voted: tuple[bytes, bytes]) -> None:
    """A trustee who decrypts whatever it is handed opens single ballots; it is no decryption of the tally."""
    raw = dump(decryption(world, voted[:1], world.private_keys[0]))
    assert verdict(closed(world, voted).decryption(1, raw)) == "decryption.proof"


def test_factors_that_move_votes_between_answers_are_refused(world: World, voted: tuple[bytes, bytes]) -> None:
    value = decryption(world, voted, world.private_keys[0])
    factors = value["decryption_factors"][0]
    moved = {**value, "decryption_factors": [[factors[1], factors[0], factors[2]]]}
    assert verdict(closed(world, voted).decryption(1, dump(moved))) == "decryption.proof"
    more = Point.parse(factors[1]) - base(1)
    added = forging.replaced(value, ("decryption_factors", 0, 1), more.text)
    assert verdict(closed(world, voted).decryption(1, dump(added))) == "decryption.proof"


def test_a_decryption_of_another_shape_is_refused(world: World, voted: tuple[bytes, bytes]) -> None:
    value = decryption(world, voted, world.private_keys[0])
    factors, proofs = value["decryption_factors"], value["decryption_proofs"]
    wrong: object
    for wrong in (
        {},
        [],
        {"decryption_factors": factors},
        {"decryption_proofs": proofs, "decryption_factors": factors},
        {**value, "x": 1},
        {**value, "decryption_factors": []},
        {**value, "decryption_proofs": [proofs[0][:-1]]},
        {**value, "decryption_factors": [[*factors[0], factors[0][0]]]},
        {**value, "decryption_proofs": [[{}, {}, {}]]},
    ):
        assert verdict(closed(world, voted).decryption(1, dump(wrong))) == "decryption.format"


@pytest.mark.parametrize(
    "prefix", ["", "decrypt|{key}|", "decrypt|{election}|", "{election}|{key}|", "decrypt|{key}|{election}|"]
)
def test_a_decryption_proof_whose_hash_leaves_out_a_field_is_refused(
    world: World, voted: tuple[bytes, bytes], prefix: str
) -> None:
    secret, sum_ = world.private_keys[0], sum_of(world, voted)
    filled = prefix.format(election=world.election.fingerprint, key=base(secret).text)
    value = decryption(world, voted, secret)
    proof = prove_decryption(filled, sum_.ciphertexts[0][0].alpha, secret)
    weak = {"challenge": str(proof.challenge), "response": str(proof.response)}
    changed = forging.replaced(value, ("decryption_proofs", 0, 0), weak)
    assert verdict(closed(world, voted).decryption(1, dump(changed))) == "decryption.proof"


@pytest.mark.parametrize("kept", [0, 1])
def test_a_decryption_proof_whose_hash_leaves_out_a_commitment_is_refused(
    world: World, voted: tuple[bytes, bytes], kept: int
) -> None:
    """Without the second commitment, the proof says only that the trustee has its key, and any factor would do."""
    secret, sum_ = world.private_keys[0], sum_of(world, voted)
    value = decryption(world, voted, secret)
    nonce, alpha = random_scalar(), sum_.ciphertexts[0][0].alpha
    prefix = f"decrypt|{world.election.fingerprint}|{base(secret).text}|"
    challenge = hash_to_scalar((prefix + [base(nonce), alpha * nonce][kept].text).encode())
    weak = {"challenge": str(challenge), "response": str((nonce - secret * challenge) % Q)}
    changed = forging.replaced(value, ("decryption_proofs", 0, 0), weak)
    assert verdict(closed(world, voted).decryption(1, dump(changed))) == "decryption.proof"


@pytest.mark.parametrize("owner", [0, 3, -1, 2**30, "1", True, 1.0, None, [1]])
def test_an_owner_who_is_no_trustee_is_refused(world: World, voted: tuple[bytes, bytes], owner: Any) -> None:
    raw = dump(decryption(world, voted, world.private_keys[0]))
    assert verdict(closed(world, voted).decryption(owner, raw)) == "decryption.owner"


def test_a_trustee_who_decrypts_twice_is_refused(world: World, voted: tuple[bytes, bytes]) -> None:
    assert verdict(closed(world, voted).decrypt(1, 1)) == "decryption.owner"
    raw = dump(decryption(world, voted, world.private_keys[0]))
    twice = closed(world, voted).decryption(1, raw)
    twice.add(EventType.PARTIAL_DECRYPTION, raw, tally.owned_json(2, raw))
    assert verdict(twice) == "decryption.proof"


def test_trustees_may_decrypt_in_any_order(world: World, voted: tuple[bytes, bytes]) -> None:
    assert verdict(closed(world, voted).decrypt(2, 1).result()) == "holds"


# The result.


def test_a_result_before_all_decryptions_is_refused(world: World, voted: tuple[bytes, bytes]) -> None:
    assert verdict(closed(world, voted).decrypt(1).result([[1, 1, 0]])) == "event.order"
    assert verdict(closed(world, voted).result([[1, 1, 0]])) == "event.order"
    assert verdict(world.archive().ballots(*voted).close().result([[1, 1, 0]])) == "event.order"


@pytest.mark.parametrize(
    "counts", [[[1, 0, 1]], [[0, 1, 0]], [[2, 1, 0]], [[1, 1, 1]], [[1 + Q, 1, 0]], [[1, 1, Q]], [[1, 1, 2**31]]]
)
def test_another_result_than_the_decryptions_give_is_refused(
    world: World, voted: tuple[bytes, bytes], counts: list[list[int]]
) -> None:
    assert verdict(closed(world, voted).decrypt().result(counts)) == "result.value"


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        {"result": []},
        {"result": [[1, 1]]},
        {"result": [[1, 1, 0], []]},
        {"result": [[1, 1, 0, 0]]},
        {"result": [[1, 1, -0.0]]},
        {"result": [[1, 1, -1]]},
        {"result": [[1, True, 0]]},
        {"result": [["1", 1, 0]]},
        {"result": [["01", 1, 0]]},
        {"result": [[1.0, 1, 0]]},
        {"result": [[2**30, 1, 0]]},
        {"result": [[1, 1, None]]},
        {"result": [[1, 1, 0]], "x": 1},
    ],
)
def test_a_result_of_another_shape_is_refused(world: World, voted: tuple[bytes, bytes], value: Any) -> None:
    archive = closed(world, voted).decrypt().add(EventType.RESULT, dump(value))
    assert verdict(archive) == "result.format"


def test_counts_are_not_found_where_a_decryption_is_missing(world: World, voted: tuple[bytes, bytes]) -> None:
    sum_ = sum_of(world, voted)
    raw = tally.decrypt(world.election, sum_, world.private_keys[0])
    told = list[tuple[int, int]]()
    factors = tally.verify_decryption_of(
        world.election, sum_, world.keys[0].public_key, raw, progress=lambda *done: told.append(done)
    )
    count = sum(map(len, factors))
    assert (told, tally.factors_of(sum_, raw)) == ([(count, count)], factors)
    with pytest.raises(UsageError):
        tally.compute_result(sum_, factors)


def test_the_decryption_of_an_empty_tally_cannot_be_anything() -> None:
    """α is the identity there, and so must the factor be."""
    world = make_world(THREE)
    assert verdict(world.archive().finish()) == "holds"
    sum_ = world.archive().sum()
    value = json.loads(tally.decrypt(world.election, sum_, world.private_keys[0]))
    changed = dump(forging.replaced(value, ("decryption_factors", 0, 0), base(5).text))
    with pytest.raises(VerificationError) as refused:
        tally.verify_decryption_of(world.election, sum_, world.keys[0].public_key, changed)
    assert refused.value.code == "decryption.proof"
