"""`egov-verify vote --since`: that an archive only grew, held against whoever takes out or replaces what stood."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from crypto.tests.commands import run
from crypto.tests.making import TIMESTAMP, YES_NO, Archive, World, make_world
from crypto.tests.tar import data, event, join, split
from hypothesis import given
from hypothesis import strategies as st

from egov_crypto import archive, since, wire
from egov_crypto.errors import ArchiveError, UsageError, VerificationError

HASH = "ab" * 32


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(YES_NO)


@pytest.fixture(scope="module")
def ballots(world: World) -> list[bytes]:
    return [world.ballot(voter, [[0, 1, 0]]) for voter in (0, 1, 2, 0)]


@pytest.fixture(scope="module")
def old(world: World, ballots: list[bytes]) -> bytes:
    return world.archive().ballots(*ballots[:3]).raw


@pytest.fixture(scope="module")
def new(world: World, ballots: list[bytes]) -> bytes:
    return world.archive().ballots(*ballots).finish().raw


def grown(old: bytes, new: bytes) -> since.Grown:
    return since.check_grown(io.BytesIO(old), io.BytesIO(new), lambda *_: None)


def refused(old: bytes, new: bytes) -> tuple[str, int | None]:
    with pytest.raises(VerificationError) as refusal:
        grown(old, new)
    return refusal.value.code, refusal.value.height


def heads(raw: bytes) -> dict[int, str]:
    names = [name.partition(".")[0] for name, _ in split(raw) if name.endswith(".event.json")]
    return dict(enumerate(names))


def answer(*arguments: object) -> tuple[int, Any]:
    done = run("egov-verify", "vote", "--json", *arguments)
    assert done.err == ""
    return done.status, json.loads(done.out)


def saved(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_an_archive_that_only_grew_is_proved_to_and_verified_whole(old: bytes, new: bytes, tmp_path: Path) -> None:
    paths = saved(tmp_path, "old.bel", old), saved(tmp_path, "new.bel", new)
    status, found = answer("--since", *paths)
    head = {"height": 3, "hash": heads(old)[3]}

    assert (status, found["ok"], found["state"]) == (0, True, "tallied")
    assert found["since"] == {"source": str(paths[0]), **head, "bytes": len(old), "whole": True}
    assert found["checks"][0] == {"name": "since", "ok": True, "count": 4}
    said = run("egov-verify", "vote", "--since", *paths).out
    assert "it only grew, by 6 events after height 3." in said


def test_nothing_new_is_no_failure(new: bytes) -> None:
    assert grown(new, new) == since.Grown(9, heads(new)[9], len(new), whole=True)


def test_each_earlier_state_of_an_archive_is_a_beginning_of_it(new: bytes) -> None:
    found = [grown(state, new).height for state in states(new)]
    assert found == list(range(10))


def states(raw: bytes) -> list[bytes]:
    """The archive after each of its events."""
    members = split(raw)
    ends = [at + 1 for at, (name, _) in enumerate(members) if name.endswith(".event.json")]
    return [raw[: len(join(members[:end]))] for end in ends]


def test_a_dropped_tail_is_found_with_the_height_of_what_is_gone(old: bytes, new: bytes) -> None:
    for height, state in enumerate(states(new)[:-1]):
        assert refused(new, state) == ("since.shorter", height + 1)


def test_a_replaced_ballot_is_found_with_its_height_although_the_archive_itself_holds(
    world: World, ballots: list[bytes], old: bytes, tmp_path: Path
) -> None:
    forked = world.archive().ballots(ballots[0], world.ballot(1, [[0, 0, 1]]), *ballots[2:]).finish().raw
    assert run("egov-verify", "vote", saved(tmp_path, "forked.bel", forked)).status == 0

    status, found = answer("--since", saved(tmp_path, "old.bel", old), tmp_path / "forked.bel")
    place = next(at for at in range(len(old)) if old[at] != forked[at])
    assert (status, found["ok"]) == (1, False)
    assert (found["failure"]["code"], found["failure"]["height"]) == ("since.differs", 2)
    assert f"they part at byte {place}" in found["failure"]["message"]
    assert found["checks"] == [{"name": "since", "ok": False, "count": None}]


def test_two_heads_of_one_archive_are_no_growth_of_each_other(world: World, ballots: list[bytes]) -> None:
    one, other = (world.archive().ballots(*ballots[:2], ballots[last]).raw for last in (2, 3))
    assert refused(one, other) == refused(other, one) == ("since.differs", 3)


def test_a_dropped_ballot_in_the_middle_is_found(world: World, ballots: list[bytes], old: bytes) -> None:
    assert refused(old, world.archive().ballots(ballots[0], *ballots[2:]).raw) == ("since.differs", 2)


def test_another_elections_archive_is_said_to_be_one(old: bytes, tmp_path: Path) -> None:
    other = make_world(YES_NO)
    stranger = other.archive().ballots(*(other.ballot(voter, [[0, 1, 0]]) for voter in range(3))).raw
    assert refused(old, stranger) == ("since.election", 0)

    path = saved(tmp_path, "stranger.bel", stranger)
    assert answer("--since", f"0:{heads(old)[0]}", path)[1]["failure"]["code"] == "since.election"
    kept = json.dumps({"subject": {"uuid": "1" * 14, "fingerprint": "A" * 43}, "head": {"height": 2, "hash": HASH}})
    assert answer("--since", kept, path)[1]["failure"]["code"] == "since.election"


def test_a_setup_with_another_roll_is_another_setup(world: World, old: bytes) -> None:
    roll = json.dumps(json.loads(world.roll)[:2], separators=(",", ":")).encode()
    assert refused(old, world.archive(roll=roll).raw) == ("since.election", 0)


def test_a_changed_header_differs_even_where_every_event_is_the_same(
    world: World, ballots: list[bytes], old: bytes
) -> None:
    redated = Archive(world, timestamp=TIMESTAMP + 1).ballots(*ballots).raw
    assert heads(redated)[3] == heads(old)[3]
    assert refused(old, redated) == ("since.differs", 0)
    held = since.check_heads(since.Kept({3: heads(old)[3]}), io.BytesIO(redated), lambda *_: None)
    assert held.size == 0  # a head cannot tell, and the report says so


def test_a_kept_download_that_broke_off_still_proves_what_it_can(old: bytes, new: bytes, tmp_path: Path) -> None:
    broken = old[:-700]
    found = grown(broken, new)
    assert (found.height, found.whole, found.size) == (2, False, len(broken))
    paths = saved(tmp_path, "broken.bel", broken), saved(tmp_path, "new.bel", new)
    assert "ends within the next one" in run("egov-verify", "vote", "--since", *paths).out


def test_a_new_download_that_broke_off_accuses_nobody_of_taking_anything_out(old: bytes, new: bytes) -> None:
    for cut in (1, 511, 600, 1024):
        assert refused(new, new[:-cut])[0] == "archive.truncated"
    for kept in ({9: heads(new)[9]}, {8: heads(new)[8]}):
        with pytest.raises(VerificationError, match=r"archive\.truncated"):
            since.check_heads(since.Kept(kept), io.BytesIO(states(new)[6] + new[len(states(new)[6]) :][:700]), quiet)


def quiet(_stage: str, _done: int, _total: int) -> None:
    pass


def test_what_was_kept_proves_nothing_if_it_is_damaged_itself(old: bytes, new: bytes, tmp_path: Path) -> None:
    damaged = bytearray(old)
    damaged[-1500] ^= 1
    done = run("egov-verify", "vote", "--since", saved(tmp_path, "a", bytes(damaged)), saved(tmp_path, "b", new))
    assert (done.status, done.out) == (2, "")
    assert "damaged itself" in done.err
    for kept in (b"", b"x" * 2000, b"<!doctype html>" * 200, old[:3000]):
        with pytest.raises(ArchiveError, match="what was kept"):
            grown(kept, new)


@given(st.data())
def test_any_changed_byte_before_the_end_of_what_was_kept_is_found(old: bytes, new: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(old) - 1))
    changed = bytearray(new)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises((VerificationError, ArchiveError)):
        grown(old, bytes(changed))


@given(st.data())
def test_where_two_files_part_is_found_in_pieces_of_any_size(data: st.DataObject) -> None:
    first = data.draw(st.binary(max_size=40))
    second = first[: data.draw(st.integers(0, 40))] + data.draw(st.binary(max_size=40))
    expected = next((at for at, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), None)
    assert since._common(io.BytesIO(first), io.BytesIO(second), quiet, data.draw(st.integers(1, 50))) == (
        min(len(first), len(second)) if expected is None else expected
    )


# Heads alone.


def test_a_head_is_taken_as_people_and_programs_write_it(old: bytes, new: bytes, tmp_path: Path) -> None:
    path, hash_ = saved(tmp_path, "new.bel", new), heads(old)[2]
    grouped = f"2:{' '.join(hash_[at : at + 4] for at in range(0, 64, 4))}"
    earlier = run("egov-verify", "vote", "--json", saved(tmp_path, "old.bel", old)).out
    listed = json.dumps({"heads": [{"height": height, "hash": hash_} for height, hash_ in heads(old).items()]})
    for kept, height in (
        (f"2:{hash_}", 2),
        (grouped, 2),
        (json.dumps({"height": 2, "hash": hash_}), 2),
        (earlier, 3),
        (saved(tmp_path, "earlier.json", earlier), 3),
        (saved(tmp_path, "heads.json", listed), 3),
        (saved(tmp_path, "head.txt", grouped + "\n"), 2),
    ):
        status, found = answer("--since", kept, path)
        assert (status, found["since"]["height"]) == (0, height)
        assert any("timestamp" in sentence for sentence in found["unknown"])


def test_each_of_several_kept_heads_must_stand_there(old: bytes, new: bytes, tmp_path: Path) -> None:
    wrong = {**heads(old), 1: HASH}
    listed = json.dumps({"heads": [{"height": height, "hash": hash_} for height, hash_ in wrong.items()]})
    status, found = answer("--since", listed, saved(tmp_path, "new.bel", new))
    assert (status, found["failure"]["code"], found["failure"]["height"]) == (1, "since.differs", 1)
    assert f"was {HASH}, and is {heads(new)[1]}" in found["failure"]["message"]


def test_a_head_that_the_archive_does_not_reach_any_more_is_missed(old: bytes, new: bytes, tmp_path: Path) -> None:
    status, found = answer("--since", f"9:{heads(new)[9]}", saved(tmp_path, "old.bel", old))
    assert (status, found["failure"]["code"], found["failure"]["height"]) == (1, "since.shorter", 4)
    assert "ends after height 3; height 9 was there" in found["failure"]["message"]


def test_a_right_head_does_not_save_an_archive_that_is_wrong_after_it(
    world: World, ballots: list[bytes], tmp_path: Path
) -> None:
    raw = world.archive().ballots(ballots[0], ballots[0]).raw
    status, found = answer("--since", f"1:{heads(raw)[1]}", saved(tmp_path, "twice.bel", raw))
    assert (status, found["failure"]["code"]) == (1, "ballot.duplicate")
    assert found["checks"][0] == {"name": "since", "ok": True, "count": 2}


def test_a_chain_that_is_broken_after_the_same_bytes_is_still_broken(old: bytes, tmp_path: Path) -> None:
    """The same beginning and events that do not name it: growth by bytes, not by the chain."""
    ballot = next(content for name, content in reversed(split(old)) if name.endswith(".data.json"))
    loose = archive.Event(HASH, 4, archive.EventType.BALLOT, wire.digest(ballot)).to_json()
    raw = old + join([data(ballot), event(loose)])
    assert (
        answer("--since", saved(tmp_path, "o", old), saved(tmp_path, "n", raw))[1]["failure"]["code"] == "event.parent"
    )


@pytest.mark.parametrize(
    "text",
    ["", "1", "1:", f"1:{HASH[:-1]}", f"01:{HASH}", f"-1:{HASH}", f"1:{HASH.upper()}", "[]", "{}", '{"head":null}',
     '{"heads":[]}', '{"height":true,"hash":"' + HASH + '"}', '{"height":1,"hash":7}', '{"heads":7}', '{"heads":[7]}',
     '{"subject":7,"height":1,"hash":"' + HASH + '"}',
     '{"heads":[{"height":1,"hash":"' + HASH + '"},{"height":1,"hash":"' + "cd" * 32 + '"}]}', '{"head":' * 2000],
)  # fmt: skip
def test_what_is_no_head_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError):
        since.parse_head(text)


def test_a_kept_file_that_is_not_there_or_standard_input_twice_ends_with_2(new: bytes, tmp_path: Path) -> None:
    path = saved(tmp_path, "new.bel", new)
    for kept, archive_, said in (
        (tmp_path / "missing", path, "No such file"),
        ("-", "-", "Only one"),
        ("{}", path, "neither HEIGHT:HASH"),
    ):
        done = run("egov-verify", "vote", "--since", kept, archive_)
        assert (done.status, done.out) == (2, "")
        assert said in done.err
