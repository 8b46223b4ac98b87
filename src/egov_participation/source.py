"""The source of `egov_crypto` as one file, so that whoever wants to verify need not look for it.

Made from the very files that run here; ``pip install`` takes it. The same files make the same bytes, so that its
SHA-256 can be compared with what others were given.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from functools import cache
from pathlib import Path
from typing import Final

import egov_crypto
from egov_participation import paths
from egov_participation.settings import Settings

NAME: Final = "egov-crypto.tar.gz"
PATH: Final = f"/source/{NAME}"

_PROJECT: Final = ("LICENCE", "README.md", "pyproject.toml")


@cache
def archive() -> bytes:
    """The package with what it takes to install it, as ``.tar.gz``."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, file in sorted(_files().items()):
            content = file.read_bytes()
            member = tarfile.TarInfo(f"egov-crypto/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return gzip.compress(made.getvalue(), mtime=0)


@cache
def digest() -> str:
    """SHA-256 of `archive`, in hex."""
    return hashlib.sha256(archive()).hexdigest()


def offer(settings: Settings) -> dict[str, str]:
    """Where the program is to be had: the file's ``url``, ``name`` and ``sha256``; the source's ``home``, or empty.

    As the macro ``install`` of the templates takes it.
    """
    return {"url": f"{settings.base_url}{PATH}", "name": NAME, "sha256": digest(), "home": settings.source_url}


def _files() -> dict[str, Path]:
    package = Path(egov_crypto.__file__).parent
    found = {name: paths.crypto_dir() / name for name in _PROJECT}
    sources = [*package.rglob("*.py"), package / "py.typed"]
    return found | {f"src/egov_crypto/{file.relative_to(package).as_posix()}": file for file in sources}
