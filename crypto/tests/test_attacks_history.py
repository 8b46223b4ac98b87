"""`egov-verify log` against a log that shows another history than it has shown before."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from crypto.tests.commands import run
from crypto.tests.logs import WITNESSES
from crypto.tests.lying import cannot_tell, code, failure, holds, other, prove_to_others
from crypto.tests.served import Handler, Log, ServedSite, Vote, serving

from egov_crypto import checkpoint, entry
from egov_crypto.cli import log_part, log_state

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


@pytest.mark.parametrize(
    ("index", "added", "where"),
    [
        (5, 0, "among the entries 0 to 255, in tile/1/000.p/2"),
        (300, 10, "among the entries 256 to 511, in tile/1/000.p/2"),
        (599, 0, "entry 599, in tile/0/002.p/88"),
        (520, 300, "entry 520, in tile/0/002.p/88"),
    ],
)
def test_a_fork_is_found_with_the_place_where_it_parts(
    site: ServedSite, log: Log, vote: Vote, index: int, added: int, where: str
) -> None:
    holds(site)
    before = site.files["/log/checkpoint"]
    log.rewritten(other(log, index))
    log.add(*vote.cast(added))
    answer = failure(site)
    assert answer["failure"]["code"] == "log.differs"
    assert f"({where})" in answer["failure"]["message"]
    evidence = answer["evidence"]
    assert evidence["before"].encode() == before
    assert evidence["now"].encode() == site.files["/log/checkpoint"]
    assert "Keep them: together they prove it to everybody" in run("egov-verify", "log", site.url).out
    prove_to_others(evidence, log)


@pytest.mark.parametrize("added", [0, 10])
def test_a_contradiction_stays_whatever_is_shown_later(site: ServedSite, log: Log, vote: Vote, added: int) -> None:
    """The true log, when it is shown again, does not make it undone; nor does a site that is gone."""
    holds(site)
    true = dict(site.files)
    log.rewritten(other(log, 300))
    log.add(*vote.cast(added))
    first = failure(site)
    assert first["failure"]["code"] == "log.differs"
    for files in (true, {}):
        site.files = files
        assert failure(site)["failure"] == first["failure"]
        evidence = failure(site)["evidence"]
        assert (evidence["before"], evidence["now"]) == (first["evidence"]["before"], first["evidence"]["now"])
        prove_to_others(evidence, log)
    log_state.path_of(log.key.name).unlink()
    site.files = true
    holds(site)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_checkpoint_whose_entries_do_not_hold_is_remembered(
    site: ServedSite, log: Log, vote: Vote, jobs: int
) -> None:
    """Else whoever signs bad entries could take them back, and sign others in their place."""
    holds(site)
    good = log.entries[:]
    log.add(*vote.cast(1), b"nothing")
    bad = site.files["/log/checkpoint"]
    assert code(site, "--jobs", jobs)[0] == "entry.format"
    vote.height -= 1
    log.rewritten(good)
    log.add(*vote.cast(2))
    answer = failure(site, "--jobs", jobs)
    assert answer["failure"]["code"] == "log.differs"
    assert answer["evidence"]["before"].encode() == bad
    prove_to_others(answer["evidence"], log)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_checkpoint_whose_tiles_do_not_come_is_remembered(site: ServedSite, log: Log, vote: Vote, jobs: int) -> None:
    def broken(handler: Handler) -> None:
        handler.answer(b"", 500)

    first = site.files["/log/checkpoint"]
    paths = [path for path in site.files if path.startswith("/log/tile/")]
    site.tricks = dict.fromkeys(paths, broken)
    assert run("egov-verify", "log", site.url, "--jobs", jobs).status == 2
    log.rewritten(other(log, 300))
    # Both are there to be seen, and prove it without any tile.
    answer = failure(site, "--jobs", jobs)
    assert answer["failure"]["code"] == "consistency.proof"
    prove_to_others(answer["evidence"], log)
    assert answer["evidence"]["before"].encode() == first


def test_a_checkpoint_without_witnesses_is_remembered_too(site: ServedSite, log: Log) -> None:
    assert code(site, "--witness", WITNESSES[0].verifier_key.text)[0] == "checkpoint.quorum"
    log.rewritten(other(log, 300))
    log.publish(WITNESSES[0])
    assert code(site, "--witness", WITNESSES[0].verifier_key.text)[0] == "log.differs"


def test_what_a_later_checkpoint_is_proved_to_continue_takes_no_room(
    site: ServedSite, log: Log, vote: Vote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And none that waits for that is forgotten for another one, however many come."""
    monkeypatch.setattr(log_state, "MAX_OPEN", 3)
    for path in [path for path in site.files if path.startswith("/log/tile/")]:
        site.tricks[path] = lambda handler: handler.answer(b"", 500)
    for _ in range(5):
        assert run("egov-verify", "log", site.url).status == 2
        log.add(*vote.cast(1))
        site.tricks[f"/log/tile/0/002.p/{log.edge.size - 512}"] = lambda handler: handler.answer(b"", 500)
    with log_state.opened(log.key.name) as state:
        assert [seen.size for seen, _ in state.checkpoints] == [600, 601, 602]
    site.tricks.clear()
    holds(site)
    with log_state.opened(log.key.name) as state:
        assert [seen.size for seen, _ in state.checkpoints] == [605]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE checkpoint SET note = x'00'",
        "UPDATE fact SET value = '{' WHERE name = 'count'",
        "UPDATE fact SET value = '[]' WHERE name = 'edge'",
        "UPDATE fact SET value = '\"x\"' WHERE name = 'key'",
        "UPDATE vote SET record = '{\"x\": 1}'",
        "INSERT INTO fact VALUES ('contradiction', '{\"code\": 1}')",
    ],
)
def test_a_damaged_memory_is_told(site: ServedSite, log: Log, damage: str) -> None:
    holds(site)
    with closing(sqlite3.connect(log_state.path_of(log.key.name))) as base:
        base.execute(damage)
        base.commit()
    assert "which holds what was seen of the log, is damaged" in cannot_tell(site)
    assert "Traceback" not in cannot_tell(site)


