"""`egov-verify receipt` on a receipt with its proof from the log: verified by itself, and nothing else passes."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from crypto.tests.commands import Done, run, start
from crypto.tests.logs import KEY as LOG_KEY
from crypto.tests.logs import NOON, ORIGIN, WITNESSES
from crypto.tests.making import YES_NO, World, make_world
from crypto.tests.served import key_entry
from crypto.tests.test_receipt import KEY, SIGNER, facts, issued

from egov_crypto import merkle, receipt
from egov_crypto.checkpoint import Checkpoint
from egov_crypto.cli import log_state
from egov_crypto.entries import of_receipt
from egov_crypto.group import public_key
from egov_crypto.merkle import leaf_hash
from egov_crypto.note import SigningKey
from egov_crypto.tiles import Edge, Tile, hash_reader
from egov_crypto.tlog_proof import TlogProof

VKEY = LOG_KEY.verifier_key.text
OTHER = SigningKey(ORIGIN, b"o" * 32)
INDEX, SIZE = 777, 1200


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(YES_NO)


@pytest.fixture(scope="module")
def cast(world: World) -> list[bytes]:
    return [world.ballot(0, [[0, 1, 0]])]


@pytest.fixture(scope="module")
def raw(world: World, cast: list[bytes]) -> bytes:
    return issued(facts(world, cast))


def proof_of(raw: bytes, signer: SigningKey = LOG_KEY) -> TlogProof:
    """That the log, which one witness has cosigned, has the entry of this receipt's ballot."""
    stated = receipt.parse_and_verify(raw, bytes(SIGNER.verify_key))
    leaves = [leaf_hash(b"%d" % number) for number in range(SIZE)]
    leaves[INDEX] = leaf_hash(of_receipt(stated))
    edge, tiles = Edge(), dict[Tile, bytes]()
    tiles.update(edge.extend(leaves))
    tiles.update(edge.partial())
    hashes = merkle.prove_inclusion(hash_reader(tiles.__getitem__, SIZE), INDEX, SIZE)
    head = Checkpoint(ORIGIN, SIZE, edge.root())
    return TlogProof(INDEX, tuple(hashes), head.sign(signer, head.cosign(WITNESSES[0], NOON)).raw, raw)


@pytest.fixture(scope="module")
def proof(raw: bytes) -> TlogProof:
    return proof_of(raw)


@pytest.fixture
def verify(tmp_path: Path) -> Callable[..., Done]:
    def verified(proof: TlogProof | bytes, *options: object, keys: tuple[str, ...] = (KEY, VKEY)) -> Done:
        path = tmp_path / "receipt.tlog-proof"
        path.write_bytes(proof if isinstance(proof, bytes) else proof.raw)
        given = [part for key in keys for part in ("--key", key)]
        return run("egov-verify", "receipt", path, *options, *given)

    return verified


def code(done: Done) -> Any:
    assert done.status == 1
    return json.loads(done.out)["failure"]["code"]


def test_a_receipt_with_its_proof_is_verified_without_asking_anybody(
    proof: TlogProof, raw: bytes, tmp_path: Path, verify: Callable[..., Done]
) -> None:
    path = tmp_path / "saved"
    path.write_bytes(proof.raw)
    done = start("egov-verify", "receipt", path, "--key", VKEY, "--key", KEY)
    assert (done.status, done.err) == (0, "")
    assert f"Entry {INDEX} of the log {ORIGIN}, of {SIZE} entries, root hash " in done.out
    for name in ("receipt", "checkpoint", "entry"):
        assert f"ok         1  {name}" in done.out
    assert "give the archive" in done.out
    witness = WITNESSES[0].verifier_key.text
    answer = json.loads(verify(proof, "--json", "--witness", witness).out)
    assert answer["ok"] is True
    assert {check["name"]: check["count"] for check in answer["checks"]} == {
        "receipt": 1,
        "checkpoint": 1,
        "witnesses": 1,
        "inclusion": 1,
    }
    assert (answer["log"]["index"], answer["log"]["key"], answer["log"]["remembered"]) == (INDEX, VKEY, False)
    assert answer["log"]["checkpoint"]["size"] == SIZE
    assert answer["log"]["witnesses"] == [{"name": "witness1.example", "key": witness, "at": "2026-11-06T12:00:00Z"}]
    assert answer["subject"]["tracker"] == json.loads(raw)["tracker"]


def test_the_archive_may_be_given_too(
    proof: TlogProof, world: World, cast: list[bytes], tmp_path: Path, verify: Callable[..., Done]
) -> None:
    path = tmp_path / "a.bel"
    path.write_bytes(world.archive().ballots(*cast).raw)
    assert "no later ballot has replaced it" in verify(proof, path).out
    path.write_bytes(world.archive().raw)
    assert code(verify(proof, path, "--json")) == "receipt.missing"


