"""`egov-verify receipt`: what a receipt proves, and what is no receipt."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest
from crypto.tests.commands import Done, run
from crypto.tests.making import YES_NO, Archive, World, make_world
from nacl.signing import SigningKey

from egov_crypto import ballot, receipt, wire
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.group import verify_signature
from egov_crypto.verify import verify_archive

SIGNER = SigningKey(bytes(range(32)))


def unpadded(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")


KEY = unpadded(bytes(SIGNER.verify_key))


def issued(value: dict[str, Any], signer: SigningKey = SIGNER) -> bytes:
    return wire.dump({**value, "signature": unpadded(signer.sign(wire.dump(value)).signature)})


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(YES_NO)


@pytest.fixture(scope="module")
def cast(world: World) -> list[bytes]:
    """The first voter's ballot, another's, and the first voter's again."""
    return [world.ballot(voter, [[0, 1, 0]]) for voter in (0, 1, 0)]


def facts(world: World, cast: list[bytes], height: int = 1) -> dict[str, Any]:
    """What a receipt of the ballot at ``height`` says."""
    return {
        "type": "egov-receipt/v1",
        "vote": world.election.uuid,
        "election": world.election.fingerprint,
        "tracker": ballot.tracker(cast[height - 1]),
        "height": height,
        "head": world.archive().ballots(*cast[:height]).head.hash,
        "time": "2026-11-23",
    }


