"""A site with a transparency log, served on this machine: by an operator who is honest, or lies as a test says."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from egov_crypto import entry
from egov_crypto.checkpoint import Checkpoint
from egov_crypto.cosignature import WitnessSigningKey
from egov_crypto.entries import key_text
from egov_crypto.group import sign
from egov_crypto.merkle import leaf_hash
from egov_crypto.note import SigningKey, to_base64
from egov_crypto.tiles import ENTRIES, WIDTH, Edge, bundle, tiles_between

SEED = bytes(range(32))
Answer = Callable[["Handler"], None]


class ServedSite(ThreadingHTTPServer):
    """Files by their paths; what is in `tricks` is answered by a function instead."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.tricks: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.connections = 0

    def get_request(self) -> Any:
        self.connections += 1
        return super().get_request()

    def handle_error(self, *args: Any) -> None:
        """Nothing: clients may go before they have everything."""

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.name}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: ServedSite

    def do_GET(self) -> None:
        site, path = self.server, self.path.partition("?")[0]
        site.asked.append(self.path)
        if trick := site.tricks.get(self.path, site.tricks.get(path)):
            trick(self)
        elif (raw := site.files.get(self.path, site.files.get(path))) is None:
            self.answer(b"nothing here", 404)
        else:
            self.answer(raw)

    def answer(self, raw: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *args: Any) -> None:
        """Nothing: a test's output is its failures."""


class Log:
    """A log that is published as files of a site; every size at which it was published can still be asked for."""

    def __init__(self, site: ServedSite, key: SigningKey | None = None) -> None:
        self.site = site
        self.key = key or SigningKey(f"{site.name}/log", SEED)
        self.entries: list[bytes] = []
        self.edge = Edge()
        self.keys = [self.key]
        self.publish()

    @property
    def vkey(self) -> str:
        return self.key.verifier_key.text

    @property
    def checkpoint(self) -> Checkpoint:
        return Checkpoint(self.key.name, self.edge.size, self.edge.root())

    def add(self, *values: dict[str, Any] | bytes) -> Log:
        """Enter and publish."""
        self.entries += [value if isinstance(value, bytes) else entry.dump(value) for value in values]
        return self.publish()

    def publish(self, *witnesses: WitnessSigningKey, at: int | None = None) -> Log:
        """With cosignatures of these, made now unless another time is given."""
        at = int(time.time()) if at is None else at
        old, new = self.edge.size, len(self.entries)
        tiles = self.edge.extend(map(leaf_hash, self.entries[old:]))
        for tile, raw in [*tiles, *self.edge.partial()]:
            self.site.files[f"/log/{tile.path}"] = raw
        for tile in tiles_between(old, new):
            if tile.level == ENTRIES:
                held = self.entries[tile.index * WIDTH : tile.index * WIDTH + tile.width]
                self.site.files[f"/log/{tile.path}"] = bundle(held)
        cosigned = [self.checkpoint.cosign(witness, at) for witness in witnesses]
        self.site.files["/log/checkpoint"] = self.checkpoint.sign(self.key, *cosigned).raw
        keys = "".join(f"{key.verifier_key.text}\n" for key in reversed(self.keys))
        self.site.files["/log/key"] = keys.encode()
        return self

    def rotate(self, seed: bytes, signer: SigningKey | None = None) -> Log:
        """The key is replaced; the entry is signed by ``signer`` instead of the old one, if given."""
        new = SigningKey(self.key.name, seed)
        self.entries.append(entry.dump(key_entry(signer or self.key, self.key, new)))
        self.key = new
        self.keys.append(new)
        return self.publish()

    def rewritten(self, entries: Iterable[bytes]) -> Log:
        """All of it published anew with other entries, by whoever holds the key."""
        for path in [path for path in self.site.files if path.startswith("/log/tile/")]:
            del self.site.files[path]
        self.entries, self.edge = list(entries), Edge()
        return self.publish()


