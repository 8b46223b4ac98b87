"""A backup: one file with every row of the database at one moment, which either of the two databases can take back.

It is a tar of ``manifest.json`` and a file ``tables/NAME.jsonl.gz`` a table: a line a row, a JSON list of its values in
the order of the manifest's columns. Bytes stand in Base64, moments in UTC. Rows are read in one transaction, so that
people may go on while it is made. Keys are not in it: they leave apart (`pack_keys`).
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, func, select

from egov_participation import audit, jobs, mail, rooms, throttle  # noqa: F401 - the tables of all but the rooms
from egov_participation.database import METADATA, Database, Schema
from egov_participation.errors import DomainError

FORMAT: Final = "egov-backup/v1"
MANIFEST: Final = "manifest.json"
LEFT_OUT: Final = frozenset(
    {
        "identity_address_change",
        "identity_challenge",
        "identity_handoff",
        "identity_provider_sign_in",
        "identity_session",
        "identity_sign_in",
        "identity_totp_pending",
        "ledger_standstill",
        "operation_heartbeat",
        "throttle_count",
        "registrar_challenge",
        "registrar_code_count",
        "registrar_release",
    }
)
"""What opens a door for minutes or hours: a restored backup must not open again what was closed since. And that a
worker was alive, or the log at a standstill: it says nothing of the machine that the backup is restored on."""

Progress = Callable[[str, int, int], None]
"""``(table, rows done, rows of it)``, called every thousand rows."""
_STEP: Final = 1000


@dataclass(frozen=True)
class TablePart:
    """One table of a backup."""

    name: str
    columns: list[str]
    rows: int
    sha256: str
    """Of the file as it stands in the tar, in hex."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    made_at: str
    version: str
    """Of the program."""
    revision: str
    """The newest migration of the database."""
    database: str
    keys: dict[str, str]
    """Name of each key file → what only that key gives (it does not tell the key)."""
    tables: list[TablePart]
    schema: str = Schema.PLATFORM.value
    """Whose database it is of: the platform's holds nothing of the registrar's."""
    format: str = FORMAT

    @classmethod
    def parse(cls, raw: bytes) -> Manifest:
        """Read one.

        Raises:
            DomainError: ``backup.format``, 422.
        """
        try:
            found = json.loads(raw)
            made = cls(**(found | {"tables": [TablePart(**table) for table in found["tables"]]}))
        except (ValueError, TypeError, KeyError, AttributeError):
            raise not_a_backup() from None
        if made.format != FORMAT:
            raise not_a_backup()
        return made

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(table.rows for table in self.tables)


def not_a_backup() -> DomainError:
    """The file is none, or was cut short."""
    return DomainError(422, "This file is not a whole backup.", code="backup.format")


def write(database: Database, keys_dir: Path, target: Path, now: datetime, progress: Progress) -> tuple[Path, Manifest]:
    """Write a backup that did not exist before; what is interrupted leaves no file of that name.

    Args:
        target: a file to make, or a folder in which one is made that is named by the time.

    Raises:
        DomainError: ``backup.exists``, 409.
        OSError: it cannot be written.
    """
    if target.is_dir():
        name = "egov" if database.schema is Schema.PLATFORM else "egov-registrar"
        target = target / f"{name}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar"
    if target.exists():
        raise DomainError(409, "There is such a file already.", code="backup.exists")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as name:
        folder = Path(name)
        draft = folder / "draft"
        with database.read() as session, tarfile.open(draft, "w") as tar:
            connection = session.connection()
            parts = []
            for table in tables(connection, database.schema):
                part, file = _dump(connection, table, folder, progress)
                tar.add(file, f"tables/{part.name}.jsonl.gz", filter=_plain)
                file.unlink()
                parts.append(part)
            manifest = Manifest(
                made_at=now.astimezone(UTC).isoformat(timespec="seconds"),
                version=version("egov-participation"),
                revision=str(MigrationContext.configure(connection).get_current_revision()),
                database=database.dialect,
                keys=key_marks(keys_dir),
                tables=parts,
                schema=database.schema.value,
            )
            _add(tar, MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
        _settle(draft, target)
    return target, manifest


def tables(connection: Connection, schema: Schema) -> list[Table]:
    """The tables that a backup holds, as they stand in the database, each after those that it refers to."""
    rooms.load("models")
    known = set(METADATA[schema].tables) - LEFT_OUT
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name in known)
    return found.sorted_tables


def _dump(connection: Connection, table: Table, folder: Path, progress: Progress) -> tuple[TablePart, Path]:
    total = connection.scalar(select(func.count()).select_from(table)) or 0
    file = folder / "table.jsonl.gz"
    progress(table.name, 0, total)
    order = list(table.primary_key) or list(table.columns)
    rows = connection.execution_options(yield_per=_STEP).execute(select(table).order_by(*order))
    done = 0
    with file.open("wb") as raw, gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed:
        for done, row in enumerate(rows, 1):
            packed.write(json.dumps([_written(value) for value in row], ensure_ascii=False).encode() + b"\n")
            if done % _STEP == 0:
                progress(table.name, done, total)
    progress(table.name, done, done)
    with file.open("rb") as whole:
        digest = hashlib.file_digest(whole, "sha256").hexdigest()
    return TablePart(table.name, [column.name for column in table.columns], done, digest), file


def _written(value: Any) -> Any:
    """A value as JSON. How it is read back, the column's type says."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):  # SQLite gives UTC without saying so
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def key_marks(keys_dir: Path) -> dict[str, str]:
    """What each key of the folder gives for a fixed text: equal for equal keys, and it does not tell the key."""
    return {
        file.name: hmac.new(file.read_bytes(), FORMAT.encode(), hashlib.sha256).hexdigest()[:32]
        for file in _key_files(keys_dir)
    }


def pack_keys(keys_dir: Path, target: Path) -> int:
    """Write all keys into a tar of their own, for their owner alone to read.

    Returns:
        How many there are.

    Raises:
        DomainError: ``backup.exists``, 409.
        OSError: it cannot be written.
    """
    if target.exists():
        raise DomainError(409, "There is such a file already.", code="backup.exists")
    files = list(_key_files(keys_dir))
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as name:
        draft = Path(name) / "draft"
        with tarfile.open(draft, "w") as tar:
            for file in files:
                _add(tar, file.name, file.read_bytes())
        _settle(draft, target)
    return len(files)


def _key_files(keys_dir: Path) -> Iterator[Path]:
    if keys_dir.is_dir():
        yield from sorted(file for file in keys_dir.iterdir() if file.is_file() and not file.name.startswith("."))


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    tar.addfile(member, io.BytesIO(content))


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nothing of this machine: no owner, no mode of its own."""
    plain = tarfile.TarInfo(member.name)
    plain.size, plain.mode, plain.mtime = member.size, 0o600, member.mtime
    return plain


def _settle(draft: Path, target: Path) -> None:
    """Give a whole file its name, once it is on the disk."""
    draft.chmod(0o600)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    os.link(draft, target)  # unlike a rename it replaces nothing
