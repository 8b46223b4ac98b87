"""Laws of the log: what is written is read, what grows only grows, every proof holds and no changed one does."""

from __future__ import annotations

from typing import Any

import pytest
from crypto.tests.logs import KEY, LEAVES, WITNESSES, Log, flipped, mth
from crypto.tests.strategies import FEW, texts
from hypothesis import assume, given
from hypothesis import strategies as st

from egov_crypto import canonical, checkpoint, merkle, note
from egov_crypto.checkpoint import Checkpoint
from egov_crypto.errors import VerificationError
from egov_crypto.merkle import EMPTY_ROOT, MAX_TREE, CompactRange
from egov_crypto.note import Note, Signature
from egov_crypto.tiles import ENTRIES, Edge, Tile, bundle, bundle_entries, hash_reader, tiles_between
from egov_crypto.tlog_proof import TlogProof
from egov_crypto.walk import walk

hashes = st.binary(min_size=32, max_size=32)
sizes = st.integers(0, len(LEAVES))
names = st.text(st.sampled_from("a0é—=./:\u200b\ufeff\U0001f600"), min_size=1, max_size=9)
lines = st.text(st.sampled_from("a0é—+= \x7f\x85\xa0\u2028\U0001f600"), max_size=20)
signatures = st.builds(Signature, names, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-canonical.MAX_NUMBER, canonical.MAX_NUMBER) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
GROWN = Log(*range(100, len(LEAVES) + 1, 100))


def edited(raw: bytes, data: st.DataObject) -> bytes:
    """``raw`` with a few bytes taken out, and what tempts a reader put in there."""
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(start + 2, len(raw))))
    return raw[:start] + data.draw(st.sampled_from([b"", *(bytes([byte]) for byte in b'\n =+0A_-,:"9')])) + raw[end:]


def read(level: int, index: int) -> bytes:
    return merkle.perfect_root(LEAVES[index << level : (index + 1) << level])


@given(st.lists(lines, min_size=1, max_size=4), st.lists(signatures, min_size=1, max_size=4))
def test_a_note_is_read_as_it_is_written(text: list[str], under: list[Signature]) -> None:
    made = Note("".join(f"{line}\n" for line in text), tuple(under))
    assert Note.parse(made.raw) == made
    assert note.parse_signatures("".join(each.line for each in under).encode()) == made.signatures


@given(st.lists(lines, min_size=1, max_size=3), st.lists(signatures, min_size=1, max_size=2), st.data())
def test_a_note_that_is_read_has_one_spelling(text: list[str], under: list[Signature], data: st.DataObject) -> None:
    raw = edited(Note("".join(f"{line}\n" for line in text), tuple(under)).raw, data)
    try:
        assert Note.parse(raw).raw == raw
    except VerificationError:
        return


@FEW
@given(names, st.integers(1, MAX_TREE), hashes, st.integers(0, 2**63 - 1), st.data())
def test_a_checkpoint_is_read_as_it_is_signed_and_not_if_a_bit_is_changed(
    origin: str, size: int, root: bytes, time: int, data: st.DataObject
) -> None:
    head, key = Checkpoint(origin, size, root), note.SigningKey(origin, KEY.seed)
    raw = head.sign(key, head.cosign(WITNESSES[0], time)).raw
    policy: dict[str, Any] = {"witnesses": [WITNESSES[0].verifier_key], "quorum": 1}
    found = checkpoint.verify(raw, key.verifier_key, **policy)
    assert (found.checkpoint, found.cosignatures[0].time) == (head, time)
    with pytest.raises(VerificationError):
        checkpoint.verify(flipped(raw, data.draw(st.integers(0, 8 * len(raw) - 1))), key.verifier_key, **policy)


@given(names, st.integers(1, MAX_TREE), hashes, st.data())
def test_a_checkpoint_that_is_read_has_one_spelling(origin: str, size: int, root: bytes, data: st.DataObject) -> None:
    text = edited(Checkpoint(origin, size, root).text.encode(), data).decode("utf-8", "replace")
    try:
        assert Checkpoint.parse(text).text == text
    except VerificationError:
        return


@given(sizes, st.data())
def test_every_entry_is_proved_and_no_changed_proof_holds(size: int, data: st.DataObject) -> None:
    root = merkle.tree_root(read, size)
    assert root == mth(LEAVES[:size])
    if size == 0:
        return
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.prove_inclusion(read, index, size)
    merkle.verify_inclusion(LEAVES[index], index, size, proof, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda other: other != index) if size > 1 else st.just(size))
    with pytest.raises(VerificationError):
        merkle.verify_inclusion(LEAVES[index], other, size, proof, root)
    if proof:
        place, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        changed = [*proof[:place], flipped(proof[place], bit), *proof[place + 1 :]]
        with pytest.raises(VerificationError):
            merkle.verify_inclusion(LEAVES[index], index, size, changed, root)


