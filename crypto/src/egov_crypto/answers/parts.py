"""Points, numbers and proofs as they stand in a ballot: reading them gives each failure its code."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from egov_crypto import wire
from egov_crypto.elgamal import Ciphertext
from egov_crypto.errors import VerificationError
from egov_crypto.group import Point
from egov_crypto.proofs import Proof


def check(code: str, verify: Callable[..., None], *arguments: Any) -> None:
    """Let ``verify`` look at ``arguments``; what it raises as ValueError, gets the ``code``."""
    try:
        verify(*arguments)
    except ValueError as error:
        raise VerificationError(code, str(error)) from None


def point(value: Any) -> Point:
    try:
        return Point.parse(value)
    except ValueError as error:
        raise VerificationError("ballot.point", str(error)) from None


def ciphertext(value: dict[str, Any]) -> Ciphertext:
    """Of an object whose fields have been checked."""
    return Ciphertext(point(value["alpha"]), point(value["beta"]))


def proof(value: Any) -> Proof:
    try:
        return Proof(*wire.proof_from_json(value))
    except ValueError as error:
        raise VerificationError("ballot.scalar", str(error)) from None


def proofs(values: Iterable[Any]) -> list[Proof]:
    return [proof(value) for value in values]


def proofs_to_json(made: Iterable[Proof]) -> list[dict[str, str]]:
    return [wire.proof_to_json(one) for one in made]


def everything(voter: str, choices: Sequence[Ciphertext]) -> str:
    """S: the voter and all ciphertexts of the answer (section 4.11.1)."""
    return f"{voter}|{','.join(choice.text for choice in choices)}"
