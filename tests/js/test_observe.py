"""What an observer's browser computes of the log, run by node and judged by egov_crypto: same proofs, same verdicts."""

from __future__ import annotations

import json
import subprocess
from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from crypto.tests.logs import KEY, LEAVES, NOON, WITNESSES, flipped
from crypto.tests.test_receipt import KEY as RECEIPT_KEY
from crypto.tests.test_receipt import issued, unpadded
from nacl.signing import SigningKey as Signer

from egov_crypto import entry, merkle, receipt
from egov_crypto.checkpoint import Checkpoint
from egov_crypto.errors import VerificationError
from egov_crypto.note import Note, SigningKey
from egov_crypto.tiles import WIDTH, Edge, Tile, hash_reader
from egov_crypto.tlog_proof import TlogProof

HERE = Path(__file__).parent
SIZES = range(1, 601)
OTHER = SigningKey(KEY.name, bytes(32))
"""Somebody else's, who gave it the log's name."""
VOTE = "KMLMr96HM3M2nQ"
BEFORE, NOW = 300, 421
"""Entries of the log when the proof was made, and now."""
PLACE = 277

Outcome = dict[str, Any]


def run(node: str, script: str, asked: Any) -> Any:
    done = subprocess.run(
        [node, str(HERE / script)], input=json.dumps(asked), capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_proofs_are_those_of_egov_crypto_at_every_size(node: str) -> None:
    leaves = LEAVES[: SIZES[-1]]
    above = [merkle.perfect_root(leaves[at : at + WIDTH]) for at in range(0, len(leaves) - WIDTH + 1, WIDTH)]
    levels = [leaves, above]

    def fetch(tile: Tile) -> bytes:
        start = tile.index * WIDTH
        return b"".join(levels[tile.level][start : start + tile.width])

    def written(hashes: list[bytes]) -> str:
        return " ".join(hash_.hex() for hash_ in hashes)

    cases = []
    for size in SIZES:
        read = hash_reader(fetch, size)
        index, older = size * size // 7 % size, size * size // 3 % (size + 1)
        cases.append(
            {
                "size": size,
                "root": merkle.tree_root(read, size).hex(),
                "index": index,
                "inclusion": written(merkle.prove_inclusion(read, index, size)),
                "older": older,
                "olderRoot": merkle.tree_root(read, older).hex(),
                "consistency": written(merkle.prove_consistency(read, older, size)),
            }
        )
    asked = {"leaves": [leaf.hex() for leaf in leaves], "above": [hash_.hex() for hash_ in above], "cases": cases}

    assert run(node, "log_proofs.mjs", asked) == []


@dataclass(frozen=True)
class Logged:
    """A receipt whose entry stands in a log; each part can be another one."""

    raw: bytes = issued(
        {
            "type": receipt.TYPE,
            "vote": VOTE,
            "election": unpadded(bytes(range(32))),
            "tracker": unpadded(bytes(range(32, 64))),
            "height": 12,
            "head": "ab" * 32,
            "time": "2026-11-23",
        }
    )
    head: str = "ab" * 32
    place: int = PLACE
    now: int = NOW
    signer: SigningKey = KEY

    @cached_property
    def entry(self) -> bytes:
        """What the log holds."""
        value = {"type": "vote.event", "version": 1, "vote": VOTE, "height": 12, "event": "Ballot", "hash": self.head}
        return entry.dump(value)

    @cached_property
    def leaves(self) -> list[bytes]:
        return [*LEAVES[: self.place], merkle.leaf_hash(self.entry), *LEAVES[self.place + 1 : self.now]]

    def edge(self, size: int) -> tuple[Edge, dict[str, bytes]]:
        edge = Edge()
        files = {tile.path: raw for tile, raw in edge.extend(self.leaves[:size])}
        return edge, files | {tile.path: raw for tile, raw in edge.partial()}

    def checkpoint(self, size: int) -> bytes:
        head = Checkpoint(KEY.name, size, self.edge(size)[0].root())
        return head.sign(self.signer, head.cosign(WITNESSES[0], NOON)).raw

    def head_text(self, size: int) -> str:
        return Checkpoint(KEY.name, size, self.edge(size)[0].root()).text

    @cached_property
    def log(self) -> dict[str, bytes]:
        """What it serves now."""
        return self.edge(self.now)[1] | {"checkpoint": self.checkpoint(self.now)}

    @cached_property
    def proof(self) -> TlogProof:
        """As of the checkpoint before."""
        _, files = self.edge(BEFORE)
        read = hash_reader(lambda tile: files[tile.path], BEFORE)
        return TlogProof(PLACE, tuple(merkle.prove_inclusion(read, PLACE, BEFORE)), self.checkpoint(BEFORE), self.raw)


LOGGED = Logged()


def case(file: bytes, log: dict[str, bytes] | None = None, *, receipt_key: str = RECEIPT_KEY, key: SigningKey = KEY,
         reachable: bool = True) -> dict[str, Any]:  # fmt: skip
    """What the page is given. Without a log it is that of `LOGGED`."""
    served = {path: b64encode(raw).decode() for path, raw in (LOGGED.log if log is None else log).items()}
    return {
        "file": b64encode(file).decode(),
        "receiptKey": receipt_key,
        "logKeys": [key.verifier_key.text],
        "log": served if reachable else None,
    }


def verdicts(node: str, *cases: dict[str, Any]) -> list[list[Outcome]]:
    found: list[list[Outcome]] = run(node, "verify_receipts.mjs", list(cases))
    return found


def wrong(outcomes: list[Outcome]) -> dict[str, str]:
    """What does not hold, by step; a step that rested on it is left out."""
    return {one["step"]: one["code"] for one in outcomes if one["state"] in ("fails", "unknown")}


def test_a_receipt_with_its_proof_holds_step_by_step(node: str) -> None:
    (outcomes,) = verdicts(node, case(LOGGED.proof.raw))

    assert [(one["step"], one["state"]) for one in outcomes] == [
        (step, "holds") for step in ("file", "signature", "checkpoint", "inclusion", "current", "consistency")
    ]
    facts = {name: value for one in outcomes for name, value in one["facts"].items()}
    assert facts["entry"].encode() == LOGGED.entry
    assert facts["leaf"] == merkle.leaf_hash(LOGGED.entry).hex()
    assert (facts["vote"], facts["height"], facts["index"], facts["older"], facts["size"]) == (
        VOTE, 12, PLACE, BEFORE, NOW,
    )  # fmt: skip


def test_a_receipt_alone_is_found_in_the_log(node: str) -> None:
    early = replace(LOGGED, place=3)
    for outcomes, place in zip(
        verdicts(node, case(b"\n" + LOGGED.raw + b" \r\n"), case(early.raw, early.log)), (PLACE, 3), strict=True
    ):
        assert [(one["step"], one["state"]) for one in outcomes] == [
            (step, "holds") for step in ("file", "signature", "current", "place")
        ]
        assert outcomes[-1]["facts"] == {"index": place, "size": NOW}


def test_each_thing_that_is_wrong_is_said_where_it_is(node: str) -> None:
    proof, log = LOGGED.proof, LOGGED.log
    stranger = unpadded(bytes(Signer(bytes(32)).verify_key))
    forged = issued(json.loads(LOGGED.raw) | {"signature": ""}, Signer(bytes(32)))
    elsewhere = Logged(head="cd" * 32)
    another = Logged(signer=OTHER)
    cut = TlogProof(proof.index, proof.hashes[:-1], proof.checkpoint, proof.extra)
    moved = replace(proof, index=proof.index + 1)
    renamed = LOGGED.head_text(NOW).replace(KEY.name, "other.example/log")
    elsewhere_named = LOGGED.log | {"checkpoint": Note(renamed, (KEY.sign(renamed),)).raw}
    not_ours = {"checkpoint": "note.unsigned", "current": "note.unsigned"}
    rewritten = replace(LOGGED, place=PLACE, head="cd" * 32, now=NOW)
    level = f"tile/0/001.p/{NOW - WIDTH}"
    expected: list[tuple[dict[str, Any], dict[str, str]]] = [
        (case(replace(proof, extra=forged).raw), {"signature": "receipt.signature"}),
        (case(proof.raw, receipt_key=stranger), {"signature": "receipt.signature"}),
        (case(proof.raw, key=OTHER), not_ours),
        (case(proof.raw, another.log), {"current": "note.unsigned"}),
        (case(proof.raw, elsewhere_named), {"current": "checkpoint.origin"}),
        (case(elsewhere.proof.raw, elsewhere.log), {"inclusion": "inclusion.proof"}),
        (case(moved.raw), {"inclusion": "inclusion.proof"}),
        (case(replace(proof, index=BEFORE).raw), {"inclusion": "inclusion.proof"}),
        (case(cut.raw), {"inclusion": "inclusion.proof"}),
        (case(proof.raw.replace(b"=\n", b"\n", 1)), {"file": "inclusion.format"}),
        (case(replace(proof, extra=b"").raw), {"file": "inclusion.extra"}),
        (case(replace(proof, extra=b"{}").raw), {"file": "receipt.format"}),
        (case(b"receipt"), {"file": "receipt.format"}),
        (case(LOGGED.raw.replace(b'"height":12', b'"height":0')), {"file": "receipt.format"}),
        (case(LOGGED.raw.replace(b"12", b"13")), {"signature": "receipt.signature", "place": "inclusion.missing"}),
        (case(proof.raw, rewritten.log), {"consistency": "consistency.proof"}),
        (case(LOGGED.raw, rewritten.log), {"place": "inclusion.missing"}),
        (case(proof.raw, log | {level: flipped(log[level], 9)}), {"consistency": "consistency.proof"}),
        (case(LOGGED.raw, log | {level: flipped(log[level], 9)}), {"place": "inclusion.proof"}),
        (case(proof.raw, log | {level: log[level][:-1]}), {"consistency": "tile.format"}),
        (case(proof.raw, {"checkpoint": log["checkpoint"]}), {"consistency": "tile.missing"}),
        (case(proof.raw, {"checkpoint": LOGGED.checkpoint(PLACE)}), {"consistency": "log.shorter"}),
        (case(proof.raw, {}), {"current": "log.unreachable"}),
        (case(proof.raw, reachable=False), {"current": "log.unreachable"}),
    ]  # fmt: skip
    for outcomes, (asked, said) in zip(verdicts(node, *(one for one, _ in expected)), expected, strict=True):
        assert wrong(outcomes) == said, (asked["file"], outcomes)


def test_a_ballot_of_today_that_is_not_in_the_log_yet_accuses_nobody(node: str) -> None:
    facts = {name: value for name, value in json.loads(LOGGED.raw).items() if name != "signature"} | {"height": 13}
    today, before = issued(facts | {"time": f"{datetime.now(UTC):%Y-%m-%d}"}), issued(facts)
    later = Logged(raw=today)
    value = {"type": "vote.event", "version": 1, "vote": VOTE, "height": 13, "event": "Ballot", "hash": "ab" * 32}
    object.__setattr__(later, "entry", entry.dump(value))
    waiting, dropped, came = verdicts(
        node, case(today), case(before), case(today) | {"later": case(today, later.log)["log"]}
    )
    assert wrong(waiting) == {"place": "inclusion.waiting"}
    assert waiting[-1]["state"] == "unknown"
    assert wrong(dropped) == {"place": "inclusion.missing"}
    assert wrong(came) == {}


def test_a_retired_key_signs_what_was_and_nothing_that_is(node: str) -> None:
    retired = {"logKeys": [OTHER.verifier_key.text, KEY.verifier_key.text]}
    now = LOGGED.log | {"checkpoint": Logged(signer=OTHER).log["checkpoint"]}
    holds, forged = verdicts(node, case(LOGGED.proof.raw, now) | retired, case(LOGGED.proof.raw) | retired)
    assert wrong(holds) == {}
    assert wrong(forged) == {"current": "note.unsigned"}


@pytest.mark.parametrize("key", [RECEIPT_KEY[:-1], RECEIPT_KEY + "A", "", "é" * 43, RECEIPT_KEY[:-1] + "!"])
def test_a_mistyped_key_of_receipts_is_called_that(node: str, key: str) -> None:
    (outcomes,) = verdicts(node, case(LOGGED.proof.raw, receipt_key=key))
    assert wrong(outcomes) == {"signature": "receipt.key"}


def test_a_file_with_one_byte_changed_never_holds_unless_egov_crypto_takes_it_too(node: str) -> None:
    """Under the checkpoint there is also a witness's line, which nobody is asked about here."""
    raw = LOGGED.proof.raw
    changed = [flipped(raw, 8 * at + at % 8) for at in range(0, len(raw), 9)]
    taken = 0
    for file, outcomes in zip(changed, verdicts(node, *map(case, changed)), strict=True):
        holds = _holds(file)
        taken += holds
        assert holds == all(one["state"] == "holds" for one in outcomes), (file, outcomes)
    assert 0 < taken < len(changed) / 4


def _holds(file: bytes) -> bool:
    """What egov_crypto says of it."""
    try:
        proof = TlogProof.parse(file)
        receipt.parse_and_verify(proof.extra, receipt.parse_key(RECEIPT_KEY))
        proof.verify(LOGGED.entry, KEY.verifier_key)
    except VerificationError:
        return False
    return proof.extra == LOGGED.raw


@pytest.mark.parametrize(
    "text",
    [
        KEY.verifier_key.text.replace("log+", "log+0"),
        KEY.verifier_key.text[:-2] + "A=",
        WITNESSES[0].verifier_key.text,
        "vote.example.kz/log",
        f"a b+{KEY.verifier_key.text.partition('+')[2]}",
    ],
    ids=["another id", "another point", "a witness's", "a name alone", "a blank in the name"],
)
def test_what_is_no_key_of_a_log_is_refused(node: str, text: str) -> None:
    asked = case(LOGGED.proof.raw) | {"logKeys": [text]}
    done = subprocess.run(
        [node, str(HERE / "verify_receipts.mjs")], input=json.dumps([asked]), capture_output=True, text=True,
        timeout=240, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert "RangeError" in done.stderr
