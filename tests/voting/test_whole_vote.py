"""A vote from its setup to its result, as everybody concerned sees it."""

from __future__ import annotations

from tests.voting.making import BLANK, NO, YES, close, decrypt, make_vote, verified

from egov_participation.clock import ManualClock
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.rules import VoteState


def test_a_vote_goes_from_its_setup_to_a_verified_result(services: Services, clock: ManualClock) -> None:
    vote = make_vote(services, voters=4, weights=(1, 2, 1, 1))
    for voter, choices in ((0, NO), (1, YES), (2, BLANK), (0, YES)):
        assert service.cast(services, vote.uuid, vote.people[voter], vote.ballot(voter, choices)).new

    seen = service.vote(services, vote.uuid)
    assert (seen.state, seen.ballots, seen.voters, seen.registered) == (VoteState.OPEN, 4, 3, 4)
    assert verified(services, vote.uuid).report.state == "open"

    close(services, vote)
    assert service.vote(services, vote.uuid).state is VoteState.DECRYPTING
    first = service.hand_in_decryption(services, vote.uuid, decrypt(services, vote, 2))
    assert (first.owner, first.awaited) == (2, 1)
    assert [trustee.decrypted for trustee in service.vote(services, vote.uuid).trustees] == [False, True]
    last = service.hand_in_decryption(services, vote.uuid, decrypt(services, vote, 1))
    assert (last.owner, last.awaited) == (1, 0)

    seen = service.vote(services, vote.uuid)
    assert seen.state is VoteState.TALLIED
    assert seen.result == ((1, 3, 0),)  # blank, yes (weights 1 and 2), no
    report = verified(services, vote.uuid).report
    assert (report.state, report.result, report.ballots, report.voters) == ("tallied", [[1, 3, 0]], 4, 3)
    assert report.head is not None
    assert (report.head.height, report.head.hash) == (seen.head_height, seen.head_hash)
