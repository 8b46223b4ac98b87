"""The Merkle tree of the transparency log (RFC 6962, section 2.1): hashes, and proofs made and verified.

The tree over n entries splits at the largest power of two below n, so that its left parts are perfect subtrees, whose
hashes never change again. Proofs are made from those alone, through a :data:`Reader`, wherever they are kept. Hashes
are 32 bytes of SHA-256; what a leaf hashes and what a node hashes begin with another byte each, so that neither can
pass for the other.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from egov_crypto.errors import UsageError, VerificationError

HASH_SIZE: Final = 32
MAX_TREE: Final = 2**63 - 1
"""Entries that a tree may have: what others' software counts with."""
MAX_PROOF: Final = 63
"""Hashes that a proof may have: none needs more."""

EMPTY_ROOT: Final = hashlib.sha256(b"").digest()

Reader = Callable[[int, int], bytes]
"""``read(level, index)``: the hash of the perfect subtree over the entries index·2^level … (index + 1)·2^level - 1."""


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """The hash over 2^k hashes of perfect subtrees of one size, which stand side by side."""
    while len(hashes) > 1:
        hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


class CompactRange:
    """A tree that only grows, of which the perfect subtrees' hashes alone are kept: at most 63, from left to right."""

    __slots__ = ("hashes", "size")

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        """The tree over ``size`` entries. Raises :class:`ValueError` if it has not that many perfect subtrees."""
        self.size = size
        self.hashes = list(hashes)
        if not 0 <= size <= MAX_TREE or len(self.hashes) != size.bit_count():
            raise ValueError(f"{len(self.hashes)} hashes are not those of a tree over {size} entries")
        if any(len(hash_) != HASH_SIZE for hash_ in self.hashes):
            raise ValueError("a hash has 32 bytes")

    def append(self, leaf: bytes) -> None:
        """Add the entry whose leaf hash this is."""
        hash_, full = leaf, self.size
        while full & 1:
            hash_ = node_hash(self.hashes.pop(), hash_)
            full >>= 1
        self.hashes.append(hash_)
        self.size += 1

    def root(self) -> bytes:
        if not self.hashes:
            return EMPTY_ROOT
        *rest, root = self.hashes
        for hash_ in reversed(rest):
            root = node_hash(hash_, root)
        return root


def tree_root(read: Reader, size: int) -> bytes:
    """The root hash over the first ``size`` entries."""
    return _range_hash(read, 0, size) if size else EMPTY_ROOT


def prove_inclusion(read: Reader, index: int, size: int) -> list[bytes]:
    """The hashes from the leaf's sibling up to the root's child, for the tree over the first ``size`` entries.

    Raises :class:`UsageError` if the tree has no such entry.
    """
    if not 0 <= index < size <= MAX_TREE:
        raise UsageError(f"a log of {size} entries has no entry {index}")
    proof = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_range_hash(read, middle, end))
            end = middle
        else:
            proof.append(_range_hash(read, start, middle))
            start = middle
    return proof[::-1]


def prove_consistency(read: Reader, old: int, new: int) -> list[bytes]:
    """The hashes which show that the tree over ``new`` entries begins with that over ``old`` (none if it is empty).

    Raises :class:`UsageError` if there are not that many.
    """
    if not 0 <= old <= new <= MAX_TREE:
        raise UsageError(f"a log of {new} entries does not begin with {old}")
    if old == 0:
        return []
    proof = []
    start, end = 0, new
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_range_hash(read, middle, end))
            end = middle
        else:
            proof.append(_range_hash(read, start, middle))
            start = middle
    if start:  # else what is left is the old tree itself, whose root the verifier has
        proof.append(_range_hash(read, start, end))
    return proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the entry whose leaf hash is ``leaf`` stands at ``index`` of the tree with this size and root.

    The algorithm is that of RFC 9162, section 2.1.3.2. Raises :class:`VerificationError` (``inclusion.proof``).
    """
    if not 0 <= index < size <= MAX_TREE:
        raise VerificationError("inclusion.proof", f"a log of {size} entries has no entry {index}")
    if any(len(hash_) != HASH_SIZE for hash_ in (leaf, *proof)):
        raise VerificationError("inclusion.proof", "a hash has 32 bytes")
    node, last, hash_ = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise VerificationError("inclusion.proof", "the proof is too long")
        if node & 1 or node == last:
            hash_ = node_hash(sibling, hash_)
            node, last = _up_to_a_right_child(node, last)
        else:
            hash_ = node_hash(hash_, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise VerificationError("inclusion.proof", "the proof is too short")
    if hash_ != root:
        raise VerificationError("inclusion.proof", f"entry {index} of {size}")


def verify_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree over ``new`` entries begins with the one over ``old``, each with its root hash.

    The algorithm is that of RFC 9162, section 2.1.4.2. Raises :class:`VerificationError` (``consistency.proof``).
    """
    if not 0 <= old <= new <= MAX_TREE:
        raise VerificationError("consistency.proof", f"the log has {new} entries, and had {old}")
    if any(len(hash_) != HASH_SIZE for hash_ in (old_root, new_root, *proof)):
        raise VerificationError("consistency.proof", "a hash has 32 bytes")
    if old in {0, new}:
        same = EMPTY_ROOT if old == 0 else new_root
        if proof:
            raise VerificationError("consistency.proof", "the proof is too long")
        if old_root != same or (new == 0 and new_root != EMPTY_ROOT):
            raise VerificationError("consistency.proof", f"two root hashes of a log with {old} entries")
        return
    # A perfect subtree is its own first node: the proof does not repeat what the verifier has.
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        raise VerificationError("consistency.proof", "the proof is too short")
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_hash = new_hash = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise VerificationError("consistency.proof", "the proof is too long")
        if node & 1 or node == last:
            old_hash, new_hash = node_hash(sibling, old_hash), node_hash(sibling, new_hash)
            node, last = _up_to_a_right_child(node, last)
        else:
            new_hash = node_hash(new_hash, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise VerificationError("consistency.proof", "the proof is too short")
    if (old_hash, new_hash) != (old_root, new_root):
        raise VerificationError("consistency.proof", f"{old} entries, then {new}")


def _up_to_a_right_child(node: int, last: int) -> tuple[int, int]:
    """The first place that is not a left child: a last node without a sibling is its own parent."""
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _split(size: int) -> int:
    """The largest power of two below ``size``, which is at least 2."""
    return 1 << (size - 1).bit_length() - 1


def _range_hash(read: Reader, start: int, end: int) -> bytes:
    """The hash over the entries from ``start`` to before ``end``, which a node of a tree has beneath it."""
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return read(level, start >> level)
    middle = start + _split(size)
    return node_hash(_range_hash(read, start, middle), _range_hash(read, middle, end))
