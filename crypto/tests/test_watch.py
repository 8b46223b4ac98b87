"""`egov-verify watch`: what it records, when it tells, and how it ends."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from crypto.tests.commands import arguments_of, clean_environment, run
from crypto.tests.logs import WITNESSES, flipped
from crypto.tests.platform import BOOTH, Platform
from crypto.tests.served import Log, ServedSite, Vote, serving
from crypto.tests.watching import Mails, evidence, git, history, once, other, taking_mails

from egov_crypto import checkpoint, merkle, note
from egov_crypto.cli import mailing, watcher

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


def test_each_checkpoint_is_recorded_once(site: ServedSite, log: Log, vote: Vote, folder: Path) -> None:
    done = once(site, folder)
    assert (done.status, done.err) == (0, "")
    root = note.to_base64(log.checkpoint.root)
    assert history(folder) == [f"{log.key.name}: 304 entries, root hash {root}"]
    assert (folder / "checkpoint").read_bytes() == site.files["/log/checkpoint"]
    assert (folder / "key").read_text() == f"{log.vkey}\n"
    assert json.loads((folder / "votes.json").read_bytes())[0]["ballots"] == 300
    first = site.files["/log/checkpoint"]
    assert once(site, folder).out == ""
    log.add(*vote.cast(1))
    assert once(site, folder).out.endswith(f": 305 entries, root hash {note.to_base64(log.checkpoint.root)}\n")
    assert len(history(folder)) == 2
    assert git(folder, "show", "HEAD~1:checkpoint").encode() + b"\n" == first
    assert git(folder, "status", "--porcelain") == ""


def test_a_witness_that_comes_later_is_recorded(site: ServedSite, log: Log, folder: Path) -> None:
    keys = [part for witness in WITNESSES for part in ("--witness", witness.verifier_key.text)]
    once(site, folder, *keys, "--quorum", 0)
    log.publish(WITNESSES[0])
    once(site, folder, *keys, "--quorum", 1)
    log.publish(WITNESSES[0], at=int(time.time()) - 60)  # only the time is another
    once(site, folder, *keys, "--quorum", 1)
    log.publish(WITNESSES[0], WITNESSES[1])
    once(site, folder, *keys, "--quorum", 1)
    assert [message.partition(", seen by ")[2] for message in history(folder)] == [
        "",
        "witness1.example",
        "witness1.example, witness2.example",
    ]


def test_a_fork_leaves_evidence_that_convinces_others(
    site: ServedSite, log: Log, vote: Vote, folder: Path, mails: tuple[Mails, tuple[str, ...]]
) -> None:
    once(site, folder)
    before = site.files["/log/checkpoint"]
    log.rewritten(other(log, 200))
    log.add(*vote.cast(50))
    done = once(site, folder, *mails[1])
    assert done.status == 1
    assert history(folder)[-1] == "It does not hold: log, log.differs"
    assert (folder / "checkpoint").read_bytes() == before
    found = evidence(folder)
    assert (found["before"], found["now"]) == (before, site.files["/log/checkpoint"])
    assert json.loads(found["report.json"])["failure"]["code"] == "log.differs"
    old, now = (checkpoint.verify(found[name], log.key.verifier_key).checkpoint for name in ("before", "now"))
    root, *proof = map(note.from_base64, found["consistency"].decode().splitlines())
    assert root != old.root
    merkle.verify_consistency(old.size, root, now.size, now.root, proof)
    (mail,) = mails[0].taken
    assert mail.rcpt_tos == ["observer@example.kz"]
    text = mail.content.decode()
    assert "Subject: egov-verify: It does not hold: log, log.differs\r\n" in text
    assert str(folder)[:40] in text


def test_the_same_is_told_once_and_something_else_again(
    site: ServedSite, log: Log, folder: Path, mails: tuple[Mails, tuple[str, ...]]
) -> None:
    good = dict(site.files)
    site.files[f"{ENTRIES}000"] = flipped(good[f"{ENTRIES}000"], 8 * 100)
    assert [once(site, folder, *mails[1]).status for _ in range(3)] == [1, 1, 1]
    assert (len(history(folder)), len(mails[0].taken)) == (1, 1)
    assert evidence(folder)["tile/entries/000"] == site.files[f"{ENTRIES}000"]
    del site.files[f"{ENTRIES}000"]
    assert once(site, folder, *mails[1]).status == 1
    assert len(mails[0].taken) == 2
    site.files = good
    assert once(site, folder, *mails[1]).status == 0
    assert [message.partition(":")[0] for message in history(folder)] == [
        "It does not hold",
        "It does not hold",
        "It holds again",
    ]
    assert "holds again" in mails[0].taken[2].content.decode()
    assert (folder / "checkpoint").read_bytes() == good["/log/checkpoint"]


def test_a_mail_that_was_not_taken_is_sent_later(
    site: ServedSite, log: Log, folder: Path, mails: tuple[Mails, tuple[str, ...]]
) -> None:
    del site.files[f"{ENTRIES}000"]
    done = once(site, folder, "--mail", "observer@example.kz", "--smtp", "127.0.0.1:1")
    assert done.status == 1
    assert "The mail was not taken" in done.err
    assert once(site, folder, *mails[1]).status == 1
    assert once(site, folder, *mails[1]).status == 1
    assert ["tile.missing" in mail.content.decode() for mail in mails[0].taken] == [True]


def test_a_site_that_does_not_answer_is_told_after_a_while(
    site: ServedSite, log: Log, folder: Path, mails: tuple[Mails, tuple[str, ...]]
) -> None:
    once(site, folder)
    site.tricks["/log/checkpoint"] = lambda handler: handler.answer(b"", 500)
    for number in range(1, watcher.SILENT + 2):
        done = once(site, folder, *mails[1])
        assert (done.status, "answers 500" in done.err) == (2, True)
        assert len(mails[0].taken) == (number >= watcher.SILENT)
    site.tricks.clear()
    assert once(site, folder, *mails[1]).status == 0
    assert len(mails[0].taken) == 2
    assert history(folder)[1:] == [f"It cannot be told since {watcher.SILENT} rounds", "It holds again"]


def test_a_whole_site_is_watched(platform: Platform, folder: Path) -> None:
    assert once(platform.site, folder, "--site").status == 0
    platform.site.files[BOOTH] = b"export const vote = 2;\n"
    platform.log.add({"type": "x.y", "version": 1})
    done = once(platform.site, folder, "--site", "--json")
    assert done.status == 1
    assert json.loads(done.out.splitlines()[0])["failure"]["code"] == "site.file"
    assert history(folder)[-1] == "It does not hold: files, site.file"
    assert json.loads(evidence(folder)["report.json"])["failures"][0]["subject"] == "files"
    assert (folder / "checkpoint").read_bytes() == platform.site.files["/log/checkpoint"]


# What it refuses.


def test_without_git_nothing_is_watched(
    site: ServedSite, log: Log, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    done = once(site, folder)
    assert (done.status, done.out, site.asked) == (2, "", [])
    assert "it is needed" in done.err


def test_a_folder_that_is_something_else_is_left_alone(site: ServedSite, log: Log, folder: Path) -> None:
    folder.mkdir()
    (folder / "letter").write_text("mine")
    assert "neither empty nor a git repository" in once(site, folder).err
    assert [path.name for path in folder.iterdir()] == ["letter"]


def test_one_record_is_of_one_log(site: ServedSite, log: Log, folder: Path) -> None:
    once(site, folder)
    with serving(ServedSite()) as elsewhere:
        Log(elsewhere)
        done = once(elsewhere, folder)
    assert done.status == 2
    assert f"is the record of the log {log.key.name}" in done.err


def test_a_record_in_another_repository_is_its_own(site: ServedSite, log: Log, tmp_path: Path) -> None:
    """Started by git itself, too: a hook has variables that lead to the repository that it belongs to."""
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    outer = {"GIT_DIR": str(tmp_path / ".git"), "GIT_WORK_TREE": str(tmp_path)}
    command = arguments_of("egov-verify", "watch", site.url, "--into", tmp_path / "record", "--once")
    done = subprocess.run(command, env=clean_environment() | outer, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(history(tmp_path / "record")) == 1


def test_a_record_that_cannot_be_written_is_told_and_written_later(site: ServedSite, log: Log, folder: Path) -> None:
    once(site, folder)
    log.add({"type": "x.y", "version": 1})
    lock = folder / ".git" / "index.lock"
    lock.write_text("")
    done = once(site, folder)
    assert done.status == 2
    assert "it add in " in done.err
    lock.unlink()
    assert once(site, folder).status == 0
    assert [message.split(": ")[1].partition(",")[0] for message in history(folder)] == ["304 entries", "305 entries"]


def test_a_history_that_somebody_else_wrote_is_told(site: ServedSite, log: Log, folder: Path) -> None:
    once(site, folder)
    (folder / "checkpoint").write_text("nonsense")
    git(folder, "-c", "user.name=x", "-c", "user.email=x@localhost", "commit", "--all", "--message=x")
    assert "is not what was written there" in once(site, folder).err


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--into", "x", "--interval", "0"),
        ("--into", "x", "--interval", "x"),
        ("--into", "x", "--mail", "nobody", "--smtp", "localhost"),
        ("--into", "x", "--mail", "a@b\nBcc: c@d", "--smtp", "localhost"),
        ("--into", "x", "--mail", "a@b", "--smtp", "localhost:x"),
        ("--into", "x", "--mail", "a@b", "--smtp", "http://localhost"),
        ("--into", "x", "--mail", "a@b"),
        ("--into", "x", "--smtp", "localhost"),
        ("--into", "x", "--quorum", "1"),
    ],
)
def test_wrong_usage_ends_with_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("egov-verify", "watch", "http://127.0.0.1:1", "--once", *options)
    assert (done.status, done.out) == (2, "")


@pytest.mark.parametrize(
    ("text", "server"),
    [("mail.example.kz", ("mail.example.kz", 25)), ("h:2525", ("h", 2525)), ("[::1]:26", ("::1", 26))],
)
def test_a_mail_server_is_a_host_and_a_port(text: str, server: tuple[str, int]) -> None:
    assert mailing._server(text) == server


# How it runs, and ends.


class Running:
    """A watcher that goes on until it is told to end."""

    def __init__(self, site: ServedSite, folder: Path, *options: object) -> None:
        command = arguments_of("egov-verify", "watch", site.url, "--into", folder, "--interval", 1, *options)
        environment = clean_environment()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().decode()

    def end(self, number: int) -> tuple[int, str]:
        self.process.send_signal(number)
        _, err = self.process.communicate(timeout=240)
        return self.process.returncode, err.decode()


def test_it_goes_on_until_it_is_told_to_end(site: ServedSite, log: Log, vote: Vote, folder: Path) -> None:
    running = Running(site, folder)
    assert ": 304 entries" in running.line()
    log.add(*vote.cast(1))
    assert ": 305 entries" in running.line()
    assert running.end(signal.SIGTERM) == (0, "")
    assert len(history(folder)) == 2
    assert git(folder, "status", "--porcelain") == ""


def test_it_ends_while_a_server_does_not_answer(site: ServedSite, log: Log, folder: Path) -> None:
    site.tricks["/log/checkpoint"] = lambda handler: time.sleep(20)
    running = Running(site, folder)
    wait_until(lambda: "/log/checkpoint" in site.asked)
    assert running.end(signal.SIGINT) == (130, "")


def test_it_ends_by_itself_when_something_does_not_hold(site: ServedSite, log: Log, folder: Path) -> None:
    running = Running(site, folder, "--exit")
    assert ": 304 entries" in running.line()
    log.rewritten(other(log, 200))
    assert "It does not hold: log, log.differs" in running.line()
    assert running.process.wait(240) == 1
    running.process.communicate()


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
