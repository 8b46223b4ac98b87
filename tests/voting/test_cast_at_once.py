"""Casting when many do it at once, or one too often."""

from __future__ import annotations

import pytest
from sqlalchemy import event
from tests.voting.making import YES, MadeVote, cast, make_vote, refused, verified

from egov_crypto import ballot
from egov_participation.clock import ManualClock
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.service import casting


@pytest.fixture
def vote(services: Services) -> MadeVote:
    return make_vote(services)


def test_whose_ballots_are_refused_too_often_waits_an_hour_and_nobody_else_does(
    services: Services, vote: MadeVote, clock: ManualClock
) -> None:
    clock.set(clock().replace(minute=15))
    raw, good = vote.ballot(0), vote.ballot(0)
    cast(services, vote, 0, raw)
    stranger = ballot.make(vote.election, "11111-111111-11111-111111", YES)
    for _ in range(40):
        assert refused(services, vote, 0, stranger) == (403, "credential.unknown")
    assert refused(services, vote, 0, stranger) == (429, "ballot.refused_too_often")
    assert refused(services, vote, 0, good) == (429, "ballot.refused_too_often")
    assert not cast(services, vote, 0, raw).new  # the receipt is there to be had again
    assert cast(services, vote, 1, vote.ballot(1)).new
    clock.advance(minutes=45)
    assert cast(services, vote, 0, good).new


def test_a_ballot_does_not_wait_for_long_while_others_are_verified(services: Services, vote: MadeVote) -> None:
    with casting._VERIFYING:
        assert cast(services, vote, 0, vote.ballot(0)).new


def test_a_ballot_that_comes_twice_at_once_is_recorded_once_and_the_database_refuses_nothing(
    services: Services, vote: MadeVote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL would write what it refuses into its log: the tracker, and the time."""
    errors: list[object] = []
    event.listen(services.database._engine, "handle_error", errors.append)
    raw, find = vote.ballot(0), casting._find
    first = cast(services, vote, 0, raw)
    monkeypatch.setattr(casting, "_find", lambda *asked: (*find(*asked)[:1], None, None))
    assert cast(services, vote, 0, raw) == service.CastOutcome(first.receipt, new=False)
    assert verified(services, vote.uuid).report.ballots == 1
    assert not errors
