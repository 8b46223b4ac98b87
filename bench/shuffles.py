"""Shuffles beside belenios-tool's of the same votes, on one core and on two; and what a trustee's decryption takes."""

from __future__ import annotations

import io
import json
import os
import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import track

from bench.ballots import BELENIOS, EGOV_VERIFY
from bench.elections import BenchElection, ranked
from bench.measure import CACHE, Figure, run
from bench.processes import Work, gained
from egov_crypto import archive, mixnet
from egov_crypto.archive import EventType
from egov_crypto.cli.memory import VARIABLE
from egov_crypto.mixnet.generators import generator
from egov_crypto.tally import Tally, decrypt, owned_json
from egov_crypto.verify import verify_archive

EGOV_BALLOT = EGOV_VERIFY.with_name("egov-ballot")
MANY, FEW = 1000, 100
TIMES = 8
"""As many ciphertexts as `MANY` for two processes, whose start must not count."""
RUNS = 7


def measure(console: Console) -> list[Figure]:
    """Ratios, what a second process gains, and seconds."""
    election = ranked(console, MANY)
    many, few = _Ended(election, MANY), _Ended(election, FEW)
    (shuffled, theirs_shuffled), (verified, theirs_verified) = _one_ciphertext(console, many, few)
    decryption, whole = _decryption(many)
    return [
        Figure("shuffle with proof, one ciphertext here", shuffled * 1000, "ms"),
        Figure("shuffle with proof, one ciphertext, belenios-tool", theirs_shuffled * 1000, "ms"),
        Figure("shuffle with proof: ours / belenios-tool", shuffled / theirs_shuffled, at_most=1.0),
        Figure("shuffle verified, one ciphertext here", verified * 1000, "ms"),
        Figure("shuffle verified, one ciphertext, belenios-tool", theirs_verified * 1000, "ms"),
        Figure("shuffle verified: ours / belenios-tool", verified / theirs_verified, at_most=1.0),
        *_two_processes(console, many, election),
        Figure(f"{MANY} ciphertexts decrypted by a trustee, verifying apart", decryption, "s", at_most=2.0),
        Figure(f"the same with the archive, its {MANY} ballots and 2 shuffles verified", whole, "s"),
    ]


class _Ended:
    """The archive of an election's first `votes` from its encrypted tally on, in a folder of its own."""

    def __init__(self, election: BenchElection, votes: int) -> None:
        raw = election.first(votes).read_bytes()
        found = verify_archive(io.BytesIO(raw))
        assert found.report.head is not None
        self.votes, self.election, self.tally = votes, found.election, found.tally
        self.keys = json.loads(election.path.with_suffix(".keys").read_text())
        self._head, self.raw = found.report.head, raw
        self.append(EventType.END_BALLOTS)
        self.append(EventType.ENCRYPTED_TALLY, self.tally.to_json(), self.tally.sized_json())

    def append(self, event_type: EventType, *data: bytes) -> None:
        self._head, blob = archive.append(self._head, event_type, *data)
        self.raw += blob

    def shuffle(self, owner: int) -> bytes:
        """Append a trustee's."""
        raw = mixnet.shuffle(self.election, self.tally)
        self.tally = mixnet.verify(self.election, self.tally, raw)
        self.append(EventType.SHUFFLE, raw, mixnet.owned_json(owner, raw))
        return raw

    def folder(self, name: str) -> Path:
        """A new one with the archive as it stands, as belenios-tool wants it."""
        folder = CACHE / f"shuffles-{name}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / f"{self.election.uuid}.bel").write_bytes(self.raw)
        return folder


