"""Tally sheets as the Debian project publishes them: ``V: 21-3  <digest>``, one line for each ballot.

Each place of the first word is an option's rank in one character: 1 … 9, then A, B, …; ``-`` where it is not ranked.
"""

import re
from collections import Counter
from typing import Final

from egov_crypto.counting.ballots import Values
from egov_crypto.counting.files.ballot_file import BallotFile, refuse
from egov_crypto.errors import UsageError

BALLOT: Final = re.compile(r"V:\s+([-0-9A-Za-z]{1,36})(?:\s.*)?", re.ASCII)
_OPTION: Final = re.compile(r"[\s|/\\]*Option\s+([0-9A-Z]{1,2})[-\s>]*:\s*(\S.*)", re.ASCII)

_DRAWN: Final = " \t|/\\"
"""The lines that lead from an option to its place, drawn with characters."""


def read(text: str) -> BallotFile:
    """The ballots of ``text``; raises :class:`UsageError` with the line's number."""
    names: list[str] = []
    ballots: Counter[Values] = Counter()
    options = 0
    for line, written in enumerate(text.splitlines(), start=1):
        if match := BALLOT.fullmatch(written.strip()):
            ranks = match[1]
            options = options or len(ranks)
            if len(ranks) != options:
                raise refuse(line, f"a ballot on {len(ranks)} options after ballots on {options}")
            ballots[tuple(0 if rank == "-" else int(rank, 36) for rank in ranks)] += 1
        elif not ballots and (match := _OPTION.fullmatch(written.rstrip())):
            names.append(" ".join(match[2].rstrip(_DRAWN).split()))
    if not ballots:
        raise UsageError("the tally sheet has no ballots")
    if len(names) == options:
        return BallotFile(tuple(names), dict(ballots))
    numbered = tuple(f"Option {number}" for number in range(1, options + 1))
    note = f"the sheet names {len(names)} options and its ballots rank {options}: they bear numbers"
    return BallotFile(numbered, dict(ballots), notes=(note,))
