"""Measure, print a table, write bench/results.json.

python -m bench             everything
python -m bench ballots     one part
"""

from __future__ import annotations

import json
import os
import platform
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.measure import Figure

PARTS = (
    "ballots",
    "memory",
    "shuffles",
    "booth",
    "casting",
    "signing",
    "petition_page",
    "setting_up",
    "web",
    "ledger",
    "log",
    "documents",
    "consultations",
    "counting",
)
RESULTS = Path(__file__).with_name("results.json")


def main() -> int:
    """Run the parts named on the command line, or all.

    Returns:
        The exit status: 0 when every figure keeps to its limit, 1 otherwise, 2 for an unknown part.
    """
    console = Console()
    wanted = sys.argv[1:] or list(PARTS)
    if unknown := set(wanted) - set(PARTS):
        console.print(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
        return 2
    load = os.getloadavg()[0]
    if load > 0.5:
        console.print(f"Other programs keep this machine busy (load {load:.1f}): times by the clock will be too long.")
    figures: list[Figure] = []
    for part in wanted:
        figures += import_module(f"bench.{part}").measure(console)
    table = Table("what", "measured", "limit", "", title="Figures")
    for figure in figures:
        table.add_row(figure.name, figure.shown(figure.value), figure.bound(), "✓" if figure.holds() else "✗")
    console.print(table)
    machine = {
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "load": load,
        "python": platform.python_version(),
    }
    RESULTS.write_text(json.dumps({"machine": machine, "figures": [asdict(f) for f in figures]}, indent=1) + "\n")
    return 0 if all(figure.holds() for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
