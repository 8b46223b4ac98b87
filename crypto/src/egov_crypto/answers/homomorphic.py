"""Answers to homomorphic questions: a ciphertext of 0 or 1 for each value (specification section 4.11.1)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from egov_crypto import elgamal, wire
from egov_crypto.answers import parts
from egov_crypto.elgamal import Ciphertext, total
from egov_crypto.errors import VerificationError
from egov_crypto.group import Point
from egov_crypto.proofs import Branch, Opening, prove_disjunction, verify_disjunction
from egov_crypto.question import Question

Statement = tuple[str, list[Branch]]
"""What a disjunction proves: the prefix that is hashed, and the alternatives."""


class Statements(NamedTuple):
    """What one answer has to prove."""

    individual: list[Statement]
    overall: Statement
    blank: Statement | None


def encrypt(public_key: Point, values: Sequence[int], secrets: Sequence[int]) -> list[Ciphertext]:
    """Each of ``values`` with the randomness that stands at its place."""
    return [elgamal.encrypt(public_key, value, secret) for value, secret in zip(values, secrets, strict=True)]


def bits(voter: str, choices: Sequence[Ciphertext]) -> list[Statement]:
    """That each ciphertext holds 0 or 1. These proofs alone hash S0 = ``φ|credential`` instead of S."""
    return [(f"prove|{voter}|{choice.text}|", [Branch(choice, 0), Branch(choice, 1)]) for choice in choices]


def prove_bits(
    public_key: Point, statements: Sequence[Statement], openings: Sequence[Opening]
) -> list[list[dict[str, str]]]:
    """The proofs of :func:`bits`."""
    return [
        parts.proofs_to_json(prove_disjunction(prefix, public_key, branches, [opening, opening], opening.message))
        for (prefix, branches), opening in zip(statements, openings, strict=True)
    ]


def statements_of(question: Question, voter: str, choices: Sequence[Ciphertext]) -> Statements:
    """Everything an answer has to prove: the one place that both maker and verifier take it from."""
    answer = parts.everything(voter, choices)
    chosen = total(choices[question.blank :])
    allowed = [Branch(chosen, number) for number in range(question.min, question.max + 1)]
    if not question.blank:
        return Statements(bits(voter, choices), (f"prove|{answer}|{chosen.text}|", allowed), None)
    blank = choices[0]
    return Statements(
        bits(voter, choices),
        (f"bproof1|{answer}|", [Branch(blank, 1), *allowed]),
        (f"bproof0|{answer}|", [Branch(blank, 0), Branch(chosen, 0)]),
    )


def make(
    public_key: Point, question: Question, voter: str, values: Sequence[int], secrets: Sequence[int]
) -> dict[str, Any]:
    choices = encrypt(public_key, values, secrets)
    statements = statements_of(question, voter, choices)
    openings = [Opening(secret, value) for value, secret in zip(values, secrets, strict=True)]
    chosen = Opening(sum(secrets[question.blank :]), sum(values[question.blank :]))
    individual = prove_bits(public_key, statements.individual, openings)
    prefix, branches = statements.overall
    known = [chosen] * len(branches)
    true_index = chosen.message - question.min
    if question.blank:
        known[0] = openings[0]
        true_index = 0 if values[0] else true_index + 1
    answer: dict[str, Any] = {
        "choices": [wire.ciphertext_to_json(choice) for choice in choices],
        "individual_proofs": individual,
        "overall_proof": parts.proofs_to_json(prove_disjunction(prefix, public_key, branches, known, true_index)),
    }
    if statements.blank:
        prefix, branches = statements.blank
        proofs = prove_disjunction(prefix, public_key, branches, [openings[0], chosen], values[0])
        answer["blank_proof"] = parts.proofs_to_json(proofs)
    return answer


def verify(public_key: Point, question: Question, voter: str, value: Any) -> tuple[Ciphertext, ...]:
    try:
        names = ("choices", "individual_proofs", "overall_proof", *(("blank_proof",) if question.blank else ()))
        members = wire.fields(value, *names)
        raw_choices = [wire.fields(choice, "alpha", "beta") for choice in wire.items(members["choices"], question.size)]
        raw_individual = [wire.items(proofs, 2) for proofs in wire.items(members["individual_proofs"], question.size)]
        raw_overall = wire.items(members["overall_proof"], question.max - question.min + 1 + question.blank)
        raw_blank = wire.items(members["blank_proof"], 2) if question.blank else []
    except ValueError as error:
        raise VerificationError("ballot.answers", str(error)) from None
    choices = [parts.ciphertext(choice) for choice in raw_choices]
    statements = statements_of(question, voter, choices)
    for statement, raw in zip(statements.individual, raw_individual, strict=True):
        check(public_key, "ballot.proof.individual", statement, raw)
    check(public_key, "ballot.proof.overall", statements.overall, raw_overall)
    if statements.blank:
        check(public_key, "ballot.proof.blank", statements.blank, raw_blank)
    return tuple(choices)


def check(public_key: Point, code: str, statement: Statement, raw: Sequence[Any]) -> None:
    """Check a disjunction whose proofs are ``raw``; raises :class:`VerificationError` with ``code`` if it fails."""
    prefix, branches = statement
    parts.check(code, verify_disjunction, prefix, public_key, branches, parts.proofs(raw))
