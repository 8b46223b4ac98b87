"""The archive as a file: the rows' bytes in order, streamed from any offset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Integer
from sqlmodel import case, cast, col, func, select

from egov_participation.database import Database
from egov_participation.services import Services
from egov_participation.voting.models import VoteEvent
from egov_participation.voting.service.lookup import find_vote

_FIRST_PIECE: Final = 2**18
_LARGEST_PIECE: Final = 2**22
"""Bytes."""


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """A vote's archive as it stood when it was asked for. It only grows: what is streamed later is the same."""

    uuid: str
    size: int
    """Bytes."""
    etag: str
    """A strong entity tag, in quotes: the head's hash."""
    _database: Database

    def chunks(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes from ``start`` to before ``stop`` (default and at most: the size), in pieces.

        Each piece is a read of its own: a slow client holds no transaction open, which would keep the database's log
        from being folded in. No more is read than was asked for. The database goes through a long row for every piece
        of it (a million credentials are 70 MB), so that the pieces grow as it turns out that much is wanted.
        """
        stop = self.size if stop is None else min(stop, self.size)
        length = _FIRST_PIECE
        while start < stop:
            piece = self._read(start, min(start + length, stop))
            yield piece
            start += len(piece)
            length = min(2 * length, _LARGEST_PIECE)

    def _read(self, start: int, stop: int) -> bytes:
        """The bytes from ``start`` to before ``stop``, cut out of the rows that they stand in."""
        mine, begins = col(VoteEvent.vote_uuid) == self.uuid, col(VoteEvent.start)
        first = select(func.max(begins)).where(mine, begins <= start).scalar_subquery()
        skipped = case((begins < start, start - begins), else_=0)
        statement = (
            select(func.substr(col(VoteEvent.blob), cast(skipped + 1, Integer), cast(stop - begins - skipped, Integer)))
            .where(mine, begins >= first, begins < stop)
            .order_by(begins)
        )
        with self._database.read() as session:
            return b"".join(session.exec(statement))


def archive_file(services: Services, uuid: str) -> ArchiveFile:
    """The vote's archive.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    with services.database.read() as session:
        vote = find_vote(session, uuid)
    return ArchiveFile(vote.uuid, vote.archive_size, f'"{vote.head_hash}"', services.database)
