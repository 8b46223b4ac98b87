"""A small real registry, as ``docs/registry.md`` describes it, on a port of its own; and the ways in which it fails."""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from tests.browser.server import in_a_thread

from egov_participation.registry.rules import Entry

TOKEN = "a-token-of-the-test"


@dataclass
class RegistryServer:
    """What the registry holds, and what a test makes of its answers."""

    url: str = ""
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    broken: list[Response | float] = field(default_factory=list)
    """What the next requests get: an answer instead of the right one, or so many seconds before the right one."""
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    """Method, path with query, and content of each request."""
    tail: bytes | None = None
    """Instead of the list's right last line."""

    def enter(self, *entries: Entry) -> None:
        for entry in entries:
            record = {name: str(value) for name, value in asdict(entry).items() if name != "iin"}
            self.people[entry.iin.digits] = record | {"iin": entry.iin.digits}

    def clear(self) -> None:
        self.people.clear()
        self.broken.clear()
        self.asked.clear()
        self.tail = None

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/egov/v1/residents/lookup", self._lookup, methods=["POST"]),
                Route("/egov/v1/residents/eligible", self._eligible, methods=["POST"]),
                Route("/egov/v1/status", self._status),
            ]
        )

    async def _refused(self, request: Request) -> Response | None:
        content = await request.body()
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        self.asked.append((request.method, path, json.loads(content) if content else None))
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given, f"Bearer {TOKEN}"):
            return JSONResponse({"error": "unauthorized"}, 401)
        next_one = self.broken.pop(0) if self.broken else 0.0
        if isinstance(next_one, Response):
            return next_one
        await asyncio.sleep(next_one)
        return None

    async def _lookup(self, request: Request) -> Response:
        refused = await self._refused(request)
        if refused is not None:
            return refused
        found = self.people.get((await request.json())["iin"])
        return JSONResponse(found) if found else JSONResponse({"error": "not-found"}, 404)

    async def _eligible(self, request: Request) -> Response:
        refused = await self._refused(request)
        if refused is not None:
            return refused
        wanted = await request.json()
        born_by = date.fromisoformat(wanted["born_by"])
        found = [
            record["iin"]
            for record in self.people.values()
            if date.fromisoformat(record["birth_date"]) <= born_by
            and (not wanted["territories"] or {record["territory"], record["district"]} & set(wanted["territories"]))
        ]

        async def lines() -> AsyncIterator[bytes]:
            for iin in found:
                yield json.dumps({"iin": iin}).encode() + b"\n"
            yield json.dumps({"count": len(found)}).encode() + b"\n" if self.tail is None else self.tail

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    async def _status(self, request: Request) -> Response:
        refused = await self._refused(request)
        return refused or JSONResponse({"api": 1, "name": "Test register", "residents": len(self.people)})


@contextmanager
def running() -> Iterator[RegistryServer]:
    """The registry by uvicorn in a thread, on the loopback interface."""
    register = RegistryServer()
    config = uvicorn.Config(register.app(), log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        register.url = f"http://127.0.0.1:{listener.getsockname()[1]}/egov"
        with in_a_thread(server, listener):
            yield register
