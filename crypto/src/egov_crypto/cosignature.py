"""Cosignatures of witnesses (C2SP tlog-cosignature, version 1): that a log only grew, and when that was seen.

A cosignature is a line under a checkpoint: after the key's id come 8 bytes of POSIX seconds, big-endian, and an Ed25519
signature over ``cosignature/v1``, ``time`` with the seconds, and the checkpoint's text. It says that of the log with
that origin this was the largest tree that the witness had seen, and that it began with each one seen before. A
witness's key is of a type of its own, so that no signature of a log passes for one.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from egov_crypto.errors import UsageError
from egov_crypto.group import public_key, sign, verify_signature
from egov_crypto.note import PrivateKey, Signature, VerifierKey

COSIGNATURE_V1: Final = 0x04
MAX_TIME: Final = 2**63 - 1
_TIME_SIZE: Final = 8


@dataclass(frozen=True, slots=True)
class WitnessKey(VerifierKey):
    """The public key of a witness."""

    TYPE: ClassVar[int] = COSIGNATURE_V1

    def check(self, text: str, signature: bytes) -> None:
        """Verify time and signature over a checkpoint with this text. Raises :class:`ValueError`."""
        verify_signature(self.public, _message(text, time_of(signature)), signature[_TIME_SIZE:])


@dataclass(frozen=True, slots=True)
class WitnessSigningKey(PrivateKey):
    """The private key of a witness."""

    @property
    def verifier_key(self) -> WitnessKey:
        return WitnessKey(self.name, public_key(self.seed))

    def cosign(self, text: str, time: int) -> Signature:
        """The witness's line under a checkpoint with this text, seen at ``time``, in POSIX seconds.

        That the log only grew since the last one, the caller has verified. Raises :class:`UsageError` on a time that
        cannot be written.
        """
        if not 0 <= time <= MAX_TIME:
            raise UsageError(f"{time} is not a time in seconds since 1970")
        raw = time.to_bytes(_TIME_SIZE, "big") + sign(self.seed, _message(text, time))
        return Signature(self.name, self.verifier_key.key_id, raw)


def time_of(signature: bytes) -> int:
    """The POSIX seconds in a cosignature (what stands after the key's id). Raises :class:`ValueError`."""
    time = int.from_bytes(signature[:_TIME_SIZE], "big")
    if len(signature) != _TIME_SIZE + 64 or time > MAX_TIME:
        raise ValueError("not a time and a signature")
    return time


def _message(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()
