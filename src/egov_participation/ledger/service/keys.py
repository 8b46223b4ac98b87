"""The log's key and name, and what it last signed: both outside the database."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from egov_crypto.checkpoint import Checkpoint
from egov_crypto.errors import VerificationError
from egov_crypto.note import SigningKey
from egov_participation.keyring import secret
from egov_participation.settings import Settings

KEY: Final = "log"
BEFORE: Final = "log-before"
"""The key before it, which signs along for a while: who verifies with it has the time to learn of the new one."""
NEXT: Final = "log-next"
"""The key that is to be the next one, while it is being replaced."""
HEAD: Final = ".log-head"
"""The file beside the key with the last checkpoint that was signed, without its signature. It begins with a dot: it is
no key, and a backup of the keys does not bring an old one back."""
DOUBTED: Final = ".log-head-doubted"
"""What it is called since a backup of the database was put back. Another machine may have signed more meanwhile."""


class ForkError(Exception):
    """What is to be signed does not continue what was signed before: the log signs nothing until somebody has looked.

    Most likely an older backup of the database was restored; docs/log.md says what to do.
    """


def origin(settings: Settings) -> str:
    """The log's name: its address without the scheme."""
    return f"{settings.base_url.partition('://')[2]}/log"


def make_key(settings: Settings) -> None:
    """Make the key, at the first start: for who signs, as long as nothing was ever published.

    Raises:
        OSError, ValueError: see `keyring.secret`.
    """
    if not any((settings.keys_dir / name).exists() for name in (HEAD, DOUBTED)):  # else it is lost
        secret(settings.keys_dir, KEY)


def signing_key(settings: Settings) -> SigningKey:
    """The key that signs now.

    Raises:
        ForkError: it is lost: another one would sign another log.
        OSError, ValueError: see `keyring.secret`.
    """
    if not (settings.keys_dir / KEY).exists():
        raise ForkError(f"the log's key {settings.keys_dir / KEY} is lost")
    return SigningKey(origin(settings), secret(settings.keys_dir, KEY))


def signing_keys(settings: Settings) -> list[SigningKey]:
    """Everyone who signs now, the present key last.

    Raises:
        ForkError, OSError, ValueError: see `signing_key`.
    """
    keys_dir, present = settings.keys_dir, signing_key(settings)
    if not (keys_dir / BEFORE).exists():
        return [present]
    before = SigningKey(origin(settings), secret(keys_dir, BEFORE))
    return [present] if before == present else [before, present]  # the same only while one is being replaced


def next_key(settings: Settings) -> SigningKey:
    """The key that is to follow, which signs nothing yet; made if there is none.

    Raises:
        OSError, ValueError: see `keyring.secret`.
    """
    keys_dir = settings.keys_dir
    return SigningKey(origin(settings), secret(keys_dir, NEXT))


@contextmanager
def alone(keys_dir: Path) -> Iterator[None]:
    """Be the only one on this machine who signs or changes the key, however many think that they may."""
    descriptor = os.open(keys_dir, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def last_signed(keys_dir: Path) -> Checkpoint | None:
    """What this machine last signed; None if it never did, or nobody knows any more.

    Raises:
        ForkError: the file is damaged, so that nobody knows.
        OSError: it cannot be read.
    """
    return _head(keys_dir / HEAD)


def doubted(keys_dir: Path) -> Checkpoint | None:
    """What this machine had last signed when a backup was put back; None if it is doubted by nobody.

    Raises:
        ForkError, OSError: see `last_signed`.
    """
    return _head(keys_dir / DOUBTED)


def doubt(keys_dir: Path) -> None:
    """A backup of the database was put back: nothing is signed before somebody has said what was last published.

    Raises:
        OSError: the folder cannot be written.
    """
    if (keys_dir / HEAD).exists():
        (keys_dir / HEAD).replace(keys_dir / DOUBTED)
        settle(keys_dir)


def trust(keys_dir: Path, checkpoint: Checkpoint) -> None:
    """The inverse of `doubt`: this was last published.

    Raises:
        OSError: the folder cannot be written.
    """
    note_signed(keys_dir, checkpoint)
    (keys_dir / DOUBTED).unlink(missing_ok=True)
    settle(keys_dir)


def _head(path: Path) -> Checkpoint | None:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeError:
        text = ""
    try:
        return Checkpoint.parse(text)
    except VerificationError:
        raise ForkError(f"{path} is damaged") from None


def note_signed(keys_dir: Path, checkpoint: Checkpoint) -> None:
    """Keep what is about to be published. It is on the disk when this returns, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    descriptor, draft = tempfile.mkstemp(dir=keys_dir, prefix=f"{HEAD}-")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(checkpoint.text)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(keys_dir / HEAD)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    settle(keys_dir)


def settle(keys_dir: Path) -> None:
    """Have what was renamed or removed in the folder on the disk."""
    folder = os.open(keys_dir, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