class Desk:
    """A folder with a receipt in it, and archives to hold it against."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def verify(self, raw: bytes, archive: Archive | None = None, *options: object, key: str = KEY) -> Done:
        path = self.folder / "receipt.json"
        path.write_bytes(raw)
        if archive is None:
            return run("egov-verify", "receipt", path, "--key", key, *options)
        (self.folder / "a.bel").write_bytes(archive.raw)
        return run("egov-verify", "receipt", path, "--key", key, self.folder / "a.bel", *options)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_good_receipt_holds_alone_and_against_its_archive(world: World, cast: list[bytes], desk: Desk) -> None:
    raw = issued(facts(world, cast))
    alone = desk.verify(raw + b"\n")
    assert (alone.status, alone.err) == (0, "")
    assert "Whether the ballot still stands there" in alone.out
    for later in ([], cast[1:2], cast[1:]):
        done = desk.verify(raw, world.archive().ballots(cast[0], *later))
        assert (done.status, done.err) == (0, "")
        assert ("a later ballot of the same voter has replaced it" in done.out) == (len(later) == 2)
    assert desk.verify(raw, world.archive().ballots(*cast).finish([[0, 2, 0]])).status == 0


def test_the_options_may_stand_anywhere(world: World, cast: list[bytes], tmp_path: Path) -> None:
    path, archive = tmp_path / "r.json", tmp_path / "a.bel"
    path.write_bytes(issued(facts(world, cast)))
    archive.write_bytes(world.archive().ballots(*cast).raw)
    good: list[tuple[object, ...]] = [
        (path, archive, "--key", KEY),
        ("--key", KEY, path, archive),
        (path, "--key", KEY, archive),
    ]
    for words in good:
        assert "a later ballot of the same voter" in run("egov-verify", "receipt", *words).out
    bad: list[tuple[object, ...]] = [
        (path,),
        (path, archive),
        ("--key", KEY),
        (path, archive, archive, "--key", KEY),
        (path, "--key", "A"),
        (path, "--key", KEY, "--jso"),
    ]
    for words in bad:
        assert run("egov-verify", "receipt", *words).status == 2
    assert "--key is needed" in run("egov-verify", "receipt", path).err


def test_a_ballot_that_was_dropped_is_proved(world: World, cast: list[bytes], desk: Desk) -> None:
    second = issued(facts(world, cast, 2))
    dropped = world.archive().ballots(cast[0])
    other = world.archive().ballots(cast[0], world.ballot(1, [[1, 0, 0]]))
    swapped = world.archive().ballots(cast[2], cast[1])
    for archive, said in (
        (dropped, "the archive ends at height 1; if it was saved before"),
        (world.archive().ballots(cast[0]).close(), "the event EndBallots stands there"),
        (other, "another ballot stands there"),
        (swapped, "what stands before it was changed"),
    ):
        done = desk.verify(second, archive)
        assert (done.status, done.err) == (1, "")
        assert "receipt.missing at height 2: " in done.out
        assert said in done.out
        assert ("together they prove it" in done.out) == (archive is not dropped)
        assert "All of this holds" not in done.out


def test_another_votes_archive_is_told(world: World, cast: list[bytes], desk: Desk) -> None:
    raw = issued(facts(world, cast))
    for other in (make_world(YES_NO), make_world(YES_NO, uuid=world.election.uuid)):
        done = desk.verify(raw, other.archive())
        assert done.status == 1
        assert "receipt.election: " in done.out


def test_an_archive_that_does_not_hold_fails_by_its_own_code(world: World, cast: list[bytes], desk: Desk) -> None:
    done = desk.verify(issued(facts(world, cast)), world.archive().ballots(cast[0], cast[0]))
    assert done.status == 1
    assert "ballot.duplicate at height 2" in done.out


def code_of(raw: bytes, key: str = KEY) -> str:
    with pytest.raises(VerificationError) as caught:
        receipt.parse_and_verify(raw, receipt.parse_key(key))
    return caught.value.code


def test_whatever_is_changed_the_signature_no_longer_matches(world: World, cast: list[bytes]) -> None:
    value = facts(world, cast)
    good = json.loads(issued(value))
    for change in (
        {"vote": "1" * 14},
        {"election": value["tracker"]},
        {"tracker": value["election"]},
        {"height": 2},
        {"head": "0" * 64},
        {"time": "2026-11-24"},
        {"signature": unpadded(bytes(64))},
    ):
        assert code_of(wire.dump({**good, **change})) == "receipt.signature"
    assert code_of(issued(value), key=unpadded(bytes(SigningKey.generate().verify_key))) == "receipt.signature"
    assert code_of(issued(value), key=unpadded(b"\x01" + bytes(31))) == "receipt.signature"


def test_a_receipt_has_one_spelling(world: World, cast: list[bytes]) -> None:
    value = facts(world, cast)
    good = json.loads(issued(value))
    for change in (
        {"type": "egov-receipt/v2"},
        {"vote": "x"},
        {"vote": 1},
        {"election": value["election"] + "="},
        {"tracker": value["tracker"][:-1]},
        {"tracker": value["tracker"][:-1] + "\n"},
        {"height": 0},
        {"height": True},
        {"height": "1"},
        {"height": -1},
        {"height": 2**30},
        {"head": value["head"].upper() + "A"},
        {"time": "20261123"},
        {"time": "2026-13-01"},
        {"time": 5},
        {"more": 1},
    ):
        assert code_of(issued({**value, **change})) == "receipt.format", change
    missing = {name: value[name] for name in value if name != "time"}
    for raw in (
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b"[" * 1500,
        issued(missing),
        issued(dict(reversed(value.items()))),
        json.dumps(good).encode(),
        wire.dump({**good, "signature": good["signature"] + "=="}),
        wire.dump({**good, "signature": good["signature"][:-1] + "B"}),
        wire.dump({**good, "signature": None}),
        issued({**value, "vote": "1" * 3000}),
    ):
        assert code_of(raw) == "receipt.format", raw


def test_a_key_is_43_characters_and_blanks_between_do_not_matter() -> None:
    assert receipt.parse_key(f" {KEY[:4]} {KEY[4:]}\n") == bytes(SIGNER.verify_key)
    for text in ("", KEY + "=", KEY[:-1], KEY[:-1] + "é", bytes(SIGNER.verify_key).hex()):
        with pytest.raises(UsageError, match="43 characters"):
            receipt.parse_key(text)


def test_a_signature_or_key_of_another_size_is_refused() -> None:
    public, signature = bytes(SIGNER.verify_key), SIGNER.sign(b"m").signature
    verify_signature(public, b"m", signature)
    for arguments in ((public, b"n", signature), (public[:-1], b"m", signature), (public, b"m", signature + b"m")):
        with pytest.raises(ValueError, match="signature"):
            verify_signature(*arguments)


def test_the_json_of_a_receipt(world: World, cast: list[bytes], desk: Desk) -> None:
    value = facts(world, cast)
    good = json.loads(desk.verify(issued(value), world.archive().ballots(*cast), "--json").out)
    assert (good["ok"], good["failure"], good["error"], good["latest"]) == (True, None, None, False)
    assert good["subject"]["kind"] == "receipt"
    assert good["subject"]["tracker"] == value["tracker"]
    assert good["checks"][0] == {"name": "receipt", "ok": True, "count": 1}
    assert good["checks"][-1] == {"name": "place", "ok": True, "count": 1}
    assert good["head"]["height"] == 3
    done = desk.verify(issued(value), world.archive(), "--json")
    bad = json.loads(done.out)
    assert (done.status, bad["ok"], bad["failure"]["code"], bad["unknown"]) == (1, False, "receipt.missing", [])
    assert bad["checks"][-1] == {"name": "place", "ok": False, "count": None}
    forged = json.loads(desk.verify(issued(value, SigningKey.generate()), None, "--json").out)
    assert (forged["failure"]["code"], forged["subject"]["tracker"]) == ("receipt.signature", None)
    missing = run("egov-verify", "receipt", desk.folder / "none", "--key", KEY, "--json")
    assert (missing.status, json.loads(missing.out)["ok"]) == (2, None)


def test_checking_leaves_the_ballots_after_it_aside(world: World, cast: list[bytes]) -> None:
    stated = receipt.parse_and_verify(issued(facts(world, cast, 2)), receipt.parse_key(KEY))
    file = io.BytesIO(world.archive().ballots(*cast).raw)
    assert receipt.check_in_archive(stated, file, verify_archive(file))
