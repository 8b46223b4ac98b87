"""`egov-verify log` on a log that is what it must be: what it says, remembers, and asks for."""

from __future__ import annotations

import contextlib
import json
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from crypto.tests.commands import arguments_of, clean_environment, run, start
from crypto.tests.logs import NOON, WITNESSES
from crypto.tests.served import Handler, Log, ServedSite, Vote, serving

from egov_crypto.cli import log_part, log_state
from egov_crypto.cli.log_tiles import log_address, site_address
from egov_crypto.errors import ArchiveError
from egov_crypto.note import SigningKey, VerifierKey

KEYS = [witness.verifier_key.text for witness in WITNESSES]


@pytest.fixture
def site() -> Iterator[ServedSite]:
    with serving(ServedSite()) as made:
        yield made


@pytest.fixture
def vote() -> Vote:
    return Vote()


@pytest.fixture
def log(site: ServedSite, vote: Vote) -> Log:
    return Log(site).add(*vote.set_up(), *vote.cast(600))


def verified(site: ServedSite, *options: object) -> Any:
    done = run("egov-verify", "log", "--json", site.url, *options)
    assert (done.status, done.err) == (0, "")
    return json.loads(done.out)


def bundles(site: ServedSite) -> list[str]:
    return [path.partition("entries/")[2] for path in site.asked if "entries" in path]


@pytest.mark.parametrize(
    ("given", "site", "log"),
    [
        ("https://vote.example.kz", "https://vote.example.kz", "/log"),
        ("https://vote.example.kz/", "https://vote.example.kz", "/log"),
        ("https://Vote.example.kz:443/kk", "https://vote.example.kz", "/log"),
        ("http://localhost:8000/ru/votes/KMLMr96HM3M2nQ?x=1#y", "http://localhost:8000", "/log"),
        ("https://vote.example.kz/en/observe", "https://vote.example.kz", "/log"),
        ("https://vote.example.kz/log", "https://vote.example.kz", "/log"),
        ("https://vote.example.kz/log/checkpoint", "https://vote.example.kz", "/log"),
        ("https://vote.example.kz/log/tile/entries/000", "https://vote.example.kz", "/log"),
        ("https://logs.example.kz/2026/log", "https://logs.example.kz", "/2026/log"),
        ("https://vote.example.kz/kk/logbook", "https://vote.example.kz", "/log"),
        ("http://[::1]:8000/kk", "http://[::1]:8000", "/log"),
    ],
)
def test_any_page_leads_to_the_site_and_its_log(given: str, site: str, log: str) -> None:
    assert (site_address(given), log_address(given)) == (site, site + log)


@pytest.mark.parametrize(
    "given",
    ["vote.example.kz", "file:///log", "https://", "http://x:99999/", "http://a@b/", "http://қаз/", "http://x y/"],
)
def test_what_is_no_address_is_told(given: str) -> None:
    with pytest.raises(ArchiveError, match="is not an address"):
        log_address(given)
    done = run("egov-verify", "log", given)
    assert (done.status, done.out) == (2, "")
    assert json.loads(run("egov-verify", "log", "--json", given).out)["ok"] is None


def test_a_log_is_read_whole_and_told_in_words(site: ServedSite, log: Log, vote: Vote) -> None:
    log.add(*vote.close(), *vote.count())
    done = start("egov-verify", "log", f"{site.url}/kk/votes")
    assert (done.status, done.err) == (0, "")
    size = len(log.entries)
    for said in (
        f"log {site.name}/log\n",
        f"ok {size:>9}  entries, all of which",
        "ok         1  votes, whose entries fit",
        "which nobody vouched for: the log itself gave it, and it is remembered from now on",
        f"Checkpoint: {size} entries, root hash ",
        "606  vote.event v1\n",
        f"Vote {vote.uuid}: published, 606 events, head {vote.hash(605)}\n",
        "Whether anybody else watches it",
    ):
        assert said in done.out, said


def test_the_json_has_what_was_found(site: ServedSite, log: Log, vote: Vote) -> None:
    log.add(*vote.close(), *vote.count(), {"type": "petition.opened", "version": 3, "x": []}).publish(*WITNESSES[:2])
    answer = verified(site, "--key", log.vkey, "--witness", KEYS[0], "--witness", KEYS[2], "--quorum", 1)
    assert answer["ok"] is True
    assert answer["subject"] == {
        "kind": "log",
        "source": site.url,
        "address": f"{site.url}/log",
        "name": f"{site.name}/log",
        "key": log.vkey,
        "first_use": False,
    }
    counts = {check["name"]: check["count"] for check in answer["checks"]}
    size = len(log.entries)
    assert counts == {"checkpoint": 1, "witnesses": 1, "before": 0, "entries": size, "votes": 1}
    assert (answer["failure"], answer["error"], answer["before"], answer["read"]) == (None, None, None, size)
    assert answer["checkpoint"]["size"] == size
    assert answer["checkpoint"]["note"].encode() == site.files["/log/checkpoint"]
    assert [one["name"] for one in answer["witnesses"]] == ["witness1.example"]
    assert answer["types"]["petition.opened v3"] == 1
    assert answer["votes"] == [
        {
            "uuid": vote.uuid,
            "state": "published",
            "opens_at": "2026-11-01T04:00:00Z",
            "closes_at": "2026-11-01T15:00:00Z",
            "closed_at": "2026-11-01T15:00:01Z",
            "events": 606,
            "ballots": 600,
            "head": {"height": 605, "hash": vote.hash(605)},
        }
    ]
    assert any("1 entry of newer types" in sentence for sentence in answer["unknown"])


