"""Weak Fiat–Shamir: proofs whose hash leaves something out, and what could be forged with them."""

from __future__ import annotations

import json

import pytest
from crypto.tests import forging
from crypto.tests.making import (
    BLANK_TWO,
    THREE,
    YES_NO,
    World,
    ballot_verdict,
    content_of,
    dump,
    make_world,
    signed,
    voter_of,
)

from egov_crypto import credential, elgamal
from egov_crypto.group import Q, base, hash_to_scalar, random_scalar
from egov_crypto.proofs import Branch, Proof, prove_knowledge, verify_disjunction
from egov_crypto.question import Question


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(THREE, BLANK_TWO)


# The classic attack on weak Fiat–Shamir: the statement is chosen after the challenge.


def test_a_statement_chosen_after_the_challenge_passes_a_weak_verifier_and_not_this_one() -> None:
    """Bernhard, Pereira and Warinschi (2012): were the ciphertext not hashed, a voter could encrypt any number.

    The forger fixes commitments A = a·G, B = u·Y + v·G first, gets the challenge c, then finds m with
    c·m·(m−1) = v0·(m−1) + v1·m, splits c so that both branches fit, and publishes the encryption of that m.
    """
    world = make_world(Question(("a",), "", 0, 1))
    key = world.election.public_key
    weak = f"prove|{voter_of(world)}|"
    while True:
        a0, a1, v0, v1, x = (random_scalar() for _ in range(5))
        # B's share of Y equals A's share of G, so that one response fits both.
        commitments = [f"{base(a).text},{(key * a + base(v)).text}" for a, v in ((a0, v0), (a1, v1))]
        c = hash_to_scalar((weak + ",".join(commitments)).encode())
        # c·m² − (c + v0 + v1)·m + v0 = 0 over the scalars.
        linear = c + v0 + v1
        root = square_root((linear * linear - 4 * c * v0) % Q)
        if root is None:
            continue
        m = (linear + root) * pow(2 * c, -1, Q) % Q
        c0 = v0 * pow(m, -1, Q) % Q
        c1 = (c - c0) % Q
        break
    choice = elgamal.encrypt(key, m, x)
    proofs = [Proof(c0, (a0 - x * c0) % Q), Proof(c1, (a1 - x * c1) % Q)]
    branches = [Branch(choice, 0), Branch(choice, 1)]
    assert m not in (0, 1)
    verify_disjunction(weak, key, branches, proofs)
    with pytest.raises(ValueError, match="does not hold"):
        verify_disjunction(f"{weak}{choice.text}|", key, branches, proofs)
    honest = forging.answer(key, world.election.questions[0], voter_of(world), [1])
    written = [{"challenge": str(proof.challenge), "response": str(proof.response)} for proof in proofs]
    evil = {
        "choices": [{"alpha": choice.alpha.text, "beta": choice.beta.text}],
        "individual_proofs": [written],
        "overall_proof": honest["overall_proof"],
    }
    assert ballot_verdict(world.election, signed(world, 0, content_of(world, evil))) == "ballot.proof.individual"


