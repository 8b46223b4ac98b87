"""What trustees hand in waits until it is verified, and lands once or not at all."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

import pytest
from sqlmodel import func, select
from tests.voting.making import MadeVote, decrypt, shuffle, verified
from tests.voting.test_cast import cancel
from tests.voting.test_shuffling import closed, refused

from egov_crypto import mixnet
from egov_participation.database import UnitOfWork
from egov_participation.services import Services
from egov_participation.voting import rules, service
from egov_participation.voting.models import HandInFile
from egov_participation.voting.rules import VoteState
from egov_participation.voting.service import (
    HandInKind,
    HandInStage,
    HandInView,
    ShuffleOutcome,
    decrypting,
    handing_in,
)

SHUFFLE, DECRYPTION = HandInKind


def take(services: Services, vote: MadeVote, owner: int, kind: HandInKind, raw: bytes) -> str | None:
    with services.database.uow() as tx:
        id_ = service.take_hand_in(services, tx, vote.uuid, owner, kind, raw)
        tx.commit()
    return id_


def taken(services: Services, vote: MadeVote, owner: int, kind: HandInKind, raw: bytes) -> str:
    id_ = take(services, vote, owner, kind, raw)
    assert id_ is not None
    return id_


def standing(services: Services, vote: MadeVote) -> dict[int, HandInView]:
    with services.database.read() as session:
        return dict(service.hand_ins(session, vote.uuid))


def files(services: Services) -> int:
    with services.database.read() as session:
        return session.exec(select(func.count()).select_from(HandInFile)).one()


def test_a_shuffle_lands_once_however_often_its_job_is_run(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    vote, told = closed(services, trustees=3, needed=2), list[int]()
    assert refused(take, services, vote, 1, DECRYPTION, b"{}") == (409, "vote.not_decrypting")
    assert refused(take, services, vote, 4, SHUFFLE, b"{}") == (404, "shuffle.owner")
    wrong, raw = taken(services, vote, 1, SHUFFLE, b"{}"), shuffle(services, vote)
    right = taken(services, vote, 1, SHUFFLE, raw)
    assert take(services, vote, 1, SHUFFLE, raw + b"\n") is None
    theirs = taken(services, vote, 2, SHUFFLE, shuffle(services, vote))
    assert (standing(services, vote)[1].stage, standing(services, vote)[1].pending) == (HandInStage.WAITING, True)

    def tell(_tx: UnitOfWork, outcome: ShuffleOutcome) -> None:
        told.append(outcome.owner)

    def dies(_tx: UnitOfWork, _outcome: ShuffleOutcome) -> None:
        raise MemoryError

    # The job of a file that another one replaced finds nothing; one that died has left nothing, and is run again.
    service.verify_hand_in(services, wrong, tell)
    with pytest.raises(MemoryError):
        service.verify_hand_in(services, right, dies)
    assert (verified(services, vote.uuid).shuffles, told, files(services)) == ({}, [], 2)
    seen = standing(services, vote)[1]
    assert (seen.stage, seen.done, seen.total, seen.pending) == (HandInStage.FINISHING, 2, 2, True)
    for _ in range(2):
        service.verify_hand_in(services, right, tell)
    assert (list(verified(services, vote.uuid).shuffles), told) == ([1], [1])
    assert refused(take, services, vote, 1, SHUFFLE, raw) == (409, "shuffle.repeated")

    # Of the ballots as they were before: refused, its bytes are gone, and another one can come.
    service.verify_hand_in(services, theirs, tell)
    (seen,) = standing(services, vote).values()
    assert (seen.stage, seen.pending, seen.refused) == (HandInStage.REFUSED, False, rules.SHUFFLE_INVALID.sentence)
    assert files(services) == 0
    service.verify_hand_in(services, theirs, tell)
    again = taken(services, vote, 2, SHUFFLE, shuffle(services, vote))

    # While it is verified another file comes, and then the vote is cancelled.
    def meanwhile(act: Callable[[], object]) -> None:
        verify = mixnet.verify

        def verified_slowly(*arguments: object, **options: object) -> object:
            monkeypatch.setattr(mixnet, "verify", verify)
            act()
            return verify(*arguments, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(mixnet, "verify", verified_slowly)

    last = list[str]()
    meanwhile(lambda: last.append(taken(services, vote, 2, SHUFFLE, shuffle(services, vote))))
    service.verify_hand_in(services, again, tell)
    assert (told, files(services), standing(services, vote)[2].stage) == ([1], 1, HandInStage.WAITING)
    meanwhile(lambda: cancel(services, vote))
    service.verify_hand_in(services, last[0], tell)
    assert (told, files(services)) == ([1], 0)
    assert standing(services, vote)[2].refused == rules.NOT_SHUFFLING.sentence
    assert service.vote(services, vote.uuid).state is VoteState.CANCELLED


def test_what_is_large_is_verified_by_several_processes(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    vote, asked = closed(services, trustees=1), list[object]()
    several = replace(services, settings=services.settings.model_copy(update={"worker_processes": 3}))

    def noting(verify: Callable[..., object]) -> Callable[..., object]:
        def noted(*arguments: object, jobs: int, **options: object) -> object:
            asked.append(jobs)
            if ended and jobs > 1:
                raise BrokenProcessPool
            return verify(*arguments, jobs=jobs, **options)

        return noted

    monkeypatch.setattr(mixnet, "verify", noting(mixnet.verify))
    monkeypatch.setattr(decrypting, "verify_decryption_of", noting(decrypting.verify_decryption_of))
    made = (
        (SHUFFLE, lambda: b"{}", 1000, [1]),
        (SHUFFLE, lambda: shuffle(services, vote), 1, [3]),
        # Where one of the processes is ended from outside, one verifies alone.
        (DECRYPTION, lambda: decrypt(services, vote, 1), 1, [3, 1]),
    )
    for kind, make, most, expected in made:
        ended, raw = False, make()
        asked.clear()  # of making it, for which the archive is verified
        ended = len(expected) > 1
        monkeypatch.setattr(rules, "VERIFIED_AT_ONCE", most)
        service.verify_hand_in(several, taken(services, vote, 1, kind, raw))
        assert asked == expected
    assert service.vote(services, vote.uuid).state is VoteState.TALLIED


@pytest.mark.parametrize(("processors", "processes"), [(1, 1), (2, 1), (4, 3), (64, 8)])
def test_so_many_processes_verify_as_memory_allows_for(
    monkeypatch: pytest.MonkeyPatch, processors: int, processes: int
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _process: set(range(processors)))
    assert handing_in.spare_processors() == processes


def test_each_decryption_is_proved_once_though_another_one_lands_meanwhile(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    vote, proved = closed(services, trustees=2), list[int]()
    for owner in (1, 2):
        service.hand_in_shuffle(services, vote.uuid, owner, shuffle(services, vote))
    mine, theirs = (taken(services, vote, owner, DECRYPTION, decrypt(services, vote, owner)) for owner in (2, 1))
    verify = decrypting.verify_decryption_of

    def counted(*arguments: object, **options: object) -> object:
        factors = verify(*arguments, **options)  # type: ignore[arg-type]
        proved.append(len(proved))
        if len(proved) == 1:
            service.verify_hand_in(services, theirs)
        return factors

    monkeypatch.setattr(decrypting, "verify_decryption_of", counted)
    service.verify_hand_in(services, mine)
    assert (len(proved), standing(services, vote), files(services)) == (2, {}, 0)
    found = verified(services, vote.uuid)
    assert (found.report.decrypted, service.vote(services, vote.uuid).state) == ([1, 2], VoteState.TALLIED)
    assert found.outcome(1) == service.vote(services, vote.uuid).outcomes[1]
