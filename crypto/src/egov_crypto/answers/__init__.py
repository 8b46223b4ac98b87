"""Answers to questions of each kind: encrypted with their proofs, and verified (specification section 4.11)."""

from collections.abc import Sequence
from typing import Any, assert_never

from egov_crypto.answers import homomorphic, lists, parts, preference
from egov_crypto.elgamal import Ciphertext
from egov_crypto.group import Point
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.question import AnyQuestion, Question


def encrypt(
    public_key: Point, question: AnyQuestion, choices: Sequence[Any], secrets: Sequence[int]
) -> list[Ciphertext]:
    """The ciphertexts, flat, of ``choices`` (which must have been checked) with one of ``secrets`` each."""
    match question:
        case Question():
            return homomorphic.encrypt(public_key, choices, secrets)
        case PreferenceQuestion():
            return preference.encrypt(public_key, choices, secrets)
        case ListsQuestion():
            return homomorphic.encrypt(public_key, question.flat(choices), secrets)
        case never:
            assert_never(never)


def make(
    public_key: Point, question: AnyQuestion, voter: str, choices: Sequence[Any], secrets: Sequence[int]
) -> dict[str, Any]:
    """The ``answer`` of ``voter`` (``φ|credential``) that encrypts ``choices``, with its proofs."""
    match question:
        case Question():
            return homomorphic.make(public_key, question, voter, choices, secrets)
        case PreferenceQuestion():
            return preference.make(public_key, voter, choices, secrets)
        case ListsQuestion():
            return lists.make(public_key, question, voter, question.flat(choices), secrets)
        case never:
            assert_never(never)


def verify(public_key: Point, question: AnyQuestion, voter: str, value: Any) -> tuple[Ciphertext, ...]:
    """The ciphertexts, flat, of an ``answer`` all of whose proofs hold.

    Raises :class:`VerificationError`: ``ballot.answers``, ``ballot.point``, ``ballot.scalar``, ``ballot.proof.*``.
    """
    match question:
        case Question():
            return homomorphic.verify(public_key, question, voter, value)
        case PreferenceQuestion():
            return preference.verify(public_key, voter, value)
        case ListsQuestion():
            return lists.verify(public_key, question, voter, value)
        case never:
            assert_never(never)


def ciphertexts(question: AnyQuestion, value: dict[str, Any]) -> list[Ciphertext]:
    """Those of an ``answer`` that was verified, flat."""
    choices = value["choices"]
    listed = [choices] if isinstance(question, PreferenceQuestion) else question.flat(choices)
    return [parts.ciphertext(choice) for choice in listed]
