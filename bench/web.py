"""How fast pages are, as a share of a bare Starlette answer of the same size by the same web server in the same run,
and that signing in does not hold up who reads."""

from __future__ import annotations

import json
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from urllib.request import urlopen

from rich.console import Console

from bench.measure import ROOT, Figure
from bench.site import HASHING, Server, demonstration, running

ROUNDS = 7
SECONDS = 1.5
CONNECTIONS = 16
TEXT, FRONT, VOTES = "/en/help", "/en", "/en/votes"
ANEW = "?n=%d"
"""Each request has another address, and its page is made for it alone."""
BARE_TEXT, BARE_FRONT, BARE_VOTE = (
    f"bare, as large as {page}" for page in ("the text", "the front page", "a vote's page")
)
FROM_APPLICATION, FROM_CACHE = 0.30, 0.70
SLOWER = 3.0
"""Times that the slowest twentieth of answers may take longer while people sign in: the processor is shared then."""


@dataclass(frozen=True)
class Load:
    """What one round gave."""

    rate: float
    """Answers a second, by the clock on the wall."""
    cost: float
    """Seconds of the server's processor an answer: what others do on the machine hardly changes it."""


def measure(console: Console) -> list[Figure]:
    """Shares of a bare answer: median of rounds in which each took its turn."""
    with console.status("The demonstration's database"):
        folder = demonstration()
    with ExitStack() as stack, console.status("Pages") as status:
        plain = stack.enter_context(running(_port(), "whole", folder, 0))
        keeping = stack.enter_context(running(_port(), "whole", folder, 1))
        bare = stack.enter_context(running(_port(), "bare"))
        vote = f"{VOTES}/{_vote(plain)}"
        contestants = {
            BARE_TEXT: (bare, f"/page?{_size(plain, TEXT)}"),
            BARE_FRONT: (bare, f"/page?{_size(plain, FRONT)}"),
            BARE_VOTE: (bare, f"/page?{_size(plain, vote)}"),
            "a page of text": (plain, TEXT),
            "the front page": (plain, FRONT),
            "the list of votes": (plain, VOTES),
            "a vote's page": (plain, vote),
            "a page of text, made anew": (plain, TEXT + ANEW),
            "the front page, made anew": (plain, FRONT + ANEW),
            "the list of votes, made anew": (plain, VOTES + ANEW),
            "a vote's page, made anew": (plain, vote + ANEW),
            "from the cache": (keeping, TEXT),
            "the front page from the cache": (keeping, FRONT),
        }
        loads: dict[str, list[Load]] = {name: [] for name in contestants}
        for number in range(ROUNDS + 1):
            status.update(f"Pages, round {number} of {ROUNDS}")
            for name, (server, path) in contestants.items():
                found = load(server, path, SECONDS)
                if number:  # the first one warms up
                    loads[name].append(found)
        slower = _while_signing_in(keeping)
    limits = {
        "a page of text": FROM_APPLICATION,
        "from the cache": FROM_CACHE,
        "the front page from the cache": FROM_CACHE,
    }
    shares = [
        Figure(f"{name}, share of a bare answer", _share(_bare_of(loads, name), found), at_least=limits.get(name))
        for name, found in loads.items()
        if name not in (BARE_TEXT, BARE_FRONT, BARE_VOTE)
    ]
    return [
        Figure("bare answer", statistics.median(load.rate for load in loads[BARE_TEXT]), "a second"),
        *shares,
        *(
            Figure(f"{name}, share by processor time", _share_of_cost(_bare_of(loads, name), found))
            for name, found in loads.items()
            if name not in (BARE_TEXT, BARE_FRONT, BARE_VOTE)
        ),
        Figure("p95 of a page while people sign in, against idle", slower, "×", at_most=SLOWER),
    ]


def _vote(server: Server) -> str:
    """The uuid of the vote that closes last."""
    with urlopen(f"{server.origin}/api/v1/votes") as answer:
        return str(json.load(answer)["votes"][0]["uuid"])


def _size(server: Server, path: str) -> int:
    return len(urlopen(server.origin + path).read())


def _bare_of(loads: dict[str, list[Load]], name: str) -> list[Load]:
    """The bare answers of about the same size."""
    return loads[BARE_FRONT if "front" in name else BARE_VOTE if "vote's" in name else BARE_TEXT]


def _share(bare: list[Load], found: list[Load]) -> float:
    return statistics.median(one.rate / other.rate for one, other in zip(found, bare, strict=True))


def _share_of_cost(bare: list[Load], found: list[Load]) -> float:
    return statistics.median(other.cost / one.cost for one, other in zip(found, bare, strict=True))


def load(server: Server, path: str, seconds: float) -> Load:
    """Ask one address for so long."""
    command = [sys.executable, "-m", "bench.load", server.origin + path, str(seconds), str(CONNECTIONS)]
    before = server.processor()
    rate, answers = map(float, subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout.split())
    return Load(rate, (server.processor() - before) / answers)


def _while_signing_in(server: Server) -> float:
    """How many times longer the slowest twentieth takes while four people sign in without a pause."""
    idle = _p95(server)
    with _signing_in(server, 4):
        return _p95(server) / idle


def _p95(server: Server, answers: int = 400) -> float:
    times = []
    for number in range(answers):
        start = time.perf_counter()
        urlopen(f"{server.origin}{TEXT}?n={number}").close()  # each another one: from the application
        times.append(time.perf_counter() - start)
    return statistics.quantiles(times, n=20)[-1]


@contextmanager
def _signing_in(server: Server, people: int) -> Iterator[None]:
    over = threading.Event()

    def person() -> None:
        while not over.is_set():
            urlopen(server.origin + HASHING).close()

    threads = [threading.Thread(target=person) for _ in range(people)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _port() -> int:
    with socket.create_server(("localhost", 0)) as server:
        return int(server.getsockname()[1])
