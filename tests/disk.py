"""What a database keeps on disk, byte for byte, as whoever copies it has it: for tests of what it must not tell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.postgresql import PostgreSQL

_SEGMENT = 2**24
"""Bytes of a file of PostgreSQL's log."""


class Disk(Protocol):
    """One database's files."""

    def content(self) -> bytes:
        """All of the database, its log included."""
        ...

    def log_end(self) -> int:
        """Where the log ends now."""
        ...

    def log_since(self, start: int) -> bytes:
        """What was written to the log since it ended at `start`."""
        ...


@dataclass(frozen=True)
class SQLiteDisk:
    path: Path

    def content(self) -> bytes:
        return b"".join(file.read_bytes() for file in self.path.parent.glob(self.path.name + "*"))

    @property
    def _log(self) -> Path:
        return self.path.with_name(self.path.name + "-wal")

    def log_end(self) -> int:
        return self._log.stat().st_size

    def log_since(self, start: int) -> bytes:
        return self._log.read_bytes()[start:]


@dataclass(frozen=True)
class PostgreSQLDisk:
    """The log is the server's: it holds what earlier tests wrote too."""

    server: PostgreSQL

    def content(self) -> bytes:
        with self.server.connect("tests") as connection:
            connection.execute("CHECKPOINT")
            row = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
        assert row is not None
        folders = (self.server.data / "base" / str(row[0]), self.server.data / "pg_wal")
        return b"".join(file.read_bytes() for folder in folders for file in folder.iterdir() if file.is_file())

    def log_end(self) -> int:
        with self.server.connect("tests") as connection:
            row = connection.execute("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint").fetchone()
        assert row is not None
        return int(row[0])

    def log_since(self, start: int) -> bytes:
        end = self.log_end()
        first = start // _SEGMENT
        names = (f"00000001{number >> 8:08X}{number & 255:08X}" for number in range(first, end // _SEGMENT + 1))
        written = b"".join((self.server.data / "pg_wal" / name).read_bytes() for name in names)
        return written[start - first * _SEGMENT : end - first * _SEGMENT]
