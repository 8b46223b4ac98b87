"""How fast ballots verify: beside belenios-tool on one core, and on two cores beside one."""

from __future__ import annotations

import shutil
import statistics
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import track

from bench.elections import BenchElection, five_choices
from bench.measure import CACHE, ROOT, Figure, run
from bench.processes import Work, gained
from egov_crypto import archive
from egov_crypto.archive import EventType
from egov_crypto.verify import verify_archive

BELENIOS = ROOT / ".cache" / "belenios" / "belenios-tool"
EGOV_VERIFY = Path(sys.executable).with_name("egov-verify")
FEW, MANY = 100, 4000
RUNS = 40


def measure(console: Console) -> list[Figure]:
    """One ballot beside the reference's, and what a second process gains."""
    ours, theirs = _one_ballot(console, five_choices(console, FEW))
    return [
        Figure("one 5-choice ballot here", ours * 1000, "ms"),
        Figure("one 5-choice ballot, belenios-tool", theirs * 1000, "ms"),
        Figure("ours / belenios-tool", ours / theirs, at_most=1.0),
        *_throughput(console, five_choices(console, MANY)),
    ]


def _one_ballot(console: Console, election: BenchElection) -> tuple[float, float]:
    """Seconds of processor time for one ballot, ours and theirs: medians of runs that take turns.

    Theirs is the command on one ballot, less the same on `{}`. Ours is the command on an archive of a hundred ballots,
    less the same without any, by a hundred: reading the archive and adding up are in it. The roll is small: the
    reference reads it whole each time, which would drown the difference.
    """
    folder = CACHE / "belenios"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(election.first(0), folder / "election.bel")
    good, empty = folder / "ballot.json", folder / "empty.json"
    good.write_bytes(_first_ballot(election))
    empty.write_text("{}")
    check: list[str | Path] = [BELENIOS, "election", "verify-ballot", "--dir", folder, "--ballot"]
    ours, theirs = [], []
    for _ in track(range(RUNS), "One ballot, here and there", console=console):
        theirs.append(run([*check, good]).processor - run([*check, empty], expect=None).processor)
        many, none = (run([EGOV_VERIFY, "vote", election.first(count)]).processor for count in (FEW, 0))
        ours.append((many - none) / FEW)
    return statistics.median(ours), statistics.median(theirs)


def _first_ballot(election: BenchElection) -> bytes:
    with election.path.open("rb") as file:
        timestamp = archive.read_timestamp(file)
        member = None
        for following in archive.members(file, timestamp):
            if following.kind == "event":
                event = archive.Event.parse(archive.content(file, following))
                if event.type is EventType.BALLOT and member is not None:
                    return archive.content(file, member)
            member = following
    raise ValueError(f"{election.path} has no ballot")


def _throughput(console: Console, election: BenchElection) -> list[Figure]:
    whole, half = (election.first(ballots) for ballots in (MANY, MANY // 2))
    return gained(console, Work(f"archive of {MANY} ballots", 1.8, _verify, (whole,), (half,)))


def _verify(path: Path, *, jobs: int) -> None:
    with path.open("rb") as file:
        verify_archive(file, jobs=jobs)
