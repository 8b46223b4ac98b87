"""Logs made here, verified by Go's `sumdb/note` and `sumdb/tlog`: they hold, and what was tampered with does not."""

from __future__ import annotations

import functools
import http.server
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from crypto.tests.gotlog import SOURCE, GoRefuses, go_proofs, go_receipt, go_verify, program
from crypto.tests.logs import KEY, LEAVES, NOON, ORIGIN, WITNESSES, Log, entry, flipped
from hypothesis import given
from hypothesis import strategies as st

from egov_crypto import checkpoint, merkle, note
from egov_crypto.checkpoint import Checkpoint
from egov_crypto.errors import VerificationError
from egov_crypto.note import SigningKey
from egov_crypto.tiles import bundle, hash_reader
from egov_crypto.tlog_proof import TlogProof
from egov_crypto.walk import walk

SIZES = [1, 255, 256, 257, 1000, 70_000]
LOG = KEY.verifier_key
WITNESS_KEYS = [key.verifier_key for key in WITNESSES]


def write(folder: Path, log: Log, key: SigningKey = KEY, head: Checkpoint | None = None) -> Path:
    """Publish the log in a folder, with its checkpoint, or with another one."""
    for path, raw in {**log.files, "checkpoint": (head or log.checkpoint).sign(key).raw}.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(raw)
    return folder


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 70,000 entries that was published at each of the sizes, whose checkpoints were kept."""
    folder = tmp_path_factory.mktemp("grown")
    log = Log()
    for size in SIZES:
        log.grow(size)
        folder.joinpath(f"kept-{size}").write_bytes(log.checkpoint.sign(KEY).raw)
    return write(folder, log)


@pytest.fixture
def site(grown: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            """Nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(grown)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def refused(*arguments: object, **options: object) -> str:
    with pytest.raises(GoRefuses) as error:
        go_verify(*arguments, **options)  # type: ignore[arg-type]
    return str(error.value)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 1000])
def test_a_log_holds(tmp_path: Path, size: int) -> None:
    done = go_verify(write(tmp_path, Log(size)), LOG)
    assert done["entries"] == size
    assert done["sizes"] == [size]
    assert done["inclusions"] == size or (size > 500 <= done["inclusions"])


def test_a_log_holds_at_every_size_that_it_had(grown: Path, site: str) -> None:
    kept = [grown / f"kept-{size}" for size in SIZES]
    done = go_verify(site, LOG, SIZES, kept=kept)
    assert done["entries"] == 70_000
    assert done["sizes"] == SIZES
    assert done["consistencies"] == len(SIZES) + len(SIZES) * (len(SIZES) - 1) // 2
    assert done["inclusions"] > 2000
    assert done["tiles"] > 273 + 2 + 2 + 1


def test_a_full_tile_takes_the_place_of_a_partial_one_that_is_gone(tmp_path: Path) -> None:
    write(tmp_path, log := Log(255, 300))
    for path in ("tile/0/000.p/255", "tile/entries/000.p/255"):
        (tmp_path / path).unlink()
    assert go_verify(tmp_path, LOG, [255])["consistencies"] == 1
    (tmp_path / "tile/0/000").write_bytes(flipped(log.files["tile/0/000"], 5))
    refused(tmp_path, LOG, [255])


def test_proofs_are_those_that_go_makes(tmp_path: Path) -> None:
    log = Log(*(sizes := [*range(1, 40), 255, 256, 257, 300]))
    write(tmp_path, log)
    read = hash_reader(log.fetch, 300)
    made = go_proofs(tmp_path, LOG, sizes)
    assert sorted(map(int, made)) == sizes
    for size in sizes:
        proofs = made[str(size)]
        ours = [merkle.prove_inclusion(read, index, size) for index in range(size)]
        assert proofs["inclusion"] == [[note.to_base64(hash_) for hash_ in proof] for proof in ours]
        ours = [merkle.prove_consistency(read, old, size) for old in range(1, size + 1)]
        assert proofs["consistency"] == [[note.to_base64(hash_) for hash_ in proof] for proof in ours]


def test_witnesses_that_are_asked_for_must_have_cosigned(tmp_path: Path) -> None:
    write(tmp_path, log := Log(3))
    head = log.checkpoint
    signed = head.sign(KEY, *(head.cosign(witness, NOON) for witness in WITNESSES[:2]))
    (tmp_path / "checkpoint").write_bytes(signed.raw)
    go_verify(tmp_path, LOG, witnesses=WITNESS_KEYS[:2])
    assert "not signed by witness3" in refused(tmp_path, LOG, witnesses=WITNESS_KEYS)
    # The third one's name and id over the second one's signature.
    forged = note.Signature(WITNESSES[2].name, WITNESS_KEYS[2].key_id, signed.signatures[2].raw)
    (tmp_path / "checkpoint").write_bytes(head.sign(KEY, forged).raw)
    assert "invalid signature" in refused(tmp_path, LOG, witnesses=WITNESS_KEYS[2:])


