"""Attacks on the archive: its chain, the order of its events, the tar around it, and the JSON inside."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable

import pytest
from crypto.tests import forging
from crypto.tests.making import TIMESTAMP, YES_NO, Archive, World, ballot_verdict, dump, make_world, signed, verdict

from egov_crypto import archive, ballot, wire
from egov_crypto.archive import Event, EventType, Head
from egov_crypto.errors import ArchiveError, VerificationError
from egov_crypto.verify import verify_archive

BLOCK = 512


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


def height_of(raw: bytes) -> int | None:
    with pytest.raises(VerificationError) as refused:
        verify_archive(io.BytesIO(raw))
    return refused.value.height


def split(raw: bytes) -> list[tuple[str, bytes]]:
    """The members of an archive, as name and content."""
    members, offset = [], 0
    while offset < len(raw):
        name = raw[offset : offset + 100].rstrip(b"\0").decode()
        size = int(raw[offset + 124 : offset + 135], 8)
        members.append((name, raw[offset + BLOCK : offset + BLOCK + size]))
        offset += BLOCK + -(-size // BLOCK) * BLOCK
    return members


def join(members: list[tuple[str, bytes]]) -> bytes:
    return b"".join(archive._member(name, content, TIMESTAMP) for name, content in members)


def data(content: bytes) -> tuple[str, bytes]:
    return f"{wire.digest(content)}.data.json", content


def event(content: bytes) -> tuple[str, bytes]:
    return f"{wire.digest(content)}.event.json", content


# Ballots that come again.


def test_the_same_ballot_twice_is_refused(world: World, first: bytes, second: bytes) -> None:
    assert verdict(world.archive().ballots(first, first)) == "ballot.duplicate"
    assert verdict(world.archive().ballots(first, second, first)) == "ballot.duplicate"


def test_a_superseded_ballot_cast_again_is_refused(world: World, first: bytes) -> None:
    """b1, b2, b1: the server would bring back a vote that its voter has replaced."""
    again = world.ballot(0, [[0, 0, 1]])
    assert verdict(world.archive().ballots(first, again)) == "holds"
    assert verdict(world.archive().ballots(first, again, first)) == "ballot.duplicate"
    third = world.ballot(0, [[1, 0, 0]])
    replayed = world.archive().ballots(first, again, third, again)
    assert verdict(replayed) == "ballot.duplicate"
    assert height_of(replayed.raw) == 4


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_forged_ballot_is_found_among_good_ones_with_its_height(
    world: World, first: bytes, second: bytes, jobs: int
) -> None:
    answers = json.loads(world.ballot(2, [[0, 0, 1]]))
    forged = signed(world, 2, {**answers, "answers": json.loads(first)["answers"]})
    mixed = world.archive().ballots(first, forged, second).raw
    with pytest.raises(VerificationError) as refused:
        verify_archive(io.BytesIO(mixed), jobs=jobs)
    assert (refused.value.code, refused.value.height) == ("ballot.proof.individual", 2)


def test_junk_in_place_of_a_ballot_is_refused(world: World) -> None:
    start = ballot.make(world.election, world.credentials[0], [[0, 1, 0]]).partition(b'"answers"')[0]
    for junk in (b"", b"{}", b"[]", b"null", b"0", b"junk", start, start + b"}", start[:-1] + b"}", b"\xff" * 99):
        assert verdict(world.archive().ballots(junk)) == "ballot.format", junk
    big = start + b'"' + b"x" * 1_000_000 + b'"}'
    assert verdict(world.archive().ballots(big)) == "ballot.format"


def test_a_ballot_of_somebody_who_is_not_on_the_list_is_refused(world: World) -> None:
    stranger = make_world(YES_NO).credentials[0]
    raw = ballot.make(world.election, stranger, [[0, 1, 0]])
    assert ballot_verdict(world.election, raw) == "holds"
    assert verdict(world.archive().ballots(raw)) == "ballot.credential"


def test_a_credential_in_capitals_does_not_take_its_voters_place(world: World, first: bytes) -> None:
    text = world.publics[0].text.encode()
    assert verdict(world.archive().ballots(first.replace(text, text.upper()))) == "ballot.point"
    spaced = first.replace(text, text[:31] + b"  " + text[33:])
    assert verdict(world.archive().ballots(spaced)) in {"ballot.credential", "ballot.point"}
    for wrong in (b"g" * 64, b"\xff" * 64, b"\\u0061" + b"a" * 58):
        assert verdict(world.archive().ballots(first.replace(text, wrong))) in {"ballot.point", "ballot.format"}


# The order of events.


def test_every_order_of_events_but_the_right_one_is_refused(world: World, first: bytes) -> None:
    honest = [
        (EventType.BALLOT, lambda a: a.ballots(first)),
        (EventType.END_BALLOTS, Archive.close),
        (EventType.ENCRYPTED_TALLY, Archive.tally),
        (EventType.PARTIAL_DECRYPTION, lambda a: a.decrypt(1)),
        (EventType.PARTIAL_DECRYPTION, lambda a: a.decrypt(2)),
        (EventType.RESULT, lambda a: a.result([[0, 1, 0]])),
    ]
    for done in range(len(honest) + 1):
        for step, (kind, act) in enumerate(honest):
            so_far = world.archive()
            for _, before in honest[:done]:
                before(so_far)
            act(so_far)
            allowed = step == done or (kind is EventType.END_BALLOTS and done == 0) or (done, step) == (3, 4)
            if allowed and done < len(honest):
                assert verdict(so_far) == "holds", (done, step)
            else:
                wanted = {"event.order", "ballot.duplicate", "decryption.owner"}
                assert verdict(so_far) in wanted, (done, step)


def test_a_ballot_after_the_end_is_refused(world: World, first: bytes, second: bytes) -> None:
    late = world.archive().ballots(first).close().ballots(second)
    assert verdict(late) == "event.order"
    assert height_of(late.raw) == 3
    assert verdict(world.archive().ballots(first).close().tally().ballots(second)) == "event.order"


def test_a_second_end_tally_result_or_set_up_is_refused(world: World, first: bytes) -> None:
    done = world.archive().ballots(first).finish([[0, 1, 0]])
    assert verdict(world.archive().close().close()) == "event.order"
    assert verdict(world.archive().close().tally().tally()) == "event.order"
    assert verdict(done.result([[0, 1, 0]])) == "event.order"
    other = make_world(YES_NO)
    setup = split(other.archive().raw)[1:5]
    again = world.archive().add(EventType.SETUP, *(content for _, content in setup))
    assert verdict(again) == "event.order"


def test_an_archive_that_starts_with_another_event_is_refused(world: World, first: bytes) -> None:
    header = join(split(world.archive().raw)[:1])
    for kind, payload in ((EventType.BALLOT, [first]), (EventType.END_BALLOTS, [])):
        _, blob = archive.append(Head(TIMESTAMP, -1, ""), kind, *payload)
        assert verdict(header + blob) == "event.order"


@pytest.mark.parametrize("kind", ["Shuffle", "EndShuffles", "ballot", "", None, 1, "Cancelled"])
def test_events_of_other_kinds_are_refused(world: World, kind: object) -> None:
    so_far = world.archive().close()
    raw = dump({"parent": so_far.head.hash, "height": 2, "type": kind})
    assert verdict(so_far.raw + join([event(raw)])) == "event.format"


# The chain.


def broken_chain(world: World, change: Callable[[Event], Event]) -> bytes:
    so_far = world.archive()
    last = Event(so_far.head.hash, 1, EventType.END_BALLOTS, None)
    return so_far.raw + join([event(change(last).to_json())])


def test_a_chain_that_is_not_one_is_refused(world: World, first: bytes) -> None:
    def changed(**fields: object) -> str:
        return verdict(broken_chain(world, lambda old: Event(**{**vars_of(old), **fields})))  # type: ignore[arg-type]

    assert changed() == "holds"
    assert changed(parent=None) == "event.parent"
    assert changed(parent="0" * 64) == "event.parent"
    assert changed(height=0) == "event.height"
    assert changed(height=2) == "event.height"
    assert changed(payload="0" * 64) == "event.payload"
    setup = split(world.archive().raw)[-1][1]
    assert changed(parent=json.loads(setup)["payload"]) == "event.parent"


def vars_of(old: Event) -> dict[str, object]:
    return {name: getattr(old, name) for name in ("parent", "height", "type", "payload")}


def test_a_first_event_with_a_parent_is_refused(world: World) -> None:
    members = split(world.archive().raw)
    setup = {"parent": "0" * 64, **json.loads(members[-1][1])}
    assert verdict(join([*members[:-1], event(dump(setup))])) == "event.parent"


def test_a_height_is_a_small_natural_number(world: World) -> None:
    so_far = world.archive()
    for height in (True, 1.0, "1", -1, 2**30, 2**70, None, []):
        raw = dump({"parent": so_far.head.hash, "height": height, "type": "EndBallots"})
        assert verdict(so_far.raw + join([event(raw)])) == "event.format", height


def test_a_replaced_ballot_breaks_the_chain_and_a_mended_one_has_another_head(
    world: World, first: bytes, second: bytes
) -> None:
    honest = world.archive().ballots(first, second)
    members = split(honest.raw)
    other = world.ballot(0, [[0, 0, 1]])
    at = members.index(data(first))
    assert verdict(join([*members[:at], data(other), *members[at + 1 :]])) == "event.payload"
    assert verdict(join([*members[:at], (members[at][0], other), *members[at + 1 :]])) == "archive.hash"
    mended = world.archive().ballots(other, second)
    assert verdict(mended) == "holds"
    assert mended.head.hash != honest.head.hash


def test_two_archives_joined_are_refused(whole: bytes, world: World) -> None:
    assert verdict(whole + whole) == "archive.member"
    assert verdict(whole + join(split(whole)[1:])) in {"event.height", "event.order"}


# What is cut off.


def test_an_archive_cut_anywhere_but_between_events_is_refused(whole: bytes) -> None:
    members, ends, offset = split(whole), {}, 0
    for name, content in members:
        offset += BLOCK + -(-len(content) // BLOCK) * BLOCK
        ends[offset] = name
    for cut in sorted({*ends, *(end - 1 for end in ends), *(end - BLOCK for end in ends), *range(0, len(whole), 700)}):
        part = whole[:cut]
        if cut < 2 * BLOCK + 1:
            with pytest.raises(ArchiveError):
                verify_archive(io.BytesIO(part))
        elif ends.get(cut, "").endswith(".event.json"):
            assert verdict(part) == "holds"  # nobody can tell from this file alone; whoever keeps heads can
        elif cut < whole.index(b'{"height":0'):
            with pytest.raises((ArchiveError, VerificationError)):
                verify_archive(io.BytesIO(part))
        else:
            assert verdict(part) == "archive.truncated", cut


def test_an_archive_without_events_is_none(whole: bytes) -> None:
    with pytest.raises(ArchiveError):
        verify_archive(io.BytesIO(join(split(whole)[:1])))


# What is put in.


def test_data_that_no_event_refers_to_is_refused(world: World, whole: bytes) -> None:
    members = split(whole)
    for at in range(1, len(members) + 1):
        added = join([*members[:at], data(b'"hidden"'), *members[at:]])
        wanted = "archive.truncated" if at == len(members) else "archive.unreferenced"
        assert verdict(added) == wanted, at


def test_data_that_is_there_twice_or_in_another_order_is_refused_or_makes_no_difference(whole: bytes) -> None:
    members = split(whole)
    twice = [*members[:2], members[1], *members[2:]]
    assert verdict(join(twice)) == "archive.unreferenced"
    late = [members[0], *members[2:6], members[1], *members[6:]]  # the election after its Setup event
    assert verdict(join(late)) == "event.payload"


def test_a_payload_where_none_is_due_and_none_where_one_is_are_refused(world: World, first: bytes) -> None:
    assert verdict(world.archive().add(EventType.END_BALLOTS, b'"x"')) == "event.payload"
    assert verdict(world.archive().add(EventType.BALLOT)) == "event.payload"
    assert verdict(world.archive().close().add(EventType.ENCRYPTED_TALLY)) == "event.payload"
    assert verdict(world.archive().add(EventType.BALLOT, first, first + b" ")) in {
        "archive.unreferenced",
        "ballot.format",
    }


def test_set_up_data_of_another_shape_is_refused(world: World) -> None:
    members = split(world.archive().raw)
    setup = json.loads(members[4][1])
    for wrong in (
        {**setup, "x": ""},
        {"election": setup["election"]},
        dict(reversed(setup.items())),
        {**setup, "election": None},
        [],
    ):
        named = data(dump(wrong))
        last = Event(None, 0, EventType.SETUP, wire.digest(named[1])).to_json()
        assert verdict(join([*members[:4], named, event(last)])) == "setup.format"
    swapped = data(dump({**setup, "trustees": setup["election"]}))
    last = Event(None, 0, EventType.SETUP, wire.digest(swapped[1])).to_json()
    assert verdict(join([*members[:4], swapped, event(last)])) == "event.payload"


@pytest.mark.parametrize(
    "roll",
    [
        b"",
        b"{}",
        b"[",
        b"[]]",
        b"[] ",
        b"null",
        b'["{0}",]',
        b'["{0}" ]',
        b'[ "{0}"]',
        b'["{0}","{1}"',
        b'["{0}","{1},2"]',
        b'["{0},2","{1}"]',
        b'["{0},0"]',
        b'["{0},01"]',
        b'["{0},+1"]',
        b'["{0},-1"]',
        b'["{0},1.0"]',
        b'["{0},1e3"]',
        b'["{0},"]',
        b'["{0},1,alice"]',
        b'["{0},,alice"]',
        b'["{0}, 1"]',
        b'["\\u0030{0}"]',
        b'[["{0}",1]]',
        b'["{0}";"{1}"]',
        b'\xef\xbb\xbf["{0}"]',
        b'["{0}"]\n',
    ],
)
def test_a_list_of_credentials_written_otherwise_is_refused(world: World, roll: bytes) -> None:
    for number, public in enumerate(world.publics):
        roll = roll.replace(b"{%d}" % number, public.text.encode())
    assert verdict(world.archive(roll=roll)) == "credentials.format"


def test_a_credential_twice_is_refused(world: World) -> None:
    texts = [public.text for public in world.publics]
    assert verdict(world.archive(roll=dump([*texts, texts[0]]))) == "credentials.duplicate"
    assert verdict(world.archive(roll=dump([f"{texts[0]},1", f"{texts[0]},2"]))) == "credentials.duplicate"


def test_weights_that_add_up_beyond_the_groups_order_cannot_be() -> None:
    """They would count as something else: adding the order changes no ciphertext."""
    world = make_world(YES_NO)
    with pytest.raises(Exception, match="2\\^64"):
        verdict(world.archive(roll=dump([f"{world.publics[0].text},{2**64}"])))
    assert verdict(world.archive(roll=dump([f"{world.publics[0].text},{2**64 - 1}"]))) == "holds"


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
