"""Attacks on the archive's tar, and on the JSON inside it."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable

import pytest
from crypto.tests import forging
from crypto.tests.making import TIMESTAMP, YES_NO, Archive, World, ballot_verdict, dump, make_world, signed, verdict
from crypto.tests.tar import BLOCK, event, join, split

from egov_crypto.archive import EventType
from egov_crypto.errors import ArchiveError
from egov_crypto.verify import verify_archive


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(YES_NO)


@pytest.fixture(scope="module")
def first(world: World) -> bytes:
    return world.ballot(0, [[0, 1, 0]])


@pytest.fixture(scope="module")
def second(world: World) -> bytes:
    return world.ballot(1, [[1, 0, 0]])


@pytest.fixture(scope="module")
def whole(world: World, first: bytes, second: bytes) -> bytes:
    return world.archive().ballots(first, second).finish().raw


# The tar around it.


def replace_header(raw: bytes, member: int, at: int, new: bytes, *, checksum: bool = True) -> bytes:
    """With other bytes in a member's header, and a checksum that is right again."""
    offset = 0
    for name, content in split(raw)[:member]:
        assert name
        offset += BLOCK + -(-len(content) // BLOCK) * BLOCK
    header = bytearray(raw[offset : offset + BLOCK])
    header[at : at + len(new)] = new
    if checksum:
        header[148:156] = b" " * 8
        header[148:156] = f"{sum(header):06o}\0 ".encode()
    return raw[:offset] + bytes(header) + raw[offset + BLOCK :]


HEADER_TRICKS = {
    "another mode": (100, b"0000777\0"),
    "mode with spaces": (100, b"   644 \0"),
    "another owner": (108, b"0001000\0"),
    "another group": (116, b"0001000\0"),
    "another time": (136, f"{TIMESTAMP + 1:011o}\0".encode()),
    "time in base 256": (136, b"\x80" + (TIMESTAMP).to_bytes(11, "big")),
    "negative time": (136, b"\xff" * 12),
    "size without zeros": (124, b"            "),
    "size ends in a space": (135, b" "),
    "negative size": (124, b"-0000000001\0"),
    "size with a sign": (124, b"+"),
    "size with an underscore": (124, b"0_"),
    "size in base 256": (124, b"\x80" + bytes(11)),
    "type of a link": (156, b"1"),
    "type of a folder": (156, b"5"),
    "type of a long name": (156, b"L"),
    "type of an extension": (156, b"x"),
    "old type": (156, b"\0"),
    "a link's name": (157, b"target"),
    "magic": (257, b"ustar\0" + b"00"),
    "user's name": (265, b"root"),
    "prefix": (345, b"folder"),
    "end of the block": (511, b"\1"),
    "capitals in the name": (0, b"A"),
    "a folder in the name": (0, b"../"),
    "a long name": (80, b"a" * 20),
    "bytes after the name's end": (99, b"x"),
    "nothing in the name": (0, bytes(100)),
    "another suffix": (64, b".json\0\0\0\0\0\0\0\0\0"),
    "data for event": (64, b".data.json\0\0"),
}


@pytest.mark.parametrize("trick", HEADER_TRICKS)
def test_a_tar_header_that_is_not_the_one_fixed_is_refused(whole: bytes, trick: str) -> None:
    at, new = HEADER_TRICKS[trick]
    for member in (1, 5, len(split(whole)) - 1):
        changed = replace_header(whole, member, at, new)
        if changed != whole:
            assert verdict(changed) in {
                *("archive.member", "archive.hash", "archive.truncated", "archive.unreferenced", "event.payload")
            }
    with pytest.raises(ArchiveError):
        verify_archive(io.BytesIO(replace_header(whole, 0, at, new)))


def test_a_wrong_or_otherwise_written_checksum_is_refused(whole: bytes) -> None:
    for at, new in ((148, b"000000"), (148, b"0"), (154, b" \0"), (154, b"\0\0")):
        changed = replace_header(whole, 1, at, new, checksum=False)
        assert changed == whole or verdict(changed) == "archive.member"


def test_sizes_that_lie_are_refused(whole: bytes) -> None:
    size = len(split(whole)[1][1])
    for lie in (0, 1, size - 1, size + 1, size + BLOCK, 8**11 - 1):
        assert verdict(replace_header(whole, 1, 124, f"{lie:011o}\0".encode())) in {
            "archive.hash",
            "archive.member",
            "archive.truncated",
        }


def test_padding_that_is_not_empty_is_refused(whole: bytes) -> None:
    size = len(split(whole)[1][1])
    end = 3 * BLOCK + size
    assert size % BLOCK
    for at in (end, 3 * BLOCK + -(-size // BLOCK) * BLOCK - 1):
        assert verdict(whole[:at] + b"x" + whole[at + 1 :]) == "archive.member"


def test_end_blocks_and_whatever_follows_are_refused(whole: bytes) -> None:
    for tail in (bytes(BLOCK), bytes(2 * BLOCK), bytes(20 * BLOCK), b"x" * BLOCK):
        assert verdict(whole + tail) == "archive.member"
    for tail in (b"\0", b"x", b"\n", bytes(BLOCK - 1)):
        assert verdict(whole + tail) == "archive.truncated"


def test_other_files_are_refused(whole: bytes) -> None:
    members = split(whole)
    for name in ("README", "BELENIOS", "x.data.json", f"{'0' * 63}.data.json", f"{'0' * 64}.txt", "./" + members[1][0]):
        for at in (1, 6, len(members)):
            assert verdict(join([*members[:at], (name, b"{}"), *members[at:]])) == "archive.member"


@pytest.mark.parametrize(
    "header",
    [
        b'{"version":2,"timestamp":"1700000000"}',
        b'{"version":1,"timestamp":1700000000}',
        b'{"version":1,"timestamp":"01700000000"}',
        b'{"version":1,"timestamp":"+1700000000"}',
        b'{"version":1,"timestamp":"-1"}',
        b'{"version":1,"timestamp":"1700000000","x":1}',
        b'{"timestamp":"1700000000","version":1}',
        b'{"version":1, "timestamp":"1700000000"}',
        b'{"version":1,"timestamp":"' + b"9" * 20 + b'"}',
        b'{"version":1.0,"timestamp":"1700000000"}',
        b'{"version":true,"timestamp":"1700000000"}',
        b"{}",
        b"[]",
        b"",
        b"\xff",
    ],
)
def test_a_file_that_does_not_start_as_an_archive_is_none(whole: bytes, header: bytes) -> None:
    with pytest.raises(ArchiveError):
        verify_archive(io.BytesIO(join([("BELENIOS", header), *split(whole)[1:]])))


@pytest.mark.parametrize("raw", [b"", b"x", b"<!doctype html>", b"BELENIOS", bytes(5000), b"PK\x03\x04" + bytes(3000)])
def test_other_files_are_no_archives(raw: bytes) -> None:
    with pytest.raises(ArchiveError):
        verify_archive(io.BytesIO(raw))


def test_a_file_of_ballots_of_another_time_is_refused(world: World, whole: bytes) -> None:
    """Each member bears the archive's one timestamp, so that no ballot bears its own."""
    later = world.archive(timestamp=TIMESTAMP + 1).raw
    assert verdict(later) == "holds"
    assert verdict(split_at_header(later) + b"".join([whole[2 * BLOCK :]])) == "archive.member"


def split_at_header(raw: bytes) -> bytes:
    return raw[: 2 * BLOCK]


# The JSON inside.


def first_letter(raw: bytes, new: bytes) -> bytes:
    """With something else in place of the first letter of the first string."""
    at = raw.index(b'"') + 1
    return raw[:at] + new + raw[at + 1 :]


JSON_TRICKS: dict[str, Callable[[bytes], bytes]] = {
    "a space": lambda raw: raw.replace(b":", b": ", 1),
    "a line's end": lambda raw: raw + b"\n",
    "a byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "UTF-16": lambda raw: raw.decode().encode("utf-16"),
    "an escape": lambda raw: first_letter(raw, b"\\u%04x" % raw[raw.index(b'"') + 1]),
    "an escaped slash": lambda raw: raw.replace(b'"', b'"\\/', 1),
    "a key twice": lambda raw: re.sub(rb'\{("[a-z_]+"):', rb"{\1:0,\1:", raw, count=1),
    "a comma at the end": lambda raw: raw[:-1] + b",}",
    "two values": lambda raw: raw + raw,
    "in a list": lambda raw: b"[" + raw + b"]",
    "bytes that are no UTF-8": lambda raw: first_letter(raw, b"\xff"),
    "deep nesting": lambda _raw: b"[" * 100_000,
    "deep nesting, closed": lambda _raw: b"[" * 50_000 + b"]" * 50_000,
    "NaN": lambda _raw: b"NaN",
    "Infinity": lambda _raw: b"-Infinity",
    "a long number": lambda _raw: b"9" * 100_000,
    "a great exponent": lambda _raw: b"1e999",
    "half a surrogate": lambda raw: first_letter(raw, b"\\ud800"),
    "a comment": lambda raw: raw + b"//",
    "single quotes": lambda raw: raw.replace(b'"', b"'"),
}


@pytest.mark.parametrize("trick", JSON_TRICKS)
def test_json_written_otherwise_is_refused_everywhere(world: World, first: bytes, trick: str) -> None:
    change = JSON_TRICKS[trick]
    assert ballot_verdict(world.election, change(first)) == "ballot.format"
    assert verdict(world.archive().ballots(change(first))) == "ballot.format"
    assert verdict(world.archive(election=change(world.election.raw))) == "election.format"
    assert verdict(world.archive(trustees=change(world.trustees))) == "trustees.format"
    closed = world.archive().ballots(first).close()
    sized = closed.sum().sized_json()
    so_far = Archive.__new__(Archive)
    so_far.__dict__.update(closed.__dict__)
    assert verdict(so_far.add(EventType.ENCRYPTED_TALLY, closed.sum().to_json(), change(sized))) in {
        "tally.format",
        "event.payload",
    }


@pytest.mark.parametrize("trick", JSON_TRICKS)
def test_events_decryptions_and_results_written_otherwise_are_refused(
    world: World, first: bytes, whole: bytes, trick: str
) -> None:
    change = JSON_TRICKS[trick]
    members = split(whole)
    for at in (5, 9):
        changed = change(members[at][1])
        assert members[at][0].endswith(".event.json")
        assert verdict(join([*members[:at], event(changed), *members[at + 1 :]])) == "event.format"
    result = change(b'{"result":[[0,1,0]]}')
    done = world.archive().ballots(first).close().tally().decrypt()
    assert verdict(done.add(EventType.RESULT, result)) == "result.format"


def test_keys_in_another_order_are_refused(world: World, first: bytes) -> None:
    value = json.loads(first)
    for path in ((), ("answers", 0), ("answers", 0, "choices", 0), ("signature",), ("signature", "proof")):
        turned = forging.replaced(value, path, dict(reversed(forging.at(value, path).items())))
        wanted = {"ballot.format", "ballot.hash", "ballot.answers", "ballot.scalar"}
        assert ballot_verdict(world.election, dump(turned)) in wanted
        if path[:1] == ("answers",):
            assert ballot_verdict(world.election, signed(world, 0, turned)) == "ballot.answers"


def test_more_and_fewer_keys_are_refused(world: World, first: bytes) -> None:
    value = json.loads(first)
    assert ballot_verdict(world.election, dump({**value, "note": ""})) == "ballot.format"
    for name in value:
        fewer = {key: item for key, item in value.items() if key != name}
        assert ballot_verdict(world.election, dump(fewer)) == "ballot.format"
    choice = value["answers"][0]["choices"][0]
    changed = forging.replaced(value, ("answers", 0, "choices", 0), {**choice, "gamma": "0"})
    assert ballot_verdict(world.election, signed(world, 0, changed)) == "ballot.answers"


def test_every_published_byte_is_in_the_hash_of_the_head(whole: bytes) -> None:
    """The head's hash covers the events by their parents, and the events cover the data by its hashes."""
    members = split(whole)
    hashed = {hashlib.sha256(content).hexdigest() for _, content in members[1:]}
    named = "".join(content.decode() for _, content in members)
    heads = [name for name in hashed if name not in named]
    assert heads == [members[-1][0].partition(".")[0]]
