"""How long a single transferable vote takes to count: 100,000 ballots that hardly repeat each other."""

from __future__ import annotations

import random
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import track

from bench.measure import CACHE, Figure, run
from egov_crypto.counting.files import blt
from egov_crypto.counting.files.ballot_file import BallotFile

EGOV_COUNT = Path(sys.executable).with_name("egov-count")
BALLOTS, CANDIDATES, SEATS = 100_000, 20, 7


def measure(console: Console) -> list[Figure]:
    """Seconds of processor time, from the file to the whole trace."""
    file = _election()
    figures = []
    for rules in track(("scottish", "meek"), f"Counting {BALLOTS} ballots", console=console):
        usage = run([EGOV_COUNT, file, "--method", f"stv-{rules}", "--json"])
        figures += [
            Figure(
                f"STV, {rules}: {BALLOTS} ballots, {CANDIDATES} candidates, {SEATS} seats", usage.processor, "s", 30
            ),
            Figure(f"STV, {rules}: memory", usage.peak, "MB", 500),
        ]
    return figures


def _election() -> Path:
    """Voters of tastes that lean one way, who rank as many as they please."""
    path = CACHE / f"stv-{BALLOTS}-{CANDIDATES}-{SEATS}.blt"
    if not path.exists():
        source = random.Random(8)
        appeal = [1 / (place + 1) ** 0.7 for place in range(CANDIDATES)]
        ballots: dict[tuple[int, ...], int] = {}
        for _ in range(BALLOTS):
            order = sorted(range(CANDIDATES), key=lambda c: source.random() ** (1 / appeal[c]), reverse=True)
            ballot = [0] * CANDIDATES
            for rank, candidate in enumerate(order[: source.randint(1, CANDIDATES)], start=1):
                ballot[candidate] = rank
            ballots[tuple(ballot)] = ballots.get(tuple(ballot), 0) + 1
        names = tuple(f"Candidate {number}" for number in range(1, CANDIDATES + 1))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(blt.write(BallotFile(names, ballots, "Bench", SEATS)))
    return path
