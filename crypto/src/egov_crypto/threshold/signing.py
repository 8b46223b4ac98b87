"""Messages that trustees sign (specification section 4.6.1).

The challenge is SHA-256(``sigmsg|M|A``) modulo q, although the text leaves the reduction out. What is signed tells by
its form what it is: a certificate, coefficients, a message on a channel, ``certs_sig|…``, a bare public key.
"""

from dataclasses import dataclass
from typing import Any

from egov_crypto import wire
from egov_crypto.group import Point
from egov_crypto.proofs import Proof, prove_knowledge, verify_knowledge


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """``signed_msg``: a text and a signature, which has been verified only where that is said."""

    message: str
    signature: Proof

    @classmethod
    def make(cls, signing_key: int, message: str) -> "SignedMessage":
        return cls(message, sign(signing_key, message))

    @classmethod
    def from_json(cls, value: Any) -> "SignedMessage":
        """ValueError if malformed."""
        members = wire.fields(value, "message", "signature")
        return cls(wire.string(members["message"]), proof_from_json(members["signature"]))

    def to_json(self) -> dict[str, Any]:
        return {"message": self.message, "signature": wire.proof_to_json(self.signature)}

    def content(self) -> Any:
        """The value that the text writes in its one spelling; ValueError if it writes none."""
        return wire.load(self.message.encode())

    def verify(self, verification_key: Point) -> None:
        """ValueError if the signature is another's, or of another text."""
        verify(verification_key, self.message, self.signature)


def sign(signing_key: int, message: str) -> Proof:
    """The signature of ``message``."""
    return prove_knowledge(f"sigmsg|{message}|", signing_key)


def verify(verification_key: Point, message: str, signature: Proof) -> None:
    """Check :func:`sign`; ValueError if it does not hold."""
    try:
        verify_knowledge(f"sigmsg|{message}|", verification_key, signature)
    except ValueError:
        raise ValueError("the signature does not hold") from None


def proof_from_json(value: Any) -> Proof:
    """A ``proof`` (section 4.3); ValueError if malformed."""
    return Proof(*wire.proof_from_json(value))