@given(sizes, sizes, st.data())
def test_every_two_sizes_are_proved_consistent_and_no_changed_proof_holds(
    one: int, two: int, data: st.DataObject
) -> None:
    old, new = sorted((one, two))
    old_root, new_root = merkle.tree_root(read, old), merkle.tree_root(read, new)
    proof = merkle.prove_consistency(read, old, new)
    merkle.verify_consistency(old, old_root, new, new_root, proof)
    for roots in ((flipped(old_root, 3), new_root), (old_root, flipped(new_root, 3))):
        if old or roots[0] != EMPTY_ROOT:  # an empty log is consistent with every other
            with pytest.raises(VerificationError):
                merkle.verify_consistency(old, roots[0], new, roots[1], proof)
    if proof:
        place, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        changed = [*proof[:place], flipped(proof[place], bit), *proof[place + 1 :]]
        with pytest.raises(VerificationError):
            merkle.verify_consistency(old, old_root, new, new_root, changed)


@given(hashes, st.integers(-1, 70), st.integers(-1, 70), hashes, st.lists(hashes, max_size=8))
def test_no_made_up_proof_holds(leaf: bytes, index: int, size: int, root: bytes, proof: list[bytes]) -> None:
    assume(leaf != root)
    with pytest.raises(VerificationError):
        merkle.verify_inclusion(leaf, index, size, proof, root)
    if index > 0:
        with pytest.raises(VerificationError):
            merkle.verify_consistency(index, leaf, size, root, proof)


@given(sizes, sizes)
def test_a_compact_range_that_grows_has_the_root_of_all(one: int, two: int) -> None:
    old, new = sorted((one, two))
    grown = CompactRange()
    for leaf in LEAVES[:old]:
        grown.append(leaf)
    again = CompactRange(grown.size, grown.hashes)
    for leaf in LEAVES[old:new]:
        again.append(leaf)
    assert again.root() == merkle.tree_root(read, new)


@given(st.sampled_from([ENTRIES, *range(8)]), st.integers(0, 2**55 - 1), st.integers(1, 256))
def test_a_path_is_read_as_it_is_written(level: int, index: int, width: int) -> None:
    tile = Tile(level, index >> 8 * max(level, 0), width)
    assert Tile.parse(tile.path) == tile


@given(st.from_regex(r"tile/(entries|[0-9]{1,2})/(x?[0-9]{2,3}/){0,3}x?[0-9]{3}(\.p/[0-9]{1,3})?", fullmatch=True))
def test_a_path_that_is_read_has_one_spelling(path: str) -> None:
    try:
        assert Tile.parse(path).path == path
    except ValueError:
        return


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=9))
def test_a_bundle_is_read_as_it_is_written(entries: list[bytes]) -> None:
    tile = Tile(ENTRIES, 0, len(entries))
    assert bundle_entries(tile, bundle(entries)) == entries


@given(sizes, sizes)
def test_a_log_that_grows_writes_the_tiles_that_it_lacks_and_changes_none(one: int, two: int) -> None:
    old, new = sorted((one, two))
    edge = Edge()
    before = dict([*edge.extend(LEAVES[:old]), *edge.partial()])
    loaded = Edge.load(before.__getitem__, old)
    written = dict([*loaded.extend(LEAVES[old:new]), *loaded.partial()])
    assert {tile for tile in written if tile not in before} == {
        tile for tile in tiles_between(old, new) if tile.level != ENTRIES
    }
    assert all(before[tile] == raw for tile, raw in written.items() if tile in before)
    assert {tile for tile in tiles_between(0, new) if tile.level != ENTRIES} <= before.keys() | written.keys()
    assert loaded.root() == merkle.tree_root(read, new)


@FEW
@given(st.integers(1, len(LEAVES) // 100), st.data())
def test_every_checkpoint_that_was_published_can_be_walked_and_proved_from(hundreds: int, data: st.DataObject) -> None:
    size = hundreds * 100
    start = data.draw(st.integers(0, size))
    head = Checkpoint("a", size, merkle.tree_root(read, size))
    found = [index for index, _ in walk(GROWN.fetch, head, range(start, start + 70))]
    assert found == list(range(start, min(start + 70, size)))
    old = data.draw(st.integers(0, size))
    proof = merkle.prove_consistency(hash_reader(GROWN.fetch, size), old, size)
    assert proof == merkle.prove_consistency(read, old, size)


@given(st.integers(0, MAX_TREE), st.lists(hashes, max_size=5), st.binary(max_size=40), st.binary(max_size=20))
def test_a_proof_is_read_as_it_is_written(index: int, path: list[bytes], signed: bytes, extra: bytes) -> None:
    made = TlogProof(index, tuple(path), signed, extra)
    assert TlogProof.parse(made.raw) == made


@given(values)
def test_canonical_json_is_read_as_it_is_written(value: Any) -> None:
    raw = canonical.dump(value)
    assert canonical.load(raw) == value
    assert canonical.dump(canonical.load(raw)) == raw


@given(values, st.data())
def test_canonical_json_that_is_read_has_one_spelling(value: Any, data: st.DataObject) -> None:
    raw = edited(canonical.dump(value), data)
    try:
        assert canonical.dump(canonical.load(raw)) == raw
    except ValueError:
        return


@given(st.integers(0, MAX_TREE), st.lists(hashes, max_size=3), st.binary(max_size=9), st.data())
def test_a_proof_that_is_read_has_one_spelling(
    index: int, path: list[bytes], extra: bytes, data: st.DataObject
) -> None:
    raw = edited(TlogProof(index, tuple(path), b"checkpoint\n", extra).raw, data)
    try:
        assert TlogProof.parse(raw).raw == raw
    except VerificationError:
        return
