"""What a trustee remembers: which tally of each election was decrypted with a key.

It stands in two files of the same form, ``{"<uuid>": {"election": φ, "tally": SHA-256}}``: one beside the key file,
which goes where the key goes, and one by public key in this user's folder of program states, which knows the key under
any other name, link or copy. Either alone refuses. A copy of the key on another machine remembers nothing.
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

    def __init__(self, key_file: Path, public_key: Point) -> None:
        self._key_file: Final = key_file.resolve(strict=True)
        self.beside: Final = self._key_file.with_name(self._key_file.name + ".decrypted.json")
        self.by_key: Final = state_folder() / f"{public_key.text}.json"

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
        """Raise :class:`VerificationError` (``tally.second``) if another tally of this election was decrypted, and
        :class:`UsageError` if that cannot be read."""
        for path in (self.beside, self.by_key):
            before = _read(path).get(verified.election.uuid)
            if before is not None and before != _mark(verified):
                raise VerificationError("tally.second", f"as {path} says")

    def remember(self, verified: Verified) -> None:
        """Write the tally of ``verified`` down, on disk in both places when this returns. Call it :meth:`locked`."""
        for path in (self.beside, self.by_key):
            entries = {**_read(path), verified.election.uuid: _mark(verified)}
            durable.replace(path, json.dumps(entries).encode() + b"\n")


def state_folder() -> Path:
    """Where this user's memory by public key stands."""
    return console.state_folder("egov-ballot", VARIABLE)


def _mark(verified: Verified) -> dict[str, str]:
    return {"election": verified.election.fingerprint, "tally": wire.digest(verified.tally.to_json())}


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
        if not isinstance(value, dict):
            raise ValueError("not an object")
        return value
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        raise UsageError(f"{path} cannot be read; it tells which tallies were decrypted with this key") from None
