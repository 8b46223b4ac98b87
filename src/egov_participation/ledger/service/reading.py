"""What the log shows to everybody: checkpoint, keys, tiles. Nothing of what is not published yet."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from egov_crypto import entry
from egov_crypto.errors import VerificationError
from egov_crypto.tiles import ENTRIES, HEIGHT, WIDTH, Tile
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.ledger.models import LogEntry
from egov_participation.ledger.service import tiles
from egov_participation.ledger.service.publishing import latest
from egov_participation.services import Services


def checkpoint(services: Services) -> bytes:
    """The latest checkpoint, as it was signed.

    Raises:
        DomainError: 503 ``log.not_published``: there is none yet.
    """
    with services.database.read() as session:
        found = latest(session)
    if found is None:
        raise not_published()
    return found.note


def tile(services: Services, path: str) -> bytes:
    """A tile or a bundle of what is published.

    Args:
        path: below the log's address, as `Tile.path` writes it.

    Raises:
        DomainError: 404 ``log.no_tile``: there is none, or not yet.
    """
    try:
        wanted = Tile.parse(path)
    except ValueError:
        raise _no_tile() from None
    with services.database.read() as session:
        last = latest(session)
        if last is None or wanted.index * WIDTH + wanted.width > _hashes(wanted.level, last.size):
            raise _no_tile()
        return tiles.fetcher(session)(wanted)


def verifier_keys(services: Services) -> list[str]:
    """The log's keys, the present one first, then those that it had before, the latest first; none before the first
    checkpoint. They are read from the database: nobody but who signs needs the folder of keys.
    """
    with services.database.read() as session:
        last = latest(session)
        if last is None:
            return []
        rows = session.exec(select(LogEntry.raw).where(LogEntry.type == "log.key").order_by(col(LogEntry.place).desc()))
        before = [str(value_of(raw)["old"]) for raw in rows]
    # While a key is being replaced, it is the present one and has its successor's entry already.
    return [last.key, *(key for key in before if key != last.key)]


def _hashes(level: int, size: int) -> int:
    """How many hashes a level has in a log of that size; of the bundles, how many entries."""
    return size if level == ENTRIES else size >> HEIGHT * level


def value_of(raw: bytes) -> dict[str, Any]:
    """What an entry of ours says.

    Raises:
        RuntimeError: the database holds something else.
    """
    try:
        return entry.parse(raw)
    except VerificationError as error:
        raise RuntimeError("an entry of the log is damaged") from error


def not_published() -> DomainError:
    """There is no checkpoint yet."""
    return DomainError(
        503,
        N_("The log has not been published yet: try again in a moment."),
        code="log.not_published",
        retry_after=2,
    )


def _no_tile() -> DomainError:
    return DomainError(404, N_("The log has no such tile, or not yet."), code="log.no_tile")
