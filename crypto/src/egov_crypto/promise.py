"""Promises: a registrar's signed word to a signer that their act in a petition will be in the log.

It is the entry of the log itself, ``petition.attestation``, byte for byte. A promise that is not in the log when its
batch has long come proves that a signature was dropped.
"""

from dataclasses import dataclass
from typing import Any, Final

from egov_crypto import entries, petition
from egov_crypto.errors import VerificationError
from egov_crypto.petition import Signed

TYPE: Final = "petition.attestation"
MAX_SIZE: Final = 2048
"""Bytes that a promise may have; real ones have some 400."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What it says, whose signature is not looked at yet."""

    raw: bytes
    value: dict[str, Any]

    @classmethod
    def parse(cls, raw: bytes) -> "Promise":
        """Raises :class:`VerificationError` (``promise.format``)."""
        try:
            value, known = entries.read(raw[: MAX_SIZE + 1])
        except VerificationError as error:
            raise VerificationError("promise.format", error.detail) from None
        if not known or value["type"] != TYPE:
            raise VerificationError("promise.format", "it is another entry of the log")
        return cls(raw, value)

    def verify(self, key: str) -> None:
        """Check that the registrar with this key (unpadded Base64) signed it. Raises ``petition.signature``."""
        petition.check_signed(self.value, key)

    def is_told_by(self, signed: Signed) -> bool:
        """Whether its entry is one by which a signature came to be this."""
        act = self.value["act"]
        if signed.act.name.lower() != act:
            return False
        return act == "withdraw" or (signed.region, signed.day) == (self.value["region"], self.value["day"])

    @property
    def pseudonym(self) -> bytes:
        """Of the signer in this petition."""
        return bytes.fromhex(self.value["pseudonym"])


def is_one(raw: bytes) -> bool:
    """Whether it looks like one, and not like a ballot's receipt."""
    return b'"type":"petition.attestation"' in raw[:MAX_SIZE]
