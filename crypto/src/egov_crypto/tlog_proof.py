"""Proofs that an entry is in the log, in one file (C2SP tlog-proof, version 1).

    c2sp.org/tlog-proof@v1
    extra Base64                        where there is something besides, which the proof does not cover
    index number
    Base64 of a hash                    from the leaf's sibling to the root's child
                                        an empty line
    the checkpoint, with its signatures

It needs nothing else but the keys of the log and its witnesses, and the entry itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from egov_crypto import checkpoint, note
from egov_crypto.checkpoint import SignedCheckpoint, parse_number
from egov_crypto.cosignature import WitnessKey
from egov_crypto.errors import VerificationError
from egov_crypto.merkle import HASH_SIZE, MAX_PROOF, leaf_hash, verify_inclusion
from egov_crypto.note import VerifierKey

TYPE: Final = "c2sp.org/tlog-proof@v1"
MAX_SIZE: Final = 2 * note.MAX_SIZE


@dataclass(frozen=True, slots=True)
class TlogProof:
    """Where the entry stands, the hashes that lead from it to the root, and the log's checkpoint as it was signed.

    ``extra`` is anybody's: it is not verified.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    @property
    def raw(self) -> bytes:
        extra = f"extra {note.to_base64(self.extra)}\n" if self.extra else ""
        hashes = "".join(f"{note.to_base64(hash_)}\n" for hash_ in self.hashes)
        return f"{TYPE}\n{extra}index {self.index}\n{hashes}\n".encode() + self.checkpoint

    @classmethod
    def parse(cls, raw: bytes) -> "TlogProof":
        """Raises :class:`VerificationError` (``inclusion.format``). The checkpoint is not looked into."""
        try:
            return cls._parse(raw)
        except ValueError as error:
            raise VerificationError("inclusion.format", str(error)) from None

    @classmethod
    def _parse(cls, raw: bytes) -> "TlogProof":
        if len(raw) > MAX_SIZE:
            raise ValueError(f"more than {MAX_SIZE} bytes")
        head, empty, signed = raw.partition(b"\n\n")
        type_, *lines = head.decode("utf-8").split("\n")
        if type_ != TYPE or not empty:
            raise ValueError(f"not {TYPE}")
        extra = b""
        if lines and lines[0].startswith("extra "):
            extra = note.from_base64(lines.pop(0).removeprefix("extra "))
            if not extra:
                raise ValueError("nothing extra is written as no line")
        if not lines or not lines[0].startswith("index "):
            raise ValueError("the index is missing")
        index = parse_number(lines.pop(0).removeprefix("index "))
        if len(lines) > MAX_PROOF:
            raise ValueError(f"more than {MAX_PROOF} hashes")
        return cls(index, tuple(note.from_base64(line, HASH_SIZE) for line in lines), signed, extra)

    def verify(
        self,
        entry: bytes,
        key: VerifierKey,
        *,
        origin: str | None = None,
        witnesses: Sequence[WitnessKey] = (),
        quorum: int = 0,
    ) -> SignedCheckpoint:
        """The checkpoint, verified as :func:`egov_crypto.checkpoint.verify` does, of a log that has ``entry`` there.

        Raises :class:`VerificationError` (``note.*``, ``checkpoint.*``, ``inclusion.proof``).
        """
        signed = checkpoint.verify(self.checkpoint, key, origin=origin, witnesses=witnesses, quorum=quorum)
        verify_inclusion(leaf_hash(entry), self.index, signed.checkpoint.size, self.hashes, signed.checkpoint.root)
        return signed
