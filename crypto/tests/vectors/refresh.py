#!/usr/bin/env python3
"""Ask belenios-tool again about the archives in this folder, and write what it says to expected.json.

crypto/tests/vectors/refresh.py TOOL           write expected.json anew (the test compares it with what is committed)
crypto/tests/vectors/refresh.py TOOL --new     make new archives before: one by the tool, one by egov_crypto
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2]))

from crypto.tests.making import THREE, YES_NO, make_world  # noqa: E402
from crypto.tests.reference import Reference  # noqa: E402

from egov_crypto.election import random_uuid  # noqa: E402

NAMES = ("reference", "own")


def main() -> int:
    """The exit status."""
    tool = Path(sys.argv[1]).resolve()
    if "--new" in sys.argv[2:]:
        make_reference(tool)
        make_own()
    text = json.dumps(expected(tool), ensure_ascii=False, indent=1) + "\n"
    (HERE / "expected.json").write_text(text, "utf-8")
    return 0


def expected(tool: Path) -> dict[str, Any]:
    """What belenios-tool says of each archive."""
    said = {}
    for name in NAMES:
        private = json.loads((HERE / f"{name}.credentials.json").read_bytes())
        with tempfile.TemporaryDirectory() as folder:
            theirs = Reference(tool, Path(folder), private["uuid"])
            theirs.archive.write_bytes((HERE / f"{name}.bel").read_bytes())
            derive = ("setup", "generate-credentials", "--group", "Ed25519", "--uuid", private["uuid"], "--derive")
            sum_, sized = theirs.election("compute-encrypted-tally").splitlines()
            said[name] = {
                "checksums": json.loads(theirs.election("compute-checksums")),
                "ballots": json.loads(theirs.election("compute-ballot-summary")),
                "encrypted tally": json.loads(sum_),
                "its size": json.loads(sized),
                "result": json.loads(theirs.election("compute-result")),
                "credentials": {text: theirs.run(*derive, text).decode().strip() for text in private["credentials"]},
            }
    return said


def make_reference(tool: Path) -> None:
    """An election that the tool makes: two questions, weights, a blank vote, a revote."""
    template = {
        "description": 'Сипаттама / Описание / Description \x7f \\ "',
        "name": "Сынақ / Проба / Trial",
        "questions": [YES_NO.to_json(), THREE.to_json()],
        "administrator": "Комиссия",
        "credential_authority": "Тіркеуші",
    }
    with tempfile.TemporaryDirectory() as folder:
        theirs = Reference(tool, Path(folder), random_uuid())
        theirs.make(template, ["a,,2", "b", "c,,1073741824"], 2)
        for voter, choices in (
            ("a", [[0, 1, 0], [1, 0, 0]]),
            ("b", [[0, 0, 1], [0, 1, 1]]),
            ("a", [[1, 0, 0], [1, 0, 1]]),
        ):
            theirs.add("Ballot", theirs.ballot(theirs.credentials[voter], choices) + b"\n")
        theirs.finish()
        write("reference", theirs.uuid, theirs.archive.read_bytes(), list(theirs.credentials.values()))


def make_own() -> None:
    """The same by egov_crypto."""
    world = make_world(YES_NO, THREE, weights=(2, 1, 2**30))
    archive = world.archive().ballots(
        world.ballot(0, [[0, 1, 0], [1, 0, 0]]),
        world.ballot(1, [[0, 0, 1], [0, 1, 1]]),
        world.ballot(0, [[1, 0, 0], [1, 0, 1]]),
    )
    write("own", world.election.uuid, archive.finish().raw, list(world.credentials))


def write(name: str, uuid: str, archive: bytes, credentials: list[str]) -> None:
    (HERE / f"{name}.bel").write_bytes(archive)
    (HERE / f"{name}.credentials.json").write_text(
        json.dumps({"uuid": uuid, "credentials": credentials}, indent=1) + "\n"
    )


if __name__ == "__main__":
    sys.exit(main())
