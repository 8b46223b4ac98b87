"""The log's tree: published proofs verify, and no proof is good for anything else than what it is of."""

from __future__ import annotations

from itertools import product

import pytest
from crypto.tests.logs import LEAVES, flipped, mth, path, subproof, vectors

from egov_crypto import merkle
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.merkle import EMPTY_ROOT, CompactRange, leaf_hash, node_hash, verify_consistency, verify_inclusion
from egov_crypto.note import from_base64

RFC6962 = vectors("rfc6962.json")
HASHES = [leaf_hash(bytes.fromhex(text)) for text in RFC6962["entries"]]
ROOTS = [bytes.fromhex(text) for text in RFC6962["roots"]]
SMALL = 17
ROOT = [mth(LEAVES[:size]) for size in range(SMALL + 1)]


def read(level: int, index: int) -> bytes:
    """The hashes of the subtrees over ``LEAVES``."""
    return mth(LEAVES[index << level : (index + 1) << level])


def proof_of(case: dict[str, list[str]]) -> list[bytes]:
    return [bytes.fromhex(text) for text in case["proof"]]


def no_inclusion(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> None:
    with pytest.raises(VerificationError) as error:
        verify_inclusion(leaf, index, size, proof, root)
    assert error.value.code == "inclusion.proof"


def no_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes]) -> None:
    with pytest.raises(VerificationError) as error:
        verify_consistency(old, old_root, new, new_root, proof)
    assert error.value.code == "consistency.proof"


def test_the_roots_are_those_of_certificate_transparency() -> None:
    grown = CompactRange()
    for size, root in enumerate(ROOTS):
        assert grown.root() == root
        assert merkle.tree_root(lambda level, index: mth(HASHES[index << level : (index + 1) << level]), size) == root
        if size < len(HASHES):
            grown.append(HASHES[size])


@pytest.mark.parametrize("case", RFC6962["inclusion"])
def test_published_proofs_of_inclusion_hold(case: dict[str, int]) -> None:
    verify_inclusion(HASHES[case["index"]], case["index"], case["size"], proof_of(case), ROOTS[case["size"]])


@pytest.mark.parametrize("case", RFC6962["consistency"])
def test_published_proofs_of_consistency_hold(case: dict[str, int]) -> None:
    old, new = case["old"], case["new"]
    verify_consistency(old, ROOTS[old], new, ROOTS[new], proof_of(case))


def test_proofs_of_a_log_with_a_thousand_million_entries_hold() -> None:
    log = vectors("argon2020.json")
    root, leaf, old_root = (from_base64(log[name]) for name in ("root", "leaf_hash", "old_root"))
    inclusion, consistency = ([from_base64(text) for text in log[name]] for name in ("inclusion", "consistency"))
    verify_inclusion(leaf, log["index"], log["size"], inclusion, root)
    verify_consistency(log["old"], old_root, log["size"], root, consistency)
    for by in (-1, 1):
        no_inclusion(leaf, log["index"] + by, log["size"], inclusion, root)
        no_consistency(log["old"] + by, old_root, log["size"], root, consistency)
    for number, hash_ in enumerate(inclusion):
        no_inclusion(
            leaf, log["index"], log["size"], [*inclusion[:number], flipped(hash_, 7), *inclusion[number + 1 :]], root
        )
    for number, hash_ in enumerate(consistency):
        changed = [*consistency[:number], flipped(hash_, 7), *consistency[number + 1 :]]
        no_consistency(log["old"], old_root, log["size"], root, changed)


def test_proofs_are_made_as_the_rfc_defines_them() -> None:
    for size in range(1, SMALL + 1):
        for index in range(size):
            assert merkle.prove_inclusion(read, index, size) == path(index, LEAVES[:size])
        for old in range(1, size + 1):
            assert merkle.prove_consistency(read, old, size) == subproof(old, LEAVES[:size])
        assert merkle.prove_consistency(read, 0, size) == []


def test_a_proof_of_inclusion_is_good_for_one_entry_of_one_tree() -> None:
    places = [(index, size) for size in range(1, 12) for index in range(size)]
    proofs = {place: path(place[0], LEAVES[: place[1]]) for place in places}
    for (index, size), other in product(places, places):
        proof = proofs[other]
        if (index, size) == other:
            verify_inclusion(LEAVES[index], index, size, proof, ROOT[size])
        else:
            if proof != proofs[index, size]:
                no_inclusion(LEAVES[index], index, size, proof, ROOT[size])
            if index != other[0]:
                no_inclusion(LEAVES[other[0]], index, other[1], proof, ROOT[other[1]])
            if size != other[1]:
                no_inclusion(LEAVES[other[0]], other[0], other[1], proof, ROOT[size])


