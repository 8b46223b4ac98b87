"""Files that must be on the disk before anybody acts on them."""

import os
from pathlib import Path


def replace(path: Path, content: bytes) -> None:
    """The file whole, or as it was; on the disk when this returns. Two who write the same file need a lock."""
    new = path.with_name(path.name + ".new")
    with new.open("wb") as file:
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
