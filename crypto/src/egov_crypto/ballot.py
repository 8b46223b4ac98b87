"""Ballots: making, signing, reading and verifying them (specification sections 4.11, 4.16 and 4.17).

A ballot is made in two steps, because a voter may challenge what the device encrypted before anything is signed:
:func:`encrypt` gives an :class:`UnsignedBallot`, whose ``hash`` is the commitment shown to the voter; :func:`sign`
turns it into the bytes that are cast. Whoever gets choices and randomness of an unsigned ballot can recompute its
ciphertexts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from egov_crypto import credential as credentials
from egov_crypto import wire
from egov_crypto.election import Election
from egov_crypto.elgamal import Ciphertext, total
from egov_crypto.elgamal import encrypt as elgamal_encrypt
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.group import Point, parse_scalar, random_scalar
from egov_crypto.proofs import (
    Branch,
    Opening,
    Proof,
    prove_disjunction,
    prove_knowledge,
    verify_disjunction,
    verify_knowledge,
)
from egov_crypto.question import Question

Choices = Sequence[Sequence[int]]
"""For each question its values, each 0 or 1; where blank is allowed, the first tells whether the vote is blank."""


class _Disjunctions(NamedTuple):
    """What one answer has to prove: for each proof, the prefix that is hashed and the alternatives."""

    individual: list[tuple[str, list[Branch]]]
    overall: tuple[str, list[Branch]]
    blank: tuple[str, list[Branch]] | None


@dataclass(frozen=True)
class UnsignedBallot:
    """An encrypted ballot before its signature, with what its maker knows (which must be forgotten once it is cast)."""

    content: dict[str, Any]
    choices: list[list[int]]
    randomness: list[list[int]]

    @property
    def hash(self) -> str:
        """What the signature will cover, and the commitment shown to the voter: 43 characters of Base64."""
        return wire.compact_digest(wire.dump(self.content))


@dataclass(frozen=True)
class Ballot:
    """A ballot whose proofs and signature hold."""

    credential: Point
    tracker: str
    answers: tuple[tuple[Ciphertext, ...], ...]


def tracker(raw: bytes) -> str:
    """The smart ballot tracker of a ballot's bytes: unpadded Base64 of their SHA-256, 43 characters."""
    return wire.compact_digest(raw)


def make(election: Election, credential: str, choices: Choices) -> bytes:
    """The bytes of a signed ballot. Raises :class:`UsageError` on choices or a credential that cannot be."""
    return sign(election, credential, encrypt(election, credential, choices))


def encrypt(election: Election, credential: str, choices: Choices) -> UnsignedBallot:
    """Encrypt ``choices`` and prove them well-formed. Raises :class:`UsageError` as :func:`make`."""
    if len(choices) != len(election.questions):
        raise UsageError(f"{len(election.questions)} questions want as many votes, not {len(choices)}")
    public = credentials.public(election.uuid, credential)
    voter = f"{election.fingerprint}|{public.text}"
    answers, randomness = [], []
    for question, values in zip(election.homomorphic, choices, strict=True):
        question.check_choices(values)
        secrets = [random_scalar() for _ in values]
        randomness.append(secrets)
        answers.append(_make_answer(election.public_key, question, voter, values, secrets))
    content = {
        "election_uuid": election.uuid,
        "election_hash": election.fingerprint,
        "credential": public.text,
        "answers": answers,
    }
    return UnsignedBallot(content, [list(values) for values in choices], randomness)


def sign(election: Election, credential: str, ballot: UnsignedBallot) -> bytes:
    """The bytes to cast: ``ballot`` with the signature of ``credential`` over its hash."""
    secret = credentials.secret(election.uuid, credential)
    proof = prove_knowledge(f"sig|{ballot.hash}|", secret)
    signature = {"hash": ballot.hash, "proof": wire.proof_to_json(proof)}
    return wire.dump({**ballot.content, "signature": signature})


