"""`egov-verify log` against a log that lies: each lie is told with what and where."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from crypto.tests.commands import run
from crypto.tests.logs import WITNESSES, flipped
from crypto.tests.lying import code, failure, holds
from crypto.tests.served import Log, ServedSite, Vote, key_entry, serving

from egov_crypto import entry, note
from egov_crypto.checkpoint import Checkpoint
from egov_crypto.cli import log_part, log_state
from egov_crypto.cosignature import WitnessSigningKey
from egov_crypto.note import SigningKey

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
    ("path", "bit", "expected", "where"),
    [
        (ENTRIES + "000", 8 * 100, "bundle.entries", "entry 0, in tile/entries/000"),
        (ENTRIES + "001", 8 * 1000, "bundle.entries", "entry 262, in tile/entries/001"),
        (ENTRIES + "002.p/88", 8 * 1000, "bundle.entries", "entry 518, in tile/entries/002.p/88"),
        (ENTRIES + "001", 1, "bundle.format", "tile/entries/001 does not end with its 256 entries; entries 256 to 511"),
        ("/log/tile/0/001", 8 * 40, "tile.hashes", "tile/0/001; entries 256 to 511"),
        ("/log/tile/0/002.p/88", 8 * 40, "tile.hashes", "tile/0/002.p/88; entries 512 to 599"),
        ("/log/tile/1/000.p/2", 8 * 40, "tile.hashes", "tile/1/000.p/2; entries 0 to 511"),
    ],
)
def test_a_flipped_bit_is_found_where_it_is(
    site: ServedSite, log: Log, path: str, bit: int, expected: str, where: str
) -> None:
    site.files[path] = flipped(site.files[path], bit)
    answer = failure(site)
    assert answer["failure"]["code"] == expected
    assert f"({where})" in answer["failure"]["message"]
    assert base64.b64encode(site.files[path]).decode() in answer["evidence"]["served"].values()


def test_several_processes_find_the_same(site: ServedSite, log: Log) -> None:
    site.files[ENTRIES + "001"] = flipped(site.files[ENTRIES + "001"], 8 * 1000)
    one, several = failure(site), failure(site, "--jobs", 2)
    assert several["failure"] == one["failure"]
    assert several["evidence"] == one["evidence"]


def test_a_flipped_bit_is_found_in_a_later_run_too(site: ServedSite, log: Log, vote: Vote) -> None:
    holds(site)
    log.add(*vote.cast(300))
    site.files["/log/tile/0/002"] = flipped(site.files["/log/tile/0/002"], 8 * 32 * 200)
    assert code(site)[0] == "tile.hashes"


def test_a_dropped_entry_is_found(site: ServedSite, log: Log, vote: Vote) -> None:
    """From its bundle; and with everything hashed and signed anew, since the vote's events have a gap then."""
    raw = site.files[ENTRIES + "001"]
    site.files[ENTRIES + "001"] = raw[2 + int.from_bytes(raw[:2], "big") :]
    assert code(site)[0] == "bundle.format"
    log_state.path_of(log.key.name).unlink()  # by somebody who has not seen the other log
    log.rewritten(log.entries[:300] + log.entries[301:])
    found, message = code(site)
    assert found == "recount.height"
    assert f"entry 300, vote {vote.uuid}: height 298, where 297 is next" in message


def test_an_entry_too_many_is_found(site: ServedSite, log: Log) -> None:
    site.files[ENTRIES + "002.p/88"] += b"\0\1x"
    assert code(site)[0] == "bundle.format"


@pytest.mark.parametrize("path", [ENTRIES + "001", "/log/tile/0/001", "/log/tile/0/002.p/88", "/log/tile/1/000.p/2"])
def test_what_is_signed_and_not_there_is_found(site: ServedSite, log: Log, path: str) -> None:
    del site.files[path]
    found, message = code(site)
    assert found == "tile.missing"
    assert path.removeprefix("/log/") in message


def test_a_tile_of_another_size_is_found(site: ServedSite, log: Log) -> None:
    site.files["/log/tile/0/001"] += b"x"
    assert code(site)[0] == "tile.format"


def test_a_root_that_is_of_no_such_tree_is_found(site: ServedSite, log: Log) -> None:
    site.files["/log/checkpoint"] = Checkpoint(log.key.name, 600, b"r" * 32).sign(log.key).raw
    assert code(site)[0] == "log.root"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "entry.format"),
        (b"nothing", "entry.format"),
        (b'{"type":"vote.event","version":1}', "entry.members"),
        (b'{"version":1,"type":"vote.event"}', "entry.format"),
        (entry.dump({"type": "vote.state", "version": 1, "state": "lost"}), "entry.members"),
    ],
)
def test_what_is_no_entry_is_found(site: ServedSite, log: Log, raw: bytes, expected: str) -> None:
    log.add(raw)
    found, message = code(site)
    assert found == expected
    assert "(entry 600: " in message


def test_what_was_read_before_a_failure_is_not_read_again_nor_counted_twice(
    site: ServedSite, log: Log, vote: Vote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_part, "ENTRIES_AT_ONCE", 256)
    good = site.files[ENTRIES + "001"]
    site.files[ENTRIES + "001"] = flipped(good, 8 * 1000)
    assert code(site)[0] == "bundle.entries"
    site.files[ENTRIES + "001"] = good
    site.asked.clear()
    holds(site)
    assert ENTRIES + "000" not in site.asked


# Keys, names, witnesses.


