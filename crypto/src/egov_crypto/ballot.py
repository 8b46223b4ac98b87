"""Ballots: making, signing, reading and verifying them (specification sections 4.11, 4.16 and 4.17).

A ballot is made in two steps, because a voter may challenge what the device encrypted before anything is signed:
:func:`encrypt` gives an :class:`UnsignedBallot`, whose ``hash`` is the commitment shown to the voter; :func:`sign`
turns it into the bytes that are cast. Whoever gets choices and randomness of an unsigned ballot can recompute its
ciphertexts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from egov_crypto import answers as answering
from egov_crypto import credential as credentials
from egov_crypto import wire
from egov_crypto.answers import parts
from egov_crypto.election import Election
from egov_crypto.elgamal import Ciphertext
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.group import Point, parse_scalar, random_scalar
from egov_crypto.proofs import prove_knowledge, verify_knowledge

Choices = Sequence[Sequence[Any]]
"""For each question what its ``check_choices`` takes: 0 or 1 for each value, where blank is allowed the first tells
whether the vote is blank; a number for each answer; 0 or 1 for each text of each list."""


@dataclass(frozen=True)
class UnsignedBallot:
    """An encrypted ballot before its signature, with what its maker knows (which must be forgotten once it is cast)."""

    content: dict[str, Any]
    choices: list[Sequence[Any]]
    randomness: list[list[int]]
    """Of each question's ciphertexts, flat."""

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
    for question, values in zip(election.questions, choices, strict=True):
        question.check_choices(values)
        secrets = [random_scalar() for _ in range(question.size)]
        randomness.append(secrets)
        answers.append(answering.make(election.public_key, question, voter, values, secrets))
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
    public = parts.point(members["credential"])
    del members["signature"]
    if signature["hash"] != wire.compact_digest(wire.dump(members)):
        raise VerificationError("ballot.hash")
    if len(answers) != len(election.questions):
        raise VerificationError("ballot.answers", f"{len(answers)} answers to {len(election.questions)} questions")
    proof = parts.proof(signature["proof"])
    parts.check("ballot.signature", verify_knowledge, f"sig|{signature['hash']}|", public, proof)
    voter = f"{election.fingerprint}|{public.text}"
    ciphertexts = tuple(
        answering.verify(election.public_key, question, voter, answer)
        for question, answer in zip(election.questions, answers, strict=True)
    )
    return Ballot(public, tracker(raw), ciphertexts)


def ciphertexts(election: Election, raw: bytes) -> list[list[Ciphertext]]:
    """Those of a ballot that was verified, per question flat, without verifying it again."""
    answers = zip(election.questions, wire.load(raw)["answers"], strict=True)
    return [answering.ciphertexts(question, answer) for question, answer in answers]


def check_opening(election: Election, ballot: Any, choices: Any, randomness: Any) -> None:
    """The check of a challenged ballot: its ciphertexts encrypt ``choices`` with ``randomness``, and its proofs hold.

    ``ballot`` is the JSON value of an unsigned ballot, ``choices`` those of each question, ``randomness`` a list of
    decimal strings, one for each ciphertext, flat. Raises :class:`VerificationError`.
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
    voter = f"{election.fingerprint}|{parts.point(members['credential']).text}"
    for question, answer, values, secrets in zip(election.questions, answers, choices, randomness, strict=True):
        ciphertexts = answering.verify(election.public_key, question, voter, answer)
        try:
            question.check_choices(wire.items(values))
            opened = [parse_scalar(secret) for secret in wire.items(secrets, question.size)]
        except (ValueError, UsageError) as error:
            raise VerificationError("ballot.format", str(error)) from None
        if list(ciphertexts) != answering.encrypt(election.public_key, question, values, opened):
            raise VerificationError("ballot.opening")
