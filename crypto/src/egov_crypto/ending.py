"""What follows the ballots of an archive: encrypted tally, shuffles, decryptions, result, each held against what was
computed (specification sections 4.18 to 4.21)."""

from collections.abc import Callable, Container
from typing import Final

from egov_crypto import mixnet, wire
from egov_crypto.archive import EventType
from egov_crypto.election import Election
from egov_crypto.errors import VerificationError
from egov_crypto.tally import Factors, Result, Tally, check_encodings, verify_decryption_of, verify_result
from egov_crypto.trustees import Trustees
from egov_crypto.workers import Workers

_LEAST: Final = 1_000_000
_OF_EACH: Final = {
    EventType.ENCRYPTED_TALLY: 200,
    EventType.PARTIAL_DECRYPTION: 400,
    EventType.RESULT: 200,
}
"""Bytes that one ciphertext may take in each."""


class Ending:
    """The state of an election after its last ballot, as one event after the other is taken."""

    def __init__(
        self,
        election: Election,
        trustees: Trustees,
        tally: Tally,
        *,
        jobs: int | Workers = 1,
        progress: Callable[[str, int, int], None] | None = None,
        joint: bool = True,
    ) -> None:
        """``tally`` is that of the ballots; ``joint`` as :func:`~egov_crypto.verify.verify_archive` says."""
        self.tally = tally
        """What is to be decrypted: after each shuffle, what it left."""
        self.shuffled: dict[int, str] = {}
        """By trustee, in turn: the SHA-256 of the shuffle, which is not signed: whether it is theirs, they know."""
        self.decryptions: dict[int, Factors] = {}
        """By trustee."""
        self.factors: Factors | None = None
        """Combined, once there is a result."""
        self.result: Result | None = None
        self._election, self._trustees = election, trustees
        self._jobs, self._progress = jobs, progress
        self._joint = joint
        self._bare = False  # whether some decryption lacks the joint proof

    def limit(self, event_type: EventType) -> int:
        """Bytes that a payload may have, or what it refers to."""
        if event_type is EventType.SHUFFLE:
            return mixnet.size_limit(self._election, self.tally)
        return max(_LEAST, _OF_EACH.get(event_type, 0) * sum(map(len, self.tally.ciphertexts)))

    def take(self, event_type: EventType, *data: bytes) -> None:
        """Check an event, whose place in the grammar was checked, with its data.

        Raises :class:`VerificationError`: ``tally.*``, ``shuffle.*``, ``decryption.*``, ``result.*``, ``event.order``.
        """
        match event_type:
            case EventType.ENCRYPTED_TALLY:
                self._check_tally(*data)
            case EventType.SHUFFLE:
                self._shuffle(*data)
            case EventType.PARTIAL_DECRYPTION:
                self._decrypt(*data)
            case EventType.RESULT:
                self._open(*data)

    def _check_tally(self, raw: bytes, sized: bytes) -> None:
        if raw != self.tally.to_json():
            raise VerificationError("tally.ciphertexts")
        if sized != self.tally.sized_json():
            raise VerificationError("tally.size")

    def _shuffle(self, raw: bytes, owned: bytes) -> None:
        owner = self._owner("shuffle.owner", owned, self.shuffled)
        self.tally = mixnet.verify(self._election, self.tally, raw, jobs=self._jobs, progress=self._progress)
        self.shuffled[owner] = wire.digest(raw)

    def _decrypt(self, raw: bytes, owned: bytes) -> None:
        owner = self._owner("decryption.owner", owned, self.decryptions)
        key = self._trustees[owner - 1].public_key
        self.decryptions[owner] = verify_decryption_of(
            self._election, self.tally, key, raw, joint=False, jobs=self._jobs
        )
        self._bare |= "joint_proof" not in wire.load(raw)

    def _open(self, raw: bytes) -> None:
        if not self._trustees.enough(self.decryptions):
            raise VerificationError("event.order", "a result before enough decryptions")
        self.factors = self._trustees.combine(self.decryptions)
        if self._bare and self._joint:
            check_encodings(self.tally, self.factors, jobs=self._jobs)
        self.result = verify_result(self.tally, self.factors, raw)

    def _owner(self, code: str, owned: bytes, before: Container[int]) -> int:
        owner = wire.load(owned)["owner"]  # its fields were checked when the event was read
        if type(owner) is not int or not 1 <= owner <= len(self._trustees) or owner in before:
            raise VerificationError(code, str(owner))
        return owner
