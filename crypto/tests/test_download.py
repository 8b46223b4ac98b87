"""Archives from the web: which address, broken connections, and servers that misbehave."""

from __future__ import annotations

import io
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from crypto.tests.commands import run, start

from egov_crypto.cli import pace, source
from egov_crypto.errors import ArchiveError

UUID = "KMLMr96HM3M2nQ"


class Site(ThreadingHTTPServer):
    """A web site with one archive, that breaks connections off as often as it is told."""

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content = content
        self.asked: list[tuple[str, str | None]] = []
        self.break_after: list[int] = []
        """For each request in turn, after how many bytes of the body the connection breaks."""
        self.ranges = True
        self.length = True
        self.chunked = False
        self.status = 200
        self.drip = False
        self.grow = b""
        self.content_range: str | None = None
        self.stated: str | None = None

    def handle_error(self, *args: Any) -> None:
        """Nothing: clients may go before they have everything."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Site

    def do_GET(self) -> None:
        site = self.server
        asked = self.headers.get("Range")
        site.asked.append((self.path, asked))
        if site.status != 200 or not self.path.endswith(f"/votes/{UUID}/archive.bel"):
            return self.answer_otherwise()
        body, first = site.content, 0
        site.content += site.grow
        if asked and site.ranges:
            first = int(asked.removeprefix("bytes=").removesuffix("-"))
            if first >= len(body):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(body)}")
                self.send_header("Content-Length", "0")
                return self.end_headers()
            self.send_response(206)
            honest = f"bytes {first}-{len(body) - 1}/{len(body)}"
            self.send_header("Content-Range", site.content_range or honest)
            body = body[first:]
        else:
            self.send_response(200)
        if site.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif site.length:
            self.send_header("Content-Length", site.stated or str(len(body)))
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        self.send_body(body, site)
        return None

    def answer_otherwise(self) -> None:
        site = self.server
        self.send_response(site.status if site.status != 200 else 404)
        if site.status in {301, 302, 307}:
            self.send_header("Location", site.content.decode())
        self.send_header("Content-Length", "0")
        self.end_headers()

    def send_body(self, body: bytes, site: Site) -> None:
        cut = site.break_after.pop(0) if site.break_after else None
        part = body if cut is None else body[:cut]
        if site.drip:
            for place in range(100):
                self.wfile.write(part[place : place + 1])
                time.sleep(0.02)
            self.close_connection = True
            return
        if site.chunked:
            self.wfile.write(b"%x\r\n" % max(len(part), 1) + part + b"\r\n")
            if cut is None:
                self.wfile.write(b"0\r\n\r\n")
        else:
            self.wfile.write(part)
        self.wfile.flush()
        if cut is not None or not site.length:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True

    def log_message(self, *args: Any) -> None:
        """Nothing: a test's output is its failures."""


@pytest.fixture
def site(tallied: bytes) -> Iterator[Site]:
    with Site(tallied) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting between attempts, and no proxy of the machine's."""
    monkeypatch.setattr(source, "PAUSE", 0.001)
    monkeypatch.setenv("no_proxy", "*")


def downloaded(site: Site) -> bytes:
    file = io.BytesIO()
    source.download(f"{site.url}/votes/{UUID}/archive.bel", file, lambda _stage, _done, _total: None)
    return file.getvalue()


@pytest.mark.parametrize(
    ("page", "archive"),
    [
        (f"/votes/{UUID}", f"/votes/{UUID}/archive.bel"),
        (f"/votes/{UUID}/", f"/votes/{UUID}/archive.bel"),
        (f"/kk/votes/{UUID}", f"/votes/{UUID}/archive.bel"),
        (f"/ru/votes/{UUID}/result", f"/votes/{UUID}/archive.bel"),
        (f"/en/votes/{UUID}/verify?x=1#top", f"/votes/{UUID}/archive.bel"),
        (f"/en/votes/{UUID}/ballots/abc", f"/votes/{UUID}/archive.bel"),
        (f"/api/v1/votes/{UUID}", f"/votes/{UUID}/archive.bel"),
        (f"/under/a/path/kk/votes/{UUID}", f"/under/a/path/votes/{UUID}/archive.bel"),
        (f"/votes/{UUID}/archive.bel", f"/votes/{UUID}/archive.bel"),
        (f"/votes/{UUID}/archive.bel?version=2", f"/votes/{UUID}/archive.bel?version=2"),
        (f"/elections/{UUID}/{UUID}.bel", f"/elections/{UUID}/{UUID}.bel"),
        ("/votes/short", "/votes/short"),
        ("/votes", "/votes"),
        ("/", "/"),
        ("", ""),
    ],
)
def test_a_page_of_a_vote_leads_to_its_archive(page: str, archive: str) -> None:
    for start_ in ("https://example.kz", "http://localhost:8000"):
        assert source.archive_address(start_ + page) == start_ + archive


