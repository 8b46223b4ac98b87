"""Shuffles of an election's votes that are opened one by one (specification sections 4.19 and 6).

A shuffle re-encrypts and permutes the ciphertexts of every such question, and proves that it did nothing else. Once
each of several people has shuffled, nobody can tell whose vote is whose unless all of them tell how they permuted.
"""

from collections.abc import Callable
from typing import Any, Final

from egov_crypto import wire
from egov_crypto.election import Election
from egov_crypto.errors import VerificationError
from egov_crypto.mixnet import shuffling, verifying
from egov_crypto.mixnet.proof import ShuffleProof, Texts
from egov_crypto.mixnet.work import CHUNK
from egov_crypto.tally import Tally, owned_json
from egov_crypto.workers import Workers, shared

__all__ = ["owned_json", "shuffle", "size_limit", "verify"]

Progress = Callable[[str, int, int], None]
"""Called with the stage (``"shuffling"``, ``"shuffles"``), how far it is and how far it goes."""

_PER_QUESTION: Final = 1024
_PER_CIPHERTEXT: Final = 512


def size_limit(election: Election, tally: Tally) -> int:
    """Bytes that no ``shuffle`` of ``tally`` exceeds: about 500 a ciphertext."""
    return _PER_QUESTION * (1 + len(election.shuffled)) + _PER_CIPHERTEXT * _count(election, tally)


def shuffle(election: Election, tally: Tally, *, jobs: int = 1, progress: Progress | None = None) -> bytes:
    """A ``shuffle`` of ``tally`` (after earlier shuffles, of what these left), in ``jobs`` processes.

    Memory: some 4 kB a ciphertext. Who calls this must have verified what is shuffled as who decrypts must.
    """
    bar = _Bar("shuffling", 2 * _count(election, tally), progress)
    ciphertexts, proofs = list[Any](), list[Any]()
    with shared(jobs, _count(election, tally) // CHUNK) as workers:
        for place in election.shuffled:
            after, proof = shuffling.shuffle(
                election.public_key,
                election.fingerprint,
                tally.ciphertexts[place],
                workers=workers,
                advance=bar.advance,
            )
            ciphertexts.append([{"alpha": alpha, "beta": beta} for alpha, beta in after])
            proofs.append(proof.to_json())
    return wire.dump({"ciphertexts": ciphertexts, "proofs": proofs})


def verify(
    election: Election, tally: Tally, raw: bytes, *, jobs: int | Workers = 1, progress: Progress | None = None
) -> Tally:
    """``tally`` with the ciphertexts of the ``shuffle`` that ``raw`` writes, checked to be a shuffle of it.

    Raises :class:`VerificationError` with a code ``shuffle.*``. Memory: some 3 kB a ciphertext.
    """
    read = _read(election, tally, raw)
    bar = _Bar("shuffles", _count(election, tally), progress)
    ciphertexts = []
    with shared(jobs, _count(election, tally) // CHUNK) as workers:
        for number, (place, (after, proof)) in enumerate(zip(election.shuffled, read, strict=True), start=1):
            try:
                shuffled = verifying.verify(
                    election.public_key,
                    election.fingerprint,
                    tally.ciphertexts[place],
                    after,
                    proof,
                    workers=workers,
                    advance=bar.advance,
                )
            except VerificationError as error:
                detail = f"shuffled question {number}{', ' if error.detail else ''}{error.detail}"
                raise VerificationError(error.code, detail) from None
            ciphertexts.append(shuffled)
    return tally.mixed(ciphertexts)


def _read(election: Election, tally: Tally, raw: bytes) -> list[tuple[list[Texts], ShuffleProof]]:
    try:
        if len(raw) > size_limit(election, tally):
            raise ValueError(f"{len(raw)} bytes are too many")
        members = wire.fields(wire.load(raw), "ciphertexts", "proofs")
        ciphertexts = wire.items(members["ciphertexts"], len(election.shuffled))
        proofs = wire.items(members["proofs"], len(election.shuffled))
        counts = [len(tally.ciphertexts[place]) for place in election.shuffled]
        return [
            ([_texts(ciphertext) for ciphertext in wire.items(after, count)], ShuffleProof.from_json(proof, count))
            for after, proof, count in zip(ciphertexts, proofs, counts, strict=True)
        ]
    except ValueError as error:
        raise VerificationError("shuffle.format", str(error)) from None


def _texts(value: Any) -> Texts:
    members = wire.fields(value, "alpha", "beta")
    return wire.string(members["alpha"]), wire.string(members["beta"])


def _count(election: Election, tally: Tally) -> int:
    return sum(len(tally.ciphertexts[place]) for place in election.shuffled)


class _Bar:
    def __init__(self, stage: str, total: int, progress: Progress | None) -> None:
        self._stage, self._total, self._progress = stage, total, progress
        self._done = 0

    def advance(self, more: int) -> None:
        self._done += more
        if self._progress is not None:
            self._progress(self._stage, self._done, self._total)
