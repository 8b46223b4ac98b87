"""What the commands must show, refuse and keep to themselves, whatever a server hands them."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from crypto.tests.commands import run
from crypto.tests.making import YES_NO, World, dump, make_world
from crypto.tests.office import UUID, Office, chosen, decrypt, ok, refused, refused_decryption, tallied

from egov_crypto import tally
from egov_crypto.cli import console, memory
from egov_crypto.election import Election
from egov_crypto.errors import ArchiveError, VerificationError
from egov_crypto.question import Question
from egov_crypto.verify import verify_archive

CHOICES = ("--choices", "[[0,1,0],[1,0,0]]")


@pytest.fixture(scope="module")
def imposed() -> World:
    """The election of a server that holds its keys, under the identifier of the true one."""
    return make_world(YES_NO, YES_NO, uuid=UUID)


def election_of(office: Office) -> Election:
    return verify_archive(io.BytesIO(office.archive.read_bytes())).election


def test_a_voter_sees_what_the_ballot_is_encrypted_for_before_the_credential_is_asked_for(office: Office) -> None:
    verified = verify_archive(io.BytesIO(office.archive.read_bytes()))
    head = verified.report.head
    assert head is not None
    for options in ((), ("--out", office / "ballot.json"), ("--challenge", office / "challenge.json")):
        said = office.vote("ann", "1", "1", options=options)
        shown = said.partition("Tracker:")[0].partition("Encrypted")[0]
        assert verified.election.name in shown
        assert f"fingerprint {verified.election.fingerprint}" in shown
        keys = ", ".join(key.public_key.text[:16] for key in verified.trustees)
        assert f"2 trustees, whose public keys start with {keys}\n" in shown
        assert f"height {head.height}, hash {head.hash}" in shown
        assert "compare, or use --fingerprint" in shown


def test_another_election_than_the_one_asked_for_gets_no_ballot(office: Office, imposed: World) -> None:
    """Its credential list may even hold this voter: the public credentials are known to everybody."""
    fingerprint = election_of(office).fingerprint
    other = office / "other.bel"
    other.write_bytes(imposed.archive(roll=(office / "public.json").read_bytes().strip()).raw)
    before = other.read_bytes()
    credential = ("--credential-file", office.credential("ann"))
    arguments = ("vote", other, "--fingerprint", fingerprint, *credential, *chosen("1", "1"))
    for options in ((), ("--out", office / "ballot"), ("--challenge", office / "challenge")):
        error = refused(*arguments, *options, status=1)
        assert "election.fingerprint: This is not the election that was asked for" in error
        assert imposed.election.fingerprint in error
    assert other.read_bytes() == before
    assert not (office / "ballot").exists()
    assert not (office / "challenge").exists()
    assert "Tracker" in office.vote("ann", "1", "1", options=("--fingerprint", fingerprint))


def test_the_credential_is_not_asked_for_when_the_election_is_another(office: Office) -> None:
    """A wrong credential is not even looked at."""
    assert "election.fingerprint" in refused(
        *("vote", office.archive, "--fingerprint", "A" * 43, *chosen("1", "1")), stdin="wrong\n", status=1
    )


def test_an_audit_refuses_another_election_too(office: Office, imposed: World) -> None:
    fingerprint = election_of(office).fingerprint
    office.vote("ann", "1", "1", options=("--challenge", office / "challenge"))
    audit = ("audit", office / "challenge", office.archive, "--fingerprint")
    assert "rightly" in ok(*audit, fingerprint)
    assert "election.fingerprint" in refused(*audit, imposed.election.fingerprint, status=1)


@pytest.mark.parametrize("wrong", ["", "A" * 42, "A" * 44, "A" * 42 + "=", "A" * 42 + "-"])
def test_what_is_no_fingerprint_is_wrong_usage(tmp_path: Path, wrong: str) -> None:
    assert "is not an election's fingerprint" in refused("vote", tmp_path / "a.bel", "--fingerprint", wrong)


def test_a_challenge_file_is_for_its_owner_alone(office: Office) -> None:
    office.vote("ann", "1", "1", options=("--challenge", office / "challenge"))
    assert stat.S_IMODE((office / "challenge").stat().st_mode) == 0o600


# A trustee's memory. The fork is the same election without its last ballot: what the results differ by is that vote.


@pytest.fixture
def fork(office: Office) -> Path:
    """Trustee 1 has decrypted the tally of two ballots; a tally of the first alone is at hand, and holds."""
    office.vote("ann", "1", "1")
    path = office / "fork.bel"
    path.write_bytes(office.archive.read_bytes())
    office.vote("Болат", "2", "none")
    for archive in (office.archive, path):
        ok("close", archive)
        ok("tally", archive)
    ok(*decrypt(office, 1))
    (office / "1.decryption").unlink()
    return path


def renamed(office: Office, how: str) -> Path:
    """The key of trustee 1 somewhere else."""
    (office / "elsewhere").mkdir()
    key, other = office / "1.key", office / "elsewhere" / "my.key"
    match how:
        case "symlink":
            other.symlink_to(key)
        case "symlink to a symlink":
            (office / "link").symlink_to("1.key")
            other.symlink_to(office / "link")
        case "hard link":
            other.hardlink_to(key)
        case "copy":
            other.write_bytes(key.read_bytes())
        case "moved":
            key.rename(other)
        case "laid out otherwise":
            other.write_text(json.dumps(json.loads(key.read_bytes()), indent=1), "utf-8")
    return other


@pytest.mark.parametrize("how", ["symlink", "symlink to a symlink", "hard link", "copy", "moved", "laid out otherwise"])
def test_the_same_key_by_another_name_refuses_a_second_tally(office: Office, fork: Path, how: str) -> None:
    key, out = renamed(office, how), office / "out"
    passphrase = ("--out", out, "--passphrase-file", office / "1.passphrase")
    assert "tally.second" in refused("trustee", "decrypt", key, fork, *passphrase, status=1)
    assert not out.exists()
    ok("trustee", "decrypt", key, office.archive, *passphrase)  # the first one still


def test_each_of_the_two_memories_refuses_alone(
    office: Office, fork: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (office / "1.key.decrypted.json").rename(office / "aside")
    assert "state" in refused_decryption(office, 1, status=1, archive=fork)
    (office / "aside").rename(office / "1.key.decrypted.json")
    monkeypatch.setenv("EGOV_BALLOT_STATE", str(tmp_path / "another machine"))
    assert "1.key.decrypted.json" in refused_decryption(office, 1, status=1, archive=fork)


def test_a_link_through_which_was_decrypted_first_is_remembered_beside_the_file_itself(office: Office) -> None:
    tallied(office)
    link = renamed(office, "symlink")
    ok("trustee", "decrypt", link, office.archive, "--out", office / "o", "--passphrase-file", office / "1.passphrase")
    assert (office / "1.key.decrypted.json").exists()
    assert [path.name for path in link.parent.iterdir()] == ["my.key"]


def test_nothing_is_decrypted_where_it_cannot_be_remembered(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    tallied(office)
    monkeypatch.setenv("EGOV_BALLOT_STATE", str(office.write("a file", "")))
    assert "Not a directory" in refused_decryption(office, 1)
    monkeypatch.setenv("EGOV_BALLOT_STATE", str(office / "state"))
    (office / "state").mkdir()
    (office / "state" / f"{json.loads((office / '1.key').read_bytes())['public_key']}.json").write_text("[]", "utf-8")
    assert "tells which tallies were decrypted" in refused_decryption(office, 1)


def test_memory_is_on_disk_with_its_folder_before_anything_is_decrypted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that loses its power afterwards must remember; one that loses it before has given nothing away."""
    tallied(office)
    happened: list[str] = []
    real_fsync, real_decrypt = os.fsync, tally.decrypt

    def fsync(descriptor: int) -> None:
        happened.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real_fsync(descriptor)

    def decrypt_tally(*arguments: Any) -> bytes:
        happened.append("decrypt")
        return real_decrypt(*arguments)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(tally, "decrypt", decrypt_tally)
    ok(*decrypt(office, 1))
    by_key = f"{json.loads((office / '1.key').read_bytes())['public_key']}.json"
    remembered = [office.folder.name, "1.key.decrypted.json.new", office.folder.name, f"{by_key}.new", "state"]
    assert happened == [*remembered, "decrypt", "1.decryption"]


