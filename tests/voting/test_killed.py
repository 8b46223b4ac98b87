"""kill -9 while many voters cast: no acknowledged ballot is missing, none stands twice, the archive verifies."""

from __future__ import annotations

import json
import multiprocessing
import random
import time
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest
from tests.voting.making import NO, YES, MadeVote, archive_of, make_vote
from tests.voting.writer import cast_all

from egov_crypto import ballot
from egov_crypto.verify import verify_archive
from egov_participation.app import create_services
from egov_participation.database import Database
from egov_participation.services import Services
from egov_participation.settings import Settings
from egov_participation.voting import service

SIZES = {"sqlite": (10, 50, 5), "postgresql": (4, 16, 4)}
"""Kills, voters, ballots of each: the server that holds the data is not what is killed on PostgreSQL."""


@pytest.mark.enable_socket  # the fork server is reached by a local socket that has no address
def test_what_was_acknowledged_is_in_the_archive_once_however_often_the_server_is_killed(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    services = create_services(settings, database=database)
    kills, voters, each = SIZES[database.dialect]
    vote = make_vote(services, voters=voters, trustees=1)
    queues = [[vote.ballot(voter, YES if turn % 2 else NO) for turn in range(each)] for voter in range(voters)]
    log = tmp_path / "acknowledged"
    moments = random.Random(20241006)
    # Forked from a server that has imported everything: ten starts would otherwise take longer than the test itself.
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.voting.writer"])

    for _ in range(kills):
        work = remaining(vote, queues, acknowledged(log))
        # Not after some time, in which a quick machine would have come to the end.
        enough = lines(log) + moments.randint(1, voters * each // (2 * kills))
        writer = processes.Process(target=cast_all, args=(settings, log, vote.uuid, work))
        writer.start()
        while lines(log) < enough:
            assert writer.is_alive()
            time.sleep(0.001)
        time.sleep(moments.uniform(0, 0.005))  # at any point of one that is under way
        writer.kill()
        writer.join()
        assert_all_there(services, vote, acknowledged(log))

    assert len(acknowledged(log)) < voters * each  # the kills came while there was still something to do
    cast_all(settings, log, vote.uuid, remaining(vote, queues, acknowledged(log)))
    assert_all_there(services, vote, acknowledged(log))
    report = verify_archive(BytesIO(archive_of(services, vote.uuid)), jobs=1).report
    assert (report.ballots, report.voters) == (voters * each, voters)


def lines(log: Path) -> int:
    return log.read_bytes().count(b"\n") if log.exists() else 0


def acknowledged(log: Path) -> dict[str, bytes]:
    """Receipts by tracker; a line that the kill cut off is no acknowledgement."""
    whole, _, _ = log.read_bytes().rpartition(b"\n") if log.exists() else (b"", b"", b"")
    return {json.loads(line)["tracker"]: line for line in whole.splitlines()}


def remaining(vote: MadeVote, queues: list[list[bytes]], done: dict[str, bytes]) -> list[tuple[str, list[bytes]]]:
    """What each voter has still to cast. The first may have been recorded without the voter's learning of it."""
    left = [[raw for raw in queue if ballot.tracker(raw) not in done] for queue in queues]
    return [(person, queue) for person, queue in zip(vote.people, left, strict=True) if queue]


def assert_all_there(services: Services, vote: MadeVote, done: dict[str, bytes]) -> None:
    recorded = service.board(services, vote.uuid, limit=500).ballots
    counts = Counter(row.tracker for row in recorded)
    assert [row.height for row in recorded] == list(range(1, len(recorded) + 1))
    assert set(counts.values()) <= {1}
    assert done.keys() <= counts.keys()
    # At most one ballot of each voter was on its way when the server died.
    assert len(recorded) - len(done) <= len(vote.people)
    for tracker, receipt in done.items():
        assert service.ballot(services, vote.uuid, tracker).receipt == receipt