def test_a_fork_beyond_an_interruption_is_found(
    site: ServedSite, log: Log, vote: Vote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checkpoint was seen, but not all of its entries read: one that was not yet is changed."""
    monkeypatch.setattr(log_part, "ENTRIES_AT_ONCE", 256)
    site.tricks[ENTRIES + "001"] = lambda handler: handler.answer(b"", 500)
    assert run("egov-verify", "log", site.url).status == 2
    with log_state.opened(log.key.name) as state:
        assert (state.edge.size, [seen.size for seen, _ in state.checkpoints]) == (256, [600])
    site.tricks.clear()
    log.rewritten(other(log, 400))
    log.add(*vote.cast(100))
    answer = failure(site)
    assert answer["failure"]["code"] == "log.differs"
    assert "(entries 512 to 599)" in answer["failure"]["message"]
    prove_to_others(answer["evidence"], log)


def test_a_log_that_shrank_is_found(site: ServedSite, log: Log) -> None:
    holds(site)
    log.rewritten(log.entries[:599])
    answer = failure(site)
    assert answer["failure"]["code"] == "log.shorter"
    assert "(599 entries; it had 600)" in answer["failure"]["message"]
    assert checkpoint.verify(answer["evidence"]["before"].encode(), log.key.verifier_key).checkpoint.size == 600


def test_a_log_that_begins_anew_is_found(site: ServedSite, log: Log) -> None:
    holds(site)
    log.rewritten([])
    assert code(site)[0] == "log.shorter"
    another = Vote("1" * 14)
    log.rewritten(map(entry.dump, another.set_up() + another.cast(900)))
    assert code(site)[0] == "log.differs"