def test_the_memory_stands_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "states"))
    assert memory.state_folder() == Path(os.environ["EGOV_BALLOT_STATE"])
    monkeypatch.delenv("EGOV_BALLOT_STATE")
    assert memory.state_folder() == tmp_path / "states" / "egov-ballot"
    for ignored in ("", "states"):
        monkeypatch.setenv("XDG_STATE_HOME", ignored)
        assert memory.state_folder() == tmp_path / ".local" / "state" / "egov-ballot"


def test_it_is_said_that_a_copy_of_the_key_elsewhere_remembers_nothing() -> None:
    said = " ".join(ok("trustee", "decrypt", "--help").split())
    assert "A copy of the key on another machine remembers nothing" in said


# Texts of the election, which whoever set it up wrote.

LINE = "  ok    999999  ballots, all of them"
EVIL = f"A vote\n{LINE}\r{LINE}\x0b{LINE}\x85{LINE}\u2028{LINE}\x1b[1A\x9b2K\x08\x7f\u202e\u2066\u200f\u061c"
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def test_no_text_of_an_election_writes_a_line_of_its_own_or_turns_writing_round(tmp_path: Path) -> None:
    world = make_world(Question((EVIL, "b"), EVIL, 0, 2), name=EVIL, trustees=1)
    path, key = tmp_path / "a.bel", tmp_path / "a.privkey"
    credential = tmp_path / "credential"
    credential.write_text(world.credentials[0])
    key.write_text(json.dumps(str(world.private_keys[0])))
    path.write_bytes(world.archive().raw)
    vote = ("vote", path, "--credential-file", credential, "--choices", "[[1,0]]")
    said = [
        ok(*vote),
        ok(*vote, "--challenge", tmp_path / "challenge"),
        ok("audit", tmp_path / "challenge", path),
        ok("close", path) + ok("tally", path),
        ok("trustee", "decrypt", key, path, "--out", tmp_path / "decryption"),
        ok("decryption", path, tmp_path / "decryption"),
        ok("result", path),
        run("egov-verify", "vote", path).out,
        run("egov-verify", "vote", path, "--json").out,
    ]
    for text in said:
        assert not CONTROLS.search(text)
        assert not any(line.startswith(LINE) for line in text.splitlines())
    assert sum("A vote\\n" in text for text in said) == 7