def square_root(number: int) -> int | None:
    """Modulo Q, which is 5 modulo 8."""
    candidate = pow(number, (Q + 3) // 8, Q)
    for root in (candidate, candidate * pow(2, (Q - 1) // 4, Q) % Q):
        if root * root % Q == number:
            return root
    return None


# Fiat–Shamir, field by field.

PROOFS = {
    # kind of proof: the question, a vote, and the hashed fields that its prefix has between bars
    "individual": (THREE, [0, 1, 0], ["prefix", "fingerprint", "credential", "ciphertext"]),
    "overall": (THREE, [0, 1, 0], ["prefix", "fingerprint", "credential", "all ciphertexts", "sum"]),
    "overall, blank allowed": (YES_NO, [0, 1, 0], ["prefix", "fingerprint", "credential", "all ciphertexts"]),
    "blank": (YES_NO, [0, 1, 0], ["prefix", "fingerprint", "credential", "all ciphertexts"]),
}
FIELDS = [(kind, number, name) for kind, (_, _, names) in PROOFS.items() for number, name in enumerate(names)]


@pytest.mark.parametrize(("kind", "number", "name"), FIELDS)
def test_a_proof_whose_hash_leaves_out_a_field_is_refused(kind: str, number: int, name: str) -> None:
    question, vote, names = PROOFS[kind]
    world = make_world(question)
    proof, code = kind.partition(",")[0], f"ballot.proof.{kind.partition(',')[0]}"

    def without(made: str, prefix: str) -> str:
        fields = prefix.split("|")
        assert made != proof or len(fields) == len(names) + 1
        return "|".join(fields[:number] + fields[number + 1 :]) if made == proof else prefix

    answer = forging.answer(world.election.public_key, question, voter_of(world), vote, prefixes=without)
    assert ballot_verdict(world.election, signed(world, 0, content_of(world, answer))) == code


@pytest.mark.parametrize("kind", ["overall", "overall, blank allowed", "blank"])
def test_a_proof_whose_hash_leaves_out_one_of_the_ciphertexts_is_refused(kind: str) -> None:
    question, vote, _ = PROOFS[kind]
    world = make_world(question)
    proof = kind.partition(",")[0]
    for left_out in range(2 * question.size):

        def without(made: str, prefix: str, left_out: int = left_out) -> str:
            fields = prefix.split("|")
            if made == proof:
                points = fields[3].split(",")
                fields[3] = ",".join(points[:left_out] + points[left_out + 1 :])
            return "|".join(fields)

        answer = forging.answer(world.election.public_key, question, voter_of(world), vote, prefixes=without)
        raw = signed(world, 0, content_of(world, answer))
        assert ballot_verdict(world.election, raw) == f"ballot.proof.{proof}"


@pytest.mark.parametrize("kind", PROOFS)
def test_a_proof_whose_hash_leaves_out_a_commitment_is_refused(kind: str) -> None:
    question, vote, _ = PROOFS[kind]
    world = make_world(question)
    proof = kind.partition(",")[0]
    for left_out in range(2):

        def weak(prefix: str, commitments: list[str], left_out: int = left_out) -> int:
            return forging.honest_hash(prefix, commitments[:left_out] + commitments[left_out + 1 :])

        answer = forging.answer(
            world.election.public_key,
            question,
            voter_of(world),
            vote,
            hash_={proof: weak}.get,
        )
        raw = signed(world, 0, content_of(world, answer))
        assert ballot_verdict(world.election, raw) == f"ballot.proof.{proof}"


def test_proofs_of_one_kind_do_not_pass_for_another() -> None:
    """`bproof0` and `bproof1` keep a blank proof from standing in for an overall one."""
    world = make_world(Question(("a",), "", 0, 0 + 1, blank=True))
    content = json.loads(world.ballot(0, [[0, 0]]))
    answer = content["answers"][0]
    swapped = {**answer, "blank_proof": answer["overall_proof"][:2]}
    assert ballot_verdict(world.election, signed(world, 0, content_of(world, swapped))) == "ballot.proof.blank"
    swapped = {**answer, "overall_proof": [*answer["blank_proof"], answer["overall_proof"][2]]}
    assert ballot_verdict(world.election, signed(world, 0, content_of(world, swapped))) == "ballot.proof.overall"


def test_a_signature_whose_hash_leaves_out_a_field_is_refused(world: World) -> None:
    content = json.loads(world.ballot(0, [[1, 0, 0], [0, 1, 0, 0]]))
    hash_ = content["signature"]["hash"]
    secret = credential.secret(world.election.uuid, world.credentials[0])
    assert ballot_verdict(world.election, resigned(content, prove_knowledge(f"sig|{hash_}|", secret))) == "holds"
    for prefix in ("", f"{hash_}|", "sig|", "sig||", f"sig|{hash_}", f"sigmsg|{hash_}|", f"pok|Ed25519|{hash_}|"):
        raw = resigned(content, prove_knowledge(prefix, secret))
        assert ballot_verdict(world.election, raw) == "ballot.signature"
    nonce = random_scalar()
    challenge = hash_to_scalar(f"sig|{hash_}|".encode())  # the commitment left out
    raw = resigned(content, Proof(challenge, (nonce - secret * challenge) % Q))
    assert ballot_verdict(world.election, raw) == "ballot.signature"


def resigned(content: forging.Json, proof: Proof) -> bytes:
    written = {"challenge": str(proof.challenge), "response": str(proof.response)}
    return dump({**content, "signature": {**content["signature"], "proof": written}})


def test_the_square_root_of_the_forger_is_right() -> None:
    number = random_scalar()
    root = square_root(number * number % Q)
    assert root is not None
    assert root * root % Q == number * number % Q
