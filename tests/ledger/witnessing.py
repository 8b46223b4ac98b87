"""Witnesses that run beside a test: sound ones, of `egov_crypto`, and such as answer whatever a test wants."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from egov_crypto.cli.witness_server import Server
from egov_crypto.cli.witness_server import Witness as Deciding
from egov_crypto.cli.witness_state import State
from egov_crypto.cosignature import WitnessSigningKey
from egov_crypto.note import Note, VerifierKey
from egov_crypto.witness import Request
from egov_participation.ledger.service.witnesses import Witness

Answer = tuple[int, str, bytes]
"""Status, type, body."""
NAME = "witness.example.org/w"
DRIPPING = "dripping"
"""Instead of a type: after what is given, lines that could be of a head come for ever."""


class Sound:
    """A witness as `egov-witness` runs it."""

    def __init__(self, folder: Path, log_key: VerifierKey, name: str = NAME) -> None:
        self.key = WitnessSigningKey.generate(name)
        self.now = time.time()
        self.state = State.create(folder, self.key.verifier_key)
        logs = {log_key.name: [log_key]}
        self._deciding = Deciding(self.key, logs, self.state, lambda: self.now)
        self._start(("127.0.0.1", 0))

    def _start(self, address: tuple[str, int]) -> None:
        self._server = Server(address, self._deciding)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def witness(self) -> Witness:
        return Witness(self.key.verifier_key, self._server.url)

    def remembers(self, note: Note, old: int = 0, proof: tuple[bytes, ...] = ()) -> None:
        """Let it have seen a checkpoint."""
        self._deciding.cosign(Request(old, proof, note).raw)

    def stop(self) -> None:
        self._server.stop()
        self._thread.join()

    def start_again(self) -> None:
        """At the same address."""
        host, port = self._server.server_address[:2]
        self._start((str(host), int(port)))


@contextmanager
def odd(answer: Callable[[bytes], Answer | None]) -> Iterator[Witness]:
    """A witness that answers each request so; None: not at all, until the test is over."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            found = answer(raw)
            if found is None:
                over.wait(20)
                return
            status, type_, body = found
            if type_ == DRIPPING:
                self.wfile.write(body)
                while not over.wait(0.02):
                    self.wfile.write(b"drops: drops\r\n")
                return
            self.send_response(status)
            self.send_header("Content-Type", type_)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Witness(
            WitnessSigningKey.generate("odd.example.org/w").verifier_key, f"http://127.0.0.1:{server.server_port}"
        )
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()