def parse_and_verify(election: Election, raw: bytes) -> Ballot:
    """Read a ballot and check everything that can be checked without the list of credentials and the other ballots.

    Raises :class:`VerificationError` with a code ``ballot.*``.
    """
    try:
        value = wire.load(raw)
        members = wire.fields(value, "election_uuid", "election_hash", "credential", "answers", "signature")
        signature = wire.fields(members["signature"], "hash", "proof")
        answers = wire.items(members["answers"])
    except ValueError as error:
        raise VerificationError("ballot.format", str(error)) from None
    if members["election_uuid"] != election.uuid or members["election_hash"] != election.fingerprint:
        raise VerificationError("ballot.election")
    public = _point(members["credential"])
    del members["signature"]
    if signature["hash"] != wire.compact_digest(wire.dump(members)):
        raise VerificationError("ballot.hash")
    if len(answers) != len(election.questions):
        raise VerificationError("ballot.answers", f"{len(answers)} answers to {len(election.questions)} questions")
    proof = _proof(signature["proof"])
    _check("ballot.signature", verify_knowledge, f"sig|{signature['hash']}|", public, proof)
    voter = f"{election.fingerprint}|{public.text}"
    ciphertexts = tuple(
        _verify_answer(election.public_key, question, voter, answer)
        for question, answer in zip(election.homomorphic, answers, strict=True)
    )
    return Ballot(public, tracker(raw), ciphertexts)


def check_opening(election: Election, ballot: Any, choices: Any, randomness: Any) -> None:
    """The check of a challenged ballot: its ciphertexts encrypt ``choices`` with ``randomness``, and its proofs hold.

    ``ballot`` is the JSON value of an unsigned ballot, ``choices`` and ``randomness`` lists of numbers and of decimal
    strings. Raises :class:`VerificationError`.
    """
    try:
        members = wire.fields(ballot, "election_uuid", "election_hash", "credential", "answers")
        answers = wire.items(members["answers"], len(election.questions))
        wire.items(choices, len(election.questions))
        wire.items(randomness, len(election.questions))
    except ValueError as error:
        raise VerificationError("ballot.format", str(error)) from None
    if members["election_uuid"] != election.uuid or members["election_hash"] != election.fingerprint:
        raise VerificationError("ballot.election")
    voter = f"{election.fingerprint}|{_point(members['credential']).text}"
    for question, answer, values, secrets in zip(election.homomorphic, answers, choices, randomness, strict=True):
        ciphertexts = _verify_answer(election.public_key, question, voter, answer)
        try:
            question.check_choices(wire.items(values, question.size))
            opened = [parse_scalar(secret) for secret in wire.items(secrets, question.size)]
        except (ValueError, UsageError) as error:
            raise VerificationError("ballot.format", str(error)) from None
        for ciphertext, message, secret in zip(ciphertexts, values, opened, strict=True):
            if ciphertext != elgamal_encrypt(election.public_key, message, secret):
                raise VerificationError("ballot.opening")


def _statements(question: Question, voter: str, choices: Sequence[Ciphertext]) -> _Disjunctions:
    """Everything an answer has to prove (section 4.11.1): the one place that both maker and verifier take it from.

    Individual proofs hash S0 = ``φ|credential``; the others hash S, which is S0 and all ciphertexts of the answer.
    """
    everything = ",".join(choice.text for choice in choices)
    answer = f"{voter}|{everything}"
    individual = [(f"prove|{voter}|{choice.text}|", [Branch(choice, 0), Branch(choice, 1)]) for choice in choices]
    chosen = total(choices[question.blank :])
    allowed = [Branch(chosen, number) for number in range(question.min, question.max + 1)]
    if not question.blank:
        return _Disjunctions(individual, (f"prove|{answer}|{chosen.text}|", allowed), None)
    blank = choices[0]
    return _Disjunctions(
        individual,
        (f"bproof1|{answer}|", [Branch(blank, 1), *allowed]),
        (f"bproof0|{answer}|", [Branch(blank, 0), Branch(chosen, 0)]),
    )