def test_a_proof_of_consistency_is_good_for_one_pair_of_trees() -> None:
    pairs = [(old, new) for new in range(12) for old in range(new + 1)]
    proofs = {(old, new): subproof(old, LEAVES[:new]) if old else [] for old, new in pairs}
    for (old, new), other in product(pairs, pairs):
        if proofs[other] == proofs[old, new]:
            verify_consistency(old, ROOT[old], new, ROOT[new], proofs[other])
        else:
            no_consistency(old, ROOT[old], new, ROOT[new], proofs[other])


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 8), (5, 8), (2, 5), (4, 5), (6, 7), (16, 17)])
def test_a_changed_proof_of_inclusion_is_refused(index: int, size: int) -> None:
    leaf, proof, root = LEAVES[index], path(index, LEAVES[:size]), ROOT[size]
    verify_inclusion(leaf, index, size, proof, root)
    for changed in ([*proof, root], [root, *proof], [*proof, b""], [b"", *proof], [*proof, leaf], [leaf, *proof]):
        no_inclusion(leaf, index, size, changed, root)
    for number in range(len(proof)):
        no_inclusion(leaf, index, size, proof[:number] + proof[number + 1 :], root)
        no_inclusion(leaf, index, size, [*proof[:number], flipped(proof[number], 255), *proof[number + 1 :]], root)
        no_inclusion(leaf, index, size, [*proof[:number], proof[number][:-1], *proof[number + 1 :]], root)
    for wrong in (-1, size, size + 1, 2**63):
        no_inclusion(leaf, wrong, size, proof, root)
    for wrong_root in (EMPTY_ROOT, leaf if size > 1 else bytes(32), root[:-1], b"", flipped(root, 0)):
        no_inclusion(leaf, index, size, proof, wrong_root)
    for wrong_leaf in (EMPTY_ROOT, b"", leaf[:-1], flipped(leaf, 0)):
        no_inclusion(wrong_leaf, index, size, proof, root)
    no_inclusion(leaf, index, 0, proof, root)
    no_inclusion(leaf, index, 2**63, proof, root)


@pytest.mark.parametrize(("old", "new"), [(1, 2), (1, 8), (6, 8), (2, 5), (4, 5), (6, 7), (8, 17), (15, 16), (16, 17)])
def test_a_changed_proof_of_consistency_is_refused(old: int, new: int) -> None:
    proof, old_root, new_root = subproof(old, LEAVES[:new]), ROOT[old], ROOT[new]
    verify_consistency(old, old_root, new, new_root, proof)
    more = (old_root, new_root, proof[0], b"")
    for changed in [*([*proof, each] for each in more), *([each, *proof] for each in more), []]:
        no_consistency(old, old_root, new, new_root, changed)
    for number in range(len(proof)):
        no_consistency(old, old_root, new, new_root, proof[:number] + proof[number + 1 :])
        no_consistency(old, old_root, new, new_root, [*proof[:number], flipped(proof[number], 9), *proof[number + 1 :]])
    for sizes in ((old - 1, new), (old + 1, new), (old, 2 * new), (new, old), (-1, new), (old, 2**63)):
        no_consistency(sizes[0], old_root, sizes[1], new_root, proof)
    for roots in ((new_root, old_root), (new_root, new_root), (old_root, old_root), (b"", new_root), (old_root, b"")):
        no_consistency(old, roots[0], new, roots[1], proof)


def test_logs_of_one_size_are_consistent_if_they_are_the_same() -> None:
    for size in (0, 1, 5, 8):
        verify_consistency(size, ROOT[size], size, ROOT[size], [])
        no_consistency(size, ROOT[size], size, flipped(ROOT[size], 1), [])
        no_consistency(size, flipped(ROOT[size], 1), size, ROOT[size], [])
        no_consistency(size, flipped(ROOT[size], 1), size, flipped(ROOT[size], 1), [EMPTY_ROOT])
        no_consistency(size, ROOT[size], size, ROOT[size], [ROOT[size]])
    no_consistency(0, flipped(EMPTY_ROOT, 1), 0, flipped(EMPTY_ROOT, 1), [])
    no_consistency(0, flipped(EMPTY_ROOT, 1), 5, ROOT[5], [])
    no_consistency(0, EMPTY_ROOT, 5, ROOT[5], [ROOT[5]])