def test_an_archive_is_verified_by_the_address_of_any_page(site: Site, tallied_file: object) -> None:
    for page in (f"/votes/{UUID}/archive.bel", f"/kk/votes/{UUID}", f"/ru/votes/{UUID}/result"):
        done = start("egov-verify", "vote", site.url + page)
        assert (done.status, done.err) == (0, "")
        assert re.search(r"Head: height 8, hash [0-9a-f]{64}\n\(That is the head of what was downloaded", done.out)
    # And, of a site, what may stand beside the archive; here nothing does.
    names = ("setup.json", "registrar.json", "turnout.json", "protocol.json", "result.csv")
    beside = {f"/votes/{UUID}/{name}" for name in names}
    asked = {path for path, _ in site.asked}
    assert f"/votes/{UUID}/archive.bel" in asked <= {f"/votes/{UUID}/archive.bel"} | beside
    answer = json.loads(run("egov-verify", "vote", "--json", f"{site.url}/kk/votes/{UUID}").out)
    assert answer["subject"]["source"] == f"{site.url}/kk/votes/{UUID}"
    assert answer["head"]["height"] == 8


def test_a_broken_connection_is_taken_up_where_it_broke(site: Site, tallied: bytes) -> None:
    site.break_after = [10_000, 0, 5_000, 1]
    assert downloaded(site) == tallied
    assert [asked for _, asked in site.asked] == [
        None,
        "bytes=10000-",
        "bytes=10000-",
        "bytes=15000-",
        "bytes=15001-",
    ]


def test_a_broken_connection_does_no_harm_to_the_command(site: Site) -> None:
    site.break_after = [10_000]
    done = start("egov-verify", "vote", f"{site.url}/votes/{UUID}")
    assert (done.status, done.err) == (0, "")


def test_a_server_without_ranges_is_asked_for_the_whole_again(site: Site, tallied: bytes) -> None:
    site.ranges = False
    site.break_after = [10_000, 20_000, 3]
    assert downloaded(site) == tallied


def test_a_connection_that_breaks_again_and_again_without_getting_further_is_given_up(site: Site) -> None:
    site.break_after = [10_000] + [0] * 50
    with pytest.raises(ArchiveError, match="broke off at 10000 of"):
        downloaded(site)
    assert len(site.asked) == 1 + source.ATTEMPTS
    done = run("egov-verify", "vote", f"{site.url}/votes/{UUID}")
    assert done.status == 2


def test_a_server_without_ranges_that_always_breaks_is_given_up(site: Site) -> None:
    site.ranges = False
    site.break_after = [10_000] * 50
    with pytest.raises(ArchiveError, match="broke off"):
        downloaded(site)


def test_a_server_that_drips_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "PATIENCE", 0.1)
    monkeypatch.setattr(source, "ATTEMPTS", 3)
    site.drip = True
    began = time.monotonic()
    with pytest.raises(ArchiveError, match="broke off at"):
        downloaded(site)
    assert len(site.asked) == source.ATTEMPTS
    assert time.monotonic() - began < 10


def test_an_archive_that_grew_meanwhile_is_taken_with_what_was_added(site: Site, tallied: bytes) -> None:
    site.break_after = [10_000]
    site.grow = b"x" * 512
    assert downloaded(site) == tallied + b"x" * 512


def test_an_archive_that_shrank_meanwhile_is_refused(site: Site) -> None:
    site.break_after = [30_000]
    whole = site.content

    def shrink(_stage: str, _done: int, _total: int) -> None:
        site.content = whole[:20_000]

    with pytest.raises(ArchiveError, match="416"):
        source.download(f"{site.url}/votes/{UUID}/archive.bel", io.BytesIO(), shrink)


def test_a_server_that_sends_another_part_is_refused(site: Site) -> None:
    site.break_after = [10_000]
    site.content_range = f"bytes 0-99/{len(site.content)}"
    with pytest.raises(ArchiveError, match="another part"):
        downloaded(site)


def test_a_server_that_does_not_say_how_much_it_is_serves_too(site: Site, tallied: bytes) -> None:
    site.chunked = True
    assert downloaded(site) == tallied
    site.chunked, site.length = False, False
    assert downloaded(site) == tallied


def test_a_part_without_an_end_is_not_taken_for_the_whole(site: Site) -> None:
    """It might end right after an event, and hide those that follow."""
    site.chunked = True
    site.break_after = [30_000]
    with pytest.raises(ArchiveError, match="broke off after"):
        downloaded(site)