def _make_answer(
    public_key: Point, question: Question, voter: str, values: Sequence[int], secrets: Sequence[int]
) -> dict[str, Any]:
    choices = [elgamal_encrypt(public_key, value, secret) for value, secret in zip(values, secrets, strict=True)]
    statements = _statements(question, voter, choices)
    openings = [Opening(secret, value) for value, secret in zip(values, secrets, strict=True)]
    chosen = Opening(sum(secrets[question.blank :]), sum(values[question.blank :]))
    individual = [
        prove_disjunction(prefix, public_key, branches, [opening, opening], opening.message)
        for (prefix, branches), opening in zip(statements.individual, openings, strict=True)
    ]
    prefix, branches = statements.overall
    known = [chosen] * len(branches)
    true_index = chosen.message - question.min
    if question.blank:
        known[0] = openings[0]
        true_index = 0 if values[0] else true_index + 1
    answer: dict[str, Any] = {
        "choices": [wire.ciphertext_to_json(choice) for choice in choices],
        "individual_proofs": [_proofs_to_json(proofs) for proofs in individual],
        "overall_proof": _proofs_to_json(prove_disjunction(prefix, public_key, branches, known, true_index)),
    }
    if statements.blank:
        prefix, branches = statements.blank
        proofs = prove_disjunction(prefix, public_key, branches, [openings[0], chosen], values[0])
        answer["blank_proof"] = _proofs_to_json(proofs)
    return answer


def _verify_answer(public_key: Point, question: Question, voter: str, value: Any) -> tuple[Ciphertext, ...]:
    try:
        names = ("choices", "individual_proofs", "overall_proof", *(("blank_proof",) if question.blank else ()))
        members = wire.fields(value, *names)
        raw_choices = [wire.fields(choice, "alpha", "beta") for choice in wire.items(members["choices"], question.size)]
        raw_individual = [wire.items(proofs, 2) for proofs in wire.items(members["individual_proofs"], question.size)]
        raw_overall = wire.items(members["overall_proof"], question.max - question.min + 1 + question.blank)
        raw_blank = wire.items(members["blank_proof"], 2) if question.blank else []
    except ValueError as error:
        raise VerificationError("ballot.answers", str(error)) from None
    choices = [Ciphertext(_point(choice["alpha"]), _point(choice["beta"])) for choice in raw_choices]
    statements = _statements(question, voter, choices)
    for (prefix, branches), proofs in zip(statements.individual, raw_individual, strict=True):
        _check("ballot.proof.individual", verify_disjunction, prefix, public_key, branches, _proofs(proofs))
    prefix, branches = statements.overall
    _check("ballot.proof.overall", verify_disjunction, prefix, public_key, branches, _proofs(raw_overall))
    if statements.blank:
        prefix, branches = statements.blank
        _check("ballot.proof.blank", verify_disjunction, prefix, public_key, branches, _proofs(raw_blank))
    return tuple(choices)


def _check(code: str, verify: Any, *arguments: Any) -> None:
    try:
        verify(*arguments)
    except ValueError as error:
        raise VerificationError(code, str(error)) from None


def _point(value: Any) -> Point:
    try:
        return Point.parse(value)
    except ValueError as error:
        raise VerificationError("ballot.point", str(error)) from None


def _proof(value: Any) -> Proof:
    try:
        return Proof(*wire.proof_from_json(value))
    except ValueError as error:
        raise VerificationError("ballot.scalar", str(error)) from None


def _proofs(values: list[Any]) -> list[Proof]:
    return [_proof(value) for value in values]


def _proofs_to_json(proofs: list[Proof]) -> list[dict[str, str]]:
    return [wire.proof_to_json(proof) for proof in proofs]
