"""`egov-verify log` against a server that misbehaves."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator

import pytest
from crypto.tests.commands import Done, run, start
from crypto.tests.logs import WITNESSES
from crypto.tests.lying import cannot_tell, code, holds
from crypto.tests.served import Handler, Log, ServedSite, Vote, serving

from egov_crypto.cli import pace, source

KEYS = [witness.verifier_key.text for witness in WITNESSES]
ENTRIES = "/log/tile/entries/"


@pytest.fixture
def site() -> Iterator[ServedSite]:
    with serving(ServedSite()) as made:
        yield made


@pytest.fixture
def vote() -> Vote:
    return Vote()


@pytest.fixture
def log(site: ServedSite, vote: Vote) -> Log:
    """600 entries: bundles 000 and 001, and 88 in the third."""
    return Log(site).add(*vote.set_up(), *vote.cast(596))


def raw_answer(head: bytes, pieces: Callable[[], Iterator[bytes]]) -> Callable[[Handler], None]:
    def answer(handler: Handler) -> None:
        handler.close_connection = True
        handler.wfile.write(head)
        for piece in pieces():
            handler.wfile.write(piece)
            handler.wfile.flush()

    return answer


def forever(piece: bytes, pause: float = 0) -> Callable[[], Iterator[bytes]]:
    def pieces() -> Iterator[bytes]:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            yield piece
            time.sleep(pause)

    return pieces


OK = b"HTTP/1.1 200 OK\r\n"
ENDLESS = OK + b"Content-Length: 1000000000000\r\n\r\n"


@pytest.mark.parametrize(
    ("path", "expected"),
    [("checkpoint", "note.format"), ("tile/0/001", "tile.format"), ("tile/entries/001", "bundle.format")],
)
def test_an_answer_without_end_is_cut_off(
    site: ServedSite, log: Log, path: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("egov_crypto.cli.log_tiles._MAX_BUNDLE", 1 << 20)
    site.tricks[f"/log/{path}"] = raw_answer(ENDLESS, forever(b"x" * 65_536))
    assert code(site)[0] == expected
    site.tricks[f"/log/{path}"] = raw_answer(
        OK + b"Transfer-Encoding: chunked\r\n\r\n", forever(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
    )
    assert code(site)[0] == expected


@pytest.mark.parametrize(
    ("head", "piece"),
    [(b"", b"H"), (OK, b"X: y\r\n"), (ENDLESS, b"x"), (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n")],
)
def test_an_answer_that_drips_is_not_waited_for(
    site: ServedSite, log: Log, head: bytes, piece: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "PATIENCE", 0.15)
    monkeypatch.setattr(source, "ATTEMPTS", 2)
    site.tricks["/log/tile/0/001"] = raw_answer(head, forever(piece, 0.02))
    began = time.monotonic()
    done = run("egov-verify", "log", site.url)
    assert done.status == 2
    assert "cannot be reached" in done.err
    assert time.monotonic() - began < 10


def test_a_server_that_says_nothing_is_not_waited_for(
    site: ServedSite, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "PATIENCE", 0.1)
    monkeypatch.setattr(source, "ATTEMPTS", 2)
    site.tricks["/log/checkpoint"] = lambda _: time.sleep(0.5)
    assert "cannot be reached" in cannot_tell(site)


def test_a_redirection_to_another_host_is_not_followed(site: ServedSite, log: Log) -> None:
    with serving(ServedSite()) as other_site:
        other_site.files = site.files
        site.tricks["/log/tile/0/001"] = lambda handler: handler.answer(
            b"", 302, Location=f"{other_site.url}/log/tile/0/001"
        )
        assert f"leads to {other_site.url}" in cannot_tell(site)
        assert other_site.asked == []
    for location in ("https://example.kz/", "file:///etc/passwd", "//example.kz/log", ""):
        site.tricks["/log/tile/0/001"] = lambda handler, to=location: handler.answer(b"", 301, Location=to)  # type: ignore[misc]
        assert "leads" in cannot_tell(site)


def test_a_redirection_on_the_same_host_is_followed(site: ServedSite, log: Log) -> None:
    site.files["/moved"] = site.files["/log/tile/0/001"]
    site.tricks["/log/tile/0/001"] = lambda handler: handler.answer(b"", 307, Location="/moved")
    holds(site)


def test_what_is_packed_is_not_unpacked(site: ServedSite, log: Log) -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)
    site.tricks["/log/tile/entries/001"] = lambda handler: handler.answer(bomb, Content_Encoding="gzip")
    assert "is packed" in cannot_tell(site)


@pytest.mark.parametrize("status", [400, 403, 500])
def test_an_answer_that_is_none_is_told(site: ServedSite, log: Log, status: int) -> None:
    site.tricks["/log/tile/entries/001"] = lambda handler: handler.answer(b"", status)
    assert f"/log/tile/entries/001 answers {status}" in cannot_tell(site)


def test_a_busy_server_is_asked_again(site: ServedSite, log: Log) -> None:
    answers = iter([503, 429, 502])
    good = site.files["/log/tile/entries/001"]

    def busy(handler: Handler) -> None:
        status = next(answers, 200)
        handler.answer(good if status == 200 else b"", status)

    site.tricks["/log/tile/entries/001"] = busy
    holds(site)
    site.tricks["/log/checkpoint"] = lambda handler: handler.answer(b"", 503)
    assert "answers 503" in cannot_tell(site)


def test_a_broken_connection_is_opened_again(site: ServedSite, log: Log) -> None:
    good = site.files["/log/tile/entries/001"]
    breaks = iter([0, 100])

    def broken(handler: Handler) -> None:
        part = next(breaks, len(good))
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(good)))
        handler.end_headers()
        handler.wfile.write(good[:part])
        handler.close_connection = part < len(good)

    site.tricks["/log/tile/entries/001"] = broken
    holds(site)


def test_a_site_without_a_log_is_told(site: ServedSite, log: Log) -> None:
    key, checkpoint_ = site.files.pop("/log/key"), site.files.pop("/log/checkpoint")
    assert "give the log's key with --key" in cannot_tell(site)
    site.files["/log/key"] = b"no key\n"
    assert "holds no key of a log" in cannot_tell(site)
    site.files["/log/key"] = key
    assert "this is no log's address" in cannot_tell(site)
    site.files["/log/checkpoint"] = checkpoint_
    holds(site)


def test_nothing_that_a_log_says_commands_the_terminal(site: ServedSite, log: Log) -> None:
    log.add({"type": "x.y", "version": 1, "title": "\x1b[31m"})
    site.files["/log/checkpoint"] = b"\x1b]0;title\x07\n\n"
    done: Done = start("egov-verify", "log", site.url)
    assert done.status == 1
    assert "\x1b" not in done.out + done.err


@pytest.mark.parametrize("location", ["http://[::1", "/\u00e9", "//[x]/log", "http://127.0.0.1:x/log/checkpoint"])
def test_a_redirection_to_what_is_no_address_is_told(site: ServedSite, log: Log, location: str) -> None:
    site.tricks["/log/checkpoint"] = lambda handler: handler.answer(b"", 302, Location=location)
    said = cannot_tell(site)
    assert "leads to" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("path", ["/log/checkpoint", ENTRIES + "001", "/log/tile/0/001"])
def test_an_answer_that_is_cut_off_is_asked_for_again_whether_or_not_the_connection_was_to_stay(
    site: ServedSite, log: Log, path: str
) -> None:
    good = site.files[path]
    cuts = iter([0, 10, len(good) - 1])

    def closing(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(good)))
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(good[: next(cuts, len(good))])

    site.tricks[path] = closing
    holds(site)


def test_a_length_that_is_none_is_no_fault_of_the_program(site: ServedSite, log: Log) -> None:
    site.tricks["/log/checkpoint"] = raw_answer(
        OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", lambda: iter([b"x"])
    )
    assert code(site)[0] == "note.format"
