"""The witness on the web: `POST /add-checkpoint`, `GET /health`, and nothing else.

Whoever asks may be anybody: what is read, how long, and of how many at once, is bounded. Records say what was decided
about which log, never who asked.
"""

import contextlib
import io
import re
import socket
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from egov_crypto.cli import console
from egov_crypto.cli.witness_state import Busy, State
from egov_crypto.cosignature import WitnessSigningKey
from egov_crypto.errors import UsageError
from egov_crypto.witness import MAX_REQUEST, Conflict, Fork, Logs, NotConsistent, Refused, Request, UnknownLog, decide

SECONDS: Final = 20.0
"""For one request, from when the connection is free for it until it is answered."""
CONNECTIONS: Final = 64
MAX_HEAD: Final = 1 << 14
_LENGTH: Final = re.compile("0|[1-9][0-9]{0,8}", re.ASCII)
_PLAIN: Final = "text/plain; charset=utf-8"
_SIZE: Final = "text/x.tlog.size"


def record(text: str) -> None:
    """A line for whoever runs the witness, on standard error."""
    print(console.plain(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {text}"), file=sys.stderr, flush=True)


class Witness:
    """Decides on requests, one at a time for each log, and remembers before it answers."""

    def __init__(
        self,
        key: WitnessSigningKey,
        logs: Logs,
        state: State,
        clock: Callable[[], float] = time.time,
        tell: Callable[[str], None] = record,
    ) -> None:
        self._key, self._logs, self._clock, self._tell = key, logs, clock, tell
        self.state: Final = state

    def cosign(self, raw: bytes) -> str:
        """The line that answers a request. Raises :class:`Refused`, :class:`Busy`, and what the state does."""
        request = Request.parse(raw)
        origin = request.checkpoint.origin
        if origin not in self._logs:
            raise UnknownLog("this log is not witnessed here")
        try:
            with self.state.locked(origin):
                now = int(self._clock())
                last = self.state.read(origin)
                cosigned = decide(self._key, self._logs, last, request, now)
                # A crash before this line: nothing has happened.
                self.state.write(cosigned)
                # A crash after it: the log asks again, from the checkpoint that it wanted cosigned.
        except Fork as fork:
            kept = self.state.keep_fork(origin, request.note)
            self._tell(f"FORK: {fork}. log={origin} evidence={kept or 'kept before'}")
            raise
        except NotConsistent as refused:  # signed all the same: only the log can say why
            kept = self.state.keep_unproved(origin, request.note)
            self._tell(f"refused {refused.status} {refused.code} log={origin} evidence={kept or 'kept before'}")
            raise
        except Refused as refused:
            self._tell(f"refused {refused.status} {refused.code} log={origin}")
            raise
        if cosigned.time > now:
            self._tell(
                f"the clock is {cosigned.time - now} s behind what was cosigned last; that time is kept. log={origin}"
            )
        self._tell(f"cosigned size={cosigned.checkpoint.size} log={origin}")
        return cosigned.cosignature.line


class Server(ThreadingHTTPServer):
    """Listens on one address; each connection has a thread, and there are only so many."""

    daemon_threads = False  # closing the server waits for what is being answered
    request_queue_size = CONNECTIONS

    def __init__(
        self,
        address: tuple[str, int],
        witness: Witness,
        *,
        seconds: float = SECONDS,
        connections: int = CONNECTIONS,
    ) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.witness: Final = witness
        self.seconds: Final = seconds
        self._free: Final = threading.Semaphore(connections)
        self._open: Final[set[socket.socket]] = set()
        super().__init__(address, _Handler)

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://[{host!s}]:{port}" if self.address_family == socket.AF_INET6 else f"http://{host!s}:{port}"

    def server_bind(self) -> None:
        """Without a look-up of the host's name, as HTTPServer does it."""
        super(ThreadingHTTPServer, self).server_bind()

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            with contextlib.suppress(OSError):
                request.settimeout(1)
                request.sendall(b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            self.shutdown_request(request)
            return
        self._open.add(request)
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread could be started
            self._forget(request)
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._forget(request)

    def _forget(self, request: Any) -> None:
        self._open.discard(request)
        self._free.release()

    def handle_error(self, *_: Any) -> None:
        """A connection that broke is nobody's fault; anything else is one of this program."""
        error = sys.exception()
        if not isinstance(error, OSError):
            record(f"fault of the program: {error!r}")

    def stop(self) -> None:
        """Answer what has been asked, and end: connections that are being read from get nothing more to read."""
        self.shutdown()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        self.server_close()


class _Reader(io.RawIOBase):
    """What comes over a connection, within a time and up to about so many bytes, however slowly it comes."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.allow(0, 0)

    def allow(self, seconds: float, size: int) -> None:
        self._end, self._left = time.monotonic() + seconds, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        seconds = self._end - time.monotonic()
        if seconds <= 0 or self._left <= 0:
            raise TimeoutError("too slow, or too much")
        self._connection.settimeout(seconds)
        count = self._connection.recv_into(buffer)
        self._left -= count
        return count


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept
    disable_nagle_algorithm = True  # head and body go out one after the other: the second would wait for the client
    server: Server

    def setup(self) -> None:
        super().setup()
        self._reader = _Reader(self.connection)
        self.rfile = io.BufferedReader(self._reader)

    def handle_one_request(self) -> None:
        self._reader.allow(self.server.seconds, MAX_HEAD + MAX_REQUEST)
        super().handle_one_request()

    def do_GET(self) -> None:
        if self.path != "/health":
            return self._refuse(HTTPStatus.NOT_FOUND)
        try:
            self.server.witness.state.logs()
        except (UsageError, OSError) as error:
            record(str(error))
            return self._answer(HTTPStatus.SERVICE_UNAVAILABLE, "the state cannot be read\n")
        return self._answer(HTTPStatus.OK, "ok\n")

    def do_POST(self) -> None:
        if self.path != "/add-checkpoint":
            return self._refuse(HTTPStatus.NOT_FOUND)
        lengths = self.headers.get_all("Content-Length", [])
        if len(lengths) != 1 or not _LENGTH.fullmatch(lengths[0]) or "Transfer-Encoding" in self.headers:
            return self._refuse(HTTPStatus.LENGTH_REQUIRED)
        if (length := int(lengths[0])) > MAX_REQUEST:
            return self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        raw = self.rfile.read(length)
        if len(raw) < length:  # the client has gone, or the server stops
            self.close_connection = True
            return None
        try:
            line = self.server.witness.cosign(raw)
        except Conflict as conflict:
            return self._answer(HTTPStatus(conflict.status), f"{conflict.size}\n", _SIZE)
        except Refused as refused:
            return self._answer(HTTPStatus(refused.status), f"{refused}\n")
        except Busy:
            return self._answer(HTTPStatus.SERVICE_UNAVAILABLE, "busy\n")
        except (UsageError, OSError) as error:  # lost or damaged state; a full disk: nothing is given away
            record(f"cannot cosign: {console.sentence(error)}")
            return self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, "the witness cannot cosign now\n")
        return self._answer(HTTPStatus.OK, line)

    def _answer(self, status: HTTPStatus, text: str, type_: str = _PLAIN) -> None:
        raw = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", type_)
        self.send_header("Content-Length", str(len(raw)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(raw)

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer without having read what follows, which ends the connection."""
        self.close_connection = True
        self._answer(status, f"{status.phrase.lower()}\n")
        # Whoever is still sending would lose the answer if the connection were closed on unread data.
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            while self.rfile.read1():
                pass

    def send_error(self, code: int, *_: Any, **__: Any) -> None:
        """What the library refuses, in a line: its page would repeat what was asked."""
        self.close_connection = True
        self._answer(HTTPStatus(code), f"{HTTPStatus(code).phrase.lower()}\n")

    def version_string(self) -> str:
        return "egov-witness"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the library's own name
        """Nothing: it would say who asked."""
