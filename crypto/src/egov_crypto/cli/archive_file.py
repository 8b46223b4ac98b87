"""An archive file that is appended to: locked, verified whole first, and never left with half an event."""

import fcntl
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from egov_crypto import archive
from egov_crypto.archive import EventType, Head
from egov_crypto.cli.progress import Progress
from egov_crypto.errors import UsageError
from egov_crypto.verify import Verified, verify_archive

_MEANINGS: Final = {
    EventType.SETUP: "the election has been set up, and voting is open",
    EventType.BALLOT: "voting is open",
    EventType.END_BALLOTS: "voting has ended, and the encrypted tally is to be made next",
    EventType.ENCRYPTED_TALLY: "the encrypted tally is made, and the trustees have to decrypt it",
    EventType.SHUFFLE: "the trustees are shuffling",
    EventType.END_SHUFFLES: "the votes are shuffled, and the trustees have to decrypt them",
    EventType.PARTIAL_DECRYPTION: "the trustees are decrypting",
    EventType.RESULT: "the result is published, and nothing can follow it",
}
_TO_SHUFFLE: Final = "the encrypted tally is made, and the trustees have to shuffle it"


class ArchiveFile:
    """A verified archive that is open for appending."""

    def __init__(self, file: io.FileIO, verified: Verified) -> None:
        self._file = file
        self.verified = verified

    def require(self, event_type: EventType) -> None:
        """Raise :class:`UsageError` unless an event of ``event_type`` may come next."""
        verified = self.verified
        last, shuffled = verified.report.last, bool(verified.election.shuffled)
        assert last is not None
        if event_type not in archive.follows(last, shuffled=shuffled):
            shuffling = last is EventType.ENCRYPTED_TALLY and shuffled
            raise UsageError(f"this cannot be done now: {_TO_SHUFFLE if shuffling else _MEANINGS[last]}")
        missing = verified.trustees.lacking(verified.decryptions)
        if event_type is EventType.RESULT and missing:
            raise UsageError(f"{missing} of {verified.trustees.required} trustees have not decrypted yet")
        missing = verified.trustees.lacking(verified.report.shuffled)
        if event_type is EventType.END_SHUFFLES and missing:  # fewer could tell whose vote is whose without the others
            raise UsageError(f"{missing} of {verified.trustees.required} trustees have not shuffled yet")

    def append(self, event_type: EventType, *data: bytes) -> Head:
        """Append an event with its data, on disk when this returns; the new head."""
        self.require(event_type)
        head = self.verified.report.head
        assert head is not None
        new_head, blob = archive.append(head, event_type, *data)
        size = self._file.seek(0, os.SEEK_END)
        try:
            left = memoryview(blob)
            while left:
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except OSError:
            self._file.truncate(size)  # a full disk must not leave half an event
            raise
        return new_head


@contextmanager
def open_to_append(path: Path, jobs: int) -> Iterator[ArchiveFile]:
    """The archive at ``path``, verified; others who want to append wait meanwhile.

    Raises what :func:`~egov_crypto.verify.verify_archive` raises, and :class:`OSError`.
    """
    # Unbuffered: what could not be written whole must not be written later, when the file is closed.
    with path.open("r+b", buffering=0) as raw, path.open("rb") as file:
        fcntl.flock(raw, fcntl.LOCK_EX)
        with Progress() as progress:
            verified = verify_archive(file, jobs=jobs, progress=progress)
        yield ArchiveFile(raw, verified)
