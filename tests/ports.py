"""Ports of the loopback interface for the servers of tests.

A port that the kernel picks (``bind`` to 0) and that is let go again may be gone when a server wants it: the kernel
gives it to the next connection of whatever process. These lie below what it picks from, and each worker of a run has
its own.
"""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Final

_FIRST: Final = 10_000
_PICKED_FROM: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")
_WORKERS: Final = 16
"""As many workers of a run have ports that no other of them has."""


def _own() -> Iterator[int]:
    """This worker's, over and over, beginning anywhere: another run may go on beside this one."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    own = range(_FIRST + worker % _WORKERS, int(_PICKED_FROM.read_text().split()[0]), _WORKERS)
    start = random.SystemRandom().randrange(len(own))
    return cycle([*own[start:], *own[:start]])


_ports: Final = _own()


def free_port() -> int:
    """A port that nothing listens on, and that nobody else is given."""
    for port in _ports:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("unreachable: the ports come round again")
