"""`egov-verify watch` against sites that would silence it, hide one failure behind another, or stand still."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from crypto.tests.commands import run
from crypto.tests.logs import WITNESSES, flipped
from crypto.tests.platform import Platform
from crypto.tests.served import Handler, Log, ServedSite, Vote, serving
from crypto.tests.watching import Mails, evidence, git, history, once, other, taking_mails

from egov_crypto.cli import log as log_command
from egov_crypto.cli import watch, watcher

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
    return Log(site).add(*vote.set_up(), *vote.cast(300))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "record"


@pytest.fixture
def mails() -> Iterator[tuple[Mails, tuple[str, ...]]]:
    """What was taken, and the options that send it there."""
    with taking_mails() as taken:
        yield taken


def subjects(mails: Mails) -> list[str]:
    return [mail.content.decode().partition("Subject: egov-verify: ")[2].partition("\r\n")[0] for mail in mails.taken]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_bad_entry_that_is_taken_back_stays(site: ServedSite, log: Log, vote: Vote, folder: Path, jobs: int) -> None:
    once(site, folder)
    good = log.entries[:]
    log.add(*vote.cast(1), b"nothing")
    assert once(site, folder, "--jobs", jobs).status == 1
    vote.height -= 1
    log.rewritten(good)
    log.add(*vote.cast(2))
    for _ in range(2):
        assert once(site, folder, "--jobs", jobs).status == 1
    assert [message.partition(", ")[2] for message in history(folder)[1:]] == ["entry.format", "log.differs"]


def test_a_checkpoint_that_was_seen_and_not_read_stays(site: ServedSite, log: Log, folder: Path) -> None:
    paths = [path for path in site.files if path.startswith("/log/tile/")]
    site.tricks = dict.fromkeys(paths, lambda handler: handler.answer(b"", 500))
    assert once(site, folder).status == 2
    site.tricks.clear()
    log.rewritten(other(log, 200))
    assert once(site, folder).status == 1
    assert json.loads(evidence(folder)["report.json"])["failure"]["code"] == "log.differs"
    log.rewritten(other(log, 201))
    assert once(site, folder).status == 1


# What would silence it.


def test_a_text_that_no_file_can_hold_is_recorded(
    platform: Platform, folder: Path, uuid: str, mails: tuple[Mails, tuple[str, ...]]
) -> None:
    path = f"/api/v1/votes/{uuid}"
    value = json.loads(platform.site.files[path])
    platform.site.files[path] = json.dumps({**value, "state": "\udfff"}).encode()
    done = once(platform.site, folder, "--site", "--json", *mails[1])
    assert done.status == 1
    assert json.loads(done.out.splitlines()[0])["ok"] is False
    assert "report.json" in evidence(folder)
    assert len(mails[0].taken) == 1


def test_a_fault_of_the_program_is_an_error_of_its_round(
    site: ServedSite,
    log: Log,
    folder: Path,
    mails: tuple[Mails, tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fault(*_: object, **__: object) -> None:
        raise ValueError("nobody thought of it")

    monkeypatch.setattr(log_command, "check", fault)
    for number in range(1, watcher.SILENT + 2):
        done = once(site, folder, "--json", *mails[1])
        assert done.status == 2
        assert json.loads(done.out.splitlines()[0])["ok"] is None
        assert len(mails[0].taken) == (number >= watcher.SILENT)
    monkeypatch.undo()
    assert once(site, folder, *mails[1]).status == 0
    assert subjects(mails[0]) == [f"It cannot be told since {watcher.SILENT} rounds", "It holds again"]


def test_a_fault_is_said_in_json_too(site: ServedSite, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: object, **__: object) -> None:
        raise ValueError("nobody thought of it")

    monkeypatch.setattr(log_command, "reading_of", fault)
    for command in ("log", "site"):
        done = run("egov-verify", command, "--json", site.url)
        assert (done.status, json.loads(done.out)["ok"]) == (2, None)
    assert run("egov-verify", "log", site.url).status == 2


def test_an_answer_that_comes_for_ever_ends_with_its_round(site: ServedSite, log: Log, folder: Path) -> None:
    """However fast it comes: the time of the round is over."""
    ended: list[bool] = []

    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        try:
            while not ended:
                handler.wfile.write(b"1\r\nx\r\n")
        except OSError:
            ended.append(True)

    site.tricks[f"{ENTRIES}000"] = endless
    done = once(site, folder, "--deadline", 1)
    ended.append(True)
    assert done.status == 2
    assert "the time that it may take altogether is over" in done.err


def test_the_log_is_read_at_each_interval_while_an_archive_is_slow(
    platform: Platform, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fork that is shown meanwhile is found then, and not when all votes have been looked at."""
    monkeypatch.setattr(watch, "_interval", lambda _: 0)
    first, second = (f"/votes/{uuid}/archive.bel" for uuid in platform.votes)

    def slow(handler: Handler) -> None:
        log = platform.log
        log.rewritten([*log.entries[:-1], b'{"type":"x.y","version":1}'])
        handler.answer(platform.site.files[first])

    platform.site.tricks[first] = slow
    done = once(platform.site, folder, "--site", "--interval", 1)
    assert done.status == 1
    assert history(folder) == ["It does not hold: log, log.differs"]
    assert second not in platform.site.asked


# What would hide one failure behind another.


