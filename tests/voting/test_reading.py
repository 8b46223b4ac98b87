"""What anyone may read: the archive as a file, the board, a tracker's ballot, figures."""

from __future__ import annotations

import json
import random
import subprocess
from collections import OrderedDict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.dialects import sqlite
from tests.voting.making import BLANK, NO, YES, MadeVote, archive_of, close, make_vote, tallied, verified

from egov_crypto import ballot
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.rules import BallotStatus
from egov_participation.voting.service import archives, counting


@pytest.fixture
def vote(services: Services) -> MadeVote:
    vote = make_vote(services, voters=5, weights=(1, 2, 1, 1, 1))
    for voter, choices in ((0, YES), (1, NO), (2, BLANK), (0, NO), (3, YES)):
        service.cast(services, vote.uuid, vote.people[voter], vote.ballot(voter, choices))
    return vote


def test_any_range_of_the_archive_is_the_same_part_of_the_whole(
    services: Services, vote: MadeVote, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = archive_of(services, vote.uuid)
    monkeypatch.setattr(archives, "_FIRST_PIECE", 100)
    monkeypatch.setattr(archives, "_LARGEST_PIECE", 10_000)
    file = service.archive_file(services, vote.uuid)
    assert file.size == len(whole)
    choose = random.Random(1)
    edges = [0, 1, 511, 512, len(whole) - 1, len(whole), len(whole) + 5]
    for _ in range(60):
        start, stop = sorted(choose.choice([*edges, choose.randrange(len(whole))]) for _ in range(2))
        assert b"".join(file.chunks(start, stop)) == whole[start:stop]
    assert b"".join(file.chunks(700)) == whole[700:]


def test_an_archive_asked_for_earlier_stays_as_it_was_while_votes_come_in(services: Services, vote: MadeVote) -> None:
    file = service.archive_file(services, vote.uuid)
    before = b"".join(file.chunks())
    service.cast(services, vote.uuid, vote.people[4], vote.ballot(4))
    assert b"".join(file.chunks()) == before
    later = service.archive_file(services, vote.uuid)
    assert later.etag != file.etag
    assert b"".join(later.chunks())[: len(before)] == before


def test_the_archive_only_grows_until_the_result(services: Services, vote: MadeVote) -> None:
    before = archive_of(services, vote.uuid)
    tallied(services, vote)
    after = archive_of(services, vote.uuid)
    assert after[: len(before)] == before
    assert len(after) > len(before)


def test_the_board_is_paged_and_tells_each_ballots_lot(services: Services, vote: MadeVote) -> None:
    first = service.board(services, vote.uuid, limit=2)
    assert ([row.height for row in first.ballots], first.next) == ([1, 2], 2)
    rest = service.board(services, vote.uuid, after=2)
    assert ([row.height for row in rest.ballots], rest.next) == ([3, 4, 5], None)
    assert service.board(services, vote.uuid, after=2, limit=3).next is None
    rows = first.ballots + rest.ballots
    waiting, superseded = BallotStatus.WAITING, BallotStatus.SUPERSEDED
    assert [row.status for row in rows] == [superseded, waiting, waiting, waiting, waiting]
    assert [row.weight for row in rows] == [1, 2, 1, 1, 1]
    close(services, vote)
    counted = [row.status for row in service.board(services, vote.uuid).ballots]
    assert counted == [superseded] + [BallotStatus.COUNTED] * 4


def test_a_tracker_page_gives_anyone_the_voters_own_receipt(services: Services, vote: MadeVote) -> None:
    raw = vote.ballot(4)
    outcome = service.cast(services, vote.uuid, vote.people[4], raw)
    found = service.ballot(services, vote.uuid, ballot.tracker(raw))
    assert found.receipt == outcome.receipt
    assert found.ballot.height == json.loads(outcome.receipt)["height"] == 6
    close(services, vote)
    assert service.ballot(services, vote.uuid, ballot.tracker(raw)).receipt == outcome.receipt


@pytest.mark.parametrize("tracker", ["", "x", "A" * 43, "' OR 1=1"])
def test_an_unknown_tracker_is_not_found(services: Services, vote: MadeVote, tracker: str) -> None:
    with pytest.raises(DomainError) as refusal:
        service.ballot(services, vote.uuid, tracker)
    assert (refusal.value.status, refusal.value.code) == (404, "ballot.unknown")


def test_an_unknown_vote_is_not_found_anywhere(services: Services) -> None:
    for read in (service.vote, service.board, service.archive_file, service.ballots_per_day):
        with pytest.raises(DomainError) as refusal:
            read(services, "1" * 14)
        assert refusal.value.code == "vote.unknown"
    with pytest.raises(DomainError):
        service.ballot(services, "1" * 14, "x")


def test_ballots_are_counted_by_the_day_of_the_place(services: Services, clock: ManualClock) -> None:
    vote = make_vote(services, lasts=timedelta(days=3))
    for voter in (0, 1):
        service.cast(services, vote.uuid, vote.people[voter], vote.ballot(voter))
    clock.advance(days=2)
    service.cast(services, vote.uuid, vote.people[0], vote.ballot(0))
    assert service.ballots_per_day(services, vote.uuid) == [(date(2024, 10, 6), 2), (date(2024, 10, 8), 1)]


def open_now(services: Services) -> list[str]:
    """As the front page finds them: what was read at the full hour, and the clock of this moment."""
    now = services.clock()
    found = service.not_closed(services, now.replace(minute=0, second=0, microsecond=0))
    return [vote.uuid for vote in (one.at(now) for one in found) if vote.state is service.VoteState.OPEN]


def test_votes_are_listed_page_by_page_and_the_open_ones_apart(services: Services, clock: ManualClock) -> None:
    short = make_vote(services, lasts=timedelta(hours=1)).uuid
    long = make_vote(services, lasts=timedelta(hours=9)).uuid
    later = make_vote(services, opens_in=timedelta(hours=2), lasts=timedelta(hours=2)).uuid
    assert [vote.uuid for vote in service.votes(services)] == [long, later, short]
    assert [vote.uuid for vote in service.votes(services, limit=2)] == [long, later]
    assert [vote.uuid for vote in service.votes(services, after=later)] == [short]
    assert open_now(services) == [short, long]
    clock.advance(hours=3)
    assert open_now(services) == [later, long]


def test_turnout_counts_people_and_not_ballots(services: Services, vote: MadeVote) -> None:
    seen = service.vote(services, vote.uuid)
    assert (seen.ballots, seen.voters, seen.registered, seen.turnout) == (5, 4, 5, 0.8)


def test_a_vote_reads_in_three_languages(services: Services, vote: MadeVote) -> None:
    seen = service.vote(services, vote.uuid)
    assert seen.title.as_dict() == {"kk": "Сынақ дауыс беру", "ru": "Пробное голосование", "en": "A trial vote"}
    assert seen.questions[0].text.of("ru") == "Поддерживаете?"
    assert [answer.kk for answer in seen.questions[0].answers] == ["Иә", "Жоқ"]
    assert seen.administrator.en == "Commission"


@pytest.mark.belenios
def test_the_reference_tool_reads_and_verifies_what_we_serve(
    services: Services, vote: MadeVote, belenios_tool: Path, tmp_path: Path
) -> None:
    result = tallied(services, vote)
    assert result == ((1, 1, 3),)
    folder = tmp_path / "downloaded"
    folder.mkdir()
    (folder / f"{vote.uuid}.bel").write_bytes(archive_of(services, vote.uuid))
    done = subprocess.run(
        [belenios_tool, "election", "verify", "--dir", folder], capture_output=True, text=True, timeout=240, check=False
    )
    assert (done.returncode, "all checks passed" in done.stdout + done.stderr) == (0, True), done.stderr
    assert verified(services, vote.uuid).report.result == [[1, 1, 3]]


@pytest.mark.sqlite
def test_counting_ballots_reads_an_index_and_no_ballot(services: Services, vote: MadeVote) -> None:
    statement = counting.counting(vote.uuid).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with services.database.read() as session:
        plan = " ".join(str(row[-1]) for row in session.execute(text(f"EXPLAIN QUERY PLAN {statement}")))

    assert "USING COVERING INDEX ix_voting_event_ballots" in plan


@pytest.mark.sqlite
def test_no_ballot_is_read_to_find_the_days(services: Services, vote: MadeVote) -> None:
    asked: list[tuple[str, Any]] = []
    listening = (Engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
    event.listen(*listening)
    try:
        assert [head.type for head in service.heads(services, vote.uuid)] == ["Setup", "Ballot"]
        assert len(service.ballots_per_day(services, vote.uuid)) == 1
    finally:
        event.remove(*listening)

    with services.database.read() as session:
        plans = [
            str(session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all())
            for statement, values in asked
            if "min(voting_event.day)" in statement
            or "max(voting_event.height)" in statement
            or "GROUP BY" in statement
        ]
    assert len(plans) == 4
    assert all("USING COVERING INDEX ix_voting_event_day" in plan for plan in plans)


def test_ballots_are_counted_once_for_each_head_and_anew_when_it_moves(
    services: Services, vote: MadeVote, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    statement = counting.counting
    monkeypatch.setattr(counting, "counting", lambda uuid: counted.append(uuid) or statement(uuid))
    monkeypatch.setattr(counting, "_counts", OrderedDict())

    assert [(view.ballots, view.voters) for view in (service.vote(services, vote.uuid) for _ in range(3))] == [
        (5, 4)
    ] * 3
    assert counted == [vote.uuid]
    service.cast(services, vote.uuid, vote.people[4], vote.ballot(4))
    view = service.vote(services, vote.uuid)
    assert (view.ballots, view.voters, len(counted)) == (6, 5, 2)


def test_only_so_many_counts_are_kept(services: Services, vote: MadeVote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_counts", OrderedDict())
    monkeypatch.setattr(counting, "_KEPT", 2)
    for place in range(3):
        made = vote if place == 1 else make_vote(services, voters=1, trustees=1)
        service.vote(services, made.uuid)

    assert len(counting._counts) == 2
    assert any(uuid == vote.uuid for uuid, _head in counting._counts)
