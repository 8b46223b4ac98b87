"""A log with something in it."""

from __future__ import annotations

import pytest
from tests.voting.making import NO, YES, MadeVote, cast, make_vote

from egov_participation.ledger import service as ledger
from egov_participation.services import Services


@pytest.fixture
def vote(services: Services) -> MadeVote:
    """An open vote with three ballots, all of it published in the log."""
    made = make_vote(services)
    for voter, choice in ((0, YES), (1, NO), (1, YES)):
        cast(services, made, voter, made.ballot(voter, choice))
    ledger.publish(services)
    return made
