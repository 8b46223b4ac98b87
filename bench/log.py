"""How long `egov-verify` takes for a million entries of the log, and how much memory: of ballots, and of signatures.

python -m bench.log FOLDER PORT    serves the log that lies in a folder, as files are served
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from urllib.request import urlopen

import uvloop
from rich.console import Console
from rich.progress import track

from bench.ballots import EGOV_VERIFY
from bench.measure import CACHE, ROOT, Figure, Usage, run
from egov_crypto import entry, vrf
from egov_crypto.checkpoint import Checkpoint
from egov_crypto.group import public_key, sign
from egov_crypto.merkle import leaf_hash
from egov_crypto.note import SigningKey, to_base64
from egov_crypto.petition import DOMAIN
from egov_crypto.tiles import ENTRIES, WIDTH, Edge, Tile, bundle

MANY = 1_000_000
VOTES = 50
PETITION = "P-2026-0001"
PORT = 8764
SECONDS, MEGABYTES = 60.0, 300.0


def measure(console: Console) -> list[Figure]:
    """A million entries of fifty votes, from a server on this machine which takes a core of its own."""
    with (
        _served(_made(console, f"log-{MANY}", _ballots())) as origin,
        console.status(f"Reading {MANY} entries with one process, then with two"),
    ):
        one, two = _read(origin, 1), _read(origin, 2)
    with (
        _served(_made(console, f"petition-{MANY}", _signatures(MANY))) as origin,
        console.status(f"Recounting a petition of {MANY} people"),
    ):
        recounted = _read(origin, 1, "petition", PETITION, "--log")
    return [
        Figure(f"egov-verify petition, {MANY} signatures", recounted.seconds, "s"),
        Figure(f"egov-verify petition, {MANY} signatures, memory", recounted.peak, "MB", at_most=MEGABYTES),
        Figure(f"egov-verify log, {MANY} entries", one.seconds, "s", at_most=SECONDS),
        Figure(f"egov-verify log, {MANY} entries, memory", one.peak, "MB", at_most=MEGABYTES),
        Figure(f"egov-verify log, {MANY} entries, --jobs 2", two.seconds, "s", at_most=SECONDS),
        Figure(f"egov-verify log, {MANY} entries, --jobs 2, memory of all", two.peak, "MB", at_most=MEGABYTES),
    ]


def _read(origin: str, jobs: int, *command: str) -> Usage:
    """A run that remembers nothing: of `egov-verify log` unless another command is given."""
    with tempfile.TemporaryDirectory() as states:
        environment = ["env", f"EGOV_VERIFY_STATE={states}", "no_proxy=*"]
        return run([*environment, EGOV_VERIFY, *(command or ("log",)), origin, "--jobs", str(jobs)])


def _made(console: Console, name: str, entries: Iterator[bytes]) -> Path:
    """A folder with the log, as a site publishes it; made once."""
    folder = CACHE / name
    if not (folder / "checkpoint").exists():
        shutil.rmtree(folder, ignore_errors=True)
        key, edge, waiting = SigningKey(f"localhost:{PORT}/log", b"b" * 32), Edge(), list[bytes]()
        for raw in track(entries, "A log to read", MANY, console=console):
            waiting.append(raw)
            if len(waiting) == WIDTH:
                _write(folder, [(Tile(ENTRIES, edge.size // WIDTH), bundle(waiting))])
                _write(folder, edge.extend(map(leaf_hash, waiting)))
                waiting.clear()
        if waiting:
            _write(folder, [(Tile(ENTRIES, edge.size // WIDTH, len(waiting)), bundle(waiting))])
            _write(folder, edge.extend(map(leaf_hash, waiting)))
        _write(folder, edge.partial())
        (folder / "key").write_text(f"{key.verifier_key.text}\n")
        (folder / "checkpoint").write_bytes(Checkpoint(key.name, edge.size, edge.root()).sign(key).raw)
    return folder


def _write(folder: Path, tiles: list[tuple[Tile, bytes]]) -> None:
    for tile, raw in tiles:
        path = folder / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)


def _ballots() -> Iterator[bytes]:
    """Votes that are open at the same time: all are set up, and then a ballot of each comes, and another of each."""
    uuids = [f"Bench{number:09}".replace("0", "z") for number in range(VOTES)]
    count = 0
    for uuid in uuids:
        for value in _set_up(uuid):
            yield entry.dump({**value, "vote": uuid, "version": 1})
            count += 1
    for number in range(MANY - count):
        height, vote = divmod(number, VOTES)
        place = {"height": height + 1, "event": "Ballot", "hash": _hash(uuids[vote], height + 1)}
        yield entry.dump({"type": "vote.event", "version": 1, "vote": uuids[vote], **place})


def _signatures(many: int) -> Iterator[bytes]:
    """A petition that so many people have signed, in all regions and over half a year."""
    registrar, about = b"r" * 32, {"petition": PETITION, "version": 1}
    document, opened = (
        _hash(PETITION, "text"),
        {"at": "2026-03-02T09:00:00Z", "reason": None, "into": None, "closes_at": None},
    )
    key = {"key": vrf.public(b"v" * 32).hex(), "document": document, "territory": None, "min_age": 16}
    regions = {f"KZ-{number}": f"KZ-{number}" for number in range(10, 30)}
    signer = {"ways": ["eid"], "generated": False, "signer": to_base64(public_key(registrar)).rstrip("=")}
    yield entry.dump({"type": "petition.state", **about, **opened, "to": "review", "document": document, "rules": None})
    yield _signed(registrar, {"type": "registrar.petition", **about, **key, **signer, "regions": regions})
    yield entry.dump(
        {
            "type": "petition.state",
            **about,
            **opened,
            "to": "open",
            "document": document,
            "rules": document,
            "closes_at": "2026-12-02T09:00:00Z",
        }
    )
    for number in range(many):
        pseudonym = hashlib.sha512(b"%d" % number).hexdigest()
        day = (date(2026, 3, 2) + timedelta(days=number * 180 // many)).isoformat()
        act = {"pseudonym": pseudonym, "act": "attest", "day": day, "region": f"KZ-{10 + number % 20}"}
        yield _signed(registrar, {"type": "petition.attestation", **about, **act})


def _signed(registrar: bytes, value: dict[str, object]) -> bytes:
    signature = sign(registrar, DOMAIN + b"\0" + entry.dump(value))
    return entry.dump({**value, "signature": to_base64(signature).rstrip("=")})


def _set_up(uuid: str) -> list[dict[str, object]]:
    document, begun = _hash(uuid, "document"), _hash(uuid, 0)
    times = {"at": "2026-10-20T09:30:12Z", "opens_at": "2026-11-01T04:00:00Z", "closes_at": "2026-11-01T15:00:00Z"}
    confirmed = {"setup": document, "roll": _hash(uuid, "roll"), "size": MANY, "statement": _hash(uuid, "signed")}
    fixed = {"kind": "binding", "registered": MANY, "document": document, "head": {"height": 0, "hash": begun}}
    return [
        {"type": "registrar.confirmation", **confirmed},
        {"type": "vote.state", "state": "setup", **times, **fixed, "approvals": 2, "approved": _hash(uuid, "act")},
        {"type": "vote.event", "height": 0, "event": "Setup", "hash": begun},
        {"type": "vote.state", "state": "open", "at": "2026-11-01T04:00:00Z"},
    ]


def _hash(uuid: str, of: object) -> str:
    return hashlib.sha256(f"{uuid} {of}".encode()).hexdigest()


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-m", "bench.log", str(folder), str(PORT)], cwd=ROOT)
    try:
        origin = f"http://localhost:{PORT}"
        end = time.monotonic() + 30
        while True:
            try:
                urlopen(f"{origin}/log/key", timeout=5).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError("the log is not served") from None
                time.sleep(0.1)
        yield origin
    finally:
        process.terminate()
        process.wait(30)


class _Files(asyncio.Protocol):
    """Answers with files below ``/log``, on connections that stay open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._asked = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._asked += data
        while b"\r\n\r\n" in self._asked:
            asked, _, self._asked = self._asked.partition(b"\r\n\r\n")
            path = self._folder / asked.split(b" ")[1].decode().removeprefix("/log/")
            status, body = ("200 OK", path.read_bytes()) if path.is_file() else ("404 Not Found", b"")
            self._transport.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)


async def _serve(folder: Path, port: int) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Files(folder), "localhost", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(Path(sys.argv[1]), int(sys.argv[2])))
