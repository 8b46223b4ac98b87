"""Running the commands: in this process for speed, or as programs of their own."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from unittest import mock

from egov_crypto.cli import ballot, count, verify, witness

MAINS = {
    "egov-verify": verify.main,
    "egov-ballot": ballot.main,
    "egov-count": count.main,
    "egov-witness": witness.main,
}
MODULES = {name: main.__module__ for name, main in MAINS.items()}


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str


class _Stream(io.TextIOWrapper):
    """Standard output as it is in a program: text over bytes, not a terminal."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8")

    @property
    def written(self) -> str:
        self.flush()
        raw = self.buffer
        assert isinstance(raw, io.BytesIO)
        return raw.getvalue().decode("utf-8")


def run(command: str, *arguments: object, stdin: str = "") -> Done:
    """In this process."""
    out, err = _Stream(), _Stream()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), replaced_stdin(stdin):
        try:
            status = MAINS[command]([str(argument) for argument in arguments])
        except SystemExit as ended:  # argparse
            status = ended.code if isinstance(ended.code, int) else 1
    return Done(status, out.written, err.written)


@contextlib.contextmanager
def replaced_stdin(text: str) -> Iterator[None]:
    stream = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")
    with mock.patch.object(sys, "stdin", stream):
        yield


def arguments_of(command: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", MODULES[command], *map(str, arguments)]


def start(command: str, *arguments: object, stdin: str | bytes = "", **environment: str) -> Done:
    """As a program of its own."""
    raw = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        arguments_of(command, *arguments),
        input=raw,
        capture_output=True,
        timeout=240,
        check=False,
        env={**clean_environment(), **environment},
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def clean_environment() -> dict[str, str]:
    """Without proxies: these tests talk to this machine alone."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")} | {
        "no_proxy": "*"
    }
