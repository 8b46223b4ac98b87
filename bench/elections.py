"""Real elections to measure on, made once and kept in .cache/bench."""

from __future__ import annotations

import itertools
import json
import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track

from bench.measure import CACHE
from egov_crypto import archive, ballot, credential, trustee
from egov_crypto.archive import EventType
from egov_crypto.election import Election, random_uuid
from egov_crypto.group import G, Point
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.question import AnyQuestion, Question
from egov_crypto.trustees import Trustees

TIMESTAMP = 1_700_000_000


CHOOSE = Question(answers=("A", "B", "C", "D", "E"), question="?", min=1, max=1, blank=False)
RANK = PreferenceQuestion(answers=("A", "B", "C", "D", "E"), question="?")
TRUSTEES = 2


@dataclass(frozen=True)
class BenchElection:
    """An archive of an open vote on one question with five answers, one of which is chosen, or which are ranked."""

    path: Path
    ends: list[int]
    """``ends[n]``: where in the file the archive with the first n ballots ends, which is an archive too."""

    def first(self, ballots: int) -> Path:
        """The archive as it was after so many ballots, as a file of its own."""
        if ballots == len(self.ends) - 1:
            return self.path
        part = self.path.with_name(f"{self.path.stem}-first-{ballots}.bel")
        if not part.exists():
            with self.path.open("rb") as whole:
                part.write_bytes(whole.read(self.ends[ballots]))
        return part


def five_choices(console: Console, ballots: int, *, others: int = 0) -> BenchElection:
    """An election in which `ballots` voters have voted and `others` never do."""
    return _kept(console, CACHE / f"five-choices-{ballots}-{others}.bel", CHOOSE, ballots, others)


def ranked(console: Console, ballots: int) -> BenchElection:
    """An election in which `ballots` voters have ranked; the trustees' private keys stand beside it (`.keys`)."""
    return _kept(console, CACHE / f"ranked-{ballots}.bel", RANK, ballots, 0)


def _kept(console: Console, path: Path, question: AnyQuestion, ballots: int, others: int) -> BenchElection:
    CACHE.mkdir(parents=True, exist_ok=True)
    index = path.with_suffix(".json")
    if not index.exists():
        _make(console, path, question, index, ballots, others)
    return BenchElection(path, json.loads(index.read_text()))


def _make(console: Console, path: Path, question: AnyQuestion, index: Path, ballots: int, others: int) -> None:
    uuid = random_uuid()
    made_keys = [trustee.generate() for _ in range(TRUSTEES if question is RANK else 1)]
    trustees = Trustees.singles([key for _, key in made_keys])
    path.with_suffix(".keys").write_text(json.dumps([str(private) for private, _ in made_keys]))
    election = Election.build(
        uuid=uuid, name="bench", description="bench", public_key=trustees.public_key, questions=[question]
    )
    credentials = [credential.generate() for _ in range(ballots)]
    points = itertools.chain((credential.public(uuid, text) for text in credentials), _strangers(others))
    voters = track(points, f"Voters of {path.name}", ballots + others, console=console)
    roll = credential.list_to_json((point, 1) for point in voters)
    head, blob = archive.start(TIMESTAMP, election.raw, trustees.to_json(), roll)
    ends = [len(blob)]
    # The index comes last: without it the file counts as not made.
    with path.open("wb") as file, multiprocessing.get_context("spawn").Pool(2, _start, (election.raw,)) as pool:
        file.write(blob)
        made = pool.imap(_ballot, enumerate(credentials), chunksize=16)
        for raw in track(made, f"Ballots of {path.name}", ballots, console=console):
            head, blob = archive.append(head, EventType.BALLOT, raw)
            file.write(blob)
            ends.append(ends[-1] + len(blob))
    index.write_text(json.dumps(ends))


def _strangers(count: int) -> Iterator[Point]:
    """Public credentials that nobody knows a private one of: an addition each, not a multiplication."""
    point = credential.public("1" * 14, credential.generate())
    for _ in range(count):
        yield point
        point += G


_election: Election  # of a worker process, set once when it starts


def _start(raw: bytes) -> None:
    global _election
    _election = Election.parse(raw)


def _ballot(voter: tuple[int, str]) -> bytes:
    number, text = voter
    ranks = [1 + (answer + number) % 5 for answer in range(5)]
    if not _election.shuffled:
        ranks = [int(rank == 1) for rank in ranks]
    return ballot.make(_election, text, [ranks])
