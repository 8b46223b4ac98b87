"""Where many have voted a job adds the ballots up, part by part: nobody waits for it, and a kill costs one part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlmodel import func, select
from tests.voting.making import YES_NO, MadeVote, cast, close, make_vote, verified
from tests.voting.test_cast import cancel
from tests.voting.test_shuffling import FIRST, MIXED, SECOND

from egov_crypto import ballot
from egov_crypto.question import AnyQuestion
from egov_participation import jobs
from egov_participation.clock import ManualClock
from egov_participation.jobs import Worker
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.models import TallyPart
from egov_participation.voting.rules import VoteState
from egov_participation.voting.service import adding_up
from egov_participation.voting.views import AddingUp


def far(services: Services, vote: MadeVote) -> AddingUp | None:
    with services.database.read() as session:
        return service.adding_up_of(session, vote.uuid)


def parts(services: Services) -> int:
    with services.database.read() as session:
        return session.exec(select(func.count()).select_from(TallyPart)).one()


class Killed(Exception):
    """What a kill would be, for those who are in the same process."""


class Dying:
    """Takes ballots apart, and dies over one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, dies_at: int) -> None:
        self.taken, self._dies_at = 0, dies_at
        self._real = ballot.ciphertexts
        monkeypatch.setattr(ballot, "ciphertexts", self)

    def __call__(self, *arguments: object) -> object:
        self.taken += 1
        if self.taken == self._dies_at:
            raise Killed
        return self._real(*arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("questions", "weights", "choices"),
    [
        ((YES_NO,), (1, 2**31, 3, 4, 5), ([[1, 0, 0]], [[0, 1, 0]])),
        (MIXED, (1,) * 5, (FIRST, SECOND)),  # of which one question's votes are put together, and not added
    ],
    ids=["weighed", "mixed"],
)
def test_a_job_that_was_killed_goes_on_after_the_last_part_that_it_has_added_up(
    services: Services,
    worker: Worker,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    questions: Sequence[AnyQuestion],
    weights: Sequence[int],
    choices: Sequence[Sequence[object]],
) -> None:
    vote = make_vote(services, voters=5, weights=weights, questions=questions)
    for turn, voter in enumerate((0, 1, 2, 0, 3, 4)):  # the first of these votes once more
        cast(services, vote, voter, vote.ballot(voter, choices[turn % 2]))  # type: ignore[arg-type]
    monkeypatch.setattr(adding_up, "PART", 2 * sum(len(of) for of in _answers(vote)) + 1)  # two ballots
    assert far(services, vote) is None
    taking = Dying(monkeypatch, dies_at=4)
    close(services, vote)
    close(services, vote)  # the next second's tick

    assert (taking.taken, far(services, vote)) == (0, AddingUp(0, 5))
    assert verified(services, vote.uuid).report.state == "closed"
    taking.taken = 0
    worker.run_due()
    assert (taking.taken, far(services, vote), parts(services)) == (4, AddingUp(2, 5), 1)
    assert service.vote(services, vote.uuid).state is VoteState.CLOSED
    clock.advance(seconds=jobs.FIRST_WAIT.total_seconds() + 1)
    worker.run_due()
    assert (taking.taken, far(services, vote), parts(services)) == (4 + 3, None, 0)
    found = verified(services, vote.uuid)  # which adds all ballots up itself
    assert found.report.state == ("shuffling" if questions is MIXED else "decrypting")
    assert (found.tally.ballots, found.tally.weight) == (5, sum(weights))


def test_nothing_is_added_up_of_a_vote_that_is_cancelled_meanwhile(
    services: Services, worker: Worker, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    vote = make_vote(services)
    for voter in range(3):
        cast(services, vote, voter, vote.ballot(voter))
    monkeypatch.setattr(adding_up, "PART", 3)
    Dying(monkeypatch, dies_at=3)
    close(services, vote)
    worker.run_due()
    assert parts(services) == 2
    cancel(services, vote)
    assert far(services, vote) is None
    clock.advance(seconds=timedelta(hours=1).total_seconds())
    worker.run_due()
    assert (parts(services), service.vote(services, vote.uuid).state) == (0, VoteState.CANCELLED)
    assert verified(services, vote.uuid).report.state == "closed"


def _answers(vote: MadeVote) -> list[list[object]]:
    """The ciphertexts of a ballot, question by question."""
    choices = [[0, 1, 0]] if len(vote.election.questions) == 1 else FIRST
    return list(ballot.ciphertexts(vote.election, vote.ballot(0, choices)))  # type: ignore[arg-type]
