"""What `egov-verify` says of damaged files, and of what is no vote at all."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from crypto.tests.commands import run
from crypto.tests.making import dump, make_world

from egov_crypto import archive, tally
from egov_crypto.archive import EventType
from egov_crypto.cli import console
from egov_crypto.errors import ArchiveError, UsageError, VerificationError
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.verify import verify_archive

HTML = b"<!DOCTYPE html>\n<html lang=en>" + b"<p>Welcome.</p>" * 100


def offsets(raw: bytes) -> list[int]:
    """Where the contents of each event's last member before it start, by height."""
    file = io.BytesIO(raw)
    timestamp = archive.read_timestamp(file)
    return [member.offset for member in archive.members(file, timestamp) if member.kind == "event"]


@pytest.mark.parametrize("height", [0, 1, 3, 8])
def test_damage_is_told_with_the_height_of_the_event_that_was_being_read(tallied: bytes, height: int) -> None:
    start = offsets(tallied)[height]
    damaged = bytearray(tallied)
    damaged[start + 10] ^= 1
    for code, raw in (("archive.hash", bytes(damaged)), ("archive.truncated", tallied[: start + 100])):
        with pytest.raises(VerificationError) as caught:
            verify_archive(io.BytesIO(raw))
        assert (caught.value.code, caught.value.height) == (code, height)


def without_joint_proofs(answers: int, greatest: int) -> bytes:
    """An archive that another program decrypted."""
    world = make_world(PreferenceQuestion(tuple(map(str, range(answers))), "?"), trustees=1)
    ballot = world.ballot(0, [[greatest, *range(1, answers)]])
    made = world.archive().ballots(ballot).close().tally().shuffle().add(EventType.END_SHUFFLES)
    value = json.loads(tally.decrypt(world.election, made.sum(), world.private_keys[0]))
    del value["joint_proof"]
    return made.decryption(1, dump(value)).result().raw


def test_decryptions_of_ranks_without_joint_proofs_are_taken_if_encodings_tell_or_that_is_said(tmp_path: Path) -> None:
    """One point in 2^84 is the encoding of 21 numbers, or of 30 that are at most 47."""
    for answers, greatest in ((21, 255), (30, 47)):
        verify_archive(io.BytesIO(without_joint_proofs(answers, greatest)))
    path = tmp_path / "theirs.bel"
    path.write_bytes(without_joint_proofs(30, 48))
    strict = run("egov-verify", "vote", path, "--json")
    assert (strict.status, json.loads(strict.out)["failure"]["code"]) == (1, "decryption.joint")
    loose = run("egov-verify", "vote", path, "--without-joint-proofs")
    assert loose.status == 0
    assert "Whether the trustees changed votes when they decrypted them" in loose.out


def test_of_what_does_not_hold_neither_a_state_nor_what_else_is_unknown_is_told(tallied: bytes, tmp_path: Path) -> None:
    path = tmp_path / "damaged.bel"
    path.write_bytes(tallied[:-600])
    done = run("egov-verify", "vote", path, "--json")
    answer = json.loads(done.out)
    assert (done.status, answer["ok"], answer["state"], answer["unknown"]) == (1, False, None, [])
    assert (answer["failure"]["code"], answer["failure"]["height"]) == ("archive.truncated", 8)
    assert answer["head"]["height"] == 7
    assert "at height 8" in run("egov-verify", "vote", path).out


@pytest.mark.parametrize("page", [HTML, b"\xef\xbb\xbf\n <html><body>short</body></html>"])
def test_a_web_page_is_told_from_a_broken_archive(page: bytes, tmp_path: Path) -> None:
    path = tmp_path / "page"
    path.write_bytes(page)
    done = run("egov-verify", "vote", path)
    assert (done.status, done.err) == (2, "This is a web page, not an election archive: give a vote's address.\n")


def test_addresses_and_names_of_files_are_not_capitalised() -> None:
    for text in (
        "http://localhost:1/x cannot be reached",
        "voters.csv holds no voters",
        "a/b: twice",
        "voters.csv: no",
    ):
        assert console.sentence(ArchiveError(text)) == f"{text}."
    for text in ("this cannot be done", "question 1: no answers", "interrupted", "no, never"):
        assert console.sentence(UsageError(text)) == f"{text.capitalize()}."
    assert run("egov-verify", "vote", "http://127.0.0.1:1/x.bel").err.startswith("http://127.0.0.1:1/x.bel cannot be")
