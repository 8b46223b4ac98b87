"""`egov-ballot trustee`: what a trustee decrypts, and above all what it refuses to."""

from __future__ import annotations

import json
import re
import stat
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from crypto.tests.commands import start
from crypto.tests.making import YES_NO, World, dump, make_world
from crypto.tests.office import (
    DESCRIPTION,
    UUID,
    Office,
    decrypt,
    ok,
    refused,
    refused_decryption,
    set_up,
    tallied,
)
from crypto.tests.test_beside import served
from crypto.tests.test_download import Site

from egov_crypto import keyfile, tally


def test_a_passphrase_is_shown_once_and_the_key_file_is_private(tmp_path: Path) -> None:
    done = start("egov-ballot", "trustee", "new", tmp_path / "my.key")
    passphrase = re.findall(r"^((?:[a-z]{5}-){5}[a-z]{5})$", done.out, re.MULTILINE)[0]
    raw = (tmp_path / "my.key").read_bytes()
    assert stat.S_IMODE((tmp_path / "my.key").stat().st_mode) == 0o600
    file = keyfile.KeyFile.parse(raw)
    assert file.open(passphrase)
    assert file.election == ""
    public = json.loads((tmp_path / "my.public.json").read_bytes())
    assert public["public_key"] == file.public_key.text
    assert passphrase.encode() not in raw


def test_a_trustee_compares_heads_and_hands_in(office: Office) -> None:
    tallied(office)
    said = ok(*decrypt(office, 1))
    heads = re.findall(r"height (\d+), hash ([0-9a-f]{64})", said)
    assert heads[0] == heads[1]
    ok("decryption", office.archive, office / "1.decryption")
    again = re.findall(r"height (\d+), hash ([0-9a-f]{64})", ok(*decrypt(office, 2)))
    assert again[0] == heads[0]
    assert again[1] != heads[0]


def test_a_trustee_decrypts_the_same_tally_again(office: Office) -> None:
    tallied(office)
    ok(*decrypt(office, 1))
    ok("decryption", office.archive, office / "1.decryption")
    (office / "1.decryption").unlink()
    assert "in the archive already" in ok(*decrypt(office, 1))
    assert "decryption.owner" in refused("decryption", office.archive, office / "1.decryption", status=1)


def test_a_trustee_refuses_a_second_different_tally(office: Office) -> None:
    """Else a server could have every ballot opened, one by one, each in an archive that verifies."""
    other = office / "other.bel"
    other.write_bytes(office.archive.read_bytes())
    tallied(office)
    office.vote("Болат", "2", "none", where=other)
    ok("close", other)
    ok("tally", other)
    ok(*decrypt(office, 1))
    (office / "1.decryption").unlink()
    assert "tally.second" in refused_decryption(office, 1, status=1, archive=other)
    assert not (office / "1.decryption").exists()
    ok(*decrypt(office, 1))  # the first one still


def test_a_trustee_refuses_another_election_under_the_same_identifier(office: Office) -> None:
    tallied(office)
    ok(*decrypt(office, 1))
    (office / "1.decryption").unlink()
    office.archive.unlink()
    (office / "description.toml").write_text(DESCRIPTION.replace("Trial", "Else"), "utf-8")
    set_up(office)
    tallied(office)
    assert "tally.second" in refused_decryption(office, 1, status=1)


def test_a_trustee_refuses_where_the_memory_of_tallies_cannot_be_read(office: Office) -> None:
    tallied(office)
    for junk in ("", "[]", "{"):
        office.write("1.key.decrypted.json", junk)
        assert "tells which tallies were decrypted" in refused_decryption(office, 1)


def test_a_trustee_refuses_a_tally_that_is_not_that_of_the_ballots(office: Office) -> None:
    world = make_world(YES_NO)
    raw = world.ballot(0, [[0, 1, 0]])
    alone = world.archive().ballots(raw).sum()
    archive = world.archive().ballots(raw, world.ballot(1, [[1, 0, 0]])).close().tally(alone)
    path = office / "evil.bel"
    path.write_bytes(archive.raw)
    key = office.write("plain.privkey", json.dumps(str(world.private_keys[0])))
    error = refused("trustee", "decrypt", key, path, "--out", office / "out", status=1)
    assert "tally.ciphertexts at height 4" in error
    assert not (office / "out").exists()
    assert not (office / "plain.privkey.decrypted.json").exists()


def test_a_trustee_refuses_an_archive_that_begins_with_another_setup_than_the_one_confirmed(office: Office) -> None:
    """The same ballots, keys and questions: what another first entry may hide, nobody need find out."""
    tallied(office)
    begun = office.report().begun
    assert begun is not None
    other = begun.hash[::-1]
    error = refused(*decrypt(office, 1, "--setup", other), status=1)
    assert "setup.confirmed" in error
    assert begun.hash in error
    assert not (office / "1.decryption").exists()
    assert not (office / "1.key.decrypted.json").exists()
    for wrong in ("", begun.hash[1:], begun.hash + "0", "g" * 64):
        refused(*decrypt(office, 1, "--setup", wrong))

    assert begun.hash in ok(*decrypt(office, 1))  # to be compared, without the option too
    (office / "1.decryption").unlink()
    grouped = " ".join(begun.hash[at : at + 4] for at in range(0, 64, 4)).upper()
    assert "gave with --setup" in ok(*decrypt(office, 1, "--setup", grouped))


