"""Attacks on ballots that rank or choose of lists: what no vote may say, weak hashes, wrong points, copies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from crypto.tests import curve, forging, forging_kinds
from crypto.tests.making import (
    LISTS,
    RANKED,
    Archive,
    World,
    ballot_verdict,
    content_of,
    dump,
    make_world,
    signed,
    verdict,
    voter_of,
)
from crypto.tests.test_attacks_encodings import WRONG_POINTS, WRONG_SCALARS

from egov_crypto import ballot, elgamal
from egov_crypto.encoding import encode
from egov_crypto.errors import VerificationError
from egov_crypto.group import Point, Q, base, random_scalar
from egov_crypto.proofs import NonZeroProof, verify_nonzero

GOOD = [[3, 1, 2], [[1, 0, 1], [0, 0]]]


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(RANKED, LISTS)


@pytest.fixture(scope="module")
def content(world: World) -> forging.Json:
    """An honest ballot."""
    value: forging.Json = json.loads(world.ballot(0, GOOD))
    return value


def with_answers(world: World, ranked: Any, lists: Any, voter: int = 0) -> str:
    return ballot_verdict(world.election, signed(world, voter, content_of(world, ranked, lists, voter=voter)))


def forged(world: World, ranked: dict[str, Any] | None = None, lists: dict[str, Any] | None = None) -> str:
    """What is said of a ballot that the forger made, with its options for each answer."""
    key, voter = world.election.public_key, voter_of(world)
    first = forging_kinds.of_preference(key, voter, GOOD[0], **(ranked or {}))
    values = {"values": [1, 0, 1, 0, 0]} | (lists or {})
    return with_answers(world, first, forging_kinds.of_lists(key, LISTS, voter, **values))


def test_the_forger_makes_good_ballots_when_it_does_not_cheat(world: World) -> None:
    assert forged(world) == "holds"
    assert forged(world, lists={"values": [0, 0, 0, 1, 1]}) == "holds"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ([0, 0, 0, 0, 0], "ballot.proof.overall"),
        ([1, 1, 0, 1, 1], "ballot.proof.overall"),
        ([1, 1, 0, 1, 0], "ballot.proof.overall"),
        ([0, 1, 0, 0, 0], "ballot.proof.overall"),
        ([1, 1, 0, 0, 1], "ballot.proof.lists"),
        ([0, 1, 0, 1, 0], "ballot.proof.lists"),
        ([1, 0, 0, 0, 0], "ballot.proof.nonzero"),
        ([1, 2, 0, 0, 0], "ballot.proof.individual"),
        ([1, 1, -1, 0, 0], "ballot.proof.individual"),
        ([2, 1, 0, -1, 0], "ballot.proof.individual"),
    ],
)
def test_votes_that_no_list_allows_are_refused(world: World, values: list[int], code: str) -> None:
    assert forged(world, lists={"values": values}) == code


@pytest.mark.parametrize("multiple", [1, 3, 5, 7])
def test_a_list_without_a_candidate_is_refused_though_a_point_of_order_8_stands_for_one(
    world: World, multiple: int
) -> None:
    """All equations hold, and belenios-tool takes it (see `test_interoperability_kinds`)."""
    small = curve.write(curve.multiply(curve.of_order(8), multiple))
    assert forged(world, lists={"values": [1, 0, 0, 0, 0], "small": small}) == "ballot.point"


def test_by_its_equations_alone_such_a_proof_would_hold() -> None:
    """Otherwise the test above would say nothing."""
    key, secret = base(random_scalar()), random_scalar()
    nothing = elgamal.encrypt(key, 0, secret)
    small = curve.write(curve.of_order(8))
    made = forging_kinds.nonzero("nonzero|", key, nothing, forging_kinds.Opening(secret, 0), forging.honest_hash, small)
    unchecked = Point(bytes.fromhex(small)[::-1])  # the constructor trusts its caller
    # libsodium does not multiply points of small order: eight times, as its challenge is, this one is the identity.
    assert int(made["challenge"]) % 8 == 0
    first, second = map(int, made["response"])
    one, two = nothing.alpha * first + base(second), nothing.beta * first + key * second
    assert forging.honest_hash("nonzero|", [unchecked.text, one.text, two.text]) == int(made["challenge"])
    honest = NonZeroProof(base(1), int(made["challenge"]), (first, second))
    with pytest.raises(ValueError, match="does not hold"):
        verify_nonzero("nonzero|", key, nothing, honest)


def test_the_identity_for_a_commitment_is_refused(world: World, content: forging.Json) -> None:
    changed = forging.replaced(content, ("answers", 1, "nonzero_proof", "commitment"), f"{1:064x}")
    assert ballot_verdict(world.election, signed(world, 0, changed)) == "ballot.point"


# Points and numbers.


def test_a_wrong_point_anywhere_in_a_ballot_is_refused(world: World, content: forging.Json) -> None:
    leaves = list(forging.leaves(content["answers"], ("answers",)))
    paths = [path for path, _ in leaves if path[-1] in {"alpha", "beta", "commitment"}]
    assert len(paths) == 2 + 2 * 5 + 1
    for number, path in enumerate(paths):
        honest = forging.at(content, path)
        own = [curve.with_torsion(honest, order) for order in (2, 4, 8)]
        for wrong in [*own, honest.upper(), f"{1:064x}", *WRONG_POINTS[number::4], 5, None]:
            changed = forging.replaced(content, path, wrong)
            assert ballot_verdict(world.election, signed(world, 0, changed)) == "ballot.point", (path, wrong)


def test_a_wrong_number_anywhere_in_a_ballot_is_refused(world: World, content: forging.Json) -> None:
    leaves = list(forging.leaves(content["answers"], ("answers",)))
    paths = [path for path, value in leaves if "proof" in str(path) and path[-1] != "commitment"]
    assert len(paths) == 2 + 2 * (2 * 5 + 1 + 2 * 2) + 3
    for number, path in enumerate(paths):
        honest = forging.at(content, path)
        for wrong in [str(int(honest) + Q), f"0{honest}", *WRONG_SCALARS[number::9]]:
            changed = forging.replaced(content, path, wrong)
            assert ballot_verdict(world.election, signed(world, 0, changed)) == "ballot.scalar", (path, wrong)


@pytest.mark.parametrize("order", [2, 4, 8])
@pytest.mark.parametrize("side", ["alpha", "beta"])
def test_points_of_small_order_in_a_ranked_vote_are_refused_though_its_proof_holds(
    world: World, side: str, order: int
) -> None:
    """β stands in no equation at all: without the check of the subgroup it would spoil every shuffle."""
    assert forged(world, ranked={"side": side, "order": order}) == "ballot.point"


# Fiat–Shamir, field by field.

FIELDS = {
    "individual": ["prefix", "fingerprint", "credential", "ciphertext"],
    "overall": ["prefix", "fingerprint", "credential", "all ciphertexts", "sum"],
    "lists": ["prefix", "fingerprint", "credential", "all ciphertexts"],
    "nonzero": ["prefix", "fingerprint", "credential", "all ciphertexts"],
}


@pytest.mark.parametrize(
    ("proof", "number"), [(name, i) for name, fields in FIELDS.items() for i in range(len(fields))]
)
def test_a_proof_whose_hash_leaves_out_a_field_is_refused(world: World, proof: str, number: int) -> None:
    def without(made: str, prefix: str) -> str:
        fields = prefix.split("|")
        assert made != proof or len(fields) == len(FIELDS[proof]) + 1
        return "|".join(fields[:number] + fields[number + 1 :]) if made == proof else prefix

    assert forged(world, lists={"prefixes": without}) == f"ballot.proof.{proof}"


@pytest.mark.parametrize("proof", ["overall", "lists", "nonzero"])
def test_a_proof_whose_hash_leaves_out_one_of_the_ciphertexts_is_refused(world: World, proof: str) -> None:
    for left_out in range(2 * LISTS.size):

        def without(made: str, prefix: str, left_out: int = left_out) -> str:
            fields = prefix.split("|")
            if made == proof:
                points = fields[3].split(",")
                fields[3] = ",".join(points[:left_out] + points[left_out + 1 :])
            return "|".join(fields)

        assert forged(world, lists={"prefixes": without}) == f"ballot.proof.{proof}"


@pytest.mark.parametrize(("proof", "commitments"), [("individual", 2), ("overall", 1), ("lists", 2), ("nonzero", 3)])
def test_a_proof_whose_hash_leaves_out_a_commitment_is_refused(world: World, proof: str, commitments: int) -> None:
    for left_out in range(commitments):

        def weak(prefix: str, hashed: list[str], left_out: int = left_out) -> int:
            return forging.honest_hash(prefix, hashed[:left_out] + hashed[left_out + 1 :])

        assert forged(world, lists={"hash_": {proof: weak}.get}) == f"ballot.proof.{proof}"


@pytest.mark.parametrize("number", range(4))
def test_a_ranked_vote_whose_hash_leaves_out_a_field_is_refused(world: World, number: int) -> None:
    """The prefix, the election, the voter, the key with the ciphertext."""

    def without(prefix: str) -> str:
        fields = prefix.split("|")
        assert len(fields) == 5
        return "|".join(fields[:number] + fields[number + 1 :])

    assert forged(world, ranked={"prefixes": without}) == "ballot.proof.knowledge"


def test_a_ranked_vote_whose_hash_leaves_out_a_point_is_refused(world: World) -> None:
    for left_out in range(3):

        def without(prefix: str, left_out: int = left_out) -> str:
            fields = prefix.split("|")
            points = fields[3].split(",")
            assert len(points) == 3
            fields[3] = ",".join(points[:left_out] + points[left_out + 1 :])
            return "|".join(fields)

        assert forged(world, ranked={"prefixes": without}) == "ballot.proof.knowledge"
    weak = {"hash_": lambda prefix, _commitments: forging.honest_hash(prefix, [])}
    assert forged(world, ranked=weak) == "ballot.proof.knowledge"


# Copies.


def test_an_answer_copied_under_another_credential_is_refused(world: World, content: forging.Json) -> None:
    """Whoever could copy a vote would learn it from the result."""
    own = json.loads(world.ballot(1, GOOD))["answers"]
    ranked, lists = content["answers"]
    assert with_answers(world, *own, voter=1) == "holds"
    assert with_answers(world, ranked, own[1], voter=1) == "ballot.proof.knowledge"
    assert with_answers(world, own[0], lists, voter=1) == "ballot.proof.individual"
    other = make_world(RANKED, LISTS)  # the same questions in another election
    assert with_answers(other, ranked, json.loads(other.ballot(0, GOOD))["answers"][1]) == "ballot.proof.knowledge"


def test_a_vote_changed_from_anothers_has_no_proof(world: World, content: forging.Json) -> None:
    """Encrypted anew, with some more added: nobody who did not make it knows its whole randomness."""
    choice = forging.ciphertext(content["answers"][0]["choices"])
    more = random_scalar()
    evil = elgamal.Ciphertext(choice.alpha + base(more), choice.beta + world.election.public_key * more)
    own = json.loads(world.ballot(1, GOOD))["answers"]
    for proof in (content["answers"][0]["proof"], own[0]["proof"], {"challenge": "0", "response": str(more)}):
        stolen = {"choices": {"alpha": evil.alpha.text, "beta": evil.beta.text}, "proof": proof}
        assert with_answers(world, stolen, own[1], voter=1) == "ballot.proof.knowledge"


# Shapes.


def test_other_shapes_are_refused(world: World, content: forging.Json) -> None:
    ranked, lists = content["answers"]
    wrong: list[tuple[Any, Any]] = [
        ({**ranked, "choices": [ranked["choices"]]}, lists),
        ({"proof": ranked["proof"], "choices": ranked["choices"]}, lists),
        ({**ranked, "overall_proof": []}, lists),
        (lists, ranked),
        (ranked, {**lists, "choices": LISTS.flat(lists["choices"])}),
        (ranked, {**lists, "choices": lists["choices"][::-1]}),
        (ranked, {**lists, "choices": lists["choices"][:1]}),
        (ranked, {**lists, "individual_proofs": LISTS.flat(lists["individual_proofs"])}),
        (ranked, {**lists, "list_proofs": lists["list_proofs"][:1]}),
        (ranked, {**lists, "list_proofs": [*lists["list_proofs"], lists["list_proofs"][0]]}),
        (ranked, {**lists, "list_proofs": [proofs[:1] for proofs in lists["list_proofs"]]}),
        (ranked, {**lists, "nonzero_proof": {**lists["nonzero_proof"], "response": ["1"]}}),
        (ranked, {name: value for name, value in lists.items() if name != "nonzero_proof"}),
    ]
    for answers in wrong:
        assert with_answers(world, *answers) == "ballot.answers"
    assert with_answers(world, {**ranked, "proof": [ranked["proof"]]}, lists) == "ballot.scalar"
    assert with_answers(world, ranked, {**lists, "overall_proof": [lists["overall_proof"]]}) == "ballot.scalar"


def test_a_device_that_ranks_otherwise_is_found_by_a_challenge(world: World) -> None:
    unsigned = ballot.encrypt(world.election, world.credentials[0], GOOD)
    written = [[str(secret) for secret in secrets] for secrets in unsigned.randomness]

    def code(choices: Any, randomness: Any = written) -> str:
        try:
            ballot.check_opening(world.election, unsigned.content, choices, randomness)
        except VerificationError as error:
            return error.code
        return "holds"

    assert code(GOOD) == "holds"
    assert code([[3, 2, 1], GOOD[1]]) == "ballot.opening"
    assert code([GOOD[0], [[1, 1, 0], [0, 0]]]) == "ballot.opening"
    assert code([GOOD[0], [[0, 0, 0], [1, 1]]]) == "ballot.opening"
    assert code(GOOD, [["1"], written[1]]) == "ballot.opening"
    for malformed in ([[3, 1], GOOD[1]], [GOOD[0], [1, 0, 1, 0, 0]], [[3, 1, 256], GOOD[1]], [{}, GOOD[1]]):
        assert code(malformed) == "ballot.format"
    assert code(GOOD, [written[0], LISTS.nested(written[1])]) == "ballot.format"
    assert encode(GOOD[0]) != encode([3, 2, 1])


def test_weights_where_votes_are_listed_are_refused() -> None:
    assert verdict(make_world(RANKED, weights=(1, 1)).archive()) == "holds"
    assert verdict(make_world(RANKED, LISTS, weights=(1, 2)).archive()) == "credentials.weight"
    assert verdict(make_world(LISTS, weights=(1, 2)).archive()) == "holds"


HINTS = (
    *("1.0", "1.5", "-1", "1e-07", "1e+16", "9007199254740993", "[null]", '{"a":[1.0]}'),
    *('{"2":1,"1":1}', '{"b":1,"1":2}', "[" * 17 + "]" * 17, "[" * 600 + "]" * 600),
)
GOOD_HINTS = ("[" * 16 + "]" * 16, '{"a":{"b1":[true,"",0,1073741823]}}')


def test_a_hint_of_the_count_that_some_would_read_otherwise_is_refused() -> None:
    """Else an archive would hold for those who read it with one program, and not for others."""
    assert [verdict(archive) for archive in with_hints(HINTS)] == ["election.format"] * len(HINTS)
    assert [verdict(archive) for archive in with_hints(GOOD_HINTS)] == ["holds"] * len(GOOD_HINTS)


def with_hints(hints: tuple[str, ...]) -> list[Archive]:
    """An election for each."""
    world = make_world(RANKED)
    own = dump(RANKED.extra)
    return [Archive(world, election=world.election.raw.replace(own, hint.encode())) for hint in hints]
