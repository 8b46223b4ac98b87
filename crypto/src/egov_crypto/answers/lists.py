"""Answers to questions of lists: one list, and candidates of it alone (specification sections 4.11.3, 4.14, 4.15).

Besides what homomorphic answers prove, that each list is the chosen one or has no chosen candidate, and that some
candidate is chosen at all.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from egov_crypto import wire
from egov_crypto.answers import homomorphic, parts
from egov_crypto.answers.homomorphic import Statement
from egov_crypto.elgamal import Ciphertext, total
from egov_crypto.errors import VerificationError
from egov_crypto.group import Point, parse_scalar
from egov_crypto.lists import ListsQuestion
from egov_crypto.proofs import (
    Branch,
    NonZeroProof,
    Opening,
    prove_disjunction,
    prove_nonzero,
    verify_nonzero,
)


class Statements(NamedTuple):
    """What one answer has to prove."""

    individual: list[Statement]
    overall: Statement
    lists: list[Statement]
    nonzero: tuple[str, Ciphertext]


def statements_of(question: ListsQuestion, voter: str, choices: Sequence[Ciphertext]) -> Statements:
    """Everything an answer has to prove: the one place that both maker and verifier take it from."""
    answer = parts.everything(voter, choices)
    lists = question.nested(choices)
    named = total(list_[0] for list_ in lists)
    chosen = [total(list_[1:]) for list_ in lists]
    return Statements(
        homomorphic.bits(voter, choices),
        (f"prove|{answer}|{named.text}|", [Branch(named, 1)]),
        [
            (f"lproof|{answer}|", [Branch(list_[0], 1), Branch(candidates, 0)])
            for list_, candidates in zip(lists, chosen, strict=True)
        ],
        (f"nonzero|{answer}|", total(chosen)),
    )


def make(
    public_key: Point, question: ListsQuestion, voter: str, values: Sequence[int], secrets: Sequence[int]
) -> dict[str, Any]:
    choices = homomorphic.encrypt(public_key, values, secrets)
    statements = statements_of(question, voter, choices)
    openings = [Opening(secret, value) for value, secret in zip(values, secrets, strict=True)]
    lists = question.nested(openings)
    named = _sum([list_[0] for list_ in lists])
    chosen = [_sum(list_[1:]) for list_ in lists]
    prefix, branches = statements.overall
    (overall,) = prove_disjunction(prefix, public_key, branches, [named], 0)
    list_proofs = [
        parts.proofs_to_json(
            prove_disjunction(prefix, public_key, branches, [list_[0], candidates], 0 if list_[0].message else 1)
        )
        for (prefix, branches), list_, candidates in zip(statements.lists, lists, chosen, strict=True)
    ]
    prefix, sum_ = statements.nonzero
    nonzero = prove_nonzero(prefix, public_key, sum_, _sum(chosen).randomness)
    individual = homomorphic.prove_bits(public_key, statements.individual, openings)
    return {
        "choices": question.nested(wire.ciphertext_to_json(choice) for choice in choices),
        "individual_proofs": question.nested(individual),
        "overall_proof": wire.proof_to_json(overall),
        "list_proofs": list_proofs,
        "nonzero_proof": {
            "commitment": nonzero.commitment.text,
            "challenge": str(nonzero.challenge),
            "response": [str(number) for number in nonzero.response],
        },
    }


def verify(public_key: Point, question: ListsQuestion, voter: str, value: Any) -> tuple[Ciphertext, ...]:
    try:
        members = wire.fields(value, "choices", "individual_proofs", "overall_proof", "list_proofs", "nonzero_proof")
        raw_choices = [wire.fields(choice, "alpha", "beta") for choice in question.flat(members["choices"])]
        raw_individual = [wire.items(proofs, 2) for proofs in question.flat(members["individual_proofs"])]
        raw_lists = [wire.items(proofs, 2) for proofs in wire.items(members["list_proofs"], len(question.lists))]
        raw_nonzero = wire.fields(members["nonzero_proof"], "commitment", "challenge", "response")
        wire.items(raw_nonzero["response"], 2)
    except ValueError as error:
        raise VerificationError("ballot.answers", str(error)) from None
    choices = [parts.ciphertext(choice) for choice in raw_choices]
    statements = statements_of(question, voter, choices)
    for statement, raw in zip(statements.individual, raw_individual, strict=True):
        homomorphic.check(public_key, "ballot.proof.individual", statement, raw)
    homomorphic.check(public_key, "ballot.proof.overall", statements.overall, [members["overall_proof"]])
    for statement, raw in zip(statements.lists, raw_lists, strict=True):
        homomorphic.check(public_key, "ballot.proof.lists", statement, raw)
    prefix, sum_ = statements.nonzero
    parts.check("ballot.proof.nonzero", verify_nonzero, prefix, public_key, sum_, _nonzero(raw_nonzero))
    return tuple(choices)


def _sum(openings: Sequence[Opening]) -> Opening:
    """What opens the sum of ciphertexts that these open."""
    return Opening(sum(one.randomness for one in openings), sum(one.message for one in openings))


def _nonzero(value: dict[str, Any]) -> NonZeroProof:
    """The commitment, too, must be of the group: times a multiple of 8, a point of order 8 would pass for anything."""
    commitment = parts.point(value["commitment"])
    try:
        first, second = map(parse_scalar, value["response"])
        return NonZeroProof(commitment, parse_scalar(value["challenge"]), (first, second))
    except ValueError as error:
        raise VerificationError("ballot.scalar", str(error)) from None
