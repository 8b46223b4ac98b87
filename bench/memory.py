"""How much memory verifying takes, and that it does not grow with the ballots."""

from __future__ import annotations

from rich.console import Console

from bench.ballots import EGOV_VERIFY
from bench.elections import five_choices
from bench.measure import Figure, run

BALLOTS = 10_000
MANY = 1_000_000
LIMIT = 300.0
"""MB."""


def measure(console: Console) -> list[Figure]:
    """Peaks of ten thousand ballots and of a roll of a million voters, and what a million ballots would come to."""
    election = five_choices(console, BALLOTS)
    with console.status(f"Memory while {BALLOTS} ballots verify"):
        quarter, whole = (run([EGOV_VERIFY, "vote", election.first(count)]).peak for count in (BALLOTS // 4, BALLOTS))
        two = run([EGOV_VERIFY, "vote", "--jobs", "2", election.path]).peak
    big = five_choices(console, 10, others=MANY - 10)
    with console.status(f"Memory with {MANY} voters on the roll"):
        roll = run([EGOV_VERIFY, "vote", big.path]).peak
    # Same roll, more ballots: what one more ballot leaves behind, if anything does.
    growth = max(0.0, whole - quarter) / (BALLOTS - BALLOTS // 4)
    return [
        Figure(f"{BALLOTS} ballots, --jobs 1", whole, "MB", at_most=LIMIT),
        Figure(f"{BALLOTS} ballots, --jobs 2, all processes", two, "MB", at_most=LIMIT),
        Figure("left behind by one more ballot", growth * 1e6, "bytes"),
        Figure(f"{MANY} voters on the roll", roll, "MB", at_most=LIMIT),
        Figure(f"{MANY} voters and as many ballots, extrapolated", roll + growth * MANY, "MB", at_most=LIMIT),
    ]
