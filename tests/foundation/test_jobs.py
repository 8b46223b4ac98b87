"""Jobs: they land with their cause, are done at least once, and are not lost when they fail."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlmodel import select
from structlog.testing import capture_logs

from egov_participation import jobs, rounds, ticks
from egov_participation.clock import ManualClock
from egov_participation.jobs import MAX_ATTEMPTS, Job, Payload, Worker, enqueue
from egov_participation.services import Services

done: list[str] = []
began, go_on = threading.Event(), threading.Event()


@jobs.handler("test.note")
def note(_services: Services, payload: Payload) -> None:
    done.append(payload["word"])


@jobs.handler("test.forgotten", forget=True)
def note_and_forget(_services: Services, payload: Payload) -> None:
    done.append(payload["word"])


@jobs.handler("test.forgotten_fail", forget=True)
def fail_and_forget(_services: Services, payload: Payload) -> None:
    done.append(payload["word"])
    raise RuntimeError


@jobs.handler("test.fail")
def fail(_services: Services, payload: Payload) -> None:
    done.append(payload["word"])
    raise RuntimeError("secret@example.org")


@jobs.handler("test.once_more")
def once_more(services: Services, payload: Payload) -> None:
    with services.database.uow() as tx:
        enqueue(tx, "test.note", "from within", payload)
        tx.commit()


@jobs.handler("test.slow")
def slow(_services: Services, payload: Payload) -> None:
    time.sleep(0.01)
    done.append(payload["word"])


@jobs.handler("test.waits")
def wait(_services: Services, payload: Payload) -> None:
    began.set()
    assert go_on.wait(240)
    done.append(payload["word"])


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    done.clear()
    began.clear()
    go_on.clear()
    yield
    done.clear()


def together(*functions: Callable[[], None]) -> None:
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def add(services: Services, kind: str, key: str, word: str, after: timedelta | None = None) -> None:
    with services.database.uow() as tx:
        enqueue(tx, kind, key, {"word": word}, run_after=services.clock() + after if after else None)
        tx.commit()


def all_jobs(services: Services) -> list[Job]:
    with services.database.read() as session:
        return list(session.exec(select(Job)))


def test_a_job_is_done_once_and_its_payload_forgotten(services: Services, worker: Worker, clock: ManualClock) -> None:
    add(services, "test.note", "1", "a")
    worker.run_due()
    worker.run_due()

    assert done == ["a"]
    (job,) = all_jobs(services)
    assert (job.attempts, job.done_at, job.payload) == (1, clock(), {})


def test_a_job_whose_cause_did_not_happen_is_not_done(services: Services, worker: Worker) -> None:
    with services.database.uow() as tx:
        enqueue(tx, "test.note", "1", {"word": "a"})
    worker.run_due()

    assert done == []


def test_the_same_key_again_is_the_same_job(services: Services, worker: Worker) -> None:
    add(services, "test.note", "1", "a")
    add(services, "test.note", "1", "b")
    worker.run_due()
    add(services, "test.note", "1", "c")
    worker.run_due()

    assert done == ["a"]


def test_a_job_of_a_kind_to_be_forgotten_leaves_nothing(services: Services, worker: Worker) -> None:
    add(services, "test.forgotten", "1", "a")
    worker.run_due()

    assert done == ["a"]
    assert all_jobs(services) == []


def test_a_job_to_be_forgotten_that_fails_does_not_tell_when_its_cause_came(
    services: Services, worker: Worker, clock: ManualClock
) -> None:
    words = [str(number) for number in range(12)]
    for word in words:
        clock.advance(seconds=10)
        add(services, "test.forgotten_fail", word, word)
        worker.run_due()

    assert done == words
    quarter = clock().replace(minute=15, second=0)
    waiting = {job.payload["word"]: job.run_after for job in all_jobs(services)}
    assert all(after is not None and quarter <= after < quarter + timedelta(minutes=15) for after in waiting.values())
    assert sorted(words, key=lambda word: waiting[word]) != words  # by chance it would be, once in 479,001,600 times


def test_a_job_to_be_forgotten_that_always_fails_leaves_a_line_in_the_log_and_nothing_else(
    services: Services, worker: Worker, clock: ManualClock
) -> None:
    add(services, "test.forgotten_fail", "1", "x")
    with capture_logs() as logged:
        for _ in range(MAX_ATTEMPTS):
            worker.run_due()
            clock.advance(minutes=30)

    assert len(done) == MAX_ATTEMPTS
    assert all_jobs(services) == []
    assert [line["dead"] for line in logged if line["event"] == "job.failed"] == [False] * (MAX_ATTEMPTS - 1) + [True]


def test_jobs_are_done_in_their_order_and_those_that_they_cause_at_once(services: Services, worker: Worker) -> None:
    add(services, "test.once_more", "1", "last")
    add(services, "test.note", "2", "first")
    worker.run_due()

    assert done == ["first", "last"]


def test_a_job_waits_for_its_time(services: Services, worker: Worker, clock: ManualClock) -> None:
    add(services, "test.note", "1", "later", timedelta(minutes=5))
    worker.run_due()
    assert done == []

    clock.advance(minutes=5)
    worker.run_due()
    assert done == ["later"]


def test_a_job_that_fails_is_tried_again_later_and_later(
    services: Services, worker: Worker, clock: ManualClock
) -> None:
    add(services, "test.fail", "1", "x")
    add(services, "test.note", "2", "y")
    worker.run_due()
    worker.run_due()
    assert done == ["x", "y"]

    waits = []
    for _ in range(3):
        (job,) = [job for job in all_jobs(services) if job.kind == "test.fail"]
        assert job.run_after is not None
        waits.append(job.run_after - clock())
        clock.set(job.run_after)
        worker.run_due()

    assert waits == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert done.count("x") == 4


def test_a_job_that_always_fails_is_laid_aside_and_kept(
    services: Services, worker: Worker, clock: ManualClock, capsys: pytest.CaptureFixture[str]
) -> None:
    add(services, "test.fail", "1", "x")
    for _ in range(MAX_ATTEMPTS + 5):
        worker.run_due()
        clock.advance(hours=2)

    (job,) = all_jobs(services)
    assert len(done) == job.attempts == MAX_ATTEMPTS
    assert job.dead_at is not None
    assert job.done_at is None
    assert job.payload == {"word": "x"}
    logged = capsys.readouterr().out
    assert logged.count("job.failed") == MAX_ATTEMPTS
    assert "secret@example.org" not in logged


def give_up(services: Services, worker: Worker, clock: ManualClock) -> jobs.DeadJob:
    add(services, "test.fail", "1", "x")
    for _ in range(MAX_ATTEMPTS):
        worker.run_due()
        clock.advance(hours=2)
    with services.database.read() as session:
        (dead,), total = jobs.dead(session)
    assert total == 1
    return dead


def test_the_office_sees_what_was_given_up_and_nothing_of_what_it_holds(
    services: Services, worker: Worker, clock: ManualClock
) -> None:
    add(services, "test.note", "well", "y")
    dead = give_up(services, worker, clock)

    assert dead == jobs.DeadJob(dead.id, "test.fail", "1", MAX_ATTEMPTS, clock() - timedelta(hours=2), "RuntimeError")
    (row,) = [job for job in all_jobs(services) if job.dead_at]
    assert "secret@example.org" not in repr(row)


def test_the_office_lets_a_job_be_tried_again_from_the_beginning(
    services: Services, worker: Worker, clock: ManualClock
) -> None:
    dead = give_up(services, worker, clock)
    done.clear()
    with services.database.uow() as tx:
        assert jobs.retry(tx, dead.id, clock())
        assert not jobs.retry(tx, dead.id, clock())
        assert not jobs.discard(tx, dead.id)
        tx.commit()
    worker.run_due()

    assert done == ["x"]
    assert [(job.attempts, job.dead_at) for job in all_jobs(services)] == [(1, None)]


def test_the_office_discards_a_job_with_what_it_holds(services: Services, worker: Worker, clock: ManualClock) -> None:
    dead = give_up(services, worker, clock)
    with services.database.uow() as tx:
        assert jobs.discard(tx, dead.id)
        assert not jobs.discard(tx, dead.id)
        tx.commit()

    assert all_jobs(services) == []


def test_a_job_that_was_done_long_ago_is_deleted(services: Services, worker: Worker, clock: ManualClock) -> None:
    add(services, "test.note", "1", "a")
    worker.run_due()
    add(services, "test.note", "2", "b", timedelta(days=30))
    clock.advance(days=6)
    worker.run_due()
    assert len(all_jobs(services)) == 2
    clock.advance(days=1)
    worker.run_due()

    assert [job.key for job in all_jobs(services)] == ["2"]
    assert done == ["a"]


def test_two_workers_share_the_jobs_and_none_is_done_twice(services: Services, worker: Worker) -> None:
    for number in range(20):
        add(services, "test.slow", str(number), str(number))
    together(worker.run_due, Worker(services).run_due)
    worker.run_due()

    assert sorted(done, key=int) == [str(number) for number in range(20)]


def test_a_job_in_hand_is_taken_by_no_other_worker(services: Services, worker: Worker) -> None:
    add(services, "test.waits", "1", "in hand")
    add(services, "test.note", "2", "beside")
    at_work = threading.Thread(target=worker.run_due)
    at_work.start()
    assert began.wait(240)
    Worker(services).run_due()
    go_on.set()
    at_work.join()

    assert sorted(done) == ["beside", "in hand"]


def test_ticks_are_called_by_one_worker_at_a_time(
    services: Services, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_services: Services) -> None:
        done.append("begin")
        Worker(services).run_due()
        done.append("end")

    monkeypatch.setattr(ticks, "_every", {slow: timedelta()})
    worker.run_due()

    assert done == ["begin", "end"]


def test_a_kind_that_nobody_does_fails_like_any_other(services: Services, worker: Worker) -> None:
    add(services, "test.unknown", "1", "x")
    worker.run_due()

    assert all_jobs(services)[0].attempts == 1


def test_two_handlers_of_one_kind_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="two handlers"):
        jobs.handler("test.note")(note)


def test_a_tick_that_fails_stops_neither_the_others_nor_the_jobs(
    services: Services, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bad(_services: Services) -> None:
        raise RuntimeError

    def good(_services: Services) -> None:
        done.append("tick")

    monkeypatch.setattr(ticks, "_every", dict.fromkeys((bad, good), timedelta()))
    add(services, "test.note", "1", "job")
    worker.run_due()

    assert done == ["tick", "job"]


def test_a_tick_is_called_when_its_time_has_passed_and_at_once_where_it_failed_or_left_something_over(
    services: Services, worker: Worker, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes: list[bool | None] = []

    def hourly(_services: Services) -> bool | None:
        done.append("hourly")
        outcome = outcomes.pop() if outcomes else None
        if outcome is False:
            raise RuntimeError
        return outcome

    def often(_services: Services) -> None:
        done.append("often")

    def called(by: Worker = worker) -> list[object]:
        done.clear()
        by.run_due()
        return list(done)

    monkeypatch.setattr(ticks, "_every", {hourly: timedelta(hours=1), often: timedelta()})
    assert called() == ["hourly", "often"]
    assert called() == ["often"]
    clock.advance(minutes=60, microseconds=-1)
    assert called() == ["often"]
    clock.advance(microseconds=1)
    assert called() == ["hourly", "often"]
    assert called(Worker(services)) == ["hourly", "often"]  # as after a restart
    clock.advance(days=-1)
    assert called() == ["hourly", "often"]
    clock.advance(days=1)
    outcomes += [True, False]
    assert [called(), called(), called(), called()] == 3 * [["hourly", "often"]] + [["often"]]


def test_the_thread_works_until_it_is_stopped(services: Services, worker: Worker) -> None:
    add(services, "test.note", "1", "in the thread")
    worker.start()
    deadline = time.monotonic() + 240
    while not done and time.monotonic() < deadline:
        time.sleep(0.02)
    worker.stop()
    add(services, "test.note", "2", "too late")

    assert done == ["in the thread"]


def test_the_thread_outlives_a_database_that_fails(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(Worker):
        def _round(self) -> None:
            done.append("round")
            if len(done) == 1:
                raise OSError

    monkeypatch.setattr(rounds, "SECONDS_BETWEEN", 0.01)
    worker = Failing(services)
    worker.start()
    deadline = time.monotonic() + 240
    while len(done) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    worker.stop()

    assert len(done) >= 3
