"""The archive of past votes: what is over, by year, kind and words, and how each came out in a line."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.voting.making import YES_NO, make_vote, tallied

from egov_participation.clock import ManualClock
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.rules import VoteKind, VoteState
from egov_participation.voting.service import past
from egov_participation.voting.texts import Texts
from egov_participation.voting.views import VoteView
from egov_participation.voting.wording import outcome

ZONE = "Asia/Almaty"


def uuids(found: service.PastVotes) -> list[str]:
    return [vote.uuid for vote in found.votes]


def test_past_votes_are_those_that_closed_or_were_cancelled_the_last_first(
    services: Services, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_vote(services, voters=1, trustees=1).uuid
    cancelled = make_vote(services, voters=1, trustees=1, lasts=timedelta(days=90)).uuid
    binding = make_vote(services, voters=1, trustees=3, lasts=timedelta(days=1), kind=VoteKind.BINDING).uuid
    make_vote(services, voters=1, trustees=1, lasts=timedelta(days=900))
    with services.database.uow() as tx:
        service.cancel(services, tx, cancelled, Texts("Себеп", "Причина", "Reason"), "a" * 64)
        tx.commit()
    clock.advance(days=2)

    found = service.past_votes(services, "en")
    # By the day on which it was cancelled: that on which it would have closed is yet to come.
    assert found.votes[2].ended_at == found.votes[2].cancelled_at
    assert uuids(found) == [binding, first, cancelled]
    assert (found.total, found.years, found.page, found.pages) == (3, (2024,), 1, 1)
    assert uuids(service.past_votes(services, "en", year=2024)) == [binding, first, cancelled]
    assert uuids(service.past_votes(services, "en", year=2025)) == []
    assert uuids(service.past_votes(services, "en", year=2023)) == []
    assert uuids(service.past_votes(services, "en", kind=VoteKind.BINDING)) == [binding]
    assert uuids(service.past_votes(services, "en", kind=VoteKind.CONSULTATIVE, year=2024)) == [first, cancelled]
    assert uuids(service.past_votes(services, "ru", words="пробное")) == [binding, first, cancelled]
    assert uuids(service.past_votes(services, "kk", words="жоқ-сөз")) == []
    monkeypatch.setattr(past, "PAGE", 2)
    pages = [service.past_votes(services, "en", page=page) for page in (1, 2, 9)]
    assert [(uuids(page), page.page, page.pages) for page in pages] == [
        ([binding, first], 1, 2),
        ([cancelled], 2, 2),
        ([cancelled], 2, 2),
    ]


def test_a_line_says_how_a_vote_came_out(services: Services) -> None:
    made = make_vote(services, voters=4, trustees=1)
    for voter in (0, 1):
        service.cast(services, made.uuid, made.people[voter], made.ballot(voter))
    tallied(services, made)
    vote = service.vote(services, made.uuid)

    def line(**changed: object) -> str:
        view: VoteView = replace(vote, **changed)  # type: ignore[arg-type]
        return outcome(view, "en", ZONE)

    assert line() == "Most votes: Yes, 100.00%. Turnout 50.00%."
    assert line(result=((0, 1, 1),)) == "As many votes for each: Yes, No, 50.00%. Turnout 50.00%."
    assert line(result=((2, 0, 0),)) == "All votes are blank. Turnout 50.00%."
    assert line(result=((0, 0, 0),), weight=0, voters=0) == "Nobody voted."
    assert line(result=((0, 2, 0), (0, 2, 0)), questions=vote.questions * 2) == "2 questions. Turnout 50.00%."
    assert line(result=((0, 6, 1),), weight=7) == "Most votes: Yes, 85.71%. Turnout 50.00%."
    assert line(state=VoteState.CANCELLED, result=None) == "Cancelled: there is no result."
    assert line(state=VoteState.DECRYPTING, result=None) == "The result is not there yet."
    assert YES_NO.blank
