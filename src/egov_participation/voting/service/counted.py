"""Rankings and gradings that were counted: the ballots one by one, as the archive lists them, and their count."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlmodel import Session, col, select

from egov_crypto.counting import Outcome
from egov_crypto.counting.published import read
from egov_crypto.preference import PreferenceQuestion
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.services import Services
from egov_participation.voting.models import Vote, VoteCount
from egov_participation.voting.service.lookup import election_from, find_vote
from egov_participation.voting.service.payloads import published_result


@dataclass(frozen=True, slots=True)
class Listed:
    """The ballots on a question, shuffled: nobody knows whose each is."""

    uuid: str
    number: int
    """Of the question, from 1."""
    question: PreferenceQuestion
    ballots: tuple[tuple[int, ...], ...]
    """Of each ballot the rank or grade that it gives to each answer, 0 for none; in the archive's order."""


def outcomes_of(session: Session, vote: Vote, questions: int) -> tuple[Outcome | None, ...]:
    """Of each question how its ballots were counted; None of other questions, and before there is a result."""
    rows = session.exec(select(VoteCount).where(col(VoteCount.vote_uuid) == vote.uuid))
    found = {row.question: read(json.loads(row.raw)) for row in rows}
    return tuple(found.get(number) for number in range(1, questions + 1))


def count_file(services: Services, uuid: str, number: int) -> bytes:
    """The published count of a question (from 1), byte for byte.

    Raises:
        DomainError: 404 ``vote.unknown`` or ``result.no_count``.
    """
    with services.database.read() as session:
        row = session.get(VoteCount, (find_vote(session, uuid).uuid, number))
        if row is None:
            raise DomainError(404, N_("There is no count of this question, or not yet."), code="result.no_count")
        return row.raw


def listed(services: Services, uuid: str, number: int) -> Listed:
    """The ballots on a question (from 1). A large vote has some megabytes of them.

    Raises:
        DomainError: 404 ``vote.unknown`` or ``result.not_listed``.
    """
    with services.database.read() as session:
        vote = find_vote(session, uuid)
        questions = election_from(vote.election).questions
        question = questions[number - 1] if 1 <= number <= len(questions) else None
        result = published_result(session, vote) if isinstance(question, PreferenceQuestion) else None
    if not isinstance(question, PreferenceQuestion) or result is None:
        raise DomainError(
            404, N_("Of this question no ballots are listed one by one, or not yet."), code="result.not_listed"
        )
    return Listed(uuid, number, question, result[number - 1])  # type: ignore[arg-type]