def test_a_trustee_who_is_not_in_the_election_is_told(office: Office) -> None:
    tallied(office)
    ok("trustee", "new", office / "3.key", "--passphrase-to", office / "3.passphrase")
    error = refused(*decrypt(office, 3), status=1)
    assert "trustees.missing" in error


def test_a_key_file_for_another_election_is_not_used(office: Office) -> None:
    tallied(office)
    value = json.loads((office / "1.key").read_bytes())
    (office / "1.key").write_bytes(dump({**value, "election": "1" * 14}))
    assert "for the election 11111111111111" in refused(*decrypt(office, 1))


def test_there_is_nothing_to_decrypt_before_the_tally(office: Office) -> None:
    assert "nothing to decrypt yet" in refused(*decrypt(office, 1))
    ok("close", office.archive)
    assert "nothing to decrypt yet" in refused(*decrypt(office, 1))


def test_a_wrong_passphrase_gives_nothing_and_is_not_remembered_as_a_tally(office: Office) -> None:
    tallied(office)
    office.write("1.passphrase", "lusab-babad-lusab-babad-lusab-babad")
    assert "passphrase is wrong" in refused_decryption(office, 1)
    assert not (office / "1.key.decrypted.json").exists()


def test_something_else_than_a_key_file_is_refused(office: Office) -> None:
    tallied(office)
    for junk in ("", "{}", '"0"', '"x"', "x" * 100_000):
        office.write("1.key", junk)
        assert refused(*decrypt(office, 1))


def test_a_plain_private_key_of_the_reference_decrypts(tmp_path: Path, tallied_world: World) -> None:
    world = tallied_world
    archive = world.archive().ballots(world.ballot(0, [[0, 1, 0], [1, 0, 0]])).close().tally()
    path, key = tmp_path / "a.bel", tmp_path / "X.privkey"
    path.write_bytes(archive.raw)
    key.write_text(json.dumps(str(world.private_keys[1])))
    assert "You are trustee 2 of 2." in ok("trustee", "decrypt", key, path, "--out", tmp_path / "out")
    raw = (tmp_path / "out").read_bytes().strip()
    assert tally.verify_decryption_of(world.election, archive.sum(), world.keys[1].public_key, raw)


def test_a_decryption_that_is_none_is_not_added(office: Office) -> None:
    tallied(office)
    ok(*decrypt(office, 1))
    good = json.loads((office / "1.decryption").read_bytes())
    before = office.archive.read_bytes()
    for wrong in (b"", b"{}", dump({**good, "decryption_factors": [f[::-1] for f in good["decryption_factors"]]})):
        (office / "1.decryption").write_bytes(wrong)
        assert "decryption." in refused("decryption", office.archive, office / "1.decryption", status=1)
    assert office.archive.read_bytes() == before


@pytest.fixture
def site(office: Office) -> Iterator[Site]:
    with Site(b"") as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def test_vote_audit_and_decrypt_take_an_address(office: Office, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    where = f"{site.url}/kk/votes/{UUID}"
    site.content = office.archive.read_bytes() + b"ballots" * 1_000_000  # of which nothing is read
    office.vote("ann", "1", "1", where=where, options=("--out", office / "ballot.json"))
    office.vote("ann", "1", "1", where=where, options=("--challenge", office / "challenge.json"))
    assert "rightly" in ok("audit", office / "challenge.json", where)
    site.content = tallied(office).archive.read_bytes()
    ok(*decrypt(office, 1, archive=where))
    ok("decryption", office.archive, office / "1.decryption")


@pytest.mark.enable_socket
def test_a_vote_that_was_cancelled_is_neither_decrypted_nor_called_open(office: Office) -> None:
    """Its archive ends where it was then: only the site says it."""
    votes = f"/votes/{UUID}/archive.bel", f"/api/v1/votes/{UUID}"

    def site(state: str, uuid: str = UUID) -> AbstractContextManager[str]:
        said = json.dumps({"uuid": uuid, "state": state}).encode()
        return served(dict(zip(votes, (office.archive.read_bytes(), said), strict=True)))

    office.vote("ann", "1", "1,3")
    with site("cancelled") as url:
        said = start("egov-verify", "vote", f"{url}/kk/votes/{UUID}").out
        assert "CANCELLED, as the site says" in said
        assert "voting is still open" not in said
    ok("close", office.archive)
    ok("tally", office.archive)
    with site("cancelled") as url:
        assert "was cancelled" in refused(*decrypt(office, 1, archive=f"{url}/votes/{UUID}"))
        assert not (office / "1.decryption").exists()
        found = json.loads(start("egov-verify", "vote", f"{url}/votes/{UUID}", "--json").out)
        assert found["published"]["cancelled"] is True
    with site("cancelled", uuid="another") as url:
        ok(*decrypt(office, 2, archive=f"{url}/votes/{UUID}"))
    with site("decrypting") as url:
        ok(*decrypt(office, 1, archive=f"{url}/votes/{UUID}"))
        found = json.loads(start("egov-verify", "vote", f"{url}/votes/{UUID}", "--json").out)
        assert found["published"]["cancelled"] is False