@pytest.mark.parametrize("status", [403, 404, 410, 500, 503])
def test_an_answer_that_is_no_archive_is_told(site: Site, status: int) -> None:
    site.status = status
    done = run("egov-verify", "vote", f"{site.url}/votes/{UUID}")
    assert (done.status, done.out) == (2, "")
    assert f"answers {status}" in done.err


def test_a_redirection_is_followed_on_the_web_and_nowhere_else(site: Site, tallied: bytes) -> None:
    with Site(tallied) as other:
        thread = threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        site.status = 302
        site.content = f"{other.url}/votes/{UUID}/archive.bel".encode()
        assert downloaded(site) == tallied
        other.shutdown()
        thread.join()
    for elsewhere in (b"file:///etc/passwd", b"ftp://127.0.0.1/x"):
        site.content = elsewhere
        done = run("egov-verify", "vote", f"{site.url}/votes/{UUID}")
        assert (done.status, done.out) == (2, "")
        assert "Traceback" not in done.err


def test_a_redirection_without_end_is_told(site: Site) -> None:
    site.status = 301
    site.content = f"{site.url}/votes/{UUID}/archive.bel".encode()
    done = run("egov-verify", "vote", f"{site.url}/votes/{UUID}")
    assert done.status == 2
    assert "Traceback" not in done.err


def test_a_page_in_place_of_an_archive_is_told(site: Site) -> None:
    site.content = b"<!doctype html><title>Sign in</title>" * 100
    done = run("egov-verify", "vote", f"{site.url}/votes/{UUID}")
    assert done.status == 2
    assert "not an election archive" in done.err


def test_how_far_a_download_is_can_be_seen(site: Site, tallied: bytes) -> None:
    told: list[tuple[str, int, int]] = []
    file = io.BytesIO()
    url = f"{site.url}/votes/{UUID}/archive.bel"
    source.download(url, file, lambda *said: told.append(said))
    assert told[-1] == ("download", len(tallied), len(tallied))


@pytest.mark.parametrize("form", ["bytes {}-1/5", "bytes 10000-10001/{}"])
def test_a_range_that_is_none_is_told(site: Site, form: str) -> None:
    site.break_after = [10_000]
    site.content_range = form.format("9" * 5000)
    with pytest.raises(ArchiveError, match="another part"):
        downloaded(site)


@pytest.mark.parametrize("length", ["9" * 5000, "-1", "x", "1_0"])
def test_a_length_that_is_none_is_told(site: Site, length: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "stated", length)
    done = run("egov-verify", "vote", "--json", f"{site.url}/votes/{UUID}")
    assert done.status == 2
    assert "a length that is none" in json.loads(done.out)["error"]


@pytest.mark.parametrize("location", ["http://[::1", "/\u00e9"])
def test_a_redirection_to_what_is_no_address_is_told(site: Site, location: str) -> None:
    site.status, site.content = 302, location.encode()
    done = run("egov-verify", "vote", "--json", f"{site.url}/votes/{UUID}")
    assert (done.status, json.loads(done.out)["ok"]) == (2, None)
    assert "Traceback" not in done.err


def test_one_byte_at_a_time_does_not_go_on_for_ever(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each connection gets further, and breaks."""
    clock = iter(range(0, 100_000, 20))
    monkeypatch.setattr(source.time, "monotonic", lambda: next(clock))
    site.break_after = [1] * 1000
    with pytest.raises(ArchiveError, match=r"comes too slowly: 1?[0-9] bytes in 3[0-9]{2} seconds"):
        downloaded(site)


@pytest.mark.parametrize("chunked", [False, True])
def test_an_archive_without_end_is_not_taken(site: Site, monkeypatch: pytest.MonkeyPatch, chunked: bool) -> None:
    site.chunked = chunked
    file = io.BytesIO()
    with pytest.raises(ArchiveError, match=r"has more than .* which --max-archive may raise"):
        source.download(f"{site.url}/votes/{UUID}/archive.bel", file, lambda *_: None, 20_000)
    assert file.tell() <= 20_000 + (1 << 16)
    assert run("egov-verify", "vote", f"{site.url}/votes/{UUID}", "--max-archive", 1).status == 0
    assert run("egov-verify", "vote", f"{site.url}/votes/{UUID}", "--max-archive", 0).status == 2
    monkeypatch.setattr(source, "GIB", 10_000)
    assert "has more than 2 GiB" in run("egov-verify", "vote", f"{site.url}/votes/{UUID}", "--max-archive", 2).err
