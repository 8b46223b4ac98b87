"""The one way in which an archive grows."""

from __future__ import annotations

import pytest
from tests.voting.making import MadeVote, make_vote, verified

from egov_crypto.archive import EventType
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.models import AppendOnlyError, Vote, VoteEvent
from egov_participation.voting.service.append import AppendError, HeadMovedError, append_event


@pytest.fixture
def vote(services: Services) -> MadeVote:
    return make_vote(services)


def test_a_published_event_cannot_be_changed_or_deleted(services: Services, vote: MadeVote) -> None:
    service.cast(services, vote.uuid, vote.people[0], vote.ballot(0))
    for change in (lambda row, _: setattr(row, "blob", b""), lambda row, tx: tx.session.delete(row)):
        with services.database.uow() as tx:
            change(tx.get(VoteEvent, (vote.uuid, 1)), tx)
            with pytest.raises(AppendOnlyError):
                tx.flush()
    assert verified(services, vote.uuid).report.ballots == 1


def test_an_event_that_the_grammar_forbids_is_not_appended(services: Services, vote: MadeVote) -> None:
    for event_type in set(EventType) - {EventType.BALLOT, EventType.END_BALLOTS}:
        with services.database.uow() as tx:
            row = tx.get(Vote, vote.uuid)
            assert row is not None
            with pytest.raises(AppendError):
                append_event(tx, row, event_type, b"{}")


def test_who_read_an_older_head_cannot_append(services: Services, vote: MadeVote) -> None:
    with services.database.read() as session:
        stale = session.get(Vote, vote.uuid)
        assert stale is not None
        session.expunge(stale)
    service.cast(services, vote.uuid, vote.people[0], vote.ballot(0))
    with services.database.uow() as tx, pytest.raises(HeadMovedError):
        append_event(tx, stale, EventType.END_BALLOTS)
