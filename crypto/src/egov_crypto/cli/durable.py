"""Files that must be on the disk before anybody acts on them."""

import os
from pathlib import Path


def replace(path: Path, content: bytes, *, private: bool = False) -> None:
    """The file whole, or as it was; on the disk when this returns. Two who write the same file need a lock.

    ``private``: readable by its owner alone.
    """
    new = path.with_name(path.name + ".new")
    if private:
        new.unlink(missing_ok=True)  # left over by who was interrupted, with whatever rights
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o666)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Names are in the folder, which is written to the disk too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
