"""Attacks on the archive: ballots that come again, its chain, the order of its events, what is cut or put in."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
from crypto.tests.making import TIMESTAMP, YES_NO, Archive, World, ballot_verdict, dump, make_world, signed, verdict
from crypto.tests.tar import BLOCK, data, event, join, split

from egov_crypto import archive, ballot, wire
from egov_crypto.archive import Event, EventType, Head
from egov_crypto.errors import ArchiveError, VerificationError
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


def height_of(raw: bytes) -> int | None:
    with pytest.raises(VerificationError) as refused:
        verify_archive(io.BytesIO(raw))
    return refused.value.height


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
    honest: list[tuple[EventType, Callable[[Archive], Archive]]] = [
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


@pytest.mark.parametrize("kind", ["shuffle", "EndShuffle", "ballot", "", None, 1, "Cancelled"])
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
    height: object
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
    wrong: object
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
