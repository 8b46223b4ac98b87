"""Proofs of inclusion in one file: one of another log verifies, and nothing else that looks like it."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

import pytest
from crypto.tests.logs import KEY, NOON, VECTORS, WITNESSES, Log, entry, flipped

from egov_crypto import merkle
from egov_crypto.errors import VerificationError
from egov_crypto.note import SigningKey, VerifierKey
from egov_crypto.tiles import hash_reader
from egov_crypto.tlog_proof import MAX_SIZE, TlogProof

SUMDB = VerifierKey.parse("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
SUMDB_ORIGIN = "go.sum database tree"
LOG = KEY.verifier_key
WITNESS_KEYS = [key.verifier_key for key in WITNESSES]


def proof_of(index: int, size: int, extra: bytes = b"") -> TlogProof:
    """That entry ``index`` is in the log of ``size`` entries, which one witness has cosigned."""
    log = Log(size)
    hashes = merkle.prove_inclusion(hash_reader(log.fetch, size), index, size)
    head = log.checkpoint
    return TlogProof(index, tuple(hashes), head.sign(KEY, head.cosign(WITNESSES[0], NOON)).raw, extra)


def code(raw: bytes, what: bytes = entry(5)) -> str:
    with pytest.raises(VerificationError) as error:
        TlogProof.parse(raw).verify(what, LOG, witnesses=WITNESS_KEYS, quorum=1)
    return error.value.code


def test_a_proof_of_gos_checksum_database_holds() -> None:
    raw, logged = (VECTORS / "sumdb.tlog-proof").read_bytes(), (VECTORS / "sumdb.entry").read_bytes()
    proof = TlogProof.parse(raw)
    assert proof.raw == raw
    assert merkle.leaf_hash(logged).hex() == "0fa57c511c3b2ffcc0a05ad63172568d265aaf9844e9b636a0978795396f2ab1"
    assert proof.verify(logged, SUMDB, origin=SUMDB_ORIGIN).checkpoint.size == 58_253_265
    with pytest.raises(VerificationError, match=r"inclusion\.proof"):
        proof.verify(logged + b"\n", SUMDB, origin=SUMDB_ORIGIN)
    with pytest.raises(VerificationError, match=r"inclusion\.proof"):
        replace(proof, index=proof.index + 1).verify(logged, SUMDB, origin=SUMDB_ORIGIN)
    with pytest.raises(VerificationError, match=r"checkpoint\.origin"):
        proof.verify(logged, SUMDB)
    with pytest.raises(VerificationError, match=r"note\.unsigned"):
        proof.verify(logged, LOG, origin=SUMDB_ORIGIN)


def test_proofs_are_written_as_others_write_them() -> None:
    """The cases of github.com/transparency-dev/formats, proof/tlog_proof_test.go."""
    one, two = (hashlib.sha256(text).digest() for text in (b"hash1", b"hash2"))
    one64, two64 = (base64.b64encode(hash_).decode() for hash_ in (one, two))
    for proof, text in (
        (TlogProof(5, (one, two), b"test checkpoint\n"), f"index 5\n{one64}\n{two64}\n\ntest checkpoint\n"),
        (
            TlogProof(10, (one,), b"checkpoint data\n", b"extra information"),
            f"extra ZXh0cmEgaW5mb3JtYXRpb24=\nindex 10\n{one64}\n\ncheckpoint data\n",
        ),
        (TlogProof(0, (), b"checkpoint\n"), "index 0\n\ncheckpoint\n"),
        (TlogProof(0, (one,) * 63, b"checkpoint\n"), "index 0\n" + f"{one64}\n" * 63 + "\ncheckpoint\n"),
    ):
        assert proof.raw == f"c2sp.org/tlog-proof@v1\n{text}".encode()
        assert TlogProof.parse(proof.raw) == proof


def test_what_is_made_here_holds() -> None:
    for index, size in ((0, 1), (5, 6), (5, 300), (299, 300)):
        proof = TlogProof.parse(proof_of(index, size, b"anything").raw)
        found = proof.verify(entry(index), LOG, witnesses=WITNESS_KEYS, quorum=1)
        assert (found.checkpoint.size, proof.extra) == (size, b"anything")
        assert [each.time for each in found.cosignatures] == [NOON]


def test_every_changed_bit_is_refused() -> None:
    raw = proof_of(5, 7).raw
    for bit in range(8 * len(raw)):
        code(flipped(raw, bit))


def test_what_is_extra_is_not_proved() -> None:
    proof = proof_of(5, 7, b"anything")
    replace(proof, extra=b"something else").verify(entry(5), LOG)


def test_a_proof_is_of_its_entry_its_place_and_its_checkpoint() -> None:
    proof, other = proof_of(5, 7), proof_of(5, 8)
    assert code(proof.raw, entry(6)) == "inclusion.proof"
    assert code(replace(proof, checkpoint=other.checkpoint).raw) == "inclusion.proof"
    assert code(replace(proof, hashes=other.hashes).raw) == "inclusion.proof"
    assert code(replace(proof, hashes=()).raw) == "inclusion.proof"
    assert code(replace(proof, hashes=proof.hashes[::-1]).raw) == "inclusion.proof"
    assert code(replace(proof, index=7).raw) == "inclusion.proof"
    forged = Log(7).checkpoint.sign(SigningKey(KEY.name, bytes(32))).raw
    assert code(replace(proof, checkpoint=forged).raw) == "note.unsigned"
    alone = Log(7).checkpoint.sign(KEY).raw
    assert code(replace(proof, checkpoint=alone).raw) == "checkpoint.quorum"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("c2sp.org/tlog-proof@v1\n", ""),
        ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"),
        ("c2sp.org", " c2sp.org"),
        ("index 5\n", ""),
        ("index 5\n", "\n"),
        ("index 5", "index 05"),
        ("index 5", "index +5"),
        ("index 5", "index  5"),
        ("index 5", "index 5 "),
        ("index 5", "index -5"),
        ("index 5", "index 0x5"),
        ("index 5", "index ５"),
        ("index 5", "index"),
        ("index 5", "Index 5"),
        ("index 5", f"index {2**63}"),
        ("index 5", "index 5\nindex 5"),
        ("index 5", "extra \nindex 5"),
        ("index 5", "extra YW\nindex 5"),
        ("index 5", "extra YQ\nindex 5"),
        ("index 5", "extra YR==\nindex 5"),
        ("index 5", "extra !!notbase64!!\nindex 5"),
        ("index 5", "extra YQ==\nextra YQ==\nindex 5"),
        ("index 5", "index 5\nextra YQ=="),
        ("index 5", "index 5\n!!notbase64!!"),
        ("index 5", "index 5\n" + base64.b64encode(bytes(64)).decode()),
        ("index 5", "index 5\n" + base64.b64encode(bytes(31)).decode()),
        ("index 5", "index 5" + f"\n{base64.b64encode(bytes(32)).decode()}" * 61),
        ("\n", "\r\n"),
        ("\n\nvote", "\nvote"),
    ],
)
def test_what_is_no_proof_is_refused(old: str, new: str) -> None:
    raw = proof_of(5, 7).raw.decode()
    changed = raw.replace(old, new) if len(old) == 1 else raw.replace(old, new, 1)
    assert changed != raw
    assert code(changed.encode()) == "inclusion.format"


def test_what_is_no_text_or_too_long_is_no_proof() -> None:
    proof = proof_of(5, 7)
    assert code(b"\xff" + proof.raw) == "inclusion.format"
    assert code(b"") == "inclusion.format"
    assert code(replace(proof, extra=bytes(MAX_SIZE)).raw) == "inclusion.format"
    assert code(proof.raw + b"\n") == "note.format"
