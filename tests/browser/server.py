"""The application on a real port, in a thread, under both its host names."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.ports import free_port

from egov_participation.settings import Settings

DEADLINE = 240.0  # seconds for starting and for stopping: waiting costs nothing where it is not needed


Change = Callable[[bytes], bytes | None]
"""An answer's body → another one, or None: the connection breaks before the answer is whole."""


class Gate:
    """Stands between browser and application like somebody on the line, who may change or cut off answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.changes: dict[str, Change] = {}
        """By the end of the path."""
        self.status: int | None = None
        """What the changed answers claim, if not what they were."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        change = next((self.changes[end] for end in self.changes if scope.get("path", "").endswith(end)), None)
        if change is None:
            await self.app(scope, receive, send)
            return
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app(scope, receive, keep)
        body = b"".join(message.get("body", b"") for message in messages[1:])
        changed = change(body)
        start = messages[0]
        others = [(name, value) for name, value in start["headers"] if name != b"content-length"]
        length = len(body) if changed is None else len(changed)
        start["status"] = self.status or start["status"]
        await send({**start, "headers": [*others, (b"content-length", str(length).encode())]})
        if changed is None:
            await send({"type": "http.response.body", "body": body[:1], "more_body": True})
        else:
            await send({"type": "http.response.body", "body": changed})


def on_own_port(settings: Settings) -> Settings:
    """The same, with the addresses of a port of this test's own."""
    port = free_port()
    return settings.model_copy(
        update={"base_url": f"http://localhost:{port}", "booth_url": f"http://booth.localhost:{port}"}
    )


def port_of(settings: Settings) -> int:
    """The one that was given by `on_own_port`."""
    return int(settings.base_url.rpartition(":")[2])


@contextmanager
def serving(app: ASGIApp, port: int) -> Iterator[None]:
    """Serve the application while the block runs."""
    # What it set for its logs would hold for the whole process, and so for the tests after this one.
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False, ws="none")
    with in_a_thread(uvicorn.Server(config)):
        yield


@contextmanager
def in_a_thread(server: uvicorn.Server, *sockets: socket.socket) -> Iterator[None]:
    """Let a server run, on the sockets that listen already if there are any, while the block does."""
    thread = threading.Thread(target=server.run, args=(list(sockets) or None,), daemon=True)
    thread.start()
    until = time.monotonic() + DEADLINE
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise RuntimeError("the server did not start")
        time.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(DEADLINE)
        if thread.is_alive():
            raise RuntimeError("the server did not stop")
