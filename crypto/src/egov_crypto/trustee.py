"""A trustee's public key (specification section 4.5); how trustees act together, :mod:`egov_crypto.trustees` has."""

from dataclasses import dataclass
from typing import Any

from egov_crypto import group, wire
from egov_crypto.errors import VerificationError
from egov_crypto.group import Point, base, random_scalar
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


def _prefix(public_key: Point) -> str:
    return f"pok|{group.NAME}|{public_key.text}|"