def test_a_checkpoint_of_another_key_is_refused(site: ServedSite, log: Log) -> None:
    stranger = SigningKey(log.key.name, b"s" * 32)
    assert code(site, "--key", stranger.verifier_key.text)[0] == "note.unsigned"
    assert code(site, "--key", stranger.verifier_key.text)[1].count(log.vkey) == 1
    holds(site)
    log.key = stranger
    log.publish()
    assert code(site)[0] == "note.unsigned"
    log.keys.append(stranger)
    log.publish()
    found, message = code(site)
    assert found == "note.unsigned"
    assert f"it is signed with {stranger.verifier_key.text}" in message


@pytest.mark.parametrize("size", [100, 600, 700])
def test_another_log_under_the_same_name_is_none_that_this_one_has_signed(
    site: ServedSite, log: Log, size: int
) -> None:
    """A demonstration that is made anew, or a server that was taken over: its key is another one."""
    holds(site)
    log.key = SigningKey(log.key.name, b"s" * 32)
    log.keys = [log.key]
    another = Vote("1" * 14)
    log.rewritten(map(entry.dump, another.set_up() + another.cast(size - 4)))
    assert code(site)[0] == "note.unsigned"
    said = run("egov-verify", "log", site.url).out
    assert "The log has signed both" not in said
    assert f"stands in {log_state.path_of(log.key.name)}: without that file" in said
    log_state.path_of(log.key.name).unlink()
    holds(site)


def test_a_false_signature_of_the_key_is_refused(site: ServedSite, log: Log) -> None:
    raw = site.files["/log/checkpoint"]
    site.files["/log/checkpoint"] = raw.replace(b"600\n", b"601\n")
    assert code(site)[0] == "note.signature"


@pytest.mark.parametrize("status", [200, 404, 500])
def test_a_checkpoint_that_nobody_signed_is_so_whatever_the_list_of_keys_says(
    site: ServedSite, log: Log, status: int
) -> None:
    holds(site)
    log.key = SigningKey(log.key.name, b"s" * 32)
    log.publish()
    site.tricks["/log/key"] = lambda handler: handler.answer(b"no key", status)
    assert code(site)[0] == "note.unsigned"


def test_a_key_that_no_other_handed_over_to_is_refused(site: ServedSite, log: Log) -> None:
    holds(site)
    first = log.key
    log.rotate(b"b" * 32, signer=SigningKey(first.name, b"x" * 32))
    assert code(site)[0] == "rotation.signature"
    with log_state.opened(first.name) as state:
        assert state.key == first.verifier_key
        assert state.checkpoints[-1][0].size == 600


def test_a_key_that_was_replaced_signs_no_more(site: ServedSite, log: Log) -> None:
    """Once the new one has signed: it is entered a moment before it does."""
    old, new = log.key, SigningKey(log.key.name, b"b" * 32)
    log.add(key_entry(old, old, new))
    for _ in range(2):
        assert run("egov-verify", "log", site.url, "--key", old.verifier_key.text).status == 0
    assert log_state.remembered_keys(old.name) == [old.verifier_key]
    assert code(site, "--key", new.verifier_key.text)[0] == "note.unsigned"
    log.key = new
    log.keys.append(new)
    log.publish()
    holds(site)
    log.key = old
    log.publish()
    assert code(site)[0] == "note.unsigned"
    assert code(site, "--key", old.verifier_key.text)[0] == "note.unsigned"


def test_a_key_outside_of_the_chain_is_refused(site: ServedSite, log: Log) -> None:
    """Which may be the one that the log gives at first use, or the one that somebody was told."""
    stranger = SigningKey(log.key.name, b"s" * 32)
    log.rotate(b"b" * 32)
    log.key = stranger
    log.keys.append(stranger)
    log.publish()
    assert code(site)[0] == "rotation.chain"
    assert code(site, "--key", stranger.verifier_key.text)[0] == "rotation.chain"


def test_a_checkpoint_of_another_log_is_refused(site: ServedSite, log: Log) -> None:
    other_log = Checkpoint("other.example/log", 600, log.edge.root())
    line = log.key.sign(other_log.text)
    site.files["/log/checkpoint"] = note.Note(other_log.text, (line,)).raw
    assert code(site)[0] == "checkpoint.origin"


def test_what_is_no_checkpoint_is_refused(site: ServedSite, log: Log) -> None:
    site.files["/log/checkpoint"] = b"<!doctype html>"
    assert code(site)[0] == "note.format"
    text = f"{log.key.name}\n600\n"
    site.files["/log/checkpoint"] = note.Note(text, (log.key.sign(text),)).raw
    assert code(site)[0] == "checkpoint.format"


def test_too_few_witnesses_are_told(site: ServedSite, log: Log) -> None:
    log.publish(WITNESSES[0])
    found, message = code(site, "--witness", KEYS[0], "--witness", KEYS[1])
    assert (found, "(1 of 2)" in message) == ("checkpoint.quorum", True)
    assert run("egov-verify", "log", site.url, "--witness", KEYS[0], "--witness", KEYS[1], "--quorum", 1).status == 0
    impostor = WitnessSigningKey(WITNESSES[1].name, b"i" * 32)
    log.publish(WITNESSES[0], impostor)
    assert code(site, "--witness", KEYS[1])[0] == "checkpoint.quorum"


def test_a_false_cosignature_is_refused(site: ServedSite, log: Log) -> None:
    log.publish(WITNESSES[0])
    lines = site.files["/log/checkpoint"].splitlines(keepends=True)
    name, _, encoded = lines[-1].rpartition(b" ")
    raw = flipped(base64.b64decode(encoded), 8 * 20)
    site.files["/log/checkpoint"] = b"".join([*lines[:-1], name, b" ", base64.b64encode(raw), b"\n"])
    assert code(site, "--witness", KEYS[0])[0] == "note.signature"
    holds(site)
