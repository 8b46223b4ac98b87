"""What a trustee remembers: of each election which tally was decrypted with a key, and which was shuffled by its owner.

It stands in two files of the same form, ``{"<uuid>": {"election": φ, "tally": SHA-256}}``: one beside the key file,
which goes where the key goes, and one by public key in this user's folder of program states, which knows the key under
any other name, link or copy. Either alone refuses. A copy of the key on another machine remembers nothing.
Shuffles stand in two files of their own, the tally by its event, and with ``"shuffles": [SHA-256, …]``, all that were
made of it: a shuffle is not signed, so that only who made it knows whether what is published is it.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from egov_crypto import wire
from egov_crypto.cli import console, durable
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.group import Point
from egov_crypto.verify import Verified

VARIABLE: Final = "EGOV_BALLOT_STATE"
"""Environment variable with another folder than the user's own."""


class Memory:
    """The tallies that were decrypted with one key."""

    beside_suffix = ".decrypted.json"
    by_key_suffix = ".json"
    code = "tally.second"

    def __init__(self, key_file: Path, public_key: Point) -> None:
        self._key_file: Final = key_file.resolve(strict=True)
        self.beside: Final = self._key_file.with_name(self._key_file.name + self.beside_suffix)
        self.by_key: Final = state_folder() / f"{public_key.text}{self.by_key_suffix}"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """While others who decrypt with this key wait: they have this state folder or this file."""
        folder = self.by_key.parent
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for made in missing:
            durable.sync(made.parent)
        with ExitStack() as stack:
            for path in (folder, self._key_file):
                descriptor = os.open(path, os.O_RDONLY)
                stack.callback(os.close, descriptor)
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield

    def refuse_second(self, verified: Verified) -> None:
        """Raise :class:`VerificationError` (:attr:`code`) if another tally of this election is remembered, and
        :class:`UsageError` if that cannot be read."""
        for path, before in self._entries(verified):
            if before is not None and not self._mark(verified).items() <= before.items():
                raise VerificationError(self.code, f"as {path} says")

    def remember(self, verified: Verified) -> None:
        """Write the tally of ``verified`` down, on disk in both places when this returns. Call it :meth:`locked`."""
        self._write(verified, self._mark(verified))

    def _mark(self, verified: Verified) -> dict[str, Any]:
        return _mark(verified)

    def _entries(self, verified: Verified) -> list[tuple[Path, dict[str, Any] | None]]:
        return [(path, _read(path).get(verified.election.uuid)) for path in (self.beside, self.by_key)]

    def _write(self, verified: Verified, entry: dict[str, Any]) -> None:
        for path in (self.beside, self.by_key):
            entries = {**_read(path), verified.election.uuid: entry}
            durable.replace(path, json.dumps(entries).encode() + b"\n")


class ShuffleMemory(Memory):
    """The shuffles that the owner of one key has made."""

    beside_suffix = ".shuffled.json"
    by_key_suffix = ".shuffled.json"
    code = "shuffle.second"

    def remember_shuffle(self, verified: Verified, raw: bytes) -> None:
        """Write down a shuffle of ``verified``, as :meth:`remember` does."""
        made = [*self.made(verified), wire.digest(raw)]
        self._write(verified, {**self._mark(verified), "shuffles": made})

    def made(self, verified: Verified) -> list[str]:
        """The SHA-256 of each shuffle that was made of this election's tally."""
        marked = [entry for _, entry in self._entries(verified) if entry is not None]
        return list(dict.fromkeys(hash_ for entry in marked for hash_ in entry.get("shuffles", ())))

    def _mark(self, verified: Verified) -> dict[str, Any]:
        """By the event, since other trustees' shuffles change what is to be shuffled."""
        tallied = verified.report.tallied
        assert tallied is not None
        return {"election": verified.election.fingerprint, "tally": tallied.hash}


def state_folder() -> Path:
    """Where this user's memory by public key stands."""
    return console.state_folder("egov-ballot", VARIABLE)


def _mark(verified: Verified) -> dict[str, str]:
    return {"election": verified.election.fingerprint, "tally": wire.digest(verified.tally.to_json())}


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
        if not isinstance(value, dict) or not all(isinstance(entry, dict) for entry in value.values()):
            raise ValueError("not an object of objects")
        return value
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        raise UsageError(
            f"{path} cannot be read; it tells which tallies were decrypted or shuffled with this key"
        ) from None
