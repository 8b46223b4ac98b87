"""The tiles of a log on the web: where they are, fetched ahead over a few connections, each once."""

import re
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from egov_crypto.cli.web import Web
from egov_crypto.errors import ArchiveError, UsageError, VerificationError
from egov_crypto.merkle import HASH_SIZE
from egov_crypto.tiles import ENTRIES, MAX_ENTRY, WIDTH, Tile

CONNECTIONS: Final = 4
AHEAD: Final = 32
"""Tiles that are fetched before they are asked for, at most."""
AHEAD_BYTES: Final = 1 << 25
"""No more is fetched ahead while this much of it waits."""
KEPT: Final = 64
"""Tiles of hashes that are kept: those of the levels above are asked for again and again."""

_MAX_BUNDLE: Final = WIDTH * (2 + MAX_ENTRY)
_LOG: Final = re.compile(r"(?P<log>(?:/[^/]+)*?/log)(?:/(?:checkpoint|key|tile/.*)?)?")
_LANGUAGE: Final = re.compile(r"/[a-z]{2}(?=/)")
_PORTS: Final = {"http": 80, "https": 443}


def site_address(where: str) -> str:
    """The site's own address, ``https://host``, for that of any page of it. Raises :class:`ArchiveError`."""
    try:
        parts = urlsplit(where)
        port, host = parts.port, parts.hostname
        known = parts.scheme in _PORTS and host and port != 0 and parts.username is None
    except ValueError:
        known = False
    if not known or not where.isascii() or any(map(str.isspace, where)):
        raise ArchiveError(f"{where} is not an address of ASCII that starts with http:// or https://")
    name = f"[{host}]" if ":" in (host or "") else host
    return f"{parts.scheme}://{name}" + ("" if port in {None, _PORTS[parts.scheme]} else f":{port}")


def numbered_page(where: str, log: str | None, number: re.Pattern[str], example: str) -> tuple[str, str]:
    """The site's address and the number of what is verified, from the address of any of its pages; or, with a log
    given, the log's address and that number, which then stands alone.

    Args:
        number: what matches the whole of a number such as `example`.

    Raises:
        UsageError: there is no such number, or more than one.
    """
    if log is not None:
        if not number.fullmatch(where):
            raise UsageError(f"with --log give a number, such as {example}")
        return log, where
    named = [part for part in urlsplit(where).path.split("/") if number.fullmatch(part)]
    if len(named) != 1:
        raise UsageError(f"{where} is not the address of such a page: it has no number, {example}")
    return site_address(where), named[0]


def log_address(where: str) -> str:
    """The log's address, for it, any address below it, or any page of the site. Raises :class:`ArchiveError`."""
    site, path = site_address(where), _LANGUAGE.sub("", urlsplit(where).path, count=1)
    found = _LOG.fullmatch(path)
    return site + (found["log"] if found else "/log")


