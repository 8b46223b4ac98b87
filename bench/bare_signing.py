"""The yardstick of signing: a Starlette application whose one handler does the same writes (`bench.signing.write`)."""

from __future__ import annotations

import os
import queue
import threading
from typing import Any

import psycopg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bench.signing import write, write_in_layers
from egov_participation.database import Database, Schema

_CONNECTIONS = 4
"""Of each database in each process: the server has a hundred for all."""
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


def sign_in_layers(_request: Request) -> Response:
    """The same through the platform's own layer, `Database.uow`, as any handler here would write it."""
    with _turn:
        write_in_layers(*_databases, int(os.environ["BARE_PETITION_ID"]), os.environ["BARE_PETITION"])
    return PlainTextResponse("")


def ready(_request: Request) -> Response:
    """It listens."""
    return PlainTextResponse("")


_open()
_turn = threading.BoundedSemaphore(_CONNECTIONS)
_databases = Database(os.environ["BARE_PLATFORM_URL"]), Database(os.environ["BARE_REGISTRAR_URL"], Schema.REGISTRAR)
app = Starlette(
    routes=[
        Route("/", sign, methods=["POST"]),
        Route("/layers", sign_in_layers, methods=["POST"]),
        Route("/ready", ready),
    ]
)