def test_another_place_of_the_same_failure_is_told(
    site: ServedSite, log: Log, folder: Path, mails: tuple[Mails, tuple[str, ...]]
) -> None:
    good = dict(site.files)
    for path, bit in ((f"{ENTRIES}000", 800), (f"{ENTRIES}001.p/48", 800)):
        site.files = good | {path: flipped(good[path], bit)}
        for _ in range(2):
            assert once(site, folder, *mails[1]).status == 1
    assert subjects(mails[0]) == ["It does not hold: log, bundle.entries"] * 2


def test_what_is_not_answered_is_told_while_something_else_fails(
    platform: Platform, folder: Path, uuid: str, mails: tuple[Mails, tuple[str, ...]]
) -> None:
    def lie(value: dict[str, Any]) -> None:
        value["voters"] = 1

    platform.change(uuid, lie)
    platform.site.tricks["/log/checkpoint"] = lambda handler: handler.answer(b"", 500)
    for number in range(1, watcher.SILENT + 2):
        assert once(platform.site, folder, "--site", *mails[1]).status == 1
        assert len(mails[0].taken) == 1 + (number >= watcher.SILENT)
    assert subjects(mails[0])[1] == f"It cannot be told since {watcher.SILENT} rounds"


def test_what_cannot_be_told_for_a_while_is_not_told_anew(
    site: ServedSite, log: Log, folder: Path, mails: tuple[Mails, tuple[str, ...]]
) -> None:
    path = f"{ENTRIES}000"
    site.files[path] = flipped(site.files[path], 800)
    assert once(site, folder, *mails[1]).status == 1
    site.tricks["/log/checkpoint"] = lambda handler: handler.answer(b"", 500)
    assert once(site, folder, *mails[1]).status == 2
    site.tricks.clear()
    assert once(site, folder, *mails[1]).status == 1
    assert len(mails[0].taken) == 1


def test_what_cannot_be_recorded_is_mailed_and_recorded_later(
    site: ServedSite, log: Log, folder: Path, mails: tuple[Mails, tuple[str, ...]]
) -> None:
    once(site, folder)
    good = dict(site.files)
    site.files[f"{ENTRIES}000"] = flipped(good[f"{ENTRIES}000"], 800)
    log.publish()
    site.files = dict(site.files) | {"/log/checkpoint": b"nonsense"}
    lock = folder / ".git" / "index.lock"
    lock.write_text("")
    for _ in range(2):
        done = once(site, folder, *mails[1])
        assert (done.status, "it add in " in done.err) == (1, True)
    assert subjects(mails[0]) == ["It does not hold: log, note.format"]
    assert "It could not be recorded" in mails[0].taken[0].content.decode()
    lock.unlink()
    assert once(site, folder, *mails[1]).status == 1
    assert len(mails[0].taken) == 1
    assert history(folder)[1:] == ["What could not be recorded before"]
    assert git(folder, "status", "--porcelain") == ""
    assert list((folder / "trouble").rglob("report.json"))


def test_a_record_that_cannot_be_written_is_mailed_once(
    site: ServedSite, log: Log, vote: Vote, folder: Path, mails: tuple[Mails, tuple[str, ...]]
) -> None:
    once(site, folder)
    log.add(*vote.cast(1))
    (folder / ".git" / "index.lock").write_text("")
    for _ in range(2):
        assert once(site, folder, *mails[1]).status == 2
    assert subjects(mails[0]) == ["It cannot be recorded"]


# What would stand still.


def test_an_old_cosignature_does_not_count(site: ServedSite, log: Log) -> None:
    key = WITNESSES[0].verifier_key.text
    now = int(datetime.now(UTC).timestamp())
    for at, options, expected in (
        (0, (), 1),
        (now - 3700, (), 1),
        (now - 3700, ("--max-age", 4000), 0),
        (now - 3700, ("--quorum", 0), 0),
        (now - 3000, (), 0),
    ):
        log.publish(WITNESSES[0], at=at)
        done = run("egov-verify", "log", "--json", site.url, "--witness", key, *options)
        assert done.status == expected
        assert expected == 0 or json.loads(done.out)["failure"]["code"] == "checkpoint.stale"
    assert run("egov-verify", "log", site.url, "--witness", key, "--max-age", 0).status == 2


def test_a_log_that_stands_still_is_told_once(
    site: ServedSite,
    log: Log,
    folder: Path,
    mails: tuple[Mails, tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = datetime.now(UTC)
    for minutes in (0, 59, 61, 200):
        monkeypatch.setattr(watcher, "_now", lambda minutes=minutes: now + timedelta(minutes=minutes))
        assert once(site, folder, *mails[1]).status == 0
        assert subjects(mails[0]) == ["The log stands still"] * (minutes > 60)
    log.publish(WITNESSES[0])
    for minutes in (210, 250, 271):
        monkeypatch.setattr(watcher, "_now", lambda minutes=minutes: now + timedelta(minutes=minutes))
        assert once(site, folder, *mails[1]).status == 0
        assert len(mails[0].taken) == 1 + (minutes > 270)


def test_entries_of_unknown_types_are_told_once(
    site: ServedSite, log: Log, folder: Path, mails: tuple[Mails, tuple[str, ...]]
) -> None:
    log.add({"type": "x.y", "version": 1})
    for _ in range(2):
        assert once(site, folder, *mails[1]).status == 0
    log.add({"type": "x.y", "version": 1}, {"type": "vote.event", "version": 2})
    for _ in range(2):
        assert once(site, folder, *mails[1]).status == 0
    assert subjects(mails[0]) == ["The log has entries of a type that is not known here"] * 2
    assert "vote.event v2" in mails[0].taken[1].content.decode()
