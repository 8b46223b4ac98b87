"""Taking a backup back: checked whole before anything is written, and written in one transaction."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any, Final

from alembic import command
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import (
    Column,
    Connection,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    Table,
    delete,
    func,
    insert,
    inspect,
    select,
    text,
)

from egov_participation.database import METADATA, Database, Schema, UnitOfWork, alembic_config, migrate
from egov_participation.errors import DomainError
from egov_participation.ledger import service as ledger
from egov_participation.operation.backup import (
    LEFT_OUT,
    MANIFEST,
    Manifest,
    Progress,
    TablePart,
    key_marks,
    not_a_backup,
    tables,
)

_BATCH: Final = 500


@dataclass(frozen=True)
class Restored:
    """What was taken back."""

    manifest: Manifest
    missing_keys: list[str]
    """Key files of the backup's time that are not there."""
    other_keys: list[str]
    """Key files that are others than at that time."""


def check(file: Path, progress: Progress) -> Manifest:
    """Hold every table of a backup against its digest.

    Raises:
        DomainError: ``backup.format`` or ``backup.damaged``, 422.
        OSError: it cannot be read.
    """
    with _opened(file) as tar:
        manifest = _manifest(tar)
        for number, table in enumerate(manifest.tables):
            with _member(tar, table) as raw:
                if hashlib.file_digest(raw, "sha256").hexdigest() != table.sha256:  # type: ignore[arg-type]
                    raise DomainError(
                        422, "%(table)s in this backup is damaged.", code="backup.damaged", table=table.name
                    )
            progress("checked", number + 1, len(manifest.tables))
    return manifest


def restore(database: Database, keys_dir: Path, file: Path, progress: Progress, *, force: bool = False) -> Restored:
    """Fill an empty database with a backup. Either all of it is there afterwards or nothing has changed.

    Args:
        force: also one that is not empty; what is in it is then gone, sessions too.

    Raises:
        DomainError: ``backup.format``, ``backup.damaged``, ``backup.newer`` 422, ``backup.not_empty`` 409.
        OSError: the file cannot be read.
    """
    manifest = check(file, progress)
    if manifest.schema != database.schema:
        message = "This backup is of another database: the %(schema)s's. The registrar's is restored with --registrar."
        raise DomainError(422, message, code="backup.other_database", schema=manifest.schema)
    _prepare(database, manifest)
    with _opened(file) as tar, database.uow() as tx:
        connection = tx.session.connection()
        found = {table.name: table for table in tables(connection, database.schema)}
        parts = [part for part in manifest.tables if part.name not in LEFT_OUT]
        if set(found) != {part.name for part in parts}:
            raise DomainError(409, "The database is at another migration than the backup.", code="backup.migration")
        _empty(tx, database.schema, list(found.values()), force=force)
        for part in parts:
            with _member(tar, part) as raw:
                _fill(connection, found[part.name], part, raw, progress)
        if database.dialect == "postgresql":
            for table in found.values():
                _set_counter(connection, table)
        if database.schema is Schema.PLATFORM:
            ledger.doubt(keys_dir)
        tx.commit()
    here = key_marks(keys_dir)
    return Restored(
        manifest,
        missing_keys=sorted(set(manifest.keys) - set(here)),
        other_keys=sorted(name for name in set(manifest.keys) & set(here) if manifest.keys[name] != here[name]),
    )


@contextmanager
def unpacked_keys(file: Path, keys_dir: Path) -> Iterator[int]:
    """Put the keys of `backup.pack_keys` into a folder that has none of them, for what is done meanwhile: if that
    fails, they are taken away again, so that the next try finds the folder as this one did.

    Yields:
        How many there are.

    Raises:
        DomainError: ``backup.keys_exist`` 409, ``backup.format`` 422.
        OSError: they cannot be read or written.
    """
    with _opened(file) as tar:
        members = tar.getmembers()
        names = [member.name for member in members]
        if any("/" in name or name.startswith(".") for name in names) or not all(m.isreg() for m in members):
            raise not_a_backup()
        if any((keys_dir / name).exists() for name in names):
            raise DomainError(409, "The folder of keys is not empty.", code="backup.keys_exist")
        there = keys_dir.is_dir()
        keys_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            for member in members:
                content = tar.extractfile(member)
                assert content is not None
                path = keys_dir / member.name
                path.touch(mode=0o600)
                path.write_bytes(content.read())
            yield len(names)
        except BaseException:
            for name in names:
                (keys_dir / name).unlink(missing_ok=True)
            if not there:
                keys_dir.rmdir()
            raise


