"""Closing by the clock, and decrypting: each step done once, wherever a crash stops the work."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from tests.registrar.book import CredentialBook
from tests.voting.making import (
    NO,
    YES,
    MadeVote,
    archive_of,
    close,
    decrypt,
    make_vote,
    tallied,
    verified,
)

from egov_crypto import tally, wire
from egov_crypto.question import Question
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.jobs import Worker
from egov_participation.registrar.interface import Way
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.rules import VoteState
from egov_participation.voting.service import adding_up, closing


class Crash(Exception):
    """What a power cut would be, for those who are in the same process."""


class FailingRegistrar(LocalRegistrar):
    """A registrar that is down when it is asked to destroy; everything else it does."""

    def destroy(self, vote: str) -> None:
        raise Crash


@pytest.fixture
def vote(services: Services) -> MadeVote:
    vote = make_vote(services)
    for voter, choices in ((0, YES), (1, NO), (1, YES)):
        service.cast(services, vote.uuid, vote.people[voter], vote.ballot(voter, choices))
    return vote


def past_closing(services: Services, vote: MadeVote, clock: ManualClock) -> None:
    clock.set(service.vote(services, vote.uuid).closes_at)


def test_the_worker_closes_a_vote_in_the_second_it_is_due(
    services: Services, vote: MadeVote, clock: ManualClock, worker: Worker
) -> None:
    clock.set(service.vote(services, vote.uuid).closes_at - timedelta(seconds=1))
    worker.run_due()
    assert service.vote(services, vote.uuid).state is VoteState.OPEN
    clock.advance(seconds=1)
    assert service.vote(services, vote.uuid).state is VoteState.CLOSED
    worker.run_due()
    assert service.vote(services, vote.uuid).state is VoteState.DECRYPTING
    assert verified(services, vote.uuid).report.state == "decrypting"


def test_closing_again_changes_nothing(services: Services, vote: MadeVote) -> None:
    close(services, vote)
    before = archive_of(services, vote.uuid)
    service.close_due_votes(services)
    closing.close(services, vote.uuid)
    closing.end_ballots(services, vote.uuid)
    adding_up.append_tally(services, vote.uuid)
    assert archive_of(services, vote.uuid) == before


def test_an_open_vote_is_not_closed(services: Services, vote: MadeVote) -> None:
    before = archive_of(services, vote.uuid)
    closing.close(services, vote.uuid)
    assert archive_of(services, vote.uuid) == before
    assert CredentialBook(services).credential(vote.uuid, vote.people[0])


def test_a_crash_after_any_step_of_closing_is_made_good_by_the_next_tick(
    services: Services, clock: ManualClock
) -> None:
    def ended(uuid: str) -> None:
        closing.end_ballots(services, uuid)

    def destroyed(uuid: str) -> None:
        ended(uuid)
        services.registrar.destroy(uuid)

    def tallied(uuid: str) -> None:
        closing.close(services, uuid)

    steps: list[Callable[[str], None]] = [ended, destroyed, tallied]
    votes = [make_vote(services, voters=1, trustees=1) for _ in steps]
    for vote in votes:
        service.cast(services, vote.uuid, vote.people[0], vote.ballot(0))
    past_closing(services, votes[-1], clock)
    for vote, crashed_after in zip(votes, steps, strict=True):
        crashed_after(vote.uuid)
    service.close_due_votes(services)
    for vote in votes:
        report = verified(services, vote.uuid).report
        assert (report.state, report.head.height if report.head else None) == ("decrypting", 3)


def test_a_registrar_that_is_down_holds_up_its_vote_until_it_is_back_and_no_other(
    services: Services, vote: MadeVote, clock: ManualClock
) -> None:
    past_closing(services, vote, clock)
    assert isinstance(services.registrar, LocalRegistrar)
    registrar = FailingRegistrar(services.registrar.means)
    down = replace(services, registrar=registrar)
    with capture_logs() as logged:
        service.close_due_votes(down)
    (line,) = logged
    assert (line["event"], line["vote"], line["error"]) == ("vote.closing_failed", vote.uuid, "Crash")
    assert "exc_info" not in line
    assert service.vote(services, vote.uuid).state is VoteState.CLOSED
    service.close_due_votes(services)
    assert service.vote(services, vote.uuid).state is VoteState.DECRYPTING


def test_private_credentials_are_gone_when_the_tally_is_there(services: Services, vote: MadeVote) -> None:
    close(services, vote)
    with pytest.raises(DomainError) as refusal:
        services.registrar.begin(vote.uuid, vote.people[0], Way.CODE, lang="kk")
    assert (refusal.value.status, refusal.value.code) == (410, "credential.closed")


def test_nobody_voted_and_the_result_says_so(services: Services) -> None:
    assert tallied(services, make_vote(services)) == ((0, 0, 0),)


def test_weights_and_several_questions_are_counted_as_cast(services: Services) -> None:
    days = Question(("A / A / A", "B / B / B", "C / C / C"), "Q / Q / Q", 0, 2)
    vote = make_vote(services, weights=(1, 2**31, 3), questions=(days, days))
    for voter, choices in (
        (0, [[1, 1, 0], [0, 0, 0]]),
        (1, [[0, 0, 1], [1, 0, 0]]),
        (2, [[1, 0, 1], [1, 1, 0]]),
    ):
        service.cast(services, vote.uuid, vote.people[voter], vote.ballot(voter, choices))
    assert tallied(services, vote) == ((4, 1, 2**31 + 3), (2**31 + 3, 3, 0))
    assert verified(services, vote.uuid).report.state == "tallied"


class TestDecryptions:
    @pytest.fixture
    def closed(self, services: Services, vote: MadeVote) -> MadeVote:
        close(services, vote)
        return vote

    def refused(self, services: Services, vote: MadeVote, raw: bytes) -> tuple[int, str]:
        before = archive_of(services, vote.uuid)
        with pytest.raises(DomainError) as refusal:
            service.hand_in_decryption(services, vote.uuid, raw)
        assert archive_of(services, vote.uuid) == before
        return int(refusal.value.status), refusal.value.code

    def test_a_trustee_hands_in_once(self, services: Services, closed: MadeVote) -> None:
        raw = decrypt(services, closed, 1)
        service.hand_in_decryption(services, closed.uuid, raw)
        assert self.refused(services, closed, raw) == (409, "decryption.repeated")
        assert self.refused(services, closed, decrypt(services, closed, 1)) == (409, "decryption.repeated")

    def test_a_strangers_key_decrypts_nothing(self, services: Services, closed: MadeVote) -> None:
        stranger = replace(closed, trustees=(12345, *closed.trustees[1:]))
        assert self.refused(services, closed, decrypt(services, stranger, 1)) == (422, "decryption.invalid")

    def test_a_decryption_of_another_tally_is_refused(self, services: Services, closed: MadeVote) -> None:
        found = verified(services, closed.uuid)
        other = tally.Tally.empty(found.election)
        other.merge(found.tally)
        other.merge(found.tally)
        raw = tally.decrypt(found.election, other, closed.trustees[0])
        assert self.refused(services, closed, raw) == (422, "decryption.invalid")

    def test_one_wrong_factor_is_refused(self, services: Services, closed: MadeVote) -> None:
        value = wire.load(decrypt(services, closed, 1))
        value["decryption_factors"][0].reverse()
        assert self.refused(services, closed, wire.dump(value)) == (422, "decryption.invalid")

    @pytest.mark.parametrize("raw", [b"", b"{}", b"\xff", b'{"decryption_factors":[],"decryption_proofs":[]}'])
    def test_what_is_no_decryption_is_refused(self, services: Services, closed: MadeVote, raw: bytes) -> None:
        assert self.refused(services, closed, raw) == (400, "decryption.format")

    def test_a_file_over_a_megabyte_is_refused(self, services: Services, closed: MadeVote) -> None:
        assert self.refused(services, closed, b" " * 1_010_000) == (413, "decryption.size")

    def test_a_vote_that_is_not_closed_or_is_tallied_takes_none(self, services: Services, vote: MadeVote) -> None:
        raw = b"{}"
        assert self.refused(services, vote, raw) == (409, "vote.not_decrypting")
        tallied(services, vote)
        assert self.refused(services, vote, raw) == (409, "vote.not_decrypting")

    def test_a_newline_at_the_end_of_the_file_does_no_harm(self, services: Services, closed: MadeVote) -> None:
        service.hand_in_decryption(services, closed.uuid, decrypt(services, closed, 2) + b"\n")
        assert verified(services, closed.uuid).report.decrypted == [2]

    def test_two_trustees_at_once_both_land_and_the_result_is_made_once(
        self, services: Services, closed: MadeVote
    ) -> None:
        raws = [decrypt(services, closed, owner) for owner in (1, 2)]
        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(lambda raw: service.hand_in_decryption(services, closed.uuid, raw), raws))
        assert sorted(outcome.awaited for outcome in outcomes) == [0, 1]
        assert service.vote(services, closed.uuid).result == ((0, 2, 0),)
        assert verified(services, closed.uuid).report.state == "tallied"
