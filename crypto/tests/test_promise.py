"""What `egov-verify receipt` says of a registrar's promise: that it is in the log, or that it proves that it is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from crypto.tests.commands import Done, run
from crypto.tests.petitions import REGISTRAR, PetitionSite
from crypto.tests.served import ServedSite, serving

from egov_crypto import entry
from egov_crypto.group import public_key
from egov_crypto.merkle import leaf_hash, prove_inclusion
from egov_crypto.note import to_base64
from egov_crypto.tiles import hash_reader
from egov_crypto.tlog_proof import TlogProof

KEY = to_base64(public_key(REGISTRAR)).rstrip("=")


@pytest.fixture
def platform() -> Iterator[PetitionSite]:
    with serving(ServedSite()) as site:
        yield PetitionSite(site)


def promise(platform: PetitionSite, person: int = 1, **members: Any) -> bytes:
    return entry.dump(platform.petition.act("attest", person, **members))


def proof(platform: PetitionSite, raw: bytes) -> bytes:
    log, index = platform.log, platform.log.entries.index(raw)
    leaves = list(map(leaf_hash, log.entries))
    reader = hash_reader(lambda tile: platform.site.files[f"/log/{tile.path}"], len(leaves))
    hashes = tuple(prove_inclusion(reader, index, len(leaves)))
    return TlogProof(index, hashes, platform.site.files["/log/checkpoint"], raw).raw


def told(folder: Path, raw: bytes, *options: object) -> Done:
    path = folder / "promise"
    path.write_bytes(raw)
    return run("egov-verify", "receipt", path, *options)


def failure(folder: Path, raw: bytes, *options: object) -> str:
    answer = json.loads(told(folder, raw, "--json", *options).out)
    assert (answer["ok"], answer["checks"][-1]["ok"]) == (False, False)
    done = told(folder, raw, *options)
    assert (done.status, "NO" in done.out) == (1, True)
    return str(answer["failure"]["code"])


def test_a_promise_with_its_proof_holds(platform: PetitionSite, tmp_path: Path) -> None:
    raw = proof(platform, promise(platform))

    answer = json.loads(told(tmp_path, raw, "--json", "--key", KEY, "--key", platform.log.vkey).out)

    assert answer["ok"] is True
    assert [one["name"] for one in answer["checks"]] == ["promise", "checkpoint", "inclusion"]
    assert (answer["subject"]["petition"], answer["subject"]["act"], answer["log"]["index"]) == (
        "P-2026-0042",
        "attest",
        3,
    )
    done = told(tmp_path, raw, "--key", KEY, "--key", platform.log.vkey)
    assert (done.status, "Entry 3 of the log" in done.out) == (0, True)


def test_both_keys_are_known_when_the_log_was_read_before(platform: PetitionSite, tmp_path: Path) -> None:
    raw = proof(platform, promise(platform))
    assert told(tmp_path, raw).status == 2
    assert run("egov-verify", "log", platform.site.url).status == 0
    assert told(tmp_path, raw).status == 0


def test_a_promise_alone_is_looked_up_in_the_log(platform: PetitionSite, tmp_path: Path) -> None:
    alone = told(tmp_path, promise(platform), "--key", KEY)
    assert (alone.status, "Whether it is in the log" in alone.out) == (0, True)
    for person, standing in ((1, "counted"), (2, "invalidated")):
        done = told(tmp_path, promise(platform, person), "--key", KEY, platform.site.url)
        assert (done.status, f"the signature is {standing}" in done.out) == (0, True)
    platform.log.add(platform.petition.act("withdraw", 1))
    raw = promise(platform)
    assert "the signature is withdrawn" in told(tmp_path, raw, "--key", KEY, platform.site.url).out


def test_a_promise_that_was_dropped_is_proof(platform: PetitionSite, tmp_path: Path) -> None:
    """The signer's attestation never came: the promise shows it, and whose fault it is."""
    dropped = promise(platform, 9)
    assert failure(tmp_path, dropped, "--key", KEY, platform.site.url) == "promise.missing"
    assert "Keep the promise" in told(tmp_path, dropped, "--key", KEY, platform.site.url).out
    moved = promise(platform, 1, region="KZ-10")
    assert failure(tmp_path, moved, "--key", KEY, platform.site.url) == "promise.missing"


def test_a_promise_of_today_may_wait(platform: PetitionSite, tmp_path: Path) -> None:
    raw = promise(platform, 9, day=datetime.now(UTC).date().isoformat())
    done = told(tmp_path, raw, "--key", KEY, platform.site.url)
    assert (done.status, "may wait for its batch" in done.err) == (2, True)


def test_a_promise_that_the_registrar_has_not_made(platform: PetitionSite, tmp_path: Path) -> None:
    raw = promise(platform)
    other = to_base64(public_key(b"x" * 32)).rstrip("=")
    assert failure(tmp_path, raw, "--key", other) == "petition.signature"
    changed = entry.dump({**json.loads(raw), "act": "withdraw"})
    assert failure(tmp_path, changed, "--key", KEY) == "petition.signature"


def test_a_proof_of_another_promise(platform: PetitionSite, tmp_path: Path) -> None:
    made = TlogProof.parse(proof(platform, promise(platform)))
    other = TlogProof(made.index, made.hashes, made.checkpoint, promise(platform, 3)).raw
    assert failure(tmp_path, other, "--key", KEY, "--key", platform.log.vkey) == "inclusion.proof"


def test_what_is_written_otherwise(platform: PetitionSite, tmp_path: Path) -> None:
    raw = promise(platform)
    value = json.loads(raw)
    for wrong in (
        raw.replace(b":", b": "),
        raw.replace(b'"act"', b'"Act"'),
        entry.dump({**value, "region": "Almaty"}),
        entry.dump({**value, "more": '"type":"petition.attestation"'}),
    ):
        done = told(tmp_path, wrong.replace(b'"type": "', b'"type":"'), "--json", "--key", KEY)
        assert (done.status, "promise.format" in done.out + done.err) == (1, True)


def test_a_wrong_key_is_wrong_usage(platform: PetitionSite, tmp_path: Path) -> None:
    raw = promise(platform)
    assert told(tmp_path, raw, "--key", KEY, "--key", KEY).status == 2
    assert told(tmp_path, raw, "--key", "not-a-key").status == 2
