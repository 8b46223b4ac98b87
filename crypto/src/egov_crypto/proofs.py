"""Zero-knowledge proofs (specification sections 4.5, 4.11.2, 4.12 to 4.16, 4.20).

There are three kinds:

* **Schnorr proofs** that somebody knows the private key of a public key (a trustee's proof of possession, a ballot's
  signature, the randomness of a ciphertext, and – with a second base – a correct partial decryption);
* **disjunctions**: at least one of several ciphertexts encrypts the number claimed for it. Individual, overall, blank
  and list proofs are all of this one form and differ in what they list and in what is hashed with them;
* that a ciphertext does **not encrypt zero**.

All are made non-interactive by hashing (Fiat–Shamir); everything a statement speaks of is in the hash, in the
caller's ``prefix``, so that no proof fits another voter, ballot, question or election. Responses are
w − secret·challenge: a minus.
Verifying raises :class:`ValueError`; callers, who know what the proof was for, give it a code.
"""

from collections.abc import Sequence
from typing import NamedTuple

from egov_crypto.elgamal import Ciphertext
from egov_crypto.group import G, Point, Q, base, hash_to_scalar, random_scalar


class Proof(NamedTuple):
    """Challenge and response, both in [0, Q)."""

    challenge: int
    response: int


class Branch(NamedTuple):
    """One alternative of a disjunction: that ``ciphertext`` encrypts ``claim``."""

    ciphertext: Ciphertext
    claim: int


class Opening(NamedTuple):
    """What the maker of a ciphertext knows: the randomness, and the number inside."""

    randomness: int
    message: int


class NonZeroProof(NamedTuple):
    """A₀, the challenge and both responses (section 4.15)."""

    commitment: Point
    challenge: int
    response: tuple[int, int]


def prove_knowledge(prefix: str, secret: int) -> Proof:
    """Knowledge of ``secret``; the challenge is H(prefix ‖ A) (sections 4.5 and 4.16)."""
    nonce = random_scalar()
    challenge = hash_to_scalar((prefix + base(nonce).text).encode())
    return Proof(challenge, (nonce - secret * challenge) % Q)


def verify_knowledge(prefix: str, public: Point, proof: Proof) -> None:
    """Check :func:`prove_knowledge` against ``public`` = secret·G."""
    commitment = base(proof.response) + public * proof.challenge
    if hash_to_scalar((prefix + commitment.text).encode()) != proof.challenge:
        raise ValueError("the proof of knowledge does not hold")


def prove_decryption(prefix: str, alpha: Point, secret: int) -> Proof:
    """That secret·α was computed with the secret of the public key (section 4.20); challenge H(prefix ‖ A,B)."""
    nonce = random_scalar()
    challenge = hash_to_scalar(f"{prefix}{base(nonce).text},{(alpha * nonce).text}".encode())
    return Proof(challenge, (nonce - secret * challenge) % Q)


def verify_decryption(prefix: str, alpha: Point, factor: Point, public: Point, proof: Proof) -> None:
    """Check :func:`prove_decryption`: ``factor`` is to α what ``public`` is to G."""
    first = base(proof.response) + public * proof.challenge
    second = alpha * proof.response + factor * proof.challenge
    if hash_to_scalar(f"{prefix}{first.text},{second.text}".encode()) != proof.challenge:
        raise ValueError("the proof of decryption does not hold")


def prove_disjunction(
    prefix: str, public_key: Point, branches: Sequence[Branch], openings: Sequence[Opening], true_index: int
) -> list[Proof]:
    """That some branch holds, without telling which: one proof a branch (sections 4.12 and 4.13).

    ``openings`` holds what the maker knows of each branch's ciphertext. Knowing the randomness r of the false
    branches too lets their simulated commitments be computed from G and the public key alone:
    ρ·α' + c·α = (ρ + c·r)·G, which is the same distribution as the specification's and several times faster.
    """
    challenges = [random_scalar() for _ in branches]
    responses = [random_scalar() for _ in branches]
    nonce = responses[true_index]
    commitments = []
    for index, (branch, opening) in enumerate(zip(branches, openings, strict=True)):
        if index == true_index:
            first, second = base(nonce), public_key * nonce
        else:
            exponent = (responses[index] + challenges[index] * opening.randomness) % Q
            excess = (opening.message - branch.claim) * challenges[index]
            first, second = base(exponent), public_key * exponent + base(excess)
        commitments.append(f"{first.text},{second.text}")
    others = sum(challenges) - challenges[true_index]
    challenges[true_index] = (hash_to_scalar((prefix + ",".join(commitments)).encode()) - others) % Q
    responses[true_index] = (nonce - openings[true_index].randomness * challenges[true_index]) % Q
    return [Proof(challenge, response) for challenge, response in zip(challenges, responses, strict=True)]


def verify_disjunction(prefix: str, public_key: Point, branches: Sequence[Branch], proofs: Sequence[Proof]) -> None:
    """Check :func:`prove_disjunction`; as many proofs as branches, and their challenges add up to the hash."""
    if len(branches) != len(proofs):
        raise ValueError("not as many proofs as alternatives")
    commitments = []
    for ((alpha, beta), claim), (challenge, response) in zip(branches, proofs, strict=True):
        if claim == 1:
            beta -= G
        elif claim:
            beta -= base(claim)
        first = base(response) + alpha * challenge
        second = public_key * response + beta * challenge
        commitments.append(f"{first.text},{second.text}")
    expected = hash_to_scalar((prefix + ",".join(commitments)).encode())
    if sum(proof.challenge for proof in proofs) % Q != expected:
        raise ValueError("the disjunction does not hold")


def prove_nonzero(prefix: str, public_key: Point, ciphertext: Ciphertext, randomness: int) -> NonZeroProof:
    """That ``ciphertext``, of which ``randomness`` r is known, does not encrypt 0 (section 4.15).

    With a random s, A₀ = s·β − s·r·Y is s times the message, and so tells only whether that is zero; the proof is
    that (s, −s·r) leads from (β, Y) to A₀ and from (α, G) to the identity.
    """
    alpha, beta = ciphertext
    factor, first, second = random_scalar(), random_scalar(), random_scalar()
    product = factor * randomness % Q
    commitment = beta * factor - public_key * product
    one, two = alpha * first + base(second), beta * first + public_key * second
    challenge = hash_to_scalar(f"{prefix}{commitment.text},{one.text},{two.text}".encode())
    return NonZeroProof(commitment, challenge, ((first - factor * challenge) % Q, (second + product * challenge) % Q))


def verify_nonzero(prefix: str, public_key: Point, ciphertext: Ciphertext, proof: NonZeroProof) -> None:
    """Check :func:`prove_nonzero`."""
    alpha, beta = ciphertext
    commitment, challenge, (first, second) = proof
    if commitment.is_identity:
        raise ValueError("the number is zero")
    one = alpha * first + base(second)
    two = beta * first + public_key * second + commitment * challenge
    if hash_to_scalar(f"{prefix}{commitment.text},{one.text},{two.text}".encode()) != challenge:
        raise ValueError("the proof of a number that is not zero does not hold")
