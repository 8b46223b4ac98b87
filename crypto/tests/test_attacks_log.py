"""`egov-verify log` against a log that lies, and a server that misbehaves: each is told with what and where."""

from __future__ import annotations

import base64
import gzip
import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from crypto.tests.commands import Done, run, start
from crypto.tests.logs import WITNESSES, flipped
from crypto.tests.served import Handler, Log, ServedSite, Vote, key_entry, serving

from egov_crypto import checkpoint, entry, merkle, note
from egov_crypto.checkpoint import Checkpoint
from egov_crypto.cli import log_part, log_state, pace, source
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


def failure(site: ServedSite, *options: object) -> Any:
    """What does not hold; sentences and JSON agree on it."""
    done = run("egov-verify", "log", "--json", site.url, *options)
    assert (done.status, done.err) == (1, "")
    answer = json.loads(done.out)
    assert answer["ok"] is False
    assert answer["checks"][-1]["ok"] is False
    told = run("egov-verify", "log", site.url, *options)
    assert told.status == 1
    assert f"It does not hold. {answer['failure']['code']}: {answer['failure']['message']}\n" in told.out
    assert "All of this holds" not in told.out
    return answer


def code(site: ServedSite, *options: object) -> tuple[str, str]:
    found = failure(site, *options)["failure"]
    return found["code"], found["message"]


def cannot_tell(site: ServedSite) -> str:
    done = run("egov-verify", "log", site.url)
    assert (done.status, done.out.count("NO")) == (2, 0)
    answer = json.loads(run("egov-verify", "log", "--json", site.url).out)
    assert (answer["ok"], answer["failure"]) == (None, None)
    return done.err


def holds(site: ServedSite) -> None:
    assert run("egov-verify", "log", site.url).status == 0


# Entries and tiles.


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
    assert failure(site, "--jobs", 2) == failure(site)


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


# History.


def other(log: Log, index: int) -> list[bytes]:
    """The log's entries, one of them changed so that the recount does not notice."""
    changed = re.sub(rb'"hash":"[0-9a-f]{64}"', b'"hash":"' + b"0" * 64 + b'"', log.entries[index])
    return [*log.entries[:index], changed, *log.entries[index + 1 :]]


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


def prove_to_others(evidence: Any, log: Log) -> None:
    """Both are signed; and the tree of now, where it had the old size, has another root than the old one."""
    old, now = (
        checkpoint.verify(evidence[name].encode(), log.key.verifier_key).checkpoint for name in ("before", "now")
    )
    root = note.from_base64(evidence["root"])
    assert root != old.root
    proof = [note.from_base64(hash_) for hash_ in evidence["proof"]]
    merkle.verify_consistency(old.size, root, now.size, now.root, proof)


def test_what_contradicts_is_not_remembered(site: ServedSite, log: Log) -> None:
    """The true log, when it is shown again, holds as before."""
    holds(site)
    true = dict(site.files)
    log.rewritten(other(log, 300))
    assert code(site)[0] == "log.differs"
    site.files = true
    holds(site)


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
    assert log_state.remembered_key(old.name) == old.verifier_key
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


# Servers that misbehave.


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
