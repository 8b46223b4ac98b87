"""Servers to measure, each a process of its own with the same settings of the same web server.

python -m bench.site bare PORT    Starlette with pages of any number of bytes (/page?BYTES), bytes (/bytes?BYTES), and
                                  nothing else
python -m bench.site whole PORT FOLDER SECONDS    the platform on the demonstration's database, keeping pages so long
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psutil
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bench.measure import CACHE, ROOT
from egov_participation import paths
from egov_participation.actions import Action
from egov_participation.app import create_app, create_services, room_routes
from egov_participation.clock import system_clock
from egov_participation.demo.fill import fill
from egov_participation.identity.service import recovery
from egov_participation.settings import Settings
from egov_participation.web.context import services
from egov_participation.web.routing import route

HASHING = "/bench/hashing"
"""Hashes as signing in with a recovery code does, with the same function at full cost."""


@dataclass(frozen=True)
class Server:
    """One that runs."""

    origin: str
    process: psutil.Process

    def processor(self) -> float:
        """Seconds of processor time so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@contextmanager
def running(port: int, *arguments: object) -> Iterator[Server]:
    """Start ``python -m bench.site`` and wait until it answers; it is stopped at the end."""
    command = [sys.executable, "-m", "bench.site", arguments[0], port, *arguments[1:]]
    process = subprocess.Popen([str(part) for part in command], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        origin = f"http://localhost:{port}"
        end = time.monotonic() + 60
        while True:
            try:
                urlopen(f"{origin}/health", timeout=5).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"{command} does not answer") from None
                time.sleep(0.1)
        yield Server(origin, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(30)


def demonstration() -> Path:
    """A folder with the demonstration's database; made once for each set of tables."""
    tables = (paths.alembic_dir() / "versions" / "0001_initial.py").read_bytes()
    folder = CACHE / "site"
    mark = folder / "made-for"
    if not mark.exists() or mark.read_bytes() != tables:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        fill(_settings(folder, 8000, 0), folder / "trustees", system_clock(), lambda *_: None)
        mark.write_bytes(tables)
    return folder


def _settings(folder: Path, port: int, seconds: float) -> Settings:
    return Settings(
        database_url=f"sqlite:///{folder / 'egov.sqlite3'}",
        keys_dir=folder / "keys",
        base_url=f"http://localhost:{port}",
        booth_url=f"http://booth.localhost:{port}",
        demo=True,
        worker=False,
        page_cache=seconds,
    )


def _bare() -> ASGIApp:
    pages: dict[bytes, str] = {}

    async def answer(request: Request) -> Response:
        asked = request.scope["query_string"] or b"1"
        if asked not in pages:
            pages[asked] = "x" * int(asked)
        return HTMLResponse(pages[asked])

    files: dict[bytes, bytes] = {}

    async def raw(request: Request) -> Response:
        asked = request.scope["query_string"]
        if asked not in files:
            files[asked] = os.urandom(int(asked))
        return Response(files[asked], media_type="application/octet-stream")

    return Starlette(routes=[Route("/page", answer), Route("/bytes", raw), Route("/health", answer)])


def _whole(folder: Path, port: int, seconds: float) -> ASGIApp:
    def hashing(request: Request) -> Response:
        recovery._hash("a code that nobody has", services(request).settings.argon2_mib)
        return PlainTextResponse("done")

    settings = _settings(folder, port, seconds)
    hash_route = route(HASHING, hashing, Action.VISIT, localized=False, name="bench.hashing")
    return create_app(settings, services=create_services(settings), routes=[*room_routes(), hash_route])


def main() -> None:
    """Serve until told to stop."""
    kind, port, *rest = sys.argv[1:]
    app = _bare() if kind == "bare" else _whole(Path(rest[0]), int(port), float(rest[1]))
    os.environ.pop("WEB_CONCURRENCY", None)
    uvicorn.run(
        app,
        host="localhost",
        port=int(port),
        loop="uvloop",
        http="httptools",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
