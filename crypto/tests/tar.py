"""Archives taken apart into their members, and put together again."""

from __future__ import annotations

from crypto.tests.making import TIMESTAMP

from egov_crypto import archive, wire

BLOCK = 512


def split(raw: bytes) -> list[tuple[str, bytes]]:
    """The members of an archive, as name and content."""
    members, offset = [], 0
    while offset < len(raw):
        name = raw[offset : offset + 100].rstrip(b"\0").decode()
        size = int(raw[offset + 124 : offset + 135], 8)
        members.append((name, raw[offset + BLOCK : offset + BLOCK + size]))
        offset += BLOCK + -(-size // BLOCK) * BLOCK
    return members


def join(members: list[tuple[str, bytes]]) -> bytes:
    return b"".join(archive._member(name, content, TIMESTAMP) for name, content in members)


def data(content: bytes) -> tuple[str, bytes]:
    return f"{wire.digest(content)}.data.json", content


def event(content: bytes) -> tuple[str, bytes]:
    return f"{wire.digest(content)}.event.json", content
