"""Answers to preference questions: all numbers in one point, encrypted (specification section 4.11.2).

The text of the specification has the proof hash S; the reference implementation, and so everybody, hashes S0.
"""

from collections.abc import Sequence
from typing import Any

from egov_crypto import elgamal, wire
from egov_crypto.answers import parts
from egov_crypto.elgamal import Ciphertext
from egov_crypto.encoding import encode
from egov_crypto.errors import VerificationError
from egov_crypto.group import Point
from egov_crypto.proofs import prove_knowledge, verify_knowledge


def encrypt(public_key: Point, choices: Sequence[int], secrets: Sequence[int]) -> list[Ciphertext]:
    """The one ciphertext of ``choices``, with the only one of ``secrets``."""
    (secret,) = secrets
    return [elgamal.encrypt_point(public_key, encode(choices), secret)]


def make(public_key: Point, voter: str, choices: Sequence[int], secrets: Sequence[int]) -> dict[str, Any]:
    (choice,) = encrypt(public_key, choices, secrets)
    proof = prove_knowledge(prefix_of(public_key, voter, choice), secrets[0])
    return {"choices": wire.ciphertext_to_json(choice), "proof": wire.proof_to_json(proof)}


def verify(public_key: Point, voter: str, value: Any) -> tuple[Ciphertext, ...]:
    try:
        members = wire.fields(value, "choices", "proof")
        raw_choice = wire.fields(members["choices"], "alpha", "beta")
    except ValueError as error:
        raise VerificationError("ballot.answers", str(error)) from None
    choice = parts.ciphertext(raw_choice)
    proof = parts.proof(members["proof"])
    prefix = prefix_of(public_key, voter, choice)
    parts.check("ballot.proof.knowledge", verify_knowledge, prefix, choice.alpha, proof)
    return (choice,)


def prefix_of(public_key: Point, voter: str, choice: Ciphertext) -> str:
    """What is hashed: that the randomness is known, by this voter, of this ciphertext, in this election. A ciphertext
    that was copied, or changed from another's, then has no proof."""
    return f"raweg|{voter}|{public_key.text},{choice.text}|"
