"""The archive as a file: the rows' bytes in order, streamed from any offset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import col, select

from egov_participation.database import Database
from egov_participation.services import Services
from egov_participation.voting.models import VoteEvent
from egov_participation.voting.service.lookup import find_vote


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """A vote's archive as it stood when it was asked for. It only grows: what is streamed later is the same."""

    uuid: str
    size: int
    """Bytes."""
    etag: str
    """A strong entity tag, in quotes: the head's hash."""
    _database: Database
    rows_at_once: int = 64

    def chunks(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes from ``start`` to before ``stop`` (default and at most: the size), in pieces.

        Rows are fetched a few at a time, each time in a read of its own: a slow client holds no transaction open, which
        would keep the database's log from being folded in.
        """
        stop = self.size if stop is None else min(stop, self.size)
        position = start
        while position < stop:
            for blob_start, blob in self._rows(position):
                if position == stop:
                    break
                piece = blob[position - blob_start : stop - blob_start]
                position += len(piece)
                yield piece

    def _rows(self, position: int) -> list[tuple[int, bytes]]:
        """(start, blob) of the row that holds ``position`` and of some that follow."""
        mine = col(VoteEvent.vote_uuid) == self.uuid
        first = (
            select(VoteEvent.height)
            .where(mine, col(VoteEvent.start) <= position)
            .order_by(col(VoteEvent.start).desc())
            .limit(1)
            .scalar_subquery()
        )
        statement = (
            select(VoteEvent.start, VoteEvent.blob)
            .where(mine, col(VoteEvent.height) >= first)
            .order_by(col(VoteEvent.height))
            .limit(self.rows_at_once)
        )
        with self._database.read() as session:
            return [(start, blob) for start, blob in session.exec(statement)]


def archive_file(services: Services, uuid: str) -> ArchiveFile:
    """The vote's archive.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    with services.database.read() as session:
        vote = find_vote(session, uuid)
    return ArchiveFile(vote.uuid, vote.archive_size, f'"{vote.head_hash}"', services.database)
