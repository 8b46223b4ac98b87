"""An archive file that is appended to: locked, verified whole first, and never left with half an event."""

import fcntl
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from egov_crypto import archive
from egov_crypto.archive import FOLLOWS, EventType, Head
from egov_crypto.cli.progress import Progress
from egov_crypto.errors import UsageError
from egov_crypto.verify import Report, Verified, verify_archive

_AFTER: Final = {
    "setup": EventType.SETUP,
    "open": EventType.BALLOT,
    "closed": EventType.END_BALLOTS,
    "tallied": EventType.RESULT,
}
_MEANINGS: Final = {
    EventType.SETUP: "the election has been set up, and voting is open",
    EventType.BALLOT: "voting is open",
    EventType.END_BALLOTS: "voting has ended, and the encrypted tally is to be made next",
    EventType.ENCRYPTED_TALLY: "the encrypted tally is made, and the trustees have to decrypt it",
    EventType.PARTIAL_DECRYPTION: "the trustees are decrypting",
    EventType.RESULT: "the result is published, and nothing can follow it",
}


class ArchiveFile:
    """A verified archive that is open for appending."""

    def __init__(self, file: io.FileIO, verified: Verified) -> None:
        self._file = file
        self.verified = verified

    def require(self, event_type: EventType) -> None:
        """Raise :class:`UsageError` unless an event of ``event_type`` may come next."""
        last = last_event(self.verified.report)
        if event_type not in FOLLOWS[last]:
            raise UsageError(f"this cannot be done now: {_MEANINGS[last]}")
        missing = self.verified.trustees.lacking(self.verified.decryptions)
        if event_type is EventType.RESULT and missing:
            raise UsageError(f"{missing} of {self.verified.trustees.required} trustees have not decrypted yet")

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


def last_event(report: Report) -> EventType:
    """The type of a verified archive's last event."""
    decrypting = EventType.PARTIAL_DECRYPTION if report.decrypted else EventType.ENCRYPTED_TALLY
    return _AFTER.get(report.state, decrypting)


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
