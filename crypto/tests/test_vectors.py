"""Archives that are kept, and what the reference implementation says of them: `vectors/SOURCES.md`."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from crypto.tests.vectors import refresh

from egov_crypto import archive, ballot, credential, wire
from egov_crypto.verify import Verified, verify_archive

EXPECTED: dict[str, Any] = json.loads((refresh.HERE / "expected.json").read_bytes())


@pytest.fixture(params=refresh.NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def raw(name: str) -> bytes:
    return (refresh.HERE / f"{name}.bel").read_bytes()


@pytest.fixture
def verified(raw: bytes) -> Verified:
    return verify_archive(io.BytesIO(raw))


def contents(raw: bytes, kind: str) -> list[bytes]:
    file = io.BytesIO(raw)
    timestamp = archive.read_timestamp(file)
    return [archive.content(file, member) for member in list(archive.members(file, timestamp)) if member.kind == kind]


@pytest.mark.belenios
def test_the_reference_still_says_what_is_kept(belenios_tool: Path) -> None:
    assert refresh.expected(belenios_tool) == EXPECTED


def test_result_and_tally_are_those_of_the_reference(name: str, verified: Verified) -> None:
    said = EXPECTED[name]
    assert verified.report.result == [[int(count) for count in counts] for counts in said["result"]["result"]]
    assert json.loads(verified.tally.to_json()) == said["encrypted tally"]
    assert json.loads(verified.tally.sized_json()) == said["its size"]


def test_hashes_are_those_of_the_reference(name: str, verified: Verified) -> None:
    said = EXPECTED[name]["checksums"]
    assert wire.digest(verified.election.raw) == said["election"]
    assert wire.digest(verified.tally.to_json()) == said["encrypted_tally"]
    assert [wire.digest(wire.dump(key.public_key.text)) for key in verified.trustees] == [
        key["checksum"] for key in said["trustees"]
    ]
    assert verified.credentials.total_weight == int(said["weights"]["total"])
    assert len(verified.credentials) == said["num_voters"]
    assert verified.trustees.public_key == verified.election.public_key


def test_the_ballots_that_count_are_those_of_the_reference(name: str, verified: Verified, raw: bytes) -> None:
    last: dict[str, tuple[str, str]] = {}
    for content in contents(raw, "data"):
        if content.startswith(b'{"election_uuid"'):
            made = ballot.parse_and_verify(verified.election, content)
            index = verified.credentials.find(made.credential.text)
            assert index is not None
            last[made.credential.text] = (wire.digest(content), str(verified.credentials.weight(index)))
    assert sorted(last.values()) == sorted((said["hash"], str(said["weight"])) for said in EXPECTED[name]["ballots"])


def test_public_credentials_are_those_of_the_reference(name: str, verified: Verified) -> None:
    for text, public in EXPECTED[name]["credentials"].items():
        assert credential.public(verified.election.uuid, text).text == public
        assert verified.credentials.find(public) is not None


def test_an_archive_read_and_written_is_the_same_bytes(raw: bytes) -> None:
    file = io.BytesIO(raw)
    timestamp = archive.read_timestamp(file)
    written, head, pending = raw[: file.tell()], archive.Head(timestamp, -1, ""), []
    for member in list(archive.members(file, timestamp)):
        content = archive.content(file, member)
        if member.kind == "data":
            pending.append(content)
            continue
        event = archive.Event.parse(content)
        assert event.to_json() == content
        head, blob = archive.append(head, event.type, *pending)
        written, pending = written + blob, []
    assert written == raw


def test_every_json_inside_is_written_again_the_same(raw: bytes) -> None:
    for content in [*contents(raw, "data"), *contents(raw, "event")]:
        assert wire.dump(wire.load(content)) == content
