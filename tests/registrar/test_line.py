"""The line to the registrar's process: no connection is used that the other side has left, no question asked twice."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

import pytest
from tests.registrar.test_contract import Serving

from egov_participation.errors import DomainError
from egov_participation.registrar import line
from egov_participation.registrar.client import RemoteRegistrar
from egov_participation.registrar.line import Line, LineError
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.services import Services

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
BROKEN = {"none": b"", "odd": b"odd", "cut short": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"}
"""After each of these the other side leaves."""
Answers = Callable[[int], bytes]
"""What is said to the first question, the second …"""


class Other:
    """The other side, as it may behave."""

    def __init__(self) -> None:
        self.answers: Answers = lambda _: ANSWER
        self.questions: list[bytes] = []
        self.connections: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):  # whoever asked may have left
            while question := _whole(connection):
                self.questions.append(question)
                answer = self.answers(len(self.questions))
                connection.sendall(answer)
                if answer in BROKEN.values():
                    connection.close()
                    return

    def leave_all(self) -> None:
        """Close every connection, as a process that ends does."""
        for connection in self.connections:
            connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listening.close()
        for connection in self.connections:
            connection.close()


def _whole(connection: socket.socket) -> bytes:
    """A question of two bytes' content."""
    found = b""
    while not found.endswith(b"\r\n\r\n{}"):
        part = connection.recv(65536)
        if not part:
            return b""
        found += part
    return found


@pytest.fixture
def other() -> Iterator[Other]:
    other = Other()
    yield other
    other.close()


@pytest.fixture
def to_other(other: Other) -> Iterator[Line]:
    line = Line(other.url)
    yield line
    line.close()


def ask(line: Line, seconds: float = 5) -> tuple[int, bytes]:
    return line.post("/v1/x", b"{}", "secret", seconds)


def test_a_connection_is_used_again_while_it_is_well(other: Other, to_other: Line) -> None:
    assert [ask(to_other) for _ in range(3)] == [(200, b"{}")] * 3
    assert (len(other.connections), len(other.questions)) == (1, 3)
    assert all(one.startswith(b"POST /v1/x HTTP/1.1\r\n") for one in other.questions)


def test_a_connection_that_the_other_side_left_is_not_used(other: Other, to_other: Line) -> None:
    ask(to_other)
    other.leave_all()

    assert ask(to_other) == (200, b"{}")
    assert (len(other.connections), len(other.questions)) == (2, 2)


def test_a_connection_on_which_something_came_unasked_is_not_used(other: Other, to_other: Line) -> None:
    ask(to_other)
    other.connections[0].sendall(ANSWER.replace(b"{}", b"[]"))

    assert ask(to_other) == (200, b"{}")
    assert len(other.connections) == 2


def test_a_connection_that_lay_unused_for_long_is_not_used(
    other: Other, to_other: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(to_other)
    monkeypatch.setattr(line, "_KEPT", 0)

    assert ask(to_other) == (200, b"{}")
    assert len(other.connections) == 2


@pytest.mark.parametrize("answer", BROKEN)
@pytest.mark.parametrize("place", [1, 2], ids=["a new connection", "one that was used"])
def test_a_question_whose_answer_does_not_come_is_not_asked_again(
    other: Other, to_other: Line, answer: str, place: int
) -> None:
    other.answers = lambda number: BROKEN[answer] if number == place else ANSWER
    for _ in range(place - 1):
        ask(to_other)

    with pytest.raises(LineError):
        ask(to_other)

    assert len(other.questions) == place
    assert ask(to_other) == (200, b"{}")


def test_an_answer_that_comes_too_late_is_nobodys(other: Other, to_other: Line) -> None:
    late = threading.Event()

    def answers(number: int) -> bytes:
        if number == 1:
            late.wait(240)
        return ANSWER.replace(b"{}", b"%02d" % number)

    other.answers = answers
    with pytest.raises(TimeoutError):
        ask(to_other, seconds=0.02)
    while not other.questions:  # it was sent; whoever reads it may be slower than whoever asks next
        time.sleep(0.001)
    late.set()

    assert ask(to_other) == (200, b"02")


def test_nobody_there_is_an_error_of_the_line(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        ask(Line(f"unix:{tmp_path}/nobody"))
    assert set(LineError) == {OSError, HTTPException}


@pytest.mark.sqlite
def test_after_the_registrar_was_restarted_the_first_question_is_answered(
    services: Services, tmp_path_factory: pytest.TempPathFactory
) -> None:
    registrar, folder = services.registrar, tmp_path_factory.mktemp("s")
    assert isinstance(registrar, LocalRegistrar)
    serving = Serving(registrar, folder, uds=True)
    serving.start()
    client = RemoteRegistrar(serving.url, serving.secret_file)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(client.votes_of, ["0" * 32] * 8)) == [[]] * 8
    kept = len(client._line._unused)

    serving.stop()
    with pytest.raises(DomainError) as down:
        client.votes_of("0" * 32)
    assert (down.value.status, down.value.code) == (503, "registrar.unavailable")

    again = Serving(registrar, folder, uds=True)
    again.start()
    assert client.votes_of("0" * 32) == []
    assert kept > 0
    client.close()
    again.stop()