def _opened(file: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(file, "r:")
    except tarfile.TarError:
        raise not_a_backup() from None


def _manifest(tar: tarfile.TarFile) -> Manifest:
    try:
        raw = tar.extractfile(MANIFEST)
    except (KeyError, tarfile.TarError):
        raise not_a_backup() from None
    assert raw is not None
    return Manifest.parse(raw.read())


def _member(tar: tarfile.TarFile, table: TablePart) -> IO[bytes]:
    try:
        found = tar.extractfile(f"tables/{table.name}.jsonl.gz")
    except (KeyError, tarfile.TarError):
        raise not_a_backup() from None
    assert found is not None
    return found


def _prepare(database: Database, manifest: Manifest) -> None:
    """Bring an empty database to the migration that the backup was made at."""
    config = alembic_config(database.url, database.schema)
    try:
        ScriptDirectory.from_config(config).get_revision(manifest.revision)
    except CommandError:
        message = "This backup was made by version %(version)s, which is newer than this program."
        raise DomainError(422, message, code="backup.newer", version=manifest.version) from None
    if ScriptDirectory.from_config(config).get_current_head() == manifest.revision:
        migrate(database.url, database.schema)
    else:
        command.upgrade(config, manifest.revision)


def _empty(tx: UnitOfWork, schema: Schema, found: list[Table], *, force: bool) -> None:
    connection = tx.session.connection()
    full = [t for t in found if connection.scalar(select(func.count()).select_from(select(t).limit(1).subquery()))]
    if full and not force:
        message = "This database is not empty: %(tables)s hold rows. With --force they are replaced."
        raise DomainError(409, message, code="backup.not_empty", tables=", ".join(table.name for table in full))
    # What no backup holds goes too: nobody who was signed in until now may go on in what comes back.
    there = set(inspect(connection).get_table_names())
    doors = [table for table in METADATA[schema].sorted_tables if table.name in LEFT_OUT & there]
    for table in (*reversed(doors), *reversed(found)):
        connection.execute(delete(table))


def _fill(connection: Connection, table: Table, part: TablePart, raw: IO[bytes], progress: Progress) -> None:
    columns = [table.columns[name] for name in part.columns]
    done = 0
    progress(part.name, 0, part.rows)
    with gzip.GzipFile(fileobj=raw) as lines:
        for batch in _batches(lines):
            rows = [
                {column.name: _read(column, value) for column, value in zip(columns, json.loads(line), strict=True)}
                for line in batch
            ]
            connection.execute(insert(table), rows)
            done += len(rows)
            progress(part.name, done, part.rows)
    if done != part.rows:
        raise not_a_backup()


def _batches(lines: gzip.GzipFile) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for line in lines:
        batch.append(line)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _read(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, LargeBinary):
        return base64.b64decode(value)
    if isinstance(column.type, DateTime):
        # PostgreSQL takes the zone; SQLite stores what the clock shows, which here is UTC.
        return datetime.fromisoformat(value).astimezone(UTC)
    return date.fromisoformat(value) if isinstance(column.type, Date) else value


def _set_counter(connection: Connection, table: Table) -> None:
    """Let PostgreSQL count on from the highest number; SQLite does so by itself."""
    for column in table.primary_key:
        if not isinstance(column.type, Integer):
            continue
        sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
        if sequence is not None:
            highest = connection.scalar(select(func.max(column))) or 0
            connection.execute(
                text("SELECT setval(:sequence, :next, false)"), {"sequence": sequence, "next": highest + 1}
            )