def test_a_receipt_holds_and_no_changed_one_does(tmp_path: Path) -> None:
    log = Log(300)
    head = log.checkpoint
    hashes = tuple(merkle.prove_inclusion(hash_reader(log.fetch, 300), 270, 300))
    proof = TlogProof(270, hashes, head.sign(KEY, head.cosign(WITNESSES[0], NOON)).raw, b"tracker")
    receipt, what = tmp_path / "receipt", tmp_path / "entry"
    receipt.write_bytes(proof.raw)
    what.write_bytes(entry(270))
    assert go_receipt(receipt, what, LOG, witnesses=WITNESS_KEYS[:1]) == {"size": 300, "index": 270}
    for changed in (
        TlogProof(271, hashes, proof.checkpoint),
        TlogProof(270, hashes[:-1], proof.checkpoint),
        TlogProof(270, (flipped(hashes[0], 0), *hashes[1:]), proof.checkpoint),
        TlogProof(270, hashes, proof.checkpoint.replace(b"\n300\n", b"\n301\n")),
    ):
        receipt.write_bytes(changed.raw)
        with pytest.raises(GoRefuses):
            go_receipt(receipt, what, LOG)
    receipt.write_bytes(proof.raw)
    what.write_bytes(entry(271))
    with pytest.raises(GoRefuses):
        go_receipt(receipt, what, LOG)


@pytest.mark.parametrize(
    "path",
    [
        "checkpoint",
        "tile/2/000.p/1",
        "tile/1/000",
        "tile/1/001.p/17",
        "tile/0/000",
        "tile/0/272",
        "tile/0/273.p/112",
        "tile/entries/000",
        "tile/entries/273.p/112",
        # Of sizes before.
        "tile/0/000.p/255",
        "tile/0/003.p/232",
        "tile/1/000.p/3",
        "tile/entries/003.p/232",
    ],
)
def test_a_flipped_bit_is_refused(grown: Path, path: str) -> None:
    file = grown / path
    raw = file.read_bytes()
    try:
        file.write_bytes(flipped(raw, 8 * (len(raw) // 3) + 1))
        refused(grown, LOG, SIZES)
    finally:
        file.write_bytes(raw)


SMALL = Log(300)
SIGNED = SMALL.checkpoint.sign(KEY).raw


@given(st.sampled_from(sorted(SMALL.files)), st.data())
def test_go_and_this_package_refuse_the_same_bits(
    tmp_path_factory: pytest.TempPathFactory, path: str, data: st.DataObject
) -> None:
    raw = SMALL.files[path]
    changed = flipped(raw, data.draw(st.integers(0, 8 * len(raw) - 1)))
    with pytest.raises(VerificationError):
        list(walk(lambda tile: changed if tile.path == path else SMALL.fetch(tile), SMALL.checkpoint))
    folder = write(tmp_path_factory.mktemp("flipped"), SMALL)
    (folder / path).write_bytes(changed)
    refused(folder, LOG)


@given(st.integers(0, 8 * len(SMALL.checkpoint.text) + 7))
def test_go_and_this_package_refuse_the_same_checkpoints(tmp_path_factory: pytest.TempPathFactory, bit: int) -> None:
    """Up to the empty line; in a signature Go lets pass other spellings of the same Base64, which are refused here."""
    changed = flipped(SIGNED, bit)
    with pytest.raises(VerificationError):
        checkpoint.verify(changed, LOG)
    folder = tmp_path_factory.mktemp("checkpoint")
    (folder / "checkpoint").write_bytes(changed)
    assert refused(folder, LOG).startswith("checkpoint: ")


def test_a_signed_root_hash_of_other_entries_is_refused(tmp_path: Path) -> None:
    log = Log(1000)
    head = log.checkpoint
    for wrong in (
        Checkpoint(ORIGIN, 1000, flipped(head.root, 0)),
        Checkpoint(ORIGIN, 999, head.root),
        Checkpoint(ORIGIN, 1001, head.root),
        Checkpoint(ORIGIN, 0, merkle.EMPTY_ROOT),
    ):
        write(tmp_path, log, head=wrong)
        if wrong.size:
            refused(tmp_path, LOG)
        else:  # it holds, but it is no log that begins with the other
            kept = tmp_path / "kept"
            kept.write_bytes(head.sign(KEY).raw)
            assert "had 1000" in refused(tmp_path, LOG, kept=[kept])


def test_a_dropped_entry_is_refused_by_whoever_kept_a_checkpoint(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(Log(300).checkpoint.sign(KEY).raw)
    fork = Log()
    leaves = [*LEAVES[:200], *LEAVES[201:601]]
    fork.write(fork.edge.extend(leaves))
    fork.write(fork.edge.partial())
    entries = [entry(number) for number in (*range(200), *range(201, 601))]
    for start in range(0, 600, 256):
        part = entries[start : start + 256]
        fork.files[f"tile/entries/{start // 256:03}" + ("" if len(part) == 256 else f".p/{len(part)}")] = bundle(part)
    write(tmp_path / "fork", fork)
    go_verify(tmp_path / "fork", LOG)
    assert "300 entries had another root hash" in refused(tmp_path / "fork", LOG, kept=[kept])
    # In the tiles alone: the bundle has one entry less.
    whole = write(tmp_path / "whole", Log(600))
    file = whole / "tile/entries/000"
    file.write_bytes(bundle(entry(number) for number in range(256) if number != 200))
    assert "middle of an entry" in refused(whole, LOG)


def test_another_key_or_another_log_is_refused(tmp_path: Path) -> None:
    other = SigningKey("vote.example.kz/other", KEY.seed)
    log = Log(3)
    write(tmp_path, log)
    refused(tmp_path, SigningKey(ORIGIN, bytes(32)).verifier_key)
    refused(tmp_path, other.verifier_key)
    signature = other.sign(log.checkpoint.text)
    (tmp_path / "checkpoint").write_bytes(note.Note(log.checkpoint.text, (signature,)).raw)
    assert "not one of vote.example.kz/other" in refused(tmp_path, other.verifier_key)


def test_the_program_is_formatted() -> None:
    program()
    done = subprocess.run(["gofmt", "-l", SOURCE], capture_output=True, text=True, check=True)
    assert done.stdout == ""
