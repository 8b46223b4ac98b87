"""`egov-verify watch`, run once, and what it recorded and mailed."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from crypto.tests.commands import Done, run
from crypto.tests.served import Log, ServedSite


class Mails:
    """A mail server's."""

    def __init__(self) -> None:
        self.taken: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.taken.append(envelope)
        return "250 taken"


class Listening(Controller):
    """On a socket that listens already: a port that is let go again may be somebody else's the next moment."""

    def __init__(self, handler: Mails, listener: socket.socket) -> None:
        super().__init__(handler, *listener.getsockname(), ready_timeout=240)
        self._listener = listener

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._listener)


@contextmanager
def taking_mails() -> Iterator[tuple[Mails, tuple[str, ...]]]:
    """What was taken, and the options that send it there."""
    taken = Mails()
    controller = Listening(taken, socket.create_server(("127.0.0.1", 0)))
    controller.start()
    yield taken, ("--mail", "observer@example.kz", "--smtp", f"127.0.0.1:{controller.port}")
    controller.stop()


def once(site: ServedSite, folder: Path, *options: object) -> Done:
    return run("egov-verify", "watch", site.url, "--into", folder, "--once", *options)


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", folder, *arguments], capture_output=True, check=True).stdout.decode().strip()


def history(folder: Path) -> list[str]:
    """The messages, the first one first."""
    return git(folder, "log", "--reverse", "--format=%s").splitlines()


def evidence(folder: Path) -> dict[str, bytes]:
    """What the only folder of trouble holds, as it was committed."""
    (trouble,) = (folder / "trouble").iterdir()
    assert git(folder, "status", "--porcelain") == ""
    return {str(path.relative_to(trouble)): path.read_bytes() for path in trouble.rglob("*") if path.is_file()}


def other(log: Log, index: int) -> list[bytes]:
    value = json.loads(log.entries[index])
    changed = json.dumps({**value, "hash": "0" * 64}, sort_keys=True, separators=(",", ":")).encode()
    return [*log.entries[:index], changed, *log.entries[index + 1 :]]