def key_entry(signer: SigningKey, old: SigningKey, new: SigningKey) -> dict[str, Any]:
    texts = old.verifier_key.text, new.verifier_key.text
    signature = to_base64(sign(signer.seed, key_text(*texts).encode()))
    return {"type": "log.key", "version": 1, "old": texts[0], "new": texts[1], "signature": signature}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Vote:
    """The entries of one vote, as they come one after the other."""

    def __init__(self, uuid: str = "KMLMr96HM3M2nQ", height: int = -1) -> None:
        self.uuid = uuid
        self.height = height

    def confirmation(self, **lies: Any) -> dict[str, Any]:
        names = {"setup": digest("setup"), "roll": digest("roll"), "size": 786, "statement": digest("statement")}
        return {"type": "registrar.confirmation", "version": 1, "vote": self.uuid, **names, **lies}

    def state(self, state: str, **members: Any) -> dict[str, Any]:
        at = {"closed": "2026-11-01T15:00:01Z", "open": "2026-11-01T04:00:00Z"}.get(state, "2026-10-20T09:30:12Z")
        made = {"type": "vote.state", "version": 1, "state": state, "vote": self.uuid, "at": at}
        return made | self.members(state) | members

    def members(self, state: str) -> dict[str, Any]:
        head = {"height": self.height, "hash": self.hash(self.height)}
        approved = {"approvals": 2, "approved": digest("proposal")}
        match state:
            case "setup":
                times = {"opens_at": "2026-11-01T04:00:00Z", "closes_at": "2026-11-01T15:00:00Z"}
                begun = {"height": 0, "hash": self.hash(0)}
                fixed = {"kind": "binding", "registered": 786, "document": digest("setup"), "head": begun}
                return times | fixed | approved
            case "extended":
                times = {"before": "2026-11-01T15:00:00Z", "closes_at": "2026-11-01T15:00:01Z"}
                return times | approved | {"reason": digest("reason")}
            case "closed":
                return {"head": head, "ballots": max(self.height - 1, 0), "voters": max(self.height - 1, 0)}
            case "cancelled":
                return {"head": head, "reason": digest("reason")} | approved
            case "tallied":
                return {"head": head}
            case "published":
                return {"document": digest("protocol")} | approved
            case "corrected":
                return {"document": digest("protocol"), "reason": digest("erratum")} | approved
        return {}

    def hash(self, height: int) -> str:
        return digest(f"{self.uuid} {height}")

    def event(self, event: str, **lies: Any) -> dict[str, Any]:
        self.height += 1
        place = {"height": self.height, "event": event, "hash": self.hash(self.height)}
        return {"type": "vote.event", "version": 1, "vote": self.uuid, **place, **lies}

    def turnout(self, **lies: Any) -> dict[str, Any]:
        voters = {"voters": self.height - 1, "statement": digest("turnout")}
        return {"type": "registrar.turnout", "version": 1, "vote": self.uuid, **voters, **lies}

    def document(self, language: str | None = None, **lies: Any) -> dict[str, Any]:
        form = {"format": "pdf" if language else "json", "language": language}
        file = {"sha256": digest(f"protocol{language or ''}"), "size": 5}
        return (
            {"type": "document.published", "version": 1, "vote": self.uuid, "document": "protocol"} | form | file | lies
        )

    def set_up(self) -> list[dict[str, Any]]:
        return [self.confirmation(), self.state("setup"), self.event("Setup"), self.state("open")]

    def cast(self, ballots: int) -> list[dict[str, Any]]:
        return [self.event("Ballot") for _ in range(ballots)]

    def close(self) -> list[dict[str, Any]]:
        return [self.event("EndBallots"), self.state("closed"), self.turnout(), self.event("EncryptedTally")]

    def count(self) -> list[dict[str, Any]]:
        decrypted = [self.event("PartialDecryption"), self.event("PartialDecryption"), self.event("Result")]
        return [*decrypted, self.state("tallied"), self.state("published"), self.document(), self.document("kk")]

    def whole(self, ballots: int) -> list[dict[str, Any]]:
        return self.set_up() + self.cast(ballots) + self.close() + self.count()


@contextmanager
def serving(site: ServedSite) -> Iterator[ServedSite]:
    with site:
        thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            site.shutdown()
            thread.join()