def test_the_logs_key_may_be_the_one_that_was_remembered(proof: TlogProof, verify: Callable[..., Done]) -> None:
    done = verify(proof, keys=(KEY,))
    assert (done.status, done.out) == (2, "")
    assert f"ive the key of the log {ORIGIN} with --key too" in done.err
    with log_state.opened(ORIGIN) as state:
        empty = Checkpoint(ORIGIN, 0, merkle.EMPTY_ROOT)
        state.remember(LOG_KEY.verifier_key, empty, empty.sign(LOG_KEY).raw)
        state.save()
    done = verify(proof, keys=(KEY,))
    assert done.status == 0
    assert f"{VKEY}, remembered from before" in done.out
    assert json.loads(verify(proof, "--json", keys=(KEY,)).out)["log"]["remembered"] is True


def test_a_proof_of_anything_else_is_refused(
    proof: TlogProof, raw: bytes, world: World, cast: list[bytes], verify: Callable[..., Done]
) -> None:
    def told(proof: TlogProof | bytes, *options: object, keys: tuple[str, ...] = (KEY, VKEY)) -> Any:
        return code(verify(proof, "--json", *options, keys=keys))

    assert told(replace(proof, index=INDEX + 1)) == "inclusion.proof"
    assert told(replace(proof, hashes=proof.hashes[:-1])) == "inclusion.proof"
    for name, lie in (("head", "ab" * 32), ("height", 2), ("vote", "1" * 14)):
        assert told(replace(proof, extra=issued({**facts(world, cast), name: lie}))) == "inclusion.proof"
    assert told(replace(proof, extra=raw.replace(b'"height":1', b'"height":2'))) == "receipt.signature"
    assert told(replace(proof, extra=b"{}")) == "receipt.format"
    assert told(proof.raw + b"x") == "note.format"
    assert told(proof.raw.replace(b"index ", b"index  ", 1)) == "inclusion.format"
    assert told(proof, keys=(base64.b64encode(public_key(b"k" * 32)).decode().rstrip("="), VKEY)) == "receipt.signature"
    unwitnessed = [WITNESSES[1].verifier_key.text, WITNESSES[2].verifier_key.text]
    assert told(proof, "--witness", unwitnessed[0]) == "checkpoint.quorum"
    other = SigningKey("other.example/log", LOG_KEY.seed).verifier_key.text
    assert told(proof, keys=(KEY, other)) == "note.unsigned"


@pytest.mark.parametrize("keys", [(), (VKEY,), (KEY, KEY), (KEY, VKEY, VKEY), (KEY, "x")])
def test_each_key_is_given_once(proof: TlogProof, verify: Callable[..., Done], keys: tuple[str, ...]) -> None:
    done = verify(proof, keys=keys)
    assert (done.status, done.out) == (2, "")


def test_a_proof_without_a_receipt_and_a_receipt_without_a_proof_are_told(
    proof: TlogProof, raw: bytes, verify: Callable[..., Done]
) -> None:
    for done in (
        verify(replace(proof, extra=b"")),
        verify(raw),
        verify(raw, "--witness", WITNESSES[0].verifier_key.text, keys=(KEY,)),
    ):
        assert (done.status, done.out) == (2, "")
        assert "without" in done.err
    assert verify(raw, keys=(KEY,)).status == 0


def test_a_proof_from_before_the_log_changed_its_key_holds(raw: bytes, verify: Callable[..., Done]) -> None:
    """Either key leads to the other one, by the log's own entries, as far as they are remembered."""
    new, old = OTHER, LOG_KEY
    proofs = {old.verifier_key.text: proof_of(raw, old), new.verifier_key.text: proof_of(raw, new)}
    for given in proofs:
        for signer, proof in proofs.items():
            done = verify(proof, keys=(KEY, given))
            if signer == given:
                assert done.status == 0
            else:
                assert (done.status, done.out.count("NO")) == (2, 0)
                assert "give the key of then" in done.err
            assert verify(proof, keys=(KEY, *proofs)).status == 0
    with log_state.opened(ORIGIN) as state:
        empty = Checkpoint(ORIGIN, 0, merkle.EMPTY_ROOT)
        state.recount.take(0, key_entry(old, old, new), known=True)
        state.edge = Edge()
        state.edge.extend([leaf_hash(b"the entry of the new key")])
        state.remember(new.verifier_key, empty, empty.sign(new).raw)
        state.save()
    for keys in ((KEY,), *((KEY, given) for given in proofs)):
        for signer, proof in proofs.items():
            done = verify(proof, "--json", keys=keys)
            assert done.status == 0, done
            assert json.loads(done.out)["log"]["key"] == signer
    stranger = SigningKey(ORIGIN, b"x" * 32)
    assert verify(proof_of(raw, stranger), keys=(KEY, VKEY)).status == 2
    forged = proof_of(raw, new)
    changed = replace(forged, checkpoint=forged.checkpoint.replace(b"\n1200\n", b"\n1201\n"))
    assert code(verify(changed, "--json", keys=(KEY, VKEY))) == "note.signature"
