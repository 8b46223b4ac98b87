"""Somebody outside who reads a log over HTTP and trusts nothing but its key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.testclient import TestClient

from egov_crypto import checkpoint as checkpoints
from egov_crypto import entry
from egov_crypto.checkpoint import Checkpoint, SignedCheckpoint
from egov_crypto.merkle import prove_consistency, verify_consistency
from egov_crypto.note import VerifierKey
from egov_crypto.tiles import Tile, hash_reader
from egov_crypto.walk import walk
from egov_participation.ledger import service
from egov_participation.services import Services

HASH = "1e" * 32


def an_entry(height: int, vote: str = "KMLMr96HM3M2nQ") -> dict[str, Any]:
    """Something to enter that says nothing."""
    event = "Ballot" if height else "Setup"
    return {"type": "vote.event", "version": 1, "vote": vote, "height": height, "event": event, "hash": HASH}


def enter(services: Services, start: int, count: int) -> None:
    """Enter so many things that say nothing."""
    with services.database.uow() as tx:
        for height in range(start, start + count):
            service.enter(tx, an_entry(height))
        tx.commit()


@dataclass
class Observer:
    """Remembers the last checkpoint, and that each one continues it."""

    client: TestClient
    seen: Checkpoint | None = None
    fetched: list[str] = field(default_factory=list)

    @property
    def key(self) -> VerifierKey:
        return VerifierKey.parse(self.client.get("/log/key").text.splitlines()[0])

    def fetch(self, tile: Tile) -> bytes:
        answer = self.client.get(f"/log/{tile.path}")
        assert answer.status_code == 200, tile.path
        self.fetched.append(tile.path)
        return answer.content

    def look(self, **asked: Any) -> SignedCheckpoint:
        """The checkpoint of now, which continues the one of before."""
        signed = checkpoints.verify(self.client.get("/log/checkpoint").content, self.key, **asked)
        now = signed.checkpoint
        if self.seen is not None:
            proof = prove_consistency(hash_reader(self.fetch, now.size), self.seen.size, now.size)
            verify_consistency(self.seen.size, self.seen.root, now.size, now.root, proof)
        self.seen = now
        return signed

    def entries(self) -> list[dict[str, Any]]:
        """All entries, each verified."""
        checkpoint = self.look().checkpoint
        found = [entry.parse(raw) for _, raw in walk(self.fetch, checkpoint)]
        assert len(found) == checkpoint.size
        return found
