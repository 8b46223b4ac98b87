"""Entries about the office, the program and the log itself."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import Field, model_validator

from egov_crypto.group import verify_signature
from egov_crypto.note import VerifierKey, from_base64
from egov_participation.ledger.rules.base import Count, Entry, Hash, Key, Strict, Time

KEY_DOMAIN: Final = "egov-log-key/v1\n"
"""What the old key signs when the log gets a new one begins so: no checkpoint does."""


class File(Strict):
    """A file, by its address on the site."""

    path: Annotated[
        str, Field(pattern=r"^/[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$", max_length=200)
    ]
    sha256: Hash
    size: Count


class ReleaseFiles(Entry):
    """What the pages of voters and trustees load, and the program that verifies, since this version runs."""

    SUBJECT: ClassVar = "release"

    type: Literal["release.files"]
    version: Literal[1]
    release: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+){1,3}[0-9A-Za-z.+-]{0,40}$")]
    files: Annotated[list[File], Field(min_length=1, max_length=300)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        paths = [file.path for file in self.files]
        if paths != sorted(set(paths)):
            raise ValueError("files are sorted by their address, each once")
        return self


class OfficeApproval(Entry):
    """Two officials decided on a role. ``approved`` is the hash of the proposal; nothing says whose role."""

    type: Literal["office.approval"]
    version: Literal[1]
    kind: Literal["roles.grant", "roles.end"]
    at: Time
    approvals: Literal[2]
    approved: Hash


class LogKey(Entry):
    """The log's key was replaced. ``signature`` is the old key's, over `key_text`."""

    type: Literal["log.key"]
    version: Literal[1]
    old: Key
    new: Key
    signature: Annotated[str, Field(max_length=100)]

    @model_validator(mode="after")
    def _is_signed(self) -> Self:
        old, new = VerifierKey.parse(self.old), VerifierKey.parse(self.new)
        if old.name != new.name or old == new:
            raise ValueError("the new key has the log's name and is another one")
        verify_signature(old.public, key_text(self.old, self.new).encode(), from_base64(self.signature, 64))
        return self


def key_text(old: str, new: str) -> str:
    """What the old key signs when the log gets a new one; both as verifier keys."""
    return f"{KEY_DOMAIN}{old}\n{new}\n"
