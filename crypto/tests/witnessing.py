"""Logs that grow and fork, and what they ask a witness for."""

from __future__ import annotations

import contextlib
import http.client
from dataclasses import dataclass

from crypto.tests.logs import KEY, LEAVES, NOON, ORIGIN, WITNESSES, mth

from egov_crypto import merkle, note
from egov_crypto.checkpoint import Checkpoint
from egov_crypto.cosignature import time_of
from egov_crypto.merkle import leaf_hash
from egov_crypto.note import SigningKey
from egov_crypto.witness import Cosigned, Request, decide

WITNESS = WITNESSES[0]
LOGS = {ORIGIN: [KEY.verifier_key]}


class History:
    """A log by its leaf hashes; ``forked`` from the one that all know after so many entries, None: never."""

    def __init__(self, forked: int | None = None, length: int = 40) -> None:
        kept = length if forked is None else forked
        self.leaves = LEAVES[:kept] + [leaf_hash(b"other %d of %d" % (n, kept)) for n in range(kept, length)]

    def head(self, size: int) -> Checkpoint:
        return Checkpoint(ORIGIN, size, mth(self.leaves[:size]))

    def proof(self, old: int, new: int) -> tuple[bytes, ...]:
        def read(level: int, index: int) -> bytes:
            return merkle.perfect_root(self.leaves[index << level : (index + 1) << level])

        return tuple(merkle.prove_consistency(read, old, new)) if old <= new else ()

    def request(self, old: int, new: int, key: SigningKey = KEY, proof: tuple[bytes, ...] | None = None) -> Request:
        return Request(old, self.proof(old, new) if proof is None else proof, self.head(new).sign(key))


HONEST = History()


def grown(*sizes: int, time: int = NOON) -> Cosigned:
    """What the witness remembers after having cosigned the honest log at these sizes."""
    last = None
    for size in sizes:
        old = last.checkpoint.size if last else 0
        last = decide(WITNESS, LOGS, last, HONEST.request(old, size), time)
    assert last
    return last


@dataclass(frozen=True)
class Answer:
    status: int
    type: str
    text: str

    @property
    def time(self) -> int:
        """Of the cosignature that it is."""
        (line,) = note.parse_signatures(self.text.encode())
        assert (line.name, line.key_id) == (WITNESS.name, WITNESS.verifier_key.key_id)
        return time_of(line.raw)


def post(address: tuple[str, int], raw: bytes, path: str = "/add-checkpoint", timeout: float = 20) -> Answer:
    """Ask a witness, over a connection of its own."""
    with contextlib.closing(http.client.HTTPConnection(*address, timeout=timeout)) as connection:
        return ask(connection, raw, path)


def ask(connection: http.client.HTTPConnection, raw: bytes, path: str = "/add-checkpoint") -> Answer:
    connection.request("POST", path, raw)
    answer = connection.getresponse()
    return Answer(answer.status, answer.headers["Content-Type"], answer.read().decode())
