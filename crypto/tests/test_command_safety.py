"""What the commands must show, refuse and keep to themselves, whatever a server hands them."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest
from crypto.tests.making import YES_NO, World, make_world
from crypto.tests.office import UUID, Office, ok, refused

from egov_crypto.election import Election
from egov_crypto.verify import verify_archive


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
    arguments = ("vote", other, "--fingerprint", fingerprint, *credential, "--choices", "1", "1")
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
        *("vote", office.archive, "--fingerprint", "A" * 43, "--choices", "1", "1"), stdin="wrong\n", status=1
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
