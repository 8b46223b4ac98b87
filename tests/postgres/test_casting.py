"""Two processes take ballots for the same vote: nothing is lost, nothing stands twice, the archive verifies."""

from __future__ import annotations

from collections import Counter
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from tests.voting.making import NO, YES, make_vote, tallied, verified
from tests.voting.writer import cast_all

from egov_crypto import ballot
from egov_participation.clock import ManualClock, system_clock
from egov_participation.services import Services
from egov_participation.settings import Settings
from egov_participation.voting import service

pytestmark = [pytest.mark.postgresql, pytest.mark.enable_socket]  # the fork server has a local socket
VOTERS = 12


@pytest.fixture
def clock() -> ManualClock:
    """The other processes have the computer's own clock."""
    return ManualClock(system_clock())


def test_two_processes_cast_into_one_archive(
    services: Services, settings: Settings, processes: ForkServerContext, tmp_path: Path
) -> None:
    vote = make_vote(services, voters=VOTERS, trustees=1)
    shared = [(person, [vote.ballot(place, YES)]) for place, person in enumerate(vote.people)]
    own = [(person, [vote.ballot(place, NO)]) for place, person in enumerate(vote.people)]
    logs = [tmp_path / name for name in ("shared-1", "shared-2", "own-1", "own-2")]

    def at_once(*work: tuple[Path, list[tuple[str, list[bytes]]]]) -> None:
        writers = [processes.Process(target=cast_all, args=(settings, log, vote.uuid, queue)) for log, queue in work]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
            assert writer.exitcode == 0

    # The same ballots at both, as when somebody presses twice: each is recorded once, with one receipt.
    at_once((logs[0], shared), (logs[1], shared))
    assert sorted(logs[0].read_bytes().splitlines()) == sorted(logs[1].read_bytes().splitlines())
    # Then half of the people change their minds at one process, half at the other.
    at_once((logs[2], own[::2]), (logs[3], own[1::2]))

    cast = {ballot.tracker(raw) for _, queue in shared + own for raw in queue}
    recorded = service.board(services, vote.uuid, limit=500).ballots
    assert Counter(row.tracker for row in recorded) == Counter(cast)
    assert [row.height for row in recorded] == list(range(1, 2 * VOTERS + 1))
    report = verified(services, vote.uuid).report
    assert (report.ballots, report.voters) == (2 * VOTERS, VOTERS)
    assert tallied(services, vote) == ((0, 0, VOTERS),)
