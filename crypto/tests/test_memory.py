"""Memory stays bounded, whatever is in an archive: a million ballots are verified in a few hundred megabytes."""

from __future__ import annotations

import io
import tracemalloc

from crypto.tests.making import YES_NO, World, dump, make_world

from egov_crypto import archive, wire
from egov_crypto.archive import EventType
from egov_crypto.group import G, base
from egov_crypto.verify import Report, _Verification


def first_pass(raw: bytes) -> _Verification:
    verification = _Verification(io.BytesIO(raw), 1, lambda _stage, _done, _total: None, Report())
    verification.first_pass()
    return verification


def with_voters(world: World, count: int, ballots: int, size: int) -> bytes:
    """An archive of junk whose first pass holds: that alone sees all ballots at once."""
    point, texts = base(12345), []
    for _ in range(count):
        texts.append(point.text)
        point += G
    head, blob = archive.start(1, world.election.raw, world.trustees, dump([f"{text},7" for text in texts]))
    pieces = [blob]
    start = {"election_uuid": world.election.uuid, "election_hash": world.election.fingerprint, "credential": ""}
    for number in range(ballots):
        raw = wire.dump(start)[:-2] + f'{texts[number % count]}","x":"{number:0{size}}"}}'.encode()
        head, blob = archive.append(head, EventType.BALLOT, raw)
        pieces.append(blob)
    return b"".join(pieces)


def peak_of(raw: bytes) -> int:
    """Bytes that the first pass needs at most."""
    tracemalloc.start()
    try:
        first_pass(raw)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_voter_takes_some_hundred_bytes_and_a_ballot_that_counts_none() -> None:
    world = make_world(YES_NO)
    none, all_ = peak_of(with_voters(world, 1000, 0, 1)), peak_of(with_voters(world, 1000, 1000, 900))
    assert none < 1000 * 200  # of which the list itself, as published, is 70
    assert all_ < none + 1000 * 20


def test_a_ballot_that_was_replaced_takes_some_hundred_bytes() -> None:
    world = make_world(YES_NO)
    once, often = peak_of(with_voters(world, 50, 50, 900)), peak_of(with_voters(world, 50, 1050, 900))
    assert often < once + 1000 * 200


def test_ballots_go_to_other_processes_a_few_at_a_time_by_number_and_by_size() -> None:
    world = make_world(YES_NO)
    small = list(first_pass(with_voters(world, 10, 100, 10)).chunks())
    assert [len(chunk) for chunk in small] == [16] * 6 + [4]
    large = list(first_pass(with_voters(world, 10, 20, 100_000)).chunks())
    assert [len(chunk) for chunk in large] == [3] * 6 + [2]
    assert [height for chunk in large for height, _, _ in chunk] == list(range(1, 21))
    weights = [weight for chunk in large for _, _, weight in chunk]
    assert weights == [0] * 10 + [7] * 10
