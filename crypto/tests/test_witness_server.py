"""The witness on the web: what it answers, that it remembers first, and that nobody can hold it up."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from crypto.tests.logs import NOON, ORIGIN
from crypto.tests.test_witness import OTHER_KEY
from crypto.tests.witnessing import HONEST, LOGS, WITNESS, Answer, History, ask, post

from egov_crypto.cli.witness_server import MAX_HEAD, SECONDS, Server, Witness
from egov_crypto.cli.witness_state import MAX_FORKS, State
from egov_crypto.errors import UsageError
from egov_crypto.witness import MAX_REQUEST, Cosigned, Request

KEY = WITNESS.verifier_key
FORK = History(5)


class Running:
    """A witness that listens; ``now`` is its clock."""

    def __init__(self, state: State, **bounds: float) -> None:
        self.now = NOON
        self.state = state
        witness = Witness(WITNESS, LOGS, state, lambda: self.now)
        self.server = Server(("127.0.0.1", 0), witness, **bounds)  # type: ignore[arg-type]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.server.server_address[1]

    def post(self, request: Request | bytes, path: str = "/add-checkpoint") -> Answer:
        return post(self.address, request if isinstance(request, bytes) else request.raw, path)

    def get(self, path: str) -> tuple[int, str]:
        with contextlib.closing(http.client.HTTPConnection(*self.address, timeout=240)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def remembered(self) -> int:
        """The size that is on the disk."""
        last = self.state.read(ORIGIN)
        return last.checkpoint.size if last else 0


Run = Callable[..., Running]


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State.create(tmp_path / "state", KEY)


@pytest.fixture
def run(state: State) -> Iterator[Run]:
    started: list[Running] = []

    def start(with_state: State = state, **bounds: float) -> Running:
        started.append(Running(with_state, **bounds))
        return started[-1]

    yield start
    for running in started:
        running.server.stop()
        running.thread.join()


@pytest.fixture
def witness(run: Run) -> Running:
    return run()


def test_a_log_that_grows_is_cosigned_over_one_connection(witness: Running) -> None:
    with contextlib.closing(http.client.HTTPConnection(*witness.address, timeout=240)) as connection:
        for old, new in [(0, 8), (8, 8), (8, 33), (33, 40)]:
            witness.now += 1
            answer = ask(connection, HONEST.request(old, new).raw)
            assert (answer.status, answer.time) == (200, witness.now)
            assert answer.text.endswith("\n")
            assert witness.remembered() == new


def test_the_clock_put_back_is_said_and_the_last_time_kept(witness: Running, capfd: pytest.CaptureFixture[str]) -> None:
    witness.post(HONEST.request(0, 8))
    witness.now -= 90
    assert witness.post(HONEST.request(8, 9)).time == NOON
    assert "the clock is 90 s behind" in capfd.readouterr().err


def test_each_refusal_has_its_status(witness: Running) -> None:
    witness.post(HONEST.request(0, 8))
    stranger = Request(8, (), HONEST.head(8).sign(OTHER_KEY))
    unknown = HONEST.request(8, 33).raw.replace(ORIGIN.encode(), b"example.org/log")
    for raw, status in (
        (b"nonsense", 400),
        (HONEST.request(8, 33).raw + b"\n", 400),
        (HONEST.request(33, 8).raw, 400),
        (stranger.raw, 403),
        (unknown, 404),
        (HONEST.request(8, 33, proof=()).raw, 422),
        (FORK.request(8, 33).raw, 422),
    ):
        answer = witness.post(raw)
        assert (answer.status, answer.type) == (status, "text/plain; charset=utf-8")
    for request in (HONEST.request(0, 33), HONEST.request(9, 33), HONEST.request(0, 0), FORK.request(8, 8)):
        assert witness.post(request) == Answer(409, "text/x.tlog.size", "8\n")
    assert witness.remembered() == 8


def test_a_log_that_was_never_cosigned_is_answered_with_size_0(witness: Running) -> None:
    assert witness.post(HONEST.request(8, 33)) == Answer(409, "text/x.tlog.size", "0\n")


def test_evidence_of_a_fork_is_kept(witness: Running, capfd: pytest.CaptureFixture[str]) -> None:
    witness.post(HONEST.request(0, 33))
    for _ in range(2):
        assert witness.post(History(7).request(33, 33)).status == 409
    (path,) = witness.state.forks(ORIGIN)
    assert path.read_bytes() == History(7).request(33, 33).note.raw
    assert f"FORK: the log has signed two root hashes of 33 entries. log={ORIGIN}" in capfd.readouterr().err
    for forked in range(20):
        witness.post(History(forked).request(33, 33))
    assert len(witness.state.forks(ORIGIN)) == MAX_FORKS
    assert witness.post(HONEST.request(33, 40)).status == 200


def test_what_the_log_signed_and_nothing_proves_is_kept_apart(
    witness: Running, capfd: pytest.CaptureFixture[str]
) -> None:
    """A log that was rewritten and has grown has no proof to give: what it signed shows it, to whoever has the rest."""
    witness.post(HONEST.request(0, 8))
    for _ in range(2):
        assert witness.post(History(7).request(8, 33)).status == 422
    (path,) = witness.state.unproved(ORIGIN)
    assert path.read_bytes() == History(7).request(8, 33).note.raw
    assert f"refused 422 proof log={ORIGIN} evidence={path}" in capfd.readouterr().err
    for size in range(9, 29):  # anybody can send an honest one with a wrong proof
        assert witness.post(HONEST.request(8, size, proof=())).status == 422
    assert len(witness.state.unproved(ORIGIN)) == MAX_FORKS
    assert witness.post(History(7).request(8, 8)).status == 409
    assert len(witness.state.forks(ORIGIN)) == 1
    assert witness.post(Request(8, (), HONEST.head(30).sign(OTHER_KEY))).status == 403
    assert witness.post(HONEST.request(8, 40)).status == 200


def test_whoever_wants_something_else_is_told_no(witness: Running) -> None:
    assert witness.get("/health") == (200, "ok\n")
    assert witness.get("/") == (404, "not found\n")
    assert witness.get("/add-checkpoint") == (404, "not found\n")
    assert witness.post(b"x", "/add-checkpoint/").status == 404
    for method, status in (("PUT", 501), ("HEAD", 501), ("DELETE", 501)):
        with contextlib.closing(http.client.HTTPConnection(*witness.address, timeout=240)) as connection:
            connection.request(method, "/add-checkpoint", b"x")
            assert connection.getresponse().status == status


def talk(witness: Running, raw: bytes) -> bytes:
    """All that is answered to these bytes until the connection is closed."""
    with socket.create_connection(witness.address, timeout=10) as connection:  # sooner than the server gives up
        connection.sendall(raw)
        return b"".join(iter(lambda: connection.recv(4096), b""))


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("", 411),
        ("Transfer-Encoding: chunked\r\n", 411),
        ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 411),
        ("Content-Length: 5\r\nContent-Length: 5\r\n", 411),
        ("Content-Length: +5\r\n", 411),
        ("Content-Length: 05\r\n", 411),
        ("Content-Length: -1\r\n", 411),
        (f"Content-Length: {MAX_REQUEST + 1}\r\n", 413),
        ("Content-Length: 999999999\r\n", 413),
        ("X: y\r\n" * 101, 431),
    ],
)
def test_what_has_no_bounded_length_is_not_read(witness: Running, head: str, status: int) -> None:
    asked = f"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n{head}\r\n5\r\nhello\r\n0\r\n\r\n"
    with socket.create_connection(witness.address, timeout=240) as connection:
        connection.sendall(asked.encode())
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert answer.count(b"HTTP/1.1") == 1
    assert b"\r\nConnection: close\r\n" in answer


def test_heads_without_end_are_cut_off(witness: Running) -> None:
    line = b"X: " + b"y" * 60_000 + b"\r\n"
    with contextlib.suppress(ConnectionError):
        assert talk(witness, b"POST /add-checkpoint HTTP/1.1\r\n" + line * 3) == b""
    assert len(line) * 3 > MAX_HEAD + MAX_REQUEST
    assert talk(witness, b"GET /" + b"x" * 70_000).startswith(b"HTTP/1.1 414 ")


@pytest.mark.parametrize(
    "sent", [b"", b"POST /add-ch", b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 9\r\n\r\nold"]
)
def test_whoever_is_slow_is_cut_off_even_if_something_comes_now_and_then(run: Run, sent: bytes) -> None:
    witness = run(seconds=0.2)
    with socket.create_connection(witness.address, timeout=4) as connection:
        connection.sendall(sent)
        done = threading.Event()

        def drip() -> None:
            with contextlib.suppress(OSError):
                while not done.wait(0.03):
                    connection.send(b"x")

        thread = threading.Thread(target=drip)
        if sent:
            thread.start()
        try:
            with contextlib.suppress(ConnectionError):
                while connection.recv(4096):
                    pass
        finally:
            done.set()
            if sent:
                thread.join()
    witness.server.seconds = SECONDS  # a busy machine is slow too
    assert witness.post(HONEST.request(0, 8)).status == 200


def test_there_are_only_so_many_connections_at_once(run: Run) -> None:
    witness = run(connections=2)
    with contextlib.ExitStack() as stack:
        for _ in range(2):
            connection = http.client.HTTPConnection(*witness.address, timeout=240)
            stack.enter_context(contextlib.closing(connection))
            connection.request("GET", "/health")
            assert connection.getresponse().read() == b"ok\n"
        assert talk(witness, b"").startswith(b"HTTP/1.1 503 ")
    for _ in range(1000):  # until the threads have seen that the others are gone
        with contextlib.suppress(ConnectionError):
            if witness.get("/health") == (200, "ok\n"):
                return
    pytest.fail("the connections that were closed still count")


def test_records_say_nothing_of_who_asked(witness: Running, capfd: pytest.CaptureFixture[str]) -> None:
    secret = "a-visitors-token"
    witness.post(HONEST.request(0, 8))
    witness.post(HONEST.request(8, 9, proof=(bytes(32),)))
    witness.post(secret.encode())
    witness.get(f"/{secret}?{secret}")
    talk(witness, b"%s /%s HTTP/1.1\r\n\r\n" % ((secret.encode(),) * 2))
    talk(witness, b"GET /health HTTP/%s\r\n\r\n" % secret.encode())
    told = capfd.readouterr().err
    assert [line.split(" ", 1)[1] for line in told.splitlines()] == [
        f"cosigned size=8 log={ORIGIN}",
        f"refused 422 proof log={ORIGIN} evidence={witness.state.unproved(ORIGIN)[0]}",
    ]


class Failing(State):
    """A disk that is full, or that says so after all has been written."""

    persisted = False
    fails = True

    def write(self, last: Cosigned) -> None:
        if self.persisted:
            super().write(last)
        if self.fails:
            raise OSError(28, "No space left on device")
        super().write(last)


@pytest.mark.parametrize("persisted", [False, True])
def test_what_could_not_be_remembered_is_not_given_away(state: State, run: Run, persisted: bool) -> None:
    witness = run(failing := Failing(state.folder, KEY))
    failing.persisted = persisted
    answer = witness.post(HONEST.request(0, 8))
    assert answer == Answer(500, "text/plain; charset=utf-8", "the witness cannot cosign now\n")
    assert witness.remembered() == (8 if persisted else 0)
    failing.fails = False
    if persisted:  # what was remembered is answered with, and can be asked for again
        assert witness.post(HONEST.request(0, 8)).text == "8\n"
    assert witness.post(HONEST.request(witness.remembered(), 8)).status == 200


def test_a_state_that_is_lost_while_it_runs_ends_the_cosigning(
    witness: Running, capfd: pytest.CaptureFixture[str]
) -> None:
    witness.post(HONEST.request(0, 8))
    (path,) = witness.state.folder.glob("*.checkpoint")
    kept = path.read_bytes()
    path.unlink()
    assert witness.post(HONEST.request(0, 8)).status == 500
    assert "begin anew with another" in capfd.readouterr().err
    path.write_bytes(kept.replace(b"\n8\n", b"\n7\n"))
    assert witness.post(HONEST.request(7, 8)).status == 500
    path.write_bytes(kept)
    assert witness.post(HONEST.request(8, 9)).status == 200
    (witness.state.folder / "witness.json").unlink()
    assert witness.get("/health") == (503, "the state cannot be read\n")
    with pytest.raises(UsageError, match="is not there"):
        State(witness.state.folder, KEY)


def test_a_request_waits_for_another_one_but_not_for_ever(state: State, run: Run) -> None:
    witness = run(State(state.folder, KEY, patience=0.05))
    witness.post(HONEST.request(0, 8))
    (lock,) = state.folder.glob("*.lock")
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert witness.post(HONEST.request(8, 9)).status == 503
    assert witness.post(HONEST.request(8, 9)).status == 200


class Waiting(State):
    """A slow disk."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, KEY)
        self.reached, self.go_on = threading.Event(), threading.Event()

    def write(self, last: Cosigned) -> None:
        self.reached.set()
        assert self.go_on.wait(240)
        super().write(last)


def test_a_server_that_stops_answers_what_it_was_asked(state: State) -> None:
    witness = Running(slow := Waiting(state.folder))
    answers: list[Answer] = []
    with socket.create_connection(witness.address, timeout=240) as idle:
        asking = threading.Thread(target=lambda: answers.append(witness.post(HONEST.request(0, 8))))
        asking.start()
        assert slow.reached.wait(240)
        stopping = threading.Thread(target=witness.server.stop)
        stopping.start()
        assert idle.recv(1) == b""  # who asks nothing is not waited for
        slow.go_on.set()
        for thread in (asking, stopping, witness.thread):
            thread.join()
    assert answers[0].status == 200