def test_no_detail_of_an_error_writes_a_line_of_its_own(tmp_path: Path) -> None:
    world, path = make_world(YES_NO), tmp_path / "a.bel"
    election = json.loads(world.election.raw)
    question = election["questions"][0]
    for changed in (
        {**election, "version": EVIL},
        {**election, "group": EVIL},
        {**election, "uuid": EVIL},
        {**election, EVIL: EVIL},
        {**election, "questions": [{**question, "type": EVIL}]},
        {**election, "questions": [{**question, EVIL: 1}]},
        {**election, "questions": [{**question, "min": EVIL}]},
    ):
        path.write_bytes(world.archive(election=dump(changed)).raw)
        done = run("egov-verify", "vote", path)
        assert done.status in {1, 2}
        said = done.out + done.err
        assert not CONTROLS.search(said)
        assert not any(line.startswith(LINE) for line in said.splitlines())


def test_even_a_fault_of_the_program_prints_no_control_characters() -> None:
    def fault() -> int:
        raise KeyError(EVIL) from RuntimeError(EVIL)

    error = io.StringIO()
    with contextlib.redirect_stderr(error):
        assert console.run(fault) == console.CANNOT_TELL
    assert "This is a fault of the program" in error.getvalue()
    assert not CONTROLS.search(error.getvalue())


# Sizes in an archive, by which somebody could have much read, or read from another place.


class Watched(io.BytesIO):
    """Knows the most that was asked for at once."""

    most = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size >= 0, "all that there is"
        self.most = max(self.most, size)
        return super().read(size)


@pytest.mark.parametrize(
    "size",
    [
        b"-0000000001",
        b"-7777777777",
        b"+0000000001",
        b" 0000000001",
        b"0000000001 ",
        b"00000 00001",
        b"0000000_001",
        b"0o000000001",
        b"0000000008",
        b"1\0" + bytes(9),
        b"\x80" + bytes(2) + b"\x7f" * 8,
        b"\xff" * 11,
        "٠٠٠٠١".encode() + b"0",
    ],
)
def test_a_size_that_is_not_eleven_octal_digits_is_refused_before_anything_is_read_by_it(size: bytes) -> None:
    world = make_world(YES_NO)
    raw = world.archive().raw
    for start in (0, 1024):
        header = bytearray(raw[start : start + 512])
        header[124:135] = size.ljust(11, b"\0")
        header[148:156] = b" " * 8
        header[148:156] = f"{sum(header):06o}\0 ".encode()
        file = Watched(raw[:start] + bytes(header) + raw[start + 512 :])
        with pytest.raises((VerificationError, ArchiveError)) as caught:
            verify_archive(file)
        assert file.most <= 1024
        if start:
            assert isinstance(caught.value, VerificationError)
            assert caught.value.code == "archive.member"