def _one_ciphertext(console: Console, many: _Ended, few: _Ended) -> tuple[tuple[float, float], tuple[float, float]]:
    """Seconds of processor time, ours and theirs: medians of runs that take turns.

    Ours are the functions that the commands call, which read and write the JSON. Theirs of a shuffle is the command on
    many votes less that on few, and of verifying it on an archive with one more shuffle less that without.
    """
    tally = many.tally
    raw = many.shuffle(1)
    folders = [few.folder("few"), many.folder("one")]
    untouched = _Ended(ranked(console, MANY), MANY).folder("none")
    many.shuffle(2)
    folders.append(many.folder("two"))
    ours: tuple[list[float], list[float]] = ([], [])
    theirs: tuple[list[float], list[float]] = ([], [])
    for _ in track(range(RUNS), "A shuffle, here and there", console=console):
        ours[0].append(_processor(lambda: mixnet.shuffle(many.election, tally)) / MANY)
        ours[1].append(_processor(lambda: mixnet.verify(many.election, tally, raw)) / MANY)
        whole, part = (
            run([BELENIOS, "election", "shuffle", "--dir", folder, "--trustee-id", "1"]).processor
            for folder in (untouched, folders[0])
        )
        theirs[0].append((whole - part) / (MANY - FEW))
        two, one = (run([BELENIOS, "election", "verify", "--dir", folder]).processor for folder in folders[:0:-1])
        theirs[1].append((two - one) / MANY)
    median = statistics.median
    return (median(ours[0]), median(theirs[0])), (median(ours[1]), median(theirs[1]))


def _processor(work: Callable[[], object]) -> float:
    generator.cache_clear()
    start = time.process_time()
    work()
    return time.process_time() - start


def _two_processes(console: Console, many: _Ended, election: BenchElection) -> list[Figure]:
    whole, half = (_repeated(many, times) for times in (TIMES, TIMES // 2))
    shuffles = [mixnet.shuffle(many.election, tally, jobs=2) for tally in (whole, half)]
    name = f"shuffle of {TIMES * MANY} ciphertexts"
    archives = [_decrypted(_Ended(election, votes)) for votes in (MANY, MANY // 2)]
    works = [
        Work(name, 1.7, mixnet.shuffle, (many.election, whole), (many.election, half)),
        Work(
            f"{name} verified",
            1.7,
            mixnet.verify,
            (many.election, whole, shuffles[0]),
            (many.election, half, shuffles[1]),
        ),
        Work(f"archive of {MANY} ballots, 2 shuffles, 2 decryptions", 1.5, _verify, (archives[0],), (archives[1],)),
    ]
    return [figure for work in works for figure in gained(console, work)]


def _repeated(many: _Ended, times: int) -> Tally:
    return Tally.empty(many.election).mixed([many.tally.ciphertexts[0] * times])


def _decrypted(ended: _Ended) -> bytes:
    """The whole archive, once two have shuffled and decrypted."""
    for owner in (1, 2):
        ended.shuffle(owner)
    ended.append(EventType.END_SHUFFLES)
    for owner, private in enumerate(ended.keys, start=1):
        raw = decrypt(ended.election, ended.tally, int(private))
        ended.append(EventType.PARTIAL_DECRYPTION, raw, owned_json(owner, raw))
    return ended.raw


def _verify(raw: bytes, *, jobs: int) -> None:
    verify_archive(io.BytesIO(raw), jobs=jobs)


def _decryption(many: _Ended) -> tuple[float, float]:
    """Processor time of a trustee's command, less that of `egov-verify` on the same archive; and the whole of it.

    In turns, and the median of what they differ by: a machine that is slower for a while is so for both.
    """
    many.append(EventType.END_SHUFFLES)
    folder = many.folder("ended")
    (path,) = folder.glob("*.bel")
    key = folder / "1.privkey"
    key.write_text(json.dumps(many.keys[0]))
    owned = verify_archive(io.BytesIO(path.read_bytes())).shuffles[1]
    os.environ[VARIABLE] = str(folder / "state")
    whole, less = [], []
    for number in range(5):
        out = folder / f"{number}.decryption"
        command: list[str | Path] = [EGOV_BALLOT, "trustee", "decrypt", key, path, "--out", out, "--shuffle", owned]
        whole.append(run(command).processor)
        less.append(whole[-1] - run([EGOV_VERIFY, "vote", path]).processor)
    return statistics.median(less), min(whole)