def test_an_empty_log_is_a_log(site: ServedSite) -> None:
    Log(site)
    assert verified(site)["checkpoint"]["size"] == 0
    assert verified(site)["before"] == {"size": 0, "root": verified(site)["checkpoint"]["root"]}


def test_a_second_run_reads_only_what_is_new(site: ServedSite, log: Log, vote: Vote) -> None:
    verified(site)
    assert sorted(bundles(site)) == ["000", "001", "002.p/92"]
    site.asked.clear()
    log.add(*vote.cast(100))
    answer = verified(site)
    assert (answer["before"]["size"], answer["read"], answer["checkpoint"]["size"]) == (604, 100, 704)
    assert bundles(site) == ["002.p/192"]
    site.asked.clear()
    assert verified(site)["read"] == 0
    assert set(site.asked) == {"/log/checkpoint", "/log/tile/0/002.p/192", "/log/tile/1/000.p/2"}


def test_a_log_is_read_in_parts_as_it_is_read_whole(
    site: ServedSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over 65,536 entries tiles have a third level; runs end at sizes that are full bundles and others."""
    votes = [Vote("KMLMr96HM3M2nQ"), Vote("KMLMr96HM3M2nR")]
    log = Log(site)
    verified(site)
    read = 0
    for ballots in (510, 61_000, 700, 7_000):
        for vote in votes:
            log.entries += map(_dumped, (vote.set_up() if vote.height < 0 else []) + vote.cast(ballots // 2))
        log.publish()
        answer = verified(site)
        assert answer["read"] == len(log.entries) - read
        read = len(log.entries)
    assert [vote["ballots"] for vote in answer["votes"]] == [34_605, 34_605]
    monkeypatch.setenv(log_state.VARIABLE, str(tmp_path))
    whole = verified(site, "--jobs", 2)
    assert whole["read"] == len(log.entries)
    assert [whole[name] for name in ("checkpoint", "types", "votes")] == [
        answer[name] for name in ("checkpoint", "types", "votes")
    ]


def _dumped(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def wait_for_saved(log: Log, entries: int) -> None:
    """Until a run that goes on has saved so many; it lets nobody into its memory, so that it is read unasked."""
    end = time.monotonic() + 240
    while time.monotonic() < end:
        with (
            contextlib.suppress(sqlite3.Error, TypeError),
            contextlib.closing(
                sqlite3.connect(f"file:{log_state.path_of(log.key.name)}?immutable=1", uri=True)
            ) as base,
        ):
            (counted,) = base.execute("SELECT value FROM fact WHERE name = 'count'").fetchone()
            if json.loads(counted)["entries"] == entries:
                return
        time.sleep(0.02)
    raise AssertionError("nothing was saved")


def test_several_connections_are_kept_open(site: ServedSite, log: Log, vote: Vote) -> None:
    log.add(*vote.cast(5000))
    verified(site)
    assert len(site.asked) > 40
    assert site.connections <= 5


def test_an_interrupted_run_is_taken_up_where_it_was(site: ServedSite, log: Log, vote: Vote) -> None:
    log.add(*vote.cast(6000))
    reached, released = Event(), Event()

    def hang(handler: Handler) -> None:
        reached.set()
        released.wait(240)
        handler.close_connection = True

    site.tricks["/log/tile/entries/020"] = hang
    command = arguments_of("egov-verify", "log", site.url)
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean_environment(), start_new_session=True
    )
    try:
        assert reached.wait(240)
        wait_for_saved(log, log_part.ENTRIES_AT_ONCE)
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=240)
        released.set()
    assert (process.returncode, err) == (130, b"Interrupted.\n")
    del site.tricks["/log/tile/entries/020"]
    site.asked.clear()
    answer = verified(site)
    assert answer["read"] == len(log.entries) - log_part.ENTRIES_AT_ONCE
    assert min(bundles(site)) == "016"


def test_the_key_is_remembered_with_its_log_alone(site: ServedSite, log: Log) -> None:
    verified(site)
    assert verified(site)["subject"]["first_use"] is False
    assert log_state.remembered_keys(log.key.name)[0] == log.key.verifier_key
    assert log_state.remembered_keys("other.example/log") == []
    assert not log_state.path_of("other.example/log").exists()


def test_two_runs_do_not_read_one_log_at_a_time(site: ServedSite, log: Log) -> None:
    with log_state.opened(log.key.name):
        done = run("egov-verify", "log", site.url)
    assert (done.status, done.out) == (2, "")
    assert "nother run has" in done.err


def test_a_memory_that_is_damaged_is_told(site: ServedSite, log: Log) -> None:
    verified(site)
    path = log_state.path_of(log.key.name)
    path.write_bytes(b"nothing of a database" * 100)
    done = run("egov-verify", "log", site.url)
    assert (done.status, done.out) == (2, "")
    assert str(path) in done.err
    path.unlink()
    assert verified(site)["before"] is None


def test_a_checkpoint_that_is_a_little_old_is_asked_for_again(site: ServedSite, log: Log, vote: Vote) -> None:
    old = site.files["/log/checkpoint"]
    log.add(*vote.cast(5))
    verified(site)
    new = site.files["/log/checkpoint"]
    answers = iter([old, old, new])
    site.tricks["/log/checkpoint"] = lambda handler: handler.answer(next(answers))
    assert verified(site)["checkpoint"]["size"] == len(log.entries)


def test_partial_tiles_may_be_gone_where_full_ones_are_there(site: ServedSite, log: Log, vote: Vote) -> None:
    old = site.files["/log/checkpoint"]
    log.add(*vote.cast(500))
    for path in [path for path in site.files if "/002.p/" in path]:
        del site.files[path]
    site.files["/log/checkpoint"] = old
    assert verified(site)["checkpoint"]["size"] == 604


# The key is replaced.


def test_whoever_knows_the_old_key_is_led_to_the_new_one(site: ServedSite, log: Log, vote: Vote) -> None:
    first = log.vkey
    verified(site)
    log.rotate(b"b" * 32).add(*vote.cast(300)).rotate(b"c" * 32).add(*vote.cast(3))
    assert f"by which the log says that it replaces {first}\n" in run("egov-verify", "log", site.url).out
    answer = verified(site)
    assert answer["subject"]["key"] == log.vkey != first
    assert [one["new"] for one in answer["keys"]][-1] == log.vkey
    assert log_state.remembered_keys(log.key.name)[0] == log.key.verifier_key
    for known in (first, log.keys[1].verifier_key.text, log.vkey):
        assert verified(site, "--key", known)["subject"]["key"] == log.vkey


def test_a_first_run_with_the_old_key_is_led_to_the_new_one(site: ServedSite, log: Log, vote: Vote) -> None:
    first = log.vkey
    log.rotate(b"b" * 32).add(*vote.cast(300))
    answer = verified(site, "--key", first)
    assert (answer["subject"]["key"], answer["read"]) == (log.vkey, 905)


def test_a_log_of_another_name_is_read_with_its_key(site: ServedSite) -> None:
    """A mirror serves it under another address."""
    log = Log(site, SigningKey("vote.example.kz/log", b"s" * 32)).add(*Vote().set_up())
    done = run("egov-verify", "log", site.url)
    assert done.status == 2
    assert "his address serves the log vote.example.kz/log" in done.err
    assert verified(site, "--key", log.vkey)["subject"]["name"] == "vote.example.kz/log"


# Usage.


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--key", "x"],
        ["--key", KEYS[0]],
        ["--witness", VerifierKey("a", WITNESSES[0].verifier_key.public).text],
        ["--quorum", "-1"],
        ["--quorum", "x"],
        ["a", "b"],
    ],
)
def test_wrong_usage_ends_with_2(options: list[str]) -> None:
    done = run("egov-verify", "log", *(["http://127.0.0.1:1"] if options else []), *options)
    assert (done.status, done.out) == (2, "")
    assert "usage: egov-verify" in done.err


def test_no_more_witnesses_can_be_asked_for_than_are_known(site: ServedSite, log: Log) -> None:
    done = run("egov-verify", "log", site.url, "--witness", KEYS[0], "--quorum", 2)
    assert (done.status, done.out) == (2, "")
    assert "2 of 1 witness cannot be asked for" in done.err


def test_witnesses_are_told_with_their_times(site: ServedSite, log: Log) -> None:
    log.publish(*WITNESSES, at=NOON)
    done = run("egov-verify", "log", site.url, "--witness", KEYS[0], "--witness", KEYS[1], "--max-age", 10**9)
    assert done.status == 0
    assert "Witness: witness1.example saw it at 2026-11-06T12:00:00Z\n" in done.out
    assert "witness3" not in done.out


def test_a_time_that_is_none_does_no_harm(site: ServedSite, log: Log) -> None:
    log.publish(WITNESSES[0], at=2**62)
    done = run("egov-verify", "log", site.url, "--witness", KEYS[0])
    assert (done.status, done.err) == (0, "")
    assert f"{2**62} seconds after 1970" in done.out


def test_a_vote_that_closed_late_is_told_and_no_failure(site: ServedSite, log: Log) -> None:
    late = Vote("1" * 14)
    values = late.whole(2)
    for value in values:
        if value.get("state") == "closed":
            value["at"] = "2026-11-01T16:30:00Z"
    log.add(*values)
    done = run("egov-verify", "log", site.url)
    assert done.status == 0
    assert f"Why vote {late.uuid} was closed at 2026-11-01T16:30:00Z only, 1:30:00 after" in done.out
    votes = json.loads(run("egov-verify", "log", "--json", site.url).out)["votes"]
    assert {one["uuid"]: one["closed_at"] for one in votes}[late.uuid] == "2026-11-01T16:30:00Z"