class Tiles:
    """The tiles of the log at an address, as :data:`egov_crypto.tiles.Fetch`; its threads end with its context.

    What they hold is not verified. Raises :class:`ArchiveError` where it cannot be told what is there, and
    :class:`VerificationError` (``tile.missing``) where nothing is.
    """

    def __init__(self, log: str) -> None:
        """``log`` as :func:`log_address` gives it."""
        self.log: Final = log
        self._log = urlsplit(log)
        self._webs = _Webs(f"{self._log.scheme}://{self._log.netloc}")
        self._web = self._webs.take()
        self._ahead: _Ahead | None = None
        self._kept: OrderedDict[Tile, bytes] = OrderedDict()
        self.last: deque[tuple[Tile, bytes]] = deque(maxlen=2)
        """What came last: where something does not hold, it is among them."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.expect(())
        self._webs.leave(self._web)
        self._webs.close()

    def expect(self, tiles: Iterable[Tile]) -> None:
        """Fetch these, of the lowest level and bundles, ahead: they will be asked for in this order."""
        if self._ahead is not None:
            self._ahead.stop()
        self._ahead = _Ahead(self._get, self._webs, iter(tiles)) if tiles != () else None

    def forget(self) -> None:
        """What was kept may have been that of another size."""
        self._kept.clear()

    def __call__(self, tile: Tile) -> bytes:
        raw = self._kept.get(tile)
        if raw is None:
            raw = self._ahead.take(tile) if self._ahead and tile.level <= 0 else None
            if raw is None:
                raw = self._get(self._web, tile)
            self.last.append((tile, raw))
            if tile.level != ENTRIES:
                self._kept[tile] = raw
                if len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(tile)
        return raw

    def read(self, path: str, limit: int) -> bytes | None:
        """Another file of the log, such as ``checkpoint``; None if it is not there. More than ``limit`` is not read."""
        return self._web.get(f"{self._log.path}/{path}", limit)

    def _get(self, web: Web, tile: Tile) -> bytes:
        """A tile; the beginning of the full one, if the partial one is not there any more."""
        raw = web.get(f"{self._log.path}/{tile.path}", _limit(tile))
        if raw is None and tile != tile.full:
            raw = web.get(f"{self._log.path}/{tile.full.path}", _limit(tile.full))
            raw = None if raw is None else _beginning(tile, raw)
        if raw is None:
            raise VerificationError("tile.missing", tile.path)
        return raw


class _Webs:
    """Connections to one host that nobody uses just now."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._lock = threading.Lock()
        self._idle: list[Web] = []
        self._closed = False

    def take(self) -> Web:
        with self._lock:
            return self._idle.pop() if self._idle else Web(self._origin)

    def leave(self, web: Web) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(web)
                return
        web.close()

    def close(self) -> None:
        """Close these, and each one that is left later."""
        with self._lock:
            self._closed = True
        for web in self._idle:
            web.close()


class _Ahead:
    """Fetches tiles in their order, a bounded number of them before anybody asks."""

    def __init__(self, get: Callable[[Web, Tile], bytes], webs: "_Webs", tiles: Iterator[Tile]) -> None:
        self._get, self._webs, self._tiles = get, webs, tiles
        self._changed = threading.Condition()
        self._begun: dict[Tile, bytes | Exception | None] = {}
        """What was begun and not taken yet; None until it has come."""
        self._bytes = 0
        self._stopped = False
        # Daemons: an interrupted program does not wait for what a slow server still sends.
        for _ in range(CONNECTIONS):
            threading.Thread(target=self._work, daemon=True).start()

    def take(self, tile: Tile) -> bytes | None:
        """The tile, when it has come; None if it was not begun. Raises what fetching it raised."""
        with self._changed:
            if tile not in self._begun:
                self._changed.wait_for(lambda: tile in self._begun or not self._room())
                if tile not in self._begun:
                    return None
            self._changed.wait_for(lambda: self._begun[tile] is not None)
            found = self._begun.pop(tile)
            self._bytes -= _size(found)
            self._changed.notify_all()
        if isinstance(found, Exception):
            raise found
        return found

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _room(self) -> bool:
        """Whether another one will be begun without anybody taking one."""
        return not self._stopped and len(self._begun) < AHEAD and self._bytes < AHEAD_BYTES

    def _work(self) -> None:
        web = self._webs.take()
        while (tile := self._next()) is not None:
            found: bytes | Exception
            try:
                found = self._get(web, tile)
            except Exception as error:  # noqa: BLE001  whoever takes the tile gets it
                found = error
            with self._changed:
                self._begun[tile] = found
                self._bytes += _size(found)
                self._changed.notify_all()
        self._webs.leave(web)

    def _next(self) -> Tile | None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._room())
            tile = None if self._stopped else next(self._tiles, None)
            if tile is None:
                self._stopped = True
            else:
                self._begun[tile] = None
            self._changed.notify_all()
            return tile


def _size(found: bytes | Exception | None) -> int:
    return len(found) if isinstance(found, bytes) else 0


def _limit(tile: Tile) -> int:
    return _MAX_BUNDLE if tile.level == ENTRIES else WIDTH * HASH_SIZE


def _beginning(tile: Tile, raw: bytes) -> bytes:
    """What a full tile or bundle begins with, as wide as ``tile`` is."""
    if tile.level != ENTRIES:
        return raw[: tile.width * HASH_SIZE]
    end = 0
    for _ in range(tile.width):
        end += 2 + int.from_bytes(raw[end : end + 2], "big")
    return raw[:end]
