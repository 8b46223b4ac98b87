"""Answers of one host of the web, asked for over connections that stay open, from a server that is not trusted.

No answer is longer than was asked for, none takes for ever, none comes from another host, and none is unpacked.
"""

import time
import urllib.request
from http.client import HTTPException, HTTPResponse
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

from egov_crypto.cli import pace, source
from egov_crypto.cli.pace import PacedConnection, PacedSecureConnection, TooSlowError
from egov_crypto.errors import ArchiveError

_BUSY: Final = frozenset({429, 502, 503, 504})
_GONE: Final = frozenset({404, 410})
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_REDIRECTS: Final = 5
_MAX_PAGE: Final = 1 << 16
"""Bytes of an answer that nobody wants, which are read so that the connection can be used again."""


_Connection = PacedConnection | PacedSecureConnection


class _BusyError(Exception):
    """The server asks to be asked later."""


class Web:
    """One connection to a host. Not for several threads at a time."""

    def __init__(self, origin: str) -> None:
        """``origin`` is ``https://host`` or ``http://host:port``."""
        self.origin: Final = origin
        self._parts: Final = urlsplit(origin)
        self._connection: _Connection | None = None
        self._reached = False

    def get(self, path: str, limit: int) -> bytes | None:
        """What is at ``path``, or its first ``limit + 1`` bytes if it has more; None if nothing is there (404, 410).

        Raises :class:`ArchiveError` if that cannot be told.
        """
        for attempt in range(1, source.ATTEMPTS + 1):
            try:
                return self._follow(path, limit)
            except _BusyError as error:
                self.close()
                if attempt == source.ATTEMPTS:
                    raise ArchiveError(f"{self.origin}{path} answers {error}") from None
            except (OSError, HTTPException) as error:
                self.close()
                if attempt == source.ATTEMPTS or not self._reached or isinstance(error, TooSlowError):
                    reason = str(error) or type(error).__name__
                    raise ArchiveError(f"{self.origin}{path} cannot be reached: {reason}") from None
            time.sleep(source.PAUSE * 2**attempt)
        raise AssertionError

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _follow(self, path: str, limit: int) -> bytes | None:
        here = path
        for _ in range(_REDIRECTS):
            answer = self._ask(here, limit)
            if answer.status not in _MOVED:
                return self._body(here, answer, limit)
            self.close()
            target = self._target(here, answer.headers.get("Location", ""))
            if (target.scheme, target.netloc) != (self._parts.scheme, self._parts.netloc):
                # Another host is another site, whatever it says.
                raise ArchiveError(f"{self.origin}{here} leads to {target.geturl()}: give that address, if it is right")
            here = target._replace(scheme="", netloc="", fragment="").geturl() or "/"
        raise ArchiveError(f"{self.origin}{path} leads on and on")

    def _target(self, here: str, location: str) -> SplitResult:
        try:
            target = urlsplit(urljoin(self.origin + here, location))
            location.encode("ascii")
        except ValueError:
            raise ArchiveError(f"{self.origin}{here} leads to what is no address: {location[:200]!r}") from None
        return target

    def _ask(self, path: str, limit: int) -> HTTPResponse:
        """The answer's head. A connection that was closed since the last answer is opened again."""
        headers = {"Host": self._parts.netloc, "User-Agent": pace.AGENT, "Accept-Encoding": "identity"}
        while True:
            used = self._connection
            connection = used or self._open()
            try:
                connection.wanted = limit
                # A proxy for http is told the whole address; for https it only hands bytes on.
                proxied = self._parts.scheme == "http" and _proxy_for(self._parts) is not None
                connection.request("GET", self.origin + path if proxied else path, headers=headers)
                answer = connection.getresponse()
            except (OSError, HTTPException) as error:
                self.close()
                if used is None or isinstance(error, TooSlowError):
                    raise
            else:
                self._reached = True
                return answer

    def _body(self, path: str, answer: HTTPResponse, limit: int) -> bytes | None:
        if answer.status in _BUSY:
            raise _BusyError(f"{answer.status} {answer.reason}")
        if answer.status in _GONE:
            self._read(answer, _MAX_PAGE)
            return None
        if answer.status != 200:
            self.close()
            raise ArchiveError(f"{self.origin}{path} answers {answer.status} {answer.reason}")
        if answer.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            self.close()
            raise ArchiveError(f"{self.origin}{path} is packed, although that was not asked for")
        return self._read(answer, limit)

    def _read(self, answer: HTTPResponse, limit: int) -> bytes:
        raw = bytearray()
        while len(raw) <= limit and (piece := answer.read1(min(1 << 16, limit + 1 - len(raw)))):
            raw += piece
        if len(raw) <= limit and answer.length:  # of what was promised, so much is left
            raise HTTPException(f"it broke off after {len(raw)} bytes")
        if len(raw) > limit or answer.will_close:
            self.close()
        answer.close()  # read1 does not, at the end of an answer whose length is known
        return bytes(raw)

    def _open(self) -> _Connection:
        parts, proxy = self._parts, _proxy_for(self._parts)
        kind = PacedSecureConnection if parts.scheme == "https" else PacedConnection
        if proxy is None:
            made = kind(_resolvable(parts.hostname or ""), parts.port, timeout=pace.PATIENCE)
        else:
            made = kind(proxy.hostname or "", proxy.port, timeout=pace.PATIENCE)
            if parts.scheme == "https":
                made.set_tunnel(parts.hostname or "", parts.port)
        self._connection = made
        return made


def _proxy_for(parts: SplitResult) -> SplitResult | None:
    """The proxy that the environment names for such addresses."""
    if urllib.request.proxy_bypass(parts.netloc):
        return None
    named = urllib.request.getproxies().get(parts.scheme, "")
    return urlsplit(named if "://" in named else f"http://{named}") if named else None


def _resolvable(host: str) -> str:
    """Every name below ``localhost`` is this machine (RFC 6761), whether or not its resolver knows."""
    return "localhost" if host.endswith(".localhost") else host
