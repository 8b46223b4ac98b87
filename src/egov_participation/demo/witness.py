"""The demonstration's witness of its own log, so that a visitor sees a cosigned checkpoint.

It does what `egov-witness` does, in a thread and with a key of its own; the observer's page says whose it is. A log
that is its own witness proves nothing to anybody.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from egov_crypto.cli.witness_server import Server, Witness, record
from egov_crypto.cli.witness_state import State
from egov_crypto.cosignature import WitnessSigningKey
from egov_crypto.witness import parse_logs

NAME: Final = "demo-witness.localhost"
_KEY: Final = "witness.key"


@contextmanager
def running(folder: Path, log_keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Let it answer for as long as the block runs; its verifier key and its address.

    Args:
        folder: where its key and what it cosigned last are kept, made at the first start.
        log_keys: verifier keys of the log.
    """
    key, state = _opened(folder)
    server = Server(("127.0.0.1", 0), Witness(key, parse_logs(log_keys), state, tell=_trouble))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="witness", daemon=True)
    thread.start()
    try:
        yield key.verifier_key.text, server.url
    finally:
        server.stop()
        thread.join()


def _opened(folder: Path) -> tuple[WitnessSigningKey, State]:
    file, kept = folder / _KEY, folder / f"{_KEY}.state"
    if file.exists():
        key = WitnessSigningKey.parse(file.read_text().strip())
        return key, State(kept, key.verifier_key)
    key = WitnessSigningKey.generate(NAME)
    state = State.create(kept, key.verifier_key)
    file.touch(mode=0o600)
    file.write_text(f"{key.text}\n")
    return key, state


def _trouble(text: str) -> None:
    """Each checkpoint that was cosigned would be a line among those that greet a visitor."""
    if not text.startswith("cosigned "):
        record(text)