def test_a_fork_has_no_proof() -> None:
    """Two logs that begin alike: nothing made from either shows the other one's head consistent."""
    forked = [*LEAVES[:6], *(node_hash(leaf, leaf) for leaf in LEAVES[6:12])]
    for old in range(7, 12):
        for proof in (subproof(old, forked[:12]), subproof(old, LEAVES[:12])):
            no_consistency(old, mth(LEAVES[:old]), 12, mth(forked), proof)


def test_an_inner_node_does_not_pass_for_an_entry() -> None:
    """The four leaves' tree cut off above the leaves: what a node hashes begins with another byte."""
    inner = LEAVES[0] + LEAVES[1]
    assert leaf_hash(inner) != node_hash(LEAVES[0], LEAVES[1])
    no_inclusion(leaf_hash(inner), 0, 2, [mth(LEAVES[2:4])], ROOT[4])


def test_hashes_cut_elsewhere_do_not_pass_for_those_of_a_tree() -> None:
    """Of two hashes in a row only the sum of their lengths is hashed."""
    both = LEAVES[0] + LEAVES[1]
    for cut in (0, 1, 31, 33, 64):
        no_inclusion(both[:cut], 0, 2, [both[cut:]], ROOT[2])
        no_inclusion(both[cut:], 1, 2, [both[:cut]], ROOT[2])
        no_consistency(1, both[:cut], 2, ROOT[2], [both[cut:]])


def test_a_proof_longer_than_its_tree_is_high_is_refused_whatever_root_it_leads_to() -> None:
    more, leaf = LEAVES[9], LEAVES[0]
    no_inclusion(leaf, 0, 1, [more], node_hash(more, leaf))
    no_inclusion(leaf, 0, 1, [more], node_hash(leaf, more))
    no_inclusion(LEAVES[1], 1, 2, [leaf, more], node_hash(more, ROOT[2]))
    no_consistency(1, leaf, 2, node_hash(more, ROOT[2]), [LEAVES[1], more])
    no_consistency(2, node_hash(more, ROOT[2]), 3, node_hash(more, ROOT[3]), [LEAVES[2], more])


def test_the_largest_tree_there_can_be_is_proved() -> None:
    """Its entries are all the same, so that its subtrees' hashes are known without them."""
    most = merkle.MAX_TREE
    same = [leaf_hash(b"")]
    while len(same) < 64:
        same.append(node_hash(same[-1], same[-1]))

    def known(level: int, index: int) -> bytes:
        return same[level]

    root = merkle.tree_root(known, most)
    for index in (0, 1, 1 << 62, most - 1):
        proof = merkle.prove_inclusion(known, index, most)
        assert len(proof) <= merkle.MAX_PROOF
        merkle.verify_inclusion(same[0], index, most, proof, root)
    for old in (1, 1 << 62, most - 1, most):
        proof = merkle.prove_consistency(known, old, most)
        merkle.verify_consistency(old, merkle.tree_root(known, old), most, root, proof)
    assert CompactRange(most, [same[level] for level in reversed(range(63))]).root() == root


def test_what_is_not_there_is_not_proved() -> None:
    for index, size in ((0, 0), (5, 5), (-1, 5), (0, 2**63)):
        with pytest.raises(UsageError):
            merkle.prove_inclusion(read, index, size)
    for old, new in ((6, 5), (-1, 5), (0, 2**63)):
        with pytest.raises(UsageError):
            merkle.prove_consistency(read, old, new)


def test_a_compact_range_goes_on_from_where_it_was_kept() -> None:
    grown = CompactRange()
    for size, leaf in enumerate(LEAVES[:SMALL]):
        grown = CompactRange(grown.size, grown.hashes)
        assert (grown.size, grown.root()) == (size, ROOT[size])
        grown.append(leaf)
    for size, hashes in ((3, 1), (4, 2), (-1, 0), (2**63, 1), (0, 1)):
        with pytest.raises(ValueError, match="hashes"):
            CompactRange(size, [bytes(32)] * hashes)
    with pytest.raises(ValueError, match="32"):
        CompactRange(1, [bytes(31)])
