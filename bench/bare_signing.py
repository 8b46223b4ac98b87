"""The yardstick of signing: a Starlette application whose one handler does the same writes (`bench.signing.write`)."""

from __future__ import annotations

import os
import queue
from typing import Any

import psycopg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bench.signing import write

_CONNECTIONS = 8
"""Of each database in each process; more writers at once are no faster."""
_Pair = tuple[psycopg.Connection[Any], psycopg.Connection[Any]]
_free: queue.SimpleQueue[_Pair] = queue.SimpleQueue()


def _open() -> None:
    for _ in range(_CONNECTIONS):
        platform, registrar = (
            psycopg.connect(os.environ[name], autocommit=True) for name in ("BARE_PLATFORM", "BARE_REGISTRAR")
        )
        _free.put((platform, registrar))


def sign(_request: Request) -> Response:
    """Everything that is kept of a signature, and nothing else."""
    pair = _free.get()
    try:
        write(*pair, int(os.environ["BARE_PETITION_ID"]), os.environ["BARE_PETITION"])
    finally:
        _free.put(pair)
    return PlainTextResponse("")


def ready(_request: Request) -> Response:
    """It listens."""
    return PlainTextResponse("")


_open()
app = Starlette(routes=[Route("/", sign, methods=["POST"]), Route("/ready", ready)])
