"""PostgreSQL is restarted while people vote over HTTP, and while a setup is frozen: nothing is lost."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col, func, select
from starlette.applications import Starlette
from tests.browser.server import serving
from tests.commission.frozen import Course
from tests.ports import free_port
from tests.postgresql import PostgreSQL, TestDatabase
from tests.voting.making import NO, YES, MadeVote, make_vote, verified
from tests.voting_web.conftest import Voters

from egov_crypto import ballot
from egov_participation import jobs, rounds
from egov_participation.jobs import Job, Worker, enqueue
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting import setup as documents

pytestmark = pytest.mark.postgresql
MODES = ("immediate", "fast")
"""As if it had crashed; as an administrator restarts it."""
SAID = {
    "kk": "Сайттың дерекқоры қазір жауап бермей тұр.",
    "ru": "База данных сайта сейчас не отвечает.",
    "en": "This site’s database does not answer at the moment.",
}
PATIENCE = 120.0


@pytest.fixture
def server(postgresql: TestDatabase) -> PostgreSQL:
    return postgresql.server


@dataclass
class Restart:
    """One restart as the voters live through it."""

    mode: str
    ready: threading.Barrier
    begun: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    refused: set[int] = field(default_factory=set)
    """Voters who were told that their ballot could not be taken."""


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class Voter:
    """A booth's program: it sends a ballot's bytes until a receipt comes."""

    def __init__(self, address: str, vote: MadeVote, place: int) -> None:
        self.lang = list(SAID)[place % 3]
        self.place = place
        self._path = f"/votes/{vote.uuid}/ballots"
        self._http = httpx.Client(
            base_url=address,
            timeout=PATIENCE,
            headers={
                "Host": "booth.localhost",
                "Origin": "http://booth.localhost",
                "Cookie": f"booth={place}",
                "Accept-Language": self.lang,
            },
        )
        page = self._http.get(f"/{self.lang}/votes/{vote.uuid}/booth").text
        self._http.headers["X-CSRF-Token"] = page.partition('data-csrf-token="')[2].partition('"')[0]
        self.refusals: list[httpx.Response] = []
        self.receipts: dict[str, bytes] = {}

    def live_through(self, restart: Restart, ballots: list[bytes]) -> None:
        """The first is cast before, the next while the server goes, and the last once it has gone."""
        first, *others, last = ballots
        self._cast(first, restart)
        restart.ready.wait(PATIENCE)
        assert restart.begun.wait(PATIENCE)
        for raw in others:
            self._cast(raw, restart)
        assert restart.over.wait(PATIENCE)
        self._cast(last, restart)

    def _cast(self, raw: bytes, restart: Restart) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            answer = self._http.post(self._path, content=raw, headers={"Content-Type": "application/json"})
            if answer.status_code in (200, 201):
                self.receipts[ballot.tracker(raw)] = answer.content
                return
            self.refusals.append(answer)
            restart.refused.add(self.place)
            time.sleep(0.02)
        raise AssertionError("no receipt came")

    def close(self) -> None:
        self._http.close()


@pytest.fixture
def address(app: Starlette) -> Iterator[str]:
    port = free_port()
    with serving(app, port):
        yield f"http://127.0.0.1:{port}"


@jobs.handler("test.restarted")
def note(_services: Services, _payload: jobs.Payload) -> None:
    """Done is done."""


def test_voters_get_their_receipts_though_the_database_is_restarted_under_them(
    services: Services, voters: Voters, worker: Worker, address: str, server: PostgreSQL,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    vote = make_vote(services, trustees=1)
    voters.people, voters.vote = {str(place): person for place, person in enumerate(vote.people)}, vote.uuid
    queues = [[[vote.ballot(place, choice) for choice in (YES, NO, YES, NO)] for _ in MODES] for place in range(3)]
    people = [Voter(address, vote, place) for place in range(3)]
    monkeypatch.setattr(rounds, "SECONDS_BETWEEN", 0.02)
    worker.start()
    with ThreadPoolExecutor(len(people)) as pool:
        for turn, mode in enumerate(MODES):
            restart = Restart(mode, threading.Barrier(len(people) + 1))
            living = [pool.submit(one.live_through, restart, queues[one.place][turn]) for one in people]
            restart.ready.wait(PATIENCE)
            restart.begun.set()
            server.stop(mode)
            restart.over.set()
            wait_for(lambda: len(restart.refused) == len(people))  # noqa: B023 - called at once
            check_pages_while_it_is_away(address, vote)
            server.start()
            for one in living:
                one.result(PATIENCE)
    assert_pages_are_back(address, vote)

    assert_all_said_so(people)
    assert_all_there(services, vote, people, {ballot.tracker(raw) for each in queues for part in each for raw in part})
    assert_worker_goes_on(services)
    worker.stop()
    for one in people:
        one.close()


def check_pages_while_it_is_away(address: str, vote: MadeVote) -> None:
    for lang, words in SAID.items():
        page = httpx.get(f"{address}/{lang}/votes/{vote.uuid}/board", headers={"Host": "localhost"})
        assert (page.status_code, page.headers["Retry-After"], page.headers["Cache-Control"]) == (503, "5", "no-store")
        assert words in page.text
    assert httpx.get(f"{address}/health", headers={"Host": "localhost"}).status_code == 200
    assert httpx.get(f"{address}/ready", headers={"Host": "localhost"}).status_code == 503


def assert_pages_are_back(address: str, vote: MadeVote) -> None:
    for path in (f"/en/votes/{vote.uuid}/board", "/ready"):
        assert httpx.get(f"{address}{path}", headers={"Host": "localhost"}).status_code == 200


def assert_all_said_so(people: list[Voter]) -> None:
    for one in people:
        for answer in one.refusals:
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5"), answer.text
            assert answer.json()["code"] == "database.unavailable"
            assert answer.json()["detail"].startswith(SAID[one.lang])


def assert_all_there(services: Services, vote: MadeVote, people: list[Voter], cast: set[str]) -> None:
    board = service.board(services, vote.uuid, limit=500).ballots
    assert Counter(row.tracker for row in board) == Counter(cast)
    for one in people:
        for tracker, receipt in one.receipts.items():
            assert service.ballot(services, vote.uuid, tracker).receipt == receipt
    report = verified(services, vote.uuid).report
    assert (report.ballots, report.voters) == (len(cast), len(people))


def assert_worker_goes_on(services: Services) -> None:
    with services.database.uow() as tx:
        enqueue(tx, "test.restarted", "1", {})
        tx.commit()

    def is_done() -> bool:
        with services.database.read() as session:
            return session.exec(select(Job.done_at).where(Job.kind == "test.restarted")).one() is not None

    wait_for(is_done)


def test_who_comes_after_a_restart_is_not_told_of_it(services: Services, server: PostgreSQL) -> None:
    database = services.database
    with database.read() as first, database.read() as second, database.uow() as third:
        for each in (first, second, third):  # three connections, which then lie unused
            each.exec(select(Job)).all()
    server.stop("fast")
    server.start()

    with database.uow() as tx, database.read() as session:
        enqueue(tx, "test.restarted", "1", {})
        tx.commit()
        assert session.exec(select(func.count()).select_from(Job)).one() == 1
    assert database.first(select(col(Job.key)), {}) == ("1",)


def test_a_setup_is_frozen_though_the_database_was_restarted_meanwhile(
    course: Course, server: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.with_keys().press_freeze()
    registrar, stops = type(course.services.registrar), ["immediate"]
    confirm = registrar.confirm

    def confirm_while_it_goes(self: LocalRegistrar, uuid: str, setup: bytes) -> bytes:
        while stops:
            server.stop(stops.pop())
        return confirm(self, uuid, setup)

    monkeypatch.setattr(registrar, "confirm", confirm_while_it_goes)
    with pytest.raises(OperationalError):  # which the worker's thread outlives
        course.worker.run_due()
    server.start()
    assert course.draft.state == "preparing"
    course.worker.run_due()

    draft = course.draft
    assert (draft.state, draft.setup_hash) == ("frozen", documents.digest(draft.setup or b""))
