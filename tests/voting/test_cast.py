"""Casting: what is recorded, what is refused, and that an answer once given stays true."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from nacl.signing import VerifyKey
from sqlmodel import col, select
from tests.disk import Disk
from tests.voting.making import NO, YES, MadeVote, archive_of, cast, close, make_vote, refused, tallied, verified

from egov_crypto import ballot, wire
from egov_participation import jobs
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.jobs import Job, Worker
from egov_participation.mail import NullMailer
from egov_participation.notices.service import SEND_QUIETLY
from egov_participation.registrar.interface import Way
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.models import Vote, VoteEvent
from egov_participation.voting.rules import BallotStatus, VoteState
from egov_participation.voting.service.casting import BALLOT_RECORDED


@pytest.fixture
def vote(services: Services) -> MadeVote:
    return make_vote(services)


def changed(raw: bytes, change: Callable[[dict[str, object]], None]) -> bytes:
    value = json.loads(raw)
    change(value)
    return wire.dump(value)


def test_a_receipt_names_the_ballot_its_place_and_the_head_and_is_signed(services: Services, vote: MadeVote) -> None:
    raw = vote.ballot(0)
    outcome = cast(services, vote, 0, raw)
    receipt = json.loads(outcome.receipt)
    assert outcome.new
    assert list(receipt) == ["type", "vote", "election", "tracker", "height", "head", "time", "signature"]
    assert receipt["tracker"] == ballot.tracker(raw)
    assert (receipt["type"], receipt["vote"], receipt["election"]) == (
        "egov-receipt/v1",
        vote.uuid,
        vote.election.fingerprint,
    )
    assert (receipt["height"], receipt["time"]) == (1, "2024-10-06")
    assert receipt["head"] == service.vote(services, vote.uuid).head_hash
    unsigned = {key: value for key, value in receipt.items() if key != "signature"}
    key = VerifyKey(_unpadded(service.receipt_key(services)))
    key.verify(wire.dump(unsigned), _unpadded(receipt["signature"]))


def _unpadded(text: str) -> bytes:
    assert "=" not in text
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def test_the_same_bytes_again_get_the_same_receipt_and_nothing_new(services: Services, vote: MadeVote) -> None:
    raw = vote.ballot(0)
    first = cast(services, vote, 0, raw)
    before = archive_of(services, vote.uuid)
    again = cast(services, vote, 0, raw)
    assert (again.receipt, again.new) == (first.receipt, False)
    assert archive_of(services, vote.uuid) == before


def test_a_retry_after_closing_still_gets_its_receipt(services: Services, vote: MadeVote) -> None:
    raw = vote.ballot(0)
    first = cast(services, vote, 0, raw)
    close(services, vote)
    assert cast(services, vote, 0, raw) == service.CastOutcome(first.receipt, new=False)


def test_a_superseded_ballot_replayed_is_refused(services: Services, vote: MadeVote) -> None:
    first, second = vote.ballot(0, YES), vote.ballot(0, NO)
    cast(services, vote, 0, first)
    cast(services, vote, 0, second)
    assert refused(services, vote, 0, first) == (409, "ballot.superseded")
    assert tallied(services, vote) == ((0, 0, 1),)


def test_a_new_ballot_replaces_the_old_one(services: Services, vote: MadeVote) -> None:
    first, second = vote.ballot(0, YES), vote.ballot(0, NO)
    cast(services, vote, 0, first)
    assert service.ballot(services, vote.uuid, ballot.tracker(first)).ballot.status is BallotStatus.WAITING
    cast(services, vote, 0, second)
    assert service.ballot(services, vote.uuid, ballot.tracker(first)).ballot.status is BallotStatus.SUPERSEDED
    close(services, vote)
    assert service.ballot(services, vote.uuid, ballot.tracker(second)).ballot.status is BallotStatus.COUNTED


def test_somebody_elses_credential_is_refused(services: Services, vote: MadeVote) -> None:
    assert refused(services, vote, 1, vote.ballot(0)) == (403, "credential.not_yours")


def test_one_voter_casts_twenty_new_ballots_an_hour_at_most(
    services: Services, vote: MadeVote, clock: ManualClock
) -> None:
    clock.set(clock().replace(minute=15))
    for _ in range(20):
        raw = vote.ballot(0)
        assert cast(services, vote, 0, raw).new
    assert refused(services, vote, 0, vote.ballot(0)) == (429, "ballot.too_many")
    assert not cast(services, vote, 0, raw).new  # the receipt is there to be had again
    assert cast(services, vote, 1, vote.ballot(1)).new
    clock.advance(minutes=45)
    assert cast(services, vote, 0, vote.ballot(0)).new


def test_whoever_sends_bytes_that_stand_on_the_board_gets_their_public_receipt_and_the_registrar_is_not_asked(
    services: Services, vote: MadeVote
) -> None:
    def asked(*_: object) -> bool:
        raise AssertionError

    raw = vote.ballot(0)
    first = cast(services, vote, 0, raw)
    unasked = replace(services, registrar=SimpleNamespace(owns=asked))
    assert cast(unasked, vote, 1, raw) == service.CastOutcome(first.receipt, new=False)
    assert service.vote(services, vote.uuid).ballots == 1


def test_who_tries_the_codes_of_others_is_told_no_more_and_their_own_is_taken_an_hour_later(
    services: Services, clock: ManualClock
) -> None:
    vote = make_vote(services, voters=22)
    for voter in range(1, 21):
        assert refused(services, vote, 0, vote.ballot(voter)) == (403, "credential.not_yours")
    assert refused(services, vote, 0, vote.ballot(0)) == (429, "credential.too_many")
    assert refused(services, vote, 0, vote.ballot(21)) == (429, "credential.too_many")
    assert cast(services, vote, 1, vote.ballot(1)).new
    clock.advance(hours=1)
    assert cast(services, vote, 0, vote.ballot(0)).new


def test_a_person_who_is_not_on_the_roll_is_refused(services: Services, vote: MadeVote) -> None:
    with pytest.raises(DomainError) as refusal:
        service.cast(services, vote.uuid, "0" * 32, vote.ballot(0))
    assert refusal.value.code == "credential.not_yours"


def test_a_credential_of_nobody_is_refused(services: Services, vote: MadeVote) -> None:
    raw = ballot.make(vote.election, "11111-111111-11111-111111", YES)
    assert refused(services, vote, 0, raw) == (403, "credential.unknown")


def test_a_credential_of_another_vote_is_refused(services: Services, vote: MadeVote) -> None:
    other = make_vote(services)
    raw = ballot.make(vote.election, other.credentials[0], YES)
    assert refused(services, vote, 0, raw) == (403, "credential.unknown")


def test_a_ballot_made_for_another_vote_is_refused(services: Services, vote: MadeVote) -> None:
    assert refused(services, vote, 0, make_vote(services).ballot(0)) == (422, "ballot.election")


def test_answers_copied_under_ones_own_credential_are_refused(services: Services, vote: MadeVote) -> None:
    theirs = json.loads(vote.ballot(0))
    mine = ballot.encrypt(vote.election, vote.credentials[1], NO)
    mine.content["answers"] = theirs["answers"]
    raw = ballot.sign(vote.election, vote.credentials[1], mine)
    assert refused(services, vote, 1, raw) == (422, "ballot.proof.individual")


def test_a_forged_signature_is_refused(services: Services, vote: MadeVote) -> None:
    def forge(value: dict[str, object]) -> None:
        value["signature"]["proof"]["response"] = "1"  # type: ignore[index]

    assert refused(services, vote, 0, changed(vote.ballot(0), forge)) == (422, "ballot.signature")


def test_another_voters_public_credential_without_its_key_is_refused(services: Services, vote: MadeVote) -> None:
    theirs = json.loads(vote.ballot(0))["credential"]
    raw = changed(vote.ballot(1), lambda value: value.update(credential=theirs))
    assert refused(services, vote, 0, raw) == (422, "ballot.hash")


def test_what_is_not_a_ballot_is_refused(services: Services, vote: MadeVote) -> None:
    raw = vote.ballot(0)
    for junk in (b"", b"null", b"{}", b"[" * 100_000, b"\xff", raw + b"\n", raw[:-1], b" " + raw):
        assert refused(services, vote, 0, junk) == (400, "ballot.format")


def test_a_ballot_over_a_megabyte_is_refused(services: Services, vote: MadeVote) -> None:
    assert refused(services, vote, 0, b" " * 1_000_001) == (413, "ballot.size")
    assert refused(services, vote, 0, b" " * 1_000_000) == (400, "ballot.format")


def test_an_unknown_vote_is_refused(services: Services, vote: MadeVote) -> None:
    with pytest.raises(DomainError) as refusal:
        service.cast(services, "1" * 14, vote.people[0], vote.ballot(0))
    assert (refusal.value.status, refusal.value.code) == (404, "vote.unknown")


def test_a_ballot_before_opening_is_refused_and_taken_once_it_is_open(services: Services, clock: ManualClock) -> None:
    vote = make_vote(services, opens_in=timedelta(hours=1))
    raw = vote.ballot(0)
    assert service.vote(services, vote.uuid).state is VoteState.SETUP
    assert refused(services, vote, 0, raw) == (403, "vote.not_open")
    clock.advance(hours=1)
    assert cast(services, vote, 0, raw).new


def test_a_ballot_is_late_from_the_closing_second_on_though_nothing_closed_the_vote_yet(
    services: Services, vote: MadeVote, clock: ManualClock
) -> None:
    clock.set(service.vote(services, vote.uuid).closes_at - timedelta(microseconds=1))
    assert cast(services, vote, 0, vote.ballot(0)).new
    clock.advance(microseconds=1)
    assert refused(services, vote, 1, vote.ballot(1)) == (410, "vote.closed")


def test_a_clock_set_back_does_not_open_a_closed_vote_again(
    services: Services, vote: MadeVote, clock: ManualClock
) -> None:
    close(services, vote)
    clock.advance(days=-1)
    assert refused(services, vote, 0, vote.ballot(0)) == (410, "vote.closed")


def test_a_cancelled_vote_takes_no_ballots_and_is_never_tallied(
    services: Services, vote: MadeVote, clock: ManualClock
) -> None:
    cast(services, vote, 0, vote.ballot(0))
    cancel(services, vote)
    assert refused(services, vote, 1, vote.ballot(1)) == (410, "vote.cancelled")
    close(services, vote)
    assert service.vote(services, vote.uuid).state is VoteState.CANCELLED
    with services.database.read() as session:
        types = session.exec(select(VoteEvent.type).where(VoteEvent.vote_uuid == vote.uuid)).all()
    assert sorted(types) == ["Ballot", "Setup"]


def cancel(services: Services, vote: MadeVote) -> None:
    with services.database.uow() as tx:
        row = tx.get(Vote, vote.uuid)
        assert row is not None
        row.cancelled_at = services.clock()
        tx.commit()


def test_fifty_voters_at_once_stand_in_one_chain(services: Services) -> None:
    vote = make_vote(services, voters=50)
    raws = [vote.ballot(voter) for voter in range(50)]
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda voter: cast(services, vote, voter, raws[voter]), range(50)))
    heights = sorted(json.loads(outcome.receipt)["height"] for outcome in outcomes)
    assert heights == list(range(1, 51))
    report = verified(services, vote.uuid).report
    assert (report.ballots, report.voters) == (50, 50)


def test_the_same_ballot_sent_many_times_at_once_is_recorded_once(services: Services, vote: MadeVote) -> None:
    raw = vote.ballot(0)
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: cast(services, vote, 0, raw), range(8)))
    assert [outcome.new for outcome in outcomes].count(True) == 1
    assert len({outcome.receipt for outcome in outcomes}) == 1
    assert service.vote(services, vote.uuid).ballots == 1


def test_the_voter_is_told_by_mail_and_the_mail_says_nothing_of_the_ballot(
    services: Services, vote: MadeVote, worker: Worker, outbox: NullMailer, clock: ManualClock
) -> None:
    clock.advance(hours=6)  # the mails about the codes that were shown
    worker.run_due()
    outbox.sent.clear()
    raw = vote.ballot(1)
    receipt = json.loads(cast(services, vote, 1, raw).receipt)
    clock.advance(hours=6)
    worker.run_due()
    (mail,) = outbox.sent
    assert mail.to == "n1@mail.example"
    assert vote.uuid in mail.text
    everything = mail.subject + mail.text + mail.html + str(mail.headers)
    secrets = (receipt["tracker"], receipt["head"], json.loads(raw)["credential"], vote.credentials[1])
    assert not any(secret in everything for secret in secrets)


def test_the_moment_of_the_alarm_does_not_tell_the_moment_of_the_ballot(
    services: Services, worker: Worker, outbox: NullMailer, clock: ManualClock
) -> None:
    vote = make_vote(services, voters=12, lasts=timedelta(days=2))
    clock.advance(hours=6)  # the mails about the codes that were shown
    worker.run_due()
    outbox.sent.clear()
    for voter in range(12):
        cast(services, vote, voter, vote.ballot(voter))
    when: list[int] = []
    for hour in range(6):
        clock.advance(hours=1)
        worker.run_due()
        when += [hour] * (len(outbox.sent) - len(when))
    assert len(when) == 12
    assert len(set(when)) > 1  # all in the same hour by chance: once in 362,797,056 times
    assert [mail.to for mail in outbox.sent] != [f"n{voter}@mail.example" for voter in range(12)]


def test_no_job_row_can_be_joined_with_a_ballot(
    services: Services, vote: MadeVote, worker: Worker, clock: ManualClock
) -> None:
    raw = vote.ballot(0)
    receipt = json.loads(cast(services, vote, 0, raw).receipt)
    rows = alarms(services)
    written = " ".join(text for row in rows for text in row)
    assert vote.people[0] in written  # it names the person; so it may name nothing of the ballot
    for secret in (receipt["tracker"], receipt["head"], json.loads(raw)["credential"]):
        assert secret not in written
    clock.advance(hours=6)
    worker.run_due()
    assert alarms(services) == []  # nor when, nor how many


def alarms(services: Services) -> list[tuple[str, str]]:
    """Key and opened payload of the jobs that wait, as they stand in the table."""
    with services.database.read() as session:
        waiting = session.exec(select(Job).where(Job.kind == SEND_QUIETLY).order_by(col(Job.id))).all()
    opened = [(job.key, json.dumps(jobs._opened(services.settings.keys_dir, job.payload))) for job in waiting]
    return [(key, payload) for key, payload in opened if BALLOT_RECORDED.name in payload]


def test_waiting_jobs_do_not_stand_in_the_order_of_the_ballots(services: Services, worker: Worker) -> None:
    vote = make_vote(services, voters=12)
    worker.run_due()
    for voter in range(12):
        cast(services, vote, voter, vote.ballot(voter))
    people = [json.loads(payload)["person"] for _, payload in alarms(services)]
    assert sorted(people) == sorted(vote.people)
    assert people != list(vote.people)  # by chance it would be, once in 479,001,600 times


def test_neither_the_database_nor_its_log_names_a_voter_as_a_ballot_comes(
    services: Services, vote: MadeVote, worker: Worker, disk: Disk
) -> None:
    worker.run_due()
    before = disk.log_end()
    tracker = json.loads(cast(services, vote, 0, vote.ballot(0)).receipt)["tracker"]
    services.registrar.begin(vote.uuid, vote.people[1], Way.CODE, lang="kk")
    worker.run_due()
    written = disk.log_since(before)
    assert tracker.encode() in written
    assert not any(person.encode() in written for person in vote.people)


def test_a_ballots_row_holds_the_day_and_no_time(services: Services, vote: MadeVote, clock: ManualClock) -> None:
    clock.set(clock().replace(hour=19, minute=30))  # already the next day in Kazakhstan
    make = make_vote(services)
    cast(services, make, 0, make.ballot(0))
    (row,) = service.board(services, make.uuid).ballots
    assert row.day.isoformat() == "2024-10-07"
    assert not [column for column in VoteEvent.model_fields if column.endswith("_at")]


def test_while_the_registrar_does_not_answer_nothing_is_recorded_and_the_same_bytes_are_taken_later(
    services: Services, vote: MadeVote
) -> None:
    def down(*_: object, **__: object) -> bool:
        raise DomainError(503, "down", code="registrar.unavailable", retry_after=10)

    raw = vote.ballot(0)
    without = replace(services, registrar=SimpleNamespace(owns=down))
    assert refused(without, vote, 0, raw) == (503, "registrar.unavailable")
    assert cast(services, vote, 0, raw).new


def test_a_credential_whose_theft_was_reported_casts_nothing_more(services: Services, vote: MadeVote) -> None:
    first = vote.ballot(0)
    assert cast(services, vote, 0, first).new
    services.registrar.block(vote.uuid, vote.people[0])
    assert refused(services, vote, 0, vote.ballot(0)) == (403, "credential.blocked")
    # What stands is not undone, and whoever lost the answer still gets the receipt, which is everybody's.
    assert not cast(services, vote, 0, first).new
