"""Trustees who each hold a share of the decryption key, all of whom are needed (specification sections 4.5 and 4.7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from egov_crypto import group, wire
from egov_crypto.errors import UnsupportedError, VerificationError
from egov_crypto.group import IDENTITY, Point, base, random_scalar
from egov_crypto.proofs import Proof, prove_knowledge, verify_knowledge


@dataclass(frozen=True)
class TrusteeKey:
    """A trustee's public key with the proof that its owner knows the private one (so that no trustee can choose a key
    that cancels the others')."""

    public_key: Point
    proof: Proof

    @classmethod
    def prove(cls, private_key: int) -> "TrusteeKey":
        """The public key of ``private_key`` with a fresh proof."""
        public_key = base(private_key)
        return cls(public_key, prove_knowledge(_prefix(public_key), private_key))

    @classmethod
    def parse(cls, raw: bytes) -> "TrusteeKey":
        """Read and verify ``trustee_public_key``; raises :class:`VerificationError` with a code ``trustees.*``."""
        try:
            return cls.from_json(wire.load(raw))
        except ValueError as error:
            raise VerificationError("trustees.format", str(error)) from None

    @classmethod
    def from_json(cls, value: Any) -> "TrusteeKey":
        """As :meth:`parse`, but ValueError if malformed."""
        members = wire.fields(value, "pok", "public_key")
        proof = Proof(*wire.proof_from_json(members["pok"]))
        try:
            public_key = Point.parse(members["public_key"])
        except ValueError as error:
            raise VerificationError("trustees.key", str(error)) from None
        try:
            verify_knowledge(_prefix(public_key), public_key, proof)
        except ValueError as error:
            raise VerificationError("trustees.proof", str(error)) from None
        return cls(public_key, proof)

    def to_json(self) -> dict[str, Any]:
        return {"pok": wire.proof_to_json(self.proof), "public_key": self.public_key.text}


def generate() -> tuple[int, TrusteeKey]:
    """A fresh private key and its public key with proof."""
    private_key = random_scalar()
    return private_key, TrusteeKey.prove(private_key)


def list_to_json(keys: Sequence[TrusteeKey]) -> bytes:
    """``trustees`` as published: each a mandatory ("Single") trustee."""
    return wire.dump([["Single", key.to_json()] for key in keys])


def parse_list(raw: bytes) -> list[TrusteeKey]:
    """Read and verify ``trustees``; the owner of a decryption is a place in this list, counted from 1.

    Raises :class:`VerificationError` with a code ``trustees.*``, and :class:`UnsupportedError` on threshold trustees.
    """
    try:
        kinds = [wire.items(item, 2) for item in wire.items(wire.load(raw))]
        if any(kind == "Pedersen" for kind, _ in kinds):
            raise UnsupportedError("threshold trustees are not supported")
        if not kinds or any(kind != "Single" for kind, _ in kinds):
            raise ValueError("not a list of trustees")
        keys = [TrusteeKey.from_json(value) for _, value in kinds]
    except ValueError as error:
        raise VerificationError("trustees.format", str(error)) from None
    if len({key.public_key for key in keys}) != len(keys):
        raise VerificationError("trustees.duplicate")
    return keys


def combined_key(keys: Sequence[TrusteeKey]) -> Point:
    """The election's public key: the sum of the trustees'."""
    return sum((key.public_key for key in keys), start=IDENTITY)


def _prefix(public_key: Point) -> str:
    return f"pok|{group.NAME}|{public_key.text}|"
