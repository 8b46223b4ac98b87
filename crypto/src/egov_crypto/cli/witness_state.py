"""What a witness remembers, in a folder: of each log, the checkpoint that it cosigned last.

    witness.json              the witness's verifier key, and the logs of which something was cosigned
    NAME.checkpoint           the checkpoint as it was cosigned: a signed note
    NAME.lock                 held while one request for that log is decided
    NAME.fork-DIGEST          a checkpoint of the same size with another root hash, signed by the log: evidence
    NAME.unproved-DIGEST      one that the log signed, of which nothing proved that it continues the last one

A witness that forgot would cosign anything. So the folder is made once, with the key; a folder, a file or a log that
was there and is not any more is an error, never a beginning.
"""

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from egov_crypto.cli import durable
from egov_crypto.cosignature import WitnessKey
from egov_crypto.errors import CryptoError, UsageError, VerificationError
from egov_crypto.note import Note
from egov_crypto.witness import Cosigned

MARKER: Final = "witness.json"
PATIENCE: Final = 5.0
"""Seconds that a request waits for another one."""
MAX_FORKS: Final = 10
"""Checkpoints that are kept of a log that forked: two are proof enough. As many are kept of those unproved, apart: with
a wrong proof anybody can have an honest one kept."""


class Busy(CryptoError):
    """Another request for the same log takes too long."""


class State:
    """The folder of one witness; of several processes, any may write."""

    def __init__(self, folder: Path, key: WitnessKey, patience: float = PATIENCE) -> None:
        """Open it. Raises :class:`UsageError` if anything that was in it is missing or damaged."""
        self.folder: Final = folder
        self._key: Final = key
        self._patience: Final = patience
        for origin in self.logs():
            self.read(origin)

    @classmethod
    def create(cls, folder: Path, key: WitnessKey) -> "State":
        """A folder for a new witness, which remembers nothing yet. It must not exist."""
        folder.mkdir(mode=0o700)
        durable.replace(folder / MARKER, _marker(key, []))
        durable.sync(folder.parent)
        return cls(folder, key)

    def logs(self) -> list[str]:
        """The logs of which something was cosigned."""
        path = self.folder / MARKER
        try:
            value = json.loads(path.read_bytes())
            witness, logs = value["witness"], value["logs"]
            if not isinstance(logs, list) or not all(isinstance(origin, str) for origin in logs):
                raise ValueError("not a list of logs")
        except FileNotFoundError:
            raise UsageError(f"{path} is not there: what this witness cosigned is not known. {ANEW}") from None
        except (ValueError, KeyError, TypeError, RecursionError):
            raise UsageError(f"{path} is damaged. {ANEW}") from None
        if witness != self._key.text:
            raise UsageError(f"{self.folder} is the state of another witness: {witness}")
        return logs

    def read(self, origin: str) -> Cosigned | None:
        """What was cosigned last of the log; None if nothing ever was.

        Raises :class:`UsageError` if that is lost or damaged.
        """
        path = self._path(origin, "checkpoint")
        try:
            last = Cosigned.parse(path.read_bytes(), self._key)
        except FileNotFoundError:
            if origin in self.logs():
                raise UsageError(f"{path} is not there: what was cosigned of {origin} is not known. {ANEW}") from None
            return None
        except VerificationError as error:
            raise UsageError(f"{path} is damaged ({error}). {ANEW}") from None
        if last.checkpoint.origin != origin:
            raise UsageError(f"{path} is of another log, {last.checkpoint.origin}. {ANEW}")
        return last

    def write(self, last: Cosigned) -> None:
        """Remember; on the disk when this returns. To be called :meth:`locked`."""
        origin = last.checkpoint.origin
        durable.replace(self._path(origin, "checkpoint"), last.note.raw)
        # A crash here: the checkpoint is remembered, and nobody has the cosignature.
        if origin not in self.logs():
            with _flock(self.folder, self._patience):
                durable.replace(self.folder / MARKER, _marker(self._key, sorted({*self.logs(), origin})))

    @contextmanager
    def locked(self, origin: str) -> Iterator[None]:
        """While nobody else, in this process or another, decides on this log. Raises :class:`Busy`."""
        path = self._path(origin, "lock")
        path.touch(mode=0o600)
        with _flock(path, self._patience):
            yield

    def keep_fork(self, origin: str, signed: Note) -> Path | None:
        """Keep a checkpoint that proves a fork; where, or None if there are enough."""
        return self._keep(origin, "fork", signed)

    def keep_unproved(self, origin: str, signed: Note) -> Path | None:
        """Keep one of which nothing proved that it continues the last one, likewise."""
        return self._keep(origin, "unproved", signed)

    def forks(self, origin: str) -> list[Path]:
        """The evidence that there is against the log."""
        return self._kept(origin, "fork")

    def unproved(self, origin: str) -> list[Path]:
        """What the log has signed, and nobody proved that it only grew to."""
        return self._kept(origin, "unproved")

    def _keep(self, origin: str, what: str, signed: Note) -> Path | None:
        path = self._path(origin, f"{what}-{hashlib.sha256(signed.text.encode()).hexdigest()[:16]}")
        if not path.exists() and len(self._kept(origin, what)) < MAX_FORKS:
            durable.replace(path, signed.raw)
        return path if path.exists() else None

    def _kept(self, origin: str, what: str) -> list[Path]:
        return sorted(self.folder.glob(f"{_name(origin)}.{what}-" + "[0-9a-f]" * 16))

    def _path(self, origin: str, what: str) -> Path:
        return self.folder / f"{_name(origin)}.{what}"


ANEW: Final = (
    "A witness that has lost its state must not go on with its key: begin anew with another (`egov-witness new`)."
)


def _name(origin: str) -> str:
    """A file's name for a log: readable, and no other log's."""
    readable = "".join(c if c.isascii() and c.isalnum() else "-" for c in origin)[:60]
    return f"{readable}-{hashlib.sha256(origin.encode()).hexdigest()[:16]}"


def _marker(key: WitnessKey, logs: list[str]) -> bytes:
    return json.dumps({"witness": key.text, "logs": logs}, ensure_ascii=False, indent=1).encode() + b"\n"


@contextmanager
def _flock(path: Path, patience: float) -> Iterator[None]:
    """Hold a lock that the system gives back when the process ends, however it does."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        end = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise Busy("another request for this log takes too long") from None
                time.sleep(0.005)
        yield
    finally:
        os.close(descriptor)
